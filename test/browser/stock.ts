/** Installations as a year of work leaves them, for pages that are looked at. */
import { noteDrill } from '../../lib/journey/bucket/drill-state'
import { parseTicket } from '../../lib/journey/bucket/ledger'
import { prune } from '../../lib/journey/prune'
import type { Entry } from '../../lib/rules/copy/entry'
import { keysOf } from '../../lib/rules/copy/snapshot'
import { dayMs, minuteMs } from '../../lib/rules/plain/time-units'
import { expectationsOf, expectationsSha256 } from '../../lib/rules/settings/databases'
import type { Outcome } from '../../lib/rules/verdict/verdict'
import type { CopyDrill } from '../../lib/rules/watching/drill'
import { testTools } from '../fakes/tools'
import type { TestTools } from '../fakes/tools'
import { watched } from '../fixtures/bucket/watching'
import { findingOf, findingsWith } from '../fixtures/told/entries'
import { keepCopy } from '../fixtures/told/kept'

export const mebibyte = 1024 ** 2

/** With daily 7, weekly 4 and monthly 12: what stands there on any day. */
export const keptDays = [
  0, 1, 2, 3, 4, 5, 6, 12, 19, 26, 48, 78, 109, 139, 170, 201, 231, 262, 293, 321, 352, 358, 362,
  364,
].map((days) => days + 0.52)

type Grown = { sizeBytes: number; rows: number; tookMs: number }

/** A database that grows a little every day, and not in a straight line. */
const grownTo = (sizeBytes: number, daysAgo: number): Grown => {
  const share = Math.max(0.05, 1 - daysAgo / 700 + Math.sin(daysAgo) / 60)
  return {
    sizeBytes: Math.round(sizeBytes * share),
    rows: Math.round((sizeBytes * share) / 190),
    tookMs: Math.round(400 + (sizeBytes * share) / 60_000 + 90 * Math.cos(daysAgo * 3)),
  }
}

/** Judged by what is expected today, and compared when it came: nothing is to be judged anew. */
const withFigures =
  ({ rows, tookMs }: Grown, provenAt: string, expectations: string) =>
  (entry: Entry): Entry => {
    const { verdict } = entry
    if (!verdict) return entry
    const drift = { came: [], went: [] }
    const figures = { at: provenAt, rows: { tokens: rows }, tookMs, expectations, drift }
    return { ...entry, verdict: { ...verdict, ...figures } }
  }

const expectationsFor = ({ settings }: TestTools, database: string): string =>
  expectationsSha256(expectationsOf(settings.databases, database))

/** Old copies are opened again once a month. */
const provenOn = (daysAgo: number, now: Date): string =>
  new Date(now.getTime() - (daysAgo > 29 ? (daysAgo % 29) + 0.3 : daysAgo) * dayMs).toISOString()

/** The store says that the few bytes which stand there are many: nobody reads them here. */
export const keepGrown = async (
  tools: TestTools,
  options: {
    database: string
    daysAgo: number
    sizeBytes: number
    outcome?: Outcome | 'pending'
    change?: (entry: Entry) => Entry
  },
): Promise<string> => {
  const {
    database,
    daysAgo,
    sizeBytes,
    outcome = 'passed',
    change = (entry: Entry) => entry,
  } = options
  const grown = grownTo(sizeBytes, daysAgo)
  const id = await keepCopy(tools, {
    database,
    daysAgo,
    outcome,
    change: (entry) => {
      const provenAt = provenOn(daysAgo, tools.clock.now())
      return change(withFigures(grown, provenAt, expectationsFor(tools, database))(entry))
    },
  })
  const { snapshot } = keysOf(tools.settings.prefix, parseTicket(id), { encoding: 'identity' })
  const stored = tools.store.objects.get(snapshot)
  if (stored) stored.object.sizeBytes = grown.sizeBytes
  return id
}

