/**
 * What do all ways of reading a snapshot share? Its bytes and its header are judged alike, and SQLite is
 * asked in a thread that surely ends.
 */
import type { Clock, ExaminationOrder } from '../../ports'
import { judgeHeader } from '../../rules/kinds/sqlite/header'
import type { SqliteExpected } from '../../rules/kinds/sqlite/settings'
import { textOf } from '../../rules/plain/own'
import { judgeBytes } from '../../rules/verdict/arrival'
import type { Received } from '../../rules/verdict/arrival'
import type { Open } from '../reading/engine'
import { takeArchive, takeIdentity } from '../reading/intake'
import type { RangeFetch } from '../reading/range-fetch'
import { steadily, unreadable } from '../reading/source'
import type { ByteSource } from '../reading/source'

import type { ThreadNeeds } from './ahead'
import type { MemoryPlan } from './engine/memory-plan'
import type { Checker } from './engine/threads'
import type { WorkerOrder } from './engine/worker'
import type { Report } from './report'

export type SqliteOptions = ThreadNeeds & {
  /** Opens the snapshot once; undefined when nothing stands there. */
  open: Open
  /** Where a snapshot is spooled, and the most of it that may be used. */
  tempFolder?: string
  spoolBytes?: number
  clock: Clock
}

/**
 * One examination under way, and what every way of reading has in common.
 *
 * There are three: in place, by the spool, by ranges. Each hashes every stored byte once, and has
 * SQLite asked about exactly those bytes.
 */
export type Examining = {
  options: SqliteOptions
  order: ExaminationOrder
  memory: MemoryPlan
  seen: Report
  isOver(): boolean
  startChecker(): Checker
  /** What must be let go of at the end; at once when the end has been. */
  keep(close: () => Promise<void>): Promise<void>
}

export const judgeReceived = ({ seen, order }: Examining, received: Received): void => {
  seen.hear(received.sha256)
  seen.add(judgeBytes(order.claim, received))
}

/** True when SQLite may be asked. */
export const judgeHead = ({ seen }: Examining, head: Uint8Array, sizeBytes: number): boolean => {
  const { finding } = judgeHeader(Buffer.from(head), sizeBytes)
  seen.add(finding)
  return finding.outcome === 'passed'
}

/** Starts the thread and takes care of its end. */
export const checkerOf = async (examining: Examining): Promise<Checker> => {
  const checker = examining.startChecker()
  await examining.keep(() => checker.end())
  return checker
}

export const interview = async (
  { seen, order, options }: Examining,
  checker: Checker,
  source: WorkerOrder['source'],
  ranges?: RangeFetch,
): Promise<void> => {
  let why: string | undefined
  const { takenAt, canary, facts = {} } = order.claim
  const content = {
    // Whoever wires it gives each engine what its own kind expects.
    expected: order.expected as SqliteExpected,
    takenAt: takenAt ?? options.clock.now().toISOString(),
    canary,
    hostSays: textOf(facts, 'computed'),
  }
  const ending = await checker.run({ source, ...content }, (news) => {
    if (news.kind === 'want') ranges?.fetch(news.wanted)
    else if (news.kind === 'unreadable') why = news.why
    else seen.addNews(news)
  })
  // Reading comes first: whatever SQLite said last, it said of a source that failed.
  if (ranges?.fault) throw ranges.fault
  if (why !== undefined) throw unreadable(`Reading the snapshot failed half-way (${why}).`)
  if (ending !== 'done' && !seen.hasFailed)
    seen.add({ check: seen.stage, outcome: 'unverifiable', ...ending })
}

export const hashOnly = async (examining: Examining, source: ByteSource): Promise<void> => {
  const chunks = steadily(source, examining.isOver)
  const { encoding, rawSizeBytes } = examining.order.claim
  if (encoding === 'gzip') {
    const mostBytes = rawSizeBytes ?? source.sizeBytes * 2
    const { received } = await takeArchive({
      chunks,
      spool: undefined,
      announcedBytes: rawSizeBytes,
      mostBytes,
    })
    judgeReceived(examining, received)
    return
  }
  const received = await takeIdentity(chunks, () => Promise.resolve(true))
  if (received) judgeReceived(examining, received)
}
