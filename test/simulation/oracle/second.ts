/**
 * 11. The second place: nothing there is overwritten, nothing goes early, and that it is behind is told.
 */
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import type { Bucket, By, Change, Content } from '../cloud/bucket'
import { sha256Of } from '../cloud/content'
import type { Ended } from '../cloud/functions'
import { Violation } from '../violation'

import { readEntrySeen, wordSeen } from './truth'
import type { Copy, EntrySeen, Truth } from './truth'

/** lib/docs/second-place.md: it is told after 26 hours. */
const toldAfterMs = 26 * hourMs

/** Listings lag by minutes, and a run takes its ten. */
const slackMs = hourMs

/** What nobody lets go of: the newest three that are sound, and whatever is younger than two days. */
const soundAtLeast = 3
const youngMs = 2 * dayMs
const clockSlackMs = hourMs

const soundWords: readonly string[] = ['passed', 'warned', 'accepted']

const usualDays = 7
const moreDays = 30

const isPaper = (key: string): boolean => key.endsWith('.entry.json') || key.endsWith('.sha256')

/** Of so many days with a copy one stays there, by lib/docs/second-place.md; all where nothing ever goes. */
const keptDays = ({ keep, keepSecond }: DatabaseSettings): number => {
  if (keep === 'all' || keepSecond === 'all') return Infinity
  const here = keep?.daily ?? usualDays
  return keepSecond?.daily ?? (here === 0 ? 0 : here + moreDays)
}

const dayOf = (ms: number): number => Math.floor(ms / dayMs)

