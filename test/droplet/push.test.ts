// The real push.sh under dash, against services that take nothing but what was signed: what it sends, says and leaves.
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { isThorough, slow, some } from '../cases'
import {
  kill9,
  killApp,
  makeDatabase,
  makeDroplet,
  ownScripts,
  sha256,
  sql,
  startApp,
  startServices,
} from '../fakes/droplet-services'
import type { Droplet, Ended, Services } from '../fakes/droplet-services'

let services: Services
let droplet: Droplet

const settle = (made: Droplet): Droplet => {
  Object.assign(made.env, {
    SNAPPROOF_URL: services.url,
    SNAPPROOF_TOKEN: 'push-secret',
    SNAPPROOF_WAIT: '20',
  })
  return made
}

beforeEach(async () => {
  services = await startServices()
  droplet = settle(makeDroplet('push.sh'))
})

afterEach(async () => {
  await services.close()
  droplet.remove()
})

const quiet: Ended = { code: 0, out: '', err: '' }
const spool = () => join(droplet.home, '.snapproof-tokens')
const waiting = () => readdirSync(spool()).filter((name) => name !== 'lock')
const lastStored = () => {
  const last = [...services.stored.values()].at(-1)
  if (!last) throw new Error('nothing was stored')
  return last
}

/** Opens what arrived with the real sqlite3. */
const ask = (statement: string): string => {
  const file = join(droplet.home, '..', 'arrived.db')
  writeFileSync(file, lastStored().bytes)
  return sql(file, statement)
}

/** Everything that must be the same about the source before and after. */
const sourceNow = () => {
  const { mtimeMs, ino, mode } = statSync(droplet.database)
  const beside = readdirSync(droplet.home).filter((name) => name.startsWith('tokens.db'))
  const contents = beside
    .filter((name) => !name.endsWith('-shm'))
    .map((name) => sha256(readFileSync(join(droplet.home, name))))
  return { mtimeMs, ino, mode, beside, contents }
}

/** The app commits two rows at once: an odd count is a torn copy. */
const expectWhole = () => {
  expect(ask('PRAGMA integrity_check')).toBe('ok')
  expect(Number(ask('SELECT count(*) FROM tokens WHERE value = 1')) % 2).toBe(0)
  expect(Number(ask('SELECT count(*) FROM tokens'))).toBeGreaterThan(5000)
}

const asRoot = test.skipIf(process.getuid?.() !== 0)

/** Runs push.sh as a user who may read the database, but not write to it. */
const runAsNobody = async (mayWriteBeside: string): Promise<Ended> => {
  chmodSync(droplet.home, mayWriteBeside === 'may' ? 0o777 : 0o755)
  for (const name of readdirSync(droplet.home)) chmodSync(join(droplet.home, name), 0o644)
  const root = join(droplet.home, '..')
  const own = join(root, 'own')
  mkdirSync(own)
  chownSync(own, 65534, 65534)
  const script = join(ownScripts(droplet), 'push.sh')
  const child = spawn(
    '/usr/bin/setpriv',
    ['--reuid=65534', '--regid=65534', '--clear-groups', '/usr/bin/dash', script],
    {
      env: { ...droplet.env, PATH: droplet.env['FAKE_REAL'], SNAPPROOF_SPOOL: own },
      cwd: '/',
    },
  )
  const ended: Ended = { code: null, out: '', err: '' }
  child.stdout.on('data', (text) => (ended.out += String(text)))
  child.stderr.on('data', (text) => (ended.err += String(text)))
  const code = await new Promise<number | null>((over) => child.on('close', over))
  return { ...ended, code }
}

