/**
 * What does a channel need to hear that was deaf for days? How things stand now: what waited for three
 * of them and was overtaken since is counted in one message, and not told by itself. So an outbox
 * grows with what is wrong, and not with how long nobody listened.
 */
import { createHash } from 'node:crypto'

import { dayMs } from '../plain/time-units'
import { countWords, instantWords } from '../plain/wording'
import { nearestOf } from '../trust/stored'

import { summaryOf } from './alert'
import type { Alert } from './alert'
import type { Folded, Outgoing } from './outbox'
import { isLeased } from './outbox'

const foldAfterMs = 3 * dayMs

const isOld = ({ queuedAt }: Outgoing, now: Date): boolean =>
  Math.abs(now.getTime() - Date.parse(queuedAt)) > foldAfterMs

const isFoldable = (one: Outgoing, now: Date): boolean =>
  one.folded === undefined && isOld(one, now) && !isLeased(one, now)

/**
 * Of one subject, in order: the end, when it is over; else from its last beginning on. An end is told
 * even where its beginning never was: it may have arrived all the same, and stays open there.
 */
const overtaken = (told: readonly Alert[]): Alert[] => {
  const over = told.findLastIndex(({ status }) => status === 'resolved')
  const begun = told.findLastIndex(({ status }) => status === 'firing')
  const from = over === told.length - 1 ? over : Math.max(begun, over + 1)
  return told.slice(0, from)
}

/** What is old stands before what is young, or is being sent: only so the order stays. */
const overtakenIn = (outbox: readonly Outgoing[], now: Date): Set<Alert> => {
  const told = new Map<string, Alert[]>()
  const closed = new Set<string>()
  for (const one of outbox) {
    for (const alert of one.alerts) {
      const subject = `${one.channelId} ${alert.key}`
      if (!isFoldable(one, now)) closed.add(subject)
      if (!closed.has(subject)) told.set(subject, [...(told.get(subject) ?? []), alert])
    }
  }
  return new Set([...told.values()].flatMap(overtaken))
}

const sumOf = (before: Folded | undefined, alerts: readonly Alert[]): Folded => {
  const known = before ? [before.since, before.until] : []
  const times = [...known, ...alerts.map(({ at }) => at)].toSorted()
  const kinds = { ...before?.kinds }
  for (const { kind } of alerts) kinds[nearestOf(kind)] = (kinds[nearestOf(kind)] ?? 0) + 1
  return {
    count: (before?.count ?? 0) + alerts.length,
    since: String(times[0]),
    until: String(times.at(-1)),
    kinds,
  }
}

const wordsOf = ({ kinds }: Folded): string =>
  Object.entries(kinds)
    .map(([kind, count]) => `${count} ${summaryOf(kind)}`)
    .join(', ')

const alertOf = (folded: Folded, id: string, { installation }: Alert): Alert => {
  const { count, since, until } = folded
  return {
    id,
    // Its own subject: it neither begins nor ends what other channels were told of this one.
    key: `${installation}/-/alert.undelivered/folded`,
    kind: 'alert.undelivered',
    severity: 'warning',
    status: 'resolved',
    installation,
    database: undefined,
    since,
    at: until,
    told: 0,
    headline: `${installation}: ${countWords(count, 'older alert')} did not get through to here`,
    facts: [
      { label: 'left out', text: wordsOf(folded) },
      { label: 'first', text: instantWords(since) },
      { label: 'last', text: instantWords(until) },
    ],
    meaning: 'Each of them was overtaken by a later one. What still holds is told besides.',
    nextStep: { text: 'Nothing is to be done; the page shows how things stand now.' },
    newestProven: undefined,
  }
}

/** In the place of the first of them, tried as that one was: that the channel is deaf stays known. */
const foldOf = (before: Outgoing | undefined, at: Outgoing, lost: readonly Alert[]): Outgoing => {
  const folded = sumOf(before?.folded, lost)
  const text = `${at.channelId} ${folded.since} ${folded.until} ${folded.count}`
  const id = createHash('sha256').update(text).digest('hex').slice(0, 32)
  const alerts = lost.slice(0, 1).map((first) => alertOf(folded, id, first))
  return { ...(before ?? at), id, alerts, folded }
}

export const withFold = (outbox: readonly Outgoing[], now: Date): Outgoing[] => {
  const lost = overtakenIn(outbox, now)
  if (lost.size === 0) return [...outbox]
  const next: Outgoing[] = []
  const done = new Set<string>()
  for (const one of outbox) {
    const { channelId } = one
    const mine = outbox
      .filter((other) => other.channelId === channelId)
      .flatMap(({ alerts }) => alerts.filter((alert) => lost.has(alert)))
    const known = outbox.find(
      (other) => other.channelId === channelId && other.folded && !isLeased(other, now),
    )
    const isPlace = known ? one === known : one.alerts.some((alert) => lost.has(alert))
    if (isPlace && mine.length > 0 && !done.has(channelId)) {
      done.add(channelId)
      next.push(foldOf(known, one, mine))
    }
    const alerts = one.alerts.filter((alert) => !lost.has(alert))
    if (one !== known || mine.length === 0) {
      if (alerts.length > 0)
        next.push(alerts.length === one.alerts.length ? one : { ...one, alerts })
    }
  }
  return next
}
