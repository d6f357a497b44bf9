/**
 * What do the functions take in a month, as far as they measured themselves? The watch adds up what each run left
 * behind, a day by itself. Told are whole weeks alone: each has one drill and seven nights.
 */
import * as z from 'zod'

import { dayOf } from '../keeping/periods'
import { dollars, functionsPrice, prices } from '../keeping/prices'
import { Spent, times, together } from '../keeping/spent'
import { falling } from '../plain/order'
import { dayMs, weekMs } from '../plain/time-units'
import { countWords } from '../plain/wording'
import { shapeOf } from '../trust/stored'

const instant = z.iso.datetime()

/** Whole weeks, up to four of them, and the two days at their ends that are not whole. */
const weeksAtMost = 4
const daysAtMost = weeksAtMost * 7 + 2

/** What was measured. */
export const Spending = shapeOf({
  /** When it was first measured: that day is not whole. */
  since: instant,
  days: z.record(z.string(), Spent),
  /** Up to which run of the others theirs is in it. */
  upTo: shapeOf({ prune: instant.optional(), drill: instant.optional() }),
})
export type Spending = z.infer<typeof Spending>

export const spendingType = 'application/vnd.snapproof.spending+json'

/** The last run of another timer, as its own state tells it. */
type Left = { ranAt: string; spent?: Spent | undefined } | undefined

/** With a run of the watch, and with what the other two have left since. */
export const withRun = (
  before: Spending | undefined,
  own: Spent,
  { prune, drill, now }: { prune: Left; drill: Left; now: Date },
): Spending => {
  const since = before?.since ?? now.toISOString()
  const days = { ...before?.days }
  const upTo = { ...before?.upTo }
  const enter = (day: string, spent: Spent) => {
    days[day] = together([days[day] ?? [], spent].flat())
  }
  enter(dayOf(now), own)
  for (const [name, left] of [
    ['prune', prune],
    ['drill', drill],
  ] as const) {
    if (!left || left.ranAt < since || left.ranAt === upTo[name]) continue
    if (left.spent) enter(left.ranAt.slice(0, 10), left.spent)
    upTo[name] = left.ranAt
  }
  const newest = Object.entries(days).toSorted(falling(([day]) => day))
  return { ...before, since, days: Object.fromEntries(newest.slice(0, daysAtMost)), upTo }
}

/** A month, as it is asked for everywhere. */
const monthDays = 30

type Opened = {
  arrivedAt: string
  provenAt?: string | undefined
  /** What it took to open it, where no run of the watch did. */
  ran?: Spent | undefined
}

/**
 * What opening the copies of a database takes in a month, beside what the watch opens itself: by those that were
 * opened within the last week, and the share of those that came and that retention has let go of since.
 */
export const openingOf = (
  copies: readonly Opened[],
  { days, now }: { days: Readonly<Record<string, number>>; now: Date },
): Spent | undefined => {
  const since = new Date(now.getTime() - weekMs).toISOString()
  const opened = copies.filter(({ provenAt }) => provenAt !== undefined && provenAt >= since)
  if (opened.every(({ ran }) => ran === undefined)) return undefined
  const first = since.slice(0, 10)
  const came = Object.entries(days).reduce(
    (sum, [day, count]) => sum + (day > first ? count : 0),
    0,
  )
  const here = copies.filter(({ arrivedAt }) => arrivedAt.slice(0, 10) > first).length
  const gone = Math.max(0, came - here)
  const week = together(opened.flatMap(({ ran }) => ran ?? []))
  return times(week, (1 + gone / opened.length) * (monthDays / 7))
}

/** In a month, and over how many weeks it was measured. */
export const Running = shapeOf({
  runs: z.number(),
  gibSeconds: z.number(),
  requests: z.number(),
  weeks: z.int(),
})
export type Running = z.infer<typeof Running>

/** Undefined until there was a whole week. */
export const runningOf = (
  spending: Spending | undefined,
  openings: readonly (Spent | undefined)[],
  now: Date,
): Running | undefined => {
  if (!spending) return undefined
  const today = Date.parse(dayOf(now))
  const firstWhole = Date.parse(spending.since.slice(0, 10)) + dayMs
  const weeks = Math.min(weeksAtMost, Math.floor((today - firstWhole) / weekMs))
  if (weeks < 1) return undefined
  const from = dayOf(new Date(today - weeks * weekMs))
  const measured = Object.entries(spending.days).flatMap(([day, spent]) =>
    day >= from && day < dayOf(now) ? [spent] : [],
  )
  if (measured.length === 0) return undefined
  const month = times(together(measured), monthDays / (weeks * 7))
  return { ...together([month, ...openings.flatMap((one) => one ?? [])]), weeks }
}

/** As many as a person reads at a glance: 12,300. */
export const roundWords = (count: number): string => {
  const place = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 2)
  return (Math.round(count / place) * place).toLocaleString('en-US')
}

/** What the functions take in a month, and what that costs: only as it was measured. */
export const runningWords = (running: Running | undefined): string => {
  if (!running) return 'Functions and requests: not measured yet, which takes a whole week.'
  const { gibSeconds, requests, weeks } = running
  const price = dollars(functionsPrice(gibSeconds))
  const free = prices.freeGibSeconds.toLocaleString('en-US')
  return `Functions: ${roundWords(gibSeconds)} GiB-seconds a month, ${price} by its list for functions of ${prices.asOf}, where ${free} are free; ${roundWords(requests)} requests to the store, for which Spaces names no price. Measured over ${countWords(weeks, 'week')}.`
}
