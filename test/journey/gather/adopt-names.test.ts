// What may the name of an older script's file say: a day that has not come, or nothing of the database it is of?
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { readEntry } from '../../../lib/journey/bucket/ledger'
import { listTop } from '../../../lib/journey/bucket/survey'
import { readWatchState } from '../../../lib/journey/bucket/watch-state'
import { planDatabase } from '../../../lib/journey/gather/plan'
import { readOverview } from '../../../lib/journey/overview'
import { prune } from '../../../lib/journey/prune'
import { restore } from '../../../lib/journey/restore'
import { parseOwned } from '../../../lib/rules/copy/older-names'
import { parseKey } from '../../../lib/rules/copy/snapshot'
import { slow } from '../../cases'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import { sqliteOf, testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { watched } from '../../fixtures/bucket/watching'
import { smallDump } from '../../fixtures/dumps'
import { planTheDayBefore } from '../../fixtures/told/leaving'

const nameAt = (key: string) => {
  const name = parseKey('backups/', key)?.name
  if (!name) throw new Error(`${key} is not of an older script`)
  return name
}

const entryAt = async (tools: TestTools, key: string) =>
  (await readEntry(tools, nameAt(key)))?.entry

/** A wrong clock, or a hand: its name puts it before everything that comes for years. */
describe('an adopted file whose name says a day that has not come', () => {
  const future = 'backups/tokens_2031-01-01.db'
  const { id: futureId } = nameAt(future)

  /** Rows are told by what the file says of itself: `5000 rows`. */
  const counting = (tools: TestTools): TestTools => ({
    ...tools,
    examiners: {
      sqlite: async (order) => {
        const seen = await sqliteOf(tools)(order)
        const bytes = (await tools.store.read(order.key))?.bytes ?? ''
        const [, rows = ''] = /(\d+) rows/.exec(Buffer.from(bytes).toString()) ?? []
        return { ...seen, schema: { tokens: ['key'] }, rows: { tokens: Number(rows) } }
      },
    },
  })

  const pushedAndWatched = async (tools: TestTools, content: string) => {
    tools.clock.passSeconds(3600)
    const id = await pushed(tools, Buffer.from(content))
    await watched(tools)
    return id
  }

  /** It came between two copies, and was adopted. */
  const installed = async () => {
    const tools = counting(quick(testTools()))
    tools.clock.moveTo('2026-02-27T01:00:00Z')
    const oldest = await pushedAndWatched(tools, 'oldest: 5000 rows')
    tools.clock.moveTo('2026-03-01T01:00:00Z')
    const before = await pushedAndWatched(tools, 'first: 5000 rows')
    tools.clock.passSeconds(3600)
    await tools.store.put(future, Buffer.from('stray: 300 rows'))
    await watched(tools)
    return { tools, oldest, before }
  }

  const state = async (tools: TestTools) => (await readWatchState(tools))?.databases['tokens']

  test('is of the day on which it came, and nothing of it is of a time to come', async () => {
    const { tools } = await installed()
    expect(await entryAt(tools, future)).toMatchObject({
      arrivedAt: '2026-03-01T00:00:00.000Z',
      claim: { takenAt: '2026-03-01T03:00:00.000Z' },
    })
  })

  test('is not what is handed out unasked where a copy was pushed that day, before it or after', async () => {
    const { tools, oldest, before } = await installed()
    const unasked = () => restore.run({ database: 'tokens' }, tools)
    expect(await unasked()).toMatchObject({ copy: { ticket: before } })
    const after = await pushedAndWatched(tools, 'second: 5100 rows')
    expect(await unasked()).toMatchObject({ copy: { ticket: after } })
    const listed = await restore.run({ database: 'tokens', list: 'yes' }, tools)
    if (!('copies' in listed)) throw new Error('nothing was listed')
    expect(listed.copies.map(({ ticket: one }) => one)).toEqual([after, before, futureId, oldest])
    expect(await restore.run({ database: 'tokens', at: futureId }, tools)).toMatchObject({
      copy: { ticket: futureId },
    })
  })

  test('raises no fall and hides none', async () => {
    const { tools, before } = await installed()
    expect(await state(tools)).toMatchObject({
      copies: 3,
      newest: { id: before, word: 'passed' },
      newestSound: { id: before },
      strangers: [],
    })
    expect((await state(tools))?.fall).toBeUndefined()
    const after = await pushedAndWatched(tools, 'second: 5100 rows')
    expect((await state(tools))?.fall).toBeUndefined()
    const less = await pushedAndWatched(tools, 'third: 200 rows')
    expect((await state(tools))?.fall).toMatchObject({ since: less, before: after })
  })

  test('holds nothing back that retention lets go of, and goes itself in its turn', async () => {
    const { tools } = await installed()
    const days: string[] = []
    for (let day = 0; day < 14; day += 1) {
      tools.clock.passSeconds(23 * 3600)
      days.push(await pushedAndWatched(tools, `day ${day}: 5000 rows`))
    }
    await planTheDayBefore(tools)
    const { databases } = await prune.run({}, { ...tools, deadlineAt: new Date(8.64e15) })
    const [pruned] = databases
    expect(pruned?.plan.brake).toBeUndefined()
    expect(pruned?.plan.notes).toEqual([])
    expect(pruned?.result?.removed).toContain(futureId)
    expect(tools.store.objects.has(future)).toBe(false)
    expect(pruned?.plan.copies[0]).toMatchObject({ id: days.at(-1), keep: true })
  })

  test('is of the hour it came where its day has begun already, as in the east', async () => {
    const tools = quick(testTools({ databases: { tokens: {} } }))
    const slack = fakeChannel('slack')
    const told = { ...tools, notifier: fakeNotifier([slack]) }
    for (let day = 1; day <= 5; day += 1) {
      tools.clock.moveTo(`2026-03-0${day}T17:00:00Z`)
      const key = `backups/tokens_2026-03-0${day + 1}.db`
      await tools.store.put(key, Buffer.from(`day ${day}`))
      await watched(told)
      expect(await entryAt(tools, key)).toMatchObject({
        arrivedAt: `2026-03-0${day}T17:00:00.000Z`,
        claim: { takenAt: `2026-03-0${day}T17:00:00.000Z` },
      })
      expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({
        copy: { ticket: nameAt(key).id },
      })
      tools.clock.passSeconds(20 * 3600)
      await watched(told)
    }
    // Nobody is told that it is late, and what is pushed after it comes before it.
    expect(slack.heard.filter(({ database }) => database === 'tokens')).toEqual([])
    tools.clock.moveTo('2026-03-06T14:00:00Z')
    const id = await pushed(tools, Buffer.from('pushed'))
    await watched(told)
    expect(await restore.run({ database: 'tokens' }, tools)).toMatchObject({ copy: { ticket: id } })
  })
})

describe('a bucket of many files', () => {
  test('is taken in over some runs, newest first, and how many wait is said', slow, async () => {
    const tools = testTools()
    const dayOf = (daysAgo: number) =>
      new Date(Date.parse('2026-02-28T00:00:00Z') - daysAgo * 86_400_000).toISOString().slice(0, 10)
    for (let daysAgo = 0; daysAgo < 70; daysAgo += 1) {
      await tools.store.put(
        `backups/tokens_${dayOf(daysAgo)}.db`,
        Buffer.from(`no database ${daysAgo}`),
      )
    }
    const run = async () => {
      tools.clock.passSeconds(600)
      const answer = await watched(tools)
      const days = [...tools.store.objects.keys()].flatMap(
        (key) => /tokens_(\d{4}-\d\d-\d\d)T\S*\.entry\.json$/.exec(key)?.[1] ?? [],
      )
      const state = (await readWatchState(tools))?.databases['tokens']
      return {
        unadopted: answer.unadopted,
        days,
        strangers: state?.strangers,
        copies: state?.copies,
      }
    }
    const first = await run()
    expect(first).toMatchObject({ unadopted: 40, copies: 30, strangers: [] })
    expect(first.days.toSorted()[0]).toBe(dayOf(29))
    expect(
      (await readOverview(tools)).databases[0]?.troubles.map(({ kind }) => kind),
    ).not.toContain('object.unknown')
    expect(await run()).toMatchObject({ unadopted: 10, copies: 60, strangers: [] })
    expect(await run()).toMatchObject({ unadopted: 0, copies: 70, strangers: [] })
  })
})

const databases = { shop: { kind: 'postgres' as const, olderNames: ['backup'] } }
const dump = gzipSync(smallDump)
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const noteOf = (bytes: Uint8Array): string =>
  JSON.stringify({ sha256: sha256Of(bytes), size: bytes.length, timestamp: '20260227_020000' })

/** As the script leaves them each night, with its note beside. */
const left = async (tools: TestTools, stamp: string, note: string | undefined): Promise<string> => {
  const key = `backups/backup_${stamp}.gz`
  await tools.store.put(key, dump)
  if (note !== undefined) await tools.store.put(`${key}.meta`, Buffer.from(note))
  return key
}

const entryOf = async (tools: TestTools, key: string) => {
  const name = parseOwned(tools.settings, key)?.name
  return name && (await readEntry(tools, name))?.entry
}

const bytesOf = async (tools: TestTools, key: string) =>
  (await entryOf(tools, key))?.verdict?.findings.find(({ check }) => check === 'bytes')

describe('a bucket of dumps that name no database', () => {
  test('is the history of the one that lib/databases.ts says, and nobody else’s files', async () => {
    const tools = testTools({ databases })
    const keys = [
      await left(tools, '20260226_020000', noteOf(dump)),
      await left(tools, '20260227_020000', noteOf(dump)),
    ]
    const { verified, faults } = await watched(tools)
    expect(faults).toEqual([])
    expect(verified).toHaveLength(2)
    expect(verified.every((id) => id.startsWith('shop_2026-02-2'))).toBe(true)
    expect((await listTop(tools)).strangers).toEqual([])
    for (const key of keys) {
      expect(await entryOf(tools, key)).toMatchObject({
        key,
        claim: {
          database: 'shop',
          kind: 'postgres',
          adopted: { note: { sizeBytes: [dump.length] } },
        },
        verdict: { outcome: 'warned', rows: { users: 3, orders: 2 } },
      })
      expect((await bytesOf(tools, key))?.detail).toContain('_020000.gz.meta, which stands beside')
    }
    const lines = new Map(restore.lines(await restore.run({ database: 'shop' }, tools)))
    expect(lines.get('get')).toBe(`memory:get:${keys[1]}`)
    expect(lines.get('sha256')).toBe(sha256Of(dump))
    const { copies } = await planDatabase(tools, 'shop', {
      now: tools.clock.now(),
      heartbeatAt: undefined,
    })
    expect(copies.map(({ id }) => id).toSorted()).toEqual([...verified].toSorted())
    expect((await watched(tools)).verified).toEqual([])
  })

  test.each([
    [
      'hash',
      noteOf(Buffer.from('other bytes')),
      'is not the one in backup_20260227_020000.gz.meta',
    ],
    ['size', 'size=12345\n', 'says 12345 bytes; there are'],
  ])('has a damaged one where the noted %s is another', async (_what, note, detail) => {
    const tools = testTools({ databases })
    const key = await left(tools, '20260227_020000', note)
    await watched(tools)
    expect((await entryOf(tools, key))?.verdict?.outcome).toBe('failed')
    expect((await bytesOf(tools, key))?.detail).toContain(detail)
  })

  test('is opened all the same where nothing was noted, or what nobody can read', async () => {
    const tools = testTools({ databases })
    const keys = [
      await left(tools, '20260226_020000', undefined),
      await left(tools, '20260227_020000', 'all went well'),
    ]
    await watched(tools)
    for (const key of keys)
      expect((await bytesOf(tools, key))?.detail).toContain('no hash was taken at the source')
  })

  test('believes no note of a day that is older than the file of that day', async () => {
    const tools = testTools({ databases })
    const key = 'backups/backup_2026-02-27.sql.gz'
    tools.clock.moveTo('2026-02-27T02:00:00Z')
    await tools.store.put(`${key}.meta`, Buffer.from(noteOf(Buffer.from('of the first run'))))
    tools.clock.moveTo('2026-02-27T03:00:00Z')
    await tools.store.put(key, dump)
    await watched(tools)
    expect((await entryOf(tools, key))?.verdict?.outcome).toBe('warned')
  })

  test('is nobody’s where lib/databases.ts says nothing of it', async () => {
    const tools = testTools({ databases: { shop: { kind: 'postgres' } } })
    const key = await left(tools, '20260227_020000', noteOf(dump))
    expect((await watched(tools)).verified).toEqual([])
    expect((await listTop(tools)).strangers.map((one) => one.key)).toEqual([key, `${key}.meta`])
  })
})
