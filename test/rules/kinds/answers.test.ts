/** What came back for a user's own question, whatever engine gave it: how it is judged. */
import { describe, expect, test } from 'vitest'

import { judgeAssertion, judgeFreshness, parseContentTime } from '../../../lib/rules/kinds/answers'

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
    { text: '1772326923', at: '2026-03-01T01:02:03.000Z', why: 'seconds since 1970' },
    { text: '1772326923.5', at: '2026-03-01T01:02:03.500Z', why: 'with a fraction' },
    { text: '1772326923000', at: '2026-03-01T01:02:03.000Z', why: 'milliseconds' },
  ])('$text is read: $why', ({ text, at }) => {
    expect(parseContentTime(text)?.toISOString()).toBe(at)
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
    expect(judgeAssertion(assertion, { judged }).detail).toBe('"a": No time was left.')
    const asked = { withinMs: 1, takenAt: new Date(0), where: 'x' }
    expect(judgeFreshness({ judged }, asked)).toBe(judged)
  })

  test('is unmet where it asks for what is not there', () => {
    expect(judgeAssertion(assertion, { gone: 'no such table: x' }).outcome).toBe('unmet')
  })

  test('an old content is told with where to look', () => {
    const asked = { withinMs: 1, takenAt: new Date('2026-03-09'), where: 'it is the right one' }
    const found = judgeFreshness({ rows: [['2026-03-01']] }, asked)
    expect(found.mend).toBe('Check that the app still writes, and that it is the right one.')
  })
})
