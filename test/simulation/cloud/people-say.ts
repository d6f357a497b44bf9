/** What `snapproof pin`, `unpin` and `accept` do in lib/cli/verbs/care.ts, without their command line. */
import { Fault } from '../../../lib/faults'
import { readHoldings } from '../../../lib/journey/bucket/holdings'
import { changeEntry, parseTicket, readEntry } from '../../../lib/journey/bucket/ledger'
import { listShelves } from '../../../lib/journey/bucket/shelves'
import { writeSums } from '../../../lib/journey/record'
import type { Tools } from '../../../lib/ports'
import {
  isBeingLetGo,
  whyNotAcceptable,
  withAcceptance,
  withPin,
  withoutPin,
} from '../../../lib/rules/copy/care'
import type { Person } from '../../../lib/rules/copy/care'
import type { Entry } from '../../../lib/rules/copy/entry'

export type Saying = { id: string }

const refuse = (why: string): Fault => new Fault({ code: 'bad-request', why, mend: 'Look again.' })

const change = async (
  { id }: Saying,
  tools: Tools,
  make: (entry: Entry, person: Person) => Entry,
): Promise<Entry> => {
  const now = tools.clock.now()
  const name = parseTicket(id)
  if (!(await readEntry(tools, name))) throw refuse(`There is no copy ${id}.`)
  return changeEntry(tools, name, (entry) => {
    if (isBeingLetGo(entry, now)) throw refuse(`${id} is just being let go.`)
    return make(entry, { at: now.toISOString(), by: 'ada' })
  })
}

export const pin = async (saying: Saying, tools: Tools): Promise<string> => {
  await change(saying, tools, (entry, person) => withPin(entry, person, 'before the move'))
  return 'pinned'
}

export const unpin = async (saying: Saying, tools: Tools): Promise<string> => {
  await change(saying, tools, (entry, person) => {
    if (!entry.pin) throw refuse(`${saying.id} is not pinned.`)
    return withoutPin(entry, person)
  })
  return 'unpinned'
}

/** The newest copy after the same fall is what the next one is held against: it is meant as well. */
const acceptAlike = async ({ id, claim, verdict }: Entry, tools: Tools): Promise<void> => {
  const fall = verdict?.fall
  if (!fall) return
  const shelves = await listShelves(tools, claim.database)
  const holdings = await readHoldings(tools, claim.database, shelves)
  const newest = holdings.find(({ line, stored }) => stored && line?.fall?.since === fall.since)
  if (!newest || newest.name.id === id) return
  await change({ id: newest.name.id }, tools, (entry, person) =>
    withAcceptance(entry, person, 'I looked'),
  )
}

export const accept = async (saying: Saying, tools: Tools): Promise<string> => {
  const entry = await change(saying, tools, (before, person) => {
    const why = whyNotAcceptable(before)
    if (why !== undefined) throw refuse(why)
    return withAcceptance(before, person, 'I looked')
  })
  await writeSums(entry, tools)
  await acceptAlike(entry, tools)
  return 'accepted'
}
