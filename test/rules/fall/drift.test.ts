import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { countOf, driftOf, isUncounted, judgeDrift } from '../../../lib/rules/fall/drift'

const before = { tokens: ['key', 'value'], users: ['id'] }
const none = { came: [], went: [] }

describe('drift', () => {
  test.each([
    { name: 'nothing', now: before, came: [], went: [] },
    { name: 'a new table', now: { ...before, logs: ['at'] }, came: ['table logs'], went: [] },
    {
      name: 'a table that is gone',
      now: { tokens: ['key', 'value'] },
      came: [],
      went: ['table users'],
    },
    {
      name: 'a new column',
      now: { ...before, users: ['id', 'name'] },
      came: ['column users.name'],
      went: [],
    },
    {
      name: 'a column renamed',
      now: { ...before, users: ['uid'] },
      came: ['column users.uid'],
      went: ['column users.id'],
    },
    {
      name: 'a table named as what every object has',
      now: { ...before, constructor: ['a'] },
      came: ['table constructor'],
      went: [],
    },
  ])('is told in words: $name', ({ now, came, went }) => {
    expect(driftOf(before, now)).toEqual({ came, went })
  })

  test('is the same story told from the other side when before and now change places', () => {
    const schema = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 4 }),
      fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 4 }),
    )
    fc.assert(
      fc.property(schema, schema, (one, other) => {
        const there = driftOf(one, other)
        const back = driftOf(other, one)
        expect(there).toEqual({ came: back.went, went: back.came })
        expect(driftOf(one, one)).toEqual(none)
      }),
    )
  })

  test('is silent about nothing, and tells whatever came and went without raising anything', () => {
    expect(judgeDrift(none)).toBeUndefined()
    expect(judgeDrift({ came: ['table logs'], went: [] })).toMatchInlineSnapshot(`
      {
        "check": "schema",
        "code": "drift",
        "detail": "Since the last sound copy, new: table logs.",
        "outcome": "passed",
      }
    `)
    expect(judgeDrift({ came: ['table b'], went: ['table a'] })).toMatchObject({
      outcome: 'passed',
      detail: 'Since the last sound copy, gone: table a; new: table b.',
    })
  })

  test('counts what does not fit into a sentence', () => {
    const went = Array.from({ length: 10 }, (_, index) => `table t${index}`)
    expect(judgeDrift({ came: [], went })?.detail).toMatch(/table t7 and 2 more\.$/)
    expect(judgeDrift({ came: [], went: went.slice(0, 8) })?.detail).toMatch(/table t7\.$/)
    expect(judgeDrift({ came: went.slice(0, 9), went: [] })?.detail).toBe(
      'Since the last sound copy, new: table t0, table t1, table t2, table t3, table t4, table t5, table t6, table t7 and 1 more.',
    )
  })
})

test('rows are counted by table, and by nothing that every object has', () => {
  expect(countOf({ tokens: 5 }, 'tokens')).toBe(5)
  expect(countOf({ tokens: 5 }, 'constructor')).toBeUndefined()
})

test.each([
  { name: 'stands there and was not counted', table: 'log', is: true },
  { name: 'was counted', table: 'tokens', is: false },
  { name: 'does not stand there', table: 'users', is: false },
])('of a table nothing is known that $name: $is', ({ table, is }) => {
  const side = { rows: { tokens: 5 }, schema: { tokens: ['key'], log: ['at'] } }
  expect(isUncounted(table, side)).toBe(is)
})
