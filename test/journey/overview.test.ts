import { describe, expect, test } from 'vitest'

import { readOverview } from '../../lib/journey/overview'
import type { Tools } from '../../lib/ports'
import { allWell, drilled, empty, oneFailing, oneLate, silent, waiting } from '../browser/stock'
import { testTools } from '../fakes/tools'
import { keepCopy } from '../fixtures/kept'
import { watched } from '../fixtures/watching'

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
    expect({ health, ...states }).toMatchObject({
      health: wanted.health,
      tokens: wanted.tokens,
      sessions: wanted.sessions,
    })
  })

  test('shows a database that was promised and never came', async () => {
    const shown = await one(testTools())
    expect(shown).toMatchObject({ health: 'never', copies: [], nextBy: '2026-03-02T03:00:00.000Z' })
  })

  test.each([
    { name: 'it ran three hours ago', seconds: 3 * hour, isSilent: false },
    { name: 'it ran longer ago', seconds: 3 * hour + 1, isSilent: true },
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
