// What do the tests need of this machine? Whatever is missing is named once, with the line that
// installs it, before anything is built or tried: otherwise it shows as dozens of tests that fail
// for reasons of their own.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** Programs that the scripts and the tests call, with the package that brings each on Debian and Ubuntu. */
const packages = {
  curl: 'curl',
  dash: 'dash',
  flock: 'util-linux',
  fuser: 'psmisc',
  gzip: 'gzip',
  openssl: 'openssl',
  python3: 'python3',
  script: 'bsdutils',
  sha256sum: 'coreutils',
  sqlite3: 'sqlite3',
}

/** What both scripts do without SQLite's command, and the app that holds a file open, need of Python. */
const pythonHasSqlite = (): boolean =>
  spawnSync('python3', ['-c', 'import sqlite3'], { stdio: 'ignore' }).status === 0

const isOnPath = (program: string, searchPath: string): boolean =>
  searchPath.split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** What to say where something is missing: nothing where all is there. */
export const missingTools = (searchPath: string): string | undefined => {
  const missing = Object.entries(packages).filter(([program]) => !isOnPath(program, searchPath))
  if (isOnPath('python3', searchPath) && !pythonHasSqlite())
    missing.push(["Python's sqlite3", 'python3'])
  if (missing.length === 0) return undefined
  const names = missing.map(([program]) => program).join(', ')
  const wanted = [...new Set(missing.map(([, name]) => name))].join(' ')
  return [
    `npm test: needs programs that are not here (${names}); nothing was run.`,
    `mend: apt-get install -y ${wanted}`,
    '',
  ].join('\n')
}

/** Vitest calls this before the first test, and before what is built for them. */
export const setup = (): void => {
  const said = missingTools(process.env['PATH'] ?? '')
  if (said === undefined) return
  process.stderr.write(said)
  process.exit(2)
}
