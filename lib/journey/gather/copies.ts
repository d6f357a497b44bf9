import { Fault } from '../../faults'
import type { Tools } from '../../ports'
import { listCommand, rowsOf } from '../../rules/copy/choice'
import { differenceLines, differenceOf, differenceWords } from '../../rules/fall/difference'
import { provenAt, wordOf } from '../../rules/copy/entry'
import type { Entry } from '../../rules/copy/entry'
import { isWithin } from '../../rules/copy/moment'
import { isWhole } from '../../rules/verdict/verdict'

import { parseAt } from './choose'
import { parseTicket, readEntry } from '../bucket/ledger'
import { offersOf } from '../bucket/offers'
import type { Offered } from '../bucket/offers'
import { listShelves } from '../bucket/shelves'

/** Every copy of a database as a list tells of it, and what changed from one to the next. */
export type Copy = {
  ticket: string
  verdict: string
  takenAt: string
  sizeBytes: number
  verifiedAt: string | undefined
  rows: number | undefined
  /** Against the copy before it, in a short line. */
  change: string
}

export const copyOf = (entry: Entry, word = wordOf(entry), before?: Entry): Copy => {
  const change = before && differenceOf(before.verdict ?? {}, entry.verdict ?? {})
  return {
    ticket: entry.id,
    verdict: word,
    takenAt: entry.claim.takenAt,
    sizeBytes: entry.claim.sizeBytes,
    verifiedAt: provenAt(entry),
    rows: rowsOf(entry),
    change: change ? differenceWords(change) : '-',
  }
}

export const listCopies = async (
  request: { database: string; at?: string | undefined },
  tools: Tools,
): Promise<Copy[]> => {
  const moment = parseAt(request.at)
  const offers: Offered[] = []
  for await (const offered of offersOf(await listShelves(tools, request.database), tools)) {
    offers.push(offered)
  }
  return offers.flatMap((offered, index) => {
    if (!isWithin(moment, offered)) return []
    const { entry, word, id, at } = offered
    if (!entry) return [unknownCopy(id, word, at)]
    const before = offers.slice(index + 1).find((other) => isWhole(other.word))?.entry
    return [copyOf(entry, word, before)]
  })
}

const unknownCopy = (ticket: string, verdict: string, at: Date): Copy => ({
  ticket,
  verdict,
  takenAt: at.toISOString(),
  sizeBytes: 0,
  verifiedAt: undefined,
  rows: undefined,
  change: '-',
})

const entryNamed = async (ticket: string, database: string, tools: Tools): Promise<Entry> => {
  const name = parseTicket(ticket)
  const read = name.database === database ? await readEntry(tools, name) : undefined
  if (read) return read.entry
  throw new Fault({
    code: 'not-found',
    why: `${database} has no copy ${ticket}.`,
    mend: `${listCommand(database)} shows every copy that there is.`,
  })
}

/** Both by their tickets, the older one first. */
export const compareCopies = async (
  { database, tickets }: { database: string; tickets: readonly [string, string] },
  tools: Tools,
): Promise<string[]> => {
  const [one, other] = await Promise.all(
    tickets.map((ticket) => entryNamed(ticket, database, tools)),
  )
  const difference = one && other && differenceOf(one.verdict ?? {}, other.verdict ?? {})
  if (difference) return differenceLines(difference)
  throw new Fault({
    code: 'nothing-sound',
    why: 'One of the two was never opened, so that nothing is known of its rows.',
    mend: `${listCommand(database)} shows of which copies rows are known.`,
  })
}
