/** The listing of one database, as it stands in the bucket now. */
import type { StoredObject, Tools } from '../../ports'
import { sortObjects } from '../../rules/copy/shelf'
import type { Shelf } from '../../rules/copy/shelf'
import { adoptedPrefix, databasePrefix, parseKey } from '../../rules/copy/snapshot'

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
