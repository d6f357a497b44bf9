/**
 * When does the last copy from before a fall go? Retention is asked for each of the next days, with one
 * copy a day coming in like the newest one, so that a person is told while there is still time.
 */
import { isHeld } from '../copy/care'
import type { Fall } from '../fall/fall'
import { dayMs } from '../plain/time-units'
import { isSound } from '../verdict/verdict'

import { timeOf } from './periods'
import type { Candidate } from './periods'
import { planRetention } from './retention'
import type { Keep } from './retention'

/** A week is time enough for somebody who was away. */
const daysAhead = 7

export type LastChance = { id: string; goesAt: string }

export const lastChanceOf = (
  copies: readonly Candidate[],
  fall: Pick<Fall, 'since' | 'sinceAt'>,
  { keep, now }: { keep: Keep | undefined; now: Date },
): LastChance | undefined => {
  const isBefore = (copy: Candidate) =>
    isSound(copy.word) && copy.id !== fall.since && timeOf(copy) <= Date.parse(fall.sinceAt)
  const last = copies.filter(isBefore).toSorted((one, other) => timeOf(other) - timeOf(one))[0]
  if (!last || !keep) return undefined
  const newest = copies.reduce((one, other) => (timeOf(other) > timeOf(one) ? other : one), last)
  // What somebody is fetching now is in good hands: it counts as held for as long as is asked.
  const heldUntil = new Date(now.getTime() + (daysAhead + 1) * dayMs).toISOString()
  let held = copies.map((copy) => (isHeld(copy, now) ? { ...copy, heldUntil } : copy))
  for (let day = 1; day <= daysAhead; day += 1) {
    const then = new Date(now.getTime() + day * dayMs)
    held.push({ id: `day ${day}`, arrivedAt: then.toISOString(), word: newest.word })
    const situation = { now: then, clockSkewMs: 0, lateWords: undefined }
    const { decisions } = planRetention(held, keep, situation, { mayLetGoOfMany: true })
    const kept = new Set(decisions.filter((one) => one.keep).map(({ id }) => id))
    held = held.filter(({ id }) => kept.has(id))
    if (!held.some(isBefore)) return { id: last.id, goesAt: then.toISOString() }
  }
  return undefined
}
