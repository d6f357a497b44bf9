/** Sound files with what sql.js cannot make or read: made by the machine's own SQLite. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { verdict } from '../../../lib/journey/verdict'
import { testTools } from '../../fakes/tools'
import { pushed } from '../../fixtures/bucket/requests'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-native-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
const madeNatively = (sql: string): Buffer => {
  const file = path.join(folder, `${(count += 1)}.db`)
  const done = spawnSync('sqlite3', ['-batch', '-bail', file], { input: sql, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  return readFileSync(file)
}

const rows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)`

const sound = [
  {
    name: 'full-text search 5',
    sql: `CREATE VIRTUAL TABLE search USING fts5(body); ${rows} INSERT INTO search SELECT 'note ' || i FROM n;`,
  },
  {
    name: 'an R-Tree',
    sql: `CREATE VIRTUAL TABLE places USING rtree(id, x0, x1); ${rows} INSERT INTO places SELECT i, i, i + 1 FROM n;`,
  },
  {
    name: 'views and triggers that call functions which are not here',
    sql: `CREATE TABLE t (a); CREATE VIEW v AS SELECT app_function(a) FROM t;
      CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT app_function(new.a); END;`,
  },
  { name: 'an application id', sql: 'PRAGMA application_id=1196444487; CREATE TABLE t (a);' },
  {
    name: 'WAL mode',
    sql: 'PRAGMA journal_mode=WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);',
  },
  { name: 'reserved bytes', sql: '.filectrl reserve_bytes 32\nCREATE TABLE t (a); VACUUM;' },
  { name: 'a table named main.t', sql: 'CREATE TABLE "main.t" (a); CREATE TABLE "t""; --" (b);' },
]

describe('a sound file of the host’s SQLite is never called damaged', () => {
  test.each(sound)('$name', async ({ sql }) => {
    const tools = testTools({ databases: {} })
    const id = await pushed(tools, madeNatively(sql))
    const answer = await verdict.run({ ticket: id }, tools)
    expect(answer, JSON.stringify(answer.findings)).toMatchObject({ verdict: 'passed' })
  })

  test('an expected table may belong to a module that is not here', async () => {
    const tools = testTools({ databases: { tokens: { tables: { search: ['body'] } } } })
    const id = await pushed(tools, madeNatively(sound[0]?.sql ?? ''))
    expect(await verdict.run({ ticket: id }, tools)).toMatchObject({ verdict: 'passed' })
  })
})

/** What an application with a collation of its own leaves behind; sql.js cannot make one. */
const withCollation = (damage: boolean): Buffer => {
  const file = path.join(folder, `${(count += 1)}.db`)
  const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.create_collation("app", lambda a, b: (a > b) - (a < b))
db.execute("CREATE TABLE named (name TEXT COLLATE app)")
db.execute("CREATE INDEX by_name ON named(name)")
db.execute("CREATE TABLE plain (a INTEGER, b TEXT)")
db.execute("CREATE INDEX by_a ON plain(a)")
db.executemany("INSERT INTO named VALUES (?)", [("n%d" % i,) for i in range(300)])
db.executemany("INSERT INTO plain VALUES (?, ?)", [(i, "x" * 50) for i in range(3000)])
db.commit()
print(db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'by_a'").fetchone()[0])`
  const done = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  const bytes = readFileSync(file)
  const root = (Number(done.stdout.trim()) - 1) * 4096
  if (damage) bytes.fill(0, root, root + 4096)
  return bytes
}

describe('a database with a collation that is not here', () => {
  const judged = async (damage: boolean) => {
    const tools = testTools({ databases: {} })
    const id = await pushed(tools, withCollation(damage))
    return verdict.run({ ticket: id }, tools)
  }

  test('is unverifiable, and the table that could not be checked is named', async () => {
    const answer = await judged(false)
    expect(answer.verdict, JSON.stringify(answer.findings)).toBe('unverifiable')
    expect(answer.findings.find(({ check }) => check === 'structure')?.detail).toContain('named')
  })

  test('is damaged all the same when another table is', async () => {
    expect((await judged(true)).verdict).toBe('failed')
  })
})
