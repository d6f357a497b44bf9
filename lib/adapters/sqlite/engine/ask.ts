/**
 * How is one question put to a database, and its answer kept within bounds?
 *
 * Reading comes first: once the source has failed, whatever SQLite says is about the source and
 * not about the file, and nothing of it is an answer.
 */
import type { Database, Value } from 'sql.js'

import { isRefusal } from '../../../rules/kinds/sqlite/checks'
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

/** Whichever build of SQLite has it open. */
export type Asked = {
  db: {
    prepare(sql: string): {
      step(): boolean
      get(params: null, options: { useBigInt: true }): Value[]
      free(): boolean
    }
  }
  source: PageSource
  /** Hears of everything that was thrown, also of what is an answer. */
  onThrown?: ((thrown: unknown) => void) | undefined
  /** What SQLite said of a schema in another language; what follows it is read all the same. */
  schemaError?: string | undefined
  /** Knows more modules: it is asked where the first one refuses for want of something. */
  second?: Asked | undefined
}

export type Session = Asked & { db: Database }

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : 'unknown'

/** Text as it is; a value of bytes is counted and never told. */
const textOf = (value: Value): string =>
  value instanceof Uint8Array ? `${value.length} bytes` : String(value)

const collect = (db: Asked['db'], sql: string, limits: Limits): Answer => {
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
export const ask = (session: Asked, sql: string, limits = usualLimits): Answer => {
  const { db, source, onThrown, second } = session
  let answer: Answer
  try {
    answer = collect(db, sql, limits)
  } catch (thrown) {
    answer = { error: messageOf(thrown) }
    // That it lacks something is nothing odd where another one may have it.
    if (!second || !isRefusal(answer)) onThrown?.(thrown)
  }
  if (source.trouble !== undefined) throw new Unreadable(source.trouble)
  if (!second || !isRefusal(answer)) return answer
  const another = ask(second, sql, limits)
  return isRefusal(another) ? answer : another
}
