/**
 * Which contents does nothing refer to any more? They go by a plan like that for copies, a day after one that let go
 * of them too, and only where every inventory of the time that they are kept for was read whole. In the second place by the same
 * rule, a month later, and of nothing that stands in the first.
 */
import { createHash } from 'node:crypto'
import { createGunzip } from 'node:zlib'

import { Fault } from '../../faults'
import type { Store, StoredObject, Tools } from '../../ports'
import { wordOf } from '../../rules/copy/entry'
import type { Entry } from '../../rules/copy/entry'
import { planIdOf } from '../../rules/copy/journal'
import type { PrunePlan } from '../../rules/copy/journal'
import type { Shelf } from '../../rules/copy/shelf'
import { contentsPrefix, stateKey } from '../../rules/copy/snapshot'
import {
  LeavingContents,
  contentsType,
  leavingOf,
  lookedAtTwice,
  stillLeaving,
} from '../../rules/keeping/leaving'
import { spanWords } from '../../rules/keeping/periods'
import { keptIn, keptLength } from '../../rules/kinds/objects/contents'
import { beginsLikeOurs } from '../../rules/kinds/objects/inventory'
import { dayMs } from '../../rules/plain/time-units'
import { expectationsOf } from '../../rules/settings/databases'
import { isWhole } from '../../rules/verdict/verdict'
import { readEntry } from '../bucket/ledger'
import { readSealed, sealValue } from '../bucket/sealed'
import { listShelves } from '../bucket/shelves'

import { mayHaveContents } from './side-by-side'

/** Where lib/databases.ts says nothing of contents any more. */
const usualSpanMs = 30 * dayMs

/** So much longer they stand in the second place, as copies do there. */
const longerInSecondMs = 30 * dayMs

/** Held in memory at once; the next run goes on behind them. */
const lookedAtAtMost = 100_000

/** On their way out at once, and gone in one run. */
const leavingAtMost = 10_000

/** By the name of each day, and by the store's own time: one of both may be wrong. */
const isOlder = ({ key, modifiedAt }: StoredObject, prefix: string, until: Date): boolean =>
  key.slice(prefix.length) < until.toISOString().slice(0, 10) && modifiedAt < until

/** Those that were kept before the span: what is on its way out already, and so many others behind `after`. */
const oldOnes = async (
  { store }: Tools,
  {
    prefix,
    until,
    isLeaving,
    after = '',
  }: {
    prefix: string
    until: Date
    isLeaving: (key: string) => boolean
    after: string | undefined
  },
) => {
  const found = new Map<string, string>()
  let last: string | undefined
  let left = lookedAtAtMost
  const end = prefix + until.toISOString()
  for await (const page of store.pages(prefix)) {
    // They stand in the order of their days.
    if ((page[0]?.key ?? '') >= end) break
    for (const object of page) {
      const { key, etag } = object
      if (!isOlder(object, prefix, until)) continue
      const isInTurn = key > after && left > 0
      if (isInTurn) {
        left -= 1
        last = key
      }
      if (isInTurn || isLeaving(key)) found.set(key, etag)
    }
  }
  // Where all of them were looked at the next run begins anew.
  return { found, after: left === 0 ? last : undefined }
}

/** Why none is let go of in this run. Nothing was deleted, and the watch tells of the inventory itself. */
class Held extends Error {}

/** The text of its lines, in pieces; `onStored` is shown the bytes as they are stored. */
async function* textOf(
  chunks: AsyncIterable<Uint8Array>,
  onStored: (chunk: Uint8Array) => void,
): AsyncGenerator<string> {
  const unpacking = createGunzip()
  const hasRoom = () =>
    new Promise((resolve) => unpacking.once('drain', resolve).once('close', resolve))
  const feed = async (): Promise<void> => {
    for await (const chunk of chunks) {
      onStored(chunk)
      if (unpacking.destroyed) return
      if (!unpacking.write(chunk)) await hasRoom()
    }
    unpacking.end()
  }
  feed().catch((thrown: unknown) =>
    unpacking.destroy(thrown instanceof Error ? thrown : new Held('it broke off')),
  )
  for await (const chunk of unpacking)
    if (chunk instanceof Uint8Array)
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')
}

