// How do the bytes of a request reach the disk, and are they the ones that were meant?

import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

import { Refusal, unsupported } from '../wire/refusal'
import { unsignedPayload } from '../wire/signature'
import type { Target } from '../wire/target'

import { fileName } from './file-names'
import { type Bucket, remove } from './folder'
import { ownName } from './owner'

/** What the request says its body is. Whatever is given must be so, or nothing is stored. */
export type Declared = {
  sizeBytes: number
  sha256: string | undefined
  md5: string | undefined
  checksums: { header: string; value: string; start: () => Digest }[]
}

/** What a checksum of any kind does: takes the bytes, then tells itself in base64. */
type Digest = { update: (chunk: Buffer) => void; base64: () => string }

export type Arrived = { path: string; sizeBytes: number; md5: string; sha256: string }

/** The largest single PUT of S3, Spaces and RGW. */
const bodyLimitBytes = 5 * 1024 ** 3

const hashDigest = (algorithm: 'sha1' | 'sha256') => (): Digest => {
  const hash = createHash(algorithm)
  return { update: (chunk) => void hash.update(chunk), base64: () => hash.digest('base64') }
}

const crc32Digest = (): Digest => {
  let value = 0
  const base64 = (): string => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes.toString('base64')
  }
  return { update: (chunk) => void (value = crc32(chunk, value)), base64 }
}

/** Pacific and Reef ignore these and Tentacle checks them; a right one passes everywhere. */
const checkable: Record<string, () => Digest> = {
  'x-amz-checksum-crc32': crc32Digest,
  'x-amz-checksum-sha1': hashDigest('sha1'),
  'x-amz-checksum-sha256': hashDigest('sha256'),
}

const requiredHint =
  "Set the SDK's requestChecksumCalculation to WHEN_REQUIRED and send a Content-Length."

/** What the SDK sends of a stream unless told otherwise; Pacific does not take it. */
export const refuseChunks = (target: Target, payload: string): void => {
  if (
    payload.startsWith('STREAMING-') ||
    target.header('content-encoding')?.includes('aws-chunked')
  )
    throw unsupported(`aws-chunked bodies with trailing checksums are not taken. ${requiredHint}`)
}

/** Reads the promises of the headers alone, so a refusal costs the client no upload. */
export const declaredBody = (target: Target, payload: string): Declared => {
  const length = target.header('content-length')
  if (length === undefined || target.header('transfer-encoding') !== undefined)
    throw new Refusal(411, 'MissingContentLength', `The body needs a length. ${requiredHint}`)
  if (!/^\d+$/.test(length))
    throw new Refusal(400, 'InvalidArgument', 'Content-Length is no number.')
  if (Number(length) > bodyLimitBytes)
    throw new Refusal(400, 'EntityTooLarge', `A single PUT holds at most ${bodyLimitBytes} bytes.`)
  if (payload !== unsignedPayload && !/^[0-9a-f]{64}$/.test(payload))
    throw new Refusal(
      400,
      'InvalidArgument',
      'x-amz-content-sha256 must be a hash in lower-case hex.',
    )
  const md5 = target.header('content-md5')
  if (md5 !== undefined && !/^[A-Za-z0-9+/]{22}==$/.test(md5))
    throw new Refusal(400, 'InvalidDigest', 'Content-MD5 must be 16 bytes in base64.')
  return {
    sizeBytes: Number(length),
    sha256: payload === unsignedPayload ? undefined : payload,
    md5: md5 === undefined ? undefined : Buffer.from(md5, 'base64').toString('hex'),
    checksums: Object.entries(checkable).flatMap(([header, start]) => {
      const value = target.header(header)
      return value === undefined ? [] : [{ header, value, start }]
    }),
  }
}

/** Hashes a body on its way through, and throws at its end if it is not the declared one. */
export const checkedBody = (
  declared: Declared,
): { take: (chunk: Buffer) => void; end: () => Omit<Arrived, 'path'> } => {
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  const others = declared.checksums.map((one) => ({ ...one, digest: one.start() }))
  const digests = [md5, sha256, ...others.map(({ digest }) => digest)]
  let sizeBytes = 0
  return {
    take: (chunk) => {
      sizeBytes += chunk.length
      for (const digest of digests) digest.update(chunk)
    },
    end: () => {
      if (sizeBytes !== declared.sizeBytes)
        throw new Refusal(400, 'IncompleteBody', 'The body ended before its declared length.')
      const found = { sizeBytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') }
      if (declared.md5 !== undefined && declared.md5 !== found.md5)
        throw new Refusal(400, 'BadDigest', 'The body is not the one of Content-MD5.')
      if (declared.sha256 !== undefined && declared.sha256 !== found.sha256)
        throw new Refusal(
          400,
          'XAmzContentSHA256Mismatch',
          'The body is not the one of x-amz-content-sha256.',
        )
      for (const { header, digest, value } of others)
        if (digest.base64() !== value)
          throw new Refusal(400, 'BadDigest', `The body is not the one of ${header}.`)
      return found
    },
  }
}

const writeAll = async (handle: FileHandle, chunk: Buffer): Promise<void> => {
  for (let at = 0; at < chunk.length;)
    at += (await handle.write(chunk, at, chunk.length - at)).bytesWritten
}

/**
 * Brings a body onto the disk, synced, under a name that nobody reads. Never holds more than
 * one chunk of it. If anything is wrong with it, nothing is left behind.
 */
export const receive = async (
  bucket: Bucket,
  upload: { key: string; owner: string; declared: Declared; body: AsyncIterable<Buffer> },
): Promise<Arrived> => {
  const path = join(bucket.incoming, ownName(fileName(upload.key), upload.owner))
  const handle = await open(path, 'wx', 0o600)
  let isComplete = false
  try {
    const checked = checkedBody(upload.declared)
    for await (const chunk of upload.body) {
      checked.take(chunk)
      await writeAll(handle, chunk)
    }
    const found = checked.end()
    await handle.sync()
    isComplete = true
    return { path, ...found }
  } finally {
    await handle.close()
    if (!isComplete) await remove(path)
  }
}
