/**
 * How many rows stand between a COPY and its end, and has each of them as many fields as it should?
 *
 * In COPY's text format a tab and a newline that belong to a value are written as `\t` and `\n`: each one
 * that stands there parts two fields or two rows. The data ends with a line that holds `\.` alone.
 */

const tab = 9
const newline = 10
const backslash = 92

/** The ways in which the last line is written, the longer one on Windows. */
const end = '\\.'
const endOnWindows = '\\.\r'

export type RaggedRows = { count: number; firstLine: number; firstFields: number; expected: number }

export type CopiedRows = {
  rows: number
  /** Of all rows, with their newlines. */
  sizeBytes: number
  longestRowBytes: number
  /** Of each row; undefined where there was none, or where it cannot be told. */
  fields: number | undefined
  ragged: RaggedRows | undefined
}

export type CopyRows = {
  /** Where the data ends in this chunk, and undefined while it goes on. */
  feed(chunk: Uint8Array, from: number): number | undefined
  seen(): CopiedRows
}

export type CopyOrder = {
  /** The number of its columns where they are named; of the first row otherwise. */
  fields: number | undefined
  /** Text, with its tabs; in CSV a field cannot be told by them. */
  isText: boolean
  /** Of the first row in the dump. */
  line: number
  /** The data itself, piece by piece, without its last line. */
  onData(piece: Uint8Array): void
}

/**
 * Four bytes as one number, whichever comes first: is one of them a newline, a tab, or below? Nearly all of a dump
 * are rows, and most of a row is neither: byte by byte it takes twice as long.
 */
const hasSign = (four: number): boolean => ((four - 0x0b0b0b0b) & ~four & 0x80808080) !== 0

const fours = (chunk: Uint8Array): { words: Int32Array; lead: number } => {
  const lead = -chunk.byteOffset & 3
  const length = Math.max(0, (chunk.length - lead) >> 2)
  const start = length === 0 ? 0 : chunk.byteOffset + lead
  return { words: new Int32Array(chunk.buffer, start, length), lead }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

export const copyRows = ({ fields, isText, line, onData }: CopyOrder): CopyRows => {
  let expected = fields
  let rows = 0
  let sizeBytes = 0
  let longest = 0
  let ragged: RaggedRows | undefined
  let tabs = 0
  /** Of the row that is open, in the chunks before. */
  let before = 0
  /** Its bytes, while they may turn out to be the last line: they are not data yet. */
  let held = ''

  const hand = (piece: Uint8Array): void => {
    if (held !== '') onData(Buffer.from(held, 'latin1'))
    held = ''
    if (piece.length > 0) onData(piece)
  }

  const endRow = (length: number): void => {
    rows += 1
    sizeBytes += length + 1
    if (length > longest) longest = length
    expected ??= tabs + 1
    if (isText && tabs + 1 !== expected) {
      ragged ??= { count: 0, firstLine: line + rows - 1, firstFields: tabs + 1, expected }
      ragged.count += 1
    }
    tabs = 0
    before = 0
  }

  const feed = (chunk: Uint8Array, from: number): number | undefined => {
    const { words, lead } = fours(chunk)
    let rowFrom = from
    for (let at = from; at < chunk.length; at += 1) {
      if (((at - lead) & 3) === 0 && at >= lead) {
        let word = (at - lead) >> 2
        while (word < words.length && !hasSign(Number(words[word]))) word += 1
        at = lead + word * 4
        if (at >= chunk.length) break
      }
      const byte = Number(chunk[at])
      if (byte > newline) continue
      if (byte === tab) tabs += 1
      if (byte !== newline) continue
      const length = before + at - rowFrom
      const mayEnd = held !== '' || (before === 0 && chunk[rowFrom] === backslash)
      if (mayEnd && length <= endOnWindows.length) {
        const row = held + latin1(chunk.subarray(rowFrom, at))
        if (row === end || row === endOnWindows) {
          held = ''
          hand(chunk.subarray(from, rowFrom))
          return at + 1
        }
      }
      endRow(length)
      if (held !== '') hand(new Uint8Array())
      rowFrom = at + 1
    }
    const rest = held + latin1(chunk.subarray(rowFrom, rowFrom + endOnWindows.length + 1))
    const isOpenEnd = before === held.length && rest !== '' && endOnWindows.startsWith(rest)
    before += chunk.length - rowFrom
    if (!isOpenEnd) hand(chunk.subarray(from))
    else if (rowFrom > from) hand(chunk.subarray(from, rowFrom))
    if (isOpenEnd) held = rest
    return undefined
  }

  return {
    feed,
    seen: () => ({ rows, sizeBytes, longestRowBytes: longest, fields: expected, ragged }),
  }
}
