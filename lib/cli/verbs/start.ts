/** The main job on one machine: from a live SQLite file to a proven copy, each step told. */
import { spawn } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { processVariables } from '../../edge/config'
import { Fault } from '../../faults'
import { startSample } from '../../local/sqlite/sample'
import type { Sample } from '../../local/sqlite/sample'
import { databaseNamePattern, databaseNameRule } from '../../rules/copy/snapshot'
import { usualKind } from '../../rules/kinds/suffixes'
import { mintToken } from '../../rules/trust/tokens'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { findHome, functionVariables, localSecrets } from '../home'
import type { Home } from '../home'
import { findRunning, startMachine } from '../machine'
import type { Machine } from '../machine'
import { findEngine } from '../needs'
import type { Engine } from '../needs'

import { readTokenOf, settingsText } from './enroll'

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

const nameFrom = (file: string): string => {
  const base = path.basename(file).replace(/\.[^.]*$/, '')
  const name = base
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
  return name === '' ? 'database' : name
}

type Source = { file: string; database: string; sample?: Sample }

const ownFile = (given: string, name: string | undefined): Source => {
  const file = path.resolve(given)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new Fault({
      code: 'not-found',
      why: `There is no file ${file}.`,
      mend: 'Give the path of a SQLite database: npm start -- --database path/to/your.db',
    })
  }
  return { file, database: name ?? nameFrom(file) }
}

const sampleFile = async (home: Home, engine: Engine): Promise<Source> => {
  const folder = path.join(home.folder, 'sample')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const sample = await startSample({ file: path.join(folder, 'tokens.db'), engine })
  return { file: sample.file, database: 'tokens', sample }
}

/** The settings of this push, as they would stand on a Droplet: mode 600, the token inside. */
const writeSettings = (home: Home, url: string, { file, database }: Source): string => {
  const secret = secretOf(home)
  // One fixed key id: each start means the same right, so the token stays the same too.
  const token = mintToken(secret, { scope: 'push', database, keyId: '00000000' })
  const settings = path.join(home.folder, `${database}.env`)
  const spool = path.join(home.folder, 'spool', database)
  mkdirSync(spool, { recursive: true, mode: 0o700 })
  const text = settingsText({ url, database, live: { file, spool }, token, kind: usualKind })
  writeFileSync(settings, text, { mode: 0o600 })
  return settings
}

const secretOf = (home: Home): string =>
  home.isEmbedded
    ? localSecrets(home).secret
    : (functionVariables(home, undefined)['SNAPPROOF_SECRET'] ?? '')

/** A step that takes longer than this says that it is still going on. */
const progressEveryMs = 3_000

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
  const seconds = () => Math.round((performance.now() - began) / 1000)
  let doing = 'copying'
  const tell = (line: string) => {
    doing = stageAfter(line) ?? doing
    step('', line)
  }
  const progress = setInterval(() => step('', `… ${doing}, ${seconds()} s so far`), progressEveryMs)
  const code = await run('sh', [script, '-v', settings], tell, home.root)
  clearInterval(progress)
  step('', `in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return code
}

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })

const build = async (home: Home): Promise<void> => {
  step('build', 'the functions, as they are built for the cloud')
  const code = await run('sh', [path.join(home.root, 'lib/build.sh')], () => undefined, home.root)
  if (code === 0) return
  throw new Fault({
    code: 'internal',
    why: 'The functions could not be built; what esbuild said stands above.',
    mend: 'Undo the last change, or run "npm ci" and try again.',
  })
}

const journey = async (
  home: Home,
  options: { database?: string; name?: string; port: number | undefined; once: boolean },
) => {
  const engine = findEngine(processVariables()['PATH'] ?? '')
  const own = options.database === undefined ? undefined : ownFile(options.database, options.name)
  mkdirSync(home.folder, { recursive: true, mode: 0o700 })
  const elsewhere = findRunning(home)
  if (elsewhere === undefined) await build(home)
  const machine: Machine | undefined =
    elsewhere === undefined ? await startMachine(home, options.port) : undefined
  const url = machine?.url ?? elsewhere ?? ''
  const stays = !options.once && machine !== undefined
  let source = own
  try {
    step('store', machine?.storeWords ?? 'as of the running "npm start"')
    step('functions', machine?.urlWords ?? url)
    source ??= await sampleFile(home, engine)
    step(
      'database',
      source.sample ? `${shown(source.file)}, a sample that a writer keeps changing` : source.file,
    )
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

const shown = (file: string): string => path.relative(process.cwd(), file)

const portIn = (said: string | undefined): number | undefined => {
  if (said === undefined) return undefined
  const port = /^\d{1,5}$/.test(said) ? Number(said) : 0
  if (port < 1 || port > 65_535) throw usage(`"${said}" is no port: 1 to 65535.`)
  return port
}

export const start: Command = {
  help: `usage: npm start -- [--database FILE] [--name NAME] [--port N] [--once]
       snapproof start [the same]

Builds the functions, starts them with their timers and a store on this machine, pushes a database
with the real push.sh, prints the verdict and the address of the status page, and stays up.

  --database FILE   push this database instead of a sample; it is only read
  --name NAME       the name it gets in the store (default: the name of the file)
  --port N          where the functions answer (default: 4664, or any free one when that is taken)
  --once            end after the verdict; exit 0 sound, 1 damaged, 2 could not, 3 no verdict

The store is the one that .env names; without one, a folder: .snapproof, or SNAPPROOF_HOME.`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      database: { type: 'string' },
      name: { type: 'string' },
      port: { type: 'string' },
      once: { type: 'boolean' },
    })
    if (positionals.length > 0) throw usage('start takes no arguments but its options.')
    if (values.name !== undefined && !databaseNamePattern.test(values.name))
      throw usage(databaseNameRule)
    const port = portIn(values.port)
    return journey(findHome(root), { ...values, port, once: values.once === true })
  },
}
