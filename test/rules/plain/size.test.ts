import { describe, expect, test } from 'vitest'

import { parseSize, size } from '../../../lib/rules/plain/size'

describe('a size', () => {
  test.each([
    { text: '500 MB', bytes: 500_000_000 },
    { text: '20 GB', bytes: 20_000_000_000 },
    { text: '20GB', bytes: 20_000_000_000 },
    { text: '2 TB', bytes: 2_000_000_000_000 },
    { text: '1 MiB', bytes: 1_048_576 },
    { text: '1.5 GiB', bytes: 1_610_612_736 },
    { text: '1 TiB', bytes: 1_099_511_627_776 },
    { text: '1.001 MiB', bytes: 1_049_625 },
  ])('$text is read', ({ text, bytes }) => {
    expect(parseSize(text)).toBe(bytes)
  })

  test.each([
    '',
    '0 GB',
    '20',
    'GB',
    '-1 GB',
    '20  GB',
    '20 gb',
    '20 B',
    '20 kB',
    '1. GB',
    '1,5 GB',
    '1000000 GB',
    '20 GB\n',
  ])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined()
  })

  test('is taken from the settings as it was written, and what is none is told what one is', () => {
    expect(size.parse('20 GB')).toBe('20 GB')
    const { error } = size.safeParse('0 GB')
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'expected a size such as 500 MB, 20 GB or 20 GiB',
    ])
  })
})
