/** The contents that stand beside inventories: kept once, and given back as they were. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { keeperOf, readKept } from '../../../lib/journey/taking/keep'
import { testTools } from '../../fakes/tools'

const bytes = Buffer.from('[{"id":1}]')
const sha256 = createHash('sha256').update(bytes).digest('hex')
const kept = `2026-03-01/${sha256}`
const key = `backups/_contents/bot/${kept}.gz`

describe('a content', () => {
  test('is kept by its day and its hash, once, and read back whole', async () => {
    const tools = testTools()
    const keep = keeperOf(tools, 'bot', tools.clock.now())
    expect(await keep({ sha256, bytes })).toBe(kept)
    expect(await keep({ sha256, bytes })).toBe(kept)
    expect([...tools.store.objects.keys()]).toEqual([key])
    expect(await readKept(tools, 'bot', kept)).toEqual({ is: 'whole', bytes })
    expect(await readKept(tools, 'other', kept)).toEqual({ is: 'gone' })
  })

  test.each([
    { name: 'is another one', stored: gzipSync('[{"id":2}]') },
    { name: 'is cut', stored: gzipSync(bytes).subarray(0, -9) },
    {
      name: 'unpacks to more than anything that is kept',
      stored: gzipSync(Buffer.alloc(33 << 20)),
    },
  ])('that $name is not given back', async ({ stored }) => {
    const tools = testTools()
    await tools.store.put(key, stored)
    expect(await readKept(tools, 'bot', kept)).toEqual({ is: 'damaged' })
  })
})
