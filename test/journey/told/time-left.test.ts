/**
 * What may still be begun with the time that is left of a run? The last moment that is enough, and the first
 * that is not: one less, and the platform ends a run over what it has not written down.
 */
import { describe, expect, test } from 'vitest'

import { hasTime } from '../../../lib/journey/alert'
import { changeEntry } from '../../../lib/journey/bucket/ledger'
import { carryDue } from '../../../lib/journey/carrying/carry'
import { readSecondState } from '../../../lib/journey/carrying/second-state'
import { drill } from '../../../lib/journey/drill'
import { prune } from '../../../lib/journey/prune'
import { askIn } from '../../../lib/journey/taking/ask'
import { verdict } from '../../../lib/journey/verdict'
import { watch } from '../../../lib/journey/watch'
import type { Examiner } from '../../../lib/ports'
import { leastShareMs } from '../../../lib/rules/watching/turns'
import { testTools, withStarter } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf, quick, quickExaminer } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { withSecond } from '../../fixtures/bucket/second-place'
import { watched } from '../../fixtures/bucket/watching'
import { keepCopy } from '../../fixtures/told/kept'

const withLeft = <Tools extends TestTools>(tools: Tools, ms: number): Tools => ({
  ...tools,
  deadlineAt: new Date(tools.clock.now().getTime() + ms),
})

test('a message is sent with fifteen seconds left', () => {
  expect([15_000, 14_999].map((ms) => hasTime(withLeft(testTools(), ms)))).toEqual([true, false])
})

test.each([
  { leftMs: 20_000, kept: 1, left: [] },
  { leftMs: 19_999, kept: 0, left: ['tokens'] },
])('prune begins with a database at $leftMs ms: $left is left', async ({ leftMs, kept, left }) => {
  const tools = testTools({ databases: {} })
  await keepCopy(tools, { daysAgo: 0 })
  const answer = await prune.run({}, withLeft(tools, leftMs))
  expect(answer).toMatchObject({ left, unreached: left, sums: { databases: kept, kept } })
})

test.each([
  { leftMs: 60_000, drilled: ['proven'], left: [] },
  {
    leftMs: 59_999,
    drilled: [],
    left: [{ database: 'tokens', why: 'there was no time left' }],
  },
])('a drill begins with a copy at $leftMs ms: $drilled', async ({ leftMs, drilled, left }) => {
  const tools = testTools()
  await keepCopy(tools, { daysAgo: 0 })
  const restore: TestTools['rehearsal']['restore'] = async ({ claim }) => ({
    steps: [],
    examination: await quickExaminer(tools)({
      key: '',
      claim,
      expected: undefined,
      deadlineAt: tools.deadlineAt,
    }),
  })
  // Whether the alarm would ring is asked elsewhere: here no sample is opened.
  const open = async () => ({ method: 'x', tookMs: 1, findings: [] })
  const rehearsed = { ...tools, rehearsal: { ...tools.rehearsal, restore, open } }
  const { copies, left: told } = await drill.run(
    { database: 'tokens', ring: 'no' },
    withLeft(rehearsed, leftMs),
  )
  expect(copies).toHaveLength(drilled.length)
  expect(told).toEqual(left)
})

const mebibyte = 1024 ** 2

test.each([
  { leftMs: 20_000, sizeBytes: 32 * mebibyte, word: 'passed' },
  { leftMs: 19_999, sizeBytes: 32 * mebibyte, word: 'pending' },
  { leftMs: 20_000, sizeBytes: 32 * mebibyte + 1, word: 'pending' },
])(
  'a copy of $sizeBytes bytes is opened within the call at $leftMs ms: $word',
  async ({ leftMs, sizeBytes, word }) => {
    const tools = withStarter(quick(testTools()))
    const ticket = await pushed(tools, Buffer.from('one'))
    await changeEntry(tools, nameOf(ticket), (entry) => ({
      ...entry,
      claim: { ...entry.claim, rawSizeBytes: sizeBytes },
    }))
    const answer = await verdict.run({ ticket }, withLeft(tools, leftMs))
    expect(answer.verdict).toBe(word)
    // What is not opened here is started elsewhere, once.
    await verdict.run({ ticket }, withLeft(tools, leftMs))
    expect(tools.started).toHaveLength(word === 'pending' ? 1 : 0)
  },
)

