/** The operator's command: what it prints, and how it ends. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { readToken } from '../../lib/rules/trust/tokens'
import { timers } from '../../lib/rules/watching/timers'
import { isThorough, slow } from '../cases'
import { startCommand } from '../fakes/command'
import type { Ended } from '../fakes/command'
import * as databases from '../fixtures/databases'

import { jsonShapes } from './json-shapes'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Whatever a filled-in .env says: no test touches a store of the person who runs it. */
const environment = (changes: Record<string, string>) => ({
  PATH: process.env['PATH'] ?? '',
  SNAPPROOF_HOME: path.join(folder, 'home'),
  SPACES_API_KEY: 'off',
  SPACES_API_SECRET: 'off',
  SNAPPROOF_URL: 'off',
  ...changes,
})

/** Functions in the cloud, which take no token of a machine's own secret. */
const cloud = {
  SPACES_ENDPOINT: 'https://fra1.digitaloceanspaces.com',
  SPACES_REGION: 'fra1',
  SPACES_BUCKET: 'copies',
  SPACES_API_KEY: 'key',
  SPACES_API_SECRET: 'key of the key',
  SNAPPROOF_SECRET: '0123456789abcdef0123456789abcdef',
}

const command = startCommand()
afterAll(() => command.end())

const snapproof = (args: readonly string[], changes: Record<string, string> = {}): Promise<Ended> =>
  command.run(args, environment(changes))

/** As a person runs it: a process of its own. */
const launched = (args: readonly string[], changes: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const env = environment(changes)
    const child = spawn(process.execPath, ['lib/cli/launch.mjs', ...args], { env })
    const ended: Ended = { code: null, stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (ended.stdout += chunk))
    child.stderr.on('data', (chunk) => (ended.stderr += chunk))
    child.on('close', (code) => resolve({ ...ended, code }))
  })

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

const fileWith = (name: string, bytes: Buffer): string => {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return file
}

describe('snapproof', () => {
  const verbs =
    'start verify list plan prune pin unpin accept drill rehearse report evidence alert-test enroll resign doctor'.split(
      ' ',
    )

  test('tells its verbs, and the options of each', async () => {
    const overview = await launched(['--help'])
    expect(overview.code).toBe(0)
    for (const verb of verbs) {
      expect(overview.stdout).toContain(`  ${verb}`)
      const help = await snapproof([verb, '--help'])
      expect(help, verb).toMatchObject({ code: 0, stderr: '' })
      expect(help.stdout, verb).toMatch(/^usage: /)
    }
  })

  test('loads no package before it knows which verb is meant', () => {
    const script = `
      const { main } = require('./.build/snapproof.cjs')
      void main(['--help'], process.cwd()).then(() => {
        const packages = Object.keys(require.cache).filter((file) => file.includes('node_modules'))
        process.stderr.write(packages.join('\\n'))
      })`
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    expect(stdout).toContain('usage: npm run')
    expect(stderr).toBe('')
  })

  test.each([
    { name: 'a package that is missing', contents: `import 'no-such-package'`, is: true },
    { name: 'a file of ours that is missing', contents: `import './no-such-file'`, is: false },
    { name: 'a mistake in the sources', contents: 'const', is: false },
  ])('tells $name from the others, when it cannot be bundled', ({ contents, is }) => {
    const load = createRequire(import.meta.url)
    const { isPackageMissing } = load('../../lib/cli/bundle.cjs')
    const stdin = { contents, resolveDir: process.cwd() }
    let seen: unknown
    try {
      load('esbuild').buildSync({ stdin, bundle: true, logLevel: 'silent', write: false })
    } catch (thrown) {
      seen = isPackageMissing(thrown)
    }
    expect(seen).toBe(is)
  })

  const refused = [
    { name: 'an unknown verb', args: ['frobnicate'] },
    { name: 'an unknown option', args: ['list', '--colour'] },
    { name: 'a verify of nothing', args: ['verify'] },
    { name: 'a port that is none', args: ['start', '--port', '70000'] },
    { name: 'a file that is not there', args: ['verify', '/nowhere/x.db'] },
    { name: 'a folder', args: ['verify', '/tmp'] },
    { name: 'a database name that is none', args: ['list', '../tokens'] },
    {
      name: 'a relative path for cron',
      args: ['enroll', 'tokens', '--url', 'http://127.0.0.1:1', '--path', 'a.db'],
    },
    { name: 'a database of a slip of the hand', args: ['list', 'tokns'] },
    { name: 'a verify of one that is not stored', args: ['verify', '--stored', 'tokns'] },
    { name: 'a verify of all without a store', args: ['verify', 'x.db', '--all'] },
    {
      name: 'a verify of two things',
      args: ['verify', '--stored', '--database', 'tokens'],
    },
    { name: 'expectations of one that is not listed', args: ['verify', 'x.db', '--database', 'a'] },
    ...['plan', 'prune', 'drill', 'resign'].map((verb) => ({
      name: `a ${verb} of a database that is not there`,
      args: [verb, 'orders'],
    })),
  ]
  test('refuses what it does not understand with a sentence and a mend', async () => {
    for (const { name, args } of refused) {
      const ended = await snapproof(args)
      expect(ended, name).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr, name).toMatch(/^snapproof: .+\nmend: .+\n$/)
    }
    const [{ args = [] } = {}] = refused
    expect(await launched(args)).toEqual(await snapproof(args))
  })
})

