/** How does the whole installation stand, whoever has looked at its databases, and when? */
import type { Settings, StoredObject, Tools } from '../../ports'
import { gravestFirst } from '../../rules/alerts/alert'
import { keyOf } from '../../rules/alerts/incidents'
import { openIncidentsOf } from '../../rules/alerts/open-incidents'
import { undeliveredOf } from '../../rules/alerts/outbox'
import type { AlertState } from '../../rules/alerts/outbox'
import type { PruneState } from '../../rules/copy/journal'
import { secondStandingOf } from '../../rules/second/second-state'
import type { SecondStanding, SecondState } from '../../rules/second/second-state'
import { drillTroubles } from '../../rules/troubles/drills'
import { installationTroubles } from '../../rules/troubles/installation'
import type { Jobs } from '../../rules/troubles/installation'
import type { Trouble } from '../../rules/troubles/trouble'
import { publicKeyPem } from '../../rules/trust/seal'
import type { DrillState } from '../../rules/watching/drill'
import { gravestOf, listed, totalsOf, withSilence } from '../../rules/watching/head'
import type { Head } from '../../rules/watching/head'
import { runningOf } from '../../rules/watching/running'
import type { Spending } from '../../rules/watching/running'
import { grave, worst } from '../../rules/watching/standing'
import type { Standing } from '../../rules/watching/standing'
import type { WatchState } from '../../rules/watching/watch-state'

import type { SetStatus } from './sets'

/** What the watch would know, had it run: of the databases nothing, and what stands beside them. */
export const neverRan = (now: Date, strangers: readonly StoredObject[] = []): WatchState => ({
  ranAt: now.toISOString(),
  clockSkewMs: 0,
  databases: {},
  strangers: strangers.map(({ key }) => key),
  faults: [],
})

/** What is wrong with the installation, and with single databases as prune and drill alone know. */
export const besidesOf = (
  about: {
    state: WatchState
    prune: PruneState | undefined
    drill: DrillState | undefined
    alerts: AlertState
    second: SecondStanding | undefined
    firstAt: string | undefined
    now: Date
  },
  { notifier }: Pick<Tools, 'notifier'>,
): Trouble[] => {
  const { drill, alerts, now, ...rest } = about
  const own = installationTroubles({
    before: undefined,
    ...rest,
    drilledAt: drill?.ranAt,
    undelivered: undeliveredOf(alerts.outbox),
    complaints: notifier.complaints,
    now,
  })
  return [...own, ...drillTroubles(drill, now)]
}

/** Where a second place is set, and nothing was ever carried there, everything waits from now on. */
export const secondIn = (
  {
    second,
    known,
    now,
  }: { second: SecondState | undefined; known: WatchState['databases']; now: Date },
  { settings: { second: place } }: Pick<Tools, 'settings'>,
): SecondStanding | undefined =>
  place === undefined
    ? undefined
    : secondStandingOf(second ?? { place, startedAt: now.toISOString(), databases: {} }, known)

export type Gathered = {
  now: Date
  /** When the watch last ran; undefined where it never did. */
  ranAt: string | undefined
  firstAt: string | undefined
  jobs: Jobs
  drill: DrillState | undefined
  alerts: AlertState
  /** What is wrong with the installation, and with single databases as only it knows. */
  installation: readonly Trouble[]
  /** What is wrong with each database, that included. */
  troubles: readonly Trouble[]
  /** By their keys: of what is open only a verdict can say whether it lasts. */
  questions: readonly string[]
  sets: readonly SetStatus[]
  second: SecondStanding | undefined
  spent: Spending | undefined
}

export const headOf = (
  lines: readonly Standing[],
  gathered: Gathered,
  { settings, notifier }: { settings: Settings; notifier: Tools['notifier'] },
): Head => {
  const { now, drill, alerts, installation, troubles, jobs } = gathered
  const own = gravestFirst(installation.filter(({ database }) => database === undefined))
  const undelivered = undeliveredOf(alerts.outbox)
  const head: Head = {
    generatedAt: now.toISOString(),
    asOf: now.toISOString(),
    installation: settings.installation,
    health: worst([
      ...lines.map(({ health }) => health),
      grave(installation) ? 'trouble' : 'sound',
    ]),
    totals: totalsOf(lines),
    running: runningOf(
      gathered.spent,
      lines.map(({ opening }) => opening),
      now,
    ),
    gravest: gravestOf(troubles),
    sets: listed(gathered.sets),
    troubles: own,
    watch: { ranAt: gathered.ranAt, isSilent: false },
    jobs,
    firstAt: gathered.firstAt,
    silent: [],
    incidents: [],
    undelivered: listed(undelivered),
    all: { incidents: 0, undelivered: undelivered.length, sets: gathered.sets.length },
    unsent: alerts.outbox.filter(({ attempts }) => attempts === 0).length,
    channels: notifier.channels.map(({ name }) => name),
    second: gathered.second,
    alarm: { provenAt: drill?.alarmProvenAt, rings: drill?.rings ?? [] },
    publicKey: publicKeyPem(settings.secrets.current),
    build: settings.build,
  }
  const heard = withSilence(head, now)
  const incidents = openIncidentsOf(alerts, {
    installation: settings.installation,
    channels: notifier.channels,
    seen: new Set([...heard.troubles, ...troubles].map(keyOf)),
    questions: new Set(gathered.questions),
    now,
  })
  const all = { ...heard.all, incidents: incidents.length }
  return { ...heard, all, incidents: listed(incidents) }
}
