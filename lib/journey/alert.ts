/**
 * Who must be told? From what the watch saw to messages that were taken, at the end of each watch.
 *
 * What is to be told is written down before it is sent, and stays until a channel took it. Of two
 * runs beside one another the faster one tells; a run that is killed is taken up by the next.
 */
import { createHash } from 'node:crypto'

import type { Channel, TellingTools } from '../ports'
import type { Alert } from '../rules/alerts/alert'
import { newerStateAlert, storeAwayAlert, storeBackAlert } from '../rules/alerts/by-the-clock'
import { decide, keyOf, untoldTo, withTold } from '../rules/alerts/incidents'
import type { Incidents, Telling } from '../rules/alerts/incidents'
import { alertOf } from '../rules/alerts/making'
import {
  dueOf,
  messageTo,
  undeliveredOf,
  withDelivery,
  withLease,
  withMessage,
} from '../rules/alerts/outbox'
import type { AlertState, Outgoing } from '../rules/alerts/outbox'
import { withFold } from '../rules/alerts/overtaken'
import { proofMessage, proofsIn, withProofs, withoutSaid } from '../rules/alerts/proofs'
import type { PruneState } from '../rules/copy/journal'
import { minuteMs, secondMs } from '../rules/plain/time-units'
import type { SecondState } from '../rules/second/second-state'
import { timelinessOf } from '../rules/settings/schedule'
import { drillTroubles } from '../rules/troubles/drills'
import { installationTroubles } from '../rules/troubles/installation'
import type { Trouble } from '../rules/troubles/trouble'
import { kindOf, openQuestions, scheduleOf, troublesOf } from '../rules/troubles/troubles'
import { isSound } from '../rules/verdict/verdict'
import type { DrillState } from '../rules/watching/drill'
import { firstCopyAt } from '../rules/watching/timers'
import type { WatchState } from '../rules/watching/watch-state'

import { changeAlertState, readAlertState } from './bucket/alert-state'
import { watchedAt } from './bucket/watch-state'
import { secondIn } from './gather/head'

/** What the watch saw, and what prune and drill left behind. */
export type Watched = {
  before: WatchState | undefined
  state: WatchState
  prune: PruneState | undefined
  drill: DrillState | undefined
  second: SecondState | undefined
  /** Databases that this run could not look at: their last state stands, and says nothing of today. */
  unseen?: ReadonlySet<string>
  /** Incidents of which the end of this run will know more: until then they stand as they stood. */
  unsettled?: ReadonlySet<string>
}

export type AlertAnswer = { told: string[]; undelivered: string[] }

const troublesIn = (
  { before, state, prune, drill, unseen, unsettled, ...watched }: Watched,
  at: AlertState,
  tools: TellingTools,
): Trouble[] => {
  // Ages are measured by the store's clock, as everywhere.
  const now = new Date(state.ranAt)
  const databases = Object.entries(state.databases).flatMap(([database, one]) => {
    // What keeps us from looking is told by itself; by what was known before it might be late today.
    if (unseen?.has(database)) return []
    const schedule = scheduleOf(tools.settings.databases, database, one)
    const kind = kindOf(tools.settings.databases, database, one)
    return troublesOf(database, one, { schedule, kind, now })
  })
  const { complaints } = tools.notifier
  const undelivered = undeliveredOf(at.outbox)
  const runs = { drilledAt: drill?.ranAt, firstAt: firstCopyAt(state.databases) }
  const second = secondIn({ second: watched.second, known: state.databases, now }, tools)
  const about = { before, state, prune, ...runs, undelivered, complaints, second, now }
  return [
    ...databases.filter((trouble) => !unsettled?.has(keyOf(trouble))),
    ...drillTroubles(drill, now),
    ...installationTroubles(about),
  ]
}

/** A recovery goes where the trouble was told; that a channel is deaf is not told to it. */
const takers = (alert: Alert, incident: Incidents[string], at: AlertState, tools: TellingTools) =>
  tools.notifier.channels.filter((channel) => {
    if (alert.status === 'resolved') return incident?.channels.includes(channel.id) ?? false
    const isDeaf = at.outbox.some((one) => one.channelId === channel.id && one.attempts > 0)
    return !(isDeaf && alert.kind === 'alert.undelivered') && channel.takes(alert)
  })

const storeErrorKey = keyOf({ database: undefined, kind: 'store.error' })

/** Who was told of the store's errors besides hears the end of those, under the same key. */
const mayHaveHeardOf = (back: Alert, channel: Channel, incidents: Incidents): boolean => {
  const incident = incidents[storeErrorKey]
  const hears = incident?.isOpen === true && incident.channels.includes(channel.id)
  return !hears && channel.takes({ ...back, status: 'firing' })
}

