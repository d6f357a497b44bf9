/**
 * What is refused between the two places, to the letter: whoever reads it has lost one of them, or is about to
 * believe that nothing is lost.
 */
import { describe, expect, test } from 'vitest'

import { parseTicket } from '../../../lib/journey/bucket/ledger'
import { bring } from '../../../lib/journey/carrying/place'
import { parseAt } from '../../../lib/journey/gather/choose'
import { compareCopies } from '../../../lib/journey/gather/copies'
import { askBoth, askEither } from '../../../lib/journey/second/either'
import { bringBack } from '../../../lib/journey/second/rebuild'
import type { CarryingStore } from '../../../lib/ports'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { away } from '../../fakes/memory-store'
import { testTools } from '../../fakes/tools'
import { carryAll, emptyFirst, withSecond } from '../../fixtures/bucket/second-place'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'
import { faultOf } from '../../fixtures/faults'
import { keepCopy } from '../../fixtures/told/kept'

const make = async () => {
  const tools = withSecond(testTools({ databases: {} }))
  const id = await keepCopy(tools, { daysAgo: 1 })
  const key = entryKey('backups/', parseTicket(id)).replace(/\.entry\.json$/, '.db')
  return { tools, id, key, sizeBytes: tools.store.objects.get(key)?.bytes.length ?? 0 }
}

const carried = (
  { id, key, sizeBytes, tools }: Awaited<ReturnType<typeof make>>,
  {
    second = tools.second,
    until = new AbortController().signal,
    lacks = 'copy',
  }: {
    second?: CarryingStore
    until?: AbortSignal
    lacks?: 'copy' | 'papers' | 'entry'
  } = {},
) => {
  const arrivedAt = '2026-02-28T01:00:00.000Z'
  const gap = { database: 'tokens', id, key, sizeBytes, arrivedAt, lacks, isNewest: true }
  return bring(gap, { tools, second, until })
}

describe('a copy is not carried', () => {
  const timeIsUp = {
    code: 'store-unreachable',
    why: 'The time of this run was up before the copy was carried whole.',
    mend: 'It is tried again by a run that has more time.',
  }
  const notTheCopy = (key: string) => ({
    code: 'damaged',
    why: `What stands at ${key} in the second place is not the copy.`,
    mend: 'Nothing is overwritten there. Find out who wrote it, and delete that one object there by hand: then the copy is carried.',
  })

  test('that was gone before its bytes were read', async () => {
    const made = await make()
    made.tools.store.objects.delete(made.key)
    expect(await faultOf(() => carried(made))).toEqual({
      code: 'store-missing',
      why: `${made.key} was gone before it was carried to the second place.`,
      mend: 'If you did not delete it, look at who may write to the bucket.',
    })
  })

  test('when the time is up while it is sent, and any other trouble is told as it is', async () => {
    const made = await make()
    const second = { ...made.tools.second, createFrom: () => Promise.reject(away()) }
    expect(await faultOf(() => carried(made, { second }))).toMatchObject({
      why: 'The store is away.',
    })
    const until = AbortSignal.abort()
    expect(await faultOf(() => carried(made, { second, until }))).toEqual(timeIsUp)
  })

  test('when the time is up while it is read back', async () => {
    const made = await make()
    carryAll(made.tools)
    const stands = made.tools.second.objects.get(made.key)
    if (stands) stands.object.etag = 'of-another-kind'
    const until = AbortSignal.abort()
    expect(await faultOf(() => carried(made, { until, lacks: 'papers' }))).toEqual(timeIsUp)
    expect(await carried(made, { lacks: 'papers' })).toBe(true)
  })

  test('over another file, or beside another checksum line', async () => {
    const made = await make()
    await made.tools.second.put(made.key, Buffer.from('other'))
    expect(await faultOf(() => carried(made))).toEqual(notTheCopy(made.key))
    made.tools.second.objects.clear()
    await made.tools.second.put(`${made.key}.sha256`, Buffer.from('other'))
    expect(await faultOf(() => carried(made))).toEqual(notTheCopy(`${made.key}.sha256`))
  })

  test('that is on its way out, or of which nothing is written any more: there is nothing to bring', async () => {
    const made = await make()
    made.tools.store.objects.delete(entryKey('backups/', parseTicket(made.id)))
    expect(await carried(made)).toBe(false)
    const leaving = await make()
    const id = await keepCopy(leaving.tools, {
      daysAgo: 2,
      change: (entry) => ({ ...entry, letGoAt: '2026-03-01T00:00:00.000Z' }),
    })
    expect(await carried({ ...leaving, id })).toBe(false)
    expect(leaving.tools.second.objects.size).toBe(0)
  })
})

