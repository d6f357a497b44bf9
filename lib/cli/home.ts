/**
 * Where one machine keeps its embedded store and its secret, and which store is meant:
 * the one that `.env` names, or the embedded one when it names none.
 */
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'

import * as z from 'zod'

import { randomHex } from '../adapters/clock'
import { readEnvironment } from '../edge/config'
import { makeTellingTools } from '../edge/tools'
import { processVariables } from '../edge/variables'
import type { Variables } from '../edge/variables'
import { Fault } from '../faults'
import { startStore } from '../local/store/server'
import type { TellingTools } from '../ports'
import { parseJson } from '../rules/trust/seal'

import { tellingStore } from './progress'

export type Home = { root: string; folder: string; isEmbedded: boolean; variables: Variables }

const isSet = (value: string | undefined): boolean =>
  value !== undefined && value !== '' && value !== 'off'

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined

const unreadable = (file: string, cause: unknown): Fault =>
  new Fault(
    {
      code: 'settings',
      why: `${file} cannot be read or written (${String(codeOf(cause))}).`,
      mend: 'Look at its owner and mode, and at the disk.',
    },
    { cause },
  )

/** Undefined where there is none; one that cannot be read must not count as none. */
const readIfThere = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw unreadable(file, thrown)
  }
}

const readEnvFile = (file: string): Variables => parseEnv(readIfThere(file) ?? '')

export const findHome = (root: string): Home => {
  const variables = { ...readEnvFile(path.join(root, '.env')), ...processVariables() }
  const named = variables['SNAPPROOF_HOME']
  const folder = path.resolve(root, named !== undefined && named !== '' ? named : '.snapproof')
  // A copied .env.example that nobody filled in names a region, but no key: it is not a store yet.
  const isEmbedded = !isSet(variables['SPACES_API_KEY']) && !isSet(variables['SPACES_API_SECRET'])
  return { root, folder, isEmbedded, variables }
}

const LocalSecrets = z.object({
  accessKey: z.string(),
  secretKey: z.string(),
  secret: z.string(),
  namespaceKey: z.string(),
})
export type LocalSecrets = z.infer<typeof LocalSecrets>

/** Everything that stands in the store is signed by what stood in this file: a new one trusts none of it. */
const lostSecrets = (file: string, what: string): Fault =>
  new Fault({
    code: 'settings',
    why: `${file} ${what}, and without it no copy in the store beside it can be trusted. Nothing was changed.`,
    mend: `Bring this file back from a backup of the folder ${path.dirname(file)}. If nothing in there is needed any more, remove the whole folder: the next start makes a new one.`,
  })

const readSecrets = (file: string, text: string): LocalSecrets => {
  const read = LocalSecrets.safeParse(parseJson(Buffer.from(text)))
  if (read.success) return read.data
  throw lostSecrets(file, 'is damaged')
}

/** Made once, on the first start, and readable by their owner alone. */
export const localSecrets = ({ folder }: Home): LocalSecrets => {
  const file = path.join(folder, 'secrets.json')
  const text = readIfThere(file)
  if (text !== undefined) return readSecrets(file, text)
  if (existsSync(storeFolderOf(folder))) throw lostSecrets(file, 'is gone')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const secrets = {
    accessKey: randomHex(20),
    secretKey: randomHex(40),
    secret: randomHex(64),
    namespaceKey: `local:${randomHex(32)}`,
  }
  // Whole or not at all, whatever ends this process; and of two first starts one makes them.
  const fresh = `${file}.${randomHex(8)}`
  writeFileSync(fresh, `${JSON.stringify(secrets)}\n`, { mode: 0o600, flush: true })
  const isFirst = isLinked(fresh, file)
  unlinkSync(fresh)
  return isFirst ? secrets : readSecrets(file, readIfThere(file) ?? '')
}

/** False where the other name is taken. */
const isLinked = (file: string, as: string): boolean => {
  try {
    linkSync(file, as)
    return true
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false
    throw unreadable(as, thrown)
  }
}

