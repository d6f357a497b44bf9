// The second place is away for days, and comes back: who is told, what people see, and what it costs the first.
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { metricsText } from '../../../lib/edge/metrics'
import { readView } from '../../../lib/journey/gather/view'
import type { CarryingStore } from '../../../lib/ports'
import { casesOf } from '../../cases'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import { away } from '../../fakes/memory-store'
import { testTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { keysHere, keysThere, rounded, withSecond } from '../../fixtures/bucket/second-place'
import { keepCopy } from '../../fixtures/told/kept'

const wanted = { query: '', page: 1, size: 50, by: 'gravity' as const }

const make = () => {
  const slack = fakeChannel('slack')
  const settings = { databases: { tokens: {} } }
  const tools = { ...withSecond(quick(testTools(settings))), notifier: fakeNotifier([slack]) }
  const told = () =>
    slack.heard
      .filter(({ kind }) => kind === 'second.behind')
      .map(({ status, headline }) => `${status}: ${headline}`)
  return { tools, told }
}

test('it is told after a day and two hours, once, and that it is over; the first place goes on', async () => {
  const { tools, told } = make()
  await keepCopy(tools, { daysAgo: 0 })
  expect((await rounded(tools)).carried.length).toBe(1)
  const stored = await readView(tools, wanted)
  expect(stored.head.second).toMatchObject({ behind: 0, place: tools.settings.second })
  expect(stored.list.lines[0]?.second).toMatchObject({ behind: 0, copies: 1 })
  expect(metricsText(stored)).toContain('snapproof_second_behind{db="tokens"} 0')

  const refuse = () => Promise.reject(away())
  const broken = { ...tools, secondWrite: { ...tools.second, list: refuse } }
  tools.clock.passSeconds(3600)
  await keepCopy(tools, { daysAgo: 0 })
  for (let hour = 0; hour < 26; hour += 1) {
    expect(await rounded(broken)).toMatchObject({ faults: [], carried: [] })
    tools.clock.passSeconds(3600)
  }
  expect(told()).toEqual([])
  const { head, list } = await readView(tools, wanted)
  expect(head.second).toMatchObject({ behind: 1, since: '2026-03-01T02:00:00.000Z' })
  expect(head.troubles.map(({ kind }) => kind)).toContain('second.behind')
  expect(list.lines[0]?.second).toMatchObject({ behind: 1, copies: 1 })
  await rounded(broken)
  tools.clock.passSeconds(3600)
  await rounded(broken)
  expect(told()).toEqual([
    'firing: my-backups: the second place is behind, since 2026-03-01 02:00 UTC',
  ])
  await rounded(tools)
  expect(keysThere(tools)).toEqual(keysHere(tools))
  tools.clock.passSeconds(3600)
  for (let hour = 0; hour < 3; hour += 1) {
    await rounded(tools)
    tools.clock.passSeconds(3600)
  }
  expect(told().length).toBe(2)
  expect(told()[1]).toContain('resolved')
})

test.each([
  { name: 'is away', secondWrite: 'away' as const, minutes: 9 },
  { name: 'has no key that may write there', secondWrite: undefined, minutes: 9 },
  { name: 'is never come to', secondWrite: 'well' as const, minutes: 0.3 },
])(
  'where it $name it waits since the first copy that came, and each that comes is counted',
  async ({ secondWrite, minutes }) => {
    const { tools, told } = make()
    const refuse = () => Promise.reject(away())
    const broken = {
      ...tools,
      secondWrite: secondWrite && {
        ...tools.second,
        ...(secondWrite === 'away' ? { list: refuse } : {}),
      },
    }
    for (let hour = 0; hour < 30; hour += 6) {
      await keepCopy(tools, { daysAgo: 0 })
      await rounded(broken, minutes)
      tools.clock.passSeconds(6 * 3600)
    }
    await rounded(broken, minutes)
    expect((await readView(tools, wanted)).head.second).toMatchObject({ behind: 5 })
    expect(told()).toEqual([
      'firing: my-backups: the second place is behind, since 2026-03-01 01:00 UTC',
    ])
  },
)

/** One hour: what comes of the host, and how the second place is. */
const anyHour = fc.record({
  pushes: fc.integer({ min: 0, max: 2 }),
  database: fc.constantFrom('tokens', 'shop'),
  weather: fc.constantFrom('well' as const, 'well' as const, 'away' as const, 'flaky' as const),
  fails: fc.integer({ min: 0, max: 12 }),
})

test('whatever fails and however long, nothing there is overwritten, what is behind too long is told, and all of it comes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyHour, { minLength: 4, maxLength: 14 }), async (hours) => {
      const { tools, told } = make()
      const written = new Map<string, string>()
      let calls = 0
      let failsAt = Infinity
      let isAway = false
      const guarded = new Proxy(tools.second, {
        get: (target, name: keyof CarryingStore) => {
          expect(['put', 'remove', 'uploadAddress']).not.toContain(name)
          return (...given: never[]) => {
            calls += 1
            if (isAway || calls === failsAt) return Promise.reject(away())
            const ask = target[name] as (...given: never[]) => unknown
            return ask(...given)
          }
        },
      })
      const guardedTools = { ...tools, secondWrite: guarded }
      const check = () => {
        for (const [key, { bytes }] of tools.second.objects) {
          const before = written.get(key)
          const mayChange = key.endsWith('.entry.json') || key.startsWith('backups/_')
          if (before !== undefined && !mayChange) expect(bytes.toString(), key).toBe(before)
          written.set(key, bytes.toString())
        }
        // An entry or a checksum says that the bytes beside it are there.
        for (const key of keysThere(tools).filter((one) => one.endsWith('.sha256')))
          expect(tools.second.objects.has(key.slice(0, -'.sha256'.length))).toBe(true)
      }
      // Each copy that is here and not whole there waits by itself: since the run that first saw it.
      let waiting = new Map<string, number>()
      for (const { pushes, database, weather, fails } of hours) {
        for (let nth = 0; nth < pushes; nth += 1)
          await keepCopy(tools, { daysAgo: nth / 96, database })
        isAway = weather === 'away'
        calls = 0
        failsAt = weather === 'flaky' ? fails : Infinity
        await rounded(guardedTools)
        check()
        const there = new Set(keysThere(tools))
        const missing = keysHere(tools).filter((key) => !there.has(key))
        const copies = new Set(
          missing.map((key) => key.replace(/\.(db|entry\.json)(\.sha256)?$/, '')),
        )
        const nowMs = tools.clock.now().getTime()
        waiting = new Map([...copies].map((copy) => [copy, waiting.get(copy) ?? nowMs]))
        // Six hours at a time, so that some of it lasts for days.
        tools.clock.passSeconds(6 * 3600)
        const waitedMs = tools.clock.now().getTime() - Math.min(Infinity, ...waiting.values())
        if (waitedMs > 33 * 3_600_000) expect(told().at(-1)).toContain('firing')
      }
      isAway = false
      failsAt = Infinity
      await rounded(guardedTools)
      await rounded(guardedTools)
      check()
      expect(keysThere(tools)).toEqual(keysHere(tools))
    }),
    { numRuns: casesOf(40) },
  )
})
