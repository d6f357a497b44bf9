/**
 * What stands in the database once the dump is in it? Its tables and their rows, asked so that nothing which
 * the dump has defined is called by the way.
 */
import { tableWord } from '../../../rules/kinds/postgres/names'

import type { TableCounted } from './news'
import type { Session } from './session'
import { OutOfStep } from './wire'
import type { Row } from './wire'

/** Its words mean what PostgreSQL means by them, whatever the dump has put before them. */
export const beSafe = (db: Session): void => {
  for (const sql of [
    'ROLLBACK',
    'RESET SESSION AUTHORIZATION',
    'RESET ALL',
    'SET event_triggers = off',
    'SET search_path = pg_catalog, pg_temp',
    "SET client_encoding = 'UTF8'",
    'SET standard_conforming_strings = on',
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO'",
    'SET row_security = off',
  ])
    db.run(sql)
}

/** For questions of ours, which have an answer. */
export const rowsOf = (db: Session, sql: string): readonly Row[] => {
  const { refusal, rows } = db.ask(sql)
  if (refusal) throw new OutOfStep(`${refusal.code} ${refusal.message}`)
  return rows
}

export const versionOf = (db: Session): string =>
  rowsOf(db, 'SELECT pg_catalog.current_setting($$server_version$$)')[0]?.[0] ?? ''

/** None of PostgreSQL's own; those that came with an extension are told apart. */
const tablesSql = `
  SELECT n.nspname, c.relname, c.relkind,
    pg_catalog.array_to_json(ARRAY(
      SELECT a.attname FROM pg_catalog.pg_attribute a
      WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2
        AND NOT a.attisdropped
      ORDER BY a.attnum)), c.relispartition,
    EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      WHERE d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e'
        AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_toast')
    AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_temp')
  ORDER BY 1, 2`

/** Of one that others inherit from only its own: theirs are counted with them. */
const countSql = (table: string, isParted: boolean): string =>
  `SELECT pg_catalog.count(*) FROM ${isParted ? '' : 'ONLY '}${table}`

const namesIn = (json: string): string[] => (JSON.parse(json) as unknown[]).map(String)

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const countTables = (db: Session): TableCounted[] => {
  beSafe(db)
  return rowsOf(db, tablesSql).map(
    ([schema = '', name = '', kind, columns = '[]', isPart, isBorrowed]) => {
      // The rows of a foreign table are elsewhere: the dump holds none, and nobody asks for them.
      const isForeign = kind === 'f'
      const sql = countSql(`${quoted(schema)}.${quoted(name)}`, kind === 'p')
      const counted = isForeign ? [] : rowsOf(db, sql)
      return {
        table: tableWord(quoted(schema), quoted(name)),
        rows: Number(counted[0]?.[0] ?? 0),
        columns: namesIn(columns),
        isDivided: kind === 'p',
        isPart: isPart === 't',
        isBorrowed: isBorrowed === 't',
      }
    },
  )
}
