/** Is what is planned for the second place what the night then does there? */
import { expect, test } from 'vitest'

import { Fault } from '../../../lib/faults'
import { readLeaving } from '../../../lib/journey/bucket/leaving'
import type { Pruned } from '../../../lib/journey/bucket/prune-state'
import { planDatabase } from '../../../lib/journey/gather/plan'
import { prune } from '../../../lib/journey/prune'
import { secondPlannerOf } from '../../../lib/journey/second/plan'
import type { SecondPlan } from '../../../lib/journey/second/plan'
import { dayMs } from '../../../lib/rules/plain/time-units'
import { away } from '../../fakes/memory-store'
import { testTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { carryAll, withSecond } from '../../fixtures/bucket/second-place'
import type { TwoPlaces } from '../../fixtures/bucket/second-place'
import { keepDays } from '../../fixtures/told/kept'

const make = async () => {
  const spans = { weekly: 0, monthly: 0, mostAtOnce: 1 }
  const tokens = { keep: { ...spans, daily: 3 }, keepSecond: { ...spans, daily: 6 } }
  const tools = withSecond(quick(testTools({ databases: { tokens } })))
  await keepDays(tools, 10)
  carryAll(tools)
  return tools
}

const night = async (tools: TwoPlaces) => {
  await tools.store.put('backups/_state/tokens/heartbeat.json', Buffer.from('{}'))
  const deadlineAt = new Date(tools.clock.now().getTime() + 800_000)
  const [done] = (await prune.run({}, { ...tools, deadlineAt })).databases
  tools.clock.passSeconds(dayMs / 1000)
  return done
}

const unheard = { heartbeatAt: undefined }

/** Of each copy, whether the run that comes leaves it. */
const staying = (second: SecondPlan | Pruned['second']): string[] => {
  if (!second || 'why' in second) throw new Error('that is no plan')
  return second.plan.copies.map(({ id, keep }) => `${id} ${keep ? 'stays' : 'goes'}`)
}

test('night by night it is what the run then does, copy by copy', async () => {
  const tools = await make()
  let went = 0
  for (let nth = 0; nth < 5; nth += 1) {
    const heard = { heartbeatAt: tools.clock.now() }
    const before = await readLeaving(tools, 'tokens')
    const terms = { now: tools.clock.now(), ...heard, twice: { before } }
    const first = await planDatabase(tools, 'tokens', terms)
    const planned = await secondPlannerOf(tools)?.(first, heard)
    const done = await night(tools)
    expect(staying(planned)).toEqual(staying(done?.second))
    went += staying(planned).filter((one) => one.endsWith('goes')).length
  }
  expect(went).toBe(4)
})

test('a place that is away is asked once, one fault of a database holds up no other', async () => {
  const tools = await make()
  const first = await planDatabase(tools, 'tokens', { now: tools.clock.now(), ...unheard })
  const refused = new Fault({ code: 'store-refused', why: 'It refused us.', mend: 'Look.' })
  const told = async (thrown: unknown) => {
    let asked = 0
    const read = () => {
      asked += 1
      return Promise.reject(thrown)
    }
    const planner = secondPlannerOf({ ...tools, second: { ...tools.second, read } })
    return [await planner?.(first, unheard), await planner?.(first, unheard), asked]
  }
  expect(await told(away())).toEqual([
    { why: 'The store is away.' },
    { why: 'The store is away.' },
    1,
  ])
  expect(await told(refused)).toEqual([{ why: 'It refused us.' }, { why: 'It refused us.' }, 2])
  expect(secondPlannerOf(testTools())).toBeUndefined()
})
