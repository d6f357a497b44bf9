/**
 * How is each answer of SQLite judged? An answer in, one finding out.
 *
 * A refusal to answer for want of a module, a collation, memory or time is no evidence against
 * the data: it is `unverifiable`. Only what SQLite says of the data itself is `failed`.
 */
import { clip } from '../../plain/wording'
import { passed } from '../../verdict/verdict'
import type { Finding } from '../../verdict/verdict'

/** What SQLite said to one question: its rows as text (cut at a limit), or its error. */
export type Answer = { rows: string[][]; isCut?: boolean } | { error: string }

/** Whole phrases of SQLite's: a table may well be named `corrupt_rows`. */
const damaged =
  /disk image is malformed|file is not a database|^malformed (database schema|inverted index)|^fts5: corrupt/i
const missing =
  /no such (collation sequence|function|module|tokenizer)|unknown (function|tokenizer)/i

/** What SQLite adds to the name of what is malformed, where it has more to say. */
const addition =
  / - (?:no such|unknown|near|unrecognized|invalid|orphan|unsupported|duplicate) .*$/s

/**
 * SQLite's message without what may come from a row. It quotes values, and the name in a malformed
 * schema is whatever stands where names should: a misplaced page has rows there.
 */
const withoutValues = (error: string): string =>
  error
    .replace(
      /(?<=malformed database schema).*$/is,
      (rest) => addition.exec(rest.slice(rest.lastIndexOf(') - ')))?.[0] ?? '',
    )
    .replace(/'.*'/s, '‘…’')
    .replace(/".*"/s, '“…”')
    .replace(/'.*$/s, '‘…')
    .replace(/".*$/s, '“…')

/** SQLite would not answer at all for want of something; another table may not need it. */
export const isRefusal = (answer: Answer): boolean =>
  'error' in answer && missing.test(withoutValues(answer.error))

/** The way to ask stands in the script on the host: nobody reads quotes and paths aloud at night. */
export const askLive =
  'Do not restore this copy. Ask the live database today, on its host: push.sh --check SETTINGS'

/** Evidence against the bytes is a matter of the structure, whatever SQLite was asked just then. */
export const judgeError = (check: string, said: string): Finding => {
  const error = withoutValues(said)
  if (missing.test(error)) {
    return {
      check,
      outcome: 'unverifiable',
      detail: `SQLite here lacks what this database needs: ${clip(error)}.`,
      mend: 'Fetch it with restore.sh --salvage --at TICKET, and check it where the application’s own collations, functions and modules are loaded.',
    }
  }
  if (damaged.test(error)) {
    return {
      check: 'structure',
      outcome: 'failed',
      detail: `SQLite calls it damaged: ${clip(error)}.`,
      mend: askLive,
    }
  }
  if (/^unsupported file format$/i.test(error)) {
    return {
      check: 'structure',
      outcome: 'unverifiable',
      detail:
        'Another or a newer SQLite wrote it: its header names a format of the schema that the SQLite here does not know.',
      mend: 'Fetch it with restore.sh --salvage --at TICKET, and ask the SQLite of the program that wrote it: PRAGMA integrity_check.',
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
      ? 'Fetch it with restore.sh --salvage --at TICKET, and ask SQLite there: sqlite3 FILE "PRAGMA integrity_check".'
      : 'Fetch it with restore.sh --salvage --at TICKET, and run "npx snapproof verify FILE" on it.',
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
    mend: askLive,
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
    outcome: isStrict ? 'unmet' : 'warned',
    detail: `${rows} to rows that do not exist, the first in ${clip(table)} (to ${clip(parent)}).`,
    mend: 'Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts and deploy again.',
  }
}
