/**
 * What is open, who has heard of it, and is anything to be seen of it still? Told is not heard: a message
 * stands in the outbox until its channel has taken it. And open is not there: what flaps is held open, and
 * so is what only the next verdict can end.
 */
import { ageWords, countWords, instantWords } from '../plain/wording'

import { gravestFirst, isKnownKind } from './alert'
import type { Severity } from './alert'
import { holdMs, recentClosings } from './incidents'
import type { Incident } from './incidents'
import type { AlertState, Outgoing } from './outbox'

export type Waiting = { channel: string; why: string }

export type OpenIncident = {
  key: string
  kind: string
  severity: Severity
  database: string | undefined
  what: string
  since: string
  /** When it was last put down to be told. */
  toldAt: string | undefined
  /** The channels that have taken it, by their names. */
  heardBy: string[]
  /** Those that it is meant for, and that have not taken it. */
  unheardBy: Waiting[]
  /** Those that have heard of it, and have not taken its last reminder. */
  remindersWait: Waiting[]
  calmSince: string | undefined
  /** Nothing is to be seen of it now, and it is held open all the same. */
  held: { why: string; until: string | undefined } | undefined
}

export type About = {
  installation: string
  channels: readonly { id: string; name: string }[]
  /** By their keys: what is to be seen now, and of what only a verdict can say whether it lasts. */
  seen: ReadonlySet<string>
  questions: ReadonlySet<string>
  now: Date
}

const whyUnsent = ({ attempts, said }: Outgoing): string =>
  attempts === 0 ? 'not sent yet' : (said ?? 'no answer')

/** The first of a status that stands in the outbox for a channel. */
const waitingFor = (
  outbox: readonly Outgoing[],
  about: { channelId: string; alertKey: string; status: string },
): Outgoing | undefined =>
  outbox.find(
    ({ channelId, alerts }) =>
      channelId === about.channelId &&
      alerts.some(({ key, status }) => key === about.alertKey && status === about.status),
  )

const hearingOf = (
  key: string,
  { channels: told }: Incident,
  { outbox }: Pick<AlertState, 'outbox'>,
  { installation, channels }: About,
): Pick<OpenIncident, 'heardBy' | 'unheardBy' | 'remindersWait'> => {
  const alertKey = `${installation}/${key}`
  const heardBy: string[] = []
  const unheardBy: Waiting[] = []
  const remindersWait: Waiting[] = []
  // One address that is set twice is one place.
  const names = new Map(channels.map(({ id, name }) => [id, name]))
  for (const channelId of told) {
    const channel = names.get(channelId)
    // Whoever is no longer set has no name, and hears nothing more.
    if (channel === undefined) continue
    const first = waitingFor(outbox, { channelId, alertKey, status: 'firing' })
    const reminder = waitingFor(outbox, { channelId, alertKey, status: 'reminder' })
    if (first) unheardBy.push({ channel, why: whyUnsent(first) })
    else heardBy.push(channel)
    if (!first && reminder) remindersWait.push({ channel, why: whyUnsent(reminder) })
  }
  return { heardBy, unheardBy, remindersWait }
}

const heldOf = (
  key: string,
  incident: Incident,
  { seen, questions, now }: About,
): OpenIncident['held'] => {
  if (seen.has(key)) return undefined
  if (!isKnownKind(incident.kind))
    return { why: 'until the build that opened it closes it', until: undefined }
  if (questions.has(key)) return { why: 'until the newest copy has its verdict', until: undefined }
  const { calmSince } = incident
  const closings = recentClosings(incident, now)
  const untilMs = Date.parse(calmSince ?? '') + holdMs({ ...incident, closings })
  if (!(untilMs > now.getTime())) return { why: 'until the watch runs again', until: undefined }
  const until = new Date(untilMs).toISOString()
  const times = closings.length === 1 ? 'once' : countWords(closings.length, 'time')
  return { why: `until ${instantWords(until)}, since it came back ${times} within a day`, until }
}

/** The gravest first. */
export const openIncidentsOf = (
  state: Pick<AlertState, 'incidents' | 'outbox'>,
  about: About,
): OpenIncident[] =>
  gravestFirst(
    Object.entries(state.incidents).flatMap(([key, incident]) => {
      const { kind, severity, database, what, since, toldAt, calmSince } = incident
      if (!incident.isOpen) return []
      const hearing = hearingOf(key, incident, state, about)
      const held = heldOf(key, incident, about)
      return [{ key, kind, severity, database, what, since, toldAt, ...hearing, calmSince, held }]
    }),
  )

const listed = (some: readonly Waiting[]): string =>
  some.map(({ channel, why }) => `${channel}: ${why}`).join('; ')

/** "told 2 h ago", where that is so. */
export const heardWords = (
  { toldAt, heardBy, unheardBy, remindersWait }: OpenIncident,
  now: Date,
): string => {
  if (toldAt === undefined) return 'nobody was told yet'
  const all = heardBy.length + unheardBy.length
  if (all === 0) return 'nobody who was told is there any more'
  if (heardBy.length === 0) return `nobody has heard it yet: ${listed(unheardBy)}`
  // When those who have only a reminder to come heard of it first is not known any more.
  const isBefore = remindersWait.length === heardBy.length
  const told = isBefore ? 'told before' : `told ${ageWords(toldAt, now)}`
  const some = unheardBy.length > 0 ? `told ${heardBy.length} of ${all} channels` : told
  return [
    some,
    ...(unheardBy.length > 0 ? [`not heard yet: ${listed(unheardBy)}`] : []),
    ...(remindersWait.length > 0 ? [`a reminder waits: ${listed(remindersWait)}`] : []),
  ].join('; ')
}

/** What is held open is not told as what is there. */
export const standingWords = ({ held }: OpenIncident): string =>
  held ? `held open ${held.why}; nothing is to be seen of it now` : 'open'
