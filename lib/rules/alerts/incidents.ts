/**
 * Who has been told what, and what is to be told now? One incident for each trouble of a database,
 * from its first telling to its last: told when it begins, once a day while it lasts, and when it is
 * over, to those who were told that it began.
 *
 * What flaps is held open longer each time, so that one trouble makes seven tellings in any 24 hours
 * at most; reminders that are set to come more often than daily come on top.
 */
import * as z from 'zod'

import { dayMs, hourMs } from '../plain/time-units'
import type { Trouble } from '../troubles/trouble'
import { shapeOf } from '../trust/stored'

import { isKnownKind, severities } from './alert'
import type { AlertStatus } from './alert'

const instant = z.iso.datetime()

export const Incident = shapeOf({
  kind: z.string(),
  severity: z.enum(severities),
  database: z.string().optional(),
  what: z.string(),
  since: instant,
  isEvent: z.boolean(),
  isOpen: z.boolean(),
  openedAt: instant,
  /** Absent as long as nobody was told: then nobody needs to hear that it is over. */
  toldAt: instant.optional(),
  /** How often it was told, the first time included. */
  told: z.int(),
  /** The first telling: later ones refer to it. */
  firingId: z.string().optional(),
  /** The channels that were told. */
  channels: z.array(z.string()),
  /** Since when nothing is to be seen of it, though it is still held open. */
  calmSince: instant.optional(),
  /** When it was over, within the last day. */
  closings: z.array(instant),
})
export type Incident = z.infer<typeof Incident>

export type Incidents = Readonly<Record<string, Incident>>

export type Telling = {
  key: string
  status: Exclude<AlertStatus, 'test'>
  /** Absent for one that is over. */
  trouble: Trouble | undefined
}

/** How long it must be gone before it is called over: the more often it came back, the longer. */
const holds = [0, 2 * hourMs, 8 * hourMs]

const since = (at: string, now: Date): number => now.getTime() - Date.parse(at)

export const recentClosings = ({ closings }: Incident, now: Date): string[] =>
  closings.filter((at) => since(at, now) < dayMs)

export const holdMs = ({ closings }: Incident): number => holds[closings.length] ?? dayMs

export const keyOf = ({ database, kind }: Pick<Trouble, 'database' | 'kind'>): string =>
  `${database ?? '-'}/${kind}`

const opened = (trouble: Trouble, before: Incident | undefined, now: Date): Incident => ({
  kind: trouble.kind,
  severity: trouble.severity,
  ...(trouble.database === undefined ? {} : { database: trouble.database }),
  what: trouble.what,
  // A trouble that says only "now" began when it was first seen.
  since: trouble.since,
  isEvent: trouble.isEvent,
  isOpen: true,
  openedAt: now.toISOString(),
  told: 0,
  channels: [],
  closings: before?.closings ?? [],
})

/** What happened is told by when: the next time is news, though nobody saw a calm between the two. */
const isAnother = (trouble: Trouble, before: Incident, now: Date): boolean =>
  before.isEvent &&
  before.toldAt !== undefined &&
  before.since !== trouble.since &&
  since(before.toldAt, now) >= holdMs({ ...before, closings: recentClosings(before, now) })

type Step = { incident: Incident | undefined; telling: Telling['status'] | undefined }

const whileItLasts = (
  trouble: Trouble,
  before: Incident | undefined,
  { now, remindEveryMs }: { now: Date; remindEveryMs: number },
): Step => {
  if (!before?.isOpen) {
    const incident = opened(trouble, before, now)
    return { incident, telling: trouble.graceMs === 0 ? 'firing' : undefined }
  }
  if (isAnother(trouble, before, now)) {
    const closings = [...recentClosings(before, now), now.toISOString()]
    return { incident: opened(trouble, { ...before, closings }, now), telling: 'firing' }
  }
  const { calmSince: _, ...rest } = before
  const { what, severity } = trouble
  // Of several that happened before anybody could be told, the last is told.
  const isUntold = before.isEvent && before.toldAt === undefined
  const happenedAt = isUntold ? trouble.since : before.since
  const incident: Incident = { ...rest, what, severity, since: happenedAt }
  if (incident.toldAt === undefined) {
    const isDue = since(incident.openedAt, now) >= trouble.graceMs
    return { incident, telling: isDue ? 'firing' : undefined }
  }
  const isAged = !incident.isEvent && since(incident.toldAt, now) >= remindEveryMs
  return { incident, telling: isAged ? 'reminder' : undefined }
}

