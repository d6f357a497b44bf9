/** The thread's own word on whether it may be given another snapshot, after files of every sort. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'

import { afterAll, beforeEach, expect, test } from 'vitest'

import { planMemory } from '../../../../lib/adapters/sqlite/engine/memory-plan'
import type { WorkerNews } from '../../../../lib/adapters/sqlite/engine/worker'
import { expectationsOf } from '../../../../lib/rules/settings/databases'
import * as databases from '../../../fixtures/databases'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-worker-'))
const memory = planMemory(256 * 1024 ** 2)
const started = (of: typeof memory): Worker =>
  new Worker(path.resolve('.build/sqlite-worker.cjs'), {
    workerData: { wasmPath: path.resolve('.build/sql-wasm.wasm'), ...of },
  })
const usual = started(memory)
/** To this one every file is large: it is scanned, and not looked up. */
const scanning = started({ ...memory, cacheBytes: 1 })
/** Whatever this one says of its own accord is said of the first file that it is given. */
const fresh = started(memory)
afterAll(async () => {
  await Promise.all([usual, scanning, fresh].map((one) => one.terminate()))
  rmSync(folder, { recursive: true, force: true })
})

const answersTo = (bytes: Buffer, tables: Record<string, string[]> = {}, worker = usual) => {
  const file = path.join(folder, 'asked.db')
  writeFileSync(file, bytes)
  const fd = openSync(file, 'r')
  const said: WorkerNews[] = []
  const { asked: expected } = expectationsOf({ x: { tables } }, 'x')
  return new Promise<{ isFit: boolean; said: WorkerNews[] }>((resolve) => {
    const hear = (news: WorkerNews): void => {
      if (news.kind !== 'done') return void said.push(news)
      worker.off('message', hear)
      closeSync(fd)
      resolve({ isFit: news.isFit, said })
    }
    worker.on('message', hear)
    const source = { kind: 'file', fd, sizeBytes: bytes.length, words: 'a file' }
    // A thread has no origin: the rule means windows.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage({ source, expected, takenAt: '2026-03-01T00:00:00Z', hostSays: '' })
  })
}

/** Whatever came before it, a sound file is seen to be sound: here the thread is asked all the same. */
beforeEach(async () => {
  const { isFit, said } = await answersTo(databases.sound())
  expect(isFit).toBe(true)
  expect(
    said.filter((news) => news.kind === 'finding').map(({ finding }) => finding.outcome),
  ).toEqual(['passed', 'passed', 'passed', 'passed'])
})

/** Half of what SQLite may use, and not refused: it is only that much of it has been written to. */
const broad = (): Buffer =>
  databases.madeBy(`CREATE TABLE t (a CHECK (length(hex(zeroblob(a))) > 0));
    INSERT INTO t VALUES (20000000);`)

test.each([
  { name: 'a sound one', isFit: true, bytes: databases.sound },
  {
    name: 'one that lacks a table',
    isFit: true,
    bytes: databases.sound,
    tables: { orders: ['id'] },
  },
  { name: 'one with orphans', isFit: true, bytes: databases.withOrphans },
  { name: 'one that lost a page', isFit: false, bytes: databases.withZeroedPage },
  { name: 'one that is cut', isFit: false, bytes: () => databases.sound().subarray(0, 4096) },
  { name: 'one that asks for more memory than there is', isFit: false, bytes: databases.greedy },
  { name: 'one that asks for much of it', isFit: false, bytes: broad },
])('after $name: $isFit', async ({ isFit, bytes, tables }) => {
  expect((await answersTo(bytes(), tables)).isFit).toBe(isFit)
})

test('whether values can be summed up is asked of the build by the first file that is scanned, and by no other', async () => {
  const sumsIn = (said: readonly WorkerNews[]) =>
    said.flatMap((news) => (news.kind === 'kept' ? (news.kept.sums ?? []) : []))
  const ask = (worker: Worker) => answersTo(databases.sound(), {}, worker)
  expect(sumsIn((await ask(fresh)).said)).toEqual([])
  const first = await ask(scanning)
  expect(sumsIn(first.said)).toEqual([{ trouble: undefined }])
  const methods = first.said.flatMap((news) => (news.kind === 'method' ? news.method : []))
  expect(methods.at(-1)).toContain('quick_check and linear index check')
  expect(sumsIn((await ask(scanning)).said)).toEqual([])
})
