import type { Tools } from '../ports'
import { isSoundEntry } from '../rules/entry'

import { listShelves, passOverUntrusted, readEntry } from './ledger'
import type { Shelf } from './ledger'
import { copyOf } from './restore'
import type { Copy } from './restore'

/** People and monitors: what is safe, and since when? */
export type DatabaseStatus = {
  database: string
  newest: Copy | undefined
  newestSound: Copy | undefined
  /** Snapshots in the store, whatever their verdict. */
  copies: number
  sizeBytes: number
}

export type Status = { generatedAt: string; databases: DatabaseStatus[] }

/** Reads entries newest first and stops at the first sound one: mostly that is a single read. */
const statusOf = async (
  database: string,
  shelves: readonly Shelf[],
  tools: Tools,
): Promise<DatabaseStatus> => {
  const stored = shelves.filter(({ snapshot }) => snapshot)
  const status: DatabaseStatus = {
    database,
    newest: undefined,
    newestSound: undefined,
    copies: stored.length,
    sizeBytes: stored.reduce((sum, { snapshot }) => sum + (snapshot?.sizeBytes ?? 0), 0),
  }
  for (const { name, hasEntry } of stored) {
    const read = hasEntry ? await readEntry(tools, name).catch(passOverUntrusted) : undefined
    if (!read) continue
    status.newest ??= copyOf(read.entry)
    if (!isSoundEntry(read.entry)) continue
    status.newestSound = copyOf(read.entry)
    break
  }
  return status
}

export const readStatus = async (tools: Tools): Promise<Status> => {
  const byDatabase = new Map<string, Shelf[]>()
  for (const shelf of await listShelves(tools)) {
    const { database } = shelf.name
    byDatabase.set(database, [...(byDatabase.get(database) ?? []), shelf])
  }
  // A database that was promised and never came is shown too: silence is how backups die.
  const names = new Set([...Object.keys(tools.settings.databases), ...byDatabase.keys()])
  const databases = [...names].toSorted()
  return {
    generatedAt: tools.clock.now().toISOString(),
    databases: await Promise.all(
      databases.map((database) => statusOf(database, byDatabase.get(database) ?? [], tools)),
    ),
  }
}
