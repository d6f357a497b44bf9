import { describe, expect, test } from 'vitest'

import { sealBytes } from '../../../lib/journey/bucket/sealed'
import { readWatchState } from '../../../lib/journey/bucket/watch-state'
import { lookAround, stampOf } from '../../../lib/journey/gather/look'
import type { Round } from '../../../lib/journey/gather/look'
import { verifySnapshot } from '../../../lib/journey/verify'
import { watch } from '../../../lib/journey/watch'
import type { Examiner } from '../../../lib/ports'
import { catalogType } from '../../../lib/rules/copy/catalog'
import type { DatabaseState } from '../../../lib/rules/watching/watch-state'
import { watchStateType } from '../../../lib/rules/watching/watch-state'
import { testTools } from '../../fakes/tools'
import { nameOf, quick } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { counted } from '../../fixtures/bucket/store-calls'
import {
  claimed,
  keyOf,
  stateOf,
  watched,
  withMinutes,
  wordIn,
} from '../../fixtures/bucket/watching'
import { otherSecret } from '../../fixtures/told/entries'

const hourSeconds = 3600
const daySeconds = 24 * hourSeconds

describe('what is known of a database', () => {
  const judged = async (...contents: string[]) => {
    const tools = quick(testTools())
    const ids: string[] = []
    for (const content of contents) {
      ids.push(await pushed(tools, Buffer.from(content)))
      await verifySnapshot(nameOf(ids.at(-1) ?? ''), tools)
      tools.clock.passSeconds(60)
    }
    await watched(tools)
    return { tools, ids }
  }

  test('is how each database stands', async () => {
    const { tools, ids } = await judged('one', 'damaged two')
    expect(await stateOf(tools)).toMatchObject({
      since: '2026-03-01T01:02:00.000Z',
      copies: 2,
      newest: { id: ids[1], word: 'failed', remarks: [{ check: 'structure', outcome: 'failed' }] },
      newestSound: { id: ids[0], word: 'passed' },
      arrivedAt: '2026-03-01T01:01:00.000Z',
    })
    expect(await readWatchState(tools)).toMatchObject({
      ranAt: '2026-03-01T01:02:00.000Z',
      clockSkewMs: 0,
      strangers: [],
      faults: [],
    })
  })

  test('measures our clock against the store’s', async () => {
    const { tools } = await judged('one')
    const behind = new Date(tools.clock.now().getTime() - 90_000)
    await watched({ ...tools, store: { ...tools.store, now: async () => behind } })
    expect(await readWatchState(tools)).toMatchObject({
      ranAt: behind.toISOString(),
      clockSkewMs: 90_000,
    })
  })

  test('is told of a database that is expected and never came', async () => {
    const tools = testTools({ databases: { tokens: {}, sessions: {} } })
    await watched(tools)
    const first = tools.clock.now().toISOString()
    tools.clock.passSeconds(daySeconds)
    await watched(tools)
    for (const database of ['tokens', 'sessions']) {
      const state = await stateOf(tools, database)
      expect(state).toMatchObject({ since: first, copies: 0, missing: [] })
      expect(state.newest ?? state.arrivedAt ?? state.heartbeatAt).toBeUndefined()
    }
  })

  test('stays known of a database of which nothing is left', async () => {
    const { tools, ids } = await judged('one')
    const base = `backups/tokens/2026/03/${ids[0]}`
    const unnamed = { ...tools, settings: { ...tools.settings, databases: {} } }
    for (const end of ['.db', '.db.sha256', '.entry.json']) tools.store.objects.delete(base + end)
    await watched(unnamed)
    expect(await stateOf(tools)).toMatchObject({
      copies: 0,
      arrivedAt: '2026-03-01T01:00:00.000Z',
      vanished: { id: ids[0] },
    })
  })

  test('tells the verdicts of this very run', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('one'))
    await watched(tools)
    expect(await stateOf(tools)).toMatchObject({ newestSound: { id, word: 'passed' }, unjudged: 0 })
  })

  const elsewhere = { ...testTools().settings, secrets: { current: otherSecret } }

  test.each([
    { name: 'a state that was forged', key: 'watch.json', sealed: (content: Buffer) => content },
    {
      name: 'a state of another installation',
      key: 'watch.json',
      sealed: (content: Buffer) => sealBytes(elsewhere, watchStateType, content),
    },
    {
      name: 'a catalog that was forged',
      key: 'tokens/catalog.json',
      sealed: (content: Buffer) => content,
    },
    {
      name: 'a catalog of another installation',
      key: 'tokens/catalog.json',
      sealed: (content: Buffer) => sealBytes(elsewhere, catalogType, content),
    },
  ])('is not taken from $name', async ({ key, sealed }) => {
    const { tools, ids } = await judged('one', 'damaged two')
    const known = await stateOf(tools)
    const state = await readWatchState(tools)
    const lie = { ...known, newest: known.newestSound, copies: 99, dueAt: '2099-01-01T00:00:00Z' }
    const content =
      key === 'watch.json'
        ? { ...state, databases: { tokens: lie } }
        : { lines: {}, untrusted: { [ids[1] ?? '']: 'x' } }
    await tools.store.put(`backups/_state/${key}`, sealed(Buffer.from(JSON.stringify(content))))
    if (key !== 'watch.json') tools.store.objects.delete('backups/_state/watch.json')
    await watched(tools)
    const { fingerprint, newest, newestSound, copies } = known
    expect(await stateOf(tools)).toMatchObject({ fingerprint, newest, newestSound, copies })
  })

  test('may be lost at any time, and is found again', async () => {
    const { tools } = await judged('one', 'damaged two', 'three')
    const known = await stateOf(tools)
    for (const key of tools.store.objects.keys()) {
      if (key.startsWith('backups/_state/')) tools.store.objects.delete(key)
    }
    await watched(tools)
    const { since, ...rest } = await stateOf(tools)
    expect({ ...rest, since: known.since }).toEqual(known)
    expect(since).toBe(tools.clock.now().toISOString())
  })

  test('covers a database whose name every JavaScript object knows', async () => {
    const tools = quick(testTools({ databases: {} }))
    const id = await pushed(tools, Buffer.from('one'), { database: 'constructor' })
    await watched(tools)
    expect(await stateOf(tools, 'constructor')).toMatchObject({ newestSound: { id }, copies: 1 })
  })

  // Known: the watch takes a database for quiet though its secrets changed.
  test('is what a secret opens that was set only now, though nothing else changed', async () => {
    const { tools, ids } = await judged('one')
    const { settings } = tools
    const rotated = { ...tools, settings: { ...settings, secrets: { current: otherSecret } } }
    await watched(rotated)
    expect((await stateOf(rotated)).newestSound).toBeUndefined()
    tools.clock.passSeconds(600)
    const secrets = { current: otherSecret, previous: settings.secrets.current }
    const mended = { ...tools, settings: { ...settings, secrets } }
    await watched(mended)
    expect(await stateOf(mended)).toMatchObject({ newestSound: { id: ids[0] } })
  })

  // Known: the state of a look that failed is not a state, and with it all of it is lost.
  test('is not lost with a database whose name every JavaScript object knows', async () => {
    const tools = quick(testTools({ databases: {} }))
    await pushed(tools, Buffer.from('one'))
    await watched(tools)
    await pushed(tools, Buffer.from('two'), { database: 'constructor' })
    const reading = (key: string) => {
      if (key === 'backups/_state/constructor/catalog.json') tools.store.failNext('read')
      return tools.store.read(key)
    }
    await watched({ ...tools, store: { ...tools.store, read: reading } })
    expect(await stateOf(tools)).toMatchObject({ copies: 1 })
  })

  // Known: a listing that fails after the verdicts costs what was seen of every other database.
  test('is kept of every database though one cannot be listed again', async () => {
    const tools = quick(testTools())
    await pushed(tools, Buffer.from('one'), { database: 'sessions' })
    await pushed(tools, Buffer.from('two'))
    const listing = (prefix: string) => {
      if (prefix === 'backups/sessions/') tools.store.failNext('list')
      return tools.store.list(prefix)
    }
    await watched({ ...tools, store: { ...tools.store, list: listing } }).catch(() => undefined)
    expect(await stateOf(tools)).toMatchObject({ copies: 1 })
  })

  test('is a claim whose upload never came, after two hours, until a newer copy arrived', async () => {
    const tools = quick(testTools())
    const id = await claimed(tools, 'one')
    const missingAfter = async (seconds: number) => {
      tools.clock.passSeconds(seconds)
      await watched(tools)
      return (await stateOf(tools)).missing
    }
    expect(await missingAfter(0)).toEqual([])
    expect(await missingAfter(2 * hourSeconds - 1)).toEqual([])
    expect(await missingAfter(1)).toEqual([{ id, ticketAt: '2026-03-01T01:00:00.000Z' }])
    expect(await missingAfter(daySeconds)).toHaveLength(1)
    await pushed(tools, Buffer.from('two'))
    expect(await missingAfter(60)).toEqual([])
  })

  test('is told anew of a claim whose upload came late', async () => {
    const tools = quick(testTools())
    const id = await claimed(tools, 'one')
    tools.clock.passSeconds(3 * hourSeconds)
    await watched(tools)
    expect((await stateOf(tools)).missing).toHaveLength(1)
    await tools.store.put(keyOf(id), Buffer.from('one'))
    expect(await watched(tools)).toMatchObject({ verified: [id] })
    expect(await stateOf(tools)).toMatchObject({ missing: [], newestSound: { id } })
  })

  test('is that the newest sound copy was taken, until a newer sound one came', async () => {
    const { tools, ids } = await judged('one', 'two')
    tools.store.objects.delete(keyOf(ids[1] ?? ''))
    tools.clock.passSeconds(600)
    await watched(tools)
    const vanished = { id: ids[1], at: tools.clock.now().toISOString() }
    expect(await stateOf(tools)).toMatchObject({ vanished, newestSound: { id: ids[0] } })

    tools.clock.passSeconds(600)
    await pushed(tools, Buffer.from('damaged three'))
    await watched(tools)
    expect(await stateOf(tools)).toMatchObject({ vanished })

    tools.clock.passSeconds(600)
    await pushed(tools, Buffer.from('four'))
    await watched(tools)
    expect((await stateOf(tools)).vanished).toBeUndefined()
  })
})

