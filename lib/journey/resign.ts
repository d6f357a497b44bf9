/**
 * Which secret signed what stands here? And the end of a change of secret: what only the previous one
 * signed is signed anew under the present one, the same payload to the byte.
 *
 * Each file is written by itself and only as it was read, so that it may be ended at any call: a second
 * run goes on. What neither secret signed is named, and stays as it is. The store's time of each file is
 * that of this run then: ages of copies stand in the entries, and what is left over only stays longer.
 */
import type { Tools } from '../ports'
import { alertStateType } from '../rules/alerts/outbox'
import { catalogType } from '../rules/copy/catalog'
import { givenType } from '../rules/copy/given'
import { journalType, pruneStateType } from '../rules/copy/journal'
import { databasePrefix, journalKey, parseKey, stateKey } from '../rules/copy/snapshot'
import { idInStatement, payloadType } from '../rules/copy/statement'
import { contentsType, leavingType } from '../rules/keeping/leaving'
import { rising } from '../rules/plain/order'
import { secondStateType } from '../rules/second/second-state'
import { readEnvelope, unseal } from '../rules/trust/seal'
import { drillReportType, drillStateType } from '../rules/watching/drill'
import { summaryType } from '../rules/watching/head'
import { spendingType } from '../rules/watching/running'
import { watchStateType } from '../rules/watching/watch-state'

import { sealBytes } from './bucket/sealed'

export type Kind = 'entries' | 'catalog' | 'journal' | 'states' | 'drill reports'

/** What stands in the bucket at the end; `written` are those of `present` that this run signed. */
export type Row = {
  /** Absent for what belongs to the installation, and to no one database. */
  database?: string
  kind: Kind
  present: number
  written: number
  previous: number
  neither: number
}

export type Resigned = {
  isPreviousSet: boolean
  rows: Row[]
  /** The first of those that neither secret signed: somebody else may have put any number there. */
  notOurs: string[]
  /** Signed by the previous secret still, since others kept writing to them. */
  contended: string[]
}

/** Files are read a few at a time: the largest that are read at all are of 64 MiB. */
const atOnce = 8

const namedAtMost = 20

/** Whoever else writes signs under the present secret, so the second look mostly ends it. */
const attempts = 3

const database = '([a-z0-9][a-z0-9_-]{0,63})'
const month = String.raw`\d{4}/\d\d`

/** Everything that we sign but entries, by its key under the prefix. */
const shapes: readonly { shape: RegExp; kind: Kind; type: string }[] = [
  { shape: new RegExp(`^_state/${database}/catalog\\.json$`), kind: 'catalog', type: catalogType },
  {
    shape: new RegExp(
      `^_journal/(?:_records|${database})/${month}/[^/]+\\.(?:plan|result)\\.json$`,
    ),
    kind: 'journal',
    type: journalType,
  },
  {
    shape: new RegExp(`^_reports/drills/${month}/[^/]+\\.json$`),
    kind: 'drill reports',
    type: drillReportType,
  },
  { shape: new RegExp(`^_state/${database}/given\\.json$`), kind: 'states', type: givenType },
  { shape: new RegExp(`^_state/${database}/leaving\\.json$`), kind: 'states', type: leavingType },
  { shape: new RegExp(`^_state/${database}/contents\\.json$`), kind: 'states', type: contentsType },
  { shape: /^_state\/watch\.json$/, kind: 'states', type: watchStateType },
  { shape: /^_state\/summary\.json$/, kind: 'states', type: summaryType },
  { shape: /^_state\/prune\.json$/, kind: 'states', type: pruneStateType },
  { shape: /^_state\/drill\.json$/, kind: 'states', type: drillStateType },
  { shape: /^_state\/second\.json$/, kind: 'states', type: secondStateType },
  { shape: /^_state\/spending\.json$/, kind: 'states', type: spendingType },
  { shape: /^_state\/alerts\.json$/, kind: 'states', type: alertStateType },
]

export const signedTypes: readonly string[] = [payloadType, ...shapes.map(({ type }) => type)]

type Place = { key: string; database?: string; kind: Kind; type: string; id?: string }

/** Undefined for whatever carries no signature of ours: copies, checksums, pages, other people's files. */
const placeOf = (prefix: string, key: string): Place | undefined => {
  const parsed = parseKey(prefix, key)
  if (parsed?.kind === 'entry') {
    const { id, database: of } = parsed.name
    return { key, database: of, kind: 'entries', type: payloadType, id }
  }
  for (const { shape, kind, type } of shapes) {
    const [whole, of] = shape.exec(key.slice(prefix.length)) ?? []
    if (whole !== undefined)
      return { key, kind, type, ...(of === undefined ? {} : { database: of }) }
  }
  return undefined
}

