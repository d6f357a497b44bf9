/**
 * Which data folder does PostgreSQL start from here? One that was made beforehand, and comes out the same
 * whenever it is made: what is deployed is told by its hash.
 */
import crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { PGlite } from '@electric-sql/pglite'

import { engineOf } from './start'

const someDay = Date.UTC(2026, 0, 1)

/** Of this process, which does nothing else: time stands still, and what is drawn by lot is counted up. */
const stopTheWorld = (): void => {
  let next = 0
  const fill = <Into extends NodeJS.ArrayBufferView>(into: Into): Into => {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = next = (next * 31 + 7) % 251
    return into
  }
  globalThis.Date = class extends Date {
    constructor(...given: [] | [value: string | number]) {
      super(given[0] ?? someDay)
    }
    static override now = (): number => someDay
  } as DateConstructor
  performance.now = () => 0
  Object.assign(crypto.webcrypto, { getRandomValues: fill })
  Object.assign(crypto, { randomFillSync: fill })
}

/**
 * The data folder as it is before anything is in it, without the templates that nobody copies here: making
 * it takes seconds and 700 MB, so it is done once, when this project is built.
 */
export const bake = async (engineFolder: string): Promise<Uint8Array> => {
  stopTheWorld()
  const initdbWasm = readFileSync(path.join(engineFolder, 'initdb.wasm'))
  const db = await PGlite.create({
    ...engineOf(engineFolder),
    initdbWasmModule: new WebAssembly.Module(initdbWasm),
    initDbStartParams: ['--wal-segsize=1', '--no-sync'],
  })
  for (const sql of [
    "UPDATE pg_database SET datistemplate = false WHERE datname LIKE 'template_'",
    'DROP DATABASE template0',
    'DROP DATABASE template1',
    'VACUUM FREEZE',
    'CHECKPOINT',
  ])
    await db.exec(sql)
  const folder = await db.dumpDataDir('none')
  const packed = gzipSync(new Uint8Array(await folder.arrayBuffer()), { level: 9 })
  await db.close()
  return packed
}
