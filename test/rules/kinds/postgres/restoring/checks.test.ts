/** What the questions to a restored database say of it, and what is said where nobody could ask. */
import { describe, expect, test } from 'vitest'

import * as judged from '../../../../../lib/rules/kinds/postgres/restoring/checks'
import { postgresExpected } from '../../../../../lib/rules/kinds/postgres/settings'

describe('references', () => {
  const orphans = (rows: number) => [
    { table: 'sound', parent: 'users', rows: 0 },
    { table: 'orders', parent: 'users', rows },
  ]

  test.each([
    { rows: 0, isLax: false, outcome: 'passed', says: 'by 3 foreign keys' },
    { rows: 1, isLax: false, outcome: 'unmet', says: '1 row refers to rows' },
    { rows: 9, isLax: true, outcome: 'warned', says: '9 rows refer to rows that do not exist' },
  ])('$outcome with $rows rows that find nothing', ({ rows, isLax, outcome, says }) => {
    const found = judged.judgeReferences({ keys: 3, orphans: orphans(rows) }, isLax)
    expect(found.outcome).toBe(outcome)
    expect(found).toMatchSnapshot()
    expect(found.detail).toContain(says)
  })
})

describe('what was taken', () => {
  const tables = (rows: Readonly<Record<string, number>>) =>
    new Map(Object.entries(rows).map(([table, count]) => [table, { columns: [], rows: count }]))
  const own = (rows: number) => ({ rows, isDivided: false, isPart: false })
  const part = (rows: number) => ({ ...own(rows), isPart: true })
  const whole = (rows: number) => ({ ...own(rows), isDivided: true })
  const taken = (
    read: Readonly<Record<string, number>>,
    restored: Readonly<Record<string, judged.Counted>>,
  ) => judged.judgeTaken(tables(read), new Map(Object.entries(restored)))

  test.each([
    { name: 'as it was read', read: { users: 3 }, restored: { users: own(3) } },
    {
      name: 'parts that were dumped one by one',
      read: { log: 0, log_1: 2, log_2: 1 },
      restored: { log: whole(3), log_1: part(2), log_2: part(1) },
    },
    {
      name: 'parts that were dumped by the table that they are parts of',
      read: { log: 3, log_1: 0, log_2: 0 },
      restored: { log: whole(3), log_1: part(2), log_2: part(1) },
    },
    {
      name: 'a part that is parted itself',
      read: { log: 0, log_1: 0, log_1_a: 2 },
      restored: { log: whole(2), log_1: { ...whole(2), isPart: true }, log_1_a: part(2) },
    },
    {
      name: 'a name in an encoding that is not ours',
      read: { 'tabl\uFFFD': 2, users: 1 },
      restored: { tablé: own(2), users: own(1) },
    },
  ])('$name', ({ read, restored }) => {
    expect(taken(read, restored)).toBeUndefined()
  })

  test.each([
    {
      name: 'a table that is gone',
      read: { users: 0 },
      restored: {},
      outcome: 'unmet',
      says: 'users is not there, and the dump holds 0 rows for it',
    },
    {
      name: 'fewer rows',
      read: { users: 3 },
      restored: { users: own(2) },
      outcome: 'unmet',
      says: 'users has 2 rows, and the dump holds 3 rows',
    },
    {
      name: 'fewer, and first more of another',
      read: { a: 1, users: 3 },
      restored: { a: own(2), users: own(1) },
      outcome: 'unmet',
      says: 'users has 1 row,',
    },
    {
      name: 'fewer in one table that is divided, beside one that is not',
      read: { users: 1, log: 2, log_1: 0 },
      restored: { users: own(1), log: whole(1), log_1: part(1) },
      outcome: 'unmet',
      says: 'log and others together have 1 row, and the dump holds 2 rows for them',
    },
    {
      name: 'fewer in parts',
      read: { log: 0, log_1: 2 },
      restored: { log: whole(1), log_1: part(1) },
      outcome: 'unmet',
      says: 'log and others together have 1 row, and the dump holds 2 rows for them',
    },
    {
      name: 'fewer under a name in another encoding',
      read: { 'tabl\uFFFD': 2 },
      restored: { tablé: own(1) },
      outcome: 'unmet',
      says: 'have 1 row',
    },
    {
      name: 'fewer under a name in letters that are not plain',
      read: { tablé: 2 },
      restored: { tablé: own(1) },
      outcome: 'unmet',
      says: 'tablé has 1 row',
    },
    {
      name: 'more rows',
      read: { users: 3 },
      restored: { users: own(4) },
      outcome: 'warned',
      says: 'users has 4 rows',
    },
    {
      name: 'what was not in it',
      read: {},
      restored: { other: own(1) },
      outcome: 'warned',
      says: 'other has 1 row, and the dump holds 0 rows',
    },
  ])('is told: $name', ({ read, restored, outcome, says }) => {
    const found = taken(read, restored)
    expect(found).toMatchObject({ outcome, detail: expect.stringContaining(says) })
    expect(found).toMatchSnapshot()
  })
})

test('upkeep that was refused, or left out, is told', () => {
  const warned = {
    check: 'structure',
    outcome: 'warned',
    code: 'upkeep',
    mend: 'Ask the live database for the same, on its host: REINDEX (VERBOSE) DATABASE.',
  }
  expect(judged.judgeUpkeep(undefined)).toEqual({
    check: 'structure',
    outcome: 'passed',
    detail: 'REINDEX and ANALYZE went through every table and index.',
  })
  expect(judged.judgeUpkeep('23505')).toEqual({
    ...warned,
    detail: 'REINDEX or ANALYZE of the restored database was refused (23505).',
  })
  expect(judged.judgeLeftOut('the time ran out')).toEqual({
    ...warned,
    detail: 'It was restored, and not asked to its end: the time ran out.',
  })
})

describe('answers', () => {
  const takenAt = new Date('2026-03-02T00:00:00Z')
  const said = {
    freshest: 'SELECT max(at) FROM t',
    assertions: [{ name: 'a', sql: 'SELECT 1', expect: { equals: 1 } }],
  }
  const found = (answers: readonly judged.Told[], more = {}) =>
    judged.judgeAnswers(postgresExpected({ ...said, ...more }), answers, takenAt)
  const told = (answers: readonly judged.Told[], more = {}) =>
    found(answers, more).map(({ outcome, check }) => `${outcome} ${check}`)
  const one = (value: string) => ({ rows: [[value]], isCut: false })

  test.each([
    {
      answers: [one('2026-03-01 23:30:00+00'), one('1')],
      all: ['passed freshness', 'passed assertions'],
    },
    {
      answers: [
        { code: '42P01', message: 'x' },
        { code: '42703', message: 'x' },
      ],
      all: ['unmet freshness', 'unmet assertions'],
    },
    {
      answers: [{ code: '57014', message: 'x' }, one('2')],
      all: ['unverifiable freshness', 'unmet assertions'],
    },
    { answers: [], all: ['warned freshness', 'warned assertions'] },
  ])('$all', ({ answers, all }) => {
    expect(told(answers)).toEqual(all)
    expect(found(answers)).toMatchSnapshot()
  })

  test('that could not be asked are not verified, where a restore is demanded', () => {
    const all = ['unverifiable freshness', 'unverifiable assertions']
    expect(told([], { unrestored: 'unverifiable' })).toEqual(all)
  })

  test('to questions alone, or to none', () => {
    expect(told([one('1')], { freshest: undefined })).toEqual(['passed assertions'])
    expect(judged.judgeAnswers(postgresExpected(undefined), [], takenAt)).toEqual([])
  })
})
