import { z } from 'zod'

import { databaseNamePattern, databaseNameRule } from './snapshot'

/**
 * What may be said of a database in `lib/databases.ts`, and what holds where nothing is said.
 */

/** A single PUT of the object store ends here. */
const largestUpload = 5 * 1024 ** 3

export const DatabaseSettings = z.strictObject({
  /** A path on the host, or the name of the variable in `.env` that holds it. */
  path: z.string().min(1).optional(),
  /** Uploads above this are refused before they start. */
  maxBytes: z.int().positive().max(largestUpload).optional(),
  /** A cron job that runs wild, or a stolen token, can add no more copies than this in an hour. */
  ticketsPerHour: z.int().positive().optional(),
  /** Expected tables, each with the columns that must be there. */
  tables: z.record(z.string(), z.array(z.string())).optional(),
  /** Row floors: `{ tokens: { atLeast: 1 } }`. */
  rows: z.record(z.string(), z.strictObject({ atLeast: z.int().nonnegative() })).optional(),
  /** Rows that refer to nothing: damage (`fail`), or known and tolerated (`warn`). */
  references: z.enum(['fail', 'warn']).optional(),
})
export type DatabaseSettings = z.infer<typeof DatabaseSettings>

export const DatabasesFile = z.record(
  z.string().regex(databaseNamePattern, databaseNameRule),
  DatabaseSettings,
)

export type Expectations = {
  maxBytes: number
  ticketsPerHour: number
  tables: Record<string, readonly string[]>
  rows: Record<string, { atLeast: number }>
  areReferencesStrict: boolean
}

/** What is expected of a database, listed or not. */
export const expectationsOf = (
  databases: Readonly<Record<string, DatabaseSettings>>,
  database: string,
): Expectations => {
  const said = Object.hasOwn(databases, database) ? databases[database] : undefined
  return {
    maxBytes: said?.maxBytes ?? largestUpload,
    ticketsPerHour: said?.ticketsPerHour ?? 20,
    tables: said?.tables ?? {},
    rows: said?.rows ?? {},
    areReferencesStrict: said?.references !== 'warn',
  }
}
