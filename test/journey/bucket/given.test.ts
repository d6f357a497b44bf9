import { describe, expect, test } from 'vitest'

import { countTicket } from '../../../lib/journey/bucket/given'
import { sealValue } from '../../../lib/journey/bucket/sealed'
import { givenType } from '../../../lib/rules/copy/given'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { otherSecret } from '../../fixtures/told/entries'

const key = 'backups/_state/tokens/given.json'

const counted = (tools: TestTools, mark: string, limit = 1) =>
  countTicket(tools, 'tokens', { now: tools.clock.now(), limit, mark })

describe('the tickets of a database', () => {
  test('are counted under a signature, each as the only one that was counted just then', async () => {
    const tools = testTools()
    expect(await counted(tools, 'a', 2)).toBe('counted')
    const first = tools.store.objects.get(key)?.bytes.toString() ?? ''
    const { payloadType, payload } = JSON.parse(first)
    expect(payloadType).toBe(givenType)
    expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toMatchObject({
      tickets: ['2026-03-01T01:00:00.000Z'],
      writtenBy: 'a',
    })
    expect(await counted(tools, 'b', 2)).toBe('counted')
    expect(await counted(tools, 'c', 2)).toBe('full')
    expect(await countTicket(tools, 'shop', { now: tools.clock.now(), limit: 1, mark: 'a' })).toBe(
      'counted',
    )
  })

  test('of two that ask at one moment and write the same, one is counted', async () => {
    const tools = testTools()
    const both = await Promise.all([counted(tools, 'a'), counted(tools, 'b')])
    expect(both.toSorted()).toEqual(['counted', 'full'])
  })

  test('that nobody here counted are none', async () => {
    const tools = testTools()
    const others = { ...tools.settings, secrets: { current: otherSecret } }
    const tickets = [tools.clock.now().toISOString()]
    await tools.store.put(key, sealValue(others, givenType, { tickets }))
    expect(await counted(tools, 'a')).toBe('counted')
    expect(await counted(tools, 'b')).toBe('full')
  })

  test('are left to a newer build that counts in its own way, and no push waits for it', async () => {
    const tools = testTools()
    const newer = sealValue(tools.settings, givenType, { format: 99, tickets: 'other' })
    await tools.store.put(key, newer)
    expect(await counted(tools, 'a')).toBe('counted')
    expect(tools.store.objects.get(key)?.bytes).toEqual(newer)
  })

  test('are not given where they cannot be counted', async () => {
    const tools = testTools()
    tools.store.failNext('read')
    await expect(counted(tools, 'a')).rejects.toMatchObject({ code: 'store-unreachable' })
    const busy = { ...tools, store: { ...tools.store, create: async () => 'exists' as const } }
    await expect(counted(busy, 'a')).rejects.toMatchObject({ code: 'contended', isPassing: true })
  })
})
