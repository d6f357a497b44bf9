/**
 * Has something gone that a person would miss? Rows and tables, held against the best that stood in
 * the copies of the last days, so that a slow loss and a second push of the same file are seen too.
 *
 * A fall stays until the rows are back, or until a person says that it is right. It is carried from
 * each verdict to the next, so that nothing but the entries need be kept for it.
 */
import * as z from 'zod'

import { falling } from '../plain/order'
import { own } from '../plain/own'
import { countWords } from '../plain/wording'
import { shapeOf } from '../trust/stored'
import type { Finding } from '../verdict/verdict'

import type { CollapseLimits, Drift, Schema } from './drift'
import { countOf, isUncounted, listed } from './drift'
import { earlierOf, lastLevelOf, levelOf, lowsOf, memoryMs, nearly } from './levels'
import type { Begins, Earlier, Level, Past } from './levels'

const instant = z.iso.datetime()

export const Fall = shapeOf({
  /** The first copy after it. */
  since: z.string(),
  sinceAt: instant,
  /** The copy one would want back: the newest sound one that still holds what is gone. */
  before: z.string(),
  beforeAt: instant,
  /** By table, what stood there and what does now; without `has` the table itself is gone. */
  tables: z.record(z.string(), shapeOf({ had: z.int(), has: z.int().optional() })),
})
export type Fall = z.infer<typeof Fall>

export type Compared = {
  /** This copy, as it was opened. */
  told: Pick<Past, 'id' | 'arrivedAt' | 'rows'> & { schema: Schema }
  /** Sound copies that came before this one, newest first. */
  past: readonly Past[]
  /** The newest of them as its verdict tells of it. */
  last: { schema: Schema; fall: Fall | undefined; begins: Begins }
  drift: Drift
  limits: CollapseLimits
}

export type FallVerdict = {
  fall: Fall | undefined
  begins: Record<string, string>
  lows: Record<string, number>
}

/** A small table that is dropped is missed too, unless something new came in its stead. */
const isLost = (had: number, has: number | undefined, { limits, drift }: Compared): boolean => {
  const gone = had - (has ?? 0)
  if (has === undefined && had > 0 && drift.came.length === 0) return true
  return gone > limits.slackRows && gone > had * limits.share
}

/** Whatever stood in the one has its place in the other. */
const isOfSameKind = (table: string, other: string, { told, last }: Compared): boolean => {
  const place = own(told.schema, other) ?? []
  return own(last.schema, table)?.every((column) => place.includes(column)) ?? false
}

/**
 * An archive, a rename, a split, a table that was made anew: the rows stand elsewhere, and nothing is
 * lost. They went into tables that are new, or into some of the same columns that have grown since; or
 * one of the two stood alone for a while, and was the other's copy.
 */
const isMoved = (
  table: string,
  { had, rows }: Level,
  { compared, earlier }: { compared: Compared; earlier: readonly Earlier[] },
): boolean => {
  const { told, drift } = compared
  const has = countOf(told.rows, table)
  const stoodAlone = (other: string) =>
    earlier.some(
      (one) =>
        one.isHeldAgainst && Object.hasOwn(one.rows, table) !== Object.hasOwn(one.rows, other),
    )
  const elsewhere = Object.entries(told.rows).map(([other, count]) => {
    if (drift.came.includes(`table ${other}`)) return count
    if (!isOfSameKind(table, other, compared)) return 0
    if (has === undefined && stoodAlone(other)) return count
    return Math.max(0, count - (countOf(rows, other) ?? 0))
  })
  const moved = elsewhere.reduce((sum, count) => sum + count, 0)
  return moved >= (had - (has ?? 0)) * nearly
}

const isTouched = (table: string, { came, went }: Drift): boolean =>
  [...came, ...went].some(
    (name) => name === `table ${table}` || name.startsWith(`column ${table}.`),
  )

type Tables = Fall['tables']

const goneOf = (had: number, has: number | undefined): Tables[string] =>
  has === undefined ? { had } : { had, has }

/** A host's own row, written for a copy: whether it stands there says nothing of the data. */
const canaryTable = 'snapproof_canary'

type Gone = { tables: Tables; explained: string[] }

/** What has gone just now, and what is explained by what else has changed. */
const newlyGone = (compared: Compared, earlier: readonly Earlier[]): Gone => {
  const { told, drift, last } = compared
  const tables: [string, Tables[string]][] = []
  const explained: string[] = []
  const about = { compared, earlier }
  const recent = earlier.filter(({ isHeldAgainst }) => isHeldAgainst)
  for (const table of new Set(recent.flatMap(({ rows }) => Object.keys(rows)))) {
    if (own(last.fall?.tables, table) || table === canaryTable) continue
    if (isUncounted(table, told)) continue
    const has = countOf(told.rows, table)
    const isDropped = drift.went.includes(`table ${table}`)
    const justBefore = lastLevelOf(earlier, table)
    const level = isDropped ? justBefore : levelOf(earlier, last.begins, table)
    if (isLost(level.had, has, compared)) {
      const isExplained =
        (has !== undefined && isTouched(table, drift)) || isMoved(table, level, about)
      if (isExplained) explained.push(table)
      else tables.push([table, goneOf(level.had, has)])
    } else if (isTouched(table, drift)) explained.push(table)
    // What goes elsewhere in parts is settled part by part.
    else if (
      has !== undefined &&
      has < justBefore.had * nearly &&
      isMoved(table, justBefore, about)
    )
      explained.push(table)
  }
  return { tables: Object.fromEntries(tables), explained }
}

