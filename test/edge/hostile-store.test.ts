/** The storage key is stolen: somebody else writes where we read. */
import { isDeepStrictEqual as isEqual } from 'node:util'

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'

import { serve } from '../../lib/edge/serve'
import { servePage } from '../../lib/edge/serve-page'
import { changeAlertState, readAlertState } from '../../lib/journey/bucket/alert-state'
import { noteDrill, readDrillState } from '../../lib/journey/bucket/drill-state'
import { passOverForeign, readEntry } from '../../lib/journey/bucket/ledger'
import { readPruneState } from '../../lib/journey/bucket/prune-state'
import { readSummary } from '../../lib/journey/bucket/summary'
import { readWatchState } from '../../lib/journey/bucket/watch-state'
import { prune } from '../../lib/journey/prune'
import { restore } from '../../lib/journey/restore'
import { verdict } from '../../lib/journey/verdict'
import { watch } from '../../lib/journey/watch'
import { emptyAlertState } from '../../lib/rules/alerts/outbox'
import { parseKey } from '../../lib/rules/copy/snapshot'
import { mintToken } from '../../lib/rules/trust/tokens'
import type { Scope } from '../../lib/rules/trust/tokens'
import { isSound } from '../../lib/rules/verdict/verdict'
import { casesOf } from '../cases'
import { secret } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { installation } from '../fixtures/bucket/two-databases'
import { damages, isUnhurt } from '../fixtures/damages'
import type { Damage } from '../fixtures/damages'

let tools: TestTools
let stored: Map<string, Buffer>
const asWritten = new Map<string, unknown>()

/** Everything that is read back from the bucket and relied on, by the part of the key that tells. */
const states = {
  'watch.json': readWatchState,
  'prune.json': readPruneState,
  'drill.json': readDrillState,
  'alerts.json': readAlertState,
  'summary.json': async (its: TestTools) => {
    const read = await readSummary(its)
    return read && { head: read.head, kept: read.at(read.names.map((_, place) => place)) }
  },
} as const

const readBack = async (key: string): Promise<unknown> => {
  const name = parseKey('backups/', key)?.name
  if (name) return (await readEntry(tools, name).catch(passOverForeign))?.entry
  const state = Object.entries(states).find(([ending]) => key.endsWith(ending))?.[1]
  const { writtenBy: _, ...rest } = { writtenBy: '', ...(await state?.(tools)) }
  return rest
}

const entryKeys = () => [...stored.keys()].filter((key) => key.endsWith('.entry.json'))
const stateKeys = () => [...stored.keys()].filter((key) => /_state\/[a-z]+\.json$/.test(key))

beforeAll(async () => {
  tools = await installation()
  await watch.run({}, tools)
  await prune.run({}, tools)
  const now = tools.clock.now().toISOString()
  await noteDrill({ at: now, copies: [], rings: [], left: [] }, {}, tools)
  await changeAlertState(tools, (state) => ({ ...state, pinged: { somebody: 'mark' } }))
  stored = new Map([...tools.store.objects].map(([key, { bytes }]) => [key, bytes]))
  for (const key of [...entryKeys(), ...stateKeys()]) asWritten.set(key, await readBack(key))
})

const whereAndWhat = (keys: () => string[]) =>
  fc
    .record({ nth: fc.nat(), damage: damages })
    .map(({ nth, damage }) => ({ key: keys()[nth % keys().length] ?? '', damage }))

/** Puts the bucket back as it was, but for this object; says whether what was sealed is still there. */
const spoil = async (key: string, damage: Damage): Promise<boolean> => {
  tools.store.objects.clear()
  for (const [name, content] of stored) await tools.store.put(name, content)
  const before = stored.get(key) ?? Buffer.alloc(0)
  const bytes = damage(before, [...stored.values()])
  await tools.store.put(key, bytes)
  return isUnhurt(bytes, before)
}

const nothing = (bytes: Buffer): Buffer => bytes

const bearer = (scope: Scope, database: string) => ({
  authorization: `Bearer ${mintToken(secret, { scope, database, keyId: '00000001' })}`,
})

const post = (headers: object, fields: Record<string, string>) => ({
  http: { method: 'POST', headers, body: new URLSearchParams(fields).toString() },
})

const overview = async () => {
  const event = { http: { method: 'GET', path: '/json', headers: bearer('read', 'all') } }
  const { statusCode, body } = await servePage(() => tools)(event)
  expect(statusCode, body).toBe(200)
  return JSON.parse(body)
}

