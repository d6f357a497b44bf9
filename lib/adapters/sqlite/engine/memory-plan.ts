/**
 * What gets how much of the memory the function has?
 *
 * Node with the SDK, a worker and SQLite's code need the base. Above it the page cache is served
 * first (with a large one a whole file needs no second reading), then the blocks of ranges. A cache beyond
 * 64 MiB would cost more than it brings: from there on scans take less time than looking rows up.
 */

export type MemoryPlan = {
  cacheBytes: number
  heapLimitBytes: number
  memoryCapBytes: number
  heldBytes: number
  blockBytes: number
  slotCount: number
  /** What a temp folder that is in memory may hold of it. */
  spoolInMemoryBytes: number
  /** The worker's own objects; SQLite's memory and shared blocks do not count here. */
  workerHeapMb: number
}

const mebibyte = 1024 ** 2

/** Below this nothing can be promised. */
export const leastBytes = 160 * mebibyte

const baseBytes = 192 * mebibyte

const between = (least: number, most: number, value: number): number =>
  Math.floor(Math.min(most, Math.max(least, value)))

export const planMemory = (memoryBytes: number): MemoryPlan => {
  const spare = memoryBytes - baseBytes
  const cacheBytes = between(16 * mebibyte, 64 * mebibyte, spare / 4)
  const blocksBytes = between(32 * mebibyte, 96 * mebibyte, spare / 3)
  const heapLimitBytes = cacheBytes + between(32 * mebibyte, 64 * mebibyte, spare / 4)
  const blockBytes = 2 * mebibyte
  return {
    cacheBytes,
    heapLimitBytes,
    // SQLite's own limit speaks first; this one holds where a file talks its way around it.
    memoryCapBytes: heapLimitBytes + 48 * mebibyte,
    heldBytes: between(16 * mebibyte, 1024 * mebibyte, spare / 2),
    blockBytes,
    slotCount: Math.floor(blocksBytes / blockBytes),
    spoolInMemoryBytes: Math.max(16 * mebibyte, spare - heapLimitBytes),
    workerHeapMb: between(64, 128, spare / 4 / mebibyte),
  }
}
