/** What lib/databases.ts says has changed, and was deployed: what was not met is judged anew. */
import { describe, expect, test } from 'vitest'

import { readEntry } from '../../../lib/journey/bucket/ledger'
import { verifySnapshot } from '../../../lib/journey/verify'
import { watch } from '../../../lib/journey/watch'
import type { Examiner } from '../../../lib/ports'
import { judgeSchema } from '../../../lib/rules/kinds/sqlite/tables'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import type { FakeChannel } from '../../fakes/channels'
import { askedOf, sqliteOf, testTools, withStarter } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf, quick } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { counted, tally } from '../../fixtures/bucket/store-calls'
import { stateOf, watched, withMinutes, wordIn } from '../../fixtures/bucket/watching'

const hourSeconds = 3600
const daySeconds = 24 * hourSeconds

/** A copy holds the tables that its bytes name: "1: tokens users". */
const readingTables =
  (tools: TestTools): Examiner =>
  async (order) => {
    const seen = await sqliteOf(tools)(order)
    const bytes = (await tools.store.read(order.key))?.bytes ?? ''
    const [, ...tables] = Buffer.from(bytes).toString().split(' ')
    const columns = new Map(tables.map((name) => [name, ['id']]))
    const schema = judgeSchema(columns, askedOf(order).tables)
    return { ...seen, findings: [...seen.findings, schema] }
  }

const make = (): { tools: TestTools; slack: FakeChannel } => {
  const slack = fakeChannel('slack')
  const tools = quick(testTools({ databases: { tokens: { tables: { tokens: ['id'] } } } }))
  const notifier = fakeNotifier([slack])
  return { tools: { ...tools, notifier, examiners: { sqlite: readingTables(tools) } }, slack }
}

const expecting = (tools: TestTools, tokens: DatabaseSettings): TestTools => ({
  ...tools,
  settings: { ...tools.settings, databases: { tokens } },
})

const ofUsers: DatabaseSettings = { tables: { users: ['id'] } }

let nth = 0
const copied = async (tools: TestTools, tables: string): Promise<string> => {
  tools.clock.passSeconds(hourSeconds)
  nth += 1
  const id = await pushed(tools, Buffer.from(`${nth}: ${tables}`))
  await verifySnapshot(nameOf(id), tools)
  return id
}

const series = async (tools: TestTools, tables: string, count: number): Promise<string[]> => {
  const ids: string[] = []
  for (let left = count; left > 0; left -= 1) ids.push(await copied(tools, tables))
  return ids
}

const wordsIn = (tools: TestTools, ids: readonly string[]) =>
  Promise.all(ids.map((id) => wordIn(tools, id)))

const told = ({ heard }: FakeChannel) =>
  heard
    .filter(({ database }) => database === 'tokens')
    .map(({ status, kind }) => `${status} ${kind}`)