describe('a sound push', () => {
  test('says nothing, and the store has the very bytes of the claim', async () => {
    makeDatabase(droplet.database)
    expect(await droplet.run()).toEqual(quiet)
    const { bytes, claim } = lastStored()
    expect(claim).toEqual({
      database: 'tokens',
      encoding: 'identity',
      host: hostname(),
      journal_mode: 'delete',
      md5: spawnSync('md5sum', { input: bytes, encoding: 'utf8' }).stdout.slice(0, 32),
      sha256: sha256(bytes),
      size_bytes: String(bytes.length),
      sqlite_version: expect.stringMatching(/^3\.\d+\.\d+$/),
      script: '2',
      taken_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    })
    expect(ask('SELECT count(*) FROM tokens')).toBe('200')
    expect(readdirSync(spool())).toEqual(['lock'])
  })

  test('with -v says each step in one line', async () => {
    makeDatabase(droplet.database, { mode: 'wal' })
    const { code, out, err } = await droplet.run(['-v'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.replace(/\d+ bytes/, 'N bytes')).toMatchInlineSnapshot(`
      "copied N bytes
      ticket tokens_2025-07-04T010000Z_000000
      uploaded
      verdict passed
        passed structure integrity_check says ok
      "
    `)
    expect(lastStored().claim['journal_mode']).toBe('wal')
  })

  test('of an unchanged database uploads nothing and is quiet', slow, async () => {
    makeDatabase(droplet.database)
    await droplet.run()
    expect(await droplet.run()).toEqual(quiet)
    expect(services.stored.size).toBe(1)
    expect((await droplet.run(['-v'])).out).toContain('unchanged tokens_2025-07-04T010000Z_000000')
  })

  test('tells the log of the machine in one line what each run came to', slow, async () => {
    makeDatabase(droplet.database)
    const log = join(droplet.home, 'log')
    const logger = `#!/bin/sh\nprintf '%s ' "$@" >>'${log}' && exec cat >>'${log}'\n`
    writeFileSync(join(droplet.home, 'logger'), logger, { mode: 0o755 })
    const more = { PATH: `${droplet.home}:${droplet.env['PATH'] ?? ''}` }
    expect(await droplet.run([], more)).toEqual(quiet)
    expect(await droplet.run([], more)).toEqual(quiet)
    services.plan.ticket.push({ fault: 'forbidden', passing: 'no' })
    sql(droplet.database, 'DELETE FROM tokens WHERE rowid = 1')
    expect((await droplet.run([], more)).code).toBe(2)
    const { bytes } = lastStored()
    expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
      `-t snapproof tokens: passed tokens_2025-07-04T010000Z_000000, ${bytes.length} bytes`,
      '-t snapproof tokens: unchanged tokens_2025-07-04T010000Z_000000',
      `-t snapproof tokens: It is not to be. The copy stays in ${spool()} for the next run.`,
    ])
  })

  test('says one line to a person at a terminal, who would wonder at silence', slow, async () => {
    makeDatabase(droplet.database)
    const env = { ...droplet.env, PATH: droplet.env['PATH'] ?? '' }
    const typed = `${droplet.shell.join(' ')} ${join(droplet.scripts, 'push.sh')}`
    const child = spawn('/usr/bin/script', ['-qec', typed, '/dev/null'], { env, cwd: droplet.home })
    let out = ''
    child.stdout.on('data', (text) => (out += String(text)))
    await new Promise((over) => child.on('close', over))
    expect(out).toBe(
      `tokens: passed tokens_2025-07-04T010000Z_000000, ${lastStored().bytes.length} bytes\r\n`,
    )
  })

  test('keeps a warned verdict quiet, unless -v is given', slow, async () => {
    makeDatabase(droplet.database)
    services.verdict = ['verdict warned', 'finding warned rows 3 rows fewer', 'mend Look at it.']
    expect(await droplet.run()).toEqual(quiet)
    sql(droplet.database, 'DELETE FROM tokens LIMIT 1; VACUUM')
    sql(droplet.database, 'CREATE TABLE more(x)')
    expect((await droplet.run(['-v'])).out).toContain(
      'verdict warned\n  warned rows 3 rows fewer\n',
    )
  })

  test('compresses on request, and claims both sizes and hashes', async () => {
    makeDatabase(droplet.database)
    expect(await droplet.run(['--gzip'])).toEqual(quiet)
    const { bytes, claim } = lastStored()
    const raw = gunzipSync(bytes)
    expect(claim).toMatchObject({
      encoding: 'gzip',
      raw_size_bytes: String(raw.length),
      raw_sha256: sha256(raw),
      size_bytes: String(bytes.length),
    })
  })

  test('shows the token and the signed address to no argument list', async () => {
    makeDatabase(droplet.database)
    const names = 'sed grep printf cat cp mv df awk sqlite3 sha256sum md5sum stat cmp date'.split(
      ' ',
    )
    droplet.watch(...names.filter((name) => name !== 'printf'))
    expect(await droplet.run()).toEqual(quiet)
    expect(droplet.argumentsSeen()).not.toMatch(/push-secret|X-Amz-Signature|Bearer/)
    // How long it waits to be connected, and for a store that takes next to nothing.
    const calls = droplet.argumentsSeen().match(/^-q -g.*$/gm) ?? []
    expect(plain(calls.join('\n')).replace(/\d+-\d+\/snapshot/, 'TIME-PID/snapshot'))
      .toMatchInlineSnapshot(`
      "-q -gsS --proto =http,https --connect-timeout 10 -Y 1000 -y 60 -K - -o answer -w %{http_code} --url http://HOST/ticket
      -q -gsS --proto =http,https --connect-timeout 10 -Y 1000 -y 60 -K - -o answer -w %{http_code} -T ../TIME-PID/snapshot
      -q -gsS --proto =http,https --connect-timeout 10 -Y 1000 -y 60 -K - -o answer -w %{http_code} --url http://HOST/verdict"
    `)
  })

  test('works in a folder whose name has spaces, quotes and signs', slow, async () => {
    droplet.remove()
    droplet = settle(makeDroplet('push.sh', `it's a "f%41lder"; $HOME #1? & [so]`))
    makeDatabase(droplet.database, { mode: 'wal' })
    await killApp(droplet.database, 'after commits')
    expect(await droplet.run()).toEqual(quiet)
    expect(ask("SELECT count(*) FROM tokens WHERE value LIKE 'killed%'")).toBe('200')
  })
})

describe('the copy', () => {
  test.each(some(['wal', 'delete'], 1))(
    'is whole while an app keeps committing (%s)',
    async (mode) => {
      makeDatabase(droplet.database, { mode, rows: 5000 })
      const app = await startApp(droplet.database)
      expect(await droplet.run()).toEqual(quiet)
      await app.stop()
      if (mode === 'wal') expect(existsSync(`${droplet.database}-wal`)).toBe(true)
      expectWhole()
    },
  )

  asRoot.each(some(['wal', 'delete'], 1))(
    'is whole for a user who may only read, while an app keeps committing (%s)',
    slow,
    async (mode) => {
      makeDatabase(droplet.database, { mode, rows: 5000 })
      const app = await startApp(droplet.database)
      expect(await runAsNobody('may not')).toEqual(quiet)
      await app.stop()
      expectWhole()
    },
  )

  const cases = [
    { name: 'a WAL database that was closed', mode: 'wal' },
    { name: 'a WAL database with a left-over -wal', mode: 'wal', killed: 'after commits' },
    { name: 'a rollback database', mode: 'delete' },
  ] as const
  describe.each(some(cases, 1))('of $name', ({ mode, ...how }) => {
    const killed = 'killed' in how
    const question =
      "SELECT count(*) FROM tokens WHERE value LIKE 'killed%'; PRAGMA integrity_check"

    beforeEach(async () => {
      makeDatabase(droplet.database, { mode })
      if (killed) await killApp(droplet.database, how.killed)
      utimesSync(droplet.database, 1e9, 1e9)
    })

    test.each(some(['sqlite3', 'python3'], 1))(
      'leaves the source as it was, and is complete (%s)',
      async (tool) => {
        if (tool === 'python3') droplet.without('sqlite3')
        const before = sourceNow()
        expect(await droplet.run()).toEqual(quiet)
        expect(sourceNow()).toEqual(before)
        expect(ask(question)).toBe(killed ? '200\nok' : '0\nok')
        expect(lastStored().claim['sqlite_version']).toMatch(/^3\./)
      },
    )

    asRoot.each(['may', 'may not'])(
      'needs no right to write to it, by a user who %s write beside it',
      slow,
      async (may) => {
        const before = sourceNow()
        expect(await runAsNobody(may)).toEqual(quiet)
        expect(sourceNow()).toEqual(before)
        expect(ask(question)).toBe(killed ? '200\nok' : '0\nok')
      },
    )
  })

  describe('of a database with a hot journal', () => {
    let sound: Buffer
    beforeEach(async () => {
      makeDatabase(droplet.database)
      sound = readFileSync(droplet.database)
      await killApp(droplet.database, 'in a transaction')
      expect(existsSync(`${droplet.database}-journal`)).toBe(true)
    })

    test.each(some(['python3', 'sqlite3'], 1))(
      'is the rolled-back state, as is the source (%s)',
      slow,
      async (tool) => {
        if (tool === 'python3') droplet.without('sqlite3')
        expect(await droplet.run()).toEqual(quiet)
        expect(sourceNow()).toMatchObject({ beside: ['tokens.db'], contents: [sha256(sound)] })
        expect(ask('SELECT * FROM tokens')).toBe(sql(droplet.database, 'SELECT * FROM tokens'))
        expect(ask('PRAGMA integrity_check')).toBe('ok')
      },
    )

    asRoot.each(['may', 'may not'])(
      'is not taken by a user who may not write, and %s write beside it',
      slow,
      async (may) => {
        const before = sourceNow()
        const { code, err } = await runAsNobody(may)
        expect(code).toBe(2)
        expect(err).toContain('attempt to write a readonly database')
        expect(sourceNow()).toEqual(before)
        expect(services.stored.size).toBe(0)
      },
    )
  })

  test('says by whom to ask when another process holds the lock', async () => {
    makeDatabase(droplet.database)
    droplet.watch('sqlite3')
    const holder = sql(droplet.database, 'SELECT 1')
    expect(holder).toBe('1')
    writeFileSync(
      join(droplet.home, 'sqlite3'),
      '#!/bin/sh\necho "-- Loading" >&2; echo "Error: database is locked" >&2; exit 5\n',
      { mode: 0o755 },
    )
    const { code, err } = await droplet.run([], {
      PATH: `${droplet.home}:${droplet.env['PATH'] ?? ''}`,
    })
    expect(code).toBe(2)
    expect(plain(err)).toMatchInlineSnapshot(`
      "push.sh: SQLite could not copy /srv/tokens.db: Error: database is locked.
      mend: Check its path and owner, the free space, and who has it open: fuser -v '/srv/tokens.db'
      "
    `)
    expect(waiting()).toEqual([])
  })
})

