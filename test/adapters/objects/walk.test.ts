/** A walk through what the app keeps, beside what the last inventory said of it. */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { takeInventory } from '../../../lib/adapters/objects/walk'
import { Fault } from '../../../lib/faults'
import type { AppObjects, TakeOrder, Taken } from '../../../lib/ports'
import { readLine } from '../../../lib/rules/kinds/objects/inventory'
import type { ObjectLine } from '../../../lib/rules/kinds/objects/inventory'
import type { ObjectsSettings } from '../../../lib/rules/kinds/objects/settings'
import { memoryStore } from '../../fakes/memory-store'
import { handClock } from '../../fakes/tools'

const said: ObjectsSettings = {
  collections: {
    chats: {
      objects: 'users/{user}/chats/{chat}.json',
      schema: z.array(z.looseObject({ id: z.number() })),
      grows: 'id',
    },
    pages: { objects: 'users/{user}/page.json' },
  },
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A store with a clock, and walks through it that go on from one another. */
const world = (about: ObjectsSettings = said) => {
  const clock = handClock('2026-03-01T01:00:00.000Z')
  const store = memoryStore(clock)
  const asked: string[] = []
  const app: AppObjects = {
    ...store.appObjects,
    stream: async (key, etag) => {
      asked.push(key)
      return store.appObjects.stream(key, etag)
    },
    pages: (prefix, after) => {
      asked.push(`list ${prefix}${after === undefined ? '' : ` after ${after}`}`)
      return store.appObjects.pages(prefix, after)
    },
  }
  const put = (key: string, value: unknown): void =>
    store.app.put(key, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
  const take = (last?: Taken, more: Partial<TakeOrder> = {}): Promise<Taken> => {
    asked.length = 0
    return takeInventory({
      database: 'bot',
      said: about,
      app,
      takenAt: clock.now(),
      ask: async () => ({ why: 'Nobody is there.' }),
      before: last && { chunks: once(last.bytes), encoding: 'gzip', isRight: false },
      begun: undefined,
      isOver: () => false,
      ...more,
    })
  }
  return { clock, store, asked, app, put, take }
}

const linesIn = ({ bytes }: Taken) =>
  gunzipSync(bytes)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => readLine(Buffer.from(line)))

const objectsIn = (taken: Taken): ObjectLine[] =>
  linesIn(taken).flatMap((read) => (read.is === 'object' ? [read.object] : []))

const saidOf = (taken: Taken) =>
  Object.fromEntries(
    objectsIn(taken).map(({ key, found }) => [key, found?.invalid ?? found?.growth ?? 'there']),
  )

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex')

const chat = (name: string) => `users/1/chats/${name}.json`
const entries = (...ids: number[]) => ids.map((id) => ({ id }))

describe('the first inventory', () => {
  test('holds every object that a collection names, in order, and no other', async () => {
    const { put, take } = world()
    put(chat('b'), entries(1))
    put(chat('a'), entries(1, 2))
    put('users/1/page.json', '{}')
    put('users/1/other.json', '{}')
    const taken = await take()
    expect(saidOf(taken)).toEqual({
      [chat('a')]: 'new',
      [chat('b')]: 'new',
      'users/1/page.json': 'there',
    })
    expect(objectsIn(taken)[0]).toMatchObject({
      of: 'chats',
      sizeBytes: 19,
      found: { list: { count: 2 } },
    })
    expect(linesIn(taken).map(({ is }) => is)).toEqual([
      'head',
      'object',
      'object',
      'object',
      'foot',
    ])
    expect(linesIn(taken)[0]).toMatchObject({
      head: {
        inventory: 1,
        database: 'bot',
        takenAt: '2026-03-01T01:00:00.000Z',
        collections: { chats: expect.any(String), pages: expect.any(String) },
      },
    })
    expect(linesIn(taken).at(-1)).toEqual({ is: 'foot', foot: { lines: 3 } })
    const raw = gunzipSync(taken.bytes)
    expect(taken).toMatchObject({ is: 'whole', lines: 3, reads: 3, raw: { sizeBytes: raw.length } })
  })

  test('is whole where there is nothing', async () => {
    expect(await world().take()).toMatchObject({ is: 'whole', lines: 0, reads: 0 })
  })

  test('never looks into what is ours', async () => {
    const { store, take } = world({ collections: { all: { objects: '{a}/{b}' } } })
    await store.put('backups/x', Buffer.from('{}'))
    expect(await take()).toMatchObject({ lines: 0 })
  })
})

describe('a later one', () => {
  test('reads what has changed, and nothing else', async () => {
    const { put, take, asked } = world()
    for (const name of ['a', 'b', 'c']) put(chat(name), entries(1))
    const first = await take()
    put(chat('b'), entries(1, 2))
    put(chat('d'), entries(1))
    const second = await take(first)
    expect(asked).toEqual(['list users/', chat('b'), chat('d')])
    expect(saidOf(second)).toEqual({
      [chat('a')]: 'unchanged',
      [chat('b')]: 'continued',
      [chat('c')]: 'unchanged',
      [chat('d')]: 'new',
    })
  })

  test('tells what was lost until it is back, however often it is asked', async () => {
    const { put, take, store } = world()
    for (const name of ['a', 'b', 'c', 'd']) put(chat(name), entries(1, 2))
    const first = await take()
    put(chat('a'), entries(1))
    put(chat('b'), [{ id: 1, text: 'other' }, { id: 2 }])
    store.app.remove(chat('c'))
    put(chat('d'), '[{"id":1')
    const lost = {
      [chat('a')]: 'shrunk',
      [chat('b')]: 'rewritten',
      [chat('c')]: 'gone',
      [chat('d')]: 'no JSON',
    }
    const second = await take(first)
    expect(saidOf(second)).toEqual(lost)
    const third = await take(second)
    expect(saidOf(third)).toEqual(lost)
    for (const name of ['a', 'b', 'c', 'd']) put(chat(name), entries(1, 2, 3))
    expect(new Set(Object.values(saidOf(await take(third))))).toEqual(new Set(['continued']))
  })

  test('begins anew where a person said that it is right as it is', async () => {
    const { put, take, store } = world()
    put(chat('a'), entries(1, 2))
    put(chat('b'), entries(1))
    const first = await take()
    put(chat('a'), entries(1))
    store.app.remove(chat('b'))
    const second = await take(first)
    const before = { chunks: once(second.bytes), encoding: 'gzip', isRight: true } as const
    expect(saidOf(await take(second, { before }))).toEqual({ [chat('a')]: 'unchanged' })
  })

  test('does not miss an object of which nothing was to stay', async () => {
    const { put, take, store } = world()
    put('users/1/page.json', '{}')
    const first = await take()
    store.app.remove('users/1/page.json')
    expect(await take(first)).toMatchObject({ lines: 0 })
  })

  test('asks everything again when lib/databases.ts asks something else', async () => {
    const { put, take, asked } = world()
    put(chat('a'), entries(1))
    put('users/1/page.json', '{}')
    const first = await take()
    const about = {
      collections: {
        ...said.collections,
        pages: { objects: 'users/{user}/page.json', schema: z.array(z.unknown()) },
      },
    }
    expect(saidOf(await take(first, { said: about }))).toMatchObject({
      'users/1/page.json': 'expected array',
    })
    expect(asked).toEqual(['list users/', 'users/1/page.json'])
  })
})

describe('while the app writes', () => {
  test('an object that changes between the listing and the reading is told as it was read', async () => {
    const { put, take, app } = world()
    put(chat('a'), entries(1))
    const first = await take()
    put(chat('a'), entries(1, 2))
    let isChanged = false
    const stream: AppObjects['stream'] = (key, etag) => {
      if (!isChanged) put(chat('a'), entries(1, 2, 3))
      isChanged = true
      return app.stream(key, etag)
    }
    const second = await take(first, { app: { ...app, stream } })
    expect(objectsIn(second)[0]?.found).toMatchObject({ growth: 'continued', list: { count: 3 } })
    expect(await take(second)).toMatchObject({ reads: 0 })
  })

  test('one that has gone in between is as it was, and the next one misses it', async () => {
    const { put, take, app, store } = world()
    put(chat('a'), entries(1))
    const first = await take()
    put(chat('a'), entries(1, 2))
    put(chat('b'), entries(1))
    const stream: AppObjects['stream'] = (key, etag) => {
      store.app.remove(key)
      return app.stream(key, etag)
    }
    const second = await take(first, { app: { ...app, stream } })
    expect(saidOf(second)).toEqual({ [chat('a')]: 'new' })
    expect(saidOf(await take(second))).toEqual({ [chat('a')]: 'gone' })
  })

  test('one that only the listing lacks is not missed', async () => {
    const { put, take, app } = world()
    put(chat('a'), entries(1))
    const first = await take()
    async function* pages() {
      yield []
    }
    const second = await take(first, { app: { ...app, pages } })
    expect(saidOf(second)).toEqual({ [chat('a')]: 'unchanged' })
  })
})

describe('several at once', () => {
  /** So many are read at the same moment at most. */
  const mostAtOnce = async (count: number, sizeBytes: number): Promise<number> => {
    const { put, take, app } = world()
    for (let at = 0; at < count; at += 1) put(chat(String(at)), ' '.repeat(sizeBytes))
    let [now, most] = [0, 0]
    const stream: AppObjects['stream'] = async (key, etag) => {
      now += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      return app.stream(key, etag)
    }
    expect(await take(undefined, { app: { ...app, stream } })).toMatchObject({ reads: count })
    return most
  }

  test('are eight, and of those above a mebibyte one: parsed it takes ten times its size', async () => {
    expect(await mostAtOnce(20, 10)).toBe(8)
    expect(await mostAtOnce(3, 1024 ** 2)).toBe(3)
    expect(await mostAtOnce(3, 1024 ** 2 + 1)).toBe(1)
  })
})

describe('what cannot be read', () => {
  test('is what has grown beyond sixteen mebibytes since it was listed; so many are read', async () => {
    const { put, take, app } = world()
    put(chat('a'), entries(1))
    const growing = (sizeBytes: number): AppObjects['stream'] => {
      async function* chunks() {
        yield Buffer.alloc(sizeBytes - 1, ' ')
        yield Buffer.from(' ')
      }
      return async (key, etag) => {
        const got = await app.stream(key, etag)
        return got && { ...got, chunks: chunks() }
      }
    }
    const readAs = async (sizeBytes: number) =>
      saidOf(await take(undefined, { app: { ...app, stream: growing(sizeBytes) } }))
    expect(await readAs(16 * 1024 ** 2)).toEqual({ [chat('a')]: 'no JSON' })
    expect(await readAs(16 * 1024 ** 2 + 1)).toEqual({ [chat('a')]: 'larger than is read' })
  })

  test('is a mistake of ours, which ends the run and is told', async () => {
    const { put, take, app } = world()
    put(chat('a'), entries(1))
    const mistake = new TypeError('ours')
    const stream = () => Promise.reject(mistake)
    const taken = await take(undefined, { app: { ...app, stream } })
    expect(taken).toMatchObject({ is: 'begun', lines: 0, after: '', trouble: mistake })
  })

  test('is told by its size, and takes no memory', async () => {
    const { put, take, asked } = world()
    put(chat('a'), ' '.repeat(16 * 1024 ** 2 + 1))
    expect(saidOf(await take())).toEqual({ [chat('a')]: 'larger than is read' })
    expect(asked).toEqual(['list users/'])
  })

  test('is told, where the store refuses this one alone', async () => {
    const { put, take, app } = world()
    put(chat('a'), entries(1))
    put(chat('b'), entries(1))
    const refused = new Fault({ code: 'store-refused', why: 'No.', mend: '-' })
    const stream: AppObjects['stream'] = (key, etag) =>
      key === chat('a') ? Promise.reject(refused) : app.stream(key, etag)
    expect(saidOf(await take(undefined, { app: { ...app, stream } }))).toEqual({
      [chat('a')]: 'it cannot be read',
      [chat('b')]: 'new',
    })
  })

  test('leaves the rest to the next run, where the store is away', async () => {
    const { put, take, store } = world()
    put(chat('a'), entries(1))
    store.failNext('stream')
    expect(await take()).toMatchObject({
      is: 'begun',
      lines: 0,
      trouble: { code: 'store-unreachable' },
    })
    store.failNext('pages')
    expect(await take()).toMatchObject({
      is: 'begun',
      lines: 0,
      trouble: { code: 'store-unreachable' },
    })
  })
})

describe('the contents', () => {
  /** What was kept, by its name, and how often that was asked. */
  const keeping = () => {
    const kept: string[] = []
    const keep: TakeOrder['keep'] = async ({ sha256, bytes }) => {
      kept.push(bytes.toString())
      return `2026-03-01/${sha256}`
    }
    return { kept, keep }
  }
  const keptOf = (taken: Taken, key: string) => {
    const found = objectsIn(taken).find((line) => line.key === key)?.found
    return { kept: found?.kept, good: found?.good?.kept }
  }
  const nameOf = (value: unknown) =>
    `2026-03-01/${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`

  test('that are good are kept once, and referred to for as long as they stand', async () => {
    const { kept, keep } = keeping()
    const { put, take, asked } = world()
    put(chat('a'), entries(1))
    put('users/1/page.json', '{}')
    const first = await take(undefined, { keep })
    expect(kept).toEqual(['[{"id":1}]', '{}'])
    expect(objectsIn(first)[0]?.found?.content).toBeUndefined()
    put(chat('a'), entries(1, 2))
    const second = await take(first, { keep })
    expect(kept.slice(2)).toEqual(['[{"id":1},{"id":2}]'])
    expect(keptOf(second, chat('a'))).toEqual({ kept: nameOf(entries(1, 2)), good: undefined })
    expect(keptOf(second, 'users/1/page.json').kept).toBe(`2026-03-01/${sha256Of('{}')}`)
    // Written anew as it was: it is read, and not kept again.
    put(chat('a'), JSON.stringify(entries(1, 2)))
    const about = {
      collections: { ...said.collections, pages: { objects: 'users/{u}/page.json' } },
    }
    await take(second, { keep, said: about })
    expect(asked).toContain('users/1/page.json')
    expect(kept).toHaveLength(3)
  })

  test('that are not are not, and what was good before them stays referred to', async () => {
    const { kept, keep } = keeping()
    const { put, take, store } = world({ ...said, secretsNever: true })
    const names = ['shrinks', 'goes', 'breaks', 'leaks', 'swells']
    for (const name of names) put(chat(name), entries(1, 2))
    const first = await take(undefined, { keep })
    expect(kept).toHaveLength(names.length)
    put(chat('shrinks'), entries(1))
    store.app.remove(chat('goes'))
    put(chat('breaks'), '[{"id":1')
    put(chat('leaks'), [...entries(1, 2), { id: 3, text: `shpat_${'0a'.repeat(16)}` }])
    put(chat('swells'), ' '.repeat(16 * 1024 ** 2 + 1))
    let last = first
    for (const _ of [1, 2]) {
      last = await take(last, { keep })
      for (const name of names)
        expect([name, keptOf(last, chat(name))]).toEqual([
          name,
          { kept: undefined, good: nameOf(entries(1, 2)) },
        ])
    }
    expect(kept).toHaveLength(names.length)
    // Of the one with a token an entry has to change for it.
    const mended = names.filter((name) => name !== 'leaks')
    for (const name of mended) put(chat(name), entries(1, 2, 3))
    const whole = await take(last, { keep })
    for (const name of mended)
      expect(keptOf(whole, chat(name))).toEqual({ kept: nameOf(entries(1, 2, 3)), good: undefined })
  })

  test('of what a person said is right are kept from then on', async () => {
    const { kept, keep } = keeping()
    const { put, take } = world()
    put(chat('a'), entries(1, 2))
    const first = await take(undefined, { keep })
    put(chat('a'), entries(1))
    const second = await take(first, { keep })
    const before = { chunks: once(second.bytes), encoding: 'gzip', isRight: true } as const
    const third = await take(second, { before, keep })
    expect(keptOf(third, chat('a'))).toEqual({ kept: nameOf(entries(1)), good: undefined })
    expect(kept).toHaveLength(2)
  })

  test('are read for it where they were not kept so far, and referred to no longer where they are not to be', async () => {
    const { kept, keep } = keeping()
    const { put, take, asked } = world()
    put(chat('a'), entries(1))
    put(chat('b'), '[{"id":1')
    const first = await take()
    expect(objectsIn(first)[0]?.found?.content).toBe(sha256Of(JSON.stringify(entries(1))))
    const second = await take(first, { keep })
    expect(asked).toEqual(['list users/', chat('a')])
    expect(kept).toHaveLength(1)
    const third = await take(second)
    expect(keptOf(third, chat('a'))).toEqual({ kept: undefined, good: undefined })
    expect(objectsIn(third)[0]?.found?.content).toBe(sha256Of(JSON.stringify(entries(1))))
    expect(third.reads).toBe(0)
  })

  test('that cannot be kept now end the run, and the next goes on', async () => {
    const { put, take } = world()
    put(chat('a'), entries(1))
    const fault = new Fault({ code: 'store-refused', why: 'No.', mend: '-' })
    const taken = await take(undefined, { keep: () => Promise.reject(fault) })
    expect(taken).toMatchObject({ is: 'begun', lines: 0, trouble: fault })
  })
})

describe('where the time is too short', () => {
  test('a later run goes on, and what comes of it is what one run would have written', async () => {
    const { put, take, store, asked } = world()
    for (let at = 100; at < 140; at += 1) put(chat(String(at)), entries(1, at))
    const first = await take()
    for (let at = 100; at < 140; at += 3) put(chat(String(at)), entries(1, at, 2))
    store.app.remove(chat('110'))
    store.app.remove(chat('139'))
    const atOnce = await take(first)
    let left: Taken | undefined
    let runs = 0
    for (;;) {
      let asks = 0
      const begun = left && left.is === 'begun' && left.lines > 0 ? left : undefined
      left = await take(first, { begun, isOver: () => (asks += 1) > 6 })
      runs += 1
      if (left.is === 'whole') break
      expect(left.trouble).toBeUndefined()
      if (begun) expect(asked[0]).toBe(`list users/ after ${begun.after}`)
    }
    expect(runs).toBeGreaterThan(2)
    expect(gunzipSync(left.bytes).toString()).toBe(gunzipSync(atOnce.bytes).toString())
  })
})

describe('whether they are private', () => {
  const about = { ...said, isPrivate: true } as const

  test('is asked of what has changed, and of what was open, until it is not', async () => {
    const { put, take, store, asked } = world(about)
    put(chat('a'), entries(1))
    put(chat('b'), entries(1))
    store.app.publish(chat('a'))
    const first = await take()
    expect(objectsIn(first).map(({ found }) => found?.isOpen)).toEqual([true, undefined])
    expect(linesIn(first).at(-1)).toMatchObject({ foot: { isPrivate: true } })
    await take(first)
    expect(asked).toEqual(['list users/', chat('a')])
  })
})
