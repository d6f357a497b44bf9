/** What is kept of all databases together has a largest size, and who takes little of it keeps it all. */
import { describe, expect, test } from 'vitest'

import { largestOwnBytes } from '../../../lib/rules/trust/seal'
import type { CopyDrill } from '../../../lib/rules/watching/drill'
import {
  shortenedWords,
  shorterDrills,
  shorterState,
  stateBytesAtMost,
  withinShare,
} from '../../../lib/rules/watching/share'
import { DatabaseState } from '../../../lib/rules/watching/watch-state'

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

const at = '2026-03-02T05:45:00.000Z'
const database = 'd'.repeat(64)
const id = `${database}_2026-03-02T054500Z_3f9a1c`
const hostile = '\u6f22"'.repeat(2_000)

const remark = { check: 'rows', outcome: 'failed', code: 'fall', detail: hostile, mend: hostile }
const seen = {
  id,
  word: 'failed',
  takenAt: at,
  arrivedAt: at,
  provenAt: at,
  sizeBytes: 2 ** 50,
  rows: 2 ** 50,
  remarks: Array.from({ length: 12 }, () => remark),
  wasSound: true,
}
const many = <One>(one: One): One[] => Array.from({ length: 20 }, () => one)
const table = (place: number) => `${place}${hostile.slice(0, 120)}`
const tables = Object.fromEntries(
  Array.from({ length: 100 }, (_, place) => [table(place), { had: 1_000 + place, has: 1 }]),
)

/** As much of everything as a look at a database keeps. */
const longest: DatabaseState = {
  fingerprint: 'f'.repeat(24),
  since: at,
  copies: 99_999,
  sizeBytes: 2 ** 50,
  newest: seen,
  newestSound: seen,
  arrivedAt: at,
  heartbeatAt: at,
  missing: many({ id, ticketAt: at }),
  strangers: many(`backups/${'x'.repeat(1_000)}`),
  wentBad: many(seen),
  vanished: { id, at },
  fall: { since: id, sinceAt: at, before: id, beforeAt: at, tables },
  lastChance: { id, goesAt: at },
  pace: {
    since: at,
    inDay: 480,
    usual: 2,
    fullAt: at,
    limit: 20,
    before: 24,
    inWeek: 24,
    inFourWeeks: 24,
    newestBefore: id,
  },
  days: Object.fromEntries(many(0).map((_, day) => [`2026-03-${10 + day}`, 480])),
  emptySince: at,
  sameSince: at,
  newer: many(id),
  unjudged: 480,
  reprovenAt: at,
  openedMs: 1_234.5678,
  dueAt: at,
}

const drilled: CopyDrill = {
  database,
  id,
  at,
  outcome: 'failed',
  detail: hostile.slice(0, 600),
  sizeBytes: 2 ** 50,
  steps: many({ step: 'fetched whole', tookMs: 12_345 }),
  tookMs: 123_456,
}
const drills = {
  drills: Array.from({ length: 52 }, (_, week) => ({ ...drilled, tookMs: week })),
  proofs: Object.fromEntries(
    Array.from({ length: 5_000 }, (_, place) => (place * 7) % 5_000).map((day) => [
      `${id}${day}`,
      new Date(Date.parse(at) - day * 1_000).toISOString(),
    ]),
  ),
}

describe('what is kept of ten thousand databases, each with as much to tell as there can be', () => {
  test.each([
    { name: 'by the watch', bytes: bytesOf(shorterState(longest)) },
    { name: 'by drills', bytes: bytesOf(shorterDrills(drills)) },
  ])('is read whole when it is told shorter, $name', ({ bytes }) => {
    expect(bytes * 10_000).toBeLessThan(stateBytesAtMost)
    expect((stateBytesAtMost * 4) / 3).toBeLessThan(largestOwnBytes)
  })

  test('is still of the same shape, and tells of the same troubles', () => {
    const short = DatabaseState.parse(shorterState(longest))
    expect(short).toMatchObject({
      newest: { id, word: 'failed', remarks: [{ check: 'rows', outcome: 'failed' }] },
      newestSound: { id },
      missing: [{ id }],
      wentBad: [{ id }],
      newer: [id],
      vanished: { id },
    })
    expect(short.strangers).toHaveLength(1)
    expect(Object.keys(short.fall?.tables ?? {})).toEqual([table(99)])
    const { newest: _, newestSound: __, fall: ___, newer: ____, ...never } = longest
    expect(shorterState(never)).toMatchObject({ copies: 99_999 })
  })

  test('is told in eighty signs, of the table that has lost most', () => {
    const remarks = [{ check: 'rows', outcome: 'failed', detail: 'x'.repeat(81) }]
    const lost = { a: { had: 10, has: 0 }, b: { had: 11 }, c: { had: 100, has: 95 } }
    const fall = { since: id, sinceAt: at, before: id, beforeAt: at, tables: lost }
    const short = shorterState({ ...longest, newest: { ...seen, remarks }, fall })
    expect(short.newest?.remarks).toEqual([
      { check: 'rows', outcome: 'failed', detail: `${'x'.repeat(79)}…` },
    ])
    expect(short.fall?.tables).toEqual({ b: { had: 11 } })
    const [drill] = shorterDrills({ ...drills, drills: [drilled] }).drills
    expect(drill).toEqual({ ...drilled, detail: `${drilled.detail.slice(0, 79)}…`, steps: [] })
  })

  test('keeps of proofs in the second place the last too, where there are any', () => {
    const day = (nth: number) => `2026-03-0${nth}T05:45:00.000Z`
    const secondProofs = Object.fromEntries(
      [1, 2, 3, 4, 5, 6, 7].map((nth) => [`c${nth}`, day(nth)]),
    )
    const short = shorterDrills({ drills: [], proofs: {}, secondProofs })
    expect(Object.keys(short.secondProofs ?? {})).toEqual(['c2', 'c3', 'c4', 'c5', 'c6', 'c7'])
    expect(shorterDrills({ drills: [], proofs: {} })).not.toHaveProperty('secondProofs')
  })

  test('keeps of drills and proofs the last', () => {
    const short = shorterDrills(drills)
    expect(short.drills.map(({ tookMs }) => tookMs)).toEqual([49, 50, 51])
    expect(Object.keys(short.proofs)).toEqual([5, 4, 3, 2, 1, 0].map((day) => `${id}${day}`))
  })
})

describe('where all of them fit together', () => {
  test('nobody is told shorter, however much one of them has to tell', () => {
    const databases = { shop: 'x'.repeat(80), users: 'y' }
    expect(withinShare(databases, () => '', 100)).toEqual({ databases, shortened: 0 })
  })

  test('names and marks count too, to the last byte', () => {
    const databases = { a: 'xx', b: 'yy' }
    expect(withinShare(databases, () => '', 10)).toEqual({ databases, shortened: 0 })
    expect(withinShare({ ...databases, c: 'zzzz' }, () => '', 16).shortened).toBe(1)
  })
})

test('where they do not, who takes no more than a share keeps everything', () => {
  const databases = { shop: 'x'.repeat(500), users: 'y'.repeat(48), orders: 'z'.repeat(49) }
  expect(withinShare(databases, (text) => text.slice(0, 3), 150)).toEqual({
    databases: { shop: 'xxx', users: 'y'.repeat(48), orders: 'zzz' },
    shortened: 2,
  })
  expect(shortenedWords(2)).toBe(
    'There is so much to tell of 2 databases that each of them is told shorter.',
  )
})
