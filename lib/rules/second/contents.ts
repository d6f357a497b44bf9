/**
 * What stands beside the copies of a database is carried too: where does the next run go on, and what waits?
 * They stand in the order of their days, so that only what came since the last look is looked at again.
 */
import * as z from 'zod'

import { rising } from '../plain/order'
import { dayMs } from '../plain/time-units'
import { shapeOf } from '../trust/stored'

const instant = z.iso.datetime()

export const CarriedContents = shapeOf({
  /** How the first place stood when this look at them began, and when that was. */
  fingerprint: z.string(),
  beganAt: instant,
  /** Up to this one they stand there; absent where none is known to. */
  after: z.string().optional(),
  /** The look came to its end, and nothing is left of it. */
  isEnded: z.boolean(),
  /** When the last look at all of them began. */
  allAt: instant,
  /** How many were seen to wait, and their bytes; one at least while the look has not come to its end. */
  behind: z.int(),
  behindBytes: z.int(),
  since: instant.optional(),
})
export type CarriedContents = z.infer<typeof CarriedContents>

/** What somebody takes away there is noticed so late, where nothing else tells of it. */
const allAgainAfterMs = 7 * dayMs

/** One that is under way stays; listings lag, and a day may end in the middle of an inventory. */
const marginMs = dayMs

export const isLookDue = (line: CarriedContents | undefined, fingerprint: string): boolean =>
  line === undefined || !line.isEnded || line.fingerprint !== fingerprint

export type Look = Pick<CarriedContents, 'fingerprint' | 'beganAt' | 'after' | 'allAt'>

/** Where this run looks on, by what the last one left; undefined where there is nothing to look for. */
export const lookOf = (
  before: CarriedContents | undefined,
  { fingerprint, now }: { fingerprint: string; now: Date },
): Look | undefined => {
  const beganAt = now.toISOString()
  if (before && !before.isEnded) {
    const { after, allAt } = before
    return { fingerprint: before.fingerprint, beganAt: before.beganAt, after, allAt }
  }
  const isOld = !before || now.getTime() - Date.parse(before.allAt) >= allAgainAfterMs
  if (isOld) return { fingerprint, beganAt, after: undefined, allAt: beganAt }
  if (before.fingerprint === fingerprint) return undefined
  // Of a day that may not have been over then, all of it.
  const from = new Date(Date.parse(before.beganAt) - marginMs).toISOString().slice(0, 10)
  return { fingerprint, beganAt, after: from, allAt: before.allAt }
}

/** What is written of a look, once a run has done what it could. */
export const lookedAs = (
  look: Look,
  {
    left,
    isEnded,
    before,
    now,
  }: {
    left: readonly { sizeBytes: number }[]
    /** The listing came to its end. */
    isEnded: boolean
    before: CarriedContents | undefined
    now: Date
  },
): CarriedContents => {
  const isDone = isEnded && left.length === 0
  const { after, ...rest } = look
  return {
    ...rest,
    ...(after === undefined ? {} : { after }),
    isEnded: isDone,
    behind: isDone ? 0 : Math.max(1, left.length),
    behindBytes: left.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...(isDone ? {} : { since: before?.since ?? now.toISOString() }),
  }
}

/** The ones that have waited longest come first; each gets its part of the time. */
export const inTurnOf = <One extends { before: CarriedContents | undefined }>(
  databases: readonly One[],
): One[] => {
  return databases.toSorted(rising(({ before }) => before?.since ?? '~'))
}
