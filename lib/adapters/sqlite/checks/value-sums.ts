/**
 * Do two places hold the same rows? Counts and order-independent sums of hashes say so.
 *
 * A value has one hash, whether SQLite hands it over or it is read from the bytes of an index: a
 * real that is whole is the integer it is stored as, and text counts in the encoding of the file.
 */

export type Sums = { count: number; low: number; high: number }

export const noSums = (): Sums => ({ count: 0, low: 0, high: 0 })

const double = new DataView(new ArrayBuffer(8))

const mix = (hash: number, value: number): number => {
  const next = Math.imul(hash ^ value, 0x9e3779b1)
  return next ^ (next >>> 15)
}

export const hashNull = 0x5bd1e995

/** The low half of a number as an integer of 64 bits: beyond 2^53 the double alone is not exact. */
export const lowOf = (number: number): number => (Math.abs(number) < 2 ** 63 ? number | 0 : 0)

export const hashNumber = (number: number, low: number): number => {
  // 0 and -0 are one key.
  double.setFloat64(0, number + 0)
  // Each goes in by itself: the halves of one integer resemble one another and could cancel out.
  return mix(mix(mix(1, low), double.getInt32(0)), double.getInt32(4))
}

const byteOf = (from: Uint8Array, at: number): number => from[at] ?? 0

export type Bytes = { isText: boolean; start: number; length: number }

export const hashBytes = (from: Uint8Array, { isText, start, length }: Bytes): number => {
  let hash = mix(isText ? 3 : 4, length)
  const end = start + length
  let at = start
  for (; at + 4 <= end; at += 4) {
    const low = byteOf(from, at) | (byteOf(from, at + 1) << 8)
    hash = mix(hash, low | (byteOf(from, at + 2) << 16) | (byteOf(from, at + 3) << 24))
  }
  for (; at < end; at += 1) hash = mix(hash, byteOf(from, at))
  return hash
}

/** One for a row, out of those of its values in this order. */
export const combined = (hashes: readonly number[], places: readonly number[]): number => {
  let hash = places.length
  for (const place of places) hash = mix(hash, hashes[place] ?? hashNull)
  return hash
}

export const addTo = (sums: Sums, hash: number): void => {
  sums.count += 1
  sums.low = (sums.low + hash) | 0
  // A second sum of another kind: changes that cancel out in one do not in both.
  sums.high = (sums.high + Math.imul(hash ^ (hash >>> 13), 0x85ebca6b)) | 0
}

export const areEqual = (one: Sums, other: Sums): boolean =>
  one.count === other.count && one.low === other.low && one.high === other.high
