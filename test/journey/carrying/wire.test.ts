// The same over HTTP, by the adapter that the cloud uses: the second place is a store of its own, with its own key.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { spaces } from '../../../lib/adapters/spaces/store'
import { readSecondState } from '../../../lib/journey/carrying/second-state'
import { startStore } from '../../../lib/local/store/server'
import type { StoreFault } from '../../../lib/local/store/server'
import { testTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { keysHere, rounded, withSecond } from '../../fixtures/bucket/second-place'
import { keepDays } from '../../fixtures/told/kept'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-carrying-'))
const key = { accessKey: 'elsewhere', secretKey: 'elsewhere-secret' }
let asked: string[] = []
let fault: ReturnType<StoreFault>
let embedded: Awaited<ReturnType<typeof startStore>>

beforeAll(async () => {
  embedded = await startStore({
    folder,
    buckets: ['my-copies'],
    ...key,
    fault: ({ method, key: of, bucket }) => {
      asked.push(`${method} ${of ?? bucket ?? ''}`)
      return fault
    },
  })
})
afterAll(async () => {
  await embedded.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a copy costs the second place seven requests, a quiet run none, and one that is full loses nothing', async () => {
  const { endpoint } = embedded
  const place = { endpoint, region: 'local', bucket: 'my-copies', prefix: 'backups/', ...key }
  const there = spaces({ ...place, settings: 'SECOND_WRITE' })
  const tools = { ...withSecond(quick(testTools({ databases: {} }))), secondWrite: there }
  const [id = ''] = await keepDays(tools, 1)
  fault = { kind: 'status', status: 507, code: 'InsufficientStorage' }
  const full = await rounded(tools)
  expect(full.carried).toEqual([])
  expect(full.uncarried).toEqual([expect.stringContaining('did not answer as it should (507)')])
  fault = undefined
  asked = []
  expect(await rounded(tools)).toMatchObject({ carried: [id], uncarried: [] })
  expect(asked.length).toBeLessThanOrEqual(7)
  const stands = await there.list('backups/')
  expect(stands.map((one) => one.key)).toEqual(keysHere(tools))
  for (const one of stands) expect(one.etag).toBe(tools.store.objects.get(one.key)?.object.etag)
  asked = []
  expect((await rounded(tools)).uncarried).toEqual([])
  expect(asked).toEqual([])
  expect((await readSecondState(tools))?.databases['tokens']).toMatchObject({
    behind: 0,
    copies: 1,
  })
})
