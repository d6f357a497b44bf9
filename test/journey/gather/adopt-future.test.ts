import { describe, expect, test } from 'vitest'

import { readEntry } from '../../../lib/journey/bucket/ledger'
import { readWatchState } from '../../../lib/journey/bucket/watch-state'
import { readOverview } from '../../../lib/journey/overview'
import { prune } from '../../../lib/journey/prune'
import { restore } from '../../../lib/journey/restore'
import { parseKey } from '../../../lib/rules/copy/snapshot'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import { sqliteOf, testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { watched } from '../../fixtures/bucket/watching'
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
  test('is taken in over some runs, newest first, and how many wait is said', async () => {
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
