/**
 * Which pieces of a large file are at hand? The least recently used one gives way.
 *
 * Pages are aligned and smaller than a window, so a read that crosses an edge is rare.
 */

export type Fill = (index: number, into: Uint8Array) => void

export const windows = (options: {
  sizeBytes: number
  windowBytes: number
  count: number
  fill: Fill
}) => {
  const { sizeBytes, windowBytes, count, fill } = options
  const kept = new Map<number, Uint8Array>()

  const windowAt = (index: number): Uint8Array => {
    let found = kept.get(index)
    if (found) {
      kept.delete(index)
    } else {
      const oldest = kept.size < count ? undefined : kept.keys().next().value
      found = (oldest === undefined ? undefined : kept.get(oldest)) ?? new Uint8Array(windowBytes)
      if (oldest !== undefined) kept.delete(oldest)
      const length = Math.min(windowBytes, sizeBytes - index * windowBytes)
      fill(index, found.subarray(0, length))
    }
    kept.set(index, found)
    return found
  }

  return (start: number, end: number): Uint8Array => joined(windowAt, { start, end, windowBytes })
}

/** One read out of as many pieces as it touches. */
export const joined = (
  pieceAt: (index: number) => Uint8Array,
  { start, end, windowBytes }: { start: number; end: number; windowBytes: number },
): Uint8Array => {
  const first = Math.floor(start / windowBytes)
  const offset = start - first * windowBytes
  if (end <= (first + 1) * windowBytes) return pieceAt(first).subarray(offset, offset + end - start)
  const bytes = new Uint8Array(end - start)
  for (let at = start; at < end;) {
    const index = Math.floor(at / windowBytes)
    const from = at - index * windowBytes
    const length = Math.min(windowBytes - from, end - at)
    bytes.set(pieceAt(index).subarray(from, from + length), at - start)
    at += length
  }
  return bytes
}
