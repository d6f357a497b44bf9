/** From which of the two places does a copy come, and why is it the second one? */
import type { PassedOver } from './choice'
import { decidingAgainst } from './entry'
import type { Entry } from './entry'

export const places = ['first', 'second'] as const
export type Place = (typeof places)[number]

/** What one place has to offer: a copy, with what it passed over; or why there is none. */
export type Offering = { id: string; passed: readonly PassedOver[] } | { code: string; why: string }

/** The place itself does not answer as it should: nothing is said of what it holds. */
export const isAway = ({ code }: { code: string }): boolean =>
  code.startsWith('store-') || code === 'settings'

/** It answers, and has no such copy that could be handed out. */
const hasNone: readonly string[] = ['not-found', 'nothing-sound', 'untrusted-entry']

/**
 * Is it only the stored file that speaks against it? Then the same copy may be as it was in the other place;
 * one that is malformed inside is so wherever it lies.
 */
export const isOfFile = ({ verdict }: Pick<Entry, 'verdict'>): boolean => {
  const against = verdict ? decidingAgainst(verdict) : []
  return against.length > 0 && against.every((check) => check === 'arrival' || check === 'bytes')
}

/** What is passed over in the first place for its file or its entry, and not for what is in it. */
const replacedWords: readonly string[] = ['pending', 'untrusted']

export const placeLine = (why: string): string => `from        the second place: ${why}`

const withoutStop = (why: string): string => why.replace(/\.$/, '')

/**
 * Why the second place hands out its copy, in words for who restores; undefined where the first does. The
 * second is never behind the first in what it says of a copy's content, only in the file: there it counts.
 */
export const whySecond = (
  first: Offering,
  second: Offering,
  /** Of the copy that the first calls damaged. */
  isOfItsFile = false,
): string | undefined => {
  if ('code' in second) return undefined
  if ('code' in first) {
    if (isAway(first)) return `the first place is away (${withoutStop(first.why)})`
    if (hasNone.includes(first.code) || (first.code === 'damaged' && isOfItsFile))
      return `the first place has no such copy that is sound (${withoutStop(first.why)})`
    return undefined
  }
  // A copy's ticket begins with its database and the time: the greater one is the newer one.
  if (second.id <= first.id) return undefined
  const passed = first.passed.find(({ id }) => id === second.id)
  if (!passed) return 'the first place does not hold it any more'
  if (!replacedWords.includes(passed.word) && !isOfItsFile) return undefined
  return `in the first place it is not what was written (${withoutStop(passed.why)})`
}
