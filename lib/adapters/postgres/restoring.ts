/**
 * Who watches over a restore? This process: it gives the child one dump and nothing else, hears what it finds,
 * and ends it when the time is up. What the child does not live to say was not found.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

import type { References, Told } from '../../rules/kinds/postgres/restoring/checks'
import type { Plan } from '../../rules/kinds/postgres/restoring/limits'
import type { Announced } from '../../rules/verdict/arrival'
import { twoReadings } from '../reading/range-fetch'
import { steadily } from '../reading/source'
import type { ByteSource } from '../reading/source'
import type { Spool } from '../reading/spool'
import { unpack } from '../reading/unpack'

import type { Halted, News, Order, Restored, TableCounted } from './engine/news'
import type { Parts } from './parts'

export type Restoration = {
  version?: string
  restored?: Restored
  tables?: readonly TableCounted[]
  references?: References
  answers?: readonly Told[]
  upkeep?: { refusal: string | undefined }
  /** Undefined where it came to its end. */
  ended?: Halted | { by: 'time' | 'patience' | 'watchdog' | 'death' | 'start' }
}

export type RestoringOrder = {
  parts: Parts
  plan: Plan
  spill: Spool | undefined
  extensions: readonly string[]
  questions: readonly string[]
  source: ByteSource
  encoding: Announced['encoding']
  /** Of the stored bytes, at their first reading: these are the same, or nothing is said of them. */
  sha256: string
  leftMs: number
}

/** What the child's own watchdog ends it by. */
const watchdogSignal = 'SIGTERM'

/** The child's news come in lines, and never much of them. */
const mostNewsBytes = 64 * 1024 ** 2

/** It may read PGlite's files, and nothing else; no program may be started, and nothing written. */
const permissions = ({ script, engineFolder, baseFile }: Parts): string[] => {
  const isOld = process.allowedNodeEnvironmentFlags.has('--experimental-permission')
  return [
    isOld ? '--experimental-permission' : '--permission',
    ...[script, `${engineFolder}/*`, baseFile].map((file) => `--allow-fs-read=${file}`),
    '--allow-worker',
  ]
}

const startChild = ({ parts, plan, spill }: RestoringOrder): ChildProcess => {
  const flags = [
    ...permissions(parts),
    ...(plan.isFrugal ? ['--liftoff-only'] : []),
    '--max-old-space-size=96',
    '--no-warnings',
  ]
  const stdio = ['pipe', 'ignore', 'ignore', 'pipe', 'pipe', spill?.fd ?? 'ignore'] as const
  return spawn(process.execPath, [...flags, parts.script], { env: {}, cwd: '/', stdio: [...stdio] })
}

const orderFor = ({ parts, plan, spill, extensions, questions }: RestoringOrder): Order => ({
  parent: process.pid,
  engineFolder: parts.engineFolder,
  baseFile: parts.baseFile,
  extensions,
  questions,
  mostWasmBytes: plan.mostWasmBytes,
  hotBytes: plan.hotBytes,
  packedBytes: plan.packedBytes,
  spill: spill && { fd: 5, mostBytes: plan.spillBytes, plainBytes: plan.plainSpillBytes },
  mostResidentBytes: plan.mostResidentBytes,
})

/** A pipe whose other end is gone is no fault: that end has a reason of its own. */
const quietly = <Pipe extends Readable | Writable>(pipe: Pipe): Pipe => {
  pipe.on('error', () => undefined)
  return pipe
}

/** All of the dump, as fast as the child takes it; false when it takes no more. */
const feed = async (
  { source, encoding, sha256 }: RestoringOrder,
  to: Writable,
  isOver: () => boolean,
): Promise<void> => {
  const stored = createHash('sha256')
  const gone = once(to, 'close').catch(() => undefined)
  const give = async (chunk: Uint8Array): Promise<boolean> => {
    if (isOver() || to.destroyed) return false
    if (!to.write(chunk)) await Promise.race([once(to, 'drain').catch(() => undefined), gone])
    return true
  }
  const chunks = steadily(source, isOver)
  if (encoding === 'gzip') {
    await unpack(chunks, { onStored: (chunk) => void stored.update(chunk), onRaw: give })
  } else {
    for await (const chunk of chunks) {
      stored.update(chunk)
      await give(chunk)
    }
  }
  if (!isOver() && stored.digest('hex') !== sha256) throw twoReadings()
}

const hearing = (from: Readable): { seen: Restoration; isDone(): boolean } => {
  const seen: Restoration = {}
  let isDone = false
  let rest = ''
  let heardBytes = 0
  const hear = (news: News): void => {
    if (news.kind === 'started') seen.version = news.version
    if (news.kind === 'restored') seen.restored = news.restored
    if (news.kind === 'tables') seen.tables = news.tables
    if (news.kind === 'references') seen.references = news.references
    if (news.kind === 'answers') seen.answers = news.answers
    if (news.kind === 'upkeep') seen.upkeep = { refusal: news.refusal }
    if (news.kind === 'halted') seen.ended = news.halted
    if (news.kind === 'done') isDone = true
  }
  from.setEncoding('utf8').on('data', (text: string) => {
    heardBytes += text.length
    if (heardBytes > mostNewsBytes) return
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    // It is our own code that writes them.
    for (const line of lines) hear(JSON.parse(line) as News)
  })
  return { seen, isDone: () => isDone }
}

/** Throws a Fault where the dump could not be read a second time. */
export const restoreDump = async (order: RestoringOrder): Promise<Restoration> => {
  const child = startChild(order)
  const [dump, , , orders, news] = child.stdio
  let isOver = false
  let hasStarted = true
  const ended = new Promise<{ signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (_code, signal) => resolve({ signal }))
    child.on('error', () => {
      hasStarted = false
      resolve({ signal: null })
    })
  }).finally(() => (isOver = true))
  const end = (): void => void child.kill('SIGKILL')
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    end()
  }, order.leftMs)
  try {
    // Pipes are what was asked for; where the child could not be started there are none.
    const heard = hearing(quietly(news as Readable))
    quietly(orders as Writable).end(JSON.stringify(orderFor(order)))
    const to = quietly(dump as Writable)
    await feed(order, to, () => isOver)
    to.end()
    const { signal } = await ended
    const { seen } = heard
    if (heard.isDone() || seen.ended) return seen
    if (isLate) return { ...seen, ended: { by: 'time' } }
    if (!hasStarted) return { ended: { by: 'start' } }
    return { ...seen, ended: { by: signal === watchdogSignal ? 'watchdog' : 'death' } }
  } finally {
    clearTimeout(timer)
    end()
    await ended
  }
}
