/**
 * From a fresh checkout to functions that answer, in one conversation. Each answer is kept in `.env` once it works, so
 * that whoever is interrupted goes on where it was: what stands there and works is asked for no more.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'

import { randomHex } from '../../adapters/clock'
import { bucketAt } from '../../adapters/spaces/bucket'
import { Environment, readEnvironment } from '../../edge/config'
import { knownDatabases } from '../../edge/databases'
import { notifierOf } from '../../edge/tools'
import { processVariables } from '../../edge/variables'
import type { Variables } from '../../edge/variables'
import { Fault } from '../../faults'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { namespaceOf } from '../doctl'
import { examine, tell as tellSeen } from '../doctor/doctor'
import { findHome, functionVariables } from '../home'
import { addressBy, deployAll, isDeployedWith } from '../verbs/deploy'

import { Stopped, askerAt } from './asking'
import type { Asker } from './asking'
import { writeEnv } from './env-file'
import { findSpace, optionsOf } from './space'
import type { Conversation, Space } from './space'

const tell = (name: string, text: string): void => print(`${name.padEnd(12)} ${text}`.trimEnd())

const isSet = (value: string | undefined): value is string =>
  value !== undefined && value !== '' && value !== 'off'

/** As they stand now: `.env` grows while this goes on. */
const variablesAt = (root: string, given: Variables): Variables => ({
  ...findHome(root).variables,
  ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
})

/** What the environment says goes before .env, now and for this command alone: so that it holds for the next one too. */
const settingsOfEnvironment = (): Record<string, string> => {
  const variables = processVariables()
  return Object.fromEntries(
    Object.keys(Environment.shape).flatMap((name) => {
      const value = variables[name]
      return isSet(value) ? [[name, value]] : []
    }),
  )
}

/** doctl is needed at the end alone; but who has not got it is to hear that before anything is asked. */
const checkDoctl = async ({ asker }: Conversation, root: string): Promise<void> => {
  for (;;) {
    try {
      tell('doctl', `connected to ${await namespaceOf({ env: processVariables(), cwd: root })}`)
      return
    } catch (thrown) {
      if (!asker || !(thrown instanceof Fault)) throw thrown
      tell('doctl', thrown.why)
      tell('', `in another terminal: ${thrown.mend}`)
      await asker.line('Enter, when that is done')
    }
  }
}

const tooShort = 32

/** Copies of another set-up would count as untrusted under a new secret. */
const secretOfOthers = async ({ asker }: Conversation): Promise<string | undefined> => {
  if (!asker)
    throw new Fault({
      code: 'settings',
      why: 'Functions of another set-up have written into this Space, and under a new secret its copies would count as untrusted.',
      mend: 'Set SNAPPROOF_SECRET to the secret of that set-up; or take another Space.',
    })
  tell(
    'secret',
    'This Space is in use: its copies are signed by the SNAPPROOF_SECRET of that set-up.',
  )
  for (;;) {
    const said = await asker.secret('That secret; Enter if it is lost')
    if (said.length >= tooShort) return said
    if (said !== '') tell('', `That is too short: ${tooShort} characters at least.`)
    else if (await asker.isYes('Make a new one? The copies from before then count as untrusted.'))
      return undefined
  }
}

const makeSecret = async (
  talk: Conversation,
  { root, space, given }: { root: string; space: Space; given: Variables },
): Promise<void> => {
  const known = variablesAt(root, given)['SNAPPROOF_SECRET']
  if (isSet(known)) return writeEnv(root, { SNAPPROOF_SECRET: known })
  const isInUse = await bucketAt(optionsOf(space)).isInUse()
  const theirs = isInUse ? await secretOfOthers(talk) : undefined
  writeEnv(root, { SNAPPROOF_SECRET: theirs ?? randomHex(64) })
  tell('secret', theirs === undefined ? 'made, and in .env' : 'in .env')
  tell('', 'Keep a copy in a safe place: without it no token holds and no copy can be trusted.')
}

/** Asked once: who has said "nobody" has said it. */
const askAlerts = async ({ asker }: Conversation, root: string): Promise<void> => {
  const variables = functionVariables(findHome(root), undefined)
  if (!asker || isSet(variables['ALERTS']) || isSet(variables['SNAPPROOF_URL'])) return
  const question =
    'Who is told when something is wrong? An address as in lib/docs/alerts.md, or Enter for nobody yet'
  for (;;) {
    const said = await asker.secret(question)
    if (said === '') return
    const { complaints } = notifierOf({ ...readEnvironment(variables), ALERTS: said })
    if (complaints.length === 0) {
      writeEnv(root, { ALERTS: said })
      return tell('alerts', 'in .env; npx snapproof alert-test tries them')
    }
    tell('', complaints.join('; '))
  }
}

