import { z } from 'zod'

import { asFault } from '../faults'
import type { Tools } from '../ports'
import { awaitsVerdict } from '../rules/entry'

import { listShelves, passOverUntrusted, readEntry } from './ledger'
import type { Shelf } from './ledger'
import { writeSums } from './record'
import type { Step } from './step'
import { startVerify, verifySnapshot } from './verify'

/**
 * On a timer: which snapshots still wait for a verdict? Each gets one, oldest first.
 *
 * What the Droplet asked for and was not answered, because it was too large for the call or the
 * call was killed, is picked up here. Running twice, or beside itself, does no harm.
 */
export const WatchRequest = z.object({})

export type WatchAnswer = {
  waiting: number
  started: string[]
  verified: string[]
  left: string[]
  faults: string[]
}

/** A run that has less than this left begins no further snapshot. */
const leastLeftMs = 60_000

/**
 * A sound snapshot has its checksum line beside it, so only the others have their entry read:
 * a quiet run costs the listing, and one read for each copy that is not sound.
 */
const waiting = async (shelves: readonly Shelf[], tools: Tools): Promise<Shelf[]> => {
  const unproven = shelves.filter(
    ({ snapshot, hasEntry, hasSums }) => snapshot && hasEntry && !hasSums,
  )
  const open: Shelf[] = []
  for (const shelf of unproven) {
    const read = await readEntry(tools, shelf.name).catch(passOverUntrusted)
    if (!read) continue
    if (awaitsVerdict(read.entry, tools.clock.now())) open.push(shelf)
    else await writeSums(read.entry, tools)
  }
  return open.toReversed()
}

const run = async (_: unknown, tools: Tools): Promise<WatchAnswer> => {
  const open = await waiting(await listShelves(tools), tools)
  const answer: WatchAnswer = {
    waiting: open.length,
    started: [],
    verified: [],
    left: [],
    faults: [],
  }
  for (const { name } of open) {
    const leftMs = tools.deadlineAt.getTime() - tools.clock.now().getTime()
    // One snapshot's trouble must not keep the others waiting.
    const fault = (thrown: unknown) => answer.faults.push(`${name.id} ${asFault(thrown, '-').why}`)
    if (tools.starter) {
      await startVerify(name, tools).then(() => answer.started.push(name.id), fault)
    } else if (leftMs >= leastLeftMs) {
      await verifySnapshot(name, tools).then(() => answer.verified.push(name.id), fault)
    } else {
      answer.left.push(name.id)
    }
  }
  return answer
}

export const watch: Step<Record<string, never>, WatchAnswer> = {
  request: WatchRequest,
  access: 'platform',
  run,
  lines: (answer) => [
    ['waiting', answer.waiting],
    ...answer.started.map((id) => ['started', id] as const),
    ...answer.verified.map((id) => ['verified', id] as const),
    ...answer.left.map((id) => ['left', id] as const),
    ...answer.faults.map((why) => ['fault', why] as const),
  ],
}
