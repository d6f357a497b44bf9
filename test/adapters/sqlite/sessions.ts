/** The engine in this thread, on bytes in memory. */
import type { PageSource } from '../../../lib/adapters/reading/lazy-bytes'
import { addRowSums } from '../../../lib/adapters/sqlite/checks/row-sums'
import { checkStructure } from '../../../lib/adapters/sqlite/checks/structure'
import type { Session } from '../../../lib/adapters/sqlite/engine/ask'
import { loadEngine, startEngine } from '../../../lib/adapters/sqlite/engine/engine'
import { closeQuietly, openDatabase } from '../../../lib/adapters/sqlite/engine/open-database'
import type { Finding } from '../../../lib/rules/verdict/verdict'

const code = loadEngine('node_modules/sql.js/dist/sql-wasm.wasm')
export const engine = await startEngine(code, 2 ** 31)

export const bytesSource = (bytes: Uint8Array): PageSource => ({
  sizeBytes: bytes.length,
  trouble: undefined,
  read: (start, end) => bytes.subarray(start, end),
})

export const made = (sql: string): Buffer => {
  const db = new engine.SQL.Database(undefined, { useOldExtensionFunctions: false })
  db.run(sql)
  const bytes = Buffer.from(db.export())
  db.close()
  return bytes
}

const limits = { cacheBytes: 2 ** 20, heapLimitBytes: 0, isHeld: false }

/** Undefined when SQLite will not even open it. */
export const openSession = (source: PageSource): Session | undefined => {
  const opened = openDatabase(engine.SQL, source, limits)
  return 'error' in opened ? undefined : { ...opened, source }
}

export { closeQuietly }

/** The same bytes asked both ways; undefined when SQLite will not open them. */
export const bothWays = (
  bytes: Uint8Array,
  hostSays = '',
): { whole: Finding; linear: Finding; way: string } | undefined => {
  const session = openSession(bytesSource(bytes))
  if (!session) return undefined
  const added = addRowSums(engine, session.db)
  const plan = { isLocal: true, sums: () => added, hostSays }
  const whole = checkStructure(session, { ...plan, isWhole: true })
  const linear = checkStructure(session, { ...plan, isWhole: false })
  closeQuietly(session.db)
  return { whole: whole.finding, linear: linear.finding, way: linear.way }
}

/** A small generator of chance that a seed repeats (mulberry32). */
export const chance = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
