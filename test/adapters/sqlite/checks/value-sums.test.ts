/** Two places that hold the same rows have the same sums, and no others do. */
import { expect, test } from 'vitest'

import {
  addTo,
  areEqual,
  hashBytes,
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

test('a number beyond 64 bits is told by its double alone', () => {
  expect(lowOf(2 ** 53 + 2)).toBe(2)
  expect(lowOf(-7)).toBe(-7)
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
