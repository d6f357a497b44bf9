/** What a person is handed on the day on which the store itself is the trouble. */
import { describe, expect, test } from 'vitest'

import { changeEntry, parseTicket } from '../../../lib/journey/bucket/ledger'
import { restore } from '../../../lib/journey/restore'
import type { RestoreRequest } from '../../../lib/journey/restore'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { testTools } from '../../fakes/tools'
import { carryAll, emptyFirst, firstAway, withSecond } from '../../fixtures/bucket/second-place'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'
import { findingOf, verdictOf } from '../../fixtures/told/entries'
import { keepCopy, keepDays } from '../../fixtures/told/kept'

const make = async () => {
  const tools = withSecond(testTools({ databases: {} }))
  const ids = await keepDays(tools, 3)
  carryAll(tools)
  const [newest = '', older = ''] = ids
  return { tools, ids, newest, older }
}

const linesOf = async (request: Partial<RestoreRequest>, tools: TwoPlaces) =>
  new Map(restore.lines(await restore.run({ database: 'tokens', ...request }, tools)))

const keyOf = (id: string) => entryKey('backups/', parseTicket(id)).replace(/\.entry\.json$/, '.db')

describe('a restore with two places', () => {
  test('takes the copy of the first, and says nothing of the second', async () => {
    const { tools, newest } = await make()
    const lines = await linesOf({}, tools)
    expect(lines.get('get')).toBe(`memory:get:${keyOf(newest)}`)
    expect(lines.has('from')).toBe(false)
  })

  test.each([
    { name: 'is away', spoil: firstAway, why: /first place is away \(The store is away\)/ },
    { name: 'was emptied', spoil: emptyFirst, why: /no such copy that is sound/ },
    {
      name: 'lost the newest copy, entry and all',
      spoil: (tools: TwoPlaces, id: string) => {
        for (const key of tools.store.objects.keys())
          if (key.includes(id)) tools.store.objects.delete(key)
      },
      why: /does not hold it any more/,
    },
    {
      name: 'lost its file alone',
      spoil: (tools: TwoPlaces, id: string) => void tools.store.objects.delete(keyOf(id)),
      why: /does not hold it any more/,
    },
    {
      name: 'holds another file under its name',
      spoil: (tools: TwoPlaces, id: string) => tools.store.put(keyOf(id), Buffer.from('other')),
      why: /not what was written \(Another file stands under its name/,
    },
    {
      name: 'has an entry of somebody else',
      spoil: (tools: TwoPlaces, id: string) =>
        tools.store.put(entryKey('backups/', parseTicket(id)), Buffer.from('{}')),
      why: /not what was written \(Its entry does not carry our signature/,
    },
    {
      name: 'found its bytes changed',
      spoil: (tools: TwoPlaces, id: string) =>
        changeEntry(tools, parseTicket(id), (entry) => ({
          ...entry,
          verdict: verdictOf('failed', { findings: [findingOf('bytes', 'failed')] }),
        })),
      why: /not what was written/,
    },
  ])('the first $name: the second hands it out, and says why', async ({ spoil, why }) => {
    const { tools, newest } = await make()
    await spoil(tools, newest)
    for (const at of [undefined, newest]) {
      const lines = await linesOf({ at }, tools)
      expect(lines.get('get')).toBe(`second:get:${keyOf(newest)}`)
      expect(lines.get('from')).toMatch(at === undefined ? why : /^the second place: the first/)
      const look = restore.lines(await restore.run({ database: 'tokens', look: 'yes', at }, tools))
      expect(look.at(-1)?.[1]).toMatch(/^from {8}the second place: /)
    }
  })

  test('what the first found wrong inside is not handed out of the second', async () => {
    const { tools, newest, older } = await make()
    await changeEntry(tools, parseTicket(newest), (entry) => ({
      ...entry,
      verdict: verdictOf('failed', { findings: [findingOf('structure', 'failed')] }),
    }))
    expect((await linesOf({}, tools)).get('get')).toBe(`memory:get:${keyOf(older)}`)
    await expect(restore.run({ database: 'tokens', at: newest }, tools)).rejects.toMatchObject({
      code: 'damaged',
    })
  })

  test('a second place that is away, or lags behind, changes nothing', async () => {
    const { tools } = await make()
    tools.clock.passSeconds(3_600)
    const later = await keepCopy(tools, { daysAgo: 0 })
    expect((await linesOf({}, tools)).get('ticket')).toBe(later)
    tools.second.failNext('list', 100)
    expect((await linesOf({}, tools)).get('get')).toBe(`memory:get:${keyOf(later)}`)
  })

  test('where both are away, both are named', async () => {
    const { tools } = await make()
    firstAway(tools)
    tools.second.failNext('list', 100)
    await expect(restore.run({ database: 'tokens' }, tools)).rejects.toMatchObject({
      code: 'store-unreachable',
      why: 'The store is away. In the second place: The store is away.',
    })
  })

  test('a copy that the second never had is told as what the first says of it', async () => {
    const { tools } = await make()
    const asked = restore.run({ database: 'tokens', at: 'tokens_2020-01-01T000000Z_aaaaaa' }, tools)
    await expect(asked).rejects.toMatchObject({ code: 'not-found' })
    firstAway(tools)
    await expect(restore.run({ database: 'tokens', at: 'yesterday' }, tools)).rejects.toMatchObject(
      { code: 'bad-request' },
    )
  })

  test('one place alone is asked where it is named', async () => {
    const { tools, newest } = await make()
    const lines = await linesOf({ place: 'second' }, tools)
    expect(lines.get('get')).toBe(`second:get:${keyOf(newest)}`)
    expect(lines.get('from')).toBe('the second place: as you asked')
    firstAway(tools)
    await expect(restore.run({ database: 'tokens', place: 'first' }, tools)).rejects.toMatchObject({
      code: 'store-unreachable',
    })
  })

  test('sets and differences are told by the second where the first is away', async () => {
    const { tools, newest, older } = await make()
    const of = (entry: Parameters<Parameters<typeof changeEntry>[2]>[0]) => ({
      ...entry,
      claim: { ...entry.claim, set: { id: 'a-set', size: 2 } },
    })
    const at = { ...tools, store: tools.second }
    await changeEntry(at, parseTicket(newest), of)
    firstAway(tools)
    const sets = await restore.run({ database: 'tokens', list: 'sets' }, tools)
    expect(sets).toEqual({ sets: [{ id: 'a-set', size: 2, ticket: newest }] })
    const diff = restore.run({ database: 'tokens', at: older, diff: newest }, tools)
    await expect(diff).rejects.toMatchObject({
      why: 'The store is away. In the second place: One of the two was never opened, so that nothing is known of its rows.',
    })
  })
})
