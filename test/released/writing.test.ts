/** What is written today stands beside the first edition: what it takes of it, and leaves of it. */
import { createHash } from 'node:crypto'

import { beforeAll, describe, expect, test } from 'vitest'

import { changeAlertState, readAlertState } from '../../lib/journey/bucket/alert-state'
import { readHoldings } from '../../lib/journey/bucket/holdings'
import { changeEntry, readEntry } from '../../lib/journey/bucket/ledger'
import { sealBytes } from '../../lib/journey/bucket/sealed'
import { listDatabase, listShelves } from '../../lib/journey/bucket/shelves'
import { fingerprintOf } from '../../lib/journey/bucket/survey'
import { readWatchState } from '../../lib/journey/bucket/watch-state'
import { drill } from '../../lib/journey/drill'
import { prune } from '../../lib/journey/prune'
import { restore } from '../../lib/journey/restore'
import { verdict } from '../../lib/journey/verdict'
import { watch } from '../../lib/journey/watch'
import { alertKinds } from '../../lib/rules/alerts/alert'
import { messageTo } from '../../lib/rules/alerts/outbox'
import { withAcceptance, withPin } from '../../lib/rules/copy/care'
import { wordOf } from '../../lib/rules/copy/entry'
import { sealKeyId } from '../../lib/rules/trust/seal'
import { outcomes } from '../../lib/rules/verdict/verdict'
import type { TestTools } from '../fakes/tools'
import { nameOf } from '../fixtures/bucket/buckets'
import { pushed } from '../fixtures/bucket/requests'
import { madeBy, withZeroedPage } from '../fixtures/databases'
import { alertOf } from '../fixtures/told/alerts'
import { verdictOf } from '../fixtures/told/entries'

import * as shapes from './1/shapes'
import { keysOf, readByFirst, standingWith, takenOver, watchedOver } from './standing'
import type { Standing } from './standing'

const items = (rows: number): Buffer =>
  madeBy(`CREATE TABLE items (id INTEGER PRIMARY KEY); CREATE TABLE stock (id);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO items SELECT i FROM n;`)

const copied = async (tools: TestTools, database: string, bytes: Buffer): Promise<string> => {
  tools.clock.passSeconds(3600)
  const ticket = await pushed(tools, bytes, { database })
  await verdict.run({ ticket, script: '2' }, tools)
  return ticket
}

/** A day of everything that is new: each kind of verdict, what people say of it, and all the runs. */
const aDay = async ({ tools, channels }: Standing) => {
  for (const channel of Object.values(channels)) channel.mood = 'is away'
  await copied(tools, 'shop', items(65))
  const fallen = await copied(tools, 'shop', items(9))
  const unmet = await copied(tools, 'orders', madeBy('CREATE TABLE orders (id, customer_id)'))
  const damaged = await copied(tools, 'tokens', withZeroedPage())
  await watch.run({}, tools)
  const ada = { at: tools.clock.now().toISOString(), by: 'ada' }
  const accepted = await copied(tools, 'orders', madeBy('CREATE TABLE orders (id)'))
  await changeEntry(tools, nameOf(accepted), (one) => withAcceptance(one, ada, 'it was meant'))
  await changeEntry(tools, nameOf(unmet), (one) => withPin(one, ada, 'for a look'))
  await restore.run({ database: 'shop', at: fallen }, tools)
  await drill.run({}, tools)
  await prune.run({}, tools)
  tools.clock.passSeconds(3600)
  await watch.run({}, tools)
  return { fallen, unmet, damaged, accepted }
}

let day: { objects: TestTools['store']['objects']; now: string } & Awaited<ReturnType<typeof aDay>>
beforeAll(async () => {
  const standing = await watchedOver('1')
  const ids = await aDay(standing)
  const { store, clock } = standing.tools
  day = { objects: new Map(store.objects), now: clock.now().toISOString(), ...ids }
})

/** How things stand when it is over. */
const afterThatDay = (): Standing => standingWith('1', day)

const heldIds = async (tools: TestTools): Promise<string[]> => {
  const ids: string[] = []
  for (const database of Object.keys(tools.settings.databases)) {
    const holdings = await readHoldings(tools, database, await listShelves(tools, database))
    for (const { name, isUntrusted, stored } of holdings)
      ids.push(`${name.id} ${isUntrusted ? 'untrusted' : 'ours'} ${stored ? 'stored' : 'gone'}`)
  }
  return ids.toSorted()
}

