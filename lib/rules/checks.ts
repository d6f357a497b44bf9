import { createHash } from 'node:crypto'

import type { Check, Finding } from './verdict'
import { countWords } from './wording'

/**
 * How is each answer of SQLite judged? An answer in, one finding out.
 *
 * A refusal to answer for want of a module, a collation, memory or time is no evidence against
 * the data: it is `unverifiable`. Only what SQLite says of the data itself is `failed`.
 */

/** What SQLite said to one question: its rows as text (cut at a limit), or its error. */
export type Answer = { rows: string[][]; isCut?: boolean } | { error: string }

const passed = (check: Check, detail: string): Finding => ({ check, outcome: 'passed', detail })

/** Whole phrases of SQLite's: a table may well be named `corrupt_rows`. */
const damaged =
  /disk image is malformed|file is not a database|^malformed (database schema|inverted index)|^fts5: corrupt/i
const missing =
  /no such (collation sequence|function|module|tokenizer)|unknown (function|tokenizer)/i

/** SQLite would not answer at all for want of something; another table may not need it. */
export const isRefusal = (answer: Answer): boolean =>
  'error' in answer && missing.test(answer.error)

/** Findings quote SQLite's messages, which may hold names of tables; never a value from a row. */
const clip = (text: string): string => {
  // A name may hold what a terminal obeys: control characters and marks of direction go.
  const line = text.replaceAll(/[\s\p{C}]+/gu, ' ').trim()
  const signs = [...line]
  return signs.length > 200 ? `${signs.slice(0, 199).join('')}…` : line
}

export const judgeError = (check: Check, error: string): Finding => {
  if (missing.test(error)) {
    return {
      check,
      outcome: 'unverifiable',
      detail: `SQLite here lacks what this database needs: ${clip(error)}.`,
      mend: 'Check this copy where the application’s own collations, functions and modules are loaded.',
    }
  }
  if (damaged.test(error)) {
    return {
      check,
      outcome: 'failed',
      detail: `SQLite calls it damaged: ${clip(error)}.`,
      mend: 'Do not restore this copy. Check the live database with "PRAGMA integrity_check" today.',
    }
  }
  const isMemory = /out of memory|string or blob too big/i.test(error)
  return {
    check,
    outcome: 'unverifiable',
    detail: isMemory
      ? 'SQLite ran out of the memory it may use before it had an answer.'
      : `SQLite could not answer: ${clip(error)}.`,
    mend: isMemory
      ? 'Restore this copy to a file of its own and ask SQLite there: sqlite3 FILE "PRAGMA integrity_check".'
      : 'Run "snapproof verify FILE" on a restored copy and look at what it says.',
  }
}

/** SQLite could not look into a full-text index: that says nothing of the data itself. */
const unable = /^unable to validate /i

/** The ways of asking for the structure, each with what its "ok" means. */
const okWords = {
  integrity_check: 'integrity_check says ok for every page, row and index.',
  quick_check: 'quick_check says ok for every page and row.',
  'the index check': 'quick_check says ok, and every index holds exactly the rows of its table.',
}

/** The single row "ok", or one row for each thing found. */
export const judgeStructure = (
  answer: Answer,
  by: keyof typeof okWords = 'integrity_check',
): Finding => {
  if ('error' in answer) return judgeError('structure', answer.error)
  const said = answer.rows.map(([line = '']) => line)
  if (said.length === 1 && said[0] === 'ok') {
    return passed('structure', okWords[by])
  }
  const [first, ...others] = said.filter((line) => !unable.test(line))
  if (first === undefined) {
    return judgeError('structure', said[0] ?? `${by} ended without a word`)
  }
  const most = answer.isCut ? 'at least ' : ''
  const more = others.length > 0 ? ` (and ${most}${others.length} more)` : ''
  return {
    check: 'structure',
    outcome: 'failed',
    detail: `${by} found damage: ${clip(first)}${more}.`,
    mend: 'Do not restore this copy. Check the live database with "PRAGMA integrity_check" today.',
  }
}

/** `PRAGMA foreign_key_check`: one row (table, rowid, parent, …) for each reference to nothing. */
export const judgeReferences = (answer: Answer, isStrict: boolean): Finding => {
  if ('error' in answer) {
    // A foreign key whose parent has no matching key is a mistake of the schema, not damage.
    const isMismatch = /foreign key mismatch/i.test(answer.error)
    if (!isMismatch) return judgeError('references', answer.error)
    return {
      check: 'references',
      outcome: 'warned',
      detail: `SQLite cannot check the references: a foreign key names columns that are no key of its parent (${clip(answer.error)}).`,
      mend: 'Add a UNIQUE index on the parent’s columns in a migration.',
    }
  }
  const [first] = answer.rows
  if (!first) return passed('references', 'Every foreign key finds its row.')
  const [table = '', , parent = ''] = first
  const count = answer.rows.length
  const more = answer.isCut ? ' or more' : ''
  const rows = count === 1 ? '1 row refers' : `${count}${more} rows refer`
  return {
    check: 'references',
    outcome: isStrict ? 'failed' : 'warned',
    detail: `${rows} to rows that do not exist, the first in ${clip(table)} (to ${clip(parent)}).`,
    mend: 'Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts.',
  }
}

/** One row of `sqlite_schema` as (type, name, table, sql). */
export const fingerprintSchema = (rows: readonly string[][]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map((row) => JSON.stringify(row)).toSorted()))
    .digest('hex')

/** To SQLite `Tokens` and `tokens` are one table; only the letters A to Z are folded so. */
const fold = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/** `columns` holds every table that is there with its columns. */
export const judgeSchema = (
  columns: ReadonlyMap<string, readonly string[]>,
  expected: Readonly<Record<string, readonly string[]>>,
  /** Tables of modules that may not be here: they are there, but their columns cannot be told. */
  virtual: readonly string[] = [],
): Finding => {
  const gone: string[] = []
  const untold = virtual.map(fold)
  const present = new Map([...columns].map(([table, names]) => [fold(table), names.map(fold)]))
  for (const [table, wanted] of Object.entries(expected)) {
    const names = present.get(fold(table))
    if (untold.includes(fold(table))) continue
    if (!names) gone.push(`table ${table}`)
    else {
      const missed = wanted.filter((column) => !names.includes(fold(column)))
      gone.push(...missed.map((column) => `column ${table}.${column}`))
    }
  }
  if (gone.length > 0) {
    return {
      check: 'schema',
      outcome: 'failed',
      detail: `Expected and not there: ${gone.join(', ')}.`,
      mend: 'Check that the path on the host names the right file; after a migration, change lib/databases.ts.',
    }
  }
  if (columns.size === 0) {
    return {
      check: 'schema',
      outcome: 'warned',
      detail: 'The database holds no tables at all.',
      mend: 'If the app has tables, the copy was taken of the wrong file or without its WAL.',
    }
  }
  const more = Object.keys(expected).length > 0 ? ', with all that was expected' : ''
  return passed('schema', `${countWords(columns.size, 'table')}${more}.`)
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
      outcome: 'failed',
      detail: `Fewer rows than the floor: ${told.join(', ')}.`,
      mend: 'Look at the live database: either its rows are gone, or the floor in lib/databases.ts is too high.',
    }
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return passed('rows', `${countWords(total, 'row')} in ${countWords(counted.size, 'table')}.`)
}
