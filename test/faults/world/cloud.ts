/** A store and a platform, each a process of its own on a folder that outlives it. */
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'

import { makeTools } from '../../../lib/edge/tools'
import type { Tools } from '../../../lib/ports'
import { mintToken } from '../../../lib/rules/trust/tokens'
import type { Scope } from '../../../lib/rules/trust/tokens'

import type { Built } from './build'
import { childrenOf, startHost } from './process'
import type { Host } from './process'

export type Cloud = {
  url: string
  storeFolder: string
  store(): Host
  platform(): Host
  containers(): number[]
  /** Starts what is dead, where it stood. */
  revive(): Promise<void>
  /** Which of the two ended without being killed since this was last asked. */
  ownEnds(): string[]
  /** What a function or the command would work with, to read the truth. */
  tools(): Tools
  token(scope: Scope, database: string): string
  /** Runs a function as its timer would, and tells how it ended. */
  run(functionName: string): Promise<unknown>
  close(): Promise<void>
}

const secret = 'a secret for the tests, long enough to be one'
const bucket = 'bucket'

const portOf = (address: string): number => Number(new URL(address).port)

export const startCloud = async (
  folder: string,
  built: Built,
  /** Put before the store's own command, to give it limits or a small disk. */
  storeWrapper: readonly string[] = [],
): Promise<Cloud> => {
  const storeFolder = path.join(folder, 'store')
  const home = path.join(folder, 'cloud')
  for (const made of [storeFolder, home]) mkdirSync(made, { recursive: true })

  const startStore = (port: number): Promise<Host> => {
    const options = { folder: storeFolder, buckets: [bucket], accessKey: 'access', port }
    const said = JSON.stringify({ ...options, secretKey: 'secret' })
    const [program = '', ...args] = [...storeWrapper, process.execPath, built.storeHost, said]
    return startHost(program, args, { cwd: home })
  }
  let store = await startStore(0)
  const storePort = portOf(store.address)
  const variables = {
    SPACES_ENDPOINT: store.address,
    SPACES_REGION: 'local',
    SPACES_BUCKET: bucket,
    SPACES_API_KEY: 'access',
    SPACES_API_SECRET: 'secret',
    OBJECTS_ENDPOINT: 'off',
    OBJECTS_REGION: 'off',
    OBJECTS_BUCKET: 'off',
    OBJECTS_API_KEY: 'off',
    OBJECTS_API_SECRET: 'off',
    SECOND_ENDPOINT: 'off',
    SECOND_REGION: 'off',
    SECOND_BUCKET: 'off',
    SECOND_API_KEY: 'off',
    SECOND_API_SECRET: 'off',
    SECOND_WRITE_API_KEY: 'off',
    SECOND_WRITE_API_SECRET: 'off',
    SECOND_PRUNE_API_KEY: 'off',
    SECOND_PRUNE_API_SECRET: 'off',
    SNAPPROOF_SECRET: secret,
    SNAPPROOF_SECRET_PREVIOUS: 'off',
    SNAPPROOF_REVOKED_KEYS: 'off',
    SNAPPROOF_NAMESPACE_KEY: 'local:key',
    ALERTS: 'off',
    ALERTS_REMIND: 'off',
    HEARTBEAT_URL: 'off',
    KEEP_RECORDS: 'off',
    PAGE_ON_SHARED_HOST: 'off',
  }
  const startPlatform = (port: number): Promise<Host> => {
    const { containerScript, packagesFolder, project } = built
    const options = { containerScript, packagesFolder, project, variables, port }
    const said = JSON.stringify({ ...options, namespaceKey: variables.SNAPPROOF_NAMESPACE_KEY })
    return startHost(process.execPath, [built.platformHost, said], { cwd: home })
  }
  let platform = await startPlatform(0)
  const platformPort = portOf(platform.address)
  const ownEnds: string[] = []
  const note = (name: string, { child }: Host): void => {
    if (child.exitCode !== null) ownEnds.push(`the ${name} ended by itself with ${child.exitCode}`)
  }

  return {
    url: platform.address,
    storeFolder: path.join(storeFolder, bucket),
    store: () => store,
    platform: () => platform,
    containers: () => childrenOf(platform.pid),
    revive: async () => {
      note('store', store)
      note('platform', platform)
      if (!store.isAlive()) store = await startStore(storePort)
      if (!platform.isAlive()) platform = await startPlatform(platformPort)
    },
    ownEnds: () => ownEnds.splice(0),
    tools: () => ({
      ...makeTools(variables, path.join(built.packagesFolder, 'snapshots/verify')),
      deadlineAt: new Date(Date.now() + 60_000),
    }),
    token: (scope, database) => mintToken(secret, { scope, database, keyId: '00000001' }),
    run: (functionName) =>
      new Promise((resolve) => {
        let said = ''
        const take = (chunk: Buffer) => {
          said += chunk.toString()
          const line = said.split('\n').find((one) => one.startsWith(`{"ran":"${functionName}"`))
          if (line === undefined || !said.includes(`${line}\n`)) return
          platform.child.stdout?.removeListener('data', take)
          resolve(JSON.parse(line))
        }
        platform.child.stdout?.on('data', take)
        platform.child.stdin?.write(`${functionName}\n`)
      }),
    close: async () => {
      await platform.kill()
      await store.kill()
      rmSync(storeFolder, { recursive: true, force: true })
    },
  }
}
