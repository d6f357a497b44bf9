/** The rows of a table add up to what their values say, read where they lie in SQLite's memory. */
import { afterAll, describe, expect, test } from 'vitest'

import { addRowSums, sumFunction } from '../../../../lib/adapters/sqlite/checks/row-sums'
import type { RowList } from '../../../../lib/adapters/sqlite/checks/row-sums'
import {
  addTo,
  combined,
  hashBytes,
  hashNull,
  hashNumber,
  noSums,
} from '../../../../lib/adapters/sqlite/checks/value-sums'
import { ask } from '../../../../lib/adapters/sqlite/engine/ask'
import { bytesSource, closeQuietly, engine, made, openSession } from '../sessions'

const session = openSession(bytesSource(made('CREATE TABLE t (a);')))
if (!session) throw new Error('SQLite does not open it')
afterAll(() => closeQuietly(session.db))
const rowSums = addRowSums(engine, session.db)

const summed = (lists: readonly RowList[], values: string, from = '') => {
  rowSums.begin(lists)
  const answer = ask(session, `SELECT ${sumFunction}(${values}) ${from}`)
  expect(answer).toEqual({ rows: [['0']], isCut: false })
  return rowSums.end()
}

const hashOfText = (text: string) =>
  hashBytes(Buffer.from(text), { isText: true, start: 0, length: Buffer.byteLength(text) })
const hashOfBlob = (hex: string) =>
  hashBytes(Buffer.from(hex, 'hex'), { isText: false, start: 0, length: hex.length / 2 })

/** One row for each, of so many values. */
const sumsOf = (rows: readonly (readonly number[])[]) => {
  const sums = noSums()
  for (const hashes of rows) addTo(sums, combined(hashes, [...hashes.keys()]))
  return sums
}

describe('one value', () => {
  test.each([
    { sql: 'NULL', hash: hashNull },
    { sql: '0', hash: hashNumber(0, 0) },
    { sql: '-1', hash: hashNumber(-1, -1) },
    { sql: '4294967297', hash: hashNumber(2 ** 32 + 1, 1) },
    { sql: '9007199254740993', hash: hashNumber(2 ** 53, 1) },
    { sql: '1.5', hash: hashNumber(1.5, 1) },
    { sql: '2.0', hash: hashNumber(2, 2) },
    { sql: `''`, hash: hashOfText('') },
    { sql: `'five!'`, hash: hashOfText('five!') },
    { sql: `x'00ff10'`, hash: hashOfBlob('00ff10') },
    // SQLite keeps the zeros of these by their number alone.
    { sql: 'zeroblob(5)', hash: hashOfBlob('0000000000') },
  ])('counts as the file would hold it: $sql', ({ sql, hash }) => {
    expect(summed([{ places: [0] }], sql)).toEqual({ sums: [sumsOf([[hash]])], rows: 1 })
  })
})

describe('rows', () => {
  const three = `FROM (VALUES (1, 'a'), (0, 'b'), (NULL, 'c'))`
  const row = (number: number, text: string) => [number, hashOfText(text)]
  const all = [row(hashNumber(1, 1), 'a'), row(hashNumber(0, 0), 'b'), row(hashNull, 'c')]

  test('count for each index by what it holds, in its order', () => {
    const lists = [{ places: [0, 1] }, { places: [1] }, { places: [1, 0] }]
    expect(summed(lists, 'column1, column2', three)).toEqual({
      sums: [
        sumsOf(all),
        sumsOf(all.map(([, text = 0]) => [text])),
        sumsOf(all.map((one) => one.toReversed())),
      ],
      rows: 3,
    })
  })

  test('count where the condition of the index holds, as SQLite computed it', () => {
    const lists = [{ places: [0], condition: 1 }, { places: [0] }]
    const values = `column2, column1 IS TRUE`
    const texts = ['a', 'b', 'c'].map((text) => [hashOfText(text)])
    expect(summed(lists, values, three)).toEqual({
      sums: [sumsOf(texts.slice(0, 1)), sumsOf(texts)],
      rows: 3,
    })
  })

  test('are counted anew for each statement', () => {
    expect(summed([{ places: [0] }], '1')?.rows).toBe(1)
    expect(summed([{ places: [0] }], '1')).toEqual({
      sums: [sumsOf([[hashNumber(1, 1)]])],
      rows: 1,
    })
  })
})

test('memory that grew while rows were read is read where it lies then', () => {
  const large = `SELECT length(zeroblob(i * 0 + 20000000) || '') FROM (SELECT 1 AS i)`
  expect(ask(session, large)).toMatchObject({ rows: [['0']] })
  expect(summed([{ places: [0] }], `'after it'`)).toEqual({
    sums: [sumsOf([[hashOfText('after it')]])],
    rows: 1,
  })
})

test('a build that keeps its memory to itself, or takes no function, says so', () => {
  expect(() => addRowSums({ SQL: engine.SQL, memory: undefined }, session.db)).toThrow(
    'this build keeps its memory to itself',
  )
  const refusing = Object.create(engine.SQL, { _sqlite3_create_function_v2: { value: () => 21 } })
  expect(() => addRowSums({ SQL: refusing, memory: engine.memory }, session.db)).toThrow(
    'SQLite takes no function (21)',
  )
})
