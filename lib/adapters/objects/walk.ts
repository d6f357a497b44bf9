/**
 * What does the app keep in its bucket now? Walks through the listing beside the last inventory, and reads only
 * the objects that have changed since. What there is no time for is left to the next run, which goes on there.
 *
 * An object that changes between being listed and being read is told as it was read; one that has gone in
 * between is left as the last inventory had it, and the next one sees that it is gone.
 */
import { Fault } from '../../faults'
import type { AppObjects, StoredObject, Take, TakeOrder } from '../../ports'
import { isContentKnown, isGood, sha256In, withContent } from '../../rules/kinds/objects/contents'
import { inOrder, inventoryFormat } from '../../rules/kinds/objects/inventory'
import type { Found, ObjectLine } from '../../rules/kinds/objects/inventory'
import { foundIn, foundUnchanged, foundUnread, goneLine } from '../../rules/kinds/objects/reading'
import { collectionOf, prefixesOf, readingsOf } from '../../rules/kinds/objects/settings'
import type { ObjectsSettings, Reading } from '../../rules/kinds/objects/settings'

import { ownersIn } from './owned'
import { pastOf } from './past'
import type { Past } from './past'
import { triedIn } from './tried'
import { unpackedOf, writer } from './writing'

/** A list of a million entries is no working data of an app; what is larger is told and not read. */
const largestBytes = 16 * 1024 ** 2

/** Such a one is read alone: parsed it takes ten times its size. */
const largeBytes = 1024 ** 2

const readsAtOnce = 8

/** What one run reads: beyond it the next goes on. */
const readsAtMost = 20_000
const bytesAtMost = 2 * 1024 ** 3

type Walk = {
  order: TakeOrder
  readings: readonly Reading[]
  isPrivateAsked: boolean
  reads: number
  readBytes: number
}

/** One key of the listing, or of the last inventory, and what is to be written of it. */
type Place = { key: string; tell(): Promise<ObjectLine | undefined>; sizeBytes: number }

