/**
 * Do two scans hold the same rows? Counts and order-independent sums of hashes say so.
 *
 * An aggregate function of our own that SQLite calls once a row. It reads values where they lie
 * in SQLite's memory: text of any encoding, zero bytes and 64-bit integers stay exact.
 */
import type { Database } from 'sql.js'

import type { Engine } from '../engine/engine'

import { keyOrder } from './key-order'
import type { KeyRule } from './key-order'

export type Sums = { count: number; low: number; high: number }

export type Scan = {
  /** For each index the places of its columns among the arguments. */
  lists: readonly (readonly number[])[]
  /** When the rows come in key order: how keys compare. */
  key?: KeyRule | undefined
}

export type ScanResult = {
  sums: Sums[]
  /** Keys that do not ascend, keys that repeat where they must not, and those that nobody can say. */
  disorder: number
  repeats: number
  unclear: number
}

export type RowSums = {
  /** What the next statement that calls the function is to add up. */
  begin(scan: Scan): void
  end(): ScanResult
}

export const sumFunction = 'snapproof_sums'

/** Values of sqlite3_value_type. */
const types = { integer: 1, float: 2, text: 3, blob: 4 } as const

/** SQLITE_UTF8, and SQLITE_DIRECTONLY: no view or trigger of the file may call it. */
const functionFlags = 1 | 0x80000

const any = -1

const mix = (hash: number, value: number): number => {
  const next = Math.imul(hash ^ value, 0x9e3779b1)
  return next ^ (next >>> 15)
}

export const addRowSums = ({ SQL, memory }: Engine, db: Database): RowSums => {
  if (!memory) throw new Error('this build keeps its memory to itself')
  let bytes = new Uint8Array(memory.buffer)
  let words = new Int32Array(memory.buffer)
  const double = new Float64Array(1)
  const halves = new Int32Array(double.buffer)
  const order = keyOrder()
  const hashes: number[] = []
  let lists: Scan['lists'] = []
  let isOrdered = false
  let sums: Sums[] = []

  /** Memory that grew lies elsewhere: the old views are empty then. */
  const refresh = () => {
    if (bytes.length > 0) return
    bytes = new Uint8Array(memory.buffer)
    words = new Int32Array(memory.buffer)
  }

  const hashNumber = (value: number): number => {
    // The low half is exact for every integer, the double tells the rest.
    const low = SQL._sqlite3_value_int(value)
    // A column of reals keeps whole ones as integers: 3.0 and 3 are one key, and so are -0 and 0.
    double[0] = SQL._sqlite3_value_double(value) + 0
    if (isOrdered) order.addNumber(double[0], low)
    // Each goes in by itself: the halves of one integer resemble one another and could cancel out.
    return mix(mix(mix(types.integer, low), halves[0] ?? 0), halves[1] ?? 0)
  }

  const hashBytes = (value: number, type: number): number => {
    const isText = type === types.text
    const start = isText ? SQL._sqlite3_value_text(value) : SQL._sqlite3_value_blob(value)
    const length = SQL._sqlite3_value_bytes(value)
    refresh()
    let hash = 0x811c9dc5 ^ type
    const end = start + length
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 16_777_619)
    if (isOrdered) order.addBytes(type, bytes, { start, length })
    return hash
  }

  const hashOf = (value: number): number => {
    const type = SQL._sqlite3_value_type(value)
    if (type === types.integer || type === types.float) return hashNumber(value)
    if (type === types.text || type === types.blob) return hashBytes(value, type)
    if (isOrdered) order.addNull()
    return 0x5bd1e995
  }

  const step = (_context: number, count: number, values: number): void => {
    refresh()
    for (let at = 0; at < count; at += 1) {
      hashes[at] = hashOf(words[(values >> 2) + at] ?? 0)
    }
    for (let at = 0; at < lists.length; at += 1) {
      const list = lists[at]
      const sum = sums[at]
      if (list === undefined || sum === undefined) continue
      let hash = list.length
      for (const place of list) hash = mix(hash, hashes[place] ?? 0)
      sum.count += 1
      sum.low = (sum.low + hash) | 0
      // A second sum of another kind: changes that cancel out in one do not in both.
      sum.high = (sum.high + Math.imul(hash ^ (hash >>> 13), 0x85ebca6b)) | 0
    }
    if (isOrdered) order.endRow()
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
    begin: (scan) => {
      lists = scan.lists
      sums = scan.lists.map(() => ({ count: 0, low: 0, high: 0 }))
      isOrdered = scan.key !== undefined
      if (scan.key) order.begin(scan.key)
    },
    end: () => ({ sums, ...order.result() }),
  }
}

export const areEqual = (one: Sums, other: Sums): boolean =>
  one.count === other.count && one.low === other.low && one.high === other.high
