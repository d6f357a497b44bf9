// Bundles a command of the tests, as the functions are bundled, and runs it: node test/run.mjs load …
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** Runs test/NAME/main.ts from the root of the tree, and ends as it says. */
export const run = async (name, args) => {
  process.chdir(root)
  const outdir = path.join(root, '.build', name)
  await build({
    entryPoints: { [name]: `test/${name}/main.ts` },
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['esbuild', 'playwright-core', 'typescript', 'vitest'],
    sourcemap: 'inline',
    logLevel: 'error',
  })
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  const { main } = await import(pathToFileURL(path.join(outdir, `${name}.cjs`)).href)
  process.exitCode = await main(args)
}

const [, self, name, ...args] = process.argv
if (self === fileURLToPath(import.meta.url)) await run(name, args)
