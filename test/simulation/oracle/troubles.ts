/**
 * What is truly wrong with a database, and since when without a break? By the store alone, and by the
 * sentences of lib/docs/: no rule of lib/ is asked.
 *
 * Where uploads were under way at once, which one is the newest can be told in two ways. What is wrong
 * either way is `sure`; what is wrong in one of them may be told, and need not be.
 */
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import type { Change } from '../cloud/bucket'

import type { Falls } from './falls'
import { lastBy, wordSeen } from './truth'
import type { Copy, Truth } from './truth'

export const kinds = [
  'verify.failed',
  'verify.unverifiable',
  'verify.unmet',
  'rows.collapsed',
  'rows.leaving',
  'copy.decayed',
  'copy.gone',
  'upload.missing',
  'backup.late',
  'backup.never',
] as const
export type Kind = (typeof kinds)[number]

/** From when on each is wrong: what is not late yet lies ahead. */
type Wrongs = Map<Kind, number>

/** What is wrong, since when it is found so, and until when it was, at the latest. */
type Known = { sure: Wrongs; sinceMs: Wrongs; maybe: Wrongs; untilMs: Wrongs }

/** So far may a listing lag behind. */
const lagMs = hourMs / 2

/** By the store's clock, which is off by minutes now and then, it may be so a little sooner. */
const aheadAtMostMs = hourMs / 6

/** "Late" is said two hours after the copy was due; a lost upload two hours after it was announced. */
const lateAfterMs = 2 * hourMs
const missingAfterMs = 2 * hourMs

const everyMsOf = ({ expectEvery }: DatabaseSettings): number => {
  if (expectEvery === 'off') return Infinity
  return expectEvery === undefined ? dayMs : Number.parseInt(expectEvery, 10) * dayMs
}

const wordNow = ({ entry, stored }: Copy): string =>
  entry.etag === undefined || entry.etag === stored?.object.etag ? wordSeen(entry) : 'pending'

export type Troubles = ReturnType<typeof troublesOf>

/** Two ways of telling which of two copies came later. */
const byName = ({ entry }: Copy): string => entry.id.slice(-25)

