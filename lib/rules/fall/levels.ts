/**
 * How much of a table stood there in the last days? Asked of the copies that are kept, which are many
 * for the last two days and few for those before. A table that fills by day and is emptied by night
 * never had what it holds in the evening: of each copy counts what was there all through the day
 * before it.
 */
import { own } from '../plain/own'
import { dayMs, hourMs } from '../plain/time-units'

import type { Counts } from './drift'
import { countOf } from './drift'

/** How far back "the last days" reach; the copy just before counts however old it is. */
export const memoryMs = 14 * dayMs

/** A day, and what a nightly job may be late by, twice a year for the clocks' sake. */
const wholeDayMs = 26 * hourMs

/** Copies that come further apart tell nothing of the hours between them. */
const farApartMs = 18 * hourMs

/** As good as all of it. */
export const nearly = 0.9

/** Where so little is left of a table within a day, it is emptied as a matter of course. */
const emptied = 0.25

/** A sound copy that came before, as its entry tells of it. */
export type Past = {
  id: string
  arrivedAt: string
  rows: Counts
  /** Absent where nobody asked when it came: by an earlier edition, or switched off. */
  lows?: Counts | undefined
}

/**
 * `at` and `ago` in milliseconds: when it came, and how long before the copy that is asked about.
 * `isHeldAgainst`: it is of the last days, and the others only tell how long a table has been known.
 */
export type Earlier = Past & { at: number; ago: number; isHeldAgainst: boolean }

/**
 * A copy of which nobody asked is held against only as the last one: what an earlier edition made of
 * those before it was told then.
 */
export const earlierOf = (past: readonly Past[], arrivedAt: string): Earlier[] => {
  const now = Date.parse(arrivedAt)
  return past.map((one, index) => {
    const at = Date.parse(one.arrivedAt)
    const ago = now - at
    const isHeldAgainst = index === 0 || (one.lows !== undefined && ago <= memoryMs)
    return { ...one, at, ago, isHeldAgainst }
  })
}

/**
 * What each table held all through the day before a copy, where that is clearly less than it holds
 * then. Asked once, when the copy comes: later its neighbours are thinned out.
 */
export const lowsOf = (rows: Counts, earlier: readonly Earlier[]): Record<string, number> => {
  const ofTheDay = earlier.filter(({ ago }) => ago < wholeDayMs)
  if (!ofTheDay.some(({ ago }) => ago < farApartMs)) return {}
  return Object.fromEntries(
    Object.entries(rows).flatMap(([table, count]) => {
      const counts = [count, ...ofTheDay.flatMap((one) => countOf(one.rows, table) ?? [])]
      const low = Math.min(...counts)
      const level = low < Math.max(...counts) * emptied ? 0 : low
      return level < count * nearly ? [[table, level]] : []
    }),
  )
}

/** What stood there of a table, and all the rows of the copy that tells so. */
export type Level = { had: number; rows: Counts }

/** By table, from when on its rows are compared: something explained what was before. */
export type Begins = Readonly<Record<string, string>>

/**
 * The most that stood there, by the newest copy that tells of so much.
 *
 * In the first day that is known nobody knows how much goes by night. As long as it lasts, each copy
 * tells of what it held: a loss that is told in vain costs a word, and one that is not told costs the
 * rows. Afterwards the copies of that day tell of no more than the lowest that was noted.
 */
export const levelOf = (earlier: readonly Earlier[], begins: Begins, table: string): Level => {
  const holding = earlier.flatMap((one) => {
    const count = countOf(one.rows, table)
    return count === undefined ? [] : [{ ...one, count, low: own(one.lows, table) }]
  })
  const first = holding.at(-1) ?? { at: 0, ago: 0 }
  const beginsAt = Date.parse(own(begins, table) ?? '1970-01-01')
  const recent = holding.filter(({ at, isHeldAgainst }) => isHeldAgainst && at >= beginsAt)
  const later = recent.filter(({ at }) => at - first.at >= farApartMs)
  const lowest = Math.min(...recent.map(({ low }) => low ?? Infinity))
  const hadIn = ({ count, low = count }: (typeof recent)[number]): number => {
    if (first.ago < farApartMs) return count
    return later.length > 0 ? low : Math.min(low, lowest)
  }
  let best: Level = { had: 0, rows: {} }
  for (const one of later.length > 0 ? later : recent) {
    const had = hadIn(one)
    if (had > best.had) best = { had, rows: one.rows }
  }
  return best
}

/** What stood in it last, whatever goes by night. */
export const lastLevelOf = (earlier: readonly Past[], table: string): Level => {
  const rows = earlier.find((one) => Object.hasOwn(one.rows, table))?.rows ?? {}
  return { had: countOf(rows, table) ?? 0, rows }
}
