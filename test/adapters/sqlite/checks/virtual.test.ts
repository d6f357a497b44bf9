// A full-text index that is kept for another table, and is behind it: no damage, and a command that mends it.
import { expect, test } from 'vitest'

import { behindIn, countVirtual, virtualIn } from '../../../../lib/adapters/sqlite/checks/virtual'
import { bothWays, bytesSource, closeQuietly, made, openSession } from '../sessions'

const both = (sql: string) => {
  const said = bothWays(made(sql))
  if (!said) throw new Error('SQLite does not open it')
  return [said.whole, said.linear]
}

const notes = `CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);
  INSERT INTO notes VALUES (1, 'alpha beta'), (2, 'gamma');`
const found = `${notes} CREATE VIRTUAL TABLE found USING fts4(content="notes", body);
  INSERT INTO found(found) VALUES ('rebuild');`
const behind = `${found} UPDATE notes SET body = 'delta' WHERE id = 2;`

test('is a warning, by its name, with the command that makes it anew', () => {
  for (const { outcome, detail, mend } of both(behind)) {
    expect(outcome, detail).toBe('warned')
    expect(detail).toContain('found: the full-text index is not that of the table')
    expect(mend).toContain(`INSERT INTO found(found) VALUES('rebuild');`)
  }
})

test.each([
  { name: 'up to date', sql: found, outcome: 'passed' },
  {
    name: 'made anew',
    sql: `${behind} INSERT INTO found(found) VALUES ('rebuild');`,
    outcome: 'passed',
  },
  {
    name: 'of rows that are its own',
    sql: `CREATE VIRTUAL TABLE own USING fts4(body); INSERT INTO own VALUES ('a');
      UPDATE own_content SET c0body = 'b';`,
    outcome: 'failed',
  },
  {
    name: 'behind, beside an index that is damaged',
    sql: `CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (3, 4); CREATE INDEX t_a ON t(a); ${behind}
      PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = replace(sql, 't(a)', 't(b)');`,
    outcome: 'failed',
  },
])('$name: $outcome', ({ sql, outcome }) => {
  for (const finding of both(sql)) expect(finding.outcome, finding.detail).toBe(outcome)
})

test('of a table of a module the columns are told, and of one whose module is missing its name', () => {
  const sql = `${found} PRAGMA writable_schema=1; INSERT INTO sqlite_schema VALUES
    ('table', 'lost', 'lost', 0, 'CREATE VIRTUAL TABLE lost USING nobody(a)');`
  const session = openSession(bytesSource(made(sql)))
  if (!session) throw new Error('SQLite does not open it')
  const virtual = virtualIn(session)
  const columns = ['body', 'found', 'docid', '__langid']
  expect(virtual).toEqual({ columns: [['found', columns]], untold: ['lost'] })
  const books = ['found_docsize', 'none', 'found_stat']
  const asked = { virtual, books, known: { found_stat: 7 } }
  expect(countVirtual(session, asked, {})).toEqual({ counts: {}, untold: ['lost'] })
  const floors = { FOUND: 1, Found_docsize: 1, none: 1, found_stat: 1 }
  expect(countVirtual(session, asked, floors)).toEqual({
    counts: { found: 2, found_docsize: 2 },
    untold: ['lost', 'none'],
  })
  const line = 'malformed inverted index for FTS4 table main.found'
  const others = ['malformed inverted index for FTS4 table main.notes', `${line} or so`, 'another']
  expect(behindIn(session, [line, ...others])).toEqual({ tables: ['found'], others })
  closeQuietly(session.db)
})
