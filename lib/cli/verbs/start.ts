/** The main job on one machine: from a live database to a proven copy, each step told. */
import { spawn } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { knownDatabases } from '../../edge/databases'
import { processVariables } from '../../edge/variables'
import { Fault } from '../../faults'
import { startSample } from '../../local/sqlite/sample'
import type { Sample } from '../../local/sqlite/sample'
import { databaseNamePattern, databaseNameRule } from '../../rules/copy/snapshot'
import { usualKind } from '../../rules/kinds/suffixes'
import type { KindName } from '../../rules/kinds/suffixes'
import { mintToken } from '../../rules/trust/tokens'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { connectionOf } from '../droplet/live'
import { readTokenOf, settingsText } from '../droplet/settings'
import { findHome, secretOf } from '../home'
import type { Home } from '../home'
import { findRunning, isRunningRestoring, startMachine } from '../machine'
import type { Machine } from '../machine'
import { findEngine, needClient } from '../needs'
import type { Engine } from '../needs'

const step = (name: string, text: string): void => print(`${name.padEnd(12)} ${text}`.trimEnd())

/** The scripts reach the store by curl, which has a name of its own for the same file. */
const scriptVariables = () => {
  const variables = processVariables()
  const own = variables['CURL_CA_BUNDLE'] ?? variables['NODE_EXTRA_CA_CERTS']
  return own === undefined ? variables : { ...variables, CURL_CA_BUNDLE: own }
}

/** Runs a program and tells its lines as they come; its complaints go out as they are. */
const run = (
  program: string,
  args: readonly string[],
  tell: (line: string) => void,
  root: string,
) =>
  new Promise<number>((resolve, reject) => {
    const env = scriptVariables()
    const child = spawn(program, [...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let rest = ''
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) tell(line)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? exits.couldNot))
  })

const nameFrom = (said: string): string => {
  const name = said
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
  return name === '' ? 'database' : name
}

/** What is pushed, and how a person is told of it. */
type Source = {
  live: { file: string } | { postgres: string }
  database: string
  kind: KindName
  words: string
  sample?: Sample
}

const ownFile = (given: string, name: string | undefined): Source => {
  const file = path.resolve(given)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new Fault({
      code: 'not-found',
      why: `There is no file ${file}.`,
      mend: 'Give the path of a SQLite database: npm start -- --database path/to/your.db',
    })
  }
  const database = name ?? nameFrom(path.basename(file).replace(/\.[^.]*$/, ''))
  return { live: { file }, database, kind: usualKind, words: file }
}

