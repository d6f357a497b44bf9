/** How much of what is kept is carried at once, and in one run; and when is it the place that is at fault? */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { carryContents } from '../../../lib/journey/carrying/contents'
import type { CarryingStore } from '../../../lib/ports'
import { away } from '../../fakes/memory-store'
import { botWorld } from '../../fixtures/bucket/contents'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'

const mebibyte = 1024 ** 2

/** So many contents, which the listing says are so large. */
const filled = async (count: number, sizeBytes?: number) => {
  const { tools, here, there } = botWorld()
  for (let nth = 0; nth < count; nth += 1) {
    const content = `content ${nth}`
    const sha256 = createHash('sha256').update(content).digest('hex')
    const key = `backups/_contents/bot/2026-03-01/${sha256}.gz`
    await tools.store.put(key, gzipSync(content))
    const found = tools.store.objects.get(key)
    if (found && sizeBytes !== undefined) found.object.sizeBytes = sizeBytes
  }
  return { tools, here, there }
}

const carried = async (tools: TwoPlaces, second: CarryingStore = tools.second) => {
  const faults: string[] = []
  let [reading, most] = [0, 0]
  const read: TwoPlaces['store']['read'] = async (key) => {
    reading += 1
    most = Math.max(most, reading)
    await setImmediate()
    reading -= 1
    return tools.store.read(key)
  }
  const now = tools.clock.now()
  const { lines, told } = await carryContents(
    [{ database: 'bot', fingerprint: 'f', before: undefined }],
    now,
    {
      tools: { ...tools, store: { ...tools.store, read } },
      second,
      endsMs: now.getTime() + 600_000,
      faults,
    },
  )
  return { told, faults, most, line: lines.get('bot') }
}

describe('contents are carried', () => {
  test.each([
    { count: 20, sizeBytes: undefined, most: 8 },
    { count: 4, sizeBytes: 16 * mebibyte, most: 2 },
    { count: 4, sizeBytes: 16 * mebibyte + 1, most: 1 },
    { count: 2, sizeBytes: 40 * mebibyte, most: 1 },
  ])(
    '$most at once, where $count are there of $sizeBytes bytes',
    async ({ count, sizeBytes, most }) => {
      const { tools, here, there } = await filled(count, sizeBytes)
      expect(await carried(tools)).toMatchObject({
        told: [`bot ${count}`],
        faults: [],
        most,
        line: { isEnded: true, behind: 0, behindBytes: 0, fingerprint: 'f' },
      })
      expect(there()).toEqual(here())
    },
  )

  test('up to two gibibytes in one run, and what is left is counted', async () => {
    const { tools, here, there } = await filled(3, 1024 * mebibyte)
    const { told, line } = await carried(tools)
    expect(told).toEqual(['bot 2'])
    expect(there()).toEqual(here().slice(0, 2))
    expect(line).toMatchObject({ isEnded: false, behind: 1, behindBytes: 1024 * mebibyte })
    expect(line?.after).toBe(here()[1]?.slice('backups/_contents/bot/'.length, -'.gz'.length))
  })

  test('no more once the place has failed three times in a row; one that stands in the way is no such sign', async () => {
    const { tools, here } = await filled(9, 40 * mebibyte)
    const made: string[] = []
    const create: CarryingStore['create'] = async (key) => {
      made.push(key)
      throw away()
    }
    const broken = { ...tools.second, create }
    expect((await carried(tools, broken)).faults).toEqual(Array(3).fill('The store is away.'))
    expect(made).toEqual(here().slice(0, 3))
    made.length = 0
    const [, second = ''] = here()
    await tools.second.put(second, Buffer.from('other'))
    const odd: CarryingStore = {
      ...tools.second,
      create: (key, bytes) =>
        key === second ? tools.second.create(key, bytes) : create(key, bytes),
    }
    const { faults, line } = await carried(tools, odd)
    expect(made).toHaveLength(4)
    expect(faults).toEqual([
      'The store is away.',
      `What stands at ${second} in the second place is not the content of that name.`,
      ...Array<string>(3).fill('The store is away.'),
    ])
    expect(line).toMatchObject({ isEnded: false, behind: 9 })
    expect(line?.after).toBeUndefined()
  })

  test('not at all where they are not what was kept, and twenty of those are named', async () => {
    const { tools, here, there } = await filled(25)
    for (const key of here()) await tools.store.put(key, Buffer.from('other'))
    const { told, faults, line } = await carried(tools)
    expect(told).toEqual([])
    expect(faults).toEqual(
      here()
        .slice(0, 20)
        .map((key) => `${key} is not what was kept: its SHA-256 is another one.`),
    )
    expect(there()).toEqual([])
    expect(line).toMatchObject({ isEnded: true, behind: 0 })
  })
})
