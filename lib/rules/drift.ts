import type { Finding } from './verdict'
import { countWords } from './wording'

/**
 * What has changed since the last sound copy? Tables and columns that came and went, in words;
 * and rows that are gone, unless a change of the schema explains it.
 */

/** The ordinary tables with their columns, in the order SQLite gives them. */
export type Schema = Readonly<Record<string, readonly string[]>>

export type Drift = { came: string[]; went: string[] }

const columnsOf = (schema: Schema, table: string): readonly string[] | undefined =>
  Object.hasOwn(schema, table) ? schema[table] : undefined

/** What `now` has that `before` had not, as "table t" or "column t.c". */
const onlyIn = (now: Schema, before: Schema): string[] =>
  Object.entries(now).flatMap(([table, columns]) => {
    const known = columnsOf(before, table)
    if (!known) return [`table ${table}`]
    return columns.filter((name) => !known.includes(name)).map((name) => `column ${table}.${name}`)
  })

export const driftOf = (before: Schema, now: Schema): Drift => ({
  came: onlyIn(now, before),
  went: onlyIn(before, now),
})

/** A sentence holds this many names; the rest is counted. */
const namesAtMost = 8

const listed = (names: readonly string[]): string => {
  const more = names.length - namesAtMost
  const shown = names.slice(0, namesAtMost).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}

/** Undefined when nothing has changed: then there is nothing to say. */
export const judgeDrift = (drift: Drift): Finding | undefined => {
  const { came, went } = drift
  if (came.length === 0 && went.length === 0) return undefined
  const parts = [
    ...(went.length > 0 ? [`gone: ${listed(went)}`] : []),
    ...(came.length > 0 ? [`new: ${listed(came)}`] : []),
  ]
  const detail = `Since the last sound copy, ${parts.join('; ')}.`
  if (went.length === 0) return { check: 'schema', outcome: 'passed', detail }
  return {
    check: 'schema',
    outcome: 'warned',
    detail,
    mend: 'If a migration did this, nothing is to be done. If not, look at the live database today.',
  }
}

/** A table that lost more than this share of its rows, and more than the slack, has collapsed. */
export type CollapseLimits = { share: number; slackRows: number }

export type Counts = Readonly<Record<string, number>>

const countOf = (counts: Counts, table: string): number | undefined =>
  Object.hasOwn(counts, table) ? counts[table] : undefined

/** Undefined when no table has collapsed. A table whose columns changed is explained, not alarmed. */
export const judgeCollapse = (options: {
  before: Counts
  now: Counts
  drift: Drift
  limits: CollapseLimits
}): Finding | undefined => {
  const { before, now, drift, limits } = options
  const touched = [...drift.came, ...drift.went]
  const isMigrated = (table: string) =>
    touched.some((name) => name === `table ${table}` || name.startsWith(`column ${table}.`))
  const collapsed = Object.entries(before).filter(([table, had]) => {
    const has = countOf(now, table)
    if (has === undefined || isMigrated(table)) return false
    return had - has > limits.slackRows && had - has > had * limits.share
  })
  if (collapsed.length === 0) return undefined
  const told = collapsed.map(([table, had]) => `${table} ${had} → ${countOf(now, table)}`)
  return {
    check: 'rows',
    outcome: 'warned',
    detail: `${countWords(collapsed.length, 'table')} lost most rows since the last sound copy: ${listed(told)}.`,
    mend: 'If rows were removed on purpose, nothing is to be done. If not, the copy before this one still has them: restore.sh --list shows it.',
  }
}
