/**
 * What stands in a plain dump? Its statements, the rows of its COPYs, its comments, and what is meant for
 * psql, told one after the other while the bytes come by, in pieces of any size.
 */
import { copyRows } from './copy-rows'
import type { CopiedRows, CopyOrder, CopyRows } from './copy-rows'
import * as inside from './inside'
import type { Inside, Mark } from './inside'
import { copyTarget } from './names'
import type { CopyTarget } from './names'
import * as is from './signs'
import { gathering, textOf } from './text'
import type { Text } from './text'
import { codeOf, words } from './words'

export type Statement = Text & {
  line: number
  /** Its first word, as `codeOf` has it. */
  first: number
  /** What stands in parentheses that are in no others: `VALUES (1), (2)` has two. */
  groups: number
}

/** Bytes that are handed over are good until the call returns. */
export type Listener = {
  statement(statement: Statement): void
  copy(target: CopyTarget, statement: Statement): void
  /** Rows as they stand there, in pieces that may end anywhere. */
  data(piece: Uint8Array): void
  copied(rows: CopiedRows): void
  /** A comment of one line, between statements. */
  comment(text: string, line: number): void
  /** A line that psql itself obeys, from its backslash on. */
  command(text: string, line: number): void
}

/** What was open when the dump ended, and since which line. */
export type Open = {
  what: 'rows' | 'statement' | 'text' | 'name' | 'body' | 'comment'
  line: number
}

export type Ending = {
  lines: number
  open: Open | undefined
  /** So many whole rows stand in the COPY that is open. */
  rows: number
}

export type Scanner = { feed(chunk: Uint8Array): void; end(): Ending }

/** What is being read to its own end, whatever stands in it. */
type Part = Open['what'] | 'mark' | 'loose line' | 'loose comment' | 'command' | 'copy line'

/** What it is called when the dump ends in it. */
const openings: Readonly<Record<Part, Open['what'] | undefined>> = {
  rows: 'rows',
  'copy line': 'rows',
  statement: 'statement',
  mark: 'statement',
  text: 'text',
  name: 'name',
  body: 'body',
  comment: 'comment',
  'loose comment': 'comment',
  'loose line': undefined,
  command: undefined,
}

const lineOf = (text: Text): string => textOf(text).replace(/[\r\n]+$/, '')

const copyWord = codeOf('copy')
const setWord = codeOf('set')

const settingOfTexts = /^set\s+(?:session\s+)?standard_conforming_strings\s*(?:=|to)\s*'?(on|off)/i

