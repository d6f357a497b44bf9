/**
 * 6. Every failed or late database reaches an alert, or an outbox entry that is retried until it is
 * delivered. And nobody is told what is not so, or more often than was promised.
 */
import { z } from 'zod'

import type { Alert } from '../../../lib/rules/alerts/alert'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import type { DatabaseSettings } from '../../../lib/rules/settings/databases'
import type { By, Change } from '../cloud/bucket'
import type { Ended } from '../cloud/functions'
import type { Place } from '../cloud/letterbox'
import { Violation } from '../violation'

import type { Falls } from './falls'
import { alertsKey, outboxOracle } from './telling/outbox'
import type { Entry } from './telling/outbox'
import { toldOracle } from './telling/told'
import { kinds, troublesOf } from './troubles'
import type { Kind } from './troubles'
import { payloadOf, readWatchSeen } from './truth'
import type { Copy, Truth } from './truth'

/** Listings lag by minutes, the store's clock is off by minutes, and a run takes its ten. */
const slackMs = 40 * minuteMs

/** What passes by itself is told when it has lasted: three tries, an hour apart. */
const graceMs = (kind: Kind): number => (kind === 'verify.unverifiable' ? 2.5 * hourMs : 0)

/** Who is only woken by what is critical. */
const severityOf = (kind: Kind) =>
  kind === 'verify.failed' || kind === 'copy.gone' || kind === 'rows.leaving'
    ? 'critical'
    : 'warning'

/** Rows that have been missed for so long are worth a warning; and it is as good for so long. */
const warnedWithinMs = 2 * dayMs
const warningLastsMs = 14 * dayMs

/** While one of these lasts nobody may say that all is well. */
const neverWell = ['verify.failed', 'verify.unmet', 'verify.unverifiable', 'backup.late'] as const

/** The longest wait between two tries; and the runs of the watch in which it must succeed then. */
const backOffMs = dayMs
const runsEnough = 4

const Answered = z.object({ faults: z.array(z.string()) })

type Parts = {
  truth: Truth
  falls: Falls
  databases: Readonly<Record<string, DatabaseSettings>>
  installation: string
  nowMs: () => number
  places: () => readonly Place[]
}

