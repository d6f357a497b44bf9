/**
 * On a timer: what still waits for a verdict, what never came, what is late, what nobody asked for?
 *
 * A quiet run reads the listing and its own last state, and no entry. Running twice, or beside
 * itself, does no harm: what it writes is derived, and verdicts are entered one after the other.
 */
import * as z from 'zod'

import { asFault } from '../faults'
import type { TellingTools, Tools } from '../ports'
import { gapsAfter } from '../rules/alerts/by-the-clock'
import { keyOf } from '../rules/alerts/incidents'
import type { PruneState } from '../rules/copy/journal'
import { minuteMs } from '../rules/plain/time-units'
import { countWords } from '../rules/plain/wording'
import { expectedOf } from '../rules/troubles/troubles'
import type { DrillState } from '../rules/watching/drill'
import type { Spending } from '../rules/watching/running'
import { shortenedWords, shorterState, withinShare } from '../rules/watching/share'
import type { WatchState } from '../rules/watching/watch-state'

import { tellNewerState, tellProofs, tellStoreAway, tellTroubles } from './alert'
import type { AlertAnswer } from './alert'
import { readAlertState } from './bucket/alert-state'
import { readDrillState } from './bucket/drill-state'
import { parseTicket, passOverForeign, readEntry } from './bucket/ledger'
import { readPruneState } from './bucket/prune-state'
import { listDatabase } from './bucket/shelves'
import { readSummary, writeSummary } from './bucket/summary'
import type { Summary } from './bucket/summary'
import { fingerprintOf, groupsOf, listHeartbeats, listTop } from './bucket/survey'
import type { Group } from './bucket/survey'
import { readWatchState, writeWatchState } from './bucket/watch-state'
import { lookAtSecond } from './carrying/second-state'
import { adoptedAtMost } from './gather/adopt'
import { lookAround } from './gather/look'
import type { Round } from './gather/look'
import { dueIn, openAll, turnsIn } from './gather/open'
import { summedUp } from './gather/sum-up'
import type { Looked } from './gather/sum-up'
import { writeSums } from './record'
import type { Step } from './step'
import { takeDue } from './taking/take'

export const WatchRequest = z.object({})

export type WatchAnswer = {
  waiting: number
  started: string[]
  verified: string[]
  left: string[]
  /** Copies of what nobody pushes that were taken in this run, and what goes on in the next. */
  taken: string[]
  taking: string[]
  /** Files of older scripts that wait for a later run to become copies. */
  unadopted: number
  faults: string[]
  /** The channels that took a message, and those that did not. */
  told: string[]
  undelivered: string[]
}

/** A list that somebody may make as long as he likes is told up to here. */
const toldAtMost = 20

/** So much of a run may pass with looking: what was found must be told, and some of it opened. */
const lookShare = 0.6

const lookUntilIn = ({ clock, deadlineAt }: Tools): Date => {
  const nowMs = clock.now().getTime()
  return new Date(nowMs + (deadlineAt.getTime() - nowMs) * lookShare)
}

/** A run that has less than this left looks no further. */
const leastLeftMs = minuteMs / 2

const hasTime = ({ clock, deadlineAt }: Tools): boolean =>
  deadlineAt.getTime() - clock.now().getTime() >= leastLeftMs

/** What a run was ended over, or did not come to, is remembered by name up to here. */
const rememberedAtMost = 200

const healSums = async ({ looks }: Round, tools: Tools): Promise<void> => {
  for (const id of looks.flatMap(({ look }) => look.withoutSums)) {
    const read = await readEntry(tools, parseTicket(id)).catch(passOverForeign)
    if (read) await writeSums(read.entry, tools)
  }
}

/** What was judged in this run is told in this run, not ten minutes later. */
const lookAgain = async (verified: readonly string[], round: Round, tools: Tools) => {
  // Told from what this run has found already, not from what the last one knew.
  const known = { ...round.databases }
  for (const database of new Set(verified.map((id) => parseTicket(id).database))) {
    // Whoever is not looked at again is looked at by the next run: telling comes first.
    if (!hasTime(tools)) return
    try {
      const objects = await listDatabase(tools, database)
      const group = { database, objects, fingerprint: fingerprintOf(objects) }
      await lookAround(
        group,
        {
          ...round,
          known,
          looks: [],
          unseen: new Set(),
          lookUntil: tools.deadlineAt,
          room: { toAdopt: 0, unadopted: 0 },
        },
        tools,
      )
    } catch (thrown) {
      round.faults.push(`${database}: ${asFault(thrown).why}`)
    }
  }
}