export const scanner = (listener: Listener, options: { keepBytes: number }): Scanner => {
  const kept = gathering(options.keepBytes)
  const said = words()
  let mode: Part | 'between' = 'between'
  let areTextsPlain = true
  /** The line at `counted`: lines are counted where one is asked for, and no byte twice. */
  let line = 1
  let openLine = line
  /** Where that is, while it lies in this chunk: most are closed again before anybody asks. */
  let openAt: number | undefined
  // The next chunk sets these.
  let chunk: Buffer
  let counted: number
  /** Where what is being read began in this chunk, or goes on. */
  let start: number
  /** Signs of two bytes do not lie across what was read as one thing, but across two chunks. */
  let floor: number
  // And these are set by what is read: nobody asks for them before.
  let reading: Inside
  let startLine: number
  let depth: number
  let groups: number
  let isHeard: boolean
  let carried: number
  /** Asked for where `carried` is a letter: then it is of the same statement. */
  let carriedBefore: number
  let order: Pick<CopyOrder, 'fields' | 'isText'>
  let rows: CopyRows
  let mark: Mark

  const lineAt = (place: number): number => {
    for (;;) {
      const next = chunk.indexOf(is.newline, counted)
      if (next === -1 || next >= place) break
      line += 1
      counted = next + 1
    }
    counted = Math.max(counted, place)
    return line
  }

  /** The byte that stands so many places before; 0 for none. */
  const before = (at: number, places: 1 | 2): number => {
    const place = at - places
    if (place >= floor) return Number(chunk[place])
    return floor - place === 1 ? carried : carriedBefore
  }

  const forgetBefore = (at: number): number => {
    floor = at
    carried = 0
    return at
  }

  const begin = (at: number): number => {
    mode = 'between'
    kept.forget()
    return at
  }

  const enter = (kind: Part, what: Inside, at: number): number => {
    mode = kind
    reading = what
    openAt = at
    return at + 1
  }

  const endStatement = (at: number): number => {
    const { first } = said
    const { buffer, start: from, end, sizeBytes } = kept.end(chunk, start, at)
    const ended = { buffer, start: from, end, sizeBytes, line: startLine, first, groups }
    begin(at)
    const target = first === copyWord ? copyTarget(textOf(ended)) : undefined
    if (target) {
      order = { fields: target.columns?.length, isText: target.isText }
      listener.copy(target, ended)
      return enter('copy line', inside.line, at)
    }
    if (first === setWord) {
      const texts = settingOfTexts.exec(textOf(ended))?.[1]
      areTextsPlain = texts === undefined ? areTextsPlain : texts.toLowerCase() === 'on'
    }
    listener.statement(ended)
    return at + 1
  }

  const beginComment = (isLine: boolean, at: number): number => {
    // Its first sign was taken for the start of a statement.
    const isLoose = kept.sizeBytes + at - start === 1
    if (isLine) return enter(isLoose ? 'loose line' : 'comment', inside.line, at)
    return enter(isLoose ? 'loose comment' : 'comment', inside.blockComment(), at)
  }

  const beginText = (at: number): number => {
    const isMarked = (before(at, 1) | 32) === 101 && is.kinds[before(at, 2)] !== is.letter
    const isEscaped = isMarked || !areTextsPlain
    if (isEscaped) return enter('text', inside.escapedText(), at)
    // Nearly every text ends where it can be seen from here.
    const end = inside.text.feed(chunk, at + 1)
    return end === undefined ? enter('text', inside.text, at) : forgetBefore(end)
  }

  const beginMark = (at: number): number => {
    const last = before(at, 1)
    if (is.kinds[last] === is.letter || last === is.dollar) return at + 1
    mark = inside.mark()
    return enter('mark', mark, at)
  }

  const beginCommand = (at: number): number => {
    kept.forget()
    start = at
    startLine = lineAt(at)
    return enter('command', inside.line, at)
  }

  const between = (from: number): number => {
    let at = from
    while (at < chunk.length && (is.spaces[Number(chunk[at])] === 1 || chunk[at] === is.semicolon))
      at += 1
    start = at
    if (at === chunk.length) return at
    startLine = lineAt(at)
    depth = 0
    groups = 0
    isHeard = true
    said.begin()
    mode = 'statement'
    return forgetBefore(at)
  }

  /** Where to go on after a sign. */
  const atSign = (byte: number, at: number): number => {
    switch (byte) {
      case is.quote:
        return beginText(at)
      case is.doubleQuote:
        return enter('name', inside.name, at)
      case is.dollar:
        return beginMark(at)
      case is.dash:
        return before(at, 1) === is.dash ? beginComment(true, at) : at + 1
      case is.star:
        return before(at, 1) === is.slash ? beginComment(false, at) : at + 1
      case is.opening:
        if (depth === 0) groups += 1
        depth += 1
        return at + 1
      case is.closing:
        depth = Math.max(0, depth - 1)
        return at + 1
      case is.backslash:
        return beginCommand(at)
      default:
        return depth > 0 || said.isInBody ? at + 1 : endStatement(at)
    }
  }

  /** As far as it goes in this chunk, or to what is read by itself. */
  const statement = (from: number): number => {
    const bytes = chunk
    let at = from
    while (at < bytes.length) {
      const byte = Number(bytes[at])
      if (isHeard) isHeard = said.hear(byte, depth)
      if (is.kinds[byte] !== is.sign) {
        at += 1
        continue
      }
      at = atSign(byte, at)
      if (mode !== 'statement') return at
    }
    return at
  }

  const beginRows = (at: number): number => {
    rows = copyRows({ ...order, line: lineAt(at), onData: listener.data })
    reading = rows
    mode = 'rows'
    return at
  }

  const endRows = (at: number): number => {
    const seen = rows.seen()
    // Each row is a line, and so is their end: none of them needs to be counted twice.
    line += seen.rows + 1
    counted = at
    listener.copied(seen)
    return begin(at)
  }

  const taken = (at: number): string => lineOf(kept.end(chunk, start, at))

  /** What was read has ended before this place: where to go on. */
  const leave = (at: number): number => {
    if (mode === 'rows') return endRows(at)
    if (mode === 'copy line') return beginRows(at)
    if (mode === 'loose comment') return begin(at)
    if (mode === 'loose line') {
      listener.comment(taken(at), startLine)
      return begin(at)
    }
    if (mode === 'command') {
      listener.command(taken(at), startLine)
      return begin(at)
    }
    if (mode === 'mark' && mark.found !== undefined) {
      mode = 'body'
      reading = inside.body(mark.found)
      return at
    }
    mode = 'statement'
    return forgetBefore(at)
  }

  const step = (at: number): number => {
    if (mode === 'between') return between(at)
    if (mode === 'statement') return statement(at)
    const end = reading.feed(chunk, at)
    return end === undefined ? chunk.length : leave(end)
  }

  return {
    feed: (next) => {
      chunk = Buffer.from(next.buffer, next.byteOffset, next.length)
      start = 0
      counted = 0
      floor = 0
      for (let at = 0; at < chunk.length;) at = step(at)
      if (mode === 'rows') return
      if (openAt !== undefined) openLine = lineAt(openAt)
      openAt = undefined
      lineAt(chunk.length)
      if (mode === 'between') return
      kept.add(chunk, start, chunk.length)
      const last = before(chunk.length, 1)
      carriedBefore = before(chunk.length, 2)
      carried = last
    },
    end: () => {
      if (mode === 'loose line') listener.comment(taken(start), startLine)
      if (mode === 'command') listener.command(taken(start), startLine)
      const what = mode === 'between' ? undefined : openings[mode]
      const since = what === 'statement' || what === 'rows' ? startLine : openLine
      const begun = mode === 'rows' ? rows.seen().rows : 0
      return { lines: line + begun, open: what && { what, line: since }, rows: begun }
    },
  }
}
