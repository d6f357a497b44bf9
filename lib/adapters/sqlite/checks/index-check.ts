/**
 * Does every index hold exactly the rows of its table, in order? One scan of each, in sequence.
 *
 * integrity_check asks the same by looking every row up in every index: random reads, which is
 * what makes it slow on a large file and hopeless over a network. Here SQLite computes what each
 * index of a table should hold, its condition and expressions too, and the bytes of the index say
 * what it does hold. What does not fit into this is left to `integrity_check(table)`.
 */
import { ask, quote } from '../engine/ask'
import type { Session } from '../engine/ask'

import { Odd, walkIndex } from './index-entries'
import type { KeyEntry, Layout } from './index-entries'
import { termsOf } from './index-terms'
import { keyOrder } from './key-order'
import type { Collation, KeyRule } from './key-order'
import { sumFunction } from './row-sums'
import type { RowList, RowSums } from './row-sums'
import { columnsOf, computedColumns, indexesOf, rootsOf, rowidName } from './tables'
import type { Column, Index } from './tables'
import { addTo, areEqual, combined, hashBytes, hashNull, hashNumber, noSums } from './value-sums'
import type { Sums } from './value-sums'

export type TableAnswer =
  | { lines: string[]; isOrderKnown: boolean; rows: number | undefined }
  | { error: string }
  | 'ask SQLite'

export type TableOrder = { table: string; hasRowid: boolean; layout: Layout; isExact: boolean }

/** SQLite takes no more arguments to one function than this in every build. */
const mostArguments = 100

const isKnown = (name: string): name is 'BINARY' | 'NOCASE' | 'RTRIM' =>
  name === 'BINARY' || name === 'NOCASE' || name === 'RTRIM'

/** In UTF-16 SQLite compares bytes as they are, and converts them for whatever else it does. */
const known = (collation: string, isUtf8: boolean): Collation =>
  isKnown(collation) && (isUtf8 || collation === 'BINARY') ? collation : undefined

export const ruleOf = (
  { columns, isUnique, origin }: Index,
  order: Pick<TableOrder, 'hasRowid' | 'layout'>,
): KeyRule => {
  const keys = columns.filter(({ isKey }) => isKey)
  // The tree of such a table is its primary key: what follows the key is the rest of the row.
  const isTree = !order.hasRowid && origin === 'pk'
  return {
    columns: (isTree ? keys : columns).map(({ isDescending, collation }) => ({
      isDescending,
      collation: known(collation, order.layout.isUtf8),
    })),
    uniqueCount: isUnique ? keys.length : undefined,
  }
}

/** An index and what its table says it should hold. */
type Plan = {
  index: Index
  root: number
  /** In SQL: each value of an entry, and which rows belong there. */
  values: string[]
  condition: string | undefined
  isComputed: boolean
}

/** Undefined where one cannot say what it should hold, or how its entries are compared. */
const planOf = (
  index: Index,
  found: { root: number; sql: string } | undefined,
  { rowid, computed, hasRowid }: { rowid: string; computed: readonly string[]; hasRowid: boolean },
): Plan | undefined => {
  if (found === undefined || found.root < 2) return undefined
  const { columns, isPartial } = index
  const keyCount = columns.filter(({ isKey }) => isKey).length
  const isExpression = columns.some(({ name, isRowid }) => name === undefined && !isRowid)
  const terms = isPartial || isExpression ? termsOf(found.sql) : undefined
  if ((isPartial || isExpression) && terms?.keys.length !== keyCount) return undefined
  if (isPartial !== (terms?.condition !== undefined)) return undefined
  // Beyond the key SQLite takes two texts for one that its collation does.
  const isFolded = columns.some(({ isKey, collation }) => !isKey && collation !== 'BINARY')
  if (!hasRowid && isFolded) return undefined
  const condition = terms?.condition
  const values: string[] = []
  for (const [at, { name, isRowid }] of columns.entries()) {
    const key = name === undefined ? terms?.keys[at] : quote(name)
    const value = isRowid ? rowid : key
    if (value === undefined) return undefined
    // What is computed for rows that do not belong there may not even be computable.
    const isOwn = name === undefined && !isRowid && condition !== undefined
    values.push(isOwn ? `CASE WHEN ${condition} THEN ${value} END` : value)
  }
  const isComputed =
    terms !== undefined || columns.some(({ name }) => name !== undefined && computed.includes(name))
  return { index, root: found.root, values, condition, isComputed }
}

const isTrue = (condition: string): string => `${condition} IS TRUE`

type Summed = { sums: Sums[]; rows: number }

/** A table to be scanned, and how its own tree is called: NOT INDEXED means nothing without rowid. */
type Scanned = { rowSums: RowSums; table: string; tree: string | undefined }

/** One scan of the table for all of its indexes. */
const scanTable = (
  session: Session,
  { rowSums, table, tree }: Scanned,
  { values, lists }: { values: readonly string[]; lists: readonly RowList[] },
): Summed | { error: string } | 'ask SQLite' => {
  const by = tree === undefined ? 'NOT INDEXED' : `INDEXED BY ${quote(tree)}`
  const sql = `SELECT ${sumFunction}(${values.join(', ')}) FROM main.${quote(table)} ${by}`
  // What is read from an index says nothing of the table.
  const plan = ask(session, `EXPLAIN QUERY PLAN ${sql}`)
  if ('error' in plan) return plan
  if (plan.rows.some((row) => row.at(-1)?.includes(' INDEX '))) return 'ask SQLite'
  rowSums.begin(lists)
  const answer = ask(session, sql)
  return 'error' in answer ? answer : (rowSums.end() ?? 'ask SQLite')
}

