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
