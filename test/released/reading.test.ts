import { beforeAll, describe, expect, test } from 'vitest'

import { readAlertState } from '../../lib/journey/bucket/alert-state'
import { readDrillState } from '../../lib/journey/bucket/drill-state'
import { readHoldings } from '../../lib/journey/bucket/holdings'
import { readEntry } from '../../lib/journey/bucket/ledger'
import { readPruneState } from '../../lib/journey/bucket/prune-state'
import { openSealed } from '../../lib/journey/bucket/sealed'
import { listShelves } from '../../lib/journey/bucket/shelves'
import { readWatchState } from '../../lib/journey/bucket/watch-state'
import { readOverview } from '../../lib/journey/overview'
import { prune } from '../../lib/journey/prune'
import { restore } from '../../lib/journey/restore'
import { watch } from '../../lib/journey/watch'
import { catalogType, Catalog } from '../../lib/rules/copy/catalog'
import { wordOf } from '../../lib/rules/copy/entry'
import { journalType, PrunePlan, PruneResult } from '../../lib/rules/copy/journal'
import { parseKey } from '../../lib/rules/copy/snapshot'
import { readPayload } from '../../lib/rules/trust/stored'
import { DrillReport, drillReportType } from '../../lib/rules/watching/drill'
import type { TestTools } from '../fakes/tools'
import { nameOf } from '../fixtures/bucket/buckets'

import * as shapes from './1/shapes'
import { keysOf, readByFirst, takenOver, watchedOver } from './standing'

beforeAll(() => watchedOver('1'))

const databases = ['ledger', 'orders', 'sessions', 'shop', 'tokens']

const wordsOf = async (tools: TestTools): Promise<Record<string, string>> => {
  const words: Record<string, string> = {}
  for (const key of keysOf(tools, /\.entry\.json$/)) {
    const name = parseKey('backups/', key)?.name
    const read = name && (await readEntry(tools, name))
    if (read) words[read.entry.id] = wordOf(read.entry)
  }
  return words
}

/** As it was judged then: not what is expected, and damaged in nothing. */
const called = {
  'orders_2026-03-04T010006Z_000041': 'unverifiable',
  'orders_2026-03-06T010006Z_000096': 'unmet',
  'orders_2026-03-07T010004Z_0000c8': 'unmet',
  'sessions_2026-03-03T010003Z_000016': 'unmet',
} as const

const damaged = [
  'orders_2026-03-07T130000Z_0000eb',
  'orders_2026-03-11T090000Z_0001df',
  'sessions_2026-03-08T010003Z_000102',
  'sessions_2026-03-09T010003Z_000146',
  'tokens_2026-03-06T010000Z_000094',
]