const expectedOf = (
  session: Session,
  of: Scanned,
  plans: readonly Plan[],
): ReturnType<typeof scanTable> => {
  const tests = plans.flatMap(({ condition }) => (condition === undefined ? [] : isTrue(condition)))
  const values = [...new Set([...plans.flatMap((plan) => plan.values), ...tests])]
  if (values.length > mostArguments) return 'ask SQLite'
  const places = (wanted: readonly string[]) => wanted.map((value) => values.indexOf(value))
  const lists = plans.map((plan) => ({
    places: places(plan.values),
    condition: plan.condition === undefined ? undefined : values.indexOf(isTrue(plan.condition)),
  }))
  return scanTable(session, of, { values, lists })
}

const hashOf = ({ bytes, values }: KeyEntry, place: number): number => {
  const value = values[place]
  if (value === undefined || value.kind === 0) return hashNull
  if (value.kind === 1) return hashNumber(value.number, value.low)
  const { start, length } = value
  return hashBytes(bytes, { isText: value.kind === 2, start, length })
}

type InIndex = { sums: Sums } & ReturnType<ReturnType<typeof keyOrder>['result']>

/** What an index does hold, and in which order. */
const heldBy = (session: Session, { index, root, values }: Plan, order: TableOrder): InIndex => {
  const sums = noSums()
  const keys = keyOrder(ruleOf(index, order))
  const places = values.map((_, at) => at)
  const hashes: number[] = []
  walkIndex(session, {
    layout: order.layout,
    root,
    least: places.length,
    most: places.length,
    take: (previous, entry) => {
      for (const place of places) hashes[place] = hashOf(entry, place)
      addTo(sums, combined(hashes, places))
      if (previous) keys.judge(previous, entry)
    },
  })
  return { sums, ...keys.result() }
}

/** Of a table that is itself a tree of keys: only that it is in order. */
const checkTree = (session: Session, index: Index, root: number, order: TableOrder): InIndex => {
  const keys = keyOrder(ruleOf(index, order))
  let rows = 0
  walkIndex(session, {
    layout: order.layout,
    root,
    // Columns that were added later are not in the rows from before.
    least: index.columns.filter(({ isKey }) => isKey).length,
    most: index.columns.length,
    take: (previous, entry) => {
      rows += 1
      if (previous) keys.judge(previous, entry)
    },
  })
  return { sums: { ...noSums(), count: rows }, ...keys.result() }
}

/** Undefined where only SQLite's own way of looking can say. */
const judge = (plan: Plan, held: InIndex, expected: Sums): string[] | undefined => {
  const { name } = plan.index
  const lines: string[] = []
  if (!areEqual(held.sums, expected)) {
    // An entry too many in an index of some rows is none to SQLite, which looks for each row only.
    if (plan.condition !== undefined) return undefined
    const isSameCount = held.sums.count === expected.count
    lines.push(
      isSameCount
        ? `index ${name} holds other values than its table`
        : `wrong # of entries in index ${name}`,
    )
  }
  if (held.disorder > 0) lines.push(`entries of index ${name} are out of order`)
  if (held.repeats > 0) lines.push(`non-unique entry in index ${name}`)
  return lines
}

const checked = (session: Session, rowSums: RowSums, order: TableOrder): TableAnswer => {
  const { table, hasRowid, isExact } = order
  const columns: Column[] = columnsOf(session, table)
  const rowid = rowidName(columns)
  const roots = rootsOf(session, table)
  const all = indexesOf(session, table)
  const tree = hasRowid ? undefined : all.find(({ origin }) => origin === 'pk')
  const indexes = all.filter((index) => index !== tree)
  if (rowid === undefined || (!hasRowid && tree === undefined)) return 'ask SQLite'

  const lines: string[] = []
  let isOrderKnown = true
  let rows: number | undefined
  const root = [...roots].find(([name]) => name.toLowerCase() === table.toLowerCase())?.[1].root
  if (tree) {
    const held = checkTree(session, tree, root ?? 0, order)
    if (held.unclear > 0 && isExact) return 'ask SQLite'
    isOrderKnown &&= held.unclear === 0
    if (held.disorder > 0) lines.push(`row not in PRIMARY KEY order for ${table}`)
    rows = held.sums.count
  }
  // Without an index quick_check has seen all there is: every row, to its last column.
  if (indexes.length === 0) return { lines, isOrderKnown, rows }

  const computed = computedColumns(session, table)
  const plans = indexes.map((index) =>
    planOf(index, roots.get(index.name), { rowid, computed, hasRowid }),
  )
  const planned = plans.filter((plan) => plan !== undefined)
  if (planned.length < plans.length) return 'ask SQLite'
  const summed = expectedOf(session, { rowSums, table, tree: tree?.name }, planned)
  if (summed === 'ask SQLite') return summed
  // What cannot be computed for one row is told by SQLite in its own order.
  const isPlain = planned.every(({ isComputed }) => !isComputed)
  if ('error' in summed) return isPlain ? summed : 'ask SQLite'
  for (const [at, plan] of planned.entries()) {
    const expected = summed.sums[at]
    if (expected === undefined) return 'ask SQLite'
    const held = heldBy(session, plan, order)
    const found = judge(plan, held, expected)
    if (found === undefined) return 'ask SQLite'
    lines.push(...found)
    if (held.unclear > 0 && isExact && lines.length === 0) return 'ask SQLite'
    isOrderKnown &&= held.unclear === 0
  }
  return { lines, isOrderKnown, rows: summed.rows }
}

export const checkIndexes = (
  session: Session,
  rowSums: RowSums,
  order: TableOrder,
): TableAnswer => {
  try {
    return checked(session, rowSums, order)
  } catch (thrown) {
    // An entry that is not what it seems: SQLite has words for it.
    if (thrown instanceof Odd) return 'ask SQLite'
    throw thrown
  }
}
