import { describe, expect, test } from 'vitest'

import { changeEntry, replaceEntry } from '../../lib/journey/bucket/ledger'
import { readWatchState } from '../../lib/journey/bucket/watch-state'
import { readAlone } from '../../lib/journey/gather/view'
import { readOverview } from '../../lib/journey/overview'
import { ticket } from '../../lib/journey/ticket'
import { verdict } from '../../lib/journey/verdict'
import { verifySnapshot } from '../../lib/journey/verify'
import { watch } from '../../lib/journey/watch'
import { isThorough, slow, some } from '../cases'
import { fakeChannel, fakeNotifier } from '../fakes/channels'
import { testTools, withStarter } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { nameOf, quick, soundEntry, stock, stockedNames } from '../fixtures/bucket/buckets'
import { pushed, requestFor } from '../fixtures/bucket/requests'
import { awayAt, counted, tally } from '../fixtures/bucket/store-calls'
import { claimed, keyOf, stateOf, watched, withMinutes, wordIn } from '../fixtures/bucket/watching'
import { sound, withZeroedPage } from '../fixtures/databases'

const hourSeconds = 3600
const daySeconds = 24 * hourSeconds

describe('watch', () => {
  test('gives every waiting snapshot its verdict, newest first', async () => {
    const tools = testTools()
    const first = await pushed(tools, sound(10))
    tools.clock.passSeconds(60)
    const second = await pushed(tools, withZeroedPage())
    const answer = await watch.run({}, withMinutes(tools, 10))
    expect(answer).toMatchObject({ waiting: 2, verified: [second, first], left: [] })
    expect((await verdict.run({ ticket: first }, tools)).verdict).toBe('passed')
    expect((await verdict.run({ ticket: second }, tools)).verdict).toBe('failed')
    expect(await watch.run({}, withMinutes(tools, 10))).toMatchObject({ waiting: 0 })
  })

  test('tells a copy that it has proven, in the same run, to who asked for good news', async () => {
    const glad = Object.assign(fakeChannel('glad'), { hears: () => true })
    const tools = withMinutes({ ...testTools(), notifier: fakeNotifier([glad]) }, 10)
    await watch.run({}, tools)
    const id = await pushed(tools, sound())
    expect(await watch.run({}, tools)).toMatchObject({ verified: [id], told: ['the glad'] })
    expect(glad.heard.map(({ headline }) => headline)).toEqual([
      expect.stringMatching(new RegExp(`^Proven: ${id}, .* KiB, \\d+ rows?$`)),
    ])
    expect(await watch.run({}, tools)).toMatchObject({ told: [] })
  })

  test('starts one call each where there is a way to', async () => {
    const tools = withStarter(testTools())
    const id = await pushed(tools, sound())
    expect(await watched(tools)).toMatchObject({ started: [id], verified: [] })
    expect(tools.started).toEqual([{ name: 'verify', event: { ticket: id } }])
    tools.clock.passSeconds(600)
    expect(await watched(tools)).toMatchObject({ waiting: 0 })
    tools.clock.passSeconds(361)
    expect(await watched(tools)).toMatchObject({ started: [id] })
  })

  test('begins nothing that it could not end', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    expect(await watch.run({}, withMinutes(tools, 0.9))).toMatchObject({ left: [id], verified: [] })
  })

  test('tries what could not be checked again after an hour, three times in all', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    const tries = async () => {
      tools.store.failNext('stream')
      return (await watch.run({}, withMinutes(tools, 10))).verified.length
    }
    expect(await tries()).toBe(1)
    expect(await tries()).toBe(0)
    tools.clock.passSeconds(3600)
    expect(await tries()).toBe(1)
    tools.clock.passSeconds(3600)
    tools.store.failNext('stream', 0)
    await watch.run({}, withMinutes(tools, 10))
    expect((await verdict.run({ ticket: id }, tools)).verdict).toBe('passed')
  })

  test('writes the checksum line that a killed run did not come to', async () => {
    const tools = testTools()
    const id = await pushed(tools, sound())
    await verdict.run({ ticket: id }, tools)
    const key = `backups/tokens/2026/03/${id}.db.sha256`
    const line = await tools.store.read(key)
    tools.store.objects.delete(key)
    await watch.run({}, withMinutes(tools, 10))
    expect((await tools.store.read(key))?.bytes).toEqual(line?.bytes)
  })

  test('goes on with the others when one cannot be done', async () => {
    const tools = testTools()
    const first = await pushed(tools, sound(10))
    await pushed(tools, sound(20))
    tools.store.failNext('head')
    const answer = await watch.run({}, withMinutes(tools, 10))
    expect(answer.verified).toEqual([first])
    expect(answer.faults).toHaveLength(1)
  })

  test('goes on with the other databases when one cannot be looked at', async () => {
    const tools = quick(testTools())
    await pushed(tools, Buffer.from('one'), { database: 'sessions' })
    const id = await pushed(tools, Buffer.from('two'))
    // The watch’s own state comes first, then what is known of the sessions.
    const reads = { count: 0 }
    const store = {
      ...tools.store,
      read: (key: string) => {
        if (key === 'backups/_state/sessions/catalog.json' && reads.count === 0) {
          reads.count += 1
          tools.store.failNext('read')
        }
        return tools.store.read(key)
      },
    }
    const answer = await watched({ ...tools, store })
    expect(answer.verified).toEqual([id])
    expect(answer.faults).toEqual(['sessions: The store is away.'])
    expect((await readWatchState(tools))?.faults).toEqual(answer.faults)
    expect(await watched(tools)).toMatchObject({ waiting: 1, faults: [] })
  })

  test('calls a database that it could not look at neither late nor well', async () => {
    const slack = fakeChannel('slack')
    const tools = { ...quick(testTools()), notifier: fakeNotifier([slack]) }
    const words = () => slack.heard.map(({ status, kind }) => `${status} ${kind}`)
    const unread = async () => {
      const { store } = tools
      const away = (key: string) => {
        if (key.endsWith('/catalog.json')) store.failNext('read')
        return store.read(key)
      }
      expect((await watched({ ...tools, store: { ...store, read: away } })).faults).toHaveLength(1)
    }
    await pushed(tools, Buffer.from('one'))
    await watched(tools)
    tools.clock.passSeconds(25 * hourSeconds)
    await pushed(tools, Buffer.from('two'))
    tools.clock.passSeconds(2 * hourSeconds)
    // By what was known before it would be late by now.
    await unread()
    await watched(tools)
    expect(words()).not.toContain('firing backup.late')
    tools.clock.passSeconds(27 * hourSeconds)
    await watched(tools)
    expect(words()).toContain('firing backup.late')
    await pushed(tools, Buffer.from('three'))
    await unread()
    expect(words()).not.toContain('resolved backup.late')
    await watched(tools)
    expect(words()).toContain('resolved backup.late')
  })

  test('does not call a copy gone that only a listing of some minutes ago leaves out', async () => {
    const slack = fakeChannel('slack')
    const tools = { ...quick(testTools()), notifier: fakeNotifier([slack]) }
    const { store } = tools
    await pushed(tools, Buffer.from('one'))
    await watched(tools)
    tools.clock.passSeconds(600)
    const id = await pushed(tools, Buffer.from('two'))
    await watched(tools)
    await watched(tools)
    const before = await stateOf(tools)
    const pages: typeof store.pages = async function* pages(prefix, after) {
      for await (const page of store.pages(prefix, after)) {
        yield page.filter(({ key }) => !key.includes(id))
      }
    }
    const list: typeof store.list = async (prefix) =>
      (await store.list(prefix)).filter(({ key }) => !key.includes(id))
    expect(await watched({ ...tools, store: { ...store, pages, list } })).toMatchObject({
      faults: [],
    })
    expect(await stateOf(tools)).toEqual(before)
    await watched(tools)
    expect(slack.heard).toEqual([])
    for (const key of store.objects.keys()) {
      if (key.endsWith(`${id}.db`)) store.objects.delete(key)
    }
    await watched(tools)
    expect(slack.heard.map(({ kind }) => kind)).toEqual(['copy.gone'])
  })

  test('tells what it did in lines', () => {
    const answer = {
      waiting: 4,
      started: ['a'],
      verified: ['b'],
      left: ['c'],
      taken: ['e'],
      taking: ['f: 3 objects so far'],
      unadopted: 370,
      faults: ['d: The store is away.'],
      told: ['ops'],
      undelivered: ['mail: away'],
    }
    expect(watch.lines(answer)).toEqual([
      ['waiting', 4],
      ['started', 'a'],
      ['verified', 'b'],
      ['left', 'c'],
      ['taken', 'e'],
      ['taking', 'f: 3 objects so far'],
      ['unadopted', 370],
      ['fault', 'd: The store is away.'],
      ['told', 'ops'],
      ['undelivered', 'mail: away'],
    ])
  })
})

