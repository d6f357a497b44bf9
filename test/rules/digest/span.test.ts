import { describe, expect, test } from 'vitest'

import {
  isIn,
  lastWeek,
  monthFolders,
  parseDay,
  parseSince,
  sinceRule,
} from '../../../lib/rules/digest/span'

const now = new Date('2026-11-21T06:00:00.000Z')

test('what may be given is said with an example of each', () => {
  expect(sinceRule).toBe('Give a UTC day (2025-07-04) or a span that reaches back from now (30d).')
})

describe('a span', () => {
  test('of a day goes from its first to its last instant, in UTC', () => {
    expect(parseDay('2026-02-28')).toEqual({
      since: new Date('2026-02-28T00:00:00.000Z'),
      until: new Date('2026-02-28T23:59:59.999Z'),
    })
  })

  test.each(['2026-02-30', '2026-2-3', 'today', '', 'tokens_2026-11-21T010017Z_9d672f'])(
    'is not made of %j',
    (text) => {
      expect(parseDay(text)).toBeUndefined()
      expect(parseSince(text, now)).toBeUndefined()
    },
  )

  test.each([
    { text: '2026-11-01', since: '2026-11-01T00:00:00.000Z' },
    { text: '30d', since: '2026-10-22T06:00:00.000Z' },
    { text: '6h', since: '2026-11-21T00:00:00.000Z' },
  ])('reaches back to $text', ({ text, since }) => {
    expect(parseSince(text, now)?.toISOString()).toBe(since)
  })

  test('has both of its ends', () => {
    const week = lastWeek(now)
    expect(week.since.toISOString()).toBe('2026-11-14T06:00:00.000Z')
    expect(isIn(week, '2026-11-14T06:00:00.000Z')).toBe(true)
    expect(isIn(week, '2026-11-14T05:59:59.999Z')).toBe(false)
    expect(isIn(week, now)).toBe(true)
    expect(isIn(week, new Date(now.getTime() + 1))).toBe(false)
  })

  test('names every month that it touches', () => {
    const since = new Date('2025-11-30T23:59:59.999Z')
    expect(monthFolders({ since, until: new Date('2026-02-01T00:00:00.000Z') })).toEqual([
      '2025/11',
      '2025/12',
      '2026/01',
      '2026/02',
    ])
  })
})
