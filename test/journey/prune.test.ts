import { describe, expect, test } from 'vitest'

import { serve } from '../../lib/edge/serve'
import { Fault } from '../../lib/faults'
import { changeEntry, parseTicket, readEntry } from '../../lib/journey/bucket/ledger'
import { readPruneState } from '../../lib/journey/bucket/prune-state'
import { planDatabase } from '../../lib/journey/gather/plan'
import { applyPlan, prune } from '../../lib/journey/prune'
import { restore } from '../../lib/journey/restore'
import { watch } from '../../lib/journey/watch'
import type { Store } from '../../lib/ports'
import { withLetGo, withPin } from '../../lib/rules/copy/care'
import { isThorough } from '../cases'
import { jsonShapes } from '../cli/json-shapes'
import { fakeChannel, fakeNotifier } from '../fakes/channels'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { keepCopy, keepDays, storedIds } from '../fixtures/told/kept'
import { planTheDayBefore } from '../fixtures/told/leaving'

const withTime = (tools: TestTools): TestTools => ({
  ...tools,
  deadlineAt: new Date(tools.clock.now().getTime() + 840_000),
})

const make = () => withTime(testTools({ databases: {} }))

const hand = { at: '2026-03-01T02:00:00.000Z', by: 'ann' }

/** Everything under the prefix, but for the folders that are ours alone. */
const keysOf = (tools: TestTools) =>
  [...tools.store.objects.keys()].filter((key) => !key.includes('/_')).toSorted()

const journal = (tools: TestTools, kind: 'plan' | 'result') =>
  [...tools.store.objects]
    .filter(([key]) => key.includes('/_journal/') && key.endsWith(`.${kind}.json`))
    .map(([, { bytes }]) => {
      const { payload } = JSON.parse(bytes.toString()) as { payload: string }
      return JSON.parse(Buffer.from(payload, 'base64').toString()) as Record<string, unknown>
    })

/** Twenty days: seven daily, four weekly, two monthly hold eleven of them. */
const twentyDays = async (tools: TestTools) => {
  const ids = await keepDays(tools, 20)
  await planTheDayBefore(tools)
  const plan = await planDatabase(tools, 'tokens', {
    now: tools.clock.now(),
    heartbeatAt: undefined,
  })
  const going = plan.copies.filter(({ keep }) => !keep).map(({ id }) => id)
  return { ids, plan, going }
}

