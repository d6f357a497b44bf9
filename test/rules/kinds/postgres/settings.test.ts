/** What may be said of a dump, and what is expected by it. */
import { expect, test } from 'vitest'
import * as z from 'zod'

import { postgresExpected, settings } from '../../../../lib/rules/kinds/postgres/settings'

const said = z.strictObject(settings)

test.each([
  { name: 'nothing', of: {}, is: { tables: {}, rows: {}, restore: 'wanted' } },
  {
    name: 'tables',
    of: { tables: { users: ['id'] } },
    is: { tables: { users: ['id'] }, rows: {}, restore: 'wanted' },
  },
  {
    name: 'a floor',
    of: { rows: { 'app.log': { atLeast: 1 } } },
    is: { tables: {}, rows: { 'app.log': { atLeast: 1 } }, restore: 'wanted' },
  },
  {
    name: 'that a warning will do',
    of: { unrestored: 'warn' },
    is: { tables: {}, rows: {}, restore: 'wanted' },
  },
  {
    name: 'that nothing less than a restore will do',
    of: { unrestored: 'unverifiable' },
    is: { tables: {}, rows: {}, restore: 'demanded' },
  },
  {
    name: 'all that may be asked of it',
    of: {
      tables: { atLeast: 9 },
      references: 'warn',
      freshest: 'SELECT max(at) FROM t',
      within: '2h',
      assertions: [{ name: 'a', sql: 'SELECT 1' }],
    },
    is: {
      tables: {},
      rows: {},
      restore: 'wanted',
      tablesAtLeast: 9,
      areReferencesLax: true,
      freshness: { sql: 'SELECT max(at) FROM t', withinMs: 7_200_000 },
      assertions: [{ name: 'a', sql: 'SELECT 1', expect: 'no rows', isWarning: false }],
    },
  },
])('$name', ({ of, is }) => {
  expect(postgresExpected(said.parse(of))).toEqual(is)
})

test.each([{ unrestored: 'fail' }, { rows: { users: 1 } }, { canary: [] }])('refused: %j', (of) => {
  expect(said.safeParse(of).success).toBe(false)
})
