/**
 * How does a whole verification compare with what one would type by hand? All ways are run in
 * turn in the same minutes, from the same store on loopback; only their ratios are told.
 */
import { execFileSync, fork, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { spaces } from '../../lib/adapters/spaces/store'
import type { Store } from '../../lib/ports'

import { makeShape, shapes } from './shapes'
import type { Shape } from './shapes'
import type { Run } from './verify-process'

type Sample = { seconds: number; peakBytes?: number; fetchedBytes?: number; method?: string }
type Way = 'pipeline' | 'floor' | 'spooled' | 'ranges'

type Stored = { key: string; sizeBytes: number; sha256: string; url: string }

const mebibyte = 1024 ** 2

/** What the temp folder may take by ranges: far less than any of the large files. */
const smallTempFolder = { spoolBytes: 1 }

const timed = (run: () => string): Sample => {
  const startedAt = performance.now()
  const said = run()
  const seconds = (performance.now() - startedAt) / 1000
  return said.startsWith('{') ? { ...JSON.parse(said), seconds } : { seconds }
}

const shell = (script: string, ...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', script, 'sh', ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${script}: ${stderr}`)
  return stdout
}

/** What a careful person does by hand. */
const pipeline = `curl -sf -o "$2" "$1"; sha256sum "$2"
  test "$(sqlite3 "$2" 'PRAGMA integrity_check; PRAGMA foreign_key_check;')" = ok; rm -f "$2"`

/** No check at all can be faster than having read and hashed it. */
const floor = `curl -sf "$1" | sha256sum`

const waysOf = (stored: Stored, endpoint: string, folder: string, assets: string) => {
  const file = path.join(folder, 'pipeline.db')
  const verify = (more: { spoolBytes: number }) => {
    const { key, sizeBytes, sha256 } = stored
    const memoryBytes = 256 * mebibyte
    const run: Run = { endpoint, key, sizeBytes, sha256, memoryBytes, assets, ...more }
    const args = [path.join(assets, 'verify-process.cjs'), JSON.stringify(run)]
    const said = execFileSync(process.execPath, args, { encoding: 'utf8' })
    if (!said.includes('"verdict":"passed"')) throw new Error(said)
    return said
  }
  return {
    pipeline: () => shell(pipeline, stored.url, file),
    floor: () => shell(floor, stored.url),
    spooled: () => verify({ spoolBytes: 1e15 }),
    ranges: () => verify(smallTempFolder),
  } satisfies Record<Way, () => string>
}

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
  file: string,
  key: string,
  sizeBytes: number,
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

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

type Row = Record<string, string | number>

const measure = (stored: Stored, ways: ReturnType<typeof waysOf>, rounds: number): Row => {
  const samples: Record<Way, Sample[]> = { pipeline: [], floor: [], spooled: [], ranges: [] }
  for (let round = 0; round < rounds; round += 1) {
    samples.pipeline.push(timed(ways.pipeline))
    samples.spooled.push(timed(ways.spooled))
    samples.ranges.push(timed(ways.ranges))
    samples.floor.push(timed(ways.floor))
  }
  const seconds = (way: Way) => median(samples[way].map((sample) => sample.seconds))
  const peak = (way: Way) =>
    Math.round(Math.max(...samples[way].map(({ peakBytes = 0 }) => peakBytes)) / mebibyte)
  const fetched = (way: Way) => ((samples[way][0]?.fetchedBytes ?? 0) / stored.sizeBytes).toFixed(2)
  const ratio = (way: Way, to: Way) => (seconds(way) / seconds(to)).toFixed(2)
  return {
    'pipeline s': seconds('pipeline').toFixed(2),
    'spooled/pipeline': ratio('spooled', 'pipeline'),
    'ranges/pipeline': ratio('ranges', 'pipeline'),
    'spooled/floor': ratio('spooled', 'floor'),
    'ranges/floor': ratio('ranges', 'floor'),
    'spooled MiB': peak('spooled'),
    'ranges MiB': peak('ranges'),
    'spooled x': fetched('spooled'),
    'ranges x': fetched('ranges'),
    method: samples.spooled[0]?.method ?? '',
  }
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

Our whole verification from a store on loopback, against curl, sha256sum and sqlite3, in one run, on files
that are made here. Below 1 is faster than that pipeline.

  --quick         10 and 100 MB; without it 1 GB too
  --large         3 GB besides
  --shape NAME    only ${shapes.join(', ')}; may be given several times
  --megabytes N   files of this size; may be given several times
  --json FILE     writes the rows there too`

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

export const main = async (args: string[], assets: string): Promise<number> => {
  const values = understood(args)
  if (!values) return 2
  if (values.help) console.log(usage)
  if (values.help) return 0
  const usual = values.quick ? [10, 100] : values.large ? [10, 100, 1000, 3000] : [10, 100, 1000]
  const sizes = values.megabytes?.map(Number) ?? usual
  const wanted = shapes.filter((shape) => values.shape?.includes(shape) ?? true)
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-bench-'))
  const { endpoint, stop } = await startStoreProcess(assets, path.join(folder, 'store'))
  const keys = { accessKey: 'access', secretKey: 'secret' }
  const store = spaces({ endpoint, region: 'local', bucket: 'bench', prefix: 'backups/', ...keys })
  const rows: Row[] = []
  try {
    for (const megabytes of sizes) {
      // Above 100 MB only the shape that the targets speak of: the others take minutes.
      const some: readonly Shape[] = megabytes > 100 && !values.shape ? ['mixed'] : wanted
      for (const shape of some) {
        const file = path.join(folder, 'made.db')
        const sizeBytes = makeShape(file, shape, megabytes * 1e6)
        const stored = await upload(store, file, `backups/${shape}-${megabytes}.db`, sizeBytes)
        const rounds = megabytes > 1000 ? 1 : megabytes > 100 ? 2 : 3
        const measured = measure(stored, waysOf(stored, endpoint, folder, assets), rounds)
        rows.push({ file: `${shape} ${Math.round(sizeBytes / 1e6)} MB`, ...measured })
        process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`)
      }
    }
  } finally {
    stop()
    rmSync(folder, { recursive: true, force: true })
  }
  console.table(rows)
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`)
  return 0
}
