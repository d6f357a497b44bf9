// Two places in memory, each of which may be away or hold what it should not: what is carried, and what is said.
import { describe, expect, test } from 'vitest'

import { readSecondState } from '../../../lib/journey/carrying/second-state'
import type { CarryingStore } from '../../../lib/ports'
import { slow } from '../../cases'
import { away } from '../../fakes/memory-store'
import { testTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { keysHere, keysThere, rounded, withSecond } from '../../fixtures/bucket/second-place'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'
import { withMinutes } from '../../fixtures/bucket/watching'
import { keepCopy, keepDays } from '../../fixtures/told/kept'

const make = (): TwoPlaces => withSecond(quick(testTools({ databases: {} })))

const bytesOf = (tools: TwoPlaces, place: 'store' | 'second', key: string) =>
  tools[place].objects.get(key)?.bytes.toString()

const snapshotOf = (tools: TwoPlaces, id: string): string =>
  keysHere(tools).find((key) => key.endsWith(`${id}.db`)) ?? ''

const stateOf = async (tools: TwoPlaces) => {
  const state = await readSecondState(tools)
  if (!state) throw new Error('nothing is known of the second place')
  return state
}

describe('a second place', () => {
  test('gets every sound copy, its entry and its checksum, to the byte, and nothing else', async () => {
    const tools = make()
    const ids = await keepDays(tools, 3)
    const shop = await keepCopy(tools, { daysAgo: 1, database: 'shop', outcome: 'warned' })
    const bad = await keepCopy(tools, { daysAgo: 0, database: 'shop', outcome: 'failed' })
    const answer = await rounded(tools)
    expect(answer.carried.toSorted()).toEqual([...ids, shop].toSorted())
    expect(answer.uncarried).toEqual([])
    expect(keysThere(tools)).toEqual(keysHere(tools).filter((key) => !key.includes(bad)))
    for (const key of keysThere(tools))
      expect(bytesOf(tools, 'second', key), key).toBe(bytesOf(tools, 'store', key))
    const { databases } = await stateOf(tools)
    expect(databases['tokens']).toMatchObject({ behind: 0, copies: 3, newest: { id: ids[0] } })
    expect(databases['shop']).toMatchObject({ behind: 0, copies: 1, newest: { id: shop } })
  })

  test('costs a quiet run nothing there, and two reads here', async () => {
    const tools = make()
    await keepDays(tools, 2)
    await rounded(tools)
    const asked: string[] = []
    const silent = new Proxy(tools.second, {
      get: (_, method) => {
        asked.push(String(method))
        return undefined
      },
    })
    expect(await rounded({ ...tools, secondWrite: silent })).toMatchObject({
      carried: [],
      uncarried: [],
    })
    expect(asked).toEqual([])
  })

  test('is looked at once a week though nothing changes, and what was taken there is brought again', async () => {
    const tools = make()
    const [id = ''] = await keepDays(tools, 1)
    await rounded(tools)
    tools.second.objects.delete(snapshotOf(tools, id))
    tools.clock.passSeconds(6 * 24 * 3600)
    expect((await rounded(tools)).carried).toEqual([])
    tools.clock.passSeconds(24 * 3600)
    expect((await rounded(tools)).carried).toEqual([id])
    expect(bytesOf(tools, 'second', snapshotOf(tools, id))).toBeDefined()
  })

  test('is caught up after an outage, the newest copy first and then what waited longest', async () => {
    const tools = make()
    const ids = await keepDays(tools, 4)
    tools.second.failNext('list', 2)
    expect(await rounded(tools)).toMatchObject({
      carried: [],
      uncarried: ['tokens: The store is away.'],
    })
    tools.clock.passSeconds(600)
    await rounded(tools)
    const since = '2026-03-01T01:00:00.000Z'
    expect((await stateOf(tools)).fault).toEqual({ why: 'tokens: The store is away.', since })
    tools.clock.passSeconds(600)
    const [newest, ...older] = ids
    expect((await rounded(tools)).carried).toEqual([newest, ...older.toReversed()])
    expect((await stateOf(tools)).fault).toBeUndefined()
  })

  test('holds nothing beside bytes that were lost in the middle, and gets them with the next run', async () => {
    const tools = make()
    const [id = ''] = await keepDays(tools, 1)
    const key = snapshotOf(tools, id)
    const stream: TwoPlaces['store']['stream'] = async (asked, etag) => {
      const found = await tools.store.stream(asked, etag)
      return (
        found && {
          ...found,
          chunks: (async function* half() {
            for await (const chunk of found.chunks) {
              yield chunk.subarray(0, 5)
              throw away()
            }
          })(),
        }
      )
    }
    const answer = await rounded({ ...tools, store: { ...tools.store, stream } })
    expect(answer).toMatchObject({ carried: [], uncarried: [`${id}: The store is away.`] })
    expect(keysThere(tools)).toEqual([])
    expect((await stateOf(tools)).databases['tokens']).toMatchObject({ behind: 1, copies: 0 })
    expect((await rounded(tools)).carried).toEqual([id])
    expect(bytesOf(tools, 'second', key)).toBe(bytesOf(tools, 'store', key))
  })

  test('takes no bytes but the ones that were judged, whatever the first place hands out', async () => {
    const tools = make()
    const [id = ''] = await keepDays(tools, 1)
    const found = tools.store.objects.get(snapshotOf(tools, id))
    const stream: TwoPlaces['store']['stream'] = async (key, etag) => {
      const answer = await tools.store.stream(key, etag)
      const rotten = Buffer.from(found?.bytes ?? '')
      rotten[3] = 0
      return (
        answer && {
          ...answer,
          chunks: (async function* rot() {
            yield* [rotten]
          })(),
        }
      )
    }
    const { carried, uncarried } = await rounded({ ...tools, store: { ...tools.store, stream } })
    expect(carried).toEqual([])
    expect(uncarried).toEqual([
      `${id}: The bytes that were read are not the ones that were judged.`,
    ])
    expect(keysThere(tools)).toEqual([])
  })

  test('tries another copy where one cannot be read, and stops where nothing can be written', async () => {
    const tools = make()
    const ids = await keepDays(tools, 6)
    tools.second.failNext('createFrom')
    expect(await rounded(tools)).toMatchObject({ carried: { length: 5 }, uncarried: { length: 1 } })
    expect((await rounded(tools)).carried).toEqual([ids[0]])
    const full = make()
    await keepDays(full, 6)
    full.second.failNext('createFrom', 100)
    const { carried, uncarried } = await rounded(full)
    expect(carried).toEqual([])
    expect(uncarried.length).toBe(3)
    expect((await stateOf(full)).databases['tokens']).toMatchObject({ behind: 6, copies: 0 })
  })
})

describe('a run that carries', () => {
  test('does nothing where no second place is set, and asks for nothing', async () => {
    const tools = testTools({ databases: {} })
    await keepDays(tools, 1)
    const answer = await rounded(quick(tools))
    expect(answer).toMatchObject({ carried: [], uncarried: [] })
    expect(tools.store.objects.has('backups/_state/second.json')).toBe(false)
  })

  test('says so where it was given no key that may write there', async () => {
    const tools = make()
    await keepDays(tools, 1)
    const keyless = { ...tools, secondWrite: undefined }
    const why =
      'SECOND_WRITE_API_KEY is not set, so that nothing can be carried to the second place.'
    const since = '2026-03-01T01:00:00.000Z'
    expect((await rounded(keyless)).uncarried).toEqual([why])
    tools.clock.passSeconds(600)
    await rounded(keyless)
    expect((await stateOf(tools)).fault).toEqual({ why, since })
    expect((await rounded(tools)).carried.length).toBe(1)
    expect((await stateOf(tools)).fault).toBeUndefined()
  })

  test('begins anew with another place', async () => {
    const tools = make()
    const [id = ''] = await keepDays(tools, 1)
    await rounded(tools)
    const other = { ...withSecond(tools), settings: { ...tools.settings, second: 'x at y' } }
    tools.clock.passSeconds(600)
    expect((await rounded(other)).carried).toEqual([id])
    expect(await readSecondState(other)).toMatchObject({ place: 'x at y' })
  })

  test('begins none that it has no time for, and tries the large one where most of a run is left', async () => {
    const tools = make()
    const large = await keepCopy(tools, { daysAgo: 0, database: 'large' })
    const small = await keepCopy(tools, { daysAgo: 1 })
    const key = snapshotOf(tools, large)
    const stands = tools.store.objects.get(key)
    if (stands) stands.object.sizeBytes = 5 * 1024 ** 3
    const sent: string[] = []
    const createFrom: CarryingStore['createFrom'] = async (to, given) => {
      sent.push(to)
      return tools.second.createFrom(to, given)
    }
    const counted = { ...tools, secondWrite: { ...tools.second, createFrom } }
    const answer = await rounded(counted)
    expect(sent).toEqual([snapshotOf(tools, small), key])
    // The store refuses what is shorter than announced.
    expect(answer.carried).toEqual([small])
  })

  test('needs no right to delete, and none to write whatever stands there', async () => {
    const tools = make()
    await keepDays(tools, 2)
    const refuse = () => Promise.reject(away())
    const bound = { ...tools.second, remove: refuse, put: refuse, uploadAddress: refuse }
    expect(await rounded({ ...tools, secondWrite: bound })).toMatchObject({ uncarried: [] })
  })

  test('is bounded in number, and the next goes on', slow, async () => {
    const tools = make()
    await keepDays(tools, 210)
    expect((await rounded(tools)).carried.length).toBe(200)
    expect((await stateOf(tools)).databases['tokens']).toMatchObject({ behind: 10, copies: 200 })
    expect((await rounded(tools)).carried.length).toBe(10)
  })

  test('leaves off where its time is up, and says how far it came', async () => {
    const tools = make()
    await keepDays(tools, 5)
    const createFrom: CarryingStore['createFrom'] = (key, given) => {
      tools.clock.passSeconds(200)
      return tools.second.createFrom(key, given)
    }
    const run = withMinutes({ ...tools, secondWrite: { ...tools.second, createFrom } }, 9)
    const { carried } = await rounded(run)
    expect(carried.length).toBe(3)
    expect((await stateOf(tools)).databases['tokens']).toMatchObject({ behind: 2, copies: 3 })
  })
})
