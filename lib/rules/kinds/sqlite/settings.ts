/**
 * What may be said of a SQLite file in lib/databases.ts, and what is expected where nothing is said?
 */
import * as z from 'zod'

import { duration, parseDuration } from '../../plain/duration'
import { hourMs } from '../../plain/time-units'

import type { Assertion } from './content'

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

const isFloor = (name: string): boolean => name === 'atLeast'

export const settings = {
  /** Expected tables, each with the columns that must be there; and how many at least, `atLeast: 10`. */
  tables: z
    .record(z.string(), z.union([z.array(z.string()), z.int().nonnegative()]))
    .refine(
      (tables) =>
        Object.entries(tables).every(([name, said]) => isFloor(name) || Array.isArray(said)),
      'expected a list of columns for each table; a number stands at atLeast alone',
    )
    .optional(),
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
}

const Settings = z.object(settings)
export type SqliteSettings = z.infer<typeof Settings>

/** In an order that stays: what a copy was judged by is told by a fingerprint of this. */
export type SqliteExpected = {
  tables: Record<string, readonly string[]>
  rows: Record<string, { atLeast: number }>
  areReferencesStrict: boolean
  freshness: { sql: string; withinMs: number } | undefined
  assertions: readonly Assertion[]
  tablesAtLeast?: number
}

/** Content may be as old as the daily push and its delay, where nothing else is said. */
const usualWithinMs = 26 * hourMs

export const sqliteExpected = (said: SqliteSettings | undefined): SqliteExpected => ({
  tables: Object.fromEntries(
    Object.entries(said?.tables ?? {}).flatMap(([table, columns]) =>
      Array.isArray(columns) ? [[table, columns]] : [],
    ),
  ),
  rows: said?.rows ?? {},
  areReferencesStrict: said?.references !== 'warn',
  freshness:
    said?.freshest === undefined
      ? undefined
      : { sql: said.freshest, withinMs: parseDuration(said.within ?? '') ?? usualWithinMs },
  assertions: (said?.assertions ?? []).map(({ name, sql, expect, otherwise }) => ({
    name,
    sql,
    expect: expect ?? 'no rows',
    isWarning: otherwise === 'warn',
  })),
  // At the end, and absent where nobody set it: so the fingerprint of all others stays.
  ...(typeof said?.tables?.['atLeast'] === 'number'
    ? { tablesAtLeast: said.tables['atLeast'] }
    : {}),
})