describe('what the first edition left', () => {
  test('is read whole: every entry, every catalog, every state, every journal and report', async () => {
    const { tools } = takenOver('1')
    const entries = keysOf(tools, /\.entry\.json$/)
    expect(entries).toHaveLength(40)
    expect(Object.keys(await wordsOf(tools))).toHaveLength(entries.length)
    const opened = (key: string, type: string) =>
      openSealed(tools.settings, type, tools.store.objects.get(key)?.bytes ?? Buffer.alloc(0)) ??
      Buffer.alloc(0)
    for (const key of keysOf(tools, /\/catalog\.json$/))
      expect(readPayload(opened(key, catalogType), Catalog), key).toMatchObject({ is: 'read' })
    for (const key of keysOf(tools, /_reports\/drills\/.*\.json$/))
      expect(readPayload(opened(key, drillReportType), DrillReport).is, key).toBe('read')
    for (const key of keysOf(tools, /\.plan\.json$/))
      expect(readPayload(opened(key, journalType), PrunePlan).is, key).toBe('read')
    for (const key of keysOf(tools, /\.result\.json$/))
      expect(readPayload(opened(key, journalType), PruneResult).is, key).toBe('read')
    for (const read of [readWatchState, readAlertState, readPruneState, readDrillState])
      expect(Object.keys((await read(tools)) ?? {}).length).toBeGreaterThan(1)
  })

  test('says what it said: each claim, each word that is no other one today, each pin and each person', async () => {
    const { tools } = takenOver('1')
    for (const { key, taken } of readByFirst(tools, /\.entry\.json$/)) {
      const then = shapes.Statement.parse(taken).predicate.snapproof
      const now = (await readEntry(tools, nameOf(then.id)))?.entry
      const { verdict, ...rest } = now ?? {}
      const { verdict: verdictThen, ...restThen } = then
      const { sqliteVersion, journalMode, ...claim } = restThen.claim
      const facts = sqliteVersion && { sqlite_version: sqliteVersion, journal_mode: journalMode }
      expect(rest, key).toEqual({ ...restThen, claim: { ...claim, facts: facts || {} } })
      const { findings, outcome, ...figures } = verdict ?? {}
      const { findings: findingsThen, outcome: outcomeThen, ...figuresThen } = verdictThen ?? {}
      expect(figures, key).toEqual(figuresThen)
      const inWordsOfThen = findings?.map((one) =>
        one.outcome === 'unmet' ? { ...one, outcome: 'failed' } : one,
      )
      expect(inWordsOfThen, key).toEqual(findingsThen)
      const other = Object.hasOwn(called, then.id) || then.accepted
      if (!other) expect(outcome, key).toBe(outcomeThen)
    }
  })

  test('calls nothing damaged but what speaks against bytes', async () => {
    const { tools } = takenOver('1')
    const words = await wordsOf(tools)
    expect(words).toMatchObject(called)
    const failed = Object.keys(words).filter((id) => words[id] === 'failed')
    expect(failed.toSorted()).toEqual(damaged)
    expect(words['orders_2026-03-08T010006Z_000103']).toBe('accepted')
  })

  test('is trusted, and holds no stranger but those that were strange then', async () => {
    const { tools } = takenOver('1')
    for (const database of databases) {
      const holdings = await readHoldings(tools, database, await listShelves(tools, database))
      for (const { name, isUntrusted, isNewer } of holdings)
        expect({ id: name.id, isUntrusted, isNewer }).toMatchObject({
          isUntrusted: false,
          isNewer: false,
        })
    }
    const state = await readWatchState((await watchedOver('1')).tools)
    expect(state?.strangers).toEqual(['backups/readme.txt'])
    expect(state?.faults).toEqual([])
    const strangers = Object.entries(state?.databases ?? {}).flatMap(([, one]) => one.strangers)
    expect(strangers).toEqual(['backups/shop/notes.txt'])
    expect(Object.keys(state?.databases ?? {}).toSorted()).toEqual(databases)
  })

  test('is judged anew by the next watch where it was not what was expected', async () => {
    const { tools } = takenOver('1')
    const { verified, faults } = await watch.run({}, tools)
    expect(faults).toEqual([])
    expect(verified).toEqual(expect.arrayContaining(Object.keys(called)))
    // What was expected has not changed: only its name has. Of a column that is gone SQLite was asked
    // all the same then, and could not answer.
    const today = { ...called, 'orders_2026-03-04T010006Z_000041': 'unmet' }
    expect(await wordsOf(tools)).toMatchObject(today)
    for (const id of Object.keys(called)) {
      const verdict = (await readEntry(tools, nameOf(id)))?.entry.verdict
      expect(verdict?.expectations, id).toMatch(/^[0-9a-f]{64}$/)
    }
    tools.clock.passSeconds(600)
    // What the first edition's last run had begun is taken up, and nothing else.
    expect((await watch.run({}, tools)).verified).toEqual(['orders_2026-03-12T040000Z_00021e'])
    const tables = { orders: ['id', 'customer_id'] }
    const settings = {
      ...tools.settings,
      databases: { ...tools.settings.databases, orders: { tables } },
    }
    await watch.run({}, { ...tools, settings })
    expect(await wordsOf(tools)).toMatchObject({
      'orders_2026-03-04T010006Z_000041': 'passed',
      'orders_2026-03-06T010006Z_000096': 'passed',
      'orders_2026-03-07T010004Z_0000c8': 'passed',
    })
  })

  test.each([
    { database: 'tokens', ticket: 'tokens_2026-03-12T010000Z_00020d' },
    { database: 'orders', ticket: 'orders_2026-03-12T010003Z_00020e' },
    { database: 'sessions', ticket: 'sessions_2026-03-06T010003Z_000095' },
    { database: 'shop', ticket: 'shop_2026-03-08T010009Z_000104' },
    { database: 'tokens', at: '2026-03-07', ticket: 'tokens_2026-03-05T160000Z_000082' },
    { database: 'tokens', at: '2025-12-31', ticket: 'tokens_2025-07-04T000000Z_dbf3a9' },
    { database: 'sessions', at: '2025-12-31', ticket: 'sessions_2025-07-05T000000Z_3eb669' },
  ])('is handed out: $database $at', async ({ ticket, ...asked }) => {
    const { tools } = takenOver('1')
    expect(await restore.run(asked, tools)).toMatchObject({ copy: { ticket } })
  })

  test.each([
    { id: 'sessions_2026-03-09T010003Z_000146', code: 'damaged' },
    { id: 'shop_2026-03-11T010006Z_0001c3', code: 'nothing-sound' },
    { id: 'orders_2026-03-12T040000Z_00021e', code: 'nothing-sound' },
    { id: 'shop_2026-03-09T010007Z_000147', code: 'not-found' },
  ])('is not handed out where it should not be: $id', async ({ id, code }) => {
    const { tools } = takenOver('1')
    const asked = restore.run({ database: id.split('_')[0] ?? '', at: id }, tools)
    await expect(asked).rejects.toMatchObject({ code })
  })

  test('is pruned as that edition would have, and no further', async () => {
    // What waits for its verdict may be the only sound one.
    const braked = await prune.run({}, takenOver('1').tools)
    expect(braked.databases.flatMap(({ result }) => result?.removed ?? [])).toEqual([])
    const { tools } = await watchedOver('1')
    const before = new Set(tools.store.objects.keys())
    const { databases: pruned, faults } = await prune.run({}, tools)
    expect(faults).toEqual([])
    const removed = pruned.flatMap(({ result }) => result?.removed ?? [])
    // The run that was killed over it had planned on it.
    expect(removed).toEqual(['tokens_2026-03-08T010000Z_000101'])
    const gone = [...before].filter((key) => !tools.store.objects.has(key))
    expect(gone).toHaveLength(3)
    for (const key of gone) expect(key).toContain('tokens_2026-03-08T010000Z_000101')
    const kept = pruned.map(({ plan: { database, copies } }) => [database, copies.length])
    expect(Object.fromEntries(kept)).toEqual({ orders: 15, sessions: 7, shop: 6, tokens: 8 })
  })

  test('is shown whole', async () => {
    const { tools } = takenOver('1')
    const overview = await readOverview(tools)
    expect(overview.databases.map(({ database }) => database)).toEqual(databases)
    const copies = overview.databases.flatMap((one) => one.copies)
    expect(copies).toHaveLength(36)
    expect(overview.watch.isSilent).toBe(false)
    expect(overview.jobs).toEqual({
      prune: '2026-03-12T03:30:00.000Z',
      drill: '2026-03-11T11:00:00.000Z',
    })
  })
})

