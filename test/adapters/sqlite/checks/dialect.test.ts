// A schema in the language of another SQLite is no damage; a damaged one is none of another SQLite.
import { describe, expect, test } from 'vitest'

import { bothWays, made } from '../sessions'

const plain = `PRAGMA page_size=1024; CREATE TABLE t (a TEXT, b INTEGER); CREATE TABLE u (c);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
  INSERT INTO t SELECT 'x' || i, i FROM n; INSERT INTO u SELECT b FROM t;
  CREATE INDEX t_b ON t(b); CREATE INDEX u_c ON u(c);`

const written = (update: string): Buffer =>
  made(`${plain} PRAGMA writable_schema=1; UPDATE sqlite_schema SET ${update};`)

const asked = (bytes: Buffer) => {
  const both = bothWays(bytes)
  return both ? [both.whole, both.linear] : []
}

/** Under which check it is told, and what comes of it. */
const toldAs = (bytes: Buffer) => asked(bytes).map(({ check, outcome }) => `${check}: ${outcome}`)

const damage = ['structure: failed', 'structure: failed']

const ofAnother = [
  { name: 'RANDOM ROWID', update: `sql = sql || ' RANDOM ROWID' WHERE name = 't'`, word: 'ROWID' },
  { name: 'an option', update: `sql = sql || ' RANDOM' WHERE name = 't'`, word: 'RANDOM' },
  {
    name: 'a materialized view',
    update: `sql = 'CREATE MATERIALIZED VIEW t AS SELECT 1' WHERE name = 't'`,
    word: 'MATERIALIZED',
  },
  {
    name: 'an index of another method',
    update: `sql = 'CREATE INDEX t_b ON t USING fts (b)' WHERE name = 't_b'`,
    word: 'USING',
  },
]

describe('a schema of another SQLite is no damage:', () => {
  test.each(ofAnother)('$name', ({ update, word }) => {
    const findings = asked(written(update))
    expect(findings.length).toBe(2)
    for (const finding of findings) {
      expect(finding).toMatchObject({ check: 'structure', outcome: 'unverifiable' })
      expect(finding.detail).toContain('Another or a newer SQLite wrote it')
      expect(finding.detail).toContain(`from the word ${word} on`)
    }
  })

  test.each([
    { name: 'the first page of the table that is not read is zeros', page: 2 },
    { name: 'a page of a table is zeros', page: 3 },
    { name: 'a page of an index is zeros', page: 5 },
  ])('but where $name it is damage', ({ page }) => {
    const bytes = written(`sql = sql || ' RANDOM ROWID' WHERE name = 't'`)
    bytes.fill(0, (page - 1) * 1024, page * 1024)
    expect(toldAs(bytes)).toEqual(damage)
  })

  test('but where a page within a table that can be read is damaged, it is damage', () => {
    const bytes = written(`sql = sql || ' RANDOM ROWID' WHERE name = 't'`)
    // The last page is one of u or of its index.
    bytes.fill(0xa5, bytes.length - 1024)
    expect(toldAs(bytes)).toEqual(damage)
  })

  test('but where the list of free pages leads nowhere it is damage', () => {
    const bytes = written(`sql = sql || ' RANDOM ROWID' WHERE name = 't'`)
    bytes.writeUInt32BE(999, 32)
    bytes.writeUInt32BE(3, 36)
    expect(toldAs(bytes)).toEqual(damage)
  })
})

test.each([
  { name: 'a bracket is lost', update: `sql = 'CREATE TABLE t (a KEY KEY, b' WHERE name = 't'` },
  { name: 'a sign stands there', update: `sql = 'CREATE TABLE t (a ), b)' WHERE name = 't'` },
  { name: 'it is no statement', update: `sql = 'some text of a row' WHERE name = 't'` },
  { name: 'its name is another', update: `sql = 'CREATE TABLE x (a) RANDOM' WHERE name = 't'` },
  {
    name: 'its root is none',
    update: `rootpage = 9999, sql = 'CREATE TABLE t (a) RANDOM ROWID' WHERE name = 't'`,
  },
])('SQLite reads nothing of a schema where $name', ({ update }) => {
  expect(asked(written(update))).toEqual([])
})

test.each([
  {
    name: 'odd signs stand in it',
    update: `sql = 'CREATE TABLE t (a ''' || char(1) || ''' x) RANDOM ROWID' WHERE name = 't'`,
  },
  {
    name: 'another row is none',
    update: `sql = iif(name = 't', sql || ' RANDOM', 'CREATE'), type = iif(name = 't', type, 'X7')`,
  },
  {
    name: 'the root of a later row is none',
    update: `sql = iif(name = 't', sql || ' RANDOM', sql), rootpage = iif(name = 'u_c', 9999, rootpage)`,
  },
])('a schema is damaged where $name', ({ update }) => {
  expect(toldAs(written(update))).toEqual(damage)
})
