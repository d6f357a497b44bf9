/**
 * What does an index hold that no column holds? Its expressions and its condition, as they were written.
 *
 * SQLite has read the same text as an index: it only has to be taken apart at its commas.
 */

export type Terms = { keys: string[]; condition: string | undefined }

type Token = { text: string; start: number; end: number }

/** Strings, names in each of the ways of quoting, words and numbers; anything else is one sign. */
const tokenPattern =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\w$\u0080-\uffff]+|\S/g

const isComment = (text: string): boolean => text.startsWith('--') || text.startsWith('/*')

const tokensOf = (sql: string): Token[] =>
  [...sql.matchAll(tokenPattern)]
    .map(({ 0: text, index: start }) => ({ text, start, end: start + text.length }))
    .filter(({ text }) => !isComment(text))

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.text.toLowerCase() === word

const depthAfter = (depth: number, { text }: Token): number =>
  text === '(' ? depth + 1 : text === ')' ? depth - 1 : depth

/** In brackets of its own, without what is remarked after it. */
const textOf = (sql: string, tokens: readonly Token[]): string | undefined => {
  const [first] = tokens
  const end = tokens.at(-1)?.end
  return first === undefined || end === undefined ? undefined : `(${sql.slice(first.start, end)})`
}

/** The direction is no part of the value. */
const keyOf = (sql: string, tokens: readonly Token[]): string | undefined => {
  const last = tokens.at(-1)
  const hasDirection = isWord(last, 'asc') || isWord(last, 'desc')
  return textOf(sql, hasDirection ? tokens.slice(0, -1) : tokens)
}

/** The places at which a list in brackets is divided, from the opening one to the closing one. */
const divisions = (tokens: readonly Token[], open: number): number[] => {
  const places = [open]
  let depth = 0
  for (let at = open; at < tokens.length; at += 1) {
    const token = tokens[at]
    if (token === undefined) return []
    depth = depthAfter(depth, token)
    if (depth === 0) return [...places, at]
    if (depth === 1 && token.text === ',') places.push(at)
  }
  return []
}

/** Undefined where it is not what such a statement looks like. */
export const termsOf = (sql: string): Terms | undefined => {
  const tokens = tokensOf(sql)
  const on = tokens.findIndex((token) => isWord(token, 'on'))
  const open = on + 2
  if (on < 0 || tokens[open]?.text !== '(') return undefined
  const places = divisions(tokens, open)
  const close = places.at(-1)
  if (close === undefined) return undefined
  const keys = places
    .slice(0, -1)
    .map((place, at) => keyOf(sql, tokens.slice(place + 1, places[at + 1])))
  const known = keys.filter((key) => key !== undefined)
  if (known.length !== keys.length) return undefined
  const rest = tokens.slice(close + 1)
  const [where] = rest
  if (where === undefined) return { keys: known, condition: undefined }
  if (!isWord(where, 'where')) return undefined
  const condition = textOf(sql, rest.slice(1))
  return condition === undefined ? undefined : { keys: known, condition }
}
