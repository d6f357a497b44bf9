/**
 * What is to be said of a dump of PostgreSQL? Whether it is whole, what is in it, whether PostgreSQL takes it,
 * and whether it is what is expected. Where no PostgreSQL has seen it, that is told as well.
 */
import { Fault } from '../../faults'
import type { Examination, ExaminationOrder, Examiner } from '../../ports'
import { judgeRows, judgeSchema } from '../../rules/kinds/postgres/content'
import { judgeCounts, sourceCounts } from '../../rules/kinds/postgres/counts'
import type { SourceCounts } from '../../rules/kinds/postgres/counts'
import { judgeHeader } from '../../rules/kinds/postgres/header'
import type { Outline } from '../../rules/kinds/postgres/outline'
import { judgeAnswers } from '../../rules/kinds/postgres/restoring/checks'
import type { PostgresExpected } from '../../rules/kinds/postgres/settings'
import { judgeStructure } from '../../rules/kinds/postgres/structure'
import { judgeArrival, judgeBytes } from '../../rules/verdict/arrival'
import type { Finding } from '../../rules/verdict/verdict'
import type { Engine, Open } from '../reading/engine'
import { letGo } from '../reading/source'
import type { ByteSource } from '../reading/source'

import { readDump } from './reading'
import { isToldAlone, notRestored, tryRestore } from './trying'
import type { PostgresOptions } from './trying'

type Judged = Omit<Examination, 'tookMs'>

/** One examination under way. */
type Examining = {
  options: PostgresOptions
  order: ExaminationOrder
  open: Open
  isOver(): boolean
}

/** Left of the time limit for writing the verdict down. */
const afterwardsMs = 2_000

/** A timer of Node's that is set to more than this ends at once. */
const longestTimerMs = 2 ** 31 - 1

const judgeRead = (outline: Outline, counts: SourceCounts | undefined): Finding[] => {
  const header = judgeHeader(outline)
  if (header.outcome !== 'passed') return [header]
  const structure = judgeStructure(outline)
  if (structure.outcome !== 'passed') return [header, structure]
  const counted = counts && judgeCounts(outline.tables, counts)
  if (counted?.outcome === 'failed') return [header, counted]
  return [header, structure, ...(counted ? [counted] : [])]
}

/** What is not so speaks of the dump itself, and is told alone. */
const isWhole = (found: readonly Finding[]): boolean =>
  found.some(({ check, outcome }) => check === 'structure' && outcome === 'passed')

const figuresOf = ({ tables }: Outline): Pick<Examination, 'schema' | 'rows'> => ({
  schema: Object.fromEntries([...tables].map(([table, { columns }]) => [table, columns])),
  rows: Object.fromEntries([...tables].map(([table, { rows }]) => [table, rows])),
})

/** Of a table without rows the rows are announced all the same, unless they were left out. */
const holdsNoRows = ({ remarks, created, copies, inserts }: Outline): boolean =>
  created > 0 && remarks.tables > 0 && remarks.data + copies + inserts === 0

const opened = async ({ open, order }: Examining): Promise<ByteSource> => {
  const source = await open(order)
  if (source) return source
  throw new Fault({
    code: 'store-missing',
    why: 'The snapshot is no longer in the store.',
    mend: 'Push again. If you did not delete it, look at who may write to the bucket.',
  })
}

const examine = async (examining: Examining): Promise<Judged> => {
  const { options, order, isOver } = examining
  const { claim } = order
  const source = await opened(examining)
  try {
    const arrival = judgeArrival(claim, source.sizeBytes)
    if (arrival.outcome === 'failed') return { findings: [arrival], method: 'not opened' }
    const { received, outline } = await readDump(source, claim, isOver)
    const { sha256 } = received
    const bytes = judgeBytes(claim, received)
    const findings = [arrival, bytes]
    // What is built of damaged bytes would only tell the same again, less plainly.
    if (bytes.outcome === 'failed') return { findings, method: 'not opened', sha256 }
    const read = judgeRead(outline, sourceCounts(claim.facts))
    if (!isWhole(read)) return { findings: [...findings, ...read], method: notRestored, sha256 }
    // Whoever wires it gives each engine what its own kind expects.
    const expected = order.expected as PostgresExpected
    const dump = { outline, sha256, sizeBytes: source.sizeBytes }
    const restored = await tryRestore(examining, expected, dump)
    const { findings: tried, method } = restored
    // What PostgreSQL would not take is told alone as well.
    if (isToldAlone(tried)) return { findings: [...findings, ...read, ...tried], method, sha256 }
    const tables = restored.tables ?? outline.tables
    const takenAt = new Date(claim.takenAt ?? options.clock.now())
    const content = [
      judgeSchema(tables, expected.tables, expected.tablesAtLeast),
      judgeRows(outline.tables, expected.rows, {
        counted: tables,
        areLeftOut: holdsNoRows(outline),
      }),
      ...judgeAnswers(expected, restored.answers, takenAt),
    ]
    return {
      findings: [...findings, ...read, ...tried, ...content],
      method,
      sha256,
      ...figuresOf(outline),
    }
  } finally {
    void letGo(source)
  }
}

const unread = (why: string, mend: string): Judged => ({
  findings: [{ check: 'bytes', outcome: 'unverifiable', detail: why, mend }],
  method: 'not opened',
})

/** The reading failed, not the dump. */
const faultSeen = (thrown: unknown): Judged => {
  const fault = thrown instanceof Fault ? thrown : undefined
  return unread(
    fault?.why ?? 'Reading the snapshot failed half-way.',
    fault?.mend ?? 'Nothing is to be done now: it is tried again by itself.',
  )
}

const timeSeen = (): Judged =>
  unread(
    'The time ran out before the snapshot had been read.',
    'Fetch it with restore.sh --salvage --at TICKET to a machine with more time, and run "npx snapproof verify FILE" on it.',
  )

const examinerOf =
  (open: Open, options: PostgresOptions): Examiner =>
  async (order) => {
    const { clock } = options
    const startedAt = clock.now().getTime()
    const leftMs = order.deadlineAt.getTime() - startedAt - afterwardsMs
    let isOver = false
    let timer: NodeJS.Timeout | undefined
    const timeIsUp = new Promise<Judged>((resolve) => {
      const end = () => {
        isOver = true
        resolve(timeSeen())
      }
      timer = setTimeout(end, Math.min(Math.max(0, leftMs), longestTimerMs))
    })
    const done = examine({ options, order, open, isOver: () => isOver }).catch(faultSeen)
    const seen = await Promise.race([done, timeIsUp])
    clearTimeout(timer)
    return { ...seen, tookMs: clock.now().getTime() - startedAt }
  }

/** All of PostgreSQL, for whoever wires it. */
export const postgresEngine = (options: PostgresOptions): Engine => ({
  examiner: (open) => examinerOf(open, options),
})