describe('a database that is replaced while it is copied', () => {
  /** Puts another file over the live one at this of the four calls of stat in each of `times` tries. */
  const replaceAtCall = (call: number, times: number): string => {
    makeDatabase(droplet.database, { rows: 900 })
    makeDatabase(join(droplet.home, 'other.db'), { rows: 1000 })
    const counted = join(droplet.home, '..', 'looks')
    writeFileSync(counted, '')
    writeFileSync(
      join(droplet.home, 'stat'),
      `#!/bin/sh
echo >>'${counted}'
looks=$(wc -l <'${counted}')
replace() { cat '${droplet.home}/other.db' >'${droplet.database}'; }
is_turn() { [ $(((looks - 1) % 4 + 1)) = "$1" ] && [ "$looks" -le ${times * 4} ]; }
! is_turn ${call} || [ ${call} != 1 ] || replace
/usr/bin/stat "$@"
! is_turn ${call} || [ ${call} = 1 ] || replace
`,
      { mode: 0o755 },
    )
    return `${droplet.home}:${droplet.env['PATH'] ?? ''}`
  }

  test.each(some(['sqlite3', 'python3'], 1))('is copied anew (%s)', async (tool) => {
    if (tool === 'python3') droplet.without('sqlite3')
    expect(await droplet.run([], { PATH: replaceAtCall(2, 1) })).toEqual(quiet)
    expect(ask('PRAGMA integrity_check; SELECT count(*) FROM tokens')).toBe('ok\n1000')
  })

  test.each(['sqlite3', 'python3'])(
    'between the lock and the look, is copied anew (%s)',
    slow,
    async (tool) => {
      if (tool === 'python3') droplet.without('sqlite3')
      expect(await droplet.run([], { PATH: replaceAtCall(1, 1) })).toEqual(quiet)
      expect(ask('PRAGMA integrity_check; SELECT count(*) FROM tokens')).toBe('ok\n1000')
    },
  )

  test('again and again, is told, and nothing is sent', slow, async () => {
    const { code, err } = await droplet.run([], { PATH: replaceAtCall(2, 3) })
    expect(code).toBe(2)
    expect(plain(err)).toMatchInlineSnapshot(`
      "push.sh: SQLite could not copy /srv/tokens.db: it was replaced, or written to without SQLite, while it was copied.
      mend: Check its path and owner, the free space, and who has it open: fuser -v '/srv/tokens.db'
      "
    `)
    expect(services.stored.size).toBe(0)
    expect(waiting()).toEqual([])
  })
})

