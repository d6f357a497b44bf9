/**
 * What does the watch know when it ends? The state that alerts and the status page read, and by
 * which the next run tells what has not changed and need not be looked at again.
 */
import * as z from 'zod'

import { Finding } from '../copy/entry'
import { Fall } from '../fall/fall'
import { Outlook } from '../keeping/outlook'
import { Spent } from '../keeping/spent'
import { shapeOf } from '../trust/stored'

import { Budget } from './budget'
import { Days, Pace } from './pace'
import { Spending } from './running'

const instant = z.iso.datetime()

export const Seen = shapeOf({
  id: z.string(),
  word: z.string(),
  takenAt: instant,
  arrivedAt: instant,
  provenAt: instant.optional(),
  sizeBytes: z.int(),
  rows: z.int().optional(),
  remarks: z.array(Finding),
  /** By its name in the store; absent where it is of the usual kind. */
  kind: z.string().optional(),
  /** Set where it failed now and had been sound before. */
  wasSound: z.boolean().optional(),
})
export type Seen = z.infer<typeof Seen>

export const DatabaseState = shapeOf({
  fingerprint: z.string(),
  /** When the watch first knew of it. */
  since: instant,
  copies: z.int(),
  sizeBytes: z.int(),
  /** What its policy will hold in a year; absent while nobody can tell. */
  outlook: Outlook.optional(),
  /** More is stored than is meant to be, or will be within a year. */
  budget: Budget.optional(),
  newest: Seen.optional(),
  newestSound: Seen.optional(),
  arrivedAt: instant.optional(),
  heartbeatAt: instant.optional(),
  /** Announced, and the upload never came. */
  missing: z.array(shapeOf({ id: z.string(), ticketAt: instant })),
  /** Objects among ours that nobody announced, and entries that are not ours. */
  strangers: z.array(z.string()),
  /** Older copies that were sound once and are no longer. */
  wentBad: z.array(Seen),
  /** The newest sound copy was taken away, and not by us. */
  vanished: shapeOf({ id: z.string(), at: instant }).optional(),
  /** Something has gone, and nobody has said that it is right. */
  fall: Fall.optional(),
  /** The last copy from before it, and when retention lets go of it: within a week from now. */
  lastChance: shapeOf({ id: z.string(), goesAt: instant }).optional(),
  /** More copies come than ever did, and how many came on each of the last days. */
  pace: Pace.optional(),
  days: Days.optional(),
  /** Since when every copy holds no row at all, or nothing has changed in it. */
  emptySince: instant.optional(),
  sameSince: instant.optional(),
  /** Entries of a newer build, which this one cannot read. */
  newer: z.array(z.string()).optional(),
  /** Copies that no check could judge. */
  unjudged: z.int(),
  /** When an old copy was last opened again. */
  reprovenAt: instant.optional(),
  /** How long the last opening took, where the watch did it itself. */
  openedMs: z.number().optional(),
  /** What opening its copies takes in a month, beside what the watch opens itself. */
  opening: Spent.optional(),
  /** From then on there is something to do, even if nothing changes in the bucket. */
  dueAt: instant.optional(),
})
export type DatabaseState = z.infer<typeof DatabaseState>

/** As much of it as the next look goes by. */
export const Remembered = shapeOf({
  since: instant,
  arrivedAt: instant.optional(),
  heartbeatAt: instant.optional(),
  newestSound: shapeOf({ id: z.string(), arrivedAt: instant }).optional(),
  vanished: shapeOf({ id: z.string(), at: instant }).optional(),
  emptySince: instant.optional(),
  sameSince: instant.optional(),
  reprovenAt: instant.optional(),
  pace: Pace.optional(),
  days: Days.optional(),
  budget: Budget.optional(),
})
export type Remembered = z.infer<typeof Remembered>

export const WatchState = shapeOf({
  /** By the store's clock. */
  ranAt: instant,
  /** Between the last runs, the newest last. */
  gapsMs: z.array(z.number()).optional(),
  /** Our clock minus the store's. */
  clockSkewMs: z.number(),
  databases: z.record(z.string(), DatabaseState),
  /**
   * What this run is about to open, in this order. A run that comes to its end takes it out again: where it
   * still stands, the first of it that still waits is what the run was at when it was ended.
   */
  opening: z.array(z.string()).optional(),
  /** There was no time to look at these: the next run begins with them. */
  unreached: z.array(z.string()).optional(),
  /** When one that has no trigger of its own was last called. */
  called: shapeOf({ prune: instant.optional(), drill: instant.optional() }).optional(),
  /** What the timers' runs took of late, this one not among them. */
  spent: Spending.optional(),
  /** Objects at the top of our prefix that are not ours. */
  strangers: z.array(z.string()),
  /** What could not be done, each a sentence. */
  faults: z.array(z.string()),
})
export type WatchState = z.infer<typeof WatchState>

export const watchStateType = 'application/vnd.snapproof.watch+json'
