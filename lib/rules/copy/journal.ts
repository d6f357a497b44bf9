/**
 * What was to be deleted, and what became of it? Written down before, and again after.
 */
import * as z from 'zod'

import { Spent } from '../keeping/spent'
import { shapeOf } from '../trust/stored'

const instant = z.iso.datetime()

const PlannedCopy = shapeOf({
  id: z.string(),
  key: z.string(),
  word: z.string(),
  arrivedAt: instant,
  sizeBytes: z.int(),
  /** The entry as it was read: a copy whose entry changed since is spared. */
  entryEtag: z.string(),
  keep: z.boolean(),
  /** Kept by the brake alone. */
  isBraked: z.literal(true).optional(),
  /** On its way out: a run after this lets it go, if its plan does too. */
  leavesAt: instant.optional(),
  reasons: z.array(z.string()),
})
export type PlannedCopy = z.infer<typeof PlannedCopy>

/** What is left of something that no longer is, or never came: no snapshot is among it. */
const Leftover = shapeOf({ id: z.string(), keys: z.array(z.string()), reason: z.string() })
export type Leftover = z.infer<typeof Leftover>

export const PrunePlan = shapeOf({
  id: z.string(),
  database: z.string(),
  /** By the store's clock. */
  at: instant,
  policy: z.string(),
  brake: z.string().optional(),
  /** When the newest loss was that any copy tells of. */
  fellAt: instant.optional(),
  notes: z.array(z.string()),
  /** Newest first. */
  copies: z.array(PlannedCopy),
  leftovers: z.array(Leftover),
})
export type PrunePlan = z.infer<typeof PrunePlan>

export const PruneResult = shapeOf({
  plan: z.string(),
  database: z.string(),
  at: instant,
  removed: z.array(z.string()),
  /** Planned to go, and kept after all. */
  spared: z.array(shapeOf({ id: z.string(), why: z.string() })),
  /** Begun and not brought to an end: the next run does. */
  unfinished: z.array(shapeOf({ id: z.string(), why: z.string() })),
  /** There was no time for these: the next run takes them. */
  left: z.array(z.string()),
  /** Still in the listing after they were deleted. */
  stillThere: z.array(z.string()),
})
export type PruneResult = z.infer<typeof PruneResult>

export const journalType = 'application/vnd.snapproof.journal+json'

/** In the order of time under each database: `tokens/2026/11/2026-11-21T033000Z_3f9a1c`. */
export const planIdOf = (at: Date, mark: string): string =>
  `${at.toISOString().slice(0, 19).replaceAll(':', '')}Z_${mark}`

export const planPath = (database: string, planId: string): string =>
  `${database}/${planId.slice(0, 7).replace('-', '/')}/${planId}`

/** What the status page and the alerts read of the last run. */
export const PruneState = shapeOf({
  ranAt: instant,
  databases: z.record(
    z.string(),
    shapeOf({
      kept: z.int(),
      removed: z.int(),
      /** So many are on their way out, and the first goes after this. */
      leaving: shapeOf({ copies: z.int(), firstAt: instant }).optional(),
      brake: z.string().optional(),
      /** Since when no run let anything go, and each found a reason not to. */
      brakedSince: instant.optional(),
      faults: z.array(z.string()),
      /** Since when something went wrong in every run. */
      faultsSince: instant.optional(),
      /** When a run last came to it. */
      at: instant.optional(),
      /** The same of the second place, where its key is set; and why the last run did not look there. */
      second: shapeOf({
        kept: z.int(),
        removed: z.int(),
        leaving: shapeOf({ copies: z.int(), firstAt: instant }).optional(),
        brake: z.string().optional(),
        fault: z.string().optional(),
      }).optional(),
    }),
  ),
  /** How far the last run came through what is written down of copies; absent at its end. */
  recordsAfter: z.string().optional(),
  /** No run has come to these, or got through with them, since then: the next begins with them. */
  waiting: z.record(z.string(), instant).optional(),
  /** What the last run took. */
  spent: Spent.optional(),
})
export type PruneState = z.infer<typeof PruneState>

export const pruneStateType = 'application/vnd.snapproof.prune+json'
