/**
 * One look at a database: how does it stand, and what is there to do?
 */
import { isBeingLetGo, letGoEndsMs } from '../copy/care'
import type { Line } from '../copy/catalog'
import { copiesOf, isSoundCopy, othersOf } from '../copy/held'
import type { Copy, Held } from '../copy/held'
import { kindOfKey } from '../copy/snapshot'
import { isSaidRight, tellerOf } from '../fall/fall'
import type { Fall } from '../fall/fall'
import { lastChanceOf } from '../keeping/last-chance'
import { outlookOf } from '../keeping/outlook'
import type { Keep } from '../keeping/retention'
import { usualKind } from '../kinds/suffixes'
import { rising } from '../plain/order'
import { dayMs, hourMs } from '../plain/time-units'
import type { Schedule } from '../settings/schedule'
import { remarksOf } from '../verdict/bounds'
import { isSound } from '../verdict/verdict'

import { budgetOf } from './budget'
import { daysOf, paceOf } from './pace'
import { openingOf } from './running'
import {
  compareDueAt,
  isBeingVerified,
  isJudgedByOthers,
  rejudgeDueAt,
  verdictDueAt,
} from './waiting'
import type { DatabaseState, Remembered, Seen } from './watch-state'

export type Look = {
  state: DatabaseState
  /** Waiting for a verdict now, newest first: that is the one to go back to tonight. */
  waiting: string[]
  /** Judged by what was expected then, and not met: judged anew, newest first. */
  toRejudge: string[]
  /** The old copy whose turn it is to be opened again. */
  toReprove: string | undefined
  /** Sound, without the line beside it that says so. */
  withoutSums: string[]
  /** In bytes, of everything here that is to be opened. */
  sizes: Readonly<Record<string, number>>
}

/** By then an upload that was announced has come, or has failed. */
const uploadWithinMs = 2 * hourMs

/** Of an older copy that went bad: what decided, and hardly more. */
const remarksAtMost = 3

/** A list that somebody may make as long as he likes is told up to here. */
const toldAtMost = 20

const idOf = ({ id }: { id: string }): string => id

