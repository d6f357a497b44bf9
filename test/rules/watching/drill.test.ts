import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  drillPlace,
  fromWords,
  longestUndrilled,
  nothingSound,
  provenOf,
  slowedBy,
  turnsOf,
  withReport,
} from '../../../lib/rules/watching/drill'
import type { CopyDrill, DrillReport, DrillState } from '../../../lib/rules/watching/drill'

const drilled = (changes: Partial<CopyDrill> = {}): CopyDrill => ({
  database: 'tokens',
  id: 'a',
  at: '2026-03-02T05:45:00.000Z',
  outcome: 'proven',
  detail: '',
  sizeBytes: 1,
  steps: [],
  tookMs: 1000,
  ...changes,
})

const reportOf = (changes: Partial<DrillReport> = {}): DrillReport => ({
  at: '2026-03-02T05:45:00.000Z',
  copies: [],
  rings: [],
  left: [],
  ...changes,
})

describe('whose turn it is', () => {
  const copies = (...ids: string[]) => ids.map((id) => ({ id, provenAt: `proof of ${id}` }))

  test('of nothing is nobody’s, of one copy its own', () => {
    expect(turnsOf([], {})).toEqual([])
    expect(turnsOf(copies('a'), {})).toEqual(['a'])
  })

  test('is the newest copy’s, and that of the older one which was drilled longest ago', () => {
    const proofs = { a: '2026-03-01', b: '2026-02-01', c: '2026-01-01' }
    expect(turnsOf(copies('a', 'b', 'c'), proofs)).toEqual(['a', 'c'])
    expect(turnsOf(copies('a', 'b', 'c', 'd'), proofs)).toEqual(['a', 'd'])
  })

  test('goes by the last verdict among those that were never drilled', () => {
    const some = [
      { id: 'a', provenAt: '2026-03-01' },
      { id: 'b', provenAt: '2026-02-02' },
      { id: 'c', provenAt: '2026-02-01' },
      { id: 'd', provenAt: undefined },
    ]
    expect(turnsOf(some, {})).toEqual(['a', 'd'])
    expect(turnsOf(some, { d: '2026-03-01' })).toEqual(['a', 'c'])
  })

  test('comes to each of k kept copies within k - 1 weeks, over thirty copies and more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), (count) => {
        const kept = Array.from({ length: count }, (_, index) => ({
          id: `copy ${index}`,
          provenAt: '2026-01-01',
        }))
        const proofs: Record<string, string> = {}
        for (let week = 0; week < count - 1; week += 1) {
          for (const id of turnsOf(kept, proofs))
            proofs[id] = `week ${String(week).padStart(3, '0')}`
        }
        expect(Object.keys(proofs)).toHaveLength(count)
      }),
    )
  })
})

describe('the state of drills', () => {
  test('remembers what was proven, and forgets copies that are gone', () => {
    const first = withReport(undefined, reportOf({ copies: [drilled(), drilled({ id: 'b' })] }), {})
    expect(first.databases['tokens']?.proofs).toEqual({
      a: '2026-03-02T05:45:00.000Z',
      b: '2026-03-02T05:45:00.000Z',
    })
    const second = withReport(first, reportOf(), { tokens: ['b'], sessions: [] })
    expect(Object.keys(second.databases['tokens']?.proofs ?? {})).toEqual(['b'])
    expect(second.databases['tokens']?.drills).toHaveLength(2)
  })

  test('takes a drill that failed or was not done for no proof', () => {
    const copies = [drilled({ outcome: 'failed' }), drilled({ id: 'b', outcome: 'undone' })]
    const { databases } = withReport(undefined, reportOf({ copies }), {})
    expect(databases['tokens']).toMatchObject({ proofs: {}, drills: { length: 2 } })
  })

  test('keeps a year of them', () => {
    let state: DrillState | undefined
    for (let week = 0; week < 60; week += 1) {
      state = withReport(state, reportOf({ copies: [drilled({ id: String(week) })] }), {})
    }
    expect(state?.databases['tokens']?.drills).toHaveLength(52)
    expect(state?.databases['tokens']?.drills.at(-1)?.id).toBe('59')
  })

  test('says that the alarm rang only when all of it was heard', () => {
    const heard = { name: 'a', isHeard: true, detail: '' }
    const first = withReport(undefined, reportOf({ rings: [heard] }), {})
    expect(first.alarmProvenAt).toBe('2026-03-02T05:45:00.000Z')
    const at = '2026-03-09T05:45:00.000Z'
    const mute = reportOf({ at, rings: [heard, { ...heard, isHeard: false }] })
    expect(withReport(first, mute, {})).toMatchObject({ alarmProvenAt: first.alarmProvenAt })
    expect(withReport(undefined, reportOf(), {}).alarmProvenAt).toBeUndefined()
  })
})

