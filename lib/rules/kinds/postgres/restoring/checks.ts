/**
 * What do the questions say that are put to the restored database? Do references find their rows, is all of it
 * there that the dump held, can every index be made anew, and what of the user's own questions?
 */
import { clip, countWords } from '../../../plain/wording'
import { passed } from '../../../verdict/verdict'
import type { Finding } from '../../../verdict/verdict'
import { judgeAssertion, judgeFreshness } from '../../answers'
import type { Answered } from '../../answers'
import type { TableSeen } from '../outline'
import type { PostgresExpected } from '../settings'

/** A foreign key that was not made, or was made without looking at the rows that were there. */
export type Orphans = { table: string; parent: string; rows: number }

export type References = { keys: number; orphans: readonly Orphans[] }

export const judgeReferences = ({ keys, orphans }: References, isLax: boolean): Finding => {
  const found = orphans.filter(({ rows }) => rows > 0)
  const [first] = found
  if (!first)
    return passed(
      'references',
      `Every row finds what it refers to, by ${countWords(keys, 'foreign key')}.`,
    )
  const count = found.reduce((sum, { rows }) => sum + rows, 0)
  const refer = count === 1 ? '1 row refers' : `${count} rows refer`
  return {
    check: 'references',
    outcome: isLax ? 'warned' : 'unmet',
    detail: `${refer} to rows that do not exist, the first in ${clip(first.table)} (to ${clip(first.parent)}).`,
    mend: 'Find what removed the parents. If the app leaves such rows on purpose, set references: "warn" for this database in lib/databases.ts and deploy again.',
  }
}

/** As PostgreSQL counts a table: `isDivided` into others, whose rows it counts too, or `isPart` of one. */
export type Counted = { rows: number; isDivided: boolean; isPart: boolean }

type Compared = { words: string; them: string; read: number; restored: number; isGone: boolean }

/** A name in plain letters is the same in every encoding. */
const isPlain = (table: string): boolean => /^\p{ASCII}*$/u.test(table)

const sumOf = (rows: readonly number[]): number => rows.reduce((sum, count) => sum + count, 0)

/**
 * Table by table. Rows of a table that is divided may have been dumped under its own name or under those of its
 * parts, and a name that is read in another encoding is not found again: of these only their sum is compared.
 */
const compared = (
  read: ReadonlyMap<string, TableSeen>,
  restored: ReadonlyMap<string, Counted>,
): Compared[] => {
  const isTogether = (table: string): boolean => {
    const counted = restored.get(table)
    if (counted?.isDivided || counted?.isPart) return true
    return !isPlain(table) && !(read.has(table) && counted)
  }
  const readOf = (table: string): number => read.get(table)?.rows ?? 0
  const all = [...new Set([...restored.keys(), ...read.keys()])]
  const together = all.filter(isTogether)
  const [first = ''] = together
  const sum = {
    words: `${clip(first)} and others together have`,
    them: 'them',
    read: sumOf(together.map(readOf)),
    restored: sumOf(
      [...restored].flatMap(([table, { rows, isDivided }]) =>
        isDivided || !isTogether(table) ? [] : [rows],
      ),
    ),
    isGone: false,
  }
  const each = all
    .filter((table) => !isTogether(table))
    .map((table) => ({
      words: `${clip(table)} ${restored.has(table) ? 'has' : 'is not there'}`,
      them: 'it',
      read: readOf(table),
      restored: restored.get(table)?.rows ?? 0,
      isGone: !restored.has(table),
    }))
  return [...each, sum]
}

/** Undefined where each table has the rows that the dump holds of it. */
export const judgeTaken = (
  read: ReadonlyMap<string, TableSeen>,
  restored: ReadonlyMap<string, Counted>,
): Finding | undefined => {
  const all = compared(read, restored)
  const lost = all.find((one) => one.isGone || one.restored < one.read)
  const other = lost ?? all.find((one) => one.restored > one.read)
  if (!other) return undefined
  const has = other.isGone ? '' : ` ${countWords(other.restored, 'row')}`
  return {
    check: 'structure',
    outcome: lost ? 'unmet' : 'warned',
    code: 'rows-moved',
    detail: `After the restore ${other.words}${has}, and the dump holds ${countWords(other.read, 'row')} for ${other.them}: a trigger, a rule or a statement of the dump itself did that.`,
    mend: 'Look at what the dump does beside filling its tables; restored by hand it comes out the same.',
  }
}

const upkeepWarned = (detail: string): Finding => ({
  check: 'structure',
  outcome: 'warned',
  code: 'upkeep',
  detail,
  mend: 'Ask the live database for the same, on its host: REINDEX (VERBOSE) DATABASE.',
})

/** `refusal` is PostgreSQL's code for why something could not be made anew: nothing is known to hang on it, and it is told. */
export const judgeUpkeep = (refusal: string | undefined): Finding =>
  refusal === undefined
    ? passed('structure', 'REINDEX and ANALYZE went through every table and index.')
    : upkeepWarned(`REINDEX or ANALYZE of the restored database was refused (${refusal}).`)

export const judgeLeftOut = (limit: string): Finding =>
  upkeepWarned(`It was restored, and not asked to its end: ${limit}.`)

/** As PostgreSQL gave it, or would not. */
export type Told =
  | { rows: readonly (readonly string[])[]; isCut: boolean }
  | { code: string; message: string }

/** No such table, no such column. */
const goneCodes = ['42P01', '42703']

/** What nobody could ask is no worse than what could not be restored: the operator says which it is. */
const outcomeOf = ({ restore }: PostgresExpected): string =>
  restore === 'demanded' ? 'unverifiable' : 'warned'

const answeredBy = (
  expected: PostgresExpected,
  check: string,
  told: Told | undefined,
): Answered => {
  if (told && 'rows' in told) return told
  if (told && goneCodes.includes(told.code)) return { gone: told.message }
  if (told) {
    const detail = `PostgreSQL could not answer (${told.code}).`
    const mend =
      'Ask it of a database that the dump is restored into by hand, or change it in lib/databases.ts and deploy again.'
    return { judged: { check, outcome: 'unverifiable', detail, mend } }
  }
  const detail = 'It was not asked: the dump was not restored, or no time was left.'
  const mend = 'What a restore takes here stands with the finding that says so.'
  return { judged: { check, outcome: outcomeOf(expected), detail, mend } }
}

/** In the order of the questions: the one for the newest content first, where there is one. */
export const judgeAnswers = (
  expected: PostgresExpected,
  told: readonly Told[],
  takenAt: Date,
): Finding[] => {
  const { freshness, assertions = [] } = expected
  const where = 'it is the database that is dumped'
  const rest = freshness ? told.slice(1) : told
  const asked = freshness && { withinMs: freshness.withinMs, takenAt, where }
  return [
    ...(asked ? [judgeFreshness(answeredBy(expected, 'freshness', told[0]), asked)] : []),
    ...assertions.map((one, at) =>
      judgeAssertion(one, answeredBy(expected, 'assertions', rest[at])),
    ),
  ]
}
