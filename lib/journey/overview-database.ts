import type { Tools } from '../ports'
import { calendarOf } from '../rules/calendar'
import type { Calendar, Restorable } from '../rules/calendar'
import { isBeingLetGo } from '../rules/care'
import type { CopyDrill } from '../rules/drill'
import { lookAt } from '../rules/look'
import { timelinessOf } from '../rules/schedule'
import { hasLasted } from '../rules/trouble'
import type { Trouble } from '../rules/trouble'
import { scheduleOf, troublesOf } from '../rules/troubles'
import { isSound } from '../rules/verdict'
import type { Finding, VerdictWord } from '../rules/verdict'
import type { DatabaseState, Seen, WatchState } from '../rules/watch-state'

import { readHoldings } from './holdings'
import type { Holding } from './holdings'
import { heldOf } from './look'
import { planHoldings } from './plan'
import { sortObjects } from './shelves'
import type { Group } from './survey'

/** How does one database stand, as people see it: its state, every copy, and what retention says. */
export type Health = 'sound' | 'pending' | 'late' | 'trouble' | 'never'

export type CopyStatus = {
  id: string
  /** As it is called in the store, with its ending. */
  file: string
  word: VerdictWord
  takenAt: string
  arrivedAt: string
  provenAt: string | undefined
  sizeBytes: number
  rows: number | undefined
  tookMs: number | undefined
  remarks: Finding[]
  pinnedBy: string | undefined
  /** What retention says of it today. */
  keep: boolean
  reasons: string[]
}

export type DatabaseOverview = {
  database: string
  health: Health
  newest: Seen | undefined
  newestSound: Seen | undefined
  /** When the next copy is due at the latest; absent without a schedule. */
  nextBy: string | undefined
  heartbeatAt: string | undefined
  sizeBytes: number
  troubles: Trouble[]
  /** Oldest first. */
  drills: CopyDrill[]
  calendar: Calendar
  policy: string
  brake: string | undefined
  /** Newest first. */
  copies: CopyStatus[]
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

const copyOf = (holding: Holding, ruling: { keep: boolean; reasons: string[] } | undefined) => {
  const { name, word, line, stored } = holding
  if (!line || !stored) return []
  return [
    {
      id: name.id,
      file: stored.key.slice(stored.key.lastIndexOf('/') + 1),
      word,
      takenAt: line.takenAt,
      arrivedAt: line.arrivedAt ?? stored.modifiedAt.toISOString(),
      provenAt: line.provenAt,
      sizeBytes: stored.sizeBytes,
      rows: line.rows,
      tookMs: line.tookMs,
      remarks: line.remarks,
      pinnedBy: line.pinnedBy,
      keep: ruling?.keep ?? true,
      reasons: ruling?.reasons ?? [],
    },
  ]
}

/** What a restore would hand out, and by the time that it goes by: the one in the name. */
const restorableOf = (holdings: readonly Holding[], now: Date): Restorable[] =>
  holdings.flatMap(({ name, word, line, stored }) =>
    line && stored && !isBeingLetGo(line, now) && isSound(word)
      ? [{ id: name.id, at: name.at, provenAt: line.provenAt }]
      : [],
  )

export const readDatabase = async (group: Group, read: Read) => {
  const { database, objects, fingerprint } = group
  const { tools, now } = read
  const { prefix, databases } = tools.settings
  const sorted = sortObjects(prefix, objects)
  const holdings = await readHoldings(tools, database, sorted.shelves)
  const heartbeatAt = read.heartbeats.get(database)
  const { state } = lookAt(holdings.map(heldOf), read.watch?.databases[database], {
    fingerprint,
    strangers: sorted.strangers.map(({ key }) => key),
    heartbeatAt,
    reverifyAfterMs: undefined,
    now,
  })
  const drills = read.drills[database]?.drills ?? []
  // Of a folder that somebody else made nothing is expected, as the watch sees it too.
  const schedule = scheduleOf(databases, database, state)
  const troubles = troublesOf(database, state, { schedule, now })
  const timeliness = timelinessOf(state, schedule, now)
  const plan = planHoldings(holdings, { database, now, heartbeatAt, strangers: 0 }, tools)
  const rulings = new Map(plan.copies.map((copy) => [copy.id, copy]))
  const copies = holdings.flatMap((holding) => copyOf(holding, rulings.get(holding.name.id)))
  const overview: DatabaseOverview = {
    database,
    health: healthOf(state, troubles, now),
    newest: state.newest,
    newestSound: state.newestSound,
    nextBy:
      timeliness.is === 'in time'
        ? timeliness.nextBy?.toISOString()
        : timeliness.dueAt.toISOString(),
    heartbeatAt: heartbeatAt?.toISOString(),
    sizeBytes: state.sizeBytes,
    troubles,
    drills,
    calendar: calendarOf(restorableOf(holdings, now), now),
    policy: plan.policy,
    brake: plan.brake,
    copies,
  }
  return { overview, holdings }
}

/** The newest copies of a database, as far as the first sound one. */
export const recentOf = (holdings: readonly Holding[]): Holding[] => {
  const stored = holdings.filter(({ line, stored: file }) => line && file)
  const sound = stored.findIndex(({ word }) => isSound(word))
  return sound === -1 ? stored : stored.slice(0, sound + 1)
}
