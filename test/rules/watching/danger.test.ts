/** In danger is what is damaged or gone; what is late, unmet or not judged is whole as far as anybody knows. */
import { expect, test } from 'vitest'

import { alertKinds } from '../../../lib/rules/alerts/alert'
import { isDanger, isInDanger, isRed } from '../../../lib/rules/watching/danger'

test('of all that is told, this is danger', () => {
  expect(alertKinds.filter((kind) => isDanger({ kind }))).toEqual([
    'verify.failed',
    'copy.gone',
    'rows.leaving',
    'copy.decayed',
    'rows.collapsed',
    'drill.failed',
  ])
})

test.each([
  { name: 'grave', changes: {}, is: true },
  { name: 'a warning', changes: { severity: 'warning' }, is: true },
  { name: 'told for information', changes: { severity: 'info' }, is: false },
  { name: 'of no database', changes: { database: undefined }, is: false },
  { name: 'nothing that is lost', changes: { kind: 'backup.late' }, is: false },
] as const)('what is damaged or gone is red, or not, where it is $name: $is', ({ changes, is }) => {
  const wrong = { kind: 'copy.gone', severity: 'critical', database: 'tokens' } as const
  expect(isRed({ ...wrong, ...changes })).toBe(is)
})

test.each([
  { word: 'failed', is: true },
  { word: 'rotten', is: true },
  { word: 'unmet', is: false },
  { word: 'unverifiable', is: false },
  { word: 'passed', is: false },
])('a newest copy that is $word: $is', ({ word, is }) => {
  expect(isInDanger({ troubles: [], newest: { word } })).toBe(is)
})

test('what never came is in none, unless what is told of it says so', () => {
  expect(isInDanger({ troubles: [{ kind: 'backup.never' }] })).toBe(false)
  expect(isInDanger({ troubles: [{ kind: 'backup.late' }, { kind: 'copy.gone' }] })).toBe(true)
})
