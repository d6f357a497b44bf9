/** One read out of as many pieces as it touches, and out of one piece without a copy of it. */
import { expect, test } from 'vitest'

import { joined } from '../../../lib/adapters/reading/windows'

const bytes = Uint8Array.from({ length: 40 }, (_, at) => at)
const windowBytes = 10
const pieceAt = (index: number) => bytes.subarray(index * windowBytes, (index + 1) * windowBytes)

test.each([
  { start: 10, end: 20, isCopied: false },
  { start: 12, end: 15, isCopied: false },
  { start: 30, end: 40, isCopied: false },
  { start: 19, end: 21, isCopied: true },
  { start: 5, end: 35, isCopied: true },
])('from $start to $end, copied: $isCopied', ({ start, end, isCopied }) => {
  const read = joined(pieceAt, { start, end, windowBytes })
  expect([...read]).toEqual([...bytes.subarray(start, end)])
  expect(read.buffer !== bytes.buffer).toBe(isCopied)
})
