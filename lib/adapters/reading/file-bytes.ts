/**
 * How are the pages of a local file read? In windows, as an engine walks in runs, up and down.
 *
 * The descriptor belongs to the owner of the worker: they are one process.
 */
import { readSync } from 'node:fs'

import type { PageSource } from './lazy-bytes'
import { windows } from './windows'

const windowBytes = 256 * 1024
const windowCount = 32

export const fileBytes = (fd: number, sizeBytes: number): PageSource => {
  let trouble: string | undefined
  const fill = (index: number, into: Uint8Array): void => {
    let filled = 0
    while (filled < into.length) {
      const position = index * windowBytes + filled
      const count = readSync(fd, into, filled, into.length - filled, position)
      if (count === 0) throw new Error(`the file ends at byte ${position}`)
      filled += count
    }
  }
  const readWindow = windows({ sizeBytes, windowBytes, count: windowCount, fill })
  return {
    sizeBytes,
    get trouble() {
      return trouble
    },
    read: (start, end) => {
      try {
        if (trouble !== undefined) throw new Error(trouble)
        return readWindow(start, end)
      } catch (thrown) {
        trouble ??= thrown instanceof Error ? thrown.message : 'reading failed'
        throw thrown
      }
    },
  }
}
