/**
 * Do more copies come than ever did? A cron job that runs wild, or a stolen token: each copy is sound, and
 * retention counts it like any other. What is left of those from before is told while it still stands.
 */
import * as z from 'zod'

import { isSoundCopy } from '../copy/held'
import type { Copy } from '../copy/held'
import { daysAfter } from '../keeping/last-chance'
import { dayOf } from '../keeping/periods'
import type { Keep } from '../keeping/retention'
import { middleOf } from '../plain/order'
import { dayMs, hourMs } from '../plain/time-units'
import type { Schedule } from '../settings/schedule'
import { shapeOf } from '../trust/stored'

const instant = z.iso.datetime()

export const Pace = shapeOf({
  /** When it began: what came before that is nobody's flood. */
  since: instant,
  inDay: z.int(),
  /** How many a day are usual; absent where it is not by the day that there are too many. */
  usual: z.int().optional(),
  /** When an hour had no ticket left, and how many it has. */
  fullAt: instant.optional(),
  limit: z.int(),
  /** Sound copies from before it: how many stand there, and how many of them will. */
  before: z.int(),
  inWeek: z.int(),
  inFourWeeks: z.int(),
  /** The newest of them. */
  newestBefore: z.string().optional(),
})
export type Pace = z.infer<typeof Pace>

/** How many came on each of the last days, as far as they were seen before retention thinned them out. */
export const Days = z.record(z.string(), z.int())
export type Days = z.infer<typeof Days>

const rememberedMs = 7 * dayMs

/** What is usual is told by so many days at least, and by the middle one of them. */
const daysAtLeast = 3

/** A pace that is known counts as another from here on. */
const timesUsual = 4
const copiesAtLeast = 24

/** Who pushes every half hour from the first day on need not say so. */
const timesExpected = 20
const unaskedAtLeast = 49

const dayBefore = (day: string | undefined, ms: number): string =>
  day === undefined ? '' : dayOf(new Date(Date.parse(day) - ms))

/** By the last day of them, so that a day on which nothing comes changes nothing. */
export const daysOf = (copies: readonly Copy[], before: Days | undefined): Days => {
  const counts = new Map<string, number>()
  for (const { arrivedAt } of copies) {
    const day = arrivedAt.slice(0, 10)
    counts.set(day, (counts.get(day) ?? 0) + 1)
  }
  const names = [...new Set([...Object.keys(before ?? {}), ...counts.keys()])].toSorted()
  const first = dayBefore(names.at(-1), rememberedMs)
  return Object.fromEntries(
    names
      .filter((day) => day >= first)
      .map((day) => [day, Math.max(before?.[day] ?? 0, counts.get(day) ?? 0)]),
  )
}

/** The last two days may be of what is asked about. */
const usualOf = (days: Days): number | undefined => {
  const lastButOne = dayBefore(Object.keys(days).toSorted().at(-1), dayMs)
  const counts = Object.entries(days).flatMap(([day, count]) => (day < lastButOne ? [count] : []))
  return counts.length >= daysAtLeast ? middleOf(counts) : undefined
}

/** The last hour within a day that had no ticket left, by the tickets, newest first. */
const fullHourOf = (
  ticketsAt: readonly Date[],
  limit: number,
  now: Date,
): { from: string; at: string } | undefined => {
  for (const [place, at] of ticketsAt.entries()) {
    const first = ticketsAt[place + limit - 1]
    if (!first || now.getTime() - at.getTime() >= dayMs) return undefined
    const isFull = at.getTime() - first.getTime() < hourMs
    if (isFull) return { from: first.toISOString(), at: at.toISOString() }
  }
  return undefined
}

const stayOf = (
  copies: readonly Copy[],
  since: string,
  { keep, now }: { keep: Keep | undefined; now: Date },
): Pick<Pace, 'before' | 'inWeek' | 'inFourWeeks' | 'newestBefore'> => {
  const older = copies.filter((copy) => isSoundCopy(copy) && copy.arrivedAt < since)
  const ids = new Set(older.map(({ id }) => id))
  const days = keep ? [...daysAfter(copies, { keep, now, daysAhead: 28 })] : []
  const by = (day: number) =>
    days[day - 1]?.left.filter(({ id }) => ids.has(id)).length ?? older.length
  return { before: older.length, inWeek: by(7), inFourWeeks: by(28), newestBefore: older[0]?.id }
}

/** Copies and tickets newest first. Undefined where as many come as are expected, or nearly. */
export const paceOf = (
  { copies, ticketsAt, days }: { copies: readonly Copy[]; ticketsAt: readonly Date[]; days: Days },
  before: Pace | undefined,
  about: {
    schedule: Schedule | undefined
    ticketsPerHour: number
    keep: Keep | undefined
    now: Date
  },
): Pace | undefined => {
  const { schedule, ticketsPerHour: limit, now } = about
  const lately = copies.filter(({ arrivedAt }) => now.getTime() - Date.parse(arrivedAt) < dayMs)
  const known = usualOf(days)
  const expected = schedule ? Math.ceil(dayMs / schedule.everyMs) : 1
  const usual = Math.max(known ?? expected, expected)
  const isMany =
    known === undefined
      ? lately.length >= unaskedAtLeast && lately.length > usual * timesExpected
      : lately.length >= copiesAtLeast && lately.length > usual * timesUsual
  const full = fullHourOf(ticketsAt, limit, now)
  const oldest = lately.at(-1)
  const from = isMany && oldest ? oldest.arrivedAt : full?.from
  if (from === undefined) return undefined
  const since = before?.since ?? from
  return {
    since,
    inDay: lately.length,
    ...(isMany ? { usual } : {}),
    ...(full ? { fullAt: full.at } : {}),
    limit,
    ...stayOf(copies, since, about),
  }
}
