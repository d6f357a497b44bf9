/**
 * On a timer: let go of what retention does not keep, and did not keep the day before. The only step that
 * deletes.
 *
 * The plan is written to the journal first. Each copy's entry is then marked exactly as it was
 * planned on, so that a pin, a restore or a verdict that came meanwhile spares it; and the entry goes
 * last, so that a run that is killed leaves nothing that looks restorable and is not.
 */
import * as z from 'zod'

import { Fault, asFault } from '../faults'
import type { Store, Tools } from '../ports'
import { withLetGo } from '../rules/copy/care'
import type { Leftover, PlannedCopy, PrunePlan, PruneResult } from '../rules/copy/journal'
import { databaseNamePattern, databaseNameRule, entryKey } from '../rules/copy/snapshot'
import { leavingOf } from '../rules/keeping/leaving'
import { isSound, isWhole } from '../rules/verdict/verdict'

import { planRecords, writePlan, writeResult } from './bucket/journal'
import { readLeaving, writeLeaving } from './bucket/leaving'
import { parseTicket, readEntry, replaceEntry } from './bucket/ledger'
import { longestWaiting, notePrune, readPruneState } from './bucket/prune-state'
import type { Pruned, PruneRun } from './bucket/prune-state'
import { listDatabase } from './bucket/shelves'
import { databaseNames, listHeartbeats } from './bucket/survey'
import { isIdle, plannerOf } from './gather/plan'
import type { PlanTerms } from './gather/plan'
import { answerOf } from './gather/pruned'
import type { PruneAnswer } from './gather/pruned'
import type { AnswerLine, Step } from './step'
import { planContents } from './taking/let-go'

export const PruneRequest = z.object({
  database: z.string().regex(databaseNamePattern, databaseNameRule).optional(),
})
export type PruneRequest = z.infer<typeof PruneRequest>

/** A run that has less than this left deletes no further copy. */
const leastLeftMs = 20_000

const hasTime = ({ deadlineAt, clock }: Tools): boolean =>
  deadlineAt.getTime() - clock.now().getTime() >= leastLeftMs

type Spared = { spared: string }

/** Takes the copy from everybody else's hands: from here on nobody pins it or hands it out. */
const claimIt = async (
  id: string,
  entryEtag: string,
  tools: Tools,
): Promise<Spared | undefined> => {
  const name = parseTicket(id)
  const read = await readEntry(tools, name)
  if (!read) return { spared: 'its entry is gone' }
  if (read.etag !== entryEtag) return { spared: 'its entry changed since the plan' }
  const entry = withLetGo(read.entry, tools.clock.now())
  const marked = await replaceEntry(tools, name, { entry, etag: read.etag })
  return marked === 'replaced' ? undefined : { spared: 'its entry changed since the plan' }
}

const removeCopy = async (copy: PlannedCopy, tools: Tools): Promise<Spared | undefined> => {
  const spared = await claimIt(copy.id, copy.entryEtag, tools)
  if (spared) return spared
  await tools.store.remove(`${copy.key}.sha256`)
  await tools.store.remove(copy.key)
  await tools.store.remove(entryKey(tools.settings.prefix, parseTicket(copy.id)))
  return undefined
}

const removeLeftover = async ({ keys }: Leftover, tools: Tools): Promise<undefined> => {
  for (const key of keys) await tools.store.remove(key)
}

/** The rule keeps both; that it does is asked once more where it would cost the most. */
const refuseNewest = ({ copies, database }: PrunePlan): void => {
  const newestSound = copies.find(({ word }) => isSound(word))
  const newestWhole = copies.find(({ word }) => isWhole(word))
  const lost = [newestSound, newestWhole].find((copy) => copy?.keep === false)
  if (!lost) return
  throw new Fault({
    code: 'internal',
    why: `A plan would have let go of ${lost.id}, the newest ${lost.word} copy of ${database}; nothing was deleted.`,
    mend: 'This is a mistake in Snapproof: please report it.',
  })
}

