import { describe, expect, test } from 'vitest'

import { copiesOf } from '../../../lib/rules/copy/held'
import type { Copy } from '../../../lib/rules/copy/held'
import { usualKeep } from '../../../lib/rules/keeping/retention'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { paceOf } from '../../../lib/rules/watching/pace'
import type { DatabaseState } from '../../../lib/rules/watching/watch-state'
import { ago, claimed, held, look, now } from '../../fixtures/told/held'

const daily = { everyMs: dayMs, graceMs: 2 * hourMs }

/** So many copies, so far apart, the newest of them so long ago; newest first. */
const some = (count: number, apartMs: number, newestAgoMs = minuteMs * 2) =>
  Array.from({ length: count }, (_, index) => held(newestAgoMs + index * apartMs))

const twoWeeks = some(14, dayMs, dayMs + hourMs)

const stateIn = (...args: Parameters<typeof look>): DatabaseState =>
  look(args[0], args[1], { schedule: daily, ...args[2] }).state

describe('more copies than ever came', () => {
  test('are noticed, with what will be left of those from before', () => {
    const state = stateIn([...some(480, dayMs / 480), ...twoWeeks])
    expect(state.pace).toEqual({
      since: ago(dayMs - 2 * minuteMs).toISOString(),
      inDay: 480,
      usual: 1,
      fullAt: ago(2 * minuteMs).toISOString(),
      limit: 20,
      before: 14,
      inWeek: 3,
      inFourWeeks: 1,
      newestBefore: twoWeeks[0]?.name.id,
    })
  })

  test.each([
    { name: 'four times as many as usual', before: 6, count: 24, isTold: false },
    { name: 'one more', before: 6, count: 25, isTold: true },
    { name: 'few of what is hardly any', before: 1, count: 23, isTold: false },
    { name: 'an hour’s turn where a day’s was usual', before: 1, count: 24, isTold: true },
  ])('are told beyond $name', ({ before, count, isTold }) => {
    const earlier = some(before * 6, dayMs / before, 2 * dayMs)
    const state = stateIn([...some(count, dayMs / (count + 1)), ...earlier])
    expect(state.pace !== undefined).toBe(isTold)
  })

  test.each([
    { name: 'every half hour', count: 48, isTold: false },
    { name: 'every quarter of an hour', count: 96, isTold: true },
    { name: 'as often, where that is expected', count: 96, everyMs: hourMs / 4, isTold: false },
    { name: 'as often, where nothing is', count: 96, everyMs: undefined, isTold: true },
  ])('are told on the first day of those that come $name: $isTold', (row) => {
    const everyMs = 'everyMs' in row ? row.everyMs : dayMs
    const schedule = everyMs === undefined ? undefined : { everyMs, graceMs: 0 }
    const state = look(some(row.count, dayMs / row.count), undefined, { schedule }).state
    expect(state.pace !== undefined).toBe(row.isTold)
  })

  test('are remembered by the day, though retention has let go of them since', () => {
    const first = stateIn(some(100, dayMs / 50, dayMs))
    const later = stateIn(some(40, dayMs / 40), first)
    expect(first.days).toMatchObject({ '2025-07-29': 50 })
    expect(later.days).toMatchObject({ '2025-07-29': 50 })
    const long = { ...first, days: { '2025-07-01': 9, '2025-07-24': 8 } }
    expect(stateIn(some(1, dayMs), long).days).toEqual({ '2025-07-24': 8, '2025-07-30': 1 })
    const edge = { ...first, days: { '2025-07-22': 9, '2025-07-23': 8 } }
    expect(stateIn(some(1, dayMs), edge).days).toEqual({ '2025-07-23': 8, '2025-07-30': 1 })
    expect(stateIn([], { ...long, days: {} }).days).toEqual({})
  })

  test('began when they began, for as long as it lasts; and are looked at again within the hour', () => {
    const first = stateIn([...some(30, dayMs / 40), ...twoWeeks])
    expect(first.pace?.newestBefore).toBe(twoWeeks[0]?.name.id)
    const then = new Date(now.getTime() + 12 * hourMs)
    const more = [...some(40, dayMs / 80, -12 * hourMs), ...some(30, dayMs / 40), ...twoWeeks]
    const later = stateIn(more, first, { now: then })
    expect(later.pace?.since).toBe(first.pace?.since)
    expect(later.dueAt).toBe(new Date(then.getTime() + hourMs).toISOString())
    const calm = stateIn(twoWeeks, later, { now: then })
    expect(calm.pace).toBeUndefined()
  })

  test('let nothing go where everything is kept', () => {
    const state = stateIn([...some(480, dayMs / 480), ...twoWeeks], undefined, { keep: undefined })
    expect(state.pace).toMatchObject({ before: 14, inWeek: 14, inFourWeeks: 14 })
  })
})

