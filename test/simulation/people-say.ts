import { Fault } from '../../lib/faults'
import { changeEntry, parseTicket, readEntry } from '../../lib/journey/ledger'
import { writeSums } from '../../lib/journey/record'
import type { Tools } from '../../lib/ports'
import {
  isBeingLetGo,
  whyNotAcceptable,
  withAcceptance,
  withPin,
  withoutPin,
} from '../../lib/rules/care'
import type { Person } from '../../lib/rules/care'
import type { Entry } from '../../lib/rules/entry'

/** What `snapproof pin`, `unpin` and `accept` do in lib/cli/care.ts, without their command line. */
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

export const accept = async (saying: Saying, tools: Tools): Promise<string> => {
  const entry = await change(saying, tools, (before, person) => {
    const why = whyNotAcceptable(before)
    if (why !== undefined) throw refuse(why)
    return withAcceptance(before, person, 'I looked')
  })
  await writeSums(entry, tools)
  return 'accepted'
}
