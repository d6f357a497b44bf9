import { Worker } from 'node:worker_threads'

import { Fault } from '../../faults'
import type { Clock, Examination, ExaminationOrder, Examiner } from '../../ports'
import { judgeArrival, judgeBytes, tooLarge } from '../../rules/arrival'
import { headerBytes, judgeHeader } from '../../rules/header'
import type { Finding } from '../../rules/verdict'

import { take } from './intake'
import type { ByteSource, Intake } from './intake'
import type { WorkerNews, WorkerOrder } from './worker'

export type SqliteOptions = {
  /** Opens the snapshot once; undefined when nothing stands there. */
  open(key: string): Promise<ByteSource | undefined>
  /** The worker's bundle and SQLite's wasm, beside one another. */
  workerPath: string
  wasmPath: string
  /** What the process may use in all. */
  memoryBytes: number
  clock: Clock
}

/** Node, the worker and SQLite's page cache take about 100 MiB; the rest is what SQLite may ask for. */
const overheadBytes = 180 * 1024 ** 2

/** Left of the time limit for writing the verdict down. */
const afterwardsMs = 2_000

/** A timer of Node's that is set to more than this ends at once. */
const longestTimerMs = 2 ** 31 - 1

/** SQLite may use this much beyond the file itself. */
const heapLimitBytes = 64 * 1024 ** 2

const method = 'integrity_check in memory'

/** An Examiner on sql.js: streams the snapshot into memory, hashes it on the way, asks a worker. */
export const sqliteExaminer = (options: SqliteOptions): Examiner => {
  const limitBytes = Math.max(0, options.memoryBytes - overheadBytes)

  return async (order) => {
    const startedAt = options.clock.now().getTime()
    const findings: Finding[] = []
    const result: Examination = { findings, method, tookMs: 0 }
    await examine(order, result).catch((thrown: unknown) => {
      const fault = thrown instanceof Fault ? thrown : undefined
      findings.push({
        check: 'bytes',
        outcome: 'unverifiable',
        detail: fault?.why ?? 'Reading the snapshot failed half-way.',
        mend: fault?.mend ?? 'Nothing is to be done now: it is tried again by itself.',
      })
    })
    result.tookMs = options.clock.now().getTime() - startedAt
    return result
  }

  async function examine(order: ExaminationOrder, result: Examination): Promise<void> {
    const { findings } = result
    const { claim } = order
    const source = await options.open(order.key)
    if (!source) {
      throw new Fault({
        code: 'store-missing',
        why: 'The snapshot is no longer in the store.',
        mend: 'Push again. If you did not delete it, look at who may write to the bucket.',
      })
    }
    const arrival = judgeArrival(claim, source.sizeBytes)
    findings.push(arrival)
    if (arrival.outcome === 'failed') return
    const rawBytes = claim.encoding === 'gzip' ? claim.rawSizeBytes : source.sizeBytes
    const capacity = Math.min(rawBytes ?? limitBytes, limitBytes)
    const fits = (rawBytes ?? 0) <= limitBytes
    const intake = await take(source, claim.encoding, fits ? capacity : 0)
    result.sha256 = intake.received.sha256
    findings.push(judgeBytes(claim, intake.received))
    if (findings.some(({ outcome }) => outcome === 'failed')) return
    if (!fits || intake.sizeBytes > capacity) {
      findings.push(tooLarge(Math.max(rawBytes ?? 0, intake.sizeBytes), limitBytes))
      return
    }
    const head = Buffer.from(intake.bytes, 0, Math.min(headerBytes, intake.sizeBytes))
    const { finding } = judgeHeader(head, intake.sizeBytes)
    findings.push(finding)
    if (finding.outcome !== 'passed') return
    await askWorker(order, intake, result)
  }

  function askWorker(order: ExaminationOrder, intake: Intake, result: Examination): Promise<void> {
    const workerData: WorkerOrder = {
      wasmPath: options.wasmPath,
      bytes: intake.bytes,
      sizeBytes: intake.sizeBytes,
      heapLimitBytes,
      expectations: order.expectations,
    }
    const worker = new Worker(options.workerPath, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    })
    const leftMs = order.deadlineAt.getTime() - options.clock.now().getTime() - afterwardsMs
    let stage: Finding['check'] = 'structure'
    return new Promise((resolve) => {
      const end = (detail?: string, mend?: string) => {
        clearTimeout(timer)
        worker.removeAllListeners()
        // What an ended worker still throws must not end the function.
        worker.on('error', () => undefined)
        if (detail !== undefined && mend !== undefined) {
          result.findings.push({ check: stage, outcome: 'unverifiable', detail, mend })
        }
        void worker.terminate().then(() => resolve())
      }
      const timer = setTimeout(
        () =>
          end(
            'The time ran out before SQLite had an answer.',
            'Raise limits.timeout of snapshots/verify in project.yml (900000 at most) and deploy again.',
          ),
        Math.min(Math.max(0, leftMs), longestTimerMs),
      )
      worker.on('message', (news: WorkerNews) => {
        if (news.kind === 'stage') stage = news.check
        if (news.kind === 'finding') result.findings.push(news.finding)
        if (news.kind === 'schema') result.schemaFingerprint = news.fingerprint
        if (news.kind === 'rows') result.rows = news.counts
        if (news.kind === 'done') end()
      })
      worker.on('error', (error: Error & { code?: string }) =>
        end(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? 'The check ran out of memory before it had an answer.'
            : 'The check stopped half-way for a reason of its own.',
          'It is tried again by itself. If it stays, run "snapproof verify FILE" on a restored copy.',
        ),
      )
      worker.on('exit', () =>
        end('The check ended without an answer.', 'It is tried again by itself.'),
      )
    })
  }
}
