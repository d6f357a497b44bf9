/**
 * Reads all stored bytes once: hashes them, and puts the database that is in them on the spool.
 */
import { createHash } from 'node:crypto'

import type { Received } from '../../rules/verdict/arrival'

import type { Spool } from './spool'
import { unpack } from './unpack'

export type Intake = {
  received: Received
  /** The database lies on the spool, all of it. */
  isSpooled: boolean
  /** It is an archive of more than may be unpacked here. */
  isTooLarge: boolean
}

/** Undefined as soon as the spool takes no more. */
export const takeIdentity = async (
  chunks: AsyncIterable<Uint8Array>,
  keep: (chunk: Uint8Array) => Promise<boolean>,
): Promise<Received | undefined> => {
  const hash = createHash('sha256')
  for await (const chunk of chunks) {
    hash.update(chunk)
    if (!(await keep(chunk))) return undefined
  }
  return { sha256: hash.digest('hex') }
}

export type ArchiveOptions = {
  chunks: AsyncIterable<Uint8Array>
  spool: Spool | undefined
  /** Announced at the source: more than this is not what was announced. */
  announcedBytes: number | undefined
  /** Never unpack more than this, whatever was announced. */
  mostBytes: number
}

export const takeArchive = async (options: ArchiveOptions): Promise<Intake> => {
  const stored = createHash('sha256')
  const raw = createHash('sha256')
  let { spool } = options
  let sizeBytes = 0
  const mostBytes = Math.min(options.announcedBytes ?? Infinity, options.mostBytes)
  const trouble = await unpack(options.chunks, {
    onStored: (chunk) => void stored.update(chunk),
    onRaw: async (chunk) => {
      sizeBytes += chunk.length
      if (sizeBytes > mostBytes) return false
      raw.update(chunk)
      if (spool && !(await spool.write(chunk))) spool = undefined
      return true
    },
  })
  const isSpooled = spool !== undefined && (await spool.flush())
  const sha256 = stored.digest('hex')
  const isTooLarge = sizeBytes > mostBytes && mostBytes < (options.announcedBytes ?? Infinity)
  if (isTooLarge) return { received: { sha256 }, isSpooled: false, isTooLarge }
  if (trouble !== undefined) {
    return { received: { sha256, raw: { error: trouble } }, isSpooled, isTooLarge }
  }
  const received = { sha256, raw: { sizeBytes, sha256: raw.digest('hex') } }
  return { received, isSpooled, isTooLarge }
}
