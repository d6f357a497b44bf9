import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, afterEach, describe, expect, test } from 'vitest'

import { fileName } from '../../../lib/local/store/disk/file-names'
import { type StoreOptions, startStore } from '../../../lib/local/store/server'
import { slow } from '../../cases'

import { s3Contract } from './s3.contract'
import { type Endpoint, bound, etag, md5, presign, rawPut, sdk, send, sign, statusOf } from './wire'

const keys = { accessKey: 'key', secretKey: 'secret' }
const Bucket = 'snapshots'
const bytes = 'SQLite format 3\0 and what follows'

type Opened = Endpoint & { folder: string; close: () => Promise<void> }

const open = async (options: Partial<StoreOptions> = {}): Promise<Opened> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'store-')))
  const store = await startStore({ folder, buckets: [Bucket], ...keys, ...options })
  const close = async (): Promise<void> => {
    await store.close()
    if (options.folder === undefined) await rm(folder, { recursive: true })
  }
  return { endpoint: store.endpoint, region: 'us-east-1', bucket: Bucket, ...keys, folder, close }
}

const closing: (() => Promise<void>)[] = []
const opened = async (options: Partial<StoreOptions> = {}): Promise<Opened> => {
  const at = await open(options)
  closing.push(at.close)
  return at
}
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const stored = async ({ folder }: Opened, part = 'bytes'): Promise<string[]> =>
  readdir(join(folder, Bucket, part))

const put = async (at: Endpoint, key: string, body: string) =>
  send({ ...(await bound(at, key, body)), body })

const get = async (at: Endpoint, key: string) =>
  send({ url: await presign(at, { method: 'GET', key }), method: 'GET' })

describe('the embedded store', () => {
  let close: (() => Promise<void>) | undefined
  s3Contract(async () => {
    const at = await open()
    close = at.close
    return at
  })
  afterAll(() => close?.())

  test('refuses what any generation of the gateway refuses, by the status of the oldest', async () => {
    const at = await opened()
    const replace = (key: string, more: object) =>
      statusOf(sdk(at).send(new PutObjectCommand({ Bucket, Key: key, Body: bytes, ...more })))
    await put(at, 'a', bytes)
    expect(await replace('a', { IfMatch: etag(bytes) })).toMatchObject({ status: 412 })
    const url = await presign(at, { key: 'b', headers: {} })
    expect((await send({ url, body: bytes, isChunked: true })).status).toBe(411)
    const empty = await bound(at, 'c', bytes)
    expect((await send({ ...empty, body: '' })).status).toBe(403)
    const headers = { 'x-amz-copy-source': `/${Bucket}/a` }
    const copying = await bound(at, 'd', bytes, { headers })
    expect((await send({ ...copying, body: bytes })).status).toBe(501)
  })
})

describe('the clock of the embedded store', () => {
  const clock = (start: string) => {
    let at = new Date(start)
    const pass = (seconds: number): void => {
      at = new Date(at.getTime() + seconds * 1000)
    }
    return { now: () => at, pass }
  }

  test('decides when an address expires, to the second', async () => {
    const { now, pass } = clock('2025-07-04T01:00:00Z')
    const at = await opened({ now })
    const { url, headers } = await bound(at, 'a', bytes, { at: now(), expiresIn: 900 })
    pass(901)
    expect(await send({ url, headers, body: bytes })).toMatchObject({ status: 403 })
    pass(-1)
    expect(await send({ url, headers, body: bytes })).toMatchObject({ status: 200 })
  })

  test('refuses an address dated more than fifteen minutes ahead', async () => {
    const { now, pass } = clock('2025-07-04T01:00:00Z')
    const at = await opened({ now })
    const { url, headers } = await bound(at, 'a', bytes, { at: now() })
    pass(-901)
    expect(await send({ url, headers, body: bytes })).toMatchObject({ status: 403 })
    pass(1)
    expect(await send({ url, headers, body: bytes })).toMatchObject({ status: 200 })
  })

  test('is told in every answer, and dates every object', async () => {
    const { now } = clock('2025-07-04T01:00:00.250Z')
    const at = await opened({ now })
    const { url, headers } = await bound(at, 'a', bytes, { at: now() })
    const date = 'Fri, 04 Jul 2025 01:00:00 GMT'
    expect((await send({ url, headers, body: bytes })).headers['date']).toBe(date)
    const reading = await presign(at, { method: 'GET', key: 'a', at: now() })
    const { headers: read } = await send({ url: reading, method: 'GET' })
    expect([read['date'], read['last-modified']]).toEqual([date, date])
    expect((await send({ url: at.endpoint, method: 'GET' })).headers['date']).toBe(date)
  })
})

