/** Installations on the days that nobody wants: rows gone, a migration, alerts that nobody hears. */
import { changeAlertState } from '../../lib/journey/bucket/alert-state'
import { noteDrill } from '../../lib/journey/bucket/drill-state'
import type { Channel } from '../../lib/ports'
import type { Incident } from '../../lib/rules/alerts/incidents'
import type { Entry } from '../../lib/rules/copy/entry'
import { parseId } from '../../lib/rules/copy/snapshot'
import type { Counts } from '../../lib/rules/fall/drift'
import { judgeFall } from '../../lib/rules/fall/fall'
import type { Fall } from '../../lib/rules/fall/fall'
import { dayMs } from '../../lib/rules/plain/time-units'
import type { CopyDrill } from '../../lib/rules/watching/drill'
import type { TestTools } from '../fakes/tools'
import { incidentOf } from '../fixtures/told/digests'
import { findingOf, findingsWith } from '../fixtures/told/entries'

import {
  allWell,
  drilled,
  keepGrown,
  keptDays,
  looked,
  mebibyte,
  newestOf,
  newTools,
  once,
} from './stock'
import type { Stocked } from './stock'

const ordersOn = (daysAgo: number): Counts => ({
  orders: 6181 - Math.round(daysAgo * 9),
  carts: 212 - Math.round(daysAgo / 3),
  users: 511 - Math.round(daysAgo / 2),
})

type Change = (entry: Entry) => Entry

const withRows =
  (rows: Counts): Change =>
  (entry) =>
    entry.verdict ? { ...entry, verdict: { ...entry.verdict, rows } } : entry

const withFall =
  (fall: Fall): Change =>
  (entry) => {
    const finding = judgeFall(fall)
    if (!entry.verdict || !finding) return entry
    const others = findingsWith({}).filter(({ check }) => check !== 'rows')
    return { ...entry, verdict: { ...entry.verdict, fall, findings: [...others, finding] } }
  }

const atOf = (id: string): string => parseId(id)?.at.toISOString() ?? ''

/** Two copies after somebody removed most orders, and dropped a table. */
const keepFallen = async (tools: TestTools): Promise<string> => {
  const [, , ...before] = keptDays
  let newest = ''
  for (const daysAgo of before.toReversed()) {
    const change = withRows(ordersOn(daysAgo))
    newest = await keepGrown(tools, { database: 'shop', daysAgo, sizeBytes: 18 * mebibyte, change })
  }
  let fall: Fall = {
    since: '',
    sinceAt: '',
    before: newest,
    beforeAt: atOf(newest),
    tables: { orders: { had: 6158, has: 2449 }, carts: { had: 211 } },
  }
  for (const [daysAgo, orders] of [
    [1.52, 2449],
    [0.52, 2472],
  ] as const) {
    const change: Change = (entry) => {
      const at = { since: entry.id, sinceAt: entry.arrivedAt ?? atOf(entry.id) }
      const tables = { ...fall.tables, orders: { had: 6158, has: orders } }
      fall = fall.since === '' ? { ...fall, ...at } : { ...fall, tables }
      return withFall(fall)(withRows({ orders, users: 511 })(entry))
    }
    newest = await keepGrown(tools, {
      database: 'shop',
      daysAgo,
      sizeBytes: 9 * mebibyte,
      outcome: 'warned',
      change,
    })
  }
  return newest
}

const stockFallen = async (): Promise<Stocked> => {
  const tools = newTools(['shop', 'sessions'])
  const shop = await keepFallen(tools)
  const sessions = await newestOf(tools, 'sessions', 380 * mebibyte)
  await drilled(tools, { shop, sessions })
  return { tools, ids: { shop, sessions } }
}

export const fallen = once(async () => {
  const stocked = await stockFallen()
  await looked(stocked.tools)
  return stocked
})

/** All is well but for one kept copy, which did not come back whole in this week's drill. */
export const drillFailed = once(async () => {
  const { tools, ids } = await allWell()
  const at = new Date(tools.clock.now().getTime() - 0.2 * dayMs).toISOString()
  const found = { database: 'tokens', id: ids['tokens'] ?? '', at, sizeBytes: 42 * mebibyte }
  const failed: CopyDrill = {
    ...found,
    outcome: 'failed',
    detail: 'The restored file has another SHA-256 than the copy had.',
    steps: [{ step: 'address', tookMs: 180 }],
    tookMs: 1300,
  }
  await noteDrill({ at, copies: [failed], rings: [], left: [] }, {}, tools)
  await looked(tools)
  return { tools, ids }
})

const unmetFindings = [
  ...findingsWith({}).filter(({ check }) => check !== 'schema' && check !== 'rows'),
  {
    ...findingOf('schema', 'unmet'),
    detail: 'No table sessions; sessions_v2 is there.',
    mend: 'After a migration, change tables in lib/databases.ts and deploy again.',
  },
]

/** After a migration: the newest copies are whole, and lib/databases.ts knows nothing of it. */
export const unmetNewest = once(async () => {
  const tools = newTools(['tokens', 'sessions'])
  const tokens = await newestOf(tools, 'tokens', 42 * mebibyte)
  const sessions = await newestOf(tools, 'sessions', 380 * mebibyte, keptDays.slice(1))
  await keepGrown(tools, {
    database: 'sessions',
    daysAgo: 0.52,
    sizeBytes: 380 * mebibyte,
    outcome: 'unmet',
    change: (entry) =>
      entry.verdict ? { ...entry, verdict: { ...entry.verdict, findings: unmetFindings } } : entry,
  })
  await drilled(tools, { tokens, sessions })
  await looked(tools)
  return { tools, ids: { tokens, sessions } }
})

const deafChannel = (name: string, said: string, outcome: 'refused' | 'later'): Channel => ({
  id: name,
  name,
  takes: () => true,
  rehearse: () => 1,
  send: async () => ({ outcome, said }),
})

const deaf = [
  deafChannel('Slack', 'answered 404 "no_service"', 'refused'),
  deafChannel('PagerDuty', 'did not answer within 10 s', 'later'),
]

/** The same, and whoever should hear of it takes nothing. */
export const unheard = async (): Promise<Stocked> => {
  const { tools, ids } = await stockFallen()
  const deafTools = { ...tools, notifier: { ...tools.notifier, channels: deaf } }
  await looked(deafTools)
  return { tools: deafTools, ids }
}

const agoOf = (tools: TestTools, minutes: number): string =>
  new Date(tools.clock.now().getTime() - minutes * 60_000).toISOString()

const withIncident = (tools: TestTools, key: string, incident: Incident) =>
  changeAlertState(tools, (state) => ({
    ...state,
    incidents: { ...state.incidents, [key]: incident },
  }))

/** All is well again, and of what flapped it is not believed yet. */
export const heldOpen = async (): Promise<Stocked> => {
  const stocked = await allWell()
  const { tools } = stocked
  const incident = incidentOf({
    kind: 'backup.late',
    severity: 'error',
    database: 'sessions',
    what: 'the backup is late',
    since: agoOf(tools, 170),
    openedAt: agoOf(tools, 170),
    toldAt: agoOf(tools, 168),
    channels: ['Slack', 'PagerDuty'],
    calmSince: agoOf(tools, 25),
    closings: [agoOf(tools, 260)],
  })
  await withIncident(tools, 'sessions/backup.late', incident)
  return stocked
}

export const badDays = { fallen, unmetNewest, unheard, heldOpen, drillFailed }
