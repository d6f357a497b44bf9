import { describe, expect, test } from 'vitest'

import {
  agreementOn,
  checksIn,
  computedIn,
  leastAgreement,
} from '../../../../lib/rules/kinds/sqlite/expressions'

describe('every version of SQLite', () => {
  test.each([
    { expression: 'a > 0 AND b IS NOT NULL', agrees: 'always' },
    { expression: 'lat >= -90 AND lat <= +90.5 AND lat BETWEEN -1 AND .5', agrees: 'always' },
    { expression: `kind IN ('a', 'it''s', "b", [c d], \`e\`) -- date(x)`, agrees: 'always' },
    { expression: 'a COLLATE NOCASE = x /* length(a) */', agrees: 'always' },
    { expression: 'CASE WHEN (a) THEN 1 ELSE (0) END', agrees: 'always' },
    { expression: 't.a <> 1 OR NOT (a == 2)', agrees: 'always' },
    { expression: `length(a || '') > 17`, agrees: 'without reals' },
    { expression: 'CAST(a AS TEXT)', agrees: 'without reals' },
    { expression: '"lower"(a)', agrees: 'without reals' },
    { expression: `a LIKE 'x%'`, agrees: 'without reals' },
    { expression: `a GLOB 'x*'`, agrees: 'without reals' },
    { expression: 'a - 1 > 0', agrees: 'without reals' },
    { expression: 'a -1', agrees: 'without reals' },
    { expression: '(a) -1', agrees: 'without reals' },
    { expression: '-a', agrees: 'without reals' },
    { expression: 'date(a)', agrees: 'never sure' },
    { expression: 'DATE (a) > 1', agrees: 'never sure' },
    { expression: `JSON_VALID("data") OR "data" IS NULL`, agrees: 'never sure' },
    { expression: `data ->> '$.a'`, agrees: 'never sure' },
    { expression: `data -> 'a'`, agrees: 'never sure' },
    { expression: `a REGEXP 'x'`, agrees: 'never sure' },
    { expression: `a MATCH 'x'`, agrees: 'never sure' },
    { expression: `'date(a)' = a`, agrees: 'always' },
    { expression: 'überall = 1 AND größe > 2', agrees: 'always' },
    { expression: '', agrees: 'always' },
  ])('computes $expression alike: $agrees', ({ expression, agrees }) => {
    expect(agreementOn(expression)).toBe(agrees)
  })

  test.each(['=', '==', '<', '>', '<=', '>=', '<>', '!=', ',', '.'])(
    'compares alike by %s, whatever stands on both sides',
    (sign) => {
      expect(agreementOn(`a ${sign} ?`)).toBe('always')
    },
  )

  test.each(['+', '-', '*', '/', '%', '||', '<<', '>>', '&', '|', '~'])(
    'makes text of a real otherwise, or may, by %s',
    (sign) => {
      expect(agreementOn(`a ${sign} b`)).toBe('without reals')
    },
  )

  test('agrees on several no more than on the least of them', () => {
    expect(leastAgreement([])).toBe('always')
    expect(leastAgreement(['always', 'without reals'])).toBe('without reals')
    expect(leastAgreement(['never sure', 'without reals'])).toBe('never sure')
  })
})

describe('the text of a table', () => {
  const sql = `CREATE TABLE "check" (a DECIMAL(10, 2) CHECK (a > (0)), b AS (date(a)) STORED,
    c TEXT GENERATED ALWAYS AS (lower(b)), d AS (a + 1) VIRTUAL, e CAST, f, -- CHECK (no)
    CONSTRAINT x CHECK(f IN ('(', 2)), CHECK (CAST(a AS TEXT) <> ''))`

  test('has the checks of its rows', () => {
    expect(checksIn(sql)).toEqual(['a > (0)', `f IN ('(', 2)`, `CAST(a AS TEXT) <> ''`])
    expect(checksIn('CREATE TABLE t (a CHECK (a > 0')).toEqual(['a > 0'])
  })

  test('has what columns are computed from, but for those that are stored', () => {
    expect(computedIn(sql)).toEqual(['lower(b)', 'a + 1'])
    expect(computedIn('CREATE TABLE t (a AS (b), b)')).toEqual(['b'])
  })
})
