/**
 * What would retention keep, and what let go? A value, in words, that nothing has acted on yet.
 */
import type { Tools } from '../../ports'
import { copiesOf, othersOf } from '../../rules/copy/held'
import type { Copy, Held } from '../../rules/copy/held'
import { planIdOf } from '../../rules/copy/journal'
import type { Leftover, PlannedCopy, PrunePlan } from '../../rules/copy/journal'
import { sortObjects } from '../../rules/copy/shelf'
import { lookedAtTwice, saidOf, stillLeaving } from '../../rules/keeping/leaving'
import type { Leaving } from '../../rules/keeping/leaving'
import { planRetention, policyWords } from '../../rules/keeping/retention'
import { planSecond } from '../../rules/keeping/second'
import type { FirstPlace } from '../../rules/keeping/second'
import { dayMs } from '../../rules/plain/time-units'
import { ageWords, countWords } from '../../rules/plain/wording'
import { expectationsOf } from '../../rules/settings/databases'
import { timelinessOf } from '../../rules/settings/schedule'
import { readHoldings } from '../bucket/holdings'
import { listDatabase } from '../bucket/shelves'

/** What never came, and what lost its snapshot, is kept so long for whoever wants to know why. */
const leftoverAfterMs = 30 * dayMs

/** A line without its copy is a day old at least: a run that is just at it has come to its end. */
const strayAfterMs = dayMs

export type PlanTerms = {
  /** By the store's clock. */
  now: Date
  heartbeatAt: Date | undefined
  /** A person has read the plan: a large share may go. */
  mayLetGoOfMany?: boolean
  /** Where nobody looks at the plan, it is carried out a day later: what the plan of before let go of. */
  twice?: { before: Leaving | undefined }
  /** Of the second place: what stands in the first, and whether anything is let go of there. */
  first?: FirstPlace
  /** Where that plan is not at hand: how many it let go of. */
  leaving?: number | undefined
}

/** As the journal tells of it. */
const plannedOf = ({ id, key, word, arrivedAt, sizeBytes, entryEtag }: Copy) => ({
  id,
  key,
  word,
  arrivedAt,
  sizeBytes,
  entryEtag,
})

/** Undefined while somebody may still ask for it. */
const leftoverOf = ({ name, shelf, line }: Held, now: Date): Leftover | undefined => {
  const keys = [shelf.sums?.key, shelf.entry?.key].filter((key) => key !== undefined)
  const isOlder = (instant: string, ms: number) => now.getTime() - Date.parse(instant) > ms
  if (line?.pinnedBy !== undefined || shelf.snapshots.length > 0) return undefined
  if (line?.letGoAt !== undefined) {
    return { id: name.id, keys, reason: 'the rest of a copy that was let go' }
  }
  // By the store's time of the entry too: our own clock may have been wrong when it was written.
  const isOld = (instant: string) =>
    isOlder(instant, leftoverAfterMs) &&
    isOlder(shelf.entry?.modifiedAt.toISOString() ?? '', leftoverAfterMs)
  if (line && isOld(line.provenAt ?? line.ticketAt)) {
    const reason = line.provenAt
      ? 'somebody took its snapshot away, more than 30 days ago'
      : 'announced more than 30 days ago, and never came'
    return { id: name.id, keys, reason }
  }
  const isStray = !shelf.entry && shelf.sums !== undefined
  if (!isStray || !isOlder(shelf.sums?.modifiedAt.toISOString() ?? '', strayAfterMs))
    return undefined
  return { id: name.id, keys, reason: 'a checksum line without its copy' }
}

const notesOf = (holdings: readonly Held[], strangers: number): string[] => {
  const unannounced = strangers + holdings.flatMap(othersOf).length
  if (unannounced === 0) return []
  return [`${countWords(unannounced, 'file')} that nobody announced: not ours to let go.`]
}

