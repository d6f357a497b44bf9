import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { withAcceptance, withPin } from '../../../lib/rules/copy/care'
import type { Entry } from '../../../lib/rules/copy/entry'
import { newEntry, withVerdict } from '../../../lib/rules/copy/entry'
import type { Copy } from '../../../lib/rules/copy/held'
import type { Shelf } from '../../../lib/rules/copy/shelf'
import { nameSnapshot } from '../../../lib/rules/copy/snapshot'
import { fitsInto, gapsOf, inTurn, isBehind, mayReplace } from '../../../lib/rules/second/carrying'
import type { Gap } from '../../../lib/rules/second/carrying'
import { casesOf } from '../../cases'
import { claimOf, verdictOf } from '../../fixtures/told/entries'

const dayOf = (day: number): string => new Date(Date.UTC(2026, 2, day)).toISOString()

const copyOf = (day: number, change: Partial<Copy> = {}): Copy => {
  const name = nameSnapshot({ database: 'tokens', at: new Date(dayOf(day)), mark: '3f9a1c' })
  return {
    ...name,
    key: `backups/${name.id}.db`,
    entryEtag: 'entry',
    word: 'passed',
    sizeBytes: 100,
    takenAt: dayOf(day),
    ticketAt: dayOf(day),
    arrivedAt: dayOf(day),
    sha256: 'a'.repeat(64),
    remarks: [],
    ...change,
  } as Copy
}

const objectOf = (key: string, etag: string) => ({
  key,
  etag,
  sizeBytes: 100,
  modifiedAt: new Date(0),
})

const shelfOf = (copy: Copy, without?: 'sums' | 'entry'): Shelf => ({
  name: copy,
  snapshots: [objectOf(copy.key, 'bytes')],
  ...(without === 'sums' ? {} : { sums: objectOf(`${copy.key}.sha256`, 'sums') }),
  ...(without === 'entry' ? {} : { entry: objectOf('entry', copy.entryEtag) }),
})

const gapOf = (database: string, day: number, change: Partial<Gap> = {}): Gap => ({
  database,
  id: `${database}_${day}`,
  key: `${database}/${day}`,
  sizeBytes: 100,
  arrivedAt: dayOf(day),
  lacks: 'copy',
  isNewest: false,
  ...change,
})

describe('what a second place lacks', () => {
  const whole = copyOf(3)
  test.each([
    { name: 'nothing, of what stands there whole', there: [shelfOf(whole)], lacks: [] },
    { name: 'all, of what is not there', there: [shelfOf(copyOf(2))], lacks: ['copy'] },
    {
      name: 'all, where another file stands under its name',
      there: [{ ...shelfOf(whole), snapshots: [objectOf('other.db', 'x')] }],
      lacks: ['copy'],
    },
    {
      name: 'nothing, where another file stands beside it',
      there: [{ ...shelfOf(whole), snapshots: [objectOf('o', 'x'), objectOf(whole.key, 'y')] }],
      lacks: [],
    },
    {
      name: 'what is written of it, where a run was killed',
      there: [shelfOf(whole, 'entry')],
      lacks: ['papers'],
    },
    {
      name: 'the same without the checksum',
      there: [shelfOf(whole, 'sums')],
      lacks: ['papers'],
    },
    {
      name: 'its entry, where something has been said of it since',
      there: [shelfOf(copyOf(3, { entryEtag: 'older' }))],
      lacks: ['entry'],
    },
  ])('is $name', ({ there, lacks }) => {
    expect(gapsOf([whole], there).map((gap) => gap.lacks)).toEqual(lacks)
  })

  test.each([
    { name: 'is not sound', change: { word: 'failed' } },
    { name: 'waits for its verdict', change: { word: 'pending' } },
    { name: 'is on its way out', change: { letGoAt: dayOf(4) } },
    { name: 'has no hash to compare', change: { sha256: undefined } },
  ])('is not a copy that $name', ({ change }) => {
    expect(gapsOf([copyOf(3, change)], [])).toEqual([])
  })

  test('is newest where the newest sound copy is missing, and only there', () => {
    const copies = [copyOf(4, { word: 'failed' }), copyOf(3), copyOf(2)]
    expect(gapsOf(copies, []).map(({ isNewest }) => isNewest)).toEqual([true, false])
  })
})

