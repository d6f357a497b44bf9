/**
 * Which thread will open the copies of this process, and what does it need? Said without anything that takes
 * time to load, so that the thread can be started first.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'

import { leastBytes, planMemory } from './engine/memory-plan'
import { startAhead } from './engine/threads'
import type { CheckerStart } from './engine/threads'

/** The worker's bundle and SQLite's wasm, beside one another. */
export type Parts = { workerPath: string; wasmPath: string }

export const partsIn = (assets: string): Parts => ({
  workerPath: path.join(assets, 'sqlite-worker.cjs'),
  wasmPath: path.join(assets, 'sql-wasm.wasm'),
})

/** With what the process may use in all. */
export type ThreadNeeds = Parts & { memoryBytes: number }

export const threadOf = ({ workerPath, wasmPath, memoryBytes }: ThreadNeeds): CheckerStart => ({
  workerPath,
  wasmPath,
  ...planMemory(memoryBytes),
})

export const startThreadAhead = (needs: ThreadNeeds): void => {
  // A function that opens no copies was not sent what opens them.
  const isSent = existsSync(needs.workerPath)
  if (isSent && needs.memoryBytes >= leastBytes) startAhead(threadOf(needs))
}
