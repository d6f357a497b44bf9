/**
 * 7, on a bad day: what restore hands out is a proven copy, and stays for as long as its address does.
 * Unasked it hands out nothing that has lost what others hold, and passes over nothing newer that is
 * whole; and on an ordinary day it does not ask.
 */
import { z } from 'zod'

import type { By, Change } from '../cloud/bucket'
import type { Ended } from '../cloud/functions'
import { Violation } from '../violation'

import type { Falls } from './falls'
import { judgeTruly, lastBy, wordSeen } from './truth'
import type { Copy, Truth } from './truth'

const addressLifeMs = 900_000

/** A listing may be so old. */
const staleAtMostMs = 600_000

/** What a run cannot know yet: listings lag, and names are told by a clock that is off by minutes. */
const unseenMs = 40 * 60_000

const Asked = z.object({
  database: z.string(),
  at: z.string().optional(),
  look: z.string().optional(),
  sure: z.string().optional(),
  salvage: z.string().optional(),
})
type Asked = z.infer<typeof Asked>

const Given = z.object({
  get: z.string(),
  copy: z.object({ ticket: z.string() }),
  place: z.enum(['first', 'second']),
})

const isTicket = ({ at = '', database }: Asked): boolean => at.startsWith(`${database}_`)

type Parts = {
  truth: Truth
  falls: Falls
  nowMs: () => number
  /** What is handed out of the second place is judged there. */
  handedOut: (id: string, about: { isByName: boolean }) => void
  hasSecond: boolean
}