describe('what is carried next', () => {
  test('is the newest of each, then turn by turn what waited longest, and what is written anew last', () => {
    const gaps = [
      gapOf('a', 9, { isNewest: true }),
      gapOf('a', 1),
      gapOf('a', 2),
      gapOf('a', 3),
      gapOf('b', 8, { isNewest: true }),
      gapOf('b', 4),
      gapOf('c', 0, { lacks: 'entry', isNewest: true }),
    ]
    expect(inTurn(gaps).map(({ id }) => id)).toEqual([
      'b_8',
      'a_9',
      'a_1',
      'b_4',
      'a_2',
      'a_3',
      'c_0',
    ])
  })

  test('is of what is only written anew what came first, however they were listed', () => {
    const all = [3, 1, 2].map((day) => gapOf('a', day, { lacks: 'entry' }))
    expect(inTurn(all).map(({ id }) => id)).toEqual(['a_1', 'a_2', 'a_3'])
  })

  test('of those that came at the same moment the first by name comes first, however they were listed', () => {
    const all = ['a', 'b', 'c'].map((database) => gapOf(database, 1))
    for (const listed of [all, all.toReversed()])
      expect(inTurn(listed).map(({ id }) => id)).toEqual(['a_1', 'b_1', 'c_1'])
  })

  const anyGap = fc.record({
    database: fc.constantFrom('a', 'b', 'c'),
    day: fc.integer({ min: 1, max: 60 }),
    lacks: fc.constantFrom('copy' as const, 'papers' as const, 'entry' as const),
  })
  const gapsFrom = (
    some: readonly { database: string; day: number; lacks: Gap['lacks'] }[],
  ): Gap[] => {
    const unique = new Map(some.map((one) => [`${one.database}_${one.day}`, one]))
    return [...unique.values()].map(({ database, day, lacks }) => {
      const days = [...unique.values()].filter((one) => one.database === database)
      const isNewest = days.every((one) => one.day <= day)
      return gapOf(database, day, { lacks, isNewest })
    })
  }

  test('loses nothing, begins with the newest ones, and keeps no database waiting for another’s years', () => {
    fc.assert(
      fc.property(fc.array(anyGap, { maxLength: 40 }), (some) => {
        const gaps = gapsFrom(some)
        const turn = inTurn(gaps)
        expect(new Set(turn)).toEqual(new Set(gaps))
        expect(turn.length).toBe(gaps.length)
        const newest = gaps.filter((gap) => gap.isNewest && isBehind(gap))
        expect(new Set(turn.slice(0, newest.length))).toEqual(new Set(newest))
        const rest = turn.slice(newest.length)
        const behind = rest.filter(isBehind)
        // What is only to be written anew comes behind every copy that is missing.
        expect(rest.slice(0, behind.length)).toEqual(behind)
        for (const database of ['a', 'b', 'c']) {
          const own = behind.filter((gap) => gap.database === database)
          const days = own.map(({ arrivedAt }) => arrivedAt)
          expect(days).toEqual(days.toSorted())
          for (const other of ['a', 'b', 'c'].filter((one) => one !== database)) {
            const last = behind.findLastIndex((gap) => gap.database === database)
            const before = behind
              .slice(0, Math.max(0, last))
              .filter((gap) => gap.database === other)
            expect(before.length).toBeLessThanOrEqual(own.length)
          }
        }
      }),
      { numRuns: casesOf(500) },
    )
  })

  test.each([
    { sizeBytes: 1000, lacks: 'copy' as const, leftMs: 1000, fits: true },
    { sizeBytes: 1001, lacks: 'copy' as const, leftMs: 1000, fits: false },
    { sizeBytes: 1001, lacks: 'papers' as const, leftMs: 1000, fits: false },
    { sizeBytes: 1001, lacks: 'entry' as const, leftMs: 1, fits: true },
    { sizeBytes: 0, lacks: 'entry' as const, leftMs: 0, fits: false },
  ])('of $sizeBytes bytes ($lacks) in $leftMs ms: $fits', ({ leftMs, fits, ...gap }) => {
    expect(fitsInto(gap, { leftMs, bytesPerSecond: 1000 })).toBe(fits)
  })
})

describe('an entry', () => {
  const judged = (outcome: 'passed' | 'failed', at: string): Entry => {
    const claim = claimOf({ ticketAt: dayOf(1), takenAt: dayOf(1) })
    return withVerdict(newEntry('tokens_1', 'a.db', claim), verdictOf(outcome, { at }), dayOf(1))
  }
  const entry = judged('passed', dayOf(2))
  const hand = { at: dayOf(3), by: 'ann' }
  test.each([
    { name: 'the same, signed anew', here: entry, there: entry, may: true },
    { name: 'a later verdict', here: judged('passed', dayOf(5)), there: entry, may: true },
    { name: 'a pin since then', here: withPin(entry, hand, ''), there: entry, may: true },
    {
      name: 'an acceptance',
      here: withAcceptance(judged('failed', dayOf(2)), hand, 'x'),
      there: entry,
      may: true,
    },
    { name: 'one from before the pin', here: entry, there: withPin(entry, hand, ''), may: false },
    {
      name: 'one from before a run that began',
      here: entry,
      there: { ...entry, startedAt: dayOf(4) },
      may: false,
    },
    { name: 'one that is not sound', here: judged('failed', dayOf(5)), there: entry, may: false },
    { name: 'that of another copy', here: { ...entry, id: 'other' }, there: entry, may: false },
    { name: 'that of another file', here: { ...entry, key: 'b.db' }, there: entry, may: false },
    {
      name: 'that of other bytes',
      here: { ...entry, claim: { ...entry.claim, sha256: 'b'.repeat(64) } },
      there: entry,
      may: false,
    },
  ])('takes the place of another: $name, $may', ({ here, there, may }) => {
    expect(mayReplace(here, there)).toBe(may)
  })
})
