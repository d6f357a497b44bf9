/**
 * What may a user ask of the content in lib/databases.ts, of whatever kind of database, and how is it said there?
 */
import * as z from 'zod'

import { duration, parseDuration } from '../plain/duration'
import { hourMs } from '../plain/time-units'

import type { Assertion, Freshness } from './answers'

/** Questions only: what a user writes here never changes anything, and reads one database. */
const question = z.string().regex(/^\s*(select|with)\b/i, 'expected one SELECT')

/** Quoted text, names and comments: a ";" in there ends nothing. */
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\[[^\]]*\]|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\//g

const endless = (sql: string): string => sql.replace(/[;\s]+$/, '')

/** A question that becomes part of a longer one: whatever ends it in the middle would end that one too. */
export const innerQuestion = question
  .refine(
    (sql) => !endless(sql).replaceAll(quoted, '').includes(';'),
    'expected one SELECT, and nothing behind its ";"',
  )
  .transform(endless)

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

export const questionSettings = {
  /** A SELECT for the time of the newest content: `SELECT max(created_at) FROM sessions`. */
  freshest: question.optional(),
  /** How old that may be when the copy is taken: `26h`. */
  within: duration.optional(),
  /** Your own questions to the data. */
  assertions: z.array(AssertionSettings).optional(),
}

const Settings = z.object(questionSettings)
type Said = z.infer<typeof Settings>

/** Content may be as old as the daily push and its delay, where nothing else is said. */
const usualWithinMs = 26 * hourMs

export const freshnessOf = (said: Said | undefined): Freshness | undefined =>
  said?.freshest === undefined
    ? undefined
    : { sql: said.freshest, withinMs: parseDuration(said.within ?? '') ?? usualWithinMs }

export const assertionsOf = (said: Said | undefined): readonly Assertion[] =>
  (said?.assertions ?? []).map(({ name, sql, expect, otherwise }) => ({
    name,
    sql,
    expect: expect ?? 'no rows',
    isWarning: otherwise === 'warn',
  }))

/** Expected tables, each with the columns that must be there; and how many at least, `atLeast: 10`. */
export const tablesSetting = z
  .record(z.string(), z.union([z.array(z.string()), z.int().nonnegative()]))
  .refine(
    (tables) =>
      Object.entries(tables).every(([name, said]) => isFloor(name) || Array.isArray(said)),
    'expected a list of columns for each table; a number stands at atLeast alone',
  )

const isFloor = (name: string): boolean => name === 'atLeast'

export const columnsOf = (
  said: z.infer<typeof tablesSetting> | undefined,
): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(said ?? {}).flatMap(([table, columns]) =>
      Array.isArray(columns) ? [[table, columns]] : [],
    ),
  )
