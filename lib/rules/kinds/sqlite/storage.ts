/**
 * Which of the tables behind a virtual one hold its rows, and which only keep its books? An index of
 * words is written anew in fewer and larger pieces whenever its module sees fit: how many rows that
 * takes says nothing, and a fall of them is none.
 */
import { fold } from './tables'

export type Tables = {
  /** As SQLite lists them: those of the application, those that it knows to stand behind a virtual one. */
  ordinary: readonly string[]
  shadow: readonly string[]
  virtual: readonly { table: string; sql: string }[]
}

/** The ends of names. `rows` has one for each row of the virtual table. */
type Parts = { rows: string; books: readonly string[] }

const words: Parts = { rows: 'docsize', books: ['segments', 'segdir', 'stat'] }
const words5: Parts = { rows: 'docsize', books: ['data', 'idx', 'config'] }
const boxes: Parts = { rows: 'rowid', books: ['node', 'parent'] }

const behind: Readonly<Record<string, Parts>> = {
  fts3: words,
  fts4: words,
  fts5: words5,
  rtree: boxes,
  rtree_i32: boxes,
}

/** SQLite writes the statement down from the name on. */
const using =
  /^CREATE VIRTUAL TABLE\s+(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[^\s"'`[]+)\s*USING\s+["'`[]?(\w+)/i

const external = /\bcontent\s*=\s*(?:"([^"]+)"|'([^']+)'|\[([^\]]+)\]|`([^`]+)`|(\w+))/i

const byFolded = (names: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name) => [fold(name), name]))

/** What stands behind a virtual table is no table of the application, whether or not its rows count. */
export const behindOf = ({ ordinary, shadow, virtual }: Tables): string[] => {
  const all = byFolded(ordinary)
  const known = virtual.flatMap(({ table, sql }) => {
    const parts = behind[fold(using.exec(sql)?.[1] ?? '')]
    const ends = parts ? [parts.rows, ...parts.books, 'content'] : []
    return ends.map((end) => all.get(fold(`${table}_${end}`)) ?? '')
  })
  return [...shadow, ...known.filter((name) => name !== '')]
}

/** The table that a full-text index is kept for, where the rows are not its own. */
export const contentOf = (sql: string): string | undefined =>
  external
    .exec(sql)
    ?.slice(1)
    .find((name) => name !== undefined)

/**
 * The tables whose rows are counted and compared with those of other copies: the ordinary ones without
 * what keeps the books of a module, and of a full-text index where its own rows stand. What stands in a
 * `_content` always counts, whoever made it.
 */
export const countedOf = ({ ordinary, shadow, virtual }: Tables): string[] => {
  const all = byFolded([...ordinary, ...shadow])
  const isOrdinary = new Set(ordinary.map(fold))
  const counted = new Set(ordinary)
  for (const { table, sql } of virtual) {
    const parts = behind[fold(using.exec(sql)?.[1] ?? '')]
    if (!parts) continue
    const named = (part: string) => all.get(fold(`${table}_${part}`))
    for (const part of parts.books) counted.delete(named(part) ?? '')
    const [rows, content] = [named(parts.rows), named('content')]
    const isElsewhere = isOrdinary.has(fold(contentOf(sql) ?? ''))
    if (content !== undefined) counted.add(content)
    if (rows === undefined) continue
    if (content !== undefined || isElsewhere) counted.delete(rows)
    else counted.add(rows)
  }
  return [...counted].toSorted()
}

/**
 * An index of FTS4 that keeps neither its texts nor their sizes, and is of no other table: by its name, the
 * table in which it counts its rows. Its module counts them for nobody, and a fall of them would go unseen.
 */
export const talliedOf = ({ ordinary, shadow, virtual }: Tables): ReadonlyMap<string, string> => {
  const all = byFolded([...ordinary, ...shadow])
  const isOrdinary = new Set(ordinary.map(fold))
  const found = virtual.flatMap(({ table, sql }): [string, string][] => {
    if (fold(using.exec(sql)?.[1] ?? '') !== 'fts4') return []
    const named = (part: string) => all.get(fold(`${table}_${part}`))
    const isElsewhere = isOrdinary.has(fold(contentOf(sql) ?? ''))
    const stat = named('stat')
    const isTold = isElsewhere || (named('content') ?? named('docsize')) !== undefined
    return stat === undefined || isTold ? [] : [[table, stat]]
  })
  return new Map(found)
}

/** More bytes than this hold no number of rows. */
const mostTallyBytes = 7

/** The number that such a tally begins with: seven bits a byte, the lowest first. */
export const tallyOf = (hex: string): number | undefined => {
  const bytes = (hex.match(/../g) ?? []).slice(0, mostTallyBytes).map((pair) => parseInt(pair, 16))
  const last = bytes.findIndex((byte) => byte < 0x80)
  if (last === -1) return undefined
  return bytes.slice(0, last + 1).reduceRight((sum, byte) => sum * 128 + (byte & 0x7f), 0)
}
