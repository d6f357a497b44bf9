import type { Tools } from '../ports'
import { isSoundEntry, wordOf } from '../rules/entry'
import type { Entry } from '../rules/entry'
import { judgeSet } from '../rules/set'
import type { SetVerdict } from '../rules/set'

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

/** Databases that were pushed together: can they be restored together? */
export type SetStatus = SetVerdict & { id: string; databases: string[] }

export type Status = { generatedAt: string; databases: DatabaseStatus[]; sets: SetStatus[] }

type Seen = { status: DatabaseStatus; entries: Entry[] }

/** Reads entries newest first and stops at the first sound one: mostly that is a single read. */
const statusOf = async (
  database: string,
  shelves: readonly Shelf[],
  tools: Tools,
): Promise<Seen> => {
  const entries: Entry[] = []
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
    entries.push(read.entry)
    status.newest ??= copyOf(read.entry)
    if (!isSoundEntry(read.entry)) continue
    status.newestSound = copyOf(read.entry)
    break
  }
  return { status, entries }
}

/** The sets among the entries that were read anyway: the newest of each database. */
const setsOf = (entries: readonly Entry[]): SetStatus[] => {
  const members = new Map<string, Entry[]>()
  for (const entry of entries) {
    const id = entry.claim.set?.id
    if (id !== undefined) members.set(id, [...(members.get(id) ?? []), entry])
  }
  return [...members].map(([id, set]) => {
    const told = set.map((entry) => ({
      database: entry.claim.database,
      word: wordOf(entry),
      takenAt: entry.claim.takenAt,
    }))
    const databases = told.map(({ database }) => database).toSorted()
    return { id, databases, ...judgeSet(told, set[0]?.claim.set?.size ?? set.length) }
  })
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
  const seen = await Promise.all(
    databases.map((database) => statusOf(database, byDatabase.get(database) ?? [], tools)),
  )
  return {
    generatedAt: tools.clock.now().toISOString(),
    databases: seen.map(({ status }) => status),
    sets: setsOf(seen.flatMap(({ entries }) => entries)),
  }
}
