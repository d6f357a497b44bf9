import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { driftOf, judgeCollapse, judgeDrift } from '../../lib/rules/drift'

const before = { tokens: ['key', 'value'], users: ['id'] }
const none = { came: [], went: [] }
const limits = { share: 0.5, slackRows: 100 }

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

  test('is silent about nothing, tells additions, and warns of what is gone', () => {
    expect(judgeDrift(none)).toBeUndefined()
    expect(judgeDrift({ came: ['table logs'], went: [] })).toMatchInlineSnapshot(`
      {
        "check": "schema",
        "detail": "Since the last sound copy, new: table logs.",
        "outcome": "passed",
      }
    `)
    expect(judgeDrift({ came: ['table b'], went: ['table a'] })).toMatchObject({
      outcome: 'warned',
      detail: 'Since the last sound copy, gone: table a; new: table b.',
    })
  })

  test('counts what does not fit into a sentence', () => {
    const went = Array.from({ length: 10 }, (_, index) => `table t${index}`)
    expect(judgeDrift({ came: [], went })?.detail).toMatch(/table t7 and 2 more\.$/)
    expect(judgeDrift({ came: [], went: went.slice(0, 8) })?.detail).toMatch(/table t7\.$/)
  })
})

describe('collapse', () => {
  test.each([
    { name: 'exactly half gone', had: 1000, has: 500, alarm: false },
    { name: 'one more than half gone', had: 1000, has: 499, alarm: true },
    { name: 'everything gone, within the slack', had: 100, has: 0, alarm: false },
    { name: 'everything gone, one beyond the slack', had: 101, has: 0, alarm: true },
    { name: 'grown', had: 10, has: 100_000, alarm: false },
    { name: 'the well-known 31,183 to 2', had: 31_183, has: 2, alarm: true },
  ])('is told beyond share and slack: $name', ({ had, has, alarm }) => {
    const found = judgeCollapse({ before: { t: had }, now: { t: has }, drift: none, limits })
    expect(found?.outcome).toBe(alarm ? 'warned' : undefined)
  })

  test.each([
    { name: 'a column of it came', drift: { came: ['column t.x'], went: [] } },
    { name: 'it was made anew', drift: { came: ['table t'], went: [] } },
    { name: 'a column of it went', drift: { came: [], went: ['column t.x'] } },
  ])('is explained, not alarmed, when $name', ({ drift }) => {
    const found = judgeCollapse({ before: { t: 5000 }, now: { t: 0 }, drift, limits })
    expect(found).toBeUndefined()
  })

  test('is not explained by a change of another table', () => {
    const drift = { came: ['column t2.x', 'table t3'], went: [] }
    expect(judgeCollapse({ before: { t: 5000 }, now: { t: 0 }, drift, limits })?.outcome).toBe(
      'warned',
    )
  })

  test('leaves a table that is gone to the drift, and says which collapsed', () => {
    const options = { drift: none, limits }
    expect(judgeCollapse({ ...options, before: { t: 5000 }, now: {} })).toBeUndefined()
    const two = judgeCollapse({ ...options, before: { a: 900, b: 800 }, now: { a: 1, b: 2 } })
    expect(two?.detail).toBe(
      '2 tables lost most rows since the last sound copy: a 900 → 1, b 800 → 2.',
    )
  })
})
