/**
 * Which Space, by which key, and is it as copies need it? Asked and tried until it is; what can be set right is, after
 * a question.
 */
import { randomHex, systemClock } from '../../adapters/clock'
import { bucketAt } from '../../adapters/spaces/bucket'
import type { SpacesOptions } from '../../adapters/spaces/client'
import { storeProbe } from '../../adapters/spaces/probe'
import { Environment } from '../../edge/config'
import { prefix } from '../../edge/tools'
import type { Variables } from '../../edge/variables'
import { Fault } from '../../faults'
import type { Observation } from '../doctor/observation'
import { probeStore, thatDelete } from '../doctor/store'

import type { Asker } from './asking'

const names = [
  'SPACES_ENDPOINT',
  'SPACES_REGION',
  'SPACES_BUCKET',
  'SPACES_API_KEY',
  'SPACES_API_SECRET',
] as const
type Name = (typeof names)[number]
export type Space = Record<Name, string>

/** With `asker` undefined nobody is there: what is missing is told, and what can be set right is. */
export type Conversation = { asker: Asker | undefined; tell: (name: string, text: string) => void }

const set = (value: string | undefined): string | undefined =>
  value === '' || value === 'off' ? undefined : value

/** What is wrong with a value, by the rule that the functions read it by. */
const complaintOf = (name: Name, value: string): string | undefined =>
  Environment.shape[name].safeParse(value).error?.issues[0]?.message

type Ask = { name: Name; question: string; usual?: string | undefined; isSecret?: boolean }

const ask = async (
  { asker, tell }: Conversation,
  { name, question, usual, isSecret = false }: Ask,
): Promise<string> => {
  if (!asker) throw missing([name])
  for (;;) {
    const value = await (isSecret ? asker.secret(question) : asker.line(question, usual))
    const complaint = complaintOf(name, value)
    if (complaint === undefined) return value
    tell('', `That ${complaint}.`)
  }
}

const missing = (lacking: readonly string[]): Fault =>
  new Fault({
    code: 'settings',
    why: `${lacking.join(', ')} ${lacking.length === 1 ? 'is' : 'are'} not set, and with --yes nobody is asked.`,
    mend: 'Set them in the environment or in .env; or leave --yes away, at a terminal.',
  })

const endpointOf = (region: string): string => `https://${region}.digitaloceanspaces.com`

const askRegion = (talk: Conversation): Promise<string> =>
  ask(talk, { name: 'SPACES_REGION', question: 'Region of that store', usual: 'us-east-1' })

/** A region says both of DigitalOcean's; the address of another store leaves its region to be asked for. */
const askWhere = async (talk: Conversation, usual: string): Promise<Partial<Space>> => {
  const question = 'Region of the Space, such as fra1 (or the address of another S3 store)'
  const said = (await talk.asker?.line(question, usual)) ?? usual
  if (/^[a-z]{3}\d$/.test(said)) return { SPACES_REGION: said, SPACES_ENDPOINT: endpointOf(said) }
  const complaint = complaintOf('SPACES_ENDPOINT', said)
  if (complaint !== undefined) {
    talk.tell('', `That ${complaint}.`)
    return askWhere(talk, usual)
  }
  return { SPACES_ENDPOINT: said, SPACES_REGION: await askRegion(talk) }
}

const askKey = async (talk: Conversation): Promise<Partial<Space>> => ({
  SPACES_API_KEY: await ask(talk, {
    name: 'SPACES_API_KEY',
    question: 'Access key, limited to that Space, with read, write and delete',
  }),
  SPACES_API_SECRET: await ask(talk, {
    name: 'SPACES_API_SECRET',
    question: 'Its secret',
    isSecret: true,
  }),
})

const askBucket = async (talk: Conversation): Promise<Partial<Space>> => ({
  SPACES_BUCKET: await ask(talk, { name: 'SPACES_BUCKET', question: 'Name of the Space' }),
})

/** What is known of it; the example of `.env` names a region and a Space that are nobody's. */
const knownOf = (variables: Variables): Partial<Space> => {
  const region = set(variables['SPACES_REGION'])
  const endpoint = set(variables['SPACES_ENDPOINT'])
  const known: Partial<Space> = {}
  for (const name of names) {
    const value = set(variables[name])
    if (value !== undefined && complaintOf(name, value) === undefined) known[name] = value
  }
  if (region !== undefined && endpoint === undefined) known.SPACES_ENDPOINT = endpointOf(region)
  return known
}

const isWhole = (known: Partial<Space>): known is Space =>
  names.every((name) => known[name] !== undefined)

type Told = {
  variables: Variables
  /** By the options alone. */
  given: Variables
  /** The names in `.env` are nobody's: what the options do not say is asked for. */
  isExample: boolean
}

