// Bundles the faults, as the functions are bundled, and runs them where they may mount small disks:
// in a namespace of their own, whose mounts end with them.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
process.chdir(root)

const isInside = process.env.SNAPPROOF_FAULTS_INSIDE === 'yes'
const ways = isInside ? [] : [['-rm'], ['-m']]
const own = ways.find((way) => spawnSync('unshare', [...way, 'true']).status === 0)
if (own) {
  const self = [process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const env = { ...process.env, SNAPPROOF_FAULTS_INSIDE: 'yes' }
  process.exit(spawnSync('unshare', [...own, ...self], { stdio: 'inherit', env }).status ?? 2)
}

const outdir = path.join(root, '.build/faults')
await build({
  absWorkingDir: root,
  entryPoints: { faults: 'test/faults/main.ts' },
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  external: ['esbuild'],
  sourcemap: 'inline',
  logLevel: 'error',
})
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const { main } = await import(pathToFileURL(path.join(outdir, 'faults.cjs')).href)
process.exitCode = await main(process.argv.slice(2))
