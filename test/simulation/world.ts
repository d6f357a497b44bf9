/**
 * Everything there is in one simulated installation. Two worlds of one seed are the same world.
 */
import * as z from 'zod'

import type { Settings } from '../../lib/ports'
import type { DatabaseSettings } from '../../lib/rules/settings/databases'
import { mintToken } from '../../lib/rules/trust/tokens'
import { testSettings } from '../fakes/tools'

import type { Alive } from './actors/life'
import { clocksFrom } from './clock'
import type { Clocks } from './clock'
import { bucketOf } from './cloud/bucket'
import type { Bucket } from './cloud/bucket'
import { firstFile, kindOf } from './cloud/content'
import { platformOf, realSteps } from './cloud/functions'
import type { Platform, PlatformParts, Steps } from './cloud/functions'
import { letterboxOf } from './cloud/letterbox'
import type { Letterbox } from './cloud/letterbox'
import type { SecondPlace } from './cloud/second-place'
import { objectsName } from './oracle/inventories'
import { oracleOf } from './oracle/oracle'
import type { Oracle } from './oracle/oracle'
import { plightOf } from './plight'
import type { Plight } from './plight'
import { randomOf } from './random'
import type { Random } from './random'
import { schedulerOf } from './scheduler'
import type { Scheduler } from './scheduler'
import { traceOf } from './trace'
import type { Trace } from './trace'
import { fairWeather, roughWeather, usualWeather } from './weather'
import type { Weather } from './weather'

export type WorldOptions = {
  seed: number
  days: number
  /** Between two runs of the watch. */
  watchEveryHours?: number
  /** For mutants: other steps in the place of the real ones, and other ports in their hands. */
  steps?: (real: Steps, world: World) => Partial<Steps>
  wrap?: PlatformParts['wrap']
  /** Drawn by the seed unless told. */
  plight?: (databases: readonly string[]) => Plight
}

export type World = {
  seed: number
  random: Random
  clocks: Clocks
  scheduler: Scheduler
  trace: Trace
  weather: Weather
  postWeather: Weather
  letterbox: Letterbox
  usualWeather: Readonly<Weather>
  isRough: boolean
  bucket: Bucket
  second: SecondPlace | undefined
  oracle: Oracle
  platform: Platform
  settings: Settings
  /** The databases as they are on their hosts, by name. */
  alive: ReadonlyMap<string, Alive>
  /** lib/databases.ts is changed, and deployed: this column is to be there. */
  expect(database: string, key: string): void
  /** Nobody thinks of lib/databases.ts after a migration, or does anything in time. */
  isForgetful: boolean
  watchEveryMs: number
  plight: Plight
  /** Since when the sky makes nothing slow: infinite while it does. */
  calmSinceMs: number
  /** Of these of the app's own objects whoever asks gets one. */
  published: Set<string>
  /** Somebody writes to the app while it is looked at. */
  writeMeanwhile(): void
  /** What the app did wrong, and still stands, is put right. */
  mendApp(): void
  /** The push token of a database: a secret. */
  tokenOf(database: string): string
  /** Gives every host a new token, and revokes the old ones. */
  enrol(): void
  /** While the world comes to rest nobody does anything new. */
  isAtRest: boolean
}

const startMs = Date.parse('2025-01-06T00:00:00Z')

/** Names that begin alike, so that one is not taken for another. */
const names = ['tokens', 'sessions', 'tokens_old', 'tokens-2', 'a', 'shop'] as const

const policies: readonly [DatabaseSettings, ...DatabaseSettings[]] = [
  {},
  {
    keep: { daily: 3, weekly: 2, monthly: 1 },
    keepSecond: { daily: 6, weekly: 2, monthly: 1 },
  },
  { keep: { daily: 5, weekly: 0, monthly: 0 }, reverifyAfter: '10d' },
  { keep: { daily: 2, weekly: 2, monthly: 2, yearly: 1, within: '3d' }, expectEvery: '2d' },
  { keep: 'all', reverifyAfter: 'off' },
  { expectEvery: 'off', keep: { daily: 4, weekly: 1, monthly: 0, minimum: 4 } },
]

/** Of a PostgreSQL database it is said in lib/databases.ts that it is one. */
const expecting = (
  policy: DatabaseSettings | undefined,
  name: string,
  key: string,
): DatabaseSettings => {
  const tables = { [name]: [key] }
  return kindOf(name) === 'postgres'
    ? ({ ...policy, kind: 'postgres', tables } as DatabaseSettings)
    : ({ ...policy, tables } as DatabaseSettings)
}

/** What the app keeps there itself. */
const appObjects = {
  kind: 'objects',
  expectEvery: '24h',
  collections: {
    chats: {
      objects: 'app/{user}/chats/{chat}.json',
      schema: z.array(z.looseObject({ message: z.looseObject({ mid: z.string() }) })),
      grows: 'message.mid',
    },
    pages: {
      objects: 'app/{user}/page.json',
      schema: z.looseObject({ data: z.array(z.looseObject({ name: z.string() })) }),
    },
  },
  isPrivate: true,
  secretsNever: true,
} as const

