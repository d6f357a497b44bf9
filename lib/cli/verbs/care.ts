/** What people say of one copy: keep it, keep it no longer, I know better than the verdict. */
import { userInfo } from 'node:os'

import { Fault } from '../../faults'
import { readHoldings } from '../../journey/bucket/holdings'
import { changeEntry, parseTicket, readEntry } from '../../journey/bucket/ledger'
import { listShelves } from '../../journey/bucket/shelves'
import { writeSums } from '../../journey/record'
import type { Tools } from '../../ports'
import {
  isBeingLetGo,
  whyNotAcceptable,
  withAcceptance,
  withPin,
  withoutPin,
} from '../../rules/copy/care'
import type { Person } from '../../rules/copy/care'
import { wordOf } from '../../rules/copy/entry'
import type { Entry } from '../../rules/copy/entry'
import { exits, parse, print, ticketsShown, usage } from '../command'
import type { Command } from '../command'
import { withTools } from '../home'

const longest = 200

/** One line, as it stands in the entry's history for good. */
const sentence = (text: string | undefined): string =>
  (text ?? '')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, longest)

const readArgs = (args: readonly string[], verb: string) => {
  const { values, positionals } = parse(args, {
    by: { type: 'string' },
    note: { type: 'string' },
    reason: { type: 'string' },
  })
  const [ticket, ...more] = positionals
  if (ticket === undefined || more.length > 0)
    throw usage(`${verb} takes one ticket id.`, ticketsShown)
  const by = sentence(values.by ?? userInfo().username)
  if (by === '') throw usage('The name given with --by is empty.')
  return {
    name: parseTicket(ticket),
    by,
    note: sentence(values.note),
    reason: sentence(values.reason),
  }
}

const conflict = (why: string): Fault =>
  new Fault({
    code: 'bad-request',
    why,
    mend: '"npx snapproof list" shows every copy with its verdict.',
  })

/** Changes the entry as it stands; a refusal leaves it as it is. */
const change = async (
  tools: Tools,
  { name, by }: { name: ReturnType<typeof parseTicket>; by: string },
  make: (entry: Entry, person: Person) => Entry,
): Promise<Entry> => {
  const now = tools.clock.now()
  if (!(await readEntry(tools, name))) throw conflict(`There is no copy ${name.id}.`)
  return changeEntry(tools, name, (entry) => {
    if (isBeingLetGo(entry, now)) throw conflict(`${name.id} is just being let go.`)
    return make(entry, { at: now.toISOString(), by })
  })
}

export const pin: Command = {
  help: `usage: snapproof pin TICKET [--note TEXT] [--by NAME]

The copy stays until it is unpinned, and takes no place among those that retention counts. Who pinned
it, when and why stands in its history.

  --note TEXT   why it is kept
  --by NAME     who says so (default: your user name)`,
  run: async (args, root) => {
    const asked = readArgs(args, 'pin')
    return withTools(root, async (tools) => {
      await change(tools, asked, (entry, person) => withPin(entry, person, asked.note))
      print(`${asked.name.id} stays until it is unpinned.`)
      return exits.sound
    })
  },
}

export const unpin: Command = {
  help: `usage: snapproof unpin TICKET [--by NAME]

  --by NAME   who says so (default: your user name)`,
  run: async (args, root) => {
    const asked = readArgs(args, 'unpin')
    return withTools(root, async (tools) => {
      await change(tools, asked, (entry, person) => {
        if (!entry.pin) throw conflict(`${asked.name.id} is not pinned.`)
        return withoutPin(entry, person)
      })
      print(`${asked.name.id} is no longer pinned; "npx snapproof plan" shows what becomes of it.`)
      return exits.sound
    })
  },
}

/** The newest copy after the same fall is what the next one is held against: it is meant as well. */
const acceptAlike = async (
  { id, claim, verdict }: Entry,
  { by, reason }: { by: string; reason: string },
  tools: Tools,
): Promise<string[]> => {
  const fall = verdict?.fall
  if (!fall) return []
  const shelves = await listShelves(tools, claim.database)
  const holdings = await readHoldings(tools, claim.database, shelves)
  const newest = holdings.find(({ line, stored }) => stored && line?.fall?.since === fall.since)
  if (!newest || newest.name.id === id) return []
  await change(tools, { name: newest.name, by }, (entry, person) =>
    withAcceptance(entry, person, reason),
  )
  return [newest.name.id]
}

export const accept: Command = {
  help: `usage: snapproof accept TICKET --reason TEXT [--by NAME]

For a copy that is not what is expected, that failed, or that could not be judged, and that you know to be
good: it counts as sound from then on, for restores and for retention. Only the checks that speak against
it today are overruled; one that fails besides makes it failed again. Bytes that differ from the announced
ones cannot be accepted.

For a copy from which rows or tables are gone: it says that they were to go. The trouble is over, and what
the tables hold now is what later copies are held against.

For a copy that comes from another host than the ones before it: it says that this host pushes now.

After a migration nothing need be accepted: change lib/databases.ts and deploy, and the copies are judged
anew by themselves.

  --reason TEXT   why you know better; it stands in the copy's history
  --by NAME       who says so (default: your user name)`,
  run: async (args, root) => {
    const asked = readArgs(args, 'accept')
    if (asked.reason === '')
      throw usage(
        'accept needs a --reason: it stands in the history.',
        "Add it in your own words: --reason 'it was meant'",
      )
    return withTools(root, async (tools) => {
      const entry = await change(tools, asked, (before, person) => {
        const why = whyNotAcceptable(before)
        if (why !== undefined) throw conflict(`${asked.name.id} cannot be accepted. ${why}`)
        return withAcceptance(before, person, asked.reason)
      })
      await writeSums(entry, tools)
      const alike = await acceptAlike(entry, asked, tools)
      print(`${entry.id} is ${wordOf(entry)} now: restores and retention count it as sound.`)
      for (const id of alike) print(`So is ${id}, the newest one from which the same has gone.`)
      return exits.sound
    })
  },
}
