/**
 * What would retention do, with one database or with each? Read and planned; nothing is written down or
 * deleted.
 */
import { readLeaving } from '../journey/bucket/leaving'
import { databaseNames, listHeartbeats } from '../journey/bucket/survey'
import { plannerOf } from '../journey/gather/plan'
import type { Tools } from '../ports'
import type { PrunePlan } from '../rules/copy/journal'
import { outlookOf } from '../rules/keeping/outlook'
import type { Outlook } from '../rules/keeping/outlook'
import { expectationsOf } from '../rules/settings/databases'

/** Where the share alone is the brake, a person who has read the plan may lift it. */
export type Planned = { plan: PrunePlan; isOnlyMany: boolean; outlook: Outlook | undefined }

export type ToldPlan = PrunePlan & { outlook: Outlook | undefined }

/** As programs get it. */
export const toldOf = ({ plan, outlook }: Planned): ToldPlan => ({ ...plan, outlook })

/** The plan of one database, or of each; with `twice` what the next run does, else what could go at once. */
export const planAll = async (
  tools: Tools,
  {
    database,
    many,
    twice,
  }: { database?: string | undefined; many?: boolean | undefined; twice: boolean },
): Promise<Planned[]> => {
  const now = await tools.store.now()
  const heartbeats = await listHeartbeats(tools)
  const planned: Planned[] = []
  for (const name of database === undefined ? await databaseNames(tools) : [database]) {
    const { planOn } = await plannerOf(tools, name)
    const before = twice ? { twice: { before: await readLeaving(tools, name) } } : {}
    const terms = { now, heartbeatAt: heartbeats.get(name), ...before }
    const lifted = planOn({ ...terms, mayLetGoOfMany: true })
    const plan = many === true ? lifted : planOn(terms)
    const isOnlyMany = plan.brake !== undefined && lifted.brake === undefined
    const { keep } = expectationsOf(tools.settings.databases, name)
    planned.push({ plan, isOnlyMany, outlook: outlookOf(plan.copies, { keep, now }) })
  }
  return planned
}
