import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { casesOf, isThorough, slow } from '../../cases'
import { fallsIn, told } from '../../fixtures/histories'
import type { Kept } from '../../fixtures/histories'
import {
  archives,
  broughtBack,
  drops,
  emptiedByNight,
  grows,
  loses,
  migrations,
  played,
  reloaded,
  sleeps,
  stands,
} from '../../fixtures/lives'
import type { Change, Life, Tables } from '../../fixtures/lives'

/**
 * A failure prints its seed, and SNAPPROOF_SEED runs it again. SNAPPROOF_CASES=20 runs ten times as
 * many cases as CI does; give it --testTimeout 600000.
 */
const seed = Number(process.env['SNAPPROOF_SEED'] ?? Date.now() % 1e9)
const cases = (count: number) => ({
  seed,
  numRuns: Math.ceil(casesOf(count) / (isThorough ? 1 : 2)),
})

/** Five minutes after the job of the night. */
const startAt = new Date('2025-03-28T03:05:00.000Z')

const shop = (rows: number): Tables => ({
  orders: { columns: ['id', 'total', 'at'], rows, life: grows(rows / 1000) },
  stock: { columns: ['sku', 'price'], rows, life: reloaded(rows, 24) },
  settings: { columns: ['name', 'value'], rows: 12, life: stands },
})

const withSessions = (tables: Tables, perHour: number, leaves: number): Tables => ({
  ...tables,
  sessions: { columns: ['token', 'at'], rows: 0, life: emptiedByNight(perHour, leaves) },
})

const hourAt = (hour: number): number => startAt.getTime() + hour * 3_600_000

const seeds = fc.integer()
const severalADay = fc.constantFrom(1, 2, 3, 6, 12)
const upToDaily = fc.constantFrom(1, 3, 6, 12, 24)

describe(`ordinary days (seed ${seed})`, () => {
  test.each([
    // CI has the time for all of them.
    { everyHours: 1, days: isThorough ? 365 : 30 },
    { everyHours: 6, days: isThorough ? 365 : 120 },
    { everyHours: 24, days: 365 },
  ])('of $days days raise nothing, with a copy every $everyHours hours', ({ everyHours, days }) => {
    const tables = everyHours < 24 ? withSessions(shop(2000), 400, 0) : shop(2000)
    const history = played({ tables, startAt, days, everyHours, changes: {}, seed })
    expect(fallsIn(told(history))).toEqual([])
  })

  test('raise nothing, whatever its size, and however much comes and goes by night', () => {
    const story = fc.record({
      rows: fc.integer({ min: 0, max: 50_000 }),
      perHour: fc.integer({ min: 1, max: 5000 }),
      leaves: fc.constantFrom(0, 0.01, 0.1, 0.2, 0.5),
      everyHours: severalADay,
      seed: seeds,
    })
    fc.assert(
      fc.property(story, ({ rows, perHour, leaves, ...rest }) => {
        const tables = withSessions(shop(rows), perHour, leaves)
        const history = played({ tables, startAt, days: 25, changes: {}, ...rest })
        expect(fallsIn(told(history))).toEqual([])
      }),
      cases(16),
    )
  })

  test(
    'but for one night whose job was missed raise nothing once somebody said that it is right',
    slow,
    () => {
      const sessions = emptiedByNight(400, 0)
      const missed: Life = (rows, hour, chance) =>
        hour === 11 * 24 - 1 ? rows : sessions(rows, hour, chance)
      const tables = { sessions: { columns: ['token'], rows: 0, life: missed } }
      const history = played({ tables, startAt, days: 60, everyHours: 1, changes: {}, seed })
      fc.assert(
        fc.property(fc.nat(14), (patience) => {
          const accepts = ({ at }: Kept) => at >= hourAt(12 * 24 + patience)
          const falls = fallsIn(told(history, { accepts }))
          expect(falls.map(({ at }) => at.slice(0, 10))).toEqual(['2025-04-09'])
        }),
        { seed, numRuns: 2 },
      )
    },
  )

  test('with migrations raise nothing either, in whatever order they come', () => {
    const slowly = 'it is archived a quarter a night'
    const names = fc.constantFrom(...Object.keys(migrations), slowly)
    const story = fc.record({
      rows: fc.integer({ min: 0, max: 20_000 }),
      what: fc.array(fc.tuple(fc.integer({ min: 2, max: 30 * 24 }), names), { maxLength: 10 }),
      everyHours: upToDaily,
      seed: seeds,
    })
    fc.assert(
      fc.property(story, ({ rows, what, ...rest }) => {
        const changes: Record<number, Change> = {}
        for (const [hour, name] of what) {
          const nights = name === slowly ? [0, 24, 48, 72, 96, 120] : [0]
          for (const later of nights) changes[hour + later] = migrations[name] ?? archives(0.25)
        }
        const history = played({ tables: shop(rows), startAt, days: 40, changes, ...rest })
        expect(fallsIn(told(history))).toEqual([])
      }),
      cases(20),
    )
  })
})

