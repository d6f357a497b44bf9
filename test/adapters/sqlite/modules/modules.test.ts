/**
 * Tables of modules that sql.js lacks, through the real examiner and its thread, in every way of reading.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { sqliteExpected } from '../../../../lib/rules/kinds/sqlite/settings'
import type { SqliteSettings } from '../../../../lib/rules/kinds/sqlite/settings'
import { isThorough, slow, some } from '../../../cases'
import { examineIn, labIn, readings } from '../../../fuzz/judges/examine'
import type { Reading } from '../../../fuzz/judges/examine'

import { cases, madeIn, rows } from './files'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-modules-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const lab = { ...labIn(folder, path.resolve('.build')), limitMs: 120_000 }

const examined = (bytes: Buffer, reading: Reading = 'spooled', settings: SqliteSettings = {}) => {
  const file = path.join(folder, 'asked.db')
  writeFileSync(file, bytes)
  const claim = {
    sizeBytes: bytes.length,
    rawSizeBytes: bytes.length,
    encoding: 'identity',
  } as const
  return examineIn(lab, reading, { file, bytes, claim, expected: sqliteExpected(settings) })
}

describe('a table of a module is judged by the module', () => {
  test.each(some(cases, 2))('$name', async ({ sql, due, says, name }) => {
    const bytes = madeIn(folder, sql)
    const ways = isThorough ? readings : [readings[name.length % readings.length] ?? 'spooled']
    for (const reading of ways) {
      const { verdict, findings } = await examined(bytes, reading)
      const told = findings.filter(({ check }) => check === 'structure')
      expect(verdict, `${reading}: ${JSON.stringify(told)}`).toBe(due)
      expect(told.map(({ detail }) => detail).join(' '), reading).toMatch(says)
      if (due !== 'passed') expect(JSON.stringify(findings)).not.toContain('every page')
    }
  })

  test('and ordinary damage beside it is damage still', async () => {
    const sound = madeIn(folder, cases.find(({ name }) => name.includes('nobody'))?.sql ?? '')
    const damaged = Buffer.from(sound)
    damaged.fill(0, 4096, 8192)
    expect((await examined(damaged)).verdict).toBe('failed')
  })

  test('and the answer says which builds of SQLite gave it', async () => {
    const seen = await examined(madeIn(folder, cases[0]?.sql ?? ''))
    expect(seen.method).toBe(
      'integrity_check, spooled, SQLite 3.54.1; fts5 by SQLite’s own build 3.54.1',
    )
    const unknown = cases.find(({ name }) => name.includes('nobody'))?.sql ?? ''
    expect((await examined(madeIn(folder, unknown))).method).not.toContain('own build')
  })
})

test(
  'an index of rows without an end is left at the deadline, and the next file is judged',
  slow,
  async () => {
    const endless = `CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
      SELECT i AS id, 'x' AS b FROM n;
    CREATE VIRTUAL TABLE s USING fts5(b, content='endless', content_rowid='id', columnsize=0);`
    const file = path.join(folder, 'endless.db')
    const bytes = madeIn(folder, endless)
    writeFileSync(file, bytes)
    const claim = {
      sizeBytes: bytes.length,
      rawSizeBytes: bytes.length,
      encoding: 'identity',
    } as const
    const sample = { file, bytes, claim, expected: sqliteExpected({}) }
    const seen = await examineIn({ ...lab, limitMs: 2_000 }, 'spooled', sample)
    expect(seen.verdict, JSON.stringify(seen.findings)).toBe('unverifiable')
    expect((await examined(madeIn(folder, cases[0]?.sql ?? ''))).verdict).toBe('passed')
  },
)

describe('what is expected of a table of a module', () => {
  const search = `CREATE VIRTUAL TABLE s USING fts5(b); ${rows} INSERT INTO s SELECT printf('alpha%d', i) FROM n;
    CREATE VIRTUAL TABLE r USING rtree(id, a, b); INSERT INTO r VALUES (1, 1, 2);`
  const ask = (name: string, sql: string, equals: number): SqliteSettings => ({
    assertions: [{ name, sql, expect: { equals } }],
  })
  const found = `SELECT count(*) FROM s WHERE s MATCH 'alpha7'`

  test.each<{ name: string; settings: SqliteSettings; due: string }>([
    { name: 'its columns', settings: { tables: { S: ['b'], r: ['a', 'b'] } }, due: 'passed' },
    { name: 'a column it has not', settings: { tables: { s: ['c'] } }, due: 'unmet' },
    { name: 'its rows', settings: { rows: { s: { atLeast: 200 } } }, due: 'passed' },
    { name: 'more rows than it has', settings: { rows: { s: { atLeast: 201 } } }, due: 'unmet' },
    { name: 'rows of its books', settings: { rows: { s_data: { atLeast: 1 } } }, due: 'passed' },
    { name: 'that a word is found', settings: ask('one', found, 1), due: 'passed' },
    { name: 'that a word is not found', settings: ask('none', found, 0), due: 'unmet' },
    {
      name: 'a word in double quotes, as sql.js takes it',
      settings: ask('quoted', 'SELECT count(*) FROM s WHERE s MATCH "alpha7"', 1),
      due: 'passed',
    },
    {
      name: 'what stands within bounds',
      settings: ask('within', 'SELECT count(*) FROM r WHERE a >= 1 AND b <= 2', 1),
      due: 'passed',
    },
    {
      name: 'that nothing can be written by it',
      settings: ask('written', `INSERT INTO s VALUES ('x')`, 1),
      due: 'unverifiable',
    },
  ])('$name', async ({ settings, due }) => {
    const { verdict, findings } = await examined(madeIn(folder, search), 'spooled', settings)
    expect(verdict, JSON.stringify(findings)).toBe(due)
  })

  test('of a module that is not here cannot be told', async () => {
    const sql = cases.find(({ name }) => name.includes('nobody'))?.sql ?? ''
    const settings = { tables: { v: ['a'] }, rows: { v: { atLeast: 1 } } }
    const { verdict, findings } = await examined(madeIn(folder, sql), 'spooled', settings)
    expect(verdict).toBe('unverifiable')
    expect(findings.find(({ check }) => check === 'rows')?.detail).toContain('cannot be counted')
  })
})

describe('the rows that are held against those of other copies', () => {
  const rowsOf = async (sql: string): Promise<unknown> =>
    JSON.parse((await examined(madeIn(folder, sql))).told)[3]
  const many = (module: string, more = '') => `CREATE VIRTUAL TABLE s USING ${module};
    ${more} ${Array.from({ length: 30 }, (_, at) => `INSERT INTO s(rowid, b) VALUES (${at + 1}, 'alpha${at}');`).join('')}`

  test.each(
    some(
      [
        { name: 'FTS5', sql: many('fts5(b)', `INSERT INTO s(s, rank) VALUES ('automerge', 0);`) },
        { name: 'FTS4', sql: many('fts4(b)') },
      ],
      1,
    ),
  )('are those of $name, however its books are kept', async ({ sql }) => {
    const optimised = `${sql} INSERT INTO s(s) VALUES ('optimize');`
    expect(await rowsOf(sql)).toEqual({ s_content: 30 })
    expect(await rowsOf(optimised)).toEqual({ s_content: 30 })
  })

  test('are those that FTS4 has counted itself where it keeps neither texts nor sizes', async () => {
    const sql = many(`fts4(b, content='', matchinfo='fts3')`)
    expect(await rowsOf(sql)).toEqual({ s: 30 })
    const { findings } = await examined(madeIn(folder, sql), 'spooled', {
      rows: { s: { atLeast: 31 } },
    })
    expect(findings.find(({ check }) => check === 'rows')?.outcome).toBe('unmet')
  })

  test('are those of the sizes where nothing else tells them, of an R-Tree, and of no index of another table', async () => {
    const sql = `${many(`fts5(b, content='')`)} CREATE VIRTUAL TABLE r USING rtree(id, a, b);
      ${rows} INSERT INTO r SELECT i, i, i + 1 FROM n; CREATE TABLE t (id INTEGER PRIMARY KEY, b);
      INSERT INTO t VALUES (1, 'a'); CREATE VIRTUAL TABLE k USING fts5(b, content='t', content_rowid='id');
      INSERT INTO k(k) VALUES ('rebuild');`
    expect(await rowsOf(sql)).toEqual({ s_docsize: 30, r_rowid: 200, t: 1 })
  })
})
