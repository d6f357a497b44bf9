// One database's files, hostile or only slow, and what they may cost the others.
import { describe, expect, test } from 'vitest'

import { Fault } from '../../../lib/faults'
import { readWatchState } from '../../../lib/journey/bucket/watch-state'
import { watch } from '../../../lib/journey/watch'
import type { Examiner } from '../../../lib/ports'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import { testTools, withStarter } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { quick, quickExaminer } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { watched, withMinutes, wordIn } from '../../fixtures/bucket/watching'
import { findingOf } from '../../fixtures/told/entries'

const hourSeconds = 3600

/** As the platform gives it to the watch. */
const run = (tools: TestTools) => watch.run({}, withMinutes(tools, 580 / 60))

/** Of the thief's database every file keeps SQLite busy until it is ended. */
const withThief = (tools: TestTools): TestTools => {
  const honest = quickExaminer(tools)
  const sqlite: Examiner = async (order) => {
    if (!order.key.includes('/stolen/')) return honest(order)
    const leftMs = order.deadlineAt.getTime() - tools.clock.now().getTime()
    tools.clock.passSeconds(Math.max(0, leftMs) / 1000)
    return { method: 'ended', tookMs: leftMs, findings: [findingOf('structure', 'unverifiable')] }
  }
  return { ...tools, examiners: { sqlite } }
}

const steal = async (tools: TestTools, count: number): Promise<string[]> => {
  const ids: string[] = []
  for (let nth = 0; nth < count; nth += 1) {
    const content = Buffer.from(`busy ${nth} ${tools.clock.now().getTime()}`)
    ids.push(await pushed(tools, content, { database: 'stolen' }))
  }
  return ids
}

describe('a stolen push token of one database', () => {
  test('silences no alert: six busy copies before every run, and the others are heard of', async () => {
    const slack = fakeChannel('slack')
    const tools = { ...withThief(quick(testTools())), notifier: fakeNotifier([slack]) }
    await pushed(tools, Buffer.from('one'))
    await run(tools)
    tools.clock.passSeconds(27 * hourSeconds)
    const before = tools.clock.now().getTime()
    await steal(tools, 6)
    await run(tools)
    const late = slack.messages.find(({ alerts }) =>
      alerts.some(({ kind }) => kind === 'backup.late'),
    )
    expect(late).toBeDefined()
    // It used all of the time that was its, and no more: what it found is told as well.
    const tookMs = tools.clock.now().getTime() - before
    expect(tookMs).toBeGreaterThan(400_000)
    expect(tookMs).toBeLessThan(500_000)
    expect((await readWatchState(tools))?.opening).toBeUndefined()
  })

  test('keeps no other database waiting: each has its verdict in the same run', async () => {
    const tools = withThief(quick(testTools()))
    await steal(tools, 6)
    const ids: string[] = []
    for (const database of ['tokens', 'a', 'zz']) {
      ids.push(await pushed(tools, Buffer.from(`of ${database}`), { database }))
    }
    const { verified, left } = await run(tools)
    expect(verified).toEqual(expect.arrayContaining(ids))
    expect(left.every((id) => id.startsWith('stolen_'))).toBe(true)
  })

  test('is remembered: what was slow comes behind the others the next time', async () => {
    const tools = withThief(quick(testTools()))
    await steal(tools, 1)
    await run(tools)
    const [stolen] = await steal(tools, 1)
    const id = await pushed(tools, Buffer.from('a much longer content than his'))
    expect((await run(tools)).verified).toEqual([id, stolen])
  })

  test('ends no run over the same file twice before the others have had their turn', async () => {
    const tools = quick(testTools())
    const honest = quickExaminer(tools)
    const sqlite: Examiner = (order) =>
      order.key.includes('/stolen/') ? new Promise(() => undefined) : honest(order)
    const ending = { ...tools, examiners: { sqlite } }
    await steal(tools, 1)
    const id = await pushed(tools, Buffer.from('a much longer content than his'))
    // The platform ends both of them: neither is ever answered.
    for (const _ of ['once', 'twice']) {
      void watched(ending)
      await new Promise((resolve) => void setTimeout(resolve, 50))
      tools.clock.passSeconds(600)
    }
    expect(await wordIn(tools, id)).toBe('passed')
  })
})

