import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

import initSqlJs from 'sql.js'
import type { Database, SqlJs } from 'sql.js'

import type { Expectations } from '../../rules/databases'
import * as check from '../../rules/checks'
import type { Answer } from '../../rules/checks'
import type { Finding } from '../../rules/verdict'

/**
 * Runs SQLite on one snapshot, in a thread of its own that its owner may end at any moment.
 *
 * Findings are posted as they come, so that what was answered before the end still counts.
 */
export type WorkerOrder = {
  wasmPath: string
  bytes: SharedArrayBuffer
  sizeBytes: number
  heapLimitBytes: number
  expectations: Expectations
}

export type WorkerNews =
  | { kind: 'stage'; check: Finding['check'] }
  | { kind: 'finding'; finding: Finding }
  | { kind: 'schema'; fingerprint: string }
  | { kind: 'rows'; counts: Record<string, number> }
  | { kind: 'done' }

/** Enough to say what is wrong; a broken file may hold millions of lines of it. */
const rowLimit = 100

const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : 'unknown'

const ask = (db: Database, sql: string, limit = rowLimit): Answer => {
  try {
    const statement = db.prepare(sql)
    try {
      const rows: string[][] = []
      while (rows.length < limit && statement.step()) {
        rows.push(statement.get(null, { useBigInt: true }).map((value) => String(value)))
      }
      return { rows, isCut: rows.length === limit }
    } finally {
      statement.free()
    }
  } catch (thrown) {
    return { error: messageOf(thrown) }
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Every row of a question whose answer is bounded by the schema, or the reason why not. */
const askAll = (db: Database, sql: string): Answer => ask(db, sql, Number.MAX_SAFE_INTEGER)

/** A file that SQLite will not even open is an answer too. */
const open = (SQL: SqlJs, order: WorkerOrder): Database | { error: string } => {
  // A Buffer is taken as it is; any other array would be copied and double the memory.
  const bytes = Buffer.from(order.bytes, 0, order.sizeBytes)
  try {
    const db = new SQL.Database(bytes, { useOldExtensionFunctions: false })
    // An 8 KB file can make a CHECK ask for gigabytes; these keep it in its place.
    db.run(`PRAGMA hard_heap_limit=${order.heapLimitBytes}`)
    db.run('PRAGMA trusted_schema=0; PRAGMA query_only=1; PRAGMA temp_store=2')
    db.run('PRAGMA cell_size_check=1; PRAGMA cache_size=-16384')
    return db
  } catch (thrown) {
    return { error: messageOf(thrown) }
  }
}

/** Ordinary tables: those of virtual tables need modules that may not be here. */
const ordinaryTables = `SELECT name FROM pragma_table_list
  WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`

const columnsOf = (db: Database, tables: readonly string[]): Map<string, string[]> => {
  const columns = new Map<string, string[]>()
  for (const table of tables) {
    const answer = askAll(
      db,
      `SELECT name FROM pragma_table_xinfo('${table.replaceAll("'", "''")}')`,
    )
    columns.set(table, 'rows' in answer ? answer.rows.map(([name]) => name ?? '') : [])
  }
  return columns
}

const examine = async (order: WorkerOrder, tell: (news: WorkerNews) => void): Promise<void> => {
  const { expectations } = order
  const finding = (found: Finding) => {
    tell({ kind: 'finding', finding: found })
    return found.outcome !== 'failed'
  }
  tell({ kind: 'stage', check: 'structure' })
  const SQL = await initSqlJs({ wasmBinary: readFileSync(order.wasmPath) })
  const db = open(SQL, order)
  if ('error' in db) return void finding(check.judgeError('structure', db.error))
  if (!finding(check.judgeStructure(ask(db, `PRAGMA integrity_check(${rowLimit})`)))) return

  tell({ kind: 'stage', check: 'references' })
  const orphans = ask(db, 'PRAGMA foreign_key_check')
  finding(check.judgeReferences(orphans, expectations.areReferencesStrict))

  tell({ kind: 'stage', check: 'schema' })
  const schema = askAll(db, `SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema`)
  const tables = askAll(db, ordinaryTables)
  if ('error' in schema) return void finding(check.judgeError('schema', schema.error))
  if ('error' in tables) return void finding(check.judgeError('schema', tables.error))
  tell({ kind: 'schema', fingerprint: check.fingerprintSchema(schema.rows) })
  const names = tables.rows.map(([name]) => name ?? '')
  finding(check.judgeSchema(columnsOf(db, names), expectations.tables))

  tell({ kind: 'stage', check: 'rows' })
  const counts: Record<string, number> = {}
  for (const name of names) {
    const count = ask(db, `SELECT count(*) FROM main.${quote(name)}`)
    if ('error' in count) return void finding(check.judgeError('rows', count.error))
    counts[name] = Number(count.rows[0]?.[0] ?? 0)
  }
  tell({ kind: 'rows', counts })
  finding(check.judgeRows(counts, expectations.rows))
}

const port = parentPort
if (port) {
  const order: WorkerOrder = workerData
  const tell = (news: WorkerNews) => port.postMessage(news)
  // A rejection reaches the owner as the worker's error: nothing is swallowed here.
  void examine(order, tell).then(() => tell({ kind: 'done' }))
}
