/** Settings to adapters: the one place that knows them all. */
import { createHmac } from 'node:crypto'

import { buildAt } from '../adapters/build'
import { randomHex, systemClock } from '../adapters/clock'
import { readAlerts, readPulses } from '../adapters/notify/channels'
import type { Address } from '../adapters/notify/channels'
import { deliver, digestTo, pulseTo, rehearse, takes } from '../adapters/notify/notify'
import { objectsEngine } from '../adapters/objects/examiner'
import { takeInventory } from '../adapters/objects/walk'
import { platformStarter } from '../adapters/platform'
import { postgresEngine } from '../adapters/postgres/examiner'
import type { Engine, Open } from '../adapters/reading/engine'
import type { ByteSource } from '../adapters/reading/source'
import { rehearsal } from '../adapters/rehearsal'
import { appObjects } from '../adapters/spaces/app-objects'
import { countRequests, s3Client } from '../adapters/spaces/client'
import type { SpacesOptions } from '../adapters/spaces/client'
import { spaces } from '../adapters/spaces/store'
import { partsIn } from '../adapters/sqlite/ahead'
import { sqliteEngine } from '../adapters/sqlite/examiner'
import { Fault } from '../faults'
import type {
  Audience,
  Build,
  Clock,
  Examiner,
  Notifier,
  Settings,
  Store,
  StoredObject,
  Take,
  TellingTools,
  Tools,
} from '../ports'
import { recordsMsOf } from '../rules/keeping/records'
import { spentOf } from '../rules/keeping/spent'
import type { KindName } from '../rules/kinds/suffixes'
import { parseDuration } from '../rules/plain/duration'
import { dayMs } from '../rules/plain/time-units'
import { deriveKey } from '../rules/trust/tokens'

import { objectsPlaceOf, readEnvironment, secondPlaceOf } from './config'
import type { Environment, SecondKey } from './config'
import { knownDatabases } from './databases'
import type { Context } from './event'
import { memoryOf, processVariables } from './variables'
import type { Variables } from './variables'

/** Nothing outside of it is ever written or deleted. */
export const prefix = 'backups/'

/** Once a day: a trouble that lasts is not forgotten, and nobody learns to look away. */
const usualRemindMs = dayMs

export const settingsOf = (environment: Environment, build: Build): Settings => {
  const previous = environment.SNAPPROOF_SECRET_PREVIOUS
  const second = secondPlaceOf(environment)
  const revoked = (environment.SNAPPROOF_REVOKED_KEYS ?? '').split(',').map((id) => id.trim())
  return {
    build,
    installation: environment.SPACES_BUCKET,
    second: second && `${second.bucket} at ${new URL(second.endpoint).host}`,
    remindEveryMs: parseDuration(environment.ALERTS_REMIND ?? '') ?? usualRemindMs,
    keepRecordsMs: recordsMsOf(environment.KEEP_RECORDS),
    prefix,
    secrets: {
      current: environment.SNAPPROOF_SECRET,
      ...(previous === undefined ? {} : { previous }),
    },
    revokedKeyIds: new Set(revoked.filter((id) => id !== '')),
    databases: knownDatabases(),
    isPageOnSharedHost: environment.PAGE_ON_SHARED_HOST === 'on',
  }
}

export const spacesOptionsOf = (environment: Environment): SpacesOptions => ({
  endpoint: environment.SPACES_ENDPOINT,
  region: environment.SPACES_REGION,
  bucket: environment.SPACES_BUCKET,
  accessKey: environment.SPACES_API_KEY,
  secretKey: environment.SPACES_API_SECRET,
  prefix,
})

/** The bucket of the app's own objects, by the key that is meant for it. */
export const objectsOptionsOf = (environment: Environment): SpacesOptions => ({
  ...objectsPlaceOf(environment),
  prefix,
  settings: 'OBJECTS',
})

/** The second place, by one of its keys; undefined where none is set. */
export const secondOptionsOf = (
  environment: Environment,
  settings: SecondKey = 'SECOND',
): SpacesOptions | undefined => {
  const place = secondPlaceOf(environment, settings)
  return place && { ...place, prefix, settings }
}

export type EngineOptions = {
  /** What engines need lies beside the bundle that runs, wherever that is. */
  assets: string
  memoryBytes: number
  tempFolder?: string
  spoolBytes?: number
  clock: Clock
}

