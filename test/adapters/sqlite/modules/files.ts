/** Databases with tables of modules, made by the machine's own SQLite: sql.js has not the modules. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

let count = 0

const nativelyIn = (file: string, sql: string): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync('sqlite3', ['-batch', '-bail', file], {
    input: sql,
    encoding: 'utf8',
  })
  return { status, said: `${stdout}${stderr}`.trim() }
}

export const madeIn = (folder: string, sql: string): Buffer => {
  const file = path.join(folder, `made-${(count += 1)}.db`)
  const { status, said } = nativelyIn(file, sql)
  if (status !== 0) throw new Error(said)
  return readFileSync(file)
}

export const askNatively = nativelyIn

export const rows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)`

const search = `CREATE VIRTUAL TABLE s USING fts5(b);
  ${rows} INSERT INTO s SELECT printf('alpha%d beta%d', i, i % 9) FROM n;`
const notes = `CREATE TABLE notes (id INTEGER PRIMARY KEY, b TEXT);
  ${rows} INSERT INTO notes SELECT i, printf('alpha%d beta%d', i, i % 9) FROM n;`
const kept = `${notes} CREATE VIRTUAL TABLE s USING fts5(b, content='notes', content_rowid='id');
  INSERT INTO s(s) VALUES('rebuild');`
const places = `CREATE VIRTUAL TABLE r USING rtree(id, a, b);
  ${rows} INSERT INTO r SELECT i, i, i + 1 FROM n;`
const plain = `CREATE TABLE plain (a INTEGER, b TEXT); CREATE INDEX by_a ON plain(a);
  ${rows} INSERT INTO plain SELECT i, printf('row %d', i) FROM n;`
/** Written into the schema: no SQLite here has the module. */
const foreign = (name: string, module: string) => `PRAGMA writable_schema=1;
  INSERT INTO sqlite_schema VALUES ('table', '${name}', '${name}', 0, 'CREATE VIRTUAL TABLE ${name} USING ${module}');`
const changed = (from: string, to: string) => `PRAGMA writable_schema=1;
  UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}') WHERE name = 's';`

export type Case = { name: string; sql: string; due: string; says: RegExp }

const allOk = /every page, row and index\. So does the module of/