/** The place that is planned: its own tools, and the first place where it is the second. */
type Place = { tools: Tools; first: Pick<Store, 'pages' | 'stream'> | undefined }

/**
 * The hash decides whether these are the bytes, wherever they come from: the first place, where most of them stand
 * as well, is asked before the second, which may bill what leaves it.
 */
const streamed = async ({ key, etag }: Entry, { tools: { store }, first }: Place) => {
  if (!first) return store.stream(key, etag)
  return (await first.stream(key)) ?? store.stream(key)
}

/** Every reference in the text of one inventory, which must be the bytes that its entry tells of. */
const takeReferences = async (
  entry: Entry,
  take: (kept: string) => void,
  place: Place,
): Promise<void> => {
  const { id, claim } = entry
  const found = await streamed(entry, place)
  if (!found) throw new Held(`${id} is gone`)
  const hash = createHash('sha256')
  let rest: string | undefined
  try {
    for await (const part of textOf(found.chunks, (one) => hash.update(one))) {
      // A newer build may refer to them by other names.
      if (rest === undefined && !beginsLikeOurs(part)) break
      const text = `${rest ?? ''}${part}`
      for (const [, kept] of text.matchAll(keptIn)) if (kept !== undefined) take(kept)
      rest = text.slice(-keptLength)
    }
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    throw new Held(`${id} cannot be read`)
  }
  if (rest === undefined) throw new Held(`${id} is not one that this Snapproof knows`)
  if (hash.digest('hex') !== claim.sha256) throw new Held(`${id} is not what was stored`)
}

/** Its entry, where it is stored as it was announced; nothing, where it never came. */
const storedIn = async (shelf: Shelf, tools: Tools): Promise<Entry | undefined> => {
  const { id } = shelf.name
  const isThere = shelf.snapshots.length > 0
  const entry = shelf.entry && (await readEntry(tools, shelf.name))?.entry
  if (isThere && !entry) throw new Held(`${id} has no entry`)
  if (isThere || !entry) return entry
  if (entry.verdict && entry.letGoAt === undefined) throw new Held(`${id} is gone`)
  return undefined
}

/** A run that is begun goes on from the newest whole one; those beside it cost little. */
const newestCounted = 3

/** The inventories that speak: all within the span, and the newest whatever their age. */
const speaking = async (
  { database, until }: { database: string; until: Date },
  tools: Tools,
): Promise<Entry[]> => {
  const entries: Entry[] = []
  let isWholeThere = false
  for (const shelf of await listShelves(tools, database)) {
    const arrivedMs = shelf.snapshots.map(({ modifiedAt }) => modifiedAt.getTime())
    const newestMs = Math.max(shelf.name.at.getTime(), ...arrivedMs)
    const isOld = newestMs < until.getTime() - dayMs
    if (isOld && isWholeThere && entries.length >= newestCounted) break
    const entry = await storedIn(shelf, tools)
    if (!entry) continue
    entries.push(entry)
    isWholeThere ||= isWhole(wordOf(entry))
  }
  if (!isWholeThere) throw new Held('no inventory is whole')
  return entries
}

/** Those of them that do not stand in the first place. */
const goneFrom = async (
  first: Pick<Store, 'pages'>,
  candidates: ReadonlyMap<string, string>,
  prefix: string,
): Promise<Map<string, string>> => {
  const left = new Map(candidates)
  const last = [...candidates.keys()].toSorted().at(-1) ?? ''
  for await (const page of first.pages(prefix)) {
    for (const { key } of page) left.delete(key)
    if ((page.at(-1)?.key ?? '') >= last) break
  }
  return left
}

