/** The real functions, as built, over HTTP on a real store: the cloud on one machine. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { startPlatform } from '../../lib/local/platform'
import type { Platform } from '../../lib/local/platform'
import { readProject } from '../../lib/local/project'
import { startStore } from '../../lib/local/store/server'
import type { StoreFault } from '../../lib/local/store/server'
import { mintToken } from '../../lib/rules/trust/tokens'
import type { Scope } from '../../lib/rules/trust/tokens'

export type TestMachine = {
  folder: string
  url: string
  storeFolder: string
  platform: Platform
  /** Spoils the store's answers from now on; undefined makes it well again. */
  spoil(fault: StoreFault | undefined): void
  token(scope: Scope, database: string): string
  /** Calls a function as a script does; answers with status and lines. */
  call(
    name: string,
    token: string,
    form: Record<string, string>,
  ): Promise<{ status: number; text: string }>
  push(
    file: string,
    options?: {
      name?: string
      args?: string[]
      wait?: number
      killAfterMs?: number
      isHurried?: boolean
      /** Where the scripts stand: those of an earlier release. */
      scripts?: string
      /** What stands in the settings besides. */
      lines?: Record<string, string>
    },
  ): Promise<Ended>
  pushSet(members: { name: string; file: string }[]): Promise<Ended>
  restore(options: {
    database: string
    to: string
    args?: string[]
    scripts?: string
    lines?: Record<string, string>
  }): Promise<Ended>
  close(): Promise<void>
}

export type Ended = { code: number | null; stdout: string; stderr: string }

export const secret = 'a secret for the tests, long enough to be one'

/** The scripts wait before they try again; a test that waits with them proves nothing more. */
const pathWithShortSleep = (folder: string): string => {
  const bin = path.join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(path.join(bin, 'sleep'), '#!/bin/sh\nexec /bin/sleep 0.05\n', { mode: 0o755 })
  return `${bin}:${process.env['PATH'] ?? ''}`
}

/** A real store may have a certificate of its own, which functions and scripts are told to trust. */
const trust = Object.fromEntries(
  ['NODE_EXTRA_CA_CERTS', 'CURL_CA_BUNDLE'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  }),
)

/** Runs one of the scripts under dash; `onStart` may kill it. */
export const runScript = (
  script: string,
  args: readonly string[],
  environment: Record<string, string>,
  onStart: (pid: number) => void = () => undefined,
): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'] ?? '', ...trust, ...environment }
    const child = spawn('dash', [path.resolve('lib/droplet', script), ...args], {
      env,
      detached: true,
    })
    const ended: Ended = { code: null, stdout: '', stderr: '' }
    child.stdin.end()
    child.stdout.on('data', (chunk) => (ended.stdout += chunk))
    child.stderr.on('data', (chunk) => (ended.stderr += chunk))
    child.on('close', (code) => resolve({ ...ended, code }))
    if (child.pid !== undefined) onStart(child.pid)
  })

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It had ended by itself.
  }
}

/** A store that stands already, instead of an embedded one in the machine's own folder. */
export type StandingStore = {
  endpoint: string
  region: string
  bucket: string
  accessKey: string
  secretKey: string
}

