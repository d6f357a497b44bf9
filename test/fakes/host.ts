/**
 * A Droplet to whom everything is done that comes by ssh, or by a paste: in a folder of its own instead of
 * its root, and by a user who believes to be root.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export type Ended = { code: number | null; stdout: string; stderr: string }

export type Host = {
  root: string
  /** A PATH on which ssh leads here, and every wait is short. */
  searchPath: string
  /** What it takes as a paste, or by ssh. */
  paste(text: string): Promise<Ended>
  read(name: string): string
  has(name: string): boolean
  /** The arguments of every ssh, which all users of a machine can read. */
  sshArguments(): string
  remove(): void
}

const folders = ['usr/local/bin', 'etc/cron.d', 'etc/snapproof', 'var/lib/snapproof']

export const makeHost = (): Host => {
  const root = mkdtempSync(path.join(tmpdir(), 'snapproof-host-'))
  const bin = path.join(root, 'bin')
  for (const folder of ['bin', 'usr/local/bin', 'etc/cron.d', 'var/lib'])
    mkdirSync(path.join(root, folder), { recursive: true })
  const program = (name: string, lines: readonly string[]) =>
    writeFileSync(path.join(bin, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 })
  const edits = folders.map((folder) => `s|/${folder}|${root}/${folder}|g`).join('; ')
  program('ssh', [
    `printf '%s\\n' "$@" >>'${root}/ssh.args'`,
    `[ "$3" != nowhere ] || { echo 'ssh: no route to nowhere' >&2; exit 255; }`,
    // A sed that fails or is cut off must not look like a script that ended well.
    `sed '${edits}' >'${root}/script' && exec sh '${root}/script'`,
  ])
  program('id', [`case $* in -u) echo 0 ;; *) exec /usr/bin/id "$@" ;; esac`])
  // No test installs one.
  program('cron', [])
  program('sleep', ['exec /bin/sleep 0.01'])
  const searchPath = `${bin}:${process.env['PATH'] ?? ''}`

  const paste = (text: string): Promise<Ended> =>
    new Promise((resolve, reject) => {
      const edited = folders.reduce(
        (all, folder) => all.replaceAll(`/${folder}`, `${root}/${folder}`),
        text,
      )
      const child = spawn('sh', [], { env: { PATH: searchPath }, stdio: 'pipe' })
      const ended = { stdout: '', stderr: '' }
      child.stdout.on('data', (part: Buffer) => (ended.stdout += part.toString()))
      child.stderr.on('data', (part: Buffer) => (ended.stderr += part.toString()))
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, ...ended }))
      child.stdin.end(edited)
    })

  return {
    root,
    searchPath,
    paste,
    read: (name) => readFileSync(path.join(root, name), 'utf8'),
    has: (name) => existsSync(path.join(root, name)),
    sshArguments: () => readFileSync(path.join(root, 'ssh.args'), 'utf8'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
