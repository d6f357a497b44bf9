/** What PostgreSQL says of itself as a kind. */
import { describe, expect, test } from 'vitest'

import { postgres } from '../../../../lib/rules/kinds/postgres/kind'

describe('a dump of PostgreSQL', () => {
  test('is asked by tables and rows, not by whether it must be restored', () => {
    expect(postgres.isAsked({ tables: { users: [] } })).toBe(true)
    expect(postgres.isAsked({ rows: { users: { atLeast: 1 } } })).toBe(true)
    expect(postgres.isAsked({ unrestored: 'warn' })).toBe(false)
  })

  test('has nothing to add to what the host says', () => {
    expect(postgres.note()).toBeUndefined()
  })
})
