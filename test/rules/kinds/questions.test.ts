/** What a user may ask of a database, whatever its kind, and how it is said. */
import { expect, test } from 'vitest'
import * as z from 'zod'

import {
  assertionsOf,
  columnsOf,
  freshnessOf,
  questionSettings,
  tablesSetting,
} from '../../../lib/rules/kinds/questions'

test('what is not said is nothing, or the usual', () => {
  expect([assertionsOf(undefined), freshnessOf(undefined), columnsOf(undefined)]).toEqual([
    [],
    undefined,
    {},
  ])
  expect(freshnessOf({ freshest: 'SELECT 1' })?.withinMs).toBe(26 * 3_600_000)
  expect(assertionsOf({ assertions: [{ name: 'a', sql: 'SELECT 1', otherwise: 'warn' }] })).toEqual(
    [{ name: 'a', sql: 'SELECT 1', expect: 'no rows', isWarning: true }],
  )
})

const said = z.strictObject(questionSettings)

const asked = (more: object) => said.safeParse({ assertions: [{ sql: 'SELECT 1', ...more }] })

test.each([
  { name: 'a' },
  { name: 'x'.repeat(100) },
  { name: 'a', expect: 'no rows' },
  { name: 'a', expect: { equals: 'b' }, otherwise: 'fail' },
  { name: 'a', expect: { equals: 1 }, otherwise: 'warn' },
  { name: 'a', expect: { atLeast: 1 } },
  { name: 'a', expect: { atMost: 1 } },
])('a question of one’s own has a name, and what it expects: $name $expect', (one) => {
  expect(asked(one).data?.assertions).toEqual([{ sql: 'SELECT 1', ...one }])
})

test.each([
  {},
  { name: '' },
  { name: 'x'.repeat(101) },
  { name: 'a', expect: '' },
  { name: 'a', expect: {} },
  { name: 'a', otherwise: '' },
  { name: 'a', sql: 'DELETE FROM users' },
])('is none: %j', (one) => {
  expect(asked(one).success).toBe(false)
})

test('what is said of a question holds for it', () => {
  expect(freshnessOf({ freshest: 'SELECT 1', within: '2h' })).toEqual({
    sql: 'SELECT 1',
    withinMs: 2 * 3_600_000,
  })
  const one = { name: 'a', sql: 'SELECT 1', expect: { atLeast: 1 }, otherwise: 'fail' } as const
  expect(assertionsOf({ assertions: [one] })).toEqual([
    { name: 'a', sql: 'SELECT 1', expect: { atLeast: 1 }, isWarning: false },
  ])
})

test('a number stands at atLeast alone', () => {
  expect(tablesSetting.safeParse({ users: 3 }).error?.issues[0]?.message).toBe(
    'expected a list of columns for each table; a number stands at atLeast alone',
  )
  expect(tablesSetting.safeParse({ atLeast: 3, users: [] }).success).toBe(true)
  expect(tablesSetting.safeParse({ users: 3 }).success).toBe(false)
  expect(columnsOf({ atLeast: 3, users: ['id'] })).toEqual({ users: ['id'] })
})