describe('prune', () => {
  test('lets go of exactly what its plan names, with the side objects, and journals both', async () => {
    const tools = make()
    const { ids, going } = await twentyDays(tools)
    expect(going.length).toBeGreaterThan(5)
    const answer = await prune.run({}, tools)
    expect(answer.faults).toEqual([])
    expect(answer.databases[0]?.result?.removed).toEqual(going.toReversed())
    const told = answer.databases.map(({ plan, result }) => ({ plans: [plan], results: [result] }))
    for (const one of JSON.parse(JSON.stringify(told)))
      expect(jsonShapes.prune.safeParse(one).error).toBeUndefined()
    expect(storedIds(tools)).toEqual(ids.filter((id) => !going.includes(id)))
    for (const id of going) expect(keysOf(tools).some((key) => key.includes(id))).toBe(false)
    expect(journal(tools, 'plan')).toMatchObject([{ database: 'tokens', copies: { length: 20 } }])
    expect(journal(tools, 'result')).toMatchObject([
      { removed: going.toReversed(), spared: [], unfinished: [], stillThere: [] },
    ])
  })

  test('has nothing to do the second time, and journals nothing then', async () => {
    const tools = make()
    await twentyDays(tools)
    await prune.run({}, tools)
    const after = keysOf(tools)
    const answer = await prune.run({}, tools)
    expect(answer.databases).toMatchObject([{ result: undefined, plan: { brake: undefined } }])
    expect(keysOf(tools)).toEqual(after)
    expect(journal(tools, 'plan')).toHaveLength(1)
  })

  test('writes the plan before anything else, and deletes nothing when it cannot', async () => {
    const tools = make()
    const { ids } = await twentyDays(tools)
    const put = tools.store.put.bind(tools.store)
    const store: Store = {
      ...tools.store,
      put: (key, bytes) =>
        key.includes('/_journal/') ? Promise.reject(new Error('away')) : put(key, bytes),
    }
    const answer = await prune.run({}, { ...tools, store })
    expect(answer.faults).toHaveLength(1)
    expect(storedIds(tools)).toEqual(ids)
  })

  test('touches no key that is not its own', async () => {
    const tools = make()
    await twentyDays(tools)
    const foreign = [
      'backups/notes.txt',
      'backups/tokens/notes.db',
      'backups/tokens/2026/02/tokens_2026-02-10T010000Z_zzzzzz.db',
      'backups/tokens/2026/02/tokens_2026-02-10T010000Z_abcdef.db',
      'backups/tokens_2025-07-04.db',
      'backups/TOKENS/2026/02/a.db',
    ]
    for (const key of foreign) await tools.store.put(key, Buffer.from('theirs'))
    const answer = await prune.run({}, tools)
    expect(answer.databases[0]?.result?.removed.length).toBeGreaterThan(5)
    for (const key of foreign) expect(tools.store.objects.has(key), key).toBe(true)
    expect(answer.databases[0]?.plan.notes).toEqual([
      '3 files that nobody announced: not ours to let go.',
    ])
  })

  test('lets nothing go while the newest copy failed, and says so', async () => {
    const tools = make()
    const { ids } = await twentyDays(tools)
    tools.clock.passSeconds(3600)
    const bad = await keepCopy(tools, { daysAgo: 0, outcome: 'failed' })
    const answer = await prune.run({}, withTime(tools))
    expect(storedIds(tools)).toEqual([bad, ...ids])
    expect(answer.databases[0]?.plan.brake).toBe(
      `Nothing is deleted: the newest copy, ${bad}, failed.`,
    )
    expect(await readPruneState(tools)).toMatchObject({
      databases: { tokens: { kept: 21, removed: 0, brake: answer.databases[0]?.plan.brake } },
    })
  })

  test('lets nothing go while the database is late, unless its host says that nothing changed', async () => {
    const tools = make()
    const { ids, going } = await twentyDays(tools)
    tools.clock.passSeconds(27 * 3600)
    expect((await prune.run({}, withTime(tools))).databases[0]?.plan.brake).toMatch(/is late/)
    expect(storedIds(tools)).toEqual(ids)
    await tools.store.put('backups/_state/tokens/heartbeat.json', Buffer.from('{}'))
    await planTheDayBefore(tools)
    const answer = await prune.run({}, withTime(tools))
    expect(answer.databases[0]?.plan.brake).toBeUndefined()
    expect(answer.databases[0]?.result?.removed).toEqual(expect.arrayContaining(going.slice(1)))
  })

  test('lets nothing go when most would go at once; a person may lift that', async () => {
    const tools = make()
    const ids = await keepDays(tools, 60)
    expect((await prune.run({}, tools)).databases[0]?.plan.brake).toMatch(/more than 50 % at once/)
    expect(storedIds(tools)).toEqual(ids)
    const plan = await planDatabase(tools, 'tokens', {
      now: tools.clock.now(),
      heartbeatAt: undefined,
      mayLetGoOfMany: true,
    })
    expect((await applyPlan(plan, tools)).removed.length).toBeGreaterThan(40)
  })

  test('spares what was pinned, restored or judged anew after the plan was made', async () => {
    const tools = make()
    const { plan, going } = await twentyDays(tools)
    const [pinned = '', handedOut = ''] = going
    await changeEntry(tools, parseTicket(pinned), (entry) => withPin(entry, hand, ''))
    await restore.run({ database: 'tokens', at: handedOut }, tools)
    const result = await applyPlan(plan, tools)
    expect(result.spared.map(({ id }) => id).toSorted()).toEqual([pinned, handedOut].toSorted())
    expect(storedIds(tools)).toEqual(expect.arrayContaining([pinned, handedOut]))
  })

  test('keeps a copy whose address was given out, for a day', async () => {
    const tools = make()
    const { going } = await twentyDays(tools)
    const [handedOut = ''] = going
    await restore.run({ database: 'tokens', at: handedOut }, tools)
    const fate = async () => {
      const { databases } = await prune.run({}, withTime(tools))
      return databases[0]?.plan.copies.find(({ id }) => id === handedOut)
    }
    expect(await fate()).toMatchObject({
      keep: true,
      reasons: ['its address was given out within the last day'],
    })
    tools.clock.passSeconds(25 * 3600)
    await keepCopy(tools, { daysAgo: 0 })
    expect(await fate()).toMatchObject({ keep: true, leavesAt: '2026-03-03T01:00:00.000Z' })
    tools.clock.passSeconds(24 * 3600)
    await keepCopy(tools, { daysAgo: 0 })
    expect(await fate()).toMatchObject({ keep: false })
    expect(storedIds(tools)).not.toContain(handedOut)
  })

  test('hands out no copy that is just being let go', async () => {
    const tools = make()
    const { going, ids } = await twentyDays(tools)
    const [leaving = ''] = going
    const name = parseTicket(leaving)
    await changeEntry(tools, name, (entry) => withLetGo(entry, tools.clock.now()))
    const asked = restore.run({ database: 'tokens', at: leaving }, tools)
    await expect(asked).rejects.toMatchObject({ code: 'not-found' })
    // A run that was killed over it leaves the mark behind: an hour later it is a copy like others.
    tools.clock.passSeconds(3600)
    expect(await restore.run({ database: 'tokens', at: leaving }, tools)).toMatchObject({
      copy: { ticket: leaving },
    })
    expect(storedIds(tools)).toEqual(ids)
  })

  test('stops before its time is over, and goes on the next day', async () => {
    const tools = make()
    const { going } = await twentyDays(tools)
    let asked = 0
    const remove = tools.store.remove.bind(tools.store)
    const store: Store = {
      ...tools.store,
      remove: async (key) => {
        asked += 1
        if (asked === 6) tools.clock.passSeconds(830)
        await remove(key)
      },
    }
    const first = (await prune.run({}, { ...tools, store })).databases[0]?.result
    expect(first?.removed).toHaveLength(2)
    expect(first?.left).toHaveLength(going.length - 2)
    const second = (await prune.run({}, withTime(tools))).databases[0]?.result
    expect(second?.removed).toHaveLength(going.length - 2)
  })

  test('one database’s trouble does not keep the others from being looked after', async () => {
    const tools = make()
    await twentyDays(tools)
    await keepDays(tools, 20, 'sessions')
    const list = tools.store.list.bind(tools.store)
    const store: Store = {
      ...tools.store,
      list: (prefix) =>
        prefix.includes('sessions') ? Promise.reject(new Error('away')) : list(prefix),
    }
    const answer = await prune.run({}, { ...tools, store })
    expect(answer.databases.map(({ plan }) => plan.database)).toEqual(['tokens'])
    expect(answer.faults).toHaveLength(1)
    expect(answer.faults[0]).toMatch(/^sessions: /)
  })

  test('brings to an end what a killed run left, whatever call it was killed at', async () => {
    for (let deadAt = 1; deadAt <= 30; deadAt += isThorough ? 1 : 4) {
      const tools = make()
      const { going, ids } = await twentyDays(tools)
      let calls = 0
      const dying = <Method extends 'remove' | 'put' | 'replace'>(method: Method) =>
        ((...args: Parameters<Store[Method]>) => {
          calls += 1
          // Dead from here on: neither this call nor any later one reaches the store.
          if (calls >= deadAt) return new Promise(() => undefined)
          return (tools.store[method] as (...all: typeof args) => Promise<unknown>)(...args)
        }) as Store[Method]
      const store: Store = {
        ...tools.store,
        remove: dying('remove'),
        put: dying('put'),
        replace: dying('replace'),
      }
      const run = prune.run({}, { ...tools, store })
      await Promise.race([
        run,
        new Promise((resolve) => setImmediate(() => setTimeout(resolve, 1))),
      ])
      // What looks restorable is: every entry that is listed with its file hands out that file.
      const plans = journal(tools, 'plan').length
      expect(storedIds(tools).length === ids.length || plans > 0, `dead at ${deadAt}`).toBe(true)
      tools.clock.passSeconds(7200)
      await prune.run({}, withTime(tools))
      expect(storedIds(tools), `dead at ${deadAt}`).toEqual(ids.filter((id) => !going.includes(id)))
      for (const id of going) {
        expect(
          keysOf(tools).filter((key) => key.includes(id)),
          `dead at ${deadAt}`,
        ).toEqual([])
      }
    }
  })

  test('two runs beside one another do what one does', async () => {
    const tools = make()
    const { ids, going } = await twentyDays(tools)
    const answers = await Promise.all([prune.run({}, tools), prune.run({}, tools)])
    for (const { faults } of answers) expect(faults).toEqual([])
    expect(storedIds(tools)).toEqual(ids.filter((id) => !going.includes(id)))
    expect(keysOf(tools).filter((key) => going.some((id) => key.includes(id)))).toEqual([])
  })

  test('beside a watch, nothing comes back and nothing is missed', async () => {
    const tools = make()
    const { ids, going } = await twentyDays(tools)
    await Promise.all([prune.run({}, tools), watch.run({}, tools)])
    await watch.run({}, tools)
    expect(storedIds(tools)).toEqual(ids.filter((id) => !going.includes(id)))
    expect(keysOf(tools).filter((key) => going.some((id) => key.includes(id)))).toEqual([])
  })

  test('says what is still listed after it was deleted', async () => {
    const tools = make()
    const { going } = await twentyDays(tools)
    const store: Store = { ...tools.store, remove: async () => undefined }
    const answer = await prune.run({}, { ...tools, store })
    expect(answer.databases[0]?.result?.stillThere).toHaveLength(going.length * 3)
    expect(answer.databases[0]?.faults[0]).toMatch(/was deleted, and is still listed\.$/)
  })

  test('refuses a plan that would let go of the newest sound copy', async () => {
    const tools = make()
    const { plan, ids } = await twentyDays(tools)
    const copies = plan.copies.map((copy, index) => (index === 0 ? { ...copy, keep: false } : copy))
    await expect(applyPlan({ ...plan, copies }, tools)).rejects.toMatchObject({ code: 'internal' })
    expect(storedIds(tools)).toEqual(ids)
  })

  test('keeps everything of a database of which all is to be kept', async () => {
    const tools = withTime(testTools({ databases: { tokens: { keep: 'all' } } }))
    const ids = await keepDays(tools, 20)
    const answer = await prune.run({}, tools)
    expect(answer.databases[0]).toMatchObject({ result: undefined, plan: { policy: 'every copy' } })
    expect(storedIds(tools)).toEqual(ids)
  })

  test('lets go of a claim whose upload never came, after a month', async () => {
    const tools = make()
    await keepDays(tools, 3)
    const claim = await keepCopy(tools, { daysAgo: 31, outcome: 'pending' })
    const young = await keepCopy(tools, { daysAgo: 29, outcome: 'pending' })
    for (const id of [claim, young]) {
      const entry = (await readEntry(tools, parseTicket(id)))?.entry
      tools.store.objects.delete(entry?.key ?? '')
    }
    const answer = await prune.run({}, tools)
    expect(answer.databases[0]?.plan.leftovers).toMatchObject([
      { id: claim, reason: 'announced more than 30 days ago, and never came' },
    ])
    expect(await readEntry(tools, parseTicket(claim))).toBeUndefined()
    expect(await readEntry(tools, parseTicket(young))).toBeDefined()
  })

  test('is for the platform alone, and tells what it did line by line', async () => {
    const tools = make()
    const { going } = await twentyDays(tools)
    const main = serve(prune, () => tools)
    const web = { http: { method: 'POST', headers: {}, path: '', body: '', queryString: '' } }
    expect((await main(web)).statusCode).toBe(403)
    const lines = prune.lines(await prune.run({ database: 'tokens' }, tools))
    expect(lines[0]).toEqual(['kept', `tokens ${20 - going.length}`])
    expect(lines.filter(([key]) => key === 'removed')).toHaveLength(going.length)
  })
})

