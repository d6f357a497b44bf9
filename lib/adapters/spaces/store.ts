/** A Store on S3-compatible storage: Spaces, Ceph RGW, or the embedded one. */
import { IncomingMessage } from 'node:http'

import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'

import { Fault } from '../../faults'
import type { Store, StoredObject } from '../../ports'
import { largestOwnBytes } from '../../rules/trust/seal'

import { inTime, s3Client } from './client'
import type { SpacesOptions } from './client'
import { spacesListing, storedObject } from './listing'
import { streamedWrites } from './streamed'
import { isNoBucket, replacedFault, statusOf, storeFault } from './troubles'
import { signUpload } from './upload-address'

/** The client keeps its connections; a signal is the end of the time of whoever is handed this store. */
export type Within = { client?: S3Client; signal?: AbortSignal | undefined }

export const spaces = (
  options: SpacesOptions,
  { client = s3Client(options), signal }: Within = {},
): Store => {
  const request = inTime(signal)
  const { bucket: Bucket } = options

  const within = (Key: string): string => {
    if (Key.startsWith(options.prefix)) return Key
    throw new Fault({
      code: 'internal',
      why: `A key outside "${options.prefix}" was about to be touched; nothing was done.`,
      mend: 'This is a mistake in Snapproof: please report it.',
    })
  }

  /** `missing` is the answer for an object that is not there; anything else becomes a Fault. */
  const ask = async <Answer>(send: Parameters<typeof request<Answer>>[0]) => {
    try {
      return await request(send)
    } catch (thrown) {
      if (statusOf(thrown) === 404 && !isNoBucket(thrown)) return undefined
      throw storeFault(thrown, options)
    }
  }

  const put = async (Key: string, Body: Uint8Array, condition: Condition): Promise<boolean> => {
    const command = new PutObjectCommand({ Bucket, Key: within(Key), Body, ...condition })
    try {
      await request((sending) => client.send(command, sending))
      return true
    } catch (thrown) {
      // 412: the condition does not hold. 409: two writers met, and the other one won.
      // 404: what was to be replaced is gone.
      const status = statusOf(thrown)
      const isGone = status === 404 && condition.IfMatch !== undefined && !isNoBucket(thrown)
      if (status === 412 || status === 409 || isGone) return false
      throw storeFault(thrown, options)
    }
  }

  /** A retried PUT may meet its own first try, whose answer was lost: same bytes, so it is ours. */
  const isAlready = async (key: string, bytes: Uint8Array): Promise<boolean> => {
    const found = await read(key)
    return found !== undefined && Buffer.from(bytes).equals(found.bytes)
  }

  const head = async (Key: string): Promise<StoredObject | undefined> => {
    const found = await ask((sending) =>
      client.send(new HeadObjectCommand({ Bucket, Key }), sending),
    )
    return found && storedObject(Key, found.ContentLength, found.ETag, found.LastModified)
  }

  const get = async (Key: string, etag?: string, range?: string) => {
    const IfMatch = etag === undefined ? {} : { IfMatch: etag }
    const Range = range === undefined ? {} : { Range: range }
    const command = new GetObjectCommand({ Bucket, Key, ...IfMatch, ...Range })
    const found = await ask((sending) => client.send(command, sending))
    if (!found?.Body) return undefined
    const object = storedObject(Key, found.ContentLength, found.ETag, found.LastModified)
    // A store that does not know the condition answers with whatever stands there now.
    if (etag !== undefined && object.etag !== etag) {
      letGo(found.Body)
      throw replacedFault()
    }
    return { body: found.Body, object }
  }

  const read: Store['read'] = async (key) => {
    const found = await get(key)
    if (!found) return undefined
    if (found.object.sizeBytes > largestOwnBytes) {
      letGo(found.body)
      return { bytes: new Uint8Array(), object: found.object }
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of faithful(found.body, found.object.sizeBytes, options))
      chunks.push(chunk)
    return { bytes: Buffer.concat(chunks), object: found.object }
  }

  const createFrom = streamedWrites(client, options, signal)

  return {
    ...spacesListing(client, options, request),
    head,
    read,
    stream: async (key, etag) => {
      const found = await get(key, etag)
      if (!found) return undefined
      return {
        chunks: faithful(found.body, found.object.sizeBytes, options),
        object: found.object,
      }
    },
    range: async (key, { start, end, etag }) => {
      const found = await get(key, etag, `bytes=${start}-${end - 1}`)
      // A store that ignores ranges answers with the whole: that is not what was asked for.
      return found && faithful(found.body, end - start, options)
    },
    create: async (key, bytes) =>
      (await put(key, bytes, { IfNoneMatch: '*' })) || (await isAlready(key, bytes))
        ? 'created'
        : 'exists',
    createFrom: async (key, bytes) => createFrom(within(key), bytes),
    // The ETag goes without its quotes: with them the engines behind Spaces always answer 412.
    replace: async (key, bytes, etag) =>
      (await put(key, bytes, { IfMatch: etag })) || (await isAlready(key, bytes))
        ? 'replaced'
        : 'changed',
    put: async (key, bytes) => void (await put(key, bytes, {})),
    remove: async (key) => {
      const command = new DeleteObjectCommand({ Bucket, Key: within(key) })
      await ask((sending) => client.send(command, sending))
    },
    uploadAddress: async (terms) =>
      signUpload(client, { ...terms, key: within(terms.key) }, options),
    downloadAddress: async ({ key, expiresInSeconds }) =>
      getSignedUrl(client, new GetObjectCommand({ Bucket, Key: within(key) }), {
        expiresIn: expiresInSeconds,
      }),
  }
}

type Body = NonNullable<GetObjectCommandOutput['Body']>

/** A store that sends nothing for so long is gone. */
const silenceMs = 20_000

/** A body that nobody reads would keep its connection. */
const letGo = (body: Body): void => {
  if (body instanceof IncomingMessage) body.destroy()
}

type Condition = { IfNoneMatch?: '*'; IfMatch?: string }

/** A body that ends early, or breaks, is the store's trouble and never looks like a short file. */
async function* faithful(
  body: Body,
  sizeBytes: number,
  options: SpacesOptions,
): AsyncGenerator<Uint8Array> {
  let received = 0
  // In Node the body is the response itself: reading it as such costs half of what its web form
  // does, and a store that falls silent in mid-body is seen.
  const isResponse = body instanceof IncomingMessage
  if (isResponse) body.setTimeout(silenceMs, () => void body.destroy(new Error('silence')))
  try {
    for await (const chunk of isResponse ? body : body.transformToWebStream()) {
      received += chunk.length
      // No more than was announced is passed on; what is wrong is told below.
      if (received > sizeBytes) break
      yield chunk
    }
  } catch (thrown) {
    throw storeFault(thrown, options)
  }
  if (received !== sizeBytes) throw storeFault(undefined, options)
}