describe('a slip of the hand', () => {
  const ticketsShown = '"npx snapproof list" shows the ticket of each copy.'
  const needs = (option: string) => [
    `${option} needs a value behind it.`,
    `Write ${option} VALUE; --help says what it may be. One that begins with "-" is written ${option}=VALUE.`,
  ]
  test.each([
    { typed: 'veryfy', said: ['there is no verb "veryfy".', 'You may mean "verify".'] },
    {
      typed: 'restore tokens',
      said: [
        'there is no verb "restore".',
        'A restore is made on the Droplet: restore.sh /etc/snapproof/DATABASE.env',
      ],
    },
    { typed: 'list --jsno', said: ['There is no option --jsno here.', 'You may mean --json.'] },
    {
      typed: 'list --colour',
      said: ['There is no option --colour here.', 'There are: --json. --help says what each does.'],
    },
    {
      typed: 'list tokens sessions',
      said: ['2 databases are named, and it takes one: tokens, sessions.', 'Name one of them.'],
    },
    { typed: 'diff a', said: ['diff takes two ticket ids.', ticketsShown] },
    { typed: 'pin', said: ['pin takes one ticket id.', ticketsShown] },
    {
      typed: 'drill --from third',
      said: ['"third" is no place.', 'Say --from first, or --from second.'],
    },
    {
      typed: 'evidence --from 2026',
      said: ['The days are not understood.', 'Give UTC days: --from 2026-01-01 --to 2026-03-31.'],
    },
    { typed: 'metrics', said: ['It takes one of two options.', 'Say --rules or --dashboard.'] },
    {
      typed: 'verify',
      said: ['verify takes one file.', 'Give its path: npx snapproof verify path/to/your.db'],
    },
    { typed: 'list --json=yes', said: ['--json takes no value.', 'Write --json alone.'] },
    { typed: 'report --since', said: needs('--since') },
    { typed: 'report --html --json', said: needs('--html') },
    {
      typed: 'list Tokens',
      said: [
        '"Tokens" is no name of a database.',
        'A database name is 1 to 64 lower-case letters, digits, "-" or "_", and starts with a letter or digit.',
      ],
    },
  ])('$typed', async ({ typed, said: [why, mend] }) => {
    const ended = await snapproof(typed.split(' '))
    expect(ended).toEqual({ code: 2, stdout: '', stderr: `snapproof: ${why}\nmend: ${mend}\n` })
  })
})

