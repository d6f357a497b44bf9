/** What comes of each setting is shown with the others, in settings/databases.test.ts. */
import { expect, test } from 'vitest'

import { sqliteExpected } from '../../../../lib/rules/kinds/sqlite/settings'

test('expects its fields in one order, by which a fingerprint is taken', () => {
  expect(Object.keys(sqliteExpected(undefined))).toEqual([
    'tables',
    'rows',
    'areReferencesStrict',
    'freshness',
    'assertions',
  ])
  expect(Object.keys(sqliteExpected({ assertions: [], tables: {} }))).toEqual(
    Object.keys(sqliteExpected(undefined)),
  )
})
