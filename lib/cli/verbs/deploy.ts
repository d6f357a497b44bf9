/**
 * Everything goes to the cloud by `doctl`: is all of it there afterwards? The deployer ends with 0 where
 * functions failed or timers were left out; what it prints is read here, and said.
 */
import { createHmac } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { readEnvironment } from '../../edge/config'
import { knownDatabases } from '../../edge/databases'
import { processVariables } from '../../edge/variables'
import type { Variables } from '../../edge/variables'
import { Fault } from '../../faults'
import { asWritten, readProject, valuesFor } from '../../local/project'
import { falling } from '../../rules/plain/order'
import { countWords } from '../../rules/plain/wording'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { doctl } from '../doctl'
import type { Ended, Surroundings } from '../doctl'
import { findHome, functionVariables } from '../home'

/** What it takes to read or write copies, or to speak in our name: none of it is ever printed. */
const secretNames = [
  'SPACES_API_KEY',
  'SPACES_API_SECRET',
  'OBJECTS_API_KEY',
  'OBJECTS_API_SECRET',
  'SECOND_API_KEY',
  'SECOND_API_SECRET',
  'SECOND_WRITE_API_KEY',
  'SECOND_WRITE_API_SECRET',
  'SECOND_PRUNE_API_KEY',
  'SECOND_PRUNE_API_SECRET',
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
    .toSorted(falling(({ length }) => length))
  return (line: string): string =>
    values.reduce((text, value) => text.replaceAll(value, '(hidden)'), line)
}

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
export const addressBy = async (options: Surroundings): Promise<string | undefined> => {
  const args = ['serverless', 'functions', 'get', 'snapshots/ticket', '--url']
  const { code, lines } = await doctl(args, { ...options, tell: () => undefined })
  const url = lines.map((line) => line.trim()).find((line) => /^https?:\/\/\S+\/ticket$/.test(line))
  return code === 0 ? url?.replace(/\/ticket$/, '') : undefined
}

/** What is left to be done, as it is to be typed. */
const tellNext = async (variables: Variables, options: Surroundings): Promise<void> => {
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
    mend: 'npx snapproof setup asks for it, and deploys; or: cp .env.example .env, fill it in, and deploy again: npm run deploy',
  })
}

/** What the cloud was given, in a form that tells none of it: whoever has the secret can compare. */
const digestOf = (values: Readonly<Record<string, string>>): string =>
  createHmac('sha256', values['SNAPPROOF_SECRET'] ?? '')
    .update(JSON.stringify(Object.entries(values).toSorted()))
    .digest('hex')

const deployedFile = (root: string): string => path.join(root, '.build/deployed')

const valuesAt = (root: string, variables: Variables) =>
  valuesFor(readFileSync(path.join(root, 'project.yml'), 'utf8'), variables)

/** Was it from here, and with these very settings, that the functions were deployed last? */
export const isDeployedWith = (root: string, variables: Variables): boolean => {
  try {
    return readFileSync(deployedFile(root), 'utf8') === digestOf(valuesAt(root, variables))
  } catch {
    return false
  }
}

/** All of it, with the settings in .env; a Fault where anything did not get there. */
export const deployAll = async (root: string) => {
  const home = findHome(root)
  mustNameStore(home.isEmbedded)
  knownDatabases()
  const variables = functionVariables(home, undefined)
  readEnvironment(variables)
  const functions = readProject(path.join(root, 'project.yml'), variables)
  const values = valuesAt(root, variables)
  // The deployer asks the environment before .env.
  const surroundings = { env: { ...processVariables(), ...values }, cwd: root }
  const mask = maskOf(variables)
  const ended = await doctl(['serverless', 'deploy', '.'], {
    ...surroundings,
    tell: (line) => print(mask(line)),
  })
  const complaint = complaintOf(ended, {
    functions: functions.map(({ packageName, name }) => `${packageName}/${name}`),
    triggers: functions.flatMap(({ triggers }) => triggers.map(({ name }) => name)),
  })
  if (complaint) throw complaint
  mkdirSync(path.join(root, '.build'), { recursive: true })
  writeFileSync(deployedFile(root), digestOf(values), { mode: 0o600 })
  print(`\n${countWords(functions.length, 'function')} and their timers are deployed.`)
  return { variables, surroundings }
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
    const { variables, surroundings } = await deployAll(root)
    await tellNext(variables, surroundings)
    return exits.sound
  },
}
