import { createHash } from 'node:crypto'
import { createGunzip } from 'node:zlib'

import type { Received } from '../../rules/arrival'

/** Where the bytes come from: an object in the store, or a file on this machine. */
export type ByteSource = {
  sizeBytes: number
  chunks: AsyncIterable<Uint8Array>
}

export type Intake = { bytes: SharedArrayBuffer; sizeBytes: number; received: Received }

/**
 * Reads a source to its end and keeps up to `capacity` bytes of the database in it.
 * The hash always covers all stored bytes, also of a file that is too large to keep.
 */
export const take = async (
  source: ByteSource,
  encoding: 'identity' | 'gzip',
  capacity: number,
): Promise<Intake> => {
  const stored = createHash('sha256')
  const raw = createHash('sha256')
  const bytes = new SharedArrayBuffer(capacity)
  const view = new Uint8Array(bytes)
  let sizeBytes = 0
  const keep = (chunk: Uint8Array) => {
    if (sizeBytes + chunk.length <= capacity) view.set(chunk, sizeBytes)
    sizeBytes += chunk.length
  }
  if (encoding === 'identity') {
    for await (const chunk of source.chunks) {
      stored.update(chunk)
      keep(chunk)
    }
    return { bytes, sizeBytes, received: { sha256: stored.digest('hex') } }
  }
  const unpacked = await unpack(source.chunks, stored, (chunk) => {
    raw.update(chunk)
    keep(chunk)
    return sizeBytes <= capacity
  })
  const sha256 = stored.digest('hex')
  if (unpacked !== undefined) {
    return { bytes, sizeBytes, received: { sha256, raw: { error: unpacked } } }
  }
  return { bytes, sizeBytes, received: { sha256, raw: { sizeBytes, sha256: raw.digest('hex') } } }
}

/** Unpacks gzip as it streams; answers with what is wrong with the archive, if anything is. */
const unpack = async (
  chunks: AsyncIterable<Uint8Array>,
  stored: ReturnType<typeof createHash>,
  keep: (chunk: Uint8Array) => boolean,
): Promise<string | undefined> => {
  const gunzip = createGunzip()
  let trouble: string | undefined
  const drained = new Promise<void>((resolve) => {
    gunzip.on('data', (chunk: Buffer) => {
      if (!keep(chunk) && trouble === undefined) {
        trouble = 'it unpacks to more than was announced'
        gunzip.destroy()
        resolve()
      }
    })
    gunzip.on('end', resolve)
    gunzip.on('error', () => {
      trouble ??= 'its content or its checksum is damaged'
      resolve()
    })
  })
  for await (const chunk of chunks) {
    stored.update(chunk)
    if (trouble === undefined && !gunzip.write(chunk)) {
      await Promise.race([drained, new Promise((resolve) => gunzip.once('drain', resolve))])
    }
  }
  if (trouble === undefined) gunzip.end()
  await drained
  return trouble
}