export const keepYear = async (
  tools: TestTools,
  database: string,
  sizeBytes: number,
  days: readonly number[] = keptDays,
): Promise<string[]> => {
  const ids: string[] = []
  for (const daysAgo of days) ids.push(await keepGrown(tools, { database, daysAgo, sizeBytes }))
  return ids
}

const drillOf = (database: string, id: string, daysAgo: number, now: Date): CopyDrill => ({
  database,
  id,
  at: new Date(now.getTime() - daysAgo * dayMs).toISOString(),
  outcome: 'proven',
  detail: 'restored, and every row read',
  sizeBytes: 40 * mebibyte,
  steps: [
    { step: 'address', tookMs: 180 },
    { step: 'download', tookMs: 900 + daysAgo * 7 },
  ],
  tookMs: 2_400 - daysAgo * 9 + 120 * Math.sin(daysAgo),
})

const rings = ['a damaged copy', 'a copy cut short', 'a late database'].map((name) => ({
  name,
  isHeard: true,
  detail: 'heard',
}))

export const drilled = async (tools: TestTools, ids: Record<string, string>): Promise<void> => {
  const now = tools.clock.now()
  for (const daysAgo of [45.2, 38.2, 31.2, 24.2, 17.2, 10.2, 3.2]) {
    const copies = Object.entries(ids).map(([database, id]) => drillOf(database, id, daysAgo, now))
    const at = new Date(now.getTime() - daysAgo * dayMs).toISOString()
    const kept = Object.fromEntries(Object.entries(ids).map(([database, id]) => [database, [id]]))
    await noteDrill({ at, copies, rings, left: [] }, kept, tools)
  }
}

export type Stocked = { tools: TestTools; ids: Record<string, string> }

export const newTools = (databases: readonly string[]): TestTools => {
  // What stands there is no database: no watch may open it again.
  const settings = Object.fromEntries(
    databases.map((database) => [database, { reverifyAfter: 'off' }]),
  )
  const tools = testTools({ databases: settings })
  tools.clock.moveTo('2026-11-21T13:37:00.000Z')
  const channel = (name: string) => ({
    id: name,
    name,
    takes: () => true,
    rehearse: () => 1,
    send: async () => ({ outcome: 'delivered' as const, said: 'ok' }),
  })
  return {
    ...tools,
    notifier: { ...tools.notifier, channels: ['Slack', 'PagerDuty'].map(channel) },
  }
}

export const newestOf = async (
  tools: TestTools,
  database: string,
  size: number,
  days?: number[],
) => {
  const [id = ''] = await keepYear(tools, database, size, days)
  return id
}

/** The watch ran a moment ago. */
export const looked = async (tools: TestTools): Promise<void> => {
  await watched(tools)
  tools.clock.passSeconds(240)
}

/** Made once, and given to each who asks as a copy of their own: signatures take their time. */
export const once = (make: () => Promise<Stocked>): (() => Promise<Stocked>) => {
  let made: Promise<Stocked> | undefined
  return async () => {
    made ??= make()
    const { tools, ids } = await made
    const fresh = newTools(Object.keys(tools.settings.databases))
    fresh.clock.moveTo(tools.clock.now().toISOString())
    for (const [key, { bytes, object }] of tools.store.objects)
      fresh.store.objects.set(key, { bytes, object: { ...object } })
    return { tools: fresh, ids }
  }
}

export const allWell = once(async () => {
  const tools = newTools(['tokens', 'sessions'])
  const tokens = await newestOf(tools, 'tokens', 42 * mebibyte)
  const sessions = await newestOf(tools, 'sessions', 380 * mebibyte)
  await drilled(tools, { tokens, sessions })
  await looked(tools)
  return { tools, ids: { tokens, sessions } }
})

export const oneLate = once(async () => {
  const tools = newTools(['tokens', 'sessions'])
  const tokens = await newestOf(tools, 'tokens', 42 * mebibyte)
  const sessions = await newestOf(tools, 'sessions', 380 * mebibyte, keptDays.slice(2))
  await drilled(tools, { tokens, sessions })
  await looked(tools)
  return { tools, ids: { tokens, sessions } }
})

