/**
 * How is an inventory written? In parts of some thousand lines, each an archive for itself; one behind the
 * other they are one. So it lies compressed in memory, and a later run adds to what an earlier one wrote.
 */
import { createHash } from 'node:crypto'
import { createGunzip, gzipSync } from 'node:zlib'

import { lineOf } from '../../rules/kinds/objects/inventory'
import type { Foot, Head, ObjectLine } from '../../rules/kinds/objects/inventory'

const partBytes = 1024 ** 2

export const writer = (begun?: Uint8Array) => {
  const parts: Uint8Array[] = begun ? [begun] : []
  let texts: string[] = []
  let sizeBytes = 0

  const pack = (): void => {
    if (texts.length > 0) parts.push(gzipSync(texts.join('')))
    texts = []
    sizeBytes = 0
  }

  return {
    write: (line: Head | ObjectLine | Foot): void => {
      const text = lineOf(line)
      texts.push(text)
      sizeBytes += text.length
      if (sizeBytes >= partBytes) pack()
    },
    bytes: (): Uint8Array => {
      pack()
      return Buffer.concat(parts)
    },
  }
}

/** How much all of it is, unpacked, and its hash. */
export const unpackedOf = async (
  bytes: Uint8Array,
): Promise<{ sizeBytes: number; sha256: string }> => {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const unpacking = createGunzip()
  unpacking.end(bytes)
  for await (const chunk of unpacking) {
    if (!(chunk instanceof Uint8Array)) continue
    hash.update(chunk)
    sizeBytes += chunk.length
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}
