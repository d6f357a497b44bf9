/**
 * Does every tree begin with a page of its own kind?
 *
 * integrity_check of 3.54 never enters an index that has no entries: its root may be a page of a
 * table, or lead nowhere, and the answer is "ok" until the first row is to be written.
 * https://sqlite.org/fileformat2.html#b_tree_pages
 */
import { Unreadable, ask, schemaLimits } from '../engine/ask'
import type { Session } from '../engine/ask'

import { SchemaError, storedTables } from './tables'

const kinds = {
  index: { leaf: 10, interior: 2 },
  table: { leaf: 13, interior: 5 },
} as const

/** The type of a page and how many cells it has: the first five bytes tell. */
export const headOf = ({ source }: Session, at: number): Uint8Array => {
  try {
    return source.read(at, at + 5)
  } catch (thrown) {
    throw source.trouble === undefined ? thrown : new Unreadable(source.trouble)
  }
}

/** One line for the first root that is none. */
export const wrongRoot = (session: Session): string | undefined => {
  const size = ask(session, 'PRAGMA page_size')
  const pageSize = 'rows' in size ? Number(size.rows[0]?.[0]) : 0
  const asked = ask(
    session,
    // A trigger has no tree, whatever its row says.
    `SELECT type, name, rootpage FROM sqlite_schema
     WHERE rootpage > 1 AND type IN ('table', 'index')`,
    schemaLimits,
  )
  if ('error' in asked) throw new SchemaError(asked.error)
  const tables = new Map(storedTables(session).map(({ name, hasRowid }) => [name, hasRowid]))
  for (const [type, name = '', root] of asked.rows) {
    const isTable = type === 'table'
    // Nor has a virtual table.
    if (isTable && !tables.has(name)) continue
    const { leaf, interior } = isTable && tables.get(name) ? kinds.table : kinds.index
    const [kind, , , high = 0, low = 0] = headOf(session, (Number(root) - 1) * pageSize)
    const isRoot = kind === leaf || (kind === interior && high + low > 0)
    if (!isRoot) return `the first page of ${type} ${name} is none of its kind`
  }
  return undefined
}
