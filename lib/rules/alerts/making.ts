/**
 * How does what is to be told become an alert? Headline, facts, next step, and the copy that one would
 * go back to.
 */
import { createHash } from 'node:crypto'

import { adviceOf } from '../kinds/kinds'
import { cut } from '../plain/shortening'
import { ageWords, instantWords } from '../plain/wording'
import { hostCommand } from '../troubles/trouble'
import type { Trouble } from '../troubles/trouble'
import type { DatabaseState } from '../watching/watch-state'

import type { Alert } from './alert'
import type { Incident, Telling } from './incidents'

type About = {
  installation: string
  incident: Incident
  state: DatabaseState | undefined
  /** What the database is listed as. */
  kind?: string | undefined
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
  { state, incident, kind, now }: About,
  trouble: Trouble | undefined,
): Alert['newestProven'] => {
  const { database } = incident
  const copy = state?.newestSound
  if (!copy || database === undefined || adviceOf(kind).insteadOfBack !== undefined)
    return undefined
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
