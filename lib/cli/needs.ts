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

/** Names every missing package at once, and answers with the SQLite that is there. */
export const findEngine = (searchPath: string): Engine => {
  const has = (program: string) => isOnPath(program, searchPath)
  const missing: string[] = []
  if (!has('curl')) missing.push('curl')
  if (!has('flock')) missing.push('util-linux')
  if (!has('sha256sum') || !has('md5sum')) missing.push('coreutils')
  const engine = has('sqlite3')
    ? 'sqlite3'
    : has('python3') && hasPythonSqlite()
      ? 'python3'
      : undefined
  if (!engine) missing.push('sqlite3')
  if (engine && missing.length === 0) return engine
  throw new Fault({
    code: 'settings',
    why: `push.sh needs programs that are not here (${missing.join(', ')}); nothing was begun.`,
    mend: `apt-get install -y ${missing.join(' ')}`,
  })
}
