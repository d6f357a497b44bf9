/**
 * What of an index does not depend on how SQLite computes? Its columns that are stored, the rows that it
 * names, how many they are, and the order of its keys: those must be right in every version.
 */
import { isUtf8 } from 'node:buffer'

import type { Answer } from '../../../rules/kinds/sqlite/checks'
import { agreementOn, computedIn, leastAgreement } from '../../../rules/kinds/sqlite/expressions'
import { ruleOf } from '../checks/index-check'
import { Odd, walkIndex } from '../checks/index-entries'
import type { Layout } from '../checks/index-entries'
import { termsOf } from '../checks/index-terms'
import { keyOrder } from '../checks/key-order'
import { sumFunction } from '../checks/row-sums'
import type { RowSums } from '../checks/row-sums'
import { columnsOf, computedColumns, indexesOf, rootsOf, rowidName } from '../checks/tables'
import type { Index } from '../checks/tables'
import { areEqual } from '../checks/value-sums'
import { ask, quote } from '../engine/ask'
import type { Session } from '../engine/ask'

/** A table as far as it matters here. */
export type Computing = {
  table: string
  hasRowid: boolean
  /** Columns that are computed whenever they are read. */
  computed: readonly string[]
  sql: string
  indexes: (Index & { root: number; sql: string })[]
  /** Is an expression over its columns the same in every version, for the rows that are in it? */
  isSure(expression: string): boolean
  /** A condition for the rows of which it surely is; undefined where there are none. */
  sureRows(expression: string): string | undefined
}

const wellFormed = 'snapproof_is_text'

/**
 * Text that is none, such as Latin-1 that was stored as it came: how many letters that is, each version
 * says in its own way. In a file of UTF-16 there is none, since SQLite makes other bytes of it first.
 */
const textTest = (session: Session): ((column: string) => string) => {
  const encoding = ask(session, 'PRAGMA encoding')
  if ('error' in encoding || encoding.rows[0]?.[0] !== 'UTF-8') return () => '1'
  session.db.create_function(wellFormed, (value) => value instanceof Uint8Array && isUtf8(value))
  return (column) => `(typeof(${column}) <> 'text' OR ${wellFormed}(CAST(${column} AS BLOB)))`
}

export const computingOf = (
  session: Session,
  { name: table, hasRowid }: { name: string; hasRowid: boolean },
): Computing => {
  const computed = computedColumns(session, table)
  const roots = rootsOf(session, table)
  const written = (name: string) => roots.get(name) ?? { root: 0, sql: '' }
  const { sql } = written(table)
  const byColumns = leastAgreement(computedIn(sql).map(agreementOn))
  const stored = columnsOf(session, table).flatMap(({ name }) =>
    computed.includes(name) ? [] : [name],
  )
  const known = new Map<string, boolean>()
  const isText = textTest(session)

  /** A name within another is taken for named too: that much more is not sure. */
  const isNamed = (name: string, expression: string): boolean =>
    expression.toLowerCase().includes(name.toLowerCase())

  const sureRows = (expression: string): string | undefined => {
    const isOfComputed = computed.some((name) => isNamed(name, expression))
    const agreement = leastAgreement([
      agreementOn(expression),
      ...(isOfComputed ? [byColumns] : []),
    ])
    if (agreement === 'never sure') return undefined
    if (agreement === 'always') return '1'
    const tests = stored
      .filter((name) => isOfComputed || isNamed(name, expression))
      .map((name) => `typeof(${quote(name)}) <> 'real' AND ${isText(quote(name))}`)
    return tests.length > 0 ? tests.join(' AND ') : '1'
  }

  const holds = (condition: string): boolean => {
    const question = `SELECT 1 FROM main.${quote(table)} NOT INDEXED WHERE NOT (${condition}) LIMIT 1`
    const answer = ask(session, question)
    const found = 'rows' in answer && answer.rows.length === 0
    known.set(condition, found)
    return found
  }

  return {
    table,
    hasRowid,
    computed,
    sql,
    indexes: indexesOf(session, table).map((index) => ({ ...index, ...written(index.name) })),
    sureRows,
    isSure: (expression) => {
      const rows = sureRows(expression)
      if (rows === undefined || rows === '1') return rows === '1'
      return known.get(rows) ?? holds(rows)
    },
  }
}

type Part = { sql: string; isSure: boolean; isExpression: boolean }

/** Its keys and what tells the row, each as a query reads it. */
const partsOf = (of: Computing, index: Computing['indexes'][number], rowid: string): Part[] => {
  const keys = termsOf(index.sql)?.keys ?? []
  return index.columns.map(({ name, isRowid }, at) => {
    if (isRowid) return { sql: rowid, isSure: true, isExpression: false }
    const isComputed = name === undefined || of.computed.includes(name)
    const sql = name === undefined ? (keys[at] ?? 'NULL') : quote(name)
    const isSure = !isComputed || of.isSure(sql)
    return { sql, isSure, isExpression: name === undefined }
  })
}

