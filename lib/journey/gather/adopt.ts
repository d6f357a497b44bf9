/**
 * Files that older scripts left become copies like the others: judged, listed, restored, pruned.
 *
 * Only those of a database that lib/databases.ts names: a file of somebody else's that happens to
 * look like ours must never come under our retention.
 */
import type { StoredObject, Tools } from '../../ports'
import { newEntry, remember } from '../../rules/copy/entry'
import type { Claim, Entry } from '../../rules/copy/entry'
import type { Held } from '../../rules/copy/held'
import { readNote } from '../../rules/copy/note'
import { adoptedPrefixes } from '../../rules/copy/older-names'
import { cameAt } from '../../rules/copy/shelf'
import type { Shelf } from '../../rules/copy/shelf'
import { databaseOfNote, kindOfKey, saysSecond } from '../../rules/copy/snapshot'
import type { SnapshotName } from '../../rules/copy/snapshot'
import { usualKind } from '../../rules/kinds/suffixes'
import { own } from '../../rules/plain/own'
import { dayMs } from '../../rules/plain/time-units'
import { changeEntry, createEntry, readEntry } from '../bucket/ledger'
import { noteAtMost } from '../bucket/survey'

type Noted = NonNullable<NonNullable<Claim['adopted']>['note']>

/** What the older script left beside its file. */
type Beside = { sha256: string | undefined; note: Noted | undefined }

const claimOf = (
  name: SnapshotName,
  object: StoredObject,
  { now, sha256, note, kind }: Beside & { now: Date; kind: string },
): Claim => {
  const arrivedAt = object.modifiedAt.toISOString()
  // A name may say any day; nothing was taken after it arrived.
  const said = name.at.toISOString()
  const saidLength = saysSecond(object.key) ? said.length : 'YYYY-MM-DD'.length
  const isEarlier = said.slice(0, saidLength) < arrivedAt.slice(0, saidLength)
  return {
    database: name.database,
    sizeBytes: object.sizeBytes,
    adopted: {
      etag: object.etag,
      ...(sha256 === undefined ? {} : { hasSums: true }),
      ...(note && { note }),
    },
    ...(sha256 === undefined ? {} : { sha256 }),
    takenAt: isEarlier ? said : arrivedAt,
    encoding: object.key.endsWith('.gz') ? 'gzip' : 'identity',
    ...(kind === usualKind ? {} : { kind }),
    facts: {},
    host: 'an older script',
    ticketAt: now.toISOString(),
  }
}

/**
 * Files that were moved together arrived together: the day in their names spaces them out again. A day
 * that has not come yet is nobody's: then it is the day on which the file came.
 */
const arrivedAt = (name: SnapshotName, object: StoredObject): string => {
  const came = cameAt({ name, snapshots: [object] })
  const dayEndMs = Math.floor(name.at.getTime() / dayMs) * dayMs + dayMs - 1000
  const isTrue = came.getTime() === name.at.getTime()
  return new Date(isTrue ? Math.min(object.modifiedAt.getTime(), dayEndMs) : came).toISOString()
}

const baseOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1)

const sumsPattern = /^([0-9a-f]{64}) [ *](\S+)\s*$/

/** The hash that the older script left beside the file, when it is of that file by its name. */
const hashBeside = async ({ sums }: Shelf, object: StoredObject, { store }: Tools) => {
  const found = sums && (await store.read(sums.key))
  const match = sumsPattern.exec(Buffer.from(found?.bytes ?? []).toString('latin1'))
  return match?.[2] === baseOf(object.key) ? match[1] : undefined
}

/** As many as one script writes of one dump. */
const notesAtMost = 4

/** What older scripts noted of their dumps of this database: listed once, and only where one is to be adopted. */
const notesOf = async ({ store, settings }: Tools, database: string): Promise<StoredObject[]> => {
  const listed = await Promise.all(
    adoptedPrefixes(settings, database).map((prefix) => store.files(prefix)),
  )
  return listed
    .flat()
    .filter(
      ({ key, sizeBytes }) =>
        sizeBytes <= noteAtMost &&
        !key.endsWith('.sha256') &&
        databaseOfNote(settings.prefix, key) !== undefined,
    )
}

/**
 * What it noted of the file beside it. A name of a day may be written anew: then a note from before is about
 * what stood there before.
 */
