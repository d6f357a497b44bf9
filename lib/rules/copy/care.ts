/**
 * What may be done with a copy besides judging it? People pin it or overrule its verdict, a restore
 * holds it, retention lets it go. All of it stands in the entry, so that whoever comes second sees it.
 */
import { dayMs, hourMs } from '../plain/time-units'
import { isOtherHost } from '../verdict/host-name'

import { decidingAgainst, remember, wordOf } from './entry'
import type { Entry } from './entry'

export type Person = { at: string; by: string }

export const withPin = (entry: Entry, { at, by }: Person, note: string): Entry => {
  const said = `pinned by ${by}${note === '' ? '' : `: ${note}`}`
  const { letGoAt: _, ...rest } = entry
  return {
    ...rest,
    pin: { at, by, note },
    history: remember(entry, { at, word: wordOf(entry), note: said }),
  }
}

export const withoutPin = (entry: Entry, { at, by }: Person): Entry => {
  const { pin: _, ...rest } = entry
  return {
    ...rest,
    history: remember(entry, { at, word: wordOf(entry), note: `unpinned by ${by}` }),
  }
}

/** Bytes that are not the announced ones cannot be restored, so nobody's word makes them sound. */
const beyondAWord: readonly string[] = ['arrival', 'bytes']

/** Why this verdict cannot be overruled; undefined when it can be. */
export const whyNotAcceptable = (entry: Entry): string | undefined => {
  if (!entry.verdict) return 'It has no verdict yet that could be overruled.'
  const word = wordOf(entry)
  if (word === 'accepted') return 'Its verdict was overruled already.'
  const against = decidingAgainst(entry.verdict)
  const isAsked = entry.verdict.fall !== undefined || entry.verdict.findings.some(isOtherHost)
  if (against.length === 0 && isAsked) return undefined
  if (against.length === 0) return `It is ${word}, so there is nothing to overrule.`
  if (!against.some((check) => beyondAWord.includes(check))) return undefined
  return 'Its bytes are not the announced ones: no restore could hand it out.'
}

/**
 * Overrules the verdict as far as today's findings decide it; what fails besides later, fails. After a
 * fall it says besides that what is gone was to go, and of a copy from another host that this one pushes
 * now: from then on it is expected to be so.
 */
export const withAcceptance = (entry: Entry, { at, by }: Person, reason: string): Entry => {
  const against = entry.verdict ? decidingAgainst(entry.verdict) : []
  return {
    ...entry,
    accepted: {
      at,
      by,
      reason,
      checks: against,
      ...(entry.verdict?.fall ? { isFallRight: true } : {}),
      ...(entry.verdict?.findings.some(isOtherHost) ? { isHostRight: true } : {}),
    },
    history: remember(entry, { at, word: 'accepted', note: `${by}: ${reason}` }),
  }
}

/** Long enough for the address to be used, and for the largest file to be fetched with it. */
const holdMs = dayMs

export const withHold = (entry: Entry, now: Date): Entry => ({
  ...entry,
  heldUntil: new Date(now.getTime() + holdMs).toISOString(),
})

export const isHeld = ({ heldUntil }: { heldUntil?: string | undefined }, now: Date): boolean =>
  heldUntil !== undefined && Date.parse(heldUntil) > now.getTime()

export const withLetGo = (entry: Entry, now: Date): Entry => ({
  ...entry,
  letGoAt: now.toISOString(),
})

/** A run that was killed over a copy leaves its mark; by then no run is at it any more. */
const letGoLastsMs = hourMs

type LetGo = { letGoAt?: string | undefined }

export const isBeingLetGo = ({ letGoAt }: LetGo, now: Date): boolean =>
  letGoAt !== undefined && Math.abs(now.getTime() - Date.parse(letGoAt)) < letGoLastsMs

/** When it is gone, or stays; undefined where no run is at it. */
export const letGoEndsMs = ({ letGoAt }: LetGo, now: Date): number | undefined =>
  letGoAt !== undefined && isBeingLetGo({ letGoAt }, now)
    ? Date.parse(letGoAt) + letGoLastsMs
    : undefined