describe('the first edition, beside what is written today', () => {
  test('reads every document of it, and every copy by a word that it knows', async () => {
    const { tools } = afterThatDay()
    const { fallen, unmet, accepted } = day
    const documents = readByFirst(tools)
    expect(documents.filter(({ taken }) => taken === undefined).map(({ key }) => key)).toEqual([])
    const entryOf = (id: string) => {
      const found = documents.find(({ key }) => key.endsWith(`/${id}.entry.json`))
      return shapes.Statement.parse(found?.taken).predicate.snapproof
    }
    // The nearest that it knows: it hands neither of them out, and counts neither.
    expect(entryOf(unmet).verdict?.outcome).toBe('failed')
    expect(entryOf(accepted).accepted?.by).toBe('ada')
    expect(entryOf(fallen).verdict?.outcome).toBe('warned')
  })

  test('misses no line of a catalog and no message of the outbox', async () => {
    const { tools } = afterThatDay()
    const taken = (ending: string) =>
      readByFirst(tools).find(({ key }) => key.endsWith(ending))?.taken
    for (const database of ['orders', 'sessions', 'shop', 'tokens']) {
      const { lines } = shapes.Catalog.parse(taken(`/${database}/catalog.json`))
      const entries = keysOf(tools, new RegExp(`/${database}/.*\\.entry\\.json$`))
      expect(Object.keys(lines), database).toHaveLength(entries.length)
    }
    const { outbox } = await readAlertState(tools)
    const theirs = shapes.AlertState.parse(taken('/alerts.json')).outbox
    const ids = (some: readonly { alerts: readonly { id: string }[] }[]) =>
      some.map(({ alerts }) => alerts.map(({ id }) => id))
    expect(outbox.length).toBeGreaterThan(10)
    expect(ids(theirs)).toEqual(ids(outbox))
    const kinds = new Set(outbox.flatMap(({ alerts }) => alerts.map(({ kind }) => kind)))
    expect([...kinds]).toEqual(expect.arrayContaining(['verify.unmet', 'rows.collapsed']))
  })

  test('reads an alert and an incident of each kind that there is today', async () => {
    const { tools } = takenOver('1')
    const kinds = alertKinds.map((kind) => alertOf({ kind, key: `my-backups/shop/${kind}` }))
    await changeAlertState(tools, (state) => {
      const [known] = Object.values(state.incidents)
      if (!known) throw new Error('there is one')
      return {
        ...state,
        incidents: Object.fromEntries(
          alertKinds.map((kind) => [`shop/${kind}`, { ...known, kind }]),
        ),
        outbox: [messageTo({ id: 'mail', name: 'the mail' }, kinds, tools.clock.now())],
      }
    })
    const [read] = readByFirst(tools, /\/alerts\.json$/)
    const state = shapes.AlertState.parse(read?.taken)
    expect(state.outbox[0]?.alerts).toHaveLength(alertKinds.length)
    expect(Object.keys(state.incidents)).toHaveLength(alertKinds.length)
    // And today's own reading has each by its own name.
    const own = await readAlertState(tools)
    expect(own.outbox[0]?.alerts.map(({ kind }) => kind)).toEqual([...alertKinds])
  })

  test('reads a verdict of each word that there is today', async () => {
    const { tools } = takenOver('1')
    const id = 'tokens_2026-03-12T010000Z_00020d'
    for (const outcome of outcomes) {
      await changeEntry(tools, nameOf(id), (entry) => ({ ...entry, verdict: verdictOf(outcome) }))
      const [read] = readByFirst(tools, new RegExp(`${id}\\.entry\\.json$`))
      expect(read?.taken, outcome).toBeDefined()
      expect((await readEntry(tools, nameOf(id)))?.entry.verdict?.outcome).toBe(outcome)
    }
  })
})

