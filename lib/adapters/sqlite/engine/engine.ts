/**
 * SQLite, started anew for each file from code that is compiled once, and the memory it works in.
 *
 * sql.js hands out the instance of its first start again and again, so its factory is evaluated anew:
 * the next file finds another memory, another file system and nothing of the last one.
 * `instantiateWasm` is Emscripten's own hook. It gives the memory to us, so that its growth has
 * an end that no file can talk it out of, and values can be hashed where they lie.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { compileFunction } from 'node:vm'

import type { InitSqlJs, SqlJs } from 'sql.js'

export type Engine = { SQL: SqlJs; memory: WebAssembly.Memory | undefined }

export type StartedEngine = Engine & {
  /** It was refused memory: what SQLite did then is its own affair, and may have gone unsaid. */
  readonly wasRefused: boolean
}

export type EngineCode = { module: WebAssembly.Module; evaluate(): InitSqlJs }

/** By the path of the wasm. Threads of one process give it to one another. */
export type Compiled = ReadonlyMap<string, WebAssembly.Module>

/**
 * What has run for so long is compiled once more, better and at a price: of SQLite's largest functions a tenth of
 * a second and 15 MB each. V8 of Node 20 does it for what the self-test alone has called; this is what later ones wait for.
 */
const bytesRunFirst = 13_000_000

export const compiledAt = (wasmPath: string, known?: Compiled): WebAssembly.Module => {
  const compiled = known?.get(wasmPath)
  if (compiled) return compiled
  setFlagsFromString(`--wasm-tiering-budget=${bytesRunFirst}`)
  return new WebAssembly.Module(readFileSync(wasmPath))
}

const wasmPageBytes = 64 * 1024

/** What stands beside the wasm: sql.js itself, which is read as text and never required. */
const scriptOf = (wasmPath: string): string => wasmPath.replace(/\.wasm$/, '.js')

/** All that does not depend on a file. */
export const loadEngine = (wasmPath: string, known?: Compiled): EngineCode => {
  const filename = scriptOf(path.resolve(wasmPath))
  const names = ['module', 'exports', 'require', '__filename', '__dirname']
  const script = compileFunction(readFileSync(filename, 'utf8'), names, { filename })
  const load = createRequire(filename)
  return {
    module: compiledAt(wasmPath, known),
    evaluate: () => {
      const module: { exports?: InitSqlJs } = {}
      script(module, {}, load, filename, path.dirname(filename))
      if (module.exports) return module.exports
      throw new TypeError(`${path.basename(filename)} is not what starts SQLite`)
    },
  }
}

/** SQLite takes a refused growth for a failed malloc and says "out of memory". */
const capGrowth = (
  memory: WebAssembly.Memory,
  { capBytes, onRefusal }: { capBytes: number; onRefusal(): void },
): void => {
  const grow = memory.grow.bind(memory)
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * wasmPageBytes > capBytes) {
      onRefusal()
      throw new RangeError('SQLite may not grow beyond its share of the memory')
    }
    return grow(pages)
  }
}

export const startEngine = async (code: EngineCode, capBytes: number): Promise<StartedEngine> => {
  let memory: WebAssembly.Memory | undefined
  let wasRefused = false
  const SQL = await code.evaluate()({
    instantiateWasm: (imports, done) => {
      const instance = new WebAssembly.Instance(code.module, imports)
      for (const found of Object.values(instance.exports)) {
        if (found instanceof WebAssembly.Memory) memory = found
      }
      if (memory) capGrowth(memory, { capBytes, onRefusal: () => (wasRefused = true) })
      done(instance, code.module)
      return instance.exports
    },
  })
  return {
    SQL,
    memory,
    get wasRefused() {
      return wasRefused
    },
  }
}
