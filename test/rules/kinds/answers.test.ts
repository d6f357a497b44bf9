/** What came back for a user's own question, whatever engine gave it: how it is judged. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { judgeAssertion, judgeFreshness, parseContentTime } from '../../../lib/rules/kinds/answers'
import { told } from '../../fixtures/told/entries'

describe('a time in the content', () => {
  test.each([
    { text: '2026-03-01T01:02:03Z', at: '2026-03-01T01:02:03.000Z', why: 'ISO' },
    {
      text: '2026-03-01 01:02:03',
      at: '2026-03-01T01:02:03.000Z',
      why: 'SQLite’s own form is UTC',
    },
    { text: '2026-03-01 01:02', at: '2026-03-01T01:02:00.000Z', why: 'without seconds' },
    { text: '2026-03-01', at: '2026-03-01T00:00:00.000Z', why: 'a day' },
    { text: '2026-03-01T03:02:03.5+02:00', at: '2026-03-01T01:02:03.500Z', why: 'with a zone' },
    {
      text: '2026-03-01 01:02:03.25+00',
      at: '2026-03-01T01:02:03.250Z',
      why: 'as PostgreSQL says it',
    },
    {
      text: '2026-03-01 03:02:03+02',
      at: '2026-03-01T01:02:03.000Z',
      why: 'and where it is not UTC',
    },
    { text: '2026-03-01 00:02:03-0100', at: '2026-03-01T01:02:03.000Z', why: 'behind it' },
    { text: '1772326923', at: '2026-03-01T01:02:03.000Z', why: 'seconds since 1970' },
    { text: '1772326923.5', at: '2026-03-01T01:02:03.500Z', why: 'with a fraction' },
    { text: ' 2026-03-01\n', at: '2026-03-01T00:00:00.000Z', why: 'with space around it' },
    { text: '1772326923000', at: '2026-03-01T01:02:03.000Z', why: 'milliseconds' },
  ])('$text is read: $why', ({ text, at }) => {
    expect(parseContentTime(text)?.toISOString()).toBe(at)
  })

  test('without a zone is one of UTC, wherever the machine stands that reads it', () => {
    onTestFinished(() => void vi.unstubAllEnvs())
    vi.stubEnv('TZ', 'Asia/Tokyo')
    expect(new Date('2026-03-01T00:00').toISOString()).toBe('2026-02-28T15:00:00.000Z')
    expect(parseContentTime('2026-03-01 01:02')?.toISOString()).toBe('2026-03-01T01:02:00.000Z')
  })

  test.each(['', 'null', 'yesterday', '2026-13-01', '2026-03-01T25:00', '12', '01/03/2026'])(
    '%j is none',
    (text) => {
      expect(parseContentTime(text)).toBeUndefined()
    },
  )
})

describe('an answer that is none', () => {
  const assertion = { name: 'a', sql: 'SELECT 1', expect: 'no rows' as const, isWarning: false }
  const judged = { check: 'assertions', outcome: 'unverifiable', detail: 'No time was left.' }

  test('is told as its engine judged it, by the name of the question', () => {
    expect(judgeAssertion(assertion, { judged })).toEqual({
      ...judged,
      detail: '"a": No time was left.',
    })
    const asked = { withinMs: 1, takenAt: new Date(0), where: 'x' }
    expect(judgeFreshness({ judged }, asked)).toBe(judged)
  })

  test('is unmet where it asks for what is not there', () => {
    const gone = 'no such table: x'
    const asked = { withinMs: 1, takenAt: new Date(0), where: 'x' }
    expect([told(judgeAssertion(assertion, { gone })), told(judgeFreshness({ gone }, asked))])
      .toMatchInlineSnapshot(`
      [
        "unmet assertions: "a" asks for what is not there: no such table: x. -> After a migration, change its SQL in lib/databases.ts and deploy again: the copies are then judged anew by themselves.",
        "unmet freshness: The question for the newest content asks for what is not there: no such table: x. -> After a migration, change "freshest" in lib/databases.ts and deploy again: the copies are then judged anew by themselves.",
      ]
    `)
  })

  test('an old content is told with where to look', () => {
    const asked = { withinMs: 1, takenAt: new Date('2026-03-09'), where: 'it is the right one' }
    const found = judgeFreshness({ rows: [['2026-03-01']] }, asked)
    expect(found).toEqual({
      check: 'freshness',
      outcome: 'warned',
      detail: 'The newest content was 8 days old when the copy was taken; 0 hours are expected.',
      mend: 'Check that the app still writes, and that it is the right one.',
    })
  })
})

describe('what does not hold', () => {
  test.each([
    { expect: 'no rows', is: '2 rows came back, expected none' },
    { expect: { equals: 'b' }, is: 'the value is not exactly b' },
    { expect: { atLeast: 7 }, is: 'the value is not at least 7' },
    { expect: { atMost: 5 }, is: 'the value is not at most 5' },
  ] as const)('is told with what was expected: $is', ({ expect: expected, is }) => {
    const assertion = { name: 'a', sql: 'SELECT 1', expect: expected }
    const judged = (isWarning: boolean) =>
      judgeAssertion({ ...assertion, isWarning }, { rows: [['6'], ['6']] })
    const finding = {
      check: 'assertions',
      outcome: 'unmet',
      detail: `"a" does not hold: ${is}.`,
      mend: 'Ask the live database with the SQL of "a" in lib/databases.ts. If it is the question that is wrong, change it there and deploy again.',
    }
    expect(judged(false)).toEqual(finding)
    expect(judged(true)).toEqual({ ...finding, outcome: 'warned' })
  })

  test.each([
    { expect: { equals: 6 }, rows: [] },
    { expect: { equals: 'null' }, rows: [[undefined]] },
    { expect: { atLeast: 0 }, rows: [[]] },
  ] as const)('is a value that did not come: $expect of $rows', ({ expect: expected, rows }) => {
    const assertion = { name: 'a', sql: 'SELECT 1', expect: expected, isWarning: false }
    expect(judgeAssertion(assertion, { rows }).detail).toContain('no value came back, expected')
  })
})

describe('an age', () => {
  const takenAt = new Date('2026-03-09T00:00:00Z')
  const aged = (minutes: number, withinMs: number) => {
    const at = new Date(takenAt.getTime() - minutes * 60_000).toISOString()
    return judgeFreshness({ rows: [[at]] }, { withinMs, takenAt, where: 'x' }).detail
  }

  test.each([
    { minutes: 59, is: 'less than an hour' },
    { minutes: 60, is: '1 hour' },
    { minutes: 119, is: '1 hour' },
    { minutes: 48 * 60 - 1, is: '47 hours' },
    { minutes: 48 * 60, is: '2 days' },
    { minutes: 72 * 60 - 1, is: '2 days' },
  ])('of $minutes minutes is told in whole hours, then in whole days: $is', ({ minutes, is }) => {
    expect(aged(minutes, Infinity)).toBe(`The newest content was ${is} old.`)
  })

  test('that is too high is told beside the one that is expected', () => {
    expect(aged(72 * 60, 26 * 3_600_000)).toBe(
      'The newest content was 3 days old when the copy was taken; 26 hours are expected.',
    )
  })
})
