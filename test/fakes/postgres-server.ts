/**
 * A real PostgreSQL server, in a folder and on a port of its own, started where one is installed: Debian's
 * newest, or the one in SNAPPROOF_POSTGRES_BIN. Servers refuse root, so it runs as nobody then.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const debian = '/usr/lib/postgresql'

const installed = (): string[] =>
  existsSync(debian)
    ? readdirSync(debian)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((version) => join(debian, version, 'bin'))
        .filter((folder) => existsSync(join(folder, 'initdb')))
    : []

/** Undefined where no server is installed: apt-get install postgresql. */
export const postgresBin = process.env['SNAPPROOF_POSTGRES_BIN'] ?? installed()[0]

export type PostgresServer = {
  bin: string
  port: number
  /** Where its socket lies; there the superuser `super` needs no password. */
  folder: string
  /** What psql prints of this, as the superuser. Throws where the server refuses it. */
  psql(sql: string, database?: string): string
  major: number
  /** Lets this role read whatever is in this database by now. */
  readAll(role: string, database: string): void
  close(): void
}

const nobody = 65_534

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        resolve(address !== null && typeof address === 'object' ? address.port : 0),
      )
    })
  })

/** One that is `isDurable` waits for its disk, as servers do; what is tried here need not outlast anything. */
export const startPostgres = async (
  bin: string,
  { isDurable = false }: { isDurable?: boolean } = {},
): Promise<PostgresServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'snapproof-pg-'))
  chmodSync(folder, 0o755)
  const data = join(folder, 'data')
  mkdirSync(data)
  const isRoot = process.getuid?.() === 0
  if (isRoot) for (const own of [folder, data]) chownSync(own, nobody, nobody)
  const port = await freePort()

  const run = (program: string, ...args: string[]): void => {
    const command = [join(bin, program), ...args]
    const as = isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : []
    const [first = '', ...rest] = [...as, ...command]
    const { status, stderr } = spawnSync(first, rest, { cwd: folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${program}: ${stderr}`)
  }

  const auth = ['--auth-local=trust', '--auth-host=scram-sha-256']
  run('initdb', '-D', data, '-U', 'super', ...auth, '-E', 'UTF8', '--locale=C', '-N')
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=${isDurable ? 'on' : 'off'}`
  run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start')

  const psql = (sql: string, database = 'postgres'): string => {
    const to = ['-h', folder, '-p', `${port}`, '-U', 'super', '-d', database]
    const args = ['-XAtq', '-v', 'ON_ERROR_STOP=1', ...to]
    const { status, stdout, stderr } = spawnSync(join(bin, 'psql'), args, {
      input: sql,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
    return stdout.trim()
  }
  const major = Math.floor(Number(psql('SHOW server_version_num')) / 10_000)

  return {
    bin,
    port,
    folder,
    psql,
    major,
    readAll: (role, database) =>
      void psql(major < 14 ? grantsTo(role) : `GRANT pg_read_all_data TO ${role}`, database),
    close: () => {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Before PostgreSQL 14 no role may read everything: what there is is granted, piece by piece. */
const grantsTo = (role: string): string => `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)' LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA %I
      TO ${role}; GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO ${role}', name, name, name);
  END LOOP; END $$`

/** A database with names, and relations between tables, that are easily counted wrongly. */
export const shopSql = `
CREATE SCHEMA "my app";
CREATE TABLE users(id int PRIMARY KEY, email text);
INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 100) g;
CREATE TABLE "my app"."Or.d""ers :x"(id int PRIMARY KEY, user_id int REFERENCES users);
INSERT INTO "my app"."Or.d""ers :x" SELECT g, g FROM generate_series(1, 50) g;
CREATE TABLE "größe
zwei"(a int);
INSERT INTO "größe
zwei" VALUES (1);
CREATE TABLE part(a int) PARTITION BY RANGE(a);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
INSERT INTO part VALUES (1), (2);
CREATE TABLE parent(a int);
CREATE TABLE child(b int) INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (1, 2), (3, 4);
CREATE TABLE nothing();
CREATE SEQUENCE numbers;
CREATE VIEW seen AS SELECT * FROM users;
`
