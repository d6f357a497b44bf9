/** Does what is sent to a host run there as root, or say why it does not; and has the host a cron afterwards? */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { remoteShell } from '../../../lib/cli/droplet/at-host'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-at-host-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A folder to be a PATH, with nothing in it but these, each of one line. */
const programs = (name: string, lines: Readonly<Record<string, string>>): string => {
  const bin = path.join(folder, name)
  mkdirSync(bin, { recursive: true })
  for (const [program, line] of Object.entries(lines))
    writeFileSync(path.join(bin, program), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  return bin
}

const sh = { sh: 'exec /bin/sh "$@"', uname: 'echo droplet' }
const user = { ...sh, id: 'case $1 in -u) echo 1000 ;; *) echo deploy ;; esac' }
const sudo = 'shift; SUDO=yes exec "$@"'

const loggedIn = (bin: string) =>
  spawnSync('/bin/sh', ['-c', remoteShell], {
    env: { PATH: bin },
    input: 'echo "ran, sudo: ${SUDO:-no}"\n',
    encoding: 'utf8',
  })

describe('the shell on the host', () => {
  test('is root’s own, or one by sudo', () => {
    const asRoot = programs('root', { ...sh, id: 'echo 0' })
    expect(loggedIn(asRoot)).toMatchObject({ status: 0, stdout: 'ran, sudo: no\n', stderr: '' })
    const bySudo = programs('sudoer', { ...user, sudo })
    expect(loggedIn(bySudo)).toMatchObject({ status: 0, stdout: 'ran, sudo: yes\n', stderr: '' })
  })

  test.each([
    ['sudo asks for a password', { sudo: 'echo "sudo: a password is required" >&2; exit 1' }],
    ['sudo lets something else through alone', { sudo: '[ "$2" = true ]' }],
    ['there is no sudo', {}],
  ])('where %s, nothing is run, and the way out is said', (why, more) => {
    const ended = loggedIn(programs(why, { ...user, ...more }))
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(
      /^snapproof: deploy may not become root on droplet without a password; nothing was done\. sudo says: .*\nmend: Name one who may: --ssh root@HOST\. .+\n$/,
    )
  })
})

describe('what a host needs', () => {
  const needing = (bin: string) => {
    const root = path.join(folder, 'host')
    mkdirSync(path.join(root, 'etc/cron.d'), { recursive: true })
    const text = readFileSync('lib/cli/droplet/host.sh', 'utf8')
      .replace('PATH=$PATH:/usr/sbin:/sbin', `PATH=$PATH:${root}/sbin`)
      .replaceAll(/\/(lib\/systemd|etc\/cron)/g, `${root}/$1`)
    const ended = spawnSync('/bin/sh', [], {
      env: { PATH: bin },
      input: `${text}\nneed sh:dash\n`,
      encoding: 'utf8',
    })
    return { root, ended }
  }
  const apt = { 'apt-get': 'echo "apt-get $*"; echo "$*" >>"$0.calls"' }

  test('is a cron that runs, and not a folder for its lines alone', () => {
    const bare = programs('bare', { ...sh, ...apt })
    const { ended, root } = needing(bare)
    expect(ended).toMatchObject({ status: 0, stdout: 'installing cron\n', stderr: '' })
    expect(readFileSync(path.join(bare, 'apt-get.calls'), 'utf8')).toBe(
      'install -qq -y --no-install-recommends cron\n',
    )
    programs('host/sbin', { cron: '' })
    expect(needing(programs('bare', {})).ended).toMatchObject({ status: 0, stdout: '' })
    rmSync(path.join(root, 'sbin/cron'))
    mkdirSync(path.join(root, 'lib/systemd/system-generators'), { recursive: true })
    writeFileSync(path.join(root, 'lib/systemd/system-generators/systemd-crontab-generator'), '')
    expect(needing(programs('bare', {})).ended).toMatchObject({ status: 0, stdout: '' })
  })
  test('shows what apt-get says only where it could not', () => {
    const bin = programs('offline', { ...sh, 'apt-get': 'echo "E: no network, $1"; exit 100' })
    rmSync(path.join(folder, 'host'), { recursive: true, force: true })
    const { ended } = needing(bin)
    expect(ended).toMatchObject({ status: 2, stdout: 'installing cron\n' })
    expect(ended.stderr).toMatch(
      /^E: no network, install\nE: no network, update\nsnapproof: apt-get could not install cron; /,
    )
  })
})
