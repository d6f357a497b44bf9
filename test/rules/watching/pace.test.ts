import { describe, expect, test } from 'vitest'

import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
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