/** One engine for each kind that there is. */
export const enginesOf = ({ assets, ...options }: EngineOptions): Record<KindName, Engine> => ({
  sqlite: sqliteEngine({
    ...options,
    ...partsIn(assets),
  }),
  objects: objectsEngine(options),
  postgres: postgresEngine({ ...options, assets }),
})

/** What takes a copy, for each kind that nobody pushes. */
export const takers = { objects: takeInventory } as const satisfies Partial<Record<KindName, Take>>

/** What stands in the store, opened by its key, as the one object that is meant. */
export const openIn =
  (store: Store): Open =>
  async ({ key, etag }) => {
    const found = await store.stream(key, etag)
    return found && objectSource(store, found)
  }

export const examinersOf = (
  engines: Readonly<Record<string, Engine>>,
  open: Open,
): Record<string, Examiner> =>
  Object.fromEntries(Object.entries(engines).map(([kind, { examiner }]) => [kind, examiner(open)]))

/** The object as it was found: every part is of that one, or a Fault. */
const objectSource = (
  store: Store,
  { object, chunks }: { object: StoredObject; chunks: AsyncIterable<Uint8Array> },
): ByteSource => ({
  sizeBytes: object.sizeBytes,
  chunks,
  range: async (start, end) => {
    const part = await store.range(object.key, { start, end, etag: object.etag })
    if (part) return part
    throw new Fault({
      code: 'store-missing',
      why: 'The snapshot was deleted while it was being read.',
      mend: 'If you did not delete it, look at who may write to the bucket.',
    })
  },
})

/** Where neither the platform nor its caller says how long we have. */
const defaultLeftMs = 25_000

/** Tells one address from another without showing any; what was told is remembered by it. */
const channelId = (secret: string, { type, target, databases: only }: Address): string =>
  createHmac('sha256', deriveKey(secret, 'channel'))
    .update(JSON.stringify([type, target, only]))
    .digest('hex')
    .slice(0, 16)

const readAudience = (environment: Environment) => {
  const secret = environment.SNAPPROOF_SECRET
  const alerts = readAlerts(environment.ALERTS ?? '')
  const pulses = readPulses(environment.HEARTBEAT_URL ?? '')
  const named = (addresses: readonly Address[]) =>
    addresses.map((address) => ({ address, id: channelId(secret, address), name: address.name }))
  return {
    told: named(alerts.addresses),
    pulsed: named(pulses.addresses),
    complaints: [...alerts.complaints, ...pulses.complaints],
  }
}

/** What cannot be read of the addresses is told by those that can be, and by the doctor. */
const audienceOf = (environment: Environment): Audience => {
  const { told, complaints } = readAudience(environment)
  return { channels: told.map(({ id, name }) => ({ id, name })), complaints }
}

/** The same ones, with what sends to them: a mail client comes with this into a bundle. */
export const notifierOf = (environment: Environment, signal?: AbortSignal): Notifier => {
  const { told, pulsed, complaints } = readAudience(environment)
  const world = { clock: systemClock, signal }
  return {
    channels: told.map(({ address, id, name }) => {
      // Who wants to hear of nothing milder than a warning does not want the week's news either.
      const digest = address.minimumSeverity === 'info' ? digestTo(address, world) : undefined
      return {
        id,
        name,
        takes: (alert) => takes(address, alert),
        ...(address.hearsSuccess && {
          hears: (database: string) => address.databases?.includes(database) ?? true,
        }),
        send: (message) => deliver(address, message, world),
        rehearse: (message) => rehearse(address, message, world),
        ...(digest && { digest }),
      }
    }),
    pulses: [...told, ...pulsed].flatMap(({ address, id, name }) => {
      const send = pulseTo(address, world)
      return send ? [{ id, name, databases: address.databases, send }] : []
    }),
    complaints,
  }
}

/** All but the deadline, which is new with every call; and what is to end with it. */
type Lasting<Handed extends Tools> = Omit<Handed, 'deadlineAt' | 'spent'> & {
  /** Begins to measure what a call takes. */
  measured(): NonNullable<Handed['spent']>
  within(
    signal?: AbortSignal,
  ): Pick<
    Handed,
    'store' | 'appObjects' | 'second' | 'secondWrite' | 'secondPrune' | 'examiners' | 'notifier'
  >
}

/** What a client is made of: where two agree, one keeps the connections of both. */
const isSameClient = (one: SpacesOptions, other: SpacesOptions): boolean =>
  one.endpoint === other.endpoint &&
  one.region === other.region &&
  one.accessKey === other.accessKey &&
  one.secretKey === other.secretKey

