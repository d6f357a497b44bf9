/**
 * Does every foreign key find its row?
 *
 * The pragma looks parents up in the order of the child's rows: random reads. The same question
 * asked along an index of the child's meets the parents in their order. It is asked so only where
 * both must give the same answer; everything else is left to the pragma, table by table.
 */
import type { Answer } from '../../../rules/kinds/sqlite/checks'
import { rising } from '../../../rules/plain/order'
import { ask, literal, quote, schemaLimits, usualLimits } from '../engine/ask'
import type { Session } from '../engine/ask'

import { columnsOf, indexesOf, storedTables } from './tables'
import type { Column } from './tables'

type Reference = { id: string; parent: string; pairs: { from: string; to: string | undefined }[] }

const referencesOf = (session: Session, table: string): Reference[] | undefined => {
  const answer = ask(
    session,
    `SELECT id, "table", "from", "to" IS NULL, "to" FROM pragma_foreign_key_list(${literal(table)})
     ORDER BY id, seq`,
    schemaLimits,
  )
  if ('error' in answer) return undefined
  const found = new Map<string, Reference>()
  for (const [id = '', parent = '', from = '', isUnnamed, to] of answer.rows) {
    const reference = found.get(id) ?? { id, parent, pairs: [] }
    reference.pairs.push({ from, to: isUnnamed === '1' ? undefined : to })
    found.set(id, reference)
  }
  return [...found.values()]
}

/** https://sqlite.org/datatype3.html#determination_of_column_affinity */
const affinityOf = (type: string): string => {
  if (/int/i.test(type)) return 'integer'
  if (/char|clob|text/i.test(type)) return 'text'
  if (type === '' || /blob/i.test(type)) return 'blob'
  return /real|floa|doub/i.test(type) ? 'real' : 'numeric'
}

const fold = (name: string): string => name.toLowerCase()

const columnNamed = (columns: readonly Column[], name: string): Column | undefined =>
  columns.find((column) => fold(column.name) === fold(name))

/** The parent's columns that are referred to, when they are surely a key of it. */
const keyOfParent = (session: Session, reference: Reference): Column[] | undefined => {
  const columns = columnsOf(session, reference.parent)
  const primary = columns
    .filter(({ primaryKeyPlace }) => primaryKeyPlace > 0)
    .toSorted(rising(({ primaryKeyPlace }) => primaryKeyPlace))
  const named = reference.pairs.map(({ to }, at) =>
    to === undefined ? primary[at] : columnNamed(columns, to),
  )
  const key = named.filter((column) => column !== undefined)
  if (key.length !== reference.pairs.length) return undefined
  const isUnnamed = reference.pairs.some(({ to }) => to === undefined)
  if (isUnnamed && primary.length !== key.length) return undefined
  const [only] = key
  const isRowid =
    key.length === 1 &&
    primary.length === 1 &&
    only === primary[0] &&
    fold(only?.type ?? '') === 'integer'
  if (isRowid) return key
  const wanted = key.map(({ name }) => fold(name)).toSorted()
  const hasIndex = indexesOf(session, reference.parent).some(
    ({ isUnique, isPartial, columns: all }) => {
      const names = all.filter(({ isKey }) => isKey).map(({ name }) => fold(name ?? ''))
      return isUnique && !isPartial && names.toSorted().join('\n') === wanted.join('\n')
    },
  )
  return hasIndex ? key : undefined
}

/** The question along the child's index; undefined where it might not be the same one. */
const alongIndex = (session: Session, table: string, reference: Reference): string | undefined => {
  const parentKey = keyOfParent(session, reference)
  if (!parentKey) return undefined
  const columns = columnsOf(session, table)
  const child = reference.pairs.map(({ from }) => columnNamed(columns, from))
  const isSame = child.every(
    (column, at) => column && affinityOf(column.type) === affinityOf(parentKey[at]?.type ?? ''),
  )
  if (!isSame) return undefined
  const wanted = child.map((column) => fold(column?.name ?? ''))
  const index = indexesOf(session, table).find(
    ({ isPartial, columns: all }) =>
      !isPartial &&
      wanted.every((name, at) => all[at]?.isKey && fold(all[at]?.name ?? '') === name),
  )
  if (!index) return undefined
  const names = wanted.map((name) => `c.${quote(name)}`)
  // The parent stands on the left: its collation is the one that counts, as for the pragma.
  const equal = names.map((name, at) => `p.${quote(parentKey[at]?.name ?? '')} = ${name}`)
  return `SELECT ${literal(table)}, '', ${literal(reference.parent)}, ${literal(reference.id)}
    FROM main.${quote(table)} c INDEXED BY ${quote(index.name)}
    WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')} AND NOT EXISTS
      (SELECT 1 FROM main.${quote(reference.parent)} p WHERE ${equal.join(' AND ')})`
}

const askPragma = (session: Session, table: string): Answer =>
  ask(session, `PRAGMA foreign_key_check(${quote(table)})`)

const checkTable = (session: Session, table: string, hasRowid: boolean): Answer => {
  const pragma = () => askPragma(session, table)
  const references = referencesOf(session, table)
  if (references === undefined || !hasRowid) return pragma()
  const questions = references.map((reference) => alongIndex(session, table, reference))
  const rows: string[][] = []
  for (const question of questions) {
    if (question === undefined) return pragma()
    const answer = ask(session, question)
    if ('error' in answer) return pragma()
    rows.push(...answer.rows)
  }
  return { rows, isCut: rows.length >= usualLimits.rows }
}

/** So many tables that could not be asked are told, each by its own error. */
const errorsAtMost = 5

/**
 * Asked table by table: a foreign key that names no key of its parent is an error of its table alone, and
 * says nothing of the rows of others. First what was found in those that answered; then the errors.
 */
export const checkReferences = (session: Session, isWhole: boolean): Answer[] => {
  const rows: string[][] = []
  const errors = new Set<string>()
  for (const { name, hasRowid } of storedTables(session)) {
    const answer = isWhole ? askPragma(session, name) : checkTable(session, name, hasRowid)
    if ('error' in answer) errors.add(answer.error)
    else rows.push(...answer.rows)
    if (rows.length >= usualLimits.rows) break
  }
  const isCut = rows.length >= usualLimits.rows
  const told = [...errors].slice(0, errorsAtMost).map((error) => ({ error }))
  if (rows.length === 0 && told.length > 0) return told
  return [{ rows: rows.slice(0, usualLimits.rows), isCut }, ...told]
}
