/**
 * How is one question put to a database, and its answer kept within bounds?
 *
 * Reading comes first: once the source has failed, whatever SQLite says is about the source and
 * not about the file, and nothing of it is an answer.
 */
import type { Database, Value } from 'sql.js'

import type { Answer } from '../../../rules/kinds/sqlite/checks'
import type { PageSource } from '../../reading/lazy-bytes'

export type Limits = { rows: number; bytes: number }

/** Enough to say what is wrong; a broken file may hold millions of lines of it. */
export const usualLimits: Limits = { rows: 100, bytes: 1024 ** 2 }

/** For what is bounded by the schema. */
export const schemaLimits: Limits = { rows: 200_000, bytes: 32 * 1024 ** 2 }

export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

export type Session = {
  db: Database
  source: PageSource
  /** Hears of everything that was thrown, also of what is an answer. */
  onThrown?: ((thrown: unknown) => void) | undefined
  /** What SQLite said of a schema in another language; what follows it is read all the same. */
  schemaError?: string | undefined
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : 'unknown'

/** Text as it is; a value of bytes is counted and never told. */
const textOf = (value: Value): string =>
  value instanceof Uint8Array ? `${value.length} bytes` : String(value)

const collect = (db: Database, sql: string, limits: Limits): Answer => {
  const statement = db.prepare(sql)
  try {
    const rows: string[][] = []
    let bytes = 0
    while (rows.length < limits.rows && bytes < limits.bytes && statement.step()) {
      const row = statement.get(null, { useBigInt: true }).map(textOf)
      for (const text of row) bytes += text.length
      rows.push(row)
    }
    return { rows, isCut: rows.length >= limits.rows || bytes >= limits.bytes }
  } finally {
    statement.free()
  }
}

/** Asks; the error of SQLite is an answer too. Throws only when the snapshot cannot be read. */
export const ask = (
  { db, source, onThrown }: Session,
  sql: string,
  limits = usualLimits,
): Answer => {
  let answer: Answer
  try {
    answer = collect(db, sql, limits)
  } catch (thrown) {
    onThrown?.(thrown)
    answer = { error: messageOf(thrown) }
  }
  if (source.trouble !== undefined) throw new Unreadable(source.trouble)
  return answer
}
