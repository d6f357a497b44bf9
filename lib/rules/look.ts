import type { Line } from './catalog'
import { isSound } from './verdict'
import type { VerdictWord } from './verdict'
import { verdictDueAt } from './waiting'
import type { DatabaseState, Seen } from './watch-state'

/**
 * One look at a database: how does it stand, and what is there to do?
 */
export type Stored = { key: string; etag: string; sizeBytes: number; modifiedAt: Date }

/** What is held under one ticket id, newest first. */
export type Held = {
  id: string
  line: Line | undefined
  isUntrusted: boolean
  stored: Stored | undefined
  hasSums: boolean
  /** Files under this name that the entry does not mean. */
  others: string[]
  word: VerdictWord
}

export type Look = {
  state: DatabaseState
  /** Waiting for a verdict now, oldest first. */
  waiting: string[]
  /** The old copy whose turn it is to be opened again. */
  toReprove: string | undefined
  /** Sound, without the line beside it that says so. */
  withoutSums: string[]
}

/** By then an upload that was announced has come, or has failed. */
const uploadWithinMs = 2 * 3_600_000

const dayMs = 86_400_000

/** A list that somebody may make as long as he likes is told up to here. */
const toldAtMost = 20

const arrivalOf = ({ line, stored }: Held): string | undefined =>
  line?.arrivedAt ?? stored?.modifiedAt.toISOString()

const seenOf = (held: Held): Seen | undefined => {
  const arrivedAt = arrivalOf(held)
  if (!held.line || !held.stored || arrivedAt === undefined) return undefined
  const { takenAt, provenAt, remarks } = held.line
  const { id, word, stored } = held
  const seen = { id, word, takenAt, arrivedAt, provenAt, sizeBytes: stored.sizeBytes, remarks }
  return word === 'failed' && held.line.wasSound ? { ...seen, wasSound: true } : seen
}

const earliest = (instants: readonly (number | undefined)[]): string | undefined => {
  const times = instants.filter((time) => time !== undefined)
  return times.length === 0 ? undefined : new Date(Math.min(...times)).toISOString()
}

/** Announced before the newest arrival: it was pushed again since, so nobody misses it. */
const missingOf = (held: readonly Held[], newest: string | undefined) =>
  held.flatMap(({ id, line, stored }) =>
    line && !stored && line.word === 'pending' && line.letGoAt === undefined
      ? [
          {
            id,
            ticketAt: line.ticketAt,
            isOvertaken: newest !== undefined && newest > line.ticketAt,
          },
        ]
      : [],
  )

export const lookAt = (
  held: readonly Held[],
  before: DatabaseState | undefined,
  about: {
    fingerprint: string
    strangers: readonly string[]
    heartbeatAt: Date | undefined
    reverifyAfterMs: number | undefined
    now: Date
  },
): Look => {
  const { now } = about
  const seen = held.flatMap((one) => seenOf(one) ?? [])
  const sound = seen.filter(({ word }) => isSound(word))
  const newest = seen[0]
  const announced = missingOf(held, newest?.arrivedAt).filter(({ isOvertaken }) => !isOvertaken)
  const isLost = ({ ticketAt }: { ticketAt: string }) =>
    now.getTime() - Date.parse(ticketAt) >= uploadWithinMs

  const copies = held.filter(({ line, stored }) => line && stored)
  const dueTimes = copies.map(
    ({ line, word }) => line && verdictDueAt({ ...line, word }, now)?.getTime(),
  )
  const waiting = copies.filter((_, index) => (dueTimes[index] ?? Infinity) <= now.getTime())
  const reproof = nextReproof(sound, before?.reprovenAt, about)
  const isReproofDue = reproof !== undefined && reproof.at <= now.getTime()

  const lacksSums = ({ word, hasSums, line }: Held) =>
    isSound(word) && !hasSums && line?.sha256 !== undefined && !line.letGoAt
  const withoutSums = copies.filter(lacksSums).map(({ id }) => id)

  const strangers = [
    ...about.strangers,
    ...held.flatMap(({ id, others, isUntrusted }) => [
      ...others,
      ...(isUntrusted ? [`${id}.entry.json`] : []),
    ]),
  ]
  return {
    state: {
      fingerprint: about.fingerprint,
      since: before?.since ?? now.toISOString(),
      copies: seen.length,
      sizeBytes: seen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      newest,
      newestSound: sound[0],
      arrivedAt: newest?.arrivedAt ?? before?.arrivedAt,
      heartbeatAt: about.heartbeatAt?.toISOString() ?? before?.heartbeatAt,
      missing: announced
        .filter(isLost)
        .slice(0, toldAtMost)
        .map(({ id, ticketAt }) => ({ id, ticketAt })),
      strangers: strangers.slice(0, toldAtMost),
      wentBad: seen
        .slice(1)
        .filter(({ wasSound }) => wasSound)
        .slice(0, toldAtMost),
      vanished: vanishedOf(held, sound[0], before, now),
      unjudged: seen.filter(({ word }) => word === 'unverifiable').length,
      reprovenAt: isReproofDue ? now.toISOString() : before?.reprovenAt,
      dueAt: earliest([
        ...dueTimes,
        ...announced
          .filter((one) => !isLost(one))
          .map(({ ticketAt }) => Date.parse(ticketAt) + uploadWithinMs),
        isReproofDue ? now.getTime() + dayMs : reproof?.at,
        // Where the line beside a copy could not be written, the next run writes it.
        withoutSums.length > 0 ? now.getTime() : undefined,
      ]),
    },
    waiting: waiting.map(({ id }) => id).toReversed(),
    toReprove: isReproofDue ? reproof.id : undefined,
    withoutSums,
  }
}

/** Retention never lets go of the newest sound copy: when it is gone, somebody else took it. */
const vanishedOf = (
  held: readonly Held[],
  newestSound: Seen | undefined,
  before: DatabaseState | undefined,
  now: Date,
): DatabaseState['vanished'] => {
  const known = before?.newestSound
  const kept = held.find(({ id }) => id === known?.id)
  // Where the watch was silent for days, a newer one came and retention took this one, entry and all.
  const isLetGo = !kept?.line || kept.line.letGoAt !== undefined
  const isOvertaken = known && newestSound && newestSound.arrivedAt > known.arrivedAt
  if (known && !kept?.stored && !(isLetGo && isOvertaken)) {
    return { id: known.id, at: now.toISOString() }
  }
  const isOver = before?.vanished && newestSound && newestSound.arrivedAt > before.vanished.at
  return isOver ? undefined : before?.vanished
}

/** The oldest proof comes first, when it is old enough, and one a day at most. */
const nextReproof = (
  sound: readonly Seen[],
  reprovenAt: string | undefined,
  { reverifyAfterMs, now }: { reverifyAfterMs: number | undefined; now: Date },
): { id: string; at: number } | undefined => {
  if (reverifyAfterMs === undefined) return undefined
  let oldest: { id: string; at: number } | undefined
  for (const { id, provenAt } of sound) {
    const at = Date.parse(provenAt ?? now.toISOString())
    if (!oldest || at < oldest.at) oldest = { id, at }
  }
  if (!oldest) return undefined
  const notBefore = reprovenAt === undefined ? 0 : Date.parse(reprovenAt) + dayMs
  return { id: oldest.id, at: Math.max(oldest.at + reverifyAfterMs, notBefore) }
}
