/**
 * What is an alert, and which of several is to be read first? The value that is told to people;
 * how it is said stands in `told.ts`, and when it is told in `incidents.ts`.
 */
import { rising } from '../plain/order'

export const alertKinds = [
  'verify.failed',
  'copy.gone',
  'rows.leaving',
  'copy.decayed',
  'verify.unmet',
  'verify.unverifiable',
  'backup.late',
  'backup.never',
  'upload.missing',
  'object.unknown',
  'rows.collapsed',
  'content.stale',
  'content.still',
  'sound.warned',
  'clock.skew',
  'host.changed',
  'copies.many',
  'stored.many',
  'prune.braked',
  'drill.failed',
  'drill.undone',
  'restore.slow',
  'second.behind',
  'store.error',
  'alert.undelivered',
  'watcher.silent',
  'timer.silent',
  'format.newer',
  'test',
] as const
export type AlertKind = (typeof alertKinds)[number]

export const isKnownKind = (kind: string): kind is AlertKind =>
  alertKinds.some((known) => known === kind)

/** What each kind is called where several are counted: "9 damaged, 3 late". */
const inSummary: Readonly<Record<AlertKind, string>> = {
  'verify.failed': 'damaged',
  'copy.gone': 'with the newest copy gone',
  'rows.leaving': 'with a last chance to get rows back',
  'copy.decayed': 'with a kept copy gone bad',
  'verify.unmet': 'not what is expected',
  'verify.unverifiable': 'that could not be checked',
  'backup.late': 'late',
  'backup.never': 'never backed up',
  'upload.missing': 'with an upload missing',
  'object.unknown': 'with unknown files',
  'rows.collapsed': 'with rows or tables gone',
  'content.stale': 'with old content',
  'content.still': 'that never change',
  'sound.warned': 'with warnings',
  'clock.skew': 'with a wrong clock',
  'host.changed': 'from another host',
  'copies.many': 'with too many copies',
  'stored.many': 'with much stored',
  'prune.braked': 'with pruning held back',
  'drill.failed': 'with a failed drill',
  'drill.undone': 'without a drill for long',
  'restore.slow': 'slow to restore',
  'second.behind': 'with a second place that is behind',
  'store.error': 'with store errors',
  'alert.undelivered': 'with undelivered alerts',
  'watcher.silent': 'with a silent watcher',
  'timer.silent': 'with a silent timer',
  'format.newer': 'written by a newer build',
  test: 'tested',
}

/** A kind of another build's is called by its own name. */
export const summaryOf = (kind: string): string =>
  isKnownKind(kind) ? inSummary[kind] : `in ${kind}`

/** From the mildest to the gravest, in PagerDuty's words. */
export const severities = ['info', 'warning', 'error', 'critical'] as const
export type Severity = (typeof severities)[number]

/** Those that may wait in the outbox. */
export const alertStatuses = ['firing', 'reminder', 'resolved', 'test'] as const
export type AlertStatus = (typeof alertStatuses)[number]

/** What to do: with the command whole, and what to do instead where it was meant. */
export type NextStep = {
  text: string
  command?: string | undefined
  otherwise?: { text: string; command?: string | undefined } | undefined
}

export type Alert = {
  /** Stable for one telling: receivers drop what they have seen under the same id. */
  id: string
  /** `<installation>/<database or ->/<kind>`: one trouble, from its first telling to its last. */
  key: string
  kind: string
  severity: Severity
  /** `success` is no alert: it goes to those alone who asked for good news, and waits elsewhere. */
  status: AlertStatus | 'success'
  /** For instance the bucket's name. */
  installation: string
  /** Undefined where the trouble is the installation's and not one database's. */
  database: string | undefined
  /** Instants in ISO, UTC: when the trouble began, and when this was said. */
  since: string
  at: string
  /** How many times it was told before. */
  told: number
  /** "tokens: the newest copy is damaged, since 01:00 UTC": at most 120 characters. */
  headline: string
  facts: { label: string; text: string }[]
  /** What it means for the reader. */
  meaning: string
  nextStep: NextStep
  newestProven:
    | {
        ticket: string
        age: string
        restoreCommand: string
        /** It is older than the newest one, which has lost something. */
        isBeforeFall?: boolean | undefined
        /** It is the very one that the trouble is about: others are to be looked at. */
        isDoubted?: boolean | undefined
      }
    | undefined
  /** The id of the firing alert that this one reminds of or resolves: mails are threaded by it. */
  answers?: string | undefined
}

/** What is sent at once; one alert is told in detail, several as a list. Never without any. */
export type Message = { id: string; installation: string; alerts: Alert[] }

/**
 * What became of a message at one channel. `refused` is permanent: trying again is useless.
 * Where a message takes several requests, `told` names the alerts that did arrive.
 */
export type Delivery =
  | { outcome: 'delivered'; said: string }
  | { outcome: 'later'; said: string; afterSeconds?: number | undefined; told?: string[] }
  | { outcome: 'refused'; said: string; told?: string[] }

export const rankOf = (severity: Severity): number => severities.indexOf(severity)

export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  rankOf(severity) >= rankOf(least)

export const isTrouble = ({ status }: Alert): boolean =>
  status === 'firing' || status === 'reminder'

/** What decides the colour of a telling. */
export type Tone = Severity | 'resolved' | 'test'

export const toneOf = ({ status, severity }: Alert): Tone => {
  if (status === 'success') return 'resolved'
  return status === 'resolved' || status === 'test' ? status : severity
}

/** Troubles that last come before all of these: what is over, then a test, and good news last. */
const later: readonly Alert['status'][] = ['resolved', 'test', 'success']

const placeOf = ({ kind }: { kind: string }): number =>
  alertKinds.findIndex((known) => known === kind)

type Grave = { severity: Severity; kind: string }

/** Grave before mild, and of one severity in the order of the kinds. */
const gravity = [({ severity }: Grave) => -rankOf(severity), placeOf]

/** The same order for what is no alert: what is wrong, and what is open. */
export const gravestFirst = <Item extends Grave>(items: readonly Item[]): Item[] =>
  items.toSorted(rising(...gravity))

/**
 * What is read first stands first: trouble before recovery, grave before mild, and what has no
 * proven copy to go back to before what has one.
 */
export const byUrgency = (alerts: readonly Alert[]): Alert[] =>
  alerts.toSorted(
    rising<Alert>(
      ({ status }) => later.indexOf(status),
      ...gravity,
      ({ newestProven }) => Number(newestProven !== undefined),
      ({ key }) => key,
    ),
  )

/**
 * What a healthchecks-style ping says of an alert: `fail`, `log` (noted, nothing changes), or
 * nothing. "Could not check" is not "bad", so it only withholds the next success; and a trouble
 * that is over is no success either: that is said by the next copy that passes.
 */
export const pingOf = (alert: Alert): 'fail' | 'log' | undefined => {
  if (alert.status === 'test') return 'log'
  if (alert.status === 'resolved' || alert.status === 'success') return undefined
  return failing.has(alert.kind) ? 'fail' : undefined
}

/** Kinds that say for certain that the copy one counts on is not there or not sound. */
const failing: ReadonlySet<string> = new Set<AlertKind>([
  'verify.failed',
  'verify.unmet',
  'copy.gone',
  'backup.late',
  'backup.never',
  'upload.missing',
  'drill.failed',
])
