import { createHash } from 'node:crypto'

import type { Alert } from './alert'
import { awaySlotMs, awayWindowMs } from './making'
import type { WatchState } from '../watching/watch-state'
import { instantWords } from '../plain/wording'
import { minuteMs } from '../plain/time-units'

/**
 * Was it told that the store is out of reach? While it was, nothing could be remembered: so the first
 * good run asks its own last state. When it was away for longer than usual, and at a time at which
 * that is told, somebody may have been told; and then he hears that it is over.
 */
type Ran = Pick<WatchState, 'ranAt' | 'gapsMs'>

/** The trigger that project.yml sets. Whoever runs the watch less often is known by its last runs. */
const shippedEveryMs = 10 * minuteMs

/** A run that was missed, and not one that came late. */
const isLonger = 1.5

const remembered = 5

const gapMs = (before: Ran, { ranAt }: Ran): number =>
  Math.max(0, Date.parse(ranAt) - Date.parse(before.ranAt))

/** The times between the last runs: some of them are outages, and some are runs beside one another. */
export const gapsAfter = (before: Ran | undefined, state: Ran): number[] =>
  before ? [...(before.gapsMs ?? []), gapMs(before, state)].slice(-remembered) : []

const usualMs = ({ gapsMs = [] }: Ran): number => {
  const middle = gapsMs.toSorted((a, b) => a - b)[Math.floor(gapsMs.length / 2)]
  return Math.max(shippedEveryMs, middle ?? shippedEveryMs)
}

const wasTimeToTell = (before: Ran, { ranAt }: Ran): boolean => {
  const lastSlot = Math.floor(Date.parse(ranAt) / awaySlotMs) * awaySlotMs
  return lastSlot + awayWindowMs > Date.parse(before.ranAt)
}

export const storeBackAlert = (
  before: Ran | undefined,
  state: Ran,
  installation: string,
): Alert | undefined => {
  if (!before || gapMs(before, state) < usualMs(before) * isLonger) return undefined
  if (!wasTimeToTell(before, state)) return undefined
  const key = `${installation}/-/store.error`
  return {
    // The same for every run that sees this gap.
    id: createHash('sha256').update(`${key} back ${before.ranAt}`).digest('hex').slice(0, 32),
    key,
    kind: 'store.error',
    severity: 'critical',
    status: 'resolved',
    installation,
    database: undefined,
    since: before.ranAt,
    at: state.ranAt,
    told: 0,
    headline: `${installation}: the store is in reach`,
    facts: [
      { label: 'last good run', text: instantWords(before.ranAt) },
      { label: 'this one', text: instantWords(state.ranAt) },
    ],
    meaning: 'If it was told meanwhile that the store is out of reach, that is over.',
    nextStep: { text: 'Nothing is to be done.' },
    newestProven: undefined,
  }
}
