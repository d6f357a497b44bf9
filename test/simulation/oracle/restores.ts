import type { Change } from '../bucket'
import type { Ended } from '../functions'

import { judgeTruly, wordSeen } from './truth'
import type { Copy, Truth } from './truth'
import { Violation } from './violation'

/**
 * 7, on a bad day: what restore hands out is a proven copy, and stays for as long as its address does.
 */
const addressLifeMs = 900_000

/** A listing may be so old. */
const staleAtMostMs = 600_000

const answeredTicket = (answer: unknown): string | undefined => {
  if (typeof answer !== 'object' || answer === null || !('copy' in answer)) return undefined
  const { copy } = answer
  if (typeof copy !== 'object' || copy === null || !('ticket' in copy)) return undefined
  return typeof copy.ticket === 'string' ? copy.ticket : undefined
}

export const restoresOracle = (truth: Truth, nowMs: () => number) => {
  /** Until when each copy was promised. */
  const promised = new Map<string, number>()

  const wasSoundMeanwhile = (copy: Copy, sinceMs: number): boolean =>
    truth.isSound(copy) ||
    truth.lost.some(({ id, atMs }) => id === copy.entry.id && atMs >= sinceMs)

  /** What a stranger does meanwhile nobody can know; what he did before, the listing shows. */
  const forbidOverwritten = ({ entry, stored }: Copy, startedAtMs: number): void => {
    const sinceMs = truth.touched.get(entry.key) ?? Infinity
    if (sinceMs > startedAtMs - staleAtMostMs) return
    if (stored && entry.etag !== undefined && entry.etag !== stored.object.etag) {
      throw new Violation(4, `restore handed out ${entry.id}, which was overwritten unjudged`)
    }
  }

  const judge = (id: string, startedAtMs: number): void => {
    const copy = truth.copies().find(({ entry }) => entry.id === id)
    if (!copy) throw new Violation(7, `restore handed out ${id}, of which there is no entry`)
    if (truth.touched.has(copy.entry.key) || truth.touched.has(copy.entryKey)) {
      forbidOverwritten(copy, startedAtMs)
      return
    }
    if (!copy.stored) throw new Violation(7, `restore handed out ${id}, which is gone`)
    if (!wasSoundMeanwhile(copy, startedAtMs)) {
      throw new Violation(7, `restore handed out ${id}, which is ${wordSeen(copy.entry)}`)
    }
    if (!judgeTruly(copy.stored, copy.entry).isAsClaimed) {
      throw new Violation(2, `restore handed out ${id}, whose bytes are not the announced ones`)
    }
    const { heldUntil } = copy.entry
    const isHeld = heldUntil !== undefined && Date.parse(heldUntil) > nowMs() + addressLifeMs
    if (isHeld) promised.set(copy.entry.key, nowMs() + addressLifeMs)
  }

  return {
    ended: ({ name, said, startedAtMs }: Ended): void => {
      if (name !== 'restore' || 'fault' in said) return
      const id = answeredTicket(said.answer)
      if (id !== undefined) judge(id, startedAtMs)
    },
    hear: ({ key, how, by, atMs }: Change): void => {
      if (how !== 'remove' || by.role === 'stranger') return
      const untilMs = promised.get(key)
      promised.delete(key)
      if (untilMs !== undefined && atMs < untilMs) {
        throw new Violation(7, `${by.name} took ${key} away from under a restore that held it`)
      }
    },
  }
}
