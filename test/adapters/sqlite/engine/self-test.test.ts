import type { Database, SqlJs } from 'sql.js'
import { describe, expect, test } from 'vitest'

import { testReading, testSums } from '../../../../lib/adapters/sqlite/engine/self-test'
import { sampleBytes, sampleSql } from '../../../../lib/adapters/sqlite/engine/self-test-sample'
import { engine, made } from '../sessions'

type Options = { useOldExtensionFunctions?: boolean }

/** The same build with another way of opening a file. */
const withDatabase = (open: (data: Uint8Array | undefined, options: Options) => Database) => {
  // An ordinary function: `new` gives what it returns.
  const value = function opened(data: Uint8Array | undefined, options: Options) {
    return open(data, options)
  }
  // Everything else comes from the real build, through the prototype.
  const SQL: SqlJs = Object.create(engine.SQL, { Database: { value } })
  return { SQL, memory: engine.memory }
}

const really = (data: Uint8Array | undefined, options: Options) =>
  new engine.SQL.Database(data, options)

describe('the self-test', () => {
  test('reads what its SQL makes, byte by byte', () => {
    // Where another SQLite makes another file: the packed bytes are made anew from this one, and looked at.
    expect(made(sampleSql).equals(sampleBytes())).toBe(true)
  })

  test('passes with this build of sql.js', () => {
    expect(testReading(engine)).toEqual({ trouble: undefined })
    expect(testSums(engine)).toEqual({ trouble: undefined })
  })

  test('passes again: it leaves nothing behind that disturbs', () => {
    for (let round = 0; round < 5; round += 1) {
      expect(testReading(engine).trouble).toBeUndefined()
      expect(testSums(engine).trouble).toBeUndefined()
    }
  })

  test('fails with a build that copies the data it is given', () => {
    const copying = withDatabase((data, options) => {
      if (!data) return really(data, options)
      const copy = new Uint8Array(data.length)
      for (let at = 0; at < data.length; at += 512) copy.set(data.subarray(at, at + 512), at)
      return really(copy, options)
    })
    expect(testReading(copying).trouble).toBe('opening reads the whole file')
  })

  test('fails with a build that takes the lazy array for an empty one', () => {
    const blind = withDatabase((data, options) => really(data && new Uint8Array(0), options))
    expect(testReading(blind).trouble).toBe('the database was not read on demand')
  })

  test('fails with a build that gives one wrong byte somewhere in a value', () => {
    const wrong = withDatabase((data, options) => {
      const subarray = data?.subarray.bind(data)
      if (data && subarray) {
        data.subarray = (start = 0, end = data.length) => {
          const bytes = subarray(start, end).slice()
          // The last page but one of the longest values.
          if (start > data.length * 0.9) bytes.fill(0x41, bytes.length - 1)
          return bytes
        }
      }
      return really(data, options)
    })
    expect(testReading(wrong).trouble).toBeDefined()
  })

  /** A build that is asked this, and answers that. */
  const asking = (asked: string, instead: string) =>
    withDatabase((data, options) => {
      const db = really(data, options)
      const prepare = db.prepare.bind(db)
      db.prepare = (sql, ...more) => prepare(sql.startsWith(asked) ? instead : sql, ...more)
      return db
    })

  test.each([
    {
      name: 'calls a sound file bad',
      build: asking('PRAGMA integrity_check', `SELECT 'no'`),
      says: 'a sound database was not called so',
    },
    {
      name: 'calls every file sound',
      build: asking('PRAGMA integrity_check', `SELECT 'ok'`),
      says: 'a lost page was not seen',
    },
    {
      name: 'gives other bytes',
      build: asking('SELECT count(*), sum(content', 'SELECT 80, 79'),
      says: 'bytes came out changed',
    },
    {
      name: 'lets a file be written to',
      build: asking('PRAGMA user_version=1', 'SELECT 1'),
      says: 'the file could be written to',
    },
  ])('says what is wrong with a build that $name', ({ build, says }) => {
    expect(testReading(build).trouble).toBe(says)
    expect(testSums(build).trouble).toBeUndefined()
  })

  test('says what is wrong with a build that knows of no index', () => {
    const none = 'SELECT 1 WHERE 0'
    const build = asking('SELECT name, "unique"', none)
    expect(testReading(build).trouble).toBeUndefined()
    expect(testSums(build).trouble).toBe('a sound index was not called so')
  })

  test('says that sums cannot be had where the build keeps its memory to itself', () => {
    const shut = { SQL: engine.SQL, memory: undefined }
    expect(testReading(shut).trouble).toBeUndefined()
    expect(testSums(shut).trouble).toBe('this build keeps its memory to itself')
  })
})
