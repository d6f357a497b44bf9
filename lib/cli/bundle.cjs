// Bundles our own TypeScript, which Node 20 needs, into .build/; packages are used as npm installed them.
'use strict'
const { createHash } = require('node:crypto')
const {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} = require('node:fs')
const path = require('node:path')

/** Another command may be starting at this moment: it finds the old file or the new one, never half. */
const place = (file, contents) => {
  if (existsSync(file) && readFileSync(file).equals(contents)) return
  writeFileSync(`${file}.${process.pid}`, contents)
  renameSync(`${file}.${process.pid}`, file)
}

/** Everything that goes in and comes out, by its bytes: a copied tree may be newer and look older. */
const sumOf = (root, outputs) => {
  const sources = readdirSync(path.join(root, 'lib'), { recursive: true })
    .filter((name) => /\.c?ts$/.test(name))
    .toSorted()
    .map((name) => path.join(root, 'lib', name))
  const hash = createHash('sha256')
  for (const file of [...sources, path.join(root, 'package-lock.json'), ...outputs]) {
    hash.update(`${file}\n`).update(existsSync(file) ? readFileSync(file) : 'missing')
  }
  return hash.digest('hex')
}

const build = (root, entryPoints, options) =>
  require('esbuild').buildSync({
    absWorkingDir: root,
    entryPoints,
    outdir: '.build',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    logLevel: 'silent',
    write: false,
    ...options,
  }).outputFiles

/** What restores dumps may read PGlite's files and no package: PGlite's code is in it, as in the cloud. */
const restorer = { 'postgres-restorer': 'lib/adapters/postgres/engine/child.ts' }
const restorerOptions = {
  packages: 'bundle',
  mainFields: ['module', 'main'],
  minifyWhitespace: true,
  // PGlite asks where it lies; in CommonJS nobody says it.
  define: { 'import.meta.url': 'ownUrl' },
  banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href" },
}

/** Whoever brought the sources up to date has still the packages of before, which is no fault of ours. */
exports.isPackageMissing = (thrown) =>
  thrown?.code === 'MODULE_NOT_FOUND' ||
  (thrown?.errors ?? []).some(({ text }) => /^Could not resolve "[^./]/.test(text))

exports.bundle = (root, entryPoints) => {
  const points = { ...entryPoints, 'sqlite-worker': 'lib/adapters/sqlite/engine/worker.ts' }
  const names = Object.keys({ ...points, ...restorer })
  const outputs = names.map((name) => path.join(root, `.build/${name}.cjs`))
  const engine = [
    'sql.js/dist/sql-wasm.js',
    'sql.js/dist/sql-wasm.wasm',
    '@sqlite.org/sqlite-wasm/sqlite3.wasm',
  ]
  const engineFiles = engine.map((name) => path.join(root, '.build', path.basename(name)))
  const known = path.join(root, `.build/${names[0]}.sum`)
  const isBuilt =
    existsSync(known) && readFileSync(known, 'utf8') === sumOf(root, [...outputs, ...engineFiles])
  if (!isBuilt) {
    mkdirSync(path.join(root, '.build'), { recursive: true })
    const built = [...build(root, points), ...build(root, restorer, restorerOptions)]
    for (const { path: file, contents } of built) place(file, contents)
    engine.forEach((name, at) => place(engineFiles[at], readFileSync(require.resolve(name))))
    place(known, Buffer.from(sumOf(root, [...outputs, ...engineFiles])))
  }
  // The SDK announces at every start that its releases of 2027 need Node 22. The lockfile holds
  // ours; whoever only wants a verdict should not have to read about it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
}
