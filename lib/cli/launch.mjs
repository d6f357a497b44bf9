#!/usr/bin/env node
// Bundles the operator's command (our own files only; a few dozen milliseconds) and runs it.
// TypeScript needs this on Node 20; packages are used as npm installed them.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
if (!existsSync(path.join(root, 'node_modules/esbuild'))) {
  process.stderr.write('snapproof: its packages are not installed.\nmend: Run "npm ci" first.\n')
  process.exit(2)
}

const { build } = await import('esbuild')
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: {
    snapproof: 'lib/cli/main.ts',
    container: 'lib/local/container.ts',
    'sqlite-worker': 'lib/adapters/sqlite/worker.ts',
  },
  outdir: '.build',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  logLevel: 'error',
  write: false,
})
// Another command may be starting at this moment: it finds the old file or the new one, never half.
mkdirSync(path.join(root, '.build'), { recursive: true })
const engine = readFileSync(path.join(root, 'node_modules/sql.js/dist/sql-wasm.wasm'))
const files = [...outputFiles, { path: path.join(root, '.build/sql-wasm.wasm'), contents: engine }]
for (const { path: file, contents } of files) {
  if (existsSync(file) && readFileSync(file).equals(contents)) continue
  writeFileSync(`${file}.${process.pid}`, contents)
  renameSync(`${file}.${process.pid}`, file)
}

// The SDK announces at every start that its releases of 2027 need Node 22. The lockfile holds
// ours; whoever only wants a verdict should not have to read about it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const { main } = await import(pathToFileURL(path.join(root, '.build/snapproof.cjs')).href)
process.exitCode = await main(process.argv.slice(2), root)