export const restoresOracle = ({ truth, falls, nowMs, handedOut, hasSecond }: Parts) => {
  /** A call of theirs went wrong: where a place was away the other one may have asked. */
  const unsteady = new WeakSet<By>()
  /** Until when each copy was promised. */
  const promised = new Map<string, number>()
  /** Since when a copy has been unmet, or has lacked what others hold, without a doubt. */
  const unmetMs = new Map<string, number>()
  const fallenMs = new Map<string, number>()
  /** Until when there was something to ask about; for ever while there is. */
  const mayAskMs = new Map<string, number>()

  const wasSoundMeanwhile = (copy: Copy, sinceMs: number, isByName: boolean): boolean =>
    truth.isSound(copy) ||
    (isByName && truth.isWhole(copy)) ||
    (isByName ? truth.lostWhole : truth.lost).some(
      ({ id, atMs }) => id === copy.entry.id && atMs >= sinceMs,
    )

  /** What a stranger does meanwhile nobody can know; what he did before, the listing shows. */
  const forbidOverwritten = ({ entry, stored }: Copy, startedAtMs: number): void => {
    const sinceMs = truth.touched.get(entry.key) ?? Infinity
    if (sinceMs > startedAtMs - staleAtMostMs) return
    if (stored && entry.etag !== undefined && entry.etag !== stored.object.etag) {
      throw new Violation(4, `restore handed out ${entry.id}, which was overwritten unjudged`)
    }
  }

  const wasLongSo = (since: Map<string, number>, id: string, startedAtMs: number): boolean =>
    (since.get(id) ?? Infinity) < startedAtMs - unseenMs

  /** Nobody is given less than others hold without having been told. */
  const forbidUnasked = (copy: Copy, asked: Asked, startedAtMs: number): void => {
    if (isTicket(asked) || asked.sure === 'yes') return
    const { id, claim } = copy.entry
    if (wasLongSo(fallenMs, id, startedAtMs) && falls.isSure(copy)) {
      throw new Violation(7, `restore handed out ${id} unasked, from which rows are gone`)
    }
    if (asked.at !== undefined) return
    const passed = truth
      .copies(claim.database)
      .filter((one) => truth.arrivedMs(one) > truth.arrivedMs(copy))
      .filter(({ entry }) => entry.id.slice(-25) > id.slice(-25) && !entry.letGoAt)
      .find(({ entry }) => wasLongSo(unmetMs, entry.id, startedAtMs))
    if (passed && wordSeen(passed.entry) === 'unmet') {
      throw new Violation(7, `restore passed over ${passed.entry.id} unasked, which is whole`)
    }
  }

  const judge = (id: string, asked: Asked, startedAtMs: number): void => {
    const copy = truth.copies().find(({ entry }) => entry.id === id)
    if (!copy) throw new Violation(7, `restore handed out ${id}, of which there is no entry`)
    if (asked.salvage === 'yes') return
    if (truth.touched.has(copy.entry.key) || truth.touched.has(copy.entryKey)) {
      forbidOverwritten(copy, startedAtMs)
      return
    }
    if (!copy.stored) throw new Violation(7, `restore handed out ${id}, which is gone`)
    if (!wasSoundMeanwhile(copy, startedAtMs, isTicket(asked))) {
      throw new Violation(7, `restore handed out ${id}, which is ${wordSeen(copy.entry)}`)
    }
    if (!judgeTruly(copy.stored, copy.entry).isAsClaimed) {
      throw new Violation(2, `restore handed out ${id}, whose bytes are not the announced ones`)
    }
    forbidUnasked(copy, asked, startedAtMs)
    const { heldUntil } = copy.entry
    const isHeld = heldUntil !== undefined && Date.parse(heldUntil) > nowMs() + addressLifeMs
    if (isHeld) promised.set(copy.entry.key, nowMs() + addressLifeMs)
  }

  /** On a day on which nothing is missing, and nothing is passed over, nobody is asked. */
  const forbidIdle = ({ database, at }: Asked, startedAtMs: number): void => {
    if (at !== undefined) return
    if ((mayAskMs.get(database) ?? -Infinity) >= startedAtMs - unseenMs) return
    throw new Violation(7, `restore of ${database} asks, and there is nothing to ask about`)
  }

  const isUnmet = (copy: Copy): boolean => truth.isWhole(copy) && wordSeen(copy.entry) === 'unmet'

  /** By either way of telling which one came later. */
  const mayAsk = (database: string): boolean => {
    const copies = truth.copies(database)
    const sound = copies.filter(truth.isSound)
    const unmet = copies.filter(isUnmet)
    return [truth.arrivedMs, ({ entry }: Copy) => entry.id.slice(-25)].some((place) => {
      const newest = lastBy(sound, place)
      return (
        newest && (falls.mayBeOpen(database) || unmet.some((one) => place(one) > place(newest)))
      )
    })
  }

  const learn = (database: string, atMs: number): void => {
    for (const copy of truth.copies(database)) {
      const { id } = copy.entry
      if (!isUnmet(copy)) unmetMs.delete(id)
      else if (!unmetMs.has(id)) unmetMs.set(id, atMs)
      if (!falls.isSure(copy)) fallenMs.delete(id)
      else if (!fallenMs.has(id)) fallenMs.set(id, atMs)
    }
    if (mayAsk(database)) mayAskMs.set(database, Infinity)
    else if (mayAskMs.get(database) === Infinity) mayAskMs.set(database, atMs)
  }

  return {
    unsteady: (by: By): void => void unsteady.add(by),
    ended: ({ name, by, said, request, startedAtMs }: Ended): void => {
      if (name !== 'restore') return
      const asked = Asked.parse(request)
      if ('fault' in said) {
        const mayBeAway = hasSecond && unsteady.has(by)
        if (said.fault.code === 'ask-first' && !mayBeAway) forbidIdle(asked, startedAtMs)
        return
      }
      const given = Given.safeParse(said.answer).data
      if (given?.place === 'second')
        handedOut(given.copy.ticket, { isByName: asked.at !== undefined })
      else if (given) judge(given.copy.ticket, asked, startedAtMs)
    },
    hear: ({ key, how, by, atMs }: Change): void => {
      const database =
        truth.copyOfKey(key)?.entry.claim.database ?? truth.copyAt(key)?.entry.claim.database
      if (database !== undefined) learn(database, atMs)
      if (how !== 'remove' || by.role === 'stranger') return
      const untilMs = promised.get(key)
      promised.delete(key)
      if (untilMs !== undefined && atMs < untilMs) {
        throw new Violation(7, `${by.name} took ${key} away from under a restore that held it`)
      }
    },
  }
}