describe('a copy is not brought back', () => {
  const lost = async () => {
    const made = await make()
    carryAll(made.tools)
    emptyFirst(made.tools)
    const from = made.tools.second.objects.get(made.key)?.object
    return { ...made, coming: { ...made, from } }
  }

  test.each([
    { name: 'its file', what: ({ key }: { key: string }) => key },
    { name: 'its entry', what: ({ id }: { id: string }) => entryKey('backups/', parseTicket(id)) },
  ])('of which $name went from the second place meanwhile', async ({ what }) => {
    const { tools, coming } = await lost()
    tools.second.objects.delete(what(coming))
    expect(await faultOf(() => bringBack(coming, tools))).toEqual({
      code: 'store-missing',
      why: `${coming.key} is no longer in the second place.`,
      mend: 'Run it again: what is there now is planned anew.',
    })
  })

  test('where something else stands in the first place by then, and nothing is written beside it', async () => {
    const { tools, coming } = await lost()
    await tools.store.put(coming.key, Buffer.from('other'))
    expect(await faultOf(() => bringBack(coming, tools))).toEqual({
      code: 'damaged',
      why: `What stands at ${coming.key} in the first place now is not the copy.`,
      mend: 'Look at who else writes to the bucket, and run it again.',
    })
    expect([...tools.store.objects.keys()]).toEqual([coming.key])
  })
})

describe('a place that does not answer', () => {
  /** Each wait is over at once, and noted. */
  const hanging = (tools: TwoPlaces) => {
    const waited: number[] = []
    const sleep = async (ms: number) => void waited.push(ms)
    return { waited, tools: { ...tools, clock: { ...tools.clock, sleep } } }
  }
  const never = () => new Promise<never>(() => undefined)
  const silent = {
    code: 'store-unreachable',
    why: 'It does not answer in time.',
    mend: 'It is tried again by itself. If it stays, look at the provider’s status page.',
  }

  test('is waited for ten seconds; where the first has answered, the second has three more', async () => {
    const { tools, waited } = hanging((await make()).tools)
    const second = { ...tools, store: tools.second }
    const both = await askBoth(tools, second, never)
    expect(waited).toEqual([10_000, 10_000])
    expect([both.here, both.there]).toMatchObject([{ fault: silent }, { fault: silent }])
    waited.length = 0
    const one = await askBoth(tools, second, (at) =>
      at.store === tools.store ? Promise.resolve('here') : never(),
    )
    expect(waited).toEqual([10_000, 3_000])
    expect(one).toMatchObject({ here: { answer: 'here' }, there: { fault: silent } })
  })

  test('is told with what the other says, and by that one alone where it refuses what is asked', async () => {
    const { tools } = hanging((await make()).tools)
    expect(await faultOf(() => askEither(tools, never))).toEqual({
      ...silent,
      why: 'It does not answer in time. In the second place: It does not answer in time.',
    })
    const asked = (at: { store: unknown }) =>
      at.store === tools.store ? never() : Promise.resolve(parseAt('last week'))
    expect(await faultOf(() => askEither(tools, async (at) => asked(at)))).toMatchObject({
      code: 'bad-request',
      why: 'The time is not understood.',
    })
  })
})

test('two copies are not compared where one of them was never opened', async () => {
  const { tools, id } = await make()
  const pending = await keepCopy(tools, { daysAgo: 0, outcome: 'pending' })
  const asked = { database: 'tokens', tickets: [id, pending] as const }
  expect(await faultOf(() => compareCopies(asked, tools))).toEqual({
    code: 'nothing-sound',
    why: 'One of the two was never opened, so that nothing is known of its rows.',
    mend: 'restore.sh --list /etc/snapproof/tokens.env shows of which copies rows are known.',
  })
})
