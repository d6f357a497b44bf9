import { describe, expect, test } from 'vitest'

import { readOverview } from '../../lib/journey/overview'
import type { Tools } from '../../lib/ports'
import { fallen, unmetNewest } from '../browser/bad-days'
import { allWell, drilled, empty, oneFailing, oneLate, silent, waiting } from '../browser/stock'
import { fakeChannel, fakeNotifier } from '../fakes/channels'
import { testTools } from '../fakes/tools'
import { watched } from '../fixtures/bucket/watching'
import { keepCopy } from '../fixtures/told/kept'

const hour = 3_600

const one = async (tools: Tools, database = 'tokens') => {
  const found = (await readOverview(tools)).databases.find((each) => each.database === database)
  if (!found) throw new Error(`${database} is not shown`)
  return found
}

describe('the overview', () => {
  test.each([
    { name: 'all is well', scene: allWell, health: 'sound', tokens: 'sound', sessions: 'sound' },
    { name: 'one is late', scene: oneLate, health: 'late', tokens: 'sound', sessions: 'late' },
    {
      name: 'one is damaged',
      scene: oneFailing,
      health: 'trouble',
      tokens: 'trouble',
      sessions: 'sound',
    },
    {
      name: 'rows are gone from one that is sound as it is',
      scene: fallen,
      health: 'trouble',
      shop: 'trouble',
      sessions: 'sound',
    },
    {
      name: 'one is not what is expected',
      scene: unmetNewest,
      health: 'trouble',
      tokens: 'sound',
      sessions: 'trouble',
    },
    { name: 'nothing came yet', scene: empty, health: 'never', tokens: 'never', sessions: 'never' },
    { name: 'one waits', scene: waiting, health: 'pending', tokens: 'pending', sessions: 'sound' },
    {
      name: 'nobody watches',
      scene: silent,
      health: 'trouble',
      tokens: 'sound',
      sessions: 'sound',
    },
  ])('says how each stands, and the whole as its worst: $name', async ({ scene, ...wanted }) => {
    const { tools } = await scene()
    const { health, databases } = await readOverview(tools)
    const states = Object.fromEntries(databases.map((each) => [each.database, each.health]))
    const { name: _, ...expected } = wanted
    expect({ health, ...states }).toMatchObject(expected)
  })

  test('shows a database that was promised and never came', async () => {
    const shown = await one(testTools())
    expect(shown).toMatchObject({ health: 'never', copies: [], nextBy: '2026-03-02T03:00:00.000Z' })
  })

  test.each([
    { name: 'it ran nearly three hours ago', seconds: 3 * hour - 1, isSilent: false },
    { name: 'it ran three hours ago', seconds: 3 * hour, isSilent: true },
  ])('the watch is silent, or not: $name', async ({ seconds, isSilent }) => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 0 })
    await watched(tools)
    tools.clock.passSeconds(seconds)
    const { watch, troubles } = await readOverview(tools)
    expect(watch).toEqual({ ranAt: '2026-03-01T01:00:00.000Z', isSilent })
    expect(troubles.map(({ kind }) => kind)).toEqual(isSilent ? ['watcher.silent'] : [])
  })

  test.each([
    { name: 'there is nothing to watch', daysAgo: undefined, isSilent: false },
    { name: 'the first copy has just come', daysAgo: 0.1, isSilent: false },
    { name: 'a copy has been there for hours', daysAgo: 0.2, isSilent: true },
  ])('a watch that never ran: $name', async ({ daysAgo, isSilent }) => {
    const tools = testTools()
    if (daysAgo !== undefined) await keepCopy(tools, { daysAgo })
    expect((await readOverview(tools)).watch).toEqual({ ranAt: undefined, isSilent })
  })

  test('of a folder that is no database’s nothing is expected; it is told as unknown', async () => {
    const tools = testTools()
    await tools.store.put('backups/Some Folder;rm -rf/notes.txt', Buffer.from('hello'))
    const { databases, troubles } = await readOverview(tools)
    expect(databases.map(({ database }) => database)).toEqual(['tokens'])
    expect(troubles.map(({ kind }) => kind)).toEqual(['object.unknown'])
  })

  test('tells the drills, the alarm, the other timers, who is told and what was not delivered', async () => {
    const tools = testTools()
    const id = await keepCopy(tools, { daysAgo: 0 })
    await drilled(tools, { tokens: id })
    const overview = await readOverview({
      ...tools,
      notifier: { ...tools.notifier, complaints: ['ALERTS names an unknown kind of address.'] },
    })
    expect(overview.databases[0]?.drills.at(-1)).toMatchObject({ outcome: 'proven', id })
    expect(overview.alarm.rings).toHaveLength(3)
    expect(overview.alarm.provenAt).toBe(overview.jobs.drill)
    expect(overview.jobs.prune).toBeUndefined()
    expect(overview.troubles.map(({ kind }) => kind)).toEqual(['alert.undelivered'])
    expect(overview.health).toBe('trouble')
    expect(overview.publicKey).toContain('BEGIN PUBLIC KEY')
  })

  test('what is wrong stands in the order of how grave it is, and so does what is open', async () => {
    const tools = {
      ...testTools({ databases: { a: {}, b: {}, c: {} } }),
      notifier: fakeNotifier([]),
    }
    await keepCopy(tools, { daysAgo: 4, database: 'a' })
    await keepCopy(tools, { daysAgo: 0, database: 'b' })
    await keepCopy(tools, { daysAgo: 0, database: 'c', outcome: 'failed' })
    await tools.store.put('backups/strange.txt', Buffer.from('hello'))
    await watched(tools)
    tools.clock.passSeconds(4 * hour)
    const { troubles, incidents } = await readOverview(tools)
    expect(troubles.map(({ kind }) => kind)).toEqual([
      'watcher.silent',
      'object.unknown',
      'timer.silent',
    ])
    expect(incidents.map(({ key }) => key)).toEqual([
      'c/verify.failed',
      'a/backup.late',
      '-/object.unknown',
      '-/timer.silent',
    ])
  })

  test('says who has heard of what is open, and of what was told and refused nobody has', async () => {
    const deaf = fakeChannel('deaf')
    deaf.mood = 'refuses'
    const notifier = fakeNotifier([fakeChannel('a'), deaf])
    const tools = { ...testTools(), notifier }
    await keepCopy(tools, { daysAgo: 0, outcome: 'failed' })
    await watched(tools)
    const { incidents, unsent } = await readOverview(tools)
    expect(incidents).toMatchObject([
      { heardBy: ['the a'], unheardBy: [{ channel: 'the deaf' }], remindersWait: [] },
    ])
    expect(unsent).toBe(0)
    // As soon as it takes the message it has heard of it.
    deaf.mood = 'takes'
    tools.clock.passSeconds(25 * hour)
    await watched(tools)
    const later = (await readOverview(tools)).incidents.find(({ kind }) => kind === 'verify.failed')
    expect(later).toMatchObject({ heardBy: ['the a', 'the deaf'], unheardBy: [] })
  })

  test('what flaps is held open when nothing is to be seen of it, and says until when', async () => {
    const databases = { tokens: { expectEvery: '1h' } }
    const tools = { ...testTools({ databases }), notifier: fakeNotifier([fakeChannel('a')]) }
    const open = async () => (await readOverview(tools)).incidents
    const lateAndBack = async () => {
      for (let run = 0; run < 2; run += 1) {
        tools.clock.passSeconds(2 * hour)
        await watched(tools)
      }
      expect(await open()).toMatchObject([{ kind: 'backup.late', held: undefined }])
      await keepCopy(tools, { daysAgo: 0 })
    }
    await keepCopy(tools, { daysAgo: 0 })
    await lateAndBack()
    expect(await open()).toMatchObject([{ held: { why: 'until the watch runs again' } }])
    await watched(tools)
    expect(await open()).toEqual([])
    await lateAndBack()
    await watched(tools)
    const until = new Date(tools.clock.now().getTime() + 2 * hour * 1000).toISOString()
    expect(await readOverview(tools)).toMatchObject({
      health: 'sound',
      incidents: [{ held: { until } }],
    })
    tools.clock.moveTo(until)
    expect(await open()).toMatchObject([{ held: { why: 'until the watch runs again' } }])
    await watched(tools)
    expect(await open()).toEqual([])
  })

  test('a store that is away is a fault, and no empty overview', async () => {
    const tools = testTools()
    tools.store.failNext('files')
    await expect(readOverview(tools)).rejects.toMatchObject({ code: 'store-unreachable' })
  })

  test('holds no secret', async () => {
    const { tools } = await allWell()
    expect(JSON.stringify(await readOverview(tools))).not.toContain(tools.settings.secrets.current)
  })
})

test('a database that cannot be read while the listing goes on is a fault, and nothing worse', async () => {
  const { tools } = await allWell()
  const loose: unknown[] = []
  const hear = (thrown: unknown) => void loose.push(thrown)
  process.on('unhandledRejection', hear)
  const { store } = tools
  const slow: Tools['store'] = {
    ...store,
    read: (key) => {
      if (key.endsWith('/catalog.json')) tools.store.failNext('read')
      return store.read(key)
    },
    // One object a page, and each page takes its time.
    pages: async function* pages(prefix, after) {
      for await (const page of store.pages(prefix, after)) {
        for (const object of page) {
          await new Promise((resolve) => void setTimeout(resolve, 2))
          yield [object]
        }
      }
    },
  }
  await expect(readOverview({ ...tools, store: slow })).rejects.toThrow('The store is away.')
  process.off('unhandledRejection', hear)
  expect(loose).toEqual([])
})
