/**
 * What are the lines of an inventory, as its bytes come? In whatever pieces, and none longer than a line may
 * be: who sends one without an end must not fill the memory.
 */
import { readLine } from '../../rules/kinds/objects/inventory'
import type { Read } from '../../rules/kinds/objects/inventory'

/** A key is a kilobyte at most; the rest of a line is short. */
const longestLineBytes = 1024 ** 2

const lineEnd = 0x0a

export type LineReader = {
  feed(chunk: Uint8Array): void
  /** Nothing more comes: what is left has no end, and is no line. */
  end(): void
}

export const lineReader = (take: (read: Read) => void): LineReader => {
  let rest: Buffer[] = []
  let restBytes = 0
  let isTooLong = false
  const keep = (bytes: Buffer): void => {
    isTooLong ||= restBytes + bytes.length > longestLineBytes
    if (isTooLong || bytes.length === 0) return
    // The chunk is its sender's, and may be filled anew.
    rest.push(Buffer.from(bytes))
    restBytes += bytes.length
  }
  const close = (): void => {
    take(isTooLong ? { is: 'unreadable' } : readLine(Buffer.concat(rest)))
    rest = []
    restBytes = 0
    isTooLong = false
  }
  return {
    feed: (given) => {
      const chunk = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
      let from = 0
      for (let at = chunk.indexOf(lineEnd); at !== -1; at = chunk.indexOf(lineEnd, from)) {
        if (restBytes === 0 && !isTooLong && at - from <= longestLineBytes)
          take(readLine(chunk.subarray(from, at)))
        else {
          keep(chunk.subarray(from, at))
          close()
        }
        from = at + 1
      }
      keep(chunk.subarray(from))
    },
    end: () => {
      if (restBytes > 0 || isTooLong) close()
    },
  }
}
