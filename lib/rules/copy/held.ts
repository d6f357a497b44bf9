/**
 * What is held under one ticket: what stands there, what is written of it, and the word that counts today?
 * And which of it are copies, that may be counted, restored and let go?
 */
import { own } from '../plain/own'
import { isSound } from '../verdict/verdict'

import type { Catalog, Line } from './catalog'
import { judgedOf, fileOf } from './shelf'
import type { Shelf, StoredObject } from './shelf'
import type { SnapshotName } from './snapshot'

export type Held = {
  name: SnapshotName
  shelf: Shelf
  /** Absent without an entry, or without one that is ours. */
  line: Line | undefined
  isUntrusted: boolean
  /** Signed by us, and written by a newer build: it cannot be read here, and is left alone. */
  isNewer: boolean
  /** The stored file that the entry is about. */
  stored: StoredObject | undefined
  /** The word that counts today: a file that is not the one that was judged waits for a verdict. */
  word: string
}

/** `found` is what is known of the entries as they stand now. */
export const heldOf = (shelf: Shelf, found: Catalog): Held => {
  const { id } = shelf.name
  const line = found.lines[id]
  const isNewer = own(found.newer, id) !== undefined
  const isAsJudged = line !== undefined && judgedOf(shelf, line) !== undefined
  return {
    name: shelf.name,
    shelf,
    line,
    isUntrusted: shelf.entry !== undefined && line === undefined && !isNewer,
    isNewer,
    stored: line && fileOf(shelf, line),
    word: isAsJudged ? line.word : 'pending',
  }
}

/**
 * Files under this name that the entry does not mean. Which of them an entry means that cannot be read
 * here is not known, and none is a stranger.
 */
export const othersOf = ({ shelf, stored, isNewer }: Held): StoredObject[] =>
  isNewer ? [] : shelf.snapshots.filter((object) => object !== stored)

/**
 * A stored copy as it counts today: its entry is ours, and the file that it is about stands there. Every
 * rule about copies takes it as it is, or as much of it as it needs.
 */
export type Copy = SnapshotName &
  Line & {
    /** By the store's clock, as first seen. */
    arrivedAt: string
  }

/** Undefined where nothing has come, or nobody announced it. */
export const copyOf = ({ name, line, stored, word }: Held): Copy | undefined =>
  line &&
  stored && {
    ...line,
    ...name,
    word,
    sizeBytes: stored.sizeBytes,
    arrivedAt: line.arrivedAt ?? stored.modifiedAt.toISOString(),
  }

/** Those among what is held, in the same order. */
export const copiesOf = (held: readonly Held[]): Copy[] => held.flatMap((one) => copyOf(one) ?? [])

/** What is said of a ticket whose file is not there. */
export const absentWord = ({
  letGoAt,
  provenAt,
}: Pick<Line, 'letGoAt' | 'provenAt'>): 'being let go' | 'not arrived' | 'gone' => {
  if (letGoAt !== undefined) return 'being let go'
  return provenAt === undefined ? 'not arrived' : 'gone'
}

export const isSoundCopy = ({ word }: Pick<Copy, 'word'>): boolean => isSound(word)
