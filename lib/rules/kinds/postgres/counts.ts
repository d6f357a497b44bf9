/**
 * Are as many rows in the dump as the source counted, in the very moment that the dump shows? Rows that were
 * taken out of a dump which is otherwise whole are seen by nothing else.
 */
import * as z from 'zod'

import { clip, countWords } from '../../plain/wording'
import { passed } from '../../verdict/verdict'
import type { Finding } from '../../verdict/verdict'

import type { TableSeen } from './outline'

/** Of so many tables, and in so many signs, each is told by its name; the taker keeps well below. */
const signsAtMost = 64_000

const Rows = z.record(z.string(), z.int().nonnegative())

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const digits = z.string().regex(/^(0|[1-9]\d{0,14})$/, 'expected a whole number')

/**
 * What the taker says of it. A claim must stay short however many tables there are: so those with the most
 * rows are named, and of all others together it is told how many they are, and how many rows they hold.
 */
export const countFacts = {
  /** `{"users":3,"app.orders":2}`, each table named as its rows are here. */
  rows: z
    .string()
    .max(signsAtMost)
    .refine((text) => Rows.safeParse(parsed(text)).success, 'expected {"table":rows,...}')
    .optional(),
  more_tables: digits.optional(),
  more_rows: digits.optional(),
  /** In so many seconds they were not counted. */
  uncounted: digits.optional(),
}

const Facts = z.object({
  rows: z.string().transform(parsed).pipe(Rows),
  more_tables: digits.transform(Number).default(0),
  more_rows: digits.transform(Number).default(0),
})

export type SourceCounts = {
  rows: ReadonlyMap<string, number>
  /** All others together. */
  more: { tables: number; rows: number }
}

/** Undefined where the source did not count, as for a dump that nobody announced. */
export const sourceCounts = (
  facts: Readonly<Record<string, unknown>> | undefined,
): SourceCounts | undefined => {
  const { data } = Facts.safeParse(facts)
  return (
    data && {
      rows: new Map(Object.entries(data.rows)),
      more: { tables: data.more_tables, rows: data.more_rows },
    }
  )
}

type Counted = ReadonlyMap<string, Pick<TableSeen, 'rows'>>

/** Of tables that are not named: a dump may hold rows of an extension's tables that nobody counted. */
const restWords = (tables: Counted, { rows, more }: SourceCounts): string[] => {
  const others = [...tables].filter(([table]) => !rows.has(table))
  const held = others.reduce((sum, [, table]) => sum + table.rows, 0)
  if (held >= more.rows) return []
  return [`all smaller tables together have ${held} (the source counted ${more.rows})`]
}

const toldAtMost = 5

/** What differs, in words. `tables` are those of the dump, or of what it was restored to. */
export const differing = (tables: Counted, counts: SourceCounts): string[] => [
  ...[...counts.rows].flatMap(([table, wanted]) => {
    const rows = tables.get(table)?.rows
    if (rows === wanted) return []
    const has = rows === undefined ? 'is not there' : `has ${rows}`
    return [`${clip(table)} ${has} (the source counted ${wanted})`]
  }),
  ...restWords(tables, counts),
]

/** The counts are of the same snapshot, under locks: where they differ, it is the dump that is not whole. */
export const judgeCounts = (tables: Counted, counts: SourceCounts): Finding => {
  const told = differing(tables, counts)
  if (told.length > 0) {
    const more = told.length > toldAtMost ? `, and ${told.length - toldAtMost} more` : ''
    return {
      check: 'structure',
      outcome: 'failed',
      code: 'rows-differ',
      detail: `It does not hold the rows that the source counted in the same moment: ${told.slice(0, toldAtMost).join(', ')}${more}.`,
      mend: 'Do not restore this copy. Push again; if this comes back, look at what stands between pg_dump and the copy on the host.',
    }
  }
  const count = counts.rows.size + counts.more.tables
  return passed(
    'structure',
    `${countWords(count, 'table')} with exactly the rows that the source counted in the same moment.`,
  )
}

/** Undefined where they were counted, and where nobody asked for it. */
export const judgeUncounted = (facts: Readonly<Record<string, unknown>>): Finding | undefined => {
  const { data } = digits.safeParse(facts['uncounted'])
  if (data === undefined) return undefined
  return {
    check: 'structure',
    outcome: 'warned',
    code: 'uncounted',
    detail: `The source came to no end of counting its rows in ${countWords(Number(data), 'second')}: had this dump lost some on its way, nothing would tell.`,
    mend: 'Give it more seconds, with SNAPPROOF_COUNTS in the settings on the host, or set that to off there: then this is not said.',
  }
}
