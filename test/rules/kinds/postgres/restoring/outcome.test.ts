/** What came of a restore, in words that hold the line and no value of a row. */
import { describe, expect, test } from 'vitest'

import { isOfPart, judgeRestored } from '../../../../../lib/rules/kinds/postgres/restoring/outcome'
import type { Outcome } from '../../../../../lib/rules/kinds/postgres/restoring/outcome'

const well: Outcome = {
  engine: 'PostgreSQL 18.7',
  tables: 2,
  rows: 5,
  refused: [],
  refusals: 0,
  missing: [],
  isForeign: false,
  made: new Set(['users']),
  dumps: 1,
}

const refusal = {
  code: '22P02',
  message: 'invalid input syntax for type integer: "secret"',
  line: 12,
  what: 'COPY',
  isOfRows: true,
}

const judge = (some: Partial<Outcome>) =>
  judgeRestored({ ...well, ...(some.refused && { refusals: some.refused.length }), ...some })

describe('taken', () => {
  test('says by which engine, and how much', () => {
    expect(judge({})).toEqual([
      {
        check: 'structure',
        outcome: 'passed',
        detail: 'PostgreSQL 18.7 restored 2 tables, 5 rows.',
      },
    ])
  })

  test('names an extension that nothing needs', () => {
    expect(judge({ missing: ['postgis'] })[0]?.detail).toContain('without postgis, which nothing')
    expect(judge({ missing: ['postgis'] })[0]).toMatchSnapshot()
  })
})

describe('refused', () => {
  test('a value: damage, with its line and without the value', () => {
    const [found, ...more] = judge({ refused: [refusal] })
    expect(more).toEqual([])
    expect(found).toMatchObject({ check: 'structure', outcome: 'failed', code: 'refused' })
    expect(found).toMatchSnapshot()
    expect(found?.detail).toBe(
      'PostgreSQL 18.7 refuses line 12 (COPY): invalid input syntax for type integer: “…”.',
    )
  })

  test.each([
    ['date/time field value out of range: "1', 'date/time field value out of range: “….'],
    ['value too long: secret and more', 'value too long.'],
  ])('%s is told without its value', (message, told) => {
    expect(judge({ refused: [{ ...refusal, message }] })[0]?.detail).toContain(told)
    expect(judge({ refused: [{ ...refusal, message }] })[0]).toMatchSnapshot()
  })

  test('what may be left of a row is not named', () => {
    const message = 'column "secret" does not exist'
    for (const more of [
      { isOfRows: true, what: 'INSERT INTO' },
      { isOfRows: false, what: undefined },
    ]) {
      const [found] = judge({ refused: [{ ...refusal, code: '42703', message, ...more }] })
      expect(found?.detail).toContain('column “…” does not exist.')
      expect(found).toMatchSnapshot()
      expect(found?.detail).not.toContain('secret')
    }
  })

  test('a table that is not there is named, also where rows were to go into it', () => {
    const message = 'relation "users" does not exist'
    const [found] = judge({
      refused: [{ ...refusal, code: '42P01', message, what: 'INSERT INTO' }],
    })
    expect(found?.detail).toBe(
      'PostgreSQL 18.7 refuses line 12 (INSERT INTO): relation "users" does not exist.',
    )
    expect(found).toMatchSnapshot()
  })

  test('a statement that begins as none does is told by its line alone', () => {
    const [found] = judge({ refused: [{ ...refusal, code: '42601', what: undefined }] })
    expect(found?.detail).toMatch(/refuses line 12: invalid input/)
    expect(found).toMatchSnapshot()
  })

  test('a key that is there twice: unmet, and it names the key', () => {
    const message = 'could not create unique index "users_pkey"'
    const [found] = judge({ refused: [{ ...refusal, code: '23505', message, isOfRows: false }] })
    expect(found).toMatchObject({ check: 'references', outcome: 'unmet' })
    expect(found).toMatchSnapshot()
    expect(found?.detail).toContain('"users_pkey"')
  })

  test('what hangs on a missing extension cannot be verified, and names it', () => {
    const message = 'type "geometry" does not exist'
    const refused = [{ ...refusal, code: '42704', message, isOfRows: false }]
    const [found] = judge({ refused, missing: ['postgis'] })
    expect(found).toMatchObject({ check: 'structure', outcome: 'unverifiable', code: 'unable' })
    expect(found).toMatchSnapshot()
    expect(found?.detail).toContain('type "geometry" does not exist. It needs postgis, and that')
  })

  test('what this PostgreSQL does otherwise cannot be verified either', () => {
    const refused = [{ ...refusal, code: '42601', isOfRows: false }]
    const [found] = judge({ refused, isForeign: true })
    expect(found).toMatchObject({ outcome: 'unverifiable' })
    expect(found).toMatchSnapshot()
    expect(found?.detail).toContain('with all that the live one has')
    expect(judge({ refused, isForeign: true, programLine: 7 })[0]?.mend).toMatch(/^Read line 7 of/)
  })

  test('what the dump nowhere makes: a part of a database, and what follows from it is no damage', () => {
    const gone = (name: string) => ({
      ...refusal,
      code: '42P01',
      message: `relation "public.${name}" does not exist`,
      what: 'ALTER TABLE',
      isOfRows: false,
    })
    const found = judge({ refused: [gone('orders'), gone('users'), gone('orders')] })
    expect(found.map(({ code, outcome }) => [code, outcome])).toEqual([['part', 'unverifiable']])
    expect(found[0]).toMatchSnapshot()
    expect(found.map(isOfPart)).toEqual([true])
    expect(found[0]?.detail).toContain('It is the first of 2.')
    expect(judge({ refused: [gone('users'), gone('orders')] })[0]?.outcome).toBe('failed')
  })

  test('a dump that is there twice is told as that, and not by the keys that are there twice for it', () => {
    const again = {
      ...refusal,
      code: '42P07',
      message: 'relation "users" already exists',
      what: 'CREATE TABLE',
      isOfRows: false,
    }
    const twice = { ...refusal, code: '23505' }
    const unable = { ...refusal, code: '42883', message: 'x' }
    const found = judge({ refused: [again, unable, twice], dumps: 2 })
    expect(found).toMatchObject([{ code: 'repeated', outcome: 'unverifiable' }])
    expect(found.map(isOfPart)).toEqual([true])
    expect(found[0]).toMatchSnapshot()
  })

  test('several things: the gravest first, and how many', () => {
    const some = Array.from({ length: 3 }, () => refusal)
    const message = 'table "orders" violates foreign key constraint "orders_user_id_fkey"'
    const found = judge({ refused: [...some, { ...refusal, code: '23503', message }] })
    expect(found.map(({ outcome }) => outcome)).toEqual(['failed', 'unmet'])
    expect(found[0]?.detail).toContain('It is the first of 3.')
    expect(found).toMatchSnapshot()
    expect(found.map(isOfPart)).toEqual([false, false])
  })

  test('more than are kept: of one sort the count is of all', () => {
    const refused = Array.from({ length: 20 }, () => refusal)
    expect(judge({ refused, refusals: 400 })[0]?.detail).toContain('the first of 400.')
    expect(judge({ refused, refusals: 400 })[0]).toMatchSnapshot()
    const mixed = [...refused, { ...refusal, code: '23503' }]
    expect(judge({ refused: mixed, refusals: 400 })[0]?.detail).toContain('the first of 20.')
    expect(judge({ refused: mixed, refusals: 400 })[0]).toMatchSnapshot()
  })
})
