/**
 * An app that commits to a database all the time, through the machine's own SQLite. Each commit
 * writes two rows and a total at once: what comes back can be seen to be torn, or to be too old.
 */
import { spawn, spawnSync } from 'node:child_process'

import { goneOf } from './process'

export type Writer = {
  /** The last commit that SQLite has acknowledged. */
  committed(): number
  slowestCommitMs(): number
  /** By how much the timer that begins a commit was late: how busy the machine is. */
  slowestLagMs(): number
  /** What SQLite complained about; nothing else may be there at the end. */
  complaints(): string
  stop(): Promise<void>
  /** As a machine that fails ends it: what it had open stays as it is. */
  kill(): Promise<void>
}

const sqliteArgs = ['-batch', '-init', '/dev/null']

/** Runs SQL with the machine's own SQLite, and gives what it printed, complaints included. */
export const sql = (file: string, statements: string): string => {
  const { stdout, stderr } = spawnSync(
    'sqlite3',
    [...sqliteArgs, '-cmd', '.timeout 120000', file, statements],
    { encoding: 'utf8' },
  )
  return `${stdout}${stderr}`.trim()
}

export type Shape = {
  mode?: string
  /** About 250 bytes each. */
  rows?: number
  /** Stands in every row, and tells one such file from another. */
  mark?: string
  /** The text of one more row. */
  row?: string
}

export const makeDatabase = (
  file: string,
  { mode = 'wal', rows = 2000, mark = 'first', row = '' }: Shape = {},
): void => {
  const said = sql(
    file,
    `PRAGMA journal_mode=${mode};
CREATE TABLE tokens (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE pairs (n INTEGER, side TEXT, value BLOB, PRIMARY KEY (n, side));
CREATE TABLE total (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL);
INSERT INTO total VALUES (1, 0);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
INSERT INTO tokens SELECT printf('USER_%08d', i), '${mark}-' || hex(randomblob(100)) FROM n;
INSERT INTO tokens VALUES ('ROW', '${mark}-${row}');`,
  )
  if (said !== mode) throw new Error(`${file} could not be made: ${said}`)
}

/** One line that tells all that can be wrong with a file of ours, or how far it has come. */
export const askAll = (file: string): { integrity: string; isTorn: boolean; n: number } => {
  const said = sql(
    file,
    `PRAGMA integrity_check; SELECT (SELECT count(*) FROM pairs), (SELECT n FROM total),
(SELECT coalesce(max(n), 0) FROM pairs), (SELECT count(DISTINCT substr(value, 1, instr(value, '-'))) FROM tokens);`,
  )
  const lines = said.split('\n')
  const [pairs, n, last, marks] = (lines.at(-1) ?? '').split('|').map(Number)
  const isTorn = pairs !== (n ?? 0) * 2 || last !== n || marks !== 1
  return { integrity: lines.slice(0, -1).join('; ') || said, isTorn, n: n ?? -1 }
}

const commitEveryMs = 8

export const startWriter = async (file: string): Promise<Writer> => {
  const child = spawn('sqlite3', [...sqliteArgs, '-cmd', '.timeout 120000', file], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let committed = 0
  let said = ''
  let complaints = ''
  let isStopping = false
  let slowestMs = 0
  let slowestLagMs = 0
  let sentAtMs = 0
  child.stdin.on('error', () => undefined)
  child.stderr.on('data', (chunk) => (complaints += String(chunk)))

  const commitNext = (): void => {
    if (isStopping) return void child.stdin.end()
    const n = committed + 1
    sentAtMs = performance.now()
    child.stdin.write(
      `BEGIN IMMEDIATE; INSERT INTO pairs VALUES (${n}, 'A', randomblob(100)), (${n}, 'B', randomblob(100)); ` +
        `UPDATE total SET n = ${n}; COMMIT; SELECT 'done ${n}';\n`,
    )
  }
  const first = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += String(chunk)
      const done = /done (\d+)\n$/.exec(said)
      if (!done) return
      said = ''
      committed = Number(done[1])
      slowestMs = Math.max(slowestMs, performance.now() - sentAtMs)
      resolve()
      const dueAtMs = performance.now() + commitEveryMs
      setTimeout(() => {
        slowestLagMs = Math.max(slowestLagMs, performance.now() - dueAtMs)
        commitNext()
      }, commitEveryMs)
    })
    child.once('exit', () => resolve())
  })
  commitNext()
  await first
  return {
    committed: () => committed,
    slowestLagMs: () => slowestLagMs,
    slowestCommitMs: () => Math.max(slowestMs, isStopping ? 0 : performance.now() - sentAtMs - 100),
    complaints: () => complaints.trim(),
    kill: async () => {
      isStopping = true
      child.kill('SIGKILL')
      await goneOf(child)
    },
    stop: async () => {
      isStopping = true
      const late = setTimeout(() => child.kill('SIGKILL'), 120_000)
      await goneOf(child)
      clearTimeout(late)
    },
  }
}
