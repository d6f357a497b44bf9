/** Does what is told of a month follow from what runs measured, and from nothing else? */
import { describe, expect, test } from 'vitest'

import type { Spent } from '../../../lib/rules/keeping/spent'
import { dayMs, weekMs } from '../../../lib/rules/plain/time-units'
import {
  openingOf,
  roundWords,
  runningOf,
  runningWords,
  Spending,
  withRun,
} from '../../../lib/rules/watching/running'

const first = new Date('2026-11-02T09:00:00.000Z')
const after = (ms: number) => new Date(first.getTime() + ms)
const run: Spent = { runs: 1, gibSeconds: 0.7, requests: 20 }
const none = { prune: undefined, drill: undefined }

/** One run of the watch a day, from `first` on. */
const daily = (days: number, before?: Spending): Spending => {
  let spending = before
  for (let day = 0; day < days; day += 1)
    spending = withRun(spending, run, { ...none, now: after(day * dayMs) })
  if (!spending) throw new Error('no day is none')
  return spending
}

describe('what is added up', () => {
  test('stands by its day, and no longer than it is asked for', () => {
    const { since, days } = daily(60)
    expect(since).toBe(first.toISOString())
    expect(Object.keys(days)).toHaveLength(30)
    expect(Object.keys(days).toSorted().at(-1)).toBe('2026-12-31')
    const twice = withRun(daily(1), run, { ...none, now: first })
    expect(twice.days).toEqual({ '2026-11-02': { runs: 2, gibSeconds: 1.4, requests: 40 } })
  })

  test('has each run of the others once, on the day of that run', () => {
    const now = after(dayMs)
    const prune = { ranAt: '2026-11-03T04:25:00.000Z', spent: { ...run, requests: 300 } }
    const drill = { ranAt: '2026-11-02T10:00:00.000Z', spent: { ...run, requests: 50 } }
    let spending = withRun(daily(1), run, { prune, drill, now })
    for (const _ of [1, 2]) spending = withRun(spending, run, { prune, drill, now })
    expect(spending.days).toMatchObject({
      '2026-11-02': { runs: 2, requests: 70 },
      '2026-11-03': { runs: 4, requests: 360 },
    })
  })

  test('has none from before it began, and none of which nobody measured anything', () => {
    const early = { ranAt: '2026-11-01T04:25:00.000Z', spent: run }
    const byHand = { ranAt: '2026-11-02T10:00:00.000Z' }
    const spending = withRun(daily(1), run, { prune: early, drill: byHand, now: first })
    expect(spending.days['2026-11-02']?.runs).toBe(2)
    expect(spending.upTo).toEqual({ drill: byHand.ranAt })
    expect(Object.keys(spending.days)).toHaveLength(1)
  })

  test('has one that ran in the very moment in which it began', () => {
    const prune = { ranAt: first.toISOString(), spent: run }
    expect(withRun(daily(1), run, { ...none, prune, now: first }).days['2026-11-02']?.runs).toBe(3)
  })

  test('is read as it was written, and keeps what a newer build says besides', () => {
    const more = { ...daily(3), later: true }
    expect(Spending.parse(JSON.parse(JSON.stringify(more)))).toEqual(more)
    expect(withRun(more, run, { ...none, now: after(3 * dayMs) })).toMatchObject({ later: true })
  })
})

describe('a month', () => {
  test('is not told before the first whole week: a week has one drill', () => {
    expect(runningOf(undefined, [], first)).toBeUndefined()
    expect(runningOf(daily(8), [], after(8 * dayMs - 10 * 3_600_000))).toBeUndefined()
    expect(runningOf(daily(8), [], after(8 * dayMs))).toMatchObject({ weeks: 1 })
    // The day that is not over yet is none of them.
    expect(runningOf(daily(9), [], after(8 * dayMs))).toMatchObject({ weeks: 1, runs: 30 })
  })

  test.each([
    { days: 8, weeks: 1 },
    { days: 14, weeks: 1 },
    { days: 15, weeks: 2 },
    { days: 29, weeks: 4 },
    { days: 90, weeks: 4 },
  ])('after $days days it is thirty of the days of $weeks weeks', ({ days, weeks }) => {
    expect(runningOf(daily(days), [], after(days * dayMs))).toEqual({
      runs: 30,
      gibSeconds: 21,
      requests: 600,
      weeks,
    })
  })

  test('has what opening the copies takes, as far as that was measured', () => {
    const opening = { runs: 30, gibSeconds: 9.5, requests: 400 }
    expect(runningOf(daily(8), [opening, undefined], after(8 * dayMs))).toEqual({
      runs: 60,
      gibSeconds: 30.5,
      requests: 1_000,
      weeks: 1,
    })
  })

  test('is unknown after a silence that left nothing of those weeks, and after a leap backwards', () => {
    expect(runningOf(daily(8), [], after(30 * weekMs))).toBeUndefined()
    expect(runningOf(daily(8), [], after(-weekMs))).toBeUndefined()
  })
})

