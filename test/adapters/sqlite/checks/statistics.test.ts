import { describe, expect, test } from 'vitest'

import { checkStatistics } from '../../../../lib/adapters/sqlite/checks/statistics'
import { ask } from '../../../../lib/adapters/sqlite/engine/ask'
import { bytesSource, closeQuietly, made, openSession } from '../sessions'

const found = (sql: string) => {
  const session = openSession(bytesSource(made(sql)))
  if (!session) throw new Error('SQLite does not open it')
  const schema = ask(session, `SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema`)
  const finding = checkStatistics(session, 'rows' in schema ? schema.rows : [])
  closeQuietly(session.db)
  return finding
}

const analysed = `CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b); CREATE INDEX t_b ON t(b);
  CREATE TABLE w (k PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES (1, 2, 3), (2, 3, 4);
  INSERT INTO w VALUES ('a', 1); CREATE TABLE plain (a); INSERT INTO plain VALUES (1); ANALYZE;`
/** sql.js makes none itself. */
const stat4 = `PRAGMA writable_schema=1; CREATE TABLE sqlite_stat4(tbl, idx, neq, nlt, ndlt, sample);`

describe('the statistics', () => {
  test.each([
    { name: 'are none', sql: 'CREATE TABLE t (a);' },
    { name: 'are as ANALYZE leaves them', sql: analysed },
    {
      name: 'are without those of what was dropped',
      sql: `${analysed} DROP INDEX t_b; DROP TABLE w;`,
    },
    {
      name: 'have rows that SQLite passes over',
      sql: `${analysed} INSERT INTO sqlite_stat1 VALUES (NULL, 'x', '1'), ('x', 'y', NULL);`,
    },
    {
      name: 'have samples',
      sql: `${analysed} ${stat4} INSERT INTO sqlite_stat4 VALUES ('t', 't_b', '1', '0', '0', x'01');`,
    },
    { name: 'are a table of somebody’s own', sql: 'CREATE TABLE stat1 (a);' },
  ])('agree with the schema where they $name', ({ sql }) => {
    expect(found(sql)).toBeUndefined()
  })

  test.each([
    {
      name: 'a table',
      more: `INSERT INTO sqlite_stat1 VALUES ('gone', 'i', '5 1');`,
      says: 'table gone is not there',
    },
    {
      name: 'an index',
      more: `INSERT INTO sqlite_stat1 VALUES ('t', 'old', '5 1');`,
      says: 'index old of t is not',
    },
    {
      name: 'no number',
      more: `UPDATE sqlite_stat1 SET stat = 'x' WHERE idx = 't_b';`,
      says: 'index t_b of t has no',
    },
    {
      name: 'an index of samples',
      more: `${stat4} INSERT INTO sqlite_stat4 VALUES ('t', 'old', '1', '0', '0', x'01');`,
      says: 'index old',
    },
    {
      name: 'bytes',
      more: `INSERT INTO sqlite_stat1 VALUES (x'00ff', x'01', x'02');`,
      says: 'is not there',
    },
  ])('do not where they speak of $name', ({ more, says }) => {
    const finding = found(analysed + more)
    expect(finding).toMatchObject({ check: 'schema', outcome: 'warned', code: 'statistics' })
    expect(finding?.detail).toContain(says)
  })

  test('of far too many indexes are told by the first of them', () => {
    const many = `INSERT INTO sqlite_stat1 SELECT 'gone' || i, 'x', '1' FROM (WITH RECURSIVE n(i) AS
      (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) SELECT i FROM n);`
    expect(found(analysed + many)?.detail).toContain('in 4996 places')
  })

  test('that cannot be read are a warning: SQLite does without them', () => {
    const odd = `CREATE TABLE t (a); PRAGMA writable_schema=1; CREATE TABLE sqlite_stat1 (a);`
    expect(found(odd)).toMatchObject({ outcome: 'warned' })
    expect(found(odd)?.detail).toContain('no such column')
  })
})