test.each([
  { leftMs: 90_000 + leastShareMs, opened: 1 },
  { leftMs: 90_000 + leastShareMs - 1, opened: 0 },
])('the watch opens a copy with $leftMs ms left: $opened', async ({ leftMs, opened }) => {
  const tools = quick(testTools())
  const id = await pushed(tools, Buffer.from('one'))
  const deadlines: Date[] = []
  const sqlite: Examiner = (order) => {
    deadlines.push(order.deadlineAt)
    return quickExaminer(tools)(order)
  }
  const run = withLeft({ ...tools, examiners: { sqlite } }, leftMs)
  const { verified, left } = await watch.run({}, run)
  expect({ verified, left }).toEqual(
    opened === 1 ? { verified: [id], left: [] } : { verified: [], left: [id] },
  )
  // Nor may it take what belongs to telling.
  expect(deadlines.map((at) => run.deadlineAt.getTime() - at.getTime())).toEqual(
    opened === 1 ? [90_000] : [],
  )
})

test.each([
  { leftMs: 20_000, carried: 0, isNoted: false },
  { leftMs: 20_001, carried: 1, isNoted: true },
])(
  'with $leftMs ms left $carried are carried to the second place',
  async ({ leftMs, carried, isNoted }) => {
    const tools = withSecond(quick(testTools()))
    await keepCopy(tools, { daysAgo: 0 })
    await watched(tools)
    const answer = await carryDue(withLeft(tools, leftMs))
    expect(answer.carried).toHaveLength(carried)
    const state = await readSecondState(tools)
    // What nobody looked for was not looked for: it waits since it is known.
    expect(state?.ranAt !== undefined).toBe(isNoted)
  },
)

describe('a copy that is asked of what it knows', () => {
  const asked = async (change: (tools: TestTools) => TestTools) => {
    const tools = quick(testTools())
    await keepCopy(tools, { daysAgo: 0 })
    return askIn(change(withLeft(tools, 10_000)))({ of: 'tokens', sql: 'SELECT 1' })
  }

  test('has half of the time that is left', async () => {
    const deadlines: Date[] = []
    const sqlite: Examiner = async ({ deadlineAt }) => {
      deadlines.push(deadlineAt)
      return { method: 'x', tookMs: 1, findings: [], values: ['1'] }
    }
    const found = await asked((tools) => ({ ...tools, examiners: { sqlite } }))
    expect(found).toEqual({ values: ['1'], copyAt: new Date('2026-03-01T01:00:00.000Z') })
    expect(deadlines).toEqual([new Date('2026-03-01T01:00:05.000Z')])
  })

  test('of a kind that nobody here opens, or that is silent, says so', async () => {
    expect(await asked((tools) => ({ ...tools, examiners: {} }))).toEqual({
      why: 'Its newest sound copy is of a kind that cannot be asked.',
    })
    const told = (findings: Awaited<ReturnType<Examiner>>['findings']) => {
      const sqlite: Examiner = async () => ({ method: 'x', tookMs: 1, findings })
      return asked((tools) => ({ ...tools, examiners: { sqlite } }))
    }
    expect(await told([])).toEqual({ why: 'Its newest sound copy gave no answer.' })
    expect(
      await told([
        { check: 'a', outcome: 'passed', detail: 'fine' },
        { check: 'b', outcome: 'warned', detail: 'well' },
        { check: 'c', outcome: 'unverifiable', detail: 'There was no time.' },
      ]),
    ).toEqual({ why: 'There was no time.' })
    const tools = testTools()
    expect(await askIn(tools)({ of: 'tokens', sql: '' })).toEqual({
      why: 'There is no sound copy of it.',
    })
    tools.store.failNext('list')
    expect(await askIn(tools)({ of: 'tokens', sql: '' })).toEqual({ why: 'The store is away.' })
  })
})
