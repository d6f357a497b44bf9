/**
 * What would retention do, with one database or with each? Read and planned; nothing is written down or
 * deleted.
 */
import { readLeaving } from '../journey/bucket/leaving'
import { databaseNames, listHeartbeats } from '../journey/bucket/survey'
import { plannerOf } from '../journey/gather/plan'
import { secondPlannerOf } from '../journey/second/plan'
import type { SecondPlan } from '../journey/second/plan'
import type { Tools } from '../ports'
import type { PrunePlan } from '../rules/copy/journal'
import { outlookOf } from '../rules/keeping/outlook'
import type { Outlook } from '../rules/keeping/outlook'
import { sizeWords } from '../rules/plain/wording'
import { expectationsOf } from '../rules/settings/databases'

/** Where the share alone is the brake, a person who has read the plan may lift it. */
export type Planned = {
  plan: PrunePlan
  isOnlyMany: boolean
  outlook: Outlook | undefined
  /** Where one is set, and asked for. */
  second: SecondPlan | undefined
}

export type ToldPlan = PrunePlan & { outlook: Outlook | undefined }

/** As programs get it. */
export const toldOf = ({ plan, outlook }: Planned): ToldPlan => ({ ...plan, outlook })

const sizeOf = (copies: readonly { sizeBytes: number }[]): string =>
  sizeWords(copies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))

export const sumText = ({ copies, brake }: PrunePlan): string => {
  const all = copies.length === 1 ? '1 copy' : `${copies.length} copies`
  const going = copies.filter(({ keep, isBraked }) => !keep || isBraked)
  const leaving = copies.filter(({ keep, leavesAt }) => keep && leavesAt !== undefined)
  if (leaving.length > 0) {
    const now = going.length > 0 ? `${going.length} go with the next run, ` : ''
    const stay = copies.length - going.length - leaving.length
    return `${all}: ${stay} stay, ${now}${leaving.length} are on their way out (${sizeOf(leaving)}).`
  }
  if (going.length === 0) return `${all}, all stay (${sizeOf(copies)}).`
  const stay = `${copies.length - going.length} stay`
  const go = brake === undefined ? `${going.length} go` : `${going.length} would go`
  return `${all}: ${stay}, ${go} (${sizeOf(going)} of ${sizeOf(copies)}).`
}

/** The plan of one database, or of each; with `twice` what the next run does, else what could go at once. */
export const planAll = async (
  tools: Tools,
  {
    database,
    many,
    twice,
    isOfBoth = false,
  }: {
    database?: string | undefined
    many?: boolean | undefined
    twice: boolean
    isOfBoth?: boolean
  },
): Promise<Planned[]> => {
  const now = await tools.store.now()
  const heartbeats = await listHeartbeats(tools)
  const planThere = isOfBoth ? secondPlannerOf(tools) : undefined
  const planned: Planned[] = []
  for (const name of database === undefined ? await databaseNames(tools) : [database]) {
    const { planOn } = await plannerOf(tools, name)
    const before = twice ? { twice: { before: await readLeaving(tools, name) } } : {}
    const terms = { now, heartbeatAt: heartbeats.get(name), ...before }
    const lifted = planOn({ ...terms, mayLetGoOfMany: true })
    const asByNight = planOn(terms)
    const plan = many === true ? lifted : asByNight
    const isOnlyMany = plan.brake !== undefined && lifted.brake === undefined
    const { keep } = expectationsOf(tools.settings.databases, name)
    const second = await planThere?.(asByNight, terms)
    planned.push({ plan, isOnlyMany, outlook: outlookOf(plan.copies, { keep, now }), second })
  }
  return planned
}