describe('a run that has no time for all', () => {
  const most = (tools: TestTools, seconds: number): TestTools => {
    const { store } = tools
    const list = (prefix: string) => {
      tools.clock.passSeconds(seconds)
      return store.list(prefix)
    }
    return { ...withTime(tools), store: { ...store, list } }
  }

  test('is taken up by the next: whoever waited longest comes first, and that it waits is known', async () => {
    const tools = make()
    for (const database of ['a', 'b', 'c', 'd']) await keepDays(tools, 2, database)
    const reached = async () => {
      const { databases, left } = await prune.run({}, most(tools, 400))
      tools.clock.passSeconds(86_400)
      return [databases.map(({ plan }) => plan.database).join(''), left.join('')]
    }
    const first = tools.clock.now().getTime()
    expect(await reached()).toEqual(['abc', 'd'])
    const state = await readPruneState(tools)
    expect(Object.keys(state?.waiting ?? {})).toEqual(['d'])
    expect(Date.parse(state?.waiting?.['d'] ?? '')).toBe(first)
    expect(await reached()).toEqual(['dab', 'c'])
    expect(Object.keys((await readPruneState(tools))?.waiting ?? {})).toEqual(['c'])
    expect(await reached()).toEqual(['cab', 'd'])
  })

  test('and one that could not be planned waits as well, since it first could not', async () => {
    const tools = make()
    await keepDays(tools, 2)
    const { store } = tools
    const list = () => Promise.reject(new TypeError('it broke'))
    await prune.run({}, { ...withTime(tools), store: { ...store, list } })
    const waiting = (await readPruneState(tools))?.waiting
    tools.clock.passSeconds(86_400)
    await prune.run({}, { ...withTime(tools), store: { ...store, list } })
    expect(waiting).toHaveProperty('tokens')
    expect((await readPruneState(tools))?.waiting).toEqual(waiting)
    await prune.run({}, withTime(tools))
    expect((await readPruneState(tools))?.waiting).toEqual({})
  })
})