const whereOf = (of: Computing, index: Computing['indexes'][number]) => {
  const where = termsOf(index.sql)?.condition
  if (!index.isPartial || where === undefined) return { sql: '', isSure: true }
  return { sql: ` WHERE ${where}`, isSure: of.isSure(where) }
}

/** Is anything in it computed in a way that another version may not share? */
export const isComputed = (of: Computing, index: Computing['indexes'][number]): boolean =>
  !whereOf(of, index).isSure || partsOf(of, index, 'rowid').some(({ isSure }) => !isSure)

export const hasSureRows = (of: Computing, index: Computing['indexes'][number]): boolean =>
  whereOf(of, index).isSure

/** Entries of the index that hold something else than the row that they name. */
const strangersIn = (
  session: Session,
  of: Computing,
  { index, parts, rowid }: { index: Index; parts: readonly Part[]; rowid: string | undefined },
  where: string,
): Answer => {
  const primary = columnsOf(session, of.table).flatMap(({ name, primaryKeyPlace }) =>
    primaryKeyPlace > 0 ? [quote(name)] : [],
  )
  const identity = rowid === undefined ? primary : [rowid]
  const inner = [...new Set([...parts.map(({ sql }) => sql), ...identity])]
  const key = (sql: string) => `i.snapproof_${inner.indexOf(sql)}`
  const same = identity.map((name) => `u.${name} IS ${key(name)}`)
  const others = parts.flatMap(({ sql }) => {
    const rows = of.sureRows(sql)
    return rows === undefined ? [] : [`(${rows}) AND ${sql} IS NOT ${key(sql)} COLLATE BINARY`]
  })
  const lost = identity.map((name) => `u.${name} IS NULL`)
  // The subquery reads the index alone, the other side the table alone.
  const sql = `SELECT 1 FROM (SELECT ${inner.map((one, at) => `${one} AS snapproof_${at}`).join(', ')}
    FROM main.${quote(of.table)} INDEXED BY ${quote(index.name)}${where}) i
    LEFT JOIN main.${quote(of.table)} u NOT INDEXED ON ${same.join(' AND ')}
    WHERE (${lost.join(' AND ')}) OR ${others.join(' OR ')} LIMIT 1`
  return ask(session, sql)
}

/** As it lies in the file, whatever SQLite would compute. */
const isInOrder = (
  session: Session,
  of: Computing,
  { index, layout }: { index: Computing['indexes'][number]; layout: Layout },
): boolean => {
  const keys = keyOrder(ruleOf(index, { hasRowid: of.hasRowid, layout }))
  const { length } = index.columns
  walkIndex(session, {
    layout,
    root: index.root,
    least: length,
    most: length,
    take: (previous, entry) => {
      if (previous) keys.judge(previous, entry)
    },
  })
  return keys.result().disorder === 0
}

/** What the scans of an index and of its table add up to, of the columns that are the same in both. */
const isSame = (
  session: Session,
  sums: RowSums,
  questions: readonly { values: readonly string[]; from: string }[],
): boolean | { error: string } => {
  const found = []
  for (const { values, from } of questions) {
    sums.begin([{ places: values.map((_, at) => at) }])
    const answer = ask(session, `SELECT ${sumFunction}(${values.join(', ')}) ${from}`)
    if ('error' in answer) return answer
    found.push(sums.end()?.sums[0])
  }
  const [here, there] = found
  return here !== undefined && there !== undefined && areEqual(here, there)
}

/** One line for what is wrong in it by every version; SQLite's error where it cannot be asked. */
export const wrongInStored = (
  session: Session,
  sums: RowSums,
  of: Computing,
  { index, layout }: { index: Computing['indexes'][number]; layout: Layout },
): string | { error: string } | undefined => {
  // The tree of a table without rowid is the table itself: quick_check has walked it.
  if (!of.hasRowid && index.origin === 'pk') return undefined
  const rowid = of.hasRowid ? rowidName(columnsOf(session, of.table)) : undefined
  const parts = partsOf(of, index, rowid ?? 'rowid')
  const where = whereOf(of, index)
  const other = `index ${index.name} holds other values than its table`
  try {
    if (!isInOrder(session, of, { index, layout }))
      return `entries of index ${index.name} are out of order`
  } catch (thrown) {
    if (thrown instanceof Odd) return `index ${index.name} holds an entry that is none`
    throw thrown
  }
  const isAllSure = parts.every(({ isSure }) => isSure)
  if (!isAllSure || !where.isSure || !of.hasRowid) {
    const found = strangersIn(session, of, { index, parts, rowid }, where.sql)
    if ('error' in found) return found
    if (found.rows.length > 0) return other
  }
  if (!where.isSure || !of.hasRowid) return undefined
  const values = parts.flatMap(({ isSure, sql }) => (isSure ? [sql] : []))
  const from = `FROM main.${quote(of.table)}`
  const same = isSame(session, sums, [
    { values, from: `${from} INDEXED BY ${quote(index.name)}${where.sql}` },
    { values, from: `${from} NOT INDEXED${where.sql}` },
  ])
  if (typeof same !== 'boolean') return same
  return same ? undefined : other
}
