/**
 * How many copies are kept? What may be said of it in lib/databases.ts. The floors can be raised
 * and never lowered: a copy that turns out bad tomorrow must not have replaced today's good ones.
 */
import * as z from 'zod'

import { usualKeep } from '../keeping/retention'
import type { Keep } from '../keeping/retention'
import { parseDuration } from '../plain/duration'
import { dayMs } from '../plain/time-units'

const count = z.int().nonnegative().max(10_000)

export const KeepSettings = z.union([
  z.literal('all'),
  z
    .strictObject({
      /** The last so many hours, days, weeks, months and years that have a copy keep one each. */
      hourly: count.optional(),
      daily: count.optional(),
      weekly: count.optional(),
      monthly: count.optional(),
      yearly: count.optional(),
      /** Everything that is younger stays: `48h`, or more. */
      within: z
        .string()
        .refine((text) => (parseDuration(text) ?? 0) >= usualKeep.withinMs, {
          error: `expected a span of ${usualKeep.withinMs / dayMs} days or more, such as 48h or 7d`,
        })
        .optional(),
      /** So many sound copies stay whatever their age: 3, or more. */
      minimum: z
        .int()
        .min(usualKeep.minimum, `expected ${usualKeep.minimum} or more`)
        .max(10_000)
        .optional(),
      /** One run that would let go of a larger share of the copies lets go of none, and says so. */
      mostAtOnce: z.number().positive().max(1).optional(),
    })
    .refine((keep) => Object.values(slotsOf(keep)).some((slots) => slots > 0), {
      error: 'keeps nothing but the floors; say "all", or a number above 0',
    }),
])
export type KeepSettings = z.infer<typeof KeepSettings>

type Said = Partial<
  Record<'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly', number | undefined>
>

const slotsOf = (said: Said) => ({
  hourly: said.hourly ?? usualKeep.hourly,
  daily: said.daily ?? usualKeep.daily,
  weekly: said.weekly ?? usualKeep.weekly,
  monthly: said.monthly ?? usualKeep.monthly,
  yearly: said.yearly ?? usualKeep.yearly,
})

/**
 * The second place lets go later: one copy a day for a month more, by what the first keeps by the day, and
 * as much by weeks, months and years. What is finer than a day is told apart in the first alone.
 */
const laterBy = { hourly: 0, daily: 30, weekly: 5, monthly: 1, yearly: 1 }

/** Undefined means that nothing is ever let go. */
export const keepOf = (said: KeepSettings | undefined): Keep | undefined =>
  said === 'all'
    ? undefined
    : {
        ...slotsOf(said ?? {}),
        withinMs: parseDuration(said?.within ?? '') ?? usualKeep.withinMs,
        minimum: said?.minimum ?? usualKeep.minimum,
        mostAtOnce: said?.mostAtOnce ?? usualKeep.mostAtOnce,
      }

/** A rule that the first place does not use is none of the second's, unless it is said. */
const later = (counts: number, by: number): number => (counts === 0 ? 0 : counts + by)

/**
 * How many copies stay in the second place? Whatever is said, at least what stays in the first: never the
 * other way round, since the second is there for what the first has lost.
 */
export const keepSecondOf = (
  first: KeepSettings | undefined,
  said: KeepSettings | undefined,
): Keep | undefined => {
  const keep = keepOf(first)
  if (!keep || said === 'all') return undefined
  const { withinMs, minimum, mostAtOnce } = keep
  const least = (slots: keyof typeof laterBy): number =>
    Math.max(keep[slots], said?.[slots] ?? later(keep[slots], laterBy[slots]))
  return {
    hourly: least('hourly'),
    daily: least('daily'),
    weekly: least('weekly'),
    monthly: least('monthly'),
    yearly: least('yearly'),
    withinMs: Math.max(withinMs, parseDuration(said?.within ?? '') ?? withinMs),
    minimum: Math.max(minimum, said?.minimum ?? minimum),
    mostAtOnce: said?.mostAtOnce ?? mostAtOnce,
  }
}

/** Where the second place would let go before the first: the name of what is too little, or of all. */
export const shorterInSecond = (
  first: KeepSettings | undefined,
  said: KeepSettings | undefined,
): string | undefined => {
  if (said === undefined || said === 'all') return undefined
  const keep = keepOf(first)
  if (!keep) return 'keep is "all", so that keepSecond can be nothing else'
  const counts = ['hourly', 'daily', 'weekly', 'monthly', 'yearly', 'minimum'] as const
  const short = counts.find((name) => (said[name] ?? keep[name]) < keep[name])
  if (short !== undefined)
    return `keepSecond.${short} is less than ${keep[short]}, which keep has: the second place lets go later than the first`
  const within = parseDuration(said.within ?? '') ?? keep.withinMs
  return within < keep.withinMs
    ? 'keepSecond.within is less than that of keep: the second place lets go later than the first'
    : undefined
}