describe('what opening the copies of a database takes in a month', () => {
  const now = after(8 * dayMs)
  const dayOf = (ago: number) => new Date(now.getTime() - ago * dayMs).toISOString()
  const opened = (ago: number, ran: Spent | undefined = run) => ({
    arrivedAt: dayOf(ago),
    provenAt: dayOf(ago),
    ran,
  })
  const days = Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((ago) => [dayOf(ago).slice(0, 10), 1]))

  test('is nothing beside what the watch opened itself, or somebody by hand', () => {
    expect(openingOf([], { days: {}, now })).toBeUndefined()
    expect(openingOf([{ ...opened(1), ran: undefined }], { days, now })).toBeUndefined()
    expect(openingOf([opened(8)], { days: {}, now })).toBeUndefined()
    expect(openingOf([{ arrivedAt: dayOf(1), ran: run }], { days, now })).toBeUndefined()
  })

  test('follows from those of a week, the older ones that were opened again among them', () => {
    const copies = [0, 1, 2, 3, 4, 5, 6].map((ago) => opened(ago))
    expect(openingOf(copies, { days, now })).toEqual({ runs: 30, gibSeconds: 21, requests: 600 })
    const again = { ...opened(2), arrivedAt: dayOf(90) }
    expect(openingOf([...copies, again], { days, now })?.requests).toBe(686)
  })

  test('counts those that came and are gone since like those that stand there, and none from before', () => {
    const copies = [0, 1].map((ago) => opened(ago))
    const longer = { ...days, [dayOf(7).slice(0, 10)]: 50 }
    expect(openingOf(copies, { days: longer, now })).toEqual({
      runs: 30,
      gibSeconds: 21,
      requests: 600,
    })
  })

  test('begins with what was opened a week ago to the moment', () => {
    const weekAgo = (ms: number) => {
      const provenAt = new Date(now.getTime() - weekMs - ms).toISOString()
      return openingOf([{ ...opened(3), provenAt }], { days: {}, now })?.runs
    }
    expect([weekAgo(0), weekAgo(1)]).toEqual([Math.round(30 / 7), undefined])
  })

  test('takes none that came on the day a week ago for one of the week', () => {
    const copies = [opened(0), { ...opened(1), arrivedAt: dayOf(7) }]
    const two = Object.fromEntries(Object.entries(days).slice(0, 2))
    // Two came and one of them is gone: half as many again as were opened.
    expect(openingOf(copies, { days: two, now })?.runs).toBe(Math.round(2 * 1.5 * (30 / 7)))
  })

  test('has half of it where the watch opened every other one', () => {
    const copies = [0, 1, 2, 3].map((ago) => ({
      ...opened(ago),
      ran: ago % 2 === 0 ? run : undefined,
    }))
    const four = Object.fromEntries(Object.entries(days).slice(0, 4))
    expect(openingOf(copies, { days: four, now })?.requests).toBe(171)
  })
})

test('is told of nothing as nothing', () => {
  expect([0, 1, 2, 999, 1_004, 1_005].map(roundWords)).toEqual([
    '0',
    '1',
    '2',
    '999',
    '1,000',
    '1,010',
  ])
})

test('is said with its price, or as what is not known yet', () => {
  expect(runningWords(undefined)).toBe(
    'Functions and requests: not measured yet, which takes a whole week.',
  )
  expect(runningWords({ runs: 4_350, gibSeconds: 2_823.4, requests: 88_020, weeks: 2 })).toBe(
    'Functions: 2,820 GiB-seconds a month, $0.00 by its list for functions of November 2026, where 90,000 are free; 88,000 requests to the store, for which Spaces names no price. Measured over 2 weeks.',
  )
  expect(runningWords({ runs: 9, gibSeconds: 290_000, requests: 7, weeks: 1 })).toBe(
    'Functions: 290,000 GiB-seconds a month, $3.70 by its list for functions of November 2026, where 90,000 are free; 7 requests to the store, for which Spaces names no price. Measured over 1 week.',
  )
})
