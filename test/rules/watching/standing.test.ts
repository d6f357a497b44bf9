import { describe, expect, test } from 'vitest'

import type { Copy } from '../../../lib/rules/copy/held'
import type { Schedule } from '../../../lib/rules/settings/schedule'
import { troubleOf } from '../../../lib/rules/troubles/trouble'
import type { Trouble } from '../../../lib/rules/troubles/trouble'
import type { CopyDrill } from '../../../lib/rules/watching/drill'
import {
  grave,
  healthOf,
  inOrder,
  isOverdue,
  keepingRules,
  rememberedOf,
  standingAlone,
  standingOf,
  stockOf,
  worst,
} from '../../../lib/rules/watching/standing'
import type { Told } from '../../../lib/rules/watching/standing'
import type { DatabaseState, Seen } from '../../../lib/rules/watching/watch-state'

const now = new Date('2026-11-21T13:37:00.000Z')
const at = '2026-11-21T01:00:00.000Z'
const daily: Schedule = { everyMs: 24 * 3_600_000, graceMs: 0 }

const seen = (more: Partial<Seen> = {}): Seen => ({
  id: 'tokens_2026-11-21T010000Z_000001',
  word: 'passed',
  takenAt: at,
  arrivedAt: at,
  provenAt: at,
  sizeBytes: 7,
  rows: 3,
  remarks: [{ check: 'rows', outcome: 'warned', detail: 'x'.repeat(500) }],
  ...more,
})

const state = (more: Partial<DatabaseState> = {}): DatabaseState => ({
  fingerprint: 'f',
  since: at,
  copies: 2,
  sizeBytes: 14,
  newest: seen(),
  newestSound: seen(),
  arrivedAt: at,
  missing: [],
  strangers: [],
  wentBad: [],
  unjudged: 0,
  ...more,
})

const trouble = (kind: Trouble['kind'], more: Partial<Trouble> = {}): Trouble =>
  troubleOf({
    kind,
    severity: 'error',
    database: 'tokens',
    since: at,
    what: kind,
    facts: [],
    meaning: '',
    nextStep: { text: '' },
    ...more,
  })

const told = (more: Partial<Told> = {}): Told => ({
  state: state(),
  troubles: [],
  drills: [],
  schedule: daily,
  stock: undefined,
  second: undefined,
  now,
  ...more,
})

describe('how a database stands', () => {
  test.each([
    { health: 'sound', newest: seen(), troubles: [] },
    { health: 'pending', newest: seen({ word: 'pending' }), troubles: [] },
    { health: 'trouble', newest: seen({ word: 'failed' }), troubles: [] },
    { health: 'never', newest: undefined, troubles: [trouble('backup.never')] },
    { health: 'late', newest: seen(), troubles: [trouble('backup.late')] },
    { health: 'trouble', newest: seen(), troubles: [trouble('copy.gone')] },
    { health: 'sound', newest: seen(), troubles: [trouble('sound.warned', { severity: 'info' })] },
    // What mostly passes by itself counts when it has lasted.
    {
      health: 'sound',
      newest: seen(),
      troubles: [trouble('store.error', { since: now.toISOString(), graceMs: 1 })],
    },
  ])('$health', ({ health, newest, troubles }) => {
    expect(healthOf({ newest }, troubles, now)).toBe(health)
  })

  test('and several as the worst of them', () => {
    expect(worst(['sound', 'pending', 'late'])).toBe('late')
    expect(worst(['sound', 'never'])).toBe('never')
    expect(worst([])).toBe('sound')
    expect(grave([{ severity: 'critical' }])).toBe(true)
    expect(grave([{ severity: 'error' }])).toBe(true)
    expect(grave([{ severity: 'warning' }])).toBe(false)
    expect(isOverdue({ kind: 'backup.never' })).toBe(true)
  })
})

