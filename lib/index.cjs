// What `import 'snapproof'` and `require('snapproof')` load: the functions of lib/cli/api.ts, bundled
// as lib/cli/launch.mjs bundles the command. index.d.cts tells what each takes and gives.
'use strict'
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const path = require('node:path')

const root = path.resolve(__dirname, '..')
const { outputFiles } = require('esbuild').buildSync({
  absWorkingDir: root,
  entryPoints: { api: 'lib/cli/api.ts', 'sqlite-worker': 'lib/adapters/sqlite/worker.ts' },
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
// Another program may be starting at this moment: it finds the old file or the new one, never half.
mkdirSync(path.join(root, '.build'), { recursive: true })
const engine = readFileSync(require.resolve('sql.js/dist/sql-wasm.wasm'))
const files = [...outputFiles, { path: path.join(root, '.build/sql-wasm.wasm'), contents: engine }]
for (const { path: file, contents } of files) {
  if (existsSync(file) && readFileSync(file).equals(contents)) continue
  writeFileSync(`${file}.${process.pid}`, contents)
  renameSync(`${file}.${process.pid}`, file)
}

// As in launch.mjs: whoever only wants a verdict should not have to read about the SDK's Node versions.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const functions = require(path.join(root, '.build/api.cjs')).functionsAt(root)
// One line each: Node finds the names for `import { verify }` by reading, not by running.
exports.verify = functions.verify
exports.list = functions.list
exports.plan = functions.plan
exports.status = functions.status
exports.drill = functions.drill
exports.report = functions.report
exports.evidence = functions.evidence
