import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { earlierOf, lastLevelOf, levelOf, lowsOf } from '../../../lib/rules/fall/levels'
import type { Past } from '../../../lib/rules/fall/levels'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'

const now = new Date('2026-03-18T12:00:00.000Z')
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString()

/** A copy that came so long ago, with so many orders in it. */
const copy = (ms: number, orders: number | undefined, lows: Past['lows'] = {}): Past => ({
  id: `ago ${ms}`,
  arrivedAt: ago(ms),
  rows: orders === undefined ? { users: 1 } : { orders },
  lows,
})
const earlier = (...past: Past[]) => earlierOf(past, now.toISOString())

describe('the copies of the last days', () => {
  test.each([
    { ms: 14 * dayMs - 1, isHeldAgainst: true },
    { ms: 14 * dayMs, isHeldAgainst: true },
    { ms: 14 * dayMs + 1, isHeldAgainst: false },
  ])('reach back two weeks: $ms ms, $isHeldAgainst', ({ ms, isHeldAgainst }) => {
    const [, old] = earlier(copy(hourMs, 1), copy(ms, 1))
    expect(old).toMatchObject({ isHeldAgainst, ago: ms, at: now.getTime() - ms })
  })

  test('count the last one however old it is, and whoever judged it', () => {
    const [last] = earlier({ ...copy(99 * dayMs, 1), lows: undefined })
    expect(last?.isHeldAgainst).toBe(true)
  })

  test('do not count what an earlier edition judged before: what it made of it was told then', () => {
    const [, older] = earlier(copy(hourMs, 1), { ...copy(dayMs, 1), lows: undefined })
    expect(older?.isHeldAgainst).toBe(false)
  })
})

describe('the lowest of a day', () => {
  const lows = (orders: number, ...past: Past[]) => lowsOf({ orders }, earlier(...past))

  test.each([
    { name: 'nearly all of it', low: 90, said: {} },
    { name: 'a little less', low: 89, said: { orders: 89 } },
    { name: 'a quarter of it', low: 25, said: { orders: 25 } },
    {
      name: 'less than a quarter: it is emptied as a matter of course',
      low: 24,
      said: { orders: 0 },
    },
  ])('is noted where it is clearly less than now: $name', ({ low, said }) => {
    expect(lows(100, copy(hourMs, low))).toEqual(said)
  })

  test.each([
    { ms: 26 * hourMs - 1, said: { orders: 40 } },
    { ms: 26 * hourMs, said: {} },
    { ms: 26 * hourMs + 1, said: {} },
  ])('reaches back a day, and what a job of the night is late by: $ms ms', ({ ms, said }) => {
    expect(lows(100, copy(hourMs, 100), copy(ms, 40))).toEqual(said)
  })

  test.each([
    { ms: 18 * hourMs - 1, said: { orders: 40 } },
    { ms: 18 * hourMs, said: {} },
    { ms: 18 * hourMs + 1, said: {} },
  ])('is not known where copies come so far apart: $ms ms', ({ ms, said }) => {
    expect(lows(100, copy(ms, 40), copy(25 * hourMs, 40))).toEqual(said)
  })

  test('is nothing where most of it went within the day, and no level is left', () => {
    expect(lows(10, copy(hourMs, 1000))).toEqual({ orders: 0 })
    expect(lows(0, copy(hourMs, 1000))).toEqual({})
  })

  test('is not asked of copies without the table', () => {
    expect(lows(100, copy(hourMs, undefined))).toEqual({})
    expect(lows(100, copy(hourMs, undefined), copy(2 * hourMs, 50))).toEqual({ orders: 50 })
  })

  test('never is more than there is, and says nothing where there is no day before', () => {
    const counts = fc.nat(10_000)
    const past = fc.array(fc.tuple(fc.nat(3 * dayMs), counts), { maxLength: 30 })
    fc.assert(
      fc.property(counts, past, (orders, some) => {
        const copies = some
          .toSorted(([one], [other]) => one - other)
          .map(([ms, count]) => copy(ms, count))
        const { orders: low = orders } = lows(orders, ...copies)
        expect(low).toBeLessThanOrEqual(orders)
        if (copies.length === 0) expect(low).toBe(orders)
      }),
    )
  })
})

