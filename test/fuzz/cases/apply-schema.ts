/**
 * Damage inside the schema's own text: SQLite itself writes it, so that every page around it is in
 * order, and only what it says is not.
 */
import { literal } from '../../../lib/adapters/sqlite/engine/ask'
import { closeQuietly, engine } from '../../adapters/sqlite/sessions'

import type { Change } from './recipe'

type SchemaChange = Change & { do: 'schema' }

const textOf = ({ put, times = 1, close = '' }: SchemaChange): string =>
  put === null ? 'NULL' : literal(put.repeat(times) + close.repeat(times))

/** $name and $table stand for the row's own. */
const updateOf = (change: SchemaChange): string => {
  const { column, find, row } = change
  const quoted = (of: string) => `'"' || replace(${of}, '"', '""') || '"'`
  const put = `replace(replace(${textOf(change)}, '$name', ${quoted('name')}), '$table', ${quoted('tbl_name')})`
  const value = find === undefined ? put : `replace(${column}, ${literal(find)}, ${put})`
  return `UPDATE sqlite_schema SET ${column} = ${value} WHERE rowid = (SELECT rowid FROM sqlite_schema
    ORDER BY rowid LIMIT 1 OFFSET ${Math.abs(row)} % max(1, (SELECT count(*) FROM sqlite_schema)))`
}

export const changeSchema = (bytes: Buffer, change: SchemaChange): Buffer => {
  let db
  try {
    db = new engine.SQL.Database(Uint8Array.from(bytes), { useOldExtensionFunctions: false })
    db.run('PRAGMA writable_schema=1')
    db.run(updateOf(change))
    return Buffer.from(db.export())
  } catch {
    // What SQLite cannot open any more cannot be changed this way.
    return bytes
  } finally {
    if (db) closeQuietly(db)
  }
}
