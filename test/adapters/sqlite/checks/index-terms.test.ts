import { describe, expect, test } from 'vitest'

import { termsOf } from '../../../../lib/adapters/sqlite/checks/index-terms'

describe('what an index is on, as it was written', () => {
  test.each([
    { sql: 'CREATE INDEX i ON t(a)', keys: ['(a)'] },
    { sql: 'CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a ASC, b desc)', keys: ['(a)', '(b)'] },
    { sql: 'CREATE INDEX "on (x)" on "t (y" (max(a, b), c)', keys: ['(max(a, b))', '(c)'] },
    { sql: `CREATE INDEX i ON t(a || ',)''' DESC)`, keys: [`(a || ',)''')`] },
    { sql: 'CREATE INDEX [on] ON `t``(`(a COLLATE NOCASE)', keys: ['(a COLLATE NOCASE)'] },
    { sql: 'CREATE INDEX i ON t(-- x, y)\n a /* , ) */ , b)', keys: ['(a)', '(b)'] },
    {
      sql: 'CREATE INDEX i ON t(lower(é), x$1) WHERE a > 1 AND (b IN (1, 2)) -- only these',
      keys: ['(lower(é))', '(x$1)'],
      condition: '(a > 1 AND (b IN (1, 2)))',
    },
    { sql: 'CREATE INDEX i ON t(a) WHERE b < desc', keys: ['(a)'], condition: '(b < desc)' },
  ])('$sql', ({ sql, keys, condition }) => {
    expect(termsOf(sql)).toEqual({ keys, condition })
  })

  test.each([
    '',
    'CREATE INDEX i',
    'CREATE INDEX i ON t',
    'CREATE INDEX i ON t(a',
    'CREATE INDEX i ON t(a,)',
    'CREATE INDEX i ON t(a) WHERE',
    'CREATE INDEX i ON t(a) b',
  ])('is not known of "%s"', (sql) => {
    expect(termsOf(sql)).toBeUndefined()
  })
})