describe('a file that was overwritten in the bucket', () => {
  const overwritten = async (content: string) => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('one'))
    await watched(tools)
    await watched(tools)
    tools.clock.passSeconds(600)
    await tools.store.put(keyOf(id), Buffer.from(content))
    return { tools, id }
  }

  test('is verified anew, and never sound when it holds other bytes', async () => {
    const { tools, id } = await overwritten('two')
    expect(await watched(tools)).toMatchObject({ waiting: 1, verified: [id] })
    expect(await wordIn(tools, id)).toBe('failed')
    const state = await stateOf(tools)
    expect(state).toMatchObject({ newest: { word: 'failed' }, copies: 1 })
    expect(state.newestSound).toBeUndefined()
    expect(await watched(tools)).toMatchObject({ waiting: 0 })
  })

  test('is pending while it was not verified anew', async () => {
    const { tools, id } = await overwritten('two')
    expect(await watch.run({}, withMinutes(tools, 0.5))).toMatchObject({ left: [id] })
    expect(await stateOf(tools)).toMatchObject({ newest: { id, word: 'pending' } })
    expect((await stateOf(tools)).newestSound).toBeUndefined()
  })

  test('is sound again when it holds the same bytes, though under another ETag', async () => {
    const { tools, id } = await overwritten('one')
    const there = tools.store.objects.get(keyOf(id))
    if (!there) throw new Error('it was just put')
    const object = { ...there.object, etag: 'of many parts' }
    tools.store.objects.set(keyOf(id), { ...there, object })
    expect(await watched(tools)).toMatchObject({ waiting: 1, verified: [id] })
    expect(await stateOf(tools)).toMatchObject({ newestSound: { id, word: 'passed' } })
    expect(await watched(tools)).toMatchObject({ waiting: 0 })
  })

  // Known: a copy that was proven once stays pending for ever where it cannot be checked again.
  test('is not tried for ever when it cannot be checked', async () => {
    const { tools, id } = await overwritten('two')
    const examiner: Examiner = async () => ({ method: 'x', tookMs: 1, findings: [] })
    let tries = 0
    for (let hour = 0; hour < 12; hour += 1) {
      const { verified } = await watched({ ...tools, examiners: { sqlite: examiner } })
      tries += verified.filter((one) => one === id).length
      tools.clock.passSeconds(hourSeconds)
    }
    expect(tries).toBeLessThanOrEqual(3)
  })

  test('is told, when an older one went bad by it', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('one'))
    tools.clock.passSeconds(60)
    await pushed(tools, Buffer.from('two'))
    await watched(tools)
    await tools.store.put(keyOf(id), Buffer.from('something else'))
    await watched(tools)
    expect(await stateOf(tools)).toMatchObject({
      newestSound: { word: 'passed' },
      wentBad: [{ id, word: 'failed' }],
    })
  })
})