export const cases: Case[] = [
  { name: 'FTS5', sql: search, due: 'passed', says: allOk },
  { name: 'FTS5 in capitals', sql: search.replace('fts5', 'FTS5'), due: 'passed', says: allOk },
  {
    name: 'FTS5 of the issue, its index gone',
    sql: `CREATE VIRTUAL TABLE s USING fts5(b); INSERT INTO s VALUES('alpha beta'),('alpha gamma');
      DELETE FROM s_data WHERE id>10;`,
    due: 'failed',
    says: /^s \(module fts5\): SQLite calls it damaged/,
  },
  {
    name: 'FTS5 whose rows are not those of its index',
    sql: `${search} UPDATE s_content SET c0 = 'another' WHERE id = 5;`,
    due: 'failed',
    says: /^s \(module fts5\): SQLite calls it damaged/,
  },
  {
    name: 'FTS5 without its structure',
    sql: `${search} DELETE FROM s_data WHERE id = 10;`,
    due: 'failed',
    says: /^s \(module fts5\): SQLite calls it damaged/,
  },
  {
    name: 'FTS5 without its settings',
    sql: `${search} DELETE FROM s_config;`,
    due: 'failed',
    says: /invalid fts5 file format/,
  },
  {
    name: 'FTS5 without the sizes of its rows',
    sql: `${search} DELETE FROM s_docsize;`,
    due: 'failed',
    says: /^s \(module fts5\): SQLite calls it damaged/,
  },
  {
    name: 'FTS5 of prefixes, trigrams and less detail',
    sql: `CREATE VIRTUAL TABLE s USING fts5(b, c UNINDEXED, prefix='2 3', tokenize='trigram', detail=none);
      ${rows} INSERT INTO s SELECT printf('alpha%d', i), i FROM n; DELETE FROM s WHERE rowid % 7 = 0;`,
    due: 'passed',
    says: allOk,
  },
  { name: 'FTS5 of another table', sql: kept, due: 'passed', says: allOk },
  {
    name: 'FTS5 of another table that has gone on',
    sql: `${kept} INSERT INTO notes VALUES (1000, 'delta'); UPDATE notes SET b = 'zeta' WHERE id = 1;`,
    due: 'warned',
    says: /^s \(module fts5\): the index is not that of the table/,
  },
  {
    name: 'FTS5 of another table that is gone',
    sql: `${kept} DROP TABLE notes;`,
    due: 'warned',
    says: /^s \(module fts5\): the table that it is kept for is not as the index expects: no such table: main.notes/,
  },
  {
    name: 'FTS5 of another table, damaged',
    sql: `${kept} DELETE FROM s_data WHERE id > 10;`,
    due: 'failed',
    says: /^s \(module fts5\): SQLite calls it damaged/,
  },
  {
    name: 'FTS5 without content',
    sql: `CREATE VIRTUAL TABLE s USING fts5(b, content=''); INSERT INTO s(rowid, b) VALUES (1, 'alpha beta');
      CREATE VIRTUAL TABLE t USING fts5(b, content='', columnsize=0); INSERT INTO t(rowid, b) VALUES (1, 'gamma');`,
    due: 'passed',
    says: /So does the module of 2 tables \(fts5\)/,
  },
  {
    name: 'FTS5 with a tokenizer of the app',
    sql: search + changed('fts5(b)', 'fts5(b, tokenize=app)'),
    due: 'unverifiable',
    says: /^s \(module fts5\): cannot be checked here\. .*no such tokenizer: app/,
  },
  {
    name: 'FTS5 with an option of a newer version',
    sql: search + changed('fts5(b)', 'fts5(b, newer=1)'),
    due: 'unverifiable',
    says: /^s \(module fts5\): cannot be checked here/,
  },
  {
    name: 'FTS5 in UTF-16',
    sql: `PRAGMA encoding='UTF-16le'; ${search}`,
    due: 'unverifiable',
    says: /^s \(module fts5\): cannot be checked here\. .*UTF-16/,
  },
  {
    name: 'FTS5 in WAL mode',
    sql: `PRAGMA journal_mode=WAL; ${search}`,
    due: 'passed',
    says: allOk,
  },
  {
    name: 'FTS5 of a name that must be quoted',
    sql: `CREATE VIRTUAL TABLE "it's ""x""" USING fts5(b); INSERT INTO "it's ""x""" VALUES ('alpha');`,
    due: 'passed',
    says: allOk,
  },
  { name: 'an R-Tree', sql: places, due: 'passed', says: allOk },
  { name: 'an empty R-Tree', sql: `${places} DELETE FROM r;`, due: 'passed', says: allOk },
  {
    name: 'an R-Tree of integers',
    sql: places.replace('rtree(', 'rtree_i32('),
    due: 'passed',
    says: /\(rtree_i32\)/,
  },
  {
    name: 'an R-Tree of the issue, all of its data gone',
    sql: `CREATE VIRTUAL TABLE r USING rtree(id,a,b); INSERT INTO r VALUES(1,1,2),(2,3,4);
      UPDATE r_node SET data=zeroblob(length(data));`,
    due: 'failed',
    says: /^r \(module rtree\): SQLite calls it damaged: Wrong number of entries/,
  },
  {
    name: 'an R-Tree whose nodes are too short',
    sql: `${places} UPDATE r_node SET data = x'00';`,
    due: 'failed',
    says: /^r \(module rtree\): SQLite calls it damaged/,
  },
  {
    name: 'an R-Tree of integers that lost a row',
    sql: `${places.replace('rtree(', 'rtree_i32(')} DELETE FROM r_rowid WHERE rowid = 7;`,
    due: 'failed',
    says: /^r \(module rtree_i32\): SQLite calls it damaged/,
  },
  {
    name: 'one table in order, and another damaged behind one that cannot be asked',
    sql: `${search}${places} DELETE FROM r_rowid WHERE rowid = 7; ${changed('fts5(b)', 'fts5(b, tokenize=app)')}`,
    due: 'failed',
    says: /^r \(module rtree\): SQLite calls it damaged/,
  },
  {
    name: 'a module that nobody here has',
    sql: plain + foreign('v', 'vec0'),
    due: 'unverifiable',
    says: /^v \(module vec0\): cannot be checked here\. Of all else SQLite says ok\.$/,
  },
  {
    name: 'geopoly, which no build here has',
    sql: plain + foreign('g', 'geopoly'),
    due: 'unverifiable',
    says: /^g \(module geopoly\): cannot be checked here/,
  },
  {
    name: 'a module that keeps nothing of its own',
    sql: plain + foreign('d', 'dbstat'),
    due: 'passed',
    says: /\(dbstat\)/,
  },
]
