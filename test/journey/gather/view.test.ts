import { describe, expect, test } from 'vitest'

import { readAlertState } from '../../../lib/journey/bucket/alert-state'
import { readHoldings } from '../../../lib/journey/bucket/holdings'
import { listShelves } from '../../../lib/journey/bucket/shelves'
import { readSummary } from '../../../lib/journey/bucket/summary'
import { readWatchState, writeWatchState } from '../../../lib/journey/bucket/watch-state'
import { besidesOf, headOf, neverRan } from '../../../lib/journey/gather/head'
import { setsOf } from '../../../lib/journey/gather/sets'
import { takeStock } from '../../../lib/journey/gather/stock'
import { fewAtMost, readAlone, readPart, readView } from '../../../lib/journey/gather/view'
import type { Wanted } from '../../../lib/journey/gather/view'
import { readOverview } from '../../../lib/journey/overview'
import { emptyAlertState } from '../../../lib/rules/alerts/outbox'
import { allWell } from '../../browser/stock'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import { testTools } from '../../fakes/tools'
import { crowded } from '../../fixtures/bucket/crowds'
import { awayAt, counted, tally } from '../../fixtures/bucket/store-calls'
import { watched } from '../../fixtures/bucket/watching'
import { keepCopy, keepDays } from '../../fixtures/told/kept'

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

  test('of none that is asked for is one page, and it is empty', async () => {
    const tools = await crowded(fewAtMost + 1)
    const { list } = await readView(tools, wanted({ query: 'nothing', page: 2 }))
    expect(list).toMatchObject({ found: 0, page: 1, pages: 1, lines: [] })
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

const key = 'backups/_state/summary.json'

const stood = async () => {
  const tools = testTools({ databases: { tokens: {}, shop: {} } })
  await keepCopy(tools, { daysAgo: 0 })
  await keepCopy(tools, { daysAgo: 0, database: 'shop', outcome: 'failed' })
  await watched(tools)
  return tools
}

const lines = async (tools: ReturnType<typeof testTools>) =>
  (await readSummary(tools))?.at([0, 1]).map(({ line }) => line)

describe('the watch sums up what it saw', () => {
  test('the gravest first, with what is wrong and who has heard of it', async () => {
    const tools = await stood()
    expect(await lines(tools)).toMatchObject([
      { database: 'shop', health: 'trouble', troubles: [{ kind: 'verify.failed' }] },
      { database: 'tokens', health: 'sound', stock: { words: { passed: 1 } } },
    ])
    expect((await readSummary(tools))?.head).toMatchObject({
      health: 'trouble',
      totals: { databases: 2, copies: 2, byHealth: { trouble: 1, sound: 1 } },
      gravest: [{ kind: 'verify.failed', database: 'shop', facts: expect.any(Array) }],
      incidents: [{ key: 'shop/verify.failed' }],
    })
  })

  test('a quiet run takes over what was counted, and says by its own time how each stands', async () => {
    const tools = await stood()
    tools.clock.passSeconds(3 * 86_400)
    const { tools: seen, calls } = counted(tools)
    await watched(seen)
    expect(tally(calls).put).toBe(2)
    const late = (await lines(tools))?.find(({ database }) => database === 'tokens')
    expect(late).toMatchObject({ health: 'late', stock: { words: { passed: 1 } } })
  })

  test.each([
    {
      name: 'it is gone',
      lose: async (tools: ReturnType<typeof testTools>) => void tools.store.objects.delete(key),
    },
    {
      name: 'an older build has looked since',
      lose: async (tools: ReturnType<typeof testTools>) => {
        const bytes = tools.store.objects.get(key)
        await keepCopy(tools, { daysAgo: 0.001 })
        await watched(tools)
        if (bytes) tools.store.objects.set(key, bytes)
      },
    },
  ])('what was counted is counted anew where $name', async ({ lose }) => {
    const tools = await stood()
    await lose(tools)
    await watched(tools)
    const found = (await lines(tools))?.find(({ database }) => database === 'tokens')
    expect(found?.stock?.words).toEqual({ passed: found?.count })
  })

  test('a database of which nothing could be counted is in it all the same', async () => {
    const tools = await stood()
    tools.store.objects.delete(key)
    const state = await readWatchState(tools)
    if (state) await writeWatchState(tools, { ...state, unreached: ['tokens'] })
    // No time to look at anything: what the last run knew of each is what there is to tell.
    await watched({ ...tools, deadlineAt: tools.clock.now() })
    expect(await lines(tools)).toMatchObject([
      { database: 'shop' },
      { database: 'tokens', count: 1 },
    ])
  })

  test('where it cannot be written the run comes to its end, and says so', async () => {
    const tools = await stood()
    const { tools: once, asked } = awayAt(tools, -1, 'before')
    await watched(once)
    // The last thing that a quiet run asks for is to write it.
    const answer = await watched(awayAt(tools, asked() - 1, 'before').tools)
    expect(answer.faults).toEqual(['The summary for the page: The store is away.'])
  })
})

const taken = async (tools: ReturnType<typeof testTools>) => {
  const holdings = await readHoldings(tools, 'tokens', await listShelves(tools, 'tokens'))
  const about = {
    database: 'tokens',
    heartbeatAt: undefined,
    prune: undefined,
    now: tools.clock.now(),
  }
  return takeStock(holdings, about, tools)
}

test('what retention says of each copy stands with it, the newest first', async () => {
  const tools = testTools()
  await keepDays(tools, 12)
  const { copies, stock } = await taken(tools)
  expect(copies).toHaveLength(12)
  expect(copies[0]?.reasons).toContain('newest sound copy')
  expect(stock).toMatchObject({ words: { passed: 12 }, kept: { daily: 7 }, isHeld: false })
  expect(stock.file).toBe(`${copies[0]?.id}.db`)
})

test('a brake is told, and a pin', async () => {
  const tools = testTools()
  await keepCopy(tools, {
    daysAgo: 3,
    change: (entry) => ({
      ...entry,
      pin: { at: '2026-02-28T01:00:00Z', by: 'ada', note: '' },
    }),
  })
  await keepCopy(tools, { daysAgo: 0, outcome: 'failed' })
  const { stock, plan } = await taken(tools)
  expect(plan.brake).toBeDefined()
  expect(stock).toMatchObject({ isHeld: true, kept: { pinned: 1, floor: 1 } })
})

test('of more that is open than anybody reads the gravest is told, and how much there is', async () => {
  const databases = Object.fromEntries(Array.from({ length: 70 }, (_, place) => [`d${place}`, {}]))
  const tools = { ...testTools({ databases }), notifier: fakeNotifier([fakeChannel('a')]) }
  await keepCopy(tools, { daysAgo: 0, database: 'd7', outcome: 'failed' })
  await watched(tools)
  tools.clock.passSeconds(4 * 86_400)
  await watched(tools)
  const { incidents, all, gravest, totals } = await readOverview(tools)
  expect(all.incidents).toBeGreaterThan(60)
  expect(incidents).toHaveLength(50)
  expect(incidents[0]?.key).toBe('d7/verify.failed')
  expect(gravest).toHaveLength(12)
  expect(totals.troubles).toBeGreaterThan(60)
  expect(totals.first).toHaveLength(7)
})

test('what is wrong with the installation is told apart from what is wrong with a database', async () => {
  const tools = testTools()
  const now = tools.clock.now()
  const strange = [{ key: 'backups/x', sizeBytes: 1, etag: 'e', modifiedAt: now }]
  const about = {
    state: neverRan(now, strange),
    prune: {
      ranAt: now.toISOString(),
      databases: {},
      waiting: { tokens: '2026-02-20T00:00:00.000Z' },
    },
    drill: undefined,
    alerts: emptyAlertState,
    second: undefined,
    firstAt: undefined,
    now,
  }
  const installation = besidesOf(about, tools)
  expect(installation.map(({ kind, database }) => [kind, database])).toEqual([
    ['object.unknown', undefined],
    ['prune.braked', 'tokens'],
  ])
  const head = headOf(
    [],
    {
      now,
      ranAt: undefined,
      firstAt: undefined,
      jobs: { prune: undefined, drill: undefined },
      drill: undefined,
      alerts: await readAlertState(tools),
      installation,
      troubles: [],
      questions: [],
      sets: [],
      second: undefined,
      spent: undefined,
    },
    tools,
  )
  expect(head.troubles.map(({ kind }) => kind)).toEqual(['object.unknown'])
  expect(head).toMatchObject({ health: 'sound', asOf: now.toISOString(), totals: { databases: 0 } })
})

const held = async (sets: Record<string, string | undefined>) => {
  const tools = testTools({ databases: {} })
  const all = []
  for (const [database, id] of Object.entries(sets)) {
    await keepCopy(tools, {
      daysAgo: 0,
      database,
      change: (entry) =>
        id === undefined ? entry : { ...entry, claim: { ...entry.claim, set: { id, size: 2 } } },
    })
    const holdings = await readHoldings(tools, database, await listShelves(tools, database))
    const about = { database, heartbeatAt: undefined, prune: undefined, now: tools.clock.now() }
    all.push({ database, stock: takeStock(holdings, about, tools).stock })
  }
  return all
}

test('databases that were pushed together are one set, and no others are', async () => {
  expect(setsOf(await held({ tokens: 'a', sessions: 'a', other: undefined }))).toEqual([
    {
      id: 'a',
      databases: ['sessions', 'tokens'],
      state: 'restorable',
      why: 'sound and of one moment: sessions, tokens',
    },
  ])
  expect(setsOf(await held({ tokens: undefined }))).toEqual([])
})

test('a member that did not come leaves the set waiting', async () => {
  expect(setsOf(await held({ tokens: 'a', sessions: 'b' }))).toMatchObject([
    { id: 'a', state: 'waiting' },
    { id: 'b', state: 'waiting' },
  ])
})

describe('a part of them, whole', () => {
  test('is all of them where there are few', async () => {
    const { tools } = await allWell()
    const { overview, ...part } = await readPart(tools, { page: 1, by: 'gravity' })
    expect(overview).toEqual(await readOverview(tools))
    expect(part).toEqual({ others: [], found: 2, page: 1, pages: 1 })
  })

  test('is a page of many: the others are told in a line, and no copy of theirs is asked for', async () => {
    const bad = 'shop-00017'
    const tools = await crowded(23, (state, place) =>
      place === 17 && state.newest
        ? { ...state, newest: { ...state.newest, word: 'failed' } }
        : state,
    )
    const partOf = (page: number, by: 'gravity' | 'name') => readPart(tools, { page, by, size: 10 })
    const first = await partOf(1, 'gravity')
    const shown = first.overview.databases.map(({ database }) => database)
    expect(shown).toContain(bad)
    expect(shown).toHaveLength(10)
    expect(first.overview.totals.databases).toBe(23)
    expect(first.others).toHaveLength(13)
    expect(first).toMatchObject({ found: 23, page: 1, pages: 3 })
    const names: string[] = []
    for (const page of [1, 2, 3]) {
      const { overview, others } = await partOf(page, 'name')
      names.push(...overview.databases.map(({ database }) => database))
      expect(others.length + overview.databases.length).toBe(23)
    }
    expect(names).toEqual(
      Array.from({ length: 23 }, (_, place) => `shop-${String(place).padStart(5, '0')}`),
    )
    expect((await partOf(99, 'name')).page).toBe(3)
    expect((await partOf(0, 'name')).page).toBe(1)
  })
})
