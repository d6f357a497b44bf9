/** Is what the process may use parted as its figures say, at any size? */
import { expect, test } from 'vitest'

import { leastBytes, planMemory } from '../../../../lib/adapters/sqlite/engine/memory-plan'

const mebibyte = 1024 ** 2

test('the page cache has 16 MiB at least and 64 MiB at most, however much memory there is', () => {
  const cacheMiB = (memoryMiB: number) => planMemory(memoryMiB * mebibyte).cacheBytes / mebibyte
  expect([160, 256, 320, 448, 512, 1024, 8192].map(cacheMiB)).toEqual([16, 16, 32, 64, 64, 64, 64])
})

test('what SQLite and the blocks of ranges may take together fits beside Node, where functions are smallest', () => {
  const { heapLimitBytes, blockBytes, slotCount } = planMemory(256 * mebibyte)
  expect(heapLimitBytes + blockBytes * slotCount).toBeLessThanOrEqual(96 * mebibyte)
  expect(leastBytes).toBeLessThan(256 * mebibyte)
})
