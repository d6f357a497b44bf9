/**
 * What may be said of a dump of PostgreSQL in lib/databases.ts, and what is expected where nothing is said?
 */
import * as z from 'zod'

export const settings = {
  /** Expected tables, each with the columns that must be there: `users`, or `app.users`. */
  tables: z.record(z.string(), z.array(z.string())).optional(),
  /** Row floors: `{ users: { atLeast: 1 } }`. */
  rows: z.record(z.string(), z.strictObject({ atLeast: z.int().nonnegative() })).optional(),
  /** A dump that was read and not restored: sound with a warning (`warn`), or not verified. */
  unrestored: z.enum(['warn', 'unverifiable']).optional(),
}

const Settings = z.object(settings)
export type PostgresSettings = z.infer<typeof Settings>

/** In an order that stays: what a copy was judged by is told by a fingerprint of this. */
export type PostgresExpected = {
  tables: Record<string, readonly string[]>
  rows: Record<string, { atLeast: number }>
  /** `unasked` for what is made here, to see whether the alarm rings. */
  restore: 'wanted' | 'demanded' | 'unasked'
}

export const postgresExpected = (said: PostgresSettings | undefined): PostgresExpected => ({
  tables: said?.tables ?? {},
  rows: said?.rows ?? {},
  restore: said?.unrestored === 'unverifiable' ? 'demanded' : 'wanted',
})
