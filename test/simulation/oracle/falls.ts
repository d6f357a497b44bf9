/**
 * Has something gone that a person would miss? By what the files say of themselves: each that was made
 * after an accident says so, until what was lost is back. No rule of lib/ is asked.
 *
 * What must be told is `sure`: far more is gone than on any ordinary day, nothing else explains it, and a
 * proven copy from before stands there. What may be told is wider.
 */
import { minuteMs } from '../../../lib/rules/plain/time-units'
import type { Change } from '../cloud/bucket'
import { rowsIn } from '../cloud/content'
import type { File, Lacks } from '../cloud/content'

import { fileOf, lastBy, wordSeen } from './truth'
import type { Copy, Truth } from './truth'

const dayMs = 24 * 60 * minuteMs

/** A listing may lag so far behind, and a run takes so long, that it does not see what came before. */
const unseenMs = 30 * minuteMs

const stampOf = ({ entry }: Copy): string => entry.id.slice(-25)

type Came = { arrivedMs: number; file: File }

/** What the store saw of an accident: when the first copy after it came, and what was found then. */
type Accident = {
  arrivedMs: number
  stamp: string
  /** What stood there just before, where nothing but a loss explains what is left; else nothing. */
  had: number | undefined
}

/** A person said that it was meant, of this copy: of the one that counts, or of some other. */
type Right = { counts: boolean; key: string }

export type Falls = ReturnType<typeof fallsOf>

