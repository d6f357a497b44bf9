/** What came and went between two copies, by what their entries tell: tables, columns and rows. */
import { falling } from '../plain/order'

import { countOf, driftOf, isUncounted, listed } from './drift'
import type { Counts, Drift, Schema } from './drift'

export type Opened = { schema?: Schema | undefined; rows?: Counts | undefined }

export type RowChange = { table: string; had: number | undefined; has: number | undefined }

/** `rows` holds the tables whose count is another one, the largest change first. */
export type Difference = Drift & { rows: RowChange[] }

const sizeOf = ({ had = 0, has = 0 }: RowChange): number => Math.abs(has - had)

/** Undefined where one of the two was never opened. */
export const differenceOf = (before: Opened, now: Opened): Difference | undefined => {
  if (!before.rows || !now.rows) return undefined
  const drift =
    before.schema && now.schema ? driftOf(before.schema, now.schema) : { came: [], went: [] }
  const [then, today] = [before.rows, now.rows]
  const sides = [
    { rows: then, schema: before.schema },
    { rows: today, schema: now.schema },
  ]
  const rows = [...new Set([...Object.keys(then), ...Object.keys(today)])]
    .map((table) => ({ table, had: countOf(then, table), has: countOf(today, table) }))
    .filter(({ had, has }) => had !== has)
    .filter(({ table }) => !sides.some((side) => isUncounted(table, side)))
    .toSorted(falling(sizeOf))
  return { ...drift, rows }
}

const signed = (count: number): string => (count > 0 ? `+${count}` : `−${-count}`)

const rowWords = ({ table, had, has }: RowChange): string =>
  had === undefined || has === undefined
    ? `${table} ${has === undefined ? `gone with ${had}` : `new with ${has}`}`
    : `${table} ${signed(has - had)}`

/** In one short line, for a list: the tables that changed most, and what came and went. */
export const differenceWords = ({ came, went, rows }: Difference): string => {
  const columns = (names: readonly string[]) => names.filter((name) => name.startsWith('column '))
  const shown = rows.slice(0, 3).map(rowWords)
  const more = rows.length - shown.length
  const parts = [
    ...(shown.length > 0 ? [`${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`] : []),
    ...(columns(went).length > 0 ? [`gone: ${listed(columns(went))}`] : []),
    ...(columns(came).length > 0 ? [`new: ${listed(columns(came))}`] : []),
  ]
  return parts.length === 0 ? 'the same rows' : parts.join('; ')
}

/** Whole, a line for each. */
export const differenceLines = ({ came, went, rows }: Difference): string[] => {
  const lines = [
    ...went.map((name) => `gone  ${name}`),
    ...came.map((name) => `new   ${name}`),
    ...rows.map(({ table, had, has }) => `rows  ${table}: ${had ?? 'none'} → ${has ?? 'none'}`),
  ]
  return lines.length === 0 ? ['The same tables, columns and numbers of rows.'] : lines
}
