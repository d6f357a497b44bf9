/**
 * Does this build of sql.js still do what the checks rely on? Asked once in every process, each part before a
 * verdict rests on it: reading on demand, exact bytes of every length, and damage seen.
 */
import type { Database, SqlJs } from 'sql.js'

import { LazyBytes } from '../../reading/lazy-bytes'
import type { PageSource } from '../../reading/lazy-bytes'
import { checkIndexes } from '../checks/index-check'
import { layoutOf } from '../checks/index-entries'
import { addRowSums } from '../checks/row-sums'

import { ask, messageOf } from './ask'
import type { Engine } from './engine'
import { contentSql, pageBytes, rowCount, sampleBytes } from './self-test-sample'

/** What went wrong, if anything did. */
export type Tested = { trouble: string | undefined }

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

const openLazily = (SQL: SqlJs, bytes: Uint8Array) => {
  const source = countedBytes(bytes)
  const db = new SQL.Database(new LazyBytes(source), { useOldExtensionFunctions: false })
  return { db, source }
}

const check = (db: Database, source: PageSource): string =>
  JSON.stringify(ask({ db, source }, 'PRAGMA integrity_check'))

const ok = JSON.stringify({ rows: [['ok']], isCut: false })

const demandReading = (SQL: SqlJs, sample: Uint8Array): void => {
  const { db, source } = openLazily(SQL, sample)
  ask({ db, source }, 'SELECT count(*) FROM sqlite_schema')
  demand(source.reads > 0, 'the database was not read on demand')
  demand(source.reads < sample.length / pageBytes / 4, 'opening reads the whole file')
  demand(check(db, source) === ok, 'a sound database was not called so')
  const compared = JSON.stringify(ask({ db, source }, comparedSql))
  demand(compared === allAlike, 'bytes came out changed')
  const written = ask({ db, source }, 'PRAGMA user_version=1')
  // A connection whose write was refused is not fit to be closed either: it is left alone.
  demand('error' in written, 'the file could be written to')

  const damaged = Uint8Array.from(sample)
  damaged.fill(0, pageBytes * 2, pageBytes * 3)
  const broken = openLazily(SQL, damaged)
  demand(check(broken.db, broken.source) !== ok, 'a lost page was not seen')
  broken.db.close()
}

const demandSums = (engine: Engine, sample: Uint8Array): void => {
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

const tested = (run: () => void): Tested => {
  try {
    run()
    return { trouble: undefined }
  } catch (thrown) {
    return { trouble: messageOf(thrown) }
  }
}

/** Can files be read on demand? Before any verdict is trusted. */
export const testReading = ({ SQL }: Engine): Tested =>
  tested(() => demandReading(SQL, sampleBytes()))

/** Can the values of a table and its indexes be summed up? Before the first verdict that rests on it: most do not. */
export const testSums = (engine: Engine): Tested => tested(() => demandSums(engine, sampleBytes()))
