import { describe } from 'vitest'

import { memoryStore } from '../fakes/memory-store'
import { handClock } from '../fakes/tools'

import { storeContract } from './store.contract'

describe('the store in memory that the other tests use', () => {
  storeContract(async () => {
    const store = memoryStore(handClock('2026-03-01T00:00:00Z'))
    return { store, upload: async ({ url }, bytes) => store.upload(url, bytes) }
  })
})
