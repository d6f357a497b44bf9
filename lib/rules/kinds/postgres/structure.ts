/**
 * Is the dump whole by what it says itself? Everything that was begun is ended, each row has its fields,
 * what was announced is there, and the last line is the last thing in it.
 */
import { clip, countWords, sizeWords } from '../../plain/wording'
import { passed } from '../../verdict/verdict'
import type { Finding } from '../../verdict/verdict'

import type { Outline } from './outline'

const openings = {
  rows: 'the rows of a table',
  statement: 'a statement',
  text: 'a text',
  name: 'a name in quotes',
  body: 'the body of a function',
  comment: 'a comment',
} as const

const cutWords = ({ open, cut, lines }: Outline): string | undefined => {
  if (!open) return undefined
  const until = cut ? `, ${clip(cut.table)}, after ${countWords(cut.rows, 'whole row')}` : ''
  return `It ends in line ${lines}, inside ${openings[open.what]} that began in line ${open.line}${until}.`
}

const raggedWords = ({ ragged }: Outline): string | undefined => {
  if (!ragged) return undefined
  const { table, line, fields, expected } = ragged.first
  const more = ragged.count > 1 ? ` It is one of ${ragged.count} such rows.` : ''
  return `Line ${line}, a row of ${clip(table)}, has ${countWords(fields, 'field')}; ${expected} are right.${more}`
}

const nulWords = ({ nulAt }: Outline): string | undefined =>
  nulAt === undefined ? undefined : `There is a zero byte at ${nulAt}, which no dump holds.`

const looseWords = ({ looseEndLine }: Outline): string | undefined =>
  looseEndLine === undefined
    ? undefined
    : `Line ${looseEndLine} ends the rows of a table, and none had begun: the line before them is missing.`

const endWords = ({ isEnded, remarks, open }: Outline): string | undefined => {
  if (open || (isEnded && remarks.trailers >= remarks.headers)) return undefined
  if (remarks.trailers < remarks.headers)
    return 'Its last line, "PostgreSQL database dump complete", is missing: the end was cut off.'
  return 'There is more after its last line, "PostgreSQL database dump complete".'
}

/** A dump with INSERTs has none for a table without rows; with COPY every table has its own. */
const announcedWords = ({
  remarks,
  created,
  copies,
  inserts,
  open,
}: Outline): string | undefined => {
  if (open) return undefined
  if (remarks.tables > created)
    return `It announces ${countWords(remarks.tables, 'table')}, and creates ${created}.`
  if (copies > 0 && inserts === 0 && remarks.data > copies)
    return `It announces the rows of ${countWords(remarks.data, 'table')}, and holds those of ${copies}.`
  return undefined
}

/** psql's own that anybody would want to know of; any other word may be one that stood in a row. */
const known =
  /^\\(?:!|(?:copy|include|include_relative|i|ir|out|o|write|w|gexec|gset|gx|g|setenv|set|unset|cd|if|echo|encoding|pset|timing|quit|q)\b)/

const commandWords = (name: string): string => {
  if (name === 'COPY') return 'a COPY of a file or a program, which pg_dump does not write'
  const word = known.exec(name)?.[0]
  const called = word === undefined ? '' : ` (${word})`
  return `a command for psql that pg_dump does not write${called}`
}

/** What speaks against the bytes, the plainest first. */
const complaints = [nulWords, cutWords, raggedWords, looseWords, endWords, announcedWords]

const complaintsAtMost = 3

export const judgeStructure = (outline: Outline): Finding => {
  const wrong = complaints.flatMap((words) => words(outline) ?? [])
  if (wrong.length > 0) {
    return {
      check: 'structure',
      outcome: 'failed',
      detail: wrong.slice(0, complaintsAtMost).join(' '),
      mend: 'Do not restore this copy. Push again; if this comes back, look at the exit status of pg_dump and the free space on the host.',
    }
  }
  if (outline.command) {
    const { name, line } = outline.command
    return {
      check: 'structure',
      outcome: 'unverifiable',
      detail: `Line ${line} holds ${commandWords(name)}.`,
      mend: 'Look at that line before anybody gives this file to psql. Push what pg_dump writes, and nothing more.',
    }
  }
  if (outline.isBeyond) {
    return {
      check: 'structure',
      outcome: 'unverifiable',
      detail: `It holds more than ${outline.tables.size} tables: more than can be told apart here.`,
      mend: 'Dump schema by schema (pg_dump -n), each under a name of its own.',
    }
  }
  const rows = [...outline.tables.values()].reduce((sum, table) => sum + table.rows, 0)
  return passed(
    'structure',
    `${countWords(rows, 'row')} in ${countWords(outline.tables.size, 'table')}, ${sizeWords(outline.sizeBytes)} of SQL, whole to its last line.`,
  )
}
