import { describe, expect, test } from 'vitest'

import { verificationAnswer } from '../../lib/edge/verification'
import { readView } from '../../lib/journey/gather/view'
import type { Outcome } from '../../lib/rules/verdict/verdict'
import type { Standing } from '../../lib/rules/watching/standing'
import { fallen } from '../browser/bad-days'
import { allWell, silent } from '../browser/stock'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { keepCopy } from '../fixtures/told/kept'

import { ask, bearer } from './asking'

const verificationOf = async (tools: TestTools, query = '') => {
  const { body } = await ask(tools, { path: '/verification', headers: bearer, query })
  return JSON.parse(body)
}

describe('for simple monitors', () => {
  test('nothing was verified yet', async () => {
    expect(await verificationOf(testTools())).toEqual({
      last_verification: null,
      status: 'never_run',
      backup_file: null,
    })
  })

  test.each<{ outcome: Outcome | 'pending'; status: string }>([
    { outcome: 'passed', status: 'success' },
    { outcome: 'warned', status: 'success' },
    { outcome: 'failed', status: 'failed' },
    { outcome: 'unmet', status: 'unknown' },
    { outcome: 'unverifiable', status: 'unknown' },
    { outcome: 'pending', status: 'unknown' },
  ])('a newest copy that is $outcome is $status', async ({ outcome, status }) => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 0.11 })
    const id = await keepCopy(tools, { daysAgo: 0.1, outcome })
    const at = new Date(tools.clock.now().getTime() - 8_640_000).toISOString()
    expect(await verificationOf(tools)).toEqual({
      last_verification: outcome === 'pending' ? null : at,
      status,
      backup_file: `${id}.db`,
    })
  })

  test('of several databases the worst is told, and any of them when it is named', async () => {
    const tools = testTools({ databases: { tokens: {}, sessions: {}, later: {} } })
    await keepCopy(tools, { daysAgo: 0.1 })
    const bad = await keepCopy(tools, { daysAgo: 0.05, database: 'sessions', outcome: 'failed' })
    expect(await verificationOf(tools)).toMatchObject({
      status: 'failed',
      backup_file: `${bad}.db`,
    })
    expect(await verificationOf(tools, 'database=tokens')).toMatchObject({ status: 'success' })
    expect(await verificationOf(tools, 'database=later')).toMatchObject({ status: 'never_run' })
  })

  test('a success that is overdue, or that nobody watches any more, is none', async () => {
    const tools = testTools()
    await keepCopy(tools, { daysAgo: 3 })
    expect(await verificationOf(tools)).toMatchObject({ status: 'unknown' })
    expect(await verificationOf((await silent()).tools)).toMatchObject({ status: 'unknown' })
  })

  test('a copy from which rows are gone is no success, though it is sound as it is', async () => {
    const { tools, ids } = await fallen()
    expect(await verificationOf(tools, 'database=shop')).toMatchObject({
      status: 'unknown',
      backup_file: `${ids['shop']}.db`,
    })
    expect(await verificationOf(tools, 'database=sessions')).toMatchObject({ status: 'success' })
    expect(await verificationOf(tools)).toMatchObject({ status: 'unknown' })
  })
})

test('of several the worst decides, and of those that are as bad the one that was opened last', async () => {
  const wanted = { query: '', page: 1, size: 50, by: 'name' } as const
  const { head, list } = await readView((await allWell()).tools, wanted)
  const [line] = list.lines
  if (!line?.newest) throw new Error('nothing is listed')
  const { newest } = line
  const of = (word: string, day: number | undefined): Standing => ({
    ...line,
    newest: {
      ...newest,
      word,
      provenAt: day === undefined ? undefined : `2026-11-0${day}T00:00:00.000Z`,
    },
  })
  const said = (lines: Standing[]) => {
    const { status, last_verification: at } = verificationAnswer(head, lines)
    return `${status} ${at?.slice(8, 10)}`
  }
  const none: Standing = { ...line, newest: undefined }
  const [good, later, odd, bad] = [
    of('passed', 1),
    of('passed', 3),
    of('unmet', 2),
    of('failed', 1),
  ]
  expect([
    said([good, later, of('passed', 2)]),
    said([later, good]),
    said([of('pending', undefined), odd]),
    said([odd, of('pending', undefined)]),
    said([good, odd, later]),
    said([bad, odd, later, none]),
    said([none, good]),
    said([none, none]),
    said([]),
  ]).toEqual([
    'success 03',
    'success 03',
    'unknown 02',
    'unknown 02',
    'unknown 02',
    'failed 01',
    'success 01',
    'never_run undefined',
    'never_run undefined',
  ])
})
