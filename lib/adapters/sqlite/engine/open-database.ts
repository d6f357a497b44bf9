/**
 * Opens a snapshot for reading, with every limit set before the first question.
 *
 * A file that SQLite will not even open is an answer too.
 */
import type { Database, SqlJs } from 'sql.js'

import { foreignStatement } from '../../../rules/kinds/sqlite/dialect'
import { LazyBytes } from '../../reading/lazy-bytes'
import type { PageSource } from '../../reading/lazy-bytes'

import { messageOf } from './ask'

export type OpenOptions = { cacheBytes: number; heapLimitBytes: number; isHeld: boolean }

const kibibyte = 1024

/** A Buffer is taken as it is; any other array would be copied and double the memory. */
const held = (source: PageSource): Uint8Array => {
  const bytes = Buffer.alloc(source.sizeBytes)
  const step = 256 * kibibyte
  for (let at = 0; at < bytes.length; at += step) {
    bytes.set(source.read(at, Math.min(at + step, bytes.length)), at)
  }
  return bytes
}

/** A database that is damaged enough cannot even be closed. */
export const closeQuietly = (db: Database | undefined): void => {
  try {
    db?.close()
  } catch {
    // What it held is lost with this thread.
  }
}

export const openDatabase = (
  SQL: SqlJs,
  source: PageSource,
  { cacheBytes, heapLimitBytes, isHeld }: OpenOptions,
): { db: Database; schemaError?: string } | { error: string } => {
  let db: Database | undefined
  const limit = (of: Database) =>
    of.run(`PRAGMA cell_size_check=1; PRAGMA cache_size=-${Math.floor(cacheBytes / kibibyte)}`)
  try {
    const bytes = isHeld ? held(source) : new LazyBytes(source)
    db = new SQL.Database(bytes, { useOldExtensionFunctions: false })
    // An 8 KB file can make a CHECK ask for gigabytes; these keep it in its place.
    db.run(`PRAGMA hard_heap_limit=${heapLimitBytes}`)
    db.run('PRAGMA trusted_schema=0; PRAGMA query_only=1; PRAGMA temp_store=2')
    limit(db)
    return { db }
  } catch (thrown) {
    const error = messageOf(thrown)
    if (db && foreignStatement(error)) {
      try {
        // Now SQLite takes what it can read for the whole of the schema. Nothing can be written.
        db.run('PRAGMA writable_schema=1')
        limit(db)
        return { db, schemaError: error }
      } catch {
        // Then what was said first stands.
      }
    }
    closeQuietly(db)
    return { error }
  }
}