/** The copies that came after an hour of the story. */
const since = (copies: readonly Kept[], hour: number): Kept[] =>
  copies.filter(({ at }) => at >= hourAt(hour))

const ordersIn = ({ rows }: Kept): number => rows['orders'] ?? 0

const accidents = fc.record({
  rows: fc.integer({ min: 1000, max: 50_000 }),
  part: fc.double({ min: 0.55, max: 1, noNaN: true }),
  hour: fc.integer({ min: 2, max: 30 * 24 }),
  everyHours: upToDaily,
  seed: seeds,
})

describe(`a mass deletion (seed ${seed})`, () => {
  test('is seen at once, and in every copy since then, however often the same is pushed', () => {
    fc.assert(
      fc.property(accidents, fc.boolean(), ({ rows, part, hour, ...rest }, isQuiet) => {
        const changes: Record<number, Change> = { [hour]: loses(part) }
        if (isQuiet) changes[hour + 1] = sleeps
        const days = hour / 24 + 10
        const all = told(played({ tables: shop(rows), startAt, days, changes, ...rest }))
        const after = since(all, hour)
        const before = all[all.length - after.length - 1]
        // With daily copies the first one may come only after it.
        if (!before) return
        expect(after.map(({ fall }) => Object.keys(fall?.tables ?? {}))).toEqual(
          after.map(() => ['orders']),
        )
        expect(new Set(after.map(({ fall }) => fall?.since))).toEqual(new Set([after[0]?.id]))
        expect(after[0]?.fall?.before).toBe(before.id)
      }),
      cases(20),
    )
  })

  test('is seen after any migration, as soon as one copy came in between', () => {
    const names = ['a column comes', 'a column is renamed', 'a column goes', 'the table is renamed']
    const before = fc.record({
      name: fc.constantFrom(...names),
      hours: fc.integer({ min: 2, max: 60 }),
    })
    fc.assert(
      fc.property(accidents, before, ({ rows, part, hour, ...rest }, { name, hours }) => {
        const lost = hour + hours
        const changes = { [hour]: migrations[name] ?? sleeps, [lost]: loses(part) }
        const days = lost / 24 + 3
        const all = told(played({ tables: shop(rows), startAt, days, changes, ...rest }))
        const [migrated, after] = [since(all, hour), since(all, lost)]
        if (migrated.length === after.length) return
        expect(migrated.slice(0, -after.length).some(({ fall }) => fall)).toBe(false)
        expect(after.every(({ fall }) => fall)).toBe(true)
      }),
      cases(20),
    )
  })

  test('is over when the rows are back, and another one is seen again, however soon', () => {
    fc.assert(
      fc.property(accidents, fc.integer({ min: 1, max: 240 }), (accident, pause) => {
        const { rows, part, ...rest } = accident
        // What is known for less than two days has no level of its own yet.
        const hour = accident.hour + 48
        const back = broughtBack(Math.ceil(rows * (1 + hour / 500)))
        const changes = { [hour]: loses(part), [hour + pause]: back, [hour + 2 * pause]: loses(1) }
        const days = (hour + 3 * pause) / 24
        const all = told(played({ tables: shop(rows), startAt, days, changes, ...rest }))
        const [lost, whole, again] = [
          since(all, hour),
          since(all, hour + pause),
          since(all, hour + 2 * pause),
        ]
        if (lost.length === all.length) return
        const isFallen = ({ fall }: Kept) => fall !== undefined
        expect(lost.slice(0, -whole.length).every(isFallen)).toBe(true)
        expect(whole.slice(0, -again.length).some(isFallen)).toBe(false)
        expect(again.every(isFallen)).toBe(true)
      }),
      cases(20),
    )
  })

  test('that was meant stays quiet at that level, and a further one is seen', () => {
    fc.assert(
      fc.property(accidents, fc.nat(240), (accident, patience) => {
        const { rows, hour, ...rest } = accident
        const part = Math.min(accident.part, 0.8)
        const later = hour + 20 * 24
        const changes = { [hour]: loses(part), [later]: loses(1) }
        const history = played({
          tables: shop(rows),
          startAt,
          days: later / 24 + 3,
          changes,
          ...rest,
        })
        const accepts = ({ at }: Kept) => at >= hourAt(hour + patience) && at < hourAt(later)
        const all = told(history, { accepts })
        const falls = fallsIn(all)
        if (since(all, hour).length === all.length) return
        expect(falls.map(({ fall }) => fall.since)).toEqual([
          since(all, hour)[0]?.id,
          since(all, later)[0]?.id,
        ])
      }),
      cases(20),
    )
  })
})

