/** How does one database stand, as people see it: its state, every copy, and what retention says. */
import type { Tools } from '../../ports'
import { gravestFirst } from '../../rules/alerts/alert'
import { isBeingLetGo } from '../../rules/copy/care'
import { isSoundCopy } from '../../rules/copy/held'
import type { Copy } from '../../rules/copy/held'
import type { PruneState } from '../../rules/copy/journal'
import { sortObjects } from '../../rules/copy/shelf'
import { shownOf } from '../../rules/copy/shown'
import type { Shown, ShownFall } from '../../rules/copy/shown'
import { calendarOf } from '../../rules/keeping/calendar'
import type { Calendar } from '../../rules/keeping/calendar'
import { own } from '../../rules/plain/own'
import { secondLineOf } from '../../rules/second/second-state'
import type { SecondState } from '../../rules/second/second-state'
import { expectationsOf, expectationsSha256 } from '../../rules/settings/databases'
import { hostCommand } from '../../rules/troubles/trouble'
import type { Trouble } from '../../rules/troubles/trouble'
import { kindOf, openQuestions, scheduleOf, troublesOf } from '../../rules/troubles/troubles'
import type { CopyDrill } from '../../rules/watching/drill'
import { lookAt } from '../../rules/watching/look'
import { healthOf, standingOf } from '../../rules/watching/standing'
import type { Standing } from '../../rules/watching/standing'
import type { DatabaseState, Remembered, Seen } from '../../rules/watching/watch-state'
import { changesOf, readHoldings } from '../bucket/holdings'
import type { Group } from '../bucket/survey'

import { isToAdopt } from './adopt'
import { strangersBeside } from './look'
import { takeStock } from './stock'

/** Its line, with everything that its own page tells besides. */
export type DatabaseOverview = Omit<Standing, 'newest' | 'newestSound' | 'fall' | 'troubles'> & {
  newest: Seen | undefined
  newestSound: Seen | undefined
  fall: ShownFall | undefined
  /** The gravest first. */
  troubles: Trouble[]
  /** Oldest first. */
  drills: CopyDrill[]
  calendar: Calendar
  policy: string
  brake: string | undefined
  /** On their way out, since the last run of prune. */
  leaving: { copies: number; firstAt: string } | undefined
  /** Newest first. */
  copies: Shown[]
}

export type Read = {
  now: Date
  heartbeats: Map<string, Date>
  known: Readonly<Record<string, Remembered>>
  drills: Record<string, { drills: CopyDrill[] }>
  prune: PruneState | undefined
  second: SecondState | undefined
  tools: Tools
}

const fallOf = (
  database: string,
  { fall }: DatabaseState,
  stored: readonly Copy[],
): ShownFall | undefined => {
  if (!fall) return undefined
  const { since, sinceAt, before, beforeAt } = fall
  const held = stored.find(({ id }) => id === before)?.tables
  const tables = Object.entries(fall.tables).map(([table, { had, has }]) => ({
    table,
    before: own(held, table) ?? had,
    now: has,
  }))
  const restoreCommand = hostCommand(`restore.sh --at ${before}`, database)
  return { since, sinceAt, before, beforeAt, tables, restoreCommand }
}

export const readDatabase = async (group: Group, read: Read) => {
  const { database, objects, fingerprint } = group
  const { tools, now } = read
  const { databases } = tools.settings
  const sorted = sortObjects(tools.settings, objects)
  const held = await readHoldings(tools, database, sorted.shelves)
  // What the watch has not come to adopt yet is no copy, and nobody else's file.
  const holdings = held.filter((one) => !isToAdopt(one, tools))
  const heartbeatAt = read.heartbeats.get(database)
  const expected = expectationsOf(databases, database)
  const { state } = lookAt(holdings, own(read.known, database), {
    fingerprint,
    strangers: strangersBeside(holdings, sorted),
    heartbeatAt,
    reverifyAfterMs: undefined,
    expectations: expectationsSha256(expected),
    keep: expected.keep,
    schedule: expected.schedule,
    ticketsPerHour: expected.ticketsPerHour,
    maxStoredBytes: expected.maxStoredBytes,
    now,
  })
  const drills = own(read.drills, database)?.drills ?? []
  // Of a folder that somebody else made nothing is expected, as the watch sees it too.
  const schedule = scheduleOf(databases, database, state)
  const kind = kindOf(databases, database, state)
  const troubles = troublesOf(database, state, { schedule, kind, now })
  const { prune } = read
  const second = read.second && secondLineOf(read.second, database, state)
  const about = { database, heartbeatAt, prune, now }
  const { plan, leaving, copies: stored, stock } = takeStock(holdings, about, tools)
  const changes = changesOf(stored)
  const copies = stored.map((copy) => shownOf(copy, { ...copy, change: changes.get(copy.id) }))
  // What a restore would hand out, and by the time that it goes by: the one in the name.
  const restorable = stored.filter((copy) => isSoundCopy(copy) && !isBeingLetGo(copy, now))
  const overview: DatabaseOverview = {
    ...standingOf(database, {
      state,
      kind,
      troubles,
      drills,
      schedule,
      stock,
      second,
      now,
    }),
    newest: state.newest,
    newestSound: state.newestSound,
    fall: fallOf(database, state, stored),
    troubles: gravestFirst(troubles),
    drills,
    calendar: calendarOf(restorable, now),
    policy: plan.policy,
    brake: plan.brake,
    leaving,
    copies,
  }
  return { overview, questions: openQuestions(database, state) }
}

/** What prune and drill know of it counts with the rest: with a copy that did not come back nothing is safe. */
export const withBesides = (
  one: DatabaseOverview,
  besides: readonly Trouble[],
  now: Date,
): DatabaseOverview => {
  const troubles = gravestFirst([...one.troubles, ...besides])
  return { ...one, health: healthOf(one, troubles, now), troubles, wrong: troubles.length }
}
