import { expect, test } from 'vitest'

import { writePlan, writeResult } from '../../../lib/journey/bucket/journal'
import { openSealed } from '../../../lib/journey/bucket/sealed'
import { planDatabase } from '../../../lib/journey/gather/plan'
import { journalType, PrunePlan, PruneResult } from '../../../lib/rules/copy/journal'
import { testTools } from '../../fakes/tools'
import { keepDays } from '../../fixtures/told/kept'

test('writes plan and result beside one another, signed, by the month', async () => {
  const tools = testTools({ databases: {} })
  await keepDays(tools, 10)
  const plan = await planDatabase(tools, 'tokens', {
    now: tools.clock.now(),
    heartbeatAt: undefined,
  })
  const result: PruneResult = {
    plan: plan.id,
    database: 'tokens',
    at: plan.at,
    removed: ['a'],
    spared: [],
    unfinished: [],
    left: [],
    stillThere: [],
  }
  await writePlan(tools, plan)
  await writeResult(tools, result)
  const read = (kind: string) => {
    const key = `backups/_journal/tokens/2026/03/${plan.id}.${kind}.json`
    const bytes = tools.store.objects.get(key)?.bytes ?? Buffer.alloc(0)
    const payload: unknown = JSON.parse(
      openSealed(tools.settings, journalType, bytes)?.toString() ?? 'null',
    )
    return payload
  }
  expect(plan.id).toMatch(/^2026-03-01T010000Z_[0-9a-f]{6}$/)
  expect(PrunePlan.parse(read('plan'))).toEqual({
    format: 1,
    ...JSON.parse(JSON.stringify(plan)),
  })
  expect(PruneResult.parse(read('result'))).toEqual({ format: 1, ...result })
})
