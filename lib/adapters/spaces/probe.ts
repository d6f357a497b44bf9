/**
 * What the store behind an address really enforces, asked by trying it. For `doctor` alone.
 *
 * Probes are a few bytes under `_state/probe/`; nothing else can be deleted from here.
 */
import { createHash } from 'node:crypto'

import {
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'

import { isExpiring, prefixOf } from './bucket'
import { s3Client } from './client'
import type { SpacesOptions } from './client'
import { signUpload } from './upload-address'

export type Reply = { status: number; serverTime: Date | undefined }

export type StoreProbe = {
  reach(): Promise<{ status: number; code: string; serverTime: Date | undefined }>
  /** `never`: it is not, and has not been. Undefined where this key may not ask, as below. */
  versioning(): Promise<'never' | 'enabled' | 'suspended' | undefined>
  /** The prefixes of rules that are in force and delete what stands there after a time. */
  expiring(): Promise<string[] | undefined>
  /** Signs an upload of `body`, then sends what `abuse` makes of it. */
  upload(name: string, body: string, abuse?: Partial<Sent>): Promise<Reply>
  /** What a stranger without any key gets for a key of ours. */
  readAsStranger(name: string): Promise<Reply>
  listAsStranger(): Promise<Reply>
  /** Undefined where this key may not ask. */
  isThere(name: string): Promise<boolean | undefined>
  /** Whether a page of this origin may read here, as a browser asks before it does. */
  admits(origin: string): Promise<boolean>
  /** Whether it is gone, whatever the store said. */
  remove(name: string): Promise<boolean>
}

export type Sent = { body: string; headers: Record<string, string>; without: string }

const timeoutMs = 10_000

/** Too busy, or broken: no answer to what was asked. What a store has not (501) is one. */
const isAway = (status: number | undefined): boolean =>
  status !== undefined && [500, 502, 503, 504].includes(status)

/** Undefined where it is none of the store's own. */
const answerOf = (thrown: unknown): S3ServiceException | undefined =>
  thrown instanceof S3ServiceException && !isAway(thrown.$metadata.httpStatusCode)
    ? thrown
    : undefined

export const storeProbe = (options: SpacesOptions): StoreProbe => {
  const client = s3Client(options, 1)
  const { bucket: Bucket } = options
  const keyOf = (name: string): string => `${options.prefix}_state/probe/${name}`

  const send = async (url: string, init: RequestInit): Promise<Reply> => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
    await response.body?.cancel()
    if (isAway(response.status)) throw new Error(`The store answered ${response.status}.`)
    return { status: response.status, serverTime: timeOf(response.headers.get('date')) }
  }

  const address = (path: string): string => `${new URL(options.endpoint).origin}/${Bucket}${path}`

  const isThere: StoreProbe['isThere'] = async (name) => {
    try {
      await client.send(new HeadObjectCommand({ Bucket, Key: keyOf(name) }))
      return true
    } catch (thrown) {
      const refusal = answerOf(thrown)
      if (!refusal) throw thrown
      return refusal.$metadata.httpStatusCode === 404 ? false : undefined
    }
  }

  return {
    reach: async () => {
      // The Date of the answer shows whether our clock is right, whatever the answer is.
      const { serverTime } = await send(address('/'), { method: 'HEAD' })
      try {
        await client.send(new HeadBucketCommand({ Bucket }))
        return { status: 200, code: '', serverTime }
      } catch (thrown) {
        const refusal = answerOf(thrown)
        if (!refusal) throw thrown
        const status = refusal.$metadata.httpStatusCode ?? 0
        return { status, code: refusal.name, serverTime }
      }
    },
    versioning: async () => {
      try {
        const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }))
        return Status === undefined ? 'never' : Status === 'Enabled' ? 'enabled' : 'suspended'
      } catch {
        return undefined
      }
    },
    expiring: async () => {
      try {
        const answer = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
        return (answer.Rules ?? []).filter(isExpiring).map(prefixOf)
      } catch (thrown) {
        const isNone = thrown instanceof Error && thrown.name === 'NoSuchLifecycleConfiguration'
        return isNone ? [] : undefined
      }
    },
    upload: async (name, body, abuse = {}) => {
      const { sha256, md5 } = digests(body)
      const terms = { key: keyOf(name), sizeBytes: Buffer.byteLength(body), sha256, md5 }
      const signed = await signUpload(client, { ...terms, expiresInSeconds: 300 }, options)
      const headers: Record<string, string> = { ...signed.headers, ...abuse.headers }
      if (abuse.without !== undefined) delete headers[abuse.without]
      const bytes = new TextEncoder().encode(abuse.body ?? body)
      return send(signed.url, { method: 'PUT', headers, body: bytes })
    },
    readAsStranger: (name) => send(address(`/${keyOf(name)}`), {}),
    listAsStranger: () => send(address('/?list-type=2'), {}),
    admits: async (origin) => {
      const response = await fetch(address('/_'), {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
        signal: AbortSignal.timeout(timeoutMs),
      })
      await response.body?.cancel()
      const admitted = response.headers.get('access-control-allow-origin')
      return response.ok && (admitted === '*' || admitted === origin)
    },
    isThere,
    remove: async (name) => {
      try {
        await client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(name) }))
      } catch (thrown) {
        if (!answerOf(thrown)) throw thrown
      }
      return (await isThere(name)) === false
    },
  }
}

const digests = (body: string) => ({
  sha256: createHash('sha256').update(body).digest('hex'),
  md5: createHash('md5').update(body).digest('hex'),
})

const timeOf = (header: string | null): Date | undefined => {
  const time = new Date(header ?? '')
  return Number.isNaN(time.getTime()) ? undefined : time
}