/** Carries out what the plan names, oldest first, and nothing else. */
export const applyPlan = async (plan: PrunePlan, tools: Tools): Promise<PruneResult> => {
  refuseNewest(plan)
  await writePlan(tools, plan)
  const result: PruneResult = {
    plan: plan.id,
    database: plan.database,
    at: plan.at,
    removed: [],
    spared: [],
    unfinished: [],
    left: [],
    stillThere: [],
  }
  const tasks = [
    ...plan.leftovers.map((one) => ({ id: one.id, remove: () => removeLeftover(one, tools) })),
    ...plan.copies
      .filter(({ keep }) => !keep)
      .map((copy) => ({ id: copy.id, remove: () => removeCopy(copy, tools) }))
      .toReversed(),
  ]
  for (const { id, remove } of tasks) {
    if (!hasTime(tools)) {
      result.left.push(id)
      continue
    }
    // One copy's trouble must not keep the others from going.
    await remove().then(
      (spared) =>
        spared ? result.spared.push({ id, why: spared.spared }) : result.removed.push(id),
      (thrown: unknown) => result.unfinished.push({ id, why: asFault(thrown).why }),
    )
  }
  const objects = await listDatabase(tools, plan.database)
  const gone = new Set(result.removed.flatMap((id) => keysOfTask(plan, id, tools)))
  result.stillThere = objects.map(({ key }) => key).filter((key) => gone.has(key))
  await writeResult(tools, result)
  return result
}

const keysOfTask = (plan: PrunePlan, id: string, tools: Tools): string[] => {
  const copy = plan.copies.find((one) => one.id === id)
  const leftover = plan.leftovers.find((one) => one.id === id)
  if (!copy) return leftover?.keys ?? []
  return [copy.key, `${copy.key}.sha256`, entryKey(tools.settings.prefix, parseTicket(id))]
}

/** The copies of one database in one place. */
const pruneCopies = async (database: string, terms: PlanTerms, tools: Tools): Promise<Pruned> => {
  const before = await readLeaving(tools, database)
  const { planOn, said } = await plannerOf(tools, database)
  const plan = planOn({ ...terms, twice: { before } })
  const leaving = leavingOf(plan.copies, { now: terms.now, fellAt: plan.fellAt, said })
  // Written before anything goes: a run that is killed leaves what is due as it is, and due.
  if (leaving.copies.length > 0 || (before?.copies.length ?? 0) > 0)
    await writeLeaving(tools, database, leaving)
  const result = isIdle(plan) ? undefined : await applyPlan(plan, tools)
  return { plan, result, faults: faultsOf(result) }
}

/** After the first, and by what stands there now: by the one key that may delete in the second place. */
const pruneSecond = async (
  { plan, result }: Pruned,
  terms: PlanTerms,
  tools: Tools,
): Promise<Pick<Pruned, 'second' | 'faults'>> => {
  const { secondPrune: store } = tools
  if (!store || !hasTime(tools)) return { faults: [] }
  const { database, brake, copies } = plan
  const gone = new Set(result?.removed)
  const standing = new Set(copies.map(({ id }) => id).filter((id) => !gone.has(id)))
  const second = { ...tools, store }
  try {
    const now = await store.now()
    const about = { ...terms, now, first: { standing, brake } }
    const pruned = await pruneCopies(database, about, second)
    const from = { ...pruned.plan, brake: pruned.plan.brake ?? brake }
    const beside = await letGoOfContents(from, { now, first: tools.store }, second)
    const faults = [...pruned.faults, ...beside.faults]
    return {
      second: { ...pruned, ...beside.told },
      faults: faults.map((why) => `In the second place: ${why}`),
    }
  } catch (thrown) {
    // That it is away is told by who carries there; nothing of the first is held up by it.
    return { second: { why: asFault(thrown).why }, faults: [] }
  }
}

const pruneOne = async (database: string, terms: PlanTerms, tools: Tools): Promise<Pruned> => {
  const first = await pruneCopies(database, terms, tools)
  const contents = await letGoOfContents(first.plan, { now: terms.now }, tools)
  const { faults, ...second } = await pruneSecond(first, terms, tools)
  const all = [...first.faults, ...contents.faults, ...faults]
  return { ...first, ...contents.told, ...second, faults: all }
}

const faultsOf = (result: PruneResult | undefined): string[] => [
  ...(result?.unfinished ?? []).map(({ id, why }) => `${id}: ${why}`),
  ...(result?.stillThere ?? []).map((key) => `${key} was deleted, and is still listed.`),
]