describe('what nobody asked for', () => {
  test('is told, and never opened, changed or taken away', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('one'))
    const base = `backups/tokens/2026/03/${id}`
    const unannounced = 'backups/tokens/2026/03/tokens_2026-03-01T005900Z_00000f.db'
    const forged = 'backups/tokens/2026/03/tokens_2026-03-01T005800Z_00000f.entry.json'
    const inside = [
      `${base}.db.gz`,
      `${base}.db.bak`,
      'backups/tokens/notes.txt',
      unannounced,
      forged,
    ]
    const top = ['backups/notes.txt', 'backups/tokens_2025-02-30.db', 'backups/photos.db']
    for (const key of [...inside, ...top])
      await tools.store.put(key, Buffer.from(`content of ${key}`))
    const before = new Map(tools.store.objects)
    for (let run = 0; run < 3; run += 1) {
      tools.clock.passSeconds(600)
      await watched(tools)
    }
    for (const key of [...inside, ...top]) {
      expect(tools.store.objects.get(key)).toBe(before.get(key))
    }
    const told = (await stateOf(tools)).strangers
    const forgedName = 'tokens_2026-03-01T005800Z_00000f.entry.json'
    expect(told.toSorted()).toEqual(
      [...inside.filter((key) => key !== forged), forgedName].toSorted(),
    )
    expect((await readWatchState(tools))?.strangers.toSorted()).toEqual(top.toSorted())
    expect(await stateOf(tools)).toMatchObject({ copies: 1, newestSound: { id } })
  })

  test('is told up to a bound, however much of it there is', async () => {
    const tools = testTools()
    for (let nth = 0; nth < 50; nth += 1) {
      await tools.store.put(`backups/stranger ${nth}`, Buffer.from('x'))
      await tools.store.put(`backups/tokens/stranger ${nth}`, Buffer.from('x'))
    }
    await watched(tools)
    expect((await stateOf(tools)).strangers).toHaveLength(20)
    expect((await readWatchState(tools))?.strangers).toHaveLength(20)
  })
})

