/**
 * How does verifying a dump of PostgreSQL compare with what one would type by hand? Restored here and asked,
 * against psql into a server of this machine and the same questions, in turn in the same minutes.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { postgresBin, startPostgres } from '../fakes/postgres-server'
import type { PostgresServer } from '../fakes/postgres-server'

import type { DumpRun, DumpTold } from './postgres-process'
import type { Time } from './verify-process'
import { shell } from './ways'

const mebibyte = 1024 ** 2

/** As project.yml gives it to what opens dumps. */
const memoryBytes = 1024 * mebibyte

/** Bytes of dump for one row of the first table. */
const shapes = {
  shop: 837,
  accounts: 97,
} as const
type Shape = keyof typeof shapes

const statements: Record<Shape, (rows: number) => string> = {
  shop: (rows) => `
    CREATE EXTENSION pg_trgm;
    CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE, name text, tags text[], profile jsonb);
    CREATE TABLE products (id serial PRIMARY KEY, title text,
      search tsvector GENERATED ALWAYS AS (to_tsvector('english', title)) STORED);
    CREATE TABLE orders (id bigserial, user_id int, at timestamptz, note text, PRIMARY KEY (id, at))
      PARTITION BY RANGE (at);
    CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE TABLE lines (order_id bigint, at timestamptz, product_id int, price numeric(10, 2));
    INSERT INTO users (email, name, tags, profile) SELECT md5(i::text) || '@example.org',
      'Name ' || md5((i * 7)::text), ARRAY['t' || i % 9, 'u' || i % 5],
      jsonb_build_object('n', i, 'city', md5((i % 999)::text), 'a', jsonb_build_array(i, i + 1))
      FROM generate_series(1, ${rows}) i;
    INSERT INTO products (title) SELECT 'running shoes for ' || md5((i / 3)::text) || ' and ' || i
      FROM generate_series(1, ${Math.ceil(rows / 4)}) i;
    INSERT INTO orders (user_id, at, note) SELECT 1 + i % ${rows},
      '2025-01-01'::timestamptz + (i % 700) * interval '1 day', repeat(md5(i::text), 2)
      FROM generate_series(1, ${rows * 3}) i;
    INSERT INTO lines SELECT id, at, 1 + id % ${Math.ceil(rows / 4)}, (id % 900) / 7.0
      FROM orders, generate_series(1, 3);
    CREATE INDEX ON users USING gin (name gin_trgm_ops); CREATE INDEX ON users USING gin (profile);
    CREATE INDEX ON products USING gin (search); CREATE INDEX ON orders (user_id);
    CREATE INDEX ON lines (product_id); CREATE INDEX ON lines (order_id, at);
    ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;
    ALTER TABLE lines ADD FOREIGN KEY (product_id) REFERENCES products;
    ALTER TABLE lines ADD FOREIGN KEY (order_id, at) REFERENCES orders;`,
  accounts: (rows) => `
    CREATE TABLE accounts (id int PRIMARY KEY, branch int NOT NULL, balance int, filler char(84));
    INSERT INTO accounts SELECT i, i % 10, 0, '' FROM generate_series(1, ${rows}) i;`,
}

/** The least that reading it can take: what says whether the archive is whole, and the two hashes. */
const unpackedByHand = `sha256sum "$1"; gzip -dc "$1" | sha256sum`

const byHand = `sha256sum "$1" >/dev/null
  psql -XAtqc 'CREATE DATABASE proof' postgres
  gzip -dc "$1" | psql -Xq -v ON_ERROR_STOP=1 proof >/dev/null
  psql -XAtq -v ON_ERROR_STOP=1 proof <<'SQL' >/dev/null
SELECT format('SELECT count(*) FROM %s', c.oid::regclass) FROM pg_class c
  WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace \\gexec
SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated;
REINDEX DATABASE proof;
ANALYZE;
SQL
  psql -XAtqc 'DROP DATABASE proof' postgres`

/** What the server's processes have used that have ended by now: one for each connection. */
const serverSeconds = ({ folder }: PostgresServer): number => {
  const [pid = ''] = readFileSync(path.join(folder, 'data/postmaster.pid'), 'utf8').split('\n', 1)
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = after.split(' ').map(Number)
  return ((fields[13] ?? 0) + (fields[14] ?? 0)) / 100
}

const natively = (server: PostgresServer, file: string): Time => {
  const before = serverSeconds(server)
  const { PATH = '' } = process.env
  const env = {
    PATH: `${server.bin}:${PATH}`,
    PGHOST: server.folder,
    PGPORT: `${server.port}`,
    PGUSER: 'super',
  }
  const { seconds, cpuSeconds } = shell(byHand, { args: [file], env })
  return { seconds, cpuSeconds: cpuSeconds + serverSeconds(server) - before }
}

const madeDump = (
  server: PostgresServer,
  { shape, sizeBytes, folder }: { shape: Shape; sizeBytes: number; folder: string },
): { file: string; plain: string; plainBytes: number } => {
  server.psql('CREATE DATABASE made')
  server.psql(statements[shape](Math.max(10, Math.round(sizeBytes / shapes[shape]))), 'made')
  const file = path.join(folder, `${shape}.sql.gz`)
  const to = ['-h', server.folder, '-p', `${server.port}`, '-U', 'super', 'made']
  const plain = path.join(folder, `${shape}.sql`)
  execFileSync(path.join(server.bin, 'pg_dump'), ['-f', plain, ...to])
  server.psql('DROP DATABASE made')
  const { size: plainBytes } = statSync(plain)
  spawnSync('gzip', ['-k', plain])
  return { file, plain, plainBytes }
}

