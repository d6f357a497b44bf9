/**
 * Is it the file that is wrong, or does this SQLite compute otherwise than the one that wrote it?
 *
 * Versions write reals as text in different ways (1/7.0 has 15 digits before 3.43 and more since),
 * so that an index on such a text, sound where it was made, holds other keys than are computed
 * here. integrity_check calls every one of its rows missing. That says nothing of the data.
 */
import { isRefusal } from '../../../rules/kinds/sqlite/checks'
import type { Answer } from '../../../rules/kinds/sqlite/checks'
import type { Finding } from '../../../rules/verdict/verdict'
import { ask, quote, schemaLimits } from '../engine/ask'
import type { Session } from '../engine/ask'

import { columnsOf, computedColumns, indexesOf, storedTables } from './tables'

const otherKey =
  /^(?:row -?\d+ (?:missing from|values differ from) index (.*)|index (.*) holds other values than its table)$/s

/** Enough to see every complaint about a small file: what the first hundred hide counts too. */
const mostLines = 100_000

const holdsReals = (session: Session, table: string): boolean => {
  const stored = columnsOf(session, table)
  const tests = stored.map(({ name }) => `typeof(${quote(name)}) = 'real'`)
  const sql = `SELECT 1 FROM main.${quote(table)} WHERE ${tests.join(' OR ')} LIMIT 1`
  const answer = ask(session, sql)
  return 'rows' in answer && answer.rows.length > 0
}

/** Indexes with a key that is computed, of tables with reals that it may be computed from. */
const computedIndexes = (session: Session): Set<string> => {
  const found = new Set<string>()
  for (const { name: table } of storedTables(session)) {
    const generated = computedColumns(session, table)
    const computed = indexesOf(session, table).filter(({ columns }) =>
      columns.some(({ name, isRowid }) =>
        name === undefined ? !isRowid : generated.includes(name),
      ),
    )
    if (computed.length === 0 || !holdsReals(session, table)) continue
    for (const { name } of computed) found.add(name)
  }
  return found
}

/** Of such an index alone, and of nothing else. */
const areAllAbout = (lines: readonly (string | undefined)[], names: ReadonlySet<string>): boolean =>
  lines.every((line = '') => {
    const [, missing, other] = otherKey.exec(line) ?? []
    return names.has(missing ?? other ?? '')
  })

export const computedElsewhere = (session: Session, answer: Answer): Finding | undefined => {
  if ('error' in answer) return undefined
  const isCandidate = answer.rows.every(([line = '']) => otherKey.test(line))
  if (!isCandidate) return undefined
  const names = computedIndexes(session)
  if (
    !areAllAbout(
      answer.rows.map(([line]) => line),
      names,
    )
  )
    return undefined
  const whole = ask(session, `PRAGMA integrity_check(${mostLines})`, schemaLimits)
  // Where another index needs what is not here nobody can say more, neither good nor bad.
  if ('error' in whole && !isRefusal(whole)) return undefined
  if (
    'rows' in whole &&
    !areAllAbout(
      whole.rows.map(([line]) => line),
      names,
    )
  )
    return undefined
  return {
    check: 'structure',
    outcome: 'unverifiable',
    detail:
      'An index on an expression holds other keys than SQLite computes here. Versions of SQLite write reals as text in different ways: that alone is no damage.',
    mend: 'Fetch it on the host with restore.sh --salvage --at TICKET, and ask the SQLite there: sqlite3 FILE "PRAGMA integrity_check". Where it says ok, the copy is sound: npx snapproof accept says so.',
  }
}