/** A place that may not be set: one client for all calls, and a store for each. */
const placeAt = (options: SpacesOptions | undefined, count: () => void) => {
  const client = options && s3Client(options)
  if (client) countRequests(client, count)
  return (signal?: AbortSignal): Store | undefined =>
    options && client && spaces(options, { client, signal })
}

export const makeTools = (variables: Variables, assets: string): Lasting<Tools> => {
  const environment = readEnvironment(variables)
  const options = spacesOptionsOf(environment)
  const client = s3Client(options)
  const theirs = objectsOptionsOf(environment)
  const theirClient = isSameClient(options, theirs) ? client : s3Client(theirs)
  let requests = 0
  const count = () => void (requests += 1)
  for (const one of new Set([client, theirClient])) countRequests(one, count)
  const second = placeAt(secondOptionsOf(environment), count)
  const secondWrite = placeAt(secondOptionsOf(environment, 'SECOND_WRITE'), count)
  const secondPrune = placeAt(secondOptionsOf(environment, 'SECOND_PRUNE'), count)
  const namespaceKey = environment.SNAPPROOF_NAMESPACE_KEY
  const apiHost = variables['__OW_API_HOST']
  const memoryBytes = memoryOf(variables)
  const engines = enginesOf({ assets, memoryBytes, clock: systemClock })
  const within: Lasting<Tools>['within'] = (signal) => {
    const store = spaces(options, { client, signal })
    return {
      store,
      appObjects: appObjects(theirs, { client: theirClient, signal }),
      second: second(signal),
      secondWrite: secondWrite(signal),
      secondPrune: secondPrune(signal),
      examiners: examinersOf(engines, openIn(store)),
      notifier: audienceOf(environment),
    }
  }
  // A container has one call at a time, so that what was sent since is the call's own.
  const measured = () => {
    const [began, sent] = [systemClock.now().getTime(), requests]
    return () =>
      spentOf({
        tookMs: systemClock.now().getTime() - began,
        memoryBytes,
        requests: requests - sent,
      })
  }
  return {
    ...within(),
    within,
    measured,
    rehearsal: rehearsal({ engines, memoryBytes, clock: systemClock, randomHex }),
    clock: systemClock,
    randomHex,
    starter:
      namespaceKey === undefined || apiHost === undefined
        ? undefined
        : platformStarter({ apiHost, packageName: 'snapshots', namespaceKey }),
    settings: settingsOf(environment, buildAt(assets)),
  }
}

export const makeTellingTools = (variables: Variables, assets: string): Lasting<TellingTools> => {
  const environment = readEnvironment(variables)
  const tools = makeTools(variables, assets)
  const within: Lasting<TellingTools>['within'] = (signal) => ({
    ...tools.within(signal),
    notifier: notifierOf(environment, signal),
  })
  return { ...tools, ...within(), within, takers }
}

/** When the platform will end this call: its own environment says it, or the call does. */
const leftMsOf = (variables: Variables, context: Context | undefined): number => {
  const now = systemClock.now().getTime()
  const deadline = Number(variables['__OW_DEADLINE'] ?? Number.NaN)
  const untilDeadline = deadline > 0 ? deadline - now : undefined
  return context?.getRemainingTimeInMillis?.() ?? untilDeadline ?? defaultLeftMs
}

/** Left of a call, once the store is waited for no longer, to say so. */
const afterwardsMs = 1_000

/** The tools of one call: nothing that they wait for outlasts it. */
const ofCall = <Handed extends Tools>(lasts: Lasting<Handed>, leftMs: number) => ({
  ...lasts,
  ...lasts.within(AbortSignal.timeout(Math.max(0, leftMs - afterwardsMs))),
  deadlineAt: new Date(systemClock.now().getTime() + leftMs),
  spent: lasts.measured(),
})

/** A container serves many calls: its connections to the store are kept from one to the next. */
let lasting: Lasting<Tools> | undefined
let lastingTelling: Lasting<TellingTools> | undefined

/** For a function in the cloud: its own environment, its own folder, its own time limit. */
export const toolsFromProcess = (context: Context | undefined): Tools => {
  const variables = processVariables()
  lasting ??= makeTools(variables, __dirname)
  return ofCall(lasting, leftMsOf(variables, context))
}

/** For one that tells people something. */
export const tellingToolsFromProcess = (context: Context | undefined): TellingTools => {
  const variables = processVariables()
  lastingTelling ??= makeTellingTools(variables, __dirname)
  return ofCall(lastingTelling, leftMsOf(variables, context))
}
