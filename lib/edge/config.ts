/**
 * The environment, parsed once. Every complaint comes at once, each with what the name is for.
 *
 * `off` stands for "not set": the deployer refuses variables that are empty.
 */
import * as z from 'zod'

import { Fault } from '../faults'
import { isRecordsAge } from '../rules/keeping/records'
import { durationRule, parseDuration } from '../rules/plain/duration'

import type { Variables } from './variables'

const optional = (meaning: string) =>
  z
    .string()
    .optional()
    .transform((value) =>
      value === undefined || value === '' || value === 'off' ? undefined : value,
    )
    .describe(meaning)

const required = (meaning: string) =>
  z
    .string({ error: 'is not set' })
    .refine((value) => value !== '' && value !== 'off', { error: 'is not set' })
    .describe(meaning)

const isOrigin = (value: string): boolean => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  return (url?.protocol === 'https:' || url?.protocol === 'http:') && url.pathname === '/'
}

/** What holds of the address of a store, and of the name of a bucket, whoever keeps what there. */
const isSaid = (value: string | undefined): value is string => value !== undefined
const noOrigin = { error: 'is no address such as https://fra1.digitaloceanspaces.com' }
const isNoCdn = (value: string): boolean => !value.includes('.cdn.')
const isBucket = (value: string): boolean => /^[a-z0-9][a-z0-9.-]{2,62}$/.test(value)
const noBucket = { error: 'is no bucket name (3 to 63 lower-case letters, digits, "-" or ".")' }

/** In the order of `.env.example`; the table of `lib/docs/settings.md` says the same. */
export const Environment = z.object({
  SPACES_ENDPOINT: required('the region’s endpoint, such as https://fra1.digitaloceanspaces.com')
    .refine(isOrigin, noOrigin)
    .refine(isNoCdn, {
      error: 'is a CDN address; uploads need the origin, without ".cdn"',
    }),
  SPACES_REGION: required('the region, such as fra1'),
  SPACES_BUCKET: required('the bucket (Space) that holds the backups').refine(isBucket, noBucket),
  SPACES_API_KEY: required('the access key, limited to this bucket'),
  SPACES_API_SECRET: required('the secret that belongs to the access key'),
  OBJECTS_ENDPOINT: optional('where the app keeps its own objects, if not at SPACES_ENDPOINT')
    .refine((value) => !isSaid(value) || isOrigin(value), noOrigin)
    .refine((value) => !isSaid(value) || isNoCdn(value), {
      error: 'is a CDN address, which may tell what is gone; give the origin, without ".cdn"',
    }),
  OBJECTS_REGION: optional('the region of that endpoint, if not SPACES_REGION'),
  OBJECTS_BUCKET: optional(
    'the bucket (Space) with the app’s own objects, if not SPACES_BUCKET',
  ).refine((value) => !isSaid(value) || isBucket(value), noBucket),
  OBJECTS_API_KEY: optional('an access key that may list and read that bucket, and nothing else'),
  OBJECTS_API_SECRET: optional('the secret that belongs to that key'),
  SECOND_ENDPOINT: optional('the second place: the endpoint of another region or provider')
    .refine((value) => !isSaid(value) || isOrigin(value), noOrigin)
    .refine((value) => !isSaid(value) || isNoCdn(value), {
      error: 'is a CDN address; copies are carried to the origin, without ".cdn"',
    }),
  SECOND_REGION: optional('the region of that endpoint'),
  SECOND_BUCKET: optional('the bucket there, to which sound copies are carried').refine(
    (value) => !isSaid(value) || isBucket(value),
    noBucket,
  ),
  SECOND_API_KEY: optional('an access key that may list and read there, and nothing else'),
  SECOND_API_SECRET: optional('the secret that belongs to that key'),
  SECOND_WRITE_API_KEY: optional('another key, which may write there; only watch is given it'),
  SECOND_WRITE_API_SECRET: optional('the secret that belongs to that other key'),
  SECOND_PRUNE_API_KEY: optional('a third key, which may delete there; only prune is given it'),
  SECOND_PRUNE_API_SECRET: optional('the secret that belongs to that third key'),
  SNAPPROOF_SECRET: required(
    'the installation’s own secret; tokens and signatures come from it',
  ).refine((value) => value.length >= 32, {
    error: 'is too short: 32 characters at least, for instance from "openssl rand -hex 32"',
  }),
  SNAPPROOF_SECRET_PREVIOUS: optional('the secret before this one, while a rotation lasts'),
  SNAPPROOF_REVOKED_KEYS: optional('key ids of stolen tokens, separated by commas'),
  SNAPPROOF_NAMESPACE_KEY: optional(
    'a namespace key; with it large snapshots are verified at once',
  ),
  ALERTS: optional('who is told: addresses, separated by commas'),
  ALERTS_REMIND: optional('how often a trouble that lasts is told again, such as 24h').refine(
    (value) => value === undefined || parseDuration(value) !== undefined,
    { error: `is not ${durationRule}` },
  ),
  HEARTBEAT_URL: optional('addresses that are called after every copy that passed'),
  KEEP_RECORDS: optional(
    'how long journal and reports are kept, such as 400d; "all" for ever',
  ).refine(isRecordsAge, { error: `is neither "all" nor ${durationRule}, of 35d at least` }),
  PAGE_ON_SHARED_HOST: optional(
    '"on" shows the page, and its form for the token, at the functions’ own host name too',
  ).refine((value) => value === undefined || value === 'on', {
    error: 'is neither "on" nor "off"',
  }),
  SNAPPROOF_URL: optional(
    'where the functions answer; used on your own machine, by enroll and doctor',
  ),
  TOKEN_DB_PATH: optional('where tokens.db lives on the Droplet; used by enroll'),
  SESSION_DB_PATH: optional('where sessions.db lives on the Droplet; used by enroll'),
})
export type Environment = z.infer<typeof Environment>

