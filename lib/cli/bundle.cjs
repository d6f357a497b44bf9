// Bundles our own TypeScript, which Node 20 needs, into .build/, in a few dozen milliseconds; packages
// are used as npm installed them.
'use strict'
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const path = require('node:path')

/** Another command may be starting at this moment: it finds the old file or the new one, never half. */
const place = (file, contents) => {
  if (existsSync(file) && readFileSync(file).equals(contents)) return
  writeFileSync(`${file}.${process.pid}`, contents)
  renameSync(`${file}.${process.pid}`, file)
}

exports.bundle = (root, entryPoints) => {
  const { outputFiles } = require('esbuild').buildSync({
    absWorkingDir: root,
    entryPoints: { ...entryPoints, 'sqlite-worker': 'lib/adapters/sqlite/worker.ts' },
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
  mkdirSync(path.join(root, '.build'), { recursive: true })
  for (const { path: file, contents } of outputFiles) place(file, contents)
  const engine = readFileSync(require.resolve('sql.js/dist/sql-wasm.wasm'))
  place(path.join(root, '.build/sql-wasm.wasm'), engine)
  // The SDK announces at every start that its releases of 2027 need Node 22. The lockfile holds
  // ours; whoever only wants a verdict should not have to read about it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
}
