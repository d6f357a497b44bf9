/**
 * Does every index hold exactly the rows of its table, in order? One scan of each, in sequence.
 *
 * integrity_check asks the same by looking every row up in every index: random reads, which is
 * what makes it slow on a large file and hopeless over a network. What cannot be asked this way
 * (expressions, partial indexes, tables without rowid) is left to `integrity_check(table)`.
 */
import { ask, quote } from '../engine/ask'
import type { Session } from '../engine/ask'

import type { Collation, KeyRule } from './key-order'
import { areEqual, sumFunction } from './row-sums'
import type { RowSums } from './row-sums'
import { columnsOf, indexesOf, rowidName } from './tables'
import type { Column, Index } from './tables'

export type TableAnswer =
  | { lines: string[]; isOrderKnown: boolean }
  | { error: string }
  | 'ask SQLite'

/** SQLite takes no more arguments to one function than this in every build. */
const mostArguments = 100

const known = (collation: string): Collation => {
  if (collation === 'BINARY' || collation === 'NOCASE' || collation === 'RTRIM') return collation
  return undefined
}

/** A query takes a column from the first place that has it: what stands in another is never read. */
const isReadWhole = ({ columns: keys }: Index, columns: readonly Column[]): boolean => {
  const names = keys.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const primary = columns.filter(({ primaryKeyPlace }) => primaryKeyPlace > 0)
  const rowidAlias = primary.length === 1 && /^integer$/i.test(primary[0]?.type ?? '')
  const isAliased = rowidAlias && names.some((name) => name === primary[0]?.name)
  return !isAliased && new Set(names).size === names.length
}

const isPlain = (index: Index): boolean =>
  !index.isPartial &&
  index.columns.every(({ name, isRowid }) => isRowid || name !== undefined) &&
  index.columns.at(-1)?.isRowid === true

const ruleOf = (index: Index, isUtf8: boolean): KeyRule => ({
  columns: index.columns
    .filter(({ isKey }) => isKey)
    .map(({ isDescending, collation }) => ({
      isDescending,
      collation: isUtf8 ? known(collation) : undefined,
    })),
  isUnique: index.isUnique,
})

/** Runs one scan; SQLite's error when it cannot be walked. */
const scan = (session: Session, sql: string): string | undefined => {
  const answer = ask(session, sql)
  return 'error' in answer ? answer.error : undefined
}

/** Only a scan that takes every value from the index itself says anything about the index. */
const isCovering = (session: Session, sql: string, index: string): boolean => {
  const plan = ask(session, `EXPLAIN QUERY PLAN ${sql}`)
  return 'rows' in plan && plan.rows.some((row) => row.at(-1)?.includes(`COVERING INDEX ${index}`))
}

export const checkIndexes = (
  session: Session,
  sums: RowSums,
  { table, isUtf8, isExact }: { table: string; isUtf8: boolean; isExact: boolean },
): TableAnswer => {
  const columns = columnsOf(session, table)
  const indexes = indexesOf(session, table)
  const rowid = rowidName(columns)
  if (rowid === undefined || !indexes.every(isPlain)) return 'ask SQLite'
  if (!indexes.every((index) => isReadWhole(index, columns))) return 'ask SQLite'

  const nameOf = (column: Index['columns'][number]): string => quoted(column.name, rowid)
  const all = [...new Set(indexes.flatMap((index) => index.columns.map(nameOf)))]
  const last = columns.at(-1)
  if (all.length > mostArguments || last === undefined) return 'ask SQLite'

  // Reading the last column makes SQLite decode the header of every row, as integrity_check does.
  const touch = `count(typeof(${quote(last.name)}))`
  const from = `FROM main.${quote(table)}`
  sums.begin({
    lists: indexes.map((index) => index.columns.map((one) => all.indexOf(nameOf(one)))),
  })
  const tableSql = `SELECT ${touch}, ${sumFunction}(${all.join(', ')}) ${from} NOT INDEXED`
  const tableError = scan(session, tableSql)
  if (tableError !== undefined) return { error: tableError }
  const expected = sums.end().sums

  const lines: string[] = []
  let isOrderKnown = true
  for (const [place, index] of indexes.entries()) {
    const names = index.columns.map(nameOf)
    const sql = `SELECT ${sumFunction}(${names.join(', ')}) ${from} INDEXED BY ${quote(index.name)}`
    if (!isCovering(session, sql, index.name)) return 'ask SQLite'
    sums.begin({ lists: [names.map((_, at) => at)], key: ruleOf(index, isUtf8) })
    const error = scan(session, sql)
    if (error !== undefined) return { error }
    const { sums: found, disorder, repeats, unclear } = sums.end()
    const [one] = found
    const other = expected[place]
    if (one === undefined || other === undefined) return 'ask SQLite'
    if (one.count !== other.count) lines.push(`wrong # of entries in index ${index.name}`)
    else if (!areEqual(one, other))
      lines.push(`index ${index.name} holds other values than its table`)
    if (disorder > 0) lines.push(`entries of index ${index.name} are out of order`)
    if (repeats > 0) lines.push(`non-unique entry in index ${index.name}`)
    if (unclear > 0 && isExact && lines.length === 0) return 'ask SQLite'
    if (unclear > 0) isOrderKnown = false
  }
  return { lines, isOrderKnown }
}

const quoted = (name: string | undefined, rowid: string): string =>
  name === undefined ? rowid : quote(name)
