/**
 * What does PostgreSQL answer, byte by byte, and what is sent to it? Its own protocol, of which a restore
 * needs a question, the rows of a COPY, and four kinds of answers.
 *
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** What PostgreSQL would not do, in its own words and by its own code. */
export type Refusal = {
  code: string
  message: string
  detail?: string | undefined
  /** Where in a function or in the rows of a COPY. */
  where?: string | undefined
}

export type Row = readonly (string | undefined)[]

export type Reply = {
  refusal: Refusal | undefined
  /** What was done, statement by statement: `INSERT 0 3`, `COPY 12`. */
  tags: readonly string[]
  rows: readonly Row[]
  /** No transaction is open afterwards. */
  isIdle: boolean
}

/** PGlite goes on after a fault of its own with a session that answers out of step: nothing it says counts. */
export class OutOfStep extends Error {}

const headerBytes = 5

/** What PostgreSQL says of itself when it is ready: `I`, and `T` or `E` within a transaction. */
const idle = 73

const text = (bytes: Buffer, start: number, end: number): string =>
  bytes.toString('utf8', start, end)

/** Fields of a letter and a text each, up to a zero. */
const refusalOf = (bytes: Buffer, start: number, end: number): Refusal => {
  const fields = new Map<string, string>()
  for (let at = start; at < end && bytes[at] !== 0;) {
    const zero = bytes.indexOf(0, at + 1)
    fields.set(text(bytes, at, at + 1), text(bytes, at + 1, zero))
    at = zero + 1
  }
  return {
    code: fields.get('C') ?? '',
    message: fields.get('M') ?? '',
    detail: fields.get('D'),
    where: fields.get('W'),
  }
}

const rowOf = (bytes: Buffer, start: number): Row => {
  let at = start + 2
  return Array.from({ length: bytes.readUInt16BE(start) }, () => {
    const length = bytes.readInt32BE(at)
    at += 4
    if (length < 0) return undefined
    at += length
    return text(bytes, at - length, at)
  })
}

export const readReply = (answer: Uint8Array, areRowsAsked: boolean): Reply => {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.length)
  const tags: string[] = []
  const rows: Row[] = []
  let refusal: Refusal | undefined
  let isReady = false
  let isEmpty = false
  let isIdle = false
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const start = at + headerBytes
    const end = at + 1 + bytes.readInt32BE(at + 1)
    const type = text(bytes, at, at + 1)
    if (type === 'E') refusal ??= refusalOf(bytes, start, end)
    if (type === 'C') tags.push(text(bytes, start, end - 1))
    if (type === 'I') isEmpty = true
    if (type === 'Z') isReady = true
    if (type === 'Z') isIdle = bytes[start] === idle
    if (type === 'D' && areRowsAsked) rows.push(rowOf(bytes, start))
    at = end
  }
  const isWhole = isReady && (refusal !== undefined || tags.length > 0 || isEmpty)
  if (!isWhole) throw new OutOfStep('PGlite gave no whole answer.')
  return { refusal, tags, rows, isIdle }
}

/** One buffer for all that is sent: a new one for each batch would pile up before it is given back. */
export type Sending = {
  begin(): void
  /** Begins a message of this type; its length is known at its end. */
  message(type: string): void
  add(piece: Uint8Array): void
  endMessage(): void
  readonly bytes: Uint8Array
}

export const sending = (): Sending => {
  let buffer = Buffer.allocUnsafeSlow(1024 ** 2)
  let used = 0
  let began = 0

  const room = (more: number): void => {
    if (used + more <= buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, used + more))
    buffer.copy(larger, 0, 0, used)
    buffer = larger
  }

  return {
    begin: () => void (used = 0),
    message: (type) => {
      room(headerBytes)
      began = used
      buffer.write(type, used, 'latin1')
      used += headerBytes
    },
    add: (piece) => {
      room(piece.length)
      buffer.set(piece, used)
      used += piece.length
    },
    endMessage: () => void buffer.writeInt32BE(used - began - 1, began + 1),
    get bytes() {
      return buffer.subarray(0, used)
    },
  }
}