describe('a database that is not there', () => {
  test.each([
    ['tokns', 'You may mean tokens.'],
    ['orders', 'Name one of these.'],
  ])('is said to be none: %s', async (name, mend) => {
    const { code, stderr } = await snapproof(['list', name])
    expect(code).toBe(2)
    expect(stderr).toBe(
      `snapproof: There is no database ${name}; there are: sessions, tokens.\nmend: ${mend}\n`,
    )
  })

  test('is there where lib/databases.ts names it, before its first copy', async () => {
    const listed = await snapproof(['list', 'sessions'])
    expect(listed).toMatchObject({ code: 0, stderr: '' })
    expect(listed.stdout).toMatch(/^No snapshots yet/)
  })
})

describe('snapproof verify', () => {
  test.each([
    { name: 'sound.db', bytes: databases.sound, code: 0, verdict: 'passed' },
    { name: 'wal.db', bytes: databases.withFlaggedWal, code: 0, verdict: 'passed' },
    {
      name: 'sound.db.gz',
      bytes: () => databases.archived(databases.sound()),
      code: 0,
      verdict: 'passed',
    },
    { name: 'bare.db', bytes: databases.withoutTables, code: 0, verdict: 'warned' },
    { name: 'damaged.db', bytes: databases.withZeroedPage, code: 1, verdict: 'failed' },
    { name: 'short.db', bytes: databases.truncated, code: 1, verdict: 'failed' },
    { name: 'empty.db', bytes: databases.empty, code: 1, verdict: 'failed' },
    { name: 'page.db', bytes: databases.errorPage, code: 1, verdict: 'failed' },
    { name: 'name with\nnewline.db', bytes: databases.sound, code: 0, verdict: 'passed' },
  ])('says $verdict for $name, and exits $code', async ({ name, bytes, code, verdict }) => {
    const file = fileWith(name, bytes())
    const run = isThorough && name === 'damaged.db' ? launched : snapproof
    const ended = await run(['verify', file, '--json'])
    expect(ended, ended.stderr).toMatchObject({ code, stderr: '' })
    const result = jsonShapes.verify.parse(JSON.parse(ended.stdout))
    expect(result.verdict).toBe(verdict)
    expect(result.findings.length).toBeGreaterThan(0)
  })

  test('says could-not-check, exit 3, for a file that looks encrypted', async () => {
    const random = Buffer.concat(
      Array.from({ length: 256 }, (_, i) => createHash('sha256').update(String(i)).digest()),
    )
    expect((await snapproof(['verify', fileWith('secret.db', random)])).code).toBe(3)
  })

  test('changes nothing: not the file, nor its time, nor what lies beside it', async () => {
    const file = fileWith('kept/../kept.db', databases.withFlaggedWal())
    const before = {
      bytes: readFileSync(file),
      mtime: statSync(file).mtimeMs,
      beside: readdirSync(folder),
    }
    await snapproof(['verify', file])
    expect(readFileSync(file).equals(before.bytes)).toBe(true)
    expect(statSync(file).mtimeMs).toBe(before.mtime)
    expect(readdirSync(folder)).toEqual(before.beside)
  })

  test('warns of a -wal beside it', async () => {
    const file = fileWith('withwal.db', databases.withFlaggedWal())
    writeFileSync(`${file}-wal`, Buffer.alloc(4128, 1))
    const ended = await snapproof(['verify', file])
    expect(ended.code).toBe(0)
    expect(ended.stdout).toMatch(/^warned/)
    expect(ended.stdout).toContain('-wal')
  })

  test('holds a file against what lib/databases.ts expects, when asked', async () => {
    const file = fileWith('other.db', databases.madeBy('CREATE TABLE other (a)'))
    expect((await snapproof(['verify', file])).code).toBe(0)
    const held = await snapproof(['verify', file, '--database', 'tokens'])
    expect(held.code).toBe(4)
    expect(held.stdout).toContain('table tokens')
    expect(held.stdout).not.toMatch(/damaged|failed/)
  })
})