/** Replaces what differs from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(droplet.home, '/srv')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .replaceAll(/after \d+ ms/g, 'after N ms')
    .replaceAll(/localhost port \d+|127.0.0.1 port \d+/g, 'HOST port N')

describe('what stands in the way before anything is copied', () => {
  const refusals = [
    {
      name: 'the database is missing',
      says: [
        'push.sh: /srv/tokens.db is missing or empty.',
        'mend: If it is lost, restore.sh brings back a copy.',
      ],
      does: () => rmSync(droplet.database),
    },
    {
      name: 'the database is empty',
      says: [
        'push.sh: /srv/tokens.db is missing or empty.',
        'mend: If it is lost, restore.sh brings back a copy.',
      ],
      does: () => writeFileSync(droplet.database, ''),
    },
    {
      name: 'the folder is missing',
      says: ['push.sh: There is no /nowhere/tokens.db.', 'mend: Check the path.'],
      does: () => (droplet.env['SNAPPROOF_FILE'] = '/nowhere/tokens.db'),
    },
    {
      name: 'the file is no database any more',
      says: [
        'push.sh: SQLite could not copy /srv/tokens.db: Error: in prepare, file is not a database (26).',
        'mend: Stop the app. What would be brought back: restore.sh --dry-run',
      ],
      does: () => writeFileSync(droplet.database, 'x'.repeat(5000)),
      damaged: true,
    },
    {
      name: 'the name of the database is malformed',
      says: [
        'push.sh: SNAPPROOF_DATABASE is missing or malformed.',
        'mend: push.sh --help tells what it should be.',
      ],
      does: () => (droplet.env['SNAPPROOF_DATABASE'] = '../x'),
    },
    {
      name: 'the address would show the token to the network',
      says: [
        'push.sh: SNAPPROOF_URL is missing or malformed.',
        'mend: push.sh --help tells what it should be.',
      ],
      does: () => (droplet.env['SNAPPROOF_URL'] = 'http://example.org/x'),
    },
    {
      name: 'the token is missing',
      says: [
        'push.sh: SNAPPROOF_TOKEN is missing or malformed.',
        'mend: push.sh --help tells what it should be.',
      ],
      does: () => delete droplet.env['SNAPPROOF_TOKEN'],
    },
    {
      name: 'curl is missing',
      says: ['push.sh: curl is missing.', 'mend: Install it: apt-get install curl'],
      does: () => droplet.without('curl'),
    },
    {
      name: 'flock is missing',
      says: ['push.sh: flock is missing.', 'mend: Install it: apt-get install util-linux'],
      does: () => droplet.without('flock'),
    },
    {
      name: 'gzip is missing, which was asked for',
      says: ['push.sh: gzip is missing.', 'mend: Install it: apt-get install gzip'],
      does: () => droplet.without('gzip'),
      args: ['--gzip'],
    },
    {
      name: 'the path of the file is missing',
      says: [
        'push.sh: SNAPPROOF_FILE is missing or malformed.',
        'mend: push.sh --help tells what it should be.',
      ],
      does: () => delete droplet.env['SNAPPROOF_FILE'],
    },
    {
      name: 'no spool can be made',
      says: [
        'push.sh: Nothing can be written in /dev/null/.snapproof-tokens.',
        'mend: Set SNAPPROOF_SPOOL to a folder of your own.',
      ],
      does: () => (droplet.env['SNAPPROOF_SPOOL'] = '/dev/null'),
    },
    {
      name: 'sqlite3 and python3 are missing',
      says: ['push.sh: sqlite3 is missing.', 'mend: Install it: apt-get install sqlite3'],
      does: () => droplet.without('sqlite3', 'python3'),
    },
    {
      name: 'the option is unknown',
      says: ['push.sh: There is no option --zip.', 'mend: push.sh --help tells which there are.'],
      does: () => undefined,
      args: ['--zip'],
    },
    {
      name: 'the settings file is missing',
      says: [
        'push.sh: The settings file nowhere.env is missing or not readable.',
        'mend: Check its path and owner.',
      ],
      does: () => undefined,
      args: ['nowhere.env'],
    },
    {
      name: 'others may read the settings file',
      says: [
        'push.sh: Others than its owner may read s.env, and the token in it.',
        "mend: chmod 600 's.env'",
      ],
      does: () => writeFileSync(join(droplet.home, 's.env'), '', { mode: 0o640 }),
      args: ['s.env'],
    },
  ]
  test.each(some(refusals, 4))('$name', async ({ does, args, says, damaged }) => {
    makeDatabase(droplet.database)
    does()
    const { code, out, err } = await droplet.run(args ?? [])
    expect({ code, out }).toEqual({ code: damaged ? 1 : 2, out: '' })
    expect(plain(err).trimEnd().split('\n')).toEqual(says)
    expect(services.calls).toEqual([])
    expect(existsSync(spool()) ? waiting() : []).toEqual([])
  })

  test('a database that vanishes is never made anew', async () => {
    makeDatabase(droplet.database)
    const real = join(droplet.env['FAKE_REAL'] ?? '', 'sqlite3')
    const script = `#!/bin/sh\nrm -f '${droplet.database}'\nexec ${real} "$@"\n`
    writeFileSync(join(droplet.home, 'sqlite3'), script, { mode: 0o755 })
    const { code, err } = await droplet.run([], {
      PATH: `${droplet.home}:${droplet.env['PATH'] ?? ''}`,
    })
    expect({ code, isThere: existsSync(droplet.database) }).toEqual({ code: 2, isThere: false })
    expect(plain(err)).toMatch(
      /^push\.sh: SQLite could not copy \/srv\/tokens\.db: .*unable to open database.*\.\nmend: Check its path and owner, the free space, and who has it open: fuser -v '\/srv\/tokens\.db'\n$/,
    )
  })

  test('a malformed source is damage, and not ours', async () => {
    makeDatabase(droplet.database)
    const bytes = readFileSync(droplet.database)
    writeFileSync(droplet.database, bytes.fill(0xee, 100, 400))
    const { code, err } = await droplet.run()
    expect(code).toBe(1)
    expect(plain(err)).toMatchInlineSnapshot(`
      "push.sh: SQLite could not copy /srv/tokens.db: Error: in prepare, database disk image is malformed (11).
      mend: Stop the app. What would be brought back: restore.sh --dry-run
      "
    `)
    expect(waiting()).toEqual([])
  })

  test.skipIf(process.getuid?.() !== 0)('a full disk', async () => {
    makeDatabase(droplet.database, { rows: 3000 })
    const disk = join(droplet.home, 'disk')
    mkdirSync(disk)
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', disk])
    try {
      const { code, err } = await droplet.run([], { SNAPPROOF_SPOOL: disk })
      expect(code).toBe(2)
      expect(plain(err)).toMatchInlineSnapshot(`
        "push.sh: There is no room for a copy in /srv/disk/.snapproof-tokens.
        mend: Free space, or set SNAPPROOF_SPOOL.
        "
      `)
      expect(readdirSync(join(disk, '.snapproof-tokens'))).toEqual(['lock'])
    } finally {
      spawnSync('umount', [disk])
    }
  })

  test.each(some(['-h', '--help'], 1))('%s prints the usage and does nothing', async (option) => {
    const { code, out } = await droplet.run([option])
    expect(code).toBe(0)
    expect(out).toMatch(/^push\.sh copies a live database[\s\S]*databases\.ts expects\n$/)
  })
})

describe('SNAPPROOF_KEEP_LOCAL', () => {
  const kept = () => readdirSync(join(spool(), 'kept')).toSorted()
  const change = (to: number) => sql(droplet.database, `UPDATE tokens SET value = ${to}`)
  const push = (keep: string) => droplet.run([], { SNAPPROOF_KEEP_LOCAL: keep })

  test('keeps the newest that were sent and are sound, and no more of them', async () => {
    makeDatabase(droplet.database)
    const most = isThorough ? '2' : '1'
    const tickets: string[] = []
    for (const nth of isThorough ? [1, 2, 3] : [1, 2]) {
      change(nth)
      expect(await push(most)).toEqual(quiet)
      tickets.push([...services.stored.keys()].at(-1) ?? '')
    }
    const newest = tickets.slice(1)
    expect(kept()).toEqual(newest.flatMap((name) => [name, `${name}.sha256`]))
    for (const name of kept())
      expect(statSync(join(spool(), 'kept', name)).mode & 0o777).toBe(0o600)
    const last = newest.at(-1) ?? ''
    const file = join(spool(), 'kept', last)
    expect(readFileSync(file)).toEqual(lastStored().bytes)
    expect(readFileSync(`${file}.sha256`, 'utf8')).toBe(`${sha256(lastStored().bytes)}  ${last}\n`)
    if (!isThorough) return
    change(4)
    services.verdict = ['verdict failed', 'finding failed structure It is damaged.', 'mend Look.']
    expect((await push('2')).code).toBe(1)
    expect(kept()).toHaveLength(4)
    change(5)
    services.verdict = ['verdict passed']
    expect(await push('0')).toEqual(quiet)
    expect(waiting()).toEqual([])
  })

  asRoot('gives kept copies up where the disk is full, and the backup goes on', slow, async () => {
    makeDatabase(droplet.database, { rows: 500 })
    const disk = join(droplet.home, 'disk')
    mkdirSync(disk)
    const sizeBytes = statSync(droplet.database).size
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${Math.floor(sizeBytes * 2.7)}`, 'tmpfs', disk])
    try {
      for (const nth of [1, 2, 3]) {
        change(nth)
        const more = { SNAPPROOF_SPOOL: disk, SNAPPROOF_KEEP_LOCAL: '9' }
        expect(await droplet.run([], more)).toEqual(quiet)
        expect(services.stored.size).toBe(nth)
      }
      const left = readdirSync(join(disk, '.snapproof-tokens', 'kept'))
      expect(left).toContain([...services.stored.keys()].at(-1))
      expect(left.length).toBeLessThan(6)
    } finally {
      spawnSync('umount', [disk])
    }
  })

  test('loses none where something else stands in the way', slow, async () => {
    makeDatabase(droplet.database)
    expect(await push('2')).toEqual(quiet)
    writeFileSync(droplet.database, 'x'.repeat(5000))
    const { code, err } = await push('2')
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('not a database') })
    expect(kept()).toHaveLength(2)
  })

  test('that cannot be done leaves the backup as good as it is', slow, async () => {
    makeDatabase(droplet.database)
    mkdirSync(spool())
    writeFileSync(join(spool(), 'kept'), 'a file of somebody')
    expect(await push('2')).toEqual(quiet)
    expect(services.stored.size).toBe(1)
    expect(waiting()).toEqual(['kept'])
  })

  test('is a number', async () => {
    expect(await push('some')).toEqual({
      code: 2,
      out: '',
      err: 'push.sh: SNAPPROOF_KEEP_LOCAL is missing or malformed.\nmend: push.sh --help tells what it should be.\n',
    })
  })
})

describe('--check', () => {
  const settings = () => {
    const file = join(droplet.home, 'tokens.env')
    writeFileSync(file, '', { mode: 0o600 })
    return file
  }

  test('says that the live database is sound, what to do next, and sends nothing', async () => {
    makeDatabase(droplet.database)
    const before = sourceNow()
    const { code, out, err } = await droplet.run(['--check', settings()])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(plain(out).replace(/SQLite [\d.]+/, 'SQLite 3')).toMatchInlineSnapshot(`
      "/srv/tokens.db is sound: SQLite 3 says ok to every page, row, index and CHECK.
      next: Push a new copy: push.sh -v /srv/tokens.env
      "
    `)
    expect(services.calls).toEqual([])
    expect(sourceNow()).toEqual(before)
  })

  test('asks for CHECKs too, which a question to a read-only file passes over', async () => {
    makeDatabase(droplet.database)
    sql(
      droplet.database,
      'CREATE TABLE a(n CHECK(n > 0)); PRAGMA ignore_check_constraints=1; INSERT INTO a VALUES(-1)',
    )
    const { code, err } = await droplet.run(['--check', settings()])
    expect(code).toBe(1)
    expect(plain(err).replace(/SQLite [\d.]+/, 'SQLite 3')).toMatchInlineSnapshot(`
      "push.sh: /srv/tokens.db is damaged. SQLite 3 says:
        CHECK constraint failed in a
      mend: Stop the app. What would be brought back: restore.sh --dry-run /srv/tokens.env
      "
    `)
  })

  test('calls nothing damaged that SQLite here cannot ask', async () => {
    makeDatabase(droplet.database)
    sql(
      droplet.database,
      "CREATE TABLE a(n); PRAGMA writable_schema=1; UPDATE sqlite_master SET sql='CREATE TABLE a(n CHECK(own(n)))' WHERE name='a'",
    )
    const { code, out, err } = await droplet.run(['--check', settings()])
    expect({ code, out, err: plain(err) }).toEqual({
      code: 3,
      out: '',
      err: expect.stringMatching(
        /^push\.sh: SQLite here cannot ask \/srv\/tokens\.db: .*Error.*\bown\b.*\.\nmend: Ask it where the app loads its own functions, collations and modules\.\n$/,
      ),
    })
  })

  test('of a file that is gone names what would be brought back', async () => {
    const { code, out, err } = await droplet.run(['--check', settings()])
    expect({ code, out, err: plain(err) }).toEqual({
      code: 1,
      out: '',
      err:
        'push.sh: /srv/tokens.db is missing or empty.\n' +
        'mend: Stop the app. What would be brought back: restore.sh --dry-run /srv/tokens.env\n',
    })
  })
})

describe('the settings file', () => {
  test('is read line by line, without its quotes, and not run', async () => {
    makeDatabase(droplet.database)
    const file = join(droplet.home, 'tokens.env')
    const text = [
      '# settings of tokens',
      `SNAPPROOF_URL="${services.url}"`,
      'SNAPPROOF_DATABASE=shop',
      "SNAPPROOF_HOST='app-1.example'",
      `SNAPPROOF_FILE='${droplet.database}'\r`,
      'SNAPPROOF_TOKEN=push-secret',
      'touch run-by-mistake',
      'OTHER=$(touch run-by-mistake)',
      "SNAPPROOF_SPOOL='$(touch run-by-mistake) here'",
    ]
    writeFileSync(file, text.join('\n'), { mode: 0o600 })
    const { PATH, FAKE_NOTES, FAKE_REAL } = droplet.env
    droplet.env = { PATH: PATH ?? '', FAKE_NOTES: FAKE_NOTES ?? '', FAKE_REAL: FAKE_REAL ?? '' }
    mkdirSync(join(droplet.home, '$(touch run-by-mistake) here'))
    expect(await droplet.run([file])).toEqual(quiet)
    expect(lastStored().claim).toMatchObject({ database: 'shop', host: 'app-1.example' })
    const used = join(droplet.home, '$(touch run-by-mistake) here', '.snapproof-shop')
    expect(readdirSync(used)).toEqual(['lock'])
    expect(readdirSync(droplet.home)).not.toContain('run-by-mistake')
  })
})

describe('faults', () => {
  test.each(some(['ticket', 'put', 'verdict'] as const, 1))(
    'a passing one of %s is tried again, quietly',
    async (call) => {
      makeDatabase(droplet.database)
      services.plan[call] = [503, 'reset', call === 'put' ? 403 : 'html']
      expect(await droplet.run()).toEqual(quiet)
      expect(services.stored.size).toBe(1)
    },
  )

  test('waits longer from try to try', slow, async () => {
    makeDatabase(droplet.database)
    services.plan.ticket = [503, 503, 503, 503, 503]
    await droplet.run()
    expect(droplet.argumentsSeen().match(/^\d+$/gm)).toEqual(['2', '4', '8', '16', '30'])
  })

  test('waits a quarter of an hour for a verdict, unless told otherwise', slow, async () => {
    makeDatabase(droplet.database)
    services.verdict = ['verdict pending']
    delete droplet.env['SNAPPROOF_WAIT']
    expect((await droplet.run()).code).toBe(3)
    const waits = droplet.argumentsSeen().match(/^\d+$/gm) ?? []
    expect(waits.reduce((sum, wait) => sum + Number(wait), 0)).toBe(900)
  })

  test('counts the second that a function took to answer as waiting, too', slow, async () => {
    makeDatabase(droplet.database)
    const [date, called] = [
      join(droplet.env['PATH'] ?? '', 'date'),
      join(droplet.home, '..', 'called'),
    ]
    rmSync(date)
    const clock = `#!/bin/sh\n[ "$*" = +%s ] || exec /usr/bin/date "$@"\necho >>'${called}'; wc -l <'${called}'\n`
    writeFileSync(date, clock, { mode: 0o755 })
    services.verdict = ['verdict pending']
    // After 1 + 2, 1 + 4 and 1 + 8 seconds it has waited for more than fifteen.
    expect((await droplet.run([], { SNAPPROOF_WAIT: '15' })).code).toBe(3)
    expect(droplet.argumentsSeen().match(/^\d+$/gm)).toEqual(['2', '4', '8'])
  })

  test(
    'where too many ask at once, waits five times as long before it gives up',
    slow,
    async () => {
      makeDatabase(droplet.database)
      const seconds = () => {
        const waits = droplet
          .argumentsSeen()
          .split('\n')
          .filter((line) => /^\d+$/.test(line))
        return waits.reduce((sum, wait) => sum + Number(wait), 0)
      }
      services.plan.ticket = Array.from({ length: 20 }, () => 503)
      expect((await droplet.run()).code).toBe(2)
      const usually = seconds()
      expect(usually).toBe(60)
      services.plan.ticket = Array.from({ length: 20 }, () => 429)
      const { code, err } = await droplet.run()
      expect(code).toBe(2)
      expect(plain(err)).toMatch(/ticket answered 429 SlowDown\. The copy stays in .* next run\./)
      expect(seconds() - usually).toBeGreaterThanOrEqual(300)
      expect(seconds() - usually).toBeLessThanOrEqual(360)
      services.plan.ticket = []
      services.plan.verdict = Array.from({ length: 20 }, () => 429)
      const before = seconds()
      expect((await droplet.run([], { SNAPPROOF_WAIT: '30' })).code).toBe(3)
      // Of the two copies that had waited, and the new one.
      expect(seconds() - before).toBe(3 * 30)
    },
  )

  test(
    'waits for a verdict no longer than it was told, and the one call that it is in',
    slow,
    async () => {
      makeDatabase(droplet.database)
      // Each takes as long as a function whose store hangs, before it says so.
      services.plan.verdict = Array.from({ length: 9 }, () => ({ slow: 3_000, status: 503 }))
      const began = Date.now()
      expect((await droplet.run([], { SNAPPROOF_WAIT: '5' })).code).toBe(3)
      expect(services.calls.filter(({ call }) => call === 'verdict')).toHaveLength(2)
      expect(Date.now() - began).toBeGreaterThan(6_000)
    },
  )

  test('a call that hangs ends in time', slow, async () => {
    makeDatabase(droplet.database)
    services.plan.ticket = ['hang']
    services.plan.put = ['hang']
    expect(await droplet.run([], { FAKE_SECONDS: '1.5' })).toEqual(quiet)
  })

  test('412 means that it had arrived after all', slow, async () => {
    makeDatabase(droplet.database)
    services.plan.put = [412]
    services.plan.verdict = []
    services.verdict = ['verdict passed']
    const run = droplet.start()
    await services.arrived('verdict')
    expect(services.calls.map(({ call }) => call)).toEqual(['ticket', 'put', 'verdict'])
    kill9(run.child)
    await run.ended
  })

  test('a permanent refusal is told once, word by word, and the copy waits', async () => {
    makeDatabase(droplet.database)
    const { code, err } = await droplet.run([], { SNAPPROOF_TOKEN: 'wrong-secret' })
    expect(code).toBe(2)
    expect(plain(err)).toMatchInlineSnapshot(`
      "push.sh: The token is not one for tokens. The copy stays in /srv/.snapproof-tokens for the next run.
      mend: Mint a new one.
      "
    `)
    expect(waiting()).toHaveLength(1)
    expect(await droplet.run()).toEqual(quiet)
    expect(waiting()).toEqual([])
  })

  test('unreachable functions are told in the words of curl', slow, async () => {
    makeDatabase(droplet.database)
    await services.close()
    const { code, err } = await droplet.run()
    services = await startServices()
    expect(code).toBe(2)
    expect(plain(err)).toMatchInlineSnapshot(`
      "push.sh: http://HOST/ticket answered nothing: curl: (7) Failed to connect to HOST port N after N ms: Couldn't connect to server. The copy stays in /srv/.snapproof-tokens for the next run.
      mend: If the next run says so too, check address, network, clock and bucket.
      "
    `)
  })

  test(
    'a store that is down leaves the copies waiting; the next run sends them, oldest first',
    slow,
    async () => {
      makeDatabase(droplet.database)
      let age = 1_000_000_000
      for (const table of ['one', 'two', 'three', 'four']) {
        sql(droplet.database, `CREATE TABLE ${table}(x)`)
        services.plan.put = table === 'one' ? Array.from({ length: 99 }, () => 503) : []
        services.plan.ticket = table === 'one' ? [] : [{ fault: 'settings', passing: 'no' }]
        const { code, err } = await droplet.run()
        expect(code).toBe(2)
        if (table === 'one')
          expect(plain(err)).toMatchInlineSnapshot(`
        "push.sh: The store answered 503 SlowDown. The copy stays in /srv/.snapproof-tokens for the next run.
        mend: If the next run says so too, check address, network, clock and bucket.
        "
      `)
        // As if it had waited since long before the next: only the second tells copies apart.
        const newest = waiting().toSorted().at(-1) ?? ''
        renameSync(join(spool(), newest), join(spool(), `${age++}-1`))
      }
      expect(waiting().toSorted()).toEqual(['1000000001-1', '1000000002-1', '1000000003-1'])
      services.plan.put = []
      sql(droplet.database, 'CREATE TABLE five(x)')
      expect(await droplet.run()).toEqual(quiet)
      const tables = [...services.stored.values()].map(({ bytes }) => {
        const file = join(droplet.home, '..', 'arrived.db')
        writeFileSync(file, bytes)
        return sql(file, 'SELECT count(*) FROM sqlite_master')
      })
      expect(tables).toEqual(['4', '5', '6', '7'])
      expect(waiting()).toEqual([])
    },
  )

  test('what waits is sent even when the database has been lost since', slow, async () => {
    makeDatabase(droplet.database)
    services.plan.ticket = Array.from({ length: 9 }, () => 503)
    await droplet.run()
    services.plan.ticket = []
    rmSync(droplet.database)
    const { code, err } = await droplet.run()
    expect({ code, err: plain(err) }).toEqual({
      code: 2,
      err: 'push.sh: /srv/tokens.db is missing or empty.\nmend: If it is lost, restore.sh brings back a copy.\n',
    })
    expect(services.stored.size).toBe(1)
  })
})

describe('verdicts', () => {
  const verdicts = [
    {
      name: 'a damaged copy ends in 1',
      says: [
        'push.sh: The database is damaged: tokens_2025-07-04T010000Z_000000 failed.',
        '  failed structure row 5 missing from index i',
        '  failed rows none',
        'mend: Restore it: restore.sh',
      ],
      code: 1,
      lines: [
        'verdict failed',
        'finding passed bytes the same',
        'finding failed structure row 5 missing from index i',
        'finding failed rows none',
        'mend Restore it: restore.sh',
      ],
    },
    {
      name: 'one that is whole, and not what is expected, in 4',
      says: [
        'push.sh: tokens_2025-07-04T010000Z_000000 is whole, and not what is expected.',
        '  unmet schema Expected and not there: column tokens.key.',
        'mend: Change lib/databases.ts.',
      ],
      code: 4,
      lines: [
        'verdict unmet',
        'finding unmet schema Expected and not there: column tokens.key.',
        'mend Change lib/databases.ts.',
      ],
    },
    {
      name: 'a sound one from which rows are gone in 0, and tells it',
      says: ['push.sh: 1 table lost most rows: orders 6181 → 2472.'],
      code: 0,
      lines: ['verdict warned', 'notice 1 table lost most rows: orders 6181 → 2472.'],
    },
    {
      name: 'an unverifiable one in 3',
      says: [
        'push.sh: tokens_2025-07-04T010000Z_000000 cannot be verified.',
        '  unverifiable structure no such collation',
        'mend: Look.',
      ],
      code: 3,
      lines: [
        'verdict unverifiable',
        'finding unverifiable structure no such collation',
        'mend Look.',
      ],
    },
    {
      name: 'none within the time in 3',
      says: [
        'push.sh: tokens_2025-07-04T010000Z_000000 is stored, but has no verdict yet: http://HOST/verdict answered 200 pending.',
        'mend: Look at the status page.',
      ],
      code: 3,
      lines: ['verdict pending'],
    },
  ]
  test.each(some(verdicts, 2))('$name', async ({ code, lines, says }) => {
    makeDatabase(droplet.database)
    services.verdict = lines
    const ended = await droplet.run()
    expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' })
    expect(plain(ended.err).trimEnd().split('\n')).toEqual(says)
    expect(waiting()).toEqual([])
  })

  test('says which script asks, so that it may be answered in words it knows', slow, async () => {
    makeDatabase(droplet.database)
    await droplet.run()
    const asked = services.calls.filter(({ call }) => call === 'ticket' || call === 'verdict')
    expect(asked.map(({ form }) => form['script'])).toEqual(['2', '2'])
  })

  test('an answer that is pending at first is asked for again', slow, async () => {
    makeDatabase(droplet.database)
    services.verdict = ['verdict pending']
    const run = droplet.start()
    await services.arrived('verdict', 2)
    services.verdict = ['verdict passed']
    expect(await run.ended).toEqual(quiet)
  })

  test('damage in a copy that had waited outranks all else', slow, async () => {
    makeDatabase(droplet.database)
    services.plan.ticket = Array.from({ length: 9 }, () => 503)
    await droplet.run()
    rmSync(droplet.database)
    services.plan.ticket = []
    services.verdict = ['verdict failed', 'finding failed structure bad', 'mend Restore.']
    expect((await droplet.run()).code).toBe(1)
  })
})

describe('kill -9', () => {
  const phases = [
    'sqlite3 1',
    'mv 1',
    'mv 2',
    'mv 3',
    'gzip 1',
    'cut 1',
    'curl 1',
    'curl 2',
    'curl 3',
  ]
  test.each(some(phases, 1))(
    'at call %s: the next run completes and leaves nothing behind',
    async (phase) => {
      makeDatabase(droplet.database, { mode: 'wal' })
      droplet.watch('sqlite3', 'mv', 'gzip', 'cut')
      const before = sourceNow()
      const { code } = await droplet.run(['--gzip'], { FAKE_KILL: phase })
      expect(code).toBe(null)
      droplet.watch('curl', 'sleep')
      expect(await droplet.run(['--gzip'])).toEqual(quiet)
      expect(services.stored.size).toBe(1)
      expect(readdirSync(spool())).toEqual(['lock'])
      expect(sourceNow()).toEqual(before)
    },
  )

  test.each(some(['ticket', 'put', 'verdict'] as const, 1))(
    'during %s: the next run completes',
    async (call) => {
      makeDatabase(droplet.database)
      services.plan[call] = ['hang']
      const run = droplet.start()
      await services.arrived(call)
      kill9(run.child)
      await run.ended
      expect(await droplet.run()).toEqual(quiet)
      expect(services.stored.size).toBe(1)
      expect(readdirSync(spool())).toEqual(['lock'])
    },
  )

  test('another push of the same database ends at once; a polite signal cleans up, and says so', async () => {
    makeDatabase(droplet.database)
    services.plan.ticket = ['hang']
    const run = droplet.start()
    await services.arrived('ticket')
    expect(await droplet.run()).toEqual({
      code: 2,
      out: '',
      err: 'push.sh: Another push of tokens is going on.\nmend: Let it end.\n',
    })
    if (run.child.pid !== undefined) process.kill(-run.child.pid, 'SIGTERM')
    const { code, err } = await run.ended
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(
        /^(Terminated\n)?push\.sh: It was stopped by a signal\.\nmend: Run push\.sh again\.\n$/,
      ),
    })
    expect(waiting()).toEqual([expect.stringMatching(/^\d+-\d+$/)])
  })
})

describe('of a set, the exit', () => {
  const settingsFor = (name: string, file: string): string => {
    const path = join(droplet.home, `${name}.env`)
    const text = `SNAPPROOF_DATABASE=${name}\nSNAPPROOF_FILE=${file}\n`
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const pushSet = (...files: string[]) =>
    droplet.run(['--set', ...files.map((file, nth) => settingsFor(`member${nth}`, file))])

  test(
    'is 2 when one could not be copied, wherever it stands, and the others go on',
    slow,
    async () => {
      makeDatabase(droplet.database)
      for (const members of [
        [droplet.database, '/nowhere.db'],
        ['/nowhere.db', droplet.database],
      ]) {
        const { code, err } = await pushSet(...members)
        expect({ code, err }).toEqual({
          code: 2,
          err: 'push.sh: /nowhere.db is missing or empty.\nmend: If it is lost, restore.sh brings back a copy.\n',
        })
      }
      expect(services.stored.size).toBe(1)
    },
  )

  test(
    'is 3 when one has no verdict, and 1 when one is damaged, whatever the others are',
    slow,
    async () => {
      makeDatabase(droplet.database)
      services.verdict = ['verdict unverifiable', 'mend Wait.']
      expect((await pushSet(droplet.database)).code).toBe(3)
      services.verdict = ['verdict failed', 'mend Restore.']
      expect((await pushSet(droplet.database, '/nowhere.db')).code).toBe(1)
      expect((await pushSet('/nowhere.db', droplet.database)).code).toBe(1)
    },
  )
})

describe('options', () => {
  const settingsOf = (name: string): string => {
    const [file, live] = [join(droplet.home, `${name}.env`), join(droplet.home, `${name}.db`)]
    makeDatabase(live)
    writeFileSync(file, `SNAPPROOF_DATABASE=${name}\nSNAPPROOF_FILE=${live}\n`, { mode: 0o600 })
    return file
  }

  const orders = [
    { order: 'ONE TWO -v --gzip --set' },
    { order: '--set --gzip ONE -v TWO' },
    { order: '--gzip --set -v ONE TWO' },
  ]
  test.each(some(orders, 1))(
    'stand in any order, and apply to every member of a set: $order',
    slow,
    async ({ order }) => {
      const files: Record<string, string> = { ONE: settingsOf('one'), TWO: settingsOf('two') }
      const { code, out, err } = await droplet.run(order.split(' ').map((arg) => files[arg] ?? arg))
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out.match(/^uploaded$/gm)).toHaveLength(2)
      const claims = [...services.stored.values()].map(({ claim }) => claim)
      expect(claims.map(({ database }) => database).toSorted()).toEqual(['one', 'two'])
      for (const claim of claims)
        expect(claim).toMatchObject({ encoding: 'gzip', set_size: '2', set: claims[0]?.['set'] })
    },
  )

  test('--check asks each member of a set, and sends none', async () => {
    const { code, out } = await droplet.run([
      '--set',
      settingsOf('one'),
      settingsOf('two'),
      '--check',
    ])
    expect(code).toBe(0)
    expect(out.match(/ is sound: SQLite /g)).toHaveLength(2)
    expect(services.calls).toEqual([])
  })

  test.each([
    {
      name: 'an unknown one',
      args: ['--gzip', '--zip', 'ONE'],
      says: 'There is no option --zip.\nmend: push.sh --help tells which there are.',
    },
    {
      name: 'two files',
      args: ['ONE', 'ONE'],
      says: 'There is more than one SETTINGS.\nmend: Say --set, or push one.',
    },
    {
      name: 'a set of none',
      args: ['-v', '--set'],
      says: '--set needs SETTINGS.\nmend: push.sh --help shows examples.',
    },
  ])(
    'are refused with a sentence and 2, before anything is done: $name',
    async ({ args, says }) => {
      const one = settingsOf('one')
      const { code, out, err } = await droplet.run(args.map((arg) => (arg === 'ONE' ? one : arg)))
      expect({ code, out, err }).toEqual({ code: 2, out: '', err: `push.sh: ${says}\n` })
      expect(readdirSync(droplet.home).filter((name) => name.startsWith('.snapproof'))).toEqual([])
    },
  )
})

describe('beside the script of an earlier release', () => {
  test('what that one could not send is sent by this one', slow, async () => {
    makeDatabase(droplet.database)
    services.plan.ticket = Array.from({ length: 9 }, () => 503)
    const today = droplet.scripts
    droplet.scripts = fileURLToPath(new URL('../released/1', import.meta.url))
    expect((await droplet.run()).code).toBe(2)
    expect(waiting()).toHaveLength(1)
    services.plan.ticket = []
    droplet.scripts = today
    rmSync(droplet.database)
    expect((await droplet.run()).err).toContain('is missing or empty')
    expect(services.stored.size).toBe(1)
    expect(waiting()).toEqual([])
  })
})

test('a push under bash, as where sh is that', slow, async () => {
  droplet.shell = ['/usr/bin/bash', '--posix']
  makeDatabase(droplet.database, { mode: 'wal' })
  expect(await droplet.run(['--gzip'])).toEqual(quiet)
  expect(services.stored.size).toBe(1)
  services.verdict = ['verdict failed', 'finding failed structure bad', 'mend Restore.']
  sql(droplet.database, 'CREATE TABLE more(x)')
  expect((await droplet.run()).code).toBe(1)
  expect(readdirSync(spool())).toEqual(['lock'])
})

test.each(readdirSync(fileURLToPath(new URL('../../lib/droplet', import.meta.url))))(
  '%s is clean under shellcheck, and dash and bash can read it',
  (name) => {
    const script = fileURLToPath(new URL(`../../lib/droplet/${name}`, import.meta.url))
    for (const shell of ['dash', 'bash'])
      expect(spawnSync(shell, ['-n', script], { encoding: 'utf8' }).stderr).toBe('')
    // Slow, and `npm run check` asks it too.
    if (!isThorough) return
    const check = spawnSync('shellcheck', ['-s', 'sh', script], { encoding: 'utf8' })
    if (!check.error) expect(check.stdout).toBe('')
  },
)
