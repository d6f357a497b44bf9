/**
 * What still has to be told, and to whom? A message stands here before it is sent, and until the
 * channel has taken it: it is never lost, and a run that is killed sends it once more at most.
 */
import { createHash } from 'node:crypto'

import * as z from 'zod'

import { dayMs, hourMs, minuteMs } from '../plain/time-units'
import type { Undelivered } from '../troubles/installation'
import { shapeOf } from '../trust/stored'

import { alertStatuses, severities } from './alert'
import type { Alert, Delivery } from './alert'
import { Incident } from './incidents'
import { Proof } from './proofs'

const instant = z.iso.datetime()

const StoredAlert: z.ZodType<Alert> = z
  .looseObject({
    id: z.string(),
    key: z.string(),
    kind: z.string(),
    severity: z.enum(severities),
    status: z.enum(alertStatuses),
    installation: z.string(),
    database: z.string().optional(),
    since: instant,
    at: instant,
    told: z.int(),
    headline: z.string(),
    facts: z.array(z.looseObject({ label: z.string(), text: z.string() })),
    meaning: z.string(),
    nextStep: z.looseObject({
      text: z.string(),
      command: z.string().optional(),
      otherwise: z.looseObject({ text: z.string(), command: z.string().optional() }).optional(),
    }),
    newestProven: z
      .looseObject({
        ticket: z.string(),
        age: z.string(),
        restoreCommand: z.string(),
        isBeforeFall: z.boolean().optional(),
        isDoubted: z.boolean().optional(),
      })
      .optional(),
    answers: z.string().optional(),
  })
  // JSON leaves out what is undefined: an alert has the field all the same.
  .transform(({ database, newestProven, ...rest }) => ({ ...rest, database, newestProven }))

/** What a channel missed that is told as one: how many, from when to when, and of which kinds. */
export const Folded = shapeOf({
  count: z.int(),
  since: instant,
  until: instant,
  /** By the names that the first edition knows: what came later is counted with its nearest. */
  kinds: z.record(z.string(), z.int()),
})
export type Folded = z.infer<typeof Folded>

export const Outgoing = shapeOf({
  id: z.string(),
  /** Tells channels apart without their addresses: where this one is no longer set, it is dropped. */
  channelId: z.string(),
  channelName: z.string(),
  alerts: z.array(StoredAlert),
  queuedAt: instant,
  attempts: z.int(),
  nextAt: instant,
  /** A run is at it until then: another one leaves it alone. */
  leaseUntil: instant.optional(),
  said: z.string().optional(),
  isRefused: z.boolean(),
  folded: Folded.optional(),
})
export type Outgoing = z.infer<typeof Outgoing>

export const AlertState = shapeOf({
  incidents: z.record(z.string(), Incident),
  outbox: z.array(Outgoing),
  /** The copy that each success ping was last sent for. */
  pinged: z.record(z.string(), z.string()),
  /** By channel: copies that were proven, and not told yet to who wants to hear it. */
  proofs: z.record(z.string(), z.array(Proof)).optional(),
  /** The gap, by its beginning, of which was last told that it is over. */
  backSince: instant.optional(),
})
export type AlertState = z.infer<typeof AlertState>

export const emptyAlertState: AlertState = { incidents: {}, outbox: [], pinged: {} }

export const alertStateType = 'application/vnd.snapproof.alerts+json'

/** Every run at first, then less and less often, and never not at all. */
const backOffMs = (attempts: number): number =>
  Math.min(10 * minuteMs * 2 ** Math.max(attempts - 1, 0), 6 * hourMs)

/** What was refused may have been refused by mistake: it is tried once a day. Nothing waits longer. */
const longestWaitMs = dayMs

/** As long as a run can last that has taken messages to send. */
const leaseMs = 5 * minuteMs

/** Two runs' clocks that are less apart are both believed. */
const apartAtMostMs = 10 * minuteMs

/** Still ahead; but not so far that only a clock which was wrong can have said so. */
const isAhead = (at: string | undefined, atMostMs: number, now: Date): boolean => {
  const leftMs = Date.parse(at ?? now.toISOString()) - now.getTime()
  return leftMs > 0 && leftMs <= atMostMs + apartAtMostMs
}

export const isLeased = ({ leaseUntil }: Outgoing, now: Date): boolean =>
  isAhead(leaseUntil, leaseMs, now)

