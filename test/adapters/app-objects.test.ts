/** The app's own objects: listed and read, tried without a key, and never written. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { appObjects } from '../../lib/adapters/spaces/app-objects'
import { s3Client } from '../../lib/adapters/spaces/client'
import { startStore } from '../../lib/local/store/server'
import { memoryStore } from '../fakes/memory-store'
import { handClock } from '../fakes/tools'

const credentials = { accessKey: 'an-access-key', secretKey: 'a-secret-key' }
const optionsFor = (endpoint: string) => ({
  endpoint,
  region: 'local',
  bucket: 'app',
  prefix: 'backups/',
  settings: 'OBJECTS' as const,
  ...credentials,
})
const key = 'users/9f1/shopify/a shop & more/shopify_data.json'

describe('the app’s own objects', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-objects-'))
  let store: Awaited<ReturnType<typeof startStore>>
  beforeAll(async () => {
    store = await startStore({ folder, buckets: ['app'], ...credentials })
    const put = new PutObjectCommand({ Bucket: 'app', Key: key, Body: '{"data":{}}' })
    await s3Client(optionsFor(store.endpoint)).send(put)
  })
  afterAll(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('are listed and read, wherever they stand', async () => {
    const objects = appObjects(optionsFor(store.endpoint))
    const listed = []
    for await (const page of objects.pages('users/')) listed.push(...page)
    expect(listed).toMatchObject([{ key, sizeBytes: 11 }])
    const found = await objects.stream(key, listed[0]?.etag)
    const chunks: Uint8Array[] = []
    for await (const chunk of found?.chunks ?? []) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe('{"data":{}}')
  })

  test('are refused to who has no key, and so is the list of them', async () => {
    const objects = appObjects(optionsFor(store.endpoint))
    expect(await objects.isOpenToAnyone(key)).toBe(false)
    expect(await objects.isOpenToAnyone()).toBe(false)
  })

  test('can be written by nothing that is handed them, real or fake', () => {
    const able = ['isOpenToAnyone', 'pages', 'range', 'stream']
    expect(Object.keys(appObjects(optionsFor(store.endpoint))).toSorted()).toEqual(able)
    const fake = memoryStore(handClock('2026-03-01T00:00:00Z')).appObjects
    expect(Object.keys(fake).toSorted()).toEqual(able)
  })

  test('that cannot be had name the settings that are meant for them', async () => {
    const wrong = { ...optionsFor(store.endpoint), secretKey: 'another' }
    await expect(appObjects(wrong).stream(key)).rejects.toThrow(
      expect.objectContaining({
        mend: expect.stringContaining('Check OBJECTS_API_KEY and OBJECTS_API_SECRET'),
      }),
    )
  })
})

describe('what a stranger is answered', () => {
  let server: Server
  let status = 200
  const asked: (string | undefined)[] = []
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url)
      expect(request.headers.authorization).toBeUndefined()
      // Of a large object one byte is enough.
      expect(request.headers.range).toBe('bytes=0-0')
      if (status === 0) return void request.socket.destroy()
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('x'.repeat(1000))
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => server.close())

  const objects = (signal?: AbortSignal) => {
    const { port } = server.address() as AddressInfo
    return appObjects(optionsFor(`http://127.0.0.1:${port}`), { signal })
  }

  test.each([
    [200, true],
    [206, true],
    [416, true],
    [401, false],
    [403, false],
    [404, undefined],
    [302, undefined],
    [500, undefined],
    [0, undefined],
  ])('with %i tells whether it is open: %s', async (answer, isOpen) => {
    status = answer
    expect(await objects().isOpenToAnyone(key)).toBe(isOpen)
    expect(asked.at(-1)).toBe('/app/users/9f1/shopify/a%20shop%20%26%20more/shopify_data.json')
    expect(await objects().isOpenToAnyone()).toBe(isOpen)
    expect(asked.at(-1)).toBe('/app/?list-type=2&max-keys=1')
  })

  test('is not known where the time of who asks is over', async () => {
    status = 200
    const before = asked.length
    expect(await objects(AbortSignal.abort()).isOpenToAnyone(key)).toBeUndefined()
    expect(asked.length).toBe(before)
  })

  test('is not asked of a key that an address would take for another', async () => {
    status = 200
    const before = asked.length
    expect(await objects().isOpenToAnyone('users/../backups/tokens.db')).toBeUndefined()
    expect(await objects().isOpenToAnyone('./x')).toBeUndefined()
    expect(asked.length).toBe(before)
  })
})
