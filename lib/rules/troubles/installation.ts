/** What is wrong with the installation itself: its store, its clock, its own voice? */
import type { PruneState } from '../copy/journal'
import { rising } from '../plain/order'
import { dayMs, hourMs, minuteMs } from '../plain/time-units'
import { ageWords, countWords, instantWords } from '../plain/wording'
import type { SecondStanding } from '../second/second-state'
import { isTimerSilent, silentAfterMs } from '../watching/timers'
import type { WatchState } from '../watching/watch-state'

import { secondTroubles } from './second'
import { someOf, troubleOf } from './trouble'
import type { Trouble } from './trouble'
import { strangersTrouble } from './troubles'

/** A clock that is off by less is believed. */
const skewAtMostMs = 10 * minuteMs

/** A brake of a day or two is mostly a copy that was just on its way. */
const brakedForMs = 48 * hourMs

const storeError = ({ faults, ranAt }: WatchState): Trouble[] =>
  faults.length === 0
    ? []
    : [
        troubleOf({
          kind: 'store.error',
          severity: 'error',
          database: undefined,
          since: ranAt,
          what: 'the watch could not look at everything',
          facts: faults.slice(0, 5).map((text) => ({ label: 'fault', text })),
          meaning: 'What is named here is not being watched. Nothing was deleted.',
          nextStep: {
            text: 'Look at the store’s status page, and let the doctor try the set-up, on your own machine:',
            command: 'npm run --silent snapproof -- doctor',
          },
          // One run's trouble is mostly a store that was away for a moment.
          graceMs: hourMs / 2,
        }),
      ]

const wrongClock = ({ clockSkewMs, ranAt }: WatchState): Trouble[] => {
  const isAhead = clockSkewMs > skewAtMostMs
  if (!isAhead && clockSkewMs >= -skewAtMostMs) return []
  const minutes = countWords(Math.round(Math.abs(clockSkewMs) / minuteMs), 'minute')
  return [
    troubleOf({
      kind: 'clock.skew',
      severity: 'error',
      database: undefined,
      since: ranAt,
      what: "the functions' clock and the store's are apart",
      facts: [
        {
          label: 'ours',
          text: `${minutes} ${isAhead ? 'ahead of' : 'behind'} the store’s`,
        },
      ],
      meaning:
        'Ages are measured by the store’s clock, and nothing is deleted while the two disagree.',
      nextStep: { text: 'Both clocks are the provider’s: if it lasts, tell their support.' },
    }),
  ]
}

/** What stops when one of them does not run; the watch can tell of the two others while it runs itself. */
const idleness = {
  prune: {
    what: 'old copies are not being deleted',
    cost: 'The nightly run that deletes them (prune) does not run. Nothing is lost by it; the bucket grows.',
  },
  drill: {
    what: 'no copy is restored for practice',
    cost: 'The weekly practice (drill) does not run: nobody knows whether a restore still works, or whether the alarm would ring.',
  },
} as const

/** When each of them last did its work. */
export type Jobs = { prune: string | undefined; drill: string | undefined }

const idle = (jobs: Jobs, firstAt: string | undefined, now: Date): Trouble[] => {
  const silent = (['prune', 'drill'] as const).filter((name) =>
    isTimerSilent(name, { ranAt: jobs[name], firstAt, now }),
  )
  if (silent.length === 0) return []
  return [
    troubleOf({
      kind: 'timer.silent',
      severity: 'warning',
      database: undefined,
      since: String(silent.map((name) => jobs[name] ?? firstAt).toSorted()[0]),
      what: silent.map((name) => idleness[name].what).join(', and '),
      facts: silent.map((name) => {
        const ranAt = jobs[name]
        const text =
          ranAt === undefined
            ? `never ran; the first copy came ${ageWords(String(firstAt), now)}`
            : `last ran ${ageWords(ranAt, now)}`
        return { label: name, text }
      }),
      meaning: silent.map((name) => idleness[name].cost).join(' '),
      nextStep: {
        text: 'Look whether its trigger is there; one that is missing comes back with the next deploy. On your own machine:',
        command: 'doctl serverless triggers list',
      },
    }),
  ]
}

const wasSilent = (before: WatchState | undefined, { ranAt }: WatchState): Trouble[] => {
  if (!before || Date.parse(ranAt) - Date.parse(before.ranAt) < silentAfterMs) return []
  return [
    troubleOf({
      kind: 'watcher.silent',
      severity: 'warning',
      database: undefined,
      since: before.ranAt,
      what: 'nothing was watched for a while',
      facts: [
        { label: 'from', text: instantWords(before.ranAt) },
        { label: 'to', text: instantWords(ranAt) },
      ],
      meaning: 'In that time nobody would have been told of anything. The watch runs again now.',
      nextStep: {
        text: 'If the store was not away then, and nobody stopped the watch, look at its trigger:',
        command: 'doctl serverless triggers list',
      },
      isEvent: true,
    }),
  ]
}

