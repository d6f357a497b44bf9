/**
 * What has changed since the last sound copy? Tables and columns that came and went, in words. It is
 * told and raises nothing: a migration does it, and rows that are gone with it are a fall (`fall.ts`).
 */
import { clip } from '../plain/wording'
import type { Finding } from '../verdict/verdict'

/** The ordinary tables with their columns, in the order the engine gives them. */
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

export const listed = (names: readonly string[]): string => {
  const more = names.length - namesAtMost
  const shown = names.slice(0, namesAtMost).map(clip).join(', ')
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
  return {
    check: 'schema',
    outcome: 'passed',
    code: 'drift',
    detail: `Since the last sound copy, ${parts.join('; ')}.`,
  }
}

/** A table that lost more than this share of its rows, and more than the slack, has collapsed. */
export type CollapseLimits = { share: number; slackRows: number }

export type Counts = Readonly<Record<string, number>>

export const countOf = (counts: Counts, table: string): number | undefined =>
  Object.hasOwn(counts, table) ? counts[table] : undefined

/** It stands there, and nobody counted its rows, as of what keeps the books of a module: nothing is known of them. */
export const isUncounted = (
  table: string,
  { rows, schema = {} }: { rows: Counts; schema?: Schema | undefined },
): boolean => countOf(rows, table) === undefined && Object.hasOwn(schema, table)
