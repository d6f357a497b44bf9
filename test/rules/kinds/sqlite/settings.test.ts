/** What comes of each setting is shown with the others, in settings/databases.test.ts. */
import { expect, test } from 'vitest'

import { settings, sqliteExpected } from '../../../../lib/rules/kinds/sqlite/settings'

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

test('a number of tables stands beside their names, or alone, and nowhere else', () => {
  const { tables } = settings
  const named = { atLeast: 10, tokens: ['key'] }
  expect(sqliteExpected({ tables: named })).toMatchObject({
    tables: { tokens: ['key'] },
    tablesAtLeast: 10,
  })
  expect(Object.keys(sqliteExpected({ tables: { atLeast: ['id'] } }).tables)).toEqual(['atLeast'])
  expect(sqliteExpected({ tables: { atLeast: ['id'] } }).tablesAtLeast).toBeUndefined()
  const isTaken = (said: unknown) => tables.safeParse(said).success
  expect([named, { atLeast: 0 }, { atLeast: ['id'] }, {}, undefined].map(isTaken)).not.toContain(
    false,
  )
  expect([{ tokens: 3 }, { atLeast: -1 }, { atLeast: 1.5 }].map(isTaken)).not.toContain(true)
})
