/**
 * What may go from the second place? By the same rule, later than from the first; and nothing at all while
 * the first lacks what no plan of its own would have let go: then the second is all there is.
 */
import { falling } from '../plain/order'
import { countWords } from '../plain/wording'
import { isSound } from '../verdict/verdict'

import { timeOf, usualKeep } from './periods'
import type { Candidate } from './periods'
import { planRetention } from './retention'
import type { Decision, Keep, Plan, Situation } from './retention'

export type FirstPlace = {
  /** The copies whose files stand in the first place now. */
  standing: ReadonlySet<string>
  /** Why nothing is let go there, if so. */
  brake: string | undefined
}

/** What no plan lets go of, whatever is said in lib/databases.ts: the newest sound ones, and the young. */
const neverLetGo = (copies: readonly Candidate[], now: Date): Candidate[] => {
  const youngAfterMs = now.getTime() - usualKeep.withinMs
  return copies
    .filter(({ word }) => isSound(word))
    .toSorted(falling(timeOf))
    .filter((copy, nth) => nth < usualKeep.minimum || timeOf(copy) > youngAfterMs)
}

const brakeOf = (
  copies: readonly Candidate[],
  first: FirstPlace,
  now: Date,
): string | undefined => {
  const lost = neverLetGo(copies, now).filter(({ id }) => !first.standing.has(id))
  const [newest] = lost
  if (newest)
    return `Nothing is deleted in the second place: the first lacks ${countWords(lost.length, 'copy', 'copies')} that it never lets go of, such as ${newest.id}.`
  return first.brake === undefined ? undefined : `In the first place: ${first.brake}`
}

/** Decisions newest first, as of the first place; what stands there still is kept here, whatever the rule says. */
export const planSecond = (
  copies: readonly Candidate[],
  keep: Keep,
  about: Situation & { first: FirstPlace },
  options: { mayLetGoOfMany?: boolean } = {},
): Plan => {
  const { first, ...situation } = about
  const plan = planRetention(copies, keep, situation, options)
  const brake = brakeOf(copies, first, situation.now) ?? plan.brake
  const decided = ({ id, ...ruling }: Decision): Decision => {
    const { keep: isKept, isBraked } = ruling
    if (isKept && !isBraked) return { id, ...ruling }
    if (first.standing.has(id))
      return { id, keep: true, reasons: ['stands in the first place too'] }
    return brake === undefined ? { id, ...ruling } : { id, ...ruling, keep: true, isBraked: true }
  }
  return { ...plan, brake, decisions: plan.decisions.map(decided) }
}
