/** Every copy of a database as a list tells of it, and what changed from one to the next. */
import { Fault } from '../../faults'
import type { Tools } from '../../ports'
import { isBeingLetGo } from '../../rules/copy/care'
import { listCommand } from '../../rules/copy/choice'
import { provenAt, rowsOf } from '../../rules/copy/entry'
import type { Entry } from '../../rules/copy/entry'
import { isWithin } from '../../rules/copy/moment'
import type { Listed } from '../../rules/copy/shown'
import { differenceLines, differenceOf, differenceWords } from '../../rules/fall/difference'
import { isSound, isWhole } from '../../rules/verdict/verdict'
import { parseTicket, readEntry } from '../bucket/ledger'
import { offersOf } from '../bucket/offers'
import type { Offered } from '../bucket/offers'
import { listShelves } from '../bucket/shelves'

import { parseAt } from './choose'

export type ListedCopy = Omit<Listed, 'database' | 'pinnedBy' | 'change'> & {
  /** '-' where there is nothing to tell it against. */
  change: string
  /** Absent where it stands in the first place. */
  place?: 'second'
}

/** The order of the fields is that of the answer's JSON. */
export const listedCopy = (
  { id, at, word, entry }: Pick<Offered, 'id' | 'at' | 'word' | 'entry'>,
  before?: Entry,
): ListedCopy => {
  const change = differenceOf(before?.verdict ?? {}, entry?.verdict ?? {})
  return {
    ticket: id,
    verdict: word,
    takenAt: entry?.claim.takenAt ?? at.toISOString(),
    sizeBytes: entry?.claim.sizeBytes ?? 0,
    verifiedAt: entry && provenAt(entry),
    rows: entry && rowsOf(entry),
    change: change ? differenceWords(change) : '-',
  }
}

export const listCopies = async (
  request: { database: string; at?: string | undefined },
  tools: Tools,
): Promise<ListedCopy[]> => {
  const moment = parseAt(request.at)
  const offers: Offered[] = []
  for await (const offered of offersOf(await listShelves(tools, request.database), tools)) {
    offers.push(offered)
  }
  return offers.flatMap((offered, index) => {
    if (!isWithin(moment, offered)) return []
    const before = offers.slice(index + 1).find(({ word }) => isWhole(word))
    return [listedCopy(offered, before?.entry)]
  })
}

/** A copy that was taken together with others: of a set of so many. */
export type SetCopy = { id: string; size: number; ticket: string }

/** The sound ones, newest first: what could be brought back as part of a set. */
export const listSets = async (
  request: { database: string; at?: string | undefined },
  tools: Tools,
): Promise<SetCopy[]> => {
  const moment = parseAt(request.at)
  const found: SetCopy[] = []
  for await (const offered of offersOf(await listShelves(tools, request.database), tools)) {
    const { id: ticket, word, entry } = offered
    if (!isWithin(moment, offered) || !isSound(word) || !entry?.claim.set) continue
    if (!isBeingLetGo(entry, tools.clock.now())) found.push({ ...entry.claim.set, ticket })
  }
  return found
}

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
