/**
 * 1. Only `prune` deletes: what its journalled plan names, and never what must stay.
 */
import { z } from 'zod'

import type { Change } from '../cloud/bucket'
import { Violation } from '../violation'

import type { Copy, Lost, Truth } from './truth'
import { payloadOf } from './truth'

const PlanSeen = z.object({
  id: z.string(),
  copies: z.array(z.object({ id: z.string(), key: z.string(), keep: z.boolean() })),
  leftovers: z.array(z.object({ id: z.string(), keys: z.array(z.string()) })),
})
type PlanSeen = z.infer<typeof PlanSeen>

type Written = { named: ReadonlySet<string>; atMs: number }

/** What a plan may have seen otherwise than it was: listings lag, and a run takes its time. */
const planAgeAtMostMs = 25 * 60_000

const soundAtLeast = 3

const entryKeyOf = (id: string): string => {
  const stamp = id.slice(-25)
  const database = id.slice(0, -26)
  return `backups/${database}/${stamp.slice(0, 4)}/${stamp.slice(5, 7)}/${id}.entry.json`
}

const namedIn = (plan: PlanSeen): Set<string> =>
  new Set([
    ...plan.copies
      .filter(({ keep }) => !keep)
      .flatMap(({ id, key }) => [key, `${key}.sha256`, entryKeyOf(id)]),
    ...plan.leftovers.flatMap(({ keys }) => keys),
  ])

export const deletionsOracle = (truth: Truth) => {
  const plans = new Map<string, Written[]>()
  const pinnedMs = new Map<string, number>()

  const learn = ({ key, after, by, atMs }: Change): void => {
    if (!after) return
    if (key.startsWith('backups/_journal/') && key.endsWith('.plan.json')) {
      const plan = PlanSeen.safeParse(payloadOf(after.bytes)).data
      if (plan) plans.set(by.name, [...(plans.get(by.name) ?? []), { named: namedIn(plan), atMs }])
      if (plans.size > 50) for (const old of [...plans.keys()].slice(0, 20)) plans.delete(old)
    }
  }
  const notePin = ({ atMs }: Change, before: Copy | undefined, after: Copy | undefined): void => {
    if (!after) return
    const { id, pin } = after.entry
    if (!pin) pinnedMs.delete(id)
    else if (!before?.entry.pin) pinnedMs.set(id, atMs)
  }
  const forbidPinned = ({ entry }: Copy, plan: Written): void => {
    const atMs = pinnedMs.get(entry.id)
    if (entry.pin && atMs !== undefined && atMs <= plan.atMs) {
      throw new Violation(1, `prune removed ${entry.id}, which was pinned before its plan was made`)
    }
  }
  /** The copies that count as such for a plan of these minutes, the removed one apart. */
  const beside = (
    removed: Copy,
    atMs: number,
    { isSuch, lost }: { isSuch: (copy: Copy) => boolean; lost: readonly Lost[] },
  ): number[] => {
    const { database } = removed.entry.claim
    const now = truth
      .copies(database)
      .filter((copy) => copy.entryKey !== removed.entryKey && isSuch(copy))
      .map((copy) => truth.arrivedMs(copy))
    const lately = lost
      .filter((one) => one.database === database && one.atMs >= atMs - planAgeAtMostMs)
      .filter(({ id }) => id !== removed.entry.id)
      .map(({ arrivedMs }) => arrivedMs)
    return [...now, ...lately]
  }
  const forbidLastOnes = (removed: Copy, atMs: number): void => {
    const { id } = removed.entry
    const arrivedMs = truth.arrivedMs(removed)
    const isNewest = (others: readonly number[]) => !others.some((otherMs) => otherMs >= arrivedMs)
    const isSound = truth.isSound(removed)
    const sound = beside(removed, atMs, { isSuch: truth.isSound, lost: truth.lost })
    if (isSound && isNewest(sound)) {
      throw new Violation(1, `prune removed ${id}, the newest sound copy`)
    }
    if (isSound && sound.length < soundAtLeast) {
      throw new Violation(1, `prune removed ${id} and left ${sound.length} sound copies`)
    }
    const whole = beside(removed, atMs, { isSuch: truth.isWhole, lost: truth.lostWhole })
    if (truth.isWhole(removed) && isNewest(whole)) {
      throw new Violation(1, `prune removed ${id}, the newest whole copy`)
    }
  }

  const judge = (change: Change, before: Copy | undefined): void => {
    const { key, by, atMs } = change
    const plan = plans.get(by.name)?.findLast(({ named }) => named.has(key))
    // The watch may call it within itself, and then it has a plan.
    const isPrune = by.role === 'prune' && (plan !== undefined || by.name.startsWith('prune#'))
    if (!isPrune) throw new Violation(1, `${by.name} removed ${key}; only prune may`)
    if (!plan) throw new Violation(1, `${by.name} removed ${key}, which no plan of its names`)
    if (!before) return
    if (key === before.entry.key) {
      forbidPinned(before, plan)
      forbidLastOnes(before, atMs)
    } else if (key === before.entryKey && before.stored) {
      throw new Violation(1, `prune removed the entry of ${before.entry.id} before its snapshot`)
    }
  }

  return {
    hear: (change: Change, before: Copy | undefined, after: Copy | undefined): void => {
      learn(change)
      if (change.how === 'remove' && change.by.role !== 'stranger') judge(change, before)
      notePin(change, before, after)
    },
  }
}
