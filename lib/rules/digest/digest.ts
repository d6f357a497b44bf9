/**
 * What happened in a week, and how does everything stand at its end? The figures that the digest
 * tells; how they are said stands in `words.ts`, how that looks in lib/show.
 */
import type { Incident } from '../alerts/incidents'
import type { OpenIncident } from '../alerts/open-incidents'
import { inAYearOf } from '../keeping/outlook'
import type { Trouble } from '../troubles/trouble'
import type { CopyDrill, Ring } from '../watching/drill'
import type { Running } from '../watching/running'
import { inOrder } from '../watching/standing'
import type { Standing as Line } from '../watching/standing'

import { adviceOf } from './advice'
import type { Advice } from './advice'
import { figuresOf, sum } from './database'
import type { Count, DatabaseDigest, DatabaseStanding, Happened } from './database'
import { isIn } from './span'
import type { Span } from './span'

export type Standing = {
  installation: string
  databases: DatabaseStanding[]
  troubles: Trouble[]
  watch: { ranAt: string | undefined; isSilent: boolean }
  /** The gravest first. */
  incidents: OpenIncident[]
  undelivered: { channel: string; since: string; why: string }[]
  channels: string[]
  alarm: { provenAt: string | undefined; rings: Ring[] }
  running?: Running | undefined
}

export type Digest = {
  installation: string
  span: Span
  version: string
  /** Nothing needs a person: every database is well, and so are the installation and its channels. */
  isCalm: boolean
  count: Count
  copies: number
  sizeBytes: number
  /** What all of it will come to by the policies; undefined where that is not known of each. */
  inAYearBytes: number | undefined
  /** What the functions take in a month; undefined until it was measured over a week. */
  running: Running | undefined
  sizeDelta: number
  opened: number
  openedMs: number
  letGo: number
  letGoBytes: number
  spared: { id: string; why: string }[]
  /** Those that need somebody first, and the gravest of them before the others. */
  databases: DatabaseDigest[]
  /** Those that were not read for this: of them only what the watch saw is told. */
  others: Others
  troubles: Trouble[]
  drills: CopyDrill[]
  rings: Ring[]
  /** Alerts that are open now, and those that were told in this time and are over. */
  open: OpenIncident[]
  over: Incident[]
  undelivered: Standing['undelivered']
  channels: string[]
  advice: Advice[]
}

export type Others = { databases: number; unwell: number; copies: number; sizeBytes: number }

type OtherLine = Pick<Line, 'health' | 'wrong' | 'count' | 'sizeBytes'> &
  Partial<Pick<Line, 'outlook'>>

const othersOf = (lines: readonly OtherLine[]): Others => ({
  databases: lines.length,
  unwell: lines.filter(
    ({ health, wrong }) => wrong > 0 || (health !== 'sound' && health !== 'pending'),
  ).length,
  copies: sum(lines.map(({ count }) => count)),
  sizeBytes: sum(lines.map(({ sizeBytes }) => sizeBytes)),
})

/** A copy that just came in and waits for its verdict is no trouble. */
export const isWell = ({ health, troubles }: DatabaseDigest): boolean =>
  (health === 'sound' || health === 'pending') && troubles.length === 0

export const digestOf = (
  standing: Standing,
  happened: Happened,
  about: {
    span: Span
    version: string
    unnamed: readonly string[]
    others?: readonly OtherLine[]
  },
): Digest => {
  const { span, version, unnamed } = about
  const others = othersOf(about.others ?? [])
  const figures = standing.databases.map((one) => figuresOf(one, happened, span))
  const databases = figures.map(({ digest }) => digest)
  const opened = figures.flatMap((one) => one.opened)
  const total = (key: 'copies' | 'sizeBytes' | 'letGo' | 'letGoBytes') =>
    sum(databases.map((one) => one[key]))
  const counted = (key: keyof Count) => sum(databases.map(({ count }) => count[key]))
  const digest: Digest = {
    installation: standing.installation,
    span,
    version,
    isCalm:
      databases.every(isWell) &&
      others.unwell === 0 &&
      standing.troubles.length === 0 &&
      standing.undelivered.length === 0,
    count: {
      came: counted('came'),
      sound: counted('sound'),
      failed: counted('failed'),
      unmet: counted('unmet'),
      unchecked: counted('unchecked'),
      pending: counted('pending'),
    },
    copies: total('copies') + others.copies,
    sizeBytes: total('sizeBytes') + others.sizeBytes,
    inAYearBytes: inAYearOf([
      ...databases.filter(({ copies }) => copies > 0),
      ...(about.others ?? []).filter(({ count }) => count > 0),
    ]),
    running: standing.running,
    sizeDelta: sum(figures.map((one) => one.sizeDelta)),
    opened: opened.length,
    openedMs: sum(opened.map(({ tookMs }) => tookMs ?? 0)),
    letGo: total('letGo'),
    letGoBytes: total('letGoBytes'),
    spared: happened.results.flatMap((result) => [...result.spared, ...result.unfinished]),
    databases: [
      ...inOrder(databases.filter((one) => !isWell(one))),
      ...databases.filter((one) => isWell(one)),
    ],
    others,
    troubles: standing.troubles,
    drills: happened.drills.flatMap(({ copies }) => copies),
    rings: standing.alarm.rings,
    open: standing.incidents,
    over: happened.incidents.filter(
      ({ isOpen, toldAt }) => !isOpen && toldAt !== undefined && isIn(span, toldAt),
    ),
    undelivered: standing.undelivered,
    channels: standing.channels,
    advice: [],
  }
  const { watch, alarm } = standing
  return { ...digest, advice: adviceOf(digest, { unnamed, watch, alarmProvenAt: alarm.provenAt }) }
}
