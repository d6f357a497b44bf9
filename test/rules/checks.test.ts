import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  fingerprintSchema,
  judgeError,
  judgeReferences,
  judgeRows,
  judgeSchema,
  judgeStructure,
  isRefusal,
} from '../../lib/rules/checks'
import type { Answer } from '../../lib/rules/checks'
import { told } from '../fixtures/entries'

/** What SQLite 3.54 says, word for word, and what it means for the data. */
const errors = [
  { error: 'no such collation sequence: app_order', outcome: 'unverifiable' },
  { error: 'unknown function: app_hash()', outcome: 'unverifiable' },
  { error: 'no such function: app_hash', outcome: 'unverifiable' },
  { error: 'no such module: fts5', outcome: 'unverifiable' },
  { error: 'unknown tokenizer: app_words', outcome: 'unverifiable' },
  { error: 'no such tokenizer: app_words', outcome: 'unverifiable' },
  {
    error: 'malformed database schema (by_hash) - no such function: app_hash',
    outcome: 'unverifiable',
  },
  { error: 'out of memory', outcome: 'unverifiable' },
  { error: 'string or blob too big', outcome: 'unverifiable' },
  { error: 'unsafe use of app_hash()', outcome: 'unverifiable' },
  { error: 'unsafe use of corrupt_log()', outcome: 'unverifiable' },
  { error: 'no such table: malformed_mail', outcome: 'unverifiable' },
  { error: 'malformed JSON', outcome: 'unverifiable' },
  { error: 'interrupted', outcome: 'unverifiable' },
  { error: 'disk I/O error', outcome: 'unverifiable' },
  { error: '', outcome: 'unverifiable' },
  { error: 'database disk image is malformed', outcome: 'failed' },
  { error: 'file is not a database', outcome: 'failed' },
  { error: 'malformed database schema (by_key) - no such column: zz', outcome: 'failed' },
  { error: 'malformed database schema (?)', outcome: 'failed' },
  { error: 'fts5: corruption found reading blob 1 from table "mail"', outcome: 'failed' },
] as const

describe('judgeError', () => {
  test.each(errors)('"$error" is $outcome', ({ error, outcome }) => {
    const finding = judgeError('structure', error)
    expect(finding.outcome).toBe(outcome)
    expect(finding.mend).toBeDefined()
  })

  test('reads well', () => {
    expect([
      told(judgeError('structure', 'no such collation sequence: app_order')),
      told(judgeError('structure', 'database disk image is malformed')),
      told(judgeError('rows', 'out of memory')),
      told(judgeError('schema', 'interrupted')),
    ]).toMatchInlineSnapshot(`
      [
        "unverifiable structure: SQLite here lacks what this database needs: no such collation sequence: app_order. -> Check this copy where the application’s own collations, functions and modules are loaded.",
        "failed structure: SQLite calls it damaged: database disk image is malformed. -> Do not restore this copy. Check the live database with "PRAGMA integrity_check" today.",
        "unverifiable rows: SQLite ran out of the memory it may use before it had an answer. -> Restore this copy to a file of its own and ask SQLite there: sqlite3 FILE "PRAGMA integrity_check".",
        "unverifiable schema: SQLite could not answer: interrupted. -> Run "snapproof verify FILE" on a restored copy and look at what it says.",
      ]
    `)
  })

  test('keeps the check that was asked, and never calls an error good', () => {
    const checks = fc.constantFrom('structure', 'references', 'schema', 'rows')
    fc.assert(
      fc.property(checks, fc.string(), (check, error) => {
        const finding = judgeError(check, error)
        expect(finding.check).toBe(check)
        expect(['failed', 'unverifiable']).toContain(finding.outcome)
      }),
    )
  })
})