describe('deletes that the bucket refuses', () => {
  test('are told by the watch on the second night, and no longer once they are done', async () => {
    const slack = fakeChannel('slack')
    const tools = { ...make(), notifier: fakeNotifier([slack]) }
    await keepDays(tools, 20)
    await planTheDayBefore(tools)
    const denied = {
      ...tools.store,
      remove: () =>
        Promise.reject(new Fault({ code: 'store-refused', why: 'Access denied.', mend: '' })),
    }
    const night = async (store: Store) => {
      await prune.run({}, withTime({ ...tools, store: { ...tools.store, ...store } }))
      await watch.run({}, withTime(tools))
      return slack.heard.filter(({ kind }) => kind === 'prune.braked').length
    }
    expect(await night(denied)).toBe(0)
    tools.clock.passSeconds(86_400)
    expect(await night(denied)).toBe(1)
    const { faults } = (await readPruneState(tools))?.databases['tokens'] ?? {}
    expect(faults?.[0]).toContain('Access denied.')
    tools.clock.passSeconds(86_400)
    await night(tools.store)
    expect((await readPruneState(tools))?.databases['tokens']?.faultsSince).toBeUndefined()
  })
})

describe('the second look', () => {
  const aDay = 24 * 3600

  /** A night later, with the copy of that day. */
  const nightAfter = async (tools: TestTools) => {
    tools.clock.passSeconds(aDay)
    await keepCopy(tools, { daysAgo: 0 })
    return (await prune.run({}, withTime(tools))).databases[0]
  }

  test('lets nothing go in the first night, says what is on its way, and lets it go in the next', async () => {
    const tools = make()
    const ids = await keepDays(tools, 20)
    const first = (await prune.run({}, tools)).databases[0]
    expect(first?.result).toBeUndefined()
    expect(storedIds(tools)).toEqual(ids)
    const leaving = first?.plan.copies.filter(({ leavesAt }) => leavesAt !== undefined) ?? []
    expect(leaving.length).toBeGreaterThan(5)
    expect(leaving.every(({ keep }) => keep)).toBe(true)
    const [{ leavesAt: firstAt = '' } = {}] = leaving
    expect((await readPruneState(tools))?.databases['tokens']).toMatchObject({
      kept: 20,
      leaving: { copies: leaving.length, firstAt },
    })
    const second = await nightAfter(tools)
    const stillGoing = leaving.map(({ id }) => id).filter((id) => !storedIds(tools).includes(id))
    expect(second?.result?.removed.toSorted()).toEqual(stillGoing.toSorted())
    expect(stillGoing.length).toBeGreaterThan(5)
  })

  test('spares what was pinned, fetched or judged anew in between', async () => {
    const tools = make()
    await keepDays(tools, 20)
    const plan = (await prune.run({}, tools)).databases[0]?.plan
    const [pinned = '', fetched = '', judged = '', ...others] = (plan?.copies ?? [])
      .filter(({ leavesAt }) => leavesAt !== undefined)
      .map(({ id }) => id)
    await changeEntry(tools, parseTicket(pinned), (entry) => withPin(entry, hand, ''))
    await restore.run({ database: 'tokens', at: fetched }, tools)
    await changeEntry(tools, parseTicket(judged), (entry) => ({
      ...entry,
      verdict: entry.verdict && { ...entry.verdict, outcome: 'warned' },
    }))
    await nightAfter(tools)
    const there = storedIds(tools)
    expect(there).toEqual(expect.arrayContaining([pinned, fetched, judged]))
    expect(others.filter((id) => !there.includes(id)).length).toBeGreaterThan(3)
    await nightAfter(tools)
    await nightAfter(tools)
    expect(storedIds(tools).filter((id) => [pinned, fetched, judged].includes(id))).toEqual([
      pinned,
    ])
  })

  test('lets go of what was opened again in between, and found as before', async () => {
    const tools = make()
    await keepDays(tools, 20)
    const plan = (await prune.run({}, tools)).databases[0]?.plan
    const leaving = (plan?.copies ?? []).filter(({ leavesAt }) => leavesAt !== undefined)
    for (const { id } of leaving)
      await changeEntry(tools, parseTicket(id), (entry) => ({
        ...entry,
        verdict: entry.verdict && { ...entry.verdict, at: tools.clock.now().toISOString() },
      }))
    const removed = (await nightAfter(tools))?.result?.removed ?? []
    expect(removed.length).toBeGreaterThan(5)
    expect(leaving.map(({ id }) => id)).toEqual(expect.arrayContaining(removed))
  })

  test('begins anew after a brake', async () => {
    const tools = make()
    const ids = await keepDays(tools, 20)
    await prune.run({}, tools)
    tools.clock.passSeconds(aDay)
    await keepCopy(tools, { daysAgo: 0, outcome: 'failed' })
    await prune.run({}, withTime(tools))
    const after = await nightAfter(tools)
    expect(after?.result).toBeUndefined()
    expect(storedIds(tools)).toEqual(expect.arrayContaining(ids))
    expect((await nightAfter(tools))?.result?.removed.length).toBeGreaterThan(5)
  })
})
