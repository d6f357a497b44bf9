/**
 * How many rows has each table? Told by its pages as they went by, so that none is fetched again.
 *
 * The structure is checked first, and reads every page. Of a page of rows its count is kept, of one
 * that leads to others where it leads: six bytes a page. What went by in another way is counted.
 * https://sqlite.org/fileformat2.html#b_tree_pages
 */
import type { Answer } from '../../../rules/kinds/sqlite/checks'
import { tallyOf } from '../../../rules/kinds/sqlite/storage'
import type { PageSource } from '../../reading/lazy-bytes'
import { ask, quote } from '../engine/ask'
import type { Session } from '../engine/ask'

import { rootsOf } from './tables'

export type Noted = { source: PageSource; rowsBelow(root: number): number | undefined }

const kinds = { leaf: 13, interior: 5 } as const

const half = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

const word = (bytes: Uint8Array, at: number): number =>
  half(bytes, at) * 65_536 + half(bytes, at + 2)

const childrenOf = (page: Uint8Array): Uint32Array => {
  const cells = half(page, 3)
  const children = new Uint32Array(cells + 1)
  for (let cell = 0; cell < cells; cell += 1) children[cell] = word(page, half(page, 12 + cell * 2))
  children[cells] = word(page, 8)
  return children
}

export const notePages = (source: PageSource): Noted => {
  let pageBytes = 0
  let pageCount = 0
  /** One more than the rows of a page; 0 where it is not known as a page of rows. */
  let rows = new Uint16Array()
  const inner = new Map<number, Uint32Array>()

  /** SQLite reads the header before anything else. */
  const begin = (header: Uint8Array): void => {
    const told = half(header, 16)
    pageBytes = told === 1 ? 65_536 : told
    pageCount = pageBytes >= 512 ? Math.floor(source.sizeBytes / pageBytes) : 0
    rows = new Uint16Array(pageCount + 1)
  }

  const note = (page: number, bytes: Uint8Array): void => {
    const [kind] = bytes
    if (kind === kinds.leaf) rows[page] = half(bytes, 3) + 1
    else if (kind === kinds.interior && !inner.has(page)) inner.set(page, childrenOf(bytes))
  }

  return {
    source: {
      sizeBytes: source.sizeBytes,
      get trouble() {
        return source.trouble
      },
      read: (start, end) => {
        const bytes = source.read(start, end)
        if (pageBytes === 0 && start === 0) begin(bytes)
        // The first page begins with the header of the file, and is the schema's.
        if (start > 0 && end - start === pageBytes && start % pageBytes === 0)
          note(start / pageBytes + 1, bytes)
        return bytes
      },
    },
    rowsBelow: (root) => {
      let sum = 0
      let visited = 0
      const open = [root]
      for (let page = open.pop(); page !== undefined; page = open.pop()) {
        visited += 1
        const own = rows[page] ?? 0
        const children = inner.get(page)
        if (visited > pageCount || (own === 0) === (children === undefined)) return undefined
        if (children) open.push(...children)
        else sum += own - 1
      }
      return sum
    },
  }
}

/** What an index says of itself; undefined where that is no number. */
const ownTally = (session: Session, table: string): number | undefined => {
  const sql = `SELECT hex(value) FROM main.${quote(table)} WHERE id = 0`
  const answer = ask(session, sql)
  if ('error' in answer) return undefined
  const [row] = answer.rows
  // Before the first of its texts it has not begun to count.
  return row === undefined ? 0 : tallyOf(row[0] ?? '')
}

/** By what a scan counted, by the pages, and only then by a question. */
export const countRows = (
  session: Session,
  tables: readonly string[],
  {
    scanned,
    noted,
    tallied,
  }: {
    scanned: ReadonlyMap<string, number> | undefined
    noted: Noted | undefined
    tallied?: ReadonlyMap<string, string>
  },
): { counts: Record<string, number> } | { error: string } => {
  const counts: Record<string, number> = {}
  for (const table of tables) {
    const stat = tallied?.get(table)
    if (stat !== undefined) {
      const tally = ownTally(session, stat)
      if (tally !== undefined) counts[table] = tally
      continue
    }
    const known =
      scanned?.get(table) ?? noted?.rowsBelow(rootsOf(session, table).get(table)?.root ?? 0)
    const answer: Answer =
      known === undefined
        ? ask(session, `SELECT count(*) FROM main.${quote(table)}`)
        : { rows: [[String(known)]] }
    if ('error' in answer) return answer
    counts[table] = Number(answer.rows[0]?.[0])
  }
  return { counts }
}
