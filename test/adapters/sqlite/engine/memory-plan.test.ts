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

test.each([
  { memoryMiB: 160, plan: [16, 48, 96, 16, 16, 16, 64] },
  { memoryMiB: 256, plan: [16, 48, 96, 32, 16, 16, 64] },
  { memoryMiB: 320, plan: [32, 64, 112, 64, 21, 64, 64] },
  { memoryMiB: 512, plan: [64, 128, 176, 160, 48, 192, 80] },
  { memoryMiB: 1024, plan: [64, 128, 176, 416, 48, 704, 128] },
  { memoryMiB: 8192, plan: [64, 128, 176, 1024, 48, 7872, 128] },
])('of $memoryMiB MiB everything has its share', ({ memoryMiB, plan }) => {
  const [cache = 0, heap = 0, cap = 0, held = 0, slotCount, spool = 0, workerHeapMb] = plan
  expect(planMemory(memoryMiB * mebibyte)).toEqual({
    cacheBytes: cache * mebibyte,
    heapLimitBytes: heap * mebibyte,
    memoryCapBytes: cap * mebibyte,
    heldBytes: held * mebibyte,
    blockBytes: 2 * mebibyte,
    slotCount,
    spoolInMemoryBytes: spool * mebibyte,
    workerHeapMb,
  })
})

test('parts are whole bytes, whatever the sum', () => {
  const { cacheBytes, heldBytes, workerHeapMb } = planMemory(448 * mebibyte - 1)
  expect([cacheBytes, heldBytes, workerHeapMb]).toEqual([64 * mebibyte - 1, 128 * mebibyte - 1, 64])
})