export const secondOracle = ({
  truth,
  second,
  databases,
  nowMs,
  isTold,
}: {
  truth: Truth
  second: Bucket | undefined
  databases: Readonly<Record<string, DatabaseSettings>>
  nowMs: () => number
  /** Of whoever takes warnings: they know of it, or it is on its way to them. */
  isTold: () => boolean
}) => {
  /** Every entry that the first place ever had, by its bytes. */
  const words = new Set<string>()
  /** Since when a copy is sound in the first place and does not stand in the second; and who saw that. */
  const missing = new Map<string, { sinceMs: number; seenMs?: number }>()
  /** The entries there, by the key of the snapshot. */
  const there = new Map<string, { entry: EntrySeen; entryKey: string }>()

  const rightBytes = (entry: EntrySeen, content: Content | undefined): boolean =>
    content !== undefined &&
    content.bytes.length === entry.claim.sizeBytes &&
    sha256Of(content.bytes) === entry.claim.sha256

  const stands = ({ key, ...entry }: EntrySeen): boolean => {
    const sums = second?.objects.get(`${key}.sha256`)
    const isRight = rightBytes({ key, ...entry }, second?.objects.get(key))
    return isRight && sums !== undefined && there.has(key)
  }

  /** What was written twice here, as older scripts do, may stand there as it was: it is in the way. */
  const isToStand = (copy: Copy): boolean =>
    truth.isSound(copy) &&
    copy.entry.claim.sha256 !== undefined &&
    copy.entry.letGoAt === undefined &&
    truth.contentsOf(copy.entry.key).length === 1

  const note = (copy: Copy): void => {
    const { id } = copy.entry
    if (!isToStand(copy) || stands(copy.entry)) missing.delete(id)
    else if (!missing.has(id)) missing.set(id, { sinceMs: nowMs() })
  }

  const forbidOverwritten = ({ key, by, before, after }: Change): void => {
    if (!before || !after || before.bytes.equals(after.bytes)) return
    if (!key.endsWith('.entry.json'))
      throw new Violation(11, `${by.name} overwrote ${key} in the second place`)
    const [one, other] = [readEntrySeen(before.bytes), readEntrySeen(after.bytes)]
    if (one && one.claim.sha256 !== other?.claim.sha256)
      throw new Violation(
        11,
        `${by.name} put the entry of another file to ${key} in the second place`,
      )
  }

  const forbidWrongPapers = ({ key, by, after }: Change): void => {
    if (!after || !isPaper(key)) return
    const entry = key.endsWith('.entry.json') ? readEntrySeen(after.bytes) : undefined
    const snapshot = entry?.key ?? key.replace(/\.sha256$/, '')
    const content = second?.objects.get(snapshot)
    const sums = second?.objects.get(`${snapshot}.sha256`)
    const sha256 = content && sha256Of(content.bytes)
    if (!sha256 || !sums?.bytes.toString().startsWith(sha256))
      throw new Violation(
        11,
        `${by.name} wrote ${key} to the second place, and not beside its file`,
      )
    if (!key.endsWith('.entry.json') || by.role === 'prune') return
    if (!entry || !rightBytes(entry, content))
      throw new Violation(11, `${by.name} wrote ${key} to the second place, beside other bytes`)
    if (!words.has(after.bytes.toString()))
      throw new Violation(11, `${by.name} wrote ${key} to the second place, as it never was here`)
  }

  const beside = (removed: EntrySeen): { atMs: number; hasPassed: boolean }[] =>
    [...there.values()]
      .filter(({ entry }) => entry.claim.database === removed.claim.database)
      .filter(({ entry }) => entry.id !== removed.id && second?.objects.has(entry.key))
      .map(({ entry }) => ({
        atMs: Date.parse(entry.arrivedAt ?? ''),
        hasPassed: entry.verdict?.outcome === 'passed',
      }))

  /** Within one day, a copy that passed goes before a newer one with a warning. */
  const isOfItsDay = (removed: EntrySeen, atMs: number): boolean => {
    const hasPassed = removed.verdict?.outcome === 'passed'
    return !beside(removed)
      .filter((one) => dayOf(one.atMs) === dayOf(atMs))
      .some((one) => (one.hasPassed === hasPassed ? one.atMs > atMs : one.hasPassed))
  }

  const forbidEarly = (key: string, by: By): void => {
    if (by.role !== 'prune')
      throw new Violation(11, `${by.name} deleted ${key} in the second place`)
    if (truth.bucket.objects.has(key))
      throw new Violation(11, `${by.name} deleted ${key} in the second place before the first`)
    const { entry } = there.get(key) ?? {}
    if (!entry) return
    const atMs = Date.parse(entry.arrivedAt ?? '')
    const later = beside(entry).flatMap((one) => (one.atMs > atMs ? [one.atMs] : []))
    const isLast = later.length < soundAtLeast || atMs > nowMs() - youngMs + clockSlackMs
    const days = new Set(later.map(dayOf))
    const kept = keptDays(databases[entry.claim.database] ?? {})
    if (isLast || kept === Infinity || (isOfItsDay(entry, atMs) && days.size < kept))
      throw new Violation(
        11,
        `${by.name} deleted ${entry.id} in the second place, which is kept for longer`,
      )
  }

  const judgeThere = (change: Change): void => {
    const { key, how, by, after } = change
    if (key.startsWith('backups/_')) return
    forbidOverwritten(change)
    forbidWrongPapers(change)
    if (how === 'remove' && !isPaper(key)) forbidEarly(key, by)
    if (key.endsWith('.entry.json')) {
      const entry = readEntrySeen((after ?? change.before)?.bytes ?? Buffer.from(''))
      if (entry && after) there.set(entry.key, { entry, entryKey: key })
      else if (entry) there.delete(entry.key)
    }
    const copy = truth.copyOfKey(key.replace(/\.sha256$/, '')) ?? truth.copyAt(key)
    if (copy) note(copy)
  }

  second?.onChange(judgeThere)

  /** Under this ticket, as it stands there now. */
  const heldThere = (id: string) => {
    const held = [...there.values()].find(({ entry }) => entry.id === id)
    return held && { entry: held.entry, stored: second?.objects.get(held.entry.key) }
  }

  return {
    heldThere,
    /**
     * What is handed out of it is sound by its entry, which the first place had so, and byte for byte what was
     * pushed. `isByName`: one that is on its way out may go in that moment.
     */
    handedOut: (id: string, { isByName }: { isByName: boolean }): void => {
      const { entry, stored } = heldThere(id) ?? {}
      if (!entry || !stored) {
        if (isByName) return
        throw new Violation(11, `restore handed out ${id} of the second place, which is gone there`)
      }
      const word = wordSeen(entry)
      if (!soundWords.includes(word) && !(isByName && word === 'unmet'))
        throw new Violation(11, `restore handed out ${id} of the second place, which is ${word}`)
      const isPushed = truth.contentsOf(entry.key).some(({ bytes }) => bytes.equals(stored.bytes))
      if (!isPushed || !rightBytes(entry, stored))
        throw new Violation(11, `restore handed out ${id} of the second place, and not as pushed`)
    },
    hear: ({ key, after }: Change, copy: Copy | undefined): void => {
      if (!second) return
      if (after && key.endsWith('.entry.json')) words.add(after.bytes.toString())
      if (copy) note(copy)
    },
    /** A run of the watch has come to its end with a right clock, and saw everything. */
    watched: ({ by, startedAtMs }: Ended): void => {
      for (const [id, one] of missing)
        if (one.sinceMs < startedAtMs - slackMs) missing.set(id, { seenMs: startedAtMs, ...one })
      // Of several that came between two runs the newest is seen: they wait since then.
      const isLong = ({ seenMs = Infinity }) => seenMs < startedAtMs - toldAfterMs - slackMs
      const [id, one] = [...missing].find(([, waits]) => isLong(waits)) ?? []
      if (id === undefined || isTold()) return
      const since = new Date(one?.seenMs ?? 0).toISOString()
      throw new Violation(
        11,
        `${by.name} does not tell that ${id} is missing in the second place since ${since}`,
      )
    },
    /** At rest every sound copy stands there, and nobody is told otherwise. */
    settled: (): void => {
      if (!second) return
      for (const copy of truth.copies()) {
        if (!isToStand(copy) || stands(copy.entry)) continue
        throw new Violation(11, `${copy.entry.id} is not in the second place at rest`)
      }
    },
  }
}
