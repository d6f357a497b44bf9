import { describe, expect, test } from 'vitest'

import { digestOf, isWell } from '../../../lib/rules/digest/digest'
import {
  badWeek,
  copyOn,
  databaseWith,
  happenedWith,
  incidentOf,
  letGo,
  openWith,
  standingWith,
  week,
} from '../../fixtures/told/digests'
import { someTrouble } from '../../fixtures/told/troubles'

const about = { span: week, version: '0.1.0', unnamed: [] }
const digestWith = (changes: Parameters<typeof standingWith>[0] = {}) =>
  digestOf(standingWith(changes), happenedWith(), about)

describe('a digest', () => {
  test('adds up what its databases say', () => {
    const digest = digestWith()
    expect(digest).toMatchObject({
      isCalm: true,
      count: { came: 14, sound: 14, failed: 0, unchecked: 0, pending: 0 },
      copies: 24,
      opened: 14,
      openedMs: 14 * 420,
      letGo: 0,
      advice: [],
    })
    const copies = digest.databases.flatMap(({ sizeBytes }) => sizeBytes)
    expect(digest.sizeBytes).toBe(copies.reduce((sum, size) => sum + size, 0))
  })

  test('puts first what needs somebody', () => {
    const { standing, happened } = badWeek()
    const digest = digestOf(standing, happened, about)
    expect(digest.isCalm).toBe(false)
    expect(digest.databases.map(({ database }) => database)).toEqual([
      'tokens',
      'sessions',
      'catalogue',
    ])
    expect(digest.letGo).toBe(3)
  })

  test.each([
    { name: 'a trouble of the installation', changes: { troubles: [someTrouble()] } },
    {
      name: 'an alert that nobody took',
      changes: { undelivered: [{ channel: 'slack', since: '2026-11-21', why: 'x' }] },
    },
    {
      name: 'a database that never came',
      changes: { databases: [databaseWith({ health: 'never' })] },
    },
    {
      name: 'a warning',
      changes: { databases: [databaseWith({ troubles: [someTrouble()] })] },
    },
    {
      name: 'one database of two that is late',
      changes: { databases: [databaseWith(), databaseWith({ health: 'late' })] },
    },
  ])('is not calm with $name', ({ changes }) => {
    expect(digestWith(changes).isCalm).toBe(false)
  })

  test('is calm while a copy waits for its verdict', () => {
    const copies = [copyOn('21', { word: 'pending', tookMs: undefined }), copyOn('20')]
    const digest = digestWith({ databases: [databaseWith({ health: 'pending', copies })] })
    expect(digest.isCalm).toBe(true)
    expect(digest.databases.every(isWell)).toBe(true)
    expect(digest.openedMs).toBe(420)
  })

  test('tells alerts that are open, and those that were told in the week and are over', () => {
    const over = incidentOf({ isOpen: false })
    const { toldAt: _, ...untold } = over
    const happened = happenedWith({
      incidents: [incidentOf(), over, { ...over, toldAt: '2026-10-01T00:00:00.000Z' }, untold],
    })
    const open = openWith({ toldAt: '2026-10-01T00:00:00.000Z' })
    const digest = digestOf(standingWith({ incidents: [open] }), happened, about)
    expect(digest.open).toEqual([open])
    expect(digest.over).toEqual([over])
  })

  test('counts a copy that is unmet beside those that failed', () => {
    const copies = [copyOn('21', { word: 'unmet' }), copyOn('20', { word: 'failed' }), copyOn('19')]
    const { count } = digestWith({ databases: [databaseWith({ copies })] })
    expect(count).toEqual({ came: 3, sound: 1, failed: 1, unmet: 1, unchecked: 0, pending: 0 })
  })

  test('tells what retention could not do, beside what it did', () => {
    const done = letGo([{ day: '09' }])
    const results = done.results.map((result) => ({
      ...result,
      spared: [{ id: 'a', why: 'its entry changed since the plan' }],
      unfinished: [{ id: 'b', why: 'The store is away.' }],
    }))
    const { spared } = digestOf(standingWith(), happenedWith({ ...done, results }), about)
    expect(spared.map(({ id }) => id)).toEqual(['a', 'b'])
  })
})

test('what is stored in a year is told where it is known of every database that has a copy', () => {
  const outlook = { copies: 24, sizeBytes: 70 }
  const databases = [databaseWith({ outlook }), databaseWith({ database: 'new', copies: [] })]
  const other = { health: 'sound', wrong: 0, count: 3, sizeBytes: 9 } as const
  const none = { ...other, count: 0 }
  const inAYear = (others: Parameters<typeof digestOf>[2]['others']) =>
    digestOf(standingWith({ databases }), happenedWith(), { ...about, ...(others && { others }) })
  expect(inAYear(undefined).inAYearBytes).toBe(70)
  expect(inAYear(undefined).databases.map((one) => one.outlook)).toContainEqual(outlook)
  expect(inAYear([{ ...other, outlook }, none]).inAYearBytes).toBe(140)
  expect(inAYear([other]).inAYearBytes).toBeUndefined()
  // One copy is a copy.
  expect(inAYear([{ ...other, count: 1 }]).inAYearBytes).toBeUndefined()
  const single = standingWith({ databases: [databaseWith({ copies: [copyOn('21')] })] })
  expect(digestOf(single, happenedWith(), about).inAYearBytes).toBeUndefined()
})
