import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  ageWords,
  clip,
  countWords,
  durationWords,
  instantWords,
  sizeWords,
} from '../../../lib/rules/plain/wording'

const kib = 1024
const mib = kib ** 2

describe('sizeWords', () => {
  test.each([
    { bytes: 0, words: '0 bytes', why: 'nothing' },
    { bytes: 1, words: '1 byte', why: 'one of a kind' },
    { bytes: 2, words: '2 bytes', why: 'more than one' },
    { bytes: kib - 1, words: '1023 bytes', why: 'one less than a KiB' },
    { bytes: kib, words: '1.0 KiB', why: 'exactly a KiB' },
    { bytes: kib + 1, words: '1.0 KiB', why: 'one more than a KiB' },
    { bytes: 1.5 * kib, words: '1.5 KiB', why: 'a half is told' },
    { bytes: 99.9 * kib, words: '99.9 KiB', why: 'the last size with a decimal' },
    { bytes: 99.96 * kib, words: '100 KiB', why: 'rounded up to three digits' },
    { bytes: 100 * kib, words: '100 KiB', why: 'three digits need no decimal' },
    { bytes: 1023 * kib, words: '1023 KiB', why: 'the last size in KiB' },
    { bytes: 1023.5 * kib, words: '1.0 MiB', why: 'what rounds up to 1024 of them' },
    { bytes: mib - 1, words: '1.0 MiB', why: 'never "1024 KiB"' },
    { bytes: mib, words: '1.0 MiB', why: 'exactly a MiB' },
    { bytes: 412 * mib, words: '412 MiB', why: 'an ordinary database' },
    { bytes: 1024 * mib, words: '1.0 GiB', why: 'exactly a GiB' },
    { bytes: 5 * kib ** 3, words: '5.0 GiB', why: 'the largest upload' },
    { bytes: kib ** 4, words: '1.0 TiB', why: 'exactly a TiB' },
    { bytes: 5000 * kib ** 4, words: '5000 TiB', why: 'there is no larger unit' },
  ])('says $words ($why)', ({ bytes, words }) => {
    expect(sizeWords(bytes)).toBe(words)
  })

  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const read = (words: string): number => {
    const [figure, unit = ''] = words.split(' ')
    return Number(figure) * kib ** Math.max(0, units.indexOf(unit))
  }

  test('any size is told within a twentieth, in no more than four digits', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        const words = sizeWords(bytes)
        expect(words).toMatch(/^(\d{1,4}|\d\d?\.\d) (bytes?|[KMGT]iB)$/)
        expect(Math.abs(read(words) - bytes)).toBeLessThanOrEqual(bytes / 20)
      }),
    )
  })

  test('a larger size is never told as a smaller one', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat({ max: 2 * mib }), (bytes, more) => {
        expect(read(sizeWords(bytes + more))).toBeGreaterThanOrEqual(read(sizeWords(bytes)))
      }),
    )
  })
})

describe('countWords', () => {
  test.each([
    { count: 0, words: '0 pages' },
    { count: 1, words: '1 page' },
    { count: 2, words: '2 pages' },
  ])('says $words', ({ count, words }) => {
    expect(countWords(count, 'page')).toBe(words)
  })
})

describe('ageWords', () => {
  const second = 1000
  const minute = 60 * second
  const hour = 60 * minute
  const day = 24 * hour
  const now = new Date('2025-07-04T12:00:00Z')

  test.each([
    { age: -day, words: 'in the future', why: 'a clock is wrong' },
    { age: -minute - 1, words: 'in the future', why: 'one more than clocks may differ' },
    { age: -minute, words: 'just now', why: 'clocks differ a little' },
    { age: 0, words: 'just now', why: 'this moment' },
    { age: minute - 1, words: 'just now', why: 'one less than a minute' },
    { age: minute, words: '1 min ago', why: 'exactly a minute' },
    { age: 2 * minute - 1, words: '1 min ago', why: 'only whole minutes count' },
    { age: hour - 1, words: '59 min ago', why: 'one less than an hour' },
    { age: hour, words: '1 h ago', why: 'exactly an hour' },
    { age: day, words: '24 h ago', why: 'a day is still told in hours' },
    { age: 2 * day - 1, words: '47 h ago', why: 'one less than two days' },
    { age: 2 * day, words: '2 days ago', why: 'exactly two days' },
    { age: 400 * day, words: '400 days ago', why: 'there is no larger unit' },
  ])('says $words ($why)', ({ age, words }) => {
    expect(ageWords(new Date(now.getTime() - age).toISOString(), now)).toBe(words)
  })

  test('a copy is never made to look younger than it is by more than its unit', () => {
    const units = new Map([
      ['min', minute],
      ['h', hour],
      ['days', day],
    ])
    fc.assert(
      fc.property(fc.integer({ min: minute, max: 5000 * day }), (age) => {
        const words = ageWords(new Date(now.getTime() - age).toISOString(), now)
        const [figure, name = ''] = words.split(' ')
        const unit = units.get(name) ?? 0
        expect(Math.floor(age / unit)).toBe(Number(figure))
      }),
    )
  })
})

describe('how long something took', () => {
  test.each([
    { ms: 0, words: '0.0 s' },
    { ms: 1_050, words: '1.1 s' },
    { ms: 9_949, words: '9.9 s' },
    { ms: 9_950, words: '10 s' },
    { ms: 119_499, words: '119 s' },
    { ms: 119_500, words: '2 min' },
    { ms: 200_000, words: '3 min 20 s' },
  ])('$ms ms are $words', ({ ms, words }) => {
    expect(durationWords(ms)).toBe(words)
  })
})

test('an instant is said to the minute', () => {
  expect(instantWords('2026-11-21T01:02:59.999Z')).toBe('2026-11-21 01:02 UTC')
})

describe('what an engine said', () => {
  test.each([
    { name: 'a line', said: 'no such table: users', told: 'no such table: users' },
    {
      name: 'what breaks a line or steers a terminal',
      said: '\n near\t"\u0007a\r\n\u202Eb" ',
      told: 'near " a b"',
    },
    { name: 'two hundred signs', said: 'n'.repeat(200), told: 'n'.repeat(200) },
    { name: 'one more', said: 'n'.repeat(201), told: `${'n'.repeat(199)}…` },
    { name: 'as many that are no letters', said: '😀'.repeat(201), told: `${'😀'.repeat(199)}…` },
  ])('is told in one line of two hundred signs: $name', ({ said, told }) => {
    expect(clip(said)).toBe(told)
  })
})