const seenOf = (copy: Copy): Seen => {
  const { id, word, takenAt, arrivedAt, provenAt, sizeBytes, rows, remarks, wasSound } = copy
  const kind = kindOfKey(copy.key)
  const named = kind === undefined || kind === usualKind ? {} : { kind }
  const seen = { id, word, takenAt, arrivedAt, provenAt, sizeBytes, rows, remarks, ...named }
  return word === 'failed' && wasSound ? { ...seen, wasSound: true } : seen
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
const openFallOf = (
  sound: readonly Copy[],
  lines: readonly (Line | undefined)[],
  now: Date,
): Fall | undefined => {
  const fall = tellerOf(sound)?.fall
  if (!fall || isSaidRight(fall, lines)) return undefined
  const before = sound.filter(
    (copy) =>
      copy.id !== fall.since &&
      Date.parse(copy.arrivedAt) <= Date.parse(fall.sinceAt) &&
      !isBeingLetGo(copy, now),
  )
  const named = before.find(({ id }) => id === fall.before) ?? before[0]
  return named && { ...fall, before: named.id, beforeAt: named.arrivedAt }
}

/** Since when is it so, of the newest sound copy and of all before it, one after the other? */
const sinceWhen = (
  sound: readonly Copy[],
  isSo: (copy: Copy, newest: Copy) => boolean,
): string | undefined => {
  const [newest] = sound
  const end = sound.findIndex((copy) => !newest || !isSo(copy, newest))
  return (end === -1 ? sound : sound.slice(0, end)).at(-1)?.arrivedAt
}

const earlier = (one: string | undefined, other: string | undefined): string | undefined =>
  one && [one, other].toSorted()[0]

/** So many are opened anew in one run: the newest first, the others in the next ones. */
const rejudgedAtMost = 8

export const lookAt = (
  held: readonly Held[],
  before: Remembered | undefined,
  about: {
    fingerprint: string
    strangers: readonly string[]
    heartbeatAt: Date | undefined
    reverifyAfterMs: number | undefined
    /** The fingerprint of what is expected today, and what is kept. */
    expectations: string
    keep: Keep | undefined
    schedule: Schedule | undefined
    ticketsPerHour: number
    maxStoredBytes: number | undefined
    now: Date
  },
): Look => {
  const { now } = about
  const copies = copiesOf(held)
  const sound = copies.filter(isSoundCopy)
  const seen = copies.map(seenOf)
  const [newest, newestSound] = [seen[0], seen.find(isSoundCopy)]
  const announced = missingOf(held, newest?.arrivedAt).filter(({ isOvertaken }) => !isOvertaken)
  const isLost = ({ ticketAt }: { ticketAt: string }) =>
    now.getTime() - Date.parse(ticketAt) >= uploadWithinMs

  const dueTimes = copies.map((copy) => verdictDueAt(copy, now)?.getTime())
  const waiting = copies.filter((_, index) => (dueTimes[index] ?? Infinity) <= now.getTime())
  const reproof = nextReproof(sound, before?.reprovenAt, about)
  const isReproofDue = reproof !== undefined && reproof.at <= now.getTime()

  const summed = new Set(held.filter(({ shelf }) => shelf.sums).map(({ name }) => name.id))
  const lacksSums = ({ id, sha256, letGoAt }: Copy) =>
    !summed.has(id) && sha256 !== undefined && !letGoAt
  const withoutSums = sound.filter(lacksSums).map(idOf)

  const lines = held.map(({ line }) => line)
  const fall = openFallOf(sound, lines, now)
  const anewTimes = copies.map((copy) =>
    // A run that was killed over a copy leaves its mark, and lets go of nothing any more.
    !isBeingLetGo(copy, now) && isJudgedByOthers(copy, about.expectations)
      ? rejudgeDueAt(copy, now)?.getTime()
      : undefined,
  )
  const anew = copies.filter((_, index) => (anewTimes[index] ?? Infinity) <= now.getTime())
  const isFree = (copy: Copy) => !isBeingVerified(copy, now) && !waiting.includes(copy)
  const [given, givenBefore] = sound
  const compareAt = given && givenBefore && compareDueAt(given, now)?.getTime()
  const isCompareDue = compareAt !== undefined && compareAt <= now.getTime()
  const isSameNewest = before?.newestSound?.id === newestSound?.id

  const days = daysOf(copies, before?.days)
  const ticketsAt = held.map(({ name }) => name.at)
  const pace = paceOf({ copies, ticketsAt, days }, before?.pace, about)

  const sizeBytes = copies.reduce((sum, copy) => sum + copy.sizeBytes, 0)
  const outlook = outlookOf(copies, about)

  const strangers = [
    ...about.strangers,
    ...held.flatMap((one) => [
      ...othersOf(one).map(({ key }) => key),
      ...(one.isUntrusted ? [`${one.name.id}.entry.json`] : []),
    ]),
  ]
  const toRejudge = copies
    .filter((copy) => anew.includes(copy) || (isCompareDue && copy === given))
    .filter(isFree)
    .slice(0, rejudgedAtMost)
    .map(idOf)
  const toReprove = isReproofDue ? reproof.id : undefined
  const due = new Set([...waiting.map(idOf), ...toRejudge, toReprove])
  return {
    state: {
      // What a newer build keeps here besides is not forgotten.
      ...before,
      fingerprint: about.fingerprint,
      since: before?.since ?? now.toISOString(),
      copies: copies.length,
      sizeBytes,
      outlook,
      budget: budgetOf({ sizeBytes, outlook }, before?.budget, about),
      newest,
      newestSound,
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
        .slice(0, toldAtMost)
        .map((one) => ({ ...one, remarks: remarksOf(one.remarks, one.word, remarksAtMost) })),
      vanished: vanishedOf(held, newestSound, before, now),
      fall,
      lastChance: fall && lastChanceOf(copies, fall, about),
      pace,
      days,
      opening: openingOf(copies, { days, now }),
      emptySince: earlier(
        sinceWhen(sound, ({ rows }) => rows === 0),
        isSameNewest ? before?.emptySince : undefined,
      ),
      sameSince: earlier(
        sinceWhen(sound, ({ sha256 }, last) => sha256 !== undefined && sha256 === last.sha256),
        isSameNewest ? before?.sameSince : undefined,
      ),
      newer: held
        .filter(({ isNewer }) => isNewer)
        .map(({ name }) => name.id)
        .slice(0, toldAtMost),
      unjudged: copies.filter(({ word }) => word === 'unverifiable').length,
      reprovenAt: isReproofDue ? now.toISOString() : before?.reprovenAt,
      dueAt: earliest([
        ...dueTimes,
        ...announced
          .filter((one) => !isLost(one))
          .map(({ ticketAt }) => Date.parse(ticketAt) + uploadWithinMs),
        isReproofDue ? now.getTime() + dayMs : reproof?.at,
        fall && now.getTime() + dayMs,
        // That it is over is seen though nothing comes any more.
        pace && now.getTime() + hourMs,
        // Those that a run has no time for, or whose run was ended, are the next one's.
        ...anewTimes,
        compareAt,
        ...copies.map((copy) => letGoEndsMs(copy, now)),
        // Where the line beside a copy could not be written, the next run writes it.
        withoutSums.length > 0 ? now.getTime() : undefined,
      ]),
    },
    waiting: waiting.map(idOf),
    toRejudge,
    toReprove,
    withoutSums,
    sizes: Object.fromEntries(
      copies.filter(({ id }) => due.has(id)).map((copy) => [copy.id, copy.sizeBytes]),
    ),
  }
}

/** Retention never lets go of the newest sound copy: when it is gone, somebody else took it. */
const vanishedOf = (
  held: readonly Held[],
  newestSound: Seen | undefined,
  before: Remembered | undefined,
  now: Date,
): DatabaseState['vanished'] => {
  const known = before?.newestSound
  const kept = held.find(({ name }) => name.id === known?.id)
  // Where the watch was silent for days, a newer one came and retention took this one, entry and all.
  const isLetGo = !kept?.line || kept.line.letGoAt !== undefined
  const isOvertaken = known && newestSound && newestSound.arrivedAt > known.arrivedAt
  // One that a newer build wrote about since stands where it stood.
  if (kept?.isNewer) return before?.vanished
  if (known && !kept?.stored && !(isLetGo && isOvertaken)) {
    return { id: known.id, at: now.toISOString() }
  }
  // It may have been brought back, from the second place or by hand.
  const isBack = held.some(({ name, stored, word }) => {
    return name.id === before?.vanished?.id && stored !== undefined && isSound(word)
  })
  const isOver =
    isBack || (before?.vanished && newestSound && newestSound.arrivedAt > before.vanished.at)
  return isOver ? undefined : before?.vanished
}

/** The oldest proof comes first, when it is old enough, and one a day at most. */
const nextReproof = (
  sound: readonly Copy[],
  reprovenAt: string | undefined,
  { reverifyAfterMs, now }: { reverifyAfterMs: number | undefined; now: Date },
): { id: string; at: number } | undefined => {
  if (reverifyAfterMs === undefined) return undefined
  const [oldest] = sound
    .map(({ id, provenAt = now.toISOString() }) => ({ id, provenMs: Date.parse(provenAt) }))
    .toSorted(rising(({ provenMs }) => provenMs))
  if (!oldest) return undefined
  const agedMs = oldest.provenMs + reverifyAfterMs
  const at = reprovenAt === undefined ? agedMs : Math.max(agedMs, Date.parse(reprovenAt) + dayMs)
  return { id: oldest.id, at }
}
