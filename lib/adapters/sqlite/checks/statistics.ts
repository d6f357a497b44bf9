/** What do the tables of ANALYZE speak of? https://sqlite.org/fileformat2.html#the_sqlite_stat1_table */
import { judgeError } from '../../../rules/kinds/sqlite/checks'
import { judgeStatistics, unreadStatistics } from '../../../rules/kinds/sqlite/statistics'
import type { Finding } from '../../../rules/verdict/verdict'
import { ask } from '../engine/ask'
import type { Session } from '../engine/ask'

/** A line for each index is usual; of more than these the first tell enough. */
const fewRows = { rows: 5_000, bytes: 1024 ** 2 }

/** A row without a name of a table, or without figures, is none to SQLite either. */
const questions: Readonly<Record<string, string>> = {
  sqlite_stat1: `SELECT DISTINCT CAST(tbl AS TEXT), CAST(coalesce(idx, '') AS TEXT), CAST(stat AS TEXT) GLOB '[0-9]*'
    FROM sqlite_stat1 WHERE tbl IS NOT NULL AND stat IS NOT NULL`,
  sqlite_stat4: `SELECT DISTINCT CAST(tbl AS TEXT), CAST(coalesce(idx, '') AS TEXT), 1
    FROM sqlite_stat4 WHERE tbl IS NOT NULL`,
}

/** `schema` as (type, name, table, …); undefined where there is nothing to say. */
export const checkStatistics = (
  session: Session,
  schema: readonly string[][],
): Finding | undefined => {
  const there = Object.entries(questions).filter(([table]) =>
    schema.some(([type, name]) => type === 'table' && name === table),
  )
  const answers = there.map(([, question]) => ask(session, question, fewRows))
  const wrong = answers.find((answer) => 'error' in answer)
  if (wrong && 'error' in wrong) {
    const found = judgeError('schema', wrong.error)
    return found.outcome === 'failed' ? found : unreadStatistics(wrong.error)
  }
  const rows = answers.flatMap((answer) => ('rows' in answer ? answer.rows : []))
  const figures = rows.map(([table = '', index = '', isNumber]) => ({
    table,
    index,
    isNumber: isNumber === '1',
  }))
  return judgeStatistics(figures, schema)
}
