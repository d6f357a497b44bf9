/** Is what is said of the next year what the rule of retention would leave by then? */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { outlookOf, outlookWords } from '../../../lib/rules/keeping/outlook'
import type { Sized } from '../../../lib/rules/keeping/outlook'
import { planRetention, usualKeep } from '../../../lib/rules/keeping/retention'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { casesOf } from '../../cases'

const now = new Date('2026-11-30T12:00:00.000Z')

/** Newest first, the newest just now. */
const copiesOf = (
  count: number,
  gapMs: number,
  sizeOf: (place: number) => number = () => 1000,
): Sized[] =>
  Array.from({ length: count }, (_, place) => ({
    id: `c${place}`,
    arrivedAt: new Date(now.getTime() - place * gapMs).toISOString(),
    word: 'passed',
    sizeBytes: sizeOf(place),
  }))

describe('what will be stored in a year', () => {
  test('is not known of one copy, or of none that is sound', () => {
    expect(outlookOf([], { keep: usualKeep, now })).toBeUndefined()
    expect(outlookOf(copiesOf(1, dayMs), { keep: usualKeep, now })).toBeUndefined()
    const failed = copiesOf(5, dayMs).map((copy) => ({ ...copy, word: 'failed' }))
    expect(outlookOf(failed, { keep: usualKeep, now })).toBeUndefined()
  })

  test('grows as the copies have grown, and becomes less than nothing never', () => {
    const still = outlookOf(copiesOf(8, dayMs), { keep: usualKeep, now })
    expect(still).toMatchObject({ sizeBytes: (still?.copies ?? 0) * 1000 })
    const grown = outlookOf(
      copiesOf(8, dayMs, (place) => 1000 - place * 100),
      { keep: usualKeep, now },
    )
    expect(grown?.copies).toBe(still?.copies)
    expect(grown?.sizeBytes).toBeGreaterThan(10 * (still?.sizeBytes ?? 0))
    // By a hundred a day: what the copies of the next year and half a year's middle come to.
    const all = outlookOf(
      copiesOf(8, dayMs, (place) => 1000 - place * 100),
      { keep: undefined, now },
    )
    expect(all?.sizeBytes).toBe(8 * 650 + 365 * (1000 + 100 * 182.5))
    const shrunk = outlookOf(
      copiesOf(8, dayMs, (place) => 1000 + place * 100),
      { keep: usualKeep, now },
    )
    expect(shrunk?.sizeBytes).toBeGreaterThanOrEqual(0)
    expect(shrunk?.sizeBytes).toBeLessThan(still?.sizeBytes ?? 0)
    const shrinking = copiesOf(8, dayMs, (place) => 1000 + place * 100)
    expect(outlookOf(shrinking, { keep: undefined, now })?.sizeBytes).toBe(8 * 1350)
  })

  test('goes on from the newest of them, as often as the middle one of the last seven gaps', () => {
    const gapsInDays = [5, 1, 7, 3, 2, 6, 4, 8, 9]
    let daysAgo = 0
    const copies = [0, ...gapsInDays].map((gap, place): Sized => {
      daysAgo += gap
      const arrivedAt = new Date(now.getTime() - daysAgo * dayMs).toISOString()
      const sizeBytes = place === 0 ? 1000 : place === 9 ? 100 : 500
      return { id: `c${place}`, arrivedAt, word: 'passed', sizeBytes }
    })
    // Every four days for a year; by 900 bytes in 45 days, which half a year on is 4,650.
    const expected = { copies: 10 + 91, sizeBytes: 1000 + 8 * 500 + 100 + 91 * 4650 }
    expect(outlookOf(copies, { keep: undefined, now })).toEqual(expected)
    expect(outlookOf(copies.toReversed(), { keep: undefined, now })).toEqual(expected)
    const failed: Sized[] = copies.slice(1, 4).map((copy) => ({ ...copy, word: 'failed' }))
    expect(outlookOf([...copies, ...failed], { keep: undefined, now })?.copies).toBe(13 + 91)
  })

  test.each([
    { name: 'a day', gapMs: dayMs, grows: true },
    { name: 'less than a day', gapMs: dayMs - 1, grows: false },
  ])('grows by copies of no less than a day: $name', ({ gapMs, grows }) => {
    const two = copiesOf(2, gapMs, (place) => 1000 - place * 100)
    const each = grows ? 1000 + 100 * 182.5 : 1000
    expect(outlookOf(two, { keep: undefined, now })?.sizeBytes).toBe(1900 + 365 * each)
  })

  test('has an end where two came in one moment', () => {
    const copies = 2 + 365 * dayMs
    expect(outlookOf(copiesOf(2, 0), { keep: undefined, now })?.copies).toBe(copies)
  })

  test('is all that comes too where a rule keeps the whole year', () => {
    const keep = { ...usualKeep, withinMs: 400 * dayMs }
    expect(outlookOf(copiesOf(8, dayMs), { keep, now })).toEqual({
      copies: 8 + 365,
      sizeBytes: (8 + 365) * 1000,
    })
  })

  test('is all that comes where everything is kept', () => {
    const all = outlookOf(copiesOf(8, dayMs), { keep: undefined, now })
    expect(all).toEqual({ copies: 8 + 365, sizeBytes: (8 + 365) * 1000 })
  })

  test('counts what comes within the hour where everything stays', () => {
    const hourly = outlookOf(copiesOf(30, hourMs), { keep: usualKeep, now })
    const quick = outlookOf(copiesOf(30, 10 * minuteMs), { keep: usualKeep, now })
    expect((quick?.copies ?? 0) - (hourly?.copies ?? 0)).toBe(48 * 6 - 48)
    expect(quick?.sizeBytes).toBe((quick?.copies ?? 0) * 1000)
  })

  test('is what one plan at the end leaves of all that came until then', () => {
    const policy = fc.record({
      hourly: fc.constantFrom(0, 0, 30),
      daily: fc.integer({ min: 1, max: 10 }),
      weekly: fc.nat(6),
      monthly: fc.nat(14),
      yearly: fc.nat(3),
      withinMs: fc.constantFrom(0, 2 * dayMs),
      minimum: fc.nat(4),
      mostAtOnce: fc.constant(0.5),
    })
    const gapMs = fc.constantFrom(5 * hourMs, 6 * hourMs, dayMs, 3 * dayMs)
    const least = { hourly: 0, daily: 1, weekly: 0, monthly: 0, yearly: 0 }
    const bare = { ...least, withinMs: 0, minimum: 0, mostAtOnce: 0.5 }
    fc.assert(
      fc.property(policy, gapMs, (keep, gap) => {
        const first = copiesOf(2, gap)
        const all = [...first]
        const endMs = now.getTime() + 365 * dayMs
        for (let ms = now.getTime() + gap; ms <= endMs; ms += gap)
          all.push({
            id: String(ms),
            arrivedAt: new Date(ms).toISOString(),
            word: 'passed',
            sizeBytes: 1000,
          })
        const situation = { now: new Date(endMs), clockSkewMs: 0, lateWords: undefined }
        const { decisions } = planRetention(all, keep, situation, { mayLetGoOfMany: true })
        const left = decisions.filter((one) => one.keep).length
        expect(outlookOf(first, { keep, now })).toEqual({ copies: left, sizeBytes: left * 1000 })
      }),
      {
        numRuns: casesOf(60),
        examples: [
          [{ ...bare, hourly: 30 }, 6 * hourMs],
          [{ ...bare, withinMs: 2 * dayMs }, 6 * hourMs],
          [{ ...bare, withinMs: 2 * dayMs }, 5 * hourMs],
          [{ ...bare, daily: 10, weekly: 6, monthly: 14 }, 5 * hourMs],
        ],
      },
    )
  })

  test('counts what waits for its verdict as what it will long have been by then', () => {
    const waiting = copiesOf(8, dayMs).map((copy, place) => ({
      ...copy,
      word: place === 0 ? 'pending' : 'passed',
    }))
    const { copies } = outlookOf(copiesOf(8, dayMs), { keep: usualKeep, now }) ?? {}
    expect(outlookOf(waiting, { keep: usualKeep, now })?.copies).toBe(copies)
  })

  test('is said in a line', () => {
    expect(outlookWords({ copies: 24, sizeBytes: 3 * 1024 ** 3 })).toBe(
      'In a year about 24 copies, 3.0 GiB in all, as often and growing as of late.',
    )
    expect(outlookWords({ copies: 1, sizeBytes: 1024 ** 2 })).toBe(
      'In a year about 1 copy, 1.0 MiB in all, as often and growing as of late.',
    )
  })
})
