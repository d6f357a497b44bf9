/** The user's own questions, put by the real engine to a real file. */
import { describe, expect, test } from 'vitest'

import { verdict } from '../../../../lib/journey/verdict'
import { verify } from '../../../../lib/journey/verify'
import type { DatabaseSettings } from '../../../../lib/rules/settings/databases'
import { testTools } from '../../../fakes/tools'
import { pushed } from '../../../fixtures/bucket/requests'
import { madeBy } from '../../../fixtures/databases'

const nonce = '0123456789abcdef0123456789abcdef'

const database = madeBy(`
  CREATE TABLE sessions (session_id TEXT PRIMARY KEY, user_id TEXT, created_at TEXT);
  INSERT INTO sessions VALUES ('a', 'USER_1', '2026-03-01 00:30:00'), ('b', NULL, '2026-02-01 00:00:00');
  CREATE TABLE snapproof_canary (nonce TEXT);
  INSERT INTO snapproof_canary VALUES ('${nonce}');`)

const asked = async (settings: DatabaseSettings, canary?: string) => {
  const tools = testTools({ databases: { tokens: settings } })
  const id = await pushed(tools, database, canary === undefined ? {} : { canary })
  const answer = await verdict.run({ ticket: id }, tools)
  const isOurs = (check: string) => ['freshness', 'assertions', 'canary'].includes(check)
  return { ...answer, findings: answer.findings.filter(({ check }) => isOurs(check)) }
}

describe('the content of a snapshot', () => {
  test('is fresh by its own newest row', async () => {
    const fresh = await asked({ freshest: 'SELECT max(created_at) FROM sessions', within: '1h' })
    expect(fresh).toMatchObject({
      verdict: 'passed',
      findings: [{ check: 'freshness', outcome: 'passed' }],
    })
    const stale = await asked({ freshest: 'SELECT min(created_at) FROM sessions', within: '26h' })
    expect(stale).toMatchObject({
      verdict: 'warned',
      findings: [{ check: 'freshness', outcome: 'warned' }],
    })
  })

  test('is held to the user’s assertions, and what stands in a row is told nowhere', async () => {
    const answer = await asked({
      assertions: [
        {
          name: 'every session has its user',
          sql: 'SELECT session_id FROM sessions WHERE user_id IS NULL',
        },
        { name: 'two sessions', sql: 'SELECT count(*) FROM sessions', expect: { equals: 2 } },
      ],
    })
    expect(answer.verdict).toBe('unmet')
    expect(answer.findings.map(({ outcome }) => outcome)).toEqual(['unmet', 'passed'])
    expect(JSON.stringify(answer)).not.toContain('USER_1')
  })

  test.each([
    { name: 'a misspelt table', sql: 'SELECT 1 FROM sesions' },
    { name: 'two statements', sql: 'SELECT 1; DROP TABLE sessions' },
    {
      name: 'rows without end',
      sql: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n WHERE i < 0',
    },
  ])(
    'a question with $name is never held against the data as damage, nor hangs',
    async ({ sql }) => {
      const tools = testTools({ databases: { tokens: { assertions: [{ name: 'mine', sql }] } } })
      const id = await pushed(tools, database)
      const deadlineAt = new Date(tools.clock.now().getTime() + 3_000)
      await verify.run({ ticket: id }, { ...tools, deadlineAt })
      const answer = await verdict.run({ ticket: id }, tools)
      expect(['unverifiable', 'unmet']).toContain(answer.verdict)
      expect(answer.findings.map(({ outcome }) => outcome)).not.toContain('failed')
    },
  )

  test('holds the canary that the host wrote, or is not the database that was meant', async () => {
    expect(await asked({}, nonce)).toMatchObject({
      verdict: 'passed',
      findings: [{ outcome: 'passed' }],
    })
    expect(await asked({}, 'f'.repeat(32))).toMatchObject({
      verdict: 'unmet',
      findings: [{ check: 'canary' }],
    })
  })
})
