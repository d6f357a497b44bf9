/** The real scripts, under dash, as cron or a person on a bad day would start them. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { Built } from './build'
import type { Cloud } from './cloud'
import { killNow } from './process'

export type Ended = { code: number | null; stdout: string; stderr: string; tookMs: number }

export type Running = {
  child: ChildProcess
  ended: Promise<Ended>
  /** The script and all that it has started, as when a machine loses its power. */
  killAll(): boolean
  /** The script alone: what it had started goes on by itself. */
  killShell(): boolean
}

export const startScript = (
  file: string,
  args: readonly string[],
  environment: Record<string, string>,
): Running => {
  const startedMs = performance.now()
  const env = { PATH: process.env['PATH'] ?? '', ...environment }
  const child = spawn('dash', [file, ...args], { env, detached: true })
  const said = { stdout: '', stderr: '' }
  child.stdin.end()
  child.stdout.on('data', (chunk) => (said.stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (said.stderr += String(chunk)))
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ ...said, code, tookMs: performance.now() - startedMs }))
  })
  const { pid } = child
  return {
    child,
    ended,
    killAll: () => pid !== undefined && child.exitCode === null && killNow(-pid),
    killShell: () => pid !== undefined && child.exitCode === null && killNow(pid),
  }
}

/** Where one database lives on its host, with everything that the scripts may write to. */
export type Host = { name: string; folder: string; file: string; spool: string; temp: string }

export const makeHost = (folder: string, name: string): Host => {
  const home = path.join(folder, name)
  const host = {
    name,
    folder: home,
    file: path.join(home, 'live', `${name}.db`),
    spool: path.join(home, 'spool'),
    temp: path.join(home, 'temp'),
  }
  for (const made of [path.dirname(host.file), host.spool, host.temp])
    mkdirSync(made, { recursive: true })
  return host
}

/** What the script reads; a setting of undefined is left out. */
export const settingsOf = (
  cloud: Pick<Cloud, 'url' | 'token'>,
  host: Host,
  more: Record<string, string> = {},
): string => {
  const lines = {
    SNAPPROOF_URL: cloud.url,
    SNAPPROOF_DATABASE: host.name,
    SNAPPROOF_FILE: host.file,
    SNAPPROOF_TOKEN: cloud.token('push', host.name),
    SNAPPROOF_SPOOL: host.spool,
    SNAPPROOF_WAIT: '60',
    ...more,
  }
  const file = path.join(host.folder, 'settings.env')
  const text = Object.entries(lines).map(([name, value]) => `${name}='${value}'\n`)
  // Another run may be reading it at this moment.
  const whole = `${file}.${randomBytes(4).toString('hex')}`
  writeFileSync(whole, text.join(''), { mode: 0o600 })
  renameSync(whole, file)
  return file
}

type Environment = Record<string, string>

export type Scripts = {
  push(host: Host, args?: readonly string[], more?: Environment): Running
  restore(host: Host, to: string, args?: readonly string[], more?: Environment): Running
}

export const scriptsOf = (cloud: Cloud, { scripts }: Pick<Built, 'scripts'>): Scripts => ({
  push: (host, args = [], more = {}) => {
    const settings = settingsOf(cloud, host)
    const environment = { TMPDIR: host.temp, ...more }
    return startScript(path.join(scripts, 'push.sh'), [...args, settings], environment)
  },
  restore: (host, to, args = [], more = {}) =>
    startScript(path.join(scripts, 'restore.sh'), args, {
      TMPDIR: host.temp,
      SNAPPROOF_URL: cloud.url,
      SNAPPROOF_DATABASE: host.name,
      SNAPPROOF_FILE: to,
      SNAPPROOF_RESTORE_TOKEN: cloud.token('restore', host.name),
      ...more,
    }),
})
