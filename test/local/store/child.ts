// How does a test run the embedded store in a process of its own, which it can kill?

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

const main = `
  import { startStore } from './server'
  const store = await startStore(JSON.parse(process.argv[2]))
  process.stdout.write(store.endpoint + '\\n')
`

/** Bundles the store into one file that plain Node can run. */
export const bundleStore = async (folder: string): Promise<string> => {
  const resolveDir = fileURLToPath(new URL('../../../lib/local/store', import.meta.url))
  const stdin = { contents: main, resolveDir, loader: 'ts' } as const
  const bundled = await build({
    stdin,
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  })
  const file = join(folder, 'store.mjs')
  await writeFile(file, bundled.outputFiles[0]?.contents ?? '')
  return file
}

export type Child = { endpoint: string; process: ChildProcess; kill: () => Promise<void> }

export const spawnStore = async (bundle: string, options: object, limits = ''): Promise<Child> => {
  const script = `${limits} exec "$0" "$1" "$2"`
  const child = spawn('sh', ['-c', script, process.execPath, bundle, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return {
    endpoint: String(line).trim(),
    process: child,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