describe('a restore that takes longer', () => {
  const took = (...all: number[]) => all.map((tookMs) => drilled({ tookMs }))

  test.each([
    { all: [], factor: undefined, why: 'there is none' },
    { all: [1000, 20_000], factor: undefined, why: 'one before it is no habit' },
    { all: [1000, 1000, 6001], factor: 6.001, why: 'more than a moment and twice as long' },
    { all: [1000, 1000, 6000], factor: undefined, why: 'five seconds are a moment' },
    { all: [10_000, 10_000, 20_000], factor: undefined, why: 'exactly twice' },
    { all: [10_000, 10_000, 20_001], factor: 2.0001, why: 'more than twice' },
    {
      all: [1000, 40_000, 40_000, 1000, 1000, 20_000],
      factor: 20,
      why: 'a slow week or two change nothing of what is usual',
    },
    {
      all: [40_000, 40_000, 40_000, 40_000, 1000, 1000, 1000, 30_000],
      factor: 30,
      why: 'the last five before it count',
    },
    {
      all: [1000, 1000, 1000, 10_000, 10_000, 10_000, 15_000],
      factor: undefined,
      why: 'and none from before those',
    },
    { all: [0, 0, 0, 9000], factor: 9000, why: 'from nothing' },
  ])('$all: $factor ($why)', ({ all, factor }) => {
    expect(slowedBy(took(...all))).toBe(factor)
  })

  test('is measured against proven drills alone', () => {
    const drills = [...took(1000, 1000), drilled({ outcome: 'undone', tookMs: 60_000 })]
    expect(slowedBy(drills)).toBeUndefined()
  })
})

describe('the databases of a drill', () => {
  test('come in the order in which they wait: never drilled, then longest ago', () => {
    const known = (at: string) => ({ drills: [drilled({ at })], proofs: {} })
    const state: DrillState = {
      ranAt: '2026-11-16T05:45:00.000Z',
      rings: [],
      databases: {
        a: known('2026-11-16T05:45:00.000Z'),
        b: known('2026-11-02T05:45:00.000Z'),
        c: known('2026-11-09T05:45:00.000Z'),
      },
    }
    expect(longestUndrilled(['a', 'b', 'c', 'd', 'e'], state)).toEqual(['d', 'e', 'b', 'c', 'a'])
    expect(longestUndrilled(['a', 'b'], undefined)).toEqual(['a', 'b'])
  })
})

describe('a database that waits for its drill', () => {
  const week = (nth: number) => `2026-03-${String(2 + 7 * nth).padStart(2, '0')}T05:45:00.000Z`
  const missed = { database: 'tokens', why: 'there was no time left' }

  /** What waits after runs that found this, a week apart. */
  const waitingAfter = (...runs: Partial<DrillReport>[]) => {
    let state: DrillState | undefined
    for (const [nth, run] of runs.entries()) {
      state = withReport(state, reportOf({ at: week(nth), isOfAll: true, ...run }), {})
    }
    return state?.waiting
  }

  test.each<{ name: string; run: Partial<DrillReport>; why: string }>([
    { name: 'there was no time', run: { left: [missed] }, why: missed.why },
    {
      name: 'none came to an end',
      run: { copies: [drilled({ outcome: 'undone', detail: 'The store was away.' })] },
      why: 'The store was away.',
    },
  ])('does so since $name, and however often that is so again', ({ run, why }) => {
    expect(waitingAfter(run, run, run)).toEqual({ tokens: { since: week(0), why } })
  })

  test.each<{ name: string; run: Partial<DrillReport> }>([
    { name: 'one was restored', run: { copies: [drilled()] } },
    { name: 'one could not be', run: { copies: [drilled({ outcome: 'failed' })] } },
    {
      name: 'one of two was',
      run: { copies: [drilled(), drilled({ id: 'b', outcome: 'undone' })], left: [missed] },
    },
    { name: 'nothing is there to restore', run: { left: [{ ...missed, why: nothingSound }] } },
    { name: 'nothing of it is stored any more', run: {} },
  ])('does so no longer once $name', ({ run }) => {
    expect(waitingAfter({ left: [missed] }, run)).toEqual({})
  })

  test('is told in words where nothing is there to restore', () => {
    expect(nothingSound).toBe('there is no sound copy')
  })

  test('is not forgotten while another one is drilled by hand', () => {
    const other = { copies: [drilled({ database: 'shop' })], isOfAll: false }
    expect(waitingAfter({ left: [missed] }, other)).toMatchObject({ tokens: { since: week(0) } })
  })
})

