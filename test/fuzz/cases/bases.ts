/** The bytes that a case starts from, and the same database some writes later. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { made } from '../../adapters/sqlite/sessions'
import { mixed, variants } from '../../adapters/sqlite/variants'

import { foreignFormats } from './foreign'
import { marker, randomDatabase } from './random-database'
import type { Base } from './recipe'

export type Based = { bytes: Buffer; later: Buffer; isDatabase: boolean }

const numbers = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`

/** Made by the SQLite of this machine, which has what sql.js has not. */
const madeNatively = (sql: string): Buffer => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-fuzz-base-'))
  try {
    const file = path.join(folder, 'base.db')
    const done = spawnSync('sqlite3', ['-batch', '-bail', file], { input: sql, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`sqlite3 does not make it: ${done.stderr}`)
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const tiny = `PRAGMA page_size=512; CREATE TABLE t (a TEXT, b INTEGER);
${numbers(12)} INSERT INTO t SELECT '${marker} ' || i, i FROM n; CREATE INDEX t_b ON t(b, a);`

/** A schema of many pages: its own tree has inner pages that can be damaged. */
const wide = `PRAGMA page_size=512; ${Array.from(
  { length: 24 },
  (_, at) => `CREATE TABLE table_${at} (id INTEGER PRIMARY KEY, content_of_the_row TEXT);`,
).join('\n')} ${numbers(40)} INSERT INTO table_3 SELECT i, '${marker}' || i FROM n;
CREATE INDEX table_3_content ON table_3(content_of_the_row);`

const overflowing = `PRAGMA page_size=512; CREATE TABLE o (id INTEGER PRIMARY KEY, a TEXT, b BLOB);
${numbers(9)} INSERT INTO o SELECT i, '${marker}' || hex(zeroblob(i * 400)), zeroblob(i * 500) FROM n;
CREATE INDEX o_a ON o(a);`

/** Each of them twice in the next: SQLite spells all of it out when it is asked for its columns. */
const viewsUpTo = (height: number): string => {
  const next = (_: unknown, at: number) =>
    `CREATE VIEW v${at + 1} AS SELECT a FROM v${at} UNION ALL SELECT a FROM v${at};`
  const views = Array.from({ length: height }, next).join('\n')
  return `${tiny} CREATE VIEW v0 AS SELECT a FROM t; ${views} CREATE VIEW "v w" AS SELECT * FROM v${height};`
}

const sqlJs: Readonly<Record<string, string>> = {
  ...Object.fromEntries(variants.map(({ name, sql }) => [name, sql])),
  tiny,
  'a wide schema': wide,
  'overflow chains': overflowing,
  'many free pages': `PRAGMA page_size=512; CREATE TABLE keep (a); ${overflowing} DELETE FROM o WHERE id > 2;`,
  'a path of JSON in every row': `CREATE TABLE j (id INTEGER PRIMARY KEY, doc TEXT, path TEXT);
    ${numbers(20)} INSERT INTO j SELECT i, '{"a":1}', '${marker}' FROM n;`,
  'a view of endless rows': `${tiny} CREATE VIEW "v w" AS
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;`,
  'views and triggers that call functions': `${tiny} CREATE VIEW "v w" AS SELECT app_function(a) FROM t;
    CREATE VIEW itself AS SELECT * FROM itself; CREATE TRIGGER g AFTER INSERT ON t
    BEGIN SELECT app_function(new.a), load_extension('x'), writefile('x', 'y'); END;`,
  'views upon views': viewsUpTo(9),
  'too many views upon views': viewsUpTo(60),
  'names of several lines': `${tiny} CREATE TABLE "two\nlines; verdict passed" ("a\r\nb" UNIQUE);
    INSERT INTO "two\nlines; verdict passed" VALUES (1); CREATE INDEX "i\u2028i" ON t(a);`,
  'nothing at all': 'PRAGMA user_version=1;',
}

const native: Readonly<Record<string, string>> = {
  'full-text search 5': `CREATE VIRTUAL TABLE s USING fts5(body); ${numbers(90)}
    INSERT INTO s SELECT '${marker} ' || i FROM n;`,
  'an R-Tree': `CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); ${numbers(90)} INSERT INTO r SELECT i, i, i + 1 FROM n;`,
  'full-text search 5 of another table': `CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT); ${numbers(90)}
    INSERT INTO t SELECT i, '${marker} ' || i FROM n;
    CREATE VIRTUAL TABLE s USING fts5(body, content='t', content_rowid='id'); INSERT INTO s(s) VALUES('rebuild');`,
  'full-text search 5 that is behind its table': `CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT);
    CREATE VIRTUAL TABLE s USING fts5(body, content='t', content_rowid='id');
    ${numbers(90)} INSERT INTO t SELECT i, '${marker} ' || i FROM n;`,
  'full-text search 5 without content': `CREATE VIRTUAL TABLE s USING fts5(body, content=''); ${numbers(90)}
    INSERT INTO s(rowid, body) SELECT i, '${marker} ' || i FROM n;`,
  'an R-Tree of integers': `CREATE VIRTUAL TABLE r USING rtree_i32(id, x0, x1); ${numbers(90)}
    INSERT INTO r SELECT i, i, i + 1 FROM n;`,
  'a module of somebody’s own': `${tiny} PRAGMA writable_schema=1;
    INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0(a)');`,
  'reserved bytes': `.filectrl reserve_bytes 32\nCREATE TABLE t (a TEXT UNIQUE); ${numbers(90)}
    INSERT INTO t SELECT '${marker}' || i FROM n; VACUUM;`,
  'WAL mode': `PRAGMA journal_mode=WAL; ${tiny}`,
  'legacy file format': `PRAGMA legacy_file_format=1; ${mixed}`,
  'an index on reals as text': `CREATE TABLE x (a REAL, b AS (a || '') VIRTUAL); ${numbers(90)}
    INSERT INTO x SELECT i / 7.0 FROM n; CREATE INDEX x_a ON x(lower(a)); CREATE INDEX x_b ON x(b);`,
  'an index on days that are none': `CREATE TABLE d (a TEXT, b); ${numbers(90)}
    INSERT INTO d SELECT '2024-02-30', i FROM n; CREATE INDEX d_a ON d(date(a), b);`,
  'reals as text in a predicate and a CHECK': `CREATE TABLE r (a REAL CHECK (length(a || '') < 18), b);
    ${numbers(90)} INSERT INTO r SELECT i / 7.0, i FROM n; CREATE INDEX r_b ON r(b) WHERE length(a || '') > 17;`,
  'JSON of 1,500 levels': `CREATE TABLE j (id INTEGER PRIMARY KEY,
      data TEXT NOT NULL CHECK (JSON_VALID("data") OR "data" IS NULL));
    INSERT INTO j VALUES (1, replace(hex(zeroblob(750)), '0', '[') || replace(hex(zeroblob(750)), '0', ']'));`,
}

export const namedBases = [...Object.keys(sqlJs), ...Object.keys(native)]

const ofStatements = ({
  sql,
  later = [],
}: {
  sql: string[]
  later?: string[] | undefined
}): Based => {
  const bytes = made(sql.join(';\n'))
  return { bytes, later: made([...sql, ...later].join(';\n')), isDatabase: true }
}

/** The same base in words of its own: a random one as its statements. */
export const spelledOut = (base: Base): Base =>
  'random' in base ? randomDatabase(base.random) : base

const make = (base: Base): Based => {
  if ('foreign' in base) {
    const bytes = foreignFormats[base.foreign]?.(base.sizeBytes)
    if (!bytes) throw new Error(`nothing foreign is called "${base.foreign}"`)
    return { bytes, later: bytes, isDatabase: false }
  }
  if ('random' in base) return ofStatements(randomDatabase(base.random))
  if ('sql' in base) return ofStatements(base)
  const own = sqlJs[base.named]
  const other = native[base.named]
  if (own === undefined && other === undefined) throw new Error(`no base is called "${base.named}"`)
  const bytes = own === undefined ? madeNatively(other ?? '') : made(own)
  return { bytes, later: bytes, isDatabase: true }
}

const kept = new Map<string, Based>()
const mostKept = 80

export const basedOn = (base: Base): Based => {
  const key = JSON.stringify(base)
  const known = kept.get(key)
  if (known) return known
  const based = make(base)
  const oldest = kept.size < mostKept ? undefined : kept.keys().next().value
  if (oldest !== undefined) kept.delete(oldest)
  kept.set(key, based)
  return based
}
