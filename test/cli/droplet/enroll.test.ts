/** Does the Droplet have all that it needs afterwards, by ssh and by one paste, and nothing of it when it is taken away? */
import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { readToken } from '../../../lib/rules/trust/tokens'
import { startCommand } from '../../fakes/command'
import { startServices } from '../../fakes/droplet-services'
import type { Services } from '../../fakes/droplet-services'
import { makeHost } from '../../fakes/host'

const secret = '0123456789abcdef0123456789abcdef'
const owner = userInfo().username
const command = startCommand()
const host = makeHost()
let services: Services

beforeAll(async () => {
  services = await startServices({
    accepts: (token, call) =>
      readToken(token, { current: secret }, new Set())?.scope ===
      (call === 'restore' ? 'restore' : 'push'),
  })
  services.verdict = ['verdict passed', 'finding passed rows 1 row in 1 table.']
  for (const name of ['tokens', 'sessions'])
    spawnSync('sqlite3', [path.join(host.root, `${name}.db`), `CREATE TABLE ${name}(b)`])
})
afterAll(async () => {
  command.end()
  host.remove()
  await services.close()
})

const cloud = () => ({
  PATH: host.searchPath,
  SPACES_ENDPOINT: 'https://fra1.digitaloceanspaces.com',
  SPACES_REGION: 'fra1',
  SPACES_BUCKET: 'copies',
  SPACES_API_KEY: 'key',
  SPACES_API_SECRET: 'secret-of-the-space',
  SNAPPROOF_SECRET: secret,
  SNAPPROOF_URL: services.url,
})

const enrolled = (...args: string[]) => command.run(['enroll', ...args], cloud())
const fileOf = (name: string) => path.join(host.root, `${name}.db`)
const both = () => [`tokens=${fileOf('tokens')}`, `sessions=${fileOf('sessions')}`]
const modeOf = (name: string) => (statSync(path.join(host.root, name)).mode & 0o777).toString(8)
const settings = (name: string) => host.read(`etc/snapproof/${name}.env`)
const tokenIn = (text: string) => /^SNAPPROOF_TOKEN=(.+)$/m.exec(text)?.[1] ?? ''

const settingsIn = (text: string, fence: RegExp): string =>
  (fence.exec(text)?.[1] ?? '').replaceAll(/^(SNAPPROOF_(?:URL|TOKEN))=.*$/gm, '$1=…')

describe('enroll', () => {
  test.each([
    { url: 'http://functions.example/api' },
    { url: 'ftp://functions.example/api' },
    { url: 'https://name:word@functions.example/api' },
    { url: 'https://functions.example/api?x=1' },
  ])('takes no address that push.sh would refuse on the host: $url', async ({ url }) => {
    const { code, stdout, stderr } = await enrolled('tokens=/srv/t.db', '--url', url)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('snapproof: push.sh sends its token to https:// alone')
    expect(stderr).not.toContain('word')
  })

  test('takes no database twice', async () => {
    const { code, stdout, stderr } = await enrolled('tokens=/srv/a.db', 'tokens=/srv/b.db')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('snapproof: tokens is named twice.')
  })
})