export const fallsOf = (truth: Truth) => {
  const accidents = new Map<string, Accident>()
  const rights = new Map<string, Right>()
  /** When a person last said so of anything in a database: from there on it is compared anew. */
  const saidMs = new Map<string, number>()
  const soundSinceMs = new Map<string, number>()
  /** Everything sound that ever came, so that a level is known which is no longer kept. */
  const came = new Map<string, Came[]>()

  const lacksOf = (copy: Copy): Lacks | undefined => fileOf(copy.stored)?.lacks

  /** Was it meant? Where somebody else put another file in the place of that copy, nobody may know. */
  const isSettled = (accident: string): boolean => {
    const right = rights.get(accident)
    return right !== undefined && right.counts && !truth.touched.has(right.key)
  }

  const isMaybe = (copy: Copy | undefined): boolean => {
    const lacks = copy && lacksOf(copy)
    return lacks !== undefined && !isSettled(lacks.accident)
  }

  /** Ours, as it came, and not on its way out. */
  const isPlainCopy = ({ entry, entryKey }: Copy): boolean =>
    !entry.letGoAt &&
    !entry.claim.adopted &&
    !truth.touched.has(entry.key) &&
    !truth.touched.has(entryKey)

  const soundBefore = (
    first: Pick<Accident, 'arrivedMs' | 'stamp'>,
    { database }: Pick<File, 'database'>,
  ): Copy[] =>
    truth
      .copies(database)
      .filter(truth.isSound)
      .filter((one) => truth.arrivedMs(one) < first.arrivedMs && stampOf(one) < first.stamp)

  /** A table that was emptied by night never had what it holds in the evening. */
  const wasSoForADay = ({ arrivedMs, file }: Came, table: string): boolean =>
    (came.get(file.database) ?? [])
      .filter((one) => one.arrivedMs <= arrivedMs && one.arrivedMs > arrivedMs - 1.5 * dayMs)
      .every((one) => rowsIn(one.file, table) >= 0.9 * rowsIn(file, table))

  const isFarLess = (had: number, now: File, table: string): boolean => {
    const has = rowsIn(now, table)
    return has < 0.4 * had && had - has > 150
  }

  /**
   * How much stood there in the newest one before it; 0 where more than a loss may explain what is left, and
   * nothing where this copy was not held against one from before.
   */
  const lossOf = (copy: Copy, file: File, { accident, table }: Lacks, atMs: number) => {
    if (file.kind !== 'sound' || !truth.isSound(copy) || !copy.entry.verdict?.drift)
      return undefined
    const before = soundBefore({ arrivedMs: truth.arrivedMs(copy), stamp: stampOf(copy) }, file)
    const last = lastBy(before, truth.arrivedMs)
    const was = last && fileOf(last.stored)
    if (!last || !was || lastBy(before, stampOf) !== last || !isPlainCopy(last)) return 0
    if (was.lacks?.accident === accident) return undefined
    const arrivedMs = truth.arrivedMs(last)
    const isPlain =
      (soundSinceMs.get(last.entry.id) ?? Infinity) < atMs - unseenMs &&
      arrivedMs > (saidMs.get(file.database) ?? -Infinity) &&
      was.epoch === file.epoch &&
      isFarLess(rowsIn(was, table), file, table) &&
      wasSoForADay({ arrivedMs, file: was }, table)
    return isPlain ? rowsIn(was, table) : 0
  }

  const noteAccident = (
    copy: Copy,
    file: File,
    lacks: Lacks,
    judgedMs: number | undefined,
  ): void => {
    const known = accidents.get(lacks.accident)
    const loss = judgedMs === undefined ? undefined : lossOf(copy, file, lacks, judgedMs)
    accidents.set(lacks.accident, {
      arrivedMs: Math.min(truth.arrivedMs(copy), known?.arrivedMs ?? Infinity),
      stamp: known && known.stamp < stampOf(copy) ? known.stamp : stampOf(copy),
      had: known?.had ?? loss,
    })
  }

  const note = (copy: Copy, atMs: number, isJudged: boolean): void => {
    const { entry, stored } = copy
    const file = fileOf(stored)
    if (!file || entry.claim.adopted) return
    if (truth.isSound(copy) && !soundSinceMs.has(entry.id)) {
      soundSinceMs.set(entry.id, atMs)
      const known = came.get(file.database) ?? []
      came.set(file.database, [...known.slice(-400), { arrivedMs: truth.arrivedMs(copy), file }])
    }
    if (file.lacks) noteAccident(copy, file, file.lacks, isJudged ? atMs : undefined)
  }

  const isSure = (copy: Copy | undefined): boolean => {
    const file = copy && fileOf(copy.stored)
    if (
      !copy ||
      !file?.lacks ||
      file.kind !== 'sound' ||
      !isPlainCopy(copy) ||
      rights.has(file.lacks.accident)
    )
      return false
    const { accident, table } = file.lacks
    const known = accidents.get(accident)
    if (!known || !isFarLess(known.had ?? 0, file, table)) return false
    return soundBefore(known, file).some(isPlainCopy)
  }

  /** A person said that what is gone was to go. */
  const accepted = (copy: Copy, atMs: number): void => {
    const lacks = lacksOf(copy)
    const { id, key, claim, verdict } = copy.entry
    if (!lacks || !verdict?.fall) return
    saidMs.set(claim.database, atMs)
    const counts = truth.newestSound(claim.database).every((one) => one?.entry.id === id)
    if (!isSettled(lacks.accident)) rights.set(lacks.accident, { counts, key })
  }

  /** Where the newest one was not compared yet, for the store was away, those before it tell. */
  const mayBeOpen = (database: string): boolean =>
    truth.newestSound(database).some((copy) => {
      if (!copy || copy.entry.verdict?.drift) return isMaybe(copy)
      return truth.copies(database).some((one) => truth.isSound(one) && isMaybe(one))
    })

  return {
    mayBeOpen,
    /** What was lost is lost for good: no copy from before is left. */
    isBeyondRecall: (database: string): boolean =>
      truth.newestSound(database).every((copy) => {
        const lacks = copy && lacksOf(copy)
        const known = lacks && accidents.get(lacks.accident)
        return known !== undefined && soundBefore(known, { database }).length === 0
      }),
    isSure,
    isSettled,
    hear: ({ atMs, by }: Change, before: Copy | undefined, after: Copy | undefined): void => {
      if (!after) return
      const isSaid = after.entry.accepted?.at !== before?.entry.accepted?.at
      if (by.role === 'accept' && isSaid) accepted(after, atMs)
      note(after, atMs, after.entry.verdict?.at !== before?.entry.verdict?.at)
    },
    /** What an alert would name, where there is something to say of it. */
    toAccept: (database: string): string | undefined => {
      const [newest] = truth.newestWhole(database)
      if (newest && wordSeen(newest.entry) === 'unmet') return newest.entry.id
      const [sound] = truth.newestSound(database)
      return sound?.entry.verdict?.fall && sound.entry.id
    },
  }
}
