/**
 * How long is kept what was written down of copies: the journal, what drills found, the weekly reports? By
 * the name of each, and what is in doubt is kept.
 */
import type { PrunePlan, PruneResult } from '../copy/journal'
import { parseDuration } from '../plain/duration'
import { dayMs, minuteMs } from '../plain/time-units'
import type { DrillReport, DrillState } from '../watching/drill'

import { spanWords } from './periods'

/** A year and a month: who looks at it once a year has seen all of it. */
const usualRecordsMs = 400 * dayMs

/** The week's report, and whoever asks why a copy is gone, read this far back. */
const leastRecordsMs = 35 * dayMs

/** As it may be set: a span that is long enough, or all. */
export const isRecordsAge = (said: string | undefined): boolean =>
  said === undefined || said === 'all' || (parseDuration(said) ?? 0) >= leastRecordsMs

/** Undefined where all is kept. */
export const recordsMsOf = (said: string | undefined): number | undefined =>
  said === 'all' ? undefined : (parseDuration(said ?? '') ?? usualRecordsMs)

export type RecordKind = 'journal' | 'drill' | 'digest'

/** What was written at one time: a plan with its result, a report as text and as a page. */
export type Written = {
  kind: RecordKind
  /** Of one database, or of all: what stands in one folder is one series. */
  folder: string
  /** Without the ending. */
  stem: string
  at: Date
}

const time = String.raw`(\d{4})\/(\d\d)\/(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z_[0-9a-f]+`
const shapes: readonly { kind: RecordKind; shape: RegExp }[] = [
  {
    kind: 'journal',
    shape: new RegExp(`^((_journal/[a-z0-9_][a-z0-9_-]*/)${time})\\.(?:plan|result)\\.json$`),
  },
  { kind: 'drill', shape: new RegExp(`^((_reports/drills/)${time})\\.json$`) },
  { kind: 'digest', shape: new RegExp(`^((_reports/digests/)${time})\\.(?:html|txt)$`) },
]

/** Undefined for whatever is not called so to the letter: that is never touched. */
export const writtenOf = (prefix: string, key: string): Written | undefined => {
  for (const { kind, shape } of shapes) {
    const match = shape.exec(key.slice(prefix.length))
    if (!match || !key.startsWith(prefix)) continue
    const [, stem = '', folder = '', , , day, hour, minute, second] = match
    const at = new Date(`${day}T${hour}:${minute}:${second}.000Z`)
    if (Number.isNaN(at.getTime())) return undefined
    return { kind, folder: prefix + folder, stem: prefix + stem, at }
  }
  return undefined
}

/** Old by its name and by the store: a clock that was wrong when it was written makes nothing old. */
export const isAged = (
  { at, modifiedAt }: { at: Date; modifiedAt: Date },
  { now, ageMs }: { now: Date; ageMs: number },
): boolean => now.getTime() - Math.max(at.getTime(), modifiedAt.getTime()) > ageMs

/** What a clock may be off by and still be believed. */
const skewAtMostMs = 10 * minuteMs

/** A run that comes later than this after the one before it cannot tell a pause from a leap of the clock. */
const gapAtMostMs = 7 * dayMs

/** Why nothing of it may go now, as a sentence; or undefined. */
export const recordsBrakeOf = (about: {
  now: Date
  clockSkewMs: number
  /** When prune ran before, by the store's clock of then. */
  ranAt: string | undefined
}): string | undefined => {
  const apartMs = Math.abs(about.clockSkewMs)
  if (!(apartMs <= skewAtMostMs))
    return `No record is let go: our clock and the store's are ${spanWords(apartMs)} apart.`
  if (about.ranAt === undefined) return 'No record is let go by the first run.'
  const gapMs = about.now.getTime() - Date.parse(about.ranAt)
  if (!(gapMs >= -skewAtMostMs && gapMs <= gapAtMostMs))
    return 'No record is let go by a run that does not follow the one before it within a week.'
  return undefined
}

/** The copies that a plan was to let go of and that may still be there: it is the last word on them. */
export const stillNamedBy = (plan: PrunePlan, result: PruneResult | undefined): string[] => {
  const removed = new Set(result?.removed)
  return plan.copies.filter(({ id, keep }) => !keep && !removed.has(id)).map(({ key }) => key)
}

/** Is this the drill that last showed of a copy that it can be restored? */
export const isLastProof = ({ copies }: DrillReport, state: DrillState | undefined): boolean =>
  copies.some(({ database, id, at, outcome }) => {
    const proofs = state?.databases[database]?.proofs ?? {}
    return outcome === 'proven' && proofs[id] === at
  })
