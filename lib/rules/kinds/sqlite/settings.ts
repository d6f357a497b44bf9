/**
 * What may be said of a SQLite file in lib/databases.ts, and what is expected where nothing is said?
 */
import * as z from 'zod'

import type { Assertion, Freshness } from '../answers'
import { assertionsOf, columnsOf, freshnessOf, questionSettings, tablesSetting } from '../questions'

export const settings = {
  /** Expected tables, each with the columns that must be there; and how many at least, `atLeast: 10`. */
  tables: tablesSetting.optional(),
  /** Row floors: `{ tokens: { atLeast: 1 } }`. */
  rows: z.record(z.string(), z.strictObject({ atLeast: z.int().nonnegative() })).optional(),
  /** Rows that refer to nothing: not as it should be (`fail`), or known and tolerated (`warn`). */
  references: z.enum(['fail', 'warn']).optional(),
  ...questionSettings,
}

const Settings = z.object(settings)
export type SqliteSettings = z.infer<typeof Settings>

/** In an order that stays: what a copy was judged by is told by a fingerprint of this. */
export type SqliteExpected = {
  tables: Record<string, readonly string[]>
  rows: Record<string, { atLeast: number }>
  areReferencesStrict: boolean
  freshness: Freshness | undefined
  assertions: readonly Assertion[]
  tablesAtLeast?: number
  /** Nothing is asked but this: its values are handed out. */
  values?: string
}

export const sqliteExpected = (said: SqliteSettings | undefined): SqliteExpected => ({
  tables: columnsOf(said?.tables),
  rows: said?.rows ?? {},
  areReferencesStrict: said?.references !== 'warn',
  freshness: freshnessOf(said),
  assertions: assertionsOf(said),
  // At the end, and absent where nobody set it: so the fingerprint of all others stays.
  ...(typeof said?.tables?.['atLeast'] === 'number'
    ? { tablesAtLeast: said.tables['atLeast'] }
    : {}),
})

export const handingOut = (sql: string): SqliteExpected => ({
  ...sqliteExpected(undefined),
  values: sql,
})
