// Bundles the load, as the functions are bundled, and runs it.
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
process.chdir(root)
const outdir = path.join(root, '.build/load')
await build({
  absWorkingDir: root,
  entryPoints: { load: 'test/load/main.ts' },
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
const { main } = await import(pathToFileURL(path.join(outdir, 'load.cjs')).href)
process.exitCode = await main(process.argv.slice(2))