/** What was gone already, and still is. */
const stillGone = ({ told, last, limits }: Compared): Tables =>
  Object.fromEntries(
    Object.entries(last.fall?.tables ?? {}).flatMap(([table, { had }]) => {
      const has = countOf(told.rows, table)
      const isBack = has !== undefined && (has >= had * nearly || had - has <= limits.slackRows)
      return isBack || isUncounted(table, told) ? [] : [[table, goneOf(had, has)]]
    }),
  )

const holds = ({ rows }: Past, tables: Tables): boolean =>
  Object.entries(tables).every(([table, { had }]) => (countOf(rows, table) ?? 0) >= had * nearly)

/** What is no longer compared with what it was before today. */
const begunAnew = ({ told, last }: Compared, explained: readonly string[]) => {
  const at = Date.parse(told.arrivedAt)
  const kept = Object.entries(last.begins).filter(
    ([, begins]) => at - Date.parse(begins) <= memoryMs,
  )
  return Object.fromEntries([...kept, ...explained.map((table) => [table, told.arrivedAt])])
}

/** Who drops thousands of tables knows it by the first hundred; each verdict carries them on. */
const tablesAtMost = 100

const largest = (tables: Tables): Tables => {
  const all = Object.entries(tables)
  if (all.length <= tablesAtMost) return tables
  return Object.fromEntries(all.toSorted(falling(([, { had }]) => had)).slice(0, tablesAtMost))
}

/** "3 tables are", "100 tables or more are": no more than these are carried on. */
const tablesWords = (count: number, all: number): string =>
  `${countWords(count, 'table')}${all < tablesAtMost ? '' : ' or more'}`

export const fallOf = (compared: Compared): FallVerdict => {
  const { told, past, last } = compared
  const earlier = earlierOf(past, told.arrivedAt)
  const { tables: newly, explained } = newlyGone(compared, earlier)
  const tables = largest({ ...stillGone(compared), ...newly })
  const begins = begunAnew(compared, explained)
  const lows = lowsOf(told.rows, earlier)
  if (Object.keys(tables).length === 0) return { fall: undefined, begins, lows }
  const { since, sinceAt } = last.fall ?? { since: told.id, sinceAt: told.arrivedAt }
  const standing = earlier.filter(({ id, at }) => id !== since && at <= Date.parse(sinceAt))
  const before = standing.find((one) => holds(one, tables)) ?? standing[0]
  // Nothing from before is left to go back to: from here on it is as it is.
  if (!before) {
    const anew = begunAnew(compared, [...explained, ...Object.keys(tables)])
    return { fall: undefined, begins: anew, lows }
  }
  const fall = { since, sinceAt, before: before.id, beforeAt: before.arrivedAt, tables }
  return { fall, begins, lows }
}

/**
 * Which of the sound copies, newest first, tells what has gone? The newest one that was held against those
 * before it: where the store was away just then, the one before still does.
 */
export const tellerOf = <Copy extends { came?: readonly string[] | undefined }>(
  sound: readonly Copy[],
): Copy | undefined => sound.find(({ came }) => came !== undefined) ?? sound[0]

type Said = { fall?: Fall | undefined; isFallRight?: boolean | undefined }

/**
 * A person may have said so of any copy since then; each is asked as the catalog tells of it. What has
 * gone besides since that copy came was not meant by it.
 */
export const isSaidRight = (
  fall: Pick<Fall, 'since' | 'tables'>,
  lines: readonly (Said | undefined)[],
): boolean => {
  const right = lines.flatMap((line) =>
    line?.isFallRight && line.fall?.since === fall.since ? Object.entries(line.fall.tables) : [],
  )
  return Object.entries(fall.tables).every(([table, { has = 0 }]) =>
    right.some(([name, said]) => name === table && has >= (said.has ?? 0) * nearly),
  )
}

export const tableWords = ([table, { had, has }]: [
  string,
  { had: number; has?: number | undefined },
]) => (has === undefined ? `${table} with ${countWords(had, 'row')}` : `${table} ${had} → ${has}`)

/** The finding of a verdict on `copy`: undefined where nothing has gone. */
export const judgeFall = (fall: Fall | undefined, copy = fall?.since): Finding | undefined => {
  if (!fall) return undefined
  const entries = Object.entries(fall.tables)
  const gone = entries.filter(([, { has }]) => has === undefined).map(tableWords)
  const emptied = entries.filter(([, { has }]) => has !== undefined).map(tableWords)
  const parts = [
    ...(emptied.length > 0
      ? [`${tablesWords(emptied.length, entries.length)} lost most rows: ${listed(emptied)}`]
      : []),
    ...(gone.length > 0
      ? [
          `${tablesWords(gone.length, entries.length)} ${gone.length === 1 ? 'is' : 'are'} gone: ${listed(gone)}`,
        ]
      : []),
  ]
  return {
    check: 'rows',
    outcome: 'warned',
    code: 'fall',
    detail: `Since ${fall.before}, ${parts.join('; ')}.`,
    mend: `If they were removed on purpose, say so: npm run --silent snapproof -- accept ${copy} --reason 'it was meant'. If not, ${fall.before} still has them.`,
  }
}
