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
  /** What it begins with, and how much was unpacked, where that was more than such a thing can hold. */
  overlong?: { head: Buffer; sizeBytes: number }
}

/** Of what begins so: how much it can be. */
export type Bounds = { headBytes: number; mostOf(head: Buffer): number }

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
  /** Where nobody announced how much comes out. */
  bounds?: Bounds
}

export const takeArchive = async (options: ArchiveOptions): Promise<Intake> => {
  const stored = createHash('sha256')
  const raw = createHash('sha256')
  let { spool } = options
  let sizeBytes = 0
  let head = Buffer.alloc(0)
  let isOverlong = false
  const { announcedBytes, bounds } = options
  const mostNow = (chunk: Uint8Array): number => {
    if (!bounds || announcedBytes !== undefined) return Infinity
    if (head.length < bounds.headBytes)
      head = Buffer.concat([head, chunk]).subarray(0, bounds.headBytes)
    return head.length < bounds.headBytes ? Infinity : bounds.mostOf(head)
  }
  const mostBytes = Math.min(announcedBytes ?? Infinity, options.mostBytes)
  const { trouble, isFollowed } = await unpack(options.chunks, {
    onStored: (chunk) => void stored.update(chunk),
    onRaw: async (chunk) => {
      sizeBytes += chunk.length
      isOverlong = sizeBytes > mostNow(chunk)
      if (isOverlong || sizeBytes > mostBytes) return false
      raw.update(chunk)
      if (spool && !(await spool.write(chunk))) spool = undefined
      return true
    },
  })
  const isSpooled = spool !== undefined && (await spool.flush())
  const sha256 = stored.digest('hex')
  if (isOverlong) return { received: { sha256 }, isSpooled, overlong: { head, sizeBytes } }
  // More than may be unpacked here, whatever was announced: of what is in it nothing is known.
  const isTooLarge = sizeBytes > mostBytes && mostBytes < (announcedBytes ?? Infinity)
  if (isTooLarge) return { received: { sha256 }, isSpooled: false }
  if (trouble !== undefined) {
    return { received: { sha256, raw: { error: trouble } }, isSpooled }
  }
  const received = { sha256, raw: { sizeBytes, sha256: raw.digest('hex'), isFollowed } }
  return { received, isSpooled }
}
