import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe } from 'vitest'

import { startStore } from '../../lib/local/store/server'

import { appContract } from './path.contract'
import { atStore, inMemory } from './worlds'

describe('over a store in memory', () => {
  appContract(inMemory, { hasAcl: true, hasClock: true, isSlow: false })
})

describe('over the embedded store', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-app-'))
  const keys = { accessKey: 'an-access-key', secretKey: 'a-secret-key' }
  let store: Awaited<ReturnType<typeof startStore>>
  beforeAll(async () => void (store = await startStore({ folder, buckets: [], ...keys })))
  afterAll(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const make = () => atStore({ endpoint: store.endpoint, region: 'us-east-1', ...keys })
  // Everything is private there.
  appContract(make, { hasAcl: false, hasClock: false, isSlow: true })
})
