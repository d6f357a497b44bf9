/**
 * What does a statement begin with, and is a semicolon in it the end of it? In the body of a function that
 * is written in SQL (BEGIN ATOMIC … END) it is not. Told by its words, as psql tells it.
 */
import * as is from './signs'

/** A word of these letters as a number: no text is made of what is heard of each of millions. */
export const codeOf = (word: string): number =>
  Buffer.from(word).reduce((code, byte) => withLetter(code, byte), 0)

/** Longer ones, and those with other signs in them, are none that decides anything. */
const longestCode = 27 ** 9
const other = -1

const withLetter = (code: number, byte: number): number => {
  const place = (byte | 32) - 96
  const isLetter = place >= 1 && place <= 26
  return isLetter && code !== other && code < longestCode ? code * 27 + place : other
}

export type Words = {
  /** The next byte of it, outside of quotes. False: nothing more needs to be heard. */
  hear(byte: number, depth: number): boolean
  /** Its first word, as a number. */
  readonly first: number
  /** Within a body: a semicolon does not end the statement. */
  readonly isInBody: boolean
  /** The next statement. */
  begin(): void
}

const create = codeOf('create')
const or = codeOf('or')
const replace = codeOf('replace')
const beginning = codeOf('begin')
const choice = codeOf('case')
const ending = codeOf('end')
const isRoutineWord = (code: number): boolean => code === codeOfFunction || code === codeOfProcedure
const codeOfFunction = codeOf('function')
const codeOfProcedure = codeOf('procedure')

/** Where it stands: CREATE [OR REPLACE] FUNCTION or PROCEDURE, and nothing else, has a body. */
type Stage = 'first' | 'created' | 'or' | 'routine' | 'no routine'

const stageAfter = (stage: Stage, word: number): Stage => {
  if (stage === 'first') return word === create ? 'created' : 'no routine'
  if (stage === 'created' && word === or) return 'or'
  if (stage === 'or') return word === replace ? 'created' : 'no routine'
  if (stage === 'routine') return stage
  return isRoutineWord(word) ? 'routine' : 'no routine'
}

export const words = (): Words => {
  let word = 0
  let first = 0
  let stage: Stage = 'first'
  let bodies = 0

  const endWord = (depth: number): void => {
    if (stage === 'first') first = word
    stage = stageAfter(stage, word)
    if (stage === 'routine' && depth === 0) {
      if (word === beginning || (word === choice && bodies > 0)) bodies += 1
      if (word === ending && bodies > 0) bodies -= 1
    }
    word = 0
  }

  return {
    hear: (byte, depth) => {
      if (is.kinds[byte] === is.letter || (byte === is.dollar && word !== 0)) {
        word = withLetter(word, byte)
        return true
      }
      if (word !== 0) endWord(depth)
      return stage !== 'no routine'
    },
    get first() {
      return first
    },
    get isInBody() {
      return bodies > 0
    },
    begin: () => {
      word = 0
      first = 0
      stage = 'first'
      bodies = 0
    },
  }
}
