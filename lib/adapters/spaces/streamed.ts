/**
 * Writes a large object from a stream: exactly the announced bytes, where nothing stands yet, or nothing.
 *
 * The last piece is held back until the hash of all of them agrees, so that other bytes never arrive whole; and
 * the hash is signed with the request, so that a store which looks refuses them itself.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'

import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'

import { Fault } from '../../faults'
import type { Store } from '../../ports'

import type { SpacesOptions } from './client'
import { isNoBucket, statusOf, storeFault } from './troubles'

/** For a body that takes minutes the patience of a small request is none. */
const longestMs = 900_000

export const otherBytesFault = (): Fault =>
  new Fault({
    code: 'contended',
    why: 'The bytes that were read are not the ones that were judged.',
    mend: 'It is tried again by itself. If it stays, have the copy opened again: snapproof verify --stored.',
  })

/** The same pieces, and the last of them only once all are known to be the announced ones. */
export async function* asAnnounced(
  chunks: AsyncIterable<Uint8Array>,
  sha256: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let held: Uint8Array | undefined
  for await (const chunk of chunks) {
    if (held) yield held
    hash.update(chunk)
    held = chunk
  }
  if (hash.digest('hex') !== sha256) throw otherBytesFault()
  if (held) yield held
}

export const streamedWrites =
  (client: S3Client, options: SpacesOptions, signal: AbortSignal | undefined) =>
  async (
    Key: string,
    { chunks, sizeBytes, sha256, until }: Parameters<Store['createFrom']>[1],
  ): Promise<'created' | 'exists'> => {
    const ends = new AbortController()
    let broken: unknown
    // A body that breaks ends nothing by itself: its request would wait for the rest for ever.
    const Body = Readable.from(asAnnounced(chunks, sha256), { objectMode: false })
    Body.on('error', (thrown) => {
      broken ??= thrown
      ends.abort()
    })
    const command = new PutObjectCommand({
      Bucket: options.bucket,
      Key,
      Body,
      ContentLength: sizeBytes,
      IfNoneMatch: '*',
    })
    command.middlewareStack.add(
      (next) => (given) => {
        const { request } = given
        const isRequest = typeof request === 'object' && request !== null && 'headers' in request
        if (isRequest) Object.assign(request.headers ?? {}, { 'x-amz-content-sha256': sha256 })
        return next(given)
      },
      { step: 'build', name: 'snapproofContentHash' },
    )
    const signals = [ends.signal, until, signal].filter((one) => one !== undefined)
    try {
      await client.send(command, {
        abortSignal: AbortSignal.any(signals),
        requestTimeout: longestMs,
      })
      return 'created'
    } catch (thrown) {
      if (broken instanceof Fault) throw broken
      const status = statusOf(thrown)
      // 412: something stands there. 409: two writers met, and the other one won.
      if ((status === 412 || status === 409) && !isNoBucket(thrown)) return 'exists'
      throw storeFault(broken ?? thrown, options)
    } finally {
      Body.destroy()
    }
  }
