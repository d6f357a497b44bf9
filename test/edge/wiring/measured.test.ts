/** Does a run in the cloud know what it has taken: its time, and each request that it sent? */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

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
