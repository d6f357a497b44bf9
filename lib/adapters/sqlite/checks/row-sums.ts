/**
 * What do the rows of a table add up to, for each of its indexes?
 *
 * An aggregate function of our own that SQLite calls once a row. It reads values where they lie in
 * SQLite's memory, and calls SQLite for none of the usual ones. How they lie there is no contract:
 * `self-test.ts` compares them with the bytes of an index, once in every process.
 */
import type { Database } from 'sql.js'

import type { Engine } from '../engine/engine'

import { addTo, combined, hashBytes, hashNull, hashNumber, lowOf, noSums } from './value-sums'
import type { Sums } from './value-sums'

/** An index, by the places of what it holds among the arguments. */
export type RowList = {
  places: readonly number[]
  /** The argument that tells whether the row belongs there; undefined where every row does. */
  condition?: number | undefined
}

export type RowSums = {
  /** What the next statement that calls the function is to add up. */
  begin(lists: readonly RowList[]): void
  /** Undefined where a value came in a form that is not the file's. */
  end(): { sums: Sums[]; rows: number } | undefined
}

export const sumFunction = 'snapproof_sums'

/** Values of sqlite3_value_type. */
const types = { integer: 1, float: 2, text: 3, blob: 4 } as const

/** A value in memory: its number first, then where its bytes are and how many, then flags and encoding. */
const offsets = { start: 8, length: 12, flags: 16 } as const
const flags = {
  null: 1,
  text: 2,
  integer: 4,
  real: 8,
  blob: 16,
  kinds: 0x3f,
  zeros: 0x400,
} as const

/** SQLITE_UTF8, and SQLITE_DIRECTONLY: no view or trigger of the file may call it. */
const functionFlags = 1 | 0x80000

const any = -1

const highUnit = 2 ** 32

export const addRowSums = ({ SQL, memory }: Engine, db: Database): RowSums => {
  if (!memory) throw new Error('this build keeps its memory to itself')
  let bytes = new Uint8Array(memory.buffer)
  let words = new Int32Array(memory.buffer)
  let doubles = new Float64Array(memory.buffer)
  const hashes: number[] = []
  const isFalse: boolean[] = []
  let lists: readonly RowList[] = []
  let sums: Sums[] = []
  let rows = 0
  let encoding = 0
  let isOdd = false

  const wordAt = (at: number): number => words[at >> 2] ?? 0

  /** Memory that grew lies elsewhere: the old views are empty then. */
  const refresh = () => {
    if (bytes.length > 0) return
    bytes = new Uint8Array(memory.buffer)
    words = new Int32Array(memory.buffer)
    doubles = new Float64Array(memory.buffer)
  }

  /** Values in a rarer form: SQLite makes plain ones of them. */
  const hashAsked = (value: number): number => {
    const type = SQL._sqlite3_value_type(value)
    if (type === types.float || type === types.integer) {
      const number = SQL._sqlite3_value_double(value)
      if (type === types.integer) return hashNumber(number, SQL._sqlite3_value_int(value))
      return hashNumber(number, lowOf(number))
    }
    if (type !== types.blob) isOdd = true
    const start = SQL._sqlite3_value_blob(value)
    const length = SQL._sqlite3_value_bytes(value)
    refresh()
    return hashBytes(bytes, { isText: false, start, length })
  }

  const hashOf = (value: number, place: number): number => {
    const told = wordAt(value + offsets.flags)
    const kind = told & flags.kinds
    if (kind === flags.null) return hashNull
    if (kind === flags.integer) {
      const low = wordAt(value)
      const number = wordAt(value + 4) * highUnit + (low >>> 0)
      isFalse[place] = number === 0
      return hashNumber(number, low)
    }
    if (kind === flags.real) {
      const number = doubles[value >> 3] ?? 0
      return hashNumber(number, lowOf(number))
    }
    const isText = kind === flags.text
    if (isText) {
      // All text of a file has one encoding; what has another was computed, and is not compared.
      const own = (told >> 16) & 0xff
      if (encoding === 0) encoding = own
      if (own !== encoding) isOdd = true
    } else if (kind !== flags.blob || (told & flags.zeros) !== 0) return hashAsked(value)
    const start = wordAt(value + offsets.start)
    return hashBytes(bytes, { isText, start, length: wordAt(value + offsets.length) })
  }

  const step = (_context: number, count: number, values: number): void => {
    refresh()
    rows += 1
    for (let at = 0; at < count; at += 1) {
      hashes[at] = hashOf(wordAt(values + at * 4), at)
    }
    for (let at = 0; at < lists.length; at += 1) {
      const list = lists[at]
      const sum = sums[at]
      if (list === undefined || sum === undefined) continue
      if (list.condition !== undefined && isFalse[list.condition] === true) continue
      addTo(sum, combined(hashes, list.places))
    }
  }

  const stepPointer = SQL.addFunction(step, 'viii')
  const endPointer = SQL.addFunction((context) => SQL._sqlite3_result_int(context, 0), 'vi')
  const name = SQL.stringToNewUTF8(sumFunction)
  const code = SQL._sqlite3_create_function_v2(
    db.db,
    name,
    any,
    functionFlags,
    0,
    0,
    stepPointer,
    endPointer,
    0,
  )
  if (code !== 0) throw new Error(`SQLite takes no function (${code})`)

  return {
    begin: (next) => {
      lists = next
      sums = next.map(noSums)
      rows = 0
      isOdd = false
    },
    end: () => (isOdd ? undefined : { sums, rows }),
  }
}