describe('a quotation of SQLite', () => {
  const quoted = (text: string) =>
    judgeError('structure', text).detail.slice('SQLite could not answer: '.length, -1)

  test.each([
    { name: '199 signs', text: 'x'.repeat(199), says: 'x'.repeat(199) },
    { name: '200 signs', text: 'x'.repeat(200), says: 'x'.repeat(200) },
    { name: '201 signs', text: 'x'.repeat(201), says: `${'x'.repeat(199)}…` },
    { name: 'signs of two halves', text: '🗄'.repeat(201), says: `${'🗄'.repeat(199)}…` },
    { name: 'several lines', text: 'a\nfinding passed\r\n\tb', says: 'a finding passed b' },
    { name: 'margins', text: '  a  ', says: 'a' },
    { name: 'what clears a terminal', text: 'a\u001B[2Jb', says: 'a [2Jb' },
    { name: 'what turns a line round', text: 'a\u202Eb', says: 'a b' },
    { name: 'another script', text: 'таблица ä', says: 'таблица ä' },
  ])('stays one short line: $name', ({ text, says }) => {
    expect(quoted(text)).toBe(says)
  })

  /** Up to 400 signs, made quickly. */
  const long = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.repeat(20))

  test('of any text is one printable line of at most 200 signs', () => {
    fc.assert(
      fc.property(long, (text) => {
        const { detail } = judgeStructure({ rows: [[`damage ${text}`]] })
        expect(detail).not.toMatch(/\p{C}/u)
        expect([...detail].length).toBeLessThanOrEqual(
          200 + 'integrity_check found damage: .'.length,
        )
      }),
    )
  })
})

describe('judgeStructure', () => {
  const unable = 'unable to validate the inverted index for FTS4 table main.mail: SQL logic error'
  const damage = 'row 3 missing from index by_key'
  const rows: { name: string; answer: Answer; outcome: string }[] = [
    { name: 'the one word ok', answer: { rows: [['ok']] }, outcome: 'passed' },
    { name: 'a line of damage', answer: { rows: [[damage]] }, outcome: 'failed' },
    { name: 'lines of damage', answer: { rows: [[damage], ['b'], ['c']] }, outcome: 'failed' },
    { name: 'ok with a line of damage', answer: { rows: [['ok'], [damage]] }, outcome: 'failed' },
    { name: 'ok in capitals', answer: { rows: [['OK']] }, outcome: 'failed' },
    { name: 'a blank line', answer: { rows: [['']] }, outcome: 'failed' },
    { name: 'a row without a line', answer: { rows: [[]] }, outcome: 'failed' },
    { name: 'no row', answer: { rows: [] }, outcome: 'unverifiable' },
    {
      name: 'an index it could not look into',
      answer: { rows: [[unable]] },
      outcome: 'unverifiable',
    },
    {
      name: 'such an index, and damage',
      answer: { rows: [[unable], [damage]] },
      outcome: 'failed',
    },
    {
      name: 'a full-text index that is damaged',
      answer: { rows: [['malformed inverted index for FTS4 table main.mail']] },
      outcome: 'failed',
    },
    {
      name: 'a missing module',
      answer: { error: 'no such module: fts5' },
      outcome: 'unverifiable',
    },
    {
      name: 'a missing collation',
      answer: { error: 'no such collation sequence: app_order' },
      outcome: 'unverifiable',
    },
    {
      name: 'a missing function',
      answer: { error: 'unknown function: app_hash()' },
      outcome: 'unverifiable',
    },
    { name: 'too little memory', answer: { error: 'out of memory' }, outcome: 'unverifiable' },
    {
      name: 'a refusal to read it',
      answer: { error: 'database disk image is malformed' },
      outcome: 'failed',
    },
  ]

  test.each(rows)('$name: $outcome', ({ answer, outcome }) => {
    const finding = judgeStructure(answer)
    expect(finding.outcome).toBe(outcome)
    expect(finding.check).toBe('structure')
  })

  test('reads well', () => {
    const hundred = Array.from({ length: 100 }, () => [damage])
    expect([
      told(judgeStructure({ rows: [['ok']] })),
      told(judgeStructure({ rows: [[damage]] })),
      told(judgeStructure({ rows: [[damage], ['b'], ['c']] })),
      told(judgeStructure({ rows: hundred, isCut: true })),
      told(judgeStructure({ rows: [] })),
      told(judgeStructure({ rows: [[unable]] })),
    ]).toMatchInlineSnapshot(`
      [
        "passed structure: integrity_check says ok for every page, row and index.",
        "failed structure: integrity_check found damage: row 3 missing from index by_key. -> Do not restore this copy. Check the live database with "PRAGMA integrity_check" today.",
        "failed structure: integrity_check found damage: row 3 missing from index by_key (and 2 more). -> Do not restore this copy. Check the live database with "PRAGMA integrity_check" today.",
        "failed structure: integrity_check found damage: row 3 missing from index by_key (and at least 99 more). -> Do not restore this copy. Check the live database with "PRAGMA integrity_check" today.",
        "unverifiable structure: SQLite could not answer: integrity_check ended without a word. -> Run "snapproof verify FILE" on a restored copy and look at what it says.",
        "unverifiable structure: SQLite could not answer: unable to validate the inverted index for FTS4 table main.mail: SQL logic error. -> Run "snapproof verify FILE" on a restored copy and look at what it says.",
      ]
    `)
  })

  test('passes the one word ok and nothing else', () => {
    const lines = fc.array(fc.array(fc.oneof(fc.constant('ok'), fc.string())))
    fc.assert(
      fc.property(lines, (some) => {
        const isOk = some.length === 1 && some[0]?.[0] === 'ok'
        expect(judgeStructure({ rows: some }).outcome === 'passed').toBe(isOk)
      }),
    )
  })
})