const braked = (prune: PruneState | undefined, now: Date): Trouble[] =>
  Object.entries(prune?.databases ?? {}).flatMap(([database, { brake, brakedSince }]) =>
    brake === undefined ||
    brakedSince === undefined ||
    now.getTime() - Date.parse(brakedSince) < brakedForMs
      ? []
      : [
          troubleOf({
            kind: 'prune.braked',
            severity: 'warning',
            database,
            since: brakedSince,
            what: 'old copies are not being deleted',
            facts: [{ label: 'why', text: brake }],
            meaning: 'Nothing is lost by it: more copies are kept than you asked for.',
            nextStep: {
              text: 'Read the plan, on your own machine; it says what would go, and how to lift the brake:',
              command: `npm run --silent snapproof -- plan ${database}`,
            },
          }),
        ],
  )

/** One night's fault is mostly a store that was away for a moment; two nights are not. */
const faultyForMs = 20 * hourMs

/** Deletes that the bucket refuses, by a policy or a key that is too narrow, are seen by nobody else. */
const undeleted = (prune: PruneState | undefined, now: Date): Trouble[] =>
  Object.entries(prune?.databases ?? {}).flatMap(([database, { faults, faultsSince }]) =>
    faultsSince === undefined || now.getTime() - Date.parse(faultsSince) < faultyForMs
      ? []
      : [
          troubleOf({
            kind: 'prune.braked',
            severity: 'warning',
            database,
            since: faultsSince,
            what: 'old copies could not be deleted',
            facts: faults.slice(0, 3).map((text) => ({ label: 'fault', text })),
            meaning: 'Nothing is lost by it: more copies are kept than you asked for.',
            nextStep: {
              text: 'Look whether a bucket policy denies deletes, or the storage key may not delete; then, on your own machine:',
              command: 'npm run --silent snapproof -- doctor',
            },
          }),
        ],
  )

/** A run that has no time for all begins with them the next night. */
const waitsForMs = 3 * dayMs

const unpruned = (prune: PruneState | undefined, now: Date): Trouble[] =>
  Object.entries(prune?.waiting ?? {}).flatMap(([database, since]) =>
    now.getTime() - Date.parse(since) < waitsForMs
      ? []
      : [
          troubleOf({
            kind: 'prune.braked',
            severity: 'warning',
            database,
            since,
            what: 'retention does not come to it',
            facts: [{ label: 'waits since', text: instantWords(since) }],
            meaning: 'Nothing is lost by it: more copies are kept than you asked for.',
            nextStep: {
              text: 'Delete what may go by hand; it says what keeps it from that, on your own machine:',
              command: `npm run --silent snapproof -- prune ${database}`,
            },
          }),
        ],
  )

/** What could not be told, in words that name no address. */
export type Undelivered = { channel: string; since: string; why: string; isRefused: boolean }

/** A channel that is away for less is tried again, and nobody needs to know. */
const undeliveredAfterMs = hourMs

const unheard = (
  undelivered: readonly Undelivered[],
  complaints: readonly string[],
  now: Date,
): Trouble[] => {
  const old = undelivered
    .filter(
      ({ since, isRefused }) =>
        isRefused || now.getTime() - Date.parse(since) >= undeliveredAfterMs,
    )
    .toSorted(rising(({ since }) => Date.parse(since)))
  const [oldest] = old
  if (!oldest && complaints.length === 0) return []
  const deaf = new Map(old.map(({ channel, why }) => [channel, why]))
  const isSettings = complaints.length > 0 || old.some(({ isRefused }) => isRefused)
  return [
    troubleOf({
      kind: 'alert.undelivered',
      severity: 'error',
      database: undefined,
      since: oldest?.since ?? now.toISOString(),
      what: oldest
        ? `alerts do not reach ${someOf([...deaf.keys()])}`
        : 'an address in the settings cannot be used',
      facts: [
        ...[...deaf].slice(0, 5).map(([label, text]) => ({ label, text })),
        ...(oldest ? [{ label: 'oldest', text: ageWords(oldest.since, now) }] : []),
        ...complaints.slice(0, 5).map((text) => ({ label: 'settings', text })),
      ],
      meaning: oldest
        ? 'They are kept, and tried again by themselves. Until one arrives, nobody hears of anything there.'
        : 'Nobody hears of anything there. The other addresses are in use.',
      nextStep: {
        text: isSettings
          ? 'Correct the address in .env and deploy again; then try every channel, on your own machine:'
          : 'If it lasts, find out why the channel takes nothing; this tries every one, on your own machine:',
        command: 'npm run --silent snapproof -- alert-test',
      },
    }),
  ]
}

export const installationTroubles = (about: {
  before: WatchState | undefined
  state: WatchState
  prune: PruneState | undefined
  /** When the last drill was, and when the first copy came. */
  drilledAt: string | undefined
  firstAt: string | undefined
  undelivered: readonly Undelivered[]
  /** What in the settings could not be used, each a sentence. */
  complaints: readonly string[]
  second: SecondStanding | undefined
  now: Date
}): Trouble[] => {
  const { before, state, prune, undelivered, complaints, second, now } = about
  const jobs = { prune: prune?.ranAt, drill: about.drilledAt }
  return [
    ...storeError(state),
    ...wrongClock(state),
    ...wasSilent(before, state),
    ...idle(jobs, about.firstAt, now),
    ...(state.strangers.length > 0 ? [strangersTrouble(undefined, state.strangers, now)] : []),
    ...braked(prune, now),
    ...undeleted(prune, now),
    ...unpruned(prune, now),
    ...secondTroubles(second, now),
    ...unheard(undelivered, complaints, now),
  ]
}
