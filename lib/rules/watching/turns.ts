/**
 * Whose turn is it to be opened, and for how long? Every database has a fair share of a run, so that none
 * of them, by accident or on purpose, keeps the verdict of another one waiting for longer than a run.
 */
import { rising } from '../plain/order'
import { minuteMs } from '../plain/time-units'

import type { Look } from './look'

/** What the watch knows of a database that decides when its turn comes. */
export type Patience = {
  /** How long its last opening took here. */
  openedMs?: number | undefined
  /** A run was ended while this was being opened: nobody has to wait behind it a second time. */
  wasFatal?: boolean
}

export type Turn = { id: string; database: string; sizeBytes: number }

/** What a run reads of one database beyond its first copy: the transfer is everybody's. */
const bytesAtMost = 4 * 1024 ** 3

/** Roughly what is read and checked in a millisecond, where nothing else is known. */
const bytesPerMs = 10_000

type Queued = Turn & { rank: number; costMs: number }

const queueOf = (
  database: string,
  { waiting, toRejudge, toReprove, sizes }: Look,
  { openedMs, wasFatal }: Patience,
): Queued[] => {
  const aged = [toReprove ?? []].flat().filter((id) => !toRejudge.includes(id))
  const ranked = [waiting, toRejudge, aged]
  const queue = ranked.flatMap((ids, rank) =>
    ids.map((id): Queued => {
      const sizeBytes = Number(sizes[id])
      const costMs = wasFatal ? Infinity : (openedMs ?? sizeBytes / bytesPerMs)
      return { id, database, sizeBytes, rank, costMs }
    }),
  )
  let bytes = 0
  return queue.filter(({ sizeBytes }, index) => {
    bytes += sizeBytes
    return index === 0 || bytes <= bytesAtMost
  })
}

/**
 * In rounds: in each of them every database has one turn, with its newest copy first. What was never judged
 * comes before what was; the quick before the slow, so that whoever is slow is the one that waits.
 */
export const turnsOf = (
  looks: ReadonlyMap<string, Look>,
  patience: (database: string) => Patience,
): Turn[][] => {
  const queues = [...looks].map(([database, look]) => queueOf(database, look, patience(database)))
  const longest = Math.max(0, ...queues.map(({ length }) => length))
  return Array.from({ length: longest }, (_, round) =>
    queues
      .flatMap((queue) => queue[round] ?? [])
      .toSorted(
        rising(
          ({ rank }) => rank,
          ({ costMs }) => costMs,
        ),
      )
      .map(({ id, database, sizeBytes }) => ({ id, database, sizeBytes })),
  )
}

/** In less than this no copy is begun, and none is given less. */
export const leastShareMs = minuteMs / 2

/** How long one copy may take when so many of its round are still to come, itself included. */
export const shareMsOf = ({ leftMs, toCome }: { leftMs: number; toCome: number }): number =>
  Math.min(leftMs, Math.max(leastShareMs, leftMs / toCome))

/**
 * So many checks one run starts: a quarter of what a namespace runs at once. The rest is for the hosts
 * that push, and for the other functions.
 */
export const startedAtMost = 30
