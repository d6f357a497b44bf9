/**
 * What stands in the bucket, one database at a time: a page of the listing in memory, not the bucket.
 *
 * A thousand objects cost one request, so that ten thousand databases with full retention cost some
 * eight hundred, and no entry is read for what has not changed.
 */
import { createHash } from 'node:crypto'

import type { StoredObject, Tools } from '../../ports'
import { ownerOf, parseOwned } from '../../rules/copy/older-names'
import { databaseNamePattern, databaseOfNote, stateKey } from '../../rules/copy/snapshot'

export type Group = {
  database: string
  objects: StoredObject[]
  /** The same as long as nothing came, went or changed. */
  fingerprint: string
}

/** Our own folders begin with it, and no database's name does. */
const own = '_'

/** Behind everything that begins with `_`, and before the letters. */
const behindOwn = '_~'

async function* databaseObjects({ store, settings }: Tools): AsyncGenerator<StoredObject> {
  const { prefix } = settings
  const isOwn = ({ key }: StoredObject) => key.startsWith(prefix + own)
  // The journal grows with the years, and is not what is looked for: the listing leaps over it.
  before: for await (const page of store.pages(prefix)) {
    for (const object of page) {
      if (object.key >= prefix + own) break before
      yield object
    }
  }
  for await (const page of store.pages(prefix, prefix + behindOwn)) {
    for (const object of page) if (!isOwn(object)) yield object
  }
}

export const fingerprintOf = (objects: readonly StoredObject[]): string => {
  const hash = createHash('sha256')
  for (const { key, etag } of objects) hash.update(`${key} ${etag}\n`)
  return hash.digest('hex').slice(0, 24)
}

/** What an older script noted of a dump is small; what is not, somebody else put there. */
export const noteAtMost = 64 * 1024

/** What older scripts left at the top, by database; and what nobody knows there. */
export const listTop = async ({ store, settings }: Tools) => {
  const { prefix, databases } = settings
  const adopted = new Map<string, StoredObject[]>()
  const strangers: StoredObject[] = []
  const isNamed = (database: string | undefined): database is string =>
    database !== undefined && Object.hasOwn(databases, database)
  for (const object of await store.files(prefix)) {
    const database = parseOwned(settings, object.key)?.name.database
    const word = databaseOfNote(prefix, object.key)
    const isNote =
      object.sizeBytes <= noteAtMost && word !== undefined && isNamed(ownerOf(settings, word))
    if (!isNamed(database)) {
      if (!isNote) strangers.push(object)
    } else adopted.set(database, [...(adopted.get(database) ?? []), object])
  }
  return { adopted, strangers }
}

/**
 * Every database of which anything is stored, or that is expected, each once. Of a folder that no
 * database can have the first object is added to `strangers`.
 */
export async function* groupsOf(
  tools: Tools,
  adopted: ReadonlyMap<string, StoredObject[]>,
  expected: Iterable<string>,
  strangers: StoredObject[] = [],
): AsyncGenerator<Group> {
  const { prefix } = tools.settings
  const left = new Set([...adopted.keys(), ...expected])
  const groupOf = (database: string, found: StoredObject[]): Group => {
    left.delete(database)
    const objects = [...found, ...(adopted.get(database) ?? [])]
    return { database, objects, fingerprint: fingerprintOf(objects) }
  }
  let folder: string | undefined
  let foreign: string | undefined
  let found: StoredObject[] = []
  for await (const object of databaseObjects(tools)) {
    const slash = object.key.indexOf('/', prefix.length)
    // A file at the top: listed apart, for its database may come long before it.
    if (slash === -1) continue
    const name = object.key.slice(prefix.length, slash)
    if (!databaseNamePattern.test(name)) {
      if (name !== foreign) strangers.push(object)
      foreign = name
      continue
    }
    if (name !== folder && folder !== undefined) {
      yield groupOf(folder, found)
      found = []
    }
    folder = name
    found.push(object)
  }
  if (folder !== undefined) yield groupOf(folder, found)
  for (const database of left) yield groupOf(database, [])
}

const heartbeatPattern = /\/_state\/([a-z0-9][a-z0-9_-]*)\/heartbeat\.json$/

/** When each database last said that nothing had changed: by the store's time, unread. */
export const listHeartbeats = async ({ store, settings }: Tools): Promise<Map<string, Date>> => {
  const heartbeats = new Map<string, Date>()
  for await (const page of store.pages(stateKey(settings.prefix, ''))) {
    for (const { key, modifiedAt } of page) {
      const [, database] = heartbeatPattern.exec(key) ?? []
      if (database !== undefined) heartbeats.set(database, modifiedAt)
    }
  }
  return heartbeats
}

/** The databases of which anything is stored. */
export const databaseNames = async (tools: Tools): Promise<string[]> => {
  const names: string[] = []
  const { adopted } = await listTop(tools)
  for await (const { database } of groupsOf(tools, adopted, [])) names.push(database)
  return names
}
