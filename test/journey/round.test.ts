// One trigger for three: what the watch's own calls besides, what it leaves to theirs, and what runs take.
import { describe, expect, test } from 'vitest'

import { readDrillState } from '../../lib/journey/bucket/drill-state'
import { readEntry } from '../../lib/journey/bucket/ledger'
import { readPruneState } from '../../lib/journey/bucket/prune-state'
import { readSpending, readWatchState } from '../../lib/journey/bucket/watch-state'
import { prune } from '../../lib/journey/prune'
import { round } from '../../lib/journey/round'
import { verdict } from '../../lib/journey/verdict'
import { verify } from '../../lib/journey/verify'
import type { Spent } from '../../lib/rules/keeping/spent'
import { look } from '../edge/asking'
import { fakeChannel, fakeNotifier } from '../fakes/channels'
import { testTools, withStarter } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { nameOf, quick } from '../fixtures/bucket/buckets'
import { pushed } from '../fixtures/bucket/requests'
import { counted, tally } from '../fixtures/bucket/store-calls'
import { stateOf, watched, withMinutes } from '../fixtures/bucket/watching'

const hourSeconds = 3600
const daySeconds = 24 * hourSeconds

const run = (tools: TestTools) => round.run({}, withMinutes(tools, 15))

const started = async (change: (tools: TestTools) => TestTools = (tools) => tools) => {
  const tools = change(quick(testTools()))
  await pushed(tools, Buffer.from('one'))
  await run(tools)
  return tools
}

describe('with one trigger for three', () => {
  test('prune and drill are called when it is their time, one in a run', async () => {
    const tools = await started()
    expect(await run(tools)).toMatchObject({ called: [] })
    tools.clock.passSeconds(26 * hourSeconds)
    expect(await run(tools)).toMatchObject({ called: ['prune'] })
    expect((await readPruneState(tools))?.ranAt).toBe('2026-03-02T03:00:00.000Z')
    expect(await run(tools)).toMatchObject({ called: [] })
    tools.clock.passSeconds(8 * daySeconds)
    expect((await run(tools)).called).toEqual(['prune'])
    tools.clock.passSeconds(600)
    expect((await run(tools)).called).toEqual(['drill'])
    expect(await readDrillState(tools)).toBeDefined()
    tools.clock.passSeconds(600)
    expect(await run(tools)).toMatchObject({ called: [] })
  })

  test('they are started where there is a way to, and not again while they may be at it', async () => {
    const tools = await started(withStarter)
    tools.clock.passSeconds(26 * hourSeconds)
    expect(await run(tools)).toMatchObject({ called: ['prune'] })
    expect(tools.started).toContainEqual({ name: 'prune', event: {} })
    const count = () => tools.started.filter(({ name }) => name === 'prune').length
    tools.clock.passSeconds(2 * hourSeconds - 1)
    await run(tools)
    expect(count()).toBe(1)
    tools.clock.passSeconds(1)
    await run(tools)
    expect(count()).toBe(2)
  })

  test('one that stumbles costs the watch nothing, and is told once it is silent', async () => {
    const slack = fakeChannel('slack')
    const tools = await started((made) => ({ ...made, notifier: fakeNotifier([slack]) }))
    tools.clock.passSeconds(26 * hourSeconds)
    const { store } = tools
    const put = (key: string, bytes: Uint8Array) => {
      if (key.endsWith('/prune.json')) store.failNext('put')
      return store.put(key, bytes)
    }
    const broken = { ...tools, store: { ...store, put } }
    expect(await run(broken)).toMatchObject({ called: ['The store is away.'], faults: [] })
    tools.clock.passSeconds(2 * daySeconds)
    await run(broken)
    const silent = slack.heard.find(({ kind }) => kind === 'timer.silent')
    expect(silent).toMatchObject({
      severity: 'warning',
      headline: expect.stringContaining('old copies are not being deleted'),
    })
  })

  test('what has a trigger of its own is left to it', async () => {
    const tools = await started()
    for (let night = 0; night < 7; night += 1) {
      tools.clock.passSeconds(daySeconds)
      await prune.run({}, withMinutes(tools, 15))
      expect(await run(tools)).toMatchObject({ called: [] })
    }
  })

  test('tells what it called in lines', async () => {
    const besides = { called: ['prune'], carried: ['tokens_…'], uncarried: ['shop: It is full.'] }
    const answer = { ...(await watched(quick(testTools()))), ...besides }
    expect(round.lines(answer).slice(-3)).toEqual([
      ['called', 'prune'],
      ['carried', 'tokens_…'],
      ['uncarried', 'shop: It is full.'],
    ])
  })
})

