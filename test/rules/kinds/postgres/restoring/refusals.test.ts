/** What a refusal says of a dump: it is not damage that a limit of ours or another version refuses. */
import { describe, expect, test } from 'vitest'

import {
  isForeignVersion,
  isScarce,
  meaningOf,
} from '../../../../../lib/rules/kinds/postgres/restoring/refusals'

describe('a refusal', () => {
  test.each([
    ['23505', false, false, 'contradiction'],
    ['23503', false, true, 'contradiction'],
    ['22P02', true, false, 'damage'],
    ['22P02', true, true, 'damage'],
    ['22P02', false, false, 'unable'],
    ['42601', false, false, 'damage'],
    ['42601', false, true, 'unable'],
    ['42P01', true, false, 'damage'],
    ['42703', true, true, 'unable'],
    ['42883', false, false, 'unable'],
    ['0A000', false, false, 'unable'],
    ['XX000', true, false, 'unable'],
  ] as const)('%s (of rows: %s, foreign: %s) means %s', (code, isOfRows, isForeign, meaning) => {
    expect(meaningOf({ code, message: '', isOfRows }, isForeign)).toBe(meaning)
  })
})

test('what is too deep for any parser is no damage: PostgreSQL with a larger stack may have written it', () => {
  const message = 'memory exhausted at or near "("'
  expect(meaningOf({ code: '42601', message, isOfRows: false }, false)).toBe('unable')
})

test.each([
  ['53200', true],
  ['53100', true],
  ['42601', false],
])('%s speaks of too little here: %s', (code, scarce) => {
  expect(isScarce({ code })).toBe(scarce)
})

test.each([
  ['12.4', true],
  ['13.0 (Debian 13.0-1)', false],
  ['18.7', false],
  ['19beta1', true],
  [undefined, false],
  ['devel', false],
])('a dump of %s is foreign: %s', (version, isForeign) => {
  expect(isForeignVersion(version)).toBe(isForeign)
})
