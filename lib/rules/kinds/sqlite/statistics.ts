/**
 * Do the tables of ANALYZE speak of what is there? SQLite passes over a row that names no table of its
 * own, and takes what is no number for zero: that damages nothing, and its plans may be bad ones.
 */
import { clip, countWords } from '../../plain/wording'
import type { Finding } from '../../verdict/verdict'

import { fold } from './tables'

/** `index` is empty for the figures of a table itself, and its name for the key of one without rowid. */
export type Figures = { table: string; index: string; isNumber: boolean }

const namesAtMost = 5

const mend =
  'Make them anew in the live database: ANALYZE. Where nobody wants them: DROP TABLE sqlite_stat1.'

/** `schema` as (type, name, table, …), as SQLite lists it. */
export const judgeStatistics = (
  figures: readonly Figures[],
  schema: readonly string[][],
): Finding | undefined => {
  const tables = new Set<string>()
  const indexes = new Map<string, string>()
  for (const [type, name = '', table = ''] of schema) {
    if (type === 'table') tables.add(fold(name))
    if (type === 'index') indexes.set(fold(name), fold(table))
  }
  const told = figures.flatMap(({ table, index, isNumber }) => {
    const what = index === '' ? `table ${clip(table)}` : `index ${clip(index)} of ${clip(table)}`
    if (!tables.has(fold(table))) return [`table ${clip(table)} is not there`]
    const isThere =
      index === '' || fold(index) === fold(table) || indexes.get(fold(index)) === fold(table)
    if (!isThere) return [`${what} is not there`]
    return isNumber ? [] : [`${what} has no figures`]
  })
  const names = [...new Set(told)]
  if (names.length === 0) return undefined
  const more = names.length > namesAtMost ? ` and ${names.length - namesAtMost} more` : ''
  return {
    check: 'schema',
    outcome: 'warned',
    code: 'statistics',
    detail: `The statistics of ANALYZE do not agree with the schema in ${countWords(names.length, 'place')}: ${names.slice(0, namesAtMost).join(', ')}${more}. Nothing is damaged by that; queries may be planned badly.`,
    mend,
  }
}

/** SQLite opens a database whose statistics it cannot read, and does without them. */
export const unreadStatistics = (error: string): Finding => ({
  check: 'schema',
  outcome: 'warned',
  code: 'statistics',
  detail: `The statistics of ANALYZE cannot be read: ${clip(error)}. Nothing is damaged by that; SQLite does without them.`,
  mend,
})
