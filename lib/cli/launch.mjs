#!/usr/bin/env node
// Bundles the operator's command and runs it.
import module, { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const end = (why, mend = 'Run "npm ci" first.') => {
  process.stderr.write(`snapproof: ${why}\nmend: ${mend}\n`)
  process.exit(2)
}
// Loaded by require: import() would read all of a bundle once more, for the names it exports.
const require = createRequire(import.meta.url)
// Beside our sources or, where this is itself a package of another project, beside us.
try {
  require.resolve('esbuild')
} catch {
  end('its packages are not installed.')
}

const { bundle, isPackageMissing } = require('./bundle.cjs')
try {
  bundle(root, { snapproof: 'lib/cli/main.ts', container: 'lib/local/container.ts' })
} catch (thrown) {
  if (/^E(ACCES|PERM|ROFS|NOSPC|DQUOT)$/.test(thrown.code)) {
    const mend =
      'Look at its owner and mode, and at the disk: what was made as root belongs to root.'
    end(`${path.join(root, '.build')} cannot be written (${thrown.code}).`, mend)
  }
  if (!isPackageMissing(thrown)) throw thrown
  end('the packages here are of another version of it; one that it needs is missing.')
}
// What V8 has compiled is kept for the next start, where this Node can do it (22.1 and later).
module.enableCompileCache?.(path.join(root, '.build/compiled'))
const { main } = require(path.join(root, '.build/snapproof.cjs'))
process.exitCode = await main(process.argv.slice(2), root)
