import { createHash } from 'node:crypto'

import type { Alert, AlertKind } from './alert'
import type { Incident, Telling } from './policy'
import { cut } from './text'
import { hostCommand, operatorCommand } from '../troubles/trouble'
import type { Trouble } from '../troubles/trouble'
import type { DatabaseState } from '../watching/watch-state'
import { ageWords, instantWords } from '../plain/wording'
import { hourMs, minuteMs } from '../plain/time-units'

/** From what is to be told, the alert as it is said: headline, facts, next step, newest proven copy. */
type About = {
  installation: string
  incident: Incident
  state: DatabaseState | undefined
  now: Date
}

const headlineAtMost = 120

/** "since 01:00 UTC" for what began today: the day is said where it is another one. */
const sinceWords = (since: string, now: Date): string => {
  const words = instantWords(since)
  const today = now.toISOString().slice(0, 10)
  return words.startsWith(today) ? words.slice(today.length + 1) : words
}

/** "5 h", as one says how long something went on. */
const lastedWords = (since: string, now: Date): string => {
  const words = ageWords(since, now)
  return words.endsWith(' ago') ? words.slice(0, -' ago'.length) : 'less than a minute'
}

const headlineOf = ({ incident, now, installation }: About, isOver: boolean): string => {
  const { what, since, database } = incident
  const text = `${database ?? installation}: ${what}`
  // The channels put "Resolved" before it.
  const when = isOver ? `after ${lastedWords(since, now)}` : `since ${sinceWords(since, now)}`
  const said = `${text}, ${when}`
  // Half a time would say nothing, and the alert has it besides.
  return said.length <= headlineAtMost ? said : cut(text, headlineAtMost)
}

/** The copy one would go back to, and the command that does: on every alert of a database. */
const newestProvenOf = (
  { state, incident, now }: About,
  trouble: Trouble | undefined,
): Alert['newestProven'] => {
  const { database } = incident
  const copy = state?.newestSound
  if (!copy || database === undefined) return undefined
  const { fall } = state
  if (fall) {
    const restoreCommand = hostCommand(`restore.sh --at ${fall.before}`, database)
    const age = ageWords(fall.beforeAt, now)
    return { ticket: fall.before, age, restoreCommand, isBeforeFall: true }
  }
  const known = { ticket: copy.id, age: ageWords(copy.arrivedAt, now) }
  if (trouble?.copy === copy.id && trouble.severity === 'critical')
    return { ...known, restoreCommand: hostCommand('restore.sh --list', database), isDoubted: true }
  // Without a time restore.sh takes the newest proven copy, also one that came since; where a newer one
  // is passed over for what it lacks, it would ask.
  const script = state.newest?.word === 'unmet' ? `restore.sh --at ${copy.id}` : 'restore.sh'
  return { ...known, restoreCommand: hostCommand(script, database) }
}

/** The same telling has the same id, however often it is made. */
const idOf = (key: string, status: string, { openedAt, told }: Incident): string =>
  createHash('sha256').update(`${key} ${status} ${openedAt} ${told}`).digest('hex').slice(0, 32)

export const alertOf = (telling: Telling, about: About): Alert => {
  const { incident, installation, now } = about
  const { key, status, trouble } = telling
  const isOver = status === 'resolved'
  return {
    id: idOf(`${installation}/${key}`, status, incident),
    key: `${installation}/${key}`,
    kind: incident.kind,
    severity: incident.severity,
    status,
    installation,
    database: incident.database,
    since: incident.since,
    at: now.toISOString(),
    told: incident.told,
    headline: headlineOf(about, isOver),
    facts: trouble?.facts ?? [
      { label: 'began', text: instantWords(incident.since) },
      { label: 'lasted', text: lastedWords(incident.since, now) },
    ],
    meaning: trouble?.meaning ?? 'What was told then no longer holds.',
    nextStep: trouble?.nextStep ?? { text: 'Nothing is to be done.' },
    newestProven: newestProvenOf(about, trouble),
    ...(incident.firingId === undefined ? {} : { answers: incident.firingId }),
  }
}

/** So often is the same told, at most: where nothing can be remembered, the clock decides. */
export const awaySlotMs = 6 * hourMs
export const awayWindowMs = 10 * minuteMs

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
        'Copies come in and are kept, but nobody is told when one is damaged or late, and none is let go.',
      nextStep: { text: 'Deploy the newer Snapproof again.' },
    },
    { why, installation, now },
  )
