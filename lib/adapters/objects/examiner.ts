/**
 * What is to be said of an inventory? Whether it is whole, and what it says of the objects; read as it streams
 * by, at any size. The objects themselves are asked nothing: who takes an inventory has read them.
 */
import { Fault } from '../../faults'
import type { Clock, Examination, ExaminationOrder, Examiner } from '../../ports'
import { judgeInventory, judgeObjects, rowsOf } from '../../rules/kinds/objects/judge'
import type { ObjectsExpected } from '../../rules/kinds/objects/settings'
import { tally } from '../../rules/kinds/objects/tally'
import { uploads } from '../../rules/kinds/objects/uploads'
import { judgeArrival, judgeBytes } from '../../rules/verdict/arrival'
import type { Engine, Open } from '../reading/engine'
import { letGo, steadily } from '../reading/source'
import type { ByteSource } from '../reading/source'
import { streamed } from '../reading/streamed'

import { readAgain } from './again'
import { lineReader } from './lines'

type Judged = Omit<Examination, 'tookMs'>

/** Left of the time limit for writing the verdict down. */
const afterwardsMs = 2_000

const examine = async (
  source: ByteSource,
  order: ExaminationOrder,
  isOver: () => boolean,
): Promise<Judged> => {
  const { claim } = order
  // Whoever wires it gives each engine what its own kind expects.
  const expected = order.expected as ObjectsExpected
  const arrival = judgeArrival(claim, source.sizeBytes)
  if (arrival.outcome === 'failed') return { findings: [arrival], method: 'not opened' }
  const seen = tally(expected)
  const told = uploads(expected)
  const lines = lineReader((read) => {
    seen.take(read)
    told.take(read)
  })
  const got = await streamed(steadily(source, isOver), claim, (chunk) => lines.feed(chunk))
  lines.end()
  const bytes = judgeBytes(claim, got)
  const { sha256 } = got
  // What is read in damaged bytes would only tell the same again, less plainly.
  if (bytes.outcome === 'failed')
    return { findings: [arrival, bytes], method: 'not opened', sha256 }
  const inventory = seen.inventory()
  const structure = judgeInventory(inventory)
  const findings = [arrival, bytes, structure]
  const method = 'every line of the inventory'
  if (structure.outcome !== 'passed') return { findings, method, sha256 }
  const rows = rowsOf(inventory, expected)
  return {
    findings: [...findings, ...judgeObjects(inventory, expected)],
    method,
    sha256,
    schema: Object.fromEntries(Object.keys(rows).map((name) => [name, []])),
    rows,
    figures: { uploads: told.uploads() },
  }
}

/** The reading failed, or the time ran out; neither speaks of the inventory. */
const undone = (thrown: unknown): Judged => {
  const fault = thrown instanceof Fault ? thrown : undefined
  return {
    findings: [
      {
        check: 'bytes',
        outcome: 'unverifiable',
        detail: fault?.why ?? 'Reading the inventory failed half-way.',
        mend: fault?.mend ?? 'Nothing is to be done now: it is tried again by itself.',
      },
    ],
    method: 'not opened',
  }
}

const opened = async (open: Open, order: ExaminationOrder): Promise<ByteSource> => {
  const source = await open(order)
  if (source) return source
  throw new Fault({
    code: 'store-missing',
    why: 'The inventory is no longer in the store.',
    mend: 'The next watch takes another. If you did not delete it, look at who may write to the bucket.',
  })
}

const examinerOf =
  (open: Open, { clock }: { clock: Clock }): Examiner =>
  async (order) => {
    const startedAt = clock.now().getTime()
    const isOver = () => clock.now().getTime() > order.deadlineAt.getTime() - afterwardsMs
    let source: ByteSource | undefined
    try {
      source = await opened(open, order)
      const seen = await examine(source, order, isOver)
      return { ...seen, tookMs: clock.now().getTime() - startedAt }
    } catch (thrown) {
      return { ...undone(thrown), tookMs: clock.now().getTime() - startedAt }
    } finally {
      if (source) void letGo(source)
    }
  }

/** All of it, for whoever wires it. */
export const objectsEngine = (options: { clock: Clock }): Engine => ({
  examiner: (open) => examinerOf(open, options),
  readAgain,
})
