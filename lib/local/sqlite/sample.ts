/**
 * A database that somebody is always writing to: what a real one looks like to a backup.
 * It takes the machine's own SQLite, since sql.js cannot write to a file others have open.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'

const schema = `PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS tokens (
  key TEXT PRIMARY KEY, value BLOB NOT NULL, created_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE TABLE IF NOT EXISTS audit (
  id INTEGER PRIMARY KEY, token_key TEXT NOT NULL REFERENCES tokens(key), action TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS audit_by_token ON audit(token_key);`

const firstRows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT OR IGNORE INTO tokens(key, value) SELECT printf('USER_UUID_%08x', i), randomblob(200) FROM n;`

/**
 * What the app does all day: new tokens, old ones changed, a trace of each; and what is behind the last
 * thousands of them goes, so that a sample left running for a week is no larger than after an hour.
 */
const oneChange = `BEGIN;
INSERT INTO tokens(key, value) VALUES ('USER_UUID_' || lower(hex(randomblob(8))), randomblob(200));
UPDATE tokens SET value = randomblob(200) WHERE rowid = 1 + abs(random() % 2000);
INSERT INTO audit(token_key, action) SELECT key, 'renewed' FROM tokens ORDER BY rowid DESC LIMIT 1;
DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - 2000;
DELETE FROM tokens WHERE rowid > 2000 AND rowid <= (SELECT max(rowid) FROM tokens) - 3000;
COMMIT;`

const python = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin: db.executescript(line)`

/** What the writer is told, for those who try it without waiting. */
export const sampleScript = { schema, firstRows, oneChange } as const

export type Sample = { file: string; stop(): Promise<void> }

const changeEveryMs = 25

/** Starts the writer; resolves once the first rows are there. */
export const startSample = async (options: {
  file: string
  engine: 'sqlite3' | 'python3'
}): Promise<Sample> => {
  const { file, engine } = options
  const args = engine === 'sqlite3' ? ['-batch', file] : ['-c', python, file]
  const child = spawn(engine, args, { stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.on('error', () => undefined)
  const tell = (sql: string) => void child.stdin.write(`${sql.replaceAll('\n', ' ')}\n`)
  if (engine === 'sqlite3') tell('.timeout 5000')
  tell(schema)
  tell(firstRows)
  const timer = setInterval(() => tell(oneChange), changeEveryMs)
  await untilWritten(file)
  return {
    file,
    stop: async () => {
      clearInterval(timer)
      child.stdin.end()
      await ended(child)
    },
  }
}

const untilWritten = async (file: string): Promise<void> => {
  for (let tries = 0; tries < 200 && !existsSync(file); tries += 1) await pause(25)
  await pause(100)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
  })
