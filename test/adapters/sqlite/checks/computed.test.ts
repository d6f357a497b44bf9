import { describe, expect, test } from 'vitest'

import { bothWays, made } from '../sessions'

/** 1/7.0 is "0.142857142857143" in one version of SQLite and has more digits in another. */
const rows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)`
const asBefore = `printf('%.15g', a)`

/** The keys as another version computed them, under the text that the application wrote. */
const otherVersion = (sql: string, more = ''): Buffer =>
  made(`${sql} ${more} PRAGMA writable_schema=1;
    UPDATE sqlite_schema SET sql = replace(sql, '${asBefore.replaceAll("'", "''")}', 'a');`)

const reals = `CREATE TABLE t (a REAL, b TEXT AS (lower(${asBefore})) VIRTUAL);
  ${rows} INSERT INTO t SELECT i / 7.0 FROM n;`
const indexed = `${reals} CREATE INDEX t_a ON t(lower(${asBefore}));`

const asked = (bytes: Buffer) => {
  const both = bothWays(bytes)
  if (!both) throw new Error('SQLite does not open it')
  return both
}

describe('an index whose keys this SQLite computes otherwise', () => {
  test.each([
    { name: 'on an expression', sql: indexed },
    { name: 'on a generated column', sql: `${reals} CREATE INDEX t_b ON t(b);` },
    {
      name: 'on some of the rows',
      sql: `${reals} CREATE INDEX t_a ON t(upper(${asBefore})) WHERE a > 3;`,
    },
  ])('$name is no damage, and nothing that was proven', ({ sql }) => {
    const { whole, linear } = asked(otherVersion(sql))
    for (const finding of [whole, linear]) {
      expect(finding.outcome, finding.detail).toBe('unverifiable')
      expect(finding.detail).toContain('holds other keys than SQLite computes here')
      expect(finding.mend).toContain('ask the SQLite there')
    }
  })

  test.each([
    {
      name: 'lacks rows besides',
      bytes: () =>
        made(`${reals} CREATE INDEX t_a ON t(lower(${asBefore})) WHERE a > 3; PRAGMA writable_schema=1;
          UPDATE sqlite_schema SET sql = 'CREATE INDEX t_a ON t(lower(a))' WHERE name = 't_a';`),
    },
    {
      name: 'stands beside an index that is damaged, behind more lines than are asked for',
      bytes: () =>
        // SQLite begins with the table that was made last.
        otherVersion(
          `CREATE TABLE u (a, b); ${rows} INSERT INTO u SELECT i, -i FROM n;
          CREATE INDEX u_a ON u(a); ${indexed}`,
          `PRAGMA writable_schema=1;
          UPDATE sqlite_schema SET sql = replace(sql, '(a)', '(b)') WHERE name = 'u_a';`,
        ),
    },
    {
      name: 'belongs to a table without reals, and so has keys that every version computes alike',
      bytes: () =>
        made(`CREATE TABLE t (a); ${rows} INSERT INTO t SELECT 'x' || i FROM n;
          CREATE INDEX t_a ON t(lower(a)); PRAGMA writable_schema=1;
          UPDATE sqlite_schema SET sql = replace(sql, 'lower', 'upper') WHERE name = 't_a';`),
    },
    {
      name: 'is of plain columns',
      bytes: () =>
        made(`CREATE TABLE t (a REAL, b REAL); ${rows} INSERT INTO t SELECT i / 7.0, -i FROM n;
          CREATE INDEX t_a ON t(a); PRAGMA writable_schema=1;
          UPDATE sqlite_schema SET sql = replace(sql, '(a)', '(b)') WHERE name = 't_a';`),
    },
  ])('is damage where it $name', ({ bytes }) => {
    const { whole, linear } = asked(bytes())
    expect(whole.outcome, whole.detail).toBe('failed')
    expect(linear.outcome, linear.detail).toBe('failed')
  })
})