/** Sent when it never was, or with other settings; and its address is fetched. */
const send = async (root: string): Promise<string> => {
  const variables = functionVariables(findHome(root), undefined)
  const known = variables['SNAPPROOF_URL']
  if (isSet(known) && isDeployedWith(root, variables)) {
    tell('functions', 'deployed with these settings already; npx snapproof deploy sends them again')
    return known
  }
  tell('functions', 'being built and sent; this takes a minute or two')
  const { surroundings } = await deployAll(root)
  const url = await addressBy(surroundings)
  if (url === undefined)
    throw new Fault({
      code: 'platform',
      why: 'The functions are deployed, and doctl does not tell their address.',
      mend: 'doctl serverless functions get snapshots/ticket --url prints it: put it without /ticket into .env, as SNAPPROOF_URL, and go on: npx snapproof setup',
    })
  writeEnv(root, { SNAPPROOF_URL: url })
  tell('address', `${url}, in .env`)
  return url
}

/** What is left for a person to type: the Droplet, with the databases that lib/databases.ts names. */
const tellNext = (): void => {
  const names = Object.keys(knownDatabases())
  const each = names.map((name) => `${name}=/path/of/${name}.db`).join(' ')
  print(
    `\nNext, the Droplet, with the paths as they are there:\n\n    npx snapproof enroll ${each || 'NAME=/path/of/it.db'} --ssh root@DROPLET`,
  )
}

/** The whole conversation; with nobody to ask, from the environment and `given` alone. */
export const converse = async (
  root: string,
  { asker, given }: { asker: Asker | undefined; given: Variables },
): Promise<number> => {
  const talk: Conversation = { asker, tell }
  knownDatabases()
  await checkDoctl(talk, root)
  // Without a key the names in `.env` are those of the example.
  const isExample = findHome(root).isEmbedded
  const space = await findSpace(talk, { variables: variablesAt(root, given), given, isExample })
  writeEnv(root, { ...settingsOfEnvironment(), ...space })
  await makeSecret(talk, { root, space, given })
  await askAlerts(talk, root)
  const url = await send(root)
  const seen = await examine(functionVariables(findHome(root), undefined), url, root)
  print(`\n${tellSeen(seen)}`)
  if (seen.some(({ state }) => state === 'wrong')) {
    print('\nMend that, and go on from here:\n\n    npx snapproof setup')
    return exits.damaged
  }
  tellNext()
  return exits.sound
}

/** What a shell says of a program that Ctrl-C ended. */
const interrupted = 130

export const setup: Command = {
  help: `usage: snapproof setup [--yes] [--region REGION] [--endpoint ADDRESS] [--bucket NAME]

Sets everything up but the Droplet, in one conversation: looks for doctl and says how to get and
connect it; asks for the Space and its key, and tries both as the doctor does; asks before it makes the
Space, makes it private, or takes a rule away that deletes copies; makes the secret; writes .env (mode
600); deploys the functions; fetches their address; runs the doctor; and says the next command.
It may be ended at any point, and goes on there: what is in .env and works is not asked again. What is
secret is typed without being shown.

  --yes               ask nothing, and set right what can be: all from .env and the environment
                      (SPACES_API_KEY, SPACES_API_SECRET, ...); secrets are no options
  --region REGION     of the Space, such as fra1
  --endpoint ADDRESS  of another S3-compatible store
  --bucket NAME       of the Space

exit: 0 all of it is there, 1 the doctor found something wrong, 2 could not, 130 interrupted`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      yes: { type: 'boolean' },
      region: { type: 'string' },
      endpoint: { type: 'string' },
      bucket: { type: 'string' },
    })
    if (positionals.length > 0) throw usage('setup takes no arguments but its options.')
    if (!existsSync(path.join(root, '.env.example')))
      throw usage('This is no checkout of Snapproof.')
    const isAtTerminal = process.stdin.isTTY && process.stdout.isTTY
    if (values.yes !== true && !isAtTerminal)
      throw usage(
        'Nobody is at a terminal to be asked: give --yes, and everything else by .env or the environment.',
      )
    const { region, endpoint, bucket } = values
    const given: Variables = {
      SPACES_REGION: region,
      SPACES_ENDPOINT:
        endpoint ?? (region === undefined ? undefined : `https://${region}.digitaloceanspaces.com`),
      SPACES_BUCKET: bucket,
    }
    const asker = values.yes ? undefined : askerAt({ input: process.stdin, output: process.stdout })
    try {
      return await converse(root, { asker, given })
    } catch (thrown) {
      if (!(thrown instanceof Stopped)) throw thrown
      process.stderr.write(
        '\nStopped. What worked is in .env; go on from there: npx snapproof setup\n',
      )
      return interrupted
    }
  },
}