describe('where the first edition writes anew what was written today', () => {
  /** By what it tells that nothing has changed since it looked. */
  const stampOfFirst = async (tools: TestTools): Promise<string> => {
    const { settings } = tools
    const objects = await listDatabase(tools, 'shop')
    const keys = [sealKeyId(settings.secrets.current), undefined]
    const text = JSON.stringify([fingerprintOf(objects), settings.databases['shop'], keys])
    return createHash('sha256').update(text).digest('hex').slice(0, 24)
  }

  /** It knows no more than its shapes say, and what it does not know is gone. */
  const rewritten = async (tools: TestTools, pattern = /\.json$/) => {
    for (const { key, type, taken } of readByFirst(tools, pattern)) {
      if (type === shapes.payloadTypes.journal || type === shapes.payloadTypes.drillReport) continue
      const bytes = Buffer.from(JSON.stringify(taken))
      await tools.store.put(key, sealBytes(tools.settings, type, bytes))
    }
  }

  test('no copy is lost, none is called damaged that is not, and nothing that a person said', async () => {
    const { tools } = afterThatDay()
    const { unmet, damaged, accepted } = day
    const held = await heldIds(tools)
    await rewritten(tools)
    expect(await heldIds(tools)).toEqual(held)
    const word = async (id: string) => {
      const read = await readEntry(tools, nameOf(id))
      return read && wordOf(read.entry)
    }
    expect([await word(unmet), await word(damaged), await word(accepted)]).toEqual([
      'unmet',
      'failed',
      'accepted',
    ])
    expect((await readEntry(tools, nameOf(unmet)))?.entry.pin?.by).toBe('ada')
    tools.clock.passSeconds(600)
    const answer = await watch.run({}, tools)
    expect(answer.faults).toEqual([])
    expect(await heldIds(tools)).toEqual(held)
    expect((await readWatchState(tools))?.strangers).toEqual(['backups/readme.txt'])
  })

  test('no undelivered alert is lost, and none is told twice', async () => {
    const { tools, channels } = afterThatDay()
    const before = (await readAlertState(tools)).outbox
    await rewritten(tools)
    const after = (await readAlertState(tools)).outbox
    const ids = (outbox: typeof before) =>
      outbox.flatMap(({ alerts }) => alerts.map(({ id }) => id))
    expect(ids(after)).toEqual(ids(before))
    for (let hour = 0; hour < 26; hour += 1) {
      tools.clock.passSeconds(3600)
      await watch.run({}, tools)
    }
    expect((await readAlertState(tools)).outbox).toEqual([])
    for (const { heard } of Object.values(channels))
      expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length)
  })

  test('no trouble is called over that is not: what it forgot of a state is looked at anew', async () => {
    const { tools, channels } = await watchedOver('1')
    await copied(tools, 'shop', items(65))
    await copied(tools, 'shop', items(9))
    await watch.run({}, tools)
    const fall = async () => (await readWatchState(tools))?.databases['shop']?.fall
    expect(await fall()).toMatchObject({ tables: { items: { has: 9 } } })
    await rewritten(tools, /\/watch\.json$/)
    const state = await readWatchState(tools)
    const shop = state?.databases['shop']
    if (!state || !shop) throw new Error('it was just written')
    expect(shop.fall).toBeUndefined()
    const theirs = {
      ...state,
      databases: {
        ...state.databases,
        shop: { ...shop, fingerprint: await stampOfFirst(tools) },
      },
    }
    await tools.store.put(
      'backups/_state/watch.json',
      sealBytes(tools.settings, shapes.payloadTypes.watch, Buffer.from(JSON.stringify(theirs))),
    )
    tools.clock.passSeconds(600)
    await watch.run({}, tools)
    expect(await fall()).toMatchObject({ tables: { items: { has: 9 } } })
    const told = channels.mail.heard.filter(({ key }) => key.endsWith('shop/rows.collapsed'))
    expect(told.map(({ status }) => status)).toEqual(['firing'])
    expect((await readAlertState(tools)).incidents['shop/rows.collapsed']?.isOpen).toBe(true)
  })

  test('a fall is still told of, where it was taken out of the entry itself', async () => {
    const { tools, channels } = await watchedOver('1')
    await copied(tools, 'shop', items(65))
    const fallen = await copied(tools, 'shop', items(9))
    await watch.run({}, tools)
    await rewritten(tools, new RegExp(`${fallen}\\.entry\\.json$`))
    tools.clock.passSeconds(600)
    await watch.run({}, tools)
    const next = await copied(tools, 'shop', items(8))
    await watch.run({}, tools)
    expect((await readEntry(tools, nameOf(next)))?.entry.verdict?.fall?.tables).toMatchObject({
      items: { has: 8 },
    })
    const told = channels.mail.heard.filter(({ key }) => key.endsWith('shop/rows.collapsed'))
    expect(told.map(({ status }) => status)).toEqual(['firing'])
    expect((await readAlertState(tools)).incidents['shop/rows.collapsed']?.isOpen).toBe(true)
  })
})
