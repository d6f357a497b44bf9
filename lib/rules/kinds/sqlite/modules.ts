/**
 * What is said of tables that belong to modules, such as a full-text index or an R-Tree? Their pages are
 * ordinary ones to SQLite, and only the module knows what has to stand in them.
 */
import { clip, countWords } from '../../plain/wording'
import { passed } from '../../verdict/verdict'
import type { Finding } from '../../verdict/verdict'

import { askLive, judgeError } from './checks'

export type ModuleTable = { table: string; module: string; answer: ModuleAnswer }

export type ModuleAnswer =
  | 'ok'
  /** A full-text index that is not that of the table it is kept for. Nothing in it is damaged. */
  | 'stale'
  /** A full-text index whose table is not there, or has other columns: in SQLite's words. */
  | { misses: string }
  /** No build of SQLite here has the module. */
  | 'no such module'
  /** What the module found. */
  | { line: string }
  /** What SQLite said instead of an answer. */
  | { error: string }
  /** Why it could not be asked, in a sentence. */
  | { why: string }

/** The tables that each module keeps its own things in, whatever it was told. */
const keptIn: Readonly<Record<string, readonly string[]>> = {
  fts5: ['data', 'idx', 'config'],
  rtree: ['node', 'rowid', 'parent'],
  rtree_i32: ['node', 'rowid', 'parent'],
}

export const storageOf = (table: string, module: string): string[] =>
  (keptIn[module] ?? []).map((part) => `${table}_${part}`)

const newestFts5 = 5

/** SQLite's error where it would not look into a table: about the table itself, or no evidence. */
export const moduleError = (table: string, error: string): ModuleAnswer => {
  const [, missing] = /^no such table: (?:main\.)?(.*)$/is.exec(error) ?? []
  const own = [`${table}_content`, `${table}_docsize`]
  if (missing !== undefined && own.some((one) => one.toLowerCase() === missing.toLowerCase()))
    return { line: `the table ${missing} behind it is gone` }
  const [, format] = /^invalid fts5 file format \(found (\d+)/i.exec(error) ?? []
  if (format !== undefined && Number(format) <= newestFts5) return { line: error }
  return { error }
}

const shownAtMost = 5

const named = (tables: readonly ModuleTable[]): string => {
  const shown = tables
    .slice(0, shownAtMost)
    .map(({ table, module }) => `${clip(table)} (module ${clip(module)})`)
  const more = tables.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const elsewhere =
  'Fetch it with restore.sh --salvage --at TICKET, and check it where the application’s own modules are loaded.'

const judgeLost = (table: string, misses: string): Omit<Finding, 'check'> => ({
  outcome: 'warned',
  code: 'stale-index',
  detail: `the table that it is kept for is not as the index expects: ${clip(misses)}. Nothing is damaged, and searches bring no rows.`,
  mend: `If that was meant, drop the index too, in the live database: DROP TABLE ${clip(table)}; else bring back the copy from before.`,
})

/** The finding of what did not pass, by this check; undefined where every module says ok. */
const wanting = (tables: readonly ModuleTable[], check: string): Finding | undefined => {
  const judged = tables.map((of) => {
    const { answer } = of
    if (typeof answer === 'string') return { of, found: undefined }
    if ('line' in answer) {
      const detail = `SQLite calls it damaged: ${clip(answer.line)}.`
      return { of, found: { check, outcome: 'failed', detail, mend: askLive } }
    }
    if ('misses' in answer) return { of, found: { check, ...judgeLost(of.table, answer.misses) } }
    if ('error' in answer) return { of, found: judgeError(check, answer.error) }
    const detail = answer.why
    return { of, found: { check, outcome: 'unverifiable', detail, mend: elsewhere } }
  })
  const about = (outcome: string) => judged.filter(({ found }) => found?.outcome === outcome)

  const [damaged, ...others] = about('failed')
  if (damaged?.found) {
    const more = others.length > 0 ? ` So is ${named(others.map(({ of }) => of))}.` : ''
    return { ...damaged.found, detail: `${named([damaged.of])}: ${damaged.found.detail}${more}` }
  }
  const unable = about('unverifiable')
  const unknown = tables.filter(({ answer }) => answer === 'no such module')
  if (unable.length > 0 || unknown.length > 0) {
    const all = [...unknown, ...unable.map(({ of }) => of)]
    const [first] = unable
    const why = first?.found ? ` ${first.found.detail}` : ''
    return {
      check,
      outcome: 'unverifiable',
      detail: `${named(all)}: cannot be checked here.${why}`,
      mend: unknown.length > 0 ? elsewhere : first?.found?.mend,
    }
  }
  const [lost, ...alike] = about('warned')
  if (lost?.found) {
    const more = alike.length > 0 ? ` So it is with ${named(alike.map(({ of }) => of))}.` : ''
    return { ...lost.found, detail: `${named([lost.of])}: ${lost.found.detail}${more}` }
  }
  const stale = tables.filter(({ answer }) => answer === 'stale')
  const [behind] = stale
  if (!behind) return undefined
  const name = clip(behind.table)
  return {
    check,
    outcome: 'warned',
    code: 'stale-index',
    detail: `${named(stale)}: the index is not that of the table it is kept for, so that searches find too much or too little. Nothing is damaged.`,
    mend: `Make it anew in the live database: INSERT INTO ${name}(${name}) VALUES('rebuild'); then see that triggers keep it up to date.`,
  }
}

/** Of FTS3 and FTS4, which cannot say which of the two it is. The rows stand in a table of their own. */
export const judgeBehind = (table: string, others: number): Finding => {
  const name = clip(table)
  const more = others > 0 ? ` and ${others} more` : ''
  return {
    check: 'structure',
    outcome: 'warned',
    code: 'stale-index',
    detail: `${name}${more}: the full-text index is not that of the table it is kept for; it is behind, or damaged itself. Of all else SQLite says ok, that table among it.`,
    mend: `Make it anew in the live database: INSERT INTO ${name}(${name}) VALUES('rebuild'); then see that triggers keep it up to date.`,
  }
}

/**
 * What SQLite said of the pages, and what the modules said of theirs, as one answer. "Every page, row
 * and index" is said only where nothing was left out.
 */
export const judgeModules = (structure: Finding, tables: readonly ModuleTable[]): Finding[] => {
  if (tables.length === 0 || structure.outcome === 'failed') return [structure]
  const found = wanting(tables, structure.check)
  if (found === undefined && structure.outcome !== 'passed') return [structure]
  if (found === undefined) {
    const modules = [...new Set(tables.map(({ module }) => clip(module)))]
    const said = `So does the module of ${countWords(tables.length, 'table')} (${modules.join(', ')}).`
    return [passed(structure.check, `${structure.detail} ${said}`)]
  }
  if (structure.outcome !== 'passed') return [structure, found]
  const rest = found.outcome === 'failed' ? '' : ' Of all else SQLite says ok.'
  return [{ ...found, detail: `${found.detail}${rest}` }]
}
