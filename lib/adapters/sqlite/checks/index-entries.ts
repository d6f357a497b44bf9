/**
 * What stands in an index? Its tree is walked from the first entry to the last, in bytes.
 *
 * SQLite reads from an index only what a query asks for, and computes the rest anew; here every
 * value is the one that is stored. Its tree was found whole before: what does not fit is not judged
 * here, and thrown as `Odd`. https://sqlite.org/fileformat2.html#b_tree_pages
 */
import { Unreadable } from '../engine/ask'
import type { Session } from '../engine/ask'

import { lowOf } from './value-sums'

/** Null, a number, text, bytes: in the order in which SQLite compares them. */
export type Value = {
  kind: 0 | 1 | 2 | 3
  number: number
  low: number
  start: number
  length: number
}

/** Good until the entry after the next is taken. */
export type KeyEntry = { bytes: Uint8Array; values: Value[]; count: number }

export type Layout = { pageBytes: number; usableBytes: number; pageCount: number; isUtf8: boolean }

export class Odd extends Error {
  override readonly name = 'Odd'
}

const kinds = { interior: 2, leaf: 10 } as const

/** Trees of SQLite are not deeper than 20. */
const mostDepth = 30

/** A larger entry is left to SQLite. */
const mostEntryBytes = 8 * 1024 ** 2

const headerBytes = 100

export const layoutOf = ({ source }: Session): Layout => {
  const head = read(source, 0, headerBytes).slice()
  const view = new DataView(head.buffer)
  const told = view.getUint16(16)
  const pageBytes = told === 1 ? 65_536 : told
  const encoding = view.getUint32(56)
  return {
    pageBytes,
    usableBytes: pageBytes - view.getUint8(20),
    pageCount: Math.floor(source.sizeBytes / pageBytes),
    isUtf8: encoding < 2,
  }
}

const read = (source: Session['source'], start: number, end: number): Uint8Array => {
  try {
    return source.read(start, end)
  } catch (thrown) {
    throw source.trouble === undefined ? thrown : new Unreadable(source.trouble)
  }
}

const newEntry = (): KeyEntry => ({ bytes: new Uint8Array(), values: [], count: 0 })

const newValue = (): Value => ({ kind: 0, number: 0, low: 0, start: 0, length: 0 })

const double = new DataView(new ArrayBuffer(8))

const byteAt = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at]
  if (byte === undefined) throw new Odd('it ends too early')
  return byte
}

const word = (bytes: Uint8Array, at: number): number =>
  (byteAt(bytes, at) << 24) |
  (byteAt(bytes, at + 1) << 16) |
  (byteAt(bytes, at + 2) << 8) |
  byteAt(bytes, at + 3)

const half = (bytes: Uint8Array, at: number): number =>
  (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)

const highUnit = 2 ** 32

/** Of the serial types 1 to 7. */
const lengths = [0, 1, 2, 3, 4, 6, 8, 8] as const

const setNumber = (value: Value, number: number, low: number): void => {
  value.kind = 1
  value.number = number
  value.low = low
}

const setInteger = (value: Value, bytes: Uint8Array, at: number, length: number): void => {
  if (length === 8) {
    const low = word(bytes, at + 4)
    setNumber(value, word(bytes, at) * highUnit + (low >>> 0), low)
  } else if (length === 6) {
    const low = word(bytes, at + 2)
    setNumber(value, ((half(bytes, at) << 16) >> 16) * highUnit + (low >>> 0), low)
  } else {
    let number = (byteAt(bytes, at) << 24) >> 24
    for (let next = 1; next < length; next += 1) number = (number << 8) | byteAt(bytes, at + next)
    setNumber(value, number, number)
  }
}

const setReal = (value: Value, bytes: Uint8Array, at: number): void => {
  double.setInt32(0, word(bytes, at))
  double.setInt32(4, word(bytes, at + 4))
  const number = double.getFloat64(0)
  // SQLite reads what is no number as NULL.
  if (Number.isNaN(number)) value.kind = 0
  else setNumber(value, number, lowOf(number))
}

export type Walk = {
  layout: Layout
  root: number
  /** So many values an entry has. */
  least: number
  most: number
  take(previous: KeyEntry | undefined, entry: KeyEntry): void
}

