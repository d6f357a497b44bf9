import type { Tools } from '../ports'
import { isSound } from '../rules/verdict'

import { readHoldings } from './holdings'
import type { Holding } from './holdings'
import type { Copy } from './restore'
import { setsOf } from './sets'
import type { SetStatus } from './sets'
import { sortObjects } from './shelves'
import { groupsOf, listTop } from './survey'
import type { Group } from './survey'

/** People and monitors: what is safe, and since when? */
export type DatabaseStatus = {
  database: string
  newest: Copy | undefined
  newestSound: Copy | undefined
  /** Snapshots in the store, whatever their verdict. */
  copies: number
  sizeBytes: number
}

export type Status = { generatedAt: string; databases: DatabaseStatus[]; sets: SetStatus[] }

const copyHeld = ({ name, word, line, stored }: Holding): Copy => ({
  ticket: name.id,
  verdict: word,
  takenAt: line?.takenAt ?? name.at.toISOString(),
  sizeBytes: stored?.sizeBytes ?? 0,
  verifiedAt: line?.provenAt,
})

type Seen = { status: DatabaseStatus; recent: Holding[] }

/** Newest first, and as far as the first sound one: what is told of a database is among these. */
const statusOf = async ({ database, objects }: Group, tools: Tools): Promise<Seen> => {
  const { shelves } = sortObjects(tools.settings.prefix, objects)
  const holdings = await readHoldings(tools, database, shelves)
  const stored = holdings.filter((holding) => holding.line && holding.stored)
  const sound = stored.findIndex(({ word }) => isSound(word))
  const newestSound = stored[sound]
  const status: DatabaseStatus = {
    database,
    newest: stored[0] && copyHeld(stored[0]),
    newestSound: newestSound && copyHeld(newestSound),
    copies: stored.length,
    sizeBytes: stored.reduce((sum, holding) => sum + (holding.stored?.sizeBytes ?? 0), 0),
  }
  return { status, recent: sound === -1 ? stored : stored.slice(0, sound + 1) }
}

export const readStatus = async (tools: Tools): Promise<Status> => {
  // A database that was promised and never came is shown too: silence is how backups die.
  const expected = Object.keys(tools.settings.databases)
  const { adopted } = await listTop(tools)
  const seen: Promise<Seen>[] = []
  for await (const group of groupsOf(tools, adopted, expected)) seen.push(statusOf(group, tools))
  const all = await Promise.all(seen)
  const byName = (a: Seen, b: Seen) => (a.status.database < b.status.database ? -1 : 1)
  return {
    generatedAt: tools.clock.now().toISOString(),
    databases: all.toSorted(byName).map(({ status }) => status),
    sets: setsOf(all.flatMap(({ recent }) => recent)),
  }
}
