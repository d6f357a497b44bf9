import { describe, expect, test } from 'vitest'

import { bothWays, made } from '../sessions'

/** Trees without an entry, which integrity_check never enters. */
const empty = `PRAGMA page_size=512; CREATE TABLE t (a, b); CREATE INDEX t_a ON t(a);
  CREATE INDEX t_b ON t(b) WHERE b > 5; INSERT INTO t VALUES (1, 1);
  CREATE TABLE w (a PRIMARY KEY, b) WITHOUT ROWID; CREATE TABLE e (a); CREATE INDEX e_a ON e(length(a));`

/** In the order in which they were made, behind the schema's own page. */
const trees = { t_b: 3, w: 4, e_a: 6 }

const withKind = (page: number, kind: number): Buffer => {
  const bytes = made(empty)
  bytes.writeUInt8(kind, page * 512)
  return bytes
}

describe('the first page of a tree', () => {
  test('is of the right kind in a sound file', () => {
    const both = bothWays(made(empty))
    expect([both?.whole.outcome, both?.linear.outcome]).toEqual(['passed', 'passed'])
    for (const page of Object.values(trees)) expect(made(empty).readUInt8(page * 512)).toBe(10)
  })

  test.each([
    { name: 'a virtual table', sql: 'CREATE VIRTUAL TABLE f USING fts4(body)' },
    {
      name: 'a trigger',
      sql: 'CREATE TABLE t (a); CREATE TRIGGER f AFTER INSERT ON t BEGIN SELECT 1; END',
    },
    {
      name: 'a trigger called as a table',
      sql: 'CREATE TABLE f (a); CREATE TRIGGER f AFTER INSERT ON f BEGIN SELECT 1; END',
    },
  ])('is not asked of $name, whose row names none', ({ sql }) => {
    const both = bothWays(
      made(`CREATE TABLE e (a); CREATE INDEX e_a ON e(a); ${sql}; PRAGMA writable_schema=1;
        UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'f' AND sql NOT LIKE 'CREATE TABLE%';`),
    )
    expect([both?.whole, both?.linear].map((found) => found?.detail)).toEqual([
      expect.stringContaining('says ok'),
      expect.stringContaining('says ok'),
    ])
  })

  const cases = Object.entries(trees).flatMap(([tree, page]) =>
    [0, 2, 5, 13].map((kind) => ({ tree, page, kind })),
  )
  test.each(cases)('of another kind is seen in $tree, where there is no row: $kind', (one) => {
    const both = bothWays(withKind(one.page, one.kind))
    expect(both?.whole.outcome, both?.whole.detail).toBe('failed')
    expect(both?.linear.outcome, both?.linear.detail).toBe('failed')
  })
})

/** SQLite takes integrity_check for a question about one table where a view comes first to its mind. */
describe('the list of free pages', () => {
  const freed = `CREATE TABLE t (a); INSERT INTO t VALUES (hex(zeroblob(9000))); DELETE FROM t;
    CREATE VIEW v AS SELECT a FROM t;`

  test('is in order in a sound file with a view', () => {
    const both = bothWays(made(freed))
    expect([both?.whole.outcome, both?.linear.outcome]).toEqual(['passed', 'passed'])
  })

  test.each([
    { name: 'begins with a page that is not there', at: 32, to: 999 },
    { name: 'begins with a page of rows', at: 32, to: 2 },
    { name: 'is longer than the header says', at: 36, to: 1 },
  ])('is looked at beside a view: it $name', ({ at, to }) => {
    const bytes = made(freed)
    bytes.writeUInt32BE(to, at)
    const both = bothWays(bytes)
    expect(both?.whole.outcome, both?.whole.detail).toBe('failed')
    expect(both?.linear.outcome, both?.linear.detail).toBe('failed')
  })
})