describe('what the first edition had still to tell', () => {
  const hours = async (tools: TestTools, count: number) => {
    for (let hour = 0; hour < count; hour += 1) {
      await watch.run({}, tools)
      tools.clock.passSeconds(3600)
    }
  }

  test('reaches each channel, once and in its order, or is counted in what was overtaken', async () => {
    const { tools, channels } = takenOver('1')
    const { outbox } = await readAlertState(tools)
    expect(outbox).toHaveLength(32)
    await hours(tools, 26)
    expect((await readAlertState(tools)).outbox).toEqual([])
    for (const channel of Object.values(channels)) {
      const waiting = outbox.filter(({ channelId }) => channelId === channel.id)
      const alerts = waiting.flatMap((one) => (one.folded ? [] : one.alerts))
      const heard = new Map(channel.heard.map(({ id }, nth) => [id, nth]))
      for (const subject of new Set(alerts.map(({ key }) => key))) {
        const told = alerts.filter(({ key }) => key === subject)
        const places = told.flatMap(({ id }) => heard.get(id) ?? [])
        expect(places, subject).toEqual(places.toSorted((a, b) => a - b))
      }
      expect(new Set(channel.heard.map(({ id }) => id)).size).toBe(channel.heard.length)
      // A reminder that nobody heard is replaced by the next telling of the same trouble.
      const missed = alerts.filter(
        ({ id, status, key }) =>
          !heard.has(id) &&
          !(status === 'reminder' && channel.heard.some((later) => later.key === key)),
      )
      const told = channel.heard
        .filter(({ key }) => key.endsWith('/alert.undelivered/folded'))
        .flatMap(({ headline }) => Number(/(\d+) older alert/.exec(headline)?.[1] ?? 0))
      const counted = told.reduce((sum, count) => sum + count, 0)
      const before = waiting.reduce((sum, { folded }) => sum + (folded?.count ?? 0), 0)
      expect(counted - before, channel.id).toBe(missed.length)
    }
  })

  test('is known to be open: nothing is told as new that was told, and nothing is forgotten', async () => {
    const before = await readAlertState(takenOver('1').tools)
    const { tools } = await watchedOver('1')
    const after = await readAlertState(tools)
    const open = (state: typeof before) =>
      Object.keys(state.incidents).filter((key) => state.incidents[key]?.isOpen)
    // The store is no longer away.
    const over = open(before).filter((key) => !open(after).includes(key))
    expect(over).toEqual(['-/store.error'])
    const news = open(after).filter((key) => !open(before).includes(key))
    expect(news).toEqual([])
    for (const [key, { openedAt, firingId }] of Object.entries(before.incidents)) {
      if (over.includes(key) || !open(before).includes(key)) continue
      expect(after.incidents[key], key).toMatchObject({ openedAt, ...(firingId && { firingId }) })
    }
    expect(after.pinged).toMatchObject(before.pinged)
    expect(after.backSince).toBe(before.backSince)
  })
})
