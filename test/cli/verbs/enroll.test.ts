/** What goes onto the host of a PostgreSQL server: the settings and the lines to paste, as they are printed. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { startCommand } from '../../fakes/command'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-enroll-'))
const command = startCommand()
afterAll(() => {
  command.end()
  rmSync(folder, { recursive: true, force: true })
})

const enrolled = (...args: string[]) =>
  command.run(['enroll', ...args, '--url', 'http://127.0.0.1:1'], {
    PATH: process.env['PATH'] ?? '',
    SNAPPROOF_HOME: path.join(folder, 'home'),
    SPACES_API_KEY: 'off',
    SPACES_API_SECRET: 'off',
  })

const shop = ['shop', '--postgres', 'postgresql://backup@localhost/shop'] as const

const settingsIn = (text: string, fence: RegExp): string =>
  (fence.exec(text)?.[1] ?? '').replace(/^(SNAPPROOF_(?:URL|TOKEN))=.*$/gm, '$1=…')

describe('enroll of a database of PostgreSQL', () => {
  test('prints the settings that lib/docs/postgresql.md shows', async () => {
    const { stdout } = await enrolled(...shop)
    const shown = settingsIn(
      readFileSync('lib/docs/postgresql.md', 'utf8'),
      /shop\.env`[^`]*```sh\n([^`]*)```/,
    )
    expect(settingsIn(stdout, /<<'SETTINGS'\n([^]*?)SETTINGS\n/)).toBe(shown)
    expect(shown).toContain('SNAPPROOF_KIND=postgres\nSNAPPROOF_POSTGRES=postgresql://')
    expect(stdout).toContain('apt-get install -y postgresql-client curl\n')
    expect(stdout).not.toMatch(/sqlite|SNAPPROOF_FILE/)
  })

  test('its lines, as typed, leave scripts and spool where they are read and written', async () => {
    const owner = userInfo().username
    const { stdout } = await enrolled(...shop, '--user', owner)
    expect(spawnSync('sh', ['-n'], { input: stdout, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    })
    const root = path.join(folder, 'host')
    for (const made of ['usr/local/bin', 'etc/cron.d', 'var/lib'])
      mkdirSync(path.join(root, made), { recursive: true })
    const typed = stdout
      .replace(/^apt-get .*$/m, '')
      .replace(/^su .*$/m, '')
      .replaceAll(
        / (>?)(\/(?:usr|etc|var)\/)/g,
        (_, mark: string, top: string) => ` ${mark}${root}${top}`,
      )
      .replaceAll('>/etc/', `>${root}/etc/`)
    const ended = spawnSync('sh', [
      '-euc',
      `umask 077; cp lib/droplet/*.sh '${root}/usr/local/bin/'\n${typed}`,
    ])
    expect(ended.stderr.toString()).toBe('')
    const bin = path.join(root, 'usr/local/bin')
    const modes = ['push.sh', 'reach-postgres.sh', 'take-postgres.sh', 'ask.sh'].map((name) =>
      (statSync(path.join(bin, name)).mode & 0o777).toString(8),
    )
    expect(modes).toEqual(['755', '644', '644', '644'])
    expect(statSync(path.join(root, 'etc/snapproof/shop.env')).mode & 0o777).toBe(0o600)
    expect(statSync(path.join(root, 'var/lib/snapproof/shop')).mode & 0o777).toBe(0o700)
    expect(readFileSync(path.join(root, 'etc/cron.d/snapproof-shop'), 'utf8')).toContain(
      `${owner} ${bin}/push.sh`,
    )
  })

  test.each([
    'postgresql://backup:choose-one@localhost/shop',
    'postgresql://backup@localhost/shop?sslmode=require&password=choose-one',
    "host=localhost password = 'choose-one' dbname=shop",
  ])('takes no password from a list of arguments: %s', async (connection) => {
    const refused = await enrolled('shop', '--postgres', connection)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('~/.pgpass')
    expect(refused.stderr).not.toContain('choose-one')
  })

  test.each([
    'postgresql://[::1]:5432/shop',
    "host=db user='a b'",
    'shop',
    'postgresql:///shop?port=5433',
  ])('takes what libpq takes: %s', async (connection) => {
    expect(await enrolled('shop', '--postgres', connection)).toMatchObject({ code: 0 })
  })

  test('is of one kind: a file has no server', async () => {
    const refused = await enrolled('tokens', '--postgres', 'shop')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('tokens is of kind sqlite in lib/databases.ts')
    const both = await enrolled(...shop, '--path', '/srv/shop.db')
    expect(both).toMatchObject({ code: 2, stdout: '' })
    expect(both.stderr).toContain('enroll shop --postgres')
  })
})
