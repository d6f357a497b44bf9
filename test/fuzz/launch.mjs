// Bundles the fuzzing command and the worker it starts, as the functions are bundled, and runs it.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const outdir = path.join(root, '.build/fuzz')
const options = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'error',
}
await build({
  ...options,
  entryPoints: { fuzz: 'test/fuzz/main.ts' },
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  packages: 'external',
})
await build({
  ...options,
  entryPoints: { 'sqlite-worker': 'lib/adapters/sqlite/engine/worker.ts' },
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  mainFields: ['module', 'main'],
})
mkdirSync(outdir, { recursive: true })
for (const name of [
  'sql.js/dist/sql-wasm.js',
  'sql.js/dist/sql-wasm.wasm',
  '@sqlite.org/sqlite-wasm/dist/sqlite3.wasm',
])
  copyFileSync(path.join(root, 'node_modules', name), path.join(outdir, path.basename(name)))
// What restores dumps is built and baked as it is for the functions.
if (process.argv.includes('--postgres'))
  execFileSync('sh', ['lib/build.sh'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
// Bases are made by the engine that stands at the root of the repository.
const givenFrom = process.cwd()
process.chdir(root)
const { main } = await import(pathToFileURL(path.join(outdir, 'fuzz.mjs')).href)
process.exitCode = await main(process.argv.slice(2), { built: outdir, givenFrom })
