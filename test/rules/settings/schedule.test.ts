import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { lastHeardAt, timelinessOf } from '../../../lib/rules/settings/schedule'
import type { Heard, Schedule } from '../../../lib/rules/settings/schedule'

const daily: Schedule = { everyMs: dayMs, graceMs: 2 * hourMs }

const since = '2025-07-01T00:00:00.000Z'
const at = '2025-07-04T01:00:00.000Z'
const later = '2025-07-04T07:00:00.000Z'
const afterMs = (ms: number, instant = at) => new Date(Date.parse(instant) + ms)

describe('a database was last heard of', () => {
  test.each([
    { name: 'never', heard: {}, last: undefined },
    { name: 'when a copy came', heard: { arrivedAt: at }, last: at },
    { name: 'when nothing had changed', heard: { heartbeatAt: at }, last: at },
    { name: 'by the later: the copy', heard: { arrivedAt: later, heartbeatAt: at }, last: later },
    {
      name: 'by the later: the heartbeat',
      heard: { arrivedAt: at, heartbeatAt: later },
      last: later,
    },
    { name: 'by both at once', heard: { arrivedAt: at, heartbeatAt: at }, last: at },
  ])('$name', ({ heard, last }) => {
    expect(lastHeardAt({ since, ...heard })?.toISOString()).toBe(last)
  })
})

describe('a daily database with two hours of grace', () => {
  test.each([
    { ms: -hourMs, is: 'in time', why: 'the store’s clock is ahead of itself' },
    { ms: 0, is: 'in time', why: 'just come' },
    { ms: dayMs, is: 'in time', why: 'a day later' },
    { ms: 26 * hourMs - 1, is: 'in time', why: 'one less than day and grace' },
    { ms: 26 * hourMs, is: 'in time', why: 'exactly day and grace' },
    { ms: 26 * hourMs + 1, is: 'late', why: 'one more than day and grace' },
    { ms: 1000 * dayMs, is: 'late', why: 'years later' },
  ])('is $is $ms ms after it last came ($why)', ({ ms, is }) => {
    expect(timelinessOf({ since, arrivedAt: at }, daily, afterMs(ms)).is).toBe(is)
    expect(timelinessOf({ since, heartbeatAt: at }, daily, afterMs(ms)).is).toBe(is)
    const never = timelinessOf({ since: at }, daily, afterMs(ms)).is
    expect(never).toBe(is === 'late' ? 'never came' : 'in time')
  })

  test('is told with the instants that a person asks for', () => {
    const dueAt = afterMs(26 * hourMs)
    const late = afterMs(30 * hourMs)
    expect(timelinessOf({ since, arrivedAt: at }, daily, afterMs(0))).toEqual({
      is: 'in time',
      nextBy: dueAt,
    })
    expect(timelinessOf({ since, arrivedAt: at }, daily, late)).toEqual({
      is: 'late',
      lastAt: new Date(at),
      dueAt,
    })
    expect(timelinessOf({ since: at }, daily, late)).toEqual({
      is: 'never came',
      since: new Date(at),
      dueAt,
    })
  })

  test('is never late without a schedule', () => {
    const retired = { is: 'in time', nextBy: undefined }
    expect(timelinessOf({ since }, undefined, afterMs(1000 * dayMs))).toEqual(retired)
    expect(timelinessOf({ since, arrivedAt: at }, undefined, afterMs(0))).toEqual(retired)
  })
})

describe('for any schedule', () => {
  const instants = fc
    .integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) })
    .map((ms) => new Date(ms).toISOString())
  const schedules = fc.record({
    everyMs: fc.integer({ min: 1000, max: 400 * dayMs }),
    graceMs: fc.integer({ min: 1000, max: 30 * dayMs }),
  })
  const heards: fc.Arbitrary<Heard> = fc.record(
    { since: instants, arrivedAt: instants, heartbeatAt: instants },
    { requiredKeys: ['since'] },
  )
  const ahead = fc.integer({ min: 0, max: 1000 * dayMs })

  test('a database is never late within the span, and always behind it', () => {
    fc.assert(
      fc.property(heards, schedules, ahead, (heard, schedule, ms) => {
        const from = lastHeardAt(heard) ?? new Date(heard.since)
        const { is } = timelinessOf(heard, schedule, new Date(from.getTime() + ms))
        expect(is === 'in time').toBe(ms <= schedule.everyMs + schedule.graceMs)
        expect(is === 'never came').toBe(is !== 'in time' && lastHeardAt(heard) === undefined)
      }),
    )
  })

  test('what is told is the moment at which it turns', () => {
    fc.assert(
      fc.property(heards, schedules, instants, (heard, schedule, now) => {
        const told = timelinessOf(heard, schedule, new Date(now))
        const turnsAt = told.is === 'in time' ? told.nextBy : told.dueAt
        const turns = turnsAt?.getTime() ?? Number.NaN
        expect(timelinessOf(heard, schedule, new Date(turns)).is).toBe('in time')
        expect(timelinessOf(heard, schedule, new Date(turns + 1)).is).not.toBe('in time')
      }),
    )
  })

  test('to hear of it once more never makes it late', () => {
    fc.assert(
      fc.property(heards, schedules, instants, instants, (heard, schedule, now, news) => {
        const before = timelinessOf(heard, schedule, new Date(now))
        if (before.is !== 'in time') return
        const last = lastHeardAt(heard)?.getTime() ?? Number.NEGATIVE_INFINITY
        if (Date.parse(news) < Math.max(last, Date.parse(heard.since))) return
        for (const more of [{ arrivedAt: news }, { heartbeatAt: news }]) {
          expect(timelinessOf({ ...heard, ...more }, schedule, new Date(now)).is).toBe('in time')
        }
      }),
    )
  })
})
