import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Candidate } from '../../../lib/rules/keeping/periods'
import {
  countsWords,
  dayOf,
  monthOf,
  noSlotWords,
  policyWords,
  slotsOf,
  spanWords,
  usualKeep,
  weekOf,
  yearOf,
} from '../../../lib/rules/keeping/periods'
import { casesOf } from '../../cases'

const none = { hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 }

/** A passed copy that is named for its time. */
const at = (time: string, word: Candidate['word'] = 'passed'): Candidate => ({
  id: time,
  arrivedAt: time,
  word,
})

describe('a week', () => {
  test.each([
    { time: '2024-12-29T23:59:59.999Z', week: '2024-W52', why: 'the last instant of a Sunday' },
    { time: '2024-12-30T00:00:00Z', week: '2025-W01', why: 'a Monday of the next ISO year' },
    { time: '2025-12-29T00:00:00Z', week: '2026-W01', why: 'a Monday of the next ISO year' },
    { time: '2026-01-01T00:00:00Z', week: '2026-W01', why: 'a Thursday decides' },
    { time: '2026-03-18T12:00:00Z', week: '2026-W12', why: 'a Wednesday in the middle' },
    { time: '2026-12-31T23:00:00Z', week: '2026-W53', why: 'a year of 53 weeks' },
    { time: '2027-01-01T00:00:00Z', week: '2026-W53', why: 'a Friday of the last ISO year' },
    { time: '2027-01-03T23:59:59Z', week: '2026-W53', why: 'its Sunday' },
    { time: '2027-01-04T00:00:00Z', week: '2027-W01', why: 'the Monday after' },
    { time: '2023-01-01T12:00:00Z', week: '2022-W52', why: 'a Sunday of the last ISO year' },
    { time: '2024-02-29T12:00:00Z', week: '2024-W09', why: 'a leap day' },
  ])('of $time is $week: $why', ({ time, week }) => {
    expect(weekOf(new Date(time))).toBe(week)
  })

  test('has seven days from Monday on, and weeks are told in order', () => {
    const days = fc.integer({ min: 0, max: 40_000 })
    fc.assert(
      fc.property(days, days, (one, other) => {
        const weekNumber = (day: number) => Math.floor((day + 3) / 7)
        const [first, second] = [one, other].map((day) => weekOf(new Date(day * 86_400_000)))
        const [early = 0, late = 0] = [weekNumber(one), weekNumber(other)]
        expect(first === second).toBe(early === late)
        expect((first ?? '') < (second ?? '')).toBe(early < late)
      }),
      { numRuns: casesOf(2000) },
    )
  })
})

describe('days, months and years', () => {
  test.each([
    { time: '2026-12-31T23:59:59.999Z', day: '2026-12-31', month: '2026-12', year: '2026' },
    { time: '2027-01-01T00:00:00.000Z', day: '2027-01-01', month: '2027-01', year: '2027' },
    { time: '2026-03-29T01:30:00+02:00', day: '2026-03-28', month: '2026-03', year: '2026' },
  ])('are those of UTC: $time', ({ time, day, month, year }) => {
    const moment = new Date(time)
    expect([dayOf(moment), monthOf(moment), yearOf(moment)]).toEqual([day, month, year])
  })
})

test('the usual policy is the one that the manual promises', () => {
  expect(usualKeep).toEqual({
    hourly: 0,
    daily: 7,
    weekly: 4,
    monthly: 12,
    yearly: 0,
    withinMs: 172_800_000,
    minimum: 3,
    mostAtOnce: 0.5,
  })
})