/**
 * What is to be sent now, in the order in which it was queued, for times may be by different clocks.
 * A channel hears of a trouble before its end: as long as the one waits, so does the other.
 */
export const dueOf = (outbox: readonly Outgoing[], now: Date): Outgoing[] => {
  const waiting = new Set<string>()
  return outbox.filter((one) => {
    const subjects = one.alerts.map(({ key }) => `${one.channelId} ${key}`)
    const isHeld = isLeased(one, now) || isAhead(one.nextAt, longestWaitMs, now)
    if (!isHeld && !subjects.some((subject) => waiting.has(subject))) return true
    for (const subject of subjects) waiting.add(subject)
    return false
  })
}

export const withLease = (
  outbox: readonly Outgoing[],
  ids: ReadonlySet<string>,
  now: Date,
): Outgoing[] => {
  const leaseUntil = new Date(now.getTime() + leaseMs).toISOString()
  return outbox.map((one) => (ids.has(one.id) ? { ...one, leaseUntil } : one))
}

/** A channel that takes something again is not left waiting for the rest. */
const withWake = (outbox: readonly Outgoing[], channelId: string | undefined, now: Date) => {
  const sooner = (at: string) => new Date(Math.min(Date.parse(at), now.getTime())).toISOString()
  return outbox.map((one) =>
    one.channelId === channelId && !one.isRefused ? { ...one, nextAt: sooner(one.nextAt) } : one,
  )
}

/** As long as the channel asks for, and no shorter than it would be without. */
const waitMsOf = (delivery: Exclude<Delivery, { outcome: 'delivered' }>, attempts: number) => {
  if (delivery.outcome === 'refused') return longestWaitMs
  const ownMs = backOffMs(attempts)
  const { afterSeconds } = delivery
  return afterSeconds === undefined ? ownMs : Math.max(ownMs, afterSeconds * 1000)
}

/** What became of one message: gone when it was taken, else kept, with the time of the next try. */
export const withDelivery = (
  outbox: readonly Outgoing[],
  id: string,
  delivery: Delivery,
  now: Date,
): Outgoing[] => {
  if (delivery.outcome === 'delivered') {
    const taken = outbox.find((one) => one.id === id)
    const left = outbox.filter((one) => one !== taken)
    return withWake(left, taken?.channelId, now)
  }
  return outbox.flatMap((one) => {
    if (one.id !== id) return [one]
    const isRefused = delivery.outcome === 'refused'
    const attempts = one.attempts + 1
    const nextMs = now.getTime() + Math.min(waitMsOf(delivery, attempts), longestWaitMs)
    const told = new Set(delivery.told)
    const { leaseUntil: _, ...rest } = one
    // A message of several requests goes on where it ended.
    const alerts = one.alerts.filter((alert) => !told.has(alert.id))
    if (alerts.length === 0) return []
    const nextAt = new Date(nextMs).toISOString()
    return [{ ...rest, alerts, attempts, nextAt, said: delivery.said, isRefused }]
  })
}

export const messageTo = (
  channel: { id: string; name: string },
  alerts: Alert[],
  now: Date,
): Outgoing => {
  const ids = alerts.map(({ id }) => id).join(' ')
  const at = now.toISOString()
  return {
    id: createHash('sha256').update(`${channel.id} ${ids}`).digest('hex').slice(0, 32),
    channelId: channel.id,
    channelName: channel.name,
    alerts,
    queuedAt: at,
    attempts: 0,
    nextAt: at,
    isRefused: false,
  }
}

/** A reminder that was never heard is replaced by the next one. */
export const withMessage = (outbox: readonly Outgoing[], message: Outgoing): Outgoing[] => {
  const reminded = new Set(
    message.alerts.filter(({ status }) => status !== 'firing').map(({ key }) => key),
  )
  const kept = outbox.flatMap((one) => {
    if (one.channelId !== message.channelId) return [one]
    const alerts = one.alerts.filter(
      ({ status, key }) => status !== 'reminder' || !reminded.has(key),
    )
    return alerts.length === 0 ? [] : [{ ...one, alerts }]
  })
  return [...kept, message]
}

export const undeliveredOf = (outbox: readonly Outgoing[]): Undelivered[] =>
  outbox
    .filter(({ attempts }) => attempts > 0)
    .map(({ channelName, queuedAt, said, isRefused }) => ({
      channel: channelName,
      since: queuedAt,
      why: said ?? 'no answer',
      isRefused,
    }))