const databasesOf = (random: Random): Record<string, DatabaseSettings> => {
  const from = random.between(0, names.length - 1)
  const count = random.between(1, 3)
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const name = names[(from + index) % names.length] ?? names[0]
      const policy = random.pick(policies)
      return [name, expecting(policy, name, 'key')]
    }),
  )
}

/** Every answer is read as those read it who get it. */
const heardBy = ({ verdictIs, overviewIs }: Oracle, steps: Steps): Steps => ({
  ...steps,
  verdict: async (request, tools) => {
    const answer = await steps.verdict(request, tools)
    verdictIs(answer)
    return answer
  },
  status: async (request, tools) => {
    const overview = await steps.status(request, tools)
    overviewIs(overview)
    return overview
  },
})

const aliveOf = (name: string): Alive => ({
  file: firstFile(name),
  perDay: 1,
  memory: [],
  nextKey: undefined,
})

export const worldOf = (options: WorldOptions): World => {
  const { seed } = options
  const random = randomOf(String(seed))
  const clocks = clocksFrom(startMs)
  const trace = traceOf()
  const scheduler = schedulerOf(clocks, trace)
  const bucket = bucketOf(clocks)
  const weather: Weather = { ...fairWeather }
  const postWeather: Weather = { ...fairWeather }
  const chosen = random.fork('settings')
  const secrets = { current: `secret-of-world-${seed}-${chosen.hex(16)}` }
  const databases = databasesOf(chosen)
  const listed = Object.keys(databases)
  const plight = options.plight?.(listed) ?? plightOf(listed, random.fork('plight'))
  const second = plight.hasSecond
    ? { bucket: bucketOf(clocks), weather: { ...fairWeather } }
    : undefined
  const all = plight.hasObjects ? { ...databases, [objectsName]: appObjects } : databases
  const place = second && 'copies at s3.elsewhere.test'
  const settings: Settings = { ...testSettings, second: place, secrets, databases: all }
  let keyId = '01234567'
  let mintedUnder = settings.secrets.current
  const tokenOf = (database: string) => mintToken(mintedUnder, { scope: 'push', database, keyId })
  const addressMark = `mark${chosen.hex(24)}`
  const oracle = oracleOf({
    bucket,
    second: second?.bucket,
    secrets: [mintedUnder, ...names.map(tokenOf)],
    addressMark,
    nowMs: clocks.nowMs,
    databases,
    installation: settings.installation,
    places: () => letterbox.places,
    besieged: () => plight.besieged,
    calmSinceMs: () => world.calmSinceMs,
  })
  const letterbox = letterboxOf(clocks, oracle.heard)
  const isRough = chosen.chance(0.5)
  const published = new Set<string>()
  const parts: PlatformParts = {
    published,
    onMeanwhile: () => world.writeMeanwhile(),
    onTaken: oracle.inventories.taken,
    bucket,
    second,
    clocks,
    scheduler,
    trace,
    weather,
    random: random.fork('platform'),
    addressMark,
    trespass: oracle.trespass,
    settings,
    letterbox,
    postWeather,
    unsteady: oracle.unsteady,
    cut: oracle.cut,
    steps: heardBy(oracle, realSteps),
    wrap: options.wrap ?? ((tools) => tools),
    hasStarter: chosen.chance(0.5),
    hear: (ended) => {
      if (ended.name === 'restore') trace.tally.restores += 1
      oracle.ended(ended)
    },
  }
  bucket.onChange(({ how, by }) => {
    if (how === 'remove' && by.role === 'prune') trace.tally.deletions += 1
  })
  const world: World = {
    seed,
    random,
    clocks,
    scheduler,
    trace,
    weather,
    postWeather,
    letterbox,
    usualWeather: isRough ? roughWeather : usualWeather,
    isRough,
    bucket,
    second,
    oracle,
    platform: platformOf(parts),
    settings,
    alive: new Map(Object.keys(databases).map((name) => [name, aliveOf(name)])),
    expect: (database, key) => {
      trace.tell(clocks.nowMs(), 'operator', `expects ${key} in ${database}`)
      databases[database] = expecting(databases[database], database, key)
      Object.assign(all, { [database]: databases[database] })
      oracle.expects(database, key)
    },
    isForgetful: chosen.chance(0.15),
    watchEveryMs: (options.watchEveryHours ?? 6) * 3_600_000,
    tokenOf,
    enrol: () => {
      settings.revokedKeyIds = new Set([...settings.revokedKeyIds, keyId])
      mintedUnder = settings.secrets.current
      keyId = '89abcdef'
      oracle.secrets.push(...names.map(tokenOf))
    },
    isAtRest: false,
    plight,
    calmSinceMs: isRough ? Infinity : startMs,
    published,
    writeMeanwhile: () => undefined,
    mendApp: () => undefined,
  }
  if (options.steps) {
    const broken = options.steps(realSteps, world)
    const { watch } = broken
    // What is broken in the watch is broken in whoever calls it.
    const round: Steps['round'] | undefined =
      watch &&
      (async (request, tools) => ({
        ...(await watch(request, tools)),
        called: [],
        carried: [],
        uncarried: [],
      }))
    const steps = { ...realSteps, ...(round ? { round } : {}), ...broken }
    world.platform = platformOf({ ...parts, steps: heardBy(oracle, steps) })
  }
  return world
}