describe('snapproof enroll', () => {
  test('prints a settings file whose token pushes that database and nothing else', async () => {
    const args = [
      'enroll',
      'tokens',
      '--url',
      'https://x.example/snapshots/',
      '--path',
      '/srv/a b/t.db',
    ]
    const { code, stdout } = await snapproof(args, cloud)
    expect(code).toBe(0)
    expect(stdout).toContain("about tokens '/srv/a b/t.db' ''\nsettle <<'SETTINGS'\n")
    expect(stdout).toContain('SNAPPROOF_URL=https://x.example/snapshots\n')
    expect(stdout).toContain("SNAPPROOF_FILE='/srv/a b/t.db'\n")
    const token = /^SNAPPROOF_TOKEN=(.+)$/m.exec(stdout)?.[1] ?? ''
    const grant = readToken(token, { current: cloud.SNAPPROOF_SECRET }, new Set())
    expect(grant).toMatchObject({ scope: 'push', database: 'tokens' })
  })

  test('its lines can be pasted: the shell takes them', async () => {
    const args = ['enroll', 'tokens', '--url', 'https://x.example/s', '--path', '/srv/t.db']
    const { stdout } = await snapproof(args, cloud)
    const parsed = spawnSync('sh', ['-n'], { input: stdout, encoding: 'utf8' })
    expect(parsed).toMatchObject({ status: 0, stderr: '' })
  })

  test('its settings are read by push.sh as they are meant, whatever the path', async () => {
    const args = ['enroll', 'tokens', '--url', 'https://x.example/s']
    const file = path.join(folder, "an app's.db")
    spawnSync('sqlite3', [file, 'CREATE TABLE a(b)'])
    const settings = path.join(folder, 'own.env')
    const printed = await snapproof([...args, '--path', file], cloud)
    const text = /<<'SETTINGS'\n([^]*?)SETTINGS\n/.exec(printed.stdout)?.[1] ?? ''
    expect(text).toContain(`SNAPPROOF_FILE="${file}"\n`)
    writeFileSync(settings, text, { mode: 0o600 })
    const asked = spawnSync('lib/droplet/push.sh', ['--check', settings], { encoding: 'utf8' })
    expect(asked).toMatchObject({ status: 0, stderr: '' })
    expect(asked.stdout).toContain(`${file} is sound`)
  })

  test('refuses a path that a settings file cannot hold', async () => {
    const file = `/srv/"it's"/t.db`
    const args = ['enroll', 'tokens', '--url', 'https://x.example/s', '--path', file]
    const { code, stderr } = await snapproof(args, cloud)
    expect(code).toBe(2)
    expect(stderr).toContain('both sorts of quotes')
  })

  test('mints no token that the functions in the cloud would refuse', async () => {
    const args = ['enroll', 'tokens', '--path', '/srv/t.db', '--url']
    const refused = await snapproof([...args, 'https://x.example/s'])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('would refuse it')
    expect((await snapproof([...args, 'http://127.0.0.1:4664/s'])).code).toBe(0)
    expect(statSync(path.join(folder, 'home/secrets.json')).mode & 0o777).toBe(0o600)
  })

  test('notes a name that lib/databases.ts has not, and the one that may be meant', async () => {
    const args = ['enroll', 'tokns', '--path', '/srv/t.db', '--url', 'https://x.example/s']
    const { code, stderr } = await snapproof(args, cloud)
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^note: lib\/databases\.ts does not name tokns, .+ You may mean tokens\.\n$/,
    )
  })

  test('mints the restore and the read token alone', async () => {
    expect((await snapproof(['enroll', 'tokens', '--restore'])).stdout).toMatch(
      /^restore\.tokens\.[0-9a-f]{8}\.\S+\n$/,
    )
    expect((await snapproof(['enroll', '--read'])).stdout).toMatch(
      /^read\.all\.[0-9a-f]{8}\.\S+\n$/,
    )
  })

  test('names every missing setting when a store is configured by halves', async () => {
    const ended = await snapproof(
      ['enroll', 'tokens', '--url', 'https://x.example', '--path', '/a.db'],
      { SPACES_API_KEY: 'x' },
    )
    expect(ended.code).toBe(2)
    for (const name of [
      'SPACES_ENDPOINT',
      'SPACES_BUCKET',
      'SPACES_API_SECRET',
      'SNAPPROOF_SECRET',
    ]) {
      expect(ended.stderr).toContain(name)
    }
  })
})

