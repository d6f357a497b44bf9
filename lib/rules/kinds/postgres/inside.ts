/**
 * Where does what is quoted end? Whatever stands in a text, a name, a body or a comment parts nothing.
 */
import * as is from './signs'

export type Inside = {
  /** The place behind its end in this piece; undefined while it goes on. */
  feed(chunk: Buffer, from: number): number | undefined
}

/** So many bytes are looked at one by one: most texts are short, and a search costs more to begin. */
const nearBytes = 48

const upTo = (end: number): Inside => ({
  feed: (chunk, from) => {
    const near = Math.min(from + nearBytes, chunk.length)
    for (let at = from; at < near; at += 1) if (chunk[at] === end) return at + 1
    const found = chunk.indexOf(end, near)
    return found === -1 ? undefined : found + 1
  },
})

/** Two quotes within it are an end and a beginning at once: what lies inside is the same. */
export const text = upTo(is.quote)
export const name = upTo(is.doubleQuote)
export const line = upTo(is.newline)

/** E'…': a backslash guards what follows, and two quotes do not end it. */
export const escapedText = (): Inside => {
  let guard = 0
  return {
    feed: (chunk, from) => {
      for (let at = from; at < chunk.length; at += 1) {
        const byte = chunk[at]
        if (guard === is.quote && byte !== is.quote) return at
        if (guard !== 0) guard = 0
        else if (byte === is.backslash || byte === is.quote) guard = byte
      }
      return undefined
    },
  }
}

/** They may stand in one another. */
export const blockComment = (): Inside => {
  let depth = 1
  let last = 0
  return {
    feed: (chunk, from) => {
      for (let at = from; at < chunk.length; at += 1) {
        const byte = Number(chunk[at])
        const isOpening = last === is.slash && byte === is.star
        const isClosing = last === is.star && byte === is.slash
        last = isOpening || isClosing ? 0 : byte
        if (isOpening) depth += 1
        if (isClosing) depth -= 1
        if (depth === 0) return at + 1
      }
      return undefined
    },
  }
}

const latin1 = (chunk: Buffer, start: number, end?: number): string =>
  chunk.subarray(start, end).toString('latin1')

/** Up to the same mark that it began with: `$$`, `$body$`. */
export const body = (mark: string): Inside => {
  let tail = ''
  return {
    feed: (chunk, from) => {
      // The mark may lie across two pieces.
      const seam = tail + latin1(chunk, from, from + mark.length - 1)
      const across = seam.indexOf(mark)
      if (across !== -1) return from + across + mark.length - tail.length
      const found = chunk.indexOf(mark, from, 'latin1')
      if (found !== -1) return found + mark.length
      const rest = tail + latin1(chunk, Math.max(from, chunk.length - mark.length + 1))
      tail = rest.slice(1 - mark.length)
      return undefined
    },
  }
}

/** A mark is as short as a name; what is longer is none. */
const longestMark = 256

export type Mark = Inside & { readonly found: string | undefined }

/** Of what a name may hold only digits stand before this one, the first of the capitals. */
const capitalA = 65

/** After a dollar: the mark of a body, once its second dollar has come. Anything else is none. */
export const mark = (): Mark => {
  let begun = '$'
  let found: string | undefined
  return {
    get found() {
      return found
    },
    feed: (chunk, from) => {
      for (let at = from; at < chunk.length; at += 1) {
        const byte = Number(chunk[at])
        if (byte === is.dollar) {
          found = `${begun}$`
          return at + 1
        }
        const isDigitFirst = begun === '$' && byte < capitalA
        const isPart = is.kinds[byte] === is.letter && !isDigitFirst
        if (!isPart || begun.length > longestMark) return at
        begun += String.fromCharCode(byte)
      }
      return undefined
    },
  }
}
