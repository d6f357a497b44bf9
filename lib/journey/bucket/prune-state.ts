/** What the last run of prune kept and let go, and where it was braked: read by alerts and the page. */
import type { Tools } from '../../ports'
import { PruneState, pruneStateType } from '../../rules/copy/journal'
import type { PrunePlan, PruneResult } from '../../rules/copy/journal'
import { stateKey } from '../../rules/copy/snapshot'

import { readSealed, sealValue } from './sealed'

export type Pruned = { plan: PrunePlan; result: PruneResult | undefined; faults: string[] }

export type PruneAnswer = { databases: Pruned[]; left: string[]; faults: string[] }

const keyOf = (prefix: string): string => stateKey(prefix, 'prune.json')

/** Undefined before the first run. */
export const readPruneState = async (tools: Tools): Promise<PruneState | undefined> => {
  const key = keyOf(tools.settings.prefix)
  return (await readSealed(tools, { key, type: pruneStateType, shape: PruneState }))?.value
}

export const notePrune = async (answer: PruneAnswer, now: Date, tools: Tools): Promise<void> => {
  const before = await readPruneState(tools)
  const state: PruneState = {
    ...before,
    ranAt: now.toISOString(),
    databases: { ...before?.databases },
  }
  for (const { plan, result, faults } of answer.databases) {
    const { database, brake } = plan
    const since = before?.databases[database]?.brakedSince ?? now.toISOString()
    const removed = result?.removed.length ?? 0
    const { brake: _, brakedSince: __, ...known } = before?.databases[database] ?? {}
    state.databases[database] = {
      ...known,
      kept:
        plan.copies.length - plan.copies.filter(({ id }) => result?.removed.includes(id)).length,
      removed,
      ...(brake === undefined ? {} : { brake, brakedSince: since }),
      faults,
    }
  }
  const { store, settings } = tools
  await store.put(keyOf(settings.prefix), sealValue(settings, pruneStateType, state))
}