describe('enroll --ssh', () => {
  test('leaves two databases with scripts, settings, cron and a proven copy each', async () => {
    const { code, stdout, stderr } = await enrolled(...both(), '--ssh', 'root@droplet')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.match(/^verdict passed$/gm)).toHaveLength(2)
    expect(stdout).toMatch(/npx snapproof page\n$/)
    expect(services.stored.size).toBe(2)
    const bin = readdirSync(path.join(host.root, 'usr/local/bin'))
    expect(bin).toEqual(readdirSync('lib/droplet'))
    for (const name of bin) {
      expect(host.read(`usr/local/bin/${name}`)).toBe(readFileSync(`lib/droplet/${name}`, 'utf8'))
      expect(modeOf(`usr/local/bin/${name}`), name).toBe(
        /^(push|restore)\.sh$/.test(name) ? '755' : '644',
      )
    }
    for (const name of ['tokens', 'sessions']) {
      expect(modeOf(`etc/snapproof/${name}.env`)).toBe('600')
      expect(settings(name)).toContain(`SNAPPROOF_FILE=${fileOf(name)}\n`)
      expect(readToken(tokenIn(settings(name)), { current: secret }, new Set())).toMatchObject({
        scope: 'push',
        database: name,
      })
      const cron = host.read(`etc/cron.d/snapproof-${name}`)
      expect(cron).toMatch(
        new RegExp(`^0 1 \\* \\* \\* ${owner} \\S+/push\\.sh \\S+/${name}\\.env\n$`),
      )
    }
  })

  test('says no secret in an argument, and leaves it to ssh whom it trusts', () => {
    const said = host.sshArguments()
    expect(said).toMatch(/^-T\n--\nroot@droplet\n/)
    expect(said).not.toContain('-o')
    expect(said).not.toContain(tokenIn(settings('tokens')))
  })

  test('done again, it keeps what somebody wrote there, and has another token', async () => {
    const before = settings('tokens')
    const file = path.join(host.root, 'etc/snapproof/tokens.env')
    appendFileSync(file, 'export SNAPPROOF_WAIT=20 # short\nSNAPPROOF_SPOOL=/tmp\n')
    const cron = path.join(host.root, 'etc/cron.d/snapproof-tokens')
    writeFileSync(cron, readFileSync(cron, 'utf8').replace('0 1 *', '30 2 *'))
    const { code, stdout } = await enrolled(both()[0] ?? '', '--ssh', 'root@droplet')
    expect(code).toBe(0)
    expect(stdout).toContain('/usr/local/bin, as they were\n')
    expect(stdout).toContain(': 30 2 * * *')
    expect(readFileSync(cron, 'utf8')).toMatch(/^30 2 \* \* \*/)
    const after = settings('tokens')
    expect(after.replace(tokenIn(after), tokenIn(before))).toBe(
      `${before}export SNAPPROOF_WAIT=20 # short\nSNAPPROOF_SPOOL=/tmp\n`,
    )
    expect(tokenIn(after)).not.toBe(tokenIn(before))
    await enrolled(both()[0] ?? '', '--ssh', 'root@droplet')
    expect(settings('tokens').replace(tokenIn(settings('tokens')), tokenIn(after))).toBe(after)
  })

  test('ends as push.sh does, whose words it shows', async () => {
    spawnSync('sqlite3', [fileOf('tokens'), 'CREATE TABLE more(b)'])
    services.verdict = [
      'verdict failed',
      'finding failed header Not a database.',
      'mend Look at it.',
    ]
    const { code, stdout, stderr } = await enrolled(both()[0] ?? '', '--ssh', 'root@droplet')
    services.verdict = ['verdict passed']
    expect(code).toBe(1)
    expect(stdout).toContain('uploaded\n')
    expect(stderr).toContain('The database is damaged')
  })

  test.each([
    ['a host that is not there', 'nowhere', ['tokens=/srv/t.db'], 'ssh nowhere true'],
    [
      'an option for a host',
      '-oProxyCommand=touch',
      ['tokens=/srv/t.db'],
      'no host that ssh knows',
    ],
    ['a file that is not there', 'root@droplet', ['tokens=/srv/t.db'], 'There is no /srv/t.db on'],
    [
      'a user who is not there',
      'root@droplet',
      ['--user', 'nobody-here', 'tokens=/etc/passwd'],
      'There is no user nobody-here',
    ],
  ])('changes nothing for %s, and says why', async (_, name, args, why) => {
    const before = readdirSync(path.join(host.root, 'etc/snapproof'))
    const { code, stderr } = await enrolled(...args, `--ssh=${name}`)
    expect(code).toBe(2)
    expect(stderr).toContain(why)
    expect(stderr).toMatch(/\nmend: .+\n$/)
    expect(readdirSync(path.join(host.root, 'etc/snapproof'))).toEqual(before)
  })

  test('replaces no script of another program', async () => {
    const other = makeHost()
    spawnSync('sqlite3', [path.join(other.root, 't.db'), 'CREATE TABLE a(b)'])
    writeFileSync(path.join(other.root, 'usr/local/bin/push.sh'), 'git push\n')
    const ended = await command.run(
      ['enroll', `tokens=${path.join(other.root, 't.db')}`, '--ssh', 'root@droplet'],
      { ...cloud(), PATH: other.searchPath },
    )
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('There is a push.sh of another program')
    expect(other.read('usr/local/bin/push.sh')).toBe('git push\n')
    expect(other.has('etc/cron.d/snapproof-tokens')).toBe(false)
    other.remove()
  })
})

describe('enroll without --ssh', () => {
  test('prints one paste that does the same, and nothing where its end is missing', async () => {
    const other = makeHost()
    spawnSync('sqlite3', [path.join(other.root, 't.db'), 'CREATE TABLE other(b)'])
    const { code, stdout } = await enrolled(`tokens=${path.join(other.root, 't.db')}`)
    expect(code).toBe(0)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(4096)
    const cut = await other.paste(stdout.slice(0, stdout.indexOf('every_day\nabout')))
    expect(cut.stdout).toBe('')
    expect(other.has('etc/snapproof')).toBe(false)
    const ended = await other.paste(stdout)
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toContain('\nverdict passed\n')
    const installed = readdirSync(path.join(other.root, 'usr/local/bin')).toSorted()
    expect(installed).toEqual(readdirSync('lib/droplet').toSorted())
    other.remove()
  })
})

