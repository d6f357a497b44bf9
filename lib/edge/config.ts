/**
 * The environment, parsed once. Every complaint comes at once, each with what the name is for.
 *
 * `off` stands for "not set": the deployer refuses variables that are empty.
 */
import * as z from 'zod'

import { Fault } from '../faults'
import { durationRule, parseDuration } from '../rules/plain/duration'

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

/** In the order of `.env.example`; the table of `lib/docs/settings.md` says the same. */
export const Environment = z.object({
  SPACES_ENDPOINT: required('the region’s endpoint, such as https://fra1.digitaloceanspaces.com')
    .refine(isOrigin, { error: 'is no address such as https://fra1.digitaloceanspaces.com' })
    .refine((value) => !value.includes('.cdn.'), {
      error: 'is a CDN address; uploads need the origin, without ".cdn"',
    }),
  SPACES_REGION: required('the region, such as fra1'),
  SPACES_BUCKET: required('the bucket (Space) that holds the backups').refine(
    (value) => /^[a-z0-9][a-z0-9.-]{1,62}$/.test(value),
    { error: 'is no bucket name (3 to 63 lower-case letters, digits, "-" or ".")' },
  ),
  SPACES_API_KEY: required('the access key, limited to this bucket'),
  SPACES_API_SECRET: required('the secret that belongs to the access key'),
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

export type Variables = Readonly<Record<string, string | undefined>>

/** The one place that reads the process's own environment. */
export const processVariables = (): Variables => process.env

export const readEnvironment = (variables: Variables): Environment => {
  const parsed = Environment.safeParse(variables)
  const bucketHost = (endpoint: string, bucket: string) =>
    new URL(endpoint).host.startsWith(`${bucket}.`)
  if (parsed.success) {
    const { SPACES_ENDPOINT, SPACES_BUCKET } = parsed.data
    if (!bucketHost(SPACES_ENDPOINT, SPACES_BUCKET)) return parsed.data
    throw settingsFault(['SPACES_ENDPOINT names the bucket too; give the region’s endpoint alone'])
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
