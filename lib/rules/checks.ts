import { createHash } from 'node:crypto'

import type { Check, Finding } from './verdict'

/**
 * How is each answer of SQLite judged? An answer in, one finding out.
 *
 * A refusal to answer for want of a module, a collation, memory or time is no evidence against
 * the data: it is `unverifiable`. Only what SQLite says of the data itself is `failed`.
 */

/** What SQLite said to one question: its rows as text (cut at a limit), or its error. */
export type Answer = { rows: string[][]; isCut?: boolean } | { error: string }

const passed = (check: Check, detail: string): Finding => ({ check, outcome: 'passed', detail })

const damaged = /malformed|not a database|disk image|corrupt/i
const missing =
  /no such (collation sequence|function|module|tokenizer)|unknown (function|tokenizer)/i

/** Findings quote SQLite's messages, which may hold names of tables; never a value from a row. */
const clip = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
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
      ? 'Raise limits.memory of the function in project.yml (1024 at most) and deploy again.'
      : 'Run "snapproof verify FILE" on a restored copy and look at what it says.',
  }
}

/** `PRAGMA integrity_check`: the single row "ok", or one row for each thing found. */
export const judgeStructure = (answer: Answer): Finding => {
  if ('error' in answer) return judgeError('structure', answer.error)
  const said = answer.rows.map(([line]) => line ?? '')
  if (said.length === 1 && said[0] === 'ok') {
    return passed('structure', 'integrity_check says ok for every page, row and index.')
  }
  if (said.length === 0) return judgeError('structure', 'integrity_check gave no answer')
  const more = said.length > 1 ? ` (and ${said.length - 1} more)` : ''
  return {
    check: 'structure',
    outcome: 'failed',
    detail: `integrity_check found damage: ${clip(said[0] ?? '')}${more}.`,
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
      detail: `A foreign key names columns that are no key of its parent: ${clip(answer.error)}.`,
      mend: 'Add a UNIQUE index on the parent’s columns in a migration; until then SQLite cannot check it.',
    }
  }
  if (answer.rows.length === 0) return passed('references', 'Every foreign key finds its row.')
  const [table = '', , parent = ''] = answer.rows[0] ?? []
  return {
    check: 'references',
    outcome: isStrict ? 'failed' : 'warned',
    detail: `${answer.rows.length}${answer.isCut ? ' or more' : ''} rows refer to rows that do not exist, first in ${clip(table)} (to ${clip(parent)}).`,
    mend: 'Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts.',
  }
}

/** One row of `sqlite_schema` as (type, name, table, sql). */
export const fingerprintSchema = (rows: readonly string[][]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map((row) => row.join('\u0000')).toSorted()))
    .digest('hex')

/** `columns` holds every table that is there with its columns. */
export const judgeSchema = (
  columns: ReadonlyMap<string, readonly string[]>,
  expected: Readonly<Record<string, readonly string[]>>,
): Finding => {
  const gone: string[] = []
  for (const [table, wanted] of Object.entries(expected)) {
    const present = columns.get(table)
    if (!present) gone.push(`table ${table}`)
    else gone.push(...wanted.filter((c) => !present.includes(c)).map((c) => `column ${table}.${c}`))
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
  return passed('schema', `${columns.size} tables${expectedWords(expected)}.`)
}

const expectedWords = (expected: Readonly<Record<string, readonly string[]>>): string => {
  const count = Object.keys(expected).length
  return count === 0 ? '' : `, with all ${count} expected`
}

/** Row counts against the floors; a table that could not be counted is told, not guessed. */
export const judgeRows = (
  counts: Readonly<Record<string, number>>,
  floors: Readonly<Record<string, { atLeast: number }>>,
): Finding => {
  const low = Object.entries(floors).filter(
    ([table, { atLeast }]) => (counts[table] ?? 0) < atLeast,
  )
  if (low.length > 0) {
    const told = low.map(
      ([table, { atLeast }]) => `${table} ${counts[table] ?? 0} (floor ${atLeast})`,
    )
    return {
      check: 'rows',
      outcome: 'failed',
      detail: `Fewer rows than the floor: ${told.join(', ')}.`,
      mend: 'Look at the live database: either its rows are gone, or the floor in lib/databases.ts is too high.',
    }
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return passed('rows', `${total} rows in ${Object.keys(counts).length} tables.`)
}
