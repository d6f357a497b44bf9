/**
 * How long is `26h`? Spans as people write them in lib/databases.ts: 90s, 45m, 26h, 7d, 2w.
 */
import * as z from 'zod'

import { dayMs, hourMs, minuteMs, secondMs, weekMs } from './time-units'

const unitMs = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs, w: weekMs } as const

const pattern = /^(\d{1,6})(s|m|h|d|w)$/

export const durationRule = 'a span such as 45m, 26h or 7d'

/** Undefined for anything else, and for a span of nothing. */
export const parseDuration = (text: string): number | undefined => {
  const match = pattern.exec(text)
  const unit = Object.entries(unitMs).find(([name]) => name === match?.[2])
  if (!match || !unit) return undefined
  const ms = Number(match[1]) * unit[1]
  return ms === 0 ? undefined : ms
}

export const duration = z.string().refine((text) => parseDuration(text) !== undefined, {
  error: `expected ${durationRule}`,
})
