/**
 * Can SQLite walk every page, and does every index hold its table?
 *
 * Whole where the file fits into the cache. Else quick_check and one sequential scan of each table
 * and index. Where a collation or function is missing SQLite refuses as a whole: then table by
 * table, and what could not be checked is named.
 */
import { isRefusal, judgeError, judgeStructure } from '../../../rules/kinds/sqlite/checks'
import type { Answer } from '../../../rules/kinds/sqlite/checks'
import { isAboutJson, judgeComputed } from '../../../rules/kinds/sqlite/computed'
import { judgeBehind } from '../../../rules/kinds/sqlite/modules'
import type { Finding } from '../../../rules/verdict/verdict'
import { areComputed, computedElsewhere, mostLines as allLines } from '../computing/computed'
import { besideDeepJson } from '../computing/deep-json'
import { ask, quote, schemaLimits } from '../engine/ask'
import type { Session } from '../engine/ask'

import { judgeForeignSchema } from './dialect'
import { checkIndexes } from './index-check'
import { layoutOf } from './index-entries'
import { wrongRoot } from './roots'
import type { RowSums } from './row-sums'
import { SchemaError, storedTables } from './tables'
import { behindIn } from './virtual'

export type StructurePlan = {
  isWhole: boolean
  /** Random reads are affordable: what the scans cannot settle goes to integrity_check. */
  isLocal: boolean
  /** Undefined where this build does not let us add a function; asked for where scans need it. */
  sums(): RowSums | undefined
  /** What the host's own SQLite said of what is computed in this very copy; empty where nobody asked. */
  hostSays: string
}

export type StructureAnswer = {
  finding: Finding
  way: string
  /** What SQLite said instead of an answer. */
  error?: string
  /** How many rows the tables have that were scanned to their end. */
  counts?: ReadonlyMap<string, number>
}

const mostLines = 100

const isOk = (answer: Answer): boolean =>
  'rows' in answer && answer.rows.length === 1 && answer.rows[0]?.[0] === 'ok'

const errorOf = (answer: Answer): { error?: string } =>
  'error' in answer ? { error: answer.error } : {}

const linesOf = (answer: Answer): string[] =>
  'rows' in answer ? answer.rows.map(([line = '']) => line) : []

/** What was found counts, unless it is only that another version would find nothing. */
const judged = (
  session: Session,
  plan: StructurePlan,
  answer: Answer,
  by?: Parameters<typeof judgeStructure>[1],
): Finding => {
  if (isOk(answer) || 'error' in answer) return judgeStructure(answer, by)
  const { tables, others } = behindIn(session, linesOf(answer))
  const [behind] = tables
  if (behind !== undefined && others.length === 0) return judgeBehind(behind, tables.length - 1)
  if (behind !== undefined) return judged(session, plan, { rows: others.map((line) => [line]) }, by)
  const computed = computedElsewhere(session, plan.sums, linesOf(answer))
  if (computed === undefined) return judgeStructure(answer, by)
  if ('names' in computed) return judgeComputed(computed.names, plan.hostSays)
  return judgeStructure(
    'line' in computed ? { rows: [[computed.line]] } : computed,
    'the index check',
  )
}

/** The first lines say it all, unless all of them are of a sort that may hide others. */
const askAll = (session: Session, pragma: 'integrity_check' | 'quick_check'): Answer => {
  const answer = ask(session, `PRAGMA ${pragma}(${mostLines})`)
  const lines = linesOf(answer)
  if (lines.length < mostLines || !areComputed(session, lines)) return answer
  return ask(session, `PRAGMA ${pragma}(${allLines})`, schemaLimits)
}

const integrityOf = (session: Session, table: string): Answer =>
  ask(session, `PRAGMA integrity_check(${quote(table)})`)

/** What SQLite refused to check for one table need not keep it from checking the others. */
const byTable = (session: Session, plan: StructurePlan, refused: Answer): StructureAnswer => {
  const way = 'integrity_check table by table'
  const lines: string[][] = []
  const unchecked: string[] = []
  for (const { name } of storedTables(session)) {
    const answer = integrityOf(session, name)
    if (isRefusal(answer)) unchecked.push(name)
    else if ('error' in answer) return { finding: judgeStructure(answer), way }
    else if (!isOk(answer)) lines.push(...answer.rows)
  }
  const found: Answer = { rows: lines.length > 0 ? lines : [['ok']] }
  const said = judged(session, plan, found)
  if (said.outcome === 'failed') return { finding: said, way }
  const finding = judgeError('structure', 'error' in refused ? refused.error : '')
  const shown = unchecked.slice(0, 5).join(', ')
  const more = unchecked.length > 5 ? ` and ${unchecked.length - 5} more` : ''
  const names = unchecked.length > 0 ? ` Not checked for it: ${shown}${more}.` : ''
  return { finding: { ...finding, detail: `${finding.detail}${names}` }, way }
}

