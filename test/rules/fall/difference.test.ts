import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { differenceLines, differenceOf, differenceWords } from '../../../lib/rules/fall/difference'
import type { Opened } from '../../../lib/rules/fall/difference'

const before: Opened = {
  schema: { orders: ['id', 'total'], users: ['id'], notes: ['id'] },
  rows: { orders: 1000, users: 5, notes: 2 },
}

const found = (now: Opened, then: Opened = before) => {
  const difference = differenceOf(then, now)
  if (!difference) throw new Error('nothing is known')
  return difference
}

describe('the difference of two copies', () => {
  test.each([
    { name: 'the first', one: {}, other: before },
    { name: 'the second', one: before, other: {} },
  ])('is not known where $name was never opened', ({ one, other }) => {
    expect(differenceOf(one, other)).toBeUndefined()
  })

  test('is nothing between two that hold the same', () => {
    expect(found(before)).toEqual({ came: [], went: [], rows: [] })
    expect(differenceWords(found(before))).toBe('the same rows')
    expect(differenceLines(found(before))).toEqual([
      'The same tables, columns and numbers of rows.',
    ])
  })

  test('is none in the rows of a table that one of the two did not count', () => {
    const now = { ...before, rows: { orders: 1000, users: 5 } }
    expect(found(now).rows).toEqual([])
    expect(found(before, now).rows).toEqual([])
  })

  test('tells tables, columns and rows, the largest change first', () => {
    const now: Opened = {
      schema: { orders: ['id', 'amount'], users: ['id'], archive: ['id'] },
      rows: { orders: 990, users: 6, archive: 40 },
    }
    expect(found(now)).toEqual({
      came: ['column orders.amount', 'table archive'],
      went: ['column orders.total', 'table notes'],
      rows: [
        { table: 'archive', had: undefined, has: 40 },
        { table: 'orders', had: 1000, has: 990 },
        { table: 'notes', had: 2, has: undefined },
        { table: 'users', had: 5, has: 6 },
      ],
    })
    expect(differenceWords(found(now))).toMatchInlineSnapshot(
      `"archive new with 40, orders −10, notes gone with 2 and 1 more; gone: column orders.total; new: column orders.amount"`,
    )
    expect(differenceLines(found(now))).toMatchInlineSnapshot(`
      [
        "gone  column orders.total",
        "gone  table notes",
        "new   column orders.amount",
        "new   table archive",
        "rows  archive: none → 40",
        "rows  orders: 1000 → 990",
        "rows  notes: 2 → none",
        "rows  users: 5 → 6",
      ]
    `)
  })

  test('of one table alone is said in a word', () => {
    const difference = found({ rows: { orders: 1001 } }, { rows: { orders: 1000 } })
    expect(differenceWords(difference)).toBe('orders +1')
  })

  test('is of rows alone where a list holds nothing else', () => {
    expect(found({ rows: { orders: 1001 } }, { rows: { orders: 1000 } })).toEqual({
      came: [],
      went: [],
      rows: [{ table: 'orders', had: 1000, has: 1001 }],
    })
  })

  test.each([
    { count: 2, words: 't1 +2, t0 +1' },
    { count: 3, words: 't2 +3, t1 +2, t0 +1' },
    { count: 4, words: 't3 +4, t2 +3, t1 +2 and 1 more' },
  ])('names three tables in a line: $count', ({ count, words }) => {
    const named = (by: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, nth) => [`t${nth}`, by * (nth + 1)]))
    expect(differenceWords(found({ rows: named(1) }, { rows: named(0) }))).toBe(words)
  })

  test('counts a table that is new, or gone, by all its rows', () => {
    const changed = found({ rows: { b: 9, a: 10 } }, { rows: { b: 0, c: 10 } }).rows
    expect(changed.map(({ table }) => table)).toEqual(['c', 'a', 'b'])
  })

  test('knows a table that is called as what every object has', () => {
    expect(found({ rows: { constructor: 5 } }, { rows: {} }).rows).toEqual([
      { table: 'constructor', had: undefined, has: 5 },
    ])
  })

  test('is the same story told from the other side when the two change places', () => {
    const rows = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(20))
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const there = found({ rows: other }, { rows: one }).rows
        const back = found({ rows: one }, { rows: other }).rows
        const turned = back.map(({ table, had, has }) => ({ table, had: has, has: had }))
        expect(new Set(there)).toEqual(new Set(turned))
        expect(there.every(({ had, has }) => had !== has)).toBe(true)
      }),
    )
  })
})