/** Decides what to tell and puts it into the outbox, one message for each channel. */
const withTellings = (before: AlertState, seen: Watched, tools: TellingTools): AlertState => {
  const now = new Date(seen.state.ranAt)
  const { remindEveryMs, installation } = tools.settings
  const set = new Map(tools.notifier.channels.map((channel) => [channel.id, channel]))
  // What waits for a channel that is no longer set is dropped, and is no trouble either.
  const at = { ...before, outbox: before.outbox.filter(({ channelId }) => set.has(channelId)) }
  const questions = [
    ...(seen.unsettled ?? []),
    ...Object.entries(seen.state.databases).flatMap(([name, one]) => openQuestions(name, one)),
    ...Object.keys(at.incidents).filter((key) =>
      seen.unseen?.has(at.incidents[key]?.database ?? ''),
    ),
  ]
  const decided = decide(untoldTo(at.incidents, new Set(set.keys())), troublesIn(seen, at, tools), {
    now,
    remindEveryMs,
    openQuestions: new Set(questions),
  })
  const incidents = { ...decided.incidents }
  const mail = new Map<Channel, Alert[]>()
  const tell = (telling: Telling) => {
    const incident = incidents[telling.key]
    if (!incident) return
    const { database = '' } = incident
    const state = seen.state.databases[database]
    const kind = kindOf(tools.settings.databases, database, state)
    const alert = alertOf(telling, { installation, incident, state, kind, now })
    // One address that is set twice is one place, and is told once.
    const ids = new Set(takers(alert, incident, at, tools).map(({ id }) => id))
    for (const channel of [...ids].flatMap((id) => set.get(id) ?? [])) {
      mail.set(channel, [...(mail.get(channel) ?? []), alert])
    }
    if (telling.status === 'resolved' || ids.size === 0) return
    incidents[telling.key] = withTold(incident, { id: alert.id, channels: [...ids] }, now)
  }
  for (const telling of decided.tellings) tell(telling)
  const back = storeBackAlert(seen.before, seen.state, installation)
  // Two runs that see one gap tell of it once.
  const news = back && at.backSince !== back.since ? back : undefined
  for (const channel of news ? set.values() : []) {
    if (!news || !mayHaveHeardOf(news, channel, incidents)) continue
    mail.set(channel, [...(mail.get(channel) ?? []), news])
  }
  let { outbox } = at
  // Sent by the clock by which it is sent: it may be minutes apart from the store's.
  for (const [channel, alerts] of mail) {
    outbox = withMessage(outbox, messageTo(channel, alerts, tools.clock.now()))
  }
  outbox = withFold(outbox, tools.clock.now())
  const { proofs: _, ...rest } = at
  const proofs = withProofs(
    at.proofs ?? {},
    proofsIn(seen.before, seen.state, seen.unseen),
    [...set.values()].flatMap(({ id, hears }) => (hears ? [{ id, hears }] : [])),
  )
  return {
    ...rest,
    incidents,
    outbox,
    ...(Object.keys(proofs).length > 0 ? { proofs } : {}),
    ...(news ? { backSince: news.since } : {}),
  }
}

/** A run that has less than this left sends nothing more: the next one does. */
const leastLeftMs = 15_000

export const hasTime = ({ deadlineAt, clock }: TellingTools): boolean =>
  deadlineAt.getTime() - clock.now().getTime() >= leastLeftMs

const sendAll = async (due: readonly Outgoing[], tools: TellingTools): Promise<AlertAnswer> => {
  const answer: AlertAnswer = { told: [], undelivered: [] }
  const { installation } = tools.settings
  // Whoever did not take one message is not pressed with the next, and hears them in their order.
  const deaf = new Set<string>()
  for (const { id, channelId, channelName, alerts } of due) {
    const channel = tools.notifier.channels.find((one) => one.id === channelId)
    if (!channel || deaf.has(channelId) || !hasTime(tools)) continue
    const delivery = await channel.send({ id, installation, alerts })
    await changeAlertState(tools, (at) => ({
      ...at,
      outbox: withDelivery(at.outbox, id, delivery, tools.clock.now()),
    }))
    if (delivery.outcome === 'delivered') {
      answer.told.push(channelName)
      continue
    }
    deaf.add(channelId)
    answer.undelivered.push(`${channelName}: ${delivery.said}`)
  }
  return answer
}

/** What says whether a database is well. */
type Pulsed = Pick<Watched, 'state' | 'unseen'>

/** Well: the newest copy is sound, and it came in time. */
const markOf = (
  database: string,
  { state, unseen }: Pulsed,
  tools: TellingTools,
): string | undefined => {
  const one = state.databases[database]
  if (!one?.newest || !isSound(one.newest.word) || unseen?.has(database)) return undefined
  const schedule = scheduleOf(tools.settings.databases, database, one)
  const isInTime = timelinessOf(one, schedule, new Date(state.ranAt)).is === 'in time'
  return isInTime ? `${one.newest.id} ${one.heartbeatAt ?? ''}` : undefined
}

