/**
 * 10. No database delays another's verdict by more than one run, or another's alert at all; the limits
 * hold; and a timer that does not come is replaced, or heard of.
 */
import { z } from 'zod'

import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import type { By, Change } from '../cloud/bucket'
import type { Ended } from '../cloud/functions'
import { Violation } from '../violation'

import type { Copy, Truth } from './truth'

/** Listings lag by minutes, and the store's clock is off by minutes. */
const slackMs = 40 * minuteMs

/** As lib/databases.ts has it where it says nothing; counted in less than an hour, whatever the clocks say. */
const ticketsAtMost = 20
const countedMs = hourMs - 20 * minuteMs

/** Two that draw one mark in one second are counted as one: once in millions, and often in these worlds. */
const sharedMark = '_aaaaaa.'

/** What one of these databases may make of an entry or a state, however its author tries. */
const ownBytesAtMost = 200_000

/** And of its line in the catalog. */
const lineBytesAtMost = 5_000

/** What push.sh is told after. */
const silentMs = 3 * hourMs

/** Both have run by then, by a trigger of their own or by the one that there is. */
const ranWithinMs = { prune: 3 * dayMs, drill: 10 * dayMs }

const Opened = z.object({
  started: z.array(z.string()),
  verified: z.array(z.string()),
  faults: z.array(z.string()),
})

const Noticed = z.object({ notice: z.string().optional() })
const Asked = z.object({ database: z.string() })

const databaseOf = (key: string): string => key.split('/')[1] ?? ''

type Parts = {
  truth: Truth
  databases: readonly string[]
  besieged: () => string | undefined
  nowMs: () => number
  /** Since when nothing but the databases themselves makes anything slow. */
  calmSinceMs: () => number
}

export const isolationOracle = ({ truth, databases, besieged, nowMs, calmSinceMs }: Parts) => {
  const given = new Map<string, { atMs: number; isMarkShared: boolean }[]>()
  const ranMs = new Map<string, number>()
  const unsteady = new WeakSet<By>()
  /** When the first copy of each database came. */
  const firstMs = new Map<string, number>()
  let goodMs = -Infinity

  const countGiven = ({ key, atMs, by }: Change): void => {
    const database = databaseOf(key)
    const one = { atMs, isMarkShared: key.includes(sharedMark) }
    const recent = [...(given.get(database) ?? []), one].filter((it) => atMs - it.atMs < countedMs)
    given.set(database, recent)
    const most = ticketsAtMost + (recent.some(({ isMarkShared }) => isMarkShared) ? 1 : 0)
    if (recent.length <= most) return
    throw new Violation(10, `${by.name} gave ${recent.length} tickets of ${database} in an hour`)
  }

  const atMost = (key: string): number => {
    if (!key.startsWith('backups/_') && !key.endsWith('.entry.json')) return Infinity
    const database = /^backups\/_state\/(.+)\/catalog\.json$/.exec(key)?.[1]
    const lines = database === undefined ? 0 : truth.copies(database).length
    return ownBytesAtMost + lines * lineBytesAtMost
  }

  const newestWaiting = (database: string): Copy | undefined =>
    truth
      .copies(database)
      .filter(({ entry, stored }) => stored !== undefined && entry.verdict === undefined)
      .toSorted((a, b) => truth.arrivedMs(b) - truth.arrivedMs(a))[0]

  /** Whoever was there at the run before last is judged, or is being opened, by now. */
  const forbidDelays = (opened: z.infer<typeof Opened>): void => {
    for (const database of databases) {
      const copy = database === besieged() ? undefined : newestWaiting(database)
      if (!copy || !(truth.arrivedMs(copy) < goodMs - slackMs)) continue
      const { id } = copy.entry
      if (opened.started.includes(id) || opened.verified.includes(id)) continue
      throw new Violation(10, `${id} waits for its verdict for two runs of the watch`)
    }
  }

  const watched = ({ by, said, startedAtMs, clockAheadMs }: Ended): void => {
    if ('fault' in said || unsteady.has(by) || startedAtMs < calmSinceMs()) return
    const opened = Opened.parse(said.answer)
    if (opened.faults.length > 0 || Math.abs(clockAheadMs) > slackMs) return
    if (startedAtMs - goodMs < slackMs) return
    forbidDelays(opened)
    goodMs = startedAtMs
  }

  const heardSilence = ({ by, said, request, startedAtMs }: Ended): void => {
    if ('fault' in said || unsteady.has(by)) return
    const { database } = Asked.parse(request)
    const lastMs = ranMs.get('watch') ?? firstMs.get(database) ?? Infinity
    if (startedAtMs - lastMs < silentMs + slackMs) return
    if (Noticed.parse(said.answer).notice !== undefined) return
    throw new Violation(10, `${by.name} says nothing of a watch that is silent`)
  }

  return {
    unsteady: (by: By): void => void unsteady.add(by),
    hear: (change: Change): void => {
      const { key, how, by, atMs, after } = change
      const database = databaseOf(key)
      if (how === 'upload' && !firstMs.has(database)) firstMs.set(database, atMs)
      const timer = /^backups\/_state\/(watch|prune|drill)\.json$/.exec(key)?.[1]
      if (timer !== undefined && after) ranMs.set(timer, atMs)
      if (how === 'create' && by.role === 'ticket' && key.endsWith('.entry.json'))
        countGiven(change)
      const sizeBytes = by.role === 'stranger' ? 0 : (after?.bytes.length ?? 0)
      if (sizeBytes <= atMost(key)) return
      throw new Violation(10, `${by.name} wrote ${sizeBytes} bytes to ${key}`)
    },
    ended: (ended: Ended): void => {
      if (ended.name === 'watch') watched(ended)
      if (ended.name === 'ticket') heardSilence(ended)
    },
    /** A function was ended at its limit. */
    cut: (by: By, startedAtMs: number): void => {
      if (by.role !== 'watch' || unsteady.has(by) || startedAtMs < calmSinceMs()) return
      throw new Violation(10, `${by.name} came to its limit, and what it found was not told`)
    },
    settled: (): void => {
      for (const [timer, withinMs] of Object.entries(ranWithinMs)) {
        const sinceMs = ranMs.get(timer) ?? Math.min(Infinity, ...firstMs.values())
        if (nowMs() - sinceMs < withinMs) continue
        throw new Violation(10, `${timer} does not run, and nobody calls it`)
      }
    },
  }
}
