/**
 * An app for the rehearsal of a disaster. What it has written after each commit is known in advance:
 * so whatever comes back can be compared, row for row, with what ought to have come back.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

export type Engine = 'sqlite3' | 'python3'

export type App = {
  schema: string
  /** The nth commit, without BEGIN and COMMIT. */
  change(n: number): string
  /** Which commit a file has come to. */
  last: string
}

const filler = (n: number): string => String(n).padStart(200, '0')

/** Tokens that are made and renewed, and a trace of each. */
export const sampleApp: App = {
  schema: `PRAGMA journal_mode=WAL;
CREATE TABLE tokens (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE audit (n INTEGER PRIMARY KEY, token_key TEXT NOT NULL REFERENCES tokens(key));
CREATE INDEX audit_by_token ON audit(token_key);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO tokens SELECT printf('USER_UUID_%08d', i), '${filler(0)}' FROM n;`,
  change: (n) => `INSERT INTO tokens VALUES ('USER_UUID_${10_000_000 + n}', '${filler(n)}');
UPDATE tokens SET value = '${filler(n)}' WHERE rowid = ${1 + ((n * 7919) % 2000)};
INSERT INTO audit VALUES (${n}, 'USER_UUID_${10_000_000 + n}');`,
  last: 'SELECT coalesce(max(n), 0) FROM audit',
}

/** In a copy of one's own database: a table beside the others, which stay as they are. */
export const guestApp: App = {
  schema: `PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS snapproof_rehearsal (n INTEGER PRIMARY KEY, value TEXT NOT NULL);`,
  change: (n) => `INSERT INTO snapproof_rehearsal VALUES (${n}, '${filler(n)}');`,
  last: 'SELECT coalesce(max(n), 0) FROM snapproof_rehearsal',
}

const pythonScript = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30, uri=True)
for line in sys.stdin: db.executescript(line)`

const pythonQuery = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30, uri=True)
for row in db.execute(sys.argv[2]): print(*row, sep="|")`

const pythonDump = `import sqlite3, sys
for line in sqlite3.connect(sys.argv[1], uri=True).iterdump(): print(line)`

const sqliteArgs = ['-batch', '-init', '/dev/null', '-cmd', '.timeout 30000']

/** A file that nobody writes to: nothing appears beside it while it is read. */
const atRest = (file: string): string => `${pathToFileURL(file).href}?mode=ro&immutable=1`

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code))
  })

const runOn = async (
  engine: Engine,
  args: readonly string[],
  take: (chunk: Buffer) => void,
  input = '',
): Promise<void> => {
  const child = spawn(engine, [...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', take)
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await ended(child)
  if (code !== 0 || said !== '') throw new Error(`${engine} ended with ${code}: ${said.trim()}`)
}

const oneLine = (sql: string): string => sql.replaceAll('\n', ' ')

/** Carries out statements, one after another. */
export const carryOut = (engine: Engine, file: string, sql: string): Promise<void> =>
  engine === 'sqlite3'
    ? runOn(engine, [...sqliteArgs, '-bail', file], () => undefined, `${sql}\n`)
    : runOn(engine, ['-c', pythonScript, file], () => undefined, `${oneLine(sql)}\n`)

const pythonBackup = `import sqlite3, sys
source = sqlite3.connect(sys.argv[1], uri=True, timeout=30, isolation_level=None)
source.execute("BEGIN").execute("SELECT count(*) FROM sqlite_master").fetchone()
source.backup(sqlite3.connect(sys.argv[2]))`

/** As push.sh does it: the file may be in use, and is only read. */
export const copyLive = async (engine: Engine, from: string, to: string): Promise<void> => {
  const mode = existsSync(`${from}-wal`) ? 'ro' : isWritable(from) ? 'rw' : 'ro&immutable=1'
  const source = `${pathToFileURL(from).href}?mode=${mode}`
  const pin = 'BEGIN; SELECT count(*) FROM sqlite_master;'
  const args =
    engine === 'sqlite3'
      ? [...sqliteArgs, source, pin, `.backup '${to}'`]
      : ['-c', pythonBackup, source, to]
  await runOn(engine, args, () => undefined)
}

const isWritable = (file: string): boolean => {
  try {
    accessSync(file, constants.W_OK)
    return true
  } catch {
    return false
  }
}

export const ask = async (engine: Engine, file: string, sql: string): Promise<string[]> => {
  let out = ''
  const take = (chunk: Buffer) => void (out += chunk.toString())
  const args = engine === 'sqlite3' ? [...sqliteArgs, file, sql] : ['-c', pythonQuery, file, sql]
  await runOn(engine, args, take)
  return out.trim() === '' ? [] : out.trim().split('\n')
}

export const lastOf = async (engine: Engine, file: string, app: App): Promise<number> =>
  Number((await ask(engine, file, app.last)).at(-1))

/** The rows of all ordinary tables. */
export const rowsOf = async (engine: Engine, file: string): Promise<number> => {
  const tables = await ask(
    engine,
    file,
    `SELECT '"' || replace(name, '"', '""') || '"' FROM sqlite_master
     WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'`,
  )
  const counts = await Promise.all(
    tables.map((name) => ask(engine, file, `SELECT count(*) FROM ${name}`)),
  )
  return counts.reduce((sum, [count]) => sum + Number(count), 0)
}

/** A hash over every row, table, index and trigger; the same for files of the same content. */
export const contentHash = async (engine: Engine, file: string): Promise<string> => {
  const hash = createHash('sha256')
  const args =
    engine === 'sqlite3' ? [...sqliteArgs, atRest(file), '.dump'] : ['-c', pythonDump, atRest(file)]
  await runOn(engine, args, (chunk) => void hash.update(chunk))
  return hash.digest('hex')
}

/** Brings a file from its beginning to the nth commit at once. */
export const replay = (engine: Engine, file: string, app: App, upTo: number): Promise<void> => {
  const changes = Array.from({ length: upTo }, (_, nth) => app.change(nth + 1))
  return carryOut(engine, file, ['BEGIN;', ...changes, 'COMMIT;'].join('\n'))
}

export type Running = { kill(): Promise<void> }

const commitEveryMs = 20

/** Commits one change after another, until it is killed as a machine that fails kills it. */
export const startApp = async (
  engine: Engine,
  file: string,
  app: App,
  from = 0,
): Promise<Running> => {
  const args = engine === 'sqlite3' ? [...sqliteArgs, file] : ['-c', pythonScript, file]
  const child = spawn(engine, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.on('error', () => undefined)
  const gone = ended(child)
  let n = from
  const timer = setInterval(() => {
    n += 1
    child.stdin.write(`BEGIN IMMEDIATE; ${oneLine(app.change(n))} COMMIT;\n`)
  }, commitEveryMs)
  const kill = async () => {
    clearInterval(timer)
    child.kill('SIGKILL')
    await gone
  }
  for (let tries = 0; tries < 100 && (await lastOf(engine, file, app)) <= from; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, commitEveryMs))
  }
  return { kill }
}