/** After the copies: what those of this run referred to is asked of what is left. */
const letGoOfContents = async (
  { database, brake, fellAt }: PrunePlan,
  { now, first }: { now: Date; first?: Store },
  tools: Tools,
): Promise<{ told: Pick<Pruned, 'contents'>; faults: string[] }> => {
  if (!hasTime(tools)) return { told: {}, faults: [] }
  const { plan, leaving, held } = await planContents(
    database,
    { now, brake, fellAt, ...(first && { first }) },
    tools,
  )
  if (!plan && leaving === 0 && held === undefined) return { told: {}, faults: [] }
  const result = plan && (await applyPlan(plan, tools))
  const contents = { removed: result?.removed.length ?? 0, leaving, held }
  return { told: { contents }, faults: faultsOf(result) }
}

const contentsWords = ({ removed, leaving, held }: NonNullable<Pruned['contents']>): string =>
  held === undefined
    ? `${removed} let go of, ${leaving} on their way out`
    : `none is let go of while ${held}`

/** Last of all, and by the same journal: what is written down of copies, once it is old. */
export const pruneRecords = async (
  about: Parameters<typeof planRecords>[1],
  tools: Tools,
): Promise<PruneRun['records']> => {
  const planned = hasTime(tools) ? await planRecords(tools, about) : undefined
  if (!planned) return undefined
  const { plan, after } = planned
  const isCalm = plan.brake !== undefined || isIdle(plan)
  return { plan, after, result: isCalm ? undefined : await applyPlan(plan, tools) }
}

/** What stays in the second place, and what went from it. */
const secondLines = (second: Pruned['second']): AnswerLine[] => {
  if (!second) return []
  if ('why' in second) return [['second-fault', second.why]]
  const { plan, result, contents } = second
  const removed = result?.removed ?? []
  return [
    ['second', `${plan.database} ${plan.copies.length - removed.length}`],
    ...removed.map((id) => ['second-removed', id] as const),
    ...(contents
      ? [['second-contents', `${plan.database}: ${contentsWords(contents)}`] as const]
      : []),
    ...(plan.brake === undefined
      ? []
      : [['second-brake', `${plan.database}: ${plan.brake}`] as const]),
  ]
}

const run = async (request: PruneRequest, tools: Tools): Promise<PruneAnswer> => {
  // Where a newer build keeps this, it is that one's to let go, and the run ends here.
  const before = await readPruneState(tools)
  const now = await tools.store.now()
  const heartbeats = await listHeartbeats(tools)
  const all = request.database === undefined ? await databaseNames(tools) : [request.database]
  const names = longestWaiting(all, before)
  const answer: PruneRun = { databases: [], left: [], unreached: [], faults: [] }
  for (const database of names) {
    if (!hasTime(tools)) {
      answer.left.push(database)
      answer.unreached.push(database)
      continue
    }
    // One database's trouble must not keep the others from being looked after.
    await pruneOne(database, { now, heartbeatAt: heartbeats.get(database) }, tools).then(
      (pruned) => answer.databases.push(pruned),
      (thrown: unknown) => {
        answer.unreached.push(database)
        answer.faults.push(`${database}: ${asFault(thrown).why}`)
      },
    )
  }
  if (request.database === undefined)
    answer.records = await pruneRecords({ now, before }, tools).catch((thrown: unknown) => {
      answer.faults.push(`old records: ${asFault(thrown).why}`)
      return undefined
    })
  await notePrune(answer, now, tools)
  return answerOf(answer)
}

export const prune: Step<PruneRequest, PruneAnswer> = {
  request: PruneRequest,
  access: 'platform',
  run,
  lines: ({ databases, left, faults, sums, untold, records }) => [
    ...databases.flatMap(({ plan, result, kept, faults: some, contents, second }) => [
      ['kept', `${plan.database} ${kept}`] as const,
      ...(result?.removed ?? []).map((id) => ['removed', id] as const),
      ...(result?.spared ?? []).map(({ id, why }) => ['spared', `${id}: ${why}`] as const),
      ...secondLines(second),
      ...(contents ? [['contents', `${plan.database}: ${contentsWords(contents)}`] as const] : []),
      ...(plan.brake === undefined ? [] : [['brake', `${plan.database}: ${plan.brake}`] as const]),
      ...some.map((why) => ['fault', why] as const),
    ]),
    ...left.map((database) => ['left', database] as const),
    ...faults.map((why) => ['fault', why] as const),
    ...(records.letGo === 0 ? [] : [['records', records.letGo] as const]),
    ...(records.brake === undefined ? [] : [['brake', records.brake] as const]),
    ...Object.entries(sums).map(([name, count]) => ['sum', `${name} ${count}`] as const),
    ...(untold === 0 ? [] : [['untold', untold] as const]),
  ],
}
