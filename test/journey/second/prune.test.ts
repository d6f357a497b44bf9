/** Retention of two places: what goes from the second, when, and by whose key. */
import { describe, expect, test } from 'vitest'

import { readPruneState } from '../../../lib/journey/bucket/prune-state'
import { prune } from '../../../lib/journey/prune'
import { dayMs } from '../../../lib/rules/plain/time-units'
import { testTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { carryAll, emptyFirst, withSecond } from '../../fixtures/bucket/second-place'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'
import { keepDays, storedIds } from '../../fixtures/told/kept'

const make = async (days: number) => {
  const keep = { daily: 7, weekly: 0, monthly: 0 }
  const keepSecond = { daily: 20, weekly: 0, monthly: 0, mostAtOnce: 1 }
  const tools = withSecond(
    quick(testTools({ databases: { tokens: { keep: { ...keep, mostAtOnce: 1 }, keepSecond } } })),
  )
  const ids = await keepDays(tools, days)
  carryAll(tools)
  return { tools, ids }
}

/** The night, and the one after it: the host looked in between, and nothing had changed. */
const night = async (tools: TwoPlaces) => {
  const deadlineAt = new Date(tools.clock.now().getTime() + 800_000)
  await tools.store.put('backups/_state/tokens/heartbeat.json', Buffer.from('{}'))
  const answer = await prune.run({}, { ...tools, deadlineAt })
  tools.clock.passSeconds(dayMs / 1000)
  return answer
}

const thereIds = (tools: TwoPlaces) => storedIds({ ...tools, store: tools.second })

const deletesOf = (tools: TwoPlaces) => {
  const removed: string[] = []
  const { remove } = tools.second
  const counted = {
    ...tools.second,
    remove: async (key: string) => (removed.push(key), remove(key)),
  }
  return { removed, tools: { ...tools, secondPrune: counted } }
}

describe('the second place', () => {
  test('lets go later than the first: two nights after that, and of what its own rule does not keep', async () => {
    const { tools, ids } = await make(30)
    await night(tools)
    expect(storedIds(tools)).toEqual(ids)
    await night(tools)
    // The first lets go in its second night; in the second place it still stood in the first.
    expect(storedIds(tools)).toEqual(ids.slice(0, 7))
    expect(thereIds(tools)).toEqual(ids)
    const last = await night(tools)
    const second = last.databases[0]?.second
    expect(second).toMatchObject({ result: { removed: ids.slice(20).toReversed() } })
    expect(thereIds(tools)).toEqual(ids.slice(0, 20))
    expect((await readPruneState(tools))?.databases['tokens']?.second).toMatchObject({
      kept: 20,
      removed: 10,
    })
    const keys = [...tools.second.objects.keys()]
    expect(
      keys.filter((key) => /_journal\/tokens\/.*\.(plan|result)\.json$/.test(key)),
    ).toHaveLength(2)
    expect(prune.lines(last)).toContainEqual(['second', 'tokens 20'])
    // And nothing twice.
    const again = deletesOf(tools)
    await night(again.tools)
    expect(again.removed).toEqual([])
  })

  test('lets go of nothing once the first is emptied, however long', async () => {
    const { tools, ids } = await make(30)
    for (let nth = 0; nth < 2; nth += 1) await night(tools)
    emptyFirst(tools)
    const kept = await keepDays(tools, 1)
    for (let nth = 0; nth < 3; nth += 1) await night(tools)
    expect(thereIds(tools)).toEqual(ids)
    expect(kept).toHaveLength(1)
    const state = (await readPruneState(tools))?.databases['tokens']
    expect(state?.second?.brake).toMatch(
      /^Nothing is deleted in the second place: the first lacks 3/,
    )
  })

  test('is held by the brake of the first', async () => {
    const { tools, ids } = await make(30)
    for (let nth = 0; nth < 2; nth += 1) await night(tools)
    const deadlineAt = new Date(tools.clock.now().getTime() + 800_000)
    // Nobody was heard of: the first is late.
    tools.clock.passSeconds((3 * dayMs) / 1000)
    const answer = await prune.run(
      {},
      { ...tools, deadlineAt: new Date(deadlineAt.getTime() + 3 * dayMs) },
    )
    expect(answer.databases[0]?.second).toMatchObject({
      plan: { brake: expect.stringMatching(/^In the first place: Nothing is deleted/) as string },
    })
    expect(thereIds(tools)).toEqual(ids)
  })

  test('is asked nothing without its key, and holds up nothing where it is away', async () => {
    const { tools, ids } = await make(30)
    const without = { ...tools, secondPrune: undefined }
    const deadlineAt = new Date(tools.clock.now().getTime() + 800_000)
    const answer = await prune.run({}, { ...without, deadlineAt })
    expect(answer.databases[0]).not.toHaveProperty('second')
    tools.second.failNext('now', 1)
    const away = await prune.run({}, { ...tools, deadlineAt })
    expect(away.databases[0]).toMatchObject({ second: { why: 'The store is away.' }, faults: [] })
    expect(thereIds(tools)).toEqual(ids)
  })
})