describe('a quiet run', () => {
  const quietRun = async (tools: TestTools) => {
    tools.clock.passSeconds(600)
    const { tools: seen, calls } = counted(tools)
    expect(await watched(seen)).toMatchObject({ waiting: 0, faults: [] })
    return tally(calls)
  }

  test('reads no entry and no catalog when everything is proven', async () => {
    const tools = testTools()
    for (const rows of [10, 20, 30]) {
      await verdict.run({ ticket: await pushed(tools, sound(rows)) }, tools)
    }
    await watched(tools)
    await watched(tools)
    const read: string[] = []
    const { store } = tools
    const reading = (key: string) => {
      read.push(key)
      return store.read(key)
    }
    await watched({ ...tools, store: { ...store, read: reading } })
    expect(read.filter((key) => !/^backups\/_state\/[a-z]+\.json$/.test(key))).toEqual([])
  })

  /** Of the watch, of prune and of the drill, what was summed up, and of the alerts before and after telling. */
  const statesRead = 6

  test.each(
    [
      { databases: 1, pages: 3, why: 'our folders, what is behind them, and the states' },
      { databases: 20, pages: 4, why: '1,440 objects are 2 pages' },
      { databases: 100, pages: 10, why: '7,200 objects are 8 pages' },
      { databases: 1000, pages: 75, why: '72,000 objects are 72 pages, and the states are 2' },
    ].filter((row) => isThorough || row.databases < 100),
  )('over $databases databases costs $pages pages: $why', async ({ databases, pages }) => {
    const tools = testTools({ databases: {} })
    const names = stockedNames(databases)
    await stock(tools, names, 24)
    expect(await watched(tools)).toMatchObject({ waiting: 0, faults: [] })
    const quiet = { now: 1, read: statesRead, files: 1, pages, put: 2 }
    expect(await quietRun(tools)).toEqual(quiet)

    // One entry changed: what is known is read, the entry, and what is known is written.
    const entry = soundEntry(names[0] ?? '', new Date('2026-03-01T01:00:00Z'))
    const pinned = { ...entry, pin: { at: '2026-03-01T01:00:00Z', by: 'ada', note: '' } }
    await replaceEntry(tools, nameOf(entry.id), { entry: pinned, etag: 'entry' })
    expect(await quietRun(tools)).toEqual({ ...quiet, read: statesRead + 2, put: 3 })
    if (databases < 1000) expect(await quietRun(tools)).toEqual(quiet)
    expect(Object.keys((await readWatchState(tools))?.databases ?? {})).toHaveLength(databases)
  })

  test('tells all the same that the host lives', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('one'))
    await watched(tools)
    await watched(tools)
    tools.clock.passSeconds(hourSeconds)
    expect(await ticket.run(requestFor(Buffer.from('one')), tools)).toMatchObject({ unchanged: id })
    const before = await stateOf(tools)
    await quietRun(tools)
    expect(await stateOf(tools)).toEqual({ ...before, heartbeatAt: '2026-03-01T02:00:00.000Z' })
  })
})

