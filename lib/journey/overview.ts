/**
 * People and monitors: am I safe? Everything that the page, the metrics and the reports tell, read at
 * the moment of asking, from the listing and what was derived from it. Nothing is written.
 */
import type { Build, Tools } from '../ports'
import { gravestFirst } from '../rules/alerts/alert'
import { keyOf } from '../rules/alerts/incidents'
import { openIncidentsOf } from '../rules/alerts/open-incidents'
import type { OpenIncident } from '../rules/alerts/open-incidents'
import { undeliveredOf } from '../rules/alerts/outbox'
import { drillTroubles } from '../rules/troubles/drills'
import { installationTroubles } from '../rules/troubles/installation'
import type { Jobs, Undelivered } from '../rules/troubles/installation'
import { troubleOf } from '../rules/troubles/trouble'
import type { Trouble } from '../rules/troubles/trouble'
import { publicKeyPem } from '../rules/trust/seal'
import type { Ring } from '../rules/watching/drill'
import { isTimerSilent, timers } from '../rules/watching/timers'
import type { Timer } from '../rules/watching/timers'

import { readAlertState } from './bucket/alert-state'
import { readDrillState } from './bucket/drill-state'
import { readPruneState } from './bucket/prune-state'
import { groupsOf, listHeartbeats, listTop } from './bucket/survey'
import type { Group } from './bucket/survey'
import { readWatchState } from './bucket/watch-state'
import { setsOf } from './gather/sets'
import type { SetStatus } from './gather/sets'
import { grave, readDatabase, worst } from './gather/standing'
import type { DatabaseOverview, Health, Read } from './gather/standing'

export type Overview = {
  generatedAt: string
  installation: string
  health: Health
  databases: DatabaseOverview[]
  sets: SetStatus[]
  /** What is wrong with the installation itself, the gravest first. */
  troubles: Trouble[]
  /** Silent too where it never ran, although there has been something to watch for hours. */
  watch: { ranAt: string | undefined; isSilent: boolean }
  /** When the other timers last did their work. */
  jobs: Jobs
  /** Which of the three timers have not run for longer than they may. */
  silent: Timer[]
  /** The gravest first. */
  incidents: OpenIncident[]
  /** What was tried and not taken, and how many messages were not tried yet. */
  undelivered: Undelivered[]
  unsent: number
  channels: string[]
  alarm: { provenAt: string | undefined; rings: Ring[] }
  publicKey: string
  /** What answers: an operator can compare it with what was built. */
  build: Build
}

/** So many databases are read at a time. */
const atOnce = 8

const readDatabases = async (read: Read, groups: AsyncIterable<Group>) => {
  const found: Awaited<ReturnType<typeof readDatabase>>[] = []
  let some: ReturnType<typeof readDatabase>[] = []
  for await (const group of groups) {
    const reading = readDatabase(group, read)
    // The listing goes on meanwhile: a failure waits for its turn, and is not one that nobody heard.
    reading.catch(() => undefined)
    some.push(reading)
    if (some.length < atOnce) continue
    found.push(...(await Promise.all(some)))
    some = []
  }
  found.push(...(await Promise.all(some)))
  const byName = (a: (typeof found)[number], b: (typeof found)[number]) =>
    a.overview.database < b.overview.database ? -1 : 1
  return found.toSorted(byName)
}

const firstCopyIn = (databases: readonly DatabaseOverview[]): string | undefined =>
  databases.flatMap(({ copies }) => copies.map(({ arrivedAt }) => arrivedAt)).toSorted()[0]

/** The watch tells of its own silence only when it is back; until then only we can. */
const silentTrouble = (since: string): Trouble =>
  troubleOf({
    kind: 'watcher.silent',
    severity: 'critical',
    database: undefined,
    since,
    what: 'nothing is watched',
    facts: [],
    meaning:
      'Copies are taken all the same, but nobody is told when one is damaged or does not come.',
    nextStep: {
      text: 'Look at the trigger of the watch, on your own machine:',
      command: 'doctl serverless triggers list',
    },
  })

export const readOverview = async (tools: Tools): Promise<Overview> => {
  const { settings, store, notifier } = tools
  const [now, top, heartbeats, watch, prune, drill, alerts] = await Promise.all([
    store.now(),
    listTop(tools),
    listHeartbeats(tools),
    readWatchState(tools),
    readPruneState(tools),
    readDrillState(tools),
    readAlertState(tools),
  ])
  // A database that was promised and never came is shown too: silence is how backups die.
  const expected = [...Object.keys(settings.databases), ...Object.keys(watch?.databases ?? {})]
  const read: Read = { now, heartbeats, watch, drills: drill?.databases ?? {}, tools }
  const found = await readDatabases(read, groupsOf(tools, top.adopted, expected, top.strangers))
  const databases = found.map(({ overview }) => overview)
  const undelivered = undeliveredOf(alerts.outbox)
  const firstAt = firstCopyIn(databases)
  const state = watch ?? {
    ranAt: now.toISOString(),
    clockSkewMs: 0,
    databases: {},
    strangers: top.strangers.map(({ key }) => key),
    faults: [],
  }
  const installation = [
    ...installationTroubles({
      before: undefined,
      state,
      prune,
      drilledAt: drill?.ranAt,
      firstAt,
      undelivered,
      complaints: notifier.complaints,
      now,
    }),
    ...drillTroubles(drill, now),
  ]
  const jobs = { prune: prune?.ranAt, drill: drill?.ranAt }
  const ran = { watch: watch?.ranAt, ...jobs }
  const silent = timers.filter((timer) => isTimerSilent(timer, { ranAt: ran[timer], firstAt, now }))
  const isSilent = silent.includes('watch')
  const own = installation.filter(({ database }) => database === undefined)
  const silence = isSilent ? [silentTrouble(watch?.ranAt ?? firstAt ?? '')] : []
  const told = databases.map((one) => ({
    ...one,
    troubles: gravestFirst([
      ...one.troubles,
      ...installation.filter(({ database }) => database === one.database),
    ]),
  }))
  const troubles = gravestFirst([...silence, ...own])
  const isGrave = grave(installation) || isSilent
  return {
    generatedAt: now.toISOString(),
    installation: settings.installation,
    health: worst([...told.map(({ health }) => health), isGrave ? 'trouble' : 'sound']),
    databases: told,
    sets: setsOf(found.flatMap(({ recent }) => recent)),
    troubles,
    watch: { ranAt: watch?.ranAt, isSilent },
    jobs,
    silent,
    incidents: openIncidentsOf(alerts, {
      installation: settings.installation,
      channels: notifier.channels,
      seen: new Set([...troubles, ...told.flatMap((one) => one.troubles)].map(keyOf)),
      questions: new Set(found.flatMap(({ questions }) => questions)),
      now,
    }),
    undelivered,
    unsent: alerts.outbox.filter(({ attempts }) => attempts === 0).length,
    channels: notifier.channels.map(({ name }) => name),
    alarm: { provenAt: drill?.alarmProvenAt, rings: drill?.rings ?? [] },
    publicKey: publicKeyPem(settings.secrets.current),
    build: settings.build,
  }
}
