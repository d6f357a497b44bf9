/** What SQLite 3.54 says, word for word, and what it means for the data. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  judgeError,
  judgeReferences,
  judgeStructure,
  isRefusal,
} from '../../../../lib/rules/kinds/sqlite/checks'
import type { Answer } from '../../../../lib/rules/kinds/sqlite/checks'
import { told } from '../../../fixtures/told/entries'

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
      told(judgeError('structure', 'unsupported file format')),
    ]).toMatchInlineSnapshot(`
      [
        "unverifiable structure: SQLite here lacks what this database needs: no such collation sequence: app_order. -> Fetch it with restore.sh --salvage --at TICKET, and check it where the application’s own collations, functions and modules are loaded.",
        "failed structure: SQLite calls it damaged: database disk image is malformed. -> Do not restore this copy. Ask the live database today, on its host: push.sh --check SETTINGS",
        "unverifiable rows: SQLite ran out of the memory it may use before it had an answer. -> Fetch it with restore.sh --salvage --at TICKET, and ask SQLite there: sqlite3 FILE "PRAGMA integrity_check".",
        "unverifiable schema: SQLite could not answer: interrupted. -> Fetch it with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it.",
        "unverifiable structure: Another or a newer SQLite wrote it: its header names a format of the schema that the SQLite here does not know. -> Fetch it with restore.sh --salvage --at TICKET, and ask the SQLite of the program that wrote it: PRAGMA integrity_check.",
      ]
    `)
  })

  test('keeps the check that was asked, and never calls an error good', () => {
    const asked = fc.constantFrom('structure', 'references', 'schema', 'rows')
    const said = fc.oneof(fc.string(), fc.constantFrom(...errors.map(({ error }) => error)))
    fc.assert(
      fc.property(asked, said, (check, error) => {
        const finding = judgeError(check, error)
        // Evidence against the bytes is a matter of the structure, whatever was asked just then.
        expect(finding.check).toBe(finding.outcome === 'failed' ? 'structure' : check)
        expect(['failed', 'unverifiable']).toContain(finding.outcome)
      }),
    )
  })
})

describe('what SQLite quotes of a row', () => {
  test.each([
    { error: "bad JSON path: 'alice@example.org'", says: 'bad JSON path: ‘…’' },
    { error: "JSON path error near 'it's alice'", says: 'JSON path error near ‘…’' },
    { error: 'malformed database schema (alice)', says: 'malformed database schema' },
    { error: 'malformed database schema (a (b) - c)', says: 'malformed database schema' },
    {
      error: 'malformed database schema (alice) - invalid rootpage',
      says: 'malformed database schema - invalid rootpage',
    },
    {
      error: 'malformed database schema (al\nice) - near "Created": syntax error',
      says: 'malformed database schema - near “…”: syntax error',
    },
    {
      error: 'malformed database schema (by_hash) - no such function: app_hash',
      says: 'malformed database schema - no such function: app_hash',
    },
    {
      error: 'malformed database schema (by_hash) - unknown function: app_hash()',
      says: 'malformed database schema - unknown function: app_hash()',
    },
    { error: 'unrecognized token: "alice', says: 'unrecognized token: “…' },
    { error: "unrecognized token: 'alice", says: 'unrecognized token: ‘…' },
    { error: 'no such table: visits', says: 'no such table: visits' },
  ])('is not told: $error', ({ error, says }) => {
    const { detail } = judgeError('structure', error)
    expect(detail).toContain(`: ${says}.`)
    expect(detail).not.toContain('alice')
  })

  test('does not make a malformed schema one that lacks something', () => {
    const row = 'malformed database schema (no such function: f, said alice)'
    expect(judgeError('structure', row).outcome).toBe('failed')
    expect(isRefusal({ error: row })).toBe(false)
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
        "failed structure: integrity_check found damage: row 3 missing from index by_key. -> Do not restore this copy. Ask the live database today, on its host: push.sh --check SETTINGS",
        "failed structure: integrity_check found damage: row 3 missing from index by_key (and 2 more). -> Do not restore this copy. Ask the live database today, on its host: push.sh --check SETTINGS",
        "failed structure: integrity_check found damage: row 3 missing from index by_key (and at least 99 more). -> Do not restore this copy. Ask the live database today, on its host: push.sh --check SETTINGS",
        "unverifiable structure: SQLite could not answer: integrity_check ended without a word. -> Fetch it with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it.",
        "unverifiable structure: SQLite could not answer: unable to validate the inverted index for FTS4 table main.mail: SQL logic error. -> Fetch it with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it.",
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
    { name: 'one row', answer: { rows: [orphan] }, strict: 'unmet', lenient: 'warned' },
    { name: 'a row without names', answer: { rows: [[]] }, strict: 'unmet', lenient: 'warned' },
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
    const { check, outcome } = judgeReferences(answer, true)
    expect(outcome).toBe(strict)
    expect(check).toBe(outcome === 'failed' ? 'structure' : 'references')
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
        "unmet references: 1 row refers to rows that do not exist, the first in sessions (to tokens). -> Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts and deploy again.",
        "warned references: 2 rows refer to rows that do not exist, the first in sessions (to tokens). -> Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts and deploy again.",
        "unmet references: 100 or more rows refer to rows that do not exist, the first in sessions (to tokens). -> Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts and deploy again.",
        "warned references: SQLite cannot check the references: a foreign key names columns that are no key of its parent (foreign key mismatch - "sessions" referencing "tokens"). -> Add a UNIQUE index on the parent’s columns in a migration.",
      ]
    `)
  })
})

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
