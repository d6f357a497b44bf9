/**
 * Is more stored of a database than is meant to be, or will there be? It is told early, while there is time to
 * choose: nothing is deleted for it, and no copy refused.
 */
import * as z from 'zod'

import type { Outlook } from '../keeping/outlook'
import { shapeOf } from '../trust/stored'

export const Budget = shapeOf({
  /** When it was first seen to be short. */
  since: z.iso.datetime(),
  /** What `maxStoredBytes` said then. */
  limitBytes: z.int(),
})
export type Budget = z.infer<typeof Budget>

/** From this share of it on, a person still has time to choose what is kept. */
const nearShare = 0.8

/** Undefined where none is set, or where it is enough for now and for a year. */
export const budgetOf = (
  { sizeBytes, outlook }: { sizeBytes: number; outlook: Outlook | undefined },
  before: Budget | undefined,
  { maxStoredBytes, now }: { maxStoredBytes: number | undefined; now: Date },
): Budget | undefined => {
  if (maxStoredBytes === undefined) return undefined
  const isNear = sizeBytes > maxStoredBytes * nearShare
  const willBeOver = outlook !== undefined && outlook.sizeBytes > maxStoredBytes
  return isNear || willBeOver
    ? { since: before?.since ?? now.toISOString(), limitBytes: maxStoredBytes }
    : undefined
}