describe('the level of a table', () => {
  const level = (...past: Past[]) => levelOf(earlier(...past), {}, 'orders')

  test('is the most that stood there, by the newest copy that tells of so much', () => {
    const found = level(copy(dayMs, 5), copy(2 * dayMs, 9), copy(3 * dayMs, 9), copy(4 * dayMs, 1))
    expect(found).toEqual({ had: 9, rows: { orders: 9 } })
    const newest = { ...copy(2 * dayMs, 9), rows: { orders: 9, users: 2 } }
    expect(level(copy(dayMs, 5), newest, copy(3 * dayMs, 9), copy(4 * dayMs, 1)).rows).toEqual({
      orders: 9,
      users: 2,
    })
  })

  test('is of each copy what was there all through the day before it', () => {
    const evening = copy(dayMs, 5000, { orders: 40 })
    expect(level(evening, copy(2 * dayMs, 30), copy(3 * dayMs, 1)).had).toBe(40)
    expect(level({ ...evening, lows: { orders: 0 } }, copy(3 * dayMs, 1)).had).toBe(0)
  })

  test('is the best of the days, each with its own night', () => {
    const days = [copy(dayMs, 1000, { orders: 500 }), copy(2 * dayMs, 1000, { orders: 300 })]
    expect(level(...days, copy(5 * dayMs, 1000)).had).toBe(500)
  })

  test.each([
    { ms: 18 * hourMs - 1, had: 9, why: 'of the first day all count' },
    { ms: 18 * hourMs, had: 5, why: 'of later ones those alone' },
    { ms: 18 * hourMs + 1, had: 5, why: 'and so they do from then on' },
  ])('is that of the first day while no other is known: $ms ms, $why', ({ ms, had }) => {
    expect(level(copy(dayMs, 5), copy(dayMs + ms, 9)).had).toBe(had)
  })

  test.each([
    { ms: 18 * hourMs - 1, had: 9000, why: 'a loss that is told in vain costs a word' },
    { ms: 18 * hourMs, had: 0, why: 'by now a night may have gone by' },
    { ms: 18 * hourMs + 1, had: 0, why: 'and so from then on' },
  ])('is what a copy held, as long as the first day lasts: $ms ms, $why', ({ ms, had }) => {
    expect(level(copy(ms - hourMs, 9000, { orders: 0 }), copy(ms, 540)).had).toBe(had)
  })

  test('is no more, after that, than the lowest that was noted in it', () => {
    const grown = [copy(dayMs, 120, { orders: 100 }), copy(dayMs + hourMs, 100)]
    expect(level(...grown).had).toBe(100)
    const filled = [copy(dayMs, 900, { orders: 0 }), copy(dayMs + hourMs, 540)]
    expect(level(...filled)).toEqual({ had: 0, rows: {} })
    const shrinking = [copy(dayMs, 600), copy(dayMs + hourMs, 800), copy(dayMs + 2 * hourMs, 1000)]
    expect(level(...shrinking).had).toBe(1000)
  })

  test.each([
    {
      firstMs: 18 * hourMs - 1,
      had: 9000,
      why: 'before a first night all that stood there counts',
    },
    { firstMs: 18 * hourMs, had: 0, why: 'after it the lowest that was noted does' },
  ])('is known for $firstMs ms: $why', ({ firstMs, had }) => {
    expect(level(copy(hourMs, 9000, { orders: 0 }), copy(firstMs, 540)).had).toBe(had)
  })

  test.each([
    { name: 'from the very moment on', begins: { orders: ago(2 * dayMs) }, had: 9 },
    { name: 'from a moment later', begins: { orders: ago(2 * dayMs - 1) }, had: 5 },
    { name: 'of another table', begins: { users: ago(dayMs) }, had: 90 },
    { name: 'at once', begins: { orders: ago(0) }, had: 0 },
  ])('knows only what came since it began anew: $name', ({ begins, had }) => {
    const past = earlier(
      copy(dayMs, 5),
      copy(2 * dayMs, 9),
      copy(3 * dayMs, 90),
      copy(4 * dayMs, 1),
    )
    expect(levelOf(past, begins, 'orders').had).toBe(had)
  })

  test('knows how much goes by night, though it began anew only today', () => {
    const evening = copy(hourMs, 5000, { orders: 0 })
    const past = earlier(evening, copy(2 * hourMs, 4800, { orders: 0 }), copy(3 * dayMs, 5000))
    expect(levelOf(past, { orders: ago(2 * hourMs) }, 'orders').had).toBe(0)
  })

  test('knows of a first day that is long past', () => {
    const known = level(copy(dayMs, 5), copy(13 * dayMs, 9), copy(20 * dayMs, 9))
    expect(known.had).toBe(9)
    expect(level(copy(dayMs, 5), copy(13 * dayMs, 9)).had).toBe(5)
  })

  test('is nothing of a table that nobody knows, or that was last seen too long ago', () => {
    expect(level()).toEqual({ had: 0, rows: {} })
    expect(level(copy(dayMs, undefined))).toEqual({ had: 0, rows: {} })
    expect(level(copy(dayMs, undefined), copy(20 * dayMs, 9))).toEqual({ had: 0, rows: {} })
  })
})

test('what stood in a table last is told by the newest copy that has it', () => {
  const evening = copy(dayMs, 5000, { orders: 40 })
  const past = [copy(hourMs, undefined), evening, copy(2 * dayMs, 9)]
  expect(lastLevelOf(past, 'orders')).toEqual({ had: 5000, rows: { orders: 5000 } })
  expect(lastLevelOf(past, 'constructor')).toEqual({ had: 0, rows: {} })
})
