/**
 * What may be said of a dump of PostgreSQL in lib/databases.ts, and what is expected where nothing is said?
 */
import * as z from 'zod'

import type { Assertion, Freshness } from '../answers'
import { assertionsOf, columnsOf, freshnessOf, questionSettings, tablesSetting } from '../questions'

export const settings = {
  /** Expected tables, each with its columns, `users` or `app.users`; and how many at least, `atLeast: 10`. */
  tables: tablesSetting.optional(),
  /** Row floors: `{ users: { atLeast: 1 } }`. */
  rows: z.record(z.string(), z.strictObject({ atLeast: z.int().nonnegative() })).optional(),
  /** Rows that refer to nothing: not as it should be (`fail`), or known and tolerated (`warn`). */
  references: z.enum(['fail', 'warn']).optional(),
  /** Asked of the restored database, with `public` as the schema that need not be named. */
  ...questionSettings,
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
  /** From here on absent where nobody set it: so the fingerprint of all others stays. */
  tablesAtLeast?: number
  areReferencesLax?: true
  freshness?: Freshness
  assertions?: readonly Assertion[]
}

export const postgresExpected = (said: PostgresSettings | undefined): PostgresExpected => {
  const freshness = freshnessOf(said)
  const assertions = assertionsOf(said)
  const atLeast = said?.tables?.['atLeast']
  return {
    tables: columnsOf(said?.tables),
    rows: said?.rows ?? {},
    restore: said?.unrestored === 'unverifiable' ? 'demanded' : 'wanted',
    ...(typeof atLeast === 'number' && { tablesAtLeast: atLeast }),
    ...(said?.references === 'warn' && { areReferencesLax: true }),
    ...(freshness && { freshness }),
    ...(assertions.length > 0 && { assertions }),
  }
}
