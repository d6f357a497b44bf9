/**
 * What stands in the outbox: in `_state/alerts.json`, as it was written, read without any rule of lib/.
 */
import { z } from 'zod'

import type { Change } from '../../cloud/bucket'
import { Violation } from '../../violation'
import { payloadOf } from '../truth'

const Waiting = z.object({
  id: z.string(),
  channelId: z.string(),
  folded: z.object({ count: z.int() }).optional(),
  alerts: z.array(
    z.object({
      id: z.string(),
      key: z.string(),
      kind: z.string(),
      /** A kind that came later stands beside the nearest one that every build knows. */
      kindNow: z.string().optional(),
      status: z.string(),
      database: z.string().optional(),
      at: z.string(),
    }),
  ),
})
const State = z.object({ outbox: z.array(Waiting) })

/** One telling that waits for one place. */
export type Entry = {
  where: string
  id: string
  key: string
  kind: string
  status: string
  database: string | undefined
  /** Since when it stands there. */
  sinceMs: number
}

export const alertsKey = 'backups/_state/alerts.json'

/** More are never folded away than are counted, and none without being counted. */
type Outbox = { entries: Map<string, Entry>; folded: Map<string, number> }

const isSuperseded = (lost: Entry, after: readonly Entry[]): boolean =>
  lost.status === 'reminder' &&
  after.some(({ where, key, status, id }) => {
    const isSame = where === lost.where && key === lost.key && id !== lost.id
    return isSame && status !== 'firing'
  })

export const outboxOracle = (isHeard: (where: string, id: string) => boolean) => {
  let now: Outbox = { entries: new Map(), folded: new Map() }
  /** Of these a place hears the end alone: the beginning is among what is only counted. */
  const counted = new Set<string>()

  const read = ({ after, atMs }: Change): Outbox => {
    const state = after && State.safeParse(payloadOf(after.bytes)).data
    if (!state) throw new Violation(6, 'the state of the alerts cannot be read any more')
    const next: Outbox = { entries: new Map(), folded: new Map() }
    for (const { channelId: where, alerts, folded } of state.outbox) {
      if (folded) next.folded.set(where, (next.folded.get(where) ?? 0) + folded.count)
      for (const { id, key, status, database, ...one } of alerts) {
        const kind = one.kindNow ?? one.kind
        const name = `${where} ${id}`
        const sinceMs = now.entries.get(name)?.sinceMs ?? atMs
        next.entries.set(name, { where, id, key, kind, status, database, sinceMs })
      }
    }
    return next
  }

  /** Gone without having been heard, replaced by what is newer, or counted. */
  const forbidDropped = (after: Outbox, by: string): void => {
    const lost = new Map<string, Entry[]>()
    for (const [name, entry] of now.entries) {
      if (after.entries.has(name) || isHeard(entry.where, entry.id)) continue
      if (isSuperseded(entry, [...after.entries.values()])) continue
      lost.set(entry.where, [...(lost.get(entry.where) ?? []), entry])
    }
    for (const [where, entries] of lost) {
      const more = (after.folded.get(where) ?? 0) - (now.folded.get(where) ?? 0)
      for (const { key } of entries) counted.add(`${where} ${key}`)
      const real = entries.filter(({ key }) => !key.endsWith('/folded'))
      if (real.length <= Math.max(0, more)) continue
      const [first] = real
      throw new Violation(
        6,
        `${by} dropped ${first?.status} ${first?.key}, which ${where} was never told`,
      )
    }
  }

  return {
    isCounted: (where: string, key: string): boolean => counted.has(`${where} ${key}`),
    entries: (): readonly Entry[] => [...now.entries.values()],
    /** What came into it by this change. */
    hear: (change: Change): Entry[] => {
      const after = read(change)
      forbidDropped(after, change.by.name)
      const added = [...after.entries].filter(([name]) => !now.entries.has(name))
      now = after
      return added.map(([, entry]) => entry)
    },
  }
}
