/** What does the second place hold of a database, and let go of? One line below the plan of the first. */
import type { SecondPlan } from '../../journey/second/plan'
import { countWords, instantWords } from '../../rules/plain/wording'
import { sumText } from '../plans'

const leavingText = (days: readonly string[]): string => {
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return ''
  const until = first === last ? '' : `, the last after ${instantWords(last)}`
  return ` The first goes after ${instantWords(first)}${until}.`
}

const heldText = (second: SecondPlan): string => {
  if ('why' in second) return `it could not be asked. ${second.why}`
  const { plan, mayDelete } = second
  const { copies, brake } = plan
  if (copies.length === 0) return 'nothing stands there.'
  if (!mayDelete)
    return `${countWords(copies.length, 'copy', 'copies')}, and nothing is deleted there: SECOND_PRUNE_API_KEY is not set.`
  const days = copies.flatMap(({ keep, leavesAt }) => (keep && leavesAt ? [leavesAt] : []))
  const braked = brake === undefined ? '' : ` brake: ${brake}`
  return `${sumText(plan)}${leavingText(days.toSorted())}${braked}`
}

export const secondText = (second: SecondPlan): string => `second place: ${heldText(second)}`
