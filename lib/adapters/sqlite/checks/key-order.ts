/**
 * Do the keys of an index ascend? Each is compared with the one before, as SQLite compares.
 *
 * Where we cannot say (a collation of the application's, text in UTF-16, keys of many kilobytes)
 * it is counted as unclear and never as damage.
 */

export type Collation = 'BINARY' | 'NOCASE' | 'RTRIM' | undefined

export type KeyRule = {
  /** One for each column of the key; what follows them is the row's id, which ascends. */
  columns: readonly { isDescending: boolean; collation: Collation }[]
  isUnique: boolean
}

type Kind = 0 | 1 | 2 | 3
type Value = { kind: Kind; number: number; low: number; start: number; length: number }
type Row = { values: Value[]; count: number; bytes: Uint8Array; used: number; isCut: boolean }

/** A key above this is not compared, and counts as unclear. */
const largestKeyBytes = 64 * 1024

const emptyRow = (): Row => ({
  values: [],
  count: 0,
  bytes: new Uint8Array(1024),
  used: 0,
  isCut: false,
})

const fold = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte)

const asIs = (byte: number): number => byte

const untrimmed = (row: Row, value: Value): number => {
  let { length } = value
  while (length > 0 && row.bytes[value.start + length - 1] === 0x20) length -= 1
  return length
}

const compareBytes = (one: Row, a: Value, other: Row, b: Value, collation: Collation): number => {
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

export const keyOrder = () => {
  let rule: KeyRule = { columns: [], isUnique: false }
  let previous = emptyRow()
  let current = emptyRow()
  let rows = 0
  let disorder = 0
  let repeats = 0
  let unclear = 0

  const next = (): Value => {
    const place = current.count
    current.count += 1
    return (current.values[place] ??= { kind: 0, number: 0, low: 0, start: 0, length: 0 })
  }

  /** Below, equal, above; undefined where we do not know how SQLite compares these two. */
  const compare = (a: Value, b: Value, collation: Collation): number | undefined => {
    if (a.kind !== b.kind) return a.kind - b.kind
    if (a.kind === 0) return 0
    if (a.kind === 1) {
      if (a.number !== b.number) return a.number - b.number
      // Beyond 2^53 several integers are one double; there the low halves decide.
      return Math.abs(a.number) < 2 ** 53 ? 0 : (a.low - b.low) | 0
    }
    if (a.kind === 3) return compareBytes(previous, a, current, b, 'BINARY')
    if (collation === undefined) return undefined
    return compareBytes(previous, a, current, b, collation)
  }

  const judge = (): void => {
    if (previous.isCut || current.isCut) {
      unclear += 1
      return
    }
    let hasNull = false
    for (let at = 0; at < current.count; at += 1) {
      const a = previous.values[at]
      const b = current.values[at]
      if (a === undefined || b === undefined) return
      const column = rule.columns[at]
      if (column === undefined && rule.isUnique && !hasNull) repeats += 1
      const compared = compare(a, b, column ? column.collation : 'BINARY')
      if (compared === undefined) {
        unclear += 1
        return
      }
      if (b.kind === 0) hasNull = true
      if (compared === 0) continue
      if (compared > 0 !== (column?.isDescending ?? false)) disorder += 1
      return
    }
    // The same key and the same row twice.
    disorder += 1
  }

  return {
    begin: (next_: KeyRule) => {
      rule = next_
      previous = emptyRow()
      current = emptyRow()
      rows = disorder = repeats = unclear = 0
    },
    addNull: () => void (next().kind = 0),
    addNumber: (number: number, low: number) => {
      const value = next()
      value.kind = 1
      value.number = number
      value.low = low
    },
    addBytes: (type: number, from: Uint8Array, place: { start: number; length: number }) => {
      const value = next()
      value.kind = type === 3 ? 2 : 3
      value.start = current.used
      value.length = Math.min(place.length, largestKeyBytes - current.used)
      if (value.length < place.length) current.isCut = true
      const used = current.used + value.length
      if (used > current.bytes.length) {
        const larger = new Uint8Array(Math.min(largestKeyBytes, used * 2))
        larger.set(current.bytes.subarray(0, current.used))
        current.bytes = larger
      }
      // Most keys are short: a loop beats making a view for each.
      const { bytes } = current
      if (value.length > 128) {
        bytes.set(from.subarray(place.start, place.start + value.length), current.used)
      } else {
        for (let at = 0; at < value.length; at += 1) {
          bytes[current.used + at] = from[place.start + at] ?? 0
        }
      }
      current.used = used
    },
    endRow: () => {
      if (rows > 0) judge()
      rows += 1
      const spare = previous
      previous = current
      current = spare
      current.count = 0
      current.used = 0
      current.isCut = false
    },
    result: () => ({ disorder, repeats, unclear }),
  }
}