const linear = (session: Session, plan: StructurePlan): StructureAnswer => {
  const way = 'quick_check and linear index check'
  const quick = askAll(session, 'quick_check')
  if (isRefusal(quick)) return byTable(session, plan, quick)
  const checks = isOk(quick) ? [] : linesOf(quick)
  if ('error' in quick || !areComputed(session, behindIn(session, checks).others))
    return { finding: judgeStructure(quick, 'quick_check'), way, ...errorOf(quick) }

  const sums = plan.sums()
  const layout = layoutOf(session)
  const counts = new Map<string, number>()
  const lines = checks.map((line) => [line])
  let asked = 0
  let isOrderKnown = true
  for (const { name, hasRowid } of storedTables(session)) {
    const order = { table: name, hasRowid, layout, isExact: plan.isLocal }
    const scanned = sums ? checkIndexes(session, sums, order) : 'ask SQLite'
    if (scanned !== 'ask SQLite' && 'lines' in scanned) {
      lines.push(...scanned.lines.map((line) => [line]))
      if (scanned.rows !== undefined) counts.set(name, scanned.rows)
      isOrderKnown &&= scanned.isOrderKnown
      continue
    }
    // A scan that broke off may have met damage or a limit: SQLite says which in its own words.
    const answer = scanned === 'ask SQLite' ? integrityOf(session, name) : scanned
    asked += 1
    if (isRefusal(answer)) return byTable(session, plan, answer)
    if ('error' in answer) return { finding: judgeStructure(answer), way, ...errorOf(answer) }
    if (!isOk(answer)) lines.push(...answer.rows)
  }
  const found: Answer = { rows: lines.length > 0 ? lines : [['ok']] }
  const notes = [
    ...(asked > 0 ? [`integrity_check for ${asked} of the tables`] : []),
    ...(isOrderKnown ? [] : ['the order of some keys not judged']),
  ]
  const ways = notes.length > 0 ? `${way} (${notes.join('; ')})` : way
  return { finding: judged(session, plan, found, 'the index check'), way: ways, counts }
}

const asked = (session: Session, plan: StructurePlan): StructureAnswer => {
  if (!plan.isWhole) return linear(session, plan)
  const answer = askAll(session, 'integrity_check')
  if (isRefusal(answer)) return byTable(session, plan, answer)
  return { finding: judged(session, plan, answer), way: 'integrity_check', ...errorOf(answer) }
}

/**
 * What integrity_check leaves out. Where a view comes first in its list of tables it takes the
 * question for one about a single table and skips the free pages: asked of the schema, it does not.
 */
const leftOut = (session: Session, { finding }: StructureAnswer): Finding | undefined => {
  if (finding.outcome === 'failed') return undefined
  const free = ask(session, 'PRAGMA integrity_check(sqlite_schema)')
  if ('rows' in free && !isOk(free)) return judgeStructure(free)
  if (finding.outcome === 'unverifiable') return undefined
  if ('error' in free) return judgeStructure(free)
  const line = wrongRoot(session)
  return line === undefined ? undefined : judgeStructure({ rows: [[line]] }, 'the index check')
}

/** It ended at a text that is no JSON to it, in the words of `judgeError`. */
const isOfJson = ({ error }: StructureAnswer): boolean => error !== undefined && isAboutJson(error)

export const checkStructure = (session: Session, plan: StructurePlan): StructureAnswer => {
  const { schemaError } = session
  try {
    if (schemaError !== undefined)
      return {
        finding: judgeForeignSchema(session, schemaError),
        way: 'quick_check as far as the schema can be read',
      }
    const answer = asked(session, plan)
    const deep = isOfJson(answer) ? besideDeepJson(session, plan.sums(), plan.hostSays) : undefined
    const said = deep ? { finding: deep, way: `${answer.way}, and scans beside deep JSON` } : answer
    return { ...said, finding: leftOut(session, said) ?? said.finding }
  } catch (thrown) {
    if (!(thrown instanceof SchemaError)) throw thrown
    return { finding: judgeError('structure', thrown.message), way: 'integrity_check' }
  }
}