const small: Spent = { runs: 1, gibSeconds: 0.7, requests: 20 }
const measured = (tools: TestTools, spent = small): TestTools => ({ ...tools, spent: () => spent })
const firstDay = '2026-03-01'

const ranOf = async (tools: TestTools, id: string) =>
  (await readEntry(tools, nameOf(id)))?.entry.verdict?.ran

describe('what a run takes', () => {
  test('stands in the verdict, where a push or a start of its own had the copy opened', async () => {
    const tools = measured(withStarter(quick(testTools())))
    const byPush = await pushed(tools, Buffer.from('one'))
    await verdict.run({ ticket: byPush }, tools)
    const byStart = await pushed(tools, Buffer.from('two'))
    await verify.run({ ticket: byStart }, measured(tools, { ...small, requests: 40 }))
    expect(await ranOf(tools, byPush)).toEqual(small)
    expect(await ranOf(tools, byStart)).toMatchObject({ requests: 40 })
    await run(tools)
    const month = { runs: 9, gibSeconds: 6, requests: 257 }
    expect((await stateOf(tools)).opening).toEqual(month)
  })

  test('is the watch’s own where that opens a copy, and is told from the next run on', async () => {
    const tools = measured(quick(testTools()))
    const id = await pushed(tools, Buffer.from('one'))
    await run(tools)
    expect(await ranOf(tools, id)).toBeUndefined()
    // What writes it down is one request more.
    const days = { [firstDay]: { ...small, requests: 21 } }
    expect((await readSpending(tools))?.days).toEqual(days)
    expect((await readWatchState(tools))?.spent).toBeUndefined()
    tools.clock.passSeconds(600)
    await run(tools)
    expect((await readWatchState(tools))?.spent?.days).toEqual(days)
    expect((await readSpending(tools))?.days[firstDay]?.runs).toBe(2)
  })

  test('is counted of a night by the run of the watch that comes after it, once', async () => {
    const tools = measured(quick(testTools()))
    await pushed(tools, Buffer.from('one'))
    await run(tools)
    tools.clock.passSeconds(3_600)
    await prune.run({}, withMinutes(measured(tools, { ...small, requests: 300 }), 15))
    await run(tools)
    await run(tools)
    expect((await readSpending(tools))?.days[firstDay]).toMatchObject({ runs: 4, requests: 363 })
  })

  test('is counted with the watch’s where the watch does the night’s work itself', async () => {
    const tools = measured(quick(testTools()))
    await pushed(tools, Buffer.from('one'))
    await run(tools)
    tools.clock.passSeconds(26 * 3_600)
    expect(await run(tools)).toMatchObject({ called: ['prune'] })
    tools.clock.passSeconds(600)
    await run(tools)
    expect((await readSpending(tools))?.days['2026-03-02']?.runs).toBe(2)
  })

  test('is not written down where nobody pays for it, nor where what was cannot be read', async () => {
    const tools = quick(testTools())
    await pushed(tools, Buffer.from('one'))
    await run(tools)
    expect(tools.store.objects.has('backups/_state/spending.json')).toBe(false)
    await run(measured(tools))
    const { store } = tools
    const broken = (key: string) => {
      if (key.endsWith('/spending.json')) store.failNext('read')
      return store.read(key)
    }
    expect(await run(measured({ ...tools, store: { ...store, read: broken } }))).toMatchObject({
      faults: [],
    })
    expect((await readSpending(tools))?.days[firstDay]?.runs).toBe(1)
  })
})

test('a quiet round costs two small requests for it, and asks no other timer’s state twice', async () => {
  const tools = quick(testTools())
  await pushed(tools, Buffer.from('one'))
  const quiet = async (change: (seen: TestTools) => TestTools) => {
    await run(change(tools))
    tools.clock.passSeconds(600)
    const { tools: seen, calls } = counted(tools)
    await run(change(seen))
    return tally(calls)
  }
  const asBefore = await quiet((seen) => seen)
  const measuring = await quiet(measured)
  expect(asBefore).toEqual({ now: 1, read: 6, files: 1, pages: 3, put: 2 })
  expect(measuring).toEqual({ ...asBefore, read: 7, put: 3 })
})

test('the page tells it once a week was measured, and until then that it is not', async () => {
  const tools = measured(quick(testTools()))
  await pushed(tools, Buffer.from('one'))
  await run(tools)
  expect((await look(tools)).body).toContain('not measured yet')
  for (let day = 0; day < 9; day += 1) {
    tools.clock.passSeconds(24 * 3_600)
    await run({ ...tools, starter: async () => undefined })
  }
  expect((await look(tools)).body).toMatch(/GiB-seconds<\/dt>\s*<dd>21</)
})