/** What a connection calls the database: behind the server, as a word of its own, or all there is of it. */
const databaseIn = (connection: string): string =>
  (
    /[?&]dbname=([^&]*)/.exec(connection) ??
    /^\w+:\/\/[^/?#]*\/([^?#]+)/.exec(connection) ??
    /(?:^|\s)dbname\s*=\s*('[^']*'|\S+)/.exec(connection) ??
    /^([^=/]+)$/.exec(connection)
  )?.[1] ?? ''

/** Of the connection only what was typed is shown: a variable may hold a password. */
const ownServer = (given: string, name: string | undefined, home: Home): Source => {
  const postgres = connectionOf(given, home.variables)
  const database = name ?? nameFrom(databaseIn(postgres))
  return { live: { postgres }, database, kind: 'postgres', words: `PostgreSQL, ${given}` }
}

const sampleFile = async (home: Home, engine: Engine): Promise<Source> => {
  const folder = path.join(home.folder, 'sample')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const sample = await startSample({ file: path.join(folder, 'tokens.db'), engine })
  const words = `${path.relative(process.cwd(), sample.file)}, a sample that a writer keeps changing`
  return { live: { file: sample.file }, database: 'tokens', kind: usualKind, words, sample }
}

/** The settings of this push, as they would stand on a Droplet: mode 600, the token inside. */
const writeSettings = (home: Home, url: string, { live, database, kind }: Source): string => {
  const secret = secretOf(home)
  // One fixed key id: each start means the same right, so the token stays the same too.
  const token = mintToken(secret, { scope: 'push', database, keyId: '00000000' })
  const settings = path.join(home.folder, `${database}.env`)
  const spool = path.join(home.folder, 'spool', database)
  mkdirSync(spool, { recursive: true, mode: 0o700 })
  const text = settingsText({ url, database, live: { ...live, spool }, token, kind })
  writeFileSync(settings, text, { mode: 0o600 })
  return settings
}

/** A step that takes longer than this says that it is still going on. */
const progressEveryMs = 3_000

/** Tells again and again that it is still going on; call what it answers with when it has ended. */
const progressing = (doing: () => string): (() => void) => {
  const began = performance.now()
  const tell = () =>
    step('', `… ${doing()}, ${Math.round((performance.now() - began) / 1000)} s so far`)
  const timer = setInterval(tell, progressEveryMs).unref()
  return () => clearInterval(timer)
}

/** What push.sh does next, told by what it said last. */
const stageAfter = (line: string): string | undefined => {
  if (/^(copied|ticket)/.test(line)) return 'uploading'
  return line.startsWith('uploaded') ? 'being verified' : undefined
}

const push = async (home: Home, url: string, source: Source): Promise<number> => {
  const settings = writeSettings(home, url, source)
  const script = path.join(home.root, 'lib/droplet/push.sh')
  step('push.sh', 'copies it, sends the copy, asks for the verdict')
  const began = performance.now()
  let doing = 'copying'
  const tell = (line: string) => {
    doing = stageAfter(line) ?? doing
    step('', line)
  }
  const end = progressing(() => doing)
  const code = await run('sh', [script, '-v', settings], tell, home.root)
  end()
  step('', `in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return code
}

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })

const build = async (home: Home, isRestoring: boolean): Promise<void> => {
  step(
    'build',
    isRestoring
      ? 'the functions, as for the cloud where lib/databases.ts names a database of this kind'
      : 'the functions, as they are built for the cloud',
  )
  const args = [path.join(home.root, 'lib/build.sh'), ...(isRestoring ? ['--restoring'] : [])]
  // What a restore starts from takes a while to make, the first time.
  const end = progressing(() => 'being built')
  const code = await run('sh', args, () => undefined, home.root)
  end()
  if (code === 0) return
  throw new Fault({
    code: 'settings',
    why: 'The functions could not be built; why stands above.',
    mend: 'Mend what is named there, and run "npm start" again. Where nothing is, run "npm ci" first.',
  })
}

type Options = {
  database?: string
  postgres?: string
  name?: string
  port: number | undefined
  once: boolean
}

/** Undefined for the sample, which is begun when everything else is up. */
const ownSource = (home: Home, { database, postgres, name }: Options): Source | undefined => {
  if (postgres !== undefined) return ownServer(postgres, name, home)
  return database === undefined ? undefined : ownFile(database, name)
}

const refuseWithoutRestore = (url: string): void => {
  throw new Fault({
    code: 'settings',
    why: `The functions of the "npm start" that runs here, at ${url}, do not carry what restores a dump.`,
    mend: 'End that one with Ctrl-C, and start this again.',
  })
}

/** Then every build carries what restores dumps. */
const namesServer = (): boolean =>
  Object.values(knownDatabases()).some(({ kind }) => kind === 'postgres')

const journey = async (home: Home, options: Options) => {
  const searchPath = processVariables()['PATH'] ?? ''
  const isOfServer = options.postgres !== undefined
  const isRestoring = isOfServer && !namesServer()
  const engine = isOfServer ? undefined : findEngine(searchPath)
  if (isOfServer) needClient(searchPath)
  const own = ownSource(home, options)
  mkdirSync(home.folder, { recursive: true, mode: 0o700 })
  const elsewhere = findRunning(home)
  if (elsewhere === undefined) await build(home, isRestoring)
  else if (isRestoring && !isRunningRestoring(home)) refuseWithoutRestore(elsewhere)
  const machine: Machine | undefined =
    elsewhere === undefined
      ? await startMachine(home, { port: options.port, isRestoring })
      : undefined
  const url = machine?.url ?? elsewhere ?? ''
  const stays = !options.once && machine !== undefined
  let source = own
  try {
    step('store', machine?.storeWords ?? 'as of the running "npm start"')
    step('functions', machine?.urlWords ?? url)
    source ??= await sampleFile(home, engine ?? findEngine(searchPath))
    step('database', source.words)
    const code = await push(home, url, source)
    step('status page', `${url}/status${stays ? '' : ' (while "npm start" is up)'}`)
    step('read token', `${readTokenOf(secretOf(home))} (the page asks for it once)`)
    if (!stays) return code
    step('', 'up until Ctrl-C; the timers run as in the cloud')
    await untilStopped()
    return exits.sound
  } finally {
    await source?.sample?.stop()
    await machine?.close()
  }
}

const portIn = (said: string | undefined): number | undefined => {
  if (said === undefined) return undefined
  const port = /^\d{1,5}$/.test(said) ? Number(said) : 0
  if (port < 1 || port > 65_535)
    throw usage(`"${said}" is no port.`, 'Give a number from 1 to 65535.')
  return port
}

export const start: Command = {
  help: `usage: npm start -- [--database FILE] [--name NAME] [--port N] [--once]
       npm start -- --postgres CONNECTION [the same]
       snapproof start [the same]

Builds the functions, starts them with their timers and a store on this machine, pushes a database
with the real push.sh, prints the verdict and the address of the status page, and stays up.

  --database FILE   push this database instead of a sample; it is only read
  --postgres CONNECTION
                    dump this database of PostgreSQL, and restore the dump: postgresql://...,
                    host=... dbname=..., the name of a service, or that of a variable in .env
                    which holds one of these; a password only there, or in ~/.pgpass
  --name NAME       the name it gets in the store (default: that of the file or the database)
  --port N          where the functions answer (default: 4664, or any free one when that is taken)
  --once            end after the verdict; exit 0 sound, 1 damaged, 2 could not, 3 no verdict

The store is the one that .env names; without one, a folder: .snapproof, or SNAPPROOF_HOME.`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      database: { type: 'string' },
      postgres: { type: 'string' },
      name: { type: 'string' },
      port: { type: 'string' },
      once: { type: 'boolean' },
    })
    if (positionals.length > 0) throw usage('start takes no arguments but its options.')
    if (values.name !== undefined && !databaseNamePattern.test(values.name))
      throw usage(databaseNameRule)
    if (values.database !== undefined && values.postgres !== undefined)
      throw usage('Give --database or --postgres: one is pushed.')
    const port = portIn(values.port)
    return journey(findHome(root), { ...values, port, once: values.once === true })
  },
}
