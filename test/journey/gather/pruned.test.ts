import { describe, expect, test } from 'vitest'

import type { Pruned, PruneRun } from '../../../lib/journey/bucket/prune-state'
import { answerOf, answerSignsAtMost } from '../../../lib/journey/gather/pruned'
import { prune } from '../../../lib/journey/prune'
import { slow } from '../../cases'

/** A database of so many copies, of which the oldest `going` went. */
const pruned = (
  database: string,
  {
    copies = 24,
    going = 0,
    ...more
  }: { copies?: number; going?: number; brake?: string; fault?: string } = {},
): Pruned => {
  const idOf = (index: number) => `${database}_2026-03-01T010000Z_${String(index).padStart(6, '0')}`
  const at = '2026-03-01T04:25:00.000Z'
  return {
    plan: {
      id: 'plan',
      database,
      at,
      policy: '7 daily',
      ...(more.brake === undefined ? {} : { brake: more.brake }),
      notes: [],
      copies: Array.from({ length: copies }, (_, index) => ({
        id: idOf(index),
        key: `backups/${database}/2026/03/${idOf(index)}.db`,
        word: 'passed',
        arrivedAt: at,
        sizeBytes: 8192,
        entryEtag: 'e'.repeat(32),
        keep: index < copies - going,
        reasons: ['daily 1 of 7', 'weekly 1 of 4'],
      })),
      leftovers: [],
    },
    result:
      going === 0
        ? undefined
        : {
            plan: 'plan',
            database,
            at,
            removed: Array.from({ length: going }, (_, index) => idOf(copies - 1 - index)),
            spared: [],
            unfinished: [],
            left: [],
            stillThere: [],
          },
    faults: more.fault === undefined ? [] : [more.fault],
  }
}

const runOf = (databases: Pruned[], changes: Partial<PruneRun> = {}): PruneRun => ({
  databases,
  left: [],
  unreached: [],
  faults: [],
  ...changes,
})

const signsOf = (value: unknown) => JSON.stringify(value).length

const many = (count: number) => Array.from({ length: count }, (_, nth) => pruned(`quiet${nth}`))