const brokenFindings = [
  ...findingsWith({}).filter(({ check }) => check !== 'structure' && check !== 'references'),
  {
    ...findingOf('structure', 'failed'),
    detail:
      'Tree 4 page 9: btreeInitPage() returns error code 11; row 1204 missing from index sessions_by_user',
    mend: 'Ask the live database: PRAGMA integrity_check. If it says ok, push again.',
  },
]

export const oneFailing = once(async () => {
  const tools = newTools(['tokens', 'sessions'])
  const tokens = await newestOf(tools, 'tokens', 42 * mebibyte, keptDays.slice(1))
  const sessions = await newestOf(tools, 'sessions', 380 * mebibyte)
  await keepGrown(tools, {
    database: 'tokens',
    daysAgo: 0.52,
    sizeBytes: 42 * mebibyte,
    outcome: 'failed',
    change: (entry) =>
      entry.verdict ? { ...entry, verdict: { ...entry.verdict, findings: brokenFindings } } : entry,
  })
  await keepGrown(tools, {
    database: 'sessions',
    daysAgo: 33.4,
    sizeBytes: 380 * mebibyte,
    outcome: 'warned',
    change: (entry) => ({
      ...entry,
      pin: { at: '2026-10-19T09:00:00.000Z', by: 'maria', note: 'before the migration' },
    }),
  })
  await drilled(tools, { tokens, sessions })
  await looked(tools)
  return { tools, ids: { tokens, sessions } }
})

export const empty = once(async () => {
  const tools = newTools(['tokens', 'sessions'])
  await looked(tools)
  return { tools, ids: {} }
})

/** All was well, and then the watch stopped. */
export const silent = async (): Promise<Stocked> => {
  const stocked = await allWell()
  stocked.tools.clock.passSeconds(5 * 3600)
  return stocked
}

export const waiting = async (): Promise<Stocked> => {
  const stocked = await allWell()
  await keepGrown(stocked.tools, {
    database: 'tokens',
    daysAgo: 0.001,
    sizeBytes: 43 * mebibyte,
    outcome: 'pending',
  })
  return stocked
}

const shops = [
  'amber',
  'birch',
  'cedar',
  'delta',
  'ember',
  'fjord',
  'grove',
  'haven',
  'inlet',
  'juniper',
]
const parts = ['orders', 'users', 'stock', 'events', 'tokens', 'sessions']

export const manyNames = shops.flatMap((shop) => parts.map((part) => `${shop}-${part}`))

export const many = once(async () => {
  const tools = newTools(manyNames)
  const ids: Record<string, string> = {}
  for (const [index, database] of manyNames.entries()) {
    const days = index === 17 || index === 44 ? keptDays.map((day) => day + 2) : keptDays
    ids[database] = await newestOf(tools, database, (3 + ((index * 37) % 90)) * mebibyte, days)
  }
  await keepGrown(tools, {
    database: 'fjord-events',
    daysAgo: 0.2,
    sizeBytes: 12 * mebibyte,
    outcome: 'failed',
    change: (entry) =>
      entry.verdict ? { ...entry, verdict: { ...entry.verdict, findings: brokenFindings } } : entry,
  })
  await drilled(tools, ids)
  await looked(tools)
  return { tools, ids }
})

export const three = once(async () => {
  const tools = newTools(['orders', 'sessions', 'tokens'])
  const orders = await newestOf(tools, 'orders', 910 * mebibyte)
  const sessions = await newestOf(tools, 'sessions', 380 * mebibyte)
  const tokens = await newestOf(tools, 'tokens', 42 * mebibyte)
  await drilled(tools, { orders, sessions, tokens })
  const deadlineAt = new Date(tools.clock.now().getTime() + 15 * minuteMs)
  await prune.run({}, { ...tools, deadlineAt })
  await looked(tools)
  return { tools, ids: { orders, sessions, tokens } }
})

export const scenes = { allWell, three, oneLate, oneFailing, empty, silent, waiting, many }
