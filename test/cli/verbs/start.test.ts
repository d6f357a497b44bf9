/** The whole path of a database of PostgreSQL on one machine: what is refused before it, and what it says. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { slow } from '../../cases'
import { startCommand } from '../../fakes/command'
import { postgresBin, startPostgres } from '../../fakes/postgres-server'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-start-'))
const command = startCommand()
afterAll(() => {
  command.end()
  rmSync(folder, { recursive: true, force: true })
})

const home = path.join(folder, 'home')
const start = (args: readonly string[], variables: Record<string, string> = {}) =>
  command.run(['start', '--once', ...args], {
    PATH: process.env['PATH'] ?? '',
    SNAPPROOF_HOME: home,
    SPACES_API_KEY: 'off',
    SPACES_API_SECRET: 'off',
    SNAPPROOF_URL: 'off',
    ...variables,
  })

describe('npm start -- --postgres', () => {
  test('names what is missing of the programs before it begins', async () => {
    const bin = path.join(folder, 'bin')
    mkdirSync(bin)
    for (const program of ['curl', 'flock', 'sha256sum', 'md5sum', 'psql', 'gzip'])
      symlinkSync('/bin/true', path.join(bin, program))
    const ended = await start(['--postgres', 'shop'], { PATH: bin })
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(
      /\(postgresql-client\).*\nmend: apt-get install -y postgresql-client\n/,
    )
    expect(readdirSync(folder)).not.toContain('home')
  })

  test('takes no password from the list of arguments, and one database at a time', async () => {
    const bin = path.join(folder, 'bin')
    symlinkSync('/bin/true', path.join(bin, 'pg_dump'))
    const refused = await start(['--postgres', 'postgresql://a:choose-one@h/shop'], { PATH: bin })
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toMatch(/There is a password .*\nmend: .*~\/\.pgpass/)
    expect(refused.stderr).not.toContain('choose-one')
    const both = await start(['--postgres', 'shop', '--database', 'x.db'], { PATH: bin })
    expect(both).toMatchObject({ code: 2, stdout: '' })
    expect(readdirSync(folder)).not.toContain('home')
  })

  test.skipIf(postgresBin === undefined)(
    'dumps a real server, and restores the dump, though lib/databases.ts names none',
    slow,
    async () => {
      const included = () =>
        readdirSync('packages/snapshots').map((name) =>
          readFileSync(`packages/snapshots/${name}/.include`, 'utf8'),
        )
      const before = included()
      const server = await startPostgres(postgresBin ?? '')
      try {
        server.psql(
          `CREATE ROLE app LOGIN PASSWORD 'pass/word'; CREATE DATABASE "My Shop" OWNER app`,
        )
        server.psql('SET ROLE app; CREATE TABLE a AS SELECT generate_series(1, 7) AS b', 'My Shop')
        const url = `postgresql://app:pass%2Fword@127.0.0.1:${server.port}/My%20Shop`
        const ended = await start(['--postgres', 'SHOP_URL', '--name', 'shop'], { SHOP_URL: url })
        expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' })
        expect(ended.stdout).toMatch(/restored 1 table, 7 rows/)
        expect(ended.stdout).not.toContain('pass%2Fword')
        const settings = path.join(home, 'shop.env')
        expect(readFileSync(settings, 'utf8')).toContain(url)
        expect(statSync(settings).mode & 0o777).toBe(0o600)
      } finally {
        server.close()
      }
      // What is deployed is as it was.
      expect(included()).toEqual(before)
    },
  )
})
