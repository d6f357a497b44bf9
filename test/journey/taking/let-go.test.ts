/** The contents that no inventory refers to go, a day after that was first so, and never on a doubt. */
import { gunzipSync, gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { prune } from '../../../lib/journey/prune'
import { planContents } from '../../../lib/journey/taking/let-go'
import { watch } from '../../../lib/journey/watch'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { withMinutes } from '../../fixtures/bucket/watching'

const bot: DatabaseSettings = {
  kind: 'objects',
  collections: {
    chats: { objects: 'users/{user}/chats/{chat}.json', grows: 'id' },
    pages: { objects: 'users/{user}/page.json' },
  },
  keepContents: '7d',
  keep: { daily: 30 },
}

/** As it stands, or as another one has come to stand. */
const world = (from?: TestTools) => {
  const tools = testTools({ databases: { bot } })
  const { store } = tools
  if (from) {
    tools.clock.moveTo(from.clock.now().toISOString())
    for (const [key, { bytes, object }] of from.store.objects)
      store.objects.set(key, { bytes, object })
  }
  const now = () => withMinutes(tools, 10)
  const put = (key: string, value: unknown) =>
    store.app.put(`users/1/${key}.json`, Buffer.from(JSON.stringify(value)))
  const contents = () => [...store.objects.keys()].filter((key) => key.includes('/_contents/'))
  const letGo = async () => {
    const { databases, faults } = await prune.run({ database: 'bot' }, now())
    expect([...faults, ...databases.flatMap((one) => one.faults)]).toEqual([])
    return databases[0]?.contents
  }
  /** So much later, with its inventory. */
  const look = async (days = 0) => {
    tools.clock.passSeconds(days * 86_400)
    expect((await watch.run({}, now())).faults).toEqual([])
  }
  const inventories = () =>
    [...store.objects.keys()].filter((key) => key.endsWith('.objects.jsonl.gz')).toSorted()
  return { tools, store, put, contents, look, letGo, inventories }
}

const unzipped = (bytes: Uint8Array) => gunzipSync(bytes).toString()

/** What is signed in it. */
const payloadOf = (envelope: string): string => {
  const [, payload = ''] = /"payload":"([^"]+)"/.exec(envelope) ?? []
  return Buffer.from(payload, 'base64').toString()
}

const removed = (count: number, leaving = 0) => ({ removed: count, leaving, held: undefined })

/** The page was one content on the first day, and is another from the second on; a list has shrunk since. */
const begun = async () => {
  const made = world()
  made.put('page', 'first')
  made.put('chats/a', [{ id: 1 }])
  await made.look()
  made.put('page', 'second')
  made.put('chats/a', [])
  await made.look(1)
  // At the edge an inventory speaks for a day more.
  await made.look(7)
  const atTheEdge = await made.letGo()
  await made.look(1)
  return { ...made, atTheEdge, leaving: await made.letGo() }
}

let first: ReturnType<typeof begun> | undefined

/** One is on its way out, and due. */
const due = async () => {
  first ??= begun()
  const { tools, atTheEdge, leaving } = await first
  const made = world(tools)
  made.tools.clock.passSeconds(86_400)
  return { ...made, atTheEdge, leaving, before: made.contents().length }
}

describe('a content', () => {
  test('goes when no inventory of its span refers to it, in two steps, and its plan is in the journal', async () => {
    const { atTheEdge, leaving, look, letGo, contents, store, before } = await due()
    expect([atTheEdge, leaving]).toEqual([undefined, removed(0, 1)])
    await look()
    expect(await letGo()).toEqual(removed(1))
    expect(contents()).toHaveLength(before - 1)
    const journal = [...store.objects].filter(([key]) => key.includes('/_journal/bot/'))
    const plans = journal.map(([, { bytes }]) => payloadOf(bytes.toString()))
    expect(plans.some((text) => text.includes('no inventory refers to it'))).toBe(true)
    expect(await letGo()).toBeUndefined()
  })

  test('is named in a plan by its day and its hash, with the rule that it goes by', async () => {
    const { tools, look, contents } = await due()
    await look()
    const now = tools.clock.now()
    const about = { now, fellAt: undefined, brake: undefined }
    const { plan, leaving, held } = await planContents('bot', about, tools)
    expect({ leaving, held }).toEqual({ leaving: 0, held: undefined })
    expect(plan).toMatchObject({
      database: 'bot',
      at: now.toISOString(),
      policy: 'contents that an inventory of the last 7 days refers to',
      notes: [],
      copies: [],
      leftovers: [{ reason: 'no inventory refers to it' }],
    })
    const [left] = plan?.leftovers ?? []
    expect(left?.keys).toEqual([`backups/_contents/bot/${left?.id}`])
    expect(left?.id.slice(0, 11)).toBe('2026-03-01/')
    expect(contents()).toContain(left?.keys[0])
    expect(plan?.id).toMatch(/^2026-03-1\dT\d{6}Z_[0-9a-f]{6}$/)
  })

  test('stays while it stands as it was, or was the last good one of a list that has lost something', async () => {
    const { look, letGo, contents, store } = await due()
    await look()
    await letGo()
    const days = contents().map((key) => key.slice('backups/_contents/bot/'.length).slice(0, 10))
    expect(days.toSorted()).toEqual(['2026-03-01', '2026-03-02'])
    expect(store.objects.get('users/1/page.json')?.bytes.toString()).toBe('"second"')
  })
})

