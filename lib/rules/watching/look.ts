import { isBeingLetGo, isHeld, letGoEndsMs } from '../copy/care'
import type { Line } from '../copy/catalog'
import { arrivalOf, isSoundCopy, othersOf } from '../copy/held'
import type { Held } from '../copy/held'
import { isSaidRight, tellerOf } from '../fall/fall'
import type { Fall } from '../fall/fall'
import { lastChanceOf } from '../keeping/last-chance'
import type { Copy, Keep } from '../keeping/retention'
import { isSound } from '../verdict/verdict'
import {
  compareDueAt,
  isBeingVerified,
  isJudgedByOthers,
  rejudgeDueAt,
  verdictDueAt,
} from './waiting'
import type { DatabaseState, Seen } from './watch-state'
import { dayMs, hourMs } from '../plain/time-units'

/**
 * One look at a database: how does it stand, and what is there to do?
 */
export type Look = {
  state: DatabaseState
  /** Waiting for a verdict now, oldest first. */
  waiting: string[]
  /** Judged by what was expected then, and not met: judged anew, newest first. */
  toRejudge: string[]
  /** The old copy whose turn it is to be opened again. */
  toReprove: string | undefined
  /** Sound, without the line beside it that says so. */
  withoutSums: string[]
}

/** By then an upload that was announced has come, or has failed. */
const uploadWithinMs = 2 * hourMs

/** A list that somebody may make as long as he likes is told up to here. */
const toldAtMost = 20

const idOf = ({ name }: Held): string => name.id

const seenOf = (held: Held): Seen | undefined => {
  const arrivedAt = arrivalOf(held)
  if (!held.line || !held.stored || arrivedAt === undefined) return undefined
  const { takenAt, provenAt, rows, remarks } = held.line
  const { word } = held
  const { id } = held.name
  const { sizeBytes } = held.stored
  const seen = { id, word, takenAt, arrivedAt, provenAt, sizeBytes, rows, remarks }
  return word === 'failed' && held.line.wasSound ? { ...seen, wasSound: true } : seen
}

const earliest = (instants: readonly (number | undefined)[]): string | undefined => {
  const times = instants.filter((time) => time !== undefined)
  return times.length === 0 ? undefined : new Date(Math.min(...times)).toISOString()
}

/** Announced before the newest arrival: it was pushed again since, so nobody misses it. */
const missingOf = (held: readonly Held[], newest: string | undefined) =>
  held.flatMap(({ name, line, stored }) =>
    line && !stored && line.word === 'pending' && line.letGoAt === undefined
      ? [
          {
            id: name.id,
            ticketAt: line.ticketAt,
            isOvertaken: newest !== undefined && newest > line.ticketAt,
          },
        ]
      : [],
  )

/**
 * What has gone, by the newest sound copy: open until a person says that it is right, or no copy from
 * before is left. One that is left is named, whichever it was when the fall was seen. Of a copy that is
 * not even what is expected, that is told.
 */
const openFallOf = (held: readonly Held[], now: Date): Fall | undefined => {
  const fall = tellerOf(held.filter(isSoundCopy))?.line?.fall
  const lines = held.map(({ line }) => line)
  if (!fall || isSaidRight(fall, lines)) return undefined
  const before = held.flatMap((one) => {
    const arrivedAt = arrivalOf(one)
    const isThere = one.line && isSoundCopy(one) && !isBeingLetGo(one.line, now)
    if (!isThere || arrivedAt === undefined) return []
    const { id } = one.name
    if (id === fall.since || Date.parse(arrivedAt) > Date.parse(fall.sinceAt)) return []
    return [{ id, arrivedAt }]
  })
  const named = before.find(({ id }) => id === fall.before) ?? before[0]
  return named && { ...fall, before: named.id, beforeAt: named.arrivedAt }
}

const copyOf = (held: Held, now: Date): Copy[] => {
  const arrivedAt = arrivalOf(held)
  const { word, line } = held
  if (!line || !held.stored || arrivedAt === undefined) return []
  const isPinned = line.pinnedBy !== undefined
  const { id } = held.name
  return [{ id, word, arrivedAt: new Date(arrivedAt), isPinned, isHeld: isHeld(line, now) }]
}

/** Since when is it so, of the newest sound copy and of all before it, one after the other? */
const sinceWhen = (
  held: readonly Held[],
  isSo: (line: Line, newest: Line) => boolean,
): string | undefined => {
  const sound = held.filter(isSoundCopy)
  const newest = sound[0]?.line
  const end = sound.findIndex(({ line }) => !line || !newest || !isSo(line, newest))
  const last = (end === -1 ? sound : sound.slice(0, end)).at(-1)
  return last && arrivalOf(last)
}

