/**
 * How is a stream read in the portions that its reader wants? What was taken too much is given back, and
 * every chunk is told once, as it comes.
 */

export type Input = {
  /** Undefined at the end; never empty. */
  next(): Promise<Uint8Array | undefined>
  back(bytes: Uint8Array): void
  /** So many bytes, or those that are left. */
  exactly(count: number): Promise<Buffer>
  /** Past the zero that ends a text, however long it is. */
  skipText(): Promise<void>
  isZerosToItsEnd(): Promise<boolean>
  toItsEnd(): Promise<void>
  /** Nothing more is wanted: whoever holds it open lets go of it. */
  close(): Promise<void>
}

export const inputOf = (
  chunks: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): Input => {
  const source = chunks[Symbol.asyncIterator]()
  let given: Uint8Array = new Uint8Array()

  const back = (bytes: Uint8Array): void => {
    given = given.length === 0 ? bytes : Buffer.concat([bytes, given])
  }

  const next = async (): Promise<Uint8Array | undefined> => {
    if (given.length > 0) {
      const bytes = given
      given = new Uint8Array()
      return bytes
    }
    for (;;) {
      const { value, done } = await source.next()
      if (done) return undefined
      onChunk(value)
      if (value.length > 0) return value
    }
  }

  return {
    next,
    back,
    exactly: async (count) => {
      const parts: Uint8Array[] = []
      let missingBytes = count
      while (missingBytes > 0) {
        const part = await next()
        if (!part) break
        // Only what is wanted is copied: a chunk may hold a thousand archives, and would be copied for each.
        if (part.length > missingBytes) back(part.subarray(missingBytes))
        parts.push(part.subarray(0, missingBytes))
        missingBytes -= Math.min(part.length, missingBytes)
      }
      return Buffer.concat(parts)
    },
    skipText: async () => {
      for (let part = await next(); part; part = await next()) {
        const end = part.indexOf(0)
        if (end >= 0) return back(part.subarray(end + 1))
      }
    },
    isZerosToItsEnd: async () => {
      for (let part = await next(); part; part = await next())
        if (part.some((byte) => byte !== 0)) return false
      return true
    },
    toItsEnd: async () => {
      for (let part = await next(); part; part = await next());
    },
    close: async () => void (await source.return?.()),
  }
}
