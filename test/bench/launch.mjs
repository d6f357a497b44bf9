// Bundles the benchmark and the processes it starts, as the functions are bundled, and runs it.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const outdir = path.join(root, '.build/bench')
await build({
  absWorkingDir: root,
  entryPoints: {
    bench: 'test/bench/bench.ts',
    'store-process': 'test/bench/store-process.ts',
    'verify-process': 'test/bench/verify-process.ts',
    'postgres-process': 'test/bench/postgres-process.ts',
    'sqlite-worker': 'lib/adapters/sqlite/engine/worker.ts',
  },
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // As in lib/build.sh: what no function carries is no part of their start.
  alias: {
    '@aws-sdk/credential-provider-node': './lib/adapters/spaces/no-credentials.ts',
  },
  minify: true,
  logLevel: 'error',
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
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const { main } = await import(pathToFileURL(path.join(outdir, 'bench.cjs')).href)
process.exitCode = await main(process.argv.slice(2), outdir, path.join(root, '.build'))