const onceItIsGone = (before: Incident, now: Date): Step => {
  const closings = recentClosings(before, now)
  const kept = closings.length > 0 ? { ...before, closings } : undefined
  if (!before.isOpen) return { incident: kept, telling: undefined }
  // Nobody heard of it, or there is nothing to recover from.
  if (before.toldAt === undefined) {
    return { incident: kept && { ...kept, isOpen: false }, telling: undefined }
  }
  const incident = { ...before, closings, calmSince: before.calmSince ?? now.toISOString() }
  if (since(incident.calmSince, now) < holdMs(incident)) return { incident, telling: undefined }
  const { calmSince: _, ...rest } = incident
  return {
    incident: { ...rest, isOpen: false, closings: [...closings, now.toISOString()] },
    telling: before.isEvent ? undefined : 'resolved',
  }
}

/** What is to be told now, and the incidents as they stand then. Tellings are noted by `withTold`. */
export const decide = (
  incidents: Incidents,
  troubles: readonly Trouble[],
  about: {
    now: Date
    remindEveryMs: number
    /** Of these nobody knows whether they last: they stand as they stood. */
    openQuestions?: ReadonlySet<string>
  },
): { incidents: Incidents; tellings: Telling[] } => {
  // Two troubles of one kind are one to be told: the graver one comes first.
  const byKey = new Map<string, Trouble>()
  for (const trouble of troubles) {
    if (!byKey.has(keyOf(trouble))) byKey.set(keyOf(trouble), trouble)
  }
  const next: Record<string, Incident> = {}
  const tellings: Telling[] = []
  for (const key of new Set([...Object.keys(incidents), ...byKey.keys()])) {
    const trouble = byKey.get(key)
    const before = incidents[key]
    // What another build opened, and this one cannot see, is that build's to close.
    const isForeign = before !== undefined && !isKnownKind(key.slice(key.indexOf('/') + 1))
    const isOpenQuestion = isForeign || (about.openQuestions?.has(key) && before?.isOpen)
    const step = trouble
      ? whileItLasts(trouble, before, about)
      : isOpenQuestion
        ? { incident: before, telling: undefined }
        : before && onceItIsGone(before, about.now)
    if (step?.incident) next[key] = step.incident
    if (step?.telling) tellings.push({ key, status: step.telling, trouble })
  }
  return { incidents: next, tellings }
}

/** Somebody is being told: `channels` are those that this telling goes to. */
export const withTold = (
  incident: Incident,
  telling: { id: string; channels: readonly string[] },
  now: Date,
): Incident => ({
  ...incident,
  toldAt: now.toISOString(),
  told: incident.told + 1,
  firingId: incident.firingId ?? telling.id,
  channels: [...new Set([...incident.channels, ...telling.channels])],
})

/** Where nobody who was told is there any more, what lasts is news to those who are. */
export const untoldTo = (incidents: Incidents, channels: ReadonlySet<string>): Incidents =>
  Object.fromEntries(
    Object.entries(incidents).map(([key, incident]) => {
      const isHeard = channels.size === 0 || incident.channels.some((id) => channels.has(id))
      if (incident.toldAt === undefined || isHeard) return [key, incident]
      const { toldAt: _, firingId: __, ...rest } = incident
      return [key, { ...rest, channels: [] }]
    }),
  )
