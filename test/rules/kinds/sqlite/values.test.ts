/** The values that a copy hands out to be compared with what stands elsewhere. */
import { execFileSync } from 'node:child_process'

import { expect, test } from 'vitest'

import { kindNamed } from '../../../../lib/rules/kinds/kinds'
import { valuesLimits, valuesOf, valuesSql } from '../../../../lib/rules/kinds/sqlite/values'

test('are those of one column', () => {
  expect(
    valuesOf({
      rows: [
        ['right', 'a'],
        ['right', '7'],
      ],
    }),
  ).toEqual({ values: ['a', '7'] })
  expect(valuesOf({ rows: [] })).toEqual({ values: [] })
  expect(valuesOf({ rows: [['right']] })).toEqual({ values: [] })
})

test.each([
  {
    answer: { error: 'no such table: users' },
    says: 'SQLite could not answer: no such table: users.',
  },
  {
    answer: { rows: [['right', 'a']], isCut: true },
    says: 'The SQL gives more than 100000 values.',
  },
  {
    answer: {
      rows: [
        ['right', 'a'],
        ['null', 'null'],
      ],
    },
    says: 'The SQL gives null: text and integers can be compared.',
  },
])('are none, and no evidence against the copy: $says', ({ answer, says }) => {
  expect(valuesOf(answer)).toEqual({
    finding: {
      check: 'assertions',
      outcome: 'unverifiable',
      detail: says,
      mend:
        'error' in answer
          ? 'Fetch it with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it.'
          : 'Change the SQL in lib/databases.ts and deploy again.',
    },
  })
})

test('are asked for with a limit that is seen to be passed', () => {
  expect(valuesSql('SELECT 1')).toContain('LIMIT 100001')
  // Each of them may be as long as one is taken, beside the word for it and a sign between the two.
  expect(valuesLimits).toEqual({ rows: 100_001, bytes: 100_001 * (128 + 'right'.length + 1) })
})

test('are refused in words where they are not text of some length, or integers', () => {
  const rows = ['NULL', '1.5', "x'00'", "''", 'hex(zeroblob(65))', 'hex(zeroblob(64))', '7']
  const said = rows.map((value) =>
    execFileSync('sqlite3', [':memory:', valuesSql(`SELECT ${value} -- of one's own`)], {
      encoding: 'utf8',
    }).trimEnd(),
  )
  expect(said).toEqual([
    'null|',
    'real|',
    'blob|',
    'empty text|',
    `text of more than 128 signs|${'0'.repeat(128)}`,
    `right|${'0'.repeat(128)}`,
    'right|7',
  ])
})

test('are all that is asked then, by the one kind that can be', () => {
  expect(kindNamed('sqlite')?.handingOut?.('SELECT 1')).toMatchObject({ values: 'SELECT 1' })
  expect(kindNamed('postgres')?.handingOut).toBeUndefined()
})
