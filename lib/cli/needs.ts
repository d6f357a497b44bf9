/** What the machine must have before anything is begun, each with the package that brings it. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

import { Fault } from '../faults'

const isOnPath = (program: string, searchPath: string): boolean =>
  searchPath.split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

export type Engine = 'sqlite3' | 'python3'

const hasPythonSqlite = (): boolean =>
  spawnSync('python3', ['-c', 'import sqlite3'], { stdio: 'ignore' }).status === 0

type Need = { program: string; from: string }

/** What push.sh itself runs. */
const ofPush: readonly Need[] = [
  { program: 'curl', from: 'curl' },
  { program: 'flock', from: 'util-linux' },
  { program: 'sha256sum', from: 'coreutils' },
  { program: 'md5sum', from: 'coreutils' },
]

const ofServer: readonly Need[] = [
  { program: 'pg_dump', from: 'postgresql-client' },
  { program: 'psql', from: 'postgresql-client' },
  { program: 'gzip', from: 'gzip' },
]

const missingOf = (needs: readonly Need[], searchPath: string): string[] => [
  ...new Set(needs.filter(({ program }) => !isOnPath(program, searchPath)).map(({ from }) => from)),
]

const refuse = (missing: readonly string[]): never => {
  throw new Fault({
    code: 'settings',
    why: `push.sh needs programs that are not here (${missing.join(', ')}); nothing was begun.`,
    mend: `apt-get install -y ${missing.join(' ')}`,
  })
}

/** Names every missing package at once, and answers with the SQLite that is there. */
export const findEngine = (searchPath: string): Engine => {
  const missing = missingOf(ofPush, searchPath)
  const engine = isOnPath('sqlite3', searchPath)
    ? 'sqlite3'
    : isOnPath('python3', searchPath) && hasPythonSqlite()
      ? 'python3'
      : undefined
  if (engine && missing.length === 0) return engine
  return refuse([...missing, ...(engine ? [] : ['sqlite3'])])
}

/** The same for a server's database, which is dumped by programs of its own. */
export const needClient = (searchPath: string): void => {
  const missing = missingOf([...ofPush, ...ofServer], searchPath)
  if (missing.length > 0) refuse(missing)
}
