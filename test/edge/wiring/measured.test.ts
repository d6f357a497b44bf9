/** Does a run in the cloud know what it has taken: its time, and each request that it sent? */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'

import { countRequests, s3Client } from '../../../lib/adapters/spaces/client'
import { makeTools } from '../../../lib/edge/tools'
import { startStore } from '../../../lib/local/store/server'
import { secret } from '../../fakes/tools'

let folder: string
const stores: Awaited<ReturnType<typeof startStore>>[] = []

/** A place of its own, by a key of its own. */
const placeOf = async (name: string) => {
  const [accessKey, secretKey] = [`key-of-${name}`, `secret-of-${name}`]
  const at = { folder: path.join(folder, name), buckets: [name.toLowerCase()] }
  const store = await startStore({ ...at, accessKey, secretKey })
  stores.push(store)
  return {
    [`${name}_ENDPOINT`]: store.endpoint,
    [`${name}_REGION`]: 'us-east-1',
    [`${name}_BUCKET`]: name.toLowerCase(),
    [`${name}_API_KEY`]: accessKey,
    [`${name}_API_SECRET`]: secretKey,
  }
}

beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'measured-'))))
afterAll(async () => {
  for (const store of stores) await store.close()
  await rm(folder, { recursive: true })
})

test('counts what it sends to each place, and not what it only signs', async () => {
  const places = { ...(await placeOf('SPACES')), ...(await placeOf('SECOND')) }
  const of = { SNAPPROOF_SECRET: secret, SNAPPROOF_MEMORY_MB: '512' }
  const tools = makeTools({ ...places, ...of }, '.build')
  await tools.store.now()
  const spent = tools.measured()
  expect(spent()).toEqual({ runs: 1, gibSeconds: 0.05, requests: 0 })
  await tools.store.put('backups/a', Buffer.from('a'))
  await tools.store.read('backups/a')
  await tools.store.read('backups/b')
  await tools.second?.list('backups/')
  await tools.store.downloadAddress({ key: 'backups/a', expiresInSeconds: 60 })
  expect(spent().requests).toBe(4)
  expect(tools.measured()().requests).toBe(0)
})

test('counts each attempt: the store was asked as often', async () => {
  let asked = 0
  const server = createServer((_, response) => {
    asked += 1
    response.writeHead(asked === 1 ? 503 : 200).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = z.object({ port: z.number() }).parse(server.address())
  const options = { endpoint: `http://127.0.0.1:${at.port}`, region: 'local', bucket: 'backups' }
  const client = s3Client({ ...options, accessKey: 'a', secretKey: 'b', prefix: 'backups/' })
  let counted = 0
  countRequests(client, () => void (counted += 1))
  await client.send(new HeadObjectCommand({ Bucket: 'backups', Key: 'backups/a' }))
  client.destroy()
  server.close()
  expect([counted, asked]).toEqual([2, 2])
})