describe('old proofs', () => {
  test(
    'are renewed one a day, the oldest first, and the verdict of the day counts',
    slow,
    async () => {
      const tools = quick(testTools())
      const ids: string[] = []
      for (const content of ['one', 'two', 'three']) {
        ids.push(await pushed(tools, Buffer.from(content)))
        await verifySnapshot(nameOf(ids.at(-1) ?? ''), tools)
        tools.clock.passSeconds(daySeconds)
      }
      const renewed: { id: string; day: number }[] = []
      for (let hour = 0; hour < 36 * 24; hour += 6) {
        const { verified } = await watched(tools)
        const day = Math.floor(Date.parse(tools.clock.now().toISOString()) / 86_400_000)
        renewed.push(...verified.map((id) => ({ id, day })))
        tools.clock.passSeconds(6 * hourSeconds)
      }
      expect(renewed.map(({ id }) => id)).toEqual(ids)
      expect(new Set(renewed.map(({ day }) => day)).size).toBe(ids.length)
    },
  )

  // Known: the look after the verdicts of a run forgets that one was renewed in it.
  test('are renewed one a day, though two come of age within the hour', async () => {
    const tools = quick(testTools())
    for (const content of ['one', 'two']) {
      await pushed(tools, Buffer.from(content))
      await watched(tools)
      tools.clock.passSeconds(hourSeconds)
    }
    tools.clock.passSeconds(30 * daySeconds - 2 * hourSeconds)
    const perHour: number[] = []
    for (let hour = 0; hour < 30; hour += 1) {
      perHour.push((await watched(tools)).verified.length)
      tools.clock.passSeconds(hourSeconds)
    }
    expect(perHour.flatMap((count, hour) => (count > 0 ? [hour] : []))).toEqual([0, 24])
  })

  test('come after what waits for its first verdict', async () => {
    const tools = quick(testTools())
    const old = await pushed(tools, Buffer.from('one'))
    await watched(tools)
    tools.clock.passSeconds(31 * daySeconds)
    const fresh = await pushed(tools, Buffer.from('two'))
    expect(await watched(tools)).toMatchObject({ verified: [fresh, old] })
  })

  test('of a file that rotted are told as gone bad', async () => {
    const tools = quick(testTools())
    const old = await pushed(tools, Buffer.from('one'))
    await watched(tools)
    tools.clock.passSeconds(60)
    await pushed(tools, Buffer.from('two'))
    await watched(tools)
    tools.clock.passSeconds(31 * daySeconds)
    // The store itself says that nothing changed: the ETag is the same.
    const there = tools.store.objects.get(keyOf(old))
    if (!there) throw new Error('it was just put')
    tools.store.objects.set(keyOf(old), { ...there, bytes: Buffer.from('0ne') })
    await watched(tools)
    expect(await stateOf(tools)).toMatchObject({ wentBad: [{ id: old, word: 'failed' }] })
  })
})

