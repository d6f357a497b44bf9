/** What a refusal says of a dump: it is not damage that a limit of ours or another version refuses. */
import { describe, expect, test } from 'vitest'

import {
  isForeignVersion,
  isScarce,
  meaningOf,
} from '../../../../../lib/rules/kinds/postgres/restoring/refusals'
import type { Circumstances } from '../../../../../lib/rules/kinds/postgres/restoring/refusals'

const about: Circumstances = {
  isForeign: false,
  before: new Set(),
  made: new Set(['app', 'users', 'new.line']),
  dumps: 1,
}

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
    expect(meaningOf({ code, message: '', isOfRows }, { ...about, isForeign })).toBe(meaning)
  })

  test.each([
    ['42P01', 'relation "public.users" does not exist', 'damage'],
    ['42P01', 'relation "users" does not exist', 'damage'],
    ['42P01', 'relation "public.new.line" does not exist', 'damage'],
    ['42P01', 'relation "public.orders" does not exist', 'part'],
    ['42P01', 'relation "users.orders" does not exist', 'part'],
    ['42P01', 'missing FROM-clause entry for table "orders"', 'damage'],
    ['3F000', 'schema "app" does not exist', 'unable'],
    ['3F000', 'schema "other" does not exist', 'part'],
    ['42703', 'relation "public.orders" does not exist', 'damage'],
  ])('%s, %s, of a dump that makes users and app, means %s', (code, message, meaning) => {
    expect(meaningOf({ code, message, isOfRows: false }, about)).toBe(meaning)
  })

  test.each([
    ['42P07', 1, 'unable'],
    ['42P07', 2, 'repeated'],
    ['42P06', 2, 'repeated'],
    ['42710', 2, 'repeated'],
    ['42P16', 3, 'repeated'],
    ['42601', 2, 'damage'],
  ])('%s in %d dumps one behind the other means %s', (code, dumps, meaning) => {
    expect(meaningOf({ code, message: '', isOfRows: false }, { ...about, dumps })).toBe(meaning)
  })

  test('where an extension is missing, it may have what nobody makes', () => {
    const refused = {
      code: '42P01',
      message: 'relation "public.orders" does not exist',
      isOfRows: false,
    }
    expect(meaningOf(refused, { ...about, isForeign: true })).toBe('unable')
  })

  test.each([
    ['42P01', 'unable', 'unable'],
    ['42703', 'part', 'unable'],
    ['42601', 'unable', 'damage'],
    ['22P02', 'unable', 'damage'],
    ['42P01', 'contradiction', 'damage'],
    ['42830', 'contradiction', 'contradiction'],
    ['42830', 'damage', 'unable'],
  ] as const)('%s after what meant %s means %s', (code, first, meaning) => {
    const refused = { code, message: '', isOfRows: true }
    expect(meaningOf(refused, { ...about, before: new Set([first]) })).toBe(meaning)
  })
})

test('what is too deep for any parser is no damage: PostgreSQL with a larger stack may have written it', () => {
  const message = 'memory exhausted at or near "("'
  expect(meaningOf({ code: '42601', message, isOfRows: false }, about)).toBe('unable')
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
