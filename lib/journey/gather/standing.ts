/** How does one database stand, as people see it: its state, every copy, and what retention says. */
import type { Tools } from '../../ports'
import { gravestFirst } from '../../rules/alerts/alert'
import { isBeingLetGo } from '../../rules/copy/care'
import { copiesOf, isSoundCopy } from '../../rules/copy/held'
import type { Copy } from '../../rules/copy/held'
import { sortObjects } from '../../rules/copy/shelf'
import { shownOf } from '../../rules/copy/shown'
import type { Shown, ShownFall } from '../../rules/copy/shown'
import { calendarOf } from '../../rules/keeping/calendar'
import type { Calendar } from '../../rules/keeping/calendar'
import { own } from '../../rules/plain/own'
import { expectationsOf, expectationsSha256 } from '../../rules/settings/databases'
import { timelinessOf } from '../../rules/settings/schedule'
import { hasLasted, hostCommand } from '../../rules/troubles/trouble'
import type { Trouble } from '../../rules/troubles/trouble'
import { openQuestions, scheduleOf, troublesOf } from '../../rules/troubles/troubles'
import { isSound } from '../../rules/verdict/verdict'
import type { CopyDrill } from '../../rules/watching/drill'
import { lookAt } from '../../rules/watching/look'
import type { DatabaseState, Seen, WatchState } from '../../rules/watching/watch-state'
import { changeOf, readHoldings } from '../bucket/holdings'
import type { Group } from '../bucket/survey'

import { strangersBeside } from './look'
import { planHoldings } from './plan'

export type Health = 'sound' | 'pending' | 'late' | 'trouble' | 'never'

export type DatabaseOverview = {
  database: string
  health: Health
  newest: Seen | undefined
  newestSound: Seen | undefined
  fall: ShownFall | undefined
  /** When the next copy is due at the latest; absent without a schedule. */
  nextBy: string | undefined
  heartbeatAt: string | undefined
  sizeBytes: number
  /** The gravest first. */
  troubles: Trouble[]
  /** Oldest first. */
  drills: CopyDrill[]
  calendar: Calendar
  policy: string
  brake: string | undefined
  /** Newest first. */
  copies: Shown[]
}

export type Read = {
  now: Date
  heartbeats: Map<string, Date>
  watch: WatchState | undefined
  drills: Record<string, { drills: CopyDrill[] }>
  tools: Tools
}

const gravity: readonly Health[] = ['sound', 'never', 'pending', 'late', 'trouble']

export const worst = (healths: readonly Health[]): Health =>
  gravity[Math.max(0, ...healths.map((health) => gravity.indexOf(health)))] ?? 'sound'

export const grave = (troubles: readonly Trouble[]): boolean =>
  troubles.some(({ severity }) => severity === 'error' || severity === 'critical')

const healthOf = (state: DatabaseState, troubles: readonly Trouble[], now: Date): Health => {
  const isOverdue = ({ kind }: Trouble) => kind === 'backup.late' || kind === 'backup.never'
  if (grave(troubles.filter((one) => !isOverdue(one) && hasLasted(one, now)))) return 'trouble'
  if (troubles.some(({ kind }) => kind === 'backup.late')) return 'late'
  if (!state.newest) return 'never'
  if (!isSound(state.newest.word)) return state.newest.word === 'pending' ? 'pending' : 'trouble'
  return 'sound'
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
  const { prefix, databases } = tools.settings
  const sorted = sortObjects(prefix, objects)
  const holdings = await readHoldings(tools, database, sorted.shelves)
  const heartbeatAt = read.heartbeats.get(database)
  const expected = expectationsOf(databases, database)
  const { state } = lookAt(holdings, read.watch?.databases[database], {
    fingerprint,
    strangers: strangersBeside(holdings, sorted),
    heartbeatAt,
    reverifyAfterMs: undefined,
    expectations: expectationsSha256(expected),
    keep: expected.keep,
    schedule: expected.schedule,
    ticketsPerHour: expected.ticketsPerHour,
    now,
  })
  const drills = read.drills[database]?.drills ?? []
  // Of a folder that somebody else made nothing is expected, as the watch sees it too.
  const schedule = scheduleOf(databases, database, state)
  const troubles = troublesOf(database, state, { schedule, now })
  const timeliness = timelinessOf(state, schedule, now)
  const plan = planHoldings(holdings, { database, now, heartbeatAt, strangers: 0 }, tools)
  const rulings = new Map(plan.copies.map((copy) => [copy.id, copy]))
  const stored = copiesOf(holdings)
  const copies = stored.map((copy) => {
    const { keep = true, reasons = [] } = rulings.get(copy.id) ?? {}
    return shownOf(copy, { change: changeOf(stored, copy.id), keep, reasons })
  })
  // What a restore would hand out, and by the time that it goes by: the one in the name.
  const restorable = stored.filter((copy) => isSoundCopy(copy) && !isBeingLetGo(copy, now))
  const overview: DatabaseOverview = {
    database,
    health: healthOf(state, troubles, now),
    newest: state.newest,
    newestSound: state.newestSound,
    fall: fallOf(database, state, stored),
    nextBy:
      timeliness.is === 'in time'
        ? timeliness.nextBy?.toISOString()
        : timeliness.dueAt.toISOString(),
    heartbeatAt: heartbeatAt?.toISOString(),
    sizeBytes: state.sizeBytes,
    troubles: gravestFirst(troubles),
    drills,
    calendar: calendarOf(restorable, now),
    policy: plan.policy,
    brake: plan.brake,
    copies,
  }
  return { overview, recent: recentOf(stored), questions: openQuestions(database, state) }
}

/** The newest copies of a database, as far as the first sound one. */
const recentOf = (copies: readonly Copy[]): Copy[] => {
  const sound = copies.findIndex(isSoundCopy)
  return sound === -1 ? [...copies] : copies.slice(0, sound + 1)
}
