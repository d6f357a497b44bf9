// One trigger for three: what the watch's own calls besides, and what it leaves to theirs.
import { describe, expect, test } from 'vitest'

import { readDrillState } from '../../lib/journey/bucket/drill-state'
import { readPruneState } from '../../lib/journey/bucket/prune-state'
import { prune } from '../../lib/journey/prune'
import { round } from '../../lib/journey/round'
import { fakeChannel, fakeNotifier } from '../fakes/channels'
import { testTools, withStarter } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { quick } from '../fixtures/bucket/buckets'
import { pushed } from '../fixtures/bucket/requests'
import { watched, withMinutes } from '../fixtures/bucket/watching'

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
