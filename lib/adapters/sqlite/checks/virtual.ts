/**
 * What do tables of modules hold: their columns, and their rows where a floor is set for them?
 *
 * Their rows are no figures that later copies are compared with: what stands in them stands in the
 * tables behind them too, which are compared, or in another table.
 */
import { contentOf } from '../../../rules/kinds/sqlite/storage'
import { ask, literal, quote } from '../engine/ask'
import type { Session } from '../engine/ask'

import { SchemaError, columnsOf, virtualTables } from './tables'

export type Virtual = {
  /** Of those whose module is known here. */
  columns: [table: string, names: string[]][]
  /** Of the others nothing can be told. */
  untold: string[]
}

const columnsIn = (session: Session, table: string): string[] => {
  try {
    return columnsOf(session, table).map(({ name }) => name)
  } catch (thrown) {
    if (thrown instanceof SchemaError) return []
    throw thrown
  }
}

export const virtualIn = (session: Session): Virtual => {
  const all = virtualTables(session).map((table): [string, string[]] => [
    table,
    columnsIn(session, table),
  ])
  return {
    columns: all.filter(([, names]) => names.length > 0),
    untold: all.filter(([, names]) => names.length === 0).map(([table]) => table),
  }
}

type Counts = Readonly<Record<string, number>>

export type Counted = { counts: Counts; untold: string[] }

/** Rows of those that a floor is set for and that are not known yet, also of what keeps the books of a module. */
export const countVirtual = (
  session: Session,
  { virtual, books, known }: { virtual: Virtual; books: readonly string[]; known: Counts },
  floors: Readonly<Record<string, unknown>>,
): Counted => {
  const wanted = new Set(Object.keys(floors).map((table) => table.toLowerCase()))
  const counts: Record<string, number> = {}
  const untold = [...virtual.untold]
  for (const table of [...virtual.columns.map(([name]) => name), ...books]) {
    if (!wanted.has(table.toLowerCase()) || known[table] !== undefined) continue
    const answer = ask(session, `SELECT count(*) FROM main.${quote(table)}`)
    if ('error' in answer) untold.push(table)
    else counts[table] = Number(answer.rows[0]?.[0])
  }
  return { counts, untold }
}

const malformed = /^malformed inverted index for FTS[34] table main\.(.*)$/s

const isKeptForAnother = (session: Session, table: string): boolean => {
  const sql = `SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ${literal(table)}`
  const answer = ask(session, sql)
  return 'rows' in answer && contentOf(answer.rows[0]?.[0] ?? '') !== undefined
}

/**
 * Tables of which a line says no more than that their index is not that of the rows it is kept for. FTS3
 * and FTS4 with `content=` hold no row themselves: whoever forgets a trigger leaves the index behind,
 * and the rows stand in their own table, which is asked like any other. `others` say something else.
 */
export const behindIn = (
  session: Session,
  lines: readonly string[],
): { tables: string[]; others: string[] } => {
  const tables: string[] = []
  const others: string[] = []
  for (const line of lines) {
    const [, table] = malformed.exec(line) ?? []
    if (table !== undefined && isKeptForAnother(session, table)) tables.push(table)
    else others.push(line)
  }
  return { tables, others }
}
