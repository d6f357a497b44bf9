/**
 * What came, of bytes that are kept nowhere? Their hash, and that of what is in them, while whoever wants it is fed
 * with that as it streams by.
 */
import { createHash } from 'node:crypto'

import type { Announced, Received } from '../../rules/verdict/arrival'

import { unpack } from './unpack'

export const streamed = async (
  chunks: AsyncIterable<Uint8Array>,
  { encoding, rawSizeBytes = Infinity }: Pick<Announced, 'encoding' | 'rawSizeBytes'>,
  feed: (chunk: Uint8Array) => void,
): Promise<Received> => {
  const stored = createHash('sha256')
  if (encoding === 'identity') {
    for await (const chunk of chunks) {
      stored.update(chunk)
      feed(chunk)
    }
    return { sha256: stored.digest('hex') }
  }
  const raw = createHash('sha256')
  let sizeBytes = 0
  const { trouble, isFollowed } = await unpack(chunks, {
    onStored: (chunk) => void stored.update(chunk),
    onRaw: async (chunk) => {
      sizeBytes += chunk.length
      if (sizeBytes > rawSizeBytes) return false
      raw.update(chunk)
      feed(chunk)
      return true
    },
  })
  const sha256 = stored.digest('hex')
  return trouble === undefined
    ? { sha256, raw: { sizeBytes, sha256: raw.digest('hex'), isFollowed } }
    : { sha256, raw: { error: trouble } }
}
