/**
 * What tables are there, with what columns, indexes and references? SQLite's own answers.
 */
import { behindOf, countedOf, talliedOf } from '../../../rules/kinds/sqlite/storage'
import { ask, literal, schemaLimits } from '../engine/ask'
import type { Session } from '../engine/ask'

export type Column = { name: string; type: string; primaryKeyPlace: number }

export type KeyColumn = {
  /** Undefined for an expression. */
  name: string | undefined
  isRowid: boolean
  isDescending: boolean
  collation: string
  isKey: boolean
}

export type Index = {
  name: string
  /** What made it: a statement of its own, a UNIQUE, or the primary key. */
  origin: string
  isUnique: boolean
  isPartial: boolean
  columns: KeyColumn[]
}

export type Table = { name: string; hasRowid: boolean; columns: Column[]; indexes: Index[] }

/** SQLite's error where the schema itself cannot be read. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

const rowsOf = (session: Session, sql: string): string[][] => {
  const answer = ask(session, sql, schemaLimits)
  if ('error' in answer) throw new SchemaError(answer.error)
  return answer.rows
}

export type Told = {
  /** Those that have rows of the application, which are held against those of other copies. */
  counted: string[]
  /** Those besides, which keep the books of a module. */
  books: string[]
  /** Of those with rows, indexes that count them in another table, by their names. */
  tallied: ReadonlyMap<string, string>
  /** Of all of them, those that stand behind a virtual table. */
  behind: string[]
}

/** The tables of the application, and what stands behind the virtual ones among them. */
export const toldTables = (session: Session): Told => {
  const named = (type: string) =>
    rowsOf(
      session,
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = ${literal(type)}
       AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    ).map(([name = '']) => name)
  const ordinary = named('table')
  const virtual = rowsOf(
    session,
    `SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE type = 'table' AND rootpage = 0`,
  ).map(([table = '', sql = '']) => ({ table, sql }))
  const all = { ordinary, shadow: named('shadow'), virtual }
  const tallied = talliedOf(all)
  const counted = [...countedOf(all), ...tallied.keys()].toSorted()
  const books = ordinary.filter((name) => !counted.includes(name))
  return { counted, books, tallied, behind: behindOf(all) }
}

/** Tables of modules, such as full-text search; the module itself may not be here. */
export const virtualTables = (session: Session): string[] =>
  rowsOf(
    session,
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual'`,
  ).map(([name = '']) => name)

/** Every table that has a tree of its own, also SQLite's and those behind virtual ones. */
export const storedTables = (session: Session): { name: string; hasRowid: boolean }[] =>
  rowsOf(
    session,
    `SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')
     AND name NOT IN ('sqlite_schema', 'sqlite_temp_schema') ORDER BY name`,
  ).map(([name = '', isWithout]) => ({ name, hasRowid: isWithout !== '1' }))

export const columnsOf = (session: Session, table: string): Column[] =>
  rowsOf(session, `SELECT name, type, pk FROM pragma_table_xinfo(${literal(table)})`).map(
    ([name = '', type = '', place]) => ({ name, type, primaryKeyPlace: Number(place) }),
  )

/** Columns that are computed from others whenever they are read. */
export const computedColumns = (session: Session, table: string): string[] =>
  rowsOf(session, `SELECT name FROM pragma_table_xinfo(${literal(table)}) WHERE hidden = 2`).map(
    ([name = '']) => name,
  )

const keyColumnsOf = (session: Session, index: string): KeyColumn[] =>
  rowsOf(
    session,
    `SELECT cid, name, desc, coll, key FROM pragma_index_xinfo(${literal(index)}) ORDER BY seqno`,
  ).map(([cid, name, descending, collation = '', key]) => ({
    name: Number(cid) >= 0 ? name : undefined,
    isRowid: cid === '-1',
    isDescending: descending === '1',
    collation,
    isKey: key === '1',
  }))

export const indexesOf = (session: Session, table: string): Index[] =>
  rowsOf(
    session,
    `SELECT name, "unique", partial, origin FROM pragma_index_list(${literal(table)}) ORDER BY seq`,
  ).map(([name = '', isUnique, isPartial, origin = '']) => ({
    name,
    origin,
    isUnique: isUnique === '1',
    isPartial: isPartial === '1',
    columns: keyColumnsOf(session, name),
  }))

/** Where the trees of a table and of its indexes begin, and how each was written. */
export const rootsOf = (
  session: Session,
  table: string,
): Map<string, { root: number; sql: string }> =>
  new Map(
    rowsOf(
      session,
      `SELECT name, rootpage, coalesce(sql, '') FROM main.sqlite_schema
       WHERE tbl_name = ${literal(table)} COLLATE NOCASE AND type IN ('table', 'index')`,
    ).map(([name = '', root, sql = '']) => [name, { root: Number(root), sql }]),
  )

/** A name of the row's id that no column of the table hides. */
export const rowidName = (columns: readonly Column[]): string | undefined => {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name))
}
