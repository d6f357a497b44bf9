/** The journal of what was deleted: signed, only added to, and read by people and auditors. */
import type { Tools } from '../../ports'
import { journalType, planPath } from '../../rules/copy/journal'
import type { PrunePlan, PruneResult } from '../../rules/copy/journal'
import { journalKey } from '../../rules/copy/snapshot'

import { sealValue } from './sealed'

const write = async (tools: Tools, path: string, document: PrunePlan | PruneResult) => {
  const bytes = sealValue(tools.settings, journalType, document)
  await tools.store.put(journalKey(tools.settings.prefix, `${path}.json`), bytes)
}

/** Before anything is deleted: a plan that cannot be written down is not carried out. */
export const writePlan = (tools: Tools, plan: PrunePlan): Promise<void> =>
  write(tools, `${planPath(plan.database, plan.id)}.plan`, plan)

export const writeResult = (tools: Tools, result: PruneResult): Promise<void> =>
  write(tools, `${planPath(result.database, result.plan)}.result`, result)
