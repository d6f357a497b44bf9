import { describe, expect, test } from 'vitest'

import type { PageSource } from '../../../../lib/adapters/reading/lazy-bytes'
import { countRows, notePages } from '../../../../lib/adapters/sqlite/checks/row-counts'
import { addRowSums } from '../../../../lib/adapters/sqlite/checks/row-sums'
import { checkStructure } from '../../../../lib/adapters/sqlite/checks/structure'
import { toldTables } from '../../../../lib/adapters/sqlite/checks/tables'
import { ask, quote } from '../../../../lib/adapters/sqlite/engine/ask'
import { some } from '../../../cases'
import { bytesSource, engine, made, openSession } from '../sessions'
import { mixed, variants } from '../variants'

const counting = (bytes: Uint8Array): PageSource & { reads: number } => ({
  ...bytesSource(bytes),
  reads: 0,
  read(start, end) {
    this.reads += 1
    return bytes.subarray(start, end)
  },
})

const opened = (bytes: Uint8Array) => {
  const counted = counting(bytes)
  const noted = notePages(counted)
  const session = openSession(noted.source)
  if (!session) throw new Error('SQLite does not open it')
  return { session, noted, counted }
}

const check = ({ session }: ReturnType<typeof opened>) => {
  const added = addRowSums(engine, session.db)
  const plan = { isWhole: false, isLocal: true, sums: () => added, hostSays: '' }
  return checkStructure(session, plan)
}

describe('the rows of each table', () => {
  test.each(some(variants, 6))('are as many as SQLite counts, with $name', ({ sql }) => {
    const all = opened(made(sql))
    const { counts: scanned } = check(all)
    const tables = toldTables(all.session).counted
    const asked = tables.map((table) => {
      const answer = ask(all.session, `SELECT count(*) FROM main.${quote(table)}`)
      return [table, 'rows' in answer ? Number(answer.rows[0]?.[0]) : undefined]
    })
    for (const known of [scanned, undefined]) {
      const counted = countRows(all.session, tables, { scanned: known, noted: all.noted })
      expect(counted).toEqual({ counts: Object.fromEntries(asked) })
    }
  })

  const plain = `PRAGMA page_size=512; ${mixed} CREATE TABLE texts (a TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
    INSERT INTO texts SELECT hex(zeroblob(i % 90)) FROM n;`

  test('are known without reading again, once the structure is checked', () => {
    const all = opened(made(plain))
    const { counts: scanned } = check(all)
    const before = all.counted.reads
    const counted = countRows(all.session, ['texts', 'visits'], { scanned, noted: all.noted })
    expect(counted).toEqual({ counts: { texts: 30_000, visits: 700 } })
    expect(all.counted.reads - before).toBeLessThan(5)
  })

  test('are asked for where the pages have not gone by', () => {
    const all = opened(made(plain))
    const counted = countRows(all.session, ['texts'], { scanned: undefined, noted: all.noted })
    expect(counted).toEqual({ counts: { texts: 30_000 } })
    expect(all.counted.reads).toBeGreaterThan(500)
  })
})