/**
 * What expects to be called after every sound copy is called once for each, or for a host that says
 * that the newest one, which is sound, is still all there is: silence is what it tells. Where it
 * stands for several databases all must be well: one that is not would be buried under the others.
 */
export const callPulses = async (
  seen: Pulsed,
  at: AlertState,
  tools: TellingTools,
): Promise<void> => {
  // Of a database that has no copy and is not to have one there is nothing to say.
  const known = Object.entries(seen.state.databases)
    .filter(([name, one]) => one.newest || scheduleOf(tools.settings.databases, name, one))
    .map(([name]) => name)
  for (const { id, databases = known, send } of tools.notifier.pulses) {
    const marks = databases.map((database) => markOf(database, seen, tools))
    const mark = createHash('sha256').update(marks.join('\n')).digest('hex').slice(0, 24)
    const isWell = marks.length > 0 && !marks.includes(undefined)
    if (!isWell || at.pinged[id] === mark || !hasTime(tools)) continue
    const { outcome } = await send(`${databases.join(', ')}: sound`)
    // Who was away is called by the next run.
    if (outcome !== 'delivered') continue
    await changeAlertState(tools, (now) => ({ ...now, pinged: { ...now.pinged, [id]: mark } }))
  }
}

export const tellTroubles = async (seen: Watched, tools: TellingTools): Promise<AlertAnswer> => {
  let due: Outgoing[] = []
  const at = await changeAlertState(tools, (before) => {
    const next = withTellings(before, seen, tools)
    due = dueOf(next.outbox, tools.clock.now())
    const ids = new Set(due.map(({ id }) => id))
    return { ...next, outbox: withLease(next.outbox, ids, tools.clock.now()) }
  })
  const answer = await sendAll(due, tools)
  await callPulses(seen, at, tools)
  return answer
}

/** All good news of a run together may take no longer: what is not said by then waits for the next. */
const goodNewsMs = 10 * secondMs

/**
 * Good news comes last: after every trouble was told, and to no channel for which one waits. It is
 * nobody's trouble where it cannot be told: what was refused is dropped, the rest is tried again.
 */
export const tellProofs = async (tools: TellingTools): Promise<string[]> => {
  // One address that is set twice is one place, and is told once.
  const places = new Map(tools.notifier.channels.map((channel) => [channel.id, channel]))
  const hearing = [...places.values()].filter(({ hears }) => hears)
  if (hearing.length === 0) return []
  const { proofs = {}, outbox } = await readAlertState(tools)
  const untilMs = tools.clock.now().getTime() + goodNewsMs
  const told: string[] = []
  for (const channel of hearing) {
    const waiting = proofs[channel.id] ?? []
    const isInTrouble = outbox.some(({ channelId }) => channelId === channel.id)
    const isInTime = hasTime(tools) && tools.clock.now().getTime() < untilMs
    if (waiting.length === 0 || isInTrouble || !isInTime) continue
    const delivery = await channel.send(proofMessage(waiting, tools.settings.installation))
    if (delivery.outcome === 'delivered') told.push(channel.name)
    if (delivery.outcome === 'later') continue
    await changeAlertState(tools, (now) => ({
      ...now,
      proofs: withoutSaid(now.proofs ?? {}, channel.id, waiting),
    }))
  }
  return told
}

const sendByTheClock = async (alert: Alert | undefined, tools: TellingTools): Promise<void> => {
  if (!alert) return
  const { installation } = tools.settings
  for (const channel of tools.notifier.channels) {
    if (channel.takes(alert)) await channel.send({ id: alert.id, installation, alerts: [alert] })
  }
}

/** The store is away, and with it what was told before: only the clock says whether to tell it. */
export const tellStoreAway = (why: string, tools: TellingTools): Promise<void> => {
  const about = { installation: tools.settings.installation, now: tools.clock.now() }
  return sendByTheClock(storeAwayAlert(why, about), tools)
}

/** What the newer build does in its own time; here nobody watches any more. */
const newerIsHereMs = 30 * minuteMs

/** A state of ours that only a newer build can read: where that one watches itself, all is well. */
export const tellNewerState = async (why: string, tools: TellingTools): Promise<void> => {
  const [watched, now] = await Promise.all([watchedAt(tools), tools.store.now()])
  if (watched && now.getTime() - watched.getTime() < newerIsHereMs) return
  const about = { installation: tools.settings.installation, now: tools.clock.now() }
  await sendByTheClock(newerStateAlert(why, about), tools)
}
