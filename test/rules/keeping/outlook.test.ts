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
  })

  test('is all that comes where everything is kept', () => {
    const all = outlookOf(copiesOf(8, dayMs), { keep: undefined, now })
    expect(all).toEqual({ copies: 8 + 365, sizeBytes: (8 + 365) * 1000 })
  })

  test('counts what comes within the hour where everything stays', () => {
    const hourly = outlookOf(copiesOf(30, hourMs), { keep: usualKeep, now })
    const quick = outlookOf(copiesOf(30, 10 * minuteMs), { keep: usualKeep, now })
    expect((quick?.copies ?? 0) - (hourly?.copies ?? 0)).toBe(48 * 6 - 48)
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
      { numRuns: casesOf(60) },
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
  })
})