export const walkIndex = ({ source }: Session, walk: Walk): void => {
  const { pageBytes, usableBytes, pageCount } = walk.layout
  const mostLocal = Math.floor(((usableBytes - 12) * 64) / 255) - 23
  const leastLocal = Math.floor(((usableBytes - 12) * 32) / 255) - 23
  const interiors: Uint8Array[] = []
  // The entry before is compared with this one: what it lies in stays until then.
  const leaves = [new Uint8Array(pageBytes), new Uint8Array(pageBytes)] as const
  const spilled = [new Uint8Array(), new Uint8Array()]
  let leafTurn = 0
  let turn = 0
  let entry = newEntry()
  let other = newEntry()
  let hasPrevious = false
  let visited = 0
  let at = 0

  const pageOf = (page: number): Uint8Array => {
    visited += 1
    if (page < 1 || page > pageCount || visited > pageCount) throw new Odd('a page is none')
    return read(source, (page - 1) * pageBytes, page * pageBytes)
  }

  /** From `at` on, which moves behind it. */
  const varint = (bytes: Uint8Array): number => {
    let number = byteAt(bytes, at)
    at += 1
    if (number < 0x80) return number
    number &= 0x7f
    for (let count = 1; count < 7; count += 1) {
      const byte = byteAt(bytes, at)
      at += 1
      number = number * 128 + (byte & 0x7f)
      if (byte < 0x80) return number
    }
    throw new Odd('a length is out of all bounds')
  }

  const decode = (bytes: Uint8Array, start: number, length: number): void => {
    at = start
    entry.bytes = bytes
    entry.count = 0
    let body = start + varint(bytes)
    const headerEnd = body
    const end = start + length
    while (at < headerEnd) {
      const type = varint(bytes)
      const value = (entry.values[entry.count] ??= newValue())
      entry.count += 1
      if (type >= 12) {
        value.kind = type % 2 === 0 ? 3 : 2
        value.start = body
        value.length = Math.floor((type - 12) / 2)
        body += value.length
      } else if (type === 0) value.kind = 0
      else if (type >= 10) throw new Odd('a type is reserved')
      else if (type >= 8) setNumber(value, type - 8, type - 8)
      else {
        const size = lengths[type] ?? 0
        if (body + size > end) throw new Odd('a value ends outside its entry')
        if (type === 7) setReal(value, bytes, body)
        else setInteger(value, bytes, body, size)
        body += size
      }
    }
    if (at !== headerEnd || body !== end)
      throw new Odd('an entry has another length than its values')
    if (entry.count < walk.least || entry.count > walk.most)
      throw new Odd('an entry has other columns')
  }

  /** What is too large for its page goes on in a chain of others. */
  const gathered = (from: Uint8Array, start: number, length: number): Uint8Array => {
    if (length > mostEntryBytes) throw new Odd('an entry is very large')
    const wanted = leastLocal + ((length - leastLocal) % (usableBytes - 4))
    const local = wanted <= mostLocal ? wanted : leastLocal
    let into = spilled[turn] ?? new Uint8Array()
    if (into.length < length) into = new Uint8Array(length)
    spilled[turn] = into
    if (start + local + 4 > usableBytes) throw new Odd('an entry ends outside its page')
    into.set(from.subarray(start, start + local))
    let next = word(from, start + local)
    for (let filled = local; filled < length;) {
      const page = pageOf(next)
      const part = Math.min(length - filled, usableBytes - 4)
      into.set(page.subarray(4, 4 + part), filled)
      filled += part
      next = word(page, 0)
    }
    return into
  }

  const takeCell = (page: Uint8Array, place: number): void => {
    at = place
    const length = varint(page)
    const start = at
    if (length <= mostLocal) {
      if (start + length > usableBytes) throw new Odd('an entry ends outside its page')
      decode(page, start, length)
    } else decode(gathered(page, start, length), 0, length)
    walk.take(hasPrevious ? other : undefined, entry)
    const spare = other
    other = entry
    entry = spare
    turn = 1 - turn
    hasPrevious = true
  }

  const takeLeaf = (bytes: Uint8Array): void => {
    const page = leafTurn === 0 ? leaves[0] : leaves[1]
    leafTurn = 1 - leafTurn
    page.set(bytes)
    const count = half(page, 3)
    for (let cell = 0; cell < count; cell += 1) takeCell(page, half(page, 8 + cell * 2))
  }

  const visit = (number: number, depth: number): void => {
    if (depth > mostDepth) throw new Odd('the tree is too deep')
    const bytes = pageOf(number)
    const kind = byteAt(bytes, 0)
    if (kind === kinds.leaf) return takeLeaf(bytes)
    if (kind !== kinds.interior) throw new Odd('a page is of another kind')
    const page = (interiors[depth] ??= new Uint8Array(pageBytes))
    page.set(bytes)
    const count = half(page, 3)
    for (let cell = 0; cell < count; cell += 1) {
      const place = half(page, 12 + cell * 2)
      visit(word(page, place) >>> 0, depth + 1)
      takeCell(page, place + 4)
    }
    visit(word(page, 8) >>> 0, depth + 1)
    return undefined
  }

  visit(walk.root, 0)
}