describe('none goes', () => {
  test.each<{ name: string; does: (made: Awaited<ReturnType<typeof due>>) => void; says: RegExp }>([
    {
      name: 'an inventory of the span is taken away',
      does: ({ store, inventories }) => void store.objects.delete(inventories().at(-2) ?? ''),
      says: /is gone$/,
    },
    {
      name: 'its bytes are others',
      does: ({ store, inventories }) => {
        const found = store.objects.get(inventories().at(-2) ?? '')
        if (found) Object.assign(found, { bytes: Buffer.concat([found.bytes, found.bytes]) })
      },
      says: /is not what was stored$/,
    },
    {
      name: 'it is cut',
      does: ({ store, inventories }) => {
        const found = store.objects.get(inventories().at(-2) ?? '')
        if (found) found.bytes = found.bytes.subarray(0, 40)
      },
      says: /cannot be read$/,
    },
    {
      name: 'it has no entry',
      does: ({ store, inventories }) => {
        const key = inventories().at(-2) ?? ''
        store.objects.delete(key.replace('.objects.jsonl.gz', '.entry.json'))
      },
      says: /has no entry$/,
    },
    {
      name: 'it is none',
      does: ({ store, inventories }) => {
        const found = store.objects.get(inventories().at(-2) ?? '')
        if (found) found.bytes = gzipSync('{"inventory":99,"database":"bot"}\n')
      },
      says: /is not one that this Snapproof knows$/,
    },
  ])('while $name', async ({ does, says }) => {
    const made = await due()
    does(made)
    const now = made.tools.clock.now()
    const about = { now, fellAt: undefined, brake: undefined }
    const planned = await planContents('bot', about, made.tools)
    expect(planned).toEqual({
      plan: undefined,
      leaving: 0,
      held: expect.stringMatching(says),
    })
    expect(made.contents()).toHaveLength(made.before)
  })

  test('while the plan for copies is braked, the listing is lost, or the clock is another', async () => {
    const made = await due()
    const { tools, store, contents, before } = made
    const now = tools.clock.now()
    const plan = async (at: Date, brake?: string) =>
      (await planContents('bot', { now: at, fellAt: undefined, brake }, tools)).plan
    expect(await plan(now, 'late')).toBeUndefined()
    store.failNext('list')
    await expect(plan(now)).rejects.toMatchObject({ code: 'store-unreachable' })
    store.failNext('pages')
    await expect(plan(now)).rejects.toMatchObject({ code: 'store-unreachable' })
    const list = () => Promise.resolve([])
    const lost = { ...tools, store: { ...store, list } }
    const about = { now, fellAt: undefined, brake: undefined }
    expect((await planContents('bot', about, lost)).held).toBe('no inventory is whole')
    // What was on its way out by a clock that ran ahead begins anew.
    expect(await plan(new Date(now.getTime() - 3 * 86_400_000))).toBeUndefined()
    expect(await plan(now)).toBeUndefined()
    expect(contents()).toHaveLength(before)
  })

  test('that is referred to again before it is due', async () => {
    const { put, look, letGo, contents, before, tools, inventories, store } = await due()
    // The page is what it was at first: it is kept anew, under today's name, and the old one may go.
    put('page', 'first')
    tools.clock.passSeconds(86_400)
    await look()
    expect(contents()).toHaveLength(before + 1)
    expect(await letGo()).toEqual(removed(1))
    const newest = store.objects.get(inventories().at(-1) ?? '')
    const text = unzipped(newest?.bytes ?? Buffer.alloc(0))
    for (const [, kept = ''] of text.matchAll(/"kept":"([^"]+)"/g))
      expect(contents()).toContain(`backups/_contents/bot/${kept}.gz`)
  })

  test('and nothing is asked for a database whose copies hold all that there is', async () => {
    const { tools } = world()
    tools.store.failNext('pages', 99)
    const databases = { bot: { tables: {} } }
    const others = { ...tools, settings: { ...tools.settings, databases } }
    const about = { now: tools.clock.now(), fellAt: undefined, brake: undefined }
    expect(await planContents('bot', about, others)).toEqual({ plan: undefined, leaving: 0 })
  })
})
