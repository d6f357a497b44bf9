#!/usr/bin/env node
// Bundles the operator's command and runs it.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
if (!existsSync(path.join(root, 'node_modules/esbuild'))) {
  process.stderr.write('snapproof: its packages are not installed.\nmend: Run "npm ci" first.\n')
  process.exit(2)
}

const { bundle } = await import('./bundle.cjs')
bundle(root, { snapproof: 'lib/cli/main.ts', container: 'lib/local/container.ts' })
const { main } = await import(pathToFileURL(path.join(root, '.build/snapproof.cjs')).href)
process.exitCode = await main(process.argv.slice(2), root)
