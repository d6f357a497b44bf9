/**
 * Everything goes to the cloud by `doctl`: is all of it there afterwards? The deployer ends with 0 where
 * functions failed or timers were left out; what it prints is read here, and said.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { processVariables, readEnvironment } from '../../edge/config'
import type { Variables } from '../../edge/config'
import { knownDatabases } from '../../edge/databases'
import { Fault } from '../../faults'
import { asWritten, readProject, valuesFor } from '../../local/project'
import { countWords } from '../../rules/plain/wording'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { findHome, functionVariables } from '../home'

/** What it takes to read or write copies, or to speak in our name: none of it is ever printed. */
const secretNames = [
  'SPACES_API_KEY',
  'SPACES_API_SECRET',
  'OBJECTS_API_KEY',
  'OBJECTS_API_SECRET',
  'SNAPPROOF_SECRET',
  'SNAPPROOF_SECRET_PREVIOUS',
  'SNAPPROOF_NAMESPACE_KEY',
  'ALERTS',
  'HEARTBEAT_URL',
]

/** The deployer prints the line that it cannot read, whatever stands there. */
const maskOf = (variables: Variables) => {
  const values = secretNames
    .map((name) => variables[name] ?? '')
    .flatMap((value) => [value, asWritten(value), ...value.split(',')])
    .map((value) => value.trim())
    .filter((value) => value.length > 3)
    .toSorted((one, other) => other.length - one.length)
  return (line: string): string =>
    values.reduce((text, value) => text.replaceAll(value, '(hidden)'), line)
}

const noDoctl = (cause: unknown): Fault =>
  new Fault(
    {
      code: 'settings',
      why: 'doctl, which deploys the functions, is not on this machine; nothing was deployed.',
      mend: 'Install it (https://docs.digitalocean.com/reference/doctl/how-to/install/), then: doctl auth init && doctl serverless install && doctl serverless connect',
    },
    { cause },
  )

type Ended = { code: number; lines: readonly string[] }

