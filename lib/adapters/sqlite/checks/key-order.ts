/**
 * Do the keys of an index ascend? Each is compared with the one before, as SQLite compares.
 *
 * Where we cannot say (a collation of the application's, one that folds text in UTF-16) it is
 * counted as unclear and never as damage.
 */
import type { KeyEntry, Value } from './index-entries'

export type Collation = 'BINARY' | 'NOCASE' | 'RTRIM' | undefined

export type KeyRule = {
  /** What is compared, one for each: the key, and what makes each entry one of its kind. */
  columns: readonly { isDescending: boolean; collation: Collation }[]
  /** So many of them are the key, which no two entries share; undefined where they may. */
  uniqueCount: number | undefined
}

export type KeyOrder = {
  judge(previous: KeyEntry, current: KeyEntry): void
  /** Keys that do not ascend, keys that repeat where they must not, and those that nobody can say. */
  result(): { disorder: number; repeats: number; unclear: number }
}

const fold = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte)

const asIs = (byte: number): number => byte

const untrimmed = ({ bytes }: KeyEntry, value: Value): number => {
  let { length } = value
  while (length > 0 && bytes[value.start + length - 1] === 0x20) length -= 1
  return length
}

type Pair = { one: KeyEntry; a: Value; other: KeyEntry; b: Value }

const compareBytes = ({ one, a, other, b }: Pair, collation: Collation): number => {
  const isTrimmed = collation === 'RTRIM'
  const lengthA = isTrimmed ? untrimmed(one, a) : a.length
  const lengthB = isTrimmed ? untrimmed(other, b) : b.length
  const shorter = Math.min(lengthA, lengthB)
  const map = collation === 'NOCASE' ? fold : asIs
  for (let at = 0; at < shorter; at += 1) {
    const byteA = one.bytes[a.start + at] ?? 0
    const byteB = other.bytes[b.start + at] ?? 0
    if (byteA === byteB) {
      // SQLite's NOCASE looks no further than a zero byte, and then at the lengths.
      if (byteA === 0 && collation === 'NOCASE') break
      continue
    }
    const difference = map(byteA) - map(byteB)
    if (difference !== 0) return difference
  }
  return lengthA - lengthB
}

/** Below, equal, above; undefined where we do not know how SQLite compares these two. */
const compare = (pair: Pair, collation: Collation): number | undefined => {
  const { a, b } = pair
  if (a.kind !== b.kind) return a.kind - b.kind
  if (a.kind === 0) return 0
  if (a.kind === 1) {
    if (a.number !== b.number) return a.number - b.number
    // Beyond 2^53 several integers are one double; there the low halves decide.
    return Math.abs(a.number) < 2 ** 53 ? 0 : (a.low - b.low) | 0
  }
  if (a.kind === 3) return compareBytes(pair, 'BINARY')
  return collation === undefined ? undefined : compareBytes(pair, collation)
}

export const keyOrder = ({ columns, uniqueCount }: KeyRule): KeyOrder => {
  let disorder = 0
  let repeats = 0
  let unclear = 0

  const judge = (one: KeyEntry, other: KeyEntry): void => {
    let hasNull = false
    for (let at = 0; at < columns.length; at += 1) {
      const a = one.values[at]
      const b = other.values[at]
      const column = columns[at]
      if (a === undefined || b === undefined || column === undefined) return
      if (at === uniqueCount && !hasNull) repeats += 1
      const compared = compare({ one, a, other, b }, column.collation)
      if (compared === undefined) {
        unclear += 1
        return
      }
      if (b.kind === 0) hasNull = true
      if (compared === 0) continue
      if (compared > 0 !== column.isDescending) disorder += 1
      return
    }
    // The same key and the same row twice.
    disorder += 1
  }

  return { judge, result: () => ({ disorder, repeats, unclear }) }
}
