/**
 * Did two ways of reading see the same bytes?
 *
 * By ranges a block may be fetched again, for the checks or for what the hash still lacks. Every
 * reading of it is held against every other one, by SHA-256.
 */
import { createHash } from 'node:crypto'

export type BlockDigests = {
  /** The stream begins with this block. */
  begin(block: number): void
  /** The next bytes of the stream. False: a block differs from what a range brought. */
  stream(chunk: Uint8Array): boolean
  /** A block that a range brought. False: it differs from an earlier reading. */
  range(block: number, bytes: Uint8Array): boolean
}

const digestBytes = 16

export const blockDigests = (sizeBytes: number, blockBytes: number): BlockDigests => {
  const blockCount = Math.ceil(sizeBytes / blockBytes)
  const digests = new Map<number, string>()
  let hash = createHash('sha256')
  let at = 0

  const agree = (block: number, digest: Buffer): boolean => {
    const text = digest.toString('latin1', 0, digestBytes)
    const known = digests.get(block)
    if (known === undefined && block < blockCount) digests.set(block, text)
    return known === undefined || known === text
  }

  return {
    begin: (block) => void (at = block * blockBytes),
    range: (block, bytes) => agree(block, createHash('sha256').update(bytes).digest()),
    stream: (chunk) => {
      let isSame = true
      for (let from = 0; from < chunk.length;) {
        const block = Math.floor(at / blockBytes)
        const end = Math.min((block + 1) * blockBytes, sizeBytes)
        const part = chunk.subarray(from, from + end - at)
        if (part.length === 0) return isSame
        hash.update(part)
        from += part.length
        at += part.length
        if (at < end) continue
        isSame = agree(block, hash.digest()) && isSame
        hash = createHash('sha256')
      }
      return isSame
    },
  }
}
