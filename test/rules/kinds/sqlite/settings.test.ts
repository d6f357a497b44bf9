/** What comes of each setting is shown with the others, in settings/databases.test.ts. */
import { expect, test } from 'vitest'

import { handingOut, settings, sqliteExpected } from '../../../../lib/rules/kinds/sqlite/settings'

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

test('references that lead nowhere fail a copy, or only warn, in these two words', () => {
  const { references } = settings
  expect(['fail', 'warn', undefined].map((said) => references.safeParse(said).success)).toEqual([
    true,
    true,
    true,
  ])
  expect(references.safeParse('').success).toBe(false)
  expect(sqliteExpected({ references: 'fail' }).areReferencesStrict).toBe(true)
  expect(sqliteExpected({ references: 'warn' }).areReferencesStrict).toBe(false)
})

test('a question that hands out values asks nothing else', () => {
  expect(handingOut('SELECT 1')).toEqual({ ...sqliteExpected(undefined), values: 'SELECT 1' })
})