describe('slots', () => {
  test('are held by the newest copy of each period, and one copy may hold several', () => {
    const copies = [at('2026-03-18T12:00Z'), at('2026-03-18T01:00Z'), at('2026-03-17T12:00Z')]
    const slots = slotsOf(copies, { ...none, daily: 2, weekly: 1 })
    expect([...slots]).toEqual([
      ['2026-03-18T12:00Z', ['daily 1 of 2', 'weekly 1 of 1']],
      ['2026-03-17T12:00Z', ['daily 2 of 2']],
    ])
  })

  test('are as fine as an hour, where that is asked', () => {
    const copies = ['12:59:59', '12:00', '11:59:59', '09:00'].map((time) =>
      at(`2026-03-18T${time}Z`),
    )
    const slots = slotsOf(copies, { ...none, hourly: 2, daily: 1 })
    expect([...slots]).toEqual([
      ['2026-03-18T12:59:59Z', ['hourly 1 of 2', 'daily 1 of 1']],
      ['2026-03-18T11:59:59Z', ['hourly 2 of 2']],
    ])
  })

  test('count only periods that have a copy', () => {
    const copies = [at('2026-03-18T12:00Z'), at('2025-03-18T12:00Z'), at('2019-03-18T12:00Z')]
    const slots = slotsOf(copies, { ...none, daily: 2 })
    expect([...slots.keys()]).toEqual(['2026-03-18T12:00Z', '2025-03-18T12:00Z'])
  })

  test.each([
    { newer: 'warned', older: 'passed', stands: 'older' },
    { newer: 'accepted', older: 'passed', stands: 'older' },
    { newer: 'passed', older: 'passed', stands: 'newer' },
    { newer: 'passed', older: 'warned', stands: 'newer' },
    { newer: 'warned', older: 'accepted', stands: 'newer' },
    { newer: 'accepted', older: 'warned', stands: 'newer' },
  ] as const)('of $newer and older $older: the $stands stands', ({ newer, older, stands }) => {
    const times = { newer: '2026-03-18T12:00Z', older: '2026-03-18T01:00Z' }
    const copies = [at(times.newer, newer), at(times.older, older), at('2026-03-17T01:00Z')]
    expect([...slotsOf(copies, { ...none, daily: 1 }).keys()]).toEqual([times[stands]])
  })

  test('do not let a passed copy of another period stand in for a warned one', () => {
    const copies = [at('2026-03-18T12:00Z', 'warned'), at('2026-03-17T12:00Z')]
    expect([...slotsOf(copies, { ...none, daily: 1 }).keys()]).toEqual(['2026-03-18T12:00Z'])
  })

  test('keep the oldest as well while there is room, and say in which rule', () => {
    const copies = [at('2026-03-18T12:00Z'), at('2026-03-18T11:00Z'), at('2026-03-18T10:00Z')]
    const last = (counts: Partial<typeof none>) =>
      slotsOf(copies, { ...none, ...counts }).get('2026-03-18T10:00Z')
    expect(last({ monthly: 1 })).toBeUndefined()
    expect(last({ monthly: 2 })).toEqual(['oldest, in a free monthly slot'])
    expect(last({ weekly: 2, monthly: 1 })).toEqual(['oldest, in a free weekly slot'])
    expect(last({ weekly: 2, monthly: 2 })).toEqual(['oldest, in a free monthly slot'])
  })

  test('say nothing of the oldest where it stands for a period anyway', () => {
    expect([...slotsOf([at('2026-03-18T12:00Z')], usualKeep).values()]).toEqual([
      ['daily 1 of 7', 'weekly 1 of 4', 'monthly 1 of 12'],
    ])
  })

  test('are none without copies, and none without rules', () => {
    expect(slotsOf([], usualKeep).size).toBe(0)
    expect(slotsOf([at('2026-03-18T12:00Z')], none).size).toBe(0)
  })

  // https://restic.readthedocs.io/en/stable/060_forget.html: twelve Sundays, and four are kept.
  test('are those of the example in restic’s manual', () => {
    const sundays = Array.from({ length: 12 }, (_, week) =>
      at(new Date(Date.UTC(2019, 10, 17, 11) - week * 7 * 86_400_000).toISOString()),
    )
    expect([...slotsOf(sundays, { ...none, daily: 4 }).keys()]).toEqual(
      ['2019-11-17', '2019-11-10', '2019-11-03', '2019-10-27'].map((day) => `${day}T11:00:00.000Z`),
    )
  })
})

describe('words', () => {
  test.each([
    { counts: none, said: undefined },
    { counts: { ...none, daily: 1 }, said: '1 daily copy' },
    { counts: { ...none, daily: 7 }, said: '7 daily copies' },
    { counts: { ...none, daily: 1, weekly: 1 }, said: '1 daily and 1 weekly copies' },
    { counts: usualKeep, said: '7 daily, 4 weekly and 12 monthly copies' },
    {
      counts: { ...usualKeep, yearly: 3 },
      said: '7 daily, 4 weekly, 12 monthly and 3 yearly copies',
    },
  ])('for counts: $said', ({ counts, said }) => {
    expect(countsWords(counts)).toBe(said)
  })

  test.each([
    { counts: none, said: 'no slot: no rule is in use' },
    { counts: { ...none, monthly: 1 }, said: 'no slot: monthly holds others' },
    { counts: { ...none, daily: 7, yearly: 1 }, said: 'no slot: daily and yearly hold others' },
    { counts: usualKeep, said: 'no slot: daily, weekly and monthly hold others' },
    { counts: { ...none, hourly: 24 }, said: 'no slot: hourly holds others' },
  ])('for no slot: $said', ({ counts, said }) => {
    expect(noSlotWords(counts)).toBe(said)
  })

  test.each([
    { ms: 86_400_000, said: '1 day' },
    { ms: 172_800_000, said: '2 days' },
    { ms: 93_600_000, said: '26 hours' },
    { ms: 3_600_000, said: '1 hour' },
    { ms: 5_400_000, said: '90 minutes' },
    { ms: 600_001, said: '11 minutes' },
  ])('for a span of $ms ms: $said', ({ ms, said }) => {
    expect(spanWords(ms)).toBe(said)
  })

  test.each([
    {
      changes: {},
      said: '7 daily, 4 weekly and 12 monthly copies, everything of the last 2 days, and never fewer than 3 sound ones',
    },
    {
      changes: { daily: 0, weekly: 0, monthly: 0, withinMs: 86_400_000, minimum: 1 },
      said: 'everything of the last day, and never fewer than 1 sound one',
    },
    {
      changes: { daily: 0, weekly: 0, withinMs: 0 },
      said: '12 monthly copies, and never fewer than 3 sound ones',
    },
    {
      changes: { daily: 0, weekly: 0, monthly: 0, withinMs: 0, minimum: 0 },
      said: 'never fewer than 1 sound one',
    },
  ])('for a policy: $said', ({ changes, said }) => {
    expect(policyWords({ ...usualKeep, ...changes })).toBe(said)
  })
})
