import type { StoredObject, Tools } from '../ports'
import type { Entry } from '../rules/entry'
import { adoptedPrefix, databasePrefix, parseKey } from '../rules/snapshot'
import type { SnapshotName } from '../rules/snapshot'

/** What stands in the bucket under one ticket id. */
export type Shelf = {
  name: SnapshotName
  /** Mostly one. A second one was put there by somebody else: the entry says which is meant. */
  snapshots: StoredObject[]
  sums?: StoredObject
  entry?: StoredObject
}

export type Sorted = { shelves: Shelf[]; strangers: StoredObject[] }

/** Two of one second are told apart by their names, so that every reader sees one order. */
const newestFirst = (a: Shelf, b: Shelf): number =>
  b.name.at.getTime() - a.name.at.getTime() || (a.name.id < b.name.id ? 1 : -1)

/** Sorts a listing into shelves, newest first; keys that are not ours stand apart, and are left alone. */
export const sortObjects = (prefix: string, objects: readonly StoredObject[]): Sorted => {
  const shelves = new Map<string, Shelf>()
  const strangers: StoredObject[] = []
  for (const object of objects) {
    const parsed = parseKey(prefix, object.key)
    if (!parsed) {
      strangers.push(object)
      continue
    }
    const shelf = shelves.get(parsed.name.id) ?? { name: parsed.name, snapshots: [] }
    if (parsed.kind === 'snapshot') shelf.snapshots.push(object)
    else shelf[parsed.kind] = object
    shelves.set(parsed.name.id, shelf)
  }
  return { shelves: [...shelves.values()].toSorted(newestFirst), strangers }
}

/** Everything of one database, what older scripts left included. */
export const listDatabase = async (
  { store, settings: { prefix, databases } }: Tools,
  database: string,
): Promise<StoredObject[]> => {
  const isNamed = Object.hasOwn(databases, database)
  const [own, adopted] = await Promise.all([
    store.list(databasePrefix(prefix, database)),
    isNamed ? store.files(adoptedPrefix(prefix, database)) : [],
  ])
  return [...own, ...adopted.filter(({ key }) => parseKey(prefix, key)?.name.database === database)]
}

export const listShelves = async (tools: Tools, database: string): Promise<Shelf[]> =>
  sortObjects(tools.settings.prefix, await listDatabase(tools, database)).shelves

/** The stored snapshot that this entry is about. */
export const storedOf = ({ snapshots }: Shelf, { key }: Pick<Entry, 'key'>) =>
  snapshots.find((object) => object.key === key)

/**
 * The same, if it is still the file that was judged. Another one under its name is unproven, whatever
 * the entry says: it is not handed out, and does not stand for a copy that is held already.
 */
export const judgedOf = (shelf: Shelf, entry: Pick<Entry, 'key' | 'etag'>) => {
  const stored = storedOf(shelf, entry)
  return entry.etag === undefined || stored?.etag === entry.etag ? stored : undefined
}

/** A snapshot that somebody announced: only such can be sound. */
export const isAnnounced = ({ snapshots, entry }: Shelf): boolean =>
  snapshots.length > 0 && entry !== undefined