export const troublesOf = (
  { truth, falls }: { truth: Truth; falls: Falls },
  databases: Readonly<Record<string, DatabaseSettings>>,
) => {
  const known = new Map<string, Known>()
  const everSound = new Set<string>()
  /** When the newest sound copy was taken, and when a watch can first have missed it. */
  const takenMs = new Map<string, number>()
  const missedMs = new Map<string, number>()
  /** The last arrival of each that a watch has seen: that it came is remembered when it is taken. */
  const seenMs = new Map<string, number>()
  /** Of what never came nobody knew before. */
  let firstWatchMs = Infinity

  const knownOf = (database: string): Known => {
    const blank = () => ({
      sure: new Map(),
      sinceMs: new Map(),
      maybe: new Map(),
      untilMs: new Map(),
    })
    const found = known.get(database) ?? blank()
    known.set(database, found)
    return found
  }

  const missingFrom = (copies: readonly Copy[], arrivedMs: number): number => {
    const announced = copies
      .filter(({ entry, stored }) => !stored && !entry.verdict && entry.letGoAt === undefined)
      .map(({ entry }) => Date.parse(entry.claim.ticketAt))
      .filter((ticketMs) => arrivedMs <= ticketMs)
    return Math.min(Infinity, ...announced) + missingAfterMs
  }

  const isMadeUpFor = (stored: readonly Copy[], goneMs: number): boolean =>
    stored.some((copy) => truth.isSound(copy) && truth.arrivedMs(copy) > goneMs)

  /** What may be told, though nobody must: what was missed is so until another one comes. */
  const arguable = (database: string, stored: readonly Copy[]): Kind[] => {
    const isMissed =
      takenMs.has(database) && !isMadeUpFor(stored, missedMs.get(database) ?? Infinity)
    // Of an adopted file that was written anew one may say that it was sound, or that it is another.
    const isOverwritten = (copy: Copy) =>
      wordNow(copy) === 'failed' && copy.entry.claim.adopted !== undefined
    return [
      ...(isMissed ? (['copy.gone'] as const) : []),
      ...(stored.some(isOverwritten) ? (['copy.decayed'] as const) : []),
      ...(falls.mayBeOpen(database) ? (['rows.collapsed', 'rows.leaving'] as const) : []),
    ]
  }

  /** By one way of telling which one is the newest. */
  const wrongs = (
    database: string,
    copies: readonly Copy[],
    place: (copy: Copy) => string | number,
  ): Wrongs => {
    const found: Wrongs = new Map()
    const stored = copies.filter((copy) => copy.stored)
    const newest = lastBy(stored, place)
    const word = newest && wordNow(newest)
    if (word === 'failed') found.set('verify.failed', 0)
    if (word === 'unmet') found.set('verify.unmet', 0)
    if (falls.isSure(lastBy(stored.filter(truth.isSound), place))) found.set('rows.collapsed', 0)
    if (word === 'pending' || word === 'unverifiable') found.set('verify.unverifiable', 0)
    const isDecayed = (copy: Copy) =>
      copy !== newest && wordNow(copy) === 'failed' && everSound.has(copy.entry.id)
    if (stored.some(isDecayed)) found.set('copy.decayed', 0)
    const arrivedMs = newest ? truth.arrivedMs(newest) : 0
    const missingMs = missingFrom(copies, arrivedMs)
    if (missingMs < Infinity) found.set('upload.missing', missingMs)
    const beat = truth.bucket.objects.get(`backups/_state/${database}/heartbeat.json`)
    const cameMs = newest ? arrivedMs : (seenMs.get(database) ?? 0)
    const heardMs = Math.max(cameMs, beat?.object.modifiedAt.getTime() ?? 0)
    const lateMs = heardMs + everyMsOf(databases[database] ?? {}) + lateAfterMs
    const neverMs = firstWatchMs - heardMs + lateMs
    if (heardMs > 0 && lateMs < Infinity) found.set('backup.late', lateMs)
    if (heardMs === 0 && neverMs < Infinity) found.set('backup.never', neverMs)
    const goneMs = takenMs.get(database)
    if (goneMs !== undefined && !isMadeUpFor(stored, goneMs)) found.set('copy.gone', 0)
    return found
  }

  const judge = (database: string, atMs: number): void => {
    const copies = truth.copies(database)
    const stored = copies.filter((copy) => copy.stored)
    for (const { entry } of stored) {
      if (!entry.claim.adopted && ['passed', 'warned'].includes(wordSeen(entry))) {
        everSound.add(entry.id)
      }
    }
    const arrived = wrongs(database, copies, truth.arrivedMs)
    const named = wrongs(database, copies, byName)
    const { sure, sinceMs, maybe, untilMs } = knownOf(database)
    for (const [kind, fromMs] of maybe) if (fromMs <= atMs) untilMs.set(kind, atMs)
    maybe.clear()
    for (const kind of arguable(database, stored)) maybe.set(kind, 0)
    for (const kind of kinds) {
      const [one, other] = [arrived.get(kind) ?? Infinity, named.get(kind) ?? Infinity]
      if (Math.min(one, other) < Infinity) maybe.set(kind, Math.min(one, other))
      const fromMs = Math.max(one, other)
      // What is expected sooner than it was a moment ago was not wrong for so long already.
      const isSooner = fromMs < (sure.get(kind) ?? Infinity)
      if (isSooner && (sure.get(kind) ?? Infinity) > atMs) sinceMs.set(kind, atMs)
      if (fromMs < Infinity) sure.set(kind, fromMs)
      else sure.delete(kind)
    }
  }

  return {
    hear: ({ key, atMs }: Change, before: Copy | undefined): void => {
      const database =
        before?.entry.claim.database ??
        truth.copyOfKey(key)?.entry.claim.database ??
        Object.keys(databases).find(
          (name) =>
            key.startsWith(`backups/${name}/`) ||
            key.startsWith(`backups/_state/${name}/heartbeat`),
        )
      if (database !== undefined && Object.hasOwn(databases, database)) judge(database, atMs)
    },
    /** A watch has ended, and saw everything. */
    watched: (startedAtMs: number, atMs: number): void => {
      for (const [database, goneMs] of takenMs) {
        if (goneMs < startedAtMs && !missedMs.has(database)) missedMs.set(database, atMs)
      }
      firstWatchMs = Math.min(firstWatchMs, atMs)
      for (const database of Object.keys(databases)) {
        const times = truth
          .copies(database)
          .map((copy) => (copy.stored ? truth.arrivedMs(copy) : 0))
        const seen = times.filter((one) => one < startedAtMs - lagMs)
        seenMs.set(database, Math.max(seenMs.get(database) ?? 0, ...seen))
        judge(database, atMs)
      }
    },
    /** Somebody took the newest sound copy, of which the watch knew. */
    taken: (database: string, atMs: number): void => {
      takenMs.set(database, atMs)
      missedMs.delete(database)
      judge(database, atMs)
    },
    /** Since when it has been wrong without a doubt and without a break. */
    sureSince: (database: string, kind: Kind): number => {
      const { sure, sinceMs } = knownOf(database)
      return Math.max(sure.get(kind) ?? Infinity, sinceMs.get(kind) ?? 0)
    },
    /** When it last was so, as far as anybody may have seen: now, when it still is. */
    lastSo: (database: string, kind: Kind, nowMs: number): number => {
      const { maybe, untilMs } = knownOf(database)
      return (maybe.get(kind) ?? Infinity) <= nowMs + aheadAtMostMs
        ? nowMs
        : (untilMs.get(kind) ?? -Infinity)
    },
  }
}