describe('the answer of a run of prune', () => {
  test('is all that it did, where that is short, and the sums of it', () => {
    const run = runOf([pruned('a', { going: 4 }), pruned('b', { brake: 'It is late.' })], {
      left: ['c'],
      unreached: ['c', 'd'],
      faults: ['d: no.'],
    })
    const { sums, untold, ...rest } = answerOf(run)
    expect(rest).toMatchObject(run)
    expect(rest.databases.map(({ kept }) => kept)).toEqual([20, 24])
    expect(untold).toBe(0)
    expect(sums).toEqual({
      databases: 2,
      kept: 44,
      removed: 4,
      spared: 0,
      braked: 1,
      faults: 1,
      left: 1,
    })
  })

  test('of many databases is no longer than what is carried, the gravest first, and counts them all', () => {
    const grave = [
      pruned('went', { going: 3 }),
      pruned('braked', { brake: 'It is late.' }),
      pruned('broken', { fault: 'denied', going: 1 }),
    ]
    const run = runOf([...many(400), ...grave, ...many(400)])
    expect(signsOf(run)).toBeGreaterThan(3_000_000)
    const answer = answerOf(run)
    expect(signsOf(answer)).toBeLessThan(answerSignsAtMost + 1_000)
    expect(answer.databases.slice(0, 3).map(({ plan }) => plan.database)).toEqual([
      'broken',
      'braked',
      'went',
    ])
    expect(answer.sums).toMatchObject({ databases: 803, removed: 4, braked: 1, faults: 1 })
    expect(answer.sums.kept).toBe(803 * 24 - 4)
    expect(answer.untold + answer.databases.length).toBe(803)
    // What stays is most of it; how many is told.
    expect(answer.databases[2]).toMatchObject({ kept: 21, plan: { copies: { length: 3 } } })
  })

  test(
    'stays as short where each database has much to tell, and tells a part of each list',
    slow,
    () => {
      const flood = (name: string) => pruned(name, { copies: 5_000, going: 4_000, fault: 'denied' })
      const names = Array.from({ length: 3_000 }, (_, nth) => `left${nth}`)
      const run = runOf(
        Array.from({ length: 40 }, (_, nth) => flood(`flood${nth}`)),
        { left: names, unreached: names, faults: names },
      )
      const answer = answerOf(run)
      expect(signsOf(answer)).toBeLessThan(answerSignsAtMost + 1_000)
      expect(answer.databases[0]?.result?.removed).toHaveLength(50)
      expect(answer.sums).toMatchObject({ removed: 160_000, faults: 3_040, left: 3_000 })
      expect(answer.untold).toBeGreaterThan(0)
      const lines = prune.lines(answer)
      expect(lines).toContainEqual(['sum', 'removed 160000'])
      expect(lines).toContainEqual(['untold', answer.untold])
      expect(lines).toContainEqual(['kept', 'flood0 1000'])
    },
  )

  test('tells of one that is too long the first fifty of each list, and of what stays nothing', () => {
    const names = (count: number) => Array.from({ length: count }, (_, nth) => `n${nth}`)
    const one = pruned('a', { copies: 60, going: 52 })
    const told = names(60).map((id) => ({ id, why: 'w' }))
    const [kept] = one.plan.copies
    const braked = kept && { ...kept, id: 'braked', isBraked: true as const }
    const result = one.result && {
      ...one.result,
      spared: told,
      unfinished: told,
      left: names(60),
      stillThere: names(60),
    }
    const leftovers = names(60).map((id) => ({ id, keys: names(60), reason: 'r' }))
    const contents = { removed: 1, leaving: 2, held: undefined }
    const plan = {
      ...one.plan,
      notes: names(60),
      leftovers,
      copies: [...(braked ? [braked] : []), ...one.plan.copies],
    }
    const long = { ...one, plan, result, contents, faults: names(60) }
    const run = runOf([long], { left: names(60), unreached: names(60), faults: names(60) })
    const signs = signsOf(run)
    expect(answerOf(run, signs).databases).toEqual([{ ...long, kept: 9 }])
    const [short] = answerOf(run, signs - 1).databases
    const first = <Item>(items: readonly Item[] = []) => items.slice(0, 50)
    expect(short).toEqual({
      plan: {
        ...plan,
        notes: names(50),
        copies: [braked, ...one.plan.copies.slice(8, 57)],
        leftovers: first(leftovers).map((left) => ({ ...left, keys: names(50) })),
      },
      result: {
        ...result,
        removed: first(result?.removed),
        spared: first(told),
        unfinished: first(told),
        left: names(50),
        stillThere: names(50),
      },
      faults: names(50),
      kept: 9,
      contents,
    })
    const answer = answerOf(run, signs - 1)
    expect(answer).toMatchObject({ left: names(50), unreached: names(50), faults: names(50) })
    expect(answer).toMatchObject({ untold: 0, sums: { spared: 60, faults: 120, left: 60 } })
    // A first one that is too long for all of the answer leaves the sums alone.
    const carried = signsOf({ left: names(50), unreached: names(50), faults: names(50) })
    const all = carried + signsOf(short)
    expect(answerOf(run, all)).toMatchObject({ databases: [short], untold: 0 })
    expect(answerOf(run, all - 1)).toMatchObject({ databases: [], untold: 1, sums: { kept: 9 } })
  })

  test('counts what went of old records, and says why none did only where some were to go', () => {
    const { plan, result } = pruned('_records', { going: 2, brake: 'It is late.' })
    const old = { ...plan, leftovers: [{ id: 'a', keys: [], reason: 'old' }] }
    const recordsOf = (records: PruneRun['records']) => answerOf(runOf([], { records })).records
    expect(recordsOf({ plan: old, result, after: 'b' })).toEqual({
      letGo: 2,
      brake: 'It is late.',
    })
    expect(recordsOf({ plan, result: undefined, after: undefined })).toEqual({ letGo: 0 })
    expect(recordsOf(undefined)).toEqual({ letGo: 0 })
  })
})