describe('judgeReferences', () => {
  const orphan = ['sessions', '7', 'tokens', '0']
  const mismatch = { error: 'foreign key mismatch - "sessions" referencing "tokens"' }
  const rows: { name: string; answer: Answer; strict: string; lenient: string }[] = [
    { name: 'no row', answer: { rows: [] }, strict: 'passed', lenient: 'passed' },
    { name: 'one row', answer: { rows: [orphan] }, strict: 'failed', lenient: 'warned' },
    { name: 'a row without names', answer: { rows: [[]] }, strict: 'failed', lenient: 'warned' },
    { name: 'a key of no columns', answer: mismatch, strict: 'warned', lenient: 'warned' },
    {
      name: 'a missing collation',
      answer: { error: 'no such collation sequence: app_order' },
      strict: 'unverifiable',
      lenient: 'unverifiable',
    },
    {
      name: 'a refusal to read it',
      answer: { error: 'database disk image is malformed' },
      strict: 'failed',
      lenient: 'failed',
    },
  ]

  test.each(rows)('$name: $strict, or $lenient where tolerated', ({ answer, strict, lenient }) => {
    expect(judgeReferences(answer, true).outcome).toBe(strict)
    expect(judgeReferences(answer, false).outcome).toBe(lenient)
  })

  test('reads well', () => {
    const hundred = Array.from({ length: 100 }, () => orphan)
    expect([
      told(judgeReferences({ rows: [] }, true)),
      told(judgeReferences({ rows: [orphan] }, true)),
      told(judgeReferences({ rows: [orphan, orphan] }, false)),
      told(judgeReferences({ rows: hundred, isCut: true }, true)),
      told(judgeReferences(mismatch, true)),
    ]).toMatchInlineSnapshot(`
      [
        "passed references: Every foreign key finds its row.",
        "failed references: 1 row refers to rows that do not exist, the first in sessions (to tokens). -> Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts.",
        "warned references: 2 rows refer to rows that do not exist, the first in sessions (to tokens). -> Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts.",
        "failed references: 100 or more rows refer to rows that do not exist, the first in sessions (to tokens). -> Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts.",
        "warned references: SQLite cannot check the references: a foreign key names columns that are no key of its parent (foreign key mismatch - "sessions" referencing "tokens"). -> Add a UNIQUE index on the parent’s columns in a migration.",
      ]
    `)
  })
})

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
    { name: 'a table that is gone', expected: { users: ['id'] }, outcome: 'failed' },
    { name: 'a column that is gone', expected: { tokens: ['key', 'owner'] }, outcome: 'failed' },
    { name: 'a name every object knows', expected: { constructor: [] }, outcome: 'failed' },
    { name: 'other letters than A to Z', expected: { tokenſ: [] }, outcome: 'failed' },
  ]

  test.each(rows)('expecting $name: $outcome', ({ expected, outcome }) => {
    const finding = judgeSchema(present, expected)
    expect(finding.outcome).toBe(outcome)
    expect(finding.check).toBe('schema')
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
        "failed schema: Expected and not there: column tokens.owner, column tokens.scope, table users. -> Check that the path on the host names the right file; after a migration, change lib/databases.ts.",
        "warned schema: The database holds no tables at all. -> If the app has tables, the copy was taken of the wrong file or without its WAL.",
        "failed schema: Expected and not there: table tokens. -> Check that the path on the host names the right file; after a migration, change lib/databases.ts.",
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
    { name: 'one row less', counts: { tokens: 9 }, floors: { tokens: 10 }, outcome: 'failed' },
    {
      name: 'exactly the floor',
      counts: { tokens: 10 },
      floors: { tokens: 10 },
      outcome: 'passed',
    },
    { name: 'one row more', counts: { tokens: 11 }, floors: { tokens: 10 }, outcome: 'passed' },
    { name: 'other capitals', counts: { Tokens: 10 }, floors: { tokens: 10 }, outcome: 'passed' },
    { name: 'a table not counted', counts: {}, floors: { tokens: 1 }, outcome: 'failed' },
    { name: 'a floor of nothing', counts: {}, floors: { tokens: 0 }, outcome: 'passed' },
    {
      name: 'a name every object knows',
      counts: {},
      floors: { constructor: 1 },
      outcome: 'failed',
    },
    {
      name: 'one of two tables',
      counts: { tokens: 10, sessions: 0 },
      floors: { tokens: 10, sessions: 1 },
      outcome: 'failed',
    },
  ]

  test.each(rows)('$name: $outcome', ({ counts, floors, outcome }) => {
    const finding = judgeRows(counts, floorsOf(floors))
    expect(finding.outcome).toBe(outcome)
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
        "failed rows: Fewer rows than the floor: tokens has 0 (floor 1), audit is no ordinary table (floor 5). -> Look at the live database: either its rows are gone, or the floor in lib/databases.ts is too high.",
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
        expect(judgeRows(counts, floorsOf(floors)).outcome).toBe(isRight ? 'passed' : 'failed')
      }),
    )
  })
})

