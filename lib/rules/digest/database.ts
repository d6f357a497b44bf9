/**
 * What happened to one database within a span? What is stored now, together with what the journal
 * says of that time, so that a copy which came and was let go within the week is counted too.
 */
import type { Incident } from '../alerts/incidents'
import type { PlannedCopy, PrunePlan, PruneResult } from '../copy/journal'
import type { Shown, ShownFall } from '../copy/shown'
import type { Outlook } from '../keeping/outlook'
import { rising } from '../plain/order'
import { own } from '../plain/own'
import type { Trouble } from '../troubles/trouble'
import { isSound } from '../verdict/verdict'
import type { Finding } from '../verdict/verdict'
import type { CopyDrill, DrillReport } from '../watching/drill'
import type { Health } from '../watching/standing'

import { isIn } from './span'
import type { Span } from './span'

/** One database as `readOverview` shows it; newest copies first, oldest drills first. */
export type DatabaseStanding = {
  database: string
  kind?: string | undefined
  health: Health
  sizeBytes: number
  outlook?: Outlook | undefined
  troubles: Trouble[]
  drills: CopyDrill[]
  calendar: { days: { label: string; copy?: { id: string }; isOwn: boolean }[] }
  policy: string
  brake: string | undefined
  fall?: ShownFall | undefined
  copies: Shown[]
}

/** What was written down within the span; of incidents those that are still remembered. */
export type Happened = {
  plans: PrunePlan[]
  results: PruneResult[]
  drills: DrillReport[]
  incidents: Incident[]
  /** What the last run of prune has left on its way out of each database. */
  leaving: Readonly<Record<string, readonly { id: string; leavesAt: string }[]>>
  /** The checks of the newest verdict of each database. */
  checks: Readonly<Record<string, readonly Pick<Finding, 'check' | 'outcome'>[]>>
}

/** How many copies came, and what was found: what could not be checked is neither good nor bad. */
export type Count = {
  came: number
  sound: number
  failed: number
  unmet: number
  unchecked: number
  pending: number
}

export type DatabaseDigest = {
  database: string
  /** Absent where it is of the usual one. */
  kind?: string | undefined
  health: Health
  count: Count
  newest: Shown | undefined
  newestSound: Shown | undefined
  /** Against the newest sound copy from before the span; absent where there is none. */
  sizeDelta: number | undefined
  rowsDelta: number | undefined
  days: { label: string; isCovered: boolean; isOwn: boolean }[]
  checks: readonly { check: string; outcome: string }[]
  lastDrill: CopyDrill | undefined
  copies: number
  /** When the oldest one came. */
  firstAt: string | undefined
  sizeBytes: number
  /** What its policy will hold in a year; undefined while nobody can tell. */
  outlook: Outlook | undefined
  letGo: number
  letGoBytes: number
  policy: string
  brake: string | undefined
  /** On their way out, and still so by today's plan; the first to go first. */
  leaving: { id: string; leavesAt: string }[]
  fall: ShownFall | undefined
  troubles: Trouble[]
  /** Copies that are not sound, newest first. */
  setApart: Shown[]
}

export const countOf = (words: readonly string[]): Count => {
  const of = (wanted: string) => words.filter((word) => word === wanted).length
  const known = { sound: words.filter(isSound).length, failed: of('failed'), unmet: of('unmet') }
  const pending = of('pending')
  // What another build calls by a word of its own is neither good nor bad here.
  const unchecked = words.length - pending - sum(Object.values(known))
  return { came: words.length, ...known, unchecked, pending }
}

/** Of what was found sound, damaged or not as expected. Only when all were sound is it 100. */
export const passRate = ({ sound, failed, unmet }: Count): number | undefined => {
  const judged = sound + failed + unmet
  if (judged === 0) return undefined
  const rate = Math.round((sound / judged) * 1000) / 10
  return sound < judged ? Math.min(rate, 99.9) : rate
}

export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, one) => total + one, 0)

/** The copies that are gone by a result of the span, as their plan knew them. */
const letGoOf = ({ plans, results }: Happened, database: string): PlannedCopy[] =>
  results
    .filter((result) => result.database === database)
    .flatMap(({ plan, removed }) => {
      const copies = plans.find(({ id }) => id === plan)?.copies ?? []
      return copies.filter(({ id }) => removed.includes(id))
    })

const stillLeaving = (
  copies: readonly Shown[],
  leaving: readonly { id: string; leavesAt: string }[] = [],
) => {
  const going = new Set(copies.filter(({ keep }) => !keep).map(({ id }) => id))
  return leaving
    .filter(({ id }) => going.has(id))
    .toSorted(rising(({ leavesAt }) => Date.parse(leavesAt)))
}

/** What the whole adds up besides. */
export type Figures = { digest: DatabaseDigest; sizeDelta: number; opened: Shown[] }

export const figuresOf = (standing: DatabaseStanding, happened: Happened, span: Span): Figures => {
  const { database, kind, health, copies, drills, calendar } = standing
  const { policy, brake, fall, troubles } = standing
  const gone = letGoOf(happened, database)
  const isNew = ({ arrivedAt }: { arrivedAt: string }) => isIn(span, arrivedAt)
  const came = copies.filter(isNew)
  const newestSound = copies.find(({ word }) => isSound(word))
  const before = copies.find(
    ({ word, arrivedAt }) => isSound(word) && Date.parse(arrivedAt) < span.since.getTime(),
  )
  const deltaOf = (key: 'sizeBytes' | 'rows') => {
    const [now, then] = [newestSound?.[key], before?.[key]]
    return now === undefined || then === undefined ? undefined : now - then
  }
  const sizesOf = (some: readonly { sizeBytes: number }[]) =>
    sum(some.map(({ sizeBytes }) => sizeBytes))
  const digest: DatabaseDigest = {
    database,
    ...(kind !== undefined && { kind }),
    health,
    count: countOf([...came, ...gone.filter(isNew)].map(({ word }) => word)),
    newest: copies[0],
    newestSound,
    sizeDelta: deltaOf('sizeBytes'),
    rowsDelta: deltaOf('rows'),
    days: calendar.days.map(({ label, copy, isOwn }) => ({ label, isCovered: !!copy, isOwn })),
    checks: happened.checks[database] ?? [],
    lastDrill: drills.at(-1),
    copies: copies.length,
    firstAt: copies.at(-1)?.arrivedAt,
    sizeBytes: sizesOf(copies),
    outlook: standing.outlook,
    letGo: gone.length,
    letGoBytes: sizesOf(gone),
    policy,
    brake,
    leaving: stillLeaving(copies, own(happened.leaving, database)),
    fall,
    troubles,
    setApart: copies.filter(({ word }) => !isSound(word) && word !== 'pending'),
  }
  const sizeDelta = sizesOf(came) - sizesOf(gone.filter((copy) => !isNew(copy)))
  const opened = copies.filter(({ provenAt }) => provenAt !== undefined && isIn(span, provenAt))
  return { digest, sizeDelta, opened }
}
