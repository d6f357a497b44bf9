/** What PostgreSQL says of itself as a kind. */
import { describe, expect, test } from 'vitest'

import { postgres } from '../../../../lib/rules/kinds/postgres/kind'

describe('a dump of PostgreSQL', () => {
  test('is asked by tables and rows, not by whether it must be restored', () => {
    expect(postgres.isAsked({ tables: { users: [] } })).toBe(true)
    expect(postgres.isAsked({ rows: { users: { atLeast: 1 } } })).toBe(true)
    expect(postgres.isAsked({ unrestored: 'warn' })).toBe(false)
  })

  test('tells what the host says of counting', () => {
    expect(postgres.note({ rows: '{}' })).toBeUndefined()
    expect(postgres.note({ uncounted: '300' })).toMatchObject({
      check: 'structure',
      outcome: 'warned',
      detail: expect.stringContaining('in 300 seconds: had this dump lost'),
      mend: expect.stringContaining('SNAPPROOF_COUNTS'),
    })
  })
})