const storeFolderOf = (folder: string): string => path.join(folder, 'store')

const bucket = 'snapproof'

/** All variables a function needs; the embedded store's stand in where `.env` names no other. */
export const functionVariables = (home: Home, storeEndpoint: string | undefined): Variables => {
  const off = {
    OBJECTS_ENDPOINT: 'off',
    OBJECTS_REGION: 'off',
    OBJECTS_BUCKET: 'off',
    OBJECTS_API_KEY: 'off',
    OBJECTS_API_SECRET: 'off',
    SECOND_ENDPOINT: 'off',
    SECOND_REGION: 'off',
    SECOND_BUCKET: 'off',
    SECOND_API_KEY: 'off',
    SECOND_API_SECRET: 'off',
    SECOND_WRITE_API_KEY: 'off',
    SECOND_WRITE_API_SECRET: 'off',
    SECOND_PRUNE_API_KEY: 'off',
    SECOND_PRUNE_API_SECRET: 'off',
    SNAPPROOF_SECRET_PREVIOUS: 'off',
    SNAPPROOF_REVOKED_KEYS: 'off',
    SNAPPROOF_NAMESPACE_KEY: 'off',
    ALERTS: 'off',
    ALERTS_REMIND: 'off',
    HEARTBEAT_URL: 'off',
    KEEP_RECORDS: 'off',
    PAGE_ON_SHARED_HOST: 'off',
  }
  if (storeEndpoint === undefined) return { ...off, ...home.variables }
  const secrets = localSecrets(home)
  return {
    ...off,
    ...home.variables,
    SPACES_ENDPOINT: storeEndpoint,
    SPACES_REGION: 'local',
    SPACES_BUCKET: bucket,
    SPACES_API_KEY: secrets.accessKey,
    SPACES_API_SECRET: secrets.secretKey,
    SNAPPROOF_SECRET: secrets.secret,
  }
}

/** With the embedded store the secret is the machine's own; else it is the one in .env. */
export const secretOf = (home: Home): string =>
  home.isEmbedded
    ? localSecrets(home).secret
    : readEnvironment(functionVariables(home, undefined)).SNAPPROOF_SECRET

export const openEmbeddedStore = (home: Home) => {
  const { accessKey, secretKey } = localSecrets(home)
  const folder = storeFolderOf(home.folder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return startStore({ folder, buckets: [bucket], accessKey, secretKey })
}

/** For the length of one command: the store that is meant, started when it is the embedded one. */
export const withVariables = async <Result>(
  home: Home,
  use: (variables: Variables) => Promise<Result>,
): Promise<Result> => {
  if (!home.isEmbedded) return use(functionVariables(home, undefined))
  const store = await openEmbeddedStore(home)
  try {
    return await use(functionVariables(home, store.endpoint))
  } finally {
    await store.close()
  }
}

/** The tools of one command: as a function has them, and without a function's time limit. */
export const toolsOf = (variables: Variables, root: string): TellingTools => {
  const tools = makeTellingTools(variables, path.join(root, '.build'))
  const { prefix } = tools.settings
  const store = process.stderr.isTTY ? tellingStore(tools.store, prefix) : tools.store
  return { ...tools, store, deadlineAt: new Date(8.64e15) }
}

/**
 * A person who believes that this is the cloud must not be left to believe it. Whoever names the folder
 * knows.
 */
export const noteStore = ({ isEmbedded, folder, variables }: Home): void => {
  if (!isEmbedded || isSet(variables['SNAPPROOF_HOME'])) return
  process.stderr.write(
    `note: .env names no store, so this is about the one of "npm start" on this machine: ${folder}\n`,
  )
}

export const withTools = <Result>(root: string, use: (tools: TellingTools) => Promise<Result>) => {
  const home = findHome(root)
  noteStore(home)
  return withVariables(home, (variables) => use(toolsOf(variables, root)))
}
