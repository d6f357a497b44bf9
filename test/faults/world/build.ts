/** What a run uses from its beginning to its end, whatever is built or edited meanwhile. */
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import path from 'node:path'

import { build } from 'esbuild'

export type Built = {
  storeHost: string
  platformHost: string
  containerScript: string
  packagesFolder: string
  project: string
  scripts: string
}

/** Bundles the hosts and copies functions and scripts into a folder of this run's own. */
export const buildInto = async (folder: string): Promise<Built> => {
  const entryPoints = {
    'store-host': 'test/faults/world/store-host.ts',
    'platform-host': 'test/faults/world/platform-host.ts',
    container: 'lib/local/container.ts',
  }
  await build({
    entryPoints,
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  })
  const at = (name: string) => path.join(folder, name)
  cpSync('packages', at('packages'), { recursive: true })
  cpSync('lib/droplet', at('scripts'), { recursive: true })
  cpSync('project.yml', at('project.yml'))
  return {
    storeHost: at('store-host.cjs'),
    platformHost: at('platform-host.cjs'),
    containerScript: at('container.cjs'),
    packagesFolder: at('packages'),
    project: at('project.yml'),
    scripts: at('scripts'),
  }
}

/** The functions as they are deployed, made from what stands in the tree. */
export const buildFunctions = (): void => {
  execFileSync('sh', ['lib/build.sh'], { stdio: ['ignore', 'ignore', 'inherit'] })
}