type Found = 'present' | 'written' | 'previous' | 'neither' | 'contended' | 'gone'

/** Both what it says and who says it; an entry that stands under another name is nobody's. */
const signerOf = (bytes: Uint8Array, { type, id }: Place, { settings: { secrets } }: Tools) => {
  const envelope = readEnvelope(bytes)
  const { current, previous } = secrets
  const by = (secret: string | undefined) =>
    envelope && secret !== undefined ? unseal([secret], type, envelope) : undefined
  const present = by(current)
  const payload = present ?? by(previous)
  const isInPlace = payload && (id === undefined || idInStatement(payload) === id)
  if (!isInPlace) return { signer: 'neither' } as const
  return { signer: present ? 'present' : 'previous', payload } as const
}

const settle = async (place: Place, tools: Tools, mayWrite: boolean): Promise<Found> => {
  const { store, settings } = tools
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await store.read(place.key)
    // Retention let it go after it was listed; it is not brought back.
    if (!found) return 'gone'
    const { signer, payload } = signerOf(found.bytes, place, tools)
    if (signer !== 'previous' || !mayWrite) return signer
    const bytes = sealBytes(settings, place.type, payload)
    const written = await store.replace(place.key, bytes, found.object.etag)
    if (written === 'replaced') return 'written'
  }
  return 'contended'
}

const foldersOf = ({ settings: { prefix } }: Tools, only: string | undefined): string[] =>
  only === undefined
    ? [prefix]
    : [databasePrefix(prefix, only), stateKey(prefix, `${only}/`), journalKey(prefix, `${only}/`)]

/** Of the bucket a page is held at a time, and the counts of each database. */
async function* placesOf(tools: Tools, only: string | undefined): AsyncGenerator<Place[]> {
  for (const folder of foldersOf(tools, only)) {
    for await (const page of tools.store.pages(folder)) {
      const places = page.flatMap(({ key }) => placeOf(tools.settings.prefix, key) ?? [])
      for (let from = 0; from < places.length; from += atOnce)
        yield places.slice(from, from + atOnce)
    }
  }
}

const note = (rows: Map<string, Row>, { database: of, kind }: Place, found: Found): void => {
  if (found === 'gone') return
  const name = `${of ?? ''}/${kind}`
  const empty = { kind, present: 0, written: 0, previous: 0, neither: 0 }
  const row: Row = rows.get(name) ?? { ...(of === undefined ? {} : { database: of }), ...empty }
  rows.set(name, row)
  row[found === 'contended' ? 'previous' : found] += 1
  if (found === 'written') row.present += 1
}

/** Without `apply` it counts and writes nothing. */
export const resign = async (
  tools: Tools,
  { database: only, apply = false }: { database?: string | undefined; apply?: boolean | undefined },
): Promise<Resigned> => {
  const rows = new Map<string, Row>()
  const notOurs: string[] = []
  const contended: string[] = []
  for await (const places of placesOf(tools, only)) {
    const settled = places.map(async (place) => ({
      place,
      found: await settle(place, tools, apply),
    }))
    for (const { place, found } of await Promise.all(settled)) {
      note(rows, place, found)
      if (found === 'neither' && notOurs.length < namedAtMost) notOurs.push(place.key)
      if (found === 'contended' && contended.length < namedAtMost) contended.push(place.key)
    }
  }
  const isPreviousSet = tools.settings.secrets.previous !== undefined
  return { isPreviousSet, rows: [...rows.values()].toSorted(inOrder), notOurs, contended }
}

const kinds: readonly Kind[] = ['entries', 'catalog', 'journal', 'states', 'drill reports']

/** Each database by its name, and what belongs to none behind them. */
const inOrder = rising<Row>(
  ({ database: name = '~' }) => name,
  ({ kind }) => kinds.indexOf(kind),
)

export type Sums = Pick<Row, 'present' | 'written' | 'previous' | 'neither'>

export const sumsOf = ({ rows }: Pick<Resigned, 'rows'>): Sums => {
  const sum = (of: keyof Sums) => rows.reduce((total, row) => total + row[of], 0)
  return {
    present: sum('present'),
    written: sum('written'),
    previous: sum('previous'),
    neither: sum('neither'),
  }
}
