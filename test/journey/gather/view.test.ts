import { describe, expect, test } from 'vitest'

import { fewAtMost, readAlone, readView } from '../../../lib/journey/gather/view'
import type { Wanted } from '../../../lib/journey/gather/view'
import { readOverview } from '../../../lib/journey/overview'
import { allWell } from '../../browser/stock'
import { testTools } from '../../fakes/tools'
import { crowded } from '../../fixtures/bucket/crowds'
import { counted } from '../../fixtures/bucket/store-calls'
import { watched } from '../../fixtures/bucket/watching'
import { keepCopy } from '../../fixtures/told/kept'

const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  query: '',
  page: 1,
  size: 50,
  by: 'gravity',
  ...more,
})

const namesOf = async (tools: Parameters<typeof readView>[0], more: Partial<Wanted> = {}) =>
  (await readView(tools, wanted(more))).list.lines.map(({ database }) => database)

describe('all of them', () => {
  test('where there are few, as they stand now', async () => {
    const tools = testTools()
    await watched(tools)
    await keepCopy(tools, { daysAgo: 0 })
    const { whole, list, head } = await readView(tools, wanted())
    expect(whole?.databases).toMatchObject([{ database: 'tokens', copies: [{ word: 'passed' }] }])
    expect(list).toMatchObject({ found: 1, page: 1, pages: 1, lines: [{ health: 'sound' }] })
    expect(head.asOf).toBe(head.generatedAt)
  })

  test('where there are many, as the watch saw them, and by two requests', async () => {
    const tools = await crowded(fewAtMost + 1)
    const { tools: noted, calls } = counted(tools)
    const { whole, list, head } = await readView(noted, wanted())
    expect(calls).toEqual(['read', 'now'])
    expect(whole).toBeUndefined()
    expect(list).toMatchObject({ found: 21, pages: 1 })
    expect(head.totals).toMatchObject({ databases: 21, copies: 21 * 24, byHealth: { sound: 21 } })
    expect(head.asOf < head.generatedAt).toBe(true)
  })

  test('every one stands on one of the pages, once, in both orders', async () => {
    const bad = 'shop-00033'
    const tools = await crowded(120, (state, place) =>
      place === 33 && state.newest
        ? { ...state, newest: { ...state.newest, word: 'failed' } }
        : state,
    )
    for (const by of ['gravity', 'name'] as const) {
      const all: string[] = []
      for (const page of [1, 2, 3]) all.push(...(await namesOf(tools, { page, by })))
      expect(new Set(all).size).toBe(120)
      expect(all).toHaveLength(120)
      expect(all.indexOf(bad)).toBe(by === 'gravity' ? 0 : 33)
    }
    // A page that is none is the nearest that is one.
    expect(await namesOf(tools, { page: 99 })).toEqual(await namesOf(tools, { page: 3 }))
    expect(await namesOf(tools, { page: 0 })).toEqual(await namesOf(tools))
  })

  test('a name is found by a part of it, and what is found has pages too', async () => {
    const tools = await crowded(300)
    const { list } = await readView(tools, wanted({ query: '-0010', size: 4, page: 2 }))
    expect(list).toMatchObject({ found: 10, page: 2, pages: 3 })
    expect(list.lines[0]?.database).toBe('shop-00104')
    expect(await namesOf(tools, { query: 'nobody' })).toEqual([])
  })

  test('before a watch has summed up, its state says as much but of the copies', async () => {
    const tools = await crowded(30)
    tools.store.objects.delete('backups/_state/summary.json')
    const { head, list } = await readView(tools, wanted())
    expect(head).toMatchObject({ watch: { isSilent: false }, totals: { databases: 30 } })
    expect(list.lines[0]).toMatchObject({ health: 'sound', count: 24, stock: undefined })
  })

  test('where it never ran, and there are more than can be read, that is said', async () => {
    const databases = Object.fromEntries(
      Array.from({ length: fewAtMost + 1 }, (_, place) => [`d${place}`, {}]),
    )
    const { head, list } = await readView(testTools({ databases }), wanted())
    expect(head).toMatchObject({ health: 'trouble', watch: { ranAt: undefined, isSilent: true } })
    expect(head.troubles).toMatchObject([{ kind: 'watcher.silent' }])
    expect(list).toMatchObject({ found: 0, lines: [] })
  })
})

describe('one alone', () => {
  test('is the one of the overview, to the letter', async () => {
    const { tools } = await allWell()
    const [, tokens] = (await readOverview(tools)).databases
    const found = await readAlone(tools, 'tokens')
    expect(found?.one).toEqual(tokens)
    expect(found?.head.watch.ranAt).toBeDefined()
  })

  test('is fresh, and costs the same few requests beside any number of others', async () => {
    const costs: number[] = []
    for (const count of [1, 400]) {
      const tools = await crowded(count)
      await keepCopy(tools, { daysAgo: 0, database: 'shop-00000' })
      const { tools: noted, calls } = counted(tools)
      const found = await readAlone(noted, 'shop-00000')
      expect(found?.one.copies).toHaveLength(1)
      costs.push(calls.length)
    }
    expect(costs[0]).toBe(costs[1])
    expect(costs[1]).toBeLessThan(12)
  })

  test('knows what only the looks before it have seen: a copy that somebody took away', async () => {
    const tools = testTools()
    const id = await keepCopy(tools, { daysAgo: 0 })
    await watched(tools)
    for (const key of tools.store.objects.keys())
      if (key.includes(id)) tools.store.objects.delete(key)
    expect((await readAlone(tools, 'tokens'))?.one.troubles[0]?.kind).toBe('copy.gone')
    tools.store.objects.delete('backups/_state/summary.json')
    expect((await readAlone(tools, 'tokens'))?.one.troubles[0]?.kind).toBe('copy.gone')
  })

  test('where the watch never ran that is told beside it', async () => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 1 })
    expect(await readAlone(tools, 'tokens')).toMatchObject({
      head: { watch: { ranAt: undefined, isSilent: true } },
      one: { health: 'sound' },
    })
  })

  test.each(['nobody', 'Some Folder', '../tokens', ''])(
    'there is none called "%s"',
    async (name) => {
      const { tools, calls } = counted(testTools())
      expect(await readAlone(tools, name)).toBeUndefined()
      if (name !== 'nobody') expect(calls).toEqual([])
    },
  )
})