describe('the example in lib/databases.ts', () => {
  const databases = { tokens: {}, demo: { isExample: true } } as const

  test('is neither missed nor shown while nobody uses it', async () => {
    const slack = fakeChannel('slack')
    const tools = { ...testTools({ databases }), notifier: fakeNotifier([slack]) }
    await watched(tools)
    tools.clock.passSeconds(3 * daySeconds)
    await watched(tools)
    expect(
      slack.heard.flatMap(({ database, kind }) =>
        database === undefined ? [] : [[database, kind]],
      ),
    ).toEqual([['tokens', 'backup.never']])
    expect(Object.keys((await readWatchState(tools))?.databases ?? {})).toEqual(['tokens'])
    expect((await readOverview(tools)).databases.map(({ database }) => database)).toEqual([
      'tokens',
    ])
    expect(await readAlone(tools, 'demo')).toBeUndefined()
  })

  test('is heard of like any other from its first ticket on', async () => {
    const tools = testTools({ databases })
    await claimed(tools, 'announced', 'demo')
    await watched(tools)
    expect(Object.keys((await readWatchState(tools))?.databases ?? {})).toEqual(['demo', 'tokens'])
    expect((await readAlone(tools, 'demo'))?.one.database).toBe('demo')
  })

  test('what an earlier build missed of it is over', async () => {
    const slack = fakeChannel('slack')
    const before = {
      ...testTools({ databases: { demo: {} } }),
      notifier: fakeNotifier([slack]),
    }
    await watched(before)
    before.clock.passSeconds(3 * daySeconds)
    await watched(before)
    const settings = { ...before.settings, databases: { demo: { isExample: true } } as const }
    const tools = { ...before, settings }
    before.clock.passSeconds(3 * hourSeconds)
    await watched(tools)
    expect(
      slack.heard.flatMap(({ database, status, kind }) =>
        database === 'demo' ? [`${status} ${kind}`] : [],
      ),
    ).toEqual(['firing backup.never', 'resolved backup.never'])
  })
})

