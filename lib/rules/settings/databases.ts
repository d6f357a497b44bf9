/**
 * What may be said of a database in `lib/databases.ts`, and what holds where nothing is said.
 */
import { createHash } from 'node:crypto'

import * as z from 'zod'

import { databaseNamePattern, databaseNameRule } from '../copy/snapshot'
import type { CollapseLimits } from '../fall/drift'
import type { Keep } from '../keeping/retention'
import { byKind, kindNamed } from '../kinds/kinds'
import type { kinds } from '../kinds/kinds'
import { usualKind } from '../kinds/suffixes'
import type { KindName } from '../kinds/suffixes'
import { duration, parseDuration } from '../plain/duration'
import { own } from '../plain/own'
import { parseSize, size } from '../plain/size'
import { dayMs, hourMs } from '../plain/time-units'

import { KeepSettings, keepOf, keepSecondOf, shorterInSecond } from './keep'
import type { Schedule } from './schedule'

/** A single PUT of the object store ends here. */
const largestUpload = 5 * 1024 ** 3

/** What may be said of every kind. */
export const common = {
  /** Shipped to be renamed: until something of it comes, it is neither shown nor missed. */
  isExample: z.literal(true).optional(),
  /** A path on the host, or the name of the variable in `.env` that holds it. */
  path: z.string().min(1).optional(),
  /** What older scripts called it before the time: `['backup']` where theirs are `backup_20250704_010000.gz`. */
  olderNames: z.array(z.string().regex(databaseNamePattern, databaseNameRule)).optional(),
  /** Uploads above this are refused before they start. */
  maxBytes: z.int().positive().max(largestUpload).optional(),
  /** What all its copies together may take: it warns early, and nothing is deleted for it. */
  maxStoredBytes: z.union([z.int().positive(), size]).optional(),
  /** How often a copy is to come; `off` for a database that has been retired. */
  expectEvery: z.union([z.literal('off'), duration]).optional(),
  /** How much later it may come before it is called late. */
  grace: duration.optional(),
  /** How many copies stay: `{ daily: 7, weekly: 4, monthly: 12 }`, or `all`. */
  keep: KeepSettings.optional(),
  /** The same for the second place, and never less; unless said, a month more of what is kept by the day. */
  keepSecond: KeepSettings.optional(),
  /** A copy that was proven longer ago is opened again, one a day; `off` for never. */
  reverifyAfter: z.union([z.literal('off'), duration]).optional(),
  /** A cron job that runs wild, or a stolen token, can add no more copies than this in an hour. */
  ticketsPerHour: z.int().positive().optional(),
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
}

const Common = z.object(common)

type Kinds = typeof kinds

/** The fields of every kind, and those of its own; the usual kind need not be named. */
export type DatabaseSettings = z.infer<typeof Common> &
  {
    [Name in KindName]: (Name extends typeof usualKind
      ? { kind?: Name | undefined }
      : { kind: Name }) &
      z.infer<z.ZodObject<Kinds[Name]['settings']>>
  }[KindName]

/** The compiler cannot follow from a name to its fields; the shapes above are what holds. */
const asSettings = (said: object): DatabaseSettings => ({ ...said })

export const DatabaseSettings: z.ZodType<DatabaseSettings> = byKind(({ settings }) => ({
  ...common,
  ...settings,
}))
  .transform(asSettings)
  .superRefine((said, context) => {
    const message = shorterInSecond(said.keep, said.keepSecond)
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['keepSecond'], message })
    for (const { path, rule } of kindNamed(said.kind)?.mistakes?.(said) ?? [])
      context.addIssue({ code: 'custom', path: [...path], message: rule })
  })

/** Who asks another database must name one that there is, and that can be asked. */
const ruleOfAsked = (asked: DatabaseSettings | undefined): string | undefined => {
  if (!asked) return 'no database of this name stands in lib/databases.ts'
  return kindNamed(asked.kind)?.handingOut
    ? undefined
    : `that one is of kind "${asked.kind}", whose copies are asked nothing for another database`
}