describe(`a slow loss (seed ${seed})`, () => {
  test('of 10 to 25 % a day is seen before three quarters are gone', () => {
    const story = fc.record({
      rows: fc.integer({ min: 2000, max: 50_000 }),
      aDay: fc.double({ min: 0.1, max: 0.25, noNaN: true }),
      from: fc.integer({ min: 1, max: 30 }),
      isByHour: fc.boolean(),
      everyHours: upToDaily,
      seed: seeds,
    })
    fc.assert(
      fc.property(story, ({ rows, aDay, from, isByHour, ...rest }) => {
        const changes: Record<number, Change> = {}
        const step = isByHour ? 1 : 24
        for (let hour = from * 24; hour < (from + 15) * 24; hour += step)
          changes[hour] = loses(isByHour ? 1 - (1 - aDay) ** (1 / 24) : aDay)
        const tables: Tables = {
          ...shop(rows),
          orders: { columns: ['id'], rows, life: stands },
        }
        const all = told(played({ tables, startAt, days: from + 15, changes, ...rest }))
        const first = all.find(({ fall }) => fall)
        expect(first && ordersIn(first)).toBeGreaterThan(rows / 4)
        expect(all.at(-1)?.fall?.before).toBeDefined()
      }),
      cases(30),
    )
  })
})

describe(`a loss in the very first hours (seed ${seed})`, () => {
  test('is seen before three quarters are gone, though nothing else is known yet', () => {
    const story = fc.record({
      rows: fc.integer({ min: 2000, max: 50_000 }),
      part: fc.double({ min: 0.1, max: 0.5, noNaN: true }),
      everyHours: fc.constant(1),
      seed: seeds,
    })
    fc.assert(
      fc.property(story, ({ rows, part, ...rest }) => {
        const changes = Object.fromEntries(
          Array.from({ length: 15 }, (_, nth) => [nth + 2, loses(part)]),
        )
        const all = told(played({ tables: shop(rows), startAt, days: 0.7, changes, ...rest }))
        const first = all.find(({ fall }) => fall)
        expect(first && ordersIn(first)).toBeGreaterThanOrEqual(Math.floor(rows / 4))
      }),
      cases(20),
    )
  })
})

describe(`a table that is dropped (seed ${seed})`, () => {
  test('is seen, however small it is, until it is back', () => {
    fc.assert(
      fc.property(accidents, fc.constantFrom('orders', 'settings', 'stock'), (accident, name) => {
        const { rows, hour, part: _, ...rest } = accident
        const days = hour / 24 + 5
        const all = told(
          played({ tables: shop(rows), startAt, days, changes: { [hour]: drops(name) }, ...rest }),
        )
        const after = since(all, hour)
        if (after.length === all.length) return
        expect(
          after.every(({ fall }) => fall?.tables[name]?.has === undefined && fall?.tables[name]),
        ).toBe(true)
      }),
      cases(20),
    )
  })
})
