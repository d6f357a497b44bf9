/**
 * What is asked of the database once the dump is in it? Whether every row finds what it refers to, what the user
 * wants to know, and whether every index can be made anew; the dearest last, so that it is left out first.
 */
import { tableWord } from '../../../rules/kinds/postgres/names'
import type { Orphans, References, Told } from '../../../rules/kinds/postgres/restoring/checks'

import { beSafe, quoted, rowsOf } from './counting'
import type { Session } from './session'

/** Each with its columns, and with the operators by which PostgreSQL itself compares them. */
const keysSql = `
  SELECT cn.nspname, c.relname, pn.nspname, p.relname, k.convalidated,
    pg_catalog.array_to_json(ARRAY(
      SELECT a.attname FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS n(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) k.conrelid
        AND a.attnum OPERATOR(pg_catalog.=) n.number ORDER BY n.place)),
    pg_catalog.array_to_json(ARRAY(
      SELECT a.attname FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS n(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) k.confrelid
        AND a.attnum OPERATOR(pg_catalog.=) n.number ORDER BY n.place)),
    pg_catalog.array_to_json(ARRAY(
      SELECT pg_catalog.format('OPERATOR(%I.%s)', s.nspname, o.oprname)
      FROM pg_catalog.unnest(k.conpfeqop) WITH ORDINALITY AS n(number, place)
      JOIN pg_catalog.pg_operator o ON o.oid OPERATOR(pg_catalog.=) n.number
      JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) o.oprnamespace ORDER BY n.place))
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.conrelid
  JOIN pg_catalog.pg_namespace cn ON cn.oid OPERATOR(pg_catalog.=) c.relnamespace
  JOIN pg_catalog.pg_class p ON p.oid OPERATOR(pg_catalog.=) k.confrelid
  JOIN pg_catalog.pg_namespace pn ON pn.oid OPERATOR(pg_catalog.=) p.relnamespace
  WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND k.conparentid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
  ORDER BY 1, 2`

const textsIn = (json: string | undefined): string[] =>
  (JSON.parse(json ?? '[]') as unknown[]).map(String)

type Key = { child: string; parent: string; from: string[]; to: string[]; by: string[] }

const orphansSql = ({ child, parent, from, to, by }: Key): string => {
  const all = (of: readonly string[]): string => of.join(' AND ')
  const isSet = all(from.map((name) => `c.${quoted(name)} IS NOT NULL`))
  const isFound = all(
    from.map((name, at) => `p.${quoted(to[at] ?? '')} ${by[at]} c.${quoted(name)}`),
  )
  return `SELECT pg_catalog.count(*) FROM ${child} c WHERE ${isSet} AND NOT EXISTS (SELECT FROM ${parent} p WHERE ${isFound})`
}

/** A key that PostgreSQL made has looked at every row; only those that it made without looking are asked. */
export const checkReferences = (db: Session): References => {
  const keys = rowsOf(db, keysSql)
  const orphans = keys.flatMap((row): Orphans[] => {
    const [childSchema = '', child = '', parentSchema = '', parent = '', isValid, ...parts] = row
    if (isValid === 't') return []
    const [from = [], to = [], by = []] = parts.map(textsIn)
    const names = { child: [childSchema, child], parent: [parentSchema, parent] }
    const sql = orphansSql({
      child: names.child.map(quoted).join('.'),
      parent: names.parent.map(quoted).join('.'),
      from,
      to,
      by,
    })
    return [
      {
        table: tableWord(quoted(childSchema), quoted(child)),
        parent: tableWord(quoted(parentSchema), quoted(parent)),
        rows: Number(rowsOf(db, sql)[0]?.[0] ?? 0),
      },
    ]
  })
  return { keys: keys.length, orphans }
}

/** One value decides, or whether any row comes back: nobody reads thousands of them. */
const rowsAtMost = 100
const mostValueLength = 1000

/** Whatever it is, it changes nothing: what it does is taken back, and its rows come a few at a time. */
const askOne = (db: Session, sql: string): Told => {
  for (const before of ['BEGIN READ ONLY', 'SET LOCAL search_path = public, pg_temp'])
    db.run(before)
  const declared = db.run(`DECLARE snapproof_question NO SCROLL CURSOR FOR ${sql}`)
  const answer = declared.refusal
    ? declared
    : db.ask(`FETCH ${rowsAtMost + 1} FROM snapproof_question`)
  db.run('ROLLBACK')
  if (answer.refusal) return { code: answer.refusal.code, message: answer.refusal.message }
  const rows = answer.rows.map((row) =>
    // A value that is null is none, as where no row came.
    row.flatMap((value) => (value === undefined ? [] : [value.slice(0, mostValueLength)])),
  )
  return { rows: rows.slice(0, rowsAtMost), isCut: rows.length > rowsAtMost }
}

export const askAll = (db: Session, questions: readonly string[]): Told[] =>
  questions.map((sql) => askOne(db, sql))

/** PostgreSQL's code for what was refused, where something was. */
export const keepUp = (db: Session): string | undefined => {
  beSafe(db)
  for (const sql of ['REINDEX DATABASE', 'ANALYZE']) {
    const { refusal } = db.run(sql)
    if (refusal) return refusal.code
  }
  return undefined
}