export const alertsOracle = ({ truth, falls, databases, installation, nowMs, places }: Parts) => {
  const troubles = troublesOf({ truth, falls }, databases)
  /** Since when a run is not expected to note what it sent: a call of it went wrong. */
  const unsteady = new WeakSet<By>()
  const told = toldOracle({
    isUnsteady: (by) => unsteady.has(by) || by.task?.isDead === true,
    isCounted: (where, key) => outbox.isCounted(where, key),
  })
  const outbox = outboxOracle((where, id) => told.isHeard(where, id))
  /** When the runs began that came to their end with a right clock and saw everything. */
  let good: number[] = []
  /** When it was last told that the last copy from before a loss is about to go. */
  const warnedMs = new Map<string, number>()
  /** The newest sound copies, as the watch knows them. */
  let known = new Map<string, string>()

  const keyOf = (database: string, kind: Kind) => `${installation}/${database}/${kind}`

  const judgeAdded = ({ kind, status, database, key }: Entry, by: string): void => {
    const name = kinds.find((one) => one === kind)
    if (name === 'rows.leaving' && status !== 'resolved') warnedMs.set(database ?? '', nowMs())
    if (!name || database === undefined || !Object.hasOwn(databases, database)) return
    const atMs = nowMs()
    if (status !== 'resolved') {
      if (troubles.lastSo(database, name, atMs) >= atMs - slackMs) return
      throw new Violation(6, `${by} tells ${key}, and it is not so`)
    }
    if (troubles.sureSince(database, name) > atMs - slackMs) return
    throw new Violation(6, `${by} says that ${key} is over, and it is not`)
  }

  /** Whoever may still want back what has gone hears of it before the last copy that holds it goes. */
  const forbidUnwarned = (database: string, { entry }: Copy): void => {
    if (!falls.isBeyondRecall(database)) return
    if ((warnedMs.get(database) ?? -Infinity) > nowMs() - warningLastsMs) return
    throw new Violation(6, `${entry.id} went, the last from before a loss, and nobody was warned`)
  }

  /** Either the place knows, or it is on its way there. */
  const isCovered = (where: string, key: string): boolean => {
    const waiting = outbox.entries().filter((one) => one.where === where && one.key === key)
    const last = waiting.at(-1)
    return last ? last.status !== 'resolved' : told.believes(where, key)
  }

  const everythingIsTold = (): void => {
    for (const database of Object.keys(databases)) {
      for (const kind of kinds) {
        const sinceMs = troubles.sureSince(database, kind) + slackMs
        const runs = good.filter((startedMs) => startedMs >= sinceMs)
        const [first = Infinity] = runs
        if (!runs.some((startedMs) => startedMs > first + graceMs(kind) + slackMs)) continue
        for (const { id: where, takes } of places()) {
          const key = keyOf(database, kind)
          if (!takes({ severity: severityOf(kind) }) || isCovered(where, key)) continue
          const since = new Date(troubles.sureSince(database, kind)).toISOString()
          throw new Violation(6, `nobody told ${where} of ${key}, which is so since ${since}`)
        }
      }
    }
  }

  const everythingIsSent = (): void => {
    for (const { id, mood, illUntilMs } of places()) {
      if (mood !== 'takes') continue
      for (const { where, key, status, sinceMs } of outbox.entries()) {
        if (where !== id) continue
        const wellMs = Math.max(illUntilMs, sinceMs) + backOffMs + slackMs
        if (good.filter((startedMs) => startedMs > wellMs).length < runsEnough) continue
        throw new Violation(6, `${where} is well, and is not told of ${key} (${status})`)
      }
    }
  }

  return {
    sureSince: troubles.sureSince,
    unsteady: (by: By): void => void unsteady.add(by),
    arrived: (where: string, alerts: readonly Alert[], by: By): void => {
      for (const alert of alerts) told.hear(where, alert, by, nowMs())
    },
    /** Silence is the alarm there: it must not be broken while anything is wrong. */
    pinged: (by: By): void => {
      for (const database of Object.keys(databases)) {
        for (const kind of neverWell) {
          if (troubles.sureSince(database, kind) > nowMs() - slackMs) continue
          throw new Violation(6, `${by.name}: all is called well, and ${database} is ${kind}`)
        }
      }
    },
    hear: (change: Change, before: Copy | undefined): void => {
      const { key, how, by, atMs, after } = change
      const database = before?.entry.claim.database ?? ''
      const isMissed = troubles.sureSince(database, 'rows.collapsed') < atMs - warnedWithinMs
      if (before && how === 'remove' && by.role === 'stranger' && key === before.entry.key) {
        if (known.get(database) === before.entry.id) troubles.taken(database, atMs)
      }
      troubles.hear(change, before)
      if (isMissed && by.role === 'prune' && before && key === before.entry.key) {
        forbidUnwarned(database, before)
      }
      if (key === alertsKey) for (const added of outbox.hear(change)) judgeAdded(added, by.name)
      if (key === 'backups/_state/watch.json' && after)
        known = readWatchSeen(payloadOf(after.bytes))
    },
    /** True of a run of the watch that saw everything. */
    ended: ({ name, said, startedAtMs, clockAheadMs }: Ended): boolean => {
      if (name !== 'watch' || 'fault' in said) return false
      const { faults } = Answered.parse(said.answer)
      if (faults.length > 0 || Math.abs(clockAheadMs) > slackMs) return false
      troubles.watched(startedAtMs, nowMs())
      good = [...good.slice(-40), startedAtMs].toSorted((a, b) => a - b)
      everythingIsTold()
      everythingIsSent()
      return true
    },
    /** Whoever takes warnings knows of it, or it is on its way to them. */
    isTold: (what: string): boolean =>
      places().every(
        ({ id: where, takes }) =>
          !takes({ severity: 'warning' }) || isCovered(where, `${installation}/${what}`),
      ),
    /** At rest nothing waits, and nobody believes what is not so. */
    settled: (): void => {
      const [waiting] = outbox.entries()
      if (waiting) throw new Violation(6, `${waiting.where} still waits for ${waiting.key} at rest`)
      for (const { id: where } of places()) {
        for (const { isOpen, kind, database } of told.beliefs(where)) {
          if (isOpen && kind === 'store.error') {
            throw new Violation(6, `${where} still believes that the store is away`)
          }
          if (isOpen && kind === 'second.behind') {
            throw new Violation(11, `${where} still believes that the second place is behind`)
          }
          const name = kinds.find((one) => one === kind)
          if (!isOpen || !name || database === undefined) continue
          if (troubles.lastSo(database, name, nowMs()) >= nowMs() - slackMs) continue
          throw new Violation(6, `${where} still believes in ${kind} of ${database}, long over`)
        }
      }
    },
  }
}
