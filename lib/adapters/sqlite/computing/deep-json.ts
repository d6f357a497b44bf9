/**
 * What of a file in which SQLite stumbles over JSON? It ends its check at the first text that an
 * expression takes for JSON and that is too deep for it, and says nothing of all the rest.
 *
 * Where every such text is valid JSON that older versions took, the rest is asked for without those
 * expressions: the pages, the other tables, and what is stored in the indexes of this one.
 */
import { judgeStructure } from '../../../rules/kinds/sqlite/checks'
import { isAboutJson, isDeepJson, judgeComputed } from '../../../rules/kinds/sqlite/computed'
import { checksIn, computedIn } from '../../../rules/kinds/sqlite/expressions'
import type { Finding } from '../../../rules/verdict/verdict'
import { layoutOf } from '../checks/index-entries'
import { termsOf } from '../checks/index-terms'
import type { RowSums } from '../checks/row-sums'
import { columnsOf, storedTables } from '../checks/tables'
import { ask, quote, schemaLimits } from '../engine/ask'
import type { Session } from '../engine/ask'

import { areComputed, computedElsewhere, wrongIn } from './computed'
import { computingOf, isComputed } from './stored-part'
import type { Computing } from './stored-part'

/** CHECKs are no matter of the bytes, and would end this too. */
const withoutChecks = <T>(session: Session, work: () => T): T => {
  session.db.run('PRAGMA ignore_check_constraints=1')
  try {
    return work()
  } finally {
    session.db.run('PRAGMA ignore_check_constraints=0')
  }
}

const isOfJson = (expression: string): boolean => /json|->/i.test(expression)

/** Every expression of the table that may take a text for JSON. */
const expressionsOf = ({ sql, indexes }: Computing): string[] =>
  [
    ...checksIn(sql),
    ...computedIn(sql),
    ...indexes.flatMap((index) => {
      const terms = termsOf(index.sql)
      return [...(terms?.keys ?? []), terms?.condition ?? '']
    }),
  ].filter(isOfJson)

/** Is every text that is no JSON here only too deep for it? */
const isOnlyDeep = (session: Session, of: Computing): boolean => {
  const expressions = expressionsOf(of).map((one) => one.toLowerCase())
  const columns = columnsOf(session, of.table).filter(
    ({ name }) =>
      !of.computed.includes(name) &&
      expressions.some((expression) => expression.includes(name.toLowerCase())),
  )
  const texts: string[] = []
  for (const { name } of columns) {
    const column = quote(name)
    // 6 is JSON5, and JSON as SQLite packs it: what json_extract() takes.
    const answer = ask(
      session,
      `SELECT ${column} FROM main.${quote(of.table)} NOT INDEXED
       WHERE typeof(${column}) = 'text' AND NOT json_valid(${column}, 6)`,
      schemaLimits,
    )
    if ('error' in answer || answer.isCut) return false
    texts.push(...answer.rows.map(([text = '']) => text))
  }
  return texts.length > 0 && texts.every(isDeepJson)
}

const linesOf = (rows: readonly string[][]): string[] =>
  rows.flatMap(([line = '']) => (line === 'ok' ? [] : [line]))

/** Undefined where what SQLite said stands. */
export const besideDeepJson = (
  session: Session,
  sums: RowSums | undefined,
  hostSays: string,
): Finding | undefined => {
  if (sums === undefined) return undefined
  const pages = withoutChecks(session, () => ask(session, 'PRAGMA quick_check(100)'))
  if ('error' in pages) return undefined
  if (!areComputed(session, linesOf(pages.rows))) return judgeStructure(pages, 'quick_check')
  const layout = layoutOf(session)
  const names: string[] = []
  for (const table of storedTables(session)) {
    const answer = ask(session, `PRAGMA integrity_check(${quote(table.name)})`)
    const of = computingOf(session, table)
    if ('error' in answer) {
      if (!isAboutJson(answer.error) || !isOnlyDeep(session, of)) return undefined
      names.push(
        ...of.indexes.flatMap((index) =>
          isComputed(of, index) ? [`index ${index.name} of ${of.table}`] : [],
        ),
        ...(checksIn(of.sql).some(isOfJson) ? [`the CHECK of ${of.table}`] : []),
      )
      const wrong = wrongIn(session, sums, of, layout)
      if (typeof wrong === 'string') return judgeStructure({ rows: [[wrong]] }, 'the index check')
      if (wrong !== undefined) return undefined
    } else {
      const others = linesOf(answer.rows)
      const computed = computedElsewhere(session, () => sums, others)
      if (computed === undefined) return judgeStructure(answer)
      if ('line' in computed) return judgeStructure({ rows: [[computed.line]] }, 'the index check')
      if ('error' in computed) return undefined
      names.push(...computed.names)
    }
  }
  return names.length > 0 ? judgeComputed(names, hostSays) : undefined
}