describe('how many are usual', () => {
  const many = (count: number, apartMs = dayMs / (count + 1)) => copiesOf(some(count, apartMs))
  const paceBy = (
    days: Record<string, number>,
    { copies = many(60), everyMs = dayMs }: { copies?: Copy[]; everyMs?: number } = {},
  ) =>
    paceOf({ copies, ticketsAt: [], days }, undefined, {
      schedule: { everyMs, graceMs: 0 },
      ticketsPerHour: 20,
      keep: undefined,
      now,
    })
  /** The days from the 21st on, the last two of them of no account. */
  const daysWith = (...counts: number[]) =>
    Object.fromEntries([...counts, 70, 80].map((count, nth) => [`2025-07-${21 + nth}`, count]))

  test('is the middle one of the days before the last two, whatever order they are kept in', () => {
    expect(paceBy(daysWith(1, 3, 9, 2, 9))?.usual).toBe(3)
    expect(paceBy(daysWith(8, 2, 9, 3))?.usual).toBe(8)
    const turned = Object.fromEntries(Object.entries(daysWith(1, 3, 9, 2, 9)).toReversed())
    expect(paceBy(turned)?.usual).toBe(3)
  })

  test('is known of three days, and of two is only what is expected', () => {
    const forty = { copies: many(40) }
    expect(paceBy(daysWith(5, 5, 5), forty)?.usual).toBe(5)
    expect(paceBy(daysWith(5, 5), forty)).toBeUndefined()
    expect(paceBy(daysWith(5, 5))?.usual).toBe(1)
  })

  test('is as many as fit into a day, the last one begun too', () => {
    expect(paceBy({}, { copies: many(61), everyMs: 10 * hourMs })?.usual).toBe(3)
    expect(paceBy(daysWith(1, 1, 1), { everyMs: 10 * hourMs })?.usual).toBe(3)
  })

  test.each([
    { count: 48, everyMs: dayMs, isTold: false },
    { count: 49, everyMs: dayMs, isTold: true },
    { count: 80, everyMs: 6 * hourMs, isTold: false },
    { count: 81, everyMs: 6 * hourMs, isTold: true },
  ])('on the first day $count are told, every $everyMs ms: $isTold', (row) => {
    const told = paceBy({}, { copies: many(row.count), everyMs: row.everyMs })
    expect(told !== undefined).toBe(row.isTold)
  })

  test('a copy of a day ago is none of this day', () => {
    const copies = [...many(23, hourMs / 2), ...copiesOf([held(dayMs + minuteMs)])]
    expect(copies.at(-1)?.arrivedAt).toBe(ago(dayMs).toISOString())
    expect(paceBy(daysWith(1, 1, 1), { copies })).toBeUndefined()
    expect(paceBy(daysWith(1, 1, 1), { copies: many(24) })?.inDay).toBe(24)
  })
})

test('what will be left in a week, and in four, is what retention leaves on that very day', () => {
  const keep = { ...usualKeep, daily: 0, weekly: 0, monthly: 0, minimum: 0 }
  const leftBy = (days: number) =>
    stateIn([...some(480, dayMs / 480), ...twoWeeks], undefined, {
      keep: { ...keep, withinMs: days * dayMs },
    }).pace
  expect(leftBy(14)).toMatchObject({ before: 14, inWeek: 6, inFourWeeks: 0 })
  expect(leftBy(35)).toMatchObject({ before: 14, inWeek: 14, inFourWeeks: 6 })
})

describe('an hour that had no ticket left', () => {
  test('is told, also where the copies never came', () => {
    const tickets = Array.from({ length: 20 }, (_, index) => claimed((index + 1) * 2 * minuteMs))
    const state = stateIn(tickets)
    expect(state.pace).toMatchObject({ fullAt: ago(2 * minuteMs).toISOString(), limit: 20 })
  })

  test.each([
    { name: 'all of them within the hour', apartMs: 3 * minuteMs, isTold: true },
    { name: 'all of them within a moment more', apartMs: hourMs / 19, isTold: false },
    { name: 'a day ago', apartMs: minuteMs, agoMs: dayMs, isTold: false },
  ])('is one where they were given $name: $isTold', ({ apartMs, agoMs, isTold }) => {
    expect(stateIn(some(20, apartMs, agoMs)).pace !== undefined).toBe(isTold)
  })

  test('is counted by the limit of that database', () => {
    expect(stateIn(some(20, minuteMs), undefined, { ticketsPerHour: 21 }).pace).toBeUndefined()
    expect(stateIn(some(3, minuteMs), undefined, { ticketsPerHour: 3 }).pace).toMatchObject({
      limit: 3,
    })
  })
})
