/**
 * What would the next nightly run let go of in the second place? Planned as that run does, by the key that only
 * reads there: nothing is written down or deleted.
 */
import { asFault } from '../../faults'
import type { Tools } from '../../ports'
import type { PrunePlan } from '../../rules/copy/journal'
import { readLeaving } from '../bucket/leaving'
import { planDatabase } from '../gather/plan'
import type { PlanTerms } from '../gather/plan'

import { atSecond } from './at-second'

/** Without the key that deletes there, all of it stays whatever the plan says. */
export type SecondPlan = { plan: PrunePlan; mayDelete: boolean } | { why: string }

type Terms = Pick<PlanTerms, 'heartbeatAt'>

/** Undefined where no second place is set. Each takes what the same night does in the first place. */
export const secondPlannerOf = (
  tools: Tools,
): ((first: PrunePlan, terms: Terms) => Promise<SecondPlan>) | undefined => {
  const second = atSecond(tools)
  if (!second) return undefined
  let away: SecondPlan | undefined
  return async ({ database, brake, copies }, terms) => {
    if (away) return away
    try {
      const before = await readLeaving(second, database)
      const standing = new Set(copies.flatMap(({ id, keep }) => (keep ? [id] : [])))
      const now = await second.store.now()
      const about = { ...terms, now, twice: { before }, first: { standing, brake } }
      const plan = await planDatabase(second, database, about)
      return { plan, mayDelete: tools.secondPrune !== undefined }
    } catch (thrown) {
      const { code, why } = asFault(thrown)
      // It is away for the other databases too, and each would wait as long to learn it.
      if (code === 'store-unreachable') away = { why }
      return { why }
    }
  }
}
