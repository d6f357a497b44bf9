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
import { minuteMs } from '../rules/plain/time-units'
import type { Look } from '../rules/watching/look'
import type { WatchState } from '../rules/watching/watch-state'

import { tellNewerState, tellStoreAway, tellTroubles } from './alert'
import { readDrillState } from './bucket/drill-state'
import { parseTicket, passOverForeign, readEntry } from './bucket/ledger'
import { readPruneState } from './bucket/prune-state'
import { listDatabase } from './bucket/shelves'
import { fingerprintOf, groupsOf, listHeartbeats, listTop } from './bucket/survey'
import { readWatchState, writeWatchState } from './bucket/watch-state'
import { lookAround } from './gather/look'
import type { Round } from './gather/look'
import { writeSums } from './record'
import type { Step } from './step'
import { startVerify, verifySnapshot } from './verify'

export const WatchRequest = z.object({})

export type WatchAnswer = {
  waiting: number
  started: string[]
  verified: string[]
  left: string[]
  faults: string[]
  /** The channels that took a message, and those that did not. */
  told: string[]
  undelivered: string[]
}

/** A run that has less than this left begins no further snapshot. */
const leastLeftMs = minuteMs

/** A list that somebody may make as long as he likes is told up to here. */
const toldAtMost = 20

/** Everything that is to be opened, oldest first; proofs that have aged come after the new copies. */
const workOf = (looks: readonly Look[]): string[] => {
  const byAge = (a: string, b: string) =>
    parseTicket(a).at.getTime() - parseTicket(b).at.getTime() || (a < b ? -1 : 1)
  const waiting = looks.flatMap((seen) => seen.waiting).toSorted(byAge)
  // The newest of these is what somebody waits for who has just said what is expected now.
  const anew = looks.flatMap(({ toRejudge }) => toRejudge).toSorted((a, b) => byAge(b, a))
  const aged = looks.flatMap(({ toReprove }) => toReprove ?? []).toSorted(byAge)
  return [...waiting, ...anew, ...aged]
}

const open = async (work: readonly string[], round: Round, tools: Tools): Promise<WatchAnswer> => {
  const answer: WatchAnswer = {
    waiting: work.length,
    started: [],
    verified: [],
    left: [],
    faults: round.faults,
    told: [],
    undelivered: [],
  }
  for (const id of work) {
    const name = parseTicket(id)
    const leftMs = tools.deadlineAt.getTime() - tools.clock.now().getTime()
    const fault = (thrown: unknown) => answer.faults.push(`${id}: ${asFault(thrown, '-').why}`)
    if (tools.starter) {
      await startVerify(name, tools).then(() => answer.started.push(id), fault)
    } else if (leftMs >= leastLeftMs) {
      await verifySnapshot(name, tools).then(() => answer.verified.push(id), fault)
    } else {
      answer.left.push(id)
    }
  }
  return answer
}

const healSums = async (looks: readonly Look[], tools: Tools): Promise<void> => {
  for (const id of looks.flatMap(({ withoutSums }) => withoutSums)) {
    const read = await readEntry(tools, parseTicket(id)).catch(passOverForeign)
    if (read) await writeSums(read.entry, tools)
  }
}

/** What was judged in this run is told in this run, not ten minutes later. */
const lookAgain = async (verified: readonly string[], round: Round, tools: Tools) => {
  // Told from what this run has found already, not from what the last one knew.
  const known = { ...round.databases }
  for (const database of new Set(verified.map((id) => parseTicket(id).database))) {
    try {
      const objects = await listDatabase(tools, database)
      const group = { database, objects, fingerprint: fingerprintOf(objects) }
      await lookAround(group, { ...round, known, looks: [], unseen: new Set() }, tools)
    } catch (thrown) {
      round.faults.push(`${database}: ${asFault(thrown, '-').why}`)
    }
  }
}

const watchAll = async (tools: TellingTools): Promise<WatchAnswer> => {
  const now = await tools.store.now()
  const clockSkewMs = tools.clock.now().getTime() - now.getTime()
  const before = await readWatchState(tools)
  const round: Round = {
    now,
    known: before?.databases ?? {},
    heartbeats: await listHeartbeats(tools),
    databases: {},
    looks: [],
    unseen: new Set(),
    faults: [],
  }
  const { adopted, strangers } = await listTop(tools)
  const expected = [...Object.keys(tools.settings.databases), ...Object.keys(round.known)]
  for await (const group of groupsOf(tools, adopted, expected, strangers)) {
    await lookAround(group, round, tools)
  }
  await healSums(round.looks, tools).catch((thrown: unknown) => {
    round.faults.push(asFault(thrown, '-').why)
  })
  const [prune, drill] = await Promise.all([readPruneState(tools), readDrillState(tools)])
  const answer = await open(workOf(round.looks), round, tools)
  await lookAgain(answer.verified, round, tools)
  const state: WatchState = {
    ...before,
    ranAt: now.toISOString(),
    gapsMs: gapsAfter(before, { ranAt: now.toISOString() }),
    clockSkewMs,
    databases: round.databases,
    strangers: strangers.map(({ key }) => key).slice(0, toldAtMost),
    faults: answer.faults.slice(0, toldAtMost),
  }
  // Told first: a run that is killed between the two tells no one twice, and no one too late.
  const { told, undelivered } = await tellTroubles(
    { before, state, prune, drill, unseen: round.unseen },
    tools,
  )
  await writeWatchState(tools, state)
  return { ...answer, told, undelivered }
}

const run = async (_: unknown, tools: TellingTools): Promise<WatchAnswer> => {
  try {
    return await watchAll(tools)
  } catch (thrown) {
    const { code, why } = asFault(thrown, '-')
    if (code.startsWith('store-')) await tellStoreAway(why, tools)
    if (code === 'newer-format') await tellNewerState(why, tools)
    throw thrown
  }
}

export const watch: Step<Record<string, never>, WatchAnswer, TellingTools> = {
  request: WatchRequest,
  access: 'platform',
  run,
  lines: (answer) => [
    ['waiting', answer.waiting],
    ...answer.started.map((id) => ['started', id] as const),
    ...answer.verified.map((id) => ['verified', id] as const),
    ...answer.left.map((id) => ['left', id] as const),
    ...answer.faults.map((why) => ['fault', why] as const),
    ...answer.told.map((channel) => ['told', channel] as const),
    ...answer.undelivered.map((why) => ['undelivered', why] as const),
  ],
}
