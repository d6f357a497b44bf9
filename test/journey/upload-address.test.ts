/** What an address that `ticket` gave can be used for, on a store that enforces what RGW enforces. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { spaces } from '../../lib/adapters/spaces/store'
import { ticket } from '../../lib/journey/ticket'
import { startStore } from '../../lib/local/store/server'
import type { Tools } from '../../lib/ports'
import { handClock, testTools } from '../fakes/tools'
import { requestFor } from '../fixtures/bucket/requests'
import { sound } from '../fixtures/databases'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-address-'))
const clock = handClock(new Date().toISOString())
const credentials = { accessKey: 'access', secretKey: 'secret' }
let store: Awaited<ReturnType<typeof startStore>>
let tools: Tools
let rows = 10

beforeAll(async () => {
  store = await startStore({ folder, buckets: ['bucket'], ...credentials, now: () => clock.now() })
  const { endpoint } = store
  const options = {
    endpoint,
    region: 'local',
    bucket: 'bucket',
    prefix: 'backups/',
    ...credentials,
  }
  tools = { ...testTools(), store: spaces(options) }
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const fresh = async () => {
  const bytes = sound((rows += 1))
  const answer = await ticket.run(requestFor(bytes), tools)
  if (!('put' in answer)) throw new Error('the bytes are new, and still unchanged')
  return { bytes, ...answer }
}

type Sent = { put: string; headers: Record<string, string>; bytes: Buffer }

const send = async ({ put, headers, bytes }: Sent): Promise<number> => {
  const response = await fetch(put, { method: 'PUT', headers, body: new Uint8Array(bytes) })
  await response.body?.cancel()
  return response.status
}

describe('the upload address', () => {
  test('takes the announced bytes once', async () => {
    const given = await fresh()
    expect(await send(given)).toBe(200)
    expect(await send(given)).toBe(412)
  })

  test('refuses other bytes of the same length', async () => {
    const given = await fresh()
    expect(await send({ ...given, bytes: Buffer.alloc(given.bytes.length, 7) })).toBe(400)
  })

  test('refuses a longer and a shorter body', async () => {
    const given = await fresh()
    const longer = Buffer.concat([given.bytes, Buffer.from('x')])
    expect(await send({ ...given, bytes: longer })).toBe(403)
    expect(await send({ ...given, bytes: given.bytes.subarray(1) })).toBe(403)
  })

  test.each(['content-md5', 'if-none-match', 'x-amz-acl', 'x-amz-content-sha256'])(
    'refuses an upload without %s, or with another value of it',
    async (name) => {
      const given = await fresh()
      const { [name]: _, ...without } = given.headers
      expect(await send({ ...given, headers: without })).toBe(403)
      const changed = { ...given.headers, [name]: name === 'x-amz-acl' ? 'public-read' : 'x' }
      expect(await send({ ...given, headers: changed })).toBe(403)
    },
  )

  test('refuses to be turned into a copy of another object', async () => {
    const given = await fresh()
    const source = { 'x-amz-copy-source': '/bucket/backups/tokens/x.db' }
    expect(await send({ ...given, headers: { ...given.headers, ...source } })).toBe(403)
    const empty = { ...given, bytes: Buffer.alloc(0), headers: { ...given.headers, ...source } }
    expect(await send(empty)).toBe(403)
  })

  test.each([
    { name: 'just in time', seconds: 840, status: 200 },
    { name: 'too late', seconds: 990, status: 403 },
  ])('ends after 15 minutes: $name', async ({ seconds, status }) => {
    const given = await fresh()
    clock.passSeconds(seconds)
    expect(await send(given)).toBe(status)
    clock.passSeconds(-seconds)
  })

  test('writes to no other key and no other bucket', async () => {
    const given = await fresh()
    const put = given.put.replace('/backups/tokens/', '/backups/sessions/')
    expect(await send({ ...given, put })).toBe(403)
    expect(await send({ ...given, put: given.put.replace('/bucket/', '/other/') })).toBe(403)
  })
})
