/**
 * Is it a damaged schema, or the language of another SQLite? libSQL writes `RANDOM ROWID`, Turso
 * materialized views, and a newer SQLite what nobody knows yet: none of it can be read here, and none of
 * it is damage.
 */
import { clip } from '../../plain/wording'
import type { Finding } from '../../verdict/verdict'

export type SchemaRow = { type: string; name: string; rootPage: number; sql: string }

export type Statement = { name: string; word: string }

const refused =
  /malformed database schema \((.*)\) - (?:near "([a-z_]+)": syntax error|unknown table option: ([a-z_]+))$/is

/** What SQLite could not read, and the word at which it stopped. A sign is no word: that is damage. */
export const foreignStatement = (error: string): Statement | undefined => {
  const [, name, near, option] = refused.exec(error) ?? []
  const word = near ?? option
  return name !== undefined && word !== undefined ? { name, word } : undefined
}

/** Texts and names in their quotes are one sign, whatever stands in them. */
const signs = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?\*\/|[^]/gu

const isBalanced = (sql: string): boolean => {
  let depth = 0
  for (const [sign] of sql.matchAll(signs)) {
    if (/^['"`[]$/.test(sign)) return false
    if (sign === '(') depth += 1
    if (sign === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}

/** Zeros, other control characters and what is no text at all. */
// oxlint-disable-next-line no-control-regex
const odd = /[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/

const isWritten = ({ type, name, rootPage, sql }: SchemaRow, pageCount: number): boolean => {
  const isPlaced = Number.isInteger(rootPage) && rootPage >= 0 && rootPage <= pageCount
  const isOwn = sql === '' && type === 'index' && name.startsWith('sqlite_autoindex_')
  const isStatement =
    /^CREATE\s/i.test(sql) &&
    !odd.test(sql) &&
    sql.toLowerCase().includes(name.replaceAll('"', '""').toLowerCase()) &&
    isBalanced(sql)
  return isPlaced && name !== '' && /^[a-z ]{1,30}$/.test(type) && (isOwn || isStatement)
}

/** Statements all of them, as somebody writes them; of a page of something else they are none. */
export const areStatements = (rows: readonly SchemaRow[], pageCount: number): boolean =>
  rows.length > 0 && rows.every((row) => isWritten(row, pageCount))

export const judgeDialect = ({ name, word }: Statement): Finding => ({
  check: 'structure',
  outcome: 'unverifiable',
  code: 'dialect',
  detail: `Another or a newer SQLite wrote it: ${clip(name)} is not in the language of the one here, from the word ${word} on. Nothing speaks against what can be read.`,
  mend: 'Ask the program that wrote it, on the host. Where its dump can be read by SQLite, push a database that was made of that.',
})