describe('bytes that somebody else put into the bucket', () => {
  test('are tried in the place of everything that is relied on', () => {
    const names = stateKeys().map((key) => key.slice(key.lastIndexOf('/') + 1))
    expect(names.toSorted()).toEqual(Object.keys(states).toSorted())
    expect(entryKeys()).toHaveLength(8)
  })

  test('are the ones we wrote, or count as nothing: entries and states, whatever was done to them', async () => {
    const keys = () => [...entryKeys(), ...stateKeys()]
    await fc.assert(
      fc.asyncProperty(whereAndWhat(keys), async ({ key, damage }) => {
        const isOurs = await spoil(key, damage)
        const found = await readBack(key)
        const isNothing = found === undefined || Object.keys(found as object).length === 0
        const isBegunAnew = key.endsWith('alerts.json') && isEqual(found, emptyAlertState)
        if (isOurs) expect(found).toEqual(asWritten.get(key))
        else expect(isNothing || isBegunAnew, JSON.stringify(found)).toBe(true)
      }),
      { numRuns: casesOf(250) },
    )
  })

  test('never make a copy sound, are never restored, and crash nothing that reads them', async () => {
    await fc.assert(
      fc.asyncProperty(whereAndWhat(entryKeys), async ({ key, damage }) => {
        const isOurs = await spoil(key, damage)
        const { id = '', database = '' } = parseKey('backups/', key)?.name ?? {}
        const { databases } = await overview()
        const copies = databases.flatMap(
          (one: { copies: { id: string; word: string }[] }) => one.copies,
        )
        const copy = copies.find((one: { id: string }) => one.id === id)
        if (!isOurs) expect(copy === undefined || !isSound(copy.word)).toBe(true)
        const asked = await serve(
          verdict,
          () => tools,
        )(post(bearer('push', database), { ticket: id }))
        if (!isOurs) expect(asked.body).toMatch(/^fault untrusted-entry\n/)
        const at = await serve(
          restore,
          () => tools,
        )(post(bearer('restore', database), { database, at: id }))
        if (!isOurs) expect(at.body).toMatch(/^fault untrusted-entry\n/)
        const any = await serve(
          restore,
          () => tools,
        )(post(bearer('restore', database), { database }))
        expect(any.statusCode, any.body).toBe(200)
        expect(any.body).toMatch(
          new RegExp(`^verdict passed\nget memory:get:backups/${database}/`, 'm'),
        )
      }),
      { numRuns: casesOf(50) },
    )
  })

  test('stop no run: what watches and what lets go comes to its end, and deletes nothing sound', async () => {
    const sound = entryKeys().map((key) => key.replace('.entry.json', '.db'))
    const keys = () => [...stored.keys()].filter((key) => key.endsWith('.json'))
    await fc.assert(
      fc.asyncProperty(whereAndWhat(keys), async ({ key, damage }) => {
        await spoil(key, damage)
        await expect(watch.run({}, tools)).resolves.toBeDefined()
        await expect(prune.run({}, tools)).resolves.toBeDefined()
        await overview()
        for (const one of sound) expect(tools.store.objects.has(one)).toBe(true)
      }),
      { numRuns: casesOf(25) },
    )
  })
})

describe('an older state of ours that somebody puts back', () => {
  const proven = () => entryKeys().find((key) => key.includes('/tokens/')) ?? ''

  test('is no news: a catalog counts for entries that still stand as it knew them', async () => {
    const catalogKey = 'backups/_state/tokens/catalog.json'
    const before = stored.get(catalogKey) ?? Buffer.alloc(0)
    await spoil(catalogKey, nothing)
    const key = proven()
    await tools.store.put(key, Buffer.from('forged'))
    await tools.store.put(catalogKey, before)
    const { databases } = await overview()
    const { id } = parseKey('backups/', key)?.name ?? {}
    const [copy] = databases.flatMap((one: { copies: { id: string }[] }) =>
      one.copies.filter((some) => some.id === id),
    )
    expect(copy === undefined || !isSound(copy.word)).toBe(true)
  })

  test('proves no other file: with the bytes gone or changed its old verdict is worth nothing', async () => {
    const key = proven()
    await spoil(key, nothing)
    await tools.store.put(key.replace('.entry.json', '.db'), Buffer.from('another file'))
    const { id = '' } = parseKey('backups/', key)?.name ?? {}
    const asked = post(bearer('restore', 'tokens'), { database: 'tokens', at: id })
    expect((await serve(restore, () => tools)(asked)).body).toMatch(/^fault nothing-sound\n/)
  })
})
