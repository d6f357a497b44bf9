/** The first bucket was lost, and everything goes on: from the push to the restore of every database. */
import { describe, expect, test } from 'vitest'

import { parseTicket } from '../../../lib/journey/bucket/ledger'
import { readPruneState } from '../../../lib/journey/bucket/prune-state'
import { readWatchState } from '../../../lib/journey/bucket/watch-state'
import { prune } from '../../../lib/journey/prune'
import { restore } from '../../../lib/journey/restore'
import { beginAgain, carryOut, planRebuild, soundNow } from '../../../lib/journey/second/rebuild'
import { ticket } from '../../../lib/journey/ticket'
import type { Store } from '../../../lib/ports'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { fakeChannel, fakeNotifier } from '../../fakes/channels'
import { testTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { requestFor } from '../../fixtures/bucket/requests'
import {
  carryAll,
  emptyFirst,
  keysHere,
  keysThere,
  rounded,
  withSecond,
} from '../../fixtures/bucket/second-place'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'
import { keepDays } from '../../fixtures/told/kept'

const rebuilt = async (tools: TwoPlaces) => {
  const plans = await planRebuild(tools, undefined)
  const done = await carryOut(plans, tools, () => {})
  await beginAgain(
    plans.map(({ database }) => database),
    tools,
  )
  return { plans, done }
}

const make = async () => {
  const tools = withSecond(quick(testTools({ databases: {} })))
  const ids = {
    tokens: await keepDays(tools, 5, 'tokens'),
    sessions: await keepDays(tools, 3, 'sessions'),
  }
  return { tools, ids }
}

describe('the first place, made anew from the second', () => {
  test('holds every copy that was carried, and gives each database back', async () => {
    const { tools, ids } = await make()
    // Carried by the watch itself.
    await rounded(tools)
    await rounded(tools)
    const before = keysHere(tools)
    expect(keysThere(tools)).toEqual(before)
    emptyFirst(tools)
    const { plans, done } = await rebuilt(tools)
    expect(plans.map(({ database, coming }) => [database, coming.length])).toEqual([
      ['sessions', 3],
      ['tokens', 5],
    ])
    expect(done).toMatchObject({ brought: 8, failed: [] })
    expect(keysHere(tools)).toEqual(before)
    for (const [database, [newest]] of Object.entries(ids)) {
      expect(await soundNow(database, tools)).toBe(ids[database as 'tokens'].length)
      const answer = await restore.run({ database, place: 'first' }, tools)
      expect(answer).toMatchObject({ copy: { ticket: newest, verdict: 'passed' } })
    }
  })

  test('alarms nobody: nothing vanished, no timer is silent, nobody is late, and nothing goes', async () => {
    const { tools, ids } = await make()
    carryAll(tools)
    const channel = fakeChannel('ops')
    const told = { ...tools, notifier: fakeNotifier([channel]) }
    await rounded(told)
    // A week without a store: on the day after it nobody has been heard of for long.
    tools.clock.passSeconds(7 * 24 * 3600)
    emptyFirst(tools)
    await rebuilt(tools)
    channel.heard.length = 0
    await rounded(told)
    await rounded(told)
    expect(channel.heard.map(({ kind }) => kind)).toEqual([])
    const state = await readWatchState(tools)
    expect(Object.keys(state?.databases ?? {})).toEqual(['sessions', 'tokens'])
    expect((await readPruneState(tools))?.databases).toEqual({})
    const pruned = await prune.run({}, { ...tools, deadlineAt: new Date(8.64e15) })
    expect(pruned.sums.removed).toBe(0)
    // And the next push comes as ever.
    const asked = requestFor(Buffer.from('the next one'), { database: 'tokens' })
    expect(await ticket.run(asked, tools)).toMatchObject({ ticket: expect.any(String) as string })
    expect(ids.tokens).toHaveLength(5)
  })

  test('a bucket that was emptied under the watch is well again: what had gone is back', async () => {
    const { tools } = await make()
    carryAll(tools)
    await rounded(tools)
    const states = [...tools.store.objects].filter(([key]) => key.startsWith('backups/_'))
    emptyFirst(tools)
    for (const [key, value] of states) tools.store.objects.set(key, value)
    await rounded(tools)
    expect((await readWatchState(tools))?.databases['tokens']?.vanished).toBeDefined()
    await rebuilt(tools)
    await rounded(tools)
    expect((await readWatchState(tools))?.databases['tokens']?.vanished).toBeUndefined()
  })

  test('goes on where it was ended, and overwrites nothing', async () => {
    const { tools, ids } = await make()
    carryAll(tools)
    emptyFirst(tools)
    const other = ids.tokens[2] ?? ''
    const key = entryKey('backups/', parseTicket(other)).replace(/\.entry\.json$/, '.db')
    await tools.store.put(key, Buffer.from('somebody else’s'))
    let left = 3
    const createFrom: Store['createFrom'] = async (...asked) => {
      left -= 1
      if (left < 0) throw new Error('ended')
      return tools.store.createFrom(...asked)
    }
    const first = await rebuilt({ ...tools, store: { ...tools.store, createFrom } })
    expect(first.done.brought).toBe(3)
    expect(first.done.failed).toHaveLength(4)
    const second = await rebuilt(tools)
    expect(second.done).toMatchObject({ brought: 4, failed: [] })
    expect(second.plans.flatMap((plan) => plan.left)).toMatchObject([{ id: other }])
    expect((await tools.store.read(key))?.bytes.toString()).toBe('somebody else’s')
    const third = await planRebuild(tools, undefined)
    expect(third.flatMap(({ coming }) => coming)).toEqual([])
    expect(third.reduce((sum, { standing }) => sum + standing, 0)).toBe(7)
  })

  test('takes nothing for sound that was falsified in the second place', async () => {
    const { tools, ids } = await make()
    carryAll(tools)
    emptyFirst(tools)
    const [swapped = '', forged = ''] = ids.tokens
    const keyOf = (id: string) => entryKey('backups/', parseTicket(id))
    await tools.second.put(keyOf(forged), Buffer.from('{"payload":"x"}'))
    const file = keyOf(swapped).replace(/\.entry\.json$/, '.db')
    const { sizeBytes = 0 } = (await tools.second.head(file)) ?? {}
    await tools.second.put(file, Buffer.alloc(sizeBytes, 7))
    const { plans, done } = await rebuilt(tools)
    expect(plans.flatMap(({ left }) => left)).toEqual([
      { id: forged, why: 'its entry does not carry our signature' },
    ])
    expect(done.failed.map(({ id }) => id)).toEqual([swapped])
    expect(keysHere(tools).filter((key) => key.includes(swapped) || key.includes(forged))).toEqual(
      [],
    )
    const answer = await restore.run({ database: 'tokens', place: 'first' }, tools)
    expect(answer).toMatchObject({ copy: { ticket: ids.tokens[2] } })
  })

  test('of one database alone, where one is named; and none without a second place', async () => {
    const { tools } = await make()
    carryAll(tools)
    emptyFirst(tools)
    const plans = await planRebuild(tools, 'sessions')
    expect(plans.map(({ database }) => database)).toEqual(['sessions'])
    expect(await planRebuild(tools, 'unknown')).toEqual([])
    await expect(planRebuild(testTools(), undefined)).rejects.toMatchObject({ code: 'bad-request' })
  })

  test('ends where the first place is away, and says so', async () => {
    const { tools } = await make()
    carryAll(tools)
    emptyFirst(tools)
    const plans = await planRebuild(tools, undefined)
    tools.store.failNext('createFrom', 1)
    await expect(carryOut(plans, tools, () => {})).rejects.toMatchObject({
      code: 'store-unreachable',
    })
  })
})
