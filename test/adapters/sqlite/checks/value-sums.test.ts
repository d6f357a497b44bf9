/** Two places that hold the same rows have the same sums, and no others do. */
import { expect, test } from 'vitest'

import {
  addTo,
  areEqual,
  combined,
  hashBytes,
  hashNull,
  hashNumber,
  lowOf,
  noSums,
} from '../../../../lib/adapters/sqlite/checks/value-sums'

test('rows are counted too: one whose hash is nothing is still a row', () => {
  const sums = noSums()
  addTo(sums, 0)
  expect(sums).toEqual({ count: 1, low: 0, high: 0 })
  expect(areEqual(sums, noSums())).toBe(false)
})

test('rows add up in whatever order they come, in two sums of which each sees what the other may not', () => {
  const added = (hashes: readonly number[]) => {
    const sums = noSums()
    for (const hash of hashes) addTo(sums, hash)
    return sums
  }
  expect(added([5, 7])).toMatchObject({ count: 2, low: 12 })
  expect(added([2 ** 31 - 1, 1])).toMatchObject({ low: -(2 ** 31) })
  expect(added([5, 7, -9])).toEqual(added([-9, 5, 7]))
  // One more here and one less there is nothing to the first sum.
  const [one, other] = [added([0x2001, 0]), added([0x2000, 1])]
  expect(one.low).toBe(other.low)
  expect(areEqual(one, other)).toBe(false)
  expect(areEqual(one, added([0, 0x2001]))).toBe(true)
  expect(areEqual(one, { ...one, low: 1 })).toBe(false)
})

test('of several values each counts, and in which place it stands', () => {
  const all = [11, 12, 13]
  const orders = [[0, 1, 2], [1, 0, 2], [0, 1], [0], [2, 1]]
  expect(new Set(orders.map((places) => combined(all, places))).size).toBe(orders.length)
  expect(combined([], [0])).toBe(combined([hashNull], [0]))
})

test('a number beyond 64 bits is told by its double alone', () => {
  expect(lowOf(2 ** 53 + 2)).toBe(2)
  expect(lowOf(-7)).toBe(-7)
  expect(lowOf(2 ** 62 + 2 ** 10)).toBe((2 ** 62 + 2 ** 10) | 0)
  expect(lowOf(2 ** 63 + 2 ** 11 + 2 ** 12)).toBe(0)
  expect(lowOf(2 ** 83 * 1.5)).toBe(0)
})

test.each([
  { name: 'the lower half of a whole number', one: [2 ** 54, 0], other: [2 ** 54, 1] },
  { name: 'the higher half of a double', one: [2 ** 33, 0], other: [2 ** 34, 0] },
  { name: 'the lower half of a double', one: [0.1, 0], other: [0.1 + 2 ** -56, 0] },
] as const)('of a number counts $name', ({ one, other }) => {
  expect(hashNumber(one[0], one[1])).not.toBe(hashNumber(other[0], other[1]))
})

test('each byte of a value counts, and where it stands', () => {
  const hashOf = (text: string, isText = true) => {
    const bytes = Buffer.from(`..${text}`)
    return hashBytes(bytes, { isText, start: 2, length: bytes.length - 2 })
  }
  const base = 'abcdefghij'
  const others = [...base].map((_, at) => `${base.slice(0, at)}x${base.slice(at + 1)}`)
  expect(new Set([base, ...others, 'bacdefghij'].map((one) => hashOf(one))).size).toBe(12)
  expect(hashOf(base, false)).not.toBe(hashOf(base))
  expect(hashNumber(0, 0)).toBe(hashNumber(-0, 0))
})
