import { describe, expect, test } from 'vitest'

import { troubleOf } from '../../../lib/rules/troubles/trouble'
import {
  gravestOf,
  Head,
  listed,
  totalsOf,
  unwatched,
  withSilence,
} from '../../../lib/rules/watching/head'
import { standingAlone } from '../../../lib/rules/watching/standing'
import type { Standing } from '../../../lib/rules/watching/standing'

const at = '2026-11-21T01:00:00.000Z'
const later = (hours: number) => new Date(Date.parse(at) + hours * 3_600_000)

const line = (database: string, more: Partial<Standing> = {}): Standing => ({
  database,
  health: 'sound',
  count: 24,
  sizeBytes: 10,
  troubles: [],
  wrong: 0,
  ...more,
})

const head: Head = {
  generatedAt: at,
  asOf: at,
  installation: 'my-backups',
  health: 'sound',
  totals: totalsOf([line('a')]),
  gravest: [],
  sets: [],
  troubles: [],
  watch: { ranAt: at, isSilent: false },
  jobs: { prune: at, drill: at },
  firstAt: at,
  silent: [],
  incidents: [],
  undelivered: [],
  unsent: 0,
  all: { incidents: 0, undelivered: 0, sets: 0 },
  channels: [],
  second: undefined,
  alarm: { provenAt: undefined, rings: [] },
  publicKey: '',
  build: { version: '0.0.0', sha256: undefined },
}

test('what is stored in a year is known of all that have a copy, or of none', () => {
  const outlook = { copies: 24, sizeBytes: 70 }
  const known = [line('a', { outlook }), line('b', { outlook }), line('c', { count: 0 })]
  expect(totalsOf(known).inAYearBytes).toBe(140)
  expect(totalsOf([...known, line('d')]).inAYearBytes).toBeUndefined()
  expect(totalsOf([...known, line('d', { count: 1 })]).inAYearBytes).toBeUndefined()
  expect(standingAlone(line('a', { outlook })).outlook).toEqual(outlook)
})

test('totals are of all, and name the gravest alone', () => {
  const copy = { id: 'x', word: 'passed', takenAt: at, arrivedAt: at, sizeBytes: 1 }
  const lines = [
    ...Array.from({ length: 20 }, (_, place) =>
      line(`s${place}`, { newestSound: copy, nextBy: at }),
    ),
    line('late', { health: 'late', wrong: 2, nextBy: '2026-11-20T01:00:00.000Z' }),
  ]
  const totals = totalsOf(lines)
  expect(totals).toMatchObject({
    databases: 21,
    copies: 504,
    sizeBytes: 210,
    byHealth: { trouble: 0, late: 1, pending: 0, never: 0, sound: 20 },
    troubles: 2,
    nextBy: '2026-11-20T01:00:00.000Z',
    oldestAt: at,
  })
  expect(totals.first).toHaveLength(7)
  expect(totals.first[0]?.database).toBe('late')
  expect(totalsOf([]).nextBy).toBeUndefined()
  const taken = ['2026-11-19', '2026-11-17', '2026-11-18'].map((day) =>
    line(day, { newestSound: { ...copy, takenAt: `${day}T01:00:00.000Z` } }),
  )
  expect(totalsOf(taken).oldestAt).toBe('2026-11-17T01:00:00.000Z')
})

describe('silence is heard by whoever looks', () => {
  const silent = troubleOf({
    kind: 'watcher.silent',
    severity: 'critical',
    database: undefined,
    since: at,
    what: 'nothing is watched',
    facts: [],
    meaning:
      'Copies are taken all the same, but nobody is told when one is damaged or does not come.',
    nextStep: {
      text: 'Look at the trigger of the watch, on your own machine:',
      command: 'doctl serverless triggers list',
    },
  })

  test('a watch that ran a moment ago is not silent', () => {
    expect(withSilence(head, later(0))).toMatchObject({ health: 'sound', silent: [], troubles: [] })
  })

  test('however well everything stood when it last ran', () => {
    const told = withSilence(head, later(5))
    expect(told).toMatchObject({
      health: 'trouble',
      generatedAt: later(5).toISOString(),
      asOf: at,
      watch: { ranAt: at, isSilent: true },
      silent: ['watch'],
    })
    expect(told.troubles).toEqual([silent])
  })

  test('and stands before what is milder, which is told all the same', () => {
    const milder = troubleOf({ ...silent, kind: 'timer.silent', severity: 'warning' })
    const told = withSilence({ ...head, troubles: [milder] }, later(5))
    expect(told.troubles).toEqual([silent, milder])
    expect(unwatched({ ...head, troubles: [milder] }).troubles).toEqual([silent, milder])
  })

  test('one that never ran is counted from the first copy, and without one is not missed', () => {
    const never = { ...head, watch: { ranAt: undefined, isSilent: false } }
    expect(withSilence(never, later(5)).troubles).toMatchObject([{ since: at }])
    expect(withSilence({ ...never, firstAt: undefined }, later(5)).watch.isSilent).toBe(false)
  })

  test('of more than can be read nothing is known without it', () => {
    expect(unwatched(head)).toMatchObject({
      health: 'trouble',
      watch: { ranAt: undefined, isSilent: true },
      silent: ['watch', 'prune', 'drill'],
      troubles: [{ kind: 'watcher.silent' }],
    })
  })
})

test('what may be as long as somebody likes is told up to a number', () => {
  const one = troubleOf({
    kind: 'backup.late',
    severity: 'warning',
    database: 'a',
    since: at,
    what: 'late',
    facts: [],
    meaning: '',
    nextStep: { text: '' },
  })
  const many = Array.from({ length: 90 }, () => one)
  const worse = { ...one, severity: 'critical' as const }
  expect(gravestOf([...many, worse])).toHaveLength(12)
  expect(gravestOf([...many, worse])[0]).toEqual(worse)
  expect(listed(many)).toHaveLength(50)
})

test('is read back as it was written: what is not there is not there', () => {
  expect(Head.parse(JSON.parse(JSON.stringify(head)))).toEqual(head)
  const sets = (['restorable', 'waiting', 'broken'] as const).map((state) => ({
    id: state,
    databases: ['a'],
    state,
    why: '',
  }))
  expect(Head.parse({ ...head, sets }).sets).toEqual(sets)
  const unknown = sets.map((one) => ({ ...one, state: '' }))
  expect(Head.safeParse({ ...head, sets: unknown }).success).toBe(false)
})
