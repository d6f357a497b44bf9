/**
 * How does each database stand, at one run of the watch? Only those are looked at of which something has
 * changed or is due; of the others holds what the last run saw.
 */
import { createHash } from 'node:crypto'

import { asFault } from '../../faults'
import type { Tools } from '../../ports'
import { lineShape } from '../../rules/copy/catalog'
import type { Held } from '../../rules/copy/held'
import type { PruneState } from '../../rules/copy/journal'
import { sortObjects } from '../../rules/copy/shelf'
import type { Sorted } from '../../rules/copy/shelf'
import { own } from '../../rules/plain/own'
import { expectationsOf, expectationsSha256 } from '../../rules/settings/databases'
import { sealKeyId } from '../../rules/trust/seal'
import { lookAt } from '../../rules/watching/look'
import type { Look } from '../../rules/watching/look'
import type { DatabaseState } from '../../rules/watching/watch-state'
import { readHoldings } from '../bucket/holdings'
import { parseTicket, passOverForeign, readEntry } from '../bucket/ledger'
import { listDatabase } from '../bucket/shelves'
import { fingerprintOf } from '../bucket/survey'
import type { Group } from '../bucket/survey'

import { adopt, isToAdopt } from './adopt'
import { takeStock } from './stock'
import type { Taken } from './sum-up'

/** What one run gathers on its way through the bucket. */
export type Round = {
  now: Date
  /** What was known of each database before this look. */
  known: Readonly<Record<string, DatabaseState>>
  heartbeats: Map<string, Date>
  prune: PruneState | undefined
  databases: Record<string, DatabaseState>
  looks: { database: string; look: Look }[]
  /** Databases that could not be looked at. */
  unseen: Set<string>
  /** For these the time, which ends at `lookUntil`, was too short: the next run begins with them. */
  unreached: string[]
  lookUntil: Date
  /** What was counted of each database's copies when it was last looked at. */
  stocks: Map<string, Taken>
  /** So many files of older scripts may become copies in this run, and so many have to wait for the next. */
  room: { toAdopt: number; unadopted: number }
  faults: string[]
}

/**
 * What stands there, what is expected of it, and under which secrets: any change is looked at. So is
 * what a build saw that knows less of a copy: it says nothing of what this one has to tell.
 */
export const stampOf = (group: Group, { settings }: Tools): string => {
  const { current, previous } = settings.secrets
  const keys = [current, previous].map((secret) => secret && sealKeyId(secret))
  const isListed = own(settings.databases, group.database) !== undefined
  const expected = isListed ? expectationsOf(settings.databases, group.database) : null
  const text = JSON.stringify([group.fingerprint, expected, keys, lineShape])
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}

/** What was counted of one that has changed since is counted anew, whoever looked at it in between. */
const isQuiet = (
  stamp: string,
  { known, taken, now }: { known: DatabaseState | undefined; taken: Taken | undefined; now: Date },
): boolean =>
  known?.fingerprint === stamp &&
  taken?.stamp === stamp &&
  (known.dueAt === undefined || Date.parse(known.dueAt) > now.getTime())

/** What a newer build stores beside an entry that only it can read is not unknown: it knows it. */
export const strangersBeside = (
  holdings: readonly Held[],
  { strangers }: Pick<Sorted, 'strangers'>,
): string[] => {
  const newer = holdings.filter(({ isNewer }) => isNewer).map(({ name }) => `/${name.id}.`)
  return strangers.map(({ key }) => key).filter((key) => !newer.some((one) => key.includes(one)))
}

const look = async (group: Group, round: Round, tools: Tools): Promise<Look> => {
  const { database } = group
  const { databases } = tools.settings
  let sorted = sortObjects(tools.settings, group.objects)
  let seen = group
  let holdings = await readHoldings(tools, database, sorted.shelves)
  if (await adopt(holdings, round.room, tools)) {
    const objects = await listDatabase(tools, database)
    sorted = sortObjects(tools.settings, objects)
    seen = { database, objects, fingerprint: fingerprintOf(objects) }
    holdings = await readHoldings(tools, database, sorted.shelves)
  }
  const waiting = holdings.filter((one) => isToAdopt(one, tools))
  round.room.unadopted += waiting.length
  const expected = expectationsOf(databases, database)
  const counted = holdings.filter((one) => !waiting.includes(one))
  const stamp = stampOf(seen, tools)
  const heartbeatAt = round.heartbeats.get(database)
  const { now, prune } = round
  const { stock } = takeStock(counted, { database, heartbeatAt, prune, now }, tools)
  round.stocks.set(database, { stamp, stock })
  const seenNow = lookAt(counted, own(round.known, database), {
    fingerprint: stamp,
    strangers: strangersBeside(holdings, sorted),
    heartbeatAt,
    reverifyAfterMs: expected.reverifyAfterMs,
    expectations: expectationsSha256(expected),
    keep: expected.keep,
    schedule: expected.schedule,
    ticketsPerHour: expected.ticketsPerHour,
    maxStoredBytes: expected.maxStoredBytes,
    now: round.now,
  })
  // The next run goes on with them, though nothing else changes.
  return waiting.length === 0
    ? seenNow
    : { ...seenNow, state: { ...seenNow.state, dueAt: round.now.toISOString() } }
}

/** A copy that is missed may only be missing in the listing: then the next run looks again. */
const isListedLate = async (
  { state: { vanished } }: Look,
  known: DatabaseState | undefined,
  tools: Tools,
): Promise<boolean> => {
  if (!vanished || vanished.id === known?.vanished?.id) return false
  const read = await readEntry(tools, parseTicket(vanished.id)).catch(passOverForeign)
  return read !== undefined && (await tools.store.head(read.entry.key)) !== undefined
}

/** One database's trouble must not keep the others waiting: it is told, and its last state stands. */
export const lookAround = async (group: Group, round: Round, tools: Tools): Promise<void> => {
  const { database } = group
  const known = own(round.known, database)
  const heartbeatAt = round.heartbeats.get(database)?.toISOString() ?? known?.heartbeatAt
  if (known) round.databases[database] = { ...known, heartbeatAt }
  const taken = round.stocks.get(database)
  if (isQuiet(stampOf(group, tools), { known, taken, now: round.now })) return
  if (tools.clock.now() >= round.lookUntil) {
    round.unseen.add(database)
    round.unreached.push(database)
    return
  }
  try {
    const seen = await look(group, round, tools)
    if (await isListedLate(seen, known, tools)) {
      round.unseen.add(database)
      return
    }
    round.databases[database] = seen.state
    round.looks.push({ database, look: seen })
  } catch (thrown) {
    round.unseen.add(database)
    round.faults.push(`${database}: ${asFault(thrown).why}`)
  }
}
