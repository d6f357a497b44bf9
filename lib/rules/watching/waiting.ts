/**
 * From when on does a copy wait for a verdict? One that was never judged does at once; one that
 * could not be checked does again after an hour, a few times, since the cause may have passed.
 */
import { isBeingLetGo } from '../copy/care'
import type { Entry } from '../copy/entry'
import type { Copy } from '../copy/held'
import { expectationChecks } from '../kinds/kinds'
import { dayMs, hourMs, minuteMs } from '../plain/time-units'

/** A copy that cannot be judged today is not asked for ever. */
const triesAtMost = 3

/** A started run has come to its end, or was ended, by then: the platform gives it 15 minutes. */
const runAtMostMs = 16 * minuteMs

/** Somebody is at it: asking again must not open the same copy a second time. */
export const isBeingVerified = ({ startedAt }: Pick<Entry, 'startedAt'>, now: Date): boolean =>
  startedAt !== undefined && isNear(startedAt, now)

/** A start by a clock that was far ahead must not keep everybody away until its time comes. */
const isNear = (startedAt: string, now: Date): boolean =>
  Math.abs(now.getTime() - Date.parse(startedAt)) < runAtMostMs

export const withStart = (entry: Entry, now: Date): Entry => ({
  ...entry,
  startedAt: now.toISOString(),
})

/** Undefined when no verdict is due, however long one waits. */
export const verdictDueAt = (
  copy: Pick<Copy, 'word' | 'startedAt' | 'provenAt' | 'tries'>,
  now: Date,
): Date | undefined => {
  const { startedAt } = copy
  const startedMs = startedAt === undefined ? Infinity : Date.parse(startedAt)
  const freeMs = startedMs - now.getTime() < runAtMostMs ? startedMs + runAtMostMs : 0
  if (copy.word === 'pending') return new Date(freeMs)
  if (copy.word !== 'unverifiable' || copy.tries >= triesAtMost) return undefined
  const triedMs = copy.provenAt === undefined ? 0 : Date.parse(copy.provenAt) + hourMs
  return new Date(Math.max(freeMs, triedMs))
}

/** Judged by other expectations than today's, and not as they would have it: it is judged anew. */
export const isJudgedByOthers = (
  copy: Pick<Copy, 'word' | 'expectations' | 'remarks'>,
  expectations: string,
): boolean => {
  const { word, remarks } = copy
  if (copy.expectations === expectations) return false
  const isByThem = remarks.some(
    ({ check, outcome }) => outcome === word && expectationChecks.includes(check),
  )
  // A question that could not be put to it, as to a column that is gone, is another one now.
  if (word === 'unverifiable') return isByThem
  return word === 'unmet' || (word === 'warned' && isByThem)
}

/** What kept us from it three times may be over by then. */
const triedAgainAfterMs = dayMs

/**
 * When is such a copy opened anew? At once; and once a day where its verdict stood over three tries in a
 * row that came to nothing. Undefined where nobody knows when that was.
 */
export const rejudgeDueAt = (
  copy: Pick<Copy, 'word' | 'tries' | 'triedAt'>,
  now: Date,
): Date | undefined => {
  const { word, tries, triedAt } = copy
  if (word === 'unverifiable' || tries < triesAtMost) return now
  if (triedAt === undefined) return undefined
  const sinceMs = Math.abs(now.getTime() - Date.parse(triedAt))
  return new Date(now.getTime() + Math.max(0, triedAgainAfterMs - sinceMs))
}

/** While it is of today, a copy is worth opening once more; and not with every run. */
const comparedWithinMs = dayMs

/**
 * When is the newest sound copy held against those before it, where the store was away just then? It is
 * what a restore gives today. Undefined where it was compared, or there is nothing to compare.
 */
export const compareDueAt = (
  copy: Pick<Copy, 'came' | 'tables' | 'arrivedAt' | 'provenAt' | 'letGoAt'>,
  now: Date,
): Date | undefined => {
  const { came, tables, arrivedAt, provenAt } = copy
  if (came || !tables || isBeingLetGo(copy, now)) return undefined
  if (provenAt === undefined) return undefined
  const isOfToday = now.getTime() - Date.parse(arrivedAt) < comparedWithinMs
  return isOfToday ? new Date(Date.parse(provenAt) + hourMs) : undefined
}
