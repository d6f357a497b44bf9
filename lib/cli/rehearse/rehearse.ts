/**
 * The disaster, rehearsed on one machine: an app writes, push.sh copies, the file is lost, restore.sh
 * brings it back. The scripts and the functions are the real ones; the store is a folder that is
 * thrown away afterwards, whatever .env says.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { lastOf, rowsOf, startApp } from '../../local/sqlite/app'
import type { Running } from '../../local/sqlite/app'
import { durationWords } from '../../rules/plain/wording'
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import type { Home } from '../home'
import { startMachine } from '../machine'
import { withProgress } from '../progress'

import { proofOf } from './proof'
import type { Proof } from './proof'
import { build, lose, ownFile, prepare, push, restore } from './stage'
import type { Stage, Tell } from './stage'

/** So many commits stand in the -wal when the copy is taken: that is what a plain cp would lose. */
const commitsBefore = 25

const untilWritten = async ({ engine, file, app }: Stage): Promise<number> => {
  let last = 0
  for (let tries = 0; tries < 100 && last < commitsBefore; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    last = await lastOf(engine, file, app)
  }
  return last
}

export const rehearseIn = async (
  home: Home,
  own: string | undefined,
  tell: Tell,
): Promise<Proof> => {
  tell('build', 'the functions, as they are built for the cloud')
  await build(home)
  const stage = await prepare(home, own, tell)
  const { engine, app, file } = stage
  const machine = await startMachine(home)
  let running: Running | undefined
  try {
    running = await startApp(engine, file, app)
    const atPush = await untilWritten(stage)
    tell('app', `commits all the time, and has come to commit ${atPush}`)
    await push(stage, machine.url)
    const afterPush = await lastOf(engine, file, app)
    await running.kill()
    const atLoss = await lastOf(engine, file, app)
    const rowsAtLoss = await rowsOf(engine, file)
    lose(stage)
    tell('disaster', `the app is dead; the database and its -wal are gone, at commit ${atLoss}`)
    const tookMs = await restore(stage, machine.url)
    const proof = await proofOf(stage, { atPush, afterPush, atLoss, rowsAtLoss, tookMs })
    running = await startApp(engine, file, app, proof.restoredTo)
    tell('app', 'is up again on what came back, and writes')
    return proof
  } finally {
    await running?.kill()
    await machine.close()
  }
}

/** Everything of the rehearsal stands in one folder, which goes, also when it is broken off. */
export const withRehearsalHome = async <Result>(
  root: string,
  use: (home: Home) => Promise<Result>,
): Promise<Result> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-rehearsal-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const stop = () => process.exit(exits.couldNot)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  try {
    return await use({ root, folder, isEmbedded: true, variables: {} })
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    process.off('exit', remove)
    remove()
  }
}

export const rehearse: Command = {
  help: `usage: snapproof rehearse [--database FILE] [--json]

An app writes to a database all the time; push.sh copies it; then the app is killed, and the database and
its -wal are deleted; restore.sh brings the newest proven copy back; and every row is compared with what
ought to be there. Each step is told with its time. Scripts and functions are the real ones; the store is
a temporary folder, whatever .env says, and nothing of it stays.

  --database FILE   rehearse with a copy of this database, which is only read (five times its size is
                    needed in the temporary folder)
  --json            print the proof as JSON

exit: 0 everything came back, 1 something did not, 2 could not be rehearsed`,
  run: async (args, root) => {
    const { values, positionals } = parse(args, {
      database: { type: 'string' },
      json: { type: 'boolean' },
    })
    if (positionals.length > 0) throw usage('rehearse takes no arguments but its options.')
    const own = values.database === undefined ? undefined : ownFile(values.database)
    const began = performance.now()
    const seconds = () => durationWords(performance.now() - began).padStart(7)
    const tell: Tell = (step, text) => {
      if (!values.json) print(`${seconds()}  ${step.padEnd(11)} ${text}`)
    }
    const rehearsed = withRehearsalHome(root, async (home) => {
      const proof = await rehearseIn(home, own, tell)
      for (const { isRight, text } of proof.findings) tell(isRight ? 'right' : 'WRONG', text)
      tell('lost', proof.lostWords)
      tell('recovered', `in ${durationWords(proof.recoveryMs)}, from the loss to a proven database`)
      if (values.json) print(JSON.stringify(proof, undefined, 2))
      return proof.isProven ? exits.sound : exits.damaged
    })
    return withProgress('rehearse', () => rehearsed)
  },
}