export const startTestMachine = async ({
  standing,
  tree = '.',
  variables = {},
}: {
  standing?: StandingStore
  /** What is set besides, as in .env. */
  variables?: Record<string, string>
  /** Whose functions and scripts they are, where it is not this one. */
  tree?: string
} = {}): Promise<TestMachine> => {
  const current = path.join(tree, 'lib/droplet')
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-machine-'))
  const storeFolder = path.join(folder, 'store')
  let fault: StoreFault | undefined
  const store = await startStore({
    folder: storeFolder,
    buckets: ['bucket'],
    accessKey: 'access',
    secretKey: 'secret',
    fault: (request) => fault?.(request),
  })
  const namespaceKey = 'local:key'
  // Whatever else may be set is off, also what comes later.
  const example = readFileSync(path.join(tree, '.env.example'), 'utf8')
  const names = [...example.matchAll(/^([A-Z0-9_]+)=/gm)].map(([, name = '']) => name)
  const functions = readProject(path.join(tree, 'project.yml'), {
    ...Object.fromEntries(names.map((name) => [name, 'off'])),
    SPACES_ENDPOINT: standing?.endpoint ?? store.endpoint,
    SPACES_REGION: standing?.region ?? 'local',
    SPACES_BUCKET: standing?.bucket ?? 'bucket',
    SPACES_API_KEY: standing?.accessKey ?? 'access',
    SPACES_API_SECRET: standing?.secretKey ?? 'secret',
    SNAPPROOF_SECRET: secret,
    SNAPPROOF_NAMESPACE_KEY: namespaceKey,
    ...variables,
  })
  const platform = await startPlatform({
    functions: functions.map((one) => ({ ...one, environment: { ...one.environment, ...trust } })),
    packagesFolder: path.resolve(tree, 'packages'),
    containerScript: path.resolve('.build/container.cjs'),
    namespaceKey,
  })
  const token = (scope: Scope, database: string) =>
    mintToken(secret, { scope, database, keyId: '00000001' })

  const settings = (database: string, lines: Record<string, string>): string => {
    const file = path.join(folder, `${database}-${Object.keys(lines).length}.env`)
    const all = { SNAPPROOF_URL: platform.url, SNAPPROOF_DATABASE: database, ...lines }
    const text = Object.entries(all).map(([name, value]) => `${name}='${value}'\n`)
    writeFileSync(file, text.join(''), { mode: 0o600 })
    return file
  }

  const settingsOfPush = (
    name: string,
    file: string,
    { wait, lines = {} }: { wait: number; lines?: Record<string, string> },
  ): string => {
    const spool = path.join(folder, 'spool', name)
    mkdirSync(spool, { recursive: true })
    return settings(name, {
      SNAPPROOF_FILE: file,
      SNAPPROOF_TOKEN: token('push', name),
      SNAPPROOF_SPOOL: spool,
      SNAPPROOF_WAIT: String(wait),
      ...lines,
    })
  }

  return {
    folder,
    url: platform.url,
    storeFolder,
    platform,
    token,
    spoil: (next) => void (fault = next),
    call: async (name, given, form) => {
      const response = await fetch(`${platform.url}/${name}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${given}`,
          ...(name === 'status' ? { accept: 'application/json' } : {}),
        },
        body: new URLSearchParams(form),
      })
      return { status: response.status, text: await response.text() }
    },
    pushSet: (members) => {
      const files = members.map(({ name, file }) => settingsOfPush(name, file, { wait: 30 }))
      return runScript(path.resolve(current, 'push.sh'), ['--set', ...files], {})
    },
    push: (
      file,
      {
        name = 'tokens',
        args = [],
        wait = 30,
        killAfterMs,
        isHurried = false,
        scripts = current,
        lines,
      } = {},
    ) => {
      const settingsFile = settingsOfPush(name, file, { wait, ...(lines ? { lines } : {}) })
      // What the script started goes with it, as when a machine loses its power.
      const environment: Record<string, string> = isHurried
        ? { PATH: pathWithShortSleep(folder) }
        : {}
      const script = path.resolve(scripts, 'push.sh')
      return runScript(script, [...args, settingsFile], environment, (pid) => {
        if (killAfterMs !== undefined) setTimeout(() => killGroup(pid), killAfterMs)
      })
    },
    restore: ({ database, to, args = [], scripts = current, lines = {} }) => {
      const file = settings(database, { SNAPPROOF_FILE: to, ...lines })
      const environment = { SNAPPROOF_RESTORE_TOKEN: token('restore', database) }
      return runScript(path.resolve(scripts, 'restore.sh'), [...args, file], environment)
    },
    close: async () => {
      await platform.close()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