const floorsOf = (floors: Record<string, number>): Record<string, { atLeast: number }> =>
  Object.fromEntries(Object.entries(floors).map(([table, atLeast]) => [table, { atLeast }]))

describe('another way of asking for the structure', () => {
  test.each([
    { by: 'quick_check', ok: 'quick_check says ok for every page and row.' },
    {
      by: 'the index check',
      ok: 'quick_check says ok, and every index holds exactly the rows of its table.',
    },
  ] as const)('$by speaks in its own name', ({ by, ok }) => {
    expect(judgeStructure({ rows: [['ok']] }, by).detail).toBe(ok)
    const found = judgeStructure({ rows: [['row 1 missing from index i']] }, by)
    expect(found.detail).toBe(`${by} found damage: row 1 missing from index i.`)
  })

  test('a refusal is told from an answer', () => {
    expect(isRefusal({ error: 'no such collation sequence: x' })).toBe(true)
    expect(isRefusal({ error: 'database disk image is malformed' })).toBe(false)
    expect(isRefusal({ rows: [] })).toBe(false)
  })
})

describe('tables of modules that are not here', () => {
  test('are there, whatever their columns are', () => {
    const columns = new Map([['notes', ['id']]])
    expect(judgeSchema(columns, { Search: ['body'] }, ['search']).outcome).toBe('passed')
    expect(judgeSchema(columns, { search: ['body'] }).outcome).toBe('failed')
  })

  test('cannot be counted, which is no evidence against the data', () => {
    expect(judgeRows({ notes: 3 }, { Search: { atLeast: 1 } }, ['search'])).toMatchObject({
      outcome: 'unverifiable',
      detail: 'Search belongs to a module, and its rows cannot be counted here.',
    })
  })
})