const shop = ['shop', '--postgres', 'postgresql://backup@localhost/shop'] as const

describe('enroll of a database of PostgreSQL', () => {
  test('prints the settings that lib/docs/postgresql.md shows', async () => {
    const { stdout } = await enrolled(...shop)
    const printed = settingsIn(stdout, /<<'SETTINGS'\n([^]*?)SETTINGS\n/)
    const page = readFileSync('lib/docs/postgresql.md', 'utf8')
    expect(printed).toBe(settingsIn(page, /shop\.env`[^`]*```sh\n([^`]*)```/))
    expect(printed).toContain('SNAPPROOF_KIND=postgres\nSNAPPROOF_POSTGRES=postgresql://')
    expect(stdout).toContain(' psql:postgresql-client\n')
    expect(stdout.replaceAll(/^put [^]*?\nBASE64$/gm, '')).not.toMatch(/sqlite|SNAPPROOF_FILE=/)
  })

  test('keeps the password that stands in its settings, and has a spool of its own', async () => {
    const paste = async () => {
      const { stdout } = await enrolled(...shop, '--user', owner)
      // There is no server here to be dumped.
      return host.paste(stdout.replace(/^need .*$/m, '').replace(/^first$/m, ''))
    }
    expect(await paste()).toMatchObject({ code: 0, stderr: '' })
    expect(modeOf('var/lib/snapproof/shop')).toBe('700')
    const file = path.join(host.root, 'etc/snapproof/shop.env')
    const own = settings('shop')
      .replace('backup@', 'backup:choose-one@')
      .replace(/SPOOL=.*/, 'SPOOL=/srv/waiting')
    writeFileSync(file, own)
    expect(await paste()).toMatchObject({ code: 0, stderr: '' })
    expect(settings('shop')).toContain(
      'SNAPPROOF_POSTGRES=postgresql://backup:choose-one@localhost/shop\n',
    )
    expect(settings('shop').match(/POSTGRES/g)).toHaveLength(1)
    expect(settings('shop').match(/^SNAPPROOF_SPOOL=.*$/gm)).toEqual([
      'SNAPPROOF_SPOOL=/srv/waiting',
    ])
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
    const asked = await enrolled(...shop, '--path', '/srv/shop.db')
    expect(asked).toMatchObject({ code: 2, stdout: '' })
    expect(asked.stderr).toContain('enroll shop --postgres')
  })
})

describe('enroll --remove', () => {
  const removed = (...args: string[]) => enrolled('--remove', ...args, '--ssh', 'root@droplet')

  test('takes one database away, and leaves the scripts to the others', async () => {
    const key = tokenIn(settings('tokens')).split('.')[2] ?? ''
    const { code, stdout, stderr } = await removed('tokens')
    expect(code).toBe(0)
    expect(stdout).toContain(`the key id of its token was ${key}`)
    expect(stdout).toContain('scripts      stay')
    expect(stderr).toContain('SNAPPROOF_REVOKED_KEYS')
    expect(stderr).toContain("expectEvery: 'off' for tokens")
    expect(host.has('etc/snapproof/tokens.env') || host.has('etc/cron.d/snapproof-tokens')).toBe(
      false,
    )
    expect(host.has('etc/snapproof/sessions.env')).toBe(true)
    expect(host.has('tokens.db')).toBe(true)
  })

  test('keeps a copy that could not be sent, and says where it is', async () => {
    const kept = path.join(host.root, '.snapproof-sessions')
    appendFileSync(path.join(kept, '1-2'), 'a copy')
    const { code, stdout } = await removed('sessions', 'shop')
    expect(code).toBe(0)
    expect(stdout).toContain(`something left in ${kept}`)
    expect(host.has('.snapproof-sessions/1-2')).toBe(true)
    expect(readdirSync(path.join(host.root, 'usr/local/bin'))).toEqual([])
    expect(host.has('etc/snapproof') || host.has('var/lib/snapproof')).toBe(false)
    expect(readdirSync(path.join(host.root, 'etc/cron.d'))).toEqual([])
  })

  test('of what is not there says that', async () => {
    expect(await removed('tokens')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('was not here'),
    })
  })
})
