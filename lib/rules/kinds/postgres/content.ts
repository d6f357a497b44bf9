/**
 * Does the dump hold what lib/databases.ts expects? Tables with their columns, and rows, as they stand in it.
 */
import { countWords } from '../../plain/wording'
import { passed } from '../../verdict/verdict'
import type { Finding } from '../../verdict/verdict'

import type { TableSeen } from './outline'
import { byHandWords } from './restoring/by-hand'
import type { Beyond } from './restoring/limits'
import type { PostgresExpected } from './settings'

type Tables = ReadonlyMap<string, TableSeen>

export const judgeSchema = (
  tables: Tables,
  expected: PostgresExpected['tables'],
  atLeast = 0,
): Finding => {
  const gone = Object.entries(expected).flatMap(([table, wanted]) => {
    const seen = tables.get(table)
    if (!seen) return [`table ${table}`]
    return wanted
      .filter((column) => !seen.columns.includes(column))
      .map((column) => `column ${table}.${column}`)
  })
  if (gone.length > 0) {
    return {
      check: 'schema',
      outcome: 'unmet',
      detail: `Expected and not there: ${gone.join(', ')}.`,
      mend: 'After a migration, change lib/databases.ts and deploy again: the copies are then judged anew by themselves. If there was none, check which database is dumped, and by which role.',
    }
  }
  if (tables.size < atLeast) {
    return {
      check: 'schema',
      outcome: 'unmet',
      detail: `${countWords(tables.size, 'table')}; at least ${atLeast} are expected.`,
      mend: 'Look at the live database: either tables are gone, or the number in lib/databases.ts is too high; change it then, and deploy again.',
    }
  }
  if (tables.size === 0) {
    return {
      check: 'schema',
      outcome: 'warned',
      detail: 'The dump holds no tables at all.',
      mend: 'If the app has tables, another database was dumped, or by a role that may not see them.',
    }
  }
  const isAsked = Object.keys(expected).length > 0 || atLeast > 0
  const more = isAsked ? ', with all that was expected' : ''
  return passed('schema', `${countWords(tables.size, 'table')}${more}.`)
}

export type RowsSeen = {
  /** As PostgreSQL has counted them, where it has: of a partitioned table all that are in it. */
  counted?: Tables
  /** It makes tables, and the rows of none are in it. */
  areLeftOut?: boolean
}

export const judgeRows = (
  tables: Tables,
  floors: PostgresExpected['rows'],
  { counted = tables, areLeftOut = false }: RowsSeen = {},
): Finding => {
  const told = Object.entries(floors).flatMap(([table, { atLeast }]) => {
    const rows = counted.get(table)?.rows
    if ((rows ?? 0) >= atLeast) return []
    return [`${table} ${rows === undefined ? 'is not there' : `has ${rows}`} (floor ${atLeast})`]
  })
  if (told.length > 0) {
    return {
      check: 'rows',
      outcome: 'unmet',
      detail: `Fewer rows than the floor: ${told.join(', ')}.`,
      mend: 'Look at the live database: either its rows are gone, or the floor in lib/databases.ts is too high; change it then, and deploy again.',
    }
  }
  if (areLeftOut) {
    return {
      check: 'rows',
      outcome: 'warned',
      code: 'no-rows',
      detail: 'The dump makes tables, and leaves out the rows of all of them.',
      mend: 'Dump with pg_dump without --schema-only and --section: nothing that was ever stored could be restored from this one.',
    }
  }
  const total = [...tables.values()].reduce((sum, { rows }) => sum + rows, 0)
  return passed('rows', `${countWords(total, 'row')} in ${countWords(tables.size, 'table')}.`)
}

/**
 * A dump that was read, and that no server has seen: its values, keys and references may still be such that
 * none would take them.
 */
export const judgeRestore = (
  restore: PostgresExpected['restore'],
  { beyond, programLine }: { beyond?: Beyond | undefined; programLine?: number | undefined } = {},
): Finding | undefined => {
  if (restore === 'unasked') return undefined
  const isDemanded = restore === 'demanded'
  const why = beyond ? `: ${beyond.limit}` : ''
  const takes = beyond ? `It takes ${beyond.takes}. ` : ''
  const byHand = `${takes}${byHandWords('To see it loaded, restore it on a machine with PostgreSQL', programLine)}`
  const more = isDemanded ? ' lib/databases.ts calls no such copy verified.' : ''
  const orChange = `${byHand}. Or set unrestored: 'warn' in lib/databases.ts and deploy again.`
  return {
    check: 'references',
    outcome: isDemanded ? 'unverifiable' : 'warned',
    code: 'not-restored',
    detail: `Structure verified, not restored${why}. No server has loaded it, so its values, keys and references were not tried.${more}`,
    mend: isDemanded ? orChange : byHand,
  }
}
