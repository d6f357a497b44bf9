/** What is done in a rehearsal, each by the script or the function that does it in earnest. */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { processVariables } from '../../edge/variables'
import { Fault } from '../../faults'
import { carryOut, copyLive, guestApp, rowsOf, sampleApp } from '../../local/sqlite/app'
import type { App } from '../../local/sqlite/app'
import { usualKind } from '../../rules/kinds/suffixes'
import { countWords } from '../../rules/plain/wording'
import { mintToken } from '../../rules/trust/tokens'
import { exits, usage } from '../command'
import { settingsText } from '../droplet/settings'
import { localSecrets } from '../home'
import type { Home } from '../home'
import { findEngine } from '../needs'
import type { Engine } from '../needs'

export type Tell = (step: string, text: string) => void

export type Stage = { home: Home; engine: Engine; app: App; file: string; base: string; tell: Tell }

const database = 'rehearsal'

/** Only what the scripts need: no setting of this machine's own Snapproof reaches them. */
const environment = (more: Record<string, string> = {}): Record<string, string> => {
  const { PATH, HOME, TMPDIR } = processVariables()
  const known = { PATH, HOME, TMPDIR }
  const set = Object.entries(known).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  return { ...Object.fromEntries(set), ...more }
}

const runScript = (
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  tell: (line: string) => void,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn('sh', [file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let rest = ''
    const take = (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) tell(line)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? exits.couldNot))
  })

const stopped = (what: string): Fault =>
  new Fault({
    code: 'platform',
    why: `The rehearsal came to a halt: ${what}.`,
    mend: 'Run it again; if it halts again, "npx snapproof doctor" looks at this machine.',
  })

/** One's own database, before anything is begun. */
export const ownFile = (given: string): string => {
  const file = path.resolve(given)
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file
  throw usage(`There is no file ${file}; --database takes a SQLite database.`)
}

export const prepare = async (home: Home, own: string | undefined, tell: Tell): Promise<Stage> => {
  const engine = findEngine(processVariables()['PATH'] ?? '')
  const folder = path.join(home.folder, 'app')
  mkdirSync(folder, { mode: 0o700 })
  const [file, base] = [path.join(folder, 'app.db'), path.join(home.folder, 'base.db')]
  const app = own === undefined ? sampleApp : guestApp
  if (own !== undefined) await copyLive(engine, own, base)
  await carryOut(engine, base, app.schema)
  copyFileSync(base, file)
  const rows = countWords(await rowsOf(engine, file), 'row')
  tell('database', own === undefined ? `a sample of ${rows}` : `a copy of ${own}: ${rows}`)
  return { home, engine, app, file, base, tell }
}

const writeSettings = ({ home, file }: Stage, url: string, isPush: boolean): string => {
  const { secret } = localSecrets(home)
  const scope = isPush ? 'push' : 'restore'
  const token = mintToken(secret, { scope, database, keyId: '00000000' })
  const text = settingsText({ url, database, live: { file }, token, kind: usualKind })
  const settings = path.join(home.folder, `${scope}.env`)
  const lines = isPush ? text : text.replace('SNAPPROOF_TOKEN=', 'SNAPPROOF_RESTORE_TOKEN=')
  writeFileSync(settings, lines, { mode: 0o600 })
  return settings
}

const script = ({ home }: Stage, name: string): string => path.join(home.root, 'lib/droplet', name)

export const push = async (stage: Stage, url: string): Promise<void> => {
  const settings = writeSettings(stage, url, true)
  const say = (line: string) => stage.tell('', line)
  stage.tell('push.sh', 'copies it while the app goes on writing')
  const code = await runScript(script(stage, 'push.sh'), ['-v', settings], environment(), say)
  if (code !== exits.sound) throw stopped('push.sh brought no sound copy over, and says why above')
}

/** The machine stops between two writes, and takes the database and what belongs to it along. */
export const lose = ({ file }: Stage): void => {
  for (const part of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${part}`, { force: true })
}

export const restore = async (stage: Stage, url: string): Promise<number> => {
  const settings = writeSettings(stage, url, false)
  const began = performance.now()
  const say = (line: string) => stage.tell('', line)
  stage.tell('restore.sh', 'brings back the newest proven copy')
  const code = await runScript(script(stage, 'restore.sh'), [settings], environment(), say)
  if (code !== exits.sound) throw stopped('restore.sh brought nothing back, and says why above')
  return performance.now() - began
}

export const build = async (home: Home): Promise<void> => {
  const file = path.join(home.root, 'lib/build.sh')
  const lines: string[] = []
  const code = await runScript(file, [], environment(), (line) => void lines.push(line))
  if (code !== exits.sound) throw stopped(`the functions could not be built (${lines.join(' ')})`)
}
