/**
 * What stands in the bucket under one ticket? A listing is sorted into shelves; which of the files on a
 * shelf is meant, its entry says.
 */
import { falling } from '../plain/order'
import { hourMs, minuteMs } from '../plain/time-units'

import type { Entry } from './entry'
import { parseOwned } from './older-names'
import type { Place } from './older-names'
import type { SnapshotName } from './snapshot'

/** One object as the store lists it. `etag` carries no quotes. */
export type StoredObject = {
  key: string
  sizeBytes: number
  etag: string
  modifiedAt: Date
}

export type Shelf = {
  name: SnapshotName
  /** Mostly one. A second one was put there by somebody else: the entry says which is meant. */
  snapshots: StoredObject[]
  sums?: StoredObject
  entry?: StoredObject
}

/** A ticket's name may run ahead of its upload's arrival by so much, where a spool empties at once. */
const aheadAtMostMs = minuteMs

/** An older script's day begins so much before ours, at most: nowhere on earth is it later. */
const eastAtMostMs = 14 * hourMs

/**
 * When did it come? By its name, which says the time of the ticket. Where a name claims to be later than
 * the store saw it arrive, somebody put it there and called it so: then it counts for the day on which
 * it came, as a file of an older script does, and no copy that was pushed on that day is behind it.
 * Where its day may have begun already, it counts for when it came.
 */
export const cameAt = ({ name, snapshots }: Pick<Shelf, 'name' | 'snapshots'>): Date => {
  // Of nothing that has come the least is Infinity: then no name is ahead.
  const arrivedMs = Math.min(...snapshots.map(({ modifiedAt }) => modifiedAt.getTime()))
  const aheadMs = name.at.getTime() - arrivedMs
  if (aheadMs <= aheadAtMostMs) return name.at
  if (aheadMs <= eastAtMostMs) return new Date(arrivedMs)
  return new Date(`${new Date(arrivedMs).toISOString().slice(0, 10)}T00:00:00Z`)
}

export type Sorted = { shelves: Shelf[]; strangers: StoredObject[] }

/** Two of one moment are told apart by their names, so that every reader sees one order. */
const newestFirst = falling<Shelf>(
  (shelf) => cameAt(shelf).getTime(),
  ({ name }) => name.at.getTime(),
  ({ name }) => name.id,
)

/** Sorts a listing into shelves, newest first; keys that are not ours stand apart, and are left alone. */
export const sortObjects = (place: Place, objects: readonly StoredObject[]): Sorted => {
  const shelves = new Map<string, Shelf>()
  const strangers: StoredObject[] = []
  for (const object of objects) {
    const parsed = parseOwned(place, object.key)
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

/** The stored snapshot that this entry is about. */
export const fileOf = ({ snapshots }: Shelf, { key }: Pick<Entry, 'key'>) =>
  snapshots.find((object) => object.key === key)

/**
 * The same, if it is still the file that was judged. Another one under its name is unproven, whatever
 * the entry says: it is not handed out, and does not stand for a copy that is held already.
 */
export const judgedOf = (shelf: Shelf, entry: Pick<Entry, 'key' | 'etag'>) => {
  const stored = fileOf(shelf, entry)
  return entry.etag === undefined || stored?.etag === entry.etag ? stored : undefined
}

/** A snapshot that somebody announced: only such can be sound. */
export const isAnnounced = ({ snapshots, entry }: Shelf): boolean =>
  snapshots.length > 0 && entry !== undefined
