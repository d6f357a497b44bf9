/**
 * What is in the stored bytes? Read once and kept nowhere: their hash, and the dump that is in them, as it
 * streams by at any size.
 */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'

import { outliner } from '../../rules/kinds/postgres/outline'
import type { Outline } from '../../rules/kinds/postgres/outline'
import type { Announced, Received } from '../../rules/verdict/arrival'
import { takeIdentity } from '../reading/intake'
import { steadily, unreadable } from '../reading/source'
import type { ByteSource } from '../reading/source'
import { unpack } from '../reading/unpack'

export type Read = { received: Received; outline: Outline }

const readPlain = async (chunks: AsyncIterable<Uint8Array>): Promise<Read> => {
  const seeing = outliner()
  const received = await takeIdentity(chunks, (chunk) => {
    seeing.feed(chunk)
    return Promise.resolve(true)
  })
  if (!received) throw new TypeError('every chunk is taken')
  return { received, outline: seeing.end() }
}

const readPacked = async (
  chunks: AsyncIterable<Uint8Array>,
  announcedBytes: number | undefined,
): Promise<Read> => {
  const seeing = outliner()
  const stored = createHash('sha256')
  const raw = createHash('sha256')
  let sizeBytes = 0
  const { trouble, isFollowed } = await unpack(chunks, {
    onStored: (chunk) => void stored.update(chunk),
    onRaw: async (chunk) => {
      sizeBytes += chunk.length
      if (sizeBytes > (announcedBytes ?? Infinity)) return false
      raw.update(chunk)
      seeing.feed(chunk)
      return true
    },
  })
  const outcome =
    trouble === undefined
      ? { sizeBytes, sha256: raw.digest('hex'), isFollowed }
      : { error: trouble }
  return { received: { sha256: stored.digest('hex'), raw: outcome }, outline: seeing.end() }
}

/** When it was last written to, and how large it is; of an object in a store nothing of that changes. */
const stateOf = async ({ file }: ByteSource): Promise<string> => {
  if (file === undefined) return ''
  const { mtimeMs, size, ino } = await stat(file)
  return [mtimeMs, size, ino].join()
}

/** A Fault where not all of it could be had. */
export const readDump = async (
  source: ByteSource,
  { encoding, rawSizeBytes }: Announced,
  isOver: () => boolean,
): Promise<Read> => {
  const before = await stateOf(source)
  const chunks = steadily(source, isOver)
  const read = await (encoding === 'gzip' ? readPacked(chunks, rawSizeBytes) : readPlain(chunks))
  if ((await stateOf(source)) !== before)
    throw unreadable('The file changed while it was read; nothing said of it would hold.')
  return read
}
