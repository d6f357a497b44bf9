/**
 * What does an inventory cost, of a thousand objects, a hundred thousand, a million? As many are named by
 * `SNAPPROOF_OBJECTS`: its requests, its size, its time by the processor, its memory.
 */
import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { takeInventory } from '../../../lib/adapters/objects/walk'
import type { AppObjects, StoredObject, Taken } from '../../../lib/ports'
import type { ObjectsSettings } from '../../../lib/rules/kinds/objects/settings'
import { slow } from '../../cases'

const said: ObjectsSettings = {
  collections: {
    chats: {
      objects: 'users/{user}/chats/{chat}.json',
      schema: z.array(z.looseObject({ id: z.number() })),
      grows: 'id',
    },
  },
}

const pageSize = 1000
const takenAt = new Date('2026-03-01T01:00:00Z')

const keyOf = (at: number): string => {
  const digits = String(at).padStart(9, '0')
  return `users/${digits.slice(0, 6)}/chats/${digits}.json`
}

/** So many objects that lie nowhere; of each hundred one has an entry more in every later generation. */
const bucketOf = (count: number) => {
  let generation = 0
  const asked = { pages: 0, objects: 0 }
  const generationOf = (at: number): number => (at % 100 === 0 ? generation : 0)
  const objectAt = (at: number): StoredObject => ({
    key: keyOf(at),
    sizeBytes: 20,
    etag: createHash('md5')
      .update(`${at} ${generationOf(at)}`)
      .digest('hex'),
    modifiedAt: takenAt,
  })
  const app: AppObjects = {
    pages: async function* pages(_, after) {
      const from = after === undefined ? 0 : Number(after.slice(-14, -5)) + 1
      for (let at = from; at < count; at += pageSize) {
        asked.pages += 1
        const size = Math.min(pageSize, count - at)
        yield Array.from({ length: size }, (__, place) => objectAt(at + place))
      }
    },
    stream: async (key) => {
      asked.objects += 1
      const at = Number(key.slice(-14, -5))
      const entries = Array.from({ length: generationOf(at) + 1 }, (_, place) => ({
        id: at + place,
      }))
      async function* chunks() {
        yield Buffer.from(JSON.stringify(entries))
      }
      return { chunks: chunks(), object: objectAt(at) }
    },
    range: () => Promise.resolve(undefined),
    isOpenToAnyone: () => Promise.resolve(false),
  }
  return { app, asked, grow: () => void (generation += 1) }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** In as many runs as it takes: each reads no more than a run may. */
const taken = async (app: AppObjects, last?: Taken) => {
  let runs = 0
  let begun: Extract<Taken, { is: 'begun' }> | undefined
  for (;;) {
    runs += 1
    const got = await takeInventory({
      database: 'bot',
      said,
      app,
      takenAt,
      ask: async () => ({ why: 'Nobody is there.' }),
      before: last && { chunks: once(last.bytes), encoding: 'gzip', isRight: false },
      begun,
      isOver: () => false,
    })
    if (got.is === 'whole') return { got, runs }
    begun = got
  }
}

const measured = async (count: number) => {
  const { app, asked, grow } = bucketOf(count)
  const first = await taken(app)
  const atFirst = { ...asked, runs: first.runs }
  Object.assign(asked, { pages: 0, objects: 0 })
  grow()
  const began = process.cpuUsage()
  const { got, runs } = await taken(app, first.got)
  const { user, system } = process.cpuUsage(began)
  return { atFirst, later: { ...asked, runs }, got, cpuMs: (user + system) / 1000 }
}

describe('an inventory', () => {
  const costs = async (count: number) => {
    const { atFirst, later, got } = await measured(count)
    expect(atFirst).toMatchObject({ objects: count, runs: Math.ceil(count / 20_000) })
    expect(later).toEqual({ pages: Math.ceil(count / pageSize), objects: count / 100, runs: 1 })
    expect(got).toMatchObject({ is: 'whole', lines: count })
    expect(got.bytes.length / count).toBeLessThan(100)
  }

  test('of 1,000 objects of which ten have changed is one page of the listing and ten reads', async () => {
    await costs(1000)
  })

  test('of 100,000 of which 1,000 have changed is 100 pages and 1,000 reads', slow, async () => {
    await costs(100_000)
  })

  const asked = Number(process.env['SNAPPROOF_OBJECTS'] ?? 0)

  /** A million take some minutes, most of them for the first one. */
  const patience = { timeout: 3_600_000 }

  test.runIf(asked > 0)('of as many as are asked for costs what is printed', patience, async () => {
    const { atFirst, later, got, cpuMs } = await measured(asked)
    const mebibyte = 1024 ** 2
    console.log(
      `${asked} objects: at first ${atFirst.pages} pages, ${atFirst.objects} reads, ${atFirst.runs} runs;`,
      `then ${later.pages} pages, ${later.objects} reads, ${later.runs} runs,`,
      `${(cpuMs / 1000).toFixed(1)} s of CPU, ${(got.bytes.length / mebibyte).toFixed(1)} MiB stored,`,
      `peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
    )
    expect(later.objects).toBe(Math.ceil(asked / 100))
  })
})