/** Runs doctl, and tells each line as it comes. */
const doctl = (
  args: readonly string[],
  options: { env: Variables; cwd: string; tell: (line: string) => void },
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const { env, cwd, tell } = options
    const child = spawn('doctl', [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const lines: string[] = []
    const hear = (line: string) => {
      lines.push(line)
      tell(line)
    }
    const ears = [child.stdout, child.stderr].map((stream) => {
      let rest = ''
      stream.setEncoding('utf8').on('data', (text: string) => {
        const parts = `${rest}${text}`.split('\n')
        rest = parts.pop() ?? ''
        for (const part of parts) hear(part)
      })
      return () => (rest === '' ? undefined : hear(rest))
    })
    child.on('error', (thrown) => reject(noDoctl(thrown)))
    child.on('close', (code) => {
      for (const end of ears) end()
      resolve({ code: code ?? exits.couldNot, lines })
    })
  })

/** The names below a heading, as the deployer lists them. */
const listed = (lines: readonly string[], heading: string): string[] => {
  const at = lines.findIndex((line) => line.startsWith(heading))
  const names: string[] = []
  for (const line of at === -1 ? [] : lines.slice(at + 1)) {
    const [, name] = /^ +- (.+)$/.exec(line) ?? []
    if (name === undefined) break
    names.push(name.trim())
  }
  return names
}

const notDeployed = (why: string): Fault =>
  new Fault({
    code: 'platform',
    why,
    mend: 'What doctl says stands above. Mend that, and deploy again: npm run deploy. Until then the cloud runs what was there before, or a part of each.',
  })

const noTimers = (missing: readonly string[]): Fault =>
  new Fault({
    code: 'platform',
    why: `The functions are deployed, and without ${missing.join(', ')}: nobody starts them when it is their time, so that no copy is missed, told or let go.`,
    mend: 'doctl makes triggers with the token of the account alone: doctl auth init, then deploy again (npm run deploy). "doctl serverless triggers list" shows them; a namespace takes three.',
  })

/** What went wrong, by what was printed: the exit code does not always tell. */
export const complaintOf = (
  { code, lines }: Ended,
  expected: { functions: readonly string[]; triggers: readonly string[] },
): Fault | undefined => {
  const failed = lines.some((line) => /^(Failures:|Nothing deployed)/.test(line))
  if (failed || code !== 0) return notDeployed('Not everything could be deployed.')
  const deployed = listed(lines, 'Deployed functions')
  const lacking = expected.functions.filter((name) => !deployed.includes(name))
  if (lacking.length > 0)
    return notDeployed(`doctl does not say that it deployed ${lacking.join(', ')}.`)
  const started = listed(lines, 'Deployed triggers')
  const missing = expected.triggers.filter((name) => !started.includes(name))
  return missing.length > 0 ? noTimers(missing) : undefined
}

/** The address of the functions, as it belongs into .env; undefined where doctl does not tell. */
const addressBy = async (options: { env: Variables; cwd: string }): Promise<string | undefined> => {
  const args = ['serverless', 'functions', 'get', 'snapshots/ticket', '--url']
  const { code, lines } = await doctl(args, { ...options, tell: () => undefined })
  const url = lines.map((line) => line.trim()).find((line) => /^https:\/\/\S+\/ticket$/.test(line))
  return code === 0 ? url?.replace(/\/ticket$/, '') : undefined
}

/** What is left to be done, as it is to be typed. */
const tellNext = async (
  variables: Variables,
  options: { env: Variables; cwd: string },
): Promise<void> => {
  const known = variables['SNAPPROOF_URL'] ?? 'off'
  const url = known === 'off' || known === '' ? await addressBy(options) : undefined
  if (url !== undefined) print(`\nThis line belongs into .env:\n\n    SNAPPROOF_URL=${url}`)
  print('\nWhether it works, from the store to the timers:\n\n    npx snapproof doctor')
}

const mustNameStore = (isEmbedded: boolean): void => {
  if (!isEmbedded) return
  throw new Fault({
    code: 'settings',
    why: '.env names no store, so there is nothing that the functions could keep copies in; nothing was deployed.',
    mend: 'cp .env.example .env, fill it in, and deploy again: npm run deploy',
  })
}

export const deploy: Command = {
  help: `usage: snapproof deploy        (npm run deploy checks and tests first)

Deploys the functions of project.yml and their timers with doctl, into the namespace that it is connected
to, with the settings in .env: whatever their values hold, and without printing any of them. What doctl
prints is read: a function that failed, or a timer that was left out, is told, and ends with 2. Everything
is sent each time: doctl's own --incremental would leave out a timer whose time alone has changed.

exit: 0 all of it is there, 2 it is not`,
  run: async (args, root) => {
    const { positionals } = parse(args, {})
    if (positionals.length > 0) throw usage('deploy takes no arguments.')
    const home = findHome(root)
    mustNameStore(home.isEmbedded)
    knownDatabases()
    const variables = functionVariables(home, undefined)
    readEnvironment(variables)
    const file = path.join(root, 'project.yml')
    const functions = readProject(file, variables)
    // The deployer asks the environment before .env.
    const env = { ...processVariables(), ...valuesFor(readFileSync(file, 'utf8'), variables) }
    const mask = maskOf(variables)
    const ended = await doctl(['serverless', 'deploy', '.'], {
      env,
      cwd: root,
      tell: (line) => print(mask(line)),
    })
    const complaint = complaintOf(ended, {
      functions: functions.map(({ packageName, name }) => `${packageName}/${name}`),
      triggers: functions.flatMap(({ triggers }) => triggers.map(({ name }) => name)),
    })
    if (complaint) throw complaint
    print(`\n${countWords(functions.length, 'function')} and their timers are deployed.`)
    await tellNext(variables, { env, cwd: root })
    return exits.sound
  },
}