/** What was counted when each was last looked at; without it every one is looked at once more. */
const stocksIn = (summary: Summary | undefined): Round['stocks'] =>
  new Map(
    (summary?.at(summary.names.map((_, place) => place)) ?? []).map(({ line, stamp }) => [
      line.database,
      { stamp, stock: line.stock },
    ]),
  )

/** After everybody was told: what is open, and who has heard of it, is part of it. */
const noteSummary = async (seen: Omit<Looked, 'alerts'>, tools: Tools): Promise<void> => {
  const { head, kept } = summedUp({ ...seen, alerts: await readAlertState(tools) }, tools)
  await writeSummary(head, kept, tools)
}

const nothing = (): WatchAnswer => ({
  waiting: 0,
  started: [],
  verified: [],
  left: [],
  taken: [],
  taking: [],
  unadopted: 0,
  faults: [],
  told: [],
  undelivered: [],
})

const merge = (answer: WatchAnswer, { told, undelivered }: AlertAnswer): void => {
  answer.told = [...new Set([...answer.told, ...told])]
  answer.undelivered = [...new Set([...answer.undelivered, ...undelivered])]
}

const storeErrorKey = keyOf({ database: undefined, kind: 'store.error' })

/**
 * What the end of this run will know better: whether the store still fails, and whether a copy has a verdict
 * that is opened now. One that the last run did not come to is told at once.
 */
const unsettledBy = (work: readonly string[], wasOpening: readonly string[]): Set<string> => {
  const isNew = (id: string) => !wasOpening.includes(id)
  const databases = new Set(work.filter(isNew).map((id) => parseTicket(id).database))
  const keys = [...databases].map((database) => keyOf({ database, kind: 'verify.unverifiable' }))
  return new Set(work.length === 0 ? [] : [storeErrorKey, ...keys])
}

/** What the run knew of the other timers, and what it left behind, for who goes on from there. */
export type Watched = {
  answer: WatchAnswer
  state: WatchState
  pruned: PruneState | undefined
  drilled: DrillState | undefined
}

