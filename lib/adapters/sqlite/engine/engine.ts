/**
 * SQLite, started once in this thread, and the memory it works in.
 *
 * `instantiateWasm` is Emscripten's own hook. It gives the memory to us, so that its growth has
 * an end that no file can talk it out of, and values can be hashed where they lie.
 */
import { readFileSync } from 'node:fs'

import initSqlJs from 'sql.js'
import type { SqlJs } from 'sql.js'

export type Engine = { SQL: SqlJs; memory: WebAssembly.Memory | undefined }

const wasmPageBytes = 64 * 1024

/** SQLite takes a refused growth for a failed malloc and says "out of memory". */
const capGrowth = (memory: WebAssembly.Memory, capBytes: number): void => {
  const grow = memory.grow.bind(memory)
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * wasmPageBytes > capBytes) {
      throw new RangeError('SQLite may not grow beyond its share of the memory')
    }
    return grow(pages)
  }
}

export const startEngine = async (wasmPath: string, capBytes: number): Promise<Engine> => {
  const wasm = readFileSync(wasmPath)
  let memory: WebAssembly.Memory | undefined
  const SQL = await initSqlJs({
    instantiateWasm: (imports, done) => {
      const module = new WebAssembly.Module(wasm)
      const instance = new WebAssembly.Instance(module, imports)
      for (const found of Object.values(instance.exports)) {
        if (found instanceof WebAssembly.Memory) memory = found
      }
      if (memory) capGrowth(memory, capBytes)
      done(instance, module)
      return instance.exports
    },
  })
  return { SQL, memory }
}