/** All five, from what is known and from what is answered. */
const gather = async (
  talk: Conversation,
  { variables, given, isExample }: Told,
): Promise<Space> => {
  if (!talk.asker) {
    const known = knownOf(variables)
    if (isWhole(known)) return known
    throw missing(names.filter((name) => known[name] === undefined))
  }
  const known = knownOf(isExample ? given : variables)
  const usual = knownOf(variables).SPACES_REGION ?? 'fra1'
  const where =
    known.SPACES_ENDPOINT === undefined
      ? await askWhere(talk, usual)
      : known.SPACES_REGION === undefined
        ? { SPACES_REGION: await askRegion(talk) }
        : {}
  const bucket = known.SPACES_BUCKET === undefined ? await askBucket(talk) : {}
  const hasKey = known.SPACES_API_KEY !== undefined && known.SPACES_API_SECRET !== undefined
  const whole = { ...known, ...where, ...bucket, ...(hasKey ? {} : await askKey(talk)) }
  if (isWhole(whole)) return whole
  throw missing(names.filter((name) => whole[name] === undefined))
}

export const optionsOf = (space: Space): SpacesOptions => ({
  endpoint: space.SPACES_ENDPOINT,
  region: space.SPACES_REGION,
  bucket: space.SPACES_BUCKET,
  accessKey: space.SPACES_API_KEY,
  secretKey: space.SPACES_API_SECRET,
  prefix,
})

const faultOf = ({ what, detail, mend }: Observation): Fault =>
  new Fault({
    code: 'settings',
    why: `The Space: ${what}: ${detail}.`,
    mend: mend ?? 'Look at it in the control panel, and run this again: npx snapproof setup',
  })

/** Nobody there means that whoever said --yes meant this too. */
const mayDo = async ({ asker }: Conversation, question: string): Promise<boolean> =>
  asker === undefined || asker.isYes(question)

const statusOf = async (space: Space): Promise<number | undefined> => {
  try {
    return (await storeProbe(optionsOf(space)).reach()).status
  } catch {
    return undefined
  }
}

/** What can be set right is, one thing a time; true where something was. */
const settled = async (talk: Conversation, space: Space, wrong: Observation): Promise<boolean> => {
  const name = space.SPACES_BUCKET
  const bucket = bucketAt(optionsOf(space))
  if (wrong.what === 'private') {
    if (!(await mayDo(talk, `Anyone can list or read ${name}. Make it private?`))) return false
    await bucket.close()
    return true
  }
  if (wrong.what !== 'no expiry') return false
  const rules = thatDelete((await storeProbe(optionsOf(space)).expiring()) ?? [], prefix)
  const words = rules.map((rule) => `"${rule}"`).join(', ')
  const question = `A lifecycle rule deletes what stands under ${words} after a time, copies too. Take it away?`
  if (!(await mayDo(talk, question))) return false
  await bucket.dropRules(rules)
  return true
}

/** As it was answered before. */
const whereOf = ({ SPACES_REGION, SPACES_ENDPOINT }: Space): string =>
  SPACES_ENDPOINT === endpointOf(SPACES_REGION) ? SPACES_REGION : SPACES_ENDPOINT

/** What another answer would change is asked anew; where nobody is there, it is said and that is the end. */
const another = async (talk: Conversation, space: Space, seen: Observation): Promise<Space> => {
  if (!talk.asker) throw faultOf(seen)
  talk.tell('', `${seen.what}: ${seen.detail}.${seen.mend === undefined ? '' : ` ${seen.mend}`}`)
  const status = await statusOf(space)
  if (status === undefined) return { ...space, ...(await askWhere(talk, whereOf(space))) }
  if (status === 403 || status === 401) return { ...space, ...(await askKey(talk)) }
  return { ...space, ...(await askBucket(talk)) }
}

/** Things that another Space, region or key would change; of others a question would be no help. */
const isOfAnswers = ({ what }: Observation): boolean =>
  ['bucket', 'certificate', 'unversioned'].includes(what)

/** Until it is as it must be, as the doctor sees it: the Space, and what the doctor saw. */
export const findSpace = async (talk: Conversation, told: Told): Promise<Space> => {
  let space = await gather(talk, told)
  for (;;) {
    if ((await statusOf(space)) === 404) {
      const question = `There is no Space ${space.SPACES_BUCKET}. Make it, private and without versions?`
      if (await mayDo(talk, question)) await bucketAt(optionsOf(space)).make()
    }
    const about = { bucket: space.SPACES_BUCKET, prefix, clock: systemClock }
    const probe = storeProbe(optionsOf(space))
    const seen = await probeStore(probe, { mark: randomHex(16), ...about })
    const wrong = seen.find(({ state }) => state === 'wrong')
    if (wrong === undefined) {
      const checks = seen.filter(({ state }) => state === 'ok').length
      talk.tell(
        'Space',
        `${space.SPACES_BUCKET} at ${space.SPACES_ENDPOINT}, ${checks} checks passed`,
      )
      return space
    }
    if (await settled(talk, space, wrong)) continue
    if (!isOfAnswers(wrong)) throw faultOf(wrong)
    space = await another(talk, space, wrong)
  }
}
