/**
 * SQLite's own build for WASM, with the modules that sql.js lacks: FTS5, R-Tree and some more.
 *
 * Only its wasm is used. What the project ships around it makes a file system, an object model and
 * half a megabyte of script for browsers; a database that is only read needs a dozen system calls.
 * They are behaviour and not a contract: the version is pinned, and `own-build-test.ts` asks once in
 * each thread whether all of it still holds.
 *
 * Each file has an instance of its own, with its own memory: nothing of one is left for the next.
 */
import type { Value } from 'sql.js'

import type { PageSource } from '../../reading/lazy-bytes'
import type { Asked } from '../engine/ask'

import { fileAddress, nulTerminated, oneFile, systemCall } from './one-file'

/** Compiled once in a thread. */
export type OwnBuild = { module: WebAssembly.Module; now: () => Date }

export type OwnOptions = { source: PageSource; memoryBytes: number; address?: string }

export type OwnSession = Asked & {
  run(sql: string): void
  /** The file as it would be written, for a database in memory. */
  serialized(): Uint8Array
  version: string
}

type Call = (...given: (number | bigint)[]) => number
type Exports = Record<string, Call>

const wasmPageBytes = 64 * 1024
/** What the build is compiled to begin with. */
const firstBytes = 8 * 1024 ** 2
const mostCacheBytes = 16 * 1024 ** 2

const codes = { ok: 0, corrupt: 11, notADatabase: 26, row: 100, done: 101 } as const
const columnTypes = { integer: 1, float: 2, text: 3, blob: 4 } as const
/** SQLITE_OPEN_READWRITE and SQLITE_OPEN_URI: a module's own check is asked in the form of a write. */
const openFlags = 0x42
/** SQLITE_DBCONFIG_DQS_DML and _DDL: text in double quotes is text to sql.js too. */
const doubleQuotes = [1013, 1014]

const instantiate = ({ module, now }: OwnBuild, { source, memoryBytes }: OwnOptions) => {
  const most = Math.max(firstBytes, memoryBytes)
  const memory = new WebAssembly.Memory({
    initial: firstBytes / wasmPageBytes,
    maximum: Math.floor(most / wasmPageBytes),
  })
  const calls = oneFile(memory, source, now)
  const imports: Record<string, Record<string, unknown>> = {}
  for (const { module: from, name } of WebAssembly.Module.imports(module))
    (imports[from] ??= {})[name] = name === 'memory' ? memory : systemCall(calls, name)
  // The build says what it exports; the self-test calls what is used of it.
  const exports = new WebAssembly.Instance(module, imports).exports as Exports
  return { memory, exports }
}

/** SQLite's own word where the text of a module alone does not say that it is about damage. */
const worded = (code: number, text: string): string => {
  const isDamage = (code & 0xff) === codes.corrupt || (code & 0xff) === codes.notADatabase
  if (!isDamage || /disk image is malformed|file is not a database/.test(text)) return text
  return `database disk image is malformed: ${text}`
}

/** Opens the file of the source, or a new one in memory. */
export const openOwn = (build: OwnBuild, options: OwnOptions): OwnSession => {
  const { source, memoryBytes, address = fileAddress } = options
  const { memory, exports } = instantiate(build, options)
  const call = (name: string, ...given: (number | bigint)[]): number => {
    const found = exports[name]
    if (!found) throw new Error(`this build of SQLite has no ${name}`)
    return found(...given)
  }
  const text = (at: number): string => (at === 0 ? '' : nulTerminated(memory, at))
  /** For as long as it is needed: SQL may be long, and is asked often. */
  const withText = <T>(said: string, use: (at: number) => T): T => {
    const bytes = Buffer.from(`${said}\0`)
    const at = call('malloc', bytes.length)
    if (at === 0) throw new Error('out of memory')
    new Uint8Array(memory.buffer).set(bytes, at)
    try {
      return use(at)
    } finally {
      call('free', at)
    }
  }
  const pointerAt = (at: number): number => new DataView(memory.buffer).getUint32(at, true)

  call('__wasm_call_ctors')
  if (call('sqlite3_initialize') !== codes.ok) throw new Error('SQLite did not start')
  const told = call('malloc', 8)
  const opened = withText(address, (name) => call('sqlite3_open_v2', name, told, openFlags, 0))
  const db = pointerAt(told)
  if (opened !== codes.ok) throw new Error(worded(opened, text(call('sqlite3_errmsg', db))))

  /** A trap in the build leaves it unfit for any further question. */
  let trap: string | undefined
  const guarded = <T>(use: () => T): T => {
    if (trap !== undefined) throw new Error(trap)
    try {
      return use()
    } catch (thrown) {
      if (thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError)
        trap = `the engine stopped (${thrown.message})`
      throw trap === undefined ? thrown : new Error(trap, { cause: thrown })
    }
  }
  const demand = (code: number, ...expected: number[]): number => {
    if (expected.includes(code)) return code
    throw new Error(worded(code, text(call('sqlite3_errmsg', db))))
  }

  const valueAt = (statement: number, column: number): Value => {
    const type = call('sqlite3_column_type', statement, column)
    const copied = (at: number) =>
      Buffer.from(memory.buffer.slice(at, at + call('sqlite3_column_bytes', statement, column)))
    if (type === columnTypes.integer) return call('sqlite3_column_int64', statement, column)
    if (type === columnTypes.float) return call('sqlite3_column_double', statement, column)
    if (type === columnTypes.text)
      return copied(call('sqlite3_column_text', statement, column)).toString('utf8')
    if (type === columnTypes.blob) return copied(call('sqlite3_column_blob', statement, column))
    return null
  }
  const prepare = (sql: string) => {
    guarded(() =>
      withText(sql, (at) => demand(call('sqlite3_prepare_v2', db, at, -1, told, 0), codes.ok)),
    )
    const statement = pointerAt(told)
    return {
      // Of nothing but a comment there is no statement, and no row.
      step: () =>
        statement !== 0 &&
        guarded(() => demand(call('sqlite3_step', statement), codes.row, codes.done)) === codes.row,
      get: () =>
        guarded(() =>
          Array.from({ length: call('sqlite3_column_count', statement) }, (_, column) =>
            valueAt(statement, column),
          ),
        ),
      free: () => trap === undefined && call('sqlite3_finalize', statement) === codes.ok,
    }
  }
  const run = (sql: string): void =>
    guarded(() =>
      withText(sql, (at) => void demand(call('sqlite3_exec', db, at, 0, 0, 0), codes.ok)),
    )
  const serialized = (): Uint8Array =>
    withText('main', (name) => {
      const at = call('sqlite3_serialize', db, name, told, 0)
      const length = new DataView(memory.buffer).getUint32(told, true)
      return new Uint8Array(memory.buffer.slice(at, at + length))
    })

  for (const setting of doubleQuotes) call('sqlite3__wasm_db_config_ip', db, setting, 1, 0)
  // A file may ask for any amount; a module's check reads each page once or twice.
  const cacheBytes = Math.min(mostCacheBytes, memoryBytes / 3)
  run(`PRAGMA hard_heap_limit=${Math.max(0, memoryBytes - firstBytes / 2)};
    PRAGMA cache_size=-${Math.floor(cacheBytes / 1024)};
    PRAGMA trusted_schema=0; PRAGMA cell_size_check=1; PRAGMA query_only=1`)
  const version = text(call('sqlite3_libversion'))
  return { db: { prepare }, source, run, serialized, version }
}
