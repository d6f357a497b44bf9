/**
 * Are the tables of modules in order, by the modules' own checks?
 *
 * FTS5 is asked by its 'integrity-check', R-Tree by rtreecheck(): what `PRAGMA integrity_check` calls
 * too, but there one table that cannot be opened keeps all others from their answer.
 * https://sqlite.org/fts5.html#the_integrity_check_command https://sqlite.org/rtree.html#integrity_check
 */
import { moduleError, storageOf } from '../../../rules/kinds/sqlite/modules'
import type { ModuleAnswer, ModuleTable } from '../../../rules/kinds/sqlite/modules'
import { virtualTables } from '../checks/tables'
import { ask, literal, quote } from '../engine/ask'
import type { Asked, Session } from '../engine/ask'

import type { OwnSession } from './own-build'

const lacking = /^no such module: (.*)$/s

/** Nothing is read of it: SQLite only has to find the module. */
const lackedBy = (session: Asked, table: string): string | undefined => {
  const answer = ask(
    { ...session, second: undefined },
    `SELECT 1 FROM main.${quote(table)} LIMIT 0`,
  )
  return 'error' in answer ? lacking.exec(answer.error)?.[1] : undefined
}

export type Lacked = { table: string; module: string }

/** The tables whose module sql.js has not. */
export const lackedModules = (session: Session): Lacked[] =>
  virtualTables(session).flatMap((table) => {
    const module = lackedBy(session, table)
    return module === undefined ? [] : [{ table, module }]
  })

const hasTable = (own: Asked, table: string): boolean => {
  const sql = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ${literal(table)} COLLATE NOCASE`
  const answer = ask(own, sql)
  return 'rows' in answer && answer.rows.length > 0
}

/** A module's command has the form of a write, and writes nothing; the file is not writable anyway. */
const command = (own: OwnSession, table: string, rank: string): string | undefined => {
  const name = quote(table)
  const columns = rank === '' ? name : `${name}, rank`
  own.run('PRAGMA query_only=0; BEGIN')
  try {
    const sql = `INSERT INTO main.${name}(${columns}) VALUES ('integrity-check'${rank})`
    const answer = ask(own, sql)
    return 'error' in answer ? answer.error : undefined
  } finally {
    own.run('ROLLBACK; PRAGMA query_only=1')
  }
}

const isUntold = (error: string): boolean => error === 'SQL logic error'

const malformed = /disk image is malformed/i

const checkFts5 = (own: OwnSession, table: string): ModuleAnswer => {
  const found = command(own, table, '')
  if (found !== undefined) {
    // Where it has no words for it, whoever reads a row is told more.
    const row = ask(own, `SELECT 1 FROM main.${quote(table)} LIMIT 1`)
    return moduleError(table, isUntold(found) && 'error' in row ? row.error : found)
  }
  if (hasTable(own, `${table}_content`)) return 'ok'
  // It has no rows of its own: those of another table are compared only when that is asked for.
  const compared = command(own, table, ', 1')
  if (compared === undefined) return 'ok'
  const row = isUntold(compared)
    ? ask(own, `SELECT * FROM main.${quote(table)} LIMIT 1`)
    : undefined
  const said = row && 'error' in row ? row.error : compared
  if (/^no such (?:table|column)/.test(said)) return { misses: said }
  return malformed.test(compared) || isUntold(compared) ? 'stale' : { error: compared }
}

const checkRtree = (own: OwnSession, table: string): ModuleAnswer => {
  const answer = ask(own, `SELECT rtreecheck('main', ${literal(table)})`)
  if ('error' in answer) return moduleError(table, answer.error)
  const said = answer.rows[0]?.[0] ?? 'it ended without a word'
  return said === 'ok' ? 'ok' : { line: said }
}

const checkTable = (own: OwnSession, { table, module }: Lacked): ModuleAnswer => {
  const kind = module.toLowerCase()
  const gone = storageOf(table, kind).find((name) => !hasTable(own, name))
  if (lackedBy(own, table) !== undefined) return 'no such module'
  if (gone !== undefined) return { line: `the table ${gone} behind it is gone` }
  const opened = ask(own, `SELECT 1 FROM main.${quote(table)} LIMIT 0`)
  if ('error' in opened) return moduleError(table, opened.error)
  if (kind === 'fts5') return checkFts5(own, table)
  if (kind === 'rtree' || kind === 'rtree_i32') return checkRtree(own, table)
  // The other modules that this build knows show what stands elsewhere, and keep nothing.
  return 'ok'
}

/** A trap in one of them leaves the rest without an answer, and each of them says so. */
export const checkModules = (own: OwnSession, lacked: readonly Lacked[]): ModuleTable[] =>
  lacked.map((of) => {
    try {
      return { ...of, answer: checkTable(own, of) }
    } catch (thrown) {
      if (own.source.trouble !== undefined) throw thrown
      return { ...of, answer: { error: thrown instanceof Error ? thrown.message : 'unknown' } }
    }
  })
