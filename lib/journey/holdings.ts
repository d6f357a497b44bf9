import type { Settings, StoredObject, Tools } from '../ports'
import { Catalog, catalogType, emptyCatalog, lineOf } from '../rules/catalog'
import type { Line } from '../rules/catalog'
import { sealKeyId } from '../rules/seal'
import { stateKey } from '../rules/snapshot'
import type { SnapshotName } from '../rules/snapshot'
import type { VerdictWord } from '../rules/verdict'

import { passOverUntrusted, readEntry } from './ledger'
import { readSealed, sealValue } from './sealed'
import { judgedOf, storedOf } from './shelves'
import type { Shelf } from './shelves'

/**
 * What is held of one database, and what is known of each copy?
 *
 * The catalog keeps a line of every entry that was read, so that only entries that changed are read
 * again. It is derived, and signed; without it, or with a false one, everything is read once more.
 */
export type Holding = {
  name: SnapshotName
  shelf: Shelf
  /** Absent without an entry, or without one that is ours. */
  line: Line | undefined
  isUntrusted: boolean
  /** The stored file that the entry is about. */
  stored: StoredObject | undefined
  /** The word that counts today: a file that is not the one that was judged waits for a verdict. */
  word: VerdictWord
}

/** Entries are read a few at a time. */
const atOnce = 16

const catalogKey = (prefix: string, database: string): string =>
  stateKey(prefix, `${database}/catalog.json`)

const readCatalog = async (tools: Tools, database: string): Promise<Catalog> => {
  const key = catalogKey(tools.settings.prefix, database)
  const catalog = (await readSealed(tools, { key, type: catalogType, shape: Catalog }))?.value
  // What was believed under a secret that has been dropped since is read once more.
  const today = keyIdsOf(tools.settings)
  const isOfToday = catalog !== undefined && catalog.keyIds.every((id) => today.includes(id))
  return isOfToday && catalog.keyIds.length > 0 ? catalog : emptyCatalog
}

const keyIdsOf = ({ secrets }: Settings): string[] =>
  [secrets.current, secrets.previous].flatMap((one) => (one === undefined ? [] : sealKeyId(one)))

/** What is not ours under today's secrets may be ours under tomorrow's. */
const distrust = ({ entry }: Shelf, { settings }: Tools): string =>
  [entry?.etag ?? '', ...keyIdsOf(settings)].join(' ')

/** Reads what the catalog does not know as it stands now. */
const learn = async (shelf: Shelf, tools: Tools): Promise<Line | 'untrusted' | 'gone'> => {
  try {
    const read = await readEntry(tools, shelf.name)
    return read ? lineOf(read.entry, read.etag) : 'gone'
  } catch (thrown) {
    passOverUntrusted(thrown)
    return 'untrusted'
  }
}

const holdingOf = (shelf: Shelf, line: Line | undefined): Holding => {
  const stored = line && storedOf(shelf, line)
  const isAsJudged = line !== undefined && judgedOf(shelf, line) !== undefined
  return {
    name: shelf.name,
    shelf,
    line,
    isUntrusted: shelf.entry !== undefined && line === undefined,
    stored,
    word: isAsJudged ? line.word : 'pending',
  }
}

/** `shelves` are those of this database, newest first. */
export const readHoldings = async (
  tools: Tools,
  database: string,
  shelves: readonly Shelf[],
): Promise<Holding[]> => {
  const known = await readCatalog(tools, database)
  const found: Catalog = { keyIds: keyIdsOf(tools.settings), lines: {}, untrusted: {} }
  const unknown: Shelf[] = []
  const gone = new Set<Shelf>()
  for (const shelf of shelves) {
    const { id } = shelf.name
    const line = known.lines[id]
    if (!shelf.entry) continue
    if (line?.entryEtag === shelf.entry.etag) found.lines[id] = line
    else if (known.untrusted[id] === distrust(shelf, tools))
      found.untrusted[id] = known.untrusted[id]
    else unknown.push(shelf)
  }
  for (let from = 0; from < unknown.length; from += atOnce) {
    const some = unknown.slice(from, from + atOnce).map(async (shelf) => {
      const learnt = await learn(shelf, tools)
      if (learnt === 'gone') gone.add(shelf)
      else if (learnt === 'untrusted') found.untrusted[shelf.name.id] = distrust(shelf, tools)
      else found.lines[shelf.name.id] = learnt
    })
    await Promise.all(some)
  }
  const isNews = unknown.length > 0 || countOf(found) !== countOf(known)
  if (isNews) await writeCatalog(tools, database, found)
  // Let go of between the listing and the reading: nothing is held there any more.
  return shelves
    .filter((shelf) => !gone.has(shelf))
    .map((shelf) => holdingOf(shelf, found.lines[shelf.name.id]))
}

const countOf = ({ lines, untrusted }: Catalog): number =>
  Object.keys(lines).length + Object.keys(untrusted).length

/** A catalog that could not be written is made anew next time: nothing depends on it. */
const writeCatalog = async (tools: Tools, database: string, catalog: Catalog): Promise<void> => {
  const bytes = sealValue(tools.settings, catalogType, catalog)
  await tools.store.put(catalogKey(tools.settings.prefix, database), bytes).catch(() => undefined)
}
