// Bundles the simulation, as the functions are bundled, and runs it.
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const outdir = path.join(root, '.build/simulation')
await build({
  absWorkingDir: root,
  entryPoints: { simulation: 'test/simulation/main.ts' },
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  sourcemap: 'inline',
  logLevel: 'error',
})
const { main } = await import(pathToFileURL(path.join(outdir, 'simulation.cjs')).href)
process.exitCode = await main(process.argv.slice(2))