describe('checks that are started elsewhere', () => {
  const crowded = (after: number, tools: TestTools) => {
    const asked: string[] = []
    const starter = async (_: string, { ticket = '' }: Record<string, string>) => {
      asked.push(ticket)
      if (asked.length <= after) return
      throw new Fault({ code: 'too-many', why: 'The platform answered 429.', mend: 'Wait.' })
    }
    return { asked, tools: { ...tools, starter } }
  }

  test('are no more after the first 429, and it is no fault', async () => {
    const { asked, tools } = crowded(2, quick(testTools()))
    for (const content of ['1', '2', '3', '4', '5']) await pushed(tools, Buffer.from(content))
    const answer = await watched(tools)
    expect(asked).toHaveLength(3)
    expect(answer).toMatchObject({ waiting: 5, faults: [], verified: [] })
    expect([answer.started.length, answer.left.length]).toEqual([2, 3])
  })

  test('are a share of the namespace, the newest copy of each database first', async () => {
    const databases = { old: {}, tokens: {} }
    const tools = withStarter(quick(testTools({ databases })))
    for (let day = 0; day < 60; day += 1) {
      const at = new Date(Date.parse('2025-11-01') + day * 86_400_000).toISOString().slice(0, 10)
      await tools.store.put(`backups/old_${at}.db`, Buffer.from(at))
    }
    const id = await pushed(tools, Buffer.from('last night’s'))
    const { started, left } = await watched(tools)
    // Of the old bucket the newest 30 are taken in at a time.
    expect([started.length, left.length]).toEqual([30, 1])
    expect(started.slice(0, 2)).toContain(id)
    expect(started.slice(0, 2).join()).toContain('old_2025-12-30')
    expect(left.join()).toContain('old_2025-12-01')
  })

  test('are opened here where the key starts nothing any more', async () => {
    const starter = () =>
      Promise.reject(new Fault({ code: 'platform', why: 'It answered 401.', mend: 'A new key.' }))
    const tools = { ...quick(testTools()), starter }
    const first = await pushed(tools, Buffer.from('1'))
    const second = await pushed(tools, Buffer.from('2'))
    const answer = await watched(tools)
    expect(answer).toMatchObject({ verified: [second, first], started: [] })
    expect(answer.faults).toEqual([`${second}: It answered 401.`])
  })
})

describe('more databases than one run can look at', () => {
  test('are told of as far as it came, and the next run goes on with the others', async () => {
    const slack = fakeChannel('slack')
    const tools = { ...quick(testTools()), notifier: fakeNotifier([slack]) }
    const names = ['a', 'b', 'c', 'd', 'e']
    for (const database of names) await pushed(tools, Buffer.from(database), { database })
    await watched(tools)
    tools.clock.passSeconds(27 * hourSeconds)
    const { store } = tools
    const slow = {
      ...store,
      read: (key: string) => {
        if (key.endsWith('/catalog.json')) tools.clock.passSeconds(200)
        return store.read(key)
      },
    }
    for (const database of names) await pushed(tools, Buffer.from(`${database}2`), { database })
    const { faults } = await run({ ...tools, store: slow })
    expect(faults).toEqual(['There was no time to look at 3 databases.'])
    expect((await readWatchState(tools))?.unreached).toEqual(['c', 'd', 'e'])
    // Those that have changed meanwhile come behind them, although their names come first.
    await pushed(tools, Buffer.from('a3'), { database: 'a' })
    await run({ ...tools, store: slow })
    expect((await readWatchState(tools))?.unreached).toEqual(['e', 'a', 'b'])
    expect(await run(tools)).toMatchObject({ faults: [] })
    expect((await readWatchState(tools))?.unreached).toBeUndefined()
  })
})
