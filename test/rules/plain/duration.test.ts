import { describe, expect, test } from 'vitest'

import { duration, parseDuration } from '../../../lib/rules/plain/duration'

describe('a span of time', () => {
  test.each([
    { text: '90s', ms: 90_000 },
    { text: '45m', ms: 2_700_000 },
    { text: '26h', ms: 93_600_000 },
    { text: '7d', ms: 604_800_000 },
    { text: '2w', ms: 1_209_600_000 },
    { text: '999999s', ms: 999_999_000 },
  ])('$text is read', ({ text, ms }) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', '0h', '1', 'h', '1.5h', '-1h', '1 h', '1H', '1000000s', '1h30m', '26h\n'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  test('is taken from the settings as it was written, and what is none is told what one is', () => {
    expect(duration.parse('26h')).toBe('26h')
    const { error } = duration.safeParse('0h')
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'expected a span such as 45m, 26h or 7d',
    ])
  })
})
