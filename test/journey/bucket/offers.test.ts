import { describe, expect, test } from 'vitest'

import { isKnown, offerOf, offersOf } from '../../../lib/journey/bucket/offers'
import { listShelves } from '../../../lib/journey/bucket/shelves'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf } from '../../fixtures/bucket/buckets'
import { counted, tally } from '../../fixtures/bucket/store-calls'
import { ofNewerBuild } from '../../fixtures/newer'
import { keepCopy } from '../../fixtures/told/kept'

const entryOf = (id: string) => entryKey('backups/', nameOf(id))
const fileOf = (id: string) => entryOf(id).replace('.entry.json', '.db')

const offered = async (tools: TestTools, id: string) => {
  const shelf = (await listShelves(tools, 'tokens')).find(({ name }) => name.id === id)
  return shelf && offerOf(shelf, tools)
}

describe('what stands under a ticket', () => {
  test.each([
    { outcome: 'passed', why: 'Its verdict is passed.' },
    { outcome: 'unmet', why: 'schema unmet' },
    { outcome: 'failed', why: 'structure failed' },
    { outcome: 'pending', why: 'It has no verdict yet.' },
  ] as const)('is its entry, its word and why: $outcome', async ({ outcome, why }) => {
    const tools = testTools()
    const id = await keepCopy(tools, { daysAgo: 1, outcome })
    const found = await offered(tools, id)
    expect(found).toMatchObject({ id, word: outcome, why, entry: { id } })
    expect(found?.at).toEqual(nameOf(id).at)
    expect(found && isKnown(found)).toBe(true)
  })

  test('is nothing known where the entry is not ours, and where a newer build wrote it', async () => {
    const tools = testTools()
    const forged = await keepCopy(tools, { daysAgo: 1 })
    const newer = await keepCopy(tools, { daysAgo: 2 })
    await tools.store.put(entryOf(forged), Buffer.from('{}'))
    await ofNewerBuild(tools, entryOf(newer))
    const found = [await offered(tools, forged), await offered(tools, newer)]
    expect(found).toMatchObject([
      { word: 'untrusted', why: 'Its entry does not carry our signature.' },
      { word: 'unknown', why: 'A newer Snapproof wrote it; deploy that one.' },
    ])
    expect(found.map((one) => one && isKnown(one))).toEqual([false, false])
  })

  test('waits for a verdict where it is another file than the one that was judged', async () => {
    const tools = testTools()
    const id = await keepCopy(tools, { daysAgo: 1 })
    await tools.store.put(fileOf(id), Buffer.from('another file'))
    expect(await offered(tools, id)).toMatchObject({
      word: 'pending',
      why: 'Another file stands under its name than the one that was judged.',
    })
  })

  test('is nothing where the file that the entry means is gone', async () => {
    const tools = testTools()
    const id = await keepCopy(tools, { daysAgo: 1 })
    tools.store.objects.delete(fileOf(id))
    await tools.store.put(`${fileOf(id)}.gz`, Buffer.from('another file'))
    expect(await offered(tools, id)).toBeUndefined()
  })

  test('is not told where the store is away', async () => {
    const tools = testTools()
    const id = await keepCopy(tools, { daysAgo: 1 })
    const [shelf] = await listShelves(tools, 'tokens')
    tools.store.failNext('read')
    await expect(shelf && offerOf(shelf, tools)).rejects.toMatchObject({
      code: 'store-unreachable',
    })
    expect(shelf?.name.id).toBe(id)
  })
})

describe('what stands there', () => {
  test('comes newest first, without what nobody announced or what is gone', async () => {
    const tools = testTools()
    const ids = [
      await keepCopy(tools, { daysAgo: 1 }),
      await keepCopy(tools, { daysAgo: 2, outcome: 'failed' }),
      await keepCopy(tools, { daysAgo: 3 }),
    ]
    const gone = await keepCopy(tools, { daysAgo: 4 })
    tools.store.objects.delete(fileOf(gone))
    const unannounced = await keepCopy(tools, { daysAgo: 5 })
    tools.store.objects.delete(entryOf(unannounced))
    const found: string[] = []
    for await (const { id } of offersOf(await listShelves(tools, 'tokens'), tools)) found.push(id)
    expect(found).toEqual(ids)
  })

  test('costs one read as long as nobody asks for the next one', async () => {
    const tools = testTools()
    for (const daysAgo of [1, 2, 3]) await keepCopy(tools, { daysAgo })
    const shelves = await listShelves(tools, 'tokens')
    const { tools: seen, calls } = counted(tools)
    const offers = offersOf(shelves, seen)
    await offers.next()
    expect(tally(calls)).toEqual({ read: 1 })
    await offers.next()
    expect(tally(calls)).toEqual({ read: 2 })
  })
})
