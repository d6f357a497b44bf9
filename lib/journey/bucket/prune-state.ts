/** What the last run of prune kept and let go, and where it was braked: read by alerts and the page. */
import type { Tools } from '../../ports'
import { PruneState, pruneStateType } from '../../rules/copy/journal'
import type { PrunePlan, PruneResult } from '../../rules/copy/journal'
import { stateKey } from '../../rules/copy/snapshot'
import { rising } from '../../rules/plain/order'

import { readSealed, sealValue } from './sealed'

export type Pruned = {
  plan: PrunePlan
  result: PruneResult | undefined
  faults: string[]
  /** Of contents that stand beside its copies; `held`: why none was let go of. */
  contents?: { removed: number; leaving: number; held: string | undefined }
  /** The same of the second place, where one is set and may be let go of; or why nobody looked there. */
  second?: Pick<Pruned, 'plan' | 'result' | 'faults' | 'contents'> | { why: string }
}

/** What one run did, all of it. */
export type PruneRun = {
  databases: Pruned[]
  /** For which there was no time. */
  left: string[]
  /** Those, and the ones with which something went wrong altogether. */
  unreached: string[]
  faults: string[]
  /** What became of old records, where all databases were looked after. */
  records?:
    | { plan: PrunePlan; result: PruneResult | undefined; after: string | undefined }
    | undefined
}

const keyOf = (prefix: string): string => stateKey(prefix, 'prune.json')

/** Undefined before the first run. */
export const readPruneState = async (tools: Tools): Promise<PruneState | undefined> => {
  const key = keyOf(tools.settings.prefix)
  return (await readSealed(tools, { key, type: pruneStateType, shape: PruneState }))?.value
}

/** A list that somebody may make as long as he likes is told up to here. */
const toldAtMost = 20

/** Whoever waited longest comes first: a run has no time for all, and the next must not begin as this one did. */
export const longestWaiting = (
  names: readonly string[],
  before: PruneState | undefined,
): string[] => {
  const lastAt = (name: string) => before?.databases[name]?.at ?? ''
  return names.toSorted(rising(lastAt))
}

const waitingAfter = (
  before: PruneState | undefined,
  { databases, unreached }: Pick<PruneRun, 'databases' | 'unreached'>,
  now: Date,
): Record<string, string> => {
  const reached = new Set(databases.map(({ plan }) => plan.database))
  const waiting = Object.entries(before?.waiting ?? {}).filter(([name]) => !reached.has(name))
  const anew = unreached.map((name) => [name, now.toISOString()] as const)
  return Object.fromEntries([...anew, ...waiting])
}

/** How many stay, went, and are on their way out. */
const countsOf = ({ plan, result }: Pick<Pruned, 'plan' | 'result'>) => {
  const removed = result?.removed.length ?? 0
  const days = plan.copies.flatMap(({ keep, leavesAt }) => (keep ? (leavesAt ?? []) : []))
  const [firstAt] = days.toSorted()
  return {
    kept: plan.copies.filter(({ id }) => !result?.removed.includes(id)).length,
    removed,
    ...(firstAt === undefined ? {} : { leaving: { copies: days.length, firstAt } }),
  }
}

/** What nobody looked at stays as it was told last. */
const secondOf = (
  second: Pruned['second'],
  last: PruneState['databases'][string]['second'],
): Pick<PruneState['databases'][string], 'second'> => {
  if (!second) return {}
  if ('why' in second) return { second: { kept: 0, removed: 0, ...last, fault: second.why } }
  const { brake } = second.plan
  return { second: { ...countsOf(second), ...(brake === undefined ? {} : { brake }) } }
}

export const notePrune = async (answer: PruneRun, now: Date, tools: Tools): Promise<void> => {
  const before = await readPruneState(tools)
  // What this run did not come to is as it was; of a database that is gone nothing is told any more.
  const waits = new Set(answer.unreached)
  const asBefore = Object.entries(before?.databases ?? {}).filter(([name]) => waits.has(name))
  const state: PruneState = {
    ...before,
    ranAt: now.toISOString(),
    databases: Object.fromEntries(asBefore),
    waiting: waitingAfter(before, answer, now),
    recordsAfter: answer.records ? answer.records.after : before?.recordsAfter,
    spent: tools.spent?.(),
  }
  for (const { plan, result, faults, second } of answer.databases) {
    const { database, brake } = plan
    const since = before?.databases[database]?.brakedSince ?? now.toISOString()
    const last = before?.databases[database]
    const of: Partial<PruneState['databases'][string]> = last ?? {}
    const {
      brake: _,
      brakedSince: __,
      faultsSince: ___,
      leaving: ____,
      second: _____,
      ...known
    } = of
    const faultsSince = last?.faultsSince ?? now.toISOString()
    state.databases[database] = {
      ...known,
      ...countsOf({ plan, result }),
      ...(brake === undefined ? {} : { brake, brakedSince: since }),
      faults: faults.slice(0, toldAtMost),
      ...(faults.length === 0 ? {} : { faultsSince }),
      ...secondOf(second, last?.second),
      at: now.toISOString(),
    }
  }
  const { store, settings } = tools
  await store.put(keyOf(settings.prefix), sealValue(settings, pruneStateType, state))
}