const noteBeside = async (
  object: StoredObject,
  notes: readonly StoredObject[],
  { store }: Tools,
): Promise<Noted | undefined> => {
  const stem = object.key.replace(/\.gz$/, '').replace(/(?<=\d)\.[a-z]+$/, '')
  const isOfIt = ({ key, modifiedAt }: StoredObject): boolean =>
    key.startsWith(stem) && (saysSecond(object.key) || modifiedAt >= object.modifiedAt)
  for (const { key } of notes.filter(isOfIt).slice(0, notesAtMost)) {
    const text = Buffer.from((await store.read(key))?.bytes ?? []).toString('utf8')
    const noted = readNote(text, object.key)
    if (noted.sha256.length + noted.sizeBytes.length > 0) return { file: baseOf(key), ...noted }
  }
  return undefined
}

type ToBeAdopted = {
  shelf: Shelf
  object: StoredObject
  notes: readonly StoredObject[]
  before?: Entry | undefined
}

/** A line that we wrote ourselves, for the file that was adopted before, says nothing of this one. */
const adopted = async (
  { shelf, object, notes, before }: ToBeAdopted,
  tools: Tools,
): Promise<Entry> => {
  const { name } = shelf
  const isOurs = before !== undefined && !before.claim.adopted?.hasSums
  const sha256 = isOurs ? undefined : await hashBeside(shelf, object, tools)
  const note = await noteBeside(object, notes, tools)
  const kind = own(tools.settings.databases, name.database)?.kind ?? usualKind
  const claim = claimOf(name, object, { now: tools.clock.now(), sha256, note, kind })
  const entry = newEntry(name.id, object.key, claim)
  return {
    ...entry,
    arrivedAt: arrivedAt(name, object),
    history: [{ at: claim.ticketAt, word: 'pending', note: 'adopted from an older script' }],
  }
}

const isOfOlderScript = ({ key }: StoredObject, { settings: { prefix } }: Tools): boolean =>
  !key.slice(prefix.length).includes('/')

/** The older script ran once more that day: what was judged is no longer what stands there. */
const isReplaced = ({ line, stored }: Held): boolean =>
  line?.adoptedEtag !== undefined && stored !== undefined && stored.etag !== line.adoptedEtag

/**
 * Only what lib/databases.ts names, and of its kind: what is of another is not a copy of it. Where the name of
 * a file does not say the kind, lib/databases.ts must.
 */
const fileOf = ({ name, shelf }: Held, tools: Tools): StoredObject | undefined => {
  const listed = own(tools.settings.databases, name.database)
  const [object] = shelf.snapshots
  if (!listed || !object || !isOfOlderScript(object, tools)) return undefined
  const isOfItsKind = saysSecond(object.key)
    ? listed.kind !== undefined
    : kindOfKey(object.key) === (listed.kind ?? usualKind)
  return isOfItsKind ? object : undefined
}

/** It stands there, and is to become a copy: until then it is nobody else's file either. */
export const isToAdopt = (holding: Held, tools: Tools): boolean =>
  !holding.shelf.entry && fileOf(holding, tools) !== undefined

/** Each costs requests, and its opening more: an old bucket of years is taken in over some runs. */
export const adoptedAtMost = 30

/**
 * Newest first, and no more than there is room for in a run. True when something was adopted: what is known
 * of this database must then be read again.
 */
export const adopt = async (
  holdings: readonly Held[],
  room: { toAdopt: number },
  tools: Tools,
): Promise<boolean> => {
  const now = tools.clock.now()
  let isNews = false
  let listed: readonly StoredObject[] | undefined
  for (const holding of holdings) {
    const { name, shelf } = holding
    const object = fileOf(holding, tools)
    if (!object) continue
    if (shelf.entry && !isReplaced(holding)) continue
    if (!shelf.entry && room.toAdopt === 0) continue
    const notes = (listed ??= await notesOf(tools, name.database))
    if (!shelf.entry) {
      room.toAdopt -= 1
      await createEntry(tools, name, await adopted({ shelf, object, notes }, tools))
      isNews = true
    } else {
      const before = (await readEntry(tools, name))?.entry
      const anew = await adopted({ shelf, object, notes, before }, tools)
      const note = {
        at: now.toISOString(),
        word: 'pending',
        note: 'the file was replaced',
      } as const
      // A pin is about this day's copy; a verdict and what was said of it are about the old bytes.
      await changeEntry(tools, name, (entry) => ({
        ...anew,
        ...(entry.pin ? { pin: entry.pin } : {}),
        ...(entry.heldUntil ? { heldUntil: entry.heldUntil } : {}),
        history: remember(entry, note),
      }))
      isNews = true
    }
  }
  return isNews
}