describe('a database of which something is known', () => {
  const known: DatabaseState = {
    fingerprint: 'as before',
    since: '2026-02-01T00:00:00.000Z',
    copies: 7,
    sizeBytes: 7,
    heartbeatAt: '2026-02-28T00:00:00.000Z',
    missing: [],
    strangers: [],
    wentBad: [],
    unjudged: 0,
  }
  const now = new Date('2026-03-01T01:00:00.000Z')

  const lookedAt = async (
    change: { dueAt?: string; fingerprint?: string; heartbeat?: Date; counted?: string } = {},
    tools = testTools(),
  ) => {
    const { tools: seen, calls } = counted(tools)
    const { fingerprint = known.fingerprint, heartbeat, dueAt } = change
    const group = { database: 'tokens', objects: [], fingerprint: known.fingerprint }
    const stamp = stampOf(group, tools)
    const state = { ...known, fingerprint: stamp, ...(dueAt === undefined ? {} : { dueAt }) }
    const round: Round = {
      now,
      known: { tokens: state },
      prune: undefined,
      heartbeats: new Map(heartbeat === undefined ? [] : [['tokens', heartbeat]]),
      databases: {},
      looks: [],
      stocks: new Map([['tokens', { stamp: change.counted ?? stamp, stock: undefined }]]),
      unseen: new Set(),
      unreached: [],
      lookUntil: new Date(now.getTime() + 60_000),
      room: { toAdopt: 0, unadopted: 0 },
      faults: [],
    }
    await lookAround({ database: 'tokens', objects: [], fingerprint }, round, seen)
    return { round, state, calls }
  }

  test.each([
    { name: 'nothing changed and nothing is due', change: {}, quiet: true },
    { name: 'something changed', change: { fingerprint: 'another' }, quiet: false },
    {
      name: 'a moment before it is due',
      change: { dueAt: '2026-03-01T01:00:00.001Z' },
      quiet: true,
    },
    {
      name: 'the moment when it is due',
      change: { dueAt: '2026-03-01T01:00:00.000Z' },
      quiet: false,
    },
    { name: 'its copies were counted before that', change: { counted: 'before' }, quiet: false },
    { name: 'a moment later', change: { dueAt: '2026-03-01T00:59:59.999Z' }, quiet: false },
  ])('is looked at only when there is a reason: $name', async ({ change, quiet }) => {
    const { round, state, calls } = await lookedAt(change)
    expect(calls).toEqual(quiet ? [] : ['read'])
    expect(round.looks).toHaveLength(quiet ? 0 : 1)
    if (quiet) expect(round.databases).toEqual({ tokens: state })
    else expect(round.databases['tokens']).toMatchObject({ copies: 0, since: known.since })
  })

  test('is told when it last lived, though nothing else changed', async () => {
    const heartbeat = new Date('2026-03-01T00:30:00.000Z')
    const { round, state } = await lookedAt({ heartbeat })
    expect(round.databases).toEqual({
      tokens: { ...state, heartbeatAt: heartbeat.toISOString() },
    })
  })

  test('keeps its last state when it cannot be looked at, and is looked at again', async () => {
    const tools = testTools()
    tools.store.failNext('read')
    const { round, state } = await lookedAt({ fingerprint: 'another' }, tools)
    expect(round.databases).toEqual({ tokens: state })
    expect(round.faults).toEqual(['tokens: The store is away.'])
  })
})
