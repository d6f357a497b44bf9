/**
 * Which copies may be let go? restic's counting chooses among the sound ones, floors hold what no
 * policy may give away, and a brake holds everything on a day when the picture cannot be trusted.
 *
 * What is in doubt is kept. A plan touches nothing: it says of every copy what is to become of it.
 */
import { isHeld } from '../copy/care'
import { falling } from '../plain/order'
import { dayMs } from '../plain/time-units'
import { countWords } from '../plain/wording'
import { isKnownWord, isSound, isWhole } from '../verdict/verdict'

import { noSlotWords, slotsOf, spanWords, timeOf } from './periods'
import type { Candidate, Keep } from './periods'

export { policyWords, usualKeep } from './periods'
export type { Keep } from './periods'

/** There is at least one reason, also for letting go. */
type Ruling = { keep: boolean; reasons: string[] }

/** `isBraked`: kept by the brake alone, and the reasons are those for letting go. */
export type Decision = Ruling & { id: string; isBraked?: true }

/** Decisions newest first. With a brake nothing is let go, and the brake says why. */
export type Plan = { decisions: Decision[]; brake: string | undefined; notes: string[] }

export type Situation = {
  /** The store's own time. */
  now: Date
  /** Our clock minus the store's. */
  clockSkewMs: number
  /** Why the database is late by its schedule, without a full stop; undefined when it is not. */
  lateWords: string | undefined
  /** How many copies stand there of which only a newer build knows. */
  newer?: number
  /**
   * These were let go of by the plan of before, and wait for their day: no second time are they many at
   * once. Where that plan is not at hand, how many they are.
   */
  leaving?: ReadonlySet<string> | number | undefined
}

/** What a clock may be off by and still be believed. */
const skewAtMostMs = 600_000

/** So few are let go without asking what share of all they are. */
const fewAtMost = 10

/** Failed copies are kept for a look: so many of the newest, for so long. */
const failedAtMost = 5
const failedForMs = 30 * dayMs

const kept = (...reasons: string[]): Ruling => ({ keep: true, reasons })
const letGo = (reason: string): Ruling => ({ keep: false, reasons: [reason] })
const spared = ({ reasons }: Ruling, but: string): Ruling =>
  kept(...reasons.map((reason) => `would be let go (${reason}), but ${but}`))

/** Copies that came at one instant are told apart by id, so that the listing's order is nothing. */
const newestFirst = falling<Candidate>(timeOf, ({ id }) => id)

/** Asked this way round, a time that nobody could read is in the future too, and is kept. */
const isFuture = (copy: Candidate, now: Date): boolean =>
  !(timeOf(copy) <= now.getTime() + skewAtMostMs)

/** Why this copy is kept whatever the others are, and holds no slot; or undefined. */
const apartFor = (copy: Candidate, now: Date): string | undefined => {
  if (copy.pinnedBy !== undefined) return 'pinned'
  if (isFuture(copy, now)) return "arrived in the future, by the store's clock"
  if (copy.word === 'pending') return 'waits for its verdict'
  if (copy.word === 'unverifiable') return 'could not be judged, and is not let go unjudged'
  if (!isKnownWord(copy.word)) return `its verdict, ${copy.word}, is of a newer build`
  return undefined
}

const newestSound = 'newest sound copy'

/** What no policy may give away, the strongest reason first. */
const floorsOf = (arrived: readonly Candidate[], keep: Keep, now: Date) => {
  const sound = arrived.filter(({ word }) => isSound(word))
  const passed = arrived.filter(({ word }) => word === 'passed')
  const youngAfterMs = now.getTime() - keep.withinMs
  const young = arrived.filter((copy) => timeOf(copy) > youngAfterMs)
  return [
    { words: newestSound, copies: sound.slice(0, 1) },
    { words: 'newest passed copy', copies: passed.slice(0, 1) },
    {
      words: 'newest whole copy, whatever is expected of it',
      copies: arrived.filter(({ word }) => isWhole(word)).slice(0, 1),
    },
    { words: 'newest copy', copies: arrived.slice(0, 1) },
    { words: `younger than ${spanWords(keep.withinMs)}`, copies: keep.withinMs > 0 ? young : [] },
    // The first of each has a floor of its own above.
    {
      words: `one of the ${keep.minimum} newest sound copies`,
      copies: sound.slice(1, keep.minimum),
    },
    {
      words: `one of the ${keep.minimum} newest passed copies`,
      copies: passed.slice(1, keep.minimum),
    },
  ]
}

const rulingOnFailed = (rank: number, ageMs: number): Ruling => {
  if (ageMs > failedForMs) return letGo('failed, and more than 30 days old')
  if (rank > failedAtMost) return letGo('failed, and five newer ones are kept')
  return kept(`failed, ${rank} of ${failedAtMost} kept for a look`)
}

