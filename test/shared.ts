// What do all files of tests share? Work that each of them would repeat, and that no test is about.
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { expect } from 'vitest'

/**
 * SQLite compiled, for as long as this process lives. Node keeps compiled code while anybody holds
 * it, for every thread that compiles the same bytes: an examination of a small file takes a fifth
 * of the time. Each still has a thread, an instance and a memory of its own.
 */
const held: typeof globalThis & { engine?: WebAssembly.Module } = globalThis
held.engine ??= new WebAssembly.Module(readFileSync(path.resolve('.build/sql-wasm.wasm')))

/** Bytes are compared as such: "toEqual" walks them one by one, for seconds. */
expect.addEqualityTesters([
  (one: unknown, other: unknown) =>
    one instanceof Uint8Array &&
    other instanceof Uint8Array &&
    one.constructor === other.constructor
      ? Buffer.compare(one, other) === 0
      : undefined,
])