const watchAll = async (tools: TellingTools, spent: Spending | undefined): Promise<Watched> => {
  const now = await tools.store.now()
  const clockSkewMs = tools.clock.now().getTime() - now.getTime()
  const before = await readWatchState(tools)
  const summary = await readSummary(tools)
  const prune = await readPruneState(tools)
  const round: Round = {
    now,
    prune,
    known: before?.databases ?? {},
    heartbeats: await listHeartbeats(tools),
    databases: {},
    looks: [],
    unseen: new Set(),
    unreached: [],
    lookUntil: lookUntilIn(tools),
    stocks: stocksIn(summary),
    room: { toAdopt: adoptedAtMost, unadopted: 0 },
    faults: [],
  }
  const { adopted, strangers } = await listTop(tools)
  const expected = expectedOf(tools.settings.databases, round.known)
  // Whoever there was no time for comes before the others; what has just changed again would be first else.
  const first = new Set(before?.unreached)
  const others: Group[] = []
  for await (const group of groupsOf(tools, adopted, expected, strangers)) {
    const hasToWait = first.size > 0 && !first.has(group.database)
    if (hasToWait) others.push(group)
    else await lookAround(group, round, tools)
  }
  for (const group of others) await lookAround(group, round, tools)
  await healSums(round, tools).catch((thrown: unknown) => {
    round.faults.push(asFault(thrown).why)
  })
  const drill = await readDrillState(tools)
  const second = await lookAtSecond(tools)
  if (round.unreached.length > 0) {
    const many = countWords(round.unreached.length, 'database')
    round.faults.push(`There was no time to look at ${many}.`)
  }
  const due = dueIn(round)
  const turns = turnsIn(round, before?.opening ?? [])
  const work = turns.flat().map(({ id }) => id)
  const stateNow = (): WatchState => {
    const { opening: _, unreached: __, ...rest } = before ?? {}
    const { unreached } = round
    const { databases, shortened } = withinShare(round.databases, shorterState)
    const faults = shortened === 0 ? round.faults : [shortenedWords(shortened), ...round.faults]
    return {
      ...rest,
      ranAt: now.toISOString(),
      gapsMs: gapsAfter(before, { ranAt: now.toISOString() }),
      clockSkewMs,
      // As they stand now: looking again changes them.
      databases: { ...databases },
      ...(unreached.length > 0 ? { unreached: unreached.slice(0, rememberedAtMost) } : {}),
      ...(spent ? { spent } : {}),
      strangers: strangers.map(({ key }) => key).slice(0, toldAtMost),
      faults: faults.slice(0, toldAtMost),
    }
  }
  const known = { prune, drill, second, unseen: round.unseen }
  // What is due is told before anything is opened: no file decides whether the others are heard of. And
  // told before it is written: a run that is killed between the two tells no one twice, and no one too late.
  const found = stateNow()
  const sumUp = async (state: WatchState): Promise<void> => {
    const seen = { state, prune, drill, second, stocks: round.stocks, now }
    // It is derived: a page that is one run older is worth no watch that comes to no end.
    await noteSummary(seen, tools).catch((thrown: unknown) => {
      round.faults.push(`The summary for the page: ${asFault(thrown).why}`)
    })
  }
  const answer: WatchAnswer = {
    ...nothing(),
    waiting: due.length,
    unadopted: round.room.unadopted,
    faults: round.faults,
  }
  const untold = unsettledBy(work, before?.opening ?? [])
  merge(answer, await tellTroubles({ ...known, before, state: found, unsettled: untold }, tools))
  const opening = tools.starter ? [] : work.slice(0, rememberedAtMost)
  await writeWatchState(tools, opening.length > 0 ? { ...found, opening } : found)
  await sumUp(found)
  const { taken, taking, faults: untaken } = await takeDue(tools)
  Object.assign(answer, { taken, taking })
  round.faults.push(...untaken)
  if (work.length + taken.length + untaken.length === 0)
    return { answer, state: found, pruned: prune, drilled: drill }
  const { faults, left, ...opened } = await openAll(turns, round, tools)
  const inTurn = new Set(work)
  Object.assign(answer, { ...opened, left: [...left, ...due.filter((id) => !inTurn.has(id))] })
  round.faults.push(...faults)
  await lookAgain([...opened.verified, ...taken], round, tools)
  const last = stateNow()
  merge(answer, await tellTroubles({ ...known, before: found, state: last }, tools))
  await writeWatchState(tools, last)
  await sumUp(last)
  return { answer, state: last, pruned: prune, drilled: drill }
}

/** `spent` is what runs took up to this one, which is told by whoever looks. */
export const watchOnce = async (tools: TellingTools, spent?: Spending): Promise<Watched> => {
  try {
    // What it opens is in what the whole run takes, and no copy's own.
    const watched = await watchAll({ ...tools, spent: undefined }, spent)
    // Whatever becomes of it, the watch has done its work.
    const told = await tellProofs(tools).catch(() => [])
    merge(watched.answer, { told, undelivered: [] })
    return watched
  } catch (thrown) {
    const { code, why } = asFault(thrown)
    if (code.startsWith('store-')) await tellStoreAway(why, tools)
    if (code === 'newer-format') await tellNewerState(why, tools)
    throw thrown
  }
}

export const watch: Step<Record<string, never>, WatchAnswer, TellingTools> = {
  request: WatchRequest,
  access: 'platform',
  run: async (_, tools) => (await watchOnce(tools)).answer,
  lines: (answer) => [
    ['waiting', answer.waiting],
    ...answer.started.map((id) => ['started', id] as const),
    ...answer.verified.map((id) => ['verified', id] as const),
    ...answer.left.map((id) => ['left', id] as const),
    ...answer.taken.map((id) => ['taken', id] as const),
    ...answer.taking.map((what) => ['taking', what] as const),
    ...(answer.unadopted === 0 ? [] : [['unadopted', answer.unadopted] as const]),
    ...answer.faults.map((why) => ['fault', why] as const),
    ...answer.told.map((channel) => ['told', channel] as const),
    ...answer.undelivered.map((why) => ['undelivered', why] as const),
  ],
}
