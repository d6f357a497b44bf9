/**
 * What is due is opened here, or started elsewhere: in fair turns, and so that time is left to tell of it.
 */
import { asFault } from '../../faults'
import type { Tools } from '../../ports'
import type { Look } from '../../rules/watching/look'
import { leastShareMs, shareMsOf, startedAtMost, turnsOf } from '../../rules/watching/turns'
import type { Turn } from '../../rules/watching/turns'
import { parseTicket } from '../bucket/ledger'
import { startVerify, verifySnapshot } from '../verify'

import type { Round } from './look'

export type Opened = {
  started: string[]
  verified: string[]
  /** For which there was no time, or no room: the next run's. */
  left: string[]
  faults: string[]
}

/** The end of a run belongs to looking again, telling, and writing down. */
const reserveMs = 90_000

export const dueIn = ({ looks }: Round): string[] =>
  looks.flatMap(({ look }) => Object.keys(look.sizes))

/** What is to be opened, in order. The database that the last run was ended over comes last. */
export const turnsIn = (round: Round, wasOpening: readonly string[]): Turn[][] => {
  const looks = new Map<string, Look>(round.looks.map(({ database, look }) => [database, look]))
  const due = new Set(dueIn(round))
  const fatal = wasOpening.find((id) => due.has(id))
  const fatalDatabase = fatal === undefined ? undefined : parseTicket(fatal).database
  return turnsOf(looks, (database) => ({
    openedMs: round.databases[database]?.openedMs,
    wasFatal: database === fatalDatabase,
  }))
}

/** Starts checks elsewhere, as long as there is room and somebody who starts them. */
const starting = (tools: Tools) => {
  let room = tools.starter ? startedAtMost : 0
  let isBroken = tools.starter === undefined
  return {
    isBroken: () => isBroken,
    hasRoom: () => room > 0,
    start: async ({ id }: Turn, opened: Opened): Promise<void> => {
      try {
        await startVerify(parseTicket(id), tools)
        opened.started.push(id)
        room -= 1
      } catch (thrown) {
        const fault = asFault(thrown)
        if (fault.code === 'too-many') {
          // The namespace is full: whoever asks on only keeps the hosts out.
          opened.left.push(id)
          room = 0
          return
        }
        // A key that is gone starts nothing: then this run opens what it can by itself.
        isBroken = fault.code === 'platform'
        opened.faults.push(`${id}: ${fault.why}`)
      }
    },
  }
}

const openHere = async (
  turn: Turn,
  toCome: number,
  opened: Opened,
  round: Round,
  tools: Tools,
): Promise<void> => {
  const { id, database } = turn
  const now = tools.clock.now()
  const leftMs = tools.deadlineAt.getTime() - reserveMs - now.getTime()
  if (leftMs < leastShareMs) {
    opened.left.push(id)
    return
  }
  const deadlineAt = new Date(now.getTime() + shareMsOf({ leftMs, toCome }))
  await verifySnapshot(parseTicket(id), { ...tools, deadlineAt }).then(
    () => opened.verified.push(id),
    (thrown: unknown) => opened.faults.push(`${id}: ${asFault(thrown).why}`),
  )
  const known = round.databases[database]
  const openedMs = Math.max(0, tools.clock.now().getTime() - now.getTime())
  if (known) round.databases[database] = { ...known, openedMs }
}

export const openAll = async (
  turns: readonly (readonly Turn[])[],
  round: Round,
  tools: Tools,
): Promise<Opened> => {
  const opened: Opened = { started: [], verified: [], left: [], faults: [] }
  const starter = starting(tools)
  for (const some of turns) {
    for (const [index, turn] of some.entries()) {
      if (!starter.isBroken()) {
        if (starter.hasRoom()) await starter.start(turn, opened)
        else opened.left.push(turn.id)
      }
      if (starter.isBroken()) await openHere(turn, some.length - index, opened, round, tools)
    }
  }
  return opened
}
