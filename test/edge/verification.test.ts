import { describe, expect, test } from 'vitest'

import type { Outcome } from '../../lib/rules/verdict/verdict'
import { fallen } from '../browser/bad-days'
import { silent } from '../browser/stock'
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
