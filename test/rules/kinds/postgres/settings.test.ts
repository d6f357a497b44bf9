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
])('$name', ({ of, is }) => {
  expect(postgresExpected(said.parse(of))).toEqual(is)
})

test.each([{ unrestored: 'fail' }, { rows: { users: 1 } }, { assertions: [] }])(
  'refused: %j',
  (of) => {
    expect(said.safeParse(of).success).toBe(false)
  },
)
