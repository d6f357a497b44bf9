import { describe, expect, test } from 'vitest'

import type { Expected } from '../../../../lib/rules/kinds/answers'
import {
  judgeAssertion,
  judgeCanary,
  judgeFreshness,
} from '../../../../lib/rules/kinds/sqlite/content'

const assertion = (expected: Expected, isWarning = false) => ({
  name: 'no orphans',
  sql: 'SELECT 1',
  expect: expected,
  isWarning,
})

const value = (text: string) => ({ rows: [[text]] })

describe('an assertion', () => {
  test.each([
    { name: 'no rows came', expected: 'no rows', answer: { rows: [] }, outcome: 'passed' },
    { name: 'a row came', expected: 'no rows', answer: { rows: [['secret']] }, outcome: 'unmet' },
    { name: 'the very number', expected: { equals: 7 }, answer: value('7'), outcome: 'passed' },
    { name: 'another number', expected: { equals: 7 }, answer: value('8'), outcome: 'unmet' },
    { name: 'the very text', expected: { equals: 'a' }, answer: value('a'), outcome: 'passed' },
    { name: 'no value', expected: { equals: 'a' }, answer: { rows: [] }, outcome: 'unmet' },
    { name: 'one less', expected: { atLeast: 7 }, answer: value('6'), outcome: 'unmet' },
    { name: 'just enough', expected: { atLeast: 7 }, answer: value('7'), outcome: 'passed' },
    { name: 'just not too much', expected: { atMost: 7 }, answer: value('7'), outcome: 'passed' },
    { name: 'one more', expected: { atMost: 7 }, answer: value('8'), outcome: 'unmet' },
    {
      name: 'text where a number was meant',
      expected: { atMost: 7 },
      answer: value('x'),
      outcome: 'unmet',
    },
    {
      name: 'a misspelt table',
      expected: 'no rows',
      answer: { error: 'no such table: tokns' },
      outcome: 'unmet',
    },
    {
      name: 'a column that a migration renamed',
      expected: { atLeast: 1 },
      answer: { error: 'no such column: total' },
      outcome: 'unmet',
    },
    {
      name: 'a function that is not here',
      expected: 'no rows',
      answer: { error: 'no such function: app_hash' },
      outcome: 'unverifiable',
    },
    {
      name: 'evidence against the bytes',
      expected: 'no rows',
      answer: { error: 'database disk image is malformed' },
      outcome: 'failed',
    },
  ] as const)('$outcome: $name', ({ expected, answer, outcome }) => {
    const rows = 'rows' in answer ? { rows: answer.rows.map((row) => [...row]) } : answer
    expect(judgeAssertion(assertion(expected), rows).outcome).toBe(outcome)
    expect(judgeAssertion(assertion(expected), rows)).toMatchSnapshot()
  })

  test('only warns when that was asked for', () => {
    expect(judgeAssertion(assertion('no rows', true), value('x')).outcome).toBe('warned')
  })

  test('never quotes what stands in a row', () => {
    for (const expected of ['no rows', { equals: 'a' }, { atLeast: 1 }] as const) {
      expect(JSON.stringify(judgeAssertion(assertion(expected), value('s3cr3t')))).not.toContain(
        's3cr3t',
      )
    }
  })

  test('says how many rows, and that there may be more', () => {
    const two = judgeAssertion(assertion('no rows'), { rows: [['a'], ['b']], isCut: true })
    expect(two.detail).toBe('"no orphans" does not hold: 2 rows or more came back, expected none.')
  })
})

describe('freshness', () => {
  const takenAt = new Date('2026-03-02T02:00:00Z')
  const within = 26 * 3_600_000
  test.each([
    { at: '2026-03-02T01:59:00Z', outcome: 'passed', said: 'less than an hour old' },
    { at: '2026-03-02T05:00:00Z', outcome: 'passed', said: 'less than an hour old' },
    { at: '2026-03-02T00:59:00Z', outcome: 'passed', said: '1 hour old' },
    { at: '2026-03-01T00:00:00Z', outcome: 'passed', said: '26 hours old' },
    { at: '2026-02-28T23:59:59Z', outcome: 'warned', said: '26 hours old when the copy was taken' },
    { at: '2026-02-20T02:00:00Z', outcome: 'warned', said: '10 days old' },
  ])('$outcome for content of $at', ({ at, outcome, said }) => {
    const found = judgeFreshness(value(at), within, takenAt)
    expect(found.outcome).toBe(outcome)
    expect(found).toMatchSnapshot()
    expect(found.detail).toContain(said)
  })

  test.each([
    { name: 'no row', answer: { rows: [] } },
    { name: 'no time', answer: value('null') },
  ])('warns when the question gives $name', ({ answer }) => {
    expect(judgeFreshness(answer, within, takenAt)).toMatchObject({ outcome: 'warned' })
    expect(judgeFreshness(answer, within, takenAt)).toMatchSnapshot()
  })

  test('of a question that no time answers is told apart from content that is old', () => {
    const codeOf = (text: string) => judgeFreshness(value(text), within, takenAt).code
    expect(codeOf('null')).toBe('no-time')
    expect(codeOf('2026-02-20T02:00:00Z')).toBeUndefined()
  })

  test.each([
    { name: 'asks for a column that is gone', error: 'no such column: x', outcome: 'unmet' },
    { name: 'asks for a table that is gone', error: 'no such table: x', outcome: 'unmet' },
    { name: 'is no SQL', error: 'near "x": syntax error', outcome: 'unverifiable' },
    { name: 'meets damage', error: 'database disk image is malformed', outcome: 'failed' },
  ])('is $outcome when the question $name', ({ error, outcome }) => {
    expect(judgeFreshness({ error }, within, takenAt).outcome).toBe(outcome)
    expect(judgeFreshness({ error }, within, takenAt)).toMatchSnapshot()
  })
})

describe('a canary', () => {
  test.each([
    { name: 'its row is there', answer: { rows: [['1']] }, outcome: 'passed' },
    { name: 'its row is not', answer: { rows: [] }, outcome: 'unmet' },
    { name: 'not even its table is', answer: { error: 'no such table: c' }, outcome: 'unmet' },
    { name: 'it could not be asked', answer: { error: 'out of memory' }, outcome: 'unverifiable' },
    {
      name: 'its page is damaged',
      answer: { error: 'database disk image is malformed' },
      outcome: 'failed',
    },
  ])('$outcome when $name', ({ answer, outcome }) => {
    expect(judgeCanary(answer).outcome).toBe(outcome)
    expect(judgeCanary(answer)).toMatchSnapshot()
  })
})
