/**
 * What will be left of the copies that stand there now? Retention is asked for each of the next days, with
 * one copy a day coming in like the newest one, so that a person is told while there is still time.
 */
import { isHeld } from '../copy/care'
import type { Fall } from '../fall/fall'
import { falling } from '../plain/order'
import { dayMs } from '../plain/time-units'
import { isSound } from '../verdict/verdict'

import { timeOf } from './periods'
import type { Candidate } from './periods'
import { planRetention } from './retention'
import type { Keep } from './retention'

type Terms = { keep: Keep; now: Date; daysAhead: number }

/** Day after day, what retention has left by then. */
export function* daysAfter(
  copies: readonly Candidate[],
  { keep, now, daysAhead }: Terms,
): Generator<{ at: Date; left: Candidate[] }> {
  const [first] = copies
  if (!first) return
  const newest = copies.reduce((one, other) => (timeOf(other) > timeOf(one) ? other : one), first)
  // What somebody is fetching now is in good hands: it counts as held for as long as is asked.
  const heldUntil = new Date(now.getTime() + (daysAhead + 1) * dayMs).toISOString()
  let left = copies.map((copy) => (isHeld(copy, now) ? { ...copy, heldUntil } : copy))
  for (let day = 1; day <= daysAhead; day += 1) {
    const at = new Date(now.getTime() + day * dayMs)
    left.push({ id: `day ${day}`, arrivedAt: at.toISOString(), word: newest.word })
    const situation = { now: at, clockSkewMs: 0, lateWords: undefined }
    const { decisions } = planRetention(left, keep, situation, { mayLetGoOfMany: true })
    const kept = new Set(decisions.filter((one) => one.keep).map(({ id }) => id))
    left = left.filter(({ id }) => kept.has(id))
    yield { at, left }
  }
}

/** A week is time enough for somebody who was away. */
const daysAhead = 7

export type LastChance = { id: string; goesAt: string }

/** When does the last copy from before a fall go? */
export const lastChanceOf = (
  copies: readonly Candidate[],
  fall: Pick<Fall, 'since' | 'sinceAt'>,
  { keep, now }: { keep: Keep | undefined; now: Date },
): LastChance | undefined => {
  const isBefore = (copy: Candidate) =>
    isSound(copy.word) && copy.id !== fall.since && timeOf(copy) <= Date.parse(fall.sinceAt)
  const last = copies.filter(isBefore).toSorted(falling(timeOf))[0]
  if (!last || !keep) return undefined
  for (const { at, left } of daysAfter(copies, { keep, now, daysAhead })) {
    if (!left.some(isBefore)) return { id: last.id, goesAt: at.toISOString() }
  }
  return undefined
}