/** What the rules say of each copy when they are asked without the brake. */
const rulingsOf = (
  arrived: readonly Candidate[],
  keep: Keep,
  now: Date,
): ((copy: Candidate) => Ruling) => {
  const counted = arrived.filter((copy) => apartFor(copy, now) === undefined)
  const failed = counted.filter(({ word }) => word === 'failed')
  const sound = counted.filter(({ word }) => isSound(word))
  const slots = slotsOf(sound, keep)
  // Counted apart by the same rule: neither pushes the other out, on whichever side of a migration.
  const unmetSlots = slotsOf(
    counted.filter(({ word }) => word === 'unmet'),
    keep,
  )
  const floors = floorsOf(arrived, keep, now)
  const waitingAt = arrived.findIndex(({ word }) => word === 'pending')
  const behindWaiting = new Set(waitingAt < 0 ? [] : arrived.slice(waitingAt))

  const ruledAlone = (copy: Candidate): Ruling => {
    const slot = slots.get(copy.id)
    if (slot) return { keep: true, reasons: slot }
    const unmetSlot = unmetSlots.get(copy.id)
    if (unmetSlot) return kept(...unmetSlot.map((reason) => `${reason} of those unmet`))
    if (copy.word !== 'failed') return letGo(noSlotWords(keep))
    const ageMs = now.getTime() - timeOf(copy)
    return rulingOnFailed(failed.indexOf(copy) + 1, ageMs)
  }

  return (copy) => {
    const apart = apartFor(copy, now)
    if (apart) return kept(apart)
    const ruling = ruledAlone(copy)
    const floor = floors.find(({ copies }) => copies.includes(copy))?.words
    if (ruling.keep) {
      return floor === newestSound ? kept(...ruling.reasons, newestSound) : ruling
    }
    if (floor) return kept(floor)
    if (isHeld(copy, now)) return kept('its address was given out within the last day')
    return behindWaiting.has(copy) ? spared(ruling, 'a newer copy waits for its verdict') : ruling
  }
}

/** A newest copy of one of these words says that something is wrong, or not yet known. */
const doubts: Readonly<Record<string, string | undefined>> = {
  failed: 'failed',
  unverifiable: 'could not be judged',
  pending: 'waits for its verdict',
}

const doubtOf = (word: string): string | undefined =>
  isKnownWord(word) ? doubts[word] : 'has a verdict of a newer build'

/** How many more than the plan of before had let go of: by their names, where these are at hand. */
const newlyGoing = (going: readonly Decision[], { leaving = 0 }: Situation): number =>
  typeof leaving === 'number'
    ? going.length - leaving
    : going.filter(({ id }) => !leaving.has(id)).length

/** Why nothing may be let go now, as a sentence; or undefined. */
const brakeOf = (options: {
  arrived: readonly Candidate[]
  all: number
  going: readonly Decision[]
  keep: Keep
  situation: Situation
  mayLetGoOfMany: boolean
}): string | undefined => {
  const { arrived, all, going, keep, situation, mayLetGoOfMany } = options
  const { lateWords, clockSkewMs, newer = 0 } = situation
  if (newer > 0) {
    return `Nothing is deleted: ${countWords(newer, 'entry', 'entries')} of a newer Snapproof cannot be read; deploy that one.`
  }
  if (lateWords !== undefined) return `Nothing is deleted while the database is late: ${lateWords}.`
  if (going.length > 0 && !arrived.some(({ word }) => isSound(word))) {
    return 'Nothing is deleted: no copy is sound.'
  }
  const [newest] = arrived
  const doubt = newest && doubtOf(newest.word)
  if (doubt) return `Nothing is deleted: the newest copy, ${newest.id}, ${doubt}.`
  const apartMs = Math.abs(clockSkewMs)
  if (!(apartMs <= skewAtMostMs)) {
    return `Nothing is deleted: our clock and the store's are ${spanWords(apartMs)} apart.`
  }
  const more = newlyGoing(going, situation)
  if (mayLetGoOfMany || more <= fewAtMost || more <= keep.mostAtOnce * all) return undefined
  const share = `${Math.round(keep.mostAtOnce * 100)} %`
  return `Nothing is deleted: the plan would delete ${more} of ${all} copies, more than ${share} at once.`
}

const notesOn = (copies: readonly Candidate[], now: Date): string[] =>
  copies
    .filter((copy) => isFuture(copy, now))
    .map(({ id }) => `${id} arrived in the future, by the store's clock.`)

/** With `mayLetGoOfMany` a person has looked, and the share let go of at once is no brake. */
export const planRetention = (
  copies: readonly Candidate[],
  keep: Keep,
  situation: Situation,
  options: { mayLetGoOfMany?: boolean } = {},
): Plan => {
  const { now } = situation
  const ordered = copies.toSorted(newestFirst)
  const arrived = ordered.filter((copy) => !isFuture(copy, now))
  const rulingOf = rulingsOf(arrived, keep, now)
  const decisions = ordered.map((copy) => ({ id: copy.id, ...rulingOf(copy) }))
  const going = decisions.filter((decision) => !decision.keep)
  const { mayLetGoOfMany = false } = options
  const all = copies.length
  const brake = brakeOf({ arrived, all, going, keep, situation, mayLetGoOfMany })
  const braked = (decision: Decision): Decision =>
    decision.keep ? decision : { ...decision, keep: true, isBraked: true }
  return {
    decisions: brake ? decisions.map(braked) : decisions,
    brake,
    notes: notesOn(ordered, now),
  }
}
