/** A dump is told as the same events, in whatever pieces it comes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { scanner } from '../../../../lib/rules/kinds/postgres/scanner'
import type { Ending } from '../../../../lib/rules/kinds/postgres/scanner'
import { textOf } from '../../../../lib/rules/kinds/postgres/text'
import { casesOf } from '../../../cases'
import { oddDump, smallDump } from '../../../fixtures/dumps'

type Heard = { events: string[]; ending: Ending }

const keepBytes = 4096

const scanned = (pieces: readonly Uint8Array[], keep = keepBytes): Heard => {
  const events: string[] = []
  let data = ''
  const scanning = scanner(
    {
      statement: (one) =>
        events.push(`${one.line} ${textOf(one)} [${one.sizeBytes}, ${one.groups}]`),
      copy: (target, { line }) => events.push(`${line} copy ${JSON.stringify(target)}`),
      data: (piece) => (data += Buffer.from(piece).toString('latin1')),
      copied: (rows) => {
        events.push(`rows ${JSON.stringify(rows)} ${JSON.stringify(data)}`)
        data = ''
      },
      comment: (text, line) => events.push(`${line} comment ${text}`),
      command: (text, line) => events.push(`${line} command ${text}`),
    },
    { keepBytes: keep },
  )
  for (const piece of pieces) scanning.feed(piece)
  return { events, ending: scanning.end() }
}

const inPieces = (bytes: Buffer, sizes: readonly number[]): Uint8Array[] => {
  const pieces: Uint8Array[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(Uint8Array.from(bytes.subarray(at, at + size)))
    at += size
  }
  return pieces
}

const statementsOf = (sql: string): string[] =>
  scanned([Buffer.from(sql)]).events.map((event) => event.replace(/^\d+ | \[\d+, \d+\]$/g, ''))

describe('statements', () => {
  test.each([
    { name: 'by a semicolon', sql: 'a; b ;', are: ['a', 'b '] },
    { name: 'empty ones are none', sql: ';; ;a;', are: ['a'] },
    { name: 'not in a text', sql: "SELECT ';'';';", are: ["SELECT ';'';'"] },
    {
      name: 'not in a text with escapes',
      sql: String.raw`SELECT E'\';\\' ;`,
      are: [String.raw`SELECT E'\';\\' `],
    },
    {
      name: 'a word that ends in e marks no text',
      sql: String.raw`type'\'; a;`,
      are: [String.raw`type'\'`, 'a'],
    },
    {
      name: 'nor does the letter before e',
      sql: String.raw`SELECT d'\'; SELECT D'\'; a;`,
      are: [String.raw`SELECT d'\'`, String.raw`SELECT D'\'`, 'a'],
    },
    { name: 'not in a name', sql: 'SELECT ";"";";', are: ['SELECT ";"";"'] },
    { name: 'not in a body', sql: 'DO $$ a; $x$; $$;', are: ['DO $$ a; $x$; $$'] },
    {
      name: 'not in a body with a tag',
      sql: 'DO $x1$ ; $$ ; $x$ $x1$;',
      are: ['DO $x1$ ; $$ ; $x$ $x1$'],
    },
    {
      name: 'a dollar in a name begins no body',
      sql: 'a$b$c; d$$; e;',
      are: ['a$b$c', 'd$$', 'e'],
    },
    { name: 'nor does a parameter', sql: 'SELECT $1$; a;', are: ['SELECT $1$', 'a'] },
    { name: 'nor does a mark without an end', sql: 'SELECT $a b; c;', are: ['SELECT $a b', 'c'] },
    {
      name: 'nor one that is too long for a name',
      sql: `SELECT $${'a'.repeat(300)}$; b;`,
      are: [`SELECT $${'a'.repeat(300)}$`, 'b'],
    },
    { name: 'not in parentheses', sql: 'RULE (a; b); c;', are: ['RULE (a; b)', 'c'] },
    { name: 'a parenthesis too many is none', sql: 'a ) ; b;', are: ['a ) ', 'b'] },
    {
      name: 'not in comments',
      sql: 'a -- ;\n b /* ; /* ; */ ; */ c;',
      are: ['a -- ;\n b /* ; /* ; */ ; */ c'],
    },
    {
      name: 'not in a body of SQL',
      sql: 'CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END; b;',
      are: ['CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END', 'b'],
    },
    {
      name: 'words in parentheses begin and end no body',
      sql: 'CREATE FUNCTION f(begin int) BEGIN ATOMIC SELECT (end); SELECT 2; END; b;',
      are: ['CREATE FUNCTION f(begin int) BEGIN ATOMIC SELECT (end); SELECT 2; END', 'b'],
    },
    {
      name: 'begin and end are words elsewhere',
      sql: 'BEGIN; CREATE OR REPLACE VIEW v AS SELECT 1 AS begin; END;',
      are: ['BEGIN', 'CREATE OR REPLACE VIEW v AS SELECT 1 AS begin', 'END'],
    },
    {
      name: 'a quote is an escape where the dump says so',
      sql: String.raw`SET standard_conforming_strings = off; a '\'; '; b;`,
      are: ['SET standard_conforming_strings = off', String.raw`a '\'; '`, 'b'],
    },
  ])('$name', ({ sql, are }) => {
    expect(statementsOf(sql)).toEqual(are)
  })

  test('are kept up to a size, and counted to their end', () => {
    const long = `SELECT '${'x'.repeat(9000)}';`
    for (const size of [7, 100_000]) {
      const { events } = scanned(inPieces(Buffer.from(long), [size]), 5000)
      expect(events).toEqual([`1 ${long.slice(0, 5000)} [${long.length - 1}, 0]`])
    }
  })

  test('count what stands in parentheses', () => {
    const { events } = scanned([Buffer.from('INSERT INTO t (a) VALUES (1, (2)), (3);')])
    expect(events).toEqual(['1 INSERT INTO t (a) VALUES (1, (2)), (3) [38, 3]'])
  })
})

