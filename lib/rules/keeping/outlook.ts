/**
 * How much will be stored in a year? The rule of retention is asked, with copies coming
 * in as often as of late, and growing as they have grown.
 */
import * as z from 'zod'

import { falling, middleOf } from '../plain/order'
import { dayMs, hourMs } from '../plain/time-units'
import { countWords, sizeWords } from '../plain/wording'
import { shapeOf } from '../trust/stored'
import { isSound } from '../verdict/verdict'

import { timeOf } from './periods'
import type { Candidate } from './periods'
import { planRetention } from './retention'
import type { Keep } from './retention'

export type Sized = Candidate & { sizeBytes: number }

export const Outlook = shapeOf({ copies: z.int(), sizeBytes: z.int() })
export type Outlook = z.infer<typeof Outlook>

const daysAhead = 365

/** The rule knows nothing finer; what comes more often than this counts where everything stays. */
const finestMs = hourMs

/** So many of the newest say how often they come. */
const paceOf = 8

/** How often one came of late, and by how much they grow in a day; undefined of fewer than two. */
const paceOfCopies = (newestFirst: readonly Sized[]) => {
  const sound = newestFirst.filter(({ word }) => isSound(word))
  const [newest, oldest] = [sound[0], sound.at(-1)]
  const recent = sound.slice(0, paceOf)
  const gaps = recent.flatMap((copy, place) => {
    const after = recent[place - 1]
    return after ? [timeOf(after) - timeOf(copy)] : []
  })
  const gapMs = middleOf(gaps)
  if (!newest || !oldest || gapMs === undefined) return undefined
  const spanMs = timeOf(newest) - timeOf(oldest)
  const perDay = spanMs < dayMs ? 0 : ((newest.sizeBytes - oldest.sizeBytes) * dayMs) / spanMs
  return { gapMs: Math.max(1, gapMs), perDay, newest }
}

/**
 * What will come, as far as the rule can tell it apart: of days that nothing finer looks at, the last of each.
 * Every one would be told alike, and a policy that is asked of thousands costs a run its time.
 */
const arrivalsOf = (
  keep: Keep,
  { gapMs, nowMs, endMs }: { gapMs: number; nowMs: number; endMs: number },
): number[] => {
  const finestForMs = Math.max(keep.withinMs, Math.max(keep.hourly, keep.minimum) * gapMs) + dayMs
  const arrivals: number[] = []
  for (let ms = nowMs + gapMs; ms <= endMs; ms += gapMs) {
    const isLastOfDay = Math.floor(ms / dayMs) < Math.floor((ms + gapMs) / dayMs)
    if (isLastOfDay || ms >= endMs - finestForMs) arrivals.push(ms)
  }
  return arrivals
}

/** Undefined while fewer than two sound copies say how often they come; without `keep` every copy stays. */
export const outlookOf = (
  copies: readonly Sized[],
  { keep, now }: { keep: Keep | undefined; now: Date },
): Outlook | undefined => {
  const pace = paceOfCopies(copies.toSorted(falling(timeOf)))
  if (!pace) return undefined
  const { newest, perDay } = pace
  const sizeAt = (ms: number) =>
    Math.max(0, newest.sizeBytes + (perDay * (ms - timeOf(newest))) / dayMs)
  const sizeOf = (some: readonly Sized[]) => some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const nowMs = now.getTime()
  const endMs = nowMs + daysAhead * dayMs
  if (!keep) {
    const more = Math.floor((endMs - nowMs) / pace.gapMs)
    const sizeBytes = sizeOf(copies) + more * sizeAt((nowMs + endMs) / 2)
    return { copies: copies.length + more, sizeBytes: Math.round(sizeBytes) }
  }
  const gapMs = Math.max(pace.gapMs, finestMs)
  // What waits for its verdict now will long have had it.
  const judged = copies.map((copy) =>
    copy.word === 'pending' ? { ...copy, word: 'passed' } : copy,
  )
  const coming = arrivalsOf(keep, { gapMs, nowMs, endMs }).map((ms): Sized => {
    const arrivedAt = new Date(ms).toISOString()
    return { id: `at ${arrivedAt}`, arrivedAt, word: 'passed', sizeBytes: sizeAt(ms) }
  })
  const situation = { now: new Date(endMs), clockSkewMs: 0, lateWords: undefined }
  const all = [...judged, ...coming]
  const { decisions } = planRetention(all, keep, situation, { mayLetGoOfMany: true })
  const kept = new Set(decisions.filter((one) => one.keep).map(({ id }) => id))
  const left = all.filter(({ id }) => kept.has(id))
  // Where everything stays, so do those that come between two full hours.
  const { withinMs } = keep
  const between = Math.floor(withinMs / pace.gapMs) - Math.floor(withinMs / gapMs)
  return {
    copies: left.length + between,
    sizeBytes: Math.round(sizeOf(left) + between * sizeAt(endMs)),
  }
}

/** "In a year about 24 copies of 1.2 GiB in all, if …". */
export const outlookWords = ({ copies, sizeBytes }: Outlook): string =>
  `In a year about ${countWords(copies, 'copy', 'copies')}, ${sizeWords(sizeBytes)} in all, as often and growing as of late.`

/** What all of them will come to; undefined where nobody knows how many will come of one of them. */
export const inAYearOf = (
  some: readonly { outlook?: Outlook | undefined }[],
): number | undefined => {
  const known = some.flatMap(({ outlook }) => outlook ?? [])
  return known.length < some.length
    ? undefined
    : known.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