describe('its line', () => {
  test('tells in short what its own page tells whole, and a failed drill counts', () => {
    const drill: CopyDrill = {
      database: 'tokens',
      id: 'x',
      at,
      outcome: 'failed',
      detail: '',
      sizeBytes: 7,
      steps: [],
      tookMs: 5,
    }
    const line = standingOf(
      'tokens',
      told({
        state: state({
          fall: { since: 's', sinceAt: at, before: 'b', beforeAt: at, tables: {} },
        }),
        troubles: [
          trouble('sound.warned', { severity: 'warning', what: 'w'.repeat(9_000) }),
          trouble('drill.failed'),
        ],
        drills: [
          { ...drill, outcome: 'proven', tookMs: 3 },
          { ...drill, outcome: 'proven', tookMs: 4, place: 'second' },
          drill,
        ],
      }),
    )
    expect(line).toMatchObject({
      database: 'tokens',
      health: 'trouble',
      count: 2,
      sizeBytes: 14,
      wrong: 2,
      fall: { before: 'b', beforeAt: at },
      nextBy: '2026-11-22T01:00:00.000Z',
      lastDrill: { outcome: 'failed', tookMs: 5 },
      lastProof: { outcome: 'proven', tookMs: 4, place: 'second' },
    })
    expect(line.troubles.map(({ kind }) => kind)).toEqual(['drill.failed', 'sound.warned'])
    expect(JSON.stringify(line).length).toBeLessThan(1_500)
    expect(line.newest).not.toHaveProperty('remarks')
    const whole = { ...line, copies: ['many'] }
    expect(standingAlone(whole)).toEqual(line)
    expect(standingAlone({ ...whole, kind: 'postgres' }).kind).toBe('postgres')
    expect(standingAlone({ ...whole, kind: 'sqlite' })).not.toHaveProperty('kind')
  })

  test('has a largest size, however much is wrong', () => {
    const many = Array.from({ length: 40 }, () =>
      trouble('sound.warned', { what: '\u{1F600}'.repeat(500) }),
    )
    const line = standingOf('tokens', told({ troubles: many }))
    expect(line.wrong).toBe(40)
    expect(line.troubles).toHaveLength(5)
    const long = trouble('sound.warned', { what: 'w'.repeat(121) })
    expect(standingOf('tokens', told({ troubles: [long] })).troubles[0]?.what).toBe(
      `${'w'.repeat(119)}…`,
    )
    expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThan(3_000)
  })

  test.each([
    { name: 'none without a schedule', more: { schedule: undefined }, nextBy: undefined },
    {
      name: 'when it was due, where that is over',
      more: { now: new Date('2026-11-23T00:00:00Z') },
      nextBy: '2026-11-22T01:00:00.000Z',
    },
  ])('next copy: $name', ({ more, nextBy }) => {
    expect(standingOf('tokens', told(more)).nextBy).toBe(nextBy)
  })

  test('of a database that never came has no copy, and remembers none', () => {
    const empty = state({
      newest: undefined,
      newestSound: undefined,
      arrivedAt: undefined,
      copies: 0,
    })
    expect(standingOf('tokens', told({ state: empty }))).toMatchObject({
      health: 'never',
      count: 0,
      newest: undefined,
      lastDrill: undefined,
    })
    expect(rememberedOf(empty).newestSound).toBeUndefined()
    expect(rememberedOf(state()).newestSound).toEqual({ id: seen().id, arrivedAt: at })
  })

  test('stands before the milder ones, and among its like by name', () => {
    const line = (database: string, more: Partial<Told>) => standingOf(database, told(more))
    const late = [trouble('backup.late')]
    const lines = [
      line('e', {}),
      line('c', { troubles: late }),
      line('d', { troubles: [trouble('verify.failed')] }),
      line('a', {}),
      line('b', { troubles: late }),
      line('f', { troubles: [trouble('copy.gone', { severity: 'critical' }), ...late] }),
    ]
    expect(inOrder(lines).map(({ database }) => database)).toEqual(['f', 'd', 'b', 'c', 'a', 'e'])
  })
})

describe('what is counted of its copies', () => {
  const copy = (id: number, more: Partial<Copy> & { keep?: boolean; reasons?: string[] }) => ({
    id: `t${id}`,
    database: 'tokens',
    at: new Date(Date.parse(at) - id * 86_400_000),
    key: `backups/tokens/t${id}.db`,
    entryEtag: 'e',
    word: 'passed',
    takenAt: at,
    ticketAt: at,
    arrivedAt: at,
    sizeBytes: 100 + id,
    tables: undefined,
    tries: 0,
    wasSound: true,
    came: [],
    went: [],
    remarks: [],
    keep: true,
    reasons: [],
    ...more,
  })

  test('by verdict, by rule, by day and by set', () => {
    const stock = stockOf(
      [
        copy(0, { word: 'pending', setId: 's', setSize: 2, tookMs: 9 }),
        copy(1, { provenAt: at, reasons: ['daily 1 of 7', 'weekly 1 of 4'], setId: 'old' }),
        copy(2, { reasons: ['newest sound copy'], setId: 'older' }),
        copy(3, { pinnedBy: 'ada', reasons: ['pinned'] }),
        copy(4, { keep: false, letGoAt: now.toISOString() }),
        copy(5, { word: 'splendid' }),
      ],
      { brake: 'why', now },
    )
    expect(stock).toEqual({
      words: { pending: 1, passed: 4, other: 1 },
      kept: { floor: 3, daily: 1, weekly: 1, pinned: 1 },
      isHeld: true,
      cover: [20777, 101, 20776, 102, 20775, 103],
      file: 't0.db',
      tookMs: 9,
      provenAt: at,
      // As far as the first sound one.
      sets: [
        { id: 's', size: 2, word: 'pending', takenAt: at },
        { id: 'old', word: 'passed', takenAt: at },
      ],
    })
  })

  test.each(keepingRules)('by the rule that keeps it: %s', (rule) => {
    const byRule = { floor: { reasons: ['newest sound copy'] }, pinned: { pinnedBy: 'ada' } }
    const more =
      rule === 'floor' || rule === 'pinned' ? byRule[rule] : { reasons: [`${rule} 1 of 7`] }
    expect(stockOf([copy(0, more)], { brake: undefined, now }).kept).toEqual({ [rule]: 1 })
  })

  test('by when any of them was last opened', () => {
    const provenAt = ['2026-11-18', '2026-11-20', '2026-11-19'].map((day) => `${day}T01:00:00.000Z`)
    const copies = provenAt.map((one, id) => copy(id, { provenAt: one }))
    expect(stockOf(copies, { brake: undefined, now }).provenAt).toBe(provenAt[1])
  })

  test('of none is nothing, and of many that nobody can judge no more than a few sets', () => {
    expect(stockOf([], { brake: undefined, now })).toMatchObject({ words: {}, isHeld: false })
    const many = Array.from({ length: 30 }, (_, id) =>
      copy(id, id === 0 ? { word: 'failed' } : { word: 'failed', setId: `${id}` }),
    )
    expect(stockOf(many, { brake: undefined, now }).sets).toHaveLength(5)
  })
})
