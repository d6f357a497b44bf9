/** What a night does not delete, and what a bad day is told when it comes at the same moment: to the letter. */
import { describe, expect, test } from 'vitest'

import { planRecords, writePlan } from '../../../lib/journey/bucket/journal'
import { parseTicket } from '../../../lib/journey/bucket/ledger'
import { applyPlan, prune } from '../../../lib/journey/prune'
import { restore } from '../../../lib/journey/restore'
import type { Store } from '../../../lib/ports'
import type { PlannedCopy, PrunePlan } from '../../../lib/rules/copy/journal'
import { entryKey } from '../../../lib/rules/copy/snapshot'
import { adviceOf } from '../../../lib/rules/kinds/kinds'
import { dayMs } from '../../../lib/rules/plain/time-units'
import { away } from '../../fakes/memory-store'
import { testTools } from '../../fakes/tools'
import { quick } from '../../fixtures/bucket/buckets'
import { faultOf } from '../../fixtures/faults'
import { keepCopy, keepDays } from '../../fixtures/told/kept'

const make = () => quick(testTools({ databases: {} }))

const at = '2026-03-01T01:00:00.000Z'

const planOf = (copies: readonly Partial<PlannedCopy>[]): PrunePlan => ({
  id: '2026-03-01T010000Z_3f9a1c',
  database: 'tokens',
  at,
  policy: '7 daily',
  notes: [],
  leftovers: [],
  copies: copies.map((copy, nth) => ({
    id: `tokens_2026-02-2${8 - nth}T010000Z_00000${nth}`,
    key: `backups/tokens/2026/02/${nth}.db`,
    word: 'passed',
    arrivedAt: at,
    sizeBytes: 1,
    entryEtag: 'as planned',
    keep: true,
    reasons: [],
    ...copy,
  })),
})

describe('a plan is not carried out', () => {
  test.each([
    { word: 'passed', copies: [{ word: 'failed' }, { keep: false }, {}] },
    { word: 'unmet', copies: [{ word: 'unmet', keep: false }, {}] },
  ])('that lets go of the newest $word copy', async ({ word, copies }) => {
    const tools = make()
    const plan = planOf(copies)
    const lost = plan.copies.find(({ keep }) => !keep)?.id
    expect(await faultOf(() => applyPlan(plan, tools))).toEqual({
      code: 'internal',
      why: `A plan would have let go of ${lost}, the newest ${word} copy of tokens; nothing was deleted.`,
      mend: 'This is a mistake in Snapproof: please report it.',
    })
    // Not even written down: the journal tells of what was to be done.
    expect(tools.store.objects.size).toBe(0)
  })

  test('on a copy whose entry changed since, or is gone', async () => {
    const tools = make()
    const [newest = '', changed = '', gone = ''] = await keepDays(tools, 3)
    tools.store.objects.delete(entryKey('backups/', parseTicket(gone)))
    const keys = [...tools.store.objects.keys()]
    const plan = planOf([{ id: newest }, { id: changed, keep: false }, { id: gone, keep: false }])
    expect(await applyPlan(plan, tools)).toEqual({
      plan: plan.id,
      database: 'tokens',
      at,
      removed: [],
      spared: [
        { id: gone, why: 'its entry is gone' },
        { id: changed, why: 'its entry changed since the plan' },
      ],
      unfinished: [],
      left: [],
      stillThere: [],
    })
    for (const key of keys) expect(tools.store.objects.has(key), key).toBe(true)
  })
})

describe('old records', () => {
  test('go by a plan that names each with its files, and says how long records are kept', async () => {
    const tools = make()
    const ids = ['2026-03-01T010000Z_00000a', '2026-03-01T010000Z_00000b']
    for (const id of ids) await writePlan(tools, { ...planOf([]), id })
    tools.clock.passSeconds((401 * dayMs) / 1000)
    const now = tools.clock.now()
    const before = { ranAt: new Date(now.getTime() - dayMs).toISOString(), databases: {} }
    const planned = await planRecords(tools, { now, before })
    const stem = `backups/_journal/tokens/2026/03/${ids[0]}`
    expect(planned).toEqual({
      after: undefined,
      plan: {
        id: expect.stringMatching(/^2027-04-06T010000Z_[0-9a-f]{6}$/) as string,
        database: '_records',
        at: '2027-04-06T01:00:00.000Z',
        policy: 'every record for 400 days',
        brake: undefined,
        notes: [],
        copies: [],
        leftovers: [
          {
            id: stem,
            keys: [`${stem}.plan.json`],
            reason: 'written more than 400 days ago',
          },
        ],
      },
    })
  })

  test('that cannot be listed cost nothing else of the night', async () => {
    const tools = make()
    await keepDays(tools, 1)
    const { store } = tools
    const pages: Store['pages'] = (prefix, after) => {
      if (prefix.includes('/_journal/')) throw away()
      return store.pages(prefix, after)
    }
    const { faults, sums } = await prune.run({}, { ...tools, store: { ...store, pages } })
    expect(faults).toEqual(['old records: The store is away.'])
    expect(sums).toMatchObject({ databases: 1, kept: 1, faults: 1 })
  })
})

describe('nothing is handed out', () => {
  test('where each of five copies went in the moment in which it was chosen', async () => {
    const tools = make()
    const ids = await keepDays(tools, 6)
    const went: string[] = []
    const replace: Store['replace'] = async (key) => {
      went.push(key)
      tools.store.objects.delete(key)
      return 'changed'
    }
    const racing = { ...tools, store: { ...tools.store, replace } }
    expect(await faultOf(() => restore.run({ database: 'tokens' }, racing))).toEqual({
      code: 'contended',
      why: 'Every copy that was to be handed out was let go of in that moment.',
      mend: 'Run restore.sh again.',
    })
    expect(went).toEqual(ids.slice(0, 5).map((id) => entryKey('backups/', parseTicket(id))))
  })

  test('to a script that could not bring it back; it is told where to look instead', async () => {
    const tools = make()
    await keepCopy(tools, { daysAgo: 0, database: 'bot', kind: 'objects' })
    for (const look of ['yes', undefined] as const)
      expect(
        await faultOf(() => restore.run({ database: 'bot', script: '3', look }, tools)),
      ).toEqual({
        code: 'bad-request',
        why: adviceOf('objects').insteadOfBack,
        mend: 'What came and went, on your own machine: npm run --silent snapproof -- list bot',
      })
    expect(await restore.run({ database: 'bot' }, tools)).toHaveProperty('get')
  })
})
