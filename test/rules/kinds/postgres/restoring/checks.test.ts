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
    expect(found.detail).toContain(says)
  })
})

describe('what was taken', () => {
  const read = new Map([['users', { columns: [], rows: 3 }]])

  test.each([
    { name: 'as it was read', table: 'users', rows: 3, isShared: false, code: undefined },
    { name: 'with less', table: 'users', rows: 2, isShared: false, code: 'rows-moved' },
    { name: 'a table of a table', table: 'users', rows: 9, isShared: true, code: undefined },
    { name: 'what was not in it', table: 'other', rows: 1, isShared: false, code: 'rows-moved' },
  ])('$name', ({ table, rows, isShared, code }) => {
    expect(judged.judgeTaken(read, new Map([[table, { rows, isShared }]]))?.code).toBe(code)
  })
})

test('upkeep that was refused, or left out, is told', () => {
  expect(judged.judgeUpkeep(undefined).outcome).toBe('passed')
  expect(judged.judgeUpkeep('23505')).toMatchObject({ outcome: 'warned', code: 'upkeep' })
  expect(judged.judgeLeftOut('the time ran out').detail).toContain('not asked to its end: the time')
})

describe('answers', () => {
  const takenAt = new Date('2026-03-02T00:00:00Z')
  const said = {
    freshest: 'SELECT max(at) FROM t',
    assertions: [{ name: 'a', sql: 'SELECT 1', expect: { equals: 1 } }],
  }
  const told = (answers: readonly judged.Told[], more = {}) =>
    judged
      .judgeAnswers(postgresExpected({ ...said, ...more }), answers, takenAt)
      .map(({ outcome, check }) => `${outcome} ${check}`)
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
