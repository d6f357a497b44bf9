/** Do old records go by a plan, a part at a time, and is everything kept that somebody may still need? */
import { describe, expect, test } from 'vitest'

import { noteDrill } from '../../../lib/journey/bucket/drill-state'
import { writePlan, writeResult } from '../../../lib/journey/bucket/journal'
import { readPruneState } from '../../../lib/journey/bucket/prune-state'
import { openSealed } from '../../../lib/journey/bucket/sealed'
import { planDatabase } from '../../../lib/journey/gather/plan'
import { prune } from '../../../lib/journey/prune'
import { journalType, planIdOf, PrunePlan, PruneResult } from '../../../lib/rules/copy/journal'
import { reportKey } from '../../../lib/rules/copy/snapshot'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { drillOn } from '../../fixtures/told/digests'
import { keepCopy, keepDays } from '../../fixtures/told/kept'

const aDay = 86_400

const make = (keepRecordsMs?: number) =>
  testTools({ databases: {}, ...(keepRecordsMs === undefined ? {} : { keepRecordsMs }) })

/** As a run writes it, at the time of the tools. */
const wrote = async (tools: TestTools, changes: Partial<PrunePlan> = {}, isEnded = true) => {
  const now = tools.clock.now()
  const id = planIdOf(now, tools.randomHex(6))
  const plan: PrunePlan = {
    id,
    database: 'tokens',
    at: now.toISOString(),
    policy: 'all',
    notes: [],
    copies: [],
    leftovers: [],
    ...changes,
  }
  await writePlan(tools, plan)
  const result = { removed: [], spared: [], unfinished: [], left: [], stillThere: [] }
  if (isEnded)
    await writeResult(tools, { plan: id, database: plan.database, at: plan.at, ...result })
  return id
}

const recordsIn = (tools: TestTools): string[] =>
  [...tools.store.objects.keys()]
    .filter((key) => /\/_(?:journal|reports)\//.test(key) && !key.includes('/_records/'))
    .map((key) => key.replace('backups/', ''))
    .toSorted()

const night = async (tools: TestTools) => {
  tools.clock.passSeconds(aDay)
  await keepCopy(tools, { daysAgo: 0 })
  return prune.run({}, { ...tools, deadlineAt: new Date(tools.clock.now().getTime() + 840_000) })
}

/** A year and more, of which nobody looks at the nights. */
const yearLater = async (tools: TestTools) => {
  tools.clock.passSeconds(401 * aDay)
  return night(tools)
}

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

describe('old records', () => {
  test('go with the second run after their time, by a plan in the journal; the newest stays', async () => {
    const tools = make()
    await wrote(tools)
    await tools.store.put(
      reportKey('backups/', `digests/2026/03/${planIdOf(tools.clock.now(), 'ab12cd')}.html`),
      Buffer.from('a week'),
    )
    tools.clock.passSeconds(aDay)
    const newest = await wrote(tools)
    const before = recordsIn(tools)
    expect((await yearLater(tools)).records).toEqual({
      letGo: 0,
      brake: 'No record is let go by the first run.',
    })
    expect(recordsIn(tools)).toEqual(before)
    expect((await night(tools)).records).toEqual({ letGo: 1, brake: undefined })
    const left = recordsIn(tools).filter((key) => key.startsWith('_journal'))
    expect(left).toEqual(
      ['plan', 'result'].map((kind) => `_journal/tokens/2026/03/${newest}.${kind}.json`),
    )
    // Of the weekly reports there is but one, and it is the newest.
    expect(recordsIn(tools)).toHaveLength(3)
    const plans = [...tools.store.objects.keys()].filter((key) =>
      key.includes('_journal/_records/'),
    )
    expect(plans).toHaveLength(2)
    expect((await night(tools)).records.letGo).toBe(0)
  })

  test('stay where all are to be kept, after a leap of the clock, and where another signed them', async () => {
    const kept = testTools({ databases: {}, keepRecordsMs: undefined })
    const other = {
      ...make(),
      settings: { ...make().settings, secrets: { current: 'x'.repeat(40) } },
    }
    for (const tools of [kept, other]) {
      await wrote(tools)
      await wrote(tools)
      const its = tools === other ? { ...other, settings: make().settings } : tools
      const before = recordsIn(tools)
      await yearLater(its)
      await night(its)
      expect(recordsIn(tools)).toEqual(before)
    }
    const leapt = make()
    await wrote(leapt)
    await wrote(leapt)
    await night(leapt)
    const { records } = await yearLater(leapt)
    expect(records).toEqual({ letGo: 0, brake: expect.stringMatching(/within a week/) })
  })

  test('stay while a copy stands that was to go by them', async () => {
    const tools = make()
    const id = await keepCopy(tools, { daysAgo: 0 })
    const key = [...tools.store.objects.keys()].find((one) => one.endsWith(`${id}.db`)) ?? ''
    const copies = [
      {
        id,
        key,
        word: 'passed',
        arrivedAt: tools.clock.now().toISOString(),
        sizeBytes: 1,
        entryEtag: 'e',
        keep: false,
        reasons: [],
      },
    ]
    const spared = await wrote(tools, { copies })
    const ended = await wrote(tools, { copies: [] }, false)
    await wrote(tools)
    await yearLater(tools)
    await night(tools)
    const left = recordsIn(tools).join()
    expect(left).toContain(spared)
    expect(left).not.toContain(ended)
  })

  test('of a drill stay while they are the last proof of a copy', async () => {
    const tools = make()
    const drilled = async (id: string) => {
      const at = tools.clock.now().toISOString()
      await noteDrill({ at, copies: [drillOn('16', { id, at })], rings: [], left: [] }, {}, tools)
      tools.clock.passSeconds(aDay)
    }
    for (const id of ['a', 'b', 'a', 'c']) await drilled(id)
    const [, second, third, fourth] = recordsIn(tools)
    await yearLater(tools)
    await night(tools)
    expect(recordsIn(tools)).toEqual([second, third, fourth])
  })

  test('go a part at a time, and the next run goes on where the last one ended', async () => {
    const tools = make()
    for (let count = 0; count < 260; count += 1) {
      await wrote(tools)
      tools.clock.passSeconds(1)
    }
    await yearLater(tools)
    expect((await night(tools)).records.letGo).toBe(200)
    expect((await readPruneState(tools))?.recordsAfter).toBeDefined()
    expect((await night(tools)).records.letGo).toBe(59)
    expect((await readPruneState(tools))?.recordsAfter).toBeUndefined()
    expect(recordsIn(tools)).toHaveLength(2)
  })
})