const earlier = (one: string | undefined, other: string | undefined): string | undefined =>
  one !== undefined && other !== undefined && other < one ? other : one

/** So many are opened anew in one run: the newest first, the others in the next ones. */
const rejudgedAtMost = 8

export const lookAt = (
  held: readonly Held[],
  before: DatabaseState | undefined,
  about: {
    fingerprint: string
    strangers: readonly string[]
    heartbeatAt: Date | undefined
    reverifyAfterMs: number | undefined
    /** The fingerprint of what is expected today, and what is kept. */
    expectations: string
    keep: Keep | undefined
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

  const lacksSums = ({ word, shelf, line }: Held) =>
    isSound(word) && !shelf.sums && line?.sha256 !== undefined && !line.letGoAt
  const withoutSums = copies.filter(lacksSums).map(idOf)

  const fall = openFallOf(held, now)
  const copiesOf = held.flatMap((one) => copyOf(one, now))
  const anewTimes = copies.map(({ line, word }) =>
    // A run that was killed over a copy leaves its mark, and lets go of nothing any more.
    line && !isBeingLetGo(line, now) && isJudgedByOthers({ ...line, word }, about.expectations)
      ? rejudgeDueAt({ ...line, word }, now)?.getTime()
      : undefined,
  )
  const anew = copies.filter((_, index) => (anewTimes[index] ?? Infinity) <= now.getTime())
  const isFree = (one: Held) =>
    one.line && !isBeingVerified(one.line, now) && !waiting.includes(one)
  const [given, givenBefore] = held.filter(isSoundCopy)
  const compareAt = given?.line && givenBefore && compareDueAt(given.line, now)?.getTime()
  const isCompareDue = compareAt !== undefined && compareAt <= now.getTime()
  const isSameNewest = before?.newestSound?.id === sound[0]?.id

  const strangers = [
    ...about.strangers,
    ...held.flatMap((one) => [
      ...othersOf(one).map(({ key }) => key),
      ...(one.isUntrusted ? [`${idOf(one)}.entry.json`] : []),
    ]),
  ]
  return {
    state: {
      // What a newer build keeps here besides is not forgotten.
      ...before,
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
      fall,
      lastChance: fall && lastChanceOf(copiesOf, fall, about),
      emptySince: earlier(
        sinceWhen(held, ({ rows }) => rows === 0),
        isSameNewest ? before?.emptySince : undefined,
      ),
      sameSince: earlier(
        sinceWhen(held, (line, last) => line.sha256 !== undefined && line.sha256 === last.sha256),
        isSameNewest ? before?.sameSince : undefined,
      ),
      newer: held
        .filter(({ isNewer }) => isNewer)
        .map(idOf)
        .slice(0, toldAtMost),
      unjudged: seen.filter(({ word }) => word === 'unverifiable').length,
      reprovenAt: isReproofDue ? now.toISOString() : before?.reprovenAt,
      dueAt: earliest([
        ...dueTimes,
        ...announced
          .filter((one) => !isLost(one))
          .map(({ ticketAt }) => Date.parse(ticketAt) + uploadWithinMs),
        isReproofDue ? now.getTime() + dayMs : reproof?.at,
        fall && now.getTime() + dayMs,
        // Those that a run has no time for, or whose run was ended, are the next one's.
        ...anewTimes,
        compareAt,
        ...copies.map(({ line }) => line && letGoEndsMs(line, now)),
        // Where the line beside a copy could not be written, the next run writes it.
        withoutSums.length > 0 ? now.getTime() : undefined,
      ]),
    },
    waiting: waiting.map(idOf).toReversed(),
    toRejudge: held
      .filter((one) => anew.includes(one) || (isCompareDue && one === given))
      .filter(isFree)
      .slice(0, rejudgedAtMost)
      .map(idOf),
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
  const kept = held.find((one) => idOf(one) === known?.id)
  // Where the watch was silent for days, a newer one came and retention took this one, entry and all.
  const isLetGo = !kept?.line || kept.line.letGoAt !== undefined
  const isOvertaken = known && newestSound && newestSound.arrivedAt > known.arrivedAt
  // One that a newer build wrote about since stands where it stood.
  if (kept?.isNewer) return before?.vanished
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
