/**
 * What is held of one database, and what is known of each copy?
 *
 * The catalog keeps a line of every entry that was read, so that only entries that changed are read
 * again. It is derived, and signed; without it, or with a false one, everything is read once more.
 */
import type { Settings, Tools } from '../../ports'
import {
  Catalog,
  catalogType,
  emptyCatalog,
  lightened,
  lineOf,
  lineShape,
} from '../../rules/copy/catalog'
import type { Line } from '../../rules/copy/catalog'
import { heldOf } from '../../rules/copy/held'
import type { Copy, Held } from '../../rules/copy/held'
import type { Shelf } from '../../rules/copy/shelf'
import { stateKey } from '../../rules/copy/snapshot'
import { differenceOf, differenceWords } from '../../rules/fall/difference'
import { own } from '../../rules/plain/own'
import { clip } from '../../rules/plain/wording'
import { sealKeyId } from '../../rules/trust/seal'
import { format } from '../../rules/trust/stored'
import { isWhole } from '../../rules/verdict/verdict'

import { isNewer, passOverForeign, readEntry } from './ledger'
import { readSealed, sealValue } from './sealed'

/** Entries are read a few at a time. */
const atOnce = 16

const catalogKey = (prefix: string, database: string): string =>
  stateKey(prefix, `${database}/catalog.json`)

/** Undefined where a newer build keeps one that we cannot read: it is derived, and we do without. */
const readCatalog = async (tools: Tools, database: string): Promise<Catalog | undefined> => {
  const key = catalogKey(tools.settings.prefix, database)
  const kept = { key, type: catalogType, shape: Catalog }
  const read = await readSealed(tools, kept).catch((thrown: unknown) => {
    if (isNewer(thrown)) return 'newer' as const
    throw thrown
  })
  if (read === 'newer') return undefined
  const catalog = read?.value
  // What was believed under a secret that has been dropped since is read once more.
  const today = keyIdsOf(tools.settings)
  const isOfToday = catalog !== undefined && catalog.keyIds.every((id) => today.includes(id))
  const isUsable = isOfToday && catalog.keyIds.length > 0 && catalog.lineShape === lineShape
  return isUsable ? catalog : emptyCatalog
}

const keyIdsOf = ({ secrets }: Settings): string[] =>
  [secrets.current, secrets.previous].flatMap((one) => (one === undefined ? [] : sealKeyId(one)))

/** What a build cannot read, a later one can. */
const beyondUs = ({ entry }: Shelf): string => `${entry?.etag ?? ''} ${format}`

/** What is not ours under today's secrets may be ours under tomorrow's. */
const distrust = ({ entry }: Shelf, { settings }: Tools): string =>
  [entry?.etag ?? '', ...keyIdsOf(settings)].join(' ')

/** Reads what the catalog does not know as it stands now. */
const learn = async (
  shelf: Shelf,
  tools: Tools,
): Promise<Line | 'untrusted' | 'newer' | 'gone'> => {
  try {
    const read = await readEntry(tools, shelf.name)
    return read ? lineOf(read.entry, read.etag) : 'gone'
  } catch (thrown) {
    passOverForeign(thrown)
    return isNewer(thrown) ? 'newer' : 'untrusted'
  }
}

/** `shelves` are those of this database, newest first. */
export const readHoldings = async (
  tools: Tools,
  database: string,
  shelves: readonly Shelf[],
  { isKept }: { isKept: boolean } = { isKept: true },
): Promise<Held[]> => {
  const catalog = await readCatalog(tools, database)
  const known = catalog ?? emptyCatalog
  const newer: Record<string, string> = {}
  const found: Catalog = {
    ...known,
    keyIds: keyIdsOf(tools.settings),
    lines: {},
    untrusted: {},
    newer,
  }
  const unknown: Shelf[] = []
  const gone = new Set<Shelf>()
  for (const shelf of shelves) {
    const { id } = shelf.name
    const line = known.lines[id]
    if (!shelf.entry) continue
    if (line?.entryEtag === shelf.entry.etag) found.lines[id] = line
    else if (known.untrusted[id] === distrust(shelf, tools))
      found.untrusted[id] = known.untrusted[id]
    else if (own(known.newer, id) === beyondUs(shelf)) newer[id] = beyondUs(shelf)
    else unknown.push(shelf)
  }
  for (let from = 0; from < unknown.length; from += atOnce) {
    const some = unknown.slice(from, from + atOnce).map(async (shelf) => {
      const learnt = await learn(shelf, tools)
      if (learnt === 'gone') gone.add(shelf)
      else if (learnt === 'newer') newer[shelf.name.id] = beyondUs(shelf)
      else if (learnt === 'untrusted') found.untrusted[shelf.name.id] = distrust(shelf, tools)
      else found.lines[shelf.name.id] = learnt
    })
    await Promise.all(some)
  }
  const isNews = unknown.length > 0 || countOf(found) !== countOf(known)
  if (isNews && isKept && catalog) {
    const newestFirst = shelves.map(({ name }) => name.id)
    await writeCatalog(tools, database, lightened(found, newestFirst))
  }
  // Let go of between the listing and the reading: nothing is held there any more.
  return shelves.filter((shelf) => !gone.has(shelf)).map((shelf) => heldOf(shelf, found))
}

const countOf = ({ lines, untrusted, newer = {} }: Catalog): number =>
  [lines, untrusted, newer].reduce((sum, some) => sum + Object.keys(some).length, 0)

/** A catalog that could not be written is made anew next time: nothing depends on it. */
const writeCatalog = async (tools: Tools, database: string, catalog: Catalog): Promise<void> => {
  const bytes = sealValue(tools.settings, catalogType, catalog)
  await tools.store.put(catalogKey(tools.settings.prefix, database), bytes).catch(() => undefined)
}

/** Against the copy before it that was counted: one that is damaged or waits says nothing of rows. */
export const changesOf = (copies: readonly Copy[]): Map<string, string> => {
  const changes = new Map<string, string>()
  let before: Copy | undefined
  for (const copy of copies.toReversed()) {
    const counted = isWhole(copy.word) ? copy : undefined
    const difference = differenceOf({ rows: before?.tables }, { rows: counted?.tables })
    const { came = [], went = [] } = counted ?? {}
    if (difference) changes.set(copy.id, clip(differenceWords({ ...difference, came, went })))
    if (counted?.tables) before = counted
  }
  return changes
}