describe('from which place', () => {
  const turn = (lastFrom: string | undefined, hasSecond = true) =>
    drillPlace(lastFrom === undefined ? undefined : { lastFrom }, { hasSecond, asked: undefined })

  test('each of two takes its turn, and the first begins', () => {
    expect(turn(undefined)).toBe('first')
    expect(turn('first')).toBe('second')
    expect(turn('second')).toBe('first')
    expect(drillPlace({}, { hasSecond: true, asked: undefined })).toBe('first')
  })

  test('always the first where there is no second, and what is asked for where it is asked', () => {
    expect(turn('first', false)).toBe('first')
    expect(drillPlace({ lastFrom: 'first' }, { hasSecond: true, asked: 'first' })).toBe('first')
    expect(drillPlace(undefined, { hasSecond: true, asked: 'second' })).toBe('second')
  })

  test('only a drill of all passes the turn on', () => {
    const one = withReport(undefined, reportOf({ place: 'second' }), {})
    expect(one.lastFrom).toBeUndefined()
    const all = withReport(one, reportOf({ isOfAll: true }), {})
    expect(all.lastFrom).toBe('first')
    expect(withReport(all, reportOf({ isOfAll: true, place: 'second' }), {}).lastFrom).toBe(
      'second',
    )
  })

  test('proofs of the two places are kept apart, and so are the copies that are gone', () => {
    const first = withReport(
      undefined,
      reportOf({ copies: [drilled({ id: 'a' }), drilled({ id: 'b' })] }),
      { tokens: ['a', 'b'] },
    )
    const copies = [drilled({ id: 'a', place: 'second' }), drilled({ id: 'c', place: 'second' })]
    const both = withReport(first, reportOf({ place: 'second', copies }), { tokens: ['a'] })
    const known = both.databases['tokens']
    if (!known) throw new Error('nothing is known of tokens')
    expect(Object.keys(provenOf(known, false))).toEqual(['a', 'b'])
    expect(Object.keys(provenOf(known, true))).toEqual(['a'])
    expect(known.drills.map(({ place }) => place)).toEqual([
      undefined,
      undefined,
      'second',
      'second',
    ])
  })

  test('what waits in the first still waits after a drill of all from the second', () => {
    const left = [{ database: 'tokens', why: 'there was no time left' }]
    const before = withReport(undefined, reportOf({ isOfAll: true, left }), {})
    const second = withReport(before, reportOf({ isOfAll: true, place: 'second' }), {})
    expect(Object.keys(second.waiting ?? {})).toEqual(['tokens'])
    expect(withReport(before, reportOf({ isOfAll: true }), {}).waiting).toEqual({})
  })

  test('a restore from the other place is not called slow for that', () => {
    const quick = Array.from({ length: 4 }, () => drilled())
    const far = drilled({ tookMs: 60_000, place: 'second' })
    expect(slowedBy([...quick, far])).toBeUndefined()
    expect(slowedBy([...quick, drilled({ tookMs: 60_000 })])).toBe(60)
  })

  test('is said of the second alone', () => {
    expect(fromWords({})).toBe('')
    expect(fromWords({ place: 'second' })).toBe(' from the second place')
  })
})
