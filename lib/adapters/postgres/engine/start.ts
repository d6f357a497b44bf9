/**
 * How is PostgreSQL started here? From a data folder that was made when this project was built, with
 * settings for a database that is filled once, asked, and thrown away.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'

import { PGlite } from '@electric-sql/pglite'

import { chunksOf } from './chunks'
import type { ChunksPlan } from './chunks'
import { dataFiles } from './data-files'
import { session } from './session'
import type { Session } from './session'

export type StartPlan = ChunksPlan & {
  /** PGlite's own files, and the archives of its extensions. */
  engineFolder: string
  /** The data folder that was made beforehand. */
  baseFile: string
  /** The archives that are wanted, by their names. */
  extensions: readonly string[]
  /** The memory of PostgreSQL itself grows no further. */
  mostWasmBytes: number
}

const pageBytes = 64 * 1024

/** PostgreSQL then says that it is out of memory, and at which statement, and lives on. */
const capMemory = (mostBytes: number): void => {
  // oxlint-disable-next-line typescript/unbound-method: it is called with its own "this"
  const { grow } = WebAssembly.Memory.prototype
  WebAssembly.Memory.prototype.grow = function capped(this: WebAssembly.Memory, pages) {
    if (this.buffer.byteLength + pages * pageBytes > mostBytes) throw new RangeError('no more')
    return grow.call(this, pages)
  }
}

/** Nobody else is connected, nothing has to outlast a crash, and nothing runs beside. */
const settings = {
  shared_buffers: '16MB',
  maintenance_work_mem: '32MB',
  work_mem: '4MB',
  temp_buffers: '1MB',
  max_connections: '5',
  // A dump in one transaction may lock every table there is.
  max_locks_per_transaction: '4096',
  autovacuum: 'off',
  jit: 'off',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_skip_threshold: '0',
  wal_buffers: '512kB',
  min_wal_size: '2MB',
  max_wal_size: '4MB',
  wal_recycle: 'off',
  wal_init_zero: 'off',
  // The other way asks for each new page by itself.
  file_extend_method: 'write_zeros',
}

/** What is the same with and without a data folder. */
export const engineOf = (folder: string) => ({
  pgliteWasmModule: new WebAssembly.Module(readFileSync(path.join(folder, 'pglite.wasm'))),
  fsBundle: new Blob([readFileSync(path.join(folder, 'pglite.data'))]),
})

export const start = async (plan: StartPlan): Promise<Session> => {
  capMemory(plan.mostWasmBytes)
  const files = dataFiles(chunksOf(plan))
  const archives = plan.extensions.map((name) => [
    name,
    pathToFileURL(path.join(plan.engineFolder, `${name}.tar.gz`)),
  ])
  const db = await PGlite.create({
    ...engineOf(plan.engineFolder),
    fs: files,
    loadDataDir: new Blob([gunzipSync(readFileSync(plan.baseFile))]),
    extensions: Object.fromEntries(archives),
    startParams: [
      ...PGlite.defaultStartParams,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
  })
  return session(db, files.trouble)
}