const wholeOf = async (chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> => {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of chunks) {
    sizeBytes += chunk.length
    // It has grown since it was listed.
    if (sizeBytes > largestBytes) return undefined
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

const lineOfObject = (
  { key, sizeBytes, etag, modifiedAt }: StoredObject,
  { name }: Reading,
  found: Found | undefined,
): ObjectLine => ({
  key,
  of: name,
  sizeBytes,
  etag,
  at: modifiedAt.toISOString(),
  ...(found && Object.keys(found).length > 0 && { found }),
})

const openOf = async (walk: Walk, key: string): Promise<Pick<Found, 'isOpen'>> =>
  walk.isPrivateAsked && (await walk.order.app.isOpenToAnyone(key)) ? { isOpen: true } : {}

/** A content that is kept already need not be kept again; one that is not good is not kept. */
const keptContent = async (
  { order: { keep } }: Walk,
  { bytes, found, before }: { bytes: Uint8Array; found: Found; before: ObjectLine | undefined },
): Promise<Found> => {
  const sha256 = sha256In(found)
  if (!keep || sha256 === undefined) return found
  const known = before?.found
  const same = sha256In(known) === sha256 ? known?.kept : undefined
  const kept = isGood(found) ? (same ?? (await keep({ sha256, bytes }))) : undefined
  return withContent(found, { kept, before })
}

const foundWithin = async (
  walk: Walk,
  reading: Reading,
  { bytes, before }: { bytes: Uint8Array | undefined; before: ObjectLine | undefined },
): Promise<Found> => {
  const asked = { reading, before: before?.found, at: walk.order.takenAt.toISOString() }
  if (bytes) return keptContent(walk, { bytes, found: foundIn(bytes, asked), before })
  return withContent(foundUnread(before?.found), { kept: undefined, before })
}

/** The object with its content, or why there is none. */
const fetched = async (
  { order: { app } }: Walk,
  key: string,
): Promise<
  | { is: 'read'; object: StoredObject; bytes: Uint8Array | undefined }
  | { is: 'gone' }
  | { is: 'refused' }
> => {
  try {
    const got = await app.stream(key)
    return got
      ? { is: 'read', object: got.object, bytes: await wholeOf(got.chunks) }
      : { is: 'gone' }
  } catch (thrown) {
    // A store that is away says nothing of the object; one that refuses this object alone does.
    if (!(thrown instanceof Fault) || thrown.isPassing) throw thrown
    return { is: 'refused' }
  }
}

/** `before` is what its line said the last time. */
const read = async (
  walk: Walk,
  reading: Reading,
  { listed, before }: { listed: StoredObject; before: ObjectLine | undefined },
): Promise<ObjectLine | undefined> => {
  const unread = (): Promise<Found> => foundWithin(walk, reading, { bytes: undefined, before })
  if (listed.sizeBytes > largestBytes) return lineOfObject(listed, reading, await unread())
  walk.reads += 1
  walk.readBytes += listed.sizeBytes
  const got = await fetched(walk, listed.key)
  if (got.is === 'gone') return before
  if (got.is === 'refused')
    return lineOfObject(listed, reading, { ...(await unread()), invalid: 'it cannot be read' })
  const found = await foundWithin(walk, reading, { bytes: got.bytes, before })
  const opened = await openOf(walk, listed.key)
  return lineOfObject(got.object, reading, { ...found, ...opened })
}

/** A listed object: as it was, where nothing of it and of what is asked has changed. */
const placeOf = (
  walk: Walk,
  reading: Reading,
  {
    listed,
    before,
    isAsked,
  }: { listed: StoredObject; before: ObjectLine | undefined; isAsked: boolean },
): Place => {
  const { key } = listed
  const isSame = before !== undefined && before.etag === listed.etag && isAsked
  const same = isSame ? foundUnchanged(before.found) : undefined
  if (isSame && !same?.isOpen && (!walk.order.keep || isContentKnown(same)))
    return { key, sizeBytes: 0, tell: () => Promise.resolve(lineOfObject(listed, reading, same)) }
  return {
    key,
    sizeBytes: Math.max(1, listed.sizeBytes),
    tell: () => read(walk, reading, { listed, before }),
  }
}

/** One that the listing has not: a list that only grows is missed, unless it stands there after all. */
const missingPlace = (walk: Walk, reading: Reading, before: ObjectLine): Place => ({
  key: before.key,
  sizeBytes: 1,
  tell: async () => {
    if (!reading.grows) return undefined
    const got =
      before.found?.growth === 'gone' ? undefined : await walk.order.app.stream(before.key)
    if (!got) return goneLine(before, walk.order.takenAt.toISOString())
    const bytes = await wholeOf(got.chunks)
    return lineOfObject(got.object, reading, await foundWithin(walk, reading, { bytes, before }))
  },
})

/** Each page of the listing, from behind `after` on, under all prefixes in their order. */
async function* pagesOf(
  app: AppObjects,
  { prefixes, after }: { prefixes: readonly string[]; after: string | undefined },
): AsyncGenerator<StoredObject[]> {
  for (const prefix of prefixes) {
    const isWithin = after?.startsWith(prefix) === true
    if (after !== undefined && !isWithin && inOrder(prefix, after) < 0) continue
    yield* app.pages(prefix, isWithin ? after : undefined)
  }
}

const placesOf = async (
  walk: Walk,
  past: Past,
  listed: readonly StoredObject[] | 'the end',
): Promise<Place[]> => {
  const places: Place[] = []
  const missing = (lines: readonly ObjectLine[]): void => {
    for (const line of lines) {
      const reading = collectionOf(walk.readings, line.key)
      if (reading) places.push(missingPlace(walk, reading, line))
    }
  }
  if (listed === 'the end') {
    missing(await past.upTo(undefined))
    return places
  }
  for (const object of listed) {
    const passed = await past.upTo(object.key)
    const own = passed.at(-1)?.key === object.key ? passed.pop() : undefined
    missing(passed)
    const reading = collectionOf(walk.readings, object.key)
    if (!reading) continue
    const isAsked = past.isAskedBy(reading)
    places.push(placeOf(walk, reading, { listed: object, before: own, isAsked }))
  }
  return places
}

const isOver = ({ reads, readBytes, order }: Walk): boolean =>
  reads >= readsAtMost || readBytes >= bytesAtMost || order.isOver()

type Told = { line: ObjectLine | undefined } | undefined

/** All of them, several at once; what there was no time for is undefined, and so is what failed. */
const tellAll = async (walk: Walk, places: readonly Place[]) => {
  const told: Told[] = places.map(() => undefined)
  let trouble: unknown
  const take = async (wanted: (place: Place) => boolean, atOnce: number): Promise<void> => {
    const queue = [...places.entries()].filter(([, place]) => wanted(place))
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [at, place] = next
        if (trouble !== undefined || (place.sizeBytes > 0 && isOver(walk))) return
        try {
          told[at] = { line: await place.tell() }
        } catch (thrown) {
          trouble ??= thrown
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }
  await take(({ sizeBytes }) => sizeBytes === 0, 1)
  await take(({ sizeBytes }) => sizeBytes > 0 && sizeBytes <= largeBytes, readsAtOnce)
  await take(({ sizeBytes }) => sizeBytes > largeBytes, 1)
  const end = told.indexOf(undefined)
  return { told: end === -1 ? told : told.slice(0, end), trouble, isAll: end === -1 }
}

export const takeInventory: Take = async (order) => {
  // Whoever wires it hands each taker what is said of its own kind.
  const said = order.said as ObjectsSettings
  const readings = readingsOf(said)
  const isPrivateAsked = said.isPrivate === true
  const walk: Walk = { order, readings, isPrivateAsked, reads: 0, readBytes: 0 }
  const { begun } = order
  const out = writer(begun?.bytes)
  let { lines, after } = begun ?? { lines: 0, after: undefined }
  if (!begun)
    out.write({
      inventory: inventoryFormat,
      database: order.database,
      takenAt: order.takenAt.toISOString(),
      collections: Object.fromEntries(readings.map(({ name, by }) => [name, by])),
    })
  const past = pastOf(order)
  let trouble: unknown
  let isWhole = false

  const takePage = async (page: readonly StoredObject[] | 'the end'): Promise<boolean> => {
    const places = await placesOf(walk, past, page)
    const { told, isAll, trouble: met } = await tellAll(walk, places)
    trouble = met
    for (const one of told) {
      if (!one?.line) continue
      out.write(one.line)
      lines += 1
    }
    after = places[told.length - 1]?.key ?? after
    return isAll
  }

  const walkOn = async (): Promise<boolean> => {
    await past.begin()
    for await (const page of pagesOf(order.app, { prefixes: prefixesOf(readings), after })) {
      if (!(await takePage(page))) return false
      if (order.isOver()) return false
    }
    return takePage('the end')
  }

  try {
    isWhole = await walkOn()
  } catch (thrown) {
    trouble = thrown
  } finally {
    await past.end()
  }
  const counts = { lines, reads: walk.reads }
  if (!isWhole) return { is: 'begun', bytes: out.bytes(), after: after ?? '', trouble, ...counts }
  const isOpen = isPrivateAsked ? await order.app.isOpenToAnyone() : undefined
  const before = past.foot()
  const tried = isPrivateAsked ? await triedIn(out.bytes(), { order, before, isOpen }) : undefined
  const owners =
    said.owners && (await ownersIn(out.bytes(), { order, owners: said.owners, readings, before }))
  out.write({
    lines,
    ...(isOpen !== undefined && { isPrivate: !isOpen }),
    ...(tried && { tried }),
    ...(owners && { owners }),
  })
  const bytes = out.bytes()
  return { is: 'whole', bytes, raw: await unpackedOf(bytes), ...counts }
}
