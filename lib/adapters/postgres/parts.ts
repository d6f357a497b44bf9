/**
 * Where does what a restore needs lie? PGlite's own files beside the bundle, or where npm put them; and the
 * data folder it starts from, which is made when this project is built, or here before the first restore.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { dependencies } from '../../../package.json'

export type Parts = {
  /** What runs in the child. */
  script: string
  engineFolder: string
  baseFile: string
}

/** Pinned exactly: a data folder belongs to the PostgreSQL that made it. */
export const pgliteVersion = dependencies['@electric-sql/pglite']

const outputOf = (command: string, args: readonly string[]): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: {}, stdio: ['ignore', 'pipe', 'ignore'] })
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(parts)) : reject(new Error(`it ended with ${code}`)),
    )
  })

/** Two at once make the same, and the second one's takes the place of the first's. */
const make = async ({ script, engineFolder, baseFile }: Parts): Promise<void> => {
  const bytes = await outputOf(process.execPath, [script, 'bake', engineFolder])
  await mkdir(path.dirname(baseFile), { recursive: true })
  await writeFile(`${baseFile}.${process.pid}`, bytes)
  await rename(`${baseFile}.${process.pid}`, baseFile)
}

let making: Promise<void> | undefined

/** Undefined where this was not built to restore anything: no database of this kind is named. */
export const partsIn = async (assets: string): Promise<Parts | undefined> => {
  const folders = [assets, path.join(assets, '../node_modules/@electric-sql/pglite/dist')]
  const engineFolder = folders.find((folder) => existsSync(path.join(folder, 'pglite.wasm')))
  const script = path.join(assets, 'postgres-restorer.cjs')
  if (engineFolder === undefined || !existsSync(script)) return undefined
  const baseFile = path.join(assets, `postgres-base-${pgliteVersion}.tar.gz`)
  const parts = { script, engineFolder, baseFile }
  if (existsSync(baseFile)) return parts
  if (!existsSync(path.join(engineFolder, 'initdb.wasm'))) return undefined
  making ??= make(parts).finally(() => (making = undefined))
  return making.then(
    () => parts,
    () => undefined,
  )
}
