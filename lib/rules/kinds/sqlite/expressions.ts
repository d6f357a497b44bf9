/**
 * Would every version of SQLite compute this expression alike? And which expressions stand in the text of
 * a table: what a row is checked by, what a column is computed from?
 *
 * Reals become text in one way before 3.43 and in another since, `date('2024-02-30')` was a day once,
 * and JSON of a thousand levels was valid: a file that is sound where it was made says otherwise here.
 */
import { fold } from './tables'

/**
 * Comparisons of what is stored; those, and text made of values, which reals change and texts that are
 * none; anything.
 */
export type Agreement = 'always' | 'without reals' | 'never sure'

type Token = { text: string; at: number; end: number }

/** Comments are told apart from what they hide; a name or a text is one token with its quotes. */
const tokenPattern =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}_\u0080-\uffff][\w$\u0080-\uffff]*|\.?\d[\w.]*|->>|->|\|\||[<>=!]=|<>|<<|>>|\S/gu

const tokensOf = (sql: string): Token[] =>
  [...sql.matchAll(tokenPattern)]
    .map(({ 0: text, index }) => ({ text, at: index, end: index + text.length }))
    .filter(({ text }) => !text.startsWith('--') && !text.startsWith('/*'))

const isName = (text: string): boolean => /^[\p{L}_\u0080-\uffff"`[]/u.test(text)
const nameOf = (text: string): string => fold(text.replace(/^["`[](.*)["`\]]$/s, '$1'))

/** Words of the language, behind which a bracket is no call. */
const words = new Set(
  'and or not in is isnull notnull null between case when then else end escape collate exists from distinct check where'.split(
    ' ',
  ),
)

/** Functions whose answer for whole numbers, texts and blobs never changed; lower() folds A to Z alone. */
const steady = new Set(
  'abs cast char coalesce glob hex ifnull iif instr length like lower ltrim max min nullif replace rtrim sign substr substring trim typeof unicode upper zeroblob'.split(
    ' ',
  ),
)

const comparing = new Set(['=', '==', '<', '>', '<=', '>=', '<>', '!=', '(', ')', ',', '.', '?'])

/** No text where no token is: before the first, and behind the last. */
const textAt = (tokens: readonly Token[], at: number): string => tokens[at]?.text ?? ''

const isOperand = (text: string): boolean =>
  !words.has(nameOf(text)) && /^[\p{L}\w\u0080-\uffff"'`[).]/u.test(text)

/** A sign of a number, and no arithmetic. */
const isSign = (tokens: readonly Token[], at: number): boolean =>
  /^[-+]$/.test(textAt(tokens, at)) &&
  /^\.?\d/.test(textAt(tokens, at + 1)) &&
  !isOperand(textAt(tokens, at - 1))

const agreementAt = (tokens: readonly Token[], at: number, text: string): Agreement => {
  if (isName(text)) {
    const name = nameOf(text)
    if (name === 'like' || name === 'glob') return 'without reals'
    if (name === 'match' || name === 'regexp') return 'never sure'
    if (words.has(name) || textAt(tokens, at + 1) !== '(') return 'always'
    return steady.has(name) ? 'without reals' : 'never sure'
  }
  if (/^['\d]|^\.\d/.test(text) || comparing.has(text) || isSign(tokens, at)) return 'always'
  return text.startsWith('->') ? 'never sure' : 'without reals'
}

export const leastAgreement = (all: readonly Agreement[]): Agreement => {
  if (all.includes('never sure')) return 'never sure'
  return all.includes('without reals') ? 'without reals' : 'always'
}

export const agreementOn = (expression: string): Agreement => {
  const tokens = tokensOf(expression)
  return leastAgreement(tokens.map(({ text }, at) => agreementAt(tokens, at, text)))
}

/** The place of the bracket that closes the one at `open`; behind the last token where none does. */
const closing = (tokens: readonly Token[], open: number): number => {
  let depth = 0
  for (let at = open; at < tokens.length; at += 1) {
    if (textAt(tokens, at) === '(') depth += 1
    if (textAt(tokens, at) === ')') depth -= 1
    if (depth === 0) return at
  }
  return tokens.length
}

const isWordAt = (tokens: readonly Token[], at: number, word: string): boolean =>
  fold(textAt(tokens, at)) === word

/** What stands in brackets behind each such word, unless another word follows. */
const bracketed = (sql: string, word: string, unless?: string): string[] => {
  const tokens = tokensOf(sql)
  return tokens.flatMap((_, at) => {
    const open = tokens[at + 1]
    if (!isWordAt(tokens, at, word) || open?.text !== '(') return []
    const close = closing(tokens, at + 1)
    if (unless !== undefined && isWordAt(tokens, close + 1, unless)) return []
    return [sql.slice(open.end, tokens[close]?.at)]
  })
}

/** Of a CREATE TABLE: what each row is checked by. */
export const checksIn = (sql: string): string[] => bracketed(sql, 'check')

/** Of a CREATE TABLE: what columns are computed from each time they are read. */
export const computedIn = (sql: string): string[] => bracketed(sql, 'as', 'stored')