/** One of everything that a run may meet. */
const troubled = async () => {
  const tools = quick(testTools({ databases: { tokens: {}, never: {} } }))
  const healed = await pushed(tools, Buffer.from('one'))
  await verifySnapshot(nameOf(healed), tools)
  tools.store.objects.delete(`${keyOf(healed)}.sha256`)
  const lost = await claimed(tools, 'lost')
  tools.clock.passSeconds(3 * hourSeconds)
  await tools.store.put('backups/tokens_2026-02-28.db', Buffer.from('old'))
  await tools.store.put('backups/notes.txt', Buffer.from('notes'))
  await tools.store.put('backups/tokens/notes.txt', Buffer.from('notes'))
  await pushed(tools, Buffer.from('damaged two'), { database: 'sessions' })
  return { tools, healed, lost }
}

/** What stands in the bucket and what is known of it, but for the times at which it was found. */
const picture = async (tools: TestTools) => {
  const state = await readWatchState(tools)
  const words: Record<string, string | undefined> = {}
  for (const key of tools.store.objects.keys()) {
    const id = key.slice(key.lastIndexOf('/') + 1).replace(/\.entry\.json$/, '')
    if (key.endsWith('.entry.json')) words[id] = await wordIn(tools, id)
  }
  const databases = Object.entries(state?.databases ?? {}).map(([name, one]) => {
    const { copies, sizeBytes, missing, strangers, newest, newestSound, unjudged } = one
    const told = { copies, sizeBytes, missing, strangers, unjudged }
    return [name, { ...told, newest: newest?.id, newestSound: newestSound?.id }]
  })
  return {
    keys: [...tools.store.objects.keys()].toSorted(),
    words,
    databases: Object.fromEntries(databases),
    strangers: state?.strangers,
    faults: state?.faults,
  }
}

describe('two runs at once', () => {
  test('do no harm: it ends as after one of them', async () => {
    const alone = await troubled()
    await watched(alone.tools)
    await watched(alone.tools)
    const { tools } = await troubled()
    const answers = await Promise.all([watched(tools), watched(tools)])
    expect(answers.flatMap(({ faults }) => faults)).toEqual([])
    await watched(tools)
    expect(await picture(tools)).toEqual(await picture(alone.tools))
  })
})

describe('a store that is away', () => {
  test.each(some([{ when: 'before' }, { when: 'after' }] as const, 1))(
    'at any one request never leaves a wrong state, $when it is done: the next run mends it',
    async ({ when }) => {
      const alone = await troubled()
      await watched(alone.tools)
      await watched(alone.tools)
      const whole = await picture(alone.tools)
      for (let nth = 0; ; nth += isThorough ? 1 : 5) {
        const { tools, lost } = await troubled()
        const { tools: broken, asked } = awayAt(tools, nth, when)
        const answer = await watched(broken).catch((thrown: unknown) => thrown)
        if (asked() <= nth) {
          expect(nth).toBeGreaterThan(20)
          break
        }
        const half = await readWatchState(tools)
        for (const one of Object.values(half?.databases ?? {})) {
          expect(one.missing.every(({ id }) => id === lost)).toBe(true)
          expect(one.newestSound?.word ?? 'passed').toBe('passed')
        }
        tools.clock.passSeconds(1800)
        await watched(tools)
        tools.clock.passSeconds(1800)
        await watched(tools)
        const mended = await picture(tools)
        expect({ nth, answer, ...mended }).toEqual({ nth, answer, ...whole })
      }
    },
  )
})

describe('the line that sha256sum reads', () => {
  test('is healed of every sound copy, overruled ones too, and of no other', async () => {
    const tools = quick(testTools())
    const ids: string[] = []
    for (const content of ['one', 'damaged two', 'damaged three']) {
      ids.push(await pushed(tools, Buffer.from(content)))
      await verifySnapshot(nameOf(ids.at(-1) ?? ''), tools)
    }
    const at = tools.clock.now().toISOString()
    const accepted = { at, by: 'ada', reason: 'known', checks: ['structure' as const] }
    await changeEntry(tools, nameOf(ids[2] ?? ''), (entry) => ({ ...entry, accepted }))
    tools.store.objects.delete(`${keyOf(ids[0] ?? '')}.sha256`)
    await watched(tools)
    const has = ids.map((id) => tools.store.objects.has(`${keyOf(id)}.sha256`))
    expect(has).toEqual([true, false, true])
  })
})