/** Those of them that no inventory refers to. */
const unreferred = async (
  candidates: ReadonlyMap<string, string>,
  { database, prefix, until }: { database: string; prefix: string; until: Date },
  place: Place,
): Promise<{ id: string; entryEtag: string; keep: false }[]> => {
  const { tools, first } = place
  const left = first ? await goneFrom(first, candidates, prefix) : new Map(candidates)
  if (left.size === 0) return []
  const take = (kept: string): void => void left.delete(`${prefix}${kept}.gz`)
  for (const entry of await speaking({ database, until }, tools))
    await takeReferences(entry, take, place)
  return [...left].map(([id, entryEtag]) => ({ id, entryEtag, keep: false }))
}

export type ContentsPlan = {
  /** What goes now, as the journal tells it; undefined where nothing does. */
  plan: PrunePlan | undefined
  leaving: number
  /** Why nothing was let go of. */
  held?: string
}

const nothing: ContentsPlan = { plan: undefined, leaving: 0 }

const planOf = (
  due: readonly { id: string }[],
  {
    database,
    prefix,
    now,
    spanMs,
  }: { database: string; prefix: string; now: Date; spanMs: number },
  tools: Tools,
): PrunePlan => ({
  id: planIdOf(now, tools.randomHex(6)),
  database,
  at: now.toISOString(),
  policy: `contents that an inventory of the last ${spanWords(spanMs)} refers to`,
  notes: [],
  copies: [],
  leftovers: due.map(({ id: key }) => ({
    id: key.slice(prefix.length),
    keys: [key],
    reason: 'no inventory refers to it',
  })),
})

const lookedAt = async (
  database: string,
  { now, fellAt }: { now: Date; fellAt: string | undefined },
  place: Place,
): Promise<ContentsPlan> => {
  const { tools, first } = place
  const { settings, store } = tools
  const keptMs = expectationsOf(settings.databases, database).contentsMs ?? usualSpanMs
  const spanMs = keptMs + (first ? longerInSecondMs : 0)
  const until = new Date(now.getTime() - spanMs)
  const prefix = contentsPrefix(settings.prefix, database)
  const stateAt = stateKey(settings.prefix, `${database}/contents.json`)
  const state = await readSealed(tools, {
    key: stateAt,
    type: contentsType,
    shape: LeavingContents,
  })
  const { leaving: last, after } = state?.value ?? {}
  const known = new Set(last?.copies.map(({ id }) => id))
  const isLeaving = (key: string) => known.has(key)
  const old = await oldOnes(tools, { prefix, until, isLeaving, after })
  if (old.found.size === 0 && known.size === 0) return nothing
  const copies =
    old.found.size === 0 ? [] : await unreferred(old.found, { database, prefix, until }, place)
  const before = stillLeaving(last, { now, fellAt, copies })
  const inTurn = [
    ...copies.filter(({ id }) => before.has(id)),
    ...copies.filter(({ id }) => !before.has(id)),
  ].slice(0, leavingAtMost)
  const planned = lookedAtTwice(inTurn, { before, now, isMarked: () => false })
  const value = {
    leaving: leavingOf(planned, { now, fellAt, said: new Map() }),
    ...(old.after !== undefined && { after: old.after }),
  }
  // Written before anything goes: a run that is killed leaves what is due as it is, and due.
  await store.put(stateAt, sealValue(settings, contentsType, value))
  const due = planned.filter(({ keep }) => !keep)
  const plan = due.length > 0 ? planOf(due, { database, prefix, now, spanMs }, tools) : undefined
  return { plan, leaving: planned.length - due.length }
}

/** `brake`: why the plan for copies lets go of nothing; then no content goes either. */
export const planContents = async (
  database: string,
  {
    brake,
    first,
    ...about
  }: {
    now: Date
    fellAt: string | undefined
    brake: string | undefined
    /** Where these are the tools of the second place. */
    first?: Place['first']
  },
  tools: Tools,
): Promise<ContentsPlan> => {
  if (brake !== undefined || !mayHaveContents(database, tools)) return nothing
  try {
    return await lookedAt(database, about, { tools, first })
  } catch (thrown) {
    if (thrown instanceof Held) return { ...nothing, held: thrown.message }
    throw thrown
  }
}
