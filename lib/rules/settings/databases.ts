import { createHash } from 'node:crypto'

import * as z from 'zod'

import type { Assertion } from '../verdict/content'
import type { CollapseLimits } from '../fall/drift'
import { durationRule, parseDuration } from './duration'
import { KeepSettings, keepOf } from './keep'
import type { Keep } from '../keeping/retention'
import type { Schedule } from './schedule'
import { databaseNamePattern, databaseNameRule } from '../copy/snapshot'
import { dayMs, hourMs } from '../plain/time-units'

/**
 * What may be said of a database in `lib/databases.ts`, and what holds where nothing is said.
 */

/** A single PUT of the object store ends here. */
const largestUpload = 5 * 1024 ** 3

const duration = z.string().refine((text) => parseDuration(text) !== undefined, {
  error: `expected ${durationRule}`,
})

/** Questions only: what a user writes here never changes anything, and reads one database. */
const question = z.string().regex(/^\s*(select|with)\b/i, 'expected one SELECT')

const AssertionSettings = z.strictObject({
  /** What is asked, in words: it stands in findings and alerts. */
  name: z.string().min(1).max(100),
  sql: question,
  /** What must come back. Without it: no rows at all. */
  expect: z
    .union([
      z.literal('no rows'),
      z.strictObject({ equals: z.union([z.string(), z.number()]) }),
      z.strictObject({ atLeast: z.number() }),
      z.strictObject({ atMost: z.number() }),
    ])
    .optional(),
  /** A copy that does not hold to it is unmet (`fail`), or is sound with a warning (`warn`). */
  otherwise: z.enum(['fail', 'warn']).optional(),
})

export const DatabaseSettings = z.strictObject({
  /** A path on the host, or the name of the variable in `.env` that holds it. */
  path: z.string().min(1).optional(),
  /** Uploads above this are refused before they start. */
  maxBytes: z.int().positive().max(largestUpload).optional(),
  /** How often a copy is to come; `off` for a database that has been retired. */
  expectEvery: z.union([z.literal('off'), duration]).optional(),
  /** How much later it may come before it is called late. */
  grace: duration.optional(),
  /** How many copies stay: `{ daily: 7, weekly: 4, monthly: 12 }`, or `all`. */
  keep: KeepSettings.optional(),
  /** A copy that was proven longer ago is opened again, one a day; `off` for never. */
  reverifyAfter: z.union([z.literal('off'), duration]).optional(),
  /** A cron job that runs wild, or a stolen token, can add no more copies than this in an hour. */
  ticketsPerHour: z.int().positive().optional(),
  /** Expected tables, each with the columns that must be there. */
  tables: z.record(z.string(), z.array(z.string())).optional(),
  /** Row floors: `{ tokens: { atLeast: 1 } }`. */
  rows: z.record(z.string(), z.strictObject({ atLeast: z.int().nonnegative() })).optional(),
  /** Rows that refer to nothing: not as it should be (`fail`), or known and tolerated (`warn`). */
  references: z.enum(['fail', 'warn']).optional(),
  /** A SELECT for the time of the newest content: `SELECT max(created_at) FROM sessions`. */
  freshest: question.optional(),
  /** How old that may be when the copy is taken: `26h`. */
  within: duration.optional(),
  /** Your own questions to the data. */
  assertions: z.array(AssertionSettings).optional(),
  /**
   * A table that loses more than this share of its rows, held against the best copy of the last days,
   * and more than the slack, is told; `off` for one whose tables are emptied as a matter of course.
   */
  collapse: z
    .union([
      z.literal('off'),
      z.strictObject({
        share: z.number().positive().max(1).optional(),
        slackRows: z.int().nonnegative().optional(),
      }),
    ])
    .optional(),
})
export type DatabaseSettings = z.infer<typeof DatabaseSettings>

export const DatabasesFile = z.record(
  z.string().regex(databaseNamePattern, databaseNameRule),
  DatabaseSettings,
)

export type Expectations = {
  schedule: Schedule | undefined
  keep: Keep | undefined
  reverifyAfterMs: number | undefined
  maxBytes: number
  ticketsPerHour: number
  tables: Record<string, readonly string[]>
  rows: Record<string, { atLeast: number }>
  areReferencesStrict: boolean
  freshness: { sql: string; withinMs: number } | undefined
  assertions: readonly Assertion[]
  collapse: CollapseLimits | undefined
}

/** Half of the rows and more than a hundred: what no ordinary day does to a table. */
const usualCollapse: CollapseLimits = { share: 0.5, slackRows: 100 }

/** Content may be as old as the daily push and its delay, where nothing else is said. */
const usualWithinMs = 26 * hourMs

/** The daily cron job, and what may delay it. */
const usualEveryMs = dayMs
const usualGraceMs = 2 * hourMs
const usualReverifyMs = 30 * dayMs

/**
 * What a copy was judged by, in a word: that of lib/databases.ts which decides a verdict. When it
 * changes, what was not met is judged anew.
 */
export const expectationsSha256 = (expected: Expectations): string => {
  const { tables, rows, areReferencesStrict, freshness, assertions, collapse } = expected
  const asked = [tables, rows, areReferencesStrict, freshness ?? null, assertions, collapse ?? null]
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex')
}

/** What is expected of a database, listed or not. */
export const expectationsOf = (
  databases: Readonly<Record<string, DatabaseSettings>>,
  database: string,
): Expectations => {
  const said = Object.hasOwn(databases, database) ? databases[database] : undefined
  return {
    schedule: scheduleOf(said),
    keep: keepOf(said?.keep),
    reverifyAfterMs: spanOf(said?.reverifyAfter, usualReverifyMs),
    maxBytes: said?.maxBytes ?? largestUpload,
    ticketsPerHour: said?.ticketsPerHour ?? 20,
    tables: said?.tables ?? {},
    rows: said?.rows ?? {},
    areReferencesStrict: said?.references !== 'warn',
    freshness: freshnessOf(said),
    assertions: (said?.assertions ?? []).map(({ name, sql, expect, otherwise }) => ({
      name,
      sql,
      expect: expect ?? 'no rows',
      isWarning: otherwise === 'warn',
    })),
    collapse: collapseOf(said?.collapse),
  }
}

/** Undefined for `off`. */
const spanOf = (said: string | undefined, usualMs: number): number | undefined =>
  said === 'off' ? undefined : (parseDuration(said ?? '') ?? usualMs)

const scheduleOf = (said: DatabaseSettings | undefined): Schedule | undefined => {
  const everyMs = spanOf(said?.expectEvery, usualEveryMs)
  if (everyMs === undefined) return undefined
  return { everyMs, graceMs: parseDuration(said?.grace ?? '') ?? usualGraceMs }
}

const collapseOf = (said: DatabaseSettings['collapse']): CollapseLimits | undefined =>
  said === 'off'
    ? undefined
    : {
        share: said?.share ?? usualCollapse.share,
        slackRows: said?.slackRows ?? usualCollapse.slackRows,
      }

const freshnessOf = (said: DatabaseSettings | undefined): Expectations['freshness'] =>
  said?.freshest === undefined
    ? undefined
    : { sql: said.freshest, withinMs: parseDuration(said.within ?? '') ?? usualWithinMs }
