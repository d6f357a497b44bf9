/**
 * Which way is a snapshot read, and what is the answer when the time is over? Whatever has been found
 * by then, so that the verdict can still be written down.
 */
import { Fault } from '../../faults'
import type { Examiner } from '../../ports'
import { judgeArrival, tooLittleMemory } from '../../rules/verdict/arrival'
import type { Engine } from '../reading/engine'
import { letGo } from '../reading/source'
import type { ByteSource } from '../reading/source'

import { threadOf } from './ahead'
import { withBeside } from './beside'
import { ranged } from './by-ranges'
import { spooled } from './by-spool'
import { leastBytes, planMemory } from './engine/memory-plan'
import { startChecker } from './engine/threads'
import { hashOnly } from './examining'
import type { Examining, SqliteOptions } from './examining'
import { localFile } from './in-place'
import { report } from './report'
import type { Report } from './report'

/** Left of the time limit for writing the verdict down. */
const afterwardsMs = 2_000

/** A timer of Node's that is set to more than this ends at once. */
const longestTimerMs = 2 ** 31 - 1

/** All of SQLite, for whoever wires it. */
export const sqliteEngine = (options: Omit<SqliteOptions, 'open'>): Engine => ({
  examiner: (open) => sqliteExaminer({ ...options, open }),
  withBeside,
})

/** An Examiner on sql.js: bounded memory at any size, and an end whatever a file does. */
export const sqliteExaminer =
  (options: SqliteOptions): Examiner =>
  async (order) => {
    const startedAt = options.clock.now().getTime()
    const leftMs = order.deadlineAt.getTime() - startedAt - afterwardsMs
    const seen = report()
    const closings: (() => Promise<void>)[] = []
    let isOver = false
    let timer: NodeJS.Timeout | undefined
    const timeIsUp = new Promise<void>((resolve) => {
      timer = setTimeout(
        () => {
          isOver = true
          resolve()
        },
        Math.min(Math.max(0, leftMs), longestTimerMs),
      )
    })
    const examining: Examining = {
      options,
      order,
      memory: planMemory(options.memoryBytes),
      seen,
      isOver: () => isOver,
      startChecker: () => startChecker(threadOf(options)),
      keep: async (close) => {
        if (isOver) await close()
        else closings.push(close)
      },
    }
    const done = examine(examining).catch((thrown: unknown) => tellFault(seen, thrown))
    await Promise.race([done, timeIsUp])
    clearTimeout(timer)
    if (isOver) tellTime(seen)
    // Whatever still runs beside it has nothing more to do.
    isOver = true
    const examination = seen.close()
    // A thread that is ended lets go of its file first.
    for (const close of closings.toReversed()) await close().catch(() => undefined)
    return { ...examination, tookMs: options.clock.now().getTime() - startedAt }
  }

const examine = async (examining: Examining): Promise<void> => {
  const { options, order } = examining
  const source = await options.open(order)
  if (!source) {
    throw new Fault({
      code: 'store-missing',
      why: 'The snapshot is no longer in the store.',
      mend: 'Push again. If you did not delete it, look at who may write to the bucket.',
    })
  }
  try {
    await examineSource(examining, source)
  } finally {
    // Whatever was not read, for whatever reason; what was read to its end is not there any more.
    void letGo(source)
  }
}

const examineSource = async (examining: Examining, source: ByteSource): Promise<void> => {
  const { options, order, seen } = examining
  seen.add(judgeArrival(order.claim, source.sizeBytes))
  if (seen.hasFailed) return
  if (options.memoryBytes < leastBytes) {
    await hashOnly(examining, source)
    if (!seen.hasFailed) seen.add(tooLittleMemory(options.memoryBytes))
    return
  }
  const isArchive = order.claim.encoding === 'gzip'
  if (source.file !== undefined && !isArchive) {
    await localFile(examining, source, source.file)
    return
  }
  const spooling = await spooled(examining, source)
  if (spooling === 'done') return
  // What was read before the disk was full is gone from the stream: it begins anew.
  const again = spooling === 'untouched' ? source : await options.open(order)
  if (again) await ranged(examining, again)
}

/** The reading failed, not the file. */
const tellFault = (seen: Report, thrown: unknown): void => {
  const fault = thrown instanceof Fault ? thrown : undefined
  seen.add({
    check: seen.stage,
    outcome: 'unverifiable',
    detail: fault?.why ?? 'Reading the snapshot failed half-way.',
    mend: fault?.mend ?? 'Nothing is to be done now: it is tried again by itself.',
  })
}

const tellTime = (seen: Report): void =>
  seen.add({
    check: seen.stage,
    outcome: 'unverifiable',
    detail:
      seen.stage === 'bytes'
        ? 'The time ran out before the snapshot had been read.'
        : 'The time ran out before SQLite had an answer.',
    // The function has all the time that the platform gives: more is to be had elsewhere alone.
    mend: 'Fetch it with restore.sh --salvage --at TICKET to a machine with more time, and run "npx snapproof verify FILE" on it.',
  })
