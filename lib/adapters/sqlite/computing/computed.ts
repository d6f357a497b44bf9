/**
 * Is it the file that is wrong, or does this SQLite compute otherwise than the one that wrote it?
 *
 * Versions write reals as text in different ways, know other days, and call other JSON valid: an index,
 * a predicate or a CHECK on such a thing, sound where it was made, comes out otherwise here. That says
 * nothing of the data. What must be right in every version is asked for by itself.
 */
import { checksIn } from '../../../rules/kinds/sqlite/expressions'
import { layoutOf } from '../checks/index-entries'
import type { Layout } from '../checks/index-entries'
import type { RowSums } from '../checks/row-sums'
import { storedTables } from '../checks/tables'
import { ask, quote } from '../engine/ask'
import type { Session } from '../engine/ask'

import { computingOf, hasSureRows, isComputed, wrongInStored } from './stored-part'
import type { Computing } from './stored-part'

/** Enough to see every complaint about a small file: what the first hundred hide counts too. */
export const mostLines = 100_000

const ofIndex =
  /^(?:row -?\d+ (?:missing from|values differ from) index (.*)|index (.*) holds other values than its table)$/s
const ofCount = /^wrong # of entries in index (.*)$/s
const ofCheck = /^CHECK constraint failed in (.*)$/s
const ofColumn = /^(?:NULL|NUMERIC|TEXT|non-\w+) value in (.*)$/s

/** The tables of a schema as far as somebody asked for them: each costs a few questions. */
const tablesOf = (session: Session) => {
  const tables = storedTables(session)
  const known = new Map<string, Computing>()
  const named = (name: string): Computing | undefined => {
    const table = tables.find((one) => one.name === name)
    if (!table) return undefined
    const found = known.get(name) ?? computingOf(session, table)
    known.set(name, found)
    return found
  }
  const withIndex = (name: string): Computing | undefined =>
    tables
      .map((table) => named(table.name))
      .find((table) => table?.indexes.some((index) => index.name === name))
  return { tables, named, withIndex }
}

type Tables = ReturnType<typeof tablesOf>

const indexIn = (of: Computing | undefined, name: string) =>
  of?.indexes.find((index) => index.name === name)

/** What it is computed for, in words, and the table; undefined where every version says the same. */
const meantBy = (line: string, tables: Tables): { what: string; of: Computing } | undefined => {
  const [, missing, other] = ofIndex.exec(line) ?? []
  const [, counted] = ofCount.exec(line) ?? []
  const name = missing ?? other ?? counted
  if (name !== undefined) {
    const of = tables.withIndex(name)
    const index = indexIn(of, name)
    if (!of || !index || !isComputed(of, index)) return undefined
    // How many there are is no matter of computing, unless it decides which rows are in it.
    if (counted !== undefined && hasSureRows(of, index)) return undefined
    return { what: `index ${name} of ${of.table}`, of }
  }
  const [, checked] = ofCheck.exec(line) ?? []
  if (checked !== undefined) {
    const of = tables.named(checked)
    const isUnsure = of && checksIn(of.sql).some((check) => !of.isSure(check))
    return isUnsure ? { what: `the CHECK of ${checked}`, of } : undefined
  }
  const [, place] = ofColumn.exec(line) ?? []
  const table = tables.tables.find(({ name: one }) => place?.startsWith(`${one}.`))
  const of = table && tables.named(table.name)
  const isOfComputed = of?.computed.some((column) => place === `${of.table}.${column}`)
  const isUnsure = of && isOfComputed && !of.isSure(of.computed.map(quote).join())
  return isUnsure ? { what: `the computed ${place}`, of } : undefined
}

/** A CHECK that every version computes alike must hold, whatever the others do. */
const brokenCheck = (session: Session, of: Computing): string | undefined => {
  const isBroken = checksIn(of.sql).some((check) => {
    const rows = of.sureRows(check)
    if (rows === undefined) return false
    const sql = `SELECT 1 FROM main.${quote(of.table)} WHERE (${rows}) AND NOT (${check}) LIMIT 1`
    const answer = ask(session, sql)
    return 'rows' in answer && answer.rows.length > 0
  })
  return isBroken ? `CHECK constraint failed in ${of.table}` : undefined
}

/** What is wrong in a table by every version, in one line; SQLite's error where it cannot be asked. */
export const wrongIn = (
  session: Session,
  sums: RowSums,
  of: Computing,
  layout: Layout,
): string | { error: string } | undefined => {
  const line = brokenCheck(session, of)
  if (line !== undefined) return line
  for (const index of of.indexes) {
    const wrong = wrongInStored(session, sums, of, { index, layout })
    if (wrong !== undefined) return wrong
  }
  return undefined
}

export type Computed =
  /** Every line of it is explained, for these by their names. */
  | { names: string[] }
  /** This is wrong by every version. */
  | { line: string }
  /** SQLite does not say. */
  | { error: string }

/** Undefined where at least one of the lines is evidence by itself. */
export const computedElsewhere = (
  session: Session,
  scanned: () => RowSums | undefined,
  lines: readonly string[],
): Computed | undefined => {
  const tables = tablesOf(session)
  const meant = lines.map((line) => meantBy(line, tables))
  const found = meant.filter((one) => one !== undefined)
  if (found.length < lines.length) return undefined
  const sums = scanned()
  if (sums === undefined)
    return { error: 'what is stored in its indexes cannot be read alone here' }
  const layout = layoutOf(session)
  for (const of of new Set(found.map((one) => one.of))) {
    const wrong = wrongIn(session, sums, of, layout)
    if (typeof wrong === 'string') return { line: wrong }
    if (wrong !== undefined) return wrong
  }
  return { names: [...new Set(found.map(({ what }) => what))] }
}

/** Would these lines alone be no evidence? What they hide is not asked for. */
export const areComputed = (session: Session, lines: readonly string[]): boolean => {
  const tables = tablesOf(session)
  return lines.every((line) => meantBy(line, tables) !== undefined)
}
