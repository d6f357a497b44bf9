/**
 * What is told where nothing can be remembered? While the store is away, or what was told before can
 * be read by a newer build alone, the clock decides: so that it is neither silent nor a flood.
 */
import { createHash } from 'node:crypto'

import { middleOf } from '../plain/order'
import { hourMs, minuteMs } from '../plain/time-units'
import { instantWords } from '../plain/wording'
import { operatorCommand } from '../troubles/trouble'
import type { WatchState } from '../watching/watch-state'

import type { Alert, AlertKind } from './alert'

/** So often is the same told, at most: where nothing can be remembered, the clock decides. */
const awaySlotMs = 6 * hourMs
const awayWindowMs = 10 * minuteMs

type ByTheClock = Pick<Alert, 'severity' | 'meaning' | 'nextStep'> & {
  kind: AlertKind
  what: string
}

/**
 * Told in the first run of every sixth hour, always under the same id in that time, so that it is
 * neither silent nor a flood. Undefined in between.
 */
const byTheClock = (
  { kind, what, ...parts }: ByTheClock,
  { why, installation, now }: { why: string; installation: string; now: Date },
): Alert | undefined => {
  const slot = Math.floor(now.getTime() / awaySlotMs)
  if (now.getTime() - slot * awaySlotMs >= awayWindowMs) return undefined
  const key = `${installation}/-/${kind}`
  const at = now.toISOString()
  return {
    id: createHash('sha256').update(`${key} ${slot}`).digest('hex').slice(0, 32),
    key,
    kind,
    status: 'firing',
    installation,
    database: undefined,
    since: at,
    at,
    told: 0,
    headline: `${installation}: ${what}`,
    facts: [{ label: 'fault', text: why }],
    newestProven: undefined,
    ...parts,
  }
}

export const storeAwayAlert = (
  why: string,
  { installation, now }: { installation: string; now: Date },
): Alert | undefined =>
  byTheClock(
    {
      kind: 'store.error',
      severity: 'critical',
      what: 'the store is out of reach',
      meaning:
        'New copies cannot come in, and nothing is being watched. What is stored is not touched.',
      nextStep: {
        text: 'Look at the store’s status page, and let the doctor try the set-up, on your own machine:',
        command: operatorCommand('doctor'),
      },
    },
    { why, installation, now },
  )

/** What was told before stands where only the newer build can read it. */
export const newerStateAlert = (
  why: string,
  { installation, now }: { installation: string; now: Date },
): Alert | undefined =>
  byTheClock(
    {
      kind: 'format.newer',
      severity: 'critical',
      what: 'nothing is watched, for a newer Snapproof was here',
      meaning:
        'Copies come in and are kept, but nobody is told when one is damaged or late, and none is deleted.',
      nextStep: { text: 'Deploy the newer Snapproof again.' },
    },
    { why, installation, now },
  )

/**
 * Whether it was told that the store is away nobody can know: so the first good run asks its own last
 * state. When it was away for longer than usual, and at a time at which that is told, somebody may
 * have been told; and then he hears that it is over.
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

const usualMs = ({ gapsMs = [] }: Ran): number => Math.max(shippedEveryMs, middleOf(gapsMs) ?? 0)

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