describe('what some engine allows, the embedded store refuses', () => {
  test.each([
    ['x-amz-meta-host', 'd1'],
    ['x-amz-tagging', 'a=b'],
    ['x-amz-acl', 'public-read'],
    ['x-amz-copy-source', '/snapshots/secret'],
    ['x-amz-server-side-encryption-customer-algorithm', 'AES256'],
    ['content-type', 'text/html'],
  ])('%s added to a presigned address unsigned', async (name, value) => {
    const at = await opened()
    await put(at, 'secret', 'secret')
    const url = await presign(at, { key: 'a' })
    const reply = await send({ url, headers: { [name]: value }, body: '' })
    expect(reply).toMatchObject({ status: 403, code: 'AccessDenied' })
    expect((await get(at, 'a')).status).toBe(404)
  })

  test.each<[string, (s3: S3Client) => Promise<{ $metadata: object }>]>([
    ['multipart', (s3) => s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'a' }))],
    ['the first list call', (s3) => s3.send(new ListObjectsCommand({ Bucket }))],
    ['versions', (s3) => s3.send(new ListObjectVersionsCommand({ Bucket }))],
    ['a version', (s3) => s3.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId: '1' }))],
    ['parts', (s3) => s3.send(new GetObjectCommand({ Bucket, Key: 'a', PartNumber: 1 }))],
    [
      'turning versions on',
      (s3) =>
        s3.send(
          new PutBucketVersioningCommand({
            Bucket,
            VersioningConfiguration: { Status: 'Enabled' },
          }),
        ),
    ],
    [
      'a lifecycle',
      (s3) =>
        s3.send(
          new PutBucketLifecycleConfigurationCommand({
            Bucket,
            LifecycleConfiguration: { Rules: [] },
          }),
        ),
    ],
    [
      'tags',
      (s3) => s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet: [] } })),
    ],
    [
      'tags of a new object',
      (s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: bytes, Tagging: 'a=b' })),
    ],
    [
      'a public object',
      (s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: bytes, ACL: 'public-read' })),
    ],
    [
      'making an object public',
      (s3) => s3.send(new PutObjectAclCommand({ Bucket, Key: 'a', ACL: 'public-read' })),
    ],
    [
      'a conditional delete',
      (s3) => s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', IfMatch: 'x' })),
    ],
    [
      'a conditional copy',
      (s3) =>
        s3.send(
          new CopyObjectCommand({
            Bucket,
            Key: 'b',
            CopySource: `${Bucket}/a`,
            CopySourceIfMatch: 'x',
          }),
        ),
    ],
    [
      'If-None-Match of an ETag',
      (s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: bytes, IfNoneMatch: 'x' })),
    ],
    [
      'metadata names with an underscore',
      (s3) =>
        s3.send(
          new PutObjectCommand({ Bucket, Key: 'a', Body: bytes, Metadata: { under_score: 'x' } }),
        ),
    ],
  ])('%s', async (_, call) => {
    const at = await opened()
    await put(at, 'a', bytes)
    const s3 = sdk(at)
    expect(await statusOf(call(s3))).toMatchObject({ status: 501 })
    expect((await get(at, 'a')).body.toString()).toBe(bytes)
    expect(await stored(at)).toHaveLength(1)
  })

  test('a body in trailing-checksum chunks, with a hint', async () => {
    const at = await opened()
    const s3 = new S3Client({
      endpoint: at.endpoint,
      region: at.region,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      forcePathStyle: true,
      maxAttempts: 1,
    })
    const Body = Readable.from([Buffer.from(bytes)])
    const input = { Bucket, Key: 'a', Body, ContentLength: bytes.length }
    const failed = s3.send(new PutObjectCommand(input))
    await expect(failed).rejects.toThrow(/requestChecksumCalculation to WHEN_REQUIRED/)
    expect(await stored(at, 'incoming')).toEqual([])
  })

  test('noise', async () => {
    const at = await opened()
    const say = async (text: string): Promise<string> => {
      const socket = connect(Number(new URL(at.endpoint).port), '127.0.0.1')
      socket.end(text)
      let answer = ''
      for await (const chunk of socket) answer += String(chunk)
      return answer
    }
    expect(await say('hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*<Code>BadRequest</)
    expect(await say('GET http://a/b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 /,
    )
    const climbing = 'GET /../../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
    expect(await say(climbing)).toMatch(/^HTTP\/1.1 403 /)
  })

  test('a bucket whose name climbs out of the folder', async () => {
    const at = await opened()
    for (const bucket of ['..', '%2e%2e', 'UPPER', 'a', 'a..b']) {
      expect((await get({ ...at, bucket }, 'snapshots/entries')).status).toBeGreaterThan(399)
      const made = await sign({ ...at, bucket }, { method: 'PUT' })
      expect((await send(made)).status).toBeGreaterThan(399)
    }
    expect(await readdir(at.folder)).toEqual([Bucket])
  })
})

describe('a rehearsed fault', () => {
  const failing = (kind: ReturnType<NonNullable<StoreOptions['fault']>>, only = 'PUT') =>
    opened({ fault: ({ method, key }) => (method === only && key === 'a' ? kind : undefined) })

  test('refuses with the status it names', async () => {
    const at = await failing({ kind: 'status', status: 503, code: 'SlowDown' })
    expect(await put(at, 'a', bytes)).toMatchObject({ status: 503, code: 'SlowDown' })
    expect(await put(at, 'b', bytes)).toMatchObject({ status: 200 })
    expect(await stored(at)).toHaveLength(1)
  })

  test('cuts an upload, and nothing is stored', async () => {
    const at = await failing({ kind: 'cut', afterBytes: 10 })
    await expect(put(at, 'a', bytes)).rejects.toThrow()
    expect((await get(at, 'a')).status).toBe(404)
    expect([await stored(at), await stored(at, 'incoming')]).toEqual([[], []])
  })

  test('cuts a download short of its length', async () => {
    const at = await failing({ kind: 'cut', afterBytes: 10 }, 'GET')
    await put(at, 'a', bytes)
    await expect(get(at, 'a')).rejects.toThrow(/aborted/)
  })

  test('loses an answer, but not the object', async () => {
    const at = await failing({ kind: 'lost-answer' })
    await expect(put(at, 'a', bytes)).rejects.toThrow()
    expect((await get(at, 'a')).body.toString()).toBe(bytes)
  })

  test('holds a request back', async () => {
    const at = await failing({ kind: 'slow', delayMs: 60 })
    const before = performance.now()
    await put(at, 'a', bytes)
    expect(performance.now() - before).toBeGreaterThan(55)
  })

  test('fills the disk: an answer, and nothing stored or replaced', async () => {
    const at = await failing({ kind: 'full-disk', afterBytes: 1000 })
    const body = Buffer.alloc(5_000_000)
    const reply = await send({ ...(await bound(at, 'a', body)), body })
    expect(reply).toMatchObject({ status: 507, code: 'InsufficientStorage' })
    expect([await stored(at), await stored(at, 'incoming')]).toEqual([[], []])
  })
})

describe('the folder of the embedded store', () => {
  const key = 'backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.db'

  test('holds a snapshot as it was uploaded, under a name that can be recognised', async () => {
    const at = await opened()
    await put(at, key, bytes)
    const [name = ''] = await stored(at)
    expect(decodeURIComponent(name)).toContain(key)
    expect(await readFile(join(at.folder, Bucket, 'bytes', name), 'utf8')).toBe(bytes)
  })

  test('is the same store when it is opened again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'store-'))
    const first = await open({ folder })
    await put(first, key, bytes)
    const before = await get(first, key)
    await first.close()
    const again = await opened({ folder })
    const after = await get(again, key)
    expect(after.body.toString()).toBe(bytes)
    expect(after.headers['last-modified']).toBe(before.headers['last-modified'])
    closing.push(() => rm(folder, { recursive: true }))
  })

  test('keeps no bytes of what was replaced or deleted', async () => {
    const at = await opened()
    const url = await presign(at, { key })
    await Promise.all(['1', '2', '3', '4', '5', '6'].map((body) => send({ url, body })))
    expect(await stored(at)).toHaveLength(1)
    await send({ url: await presign(at, { key, method: 'DELETE' }), method: 'DELETE' })
    for (const part of ['bytes', 'entries', 'incoming', 'locks'])
      expect([part, await stored(at, part)]).toEqual([part, []])
  })

  test('lets a reader finish an object that is replaced and deleted meanwhile', async () => {
    const at = await opened()
    const body = Buffer.alloc(3_000_000, 'one page ')
    await send({ ...(await bound(at, key, body)), body })
    const reading = sdk(at).send(new GetObjectCommand({ Bucket, Key: key }))
    const { Body } = await reading
    await send({ url: await presign(at, { key }), body: 'another' })
    await send({ url: await presign(at, { key, method: 'DELETE' }), method: 'DELETE' })
    const found = Buffer.from((await Body?.transformToByteArray()) ?? [])
    expect(md5(found)).toBe(md5(body))
  })

  test(
    'always gives a reader, and a copy, one whole object while it is replaced',
    slow,
    async () => {
      const at = await opened()
      const url = await presign(at, { key })
      const write = async (): Promise<void> => {
        for (let turn = 0; turn < 25; turn += 1)
          await send({ url, body: `turn ${String(turn)} `.repeat(turn + 1) })
      }
      await send({ url, body: bytes })
      const s3 = sdk(at)
      let isWriting = true
      const read = async (): Promise<void> => {
        while (isWriting) {
          const { status, body, headers } = await get(at, key)
          expect([status, headers['etag']]).toEqual([200, etag(body)])
          await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/${key}` }))
        }
      }
      const readers = [read(), read(), read()]
      await Promise.all([write(), write()])
      isWriting = false
      await Promise.all(readers)
      expect(await stored(at)).toHaveLength(2)
    },
  )

  test('answers 500, not wrong bytes, when a file in it was cut', async () => {
    const at = await opened()
    await put(at, key, bytes)
    const [name = ''] = await stored(at)
    await writeFile(join(at.folder, Bucket, 'bytes', name), 'short')
    expect(await get(at, key)).toMatchObject({ status: 500, code: 'InternalError' })
  })

  test('lists more than a page holds', slow, async () => {
    const at = await opened()
    await put(at, 'backups/1000', bytes)
    const [name = ''] = await stored(at, 'entries')
    const entries = join(at.folder, Bucket, 'entries')
    const entry: unknown = JSON.parse(await readFile(join(entries, name), 'utf8'))
    const numbers = Array.from({ length: 1010 }, (_, index) => `backups/${index + 1000}`)
    await Promise.all(
      numbers.map((other) => {
        const text = JSON.stringify(Object.assign({}, entry, { key: other }))
        return writeFile(join(entries, `${fileName(other)}.json`), text)
      }),
    )
    const s3 = sdk(at)
    const first = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 5000 }))
    const ContinuationToken = first.NextContinuationToken
    const second = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken }))
    expect([first.KeyCount, first.IsTruncated]).toEqual([1000, true])
    expect([second.KeyCount, second.IsTruncated]).toEqual([10, false])
    const found = [...(first.Contents ?? []), ...(second.Contents ?? [])]
    expect(found.map(({ Key }) => Key)).toEqual(numbers)
  })
})

test('a refused client that waits to send its body is told that the connection ends', async () => {
  const at = await opened()
  const { url, headers } = await bound(at, 'a', bytes)
  const asking = { expect: '100-continue', connection: 'keep-alive', 'content-length': '1' }
  const { answer } = await rawPut(url, { ...headers, ...asking })
  expect(await answer).toMatch(/^HTTP\/1.1 403 /)
})

test('closing the embedded store ends what is still going on', async () => {
  const at = await open()
  const { url, headers } = await bound(at, 'a', bytes)
  const { answer } = await rawPut(url, { ...headers, 'content-length': String(bytes.length) })
  await at.close()
  expect(await answer).toBe('')
})
