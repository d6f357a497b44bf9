import { expect, test } from 'vitest'

import { startEngine } from '../../../../lib/adapters/sqlite/engine/engine'

// sql.js starts once in a thread, so this file is by itself.
test('the memory of SQLite grows to its cap and no further, whatever is asked', async () => {
  const capBytes = 64 * 1024 ** 2
  const { SQL, memory } = await startEngine('node_modules/sql.js/dist/sql-wasm.wasm', capBytes)
  const db = new SQL.Database(undefined, { useOldExtensionFunctions: false })
  db.run('SELECT hex(zeroblob(3000000))')
  expect(() => db.run('SELECT hex(zeroblob(50000000))')).toThrow(/out of memory/)
  expect(memory?.buffer.byteLength).toBeGreaterThan(1024 ** 2)
  expect(memory?.buffer.byteLength).toBeLessThanOrEqual(capBytes)
  db.run('SELECT hex(zeroblob(3000000))')
})
