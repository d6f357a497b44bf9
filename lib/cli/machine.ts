/** One machine that does what the cloud does: the store, the functions and their timers. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import * as z from 'zod'

import { Fault } from '../faults'
import { startPlatform } from '../local/platform'
import type { Platform, PlatformOptions } from '../local/platform'
import { readProject } from '../local/project'
import { startScheduler } from '../local/scheduler'

import { functionVariables, localSecrets, openEmbeddedStore } from './home'
import type { Home } from './home'

export type Machine = {
  /** Where the functions answer. */
  url: string
  urlWords: string
  storeWords: string
  platform: Platform
  close(): Promise<void>
}

/** Stable, so that a settings file or a bookmark stays true; any free one when it is taken. */
const usualPort = 4664

const Running = z.object({ pid: z.int(), url: z.string(), isRestoring: z.boolean().optional() })

const runningFile = (home: Home): string => path.join(home.folder, 'running.json')

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const readRunning = (home: Home): z.infer<typeof Running> | undefined => {
  try {
    const found = Running.parse(JSON.parse(readFileSync(runningFile(home), 'utf8')))
    return isAlive(found.pid) ? found : undefined
  } catch {
    return undefined
  }
}

/** The address of a machine that another process keeps up, when there is one. */
export const findRunning = (home: Home): string | undefined => readRunning(home)?.url

/** Do its functions carry what restores dumps, though lib/databases.ts need not name any? */
export const isRunningRestoring = (home: Home): boolean => readRunning(home)?.isRestoring === true

const isTaken = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'EADDRINUSE'

const takenPort = (port: number): Fault =>
  new Fault({
    code: 'settings',
    why: `Port ${port} of this machine is taken by another program.`,
    mend: 'Give another with --port, or leave --port away: then any free one is taken.',
  })

const isUsual = (url: string, asked: number | undefined): boolean =>
  asked !== undefined || new URL(url).port === String(usualPort)

/** The port that was asked for, or none at all; else the usual one, or any that is free. */
const platformOn = async (options: PlatformOptions, asked: number | undefined) => {
  try {
    return await startPlatform({ ...options, port: asked ?? usualPort })
  } catch (thrown) {
    if (!isTaken(thrown)) throw thrown
    if (asked !== undefined) throw takenPort(asked)
    return startPlatform(options)
  }
}

/** `isRestoring` takes the functions that "lib/build.sh --restoring" built for this machine alone. */
export const startMachine = async (
  home: Home,
  { port, isRestoring = false }: { port?: number | undefined; isRestoring?: boolean } = {},
): Promise<Machine> => {
  const { namespaceKey } = localSecrets(home)
  const store = home.isEmbedded ? await openEmbeddedStore(home) : undefined
  const variables = functionVariables(home, store?.endpoint)
  const functions = readProject(path.join(home.root, 'project.yml'), {
    ...variables,
    SNAPPROOF_NAMESPACE_KEY: namespaceKey,
  })
  const options = {
    functions,
    packagesFolder: path.join(home.root, isRestoring ? '.build/packages' : 'packages'),
    containerScript: path.join(home.root, '.build/container.cjs'),
    namespaceKey,
  }
  const platform = await platformOn(options, port).catch(async (thrown: unknown) => {
    await store?.close()
    throw thrown
  })
  const scheduler = startScheduler(platform, functions)
  const running = { pid: process.pid, url: platform.url, isRestoring }
  writeFileSync(runningFile(home), JSON.stringify(running), { mode: 0o600 })
  return {
    url: platform.url,
    urlWords: isUsual(platform.url, port)
      ? platform.url
      : `${platform.url} (port ${usualPort} is taken by another program)`,
    storeWords: store
      ? `${path.relative(process.cwd(), path.join(home.folder, 'store')) || '.'} (embedded, ${store.endpoint})`
      : `${variables['SPACES_BUCKET']} at ${variables['SPACES_ENDPOINT']}`,
    platform,
    close: async () => {
      rmSync(runningFile(home), { force: true })
      scheduler.stop()
      await platform.close()
      await store?.close()
    },
  }
}