export const DatabasesFile = z
  .record(z.string().regex(databaseNamePattern, databaseNameRule), DatabaseSettings)
  .superRefine((all, context) => {
    for (const [name, said] of Object.entries(all))
      for (const { path, of } of kindNamed(said.kind)?.questions?.(said) ?? []) {
        const message = ruleOfAsked(own(all, of))
        if (message !== undefined)
          context.addIssue({ code: 'custom', path: [name, ...path, 'of'], message })
      }
    const owners = new Map(Object.keys(all).map((name) => [name, name]))
    for (const [name, { olderNames = [] }] of Object.entries(all))
      for (const [at, older] of olderNames.entries()) {
        const owner = owners.get(older)
        owners.set(older, name)
        if (owner === undefined) continue
        const message = `"${older}" stands for ${owner} already: whose these files are, one place must say`
        context.addIssue({ code: 'custom', path: [name, 'olderNames', at], message })
      }
  })

export type Expectations = {
  kind: string
  schedule: Schedule | undefined
  keep: Keep | undefined
  /** In the second place. */
  keepSecond: Keep | undefined
  reverifyAfterMs: number | undefined
  maxBytes: number
  maxStoredBytes: number | undefined
  ticketsPerHour: number
  collapse: CollapseLimits | undefined
  /** How long the contents of what its copies tell of stay beside them; undefined where none are kept. */
  contentsMs?: number | undefined
  /** What the engine of its kind is asked. */
  asked: unknown
}

/** Half of the rows and more than a hundred: what no ordinary day does to a table. */
const usualCollapse: CollapseLimits = { share: 0.5, slackRows: 100 }

/** The daily cron job, and what may delay it. */
const usualEveryMs = dayMs
const usualGraceMs = 2 * hourMs
const usualReverifyMs = 30 * dayMs

/** In its own order: so does the same question give the same text, in which nothing asked is null. */
const valuesOf = (asked: unknown): unknown[] =>
  Object.values(typeof asked === 'object' && asked !== null ? asked : {})

/**
 * What a copy was judged by, in a word: that of lib/databases.ts which decides a verdict. When it
 * changes, what was not met is judged anew.
 */
export const expectationsSha256 = ({ asked, collapse }: Expectations): string =>
  createHash('sha256')
    .update(JSON.stringify([...valuesOf(asked), collapse]))
    .digest('hex')

/**
 * What is expected of a database, listed or not; of a copy of another kind than the one that is listed,
 * nothing of what is in it.
 */
export const expectationsOf = (
  databases: Readonly<Record<string, DatabaseSettings>>,
  database: string,
  copyKind?: string,
): Expectations => {
  const said = own(databases, database)
  const listed = said?.kind ?? usualKind
  const kind = copyKind ?? listed
  const saidOfKind = kind === listed ? said : undefined
  return {
    kind,
    schedule: scheduleOf(said),
    keep: keepOf(said?.keep),
    keepSecond: keepSecondOf(said?.keep, said?.keepSecond),
    reverifyAfterMs: spanOf(said?.reverifyAfter, usualReverifyMs),
    maxBytes: said?.maxBytes ?? largestUpload,
    maxStoredBytes: storedOf(said?.maxStoredBytes),
    ticketsPerHour: said?.ticketsPerHour ?? 20,
    collapse: collapseOf(said?.collapse),
    contentsMs: saidOfKind && kindNamed(kind)?.contentsMs?.(saidOfKind),
    asked: kindNamed(kind)?.expected(saidOfKind),
  }
}

/** Is anything expected of what is in it? */
export const isAsked = (said: DatabaseSettings | undefined): boolean =>
  said !== undefined && kindNamed(said.kind)?.isAsked(said) === true

/** Is its first copy missed while nothing of it has come? A person has named it, then. */
export const isAwaited = (
  databases: Readonly<Record<string, DatabaseSettings>>,
  database: string,
): boolean => {
  const said = own(databases, database)
  return said !== undefined && said.isExample !== true
}

/** Undefined for `off`. */
const spanOf = (said: string | undefined, usualMs: number): number | undefined =>
  said === 'off' ? undefined : (parseDuration(said ?? '') ?? usualMs)

const storedOf = (said: DatabaseSettings['maxStoredBytes']): number | undefined =>
  typeof said === 'string' ? parseSize(said) : said

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
