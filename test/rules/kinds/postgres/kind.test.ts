/** What PostgreSQL says of itself as a kind. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { postgres } from '../../../../lib/rules/kinds/postgres/kind'

describe('a dump of PostgreSQL', () => {
  test('is asked by tables and rows, not by whether it must be restored', () => {
    expect(postgres.isAsked({ tables: { users: [] } })).toBe(true)
    expect(postgres.isAsked({ rows: { users: { atLeast: 1 } } })).toBe(true)
    expect(postgres.isAsked({ assertions: [] })).toBe(true)
    expect(postgres.isAsked({ unrestored: 'warn' })).toBe(false)
  })

  test('is asked in this order, and is sound by no less than this', () => {
    expect(postgres).toMatchObject({
      checks: [
        'arrival',
        'bytes',
        'header',
        'structure',
        'references',
        'schema',
        'rows',
        'freshness',
        'assertions',
        'clock',
      ],
      essential: ['arrival', 'bytes', 'header', 'structure'],
      expectations: ['references', 'schema', 'rows', 'freshness', 'assertions'],
    })
  })

  test('takes words of the host that are short, and stand in one line', () => {
    const facts = z.strictObject(postgres.facts)
    const said = { server_version: '16.4', dump_version: '17.2' }
    const problem = (dbname: string) =>
      facts.safeParse({ ...said, dbname }).error?.issues.map(({ message }) => message)
    expect(facts.safeParse(said).success).toBe(true)
    expect(problem('a'.repeat(200))).toBeUndefined()
    expect(problem('a'.repeat(201))).toHaveLength(1)
    expect(problem('a\nb')).toEqual(['expected printable characters'])
  })

  test('tells what the host says of counting', () => {
    expect(postgres.note({ rows: '{}' })).toBeUndefined()
    expect(postgres.note({ uncounted: '300' })).toEqual({
      check: 'structure',
      outcome: 'warned',
      code: 'uncounted',
      detail:
        'The source came to no end of counting its rows in 300 seconds: had this dump lost some on its way, nothing would tell.',
      mend: 'Give it more seconds, with SNAPPROOF_COUNTS in the settings on the host, or set that to off there: then this is not said.',
    })
  })
})