export const readEnvironment = (variables: Variables): Environment => {
  const parsed = Environment.safeParse(variables)
  if (parsed.success) {
    const wrong = betweenSettings(parsed.data)
    if (wrong.length === 0) return parsed.data
    throw settingsFault(wrong)
  }
  const meanings = Environment.shape
  const complaints = new Map<string, string>()
  for (const issue of parsed.error.issues) {
    const name = Object.keys(meanings).find((known) => known === issue.path[0])
    if (name === undefined || complaints.has(name)) continue
    complaints.set(name, `${name} ${issue.message} (${descriptionOf(name)})`)
  }
  throw settingsFault([...complaints.values()])
}

/** What is wrong between several of them, each of which is right for itself. */
const betweenSettings = (environment: Environment): string[] => {
  const { SPACES_ENDPOINT, SPACES_BUCKET } = environment
  const objects = objectsPlaceOf(environment)
  const wrong: string[] = []
  if (namesBucket({ endpoint: SPACES_ENDPOINT, bucket: SPACES_BUCKET }))
    wrong.push('SPACES_ENDPOINT names the bucket too; give the region’s endpoint alone')
  if (environment.OBJECTS_ENDPOINT !== undefined && namesBucket(objects))
    wrong.push('OBJECTS_ENDPOINT names the bucket too; give the region’s endpoint alone')
  if (isSaid(environment.OBJECTS_API_KEY) !== isSaid(environment.OBJECTS_API_SECRET))
    wrong.push(
      'OBJECTS_API_KEY and OBJECTS_API_SECRET are one key: set both, or write off for both',
    )
  return [...wrong, ...wrongOfSecond(environment)]
}

const namesBucket = (place: { endpoint: string; bucket: string }): boolean =>
  new URL(place.endpoint).host.startsWith(`${place.bucket}.`)

const secondNames = [
  'SECOND_ENDPOINT',
  'SECOND_REGION',
  'SECOND_BUCKET',
  'SECOND_API_KEY',
  'SECOND_API_SECRET',
] as const

/** What may be done with the key is in its name; the first may only be read with. */
const secondKeys = {
  SECOND: ['SECOND_API_KEY', 'SECOND_API_SECRET'],
  SECOND_WRITE: ['SECOND_WRITE_API_KEY', 'SECOND_WRITE_API_SECRET'],
  SECOND_PRUNE: ['SECOND_PRUNE_API_KEY', 'SECOND_PRUNE_API_SECRET'],
} as const