describe('the end', () => {
  test.each([
    { name: 'between statements', sql: 'a;\n', open: undefined, lines: 2 },
    { name: 'in a comment of one line', sql: 'a;\n-- b', open: undefined, lines: 2 },
    { name: 'in a command', sql: '\\restrict', open: undefined, lines: 1 },
    {
      name: 'in a statement',
      sql: 'a;\n\nSELECT\n1',
      open: { what: 'statement', line: 3 },
      lines: 4,
    },
    { name: 'in a mark', sql: 'a; b $x', open: { what: 'statement', line: 1 }, lines: 1 },
    { name: 'in a text', sql: "SELECT\n'a\nb", open: { what: 'text', line: 2 }, lines: 3 },
    {
      name: 'in a text with escapes',
      sql: "SELECT\nE'a\\",
      open: { what: 'text', line: 2 },
      lines: 2,
    },
    { name: 'in a name', sql: 'SELECT "a', open: { what: 'name', line: 1 }, lines: 1 },
    { name: 'in a body', sql: 'DO\n$$ a;\n', open: { what: 'body', line: 2 }, lines: 3 },
    { name: 'in a comment', sql: '/* a;\n', open: { what: 'comment', line: 1 }, lines: 2 },
    {
      name: 'in the line of a COPY',
      sql: '\nCOPY t FROM stdin; ',
      open: { what: 'rows', line: 2 },
      lines: 2,
    },
    {
      name: 'in rows',
      sql: 'COPY t FROM stdin;\n1\n2\n3',
      open: { what: 'rows', line: 1 },
      lines: 4,
      rows: 2,
    },
    {
      name: 'in the end of rows',
      sql: 'COPY t FROM stdin;\n1\n\\.',
      open: { what: 'rows', line: 1 },
      lines: 3,
      rows: 1,
    },
  ])('$name', ({ sql, open, lines, rows = 0 }) => {
    for (const size of [1, 1000]) {
      const { ending } = scanned(inPieces(Buffer.from(sql), [size]))
      expect(ending).toEqual({ open, lines, rows })
    }
  })

  test('is told with the comment or the command that it ends in', () => {
    expect(scanned([Buffer.from('-- a')]).events).toEqual(['1 comment -- a'])
    expect(scanned([Buffer.from('\n\\a b\r')]).events).toEqual(['2 command \\a b'])
  })
})

describe('whatever the pieces', () => {
  const whole = (sql: string) => scanned([Buffer.from(sql)])

  test('the events of an odd dump', async () => {
    const { events, ending } = whole(oddDump)
    const told = [...events, JSON.stringify(ending), ''].join('\n')
    await expect(told).toMatchFileSnapshot('__snapshots__/odd-dump.txt')
  })

  test.each([1, 2, 3, 5, 7, 64, 997])('of %i bytes, the events are the same', (size) => {
    for (const sql of [oddDump, smallDump])
      expect(scanned(inPieces(Buffer.from(sql), [size]))).toEqual(whole(sql))
  })

  const fragments = fc.constantFrom(
    ...`' '' E " $ $$ $a$ -- - /* */ * / ; \\ \\. ( ) a 1 é begin end case`.split(' '),
    '\n',
    '\\.\n',
    '\r\n',
    '\t',
    ' ',
    '\0',
    'COPY t (a) FROM stdin;\n',
    'CREATE FUNCTION ',
    'or replace ',
    'SET standard_conforming_strings=off;',
  )

  test('the same of any dump, in any pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fragments, { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }),
        (parts, sizes) => {
          const bytes = Buffer.from(parts.join(''))
          expect(scanned(inPieces(bytes, sizes))).toEqual(scanned([bytes]))
        },
      ),
      { numRuns: casesOf(5000) },
    )
  })

  test('nothing is lost: rows come back as they stood', () => {
    const row = fc.string({ unit: fc.constantFrom('\\', '.', 'a', '\t', '\r', '-'), maxLength: 6 })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), fc.integer({ min: 1, max: 5 }), (rows, size) => {
        const kept = rows.filter((one) => one !== '\\.' && one !== '\\.\r')
        const data = kept.map((one) => `${one}\n`).join('')
        const sql = `COPY t FROM stdin;\n${data}\\.\n`
        const { events, ending } = scanned(inPieces(Buffer.from(sql), [size]))
        expect(events[1]).toMatch(new RegExp(`^rows \\{"rows":${kept.length},`))
        expect(events[1]?.endsWith(` ${JSON.stringify(data)}`)).toBe(true)
        expect(ending).toEqual({ lines: kept.length + 3, open: undefined, rows: 0 })
      }),
      { numRuns: casesOf(2000) },
    )
  })
})
