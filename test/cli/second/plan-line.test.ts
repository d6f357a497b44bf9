/** Does the plan say of the second place what the nights then do there, and does it touch nothing? */
import { expect, test } from 'vitest'

import { planAll, toldOf } from '../../../lib/cli/plans'
import { secondText } from '../../../lib/cli/second/plan-line'
import { prune } from '../../../lib/journey/prune'
import { dayMs } from '../../../lib/rules/plain/time-units'
import { away } from '../../fakes/memory-store'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { carryAll, emptyFirst, withSecond } from '../../fixtures/bucket/second-place'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'
import { keepDays, storedIds } from '../../fixtures/told/kept'

const make = async (days: number) => {
  const spans = { weekly: 0, monthly: 0, mostAtOnce: 1 }
  const tokens = { keep: { ...spans, daily: 7 }, keepSecond: { ...spans, daily: 20 } }
  const tools = withSecond(quick(testTools({ databases: { tokens, sessions: tokens } })))
  const ids = await keepDays(tools, days)
  carryAll(tools)
  return { tools, ids }
}

/** The host looks before each. */
const night = async (tools: TwoPlaces): Promise<void> => {
  await tools.store.put('backups/_state/tokens/heartbeat.json', Buffer.from('{}'))
  const deadlineAt = new Date(tools.clock.now().getTime() + 800_000)
  await prune.run({}, { ...tools, deadlineAt })
  tools.clock.passSeconds(dayMs / 1000)
}

const linesOf = async (tools: TestTools): Promise<(string | undefined)[]> =>
  (await planAll(tools, { twice: true, isOfBoth: true })).map(
    ({ second }) => second && secondText(second),
  )

test('it says how many stay, how many leave and when, as the nights then do it', async () => {
  const { tools, ids } = await make(30)
  const [asLong] = await linesOf(tools)
  expect(asLong).toMatch(/^second place: 30 copies, all stay \(.+\)\.$/)
  await night(tools)
  const before = [...tools.second.objects.keys()]
  const [next] = await linesOf(tools)
  expect(next).toMatch(
    /^second place: 30 copies: 20 stay, 10 are on their way out \(.+\)\. The first goes after 20\S+ \S+ UTC\.$/,
  )
  expect([...tools.second.objects.keys()]).toEqual(before)
  await night(tools)
  expect((await linesOf(tools))[0]).toContain('20 stay, 10 go (')
  await night(tools)
  expect(storedIds({ ...tools, store: tools.second })).toEqual(ids.slice(0, 20))
  expect((await linesOf(tools))[0]).toMatch(/^second place: 20 copies, all stay /)
})

test('it says what brakes it there', async () => {
  const { tools } = await make(30)
  for (let nth = 0; nth < 2; nth += 1) await night(tools)
  emptyFirst(tools)
  await keepDays(tools, 1)
  expect((await linesOf(tools))[0]).toMatch(
    /^second place: 30 copies: .+ 1\d would go .+\. brake: Nothing is deleted in the second place: the first lacks \d/,
  )
})

test('it says the brake of the first, which holds there too', async () => {
  const { tools } = await make(30)
  for (let nth = 0; nth < 2; nth += 1) await night(tools)
  // Nobody is heard of: the first is late.
  tools.clock.passSeconds((3 * dayMs) / 1000)
  expect((await linesOf(tools))[0]).toMatch(/ brake: In the first place: Nothing is deleted/)
})

test('without its key all of it stays, and where nothing stands it says so', async () => {
  const { tools } = await make(1)
  const line = async () => (await linesOf({ ...tools, secondPrune: undefined }))[0]
  expect(await line()).toBe(
    'second place: 1 copy, and nothing is deleted there: SECOND_PRUNE_API_KEY is not set.',
  )
  tools.second.objects.clear()
  expect(await line()).toBe('second place: nothing stands there.')
})

test('where it is away the plan of the first is told all the same, and it is asked once', async () => {
  const { tools } = await make(3)
  await keepDays(tools, 3, 'sessions')
  let asked = 0
  const second = {
    ...tools.second,
    read: () => {
      asked += 1
      return Promise.reject(away())
    },
  }
  const planned = await planAll({ ...tools, second }, { twice: true, isOfBoth: true })
  expect(planned.map(({ plan }) => plan.copies.length)).toEqual([3, 3])
  const text = 'second place: it could not be asked. The store is away.'
  expect(planned.map((one) => one.second && secondText(one.second))).toEqual([text, text])
  expect(asked).toBe(1)
})

test('it is not asked for programs, nor where none is set', async () => {
  const { tools } = await make(1)
  const [planned] = await planAll(tools, { twice: true })
  expect(planned && Object.keys(toldOf(planned))).not.toContain('second')
  expect(planned?.second).toBeUndefined()
  const alone = quick(testTools())
  await keepDays(alone, 1)
  expect(await linesOf(alone)).toEqual([undefined])
})