describe('copies that are not what is expected', () => {
  test('are judged by what is expected now, the newest first, eight in a run, and the trouble is over', async () => {
    const { tools, slack } = make()
    const sound = await copied(tools, 'tokens')
    const ids = await series(tools, 'users', 11)
    await watched(tools)
    expect(told(slack)).toEqual(['firing verify.unmet'])
    expect(await stateOf(tools)).toMatchObject({ newestSound: { id: sound } })

    const deployed = expecting(tools, ofUsers)
    tools.clock.passSeconds(600)
    const first = await watched(deployed)
    expect(first.verified).toEqual(ids.slice(3).toReversed())
    expect(await wordsIn(tools, ids)).toEqual([
      ...Array.from({ length: 3 }, () => 'unmet'),
      ...Array.from({ length: 8 }, () => 'passed'),
    ])
    // What was judged in this run is told in it.
    expect(told(slack)).toEqual(['firing verify.unmet', 'resolved verify.unmet'])
    expect(await stateOf(tools)).toMatchObject({ newestSound: { id: ids.at(-1) } })

    tools.clock.passSeconds(600)
    expect((await watched(deployed)).verified).toEqual(ids.slice(0, 3).toReversed())
    tools.clock.passSeconds(600)
    expect(await watched(deployed)).toMatchObject({ waiting: 0, verified: [] })
    // From then on it is quiet again.
    const { tools: seen, calls } = counted(deployed)
    await watched(seen)
    expect(tally(calls)).toEqual({ now: 1, read: 6, files: 1, pages: 3, put: 2 })
    expect(told(slack)).toHaveLength(2)
  })

  test('stay what they are where they are not what is expected now either, and are asked once', async () => {
    const { tools, slack } = make()
    const ids = await series(tools, 'users', 2)
    await watched(tools)
    const deployed = expecting(tools, { tables: { groups: ['id'] } })
    expect((await watched(deployed)).verified).toEqual(ids.toReversed())
    expect((await watched(deployed)).verified).toEqual([])
    expect(await wordsIn(tools, ids)).toEqual(['unmet', 'unmet'])
    expect(told(slack)).toEqual(['firing verify.unmet'])
  })

  test('are not asked anew where something else was said of the database', async () => {
    const { tools } = make()
    await series(tools, 'users', 2)
    await watched(tools)
    const tables = { tokens: ['id'] }
    const deployed = expecting(tools, { tables, keep: 'all', expectEvery: '7d' })
    expect((await watched(deployed)).verified).toEqual([])
  })

  test('are taken up by the next run where this one had no time for them', async () => {
    const { tools } = make()
    const ids = await series(tools, 'users', 3)
    await watched(tools)
    const deployed = expecting(tools, ofUsers)
    const hurried = await watch.run({}, withMinutes(deployed, 0.5))
    expect(hurried).toMatchObject({ verified: [], left: ids.toReversed() })
    tools.clock.passSeconds(600)
    expect((await watched(deployed)).verified).toEqual(ids.toReversed())
  })

  test('are started once where there is a way to, and again where such a run never came back', async () => {
    const { tools } = make()
    const ids = await series(tools, 'users', 9)
    await watched(tools)
    const deployed = withStarter(expecting(tools, ofUsers))
    const [oldest = '', ...newest] = ids
    expect((await watched(deployed)).started).toEqual(newest.toReversed())
    tools.clock.passSeconds(300)
    expect((await watched(deployed)).started).toEqual([oldest])
    for (const id of ids.slice(2)) await verifySnapshot(nameOf(id), deployed)
    tools.clock.passSeconds(300)
    expect((await watched(deployed)).started).toEqual([])
    tools.clock.passSeconds(700)
    expect((await watched(deployed)).started).toEqual([ids[1], oldest])
  })

  test('are given up after three tries, where they cannot be judged any more', async () => {
    const { tools } = make()
    const [id = ''] = await series(tools, 'users', 1)
    await watched(tools)
    const deployed: TestTools = {
      ...expecting(tools, ofUsers),
      examiners: {
        sqlite: async (order) => ({
          ...(await sqliteOf(tools)(order)),
          findings: [{ check: 'structure', outcome: 'unverifiable', detail: 'It took too long.' }],
        }),
      },
    }
    const perRun: number[] = []
    for (let run = 0; run < 6; run += 1) {
      perRun.push((await watched(deployed)).verified.length)
      tools.clock.passSeconds(600)
    }
    expect(perRun).toEqual([1, 1, 1, 0, 0, 0])
    // That it could not be asked takes nothing from what is known.
    expect(await wordIn(tools, id)).toBe('unmet')
  })

  test('could not be asked what was expected are asked what is expected now, though it was tried often', async () => {
    const { tools } = make()
    const asking = (sql: string): TestTools => ({
      ...expecting(tools, { assertions: [{ name: 'no total below zero', sql }] }),
      examiners: {
        sqlite: async (order) => {
          const seen = await sqliteOf(tools)(order)
          const isGone = askedOf(order).assertions.some((one) => one.sql.includes('total'))
          const outcome = isGone ? 'unverifiable' : 'passed'
          const finding = { check: 'assertions', outcome, detail: 'no such column: total' }
          return { ...seen, findings: [...seen.findings, finding] }
        },
      },
    })
    const before = asking('SELECT id FROM orders WHERE total < 0')
    const id = await copied(before, 'orders')
    for (let tries = 0; tries < 4; tries += 1) {
      await watched(before)
      tools.clock.passSeconds(2 * hourSeconds)
    }
    expect(await watched(before)).toMatchObject({ verified: [] })
    expect(await wordIn(tools, id)).toBe('unverifiable')
    const deployed = asking('SELECT id FROM orders WHERE price < 0')
    expect((await watched(deployed)).verified).toEqual([id])
    expect(await wordIn(tools, id)).toBe('passed')
  })

  test('warned of by an expectation are judged anew too', async () => {
    const { tools } = make()
    const orphaned = (outcome: 'strict' | 'warn'): TestTools => ({
      ...expecting(tools, { references: outcome === 'warn' ? 'warn' : 'fail' }),
      examiners: {
        sqlite: async (order) => {
          const seen = await sqliteOf(tools)(order)
          const word = askedOf(order).areReferencesStrict ? 'unmet' : 'warned'
          const findings = seen.findings.map((one) =>
            one.check === 'references' ? { ...one, outcome: word, detail: '1 row refers.' } : one,
          )
          return { ...seen, findings }
        },
      },
    })
    const id = await copied(orphaned('warn'), 'tokens')
    expect(await wordIn(tools, id)).toBe('warned')
    await watched(orphaned('warn'))
    expect((await watched(orphaned('strict'))).verified).toEqual([id])
    // It was sound by what was expected when it came, and is so still.
    expect(await wordIn(tools, id)).toBe('warned')
  })
})

describe('copies that were sound when they came', () => {
  test('stay sound whatever is expected later, with a warning, each time they are proven anew', async () => {
    const { tools, slack } = make()
    const old = await copied(tools, 'tokens')
    await watched(tools)
    const deployed = expecting(tools, { tables: { users: ['id'] } })
    // Nobody asks it before its proof has aged.
    expect((await watched(deployed)).verified).toEqual([])
    const fresh = await copied(deployed, 'users')
    await watched(deployed)
    for (let month = 0; month < 3; month += 1) {
      tools.clock.passSeconds(31 * daySeconds)
      expect((await watched(deployed)).verified).toContain(old)
      const entry = (await readEntry(tools, nameOf(old)))?.entry
      expect(entry?.verdict).toMatchObject({ outcome: 'warned' })
      expect(entry?.verdict?.findings.find(({ outcome }) => outcome === 'warned')).toMatchObject({
        check: 'schema',
        detail:
          'Expected and not there: table users. It was sound by what was expected when it came.',
      })
      tools.clock.passSeconds(daySeconds)
      await watched(deployed)
    }
    expect(await wordIn(tools, fresh)).toBe('passed')
    expect(told(slack).filter((one) => /unmet|failed|decayed/.test(one))).toEqual([])
  })

  test('and hold other bytes today are judged as those bytes are', async () => {
    const { tools } = make()
    const id = await copied(tools, 'tokens')
    await watched(tools)
    const deployed = expecting(tools, ofUsers)
    const entry = (await readEntry(tools, nameOf(id)))?.entry
    await tools.store.put(entry?.key ?? '', Buffer.from('9: nothing'))
    await watched(deployed)
    expect(await wordIn(tools, id)).toBe('failed')
  })
})