const lateWords = (
  database: string,
  arrivals: readonly string[],
  { now, heartbeatAt }: PlanTerms,
  tools: Tools,
): string | undefined => {
  const newest = arrivals.toSorted().at(-1)
  if (newest === undefined) return undefined
  const { schedule } = expectationsOf(tools.settings.databases, database)
  const heard = { since: newest, arrivedAt: newest, heartbeatAt: heartbeatAt?.toISOString() }
  const timeliness = timelinessOf(heard, schedule, now)
  if (timeliness.is !== 'late') return undefined
  return `the last was heard of it ${ageWords(timeliness.lastAt.toISOString(), now)}`
}

/** The plan for what is held; `strangers` is how many files stand there that are not ours. */
export const planHoldings = (
  holdings: readonly Held[],
  about: PlanTerms & { database: string; strangers: number },
  tools: Tools,
): PrunePlan => {
  const { database, now } = about
  const stored = copiesOf(holdings)
  const { keep: keepFirst, keepSecond } = expectationsOf(tools.settings.databases, database)
  const keep = about.first ? keepSecond : keepFirst
  const plan = {
    id: planIdOf(now, tools.randomHex(6)),
    database,
    at: now.toISOString(),
    leftovers: holdings.flatMap((holding) => leftoverOf(holding, now) ?? []),
  }
  const notes = notesOf(holdings, about.strangers)
  if (!keep) {
    const copies = stored.map((copy) => ({ ...plannedOf(copy), keep: true, reasons: ['all'] }))
    return { ...plan, policy: 'every copy', brake: undefined, notes, copies }
  }
  const arrivals = stored.map(({ arrivedAt }) => arrivedAt)
  const fellAt = stored
    .flatMap(({ fall }) => fall?.sinceAt ?? [])
    .toSorted()
    .at(-1)
  const asSaid = stored.map((copy) => ({ ...copy, said: saidOf(copy) }))
  const before = stillLeaving(about.twice?.before, { now, fellAt, copies: asSaid })
  const situation = {
    now,
    clockSkewMs: tools.clock.now().getTime() - now.getTime(),
    lateWords: lateWords(database, arrivals, about, tools),
    newer: holdings.filter(({ isNewer }) => isNewer).length,
    leaving: about.twice ? new Set(before.keys()) : about.leaving,
  }
  const lifted = { mayLetGoOfMany: about.mayLetGoOfMany === true }
  const ruled = about.first
    ? planSecond(stored, keep, { ...situation, first: about.first }, lifted)
    : planRetention(stored, keep, situation, lifted)
  const byId = new Map(stored.map((copy) => [copy.id, copy]))
  const ruledOn: PlannedCopy[] = ruled.decisions.flatMap((decision) => {
    const copy = byId.get(decision.id)
    return copy ? [{ ...plannedOf(copy), ...decision }] : []
  })
  const isMarked = (id: string) => byId.get(id)?.letGoAt !== undefined
  const copies = about.twice ? lookedAtTwice(ruledOn, { before, now, isMarked }) : ruledOn
  const { brake } = ruled
  const policy = `${about.first ? 'in the second place ' : ''}${policyWords(keep)}`
  return { ...plan, policy, brake, fellAt, notes: [...notes, ...ruled.notes], copies }
}

/** Plans as often as asked on what was read once. */
type Planner = {
  planOn: (terms: PlanTerms) => PrunePlan
  /** What is said of each copy. */
  said: ReadonlyMap<string, string>
}

export const plannerOf = async (tools: Tools, database: string): Promise<Planner> => {
  const objects = await listDatabase(tools, database)
  const { shelves, strangers } = sortObjects(tools.settings, objects)
  const holdings = await readHoldings(tools, database, shelves)
  return {
    planOn: (terms) =>
      planHoldings(holdings, { ...terms, database, strangers: strangers.length }, tools),
    said: new Map(copiesOf(holdings).map((copy) => [copy.id, saidOf(copy)])),
  }
}

export const planDatabase = async (
  tools: Tools,
  database: string,
  terms: PlanTerms,
): Promise<PrunePlan> => (await plannerOf(tools, database)).planOn(terms)

export const isIdle = ({ copies, leftovers }: PrunePlan): boolean =>
  leftovers.length === 0 && copies.every(({ keep }) => keep)
