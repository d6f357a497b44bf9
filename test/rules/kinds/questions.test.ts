/** What a user may ask of a database, whatever its kind, and how it is said. */
import { expect, test } from 'vitest'

import {
  assertionsOf,
  columnsOf,
  freshnessOf,
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

test('a number stands at atLeast alone', () => {
  expect(tablesSetting.safeParse({ atLeast: 3, users: [] }).success).toBe(true)
  expect(tablesSetting.safeParse({ users: 3 }).success).toBe(false)
  expect(columnsOf({ atLeast: 3, users: ['id'] })).toEqual({ users: ['id'] })
})
