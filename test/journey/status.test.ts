import { describe, expect, test } from 'vitest'

import { readStatus } from '../../lib/journey/status'
import { verdict } from '../../lib/journey/verdict'
import { watch } from '../../lib/journey/watch'
import { testTools } from '../fakes/tools'
import { quick, stock, stockedNames } from '../fixtures/buckets'
import { sound, withZeroedPage } from '../fixtures/databases'
import { pushed } from '../fixtures/requests'
import { counted, tally } from '../fixtures/store-calls'

describe('status', () => {
  test('shows a database that was promised and never came', async () => {
    expect(await readStatus(testTools())).toEqual({
      generatedAt: '2026-03-01T01:00:00.000Z',
      databases: [
        { database: 'tokens', newest: undefined, newestSound: undefined, copies: 0, sizeBytes: 0 },
      ],
      sets: [],
    })
  })

  test('tells the newest copy from the newest sound one', async () => {
    const tools = testTools()
    const good = await pushed(tools, sound())
    await verdict.run({ ticket: good }, tools)
    tools.clock.passSeconds(2)
    const bad = await pushed(tools, withZeroedPage())
    await verdict.run({ ticket: bad }, tools)
    const { databases } = await readStatus(tools)
    expect(databases).toMatchObject([
      { newest: { ticket: bad, verdict: 'failed' }, newestSound: { ticket: good }, copies: 2 },
    ])
  })

  test('judges databases that were pushed together as a set', async () => {
    const tools = testTools()
    const of = { set: '20260301T010000Z-7', set_size: 2 }
    const one = await pushed(tools, sound(10), of)
    await verdict.run({ ticket: one }, tools)
    expect((await readStatus(tools)).sets).toMatchObject([
      { state: 'waiting', databases: ['tokens'] },
    ])
    const two = await pushed(tools, sound(11), { ...of, database: 'sessions' })
    await verdict.run({ ticket: two }, tools)
    expect((await readStatus(tools)).sets).toEqual([
      {
        id: of.set,
        databases: ['sessions', 'tokens'],
        state: 'restorable',
        why: 'sound and of one moment: sessions, tokens',
      },
    ])
  })

  test('is read from what is known: a listing, and one read for each database', async () => {
    const tools = testTools({ databases: {} })
    await stock(tools, stockedNames(30), 24)
    const { tools: seen, calls } = counted(tools)
    const { databases } = await readStatus(seen)
    expect(databases).toHaveLength(30)
    expect(databases[0]).toMatchObject({ copies: 24, sizeBytes: 24 * 8192 })
    expect(tally(calls)).toEqual({ files: 1, pages: 4, read: 30 })
  })

  test('shows files of older scripts, in their place among the pushed ones', async () => {
    const tools = quick(testTools())
    await tools.store.put('backups/tokens_2026-02-28.db', Buffer.from('one'))
    const answer = await watch.run({}, tools)
    const [adopted] = answer.verified
    const [before] = (await readStatus(tools)).databases
    expect(before).toMatchObject({
      database: 'tokens',
      newest: { ticket: adopted, verdict: 'passed', takenAt: '2026-02-28T00:00:00.000Z' },
      newestSound: { ticket: adopted },
      copies: 1,
      sizeBytes: 3,
    })
    const id = await pushed(tools, Buffer.from('two'))
    const [after] = (await readStatus(tools)).databases
    expect(after).toMatchObject({
      newest: { ticket: id, verdict: 'pending' },
      newestSound: { ticket: adopted },
      copies: 2,
    })
  })

  test('calls no copy sound that is not the one that was judged', async () => {
    const tools = quick(testTools())
    const id = await pushed(tools, Buffer.from('one'))
    await watch.run({}, tools)
    await tools.store.put(`backups/tokens/2026/03/${id}.db`, Buffer.from('two'))
    const { databases } = await readStatus(tools)
    expect(databases).toMatchObject([{ newest: { ticket: id, verdict: 'pending' } }])
    expect(databases[0]?.newestSound).toBeUndefined()
  })

  test('counts no copy without its file, without its entry, or with a forged one', async () => {
    const tools = quick(testTools())
    const ids: string[] = []
    for (const content of ['one', 'two', 'three'])
      ids.push(await pushed(tools, Buffer.from(content)))
    await watch.run({}, tools)
    const base = (nth: number) => `backups/tokens/2026/03/${ids[nth]}`
    tools.store.objects.delete(`${base(0)}.db`)
    tools.store.objects.delete(`${base(1)}.entry.json`)
    await tools.store.put(`${base(2)}.entry.json`, Buffer.from('{}'))
    const { databases } = await readStatus(tools)
    expect(databases).toMatchObject([{ copies: 0, sizeBytes: 0 }])
    expect(databases[0]?.newest).toBeUndefined()
  })

  test('is in the order of names', async () => {
    const tools = testTools({ databases: { tokens: {}, a: {}, '0': {} } })
    await pushed(tools, sound(10), { database: 'm' })
    const { databases } = await readStatus(tools)
    expect(databases.map(({ database }) => database)).toEqual(['0', 'a', 'm', 'tokens'])
  })

  test('is not to be had from a store that is away', async () => {
    const tools = testTools()
    await pushed(tools, sound(10))
    for (const method of ['files', 'pages', 'read'] as const) {
      tools.store.failNext(method)
      await expect(readStatus(tools)).rejects.toMatchObject({ code: 'store-unreachable' })
    }
  })
})
