/**
 * The real examiner, worker and all, on one file in each of its ways of reading; and the scans that
 * it keeps for files beyond its page cache, here on small ones.
 */
import { closeSync, createReadStream, openSync } from 'node:fs'
import path from 'node:path'

import type { ByteSource } from '../../../lib/adapters/reading/source'
import { planMemory } from '../../../lib/adapters/sqlite/engine/memory-plan'
import { startChecker } from '../../../lib/adapters/sqlite/engine/threads'
import { sqliteExaminer } from '../../../lib/adapters/sqlite/examiner'
import type { Examination } from '../../../lib/ports'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { headBytes, judgeHeader } from '../../../lib/rules/kinds/sqlite/header'
import type { SqliteExpected } from '../../../lib/rules/kinds/sqlite/settings'
import type { Announced } from '../../../lib/rules/verdict/arrival'
import type { Finding, Outcome } from '../../../lib/rules/verdict/verdict'

export const readings = ['in place', 'spooled', 'by ranges', 'by scans'] as const
export type Reading = (typeof readings)[number]

export type Lab = {
  workerPath: string
  wasmPath: string
  folder: string
  /** What one file is given, writing the verdict down not counted. */
  limitMs: number
}

export type Seen = {
  reading: Reading
  verdict: Outcome
  findings: Finding[]
  method: string
  /** Everything that would be told, kept or sent of it. */
  told: string
  tookMs: number
}

export type Sample = {
  file: string
  bytes: Buffer
  claim: Announced
  expected: SqliteExpected
}

const memoryBytes = 256 * 1024 ** 2

/** Of the temp folder, so much: an archive of more is not unpacked. */
export const roomBytes = 16 * 1024 ** 2

/** Kept by the examiner for writing the verdict down. */
const afterwardsMs = 2_000

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

const sourceFor = (reading: Reading, { file, bytes }: Sample): ByteSource => {
  const sizeBytes = bytes.length
  const chunks =
    reading === 'in place' && sizeBytes > 0
      ? createReadStream(file, { end: sizeBytes - 1 })
      : chunksOf(bytes)
  if (reading === 'in place') return { sizeBytes, chunks, file }
  const range = (start: number, end: number) =>
    Promise.resolve(chunksOf(bytes.subarray(start, end)))
  return { sizeBytes, chunks, range }
}

const seenOf = (
  reading: Reading,
  { findings, method, ...figures }: Omit<Examination, 'tookMs'>,
  startedMs: number,
): Seen => ({
  reading,
  verdict: judgeAs('sqlite', findings),
  findings,
  method,
  told: JSON.stringify([findings, method, figures.schema, figures.rows]),
  tookMs: performance.now() - startedMs,
})

const examineOnce = async (lab: Lab, reading: Reading, sample: Sample): Promise<Seen> => {
  const startedMs = performance.now()
  const run = sqliteExaminer({
    open: () => Promise.resolve(sourceFor(reading, sample)),
    workerPath: lab.workerPath,
    wasmPath: lab.wasmPath,
    memoryBytes,
    tempFolder: lab.folder,
    spoolBytes: reading === 'by ranges' ? 0 : roomBytes,
    clock: { now: () => new Date() },
  })
  const { claim, expected } = sample
  const deadlineAt = new Date(Date.now() + lab.limitMs + afterwardsMs)
  const examination = await run({ key: 'x', claim, expected, deadlineAt })
  return seenOf(reading, examination, startedMs)
}

/** Below the page cache the examiner asks integrity_check; this is how it asks above. */
const scanOnce = async (lab: Lab, { file, bytes, expected }: Sample): Promise<Seen> => {
  const startedMs = performance.now()
  const header = judgeHeader(bytes.subarray(0, headBytes), bytes.length).finding
  const proven = (check: Finding['check']): Finding => ({ check, outcome: 'passed', detail: 'so' })
  const findings: Finding[] = [proven('arrival'), proven('bytes'), header]
  if (header.outcome !== 'passed')
    return seenOf('by scans', { findings, method: 'not opened' }, startedMs)
  const memory = { ...planMemory(memoryBytes), cacheBytes: 64 * 1024 }
  const checker = startChecker({ workerPath: lab.workerPath, wasmPath: lab.wasmPath, ...memory })
  const fd = openSync(file, 'r')
  let method = 'not opened'
  let timer: NodeJS.Timeout | undefined
  try {
    const place = { kind: 'file', fd, sizeBytes: bytes.length, words: 'a file' } as const
    const order = { source: place, expected, takenAt: new Date().toISOString(), hostSays: '' }
    const timeIsUp = new Promise<{ detail: string; mend: string }>((resolve) => {
      const late = { detail: 'The time ran out.', mend: 'Wait.' }
      timer = setTimeout(() => resolve(late), lab.limitMs)
    })
    const asked = checker.run(order, (news) => {
      if (news.kind === 'finding') findings.push(news.finding)
      if (news.kind === 'method') method = news.method
    })
    const ending = await Promise.race([asked, timeIsUp])
    if (ending !== 'done') findings.push({ check: 'structure', outcome: 'unverifiable', ...ending })
    return seenOf('by scans', { findings, method }, startedMs)
  } finally {
    clearTimeout(timer)
    await checker.end()
    closeSync(fd)
  }
}

export const examineIn = (lab: Lab, reading: Reading, sample: Sample): Promise<Seen> =>
  reading === 'by scans' ? scanOnce(lab, sample) : examineOnce(lab, reading, sample)

export const labIn = (folder: string, built: string): Lab => ({
  workerPath: path.join(built, 'sqlite-worker.cjs'),
  wasmPath: path.join(built, 'sql-wasm.wasm'),
  folder,
  limitMs: 8_000,
})
