import type { Database } from 'sql.js'
import { describe, expect, test } from 'vitest'

import { addRowSums, sumFunction } from '../../../../lib/adapters/sqlite/checks/row-sums'
import { loadEngine, startEngine } from '../../../../lib/adapters/sqlite/engine/engine'

const code = loadEngine('node_modules/sql.js/dist/sql-wasm.wasm')

test('the memory of SQLite grows to its cap and no further, whatever is asked', async () => {
  const capBytes = 64 * 1024 ** 2
  const engine = await startEngine(code, capBytes)
  const { SQL, memory } = engine
  const db = new SQL.Database(undefined, { useOldExtensionFunctions: false })
  db.run('SELECT hex(zeroblob(3000000))')
  expect(engine.wasRefused).toBe(false)
  expect(() => db.run('SELECT hex(zeroblob(50000000))')).toThrow(/out of memory/)
  expect(engine.wasRefused).toBe(true)
  expect(memory?.buffer.byteLength).toBeGreaterThan(1024 ** 2)
  expect(memory?.buffer.byteLength).toBeLessThanOrEqual(capBytes)
  db.run('SELECT hex(zeroblob(3000000))')
})

describe('an engine that is started from the same code', () => {
  const start = () => startEngine(code, 2 ** 31)

  const rowsOf = (db: Database, sql: string): unknown[][] => {
    const statement = db.prepare(sql)
    const rows: unknown[][] = []
    while (statement.step()) rows.push(statement.get())
    statement.free()
    return rows
  }

  test('has a memory, files, limits and functions of its own', async () => {
    const [one, other] = [await start(), await start()]
    expect(other.memory).not.toBe(one.memory)
    const db = new one.SQL.Database(undefined, { useOldExtensionFunctions: false })
    db.run(`PRAGMA hard_heap_limit=9000000; PRAGMA soft_heap_limit=8000000;
      ATTACH 'left.db' AS l; CREATE TABLE l.t(a); INSERT INTO l.t VALUES ('left behind'); CREATE TEMP TABLE u(a);`)
    addRowSums(one, db)
    const next = new other.SQL.Database(undefined, { useOldExtensionFunctions: false })
    expect(rowsOf(next, 'PRAGMA hard_heap_limit')).toEqual([[0]])
    expect(rowsOf(next, 'PRAGMA soft_heap_limit')).toEqual([[0]])
    next.run(`ATTACH 'left.db' AS l`)
    expect(rowsOf(next, 'SELECT * FROM l.sqlite_schema')).toEqual([])
    expect(rowsOf(next, 'SELECT * FROM sqlite_temp_schema')).toEqual([])
    expect(() => next.run(`SELECT ${sumFunction}(1)`)).toThrow(/no such function/)
    // In the one before it all of it is still there.
    expect(rowsOf(db, 'SELECT * FROM l.t')).toEqual([['left behind']])
  })

  test('finds the thread as the one before it found it, whatever a file was called', async () => {
    const shared = () =>
      [globalThis, Object.prototype, Array.prototype, Function.prototype, Uint8Array.prototype].map(
        (one) => Object.entries(Object.getOwnPropertyDescriptors(one)),
      )
    const { SQL } = await start()
    const before = shared()
    const db = new SQL.Database(undefined, { useOldExtensionFunctions: false })
    for (const name of ['__proto__', 'constructor', 'toString', 'globalThis', 'length']) {
      db.run(`CREATE TABLE "${name}" ("__proto__" TEXT, "constructor" TEXT); INSERT INTO "${name}"
        VALUES ('__proto__', json_object('__proto__', json_object('isSound', 1)));`)
      rowsOf(db, `SELECT "__proto__" AS "__proto__", "constructor" AS "prototype" FROM "${name}"`)
      rowsOf(db, `PRAGMA table_xinfo("${name}")`)
    }
    expect(shared()).toEqual(before)
    expect(Object.keys({})).toEqual([])
  })
})
