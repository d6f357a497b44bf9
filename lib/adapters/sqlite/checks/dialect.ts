/**
 * What can be said of a file whose schema SQLite cannot read to its end? Whether what it can read is
 * whole: then it is written by another SQLite; else it is damaged.
 */
import { judgeError, judgeStructure } from '../../../rules/kinds/sqlite/checks'
import type { Answer } from '../../../rules/kinds/sqlite/checks'
import { areStatements, foreignStatement, judgeDialect } from '../../../rules/kinds/sqlite/dialect'
import type { Finding } from '../../../rules/verdict/verdict'
import { areComputed } from '../computing/computed'
import { ask, quote, schemaLimits } from '../engine/ask'
import type { Session } from '../engine/ask'

import { layoutOf } from './index-entries'
import { headOf, wrongRoot } from './roots'
import { storedTables } from './tables'

/** Pages of a tree, of whatever kind. */
const treeKinds: readonly (number | undefined)[] = [2, 5, 10, 13]

const isEvidence = (session: Session, answer: Answer): boolean => {
  if ('error' in answer) return judgeError('structure', answer.error).outcome === 'failed'
  const lines = answer.rows.map(([line = '']) => line)
  return lines.some((line) => line !== 'ok' && !areComputed(session, [line]))
}

/** `error` is what SQLite said of the schema; it has been told to read on behind that. */
export const judgeForeignSchema = (session: Session, error: string): Finding => {
  const statement = foreignStatement(error)
  const layout = layoutOf(session)
  const asked = ask(
    session,
    `SELECT type, name, rootpage, coalesce(sql, '') FROM sqlite_schema`,
    schemaLimits,
  )
  if ('error' in asked || statement === undefined) return judgeError('structure', error)
  const rows = asked.rows.map(([type = '', name = '', root, sql = '']) => ({
    type,
    name,
    rootPage: Number(root),
    sql,
  }))
  if (!areStatements(rows, layout.pageCount)) return judgeError('structure', error)
  const roots = rows.flatMap(({ rootPage }) => (rootPage > 1 ? [rootPage] : []))
  const isLost = roots.some((page) => {
    const [kind] = headOf(session, (page - 1) * layout.pageBytes)
    return !treeKinds.includes(kind)
  })
  if (isLost || wrongRoot(session) !== undefined) return judgeError('structure', error)
  const questions = [
    'PRAGMA integrity_check(sqlite_schema)',
    ...storedTables(session).map(({ name }) => `PRAGMA quick_check(${quote(name)})`),
  ]
  for (const question of questions) {
    const answer = ask(session, question)
    if (isEvidence(session, answer)) return judgeStructure(answer, 'quick_check')
  }
  return judgeDialect(statement)
}
