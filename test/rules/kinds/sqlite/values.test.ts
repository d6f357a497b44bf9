/** The values that a copy hands out to be compared with what stands elsewhere. */
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
  { answer: { error: 'no such table: users' }, says: 'SQLite could not answer: no such table' },
  { answer: { rows: [['right', 'a']], isCut: true }, says: 'more than 100000 values' },
  {
    answer: {
      rows: [
        ['right', 'a'],
        ['null', 'null'],
      ],
    },
    says: 'The SQL gives null',
  },
])('are none, and no evidence against the copy: $says', ({ answer, says }) => {
  expect(valuesOf(answer)).toMatchObject({
    finding: { outcome: 'unverifiable', detail: expect.stringContaining(says) },
  })
})

test('are asked for with a limit that is seen to be passed', () => {
  expect(valuesSql('SELECT 1')).toContain(`LIMIT ${valuesLimits.rows}`)
})

test('are all that is asked then, by the one kind that can be', () => {
  expect(kindNamed('sqlite')?.handingOut?.('SELECT 1')).toMatchObject({ values: 'SELECT 1' })
  expect(kindNamed('postgres')?.handingOut).toBeUndefined()
})
