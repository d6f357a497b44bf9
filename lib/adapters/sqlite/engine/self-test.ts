/**
 * Does this build of sql.js still do what the checks rely on? Asked once in every process, before any
 * verdict is trusted: reading on demand, exact bytes of every length, and damage seen.
 */
import type { Database, SqlJs } from 'sql.js'

import { LazyBytes } from '../../reading/lazy-bytes'
import type { PageSource } from '../../reading/lazy-bytes'
import { checkIndexes } from '../checks/index-check'
import { layoutOf } from '../checks/index-entries'
import { addRowSums } from '../checks/row-sums'

import { ask, messageOf } from './ask'
import type { Engine } from './engine'

export type SelfTest = {
  /** Undefined when files can be read on demand; else what went wrong. */
  lazyTrouble: string | undefined
  sumsTrouble: string | undefined
}

const pageBytes = 512
const rowCount = 80

/** One letter of its own, 1001 to 1080 times: cheap to make, and another length for each row. */
const contentSql = `CAST(printf('%.*c', 1000 + id, char(65 + id % 26)) AS BLOB)`

/**
 * Overflow pages whose last one holds 1, 2, 3, ... bytes: short reads take another path. An index of
 * values in every form, as they lie in SQLite's memory and in the file.
 */
const sampleSql = `PRAGMA page_size=${pageBytes};
CREATE TABLE sample (id INTEGER PRIMARY KEY, key TEXT, content BLOB);
CREATE UNIQUE INDEX sample_key ON sample(key);
CREATE INDEX sample_forms ON sample(CASE id % 6 WHEN 0 THEN NULL WHEN 1 THEN id - 40
  WHEN 2 THEN 9007199254740993 + id WHEN 3 THEN id / 3.0 WHEN 4 THEN id * 1.0 ELSE CAST(key AS BLOB) END);
WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${rowCount})
INSERT INTO sample SELECT id, printf('%05d', id * 7919 % 99991), ${contentSql} FROM n;`

/** Every byte of every row, held against what it was made of. */
const comparedSql = `SELECT count(*), sum(content = ${contentSql}) FROM sample`

const allAlike = JSON.stringify({ rows: [[`${rowCount}`, `${rowCount}`]], isCut: false })

const countedBytes = (bytes: Uint8Array): PageSource & { reads: number } => ({
  sizeBytes: bytes.length,
  trouble: undefined,
  reads: 0,
  read(start, end) {
    this.reads += 1
    return bytes.slice(start, end)
  },
})

const demand = (isTrue: boolean, what: string): void => {
  if (!isTrue) throw new Error(what)
}

const makeSample = (SQL: SqlJs): Uint8Array => {
  const db = new SQL.Database(undefined, { useOldExtensionFunctions: false })
  db.run(sampleSql)
  // export() closes and reopens; what it returns is the file itself.
  const bytes = db.export()
  db.close()
  return bytes
}

const openLazily = (SQL: SqlJs, bytes: Uint8Array) => {
  const source = countedBytes(bytes)
  const db = new SQL.Database(new LazyBytes(source), { useOldExtensionFunctions: false })
  return { db, source }
}

const check = (db: Database, source: PageSource): string =>
  JSON.stringify(ask({ db, source }, 'PRAGMA integrity_check'))

const ok = JSON.stringify({ rows: [['ok']], isCut: false })

const testReading = (SQL: SqlJs, sample: Uint8Array): void => {
  const { db, source } = openLazily(SQL, sample)
  ask({ db, source }, 'SELECT count(*) FROM sqlite_schema')
  demand(source.reads > 0, 'the database was not read on demand')
  demand(source.reads < sample.length / pageBytes / 4, 'opening reads the whole file')
  demand(check(db, source) === ok, 'a sound database was not called so')
  const compared = JSON.stringify(ask({ db, source }, comparedSql))
  demand(compared === allAlike, 'bytes came out changed')
  const written = ask({ db, source }, 'DELETE FROM sample')
  // A connection whose write was refused is not fit to be closed either: it is left alone.
  demand('error' in written, 'the file could be written to')

  const damaged = Uint8Array.from(sample)
  damaged.fill(0, pageBytes * 2, pageBytes * 3)
  const broken = openLazily(SQL, damaged)
  demand(check(broken.db, broken.source) !== ok, 'a lost page was not seen')
  broken.db.close()
}

const testSums = (engine: Engine, sample: Uint8Array): void => {
  const askLines = (bytes: Uint8Array): string => {
    const session = openLazily(engine.SQL, bytes)
    const sums = addRowSums(engine, session.db)
    const layout = layoutOf(session)
    const order = { table: 'sample', hasRowid: true, layout, isExact: true }
    const answer = checkIndexes(session, sums, order)
    session.db.close()
    return JSON.stringify(answer)
  }
  demand(
    askLines(sample) === `{"lines":[],"isOrderKnown":true,"rows":${rowCount}}`,
    'a sound index was not called so',
  )
  const damaged = Buffer.from(sample)
  const place = damaged.lastIndexOf(String((rowCount * 7919) % 99991).padStart(5, '0'))
  damaged.writeUInt8(damaged.readUInt8(place + 2) ^ 1, place + 2)
  demand(askLines(damaged).includes('sample_key'), 'a changed key was not seen')
}

const troubleOf = (run: () => void): string | undefined => {
  try {
    run()
    return undefined
  } catch (thrown) {
    return messageOf(thrown)
  }
}

export const selfTest = (engine: Engine): SelfTest => {
  try {
    const sample = makeSample(engine.SQL)
    return {
      lazyTrouble: troubleOf(() => testReading(engine.SQL, sample)),
      sumsTrouble: troubleOf(() => testSums(engine, sample)),
    }
  } catch (thrown) {
    const trouble = messageOf(thrown)
    return { lazyTrouble: trouble, sumsTrouble: trouble }
  }
}
