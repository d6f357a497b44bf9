/**
 * Does SQLite's own build still do what is relied on? Asked once in each thread that needs it, before
 * its first answer counts: reading on demand, no way to write, and damage seen in each module.
 */
import type { PageSource } from '../../reading/lazy-bytes'
import { ask, messageOf } from '../engine/ask'

import { checkModules } from './module-check'
import { openOwn } from './own-build'
import type { OwnBuild, OwnSession } from './own-build'

const memoryBytes = 16 * 1024 ** 2
const pageBytes = 512

const sampleSql = `PRAGMA page_size=${pageBytes}; PRAGMA query_only=0;
CREATE TABLE content (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE own USING fts5(body);
CREATE VIRTUAL TABLE kept USING fts5(body, content='content', content_rowid='id');
CREATE VIRTUAL TABLE place USING rtree(id, west, east);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
INSERT INTO content SELECT i, printf('word%d other%d', i, i % 7) FROM n;
INSERT INTO own SELECT body FROM content;
INSERT INTO place SELECT id, id, id + 1 FROM content;
INSERT INTO kept(kept) VALUES('rebuild');`

const damageSql = `DELETE FROM own_data WHERE id > 10;
UPDATE place_node SET data = zeroblob(length(data));
UPDATE content SET body = 'another' WHERE id = 5;`

const lacked = [
  { table: 'own', module: 'fts5' },
  { table: 'kept', module: 'fts5' },
  { table: 'place', module: 'rtree' },
]

const bytesOf = (bytes: Uint8Array): PageSource & { reads: number } => ({
  sizeBytes: bytes.length,
  trouble: undefined,
  reads: 0,
  read(start, end) {
    this.reads += 1
    return bytes.subarray(start, end)
  },
})

const made = (build: OwnBuild, sql: string): Uint8Array => {
  const source = bytesOf(new Uint8Array())
  const session = openOwn(build, { source, memoryBytes, address: ':memory:' })
  session.run(sql)
  return session.serialized()
}

const demand = (isTrue: boolean, what: string): void => {
  if (!isTrue) throw new Error(what)
}

const answersOf = (session: OwnSession): string =>
  checkModules(session, lacked)
    .map(({ answer }) => (typeof answer === 'string' ? answer : Object.keys(answer).join()))
    .join(' ')

const run = (build: OwnBuild): string => {
  const bytes = made(build, sampleSql)
  const source = bytesOf(bytes)
  const sound = openOwn(build, { source, memoryBytes })
  const told = (table: string) =>
    JSON.stringify(ask(sound, `SELECT count(*), group_concat(body) FROM ${table}`))
  const rows = told('own')
  demand(source.reads > 0, 'the database was not read on demand')
  demand(source.reads < bytes.length / pageBytes, 'a few rows were read by all of the file')
  demand(rows.startsWith('{"rows":[["60",') && rows === told('content'), 'rows came out changed')
  demand(answersOf(sound) === 'ok ok ok', 'sound tables of modules were not called so')

  const writable = openOwn(build, { source, memoryBytes })
  writable.run('PRAGMA query_only=0')
  const written = ask(writable, 'DELETE FROM content')
  demand('error' in written, 'the file could be written to')

  const broken = openOwn(build, {
    source: bytesOf(made(build, sampleSql + damageSql)),
    memoryBytes,
  })
  const answers = answersOf(broken)
  demand(/^(line|error) stale line$/.test(answers), `damage in a module was not seen (${answers})`)
  return sound.version
}

export type OwnTest = { version: string } | { trouble: string }

export const ownBuildTest = (build: OwnBuild): OwnTest => {
  try {
    return { version: run(build) }
  } catch (thrown) {
    return { trouble: messageOf(thrown) }
  }
}
