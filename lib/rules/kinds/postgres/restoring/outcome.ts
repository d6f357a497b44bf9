/**
 * What came of a restore, said for people: what PostgreSQL took and what it refused, by line, in one finding
 * for each thing that it says of the dump.
 */
import { clip, countWords } from '../../../plain/wording'
import { passed } from '../../../verdict/verdict'
import type { Finding } from '../../../verdict/verdict'

import { byHandWords } from './by-hand'
import { meaningOf } from './refusals'
import type { Meaning, Refused } from './refusals'

export type Outcome = {
  /** As it is shown: `PostgreSQL 18.7 (PGlite 0.5.17)`. */
  engine: string
  tables: number
  rows: number
  refused: readonly Refused[]
  /** In all; those beyond the first are not kept. */
  refusals: number
  /** Extensions that the dump wants and that are not here. */
  missing: readonly string[]
  /** The dump is of a version that is not known here. */
  isForeign: boolean
  /** The names that it announces to make. */
  made: ReadonlySet<string>
  /** So many dumps stand in it, one behind the other. */
  dumps: number
  /** The first line that may have a server start a program. */
  programLine?: number | undefined
}

/** Codes whose words name what was made by people, and quote nothing that stood in a row. */
const naming: ReadonlySet<string> = new Set('42P01 3F000 42703 42883 42704 42710 42P07'.split(' '))

/** A table or a key that is named is the dump's own; any other name may be what is left of a row. */
const isNamed = ({ code, what, isOfRows }: Refused): boolean =>
  code.startsWith('23') ||
  (naming.has(code) && what !== undefined && (!isOfRows || code === '42P01'))

/** PostgreSQL's words without a value: what stands in a row stays in the database. */
const withoutValues = (refused: Refused): string => {
  const { message } = refused
  if (isNamed(refused)) return clip(message)
  return clip(
    message
      .replace(/".*"/s, '“…”')
      .replace(/".*$/s, '“…')
      .replace(/: [^“].*$/s, ''),
  )
}

const refusalWords = (refused: Refused): string =>
  `line ${refused.line}${refused.what === undefined ? '' : ` (${refused.what})`}: ${withoutValues(refused)}`

const moreWords = (count: number): string => (count > 1 ? ` It is the first of ${count}.` : '')

/** What is found besides, of a part of a database or of several in one file, only follows from that. */
const partCode = 'part'
const repeatedCode = 'repeated'
export const isOfPart = ({ code }: Finding): boolean => code === partCode || code === repeatedCode

const findingFor: Record<Meaning, (detail: string, outcome: Outcome) => Finding> = {
  damage: (detail) => ({
    check: 'structure',
    outcome: 'failed',
    code: 'refused',
    detail,
    mend: 'Do not restore this copy. Look at that line of it, and at the live database: a dump that PostgreSQL itself wrote is taken by PostgreSQL. Push again.',
  }),
  contradiction: (detail) => ({
    check: 'references',
    outcome: 'unmet',
    code: 'refused',
    detail,
    mend: 'Find those rows in the live database: a restore with psql stops at the same line. A key that holds the same value twice, where it should not, speaks of a damaged index there: REINDEX tells.',
  }),
  part: (detail) => ({
    check: 'structure',
    outcome: 'unverifiable',
    code: partCode,
    detail: `${detail} The dump nowhere makes it: it holds a part of a database, and cannot be restored by itself.`,
    mend: 'Dump the whole database: pg_dump without -t, -T, -n, -N, --data-only and --section. To leave out the rows of a table alone there is --exclude-table-data.',
  }),
  repeated: (detail, { dumps }) => ({
    check: 'structure',
    outcome: 'unverifiable',
    code: repeatedCode,
    detail: `${detail} There are ${dumps} dumps in this file, one behind the other, and they make the same things.`,
    mend: 'Write each dump into a file of its own: with > and not with >>.',
  }),
  unable: (detail, { missing, programLine }) => ({
    check: 'structure',
    outcome: 'unverifiable',
    code: 'unable',
    detail:
      missing.length > 0
        ? `${detail} It needs ${missing.join(', ')}, and that is not here.`
        : `${detail} A PostgreSQL with all that the live one has may take it.`,
    mend: byHandWords('Restore it where the live database’s own PostgreSQL is', programLine),
  }),
}

/** The gravest first. */
const meanings = ['damage', 'part', 'repeated', 'unable', 'contradiction'] as const

/** In their order: what follows may hang on what was refused before. */
const withMeanings = ({ refused, missing, isForeign, made, dumps }: Outcome) => {
  const before = new Set<Meaning>()
  const about = { isForeign: isForeign || missing.length > 0, made, dumps, before }
  return refused.map((one) => {
    const meaning = meaningOf(one, about)
    before.add(meaning)
    return { one, meaning }
  })
}

/** Of a part, and of a dump that is there twice, what else could not be had says nothing more. */
const hides: Partial<Record<Meaning, readonly Meaning[]>> = {
  part: ['unable'],
  repeated: ['unable', 'contradiction'],
}

const isTold = (meaning: Meaning, all: readonly { meaning: Meaning }[]): boolean =>
  !all.some((one) => hides[one.meaning]?.includes(meaning))

export const judgeRestored = (outcome: Outcome): Finding[] => {
  const { engine, refused, refusals, missing } = outcome
  if (refused.length === 0) {
    const without = missing.length > 0 ? `, without ${missing.join(', ')}, which nothing needs` : ''
    const what = `${countWords(outcome.tables, 'table')}, ${countWords(outcome.rows, 'row')}`
    return [passed('structure', `${engine} restored ${what}${without}.`)]
  }
  const kept = withMeanings(outcome)
  const isAllKept = refusals === refused.length
  return meanings.flatMap((meaning) => {
    const some = kept.filter((one) => one.meaning === meaning).map(({ one }) => one)
    const [first] = some
    if (!first || !isTold(meaning, kept)) return []
    const count = isAllKept || some.length < refused.length ? some.length : refusals
    const detail = `${engine} refuses ${refusalWords(first)}.${moreWords(count)}`
    return [findingFor[meaning](detail, outcome)]
  })
}
