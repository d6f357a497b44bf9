/**
 * How much of a statement is kept, whose pieces come one after the other? Its first bytes, whatever its
 * size: one INSERT may be a gigabyte.
 */

/** Where it lies: nothing is copied that nobody asks for. */
export type Text = {
  buffer: Buffer
  start: number
  /** Not included. Of what is kept; there may be more of it. */
  end: number
  /** Of all of it. */
  sizeBytes: number
}

export const textOf = ({ buffer, start, end }: Text): string => buffer.toString('utf8', start, end)

export type Gathering = {
  add(chunk: Buffer, start: number, end: number): void
  readonly sizeBytes: number
  /** All of it, with its last piece; what comes next is another text. */
  end(chunk: Buffer, start: number, end: number): Text
  forget(): void
}

export const gathering = (keepBytes: number): Gathering => {
  let kept = Buffer.alloc(0)
  let used = 0
  let sizeBytes = 0

  const add = (chunk: Buffer, start: number, end: number): void => {
    sizeBytes += end - start
    const length = Math.min(end - start, keepBytes - used)
    if (used + length > kept.length) {
      const larger = Buffer.alloc(Math.min(keepBytes, 2 * (used + length)))
      kept.copy(larger, 0, 0, used)
      kept = larger
    }
    chunk.copy(kept, used, start, start + length)
    used += length
  }

  const forget = (): void => {
    used = 0
    sizeBytes = 0
  }

  return {
    add,
    forget,
    get sizeBytes() {
      return sizeBytes
    },
    end: (chunk, start, end) => {
      // What lies in one piece is looked at where it lies: so it is with nearly all of them.
      if (sizeBytes === 0)
        return {
          buffer: chunk,
          start,
          end: Math.min(end, start + keepBytes),
          sizeBytes: end - start,
        }
      add(chunk, start, end)
      const text = { buffer: kept, start: 0, end: used, sizeBytes }
      forget()
      return text
    },
  }
}