export type SecondKey = keyof typeof secondKeys

/** What the key of one function may do must not be done with that of another. */
const wrongOfKeys = (environment: Environment): string[] => {
  const wrong: string[] = []
  const pairs = [secondKeys.SECOND, secondKeys.SECOND_WRITE, secondKeys.SECOND_PRUNE]
  for (const [nth, [key, secret]] of pairs.entries()) {
    if (isSaid(environment[key]) !== isSaid(environment[secret]))
      wrong.push(`${key} and ${secret} are one key: set both, or write off for both`)
    const same = pairs
      .slice(0, nth)
      .find(([other]) => isSaid(environment[key]) && environment[other] === environment[key])
    if (same)
      wrong.push(
        `${key} is ${same[0]}, which other functions are given; make another one for this alone`,
      )
  }
  return wrong
}

/** A second place that is half said, or no other place, would be believed in until the day it is needed. */
const wrongOfSecond = (environment: Environment): string[] => {
  const missing = secondNames.filter((name) => !isSaid(environment[name]))
  const isAny =
    missing.length < secondNames.length ||
    Object.values(secondKeys).some((names) => names.some((name) => isSaid(environment[name])))
  if (!isAny) return []
  if (missing.length > 0)
    return [
      `the second place is set by halves: set ${missing.join(', ')} too, or write off for all`,
    ]
  const wrong = wrongOfKeys(environment)
  const second = secondPlaceOf(environment)
  if (!second) return wrong
  const hostOf = (endpoint: string): string => new URL(endpoint).host
  const isSameHost = hostOf(second.endpoint) === hostOf(environment.SPACES_ENDPOINT)
  if (isSameHost && second.bucket === environment.SPACES_BUCKET)
    wrong.push(
      'SECOND_BUCKET is the bucket of the backups itself; a second place is another bucket, better elsewhere',
    )
  if (namesBucket(second))
    wrong.push('SECOND_ENDPOINT names the bucket too; give the region’s endpoint alone')
  if (isSameHost)
    for (const [key] of Object.values(secondKeys))
      if (environment[key] === environment.SPACES_API_KEY)
        wrong.push(
          `${key} is the key of the backups; make another one, so that no key reaches both places`,
        )
  return wrong
}

/**
 * Where copies are carried to, by one of its keys; undefined where no second place is set, or not that key.
 * In the cloud the key that writes is set for `watch` alone, the one that deletes for `prune`.
 */
export const secondPlaceOf = (environment: Environment, settings: SecondKey = 'SECOND') => {
  const { SECOND_ENDPOINT: endpoint, SECOND_REGION: region, SECOND_BUCKET: bucket } = environment
  const [key, secret] = secondKeys[settings]
  const { [key]: accessKey, [secret]: secretKey } = environment
  if (!isSaid(endpoint) || !isSaid(region) || !isSaid(bucket)) return undefined
  if (!isSaid(accessKey) || !isSaid(secretKey)) return undefined
  return { endpoint, region, bucket, accessKey, secretKey }
}

/** Where the app keeps its own objects: where nothing is said, beside the backups, by the same key. */
export const objectsPlaceOf = (environment: Environment) => ({
  endpoint: environment.OBJECTS_ENDPOINT ?? environment.SPACES_ENDPOINT,
  region: environment.OBJECTS_REGION ?? environment.SPACES_REGION,
  bucket: environment.OBJECTS_BUCKET ?? environment.SPACES_BUCKET,
  accessKey: environment.OBJECTS_API_KEY ?? environment.SPACES_API_KEY,
  secretKey: environment.OBJECTS_API_SECRET ?? environment.SPACES_API_SECRET,
})

const descriptionOf = (name: string): string => {
  const schema = Object.entries(Environment.shape).find(([known]) => known === name)?.[1]
  return schema?.description ?? ''
}

const settingsFault = (complaints: readonly string[]): Fault =>
  new Fault({
    code: 'settings',
    why: `${complaints.join('; ')}.`,
    mend: 'Correct .env (".env.example" shows every name) and deploy again.',
  })
