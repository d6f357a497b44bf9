/**
 * Are the tables there that should be, with their columns and enough rows?
 */
import { createHash } from 'node:crypto'

import { clip, countWords } from '../../plain/wording'
import { passed } from '../../verdict/verdict'
import type { Finding } from '../../verdict/verdict'

/** Of the rows of `sqlite_schema` as (type, name, table, sql), in whatever order they come. */
export const fingerprintSchema = (rows: readonly string[][]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map((row) => JSON.stringify(row)).toSorted()))
    .digest('hex')

/** To SQLite `Tokens` and `tokens` are one table; only the letters A to Z are folded so. */
export const fold = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

type Besides = {
  /** Tables of modules that may not be here: they are there, but their columns cannot be told. */
  untold?: readonly string[]
  /** Those of `columns` that stand behind a table of a module, and are none of the application. */
  behind?: readonly string[]
  atLeast?: number | undefined
}

/** `columns` holds every table that is there with its columns. */
export const judgeSchema = (
  columns: ReadonlyMap<string, readonly string[]>,
  expected: Readonly<Record<string, readonly string[]>>,
  { untold = [], behind = [], atLeast = 0 }: Besides = {},
): Finding => {
  const gone: string[] = []
  const hidden = untold.map(fold)
  const present = new Map([...columns].map(([table, names]) => [fold(table), names.map(fold)]))
  for (const [table, wanted] of Object.entries(expected)) {
    const names = present.get(fold(table))
    if (hidden.includes(fold(table))) continue
    if (!names) gone.push(`table ${table}`)
    else {
      const missed = wanted.filter((column) => !names.includes(fold(column)))
      gone.push(...missed.map((column) => `column ${table}.${column}`))
    }
  }
  if (gone.length > 0) {
    return {
      check: 'schema',
      outcome: 'unmet',
      detail: `Expected and not there: ${gone.join(', ')}.`,
      mend: 'After a migration, change lib/databases.ts and deploy again: the copies are then judged anew by themselves. If there was none, check that the path on the host names the right file.',
    }
  }
  const own = [...columns.keys()].filter((table) => !behind.includes(table))
  const count = own.length + untold.length
  if (count < atLeast) {
    return {
      check: 'schema',
      outcome: 'unmet',
      detail: `${countWords(count, 'table')}; at least ${atLeast} are expected.`,
      mend: 'Look at the live database: either tables are gone, or the number in lib/databases.ts is too high; change it then, and deploy again.',
    }
  }
  if (count === 0) {
    return {
      check: 'schema',
      outcome: 'warned',
      detail: 'The database holds no tables at all.',
      mend: 'If the app has tables, the copy was taken of the wrong file or without its WAL.',
    }
  }
  const isAsked = Object.keys(expected).length > 0 || atLeast > 0
  const more = isAsked ? ', with all that was expected' : ''
  return passed('schema', `${countWords(count, 'table')}${more}.`)
}

/** Row counts against the floors; a table that could not be counted is told, not guessed. */
export const judgeRows = (
  counts: Readonly<Record<string, number>>,
  floors: Readonly<Record<string, { atLeast: number }>>,
  virtual: readonly string[] = [],
): Finding => {
  const untold = Object.keys(floors).find((table) => virtual.map(fold).includes(fold(table)))
  if (untold !== undefined) {
    return {
      check: 'rows',
      outcome: 'unverifiable',
      detail: `${clip(untold)} belongs to a module, and its rows cannot be counted here.`,
      mend: 'Set the floor in lib/databases.ts on one of the ordinary tables that stand behind it.',
    }
  }
  const counted = new Map(Object.entries(counts).map(([table, count]) => [fold(table), count]))
  const told: string[] = []
  for (const [table, { atLeast }] of Object.entries(floors)) {
    const count = counted.get(fold(table))
    if ((count ?? 0) >= atLeast) continue
    const has = count === undefined ? 'is no ordinary table' : `has ${count}`
    told.push(`${table} ${has} (floor ${atLeast})`)
  }
  if (told.length > 0) {
    return {
      check: 'rows',
      outcome: 'unmet',
      detail: `Fewer rows than the floor: ${told.join(', ')}.`,
      mend: 'Look at the live database: either its rows are gone, or the floor in lib/databases.ts is too high; change it then, and deploy again.',
    }
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return passed('rows', `${countWords(total, 'row')} in ${countWords(counted.size, 'table')}.`)
}
