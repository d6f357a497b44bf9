/**
 * How long is `26h`? Spans as people write them in lib/databases.ts: 90s, 45m, 26h, 7d, 2w.
 */
const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

const pattern = /^(\d{1,6})(s|m|h|d|w)$/

export const durationRule = 'a span such as 45m, 26h or 7d'

/** Undefined for anything else, and for a span of nothing. */
export const parseDuration = (text: string): number | undefined => {
  const match = pattern.exec(text)
  const unit = Object.entries(unitMs).find(([name]) => name === match?.[2])
  if (!match || !unit) return undefined
  const ms = Number(match[1]) * unit[1]
  return ms > 0 ? ms : undefined
}
