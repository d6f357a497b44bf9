/** What is tried without a key, though nothing in it has changed, and what of it an inventory carries on. */
import { gunzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { takeInventory } from '../../../lib/adapters/objects/walk'
import type { AppObjects, TakeOrder, Taken } from '../../../lib/ports'
import { readLine } from '../../../lib/rules/kinds/objects/inventory'
import { triesAtMost } from '../../../lib/rules/kinds/objects/turn'
import { memoryStore } from '../../fakes/memory-store'
import { handClock } from '../../fakes/tools'

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const keyOf = (at: number) => `pages/${String(at).padStart(5, '0')}.json`

/** So many pages, of which nothing changes but who may read them. */
const world = (count: number, { isPrivate }: { isPrivate: boolean } = { isPrivate: true }) => {
  const clock = handClock('2026-03-01T01:00:00.000Z')
  const store = memoryStore(clock)
  for (let at = 0; at < count; at += 1) store.app.put(keyOf(at), Buffer.from('{}'))
  const tried: (string | undefined)[] = []
  const read: string[] = []
  let atOnce = 0
  let mostAtOnce = 0
  const app: AppObjects = {
    ...store.appObjects,
    stream: (key, etag) => {
      read.push(key)
      return store.appObjects.stream(key, etag)
    },
    isOpenToAnyone: async (key) => {
      tried.push(key)
      atOnce += 1
      mostAtOnce = Math.max(mostAtOnce, atOnce)
      const isOpen = await store.appObjects.isOpenToAnyone(key)
      atOnce -= 1
      return isOpen
    },
  }
  const take = async (last?: Taken, more: Partial<TakeOrder> = {}): Promise<Taken> => {
    tried.length = 0
    read.length = 0
    return takeInventory({
      database: 'bot',
      said: { collections: { pages: { objects: 'pages/{page}.json' } }, isPrivate },
      app,
      takenAt: clock.now(),
      ask: async () => ({ why: 'Nobody is there.' }),
      before: last && { chunks: once(last.bytes), encoding: 'gzip', isRight: false },
      begun: undefined,
      isOver: () => false,
      ...more,
    })
  }
  return { store, app, tried, read, take, mostAtOnce: () => mostAtOnce }
}

const footOf = ({ bytes }: Taken) => {
  const lines = gunzipSync(bytes).toString().trimEnd().split('\n')
  const read = readLine(Buffer.from(lines.at(-1) ?? ''))
  return read.is === 'foot' ? read.foot : undefined
}

const openIn = (taken: Taken) => footOf(taken)?.tried?.open.map(({ key }) => key)

describe('an object of which the ACL alone was changed', () => {
  test('is found in its turn, without being read, and stays told until it is private', async () => {
    const { store, take, read, tried, mostAtOnce } = world(20)
    const first = await take()
    expect(footOf(first)).toEqual({ lines: 20, isPrivate: true })
    store.app.publish(keyOf(7))
    const second = await take(first)
    expect(openIn(second)).toEqual([keyOf(7)])
    expect(read).toEqual([])
    // A list of them, and each of them once.
    expect(new Set(tried).size).toBe(21)
    expect(tried).toHaveLength(21)
    expect(mostAtOnce()).toBe(8)
    const third = await take(second)
    expect(openIn(third)).toEqual([keyOf(7)])
    expect(tried.slice(0, 2)).toEqual([undefined, keyOf(7)])
    store.app.withdraw(keyOf(7))
    expect(openIn(await take(third))).toEqual([])
  })

  test('is found within as many inventories as it takes to come round', async () => {
    const { store, take, tried } = world(triesAtMost + 50)
    const first = await take()
    store.app.publish(keyOf(triesAtMost + 10))
    const second = await take(first)
    expect(tried).toHaveLength(triesAtMost + 1)
    expect(footOf(second)?.tried).toEqual({ after: keyOf(triesAtMost - 1), open: [] })
    const third = await take(second)
    expect(openIn(third)).toEqual([keyOf(triesAtMost + 10)])
    expect(footOf(third)?.tried?.after).toBe(keyOf(triesAtMost - 51))
  })

  test('is told once: where it is written to besides, its own line says so', async () => {
    const { store, take } = world(3)
    store.app.publish(keyOf(1))
    const first = await take()
    store.app.publish(keyOf(2))
    const second = await take(first)
    expect(openIn(second)).toEqual([keyOf(2)])
    store.app.put(keyOf(2), Buffer.from('{"a":1}'))
    expect(openIn(await take(second))).toEqual([])
  })

  test('is nobody’s trouble where lib/databases.ts does not ask whether they are private', async () => {
    const { store, take, tried } = world(3, { isPrivate: false })
    const first = await take()
    store.app.publish(keyOf(1))
    expect(footOf(await take(first))).toEqual({ lines: 3 })
    expect(tried).toEqual([])
  })
})

describe('where it cannot be tried', () => {
  test('a store that answers no stranger is not asked on, and what was known stays', async () => {
    const { store, app, take } = world(20)
    const first = await take()
    store.app.publish(keyOf(7))
    const second = await take(first)
    let asks = 0
    const isOpenToAnyone = async () => void (asks += 1)
    const silent = { ...app, isOpenToAnyone: async () => isOpenToAnyone().then(() => undefined) }
    const third = await take(second, { app: silent })
    expect(asks).toBe(1)
    expect(footOf(third)).toEqual({ lines: 20, tried: footOf(second)?.tried })
    expect(footOf(await take(first, { app: silent }))).toEqual({ lines: 20 })
  })

  test('an answer that does not come is no finding, and takes none back', async () => {
    const { store, app, take } = world(20)
    const first = await take()
    store.app.publish(keyOf(7))
    const second = await take(first)
    store.app.publish(keyOf(8))
    const isOpenToAnyone: AppObjects['isOpenToAnyone'] = async (key) =>
      key === undefined ? false : undefined
    const third = await take(second, { app: { ...app, isOpenToAnyone } })
    expect(openIn(third)).toEqual([keyOf(7)])
    expect(openIn(await take(third))).toEqual([keyOf(7), keyOf(8)])
  })

  test('one that is gone is told no longer', async () => {
    const { store, take } = world(3)
    const first = await take()
    store.app.publish(keyOf(1))
    const second = await take(first)
    store.app.remove(keyOf(1))
    expect(openIn(await take(second))).toEqual([])
  })

  test('what there is no time for is the next inventory’s, which goes on there', async () => {
    const { store, app, take, tried } = world(40)
    const first = await take()
    store.app.publish(keyOf(30))
    let isOver = false
    const slowly: AppObjects['isOpenToAnyone'] = async (key) => {
      const isOpen = await app.isOpenToAnyone(key)
      isOver = tried.length > 16
      return isOpen
    }
    const more = { app: { ...app, isOpenToAnyone: slowly }, isOver: () => isOver }
    const second = await take(first, more)
    const after = footOf(second)?.tried?.after ?? ''
    expect(tried.length).toBeLessThan(30)
    expect(after).toBe(tried.toSorted().findLast((key) => key !== undefined))
    expect(openIn(second)).toEqual([])
    isOver = false
    const third = await take(second, more)
    expect(openIn(third)).toEqual([keyOf(30)])
    // Not even for its lines: all stays as it was.
    const late: AppObjects['isOpenToAnyone'] = async (key) => {
      isOver = key === undefined
      return false
    }
    isOver = false
    store.app.remove(keyOf(30))
    const fourth = await take(third, { ...more, app: { ...app, isOpenToAnyone: late } })
    expect(footOf(fourth)?.tried).toEqual(footOf(third)?.tried)
  })
})
