import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { sqlite } from '../../../../lib/rules/kinds/sqlite/kind'
import { findingOf } from '../../../fixtures/told/entries'

describe('what the host says of a SQLite file', () => {
  const facts = { sqlite_version: '3.40.1', journal_mode: 'wal' }

  test.each([
    { name: 'as the taker says it', said: facts, is: true },
    { name: 'with a version that is not known', said: { ...facts, sqlite_version: '' }, is: true },
    { name: 'with what is computed', said: { ...facts, computed: 'ok' }, is: true },
    { name: 'just not too long', said: { ...facts, journal_mode: 'x'.repeat(100) }, is: true },
    { name: 'without the version', said: { journal_mode: 'wal' }, is: false },
    { name: 'with more than was asked', said: { ...facts, pages: '3' }, is: false },
    { name: 'too long', said: { ...facts, journal_mode: 'x'.repeat(101) }, is: false },
    { name: 'with what cannot be printed', said: { ...facts, journal_mode: 'wal\n' }, is: false },
  ])('is taken $name: $is', ({ said, is }) => {
    expect(z.strictObject(sqlite.facts).safeParse(said).success).toBe(is)
  })

  test('is refused with what it should be', () => {
    const { error } = z.strictObject(sqlite.facts).safeParse({ ...facts, journal_mode: '\n' })
    expect(error?.issues).toMatchObject([
      { path: ['journal_mode'], message: 'expected printable characters' },
    ])
  })

  test('is held against what was found in the structure', () => {
    const passed = [findingOf('structure', 'passed')]
    expect(sqlite.note(facts, passed)?.detail).toContain('3.40.1')
    expect(sqlite.note(facts, [])).toBeUndefined()
    expect(sqlite.note({ ...facts, journal_mode: 'delete' }, passed)).toBeUndefined()
    expect(sqlite.note({ sqlite_version: 3, journal_mode: 'wal' }, passed)).toBeUndefined()
    expect(sqlite.note({}, passed)).toBeUndefined()
  })
})

test('is asked in one order; without arrival, bytes, header, structure and references nothing is sound', () => {
  const expectations = ['references', 'schema', 'rows', 'freshness', 'assertions', 'canary']
  expect(sqlite.expectations).toEqual(expectations)
  expect(sqlite.checks).toEqual([
    'arrival',
    'bytes',
    'header',
    'structure',
    ...expectations,
    'engine',
    'clock',
  ])
  expect(sqlite.essential).toEqual(['arrival', 'bytes', 'header', 'structure', 'references'])
})

test.each([
  { name: 'tables', said: { tables: {} }, is: true },
  { name: 'floors', said: { rows: {} }, is: true },
  { name: 'questions', said: { assertions: [] }, is: true },
  { name: 'how references are taken', said: { references: 'warn' as const }, is: false },
])('something is expected of its content where the user names $name: $is', ({ said, is }) => {
  expect(sqlite.isAsked(said)).toBe(is)
})
