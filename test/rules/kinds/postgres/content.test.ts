/** What lib/databases.ts expects, held against what stands in a dump. */
import { describe, expect, test } from 'vitest'

import { judgeRestore, judgeRows, judgeSchema } from '../../../../lib/rules/kinds/postgres/content'
import { postgresExpected } from '../../../../lib/rules/kinds/postgres/settings'

const tables = new Map([
  ['users', { columns: ['id', 'email'], rows: 3 }],
  ['app.log', { columns: [], rows: 0 }],
])

describe('tables', () => {
  test.each([
    { name: 'none expected', expected: {}, outcome: 'passed', says: '2 tables.' },
    {
      name: 'all there',
      expected: { users: ['id'], 'app.log': [] },
      outcome: 'passed',
      says: '2 tables, with all that was expected.',
    },
    {
      name: 'one missing',
      expected: { orders: ['id'] },
      outcome: 'unmet',
      says: 'Expected and not there: table orders.',
    },
    {
      name: 'a column missing',
      expected: { users: ['id', 'name'] },
      outcome: 'unmet',
      says: 'Expected and not there: column users.name.',
    },
  ])('$name', ({ expected, outcome, says }) => {
    expect(judgeSchema(tables, expected)).toMatchObject({ check: 'schema', outcome, detail: says })
    expect(judgeSchema(tables, expected)).toMatchSnapshot()
  })

  test('fewer than there should be', () => {
    expect(judgeSchema(tables, {}, 3).detail).toBe('2 tables; at least 3 are expected.')
    expect(judgeSchema(tables, {}, 3)).toMatchSnapshot()
    expect(judgeSchema(tables, {}, 2).detail).toBe('2 tables, with all that was expected.')
    expect(judgeSchema(tables, {}, 2)).toMatchSnapshot()
  })

  test('none at all is told', () => {
    expect(judgeSchema(new Map(), {})).toMatchObject({ outcome: 'warned' })
    expect(judgeSchema(new Map(), {})).toMatchSnapshot()
  })
})

describe('rows', () => {
  test.each([
    { name: 'no floor', floors: {}, outcome: 'passed', says: '3 rows in 2 tables.' },
    {
      name: 'as many',
      floors: { users: { atLeast: 3 } },
      outcome: 'passed',
      says: '3 rows in 2 tables.',
    },
    {
      name: 'one less',
      floors: { users: { atLeast: 4 } },
      outcome: 'unmet',
      says: 'Fewer rows than the floor: users has 3 (floor 4).',
    },
    {
      name: 'no table',
      floors: { orders: { atLeast: 1 } },
      outcome: 'unmet',
      says: 'Fewer rows than the floor: orders is not there (floor 1).',
    },
  ])('$name', ({ floors, outcome, says }) => {
    expect(judgeRows(tables, floors)).toMatchObject({ check: 'rows', outcome, detail: says })
    expect(judgeRows(tables, floors)).toMatchSnapshot()
  })
})

test('a floor is held against what PostgreSQL has counted, where it has', () => {
  const counted = new Map([['users', { columns: [], rows: 9 }]])
  expect(judgeRows(tables, { users: { atLeast: 5 } }, { counted }).outcome).toBe('passed')
  expect(judgeRows(tables, { users: { atLeast: 5 } }, { counted })).toMatchSnapshot()
})

test('a dump that leaves out the rows of all tables is warned of, and its floors count all the same', () => {
  const found = judgeRows(tables, {}, { areLeftOut: true })
  expect(found).toMatchObject({ check: 'rows', outcome: 'warned', code: 'no-rows' })
  expect(found).toMatchSnapshot()
  const floors = { users: { atLeast: 1_000_000 } }
  expect(judgeRows(tables, floors, { areLeftOut: true }).outcome).toBe('unmet')
})

describe('a dump that was not restored', () => {
  test.each([
    { said: undefined, outcome: 'warned' },
    { said: { unrestored: 'warn' as const }, outcome: 'warned' },
    { said: { unrestored: 'unverifiable' as const }, outcome: 'unverifiable' },
  ])('is $outcome where lib/databases.ts says $said.unrestored', ({ said, outcome }) => {
    const finding = judgeRestore(postgresExpected(said).restore)
    expect(finding).toMatchObject({ check: 'references', outcome, code: 'not-restored' })
    expect(finding).toMatchSnapshot()
    expect(finding?.detail).toMatch(/^Structure verified, not restored/)
  })

  test('is told with the limit, and what it takes', () => {
    const found = judgeRestore('wanted', {
      beyond: { limit: 'it is too large', takes: 'more room' },
    })
    expect(found?.detail).toContain('not restored: it is too large. No server')
    expect(found).toMatchSnapshot()
    expect(found?.mend).toMatch(/^It takes more room\. To see it loaded/)
  })

  test('names no psql for what may start a program', () => {
    const found = judgeRestore('demanded', { programLine: 7 })
    expect(found?.mend).toMatch(/^Read line 7 of it before any server gets it/)
    expect(found).toMatchSnapshot()
    expect(found?.mend).not.toContain('psql')
  })

  test('is not told of what is made here', () => {
    expect(judgeRestore('unasked')).toBeUndefined()
  })
})

test.each([
  { expected: {}, atLeast: 0, is: '1 table.' },
  { expected: { users: [] }, atLeast: 0, is: '1 table, with all that was expected.' },
  { expected: {}, atLeast: 1, is: '1 table, with all that was expected.' },
])('what was expected is named where anything was: $is', ({ expected, atLeast, is }) => {
  const one = new Map([['users', { columns: ['id'], rows: 1 }]])
  expect(judgeSchema(one, expected, atLeast).detail).toBe(is)
})
