/**
 * How does a whole verification compare with what one would type by hand? All ways are run in
 * turn in the same minutes, from the same store on loopback; only their ratios are told.
 */
import { execFileSync, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { spaces } from '../../lib/adapters/spaces/store'
import type { Store } from '../../lib/ports'

import { measure, tables } from './measured'
import type { Measured } from './measured'
import { benchPostgres } from './postgres'
import { makeShape, shapes } from './shapes'
import type { Shape } from './shapes'
import { waysOf } from './ways'
import type { Stored } from './ways'

const mebibyte = 1024 ** 2

const hashes = async (file: string): Promise<{ sha256: string; md5: string }> => {
  const sha256 = createHash('sha256')
  const md5 = createHash('md5')
  for await (const chunk of createReadStream(file, { highWaterMark: mebibyte })) {
    sha256.update(chunk)
    md5.update(chunk)
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') }
}

const upload = async (
  store: Store,
  { file, key, sizeBytes }: { file: string; key: string; sizeBytes: number },
): Promise<Stored> => {
  const { sha256, md5 } = await hashes(file)
  const terms = { key, sizeBytes, sha256, md5, expiresInSeconds: 3600 }
  const { url, headers } = await store.uploadAddress(terms)
  const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  execFileSync('curl', ['-sf', '-T', file, ...given, url])
  rmSync(file)
  const expiresInSeconds = 6 * 3600
  return { key, sizeBytes, sha256, url: await store.downloadAddress({ key, expiresInSeconds }) }
}

const startStoreProcess = (assets: string, folder: string) =>
  new Promise<{ endpoint: string; stop(): void }>((resolve, reject) => {
    const child = fork(path.join(assets, 'store-process.cjs'), [folder])
    child.once('error', reject)
    child.once('message', (message: { endpoint: string }) =>
      resolve({ endpoint: message.endpoint, stop: () => child.disconnect() }),
    )
  })

const usage = `usage: npm run bench -- [--quick | --large] [--shape NAME] [--megabytes N] [--json FILE]
       npm run bench -- --postgres [--shape NAME] [--megabytes N] [--rounds N] [--json FILE]

Our whole verification from a store on loopback, against curl, sha256sum and sqlite3, in one run, on files
that are made here: in a process that is started for it (cold), and in one that has been asked before (warm).
Below 1 is faster than that pipeline.

  --quick         1, 10 and 100 MB; without it 1 GB too
  --large         3 GB besides
  --shape NAME    only ${shapes.join(', ')}; may be given several times
  --megabytes N   files of this size; may be given several times
  --postgres      dumps of PostgreSQL instead: restored and asked here, against psql into a server of this
                  machine and the same questions; 100 MB unless sizes are given, shapes shop and accounts
  --rounds N      of that so many in turn, of which the middle one counts; 3, unless given
  --json FILE     writes what was measured there too`

const read = (args: string[]) =>
  parseArgs({
    args,
    options: {
      help: { type: 'boolean' },
      quick: { type: 'boolean' },
      large: { type: 'boolean' },
      json: { type: 'string' },
      shape: { type: 'string', multiple: true },
      megabytes: { type: 'string', multiple: true },
      postgres: { type: 'boolean' },
      rounds: { type: 'string' },
    },
  }).values

const understood = (args: string[]): ReturnType<typeof read> | undefined => {
  try {
    return read(args)
  } catch (thrown) {
    console.error(`bench: ${thrown instanceof Error ? thrown.message : 'wrong usage'}\n\n${usage}`)
    return undefined
  }
}

/** Those that the goals speak of, unless others are asked for: at 100 MB shapes differ most. */
const shapesAt = (megabytes: number, asked: readonly string[] | undefined): readonly Shape[] => {
  const usual: readonly Shape[] = megabytes === 100 ? ['mixed', 'text', 'blobs'] : ['mixed']
  return asked ? shapes.filter((shape) => asked.includes(shape)) : usual
}

const keep = (measured: readonly unknown[], file: string | undefined): void => {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(measured, undefined, 2)}\n`)
}

export const main = async (args: string[], assets: string, built: string): Promise<number> => {
  const values = understood(args)
  if (!values) return 2
  if (values.help) console.log(usage)
  if (values.help) return 0
  if (values.postgres) {
    const sizes = values.megabytes?.map(Number) ?? [100]
    const order = { sizes, shapes: values.shape, rounds: Number(values.rounds ?? 3) }
    const dumps = await benchPostgres(order, { built: assets, assets: built })
    keep(dumps, values.json)
    return 0
  }
  const usual = [1, 10, 100, ...(values.quick ? [] : [1000]), ...(values.large ? [3000] : [])]
  const sizes = values.megabytes?.map(Number) ?? usual
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-bench-'))
  const { endpoint, stop } = await startStoreProcess(assets, path.join(folder, 'store'))
  const keys = { accessKey: 'access', secretKey: 'secret' }
  const store = spaces({ endpoint, region: 'local', bucket: 'bench', prefix: 'backups/', ...keys })
  const all: Measured[] = []
  try {
    for (const megabytes of sizes) {
      for (const shape of shapesAt(megabytes, values.shape)) {
        const file = path.join(folder, 'made.db')
        const sizeBytes = makeShape(file, shape, megabytes * 1e6)
        const key = `backups/${shape}-${megabytes}.db`
        const stored = await upload(store, { file, key, sizeBytes })
        const rounds = megabytes > 1000 ? 1 : megabytes > 100 ? 2 : 3
        const ways = waysOf(stored, { endpoint, folder, assets })
        const name = `${shape} ${Math.round(sizeBytes / 1e6)} MB`
        const measured = measure({ name, sizeBytes, ways, rounds })
        all.push(measured)
        process.stdout.write(`${JSON.stringify(measured)}\n`)
      }
    }
  } finally {
    stop()
    rmSync(folder, { recursive: true, force: true })
  }
  for (const { title, rows } of tables(all)) {
    console.log(`\n${title}`)
    console.table(rows)
  }
  keep(all, values.json)
  return 0
}
