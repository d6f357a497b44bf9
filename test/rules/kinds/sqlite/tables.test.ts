import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  fingerprintSchema,
  judgeRows,
  judgeSchema,
} from '../../../../lib/rules/kinds/sqlite/tables'
import { told } from '../../../fixtures/told/entries'

const floorsOf = (floors: Record<string, number>): Record<string, { atLeast: number }> =>
  Object.fromEntries(Object.entries(floors).map(([table, atLeast]) => [table, { atLeast }]))

describe('fingerprintSchema', () => {
  const schemas = fc.array(fc.array(fc.string(), { minLength: 4, maxLength: 4 }))

  test('is the same in whatever order SQLite lists the schema', () => {
    const shuffled = schemas.chain((rows) =>
      fc.tuple(
        fc.constant(rows),
        fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([rows, others]) => {
        expect(fingerprintSchema(others)).toBe(fingerprintSchema(rows))
      }),
    )
  })

  test('is another for another schema', () => {
    const sorted = (rows: string[][]) => rows.map((row) => JSON.stringify(row)).toSorted()
    fc.assert(
      fc.property(schemas, schemas, (rows, others) => {
        const isSame = JSON.stringify(sorted(rows)) === JSON.stringify(sorted(others))
        expect(fingerprintSchema(rows) === fingerprintSchema(others)).toBe(isSame)
      }),
    )
  })

  test.each([
    { name: 'a column more', other: ['table', 'tokens', 'tokens', 'CREATE TABLE tokens (key, x)'] },
    { name: 'another type', other: ['view', 'tokens', 'tokens', 'CREATE TABLE tokens (key)'] },
    { name: 'a part moved over', other: ['table', 'tokens\0tokens', 'CREATE TABLE tokens (key)'] },
  ])('differs: $name', ({ other }) => {
    const rows = [['table', 'tokens', 'tokens', 'CREATE TABLE tokens (key)']]
    expect(fingerprintSchema([other])).not.toBe(fingerprintSchema(rows))
    expect(fingerprintSchema(rows)).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('judgeSchema', () => {
  const present = new Map([
    ['tokens', ['key', 'created_at']],
    ['Sessions', ['session_id']],
  ])

  const rows: { name: string; expected: Record<string, string[]>; outcome: string }[] = [
    { name: 'nothing', expected: {}, outcome: 'passed' },
    { name: 'a table that is there', expected: { tokens: [] }, outcome: 'passed' },
    { name: 'its columns', expected: { tokens: ['key', 'created_at'] }, outcome: 'passed' },
    { name: 'other capitals', expected: { TOKENS: ['Key'], sessions: [] }, outcome: 'passed' },
    { name: 'a table that is gone', expected: { users: ['id'] }, outcome: 'unmet' },
    { name: 'a column that is gone', expected: { tokens: ['key', 'owner'] }, outcome: 'unmet' },
    { name: 'a name every object knows', expected: { constructor: [] }, outcome: 'unmet' },
    { name: 'other letters than A to Z', expected: { tokenſ: [] }, outcome: 'unmet' },
  ]

  test.each(rows)('expecting $name: $outcome', ({ expected, outcome }) => {
    const finding = judgeSchema(present, expected)
    expect(finding.outcome).toBe(outcome)
    expect(finding).toMatchSnapshot()
    expect(finding.check).toBe('schema')
  })

  test.each([
    { atLeast: 0, virtual: [], outcome: 'passed' },
    { atLeast: 2, virtual: [], outcome: 'passed' },
    { atLeast: 3, virtual: [], outcome: 'unmet' },
    { atLeast: 3, virtual: ['search'], outcome: 'passed' },
    { atLeast: 4, virtual: ['search'], outcome: 'unmet' },
  ])(
    'of $atLeast tables at least, with $virtual besides: $outcome',
    ({ atLeast, virtual, outcome }) => {
      expect(judgeSchema(present, {}, { untold: virtual, atLeast }).outcome).toBe(outcome)
      expect(judgeSchema(present, {}, { untold: virtual, atLeast })).toMatchSnapshot()
    },
  )

  test('says how many there are, and how many were to be', () => {
    expect([
      told(judgeSchema(present, {}, { atLeast: 10 })),
      told(judgeSchema(present, {}, { atLeast: 2 })),
      told(judgeSchema(new Map(), {}, { untold: ['search'] })),
    ]).toMatchInlineSnapshot(`
      [
        "unmet schema: 2 tables; at least 10 are expected. -> Look at the live database: either tables are gone, or the number in lib/databases.ts is too high; change it then, and deploy again.",
        "passed schema: 2 tables, with all that was expected.",
        "passed schema: 1 table.",
      ]
    `)
  })

  test('reads well', () => {
    expect([
      told(judgeSchema(present, {})),
      told(judgeSchema(new Map([['tokens', ['key']]]), { tokens: ['key'] })),
      told(judgeSchema(present, { tokens: ['key', 'owner', 'scope'], users: ['id'] })),
      told(judgeSchema(new Map(), {})),
      told(judgeSchema(new Map(), { tokens: ['key'] })),
    ]).toMatchInlineSnapshot(`
      [
        "passed schema: 2 tables.",
        "passed schema: 1 table, with all that was expected.",
        "unmet schema: Expected and not there: column tokens.owner, column tokens.scope, table users. -> After a migration, change lib/databases.ts and deploy again: the copies are then judged anew by themselves. If there was none, check that the path on the host names the right file.",
        "warned schema: The database holds no tables at all. -> If the app has tables, the copy was taken of the wrong file or without its WAL.",
        "unmet schema: Expected and not there: table tokens. -> After a migration, change lib/databases.ts and deploy again: the copies are then judged anew by themselves. If there was none, check that the path on the host names the right file.",
      ]
    `)
  })

  const names = fc.stringMatching(/^[a-z]{1,3}$/)
  const tables = fc.dictionary(names, fc.uniqueArray(names))

  test('passes whatever is expected of a database that holds just that, and more', () => {
    fc.assert(
      fc.property(tables, tables, (expected, more) => {
        fc.pre(Object.keys(expected).length > 0)
        const columns = new Map([...Object.entries(more), ...Object.entries(expected)])
        expect(judgeSchema(columns, expected).outcome).toBe('passed')
      }),
    )
  })

  test('names every table that is gone', () => {
    fc.assert(
      fc.property(tables, (expected) => {
        const { detail } = judgeSchema(new Map(), expected)
        for (const table of Object.keys(expected)) expect(detail).toContain(`table ${table}`)
      }),
    )
  })
})

describe('judgeRows', () => {
  type Figures = Record<string, number>
  const rows: { name: string; counts: Figures; floors: Figures; outcome: string }[] = [
    { name: 'no floor', counts: { tokens: 0 }, floors: {}, outcome: 'passed' },
    { name: 'one row less', counts: { tokens: 9 }, floors: { tokens: 10 }, outcome: 'unmet' },
    {
      name: 'exactly the floor',
      counts: { tokens: 10 },
      floors: { tokens: 10 },
      outcome: 'passed',
    },
    { name: 'one row more', counts: { tokens: 11 }, floors: { tokens: 10 }, outcome: 'passed' },
    { name: 'other capitals', counts: { Tokens: 10 }, floors: { tokens: 10 }, outcome: 'passed' },
    { name: 'a table not counted', counts: {}, floors: { tokens: 1 }, outcome: 'unmet' },
    { name: 'a floor of nothing', counts: {}, floors: { tokens: 0 }, outcome: 'passed' },
    {
      name: 'a name every object knows',
      counts: {},
      floors: { constructor: 1 },
      outcome: 'unmet',
    },
    {
      name: 'one of two tables',
      counts: { tokens: 10, sessions: 0 },
      floors: { tokens: 10, sessions: 1 },
      outcome: 'unmet',
    },
  ]

  test.each(rows)('$name: $outcome', ({ counts, floors, outcome }) => {
    const finding = judgeRows(counts, floorsOf(floors))
    expect(finding.outcome).toBe(outcome)
    expect(finding).toMatchSnapshot()
    expect(finding.check).toBe('rows')
  })

  test('reads well', () => {
    expect([
      told(judgeRows({ tokens: 300, sessions: 12 }, {})),
      told(judgeRows({ tokens: 1 }, {})),
      told(judgeRows({}, {})),
      told(judgeRows({ tokens: 0 }, floorsOf({ tokens: 1, audit: 5 }))),
    ]).toMatchInlineSnapshot(`
      [
        "passed rows: 312 rows in 2 tables.",
        "passed rows: 1 row in 1 table.",
        "passed rows: 0 rows in 0 tables.",
        "unmet rows: Fewer rows than the floor: tokens has 0 (floor 1), audit is no ordinary table (floor 5). -> Look at the live database: either its rows are gone, or the floor in lib/databases.ts is too high; change it then, and deploy again.",
      ]
    `)
  })

  test('passes when every table reaches its floor, and only then', () => {
    const figures = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 3 }))
    fc.assert(
      fc.property(figures, figures, (counts, floors) => {
        const isRight = Object.entries(floors).every(
          ([table, floor]) => (counts[table] ?? 0) >= floor,
        )
        expect(judgeRows(counts, floorsOf(floors)).outcome).toBe(isRight ? 'passed' : 'unmet')
      }),
    )
  })
})

describe('tables of modules that are not here', () => {
  test('are there, whatever their columns are', () => {
    const columns = new Map([['notes', ['id']]])
    expect(judgeSchema(columns, { Search: ['body'] }, { untold: ['search'] }).outcome).toBe(
      'passed',
    )
    expect(judgeSchema(columns, { Search: ['body'] }, { untold: ['search'] })).toMatchSnapshot()
    expect(judgeSchema(columns, { search: ['body'] }).outcome).toBe('unmet')
    expect(judgeSchema(columns, { search: ['body'] })).toMatchSnapshot()
  })

  test('cannot be counted, which is no evidence against the data', () => {
    expect(judgeRows({ notes: 3 }, { Search: { atLeast: 1 } }, ['search'])).toMatchObject({
      outcome: 'unverifiable',
      detail: 'Search belongs to a module, and its rows cannot be counted here.',
    })
    expect(judgeRows({ notes: 3 }, { Search: { atLeast: 1 } }, ['search'])).toMatchSnapshot()
  })
})