describe('npm start', () => {
  const home = { SNAPPROOF_HOME: path.join(folder, 'started') }

  test('carries a sample that is being written to through to its verdict', slow, async () => {
    const port = await freePort()
    const ended = await launched(['start', '--once', '--port', String(port)], home)
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/verdict passed/)
    expect(ended.stdout).toMatch(
      new RegExp(`status page +http://127\\.0\\.0\\.1:${port}/\\S+/status`),
    )
  })

  test('says that the port it is to take is taken, and leaves nothing behind', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const ended = await snapproof(['start', '--once', '--port', String(portOf(server))], home)
    const port = portOf(server)
    await new Promise((resolve) => server.close(resolve))
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain(`Port ${port} of this machine is taken`)
    expect(readdirSync(home.SNAPPROOF_HOME)).not.toContain('running.json')
  })

  test('takes a file of one’s own, leaves it as it was, and says unchanged the second time', async () => {
    const file = fileWith('My App.sqlite3', databases.sound(1234))
    const before = {
      bytes: readFileSync(file),
      mtime: statSync(file).mtimeMs,
      beside: readdirSync(folder),
    }
    const first = await snapproof(['start', '--once', '--database', file], home)
    expect(first, first.stderr).toMatchObject({ code: 0 })
    const second = await snapproof(['start', '--once', '--database', file], home)
    expect(second).toMatchObject({ code: 0 })
    expect(second.stdout).toContain('unchanged')
    expect(readFileSync(file).equals(before.bytes)).toBe(true)
    expect(statSync(file).mtimeMs).toBe(before.mtime)
    expect(readdirSync(folder).toSorted()).toEqual(
      [...new Set([...before.beside, 'started'])].toSorted(),
    )
    const listed = await snapproof(['list', 'my-app', '--json'], home)
    expect(jsonShapes.list.parse(JSON.parse(listed.stdout))).toMatchObject([
      { verdict: 'passed', database: 'my-app' },
    ])
    const planned = await snapproof(['plan', 'my-app', '--json'], home)
    const [plan] = jsonShapes.plan.parse(JSON.parse(planned.stdout))
    expect(plan?.copies.map(({ keep }) => keep)).toEqual([true])
  })

  test('says what is damaged and exits 1', async () => {
    const file = fileWith('broken.db', databases.withZeroedPage())
    // What push.sh says goes past a command that is asked with others in one process.
    const ask = isThorough ? launched : snapproof
    const ended = await ask(['start', '--once', '--database', file], home)
    expect(ended.code).toBe(1)
    if (!isThorough) return
    expect(`${ended.stdout}${ended.stderr}`).toMatch(/damaged/)
    expect(ended.stderr).toMatch(/mend: /)
  })

  test('shows what retention would do, and lets people pin and overrule', async () => {
    const idOf = async (database: string): Promise<string> => {
      const { stdout } = await snapproof(['list', database, '--json'], home)
      const [{ ticket }] = JSON.parse(stdout) as [{ ticket: string }]
      return ticket
    }
    const good = await idOf('my-app')
    const bad = await idOf('broken')
    const stored = await snapproof(['verify', '--stored', '--all', '--json'], home)
    expect(stored).toMatchObject({ code: 1, stderr: '' })
    const verdicts = jsonShapes.stored
      .parse(JSON.parse(stored.stdout))
      .map(({ ticket, verdict }) => [ticket, verdict])
    expect(verdicts).toEqual(
      expect.arrayContaining([
        [good, 'passed'],
        [bad, 'failed'],
      ]),
    )
    const one = await snapproof(['verify', '--stored', good], home)
    expect(one).toMatchObject({ code: 0, stderr: '' })
    expect(one.stdout).toMatch(new RegExp(`^passed +${good} .+\n\\(1 copy: 1 passed\\)\n$`))
    const plan = await snapproof(['plan', 'my-app'], home)
    expect(plan).toMatchObject({ code: 0, stderr: '' })
    expect(plan.stdout).toMatch(/^my-app: 7 daily, 4 weekly and 12 monthly copies/)
    expect(plan.stdout).toMatch(new RegExp(`^keep +${good} +passed +daily 1 of 7`, 'm'))
    expect(plan.stdout).toMatch(/1 copy, all stay/)
    expect((await snapproof(['plan', 'broken'], home)).stdout).toContain(
      'brake: Nothing is deleted',
    )

    const pinned = await snapproof(['pin', good, '--note', 'a\nb', '--by', 'ann'], home)
    expect(pinned).toMatchObject({ code: 0, stderr: '' })
    expect((await snapproof(['list'], home)).stdout).toMatch(/^passed, pinned +my-app/m)
    expect((await snapproof(['unpin', good], home)).code).toBe(0)
    const again = await snapproof(['unpin', good], home)
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toContain('is not pinned')

    expect((await snapproof(['accept', bad], home)).stderr).toContain('needs a --reason')
    expect((await snapproof(['accept', good, '--reason', 'x'], home)).stderr).toContain(
      'nothing to overrule',
    )
    const accepted = await snapproof(['accept', bad, '--reason', 'known', '--by', 'ann'], home)
    expect(accepted).toMatchObject({ code: 0, stderr: '' })
    expect((await snapproof(['list', 'broken'], home)).stdout).toMatch(/^accepted +broken/m)
    const nothing = await snapproof(['prune', '--apply'], home)
    expect(nothing).toMatchObject({ code: 0, stderr: '' })
    expect(nothing.stdout).toContain('my-app: there is nothing to let go of (1 snapshot).')
    expect((await snapproof(['pin', 'my-app_2025-01-01T000000Z_abcdef'], home)).stderr).toMatch(
      /There is no copy/,
    )
  })

  test('names the package to install before it does anything', async () => {
    const bin = path.join(folder, 'bin')
    spawnSync('mkdir', ['-p', bin])
    for (const program of ['curl', 'flock', 'sha256sum', 'md5sum', 'sh']) {
      spawnSync('ln', [
        '-sf',
        spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim(),
        bin,
      ])
    }
    const nowhere = path.join(folder, 'never-made')
    const ended = await launched(['start', '--once'], { PATH: bin, SNAPPROOF_HOME: nowhere })
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(/mend: apt-get install -y sqlite3\n/)
    expect(readdirSync(folder)).not.toContain('never-made')
  })

  test('doctor finds nothing wrong with what was started', async () => {
    const ended = await snapproof(['doctor', '--json'], home)
    expect(ended.code, ended.stdout).toBe(0)
    const seen = jsonShapes.doctor.parse(JSON.parse(ended.stdout))
    expect(seen.filter(({ state }) => state === 'wrong')).toEqual([])
    const good = [
      'settings',
      'bucket',
      'clock',
      'unversioned',
      'no expiry',
      'upload address',
      'one use',
      'bound bytes',
      'bound headers',
      'no copying',
      'private',
      'deleting',
    ]
    // Whether a timer came while this ran is a matter of the time of day.
    const ok = seen.filter(
      ({ what, state }) => state === 'ok' && !timers.some((one) => one === what),
    )
    expect(ok.map(({ what }) => what)).toEqual(good)
  })
})