export type DumpMeasured = {
  name: string
  plainBytes: number
  native: Time
  ours: Time
  childPeakMiB: number
  readingMiB: number
  /** Unpacked, hashed and looked at, in a process of its own; and unpacked and hashed by hand. */
  read: Time
  /** As the first, of the dump that nobody packed. */
  readPlain: Time
  unpacked: Time
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const medianOf = (times: readonly Time[]): Time => ({
  seconds: median(times.map(({ seconds }) => seconds)),
  cpuSeconds: median(times.map(({ cpuSeconds }) => cpuSeconds)),
})

type Bench = { sizes: readonly number[]; shapes: readonly string[] | undefined; rounds: number }

const measureOne = (
  server: PostgresServer,
  { shape, megabytes, folder }: { shape: Shape; megabytes: number; folder: string },
  { built, assets, rounds }: { built: string; assets: string; rounds: number },
): DumpMeasured => {
  const { file, plain, plainBytes } = madeDump(server, {
    shape,
    sizeBytes: megabytes * 1e6,
    folder,
  })
  const verify = (dump: string, isReadOnly: boolean): DumpTold & { all: Time } => {
    const run: DumpRun = { file: dump, assets, memoryBytes, isReadOnly }
    const args = [process.execPath, path.join(built, 'postgres-process.cjs'), JSON.stringify(run)]
    const { stdout, ...all } = shell('"$1" "$2" "$3"; echo', { args })
    const told: DumpTold = JSON.parse(stdout.split('\n', 1)[0] ?? '')
    if (told.verdict !== (isReadOnly ? 'warned' : 'passed')) throw new Error(JSON.stringify(told))
    return { ...told, all }
  }
  const native: Time[] = []
  const ours: (DumpTold & { all: Time })[] = []
  const reads: (DumpTold & { all: Time })[] = []
  const plainReads: (DumpTold & { all: Time })[] = []
  const unpacked: Time[] = []
  for (let round = 0; round < rounds; round += 1) {
    native.push(natively(server, file))
    ours.push(verify(file, false))
    reads.push(verify(file, true))
    plainReads.push(verify(plain, true))
    unpacked.push(shell(unpackedByHand, { args: [file] }))
  }
  rmSync(file)
  rmSync(plain)
  return {
    name: `${shape} ${Math.round(plainBytes / 1e6)} MB`,
    plainBytes,
    native: medianOf(native),
    ours: medianOf(ours.map(({ all }) => all)),
    childPeakMiB: Math.max(...ours.map((one) => one.childPeakBytes)) / mebibyte,
    readingMiB: Math.max(...reads.map((one) => one.peakBytes)) / mebibyte,
    read: medianOf(reads.map(({ all }) => all)),
    readPlain: medianOf(plainReads.map(({ all }) => all)),
    unpacked: medianOf(unpacked),
  }
}

const isShape = (name: string): name is Shape => name in shapes

export const benchPostgres = async (
  { sizes, shapes: asked, rounds }: Bench,
  { built, assets }: { built: string; assets: string },
): Promise<DumpMeasured[]> => {
  if (postgresBin === undefined) throw new Error('apt-get install postgresql: none is here')
  const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-bench-'))
  const server = await startPostgres(postgresBin, { isDurable: true })
  const all: DumpMeasured[] = []
  try {
    for (const megabytes of sizes) {
      for (const shape of Object.keys(shapes).filter(isShape)) {
        if (asked && !asked.includes(shape)) continue
        const one = { shape, megabytes, folder }
        const measured = measureOne(server, one, { built, assets, rounds })
        all.push(measured)
        process.stdout.write(`${JSON.stringify(measured)}\n`)
      }
    }
  } finally {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  console.log('\ndumps of PostgreSQL: restored and asked, against psql and a server')
  console.table(
    all.map(({ name, native, ours, childPeakMiB }) => ({
      dump: name,
      'psql s': native.seconds.toFixed(1),
      'by the clock': (ours.seconds / native.seconds).toFixed(2),
      'psql CPU s': native.cpuSeconds.toFixed(1),
      'by CPU': (ours.cpuSeconds / native.cpuSeconds).toFixed(2),
      'child MiB': Math.round(childPeakMiB),
    })),
  )
  const speed = (bytes: number, { seconds }: Time) => Math.round(bytes / 1e6 / seconds)
  console.log('read and not restored, from the start of a process, against sha256sum and gzip')
  console.table(
    all.map(({ name, plainBytes, readingMiB, read, readPlain, unpacked }) => ({
      dump: name,
      'plain MB/s': speed(plainBytes, readPlain),
      'packed MB/s': speed(plainBytes, read),
      'by hand MB/s': speed(plainBytes, unpacked),
      'packed, by CPU': (read.cpuSeconds / unpacked.cpuSeconds).toFixed(2),
      MiB: Math.round(readingMiB),
    })),
  )
  return all
}
