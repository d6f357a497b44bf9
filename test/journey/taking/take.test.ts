/** What nobody pushes is taken by the watch, and is from then on a copy like every other. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { readEntry, parseTicket } from '../../../lib/journey/bucket/ledger'
import { readWatchState } from '../../../lib/journey/bucket/watch-state'
import { watch } from '../../../lib/journey/watch'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import { testTools } from '../../fakes/tools'
import { withMinutes } from '../../fixtures/bucket/watching'

const bot: DatabaseSettings = {
  kind: 'objects',
  collections: {
    chats: {
      objects: 'users/{user}/chats/{chat}.json',
      schema: z.array(z.looseObject({ id: z.number() })),
      grows: 'id',
    },
  },
}

const world = (said: Partial<DatabaseSettings> = {}) => {
  const heard = fakeChannel('ops')
  const tools = {
    ...testTools({ databases: { bot: { ...bot, ...said } as DatabaseSettings } }),
    notifier: fakeNotifier([heard]),
  }
  const run = () => watch.run({}, withMinutes(tools, 10))
  const put = (name: string, ...ids: number[]) =>
    tools.store.app.put(
      `users/1/chats/${name}.json`,
      Buffer.from(JSON.stringify(ids.map((id) => ({ id })))),
    )
  const wordOf = async (id = '') => (await readEntry(tools, parseTicket(id)))?.entry.verdict
  const tomorrow = () => tools.clock.passSeconds(86_400)
  return { tools, heard, run, put, wordOf, tomorrow }
}

describe('what nobody pushes', () => {
  test('is taken when it is due, judged in the same run, and shown as a copy', async () => {
    const { tools, run, put, wordOf } = world()
    put('a', 1, 2)
    const { taken, faults } = await run()
    expect({ taken: taken.length, faults }).toEqual({ taken: 1, faults: [] })
    expect(await wordOf(taken[0])).toMatchObject({
      outcome: 'passed',
      rows: { chats: 1, 'chats entries': 2 },
    })
    const stored = [...tools.store.objects.keys()].filter((key) => key.includes(taken[0] ?? '-'))
    expect(stored.map((key) => key.replace(/^.*?Z_\w{6}/, ''))).toEqual([
      '.entry.json',
      '.objects.jsonl.gz',
      '.objects.jsonl.gz.sha256',
    ])
    const state = await readWatchState(tools)
    expect(state?.databases['bot']).toMatchObject({ copies: 1, newest: { word: 'passed' } })
  })

  test('is not taken again before it is due', async () => {
    const { tools, run, put, tomorrow } = world()
    put('a', 1)
    await run()
    tools.clock.passSeconds(3600)
    expect(await run()).toMatchObject({ taken: [], taking: [], faults: [] })
    tomorrow()
    expect((await run()).taken).toHaveLength(1)
  })

  test('is taken at once where something else is expected of it than was asked, and then no more', async () => {
    const { tools, run, put, wordOf } = world()
    put('a', 1)
    await run()
    tools.clock.passSeconds(600)
    const collections = {
      chats: { objects: 'users/{user}/chats/{chat}.json', schema: z.array(z.string()) },
    }
    const databases = { bot: { kind: 'objects' as const, collections } }
    const deployed = { ...tools, settings: { ...tools.settings, databases } }
    const again = () => watch.run({}, withMinutes(deployed, 10))
    const { taken } = await again()
    expect(await wordOf(taken[0])).toMatchObject({ outcome: 'unmet' })
    tools.clock.passSeconds(600)
    expect((await again()).taken).toEqual([])
  })

  test('is never taken where no copy is expected', async () => {
    expect(await world({ expectEvery: 'off' }).run()).toMatchObject({ taken: [], faults: [] })
  })

  test('is told when a list has lost something, until a person says that it was meant', async () => {
    const { tools, run, put, wordOf, tomorrow, heard } = world()
    put('a', 1, 2)
    await run()
    put('a', 1)
    for (const _ of [1, 2]) {
      tomorrow()
      const { taken } = await run()
      expect(await wordOf(taken[0])).toMatchObject({ outcome: 'unmet' })
    }
    expect(heard.heard.map(({ kind }) => kind)).toContain('verify.unmet')
    expect(JSON.stringify(heard.heard)).toContain('1 shrunk')
    put('a', 1, 2, 3)
    tomorrow()
    expect(await wordOf((await run()).taken[0])).toMatchObject({ outcome: 'passed' })
    expect(tools.store.objects.get('users/1/chats/a.json')?.bytes.toString()).toContain('3')
  })

  test('is held against the last one: most of it gone is a fall, with the last that had it', async () => {
    const { tools, run, put, wordOf, tomorrow, heard } = world({
      collections: { chats: { objects: 'users/{user}/chats/{chat}.json' } },
    })
    for (let at = 0; at < 150; at += 1) put(String(at), 1)
    const before = (await run()).taken[0]
    for (let at = 0; at < 140; at += 1) tools.store.app.remove(`users/1/chats/${at}.json`)
    tomorrow()
    const fallen = await wordOf((await run()).taken[0])
    expect(fallen).toMatchObject({
      outcome: 'warned',
      fall: { before, tables: { chats: { had: 150, has: 10 } } },
    })
    expect(heard.heard.map(({ kind }) => kind)).toContain('rows.collapsed')
  })

  test('goes on in the next run where this one has no time left, and says so', async () => {
    const { tools, put, wordOf } = world()
    for (let at = 0; at < 30; at += 1) put(String(at), 1)
    const { appObjects } = tools
    const slow: typeof appObjects = {
      ...appObjects,
      stream: async (key, etag) => {
        tools.clock.passSeconds(20)
        return appObjects.stream(key, etag)
      },
    }
    const run = () => watch.run({}, withMinutes({ ...tools, appObjects: slow }, 10))
    const first = await run()
    expect(first.taken).toEqual([])
    expect(first.taking).toEqual([
      expect.stringMatching(/^bot: \d+ objects so far; the next run goes on$/),
    ])
    tools.clock.passSeconds(600)
    let last = first
    for (let runs = 0; runs < 9 && last.taken.length === 0; runs += 1) last = await run()
    expect(await wordOf(last.taken[0])).toMatchObject({ outcome: 'passed', rows: { chats: 30 } })
  })

  test('is a fault of its own where the app’s store is away, and nobody else waits for it', async () => {
    const { tools, put, heard } = world()
    put('a', 1)
    const pages = () => {
      throw new Error('away')
    }
    const away = { ...tools, appObjects: { ...tools.appObjects, pages } }
    const { taken, faults } = await watch.run({}, withMinutes(away, 10))
    expect(taken).toEqual([])
    expect(faults).toEqual([expect.stringContaining('bot: ')])
    expect(heard.heard).toBeDefined()
  })
})
