/** The listing of one database, as it stands in the bucket now. */
import type { Settings, Store, StoredObject, Tools } from '../../ports'
import { adoptedPrefixes, parseOwned } from '../../rules/copy/older-names'
import { sortObjects } from '../../rules/copy/shelf'
import type { Shelf } from '../../rules/copy/shelf'
import { databasePrefix } from '../../rules/copy/snapshot'

/** The first place by itself, or the second one. */
type Place = { store: Pick<Store, 'list' | 'files'>; settings: Settings }

/** Everything of one database, what older scripts left included. */
export const listDatabase = async (
  { store, settings }: Place,
  database: string,
): Promise<StoredObject[]> => {
  const isNamed = Object.hasOwn(settings.databases, database)
  const [own, ...adopted] = await Promise.all([
    store.list(databasePrefix(settings.prefix, database)),
    ...(isNamed ? adoptedPrefixes(settings, database).map((one) => store.files(one)) : []),
  ])
  // A name may begin with another one: what is of both is listed twice.
  const ofOlder = new Map(adopted.flat().map((object) => [object.key, object]))
  return [
    ...own,
    ...[...ofOlder.values()].filter(
      ({ key }) => parseOwned(settings, key)?.name.database === database,
    ),
  ]
}

export const listShelves = async (tools: Tools, database: string): Promise<Shelf[]> =>
  sortObjects(tools.settings, await listDatabase(tools, database)).shelves
