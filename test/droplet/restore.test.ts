// The real restore.sh under dash: what it brings back, what it refuses, and what a kill at any call leaves.
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { slow, some } from '../cases'
import {
  kill9,
  killApp,
  makeDatabase,
  makeDroplet,
  sha256,
  sql,
  startServices,
} from '../fakes/droplet-services'
import type { Droplet, Services } from '../fakes/droplet-services'

let services: Services
let droplet: Droplet
let proven: Buffer

const ticket = 'tokens_2025-07-04T010000Z_3f9a1c'
const older = 'tokens_2025-07-01T010000Z_aaaaaa'

const settle = (made: Droplet): Droplet => {
  Object.assign(made.env, {
    SNAPPROOF_URL: services.url,
    SNAPPROOF_RESTORE_TOKEN: 'restore-secret',
  })
  return made
}

/** A stored copy: `marked` is its only row; what is promised about it may be changed. */
const store = (
  id: string,
  marked: string,
  promised: Record<string, string> = {},
  pack = (raw: Buffer) => raw,
) => {
  const file = join(dirname(droplet.home), 'made.db')
  rmSync(file, { force: true })
  sql(
    file,
    `PRAGMA journal_mode=wal; CREATE TABLE tokens(key PRIMARY KEY); INSERT INTO tokens VALUES ('${marked}')`,
  )
  const raw = readFileSync(file)
  const bytes = pack(raw)
  services.copies.push({
    ticket: id,
    bytes,
    lines: {
      sha256: sha256(bytes),
      size_bytes: String(bytes.length),
      encoding: 'identity',
      ...(bytes[0] === 0x1f
        ? { encoding: 'gzip', raw_sha256: sha256(raw), raw_size_bytes: String(raw.length) }
        : {}),
      ...promised,
    },
  })
  return raw
}

beforeEach(async () => {
  services = await startServices()
  droplet = settle(makeDroplet('restore.sh'))
  makeDatabase(droplet.database)
  proven = store(ticket, 'proven')
})

afterEach(async () => {
  await services.close()
  droplet.remove()
})

const beside = () => readdirSync(droplet.home).toSorted()
const marked = () => sql(droplet.database, 'SELECT key FROM tokens LIMIT 1')
const plain = (text: string): string =>
  text
    .replaceAll(droplet.home, '/srv')
    .replaceAll(/before-[\dTZ-]+?(?=[-' .\n])(?=(-wal|-shm|-journal|['. \n]))/g, 'before-TIME')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')

/** Runs the commands that the script printed for undoing it. */
const undo = (out: string): void => {
  const commands = /type:\n((?: {2}.*\n)+)/.exec(out)?.[1] ?? ''
  expect(spawnSync('dash', ['-e'], { input: commands }).status).toBe(0)
}

describe('a restore', () => {
  test('puts the newest proven copy in place, and says what it did and how to undo it', async () => {
    const { code, out, err } = await droplet.run()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(plain(out)).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
      downloaded tokens_2025-07-04T010000Z_3f9a1c: taken 2025-07-04T01:00:00Z, verified 2025-07-04T01:00:09Z
      checked: size, SHA-256 and integrity_check are right
      restored /srv/tokens.db
      What stood there before is kept as /srv/tokens.db.before-TIME.
      To undo this, stop the app and type:
        rm -f '/srv/tokens.db' '/srv/tokens.db-wal' '/srv/tokens.db-shm' '/srv/tokens.db-journal'
        mv '/srv/tokens.db.before-TIME' '/srv/tokens.db'
      What stood there before may go once the app runs and nobody misses anything:
        rm -f '/srv/tokens.db.before-TIME' '/srv/tokens.db.before-TIME-wal' '/srv/tokens.db.before-TIME-shm' '/srv/tokens.db.before-TIME-journal'
      Now start the app.
      "
    `)
    expect(readFileSync(droplet.database)).toEqual(proven)
    expect(beside()).toEqual(['tokens.db', expect.stringMatching(/^tokens\.db\.before-[\dTZ-]+Z$/)])
  })

  test('keeps a left-over -wal and -shm aside with the old file, and the undo brings all back', async () => {
    sql(droplet.database, 'PRAGMA journal_mode=wal')
    await killApp(droplet.database, 'after commits')
    const names = ['tokens.db', 'tokens.db-wal']
    const before = names.map((name) => sha256(readFileSync(join(droplet.home, name))))
    const { code, out } = await droplet.run()
    expect(code).toBe(0)
    expect(beside()).toHaveLength(4)
    expect(existsSync(`${droplet.database}-wal`)).toBe(false)
    expect(plain(out)).toContain("mv '/srv/tokens.db.before-TIME-wal' '/srv/tokens.db-wal'")
    undo(out)
    expect(beside()).toEqual(['tokens.db', 'tokens.db-shm', 'tokens.db-wal'])
    expect(names.map((name) => sha256(readFileSync(join(droplet.home, name))))).toEqual(before)
    expect(sql(droplet.database, "SELECT count(*) FROM tokens WHERE value LIKE 'killed%'")).toBe(
      '200',
    )
  })

  test('works where there is no old file', async () => {
    rmSync(droplet.database)
    const { code, out } = await droplet.run()
    expect(code).toBe(0)
    expect(marked()).toBe('proven')
    undo(out)
    expect(existsSync(droplet.database)).toBe(false)
  })

  test.skipIf(process.getuid?.() !== 0).each(some(['a file', 'a folder'], 1))(
    'by root gives the copy to the owner of what was there: %s',
    slow,
    async (what) => {
      chownSync(droplet.home, 1234, 2345)
      chownSync(droplet.database, 1234, 2345)
      chmodSync(droplet.database, 0o640)
      if (what === 'a folder') rmSync(droplet.database)
      expect((await droplet.run()).code).toBe(0)
      const { uid, gid, mode } = statSync(droplet.database)
      const kept = what === 'a file' ? 0o640 : 0o600
      expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: 1234, gid: 2345, mode: kept })
    },
  )

  test(
    'gives the new file the mode of the old one, which another user may have to read',
    slow,
    async () => {
      chmodSync(droplet.database, 0o664)
      expect((await droplet.run()).code).toBe(0)
      expect(statSync(droplet.database).mode & 0o777).toBe(0o664)
    },
  )

  test(
    'to where nothing stood is readable by its owner alone, and no app is to be started',
    slow,
    async () => {
      const { code, out } = await droplet.run(['--to', 'look.db'])
      expect(code).toBe(0)
      expect(statSync(join(droplet.home, 'look.db')).mode & 0o777).toBe(0o600)
      expect(out).not.toMatch(/start the app|may go/)
    },
  )

  test(
    'takes a token as it was pasted, with a blank and the end of a line as on Windows',
    slow,
    async () => {
      droplet.env['SNAPPROOF_RESTORE_TOKEN'] = ' restore-secret\r'
      expect(await droplet.run()).toMatchObject({ code: 0, err: '' })
    },
  )

  test('puts back what was no database any more: of that nothing is asked', slow, async () => {
    writeFileSync(droplet.database, 'x'.repeat(5000))
    expect(await droplet.run()).toMatchObject({ code: 0, err: '' })
    expect(marked()).toBe('proven')
  })

  test('of a compressed copy checks it packed and unpacked', async () => {
    services.copies = []
    const raw = store(ticket, 'packed', {}, gzipSync)
    expect((await droplet.run()).code).toBe(0)
    expect(readFileSync(droplet.database)).toEqual(raw)
  })

  test(
    'of a compressed copy that was left by an older script, and nobody announced',
    slow,
    async () => {
      services.copies = []
      const raw = store(ticket, 'left', {}, gzipSync)
      for (const { lines } of services.copies) {
        delete lines['raw_sha256']
        delete lines['raw_size_bytes']
      }
      expect(await droplet.run()).toMatchObject({ code: 0 })
      expect(readFileSync(droplet.database)).toEqual(raw)
    },
  )

  test('of a compressed copy with bytes behind its end, as gzip warns of them', slow, async () => {
    services.copies = []
    const followed = (raw: Buffer) => Buffer.concat([gzipSync(raw), Buffer.from('-- the end --')])
    const raw = store(ticket, 'followed', {}, followed)
    expect(await droplet.run()).toMatchObject({ code: 0 })
    expect(readFileSync(droplet.database)).toEqual(raw)
  })

  /** A newer SQLite than this machine may have, which says this of any file. */
  const sqliteSays = (...lines: string[]): void => {
    droplet.without('sqlite3')
    const script = `#!/bin/sh\n${lines.map((line) => `echo '${line}'\n`).join('')}`
    writeFileSync(join(droplet.env['PATH'] ?? '', 'sqlite3'), script, { mode: 0o755 })
  }

  test('of a proven copy whose full-text index is behind its table, as SQLite from 3.44 on says', async () => {
    sqliteSays(
      'malformed inverted index for FTS5 table main.search',
      'unable to validate the inverted index for FTS4 table main.other: SQL logic error',
    )
    const { code, out } = await droplet.run()
    expect(code).toBe(0)
    expect(out).toContain('  malformed inverted index for FTS5 table main.search\n')
    expect(marked()).toBe('proven')
  })

  test('of one of which SQLite says anything else besides is refused', async () => {
    sqliteSays(
      'malformed inverted index for FTS5 table main.search',
      'row 3 missing from index tokens_key',
    )
    const { code, err } = await droplet.run()
    expect(code).toBe(1)
    expect(err).toContain('restore.sh: The copy is damaged; nothing was changed.')
    sqliteSays()
    expect((await droplet.run()).code).toBe(1)
  })

  test('by python3 where sqlite3 is missing', slow, async () => {
    droplet.without('sqlite3')
    const { code, out } = await droplet.run()
    expect(code).toBe(0)
    expect(out).toContain('integrity_check')
    expect(marked()).toBe('proven')
  })

  test('--at takes the copy of that day', async () => {
    store(older, 'older')
    expect((await droplet.run(['--at', '2025-07-01'])).code).toBe(0)
    expect(services.calls.map(({ form }) => form).slice(0, 2)).toEqual([
      { database: 'tokens', script: '2', look: 'yes', at: '2025-07-01' },
      { database: 'tokens', script: '2', at: older },
    ])
    expect(marked()).toBe('older')
  })

  test('--to puts it elsewhere and leaves the live file alone', slow, async () => {
    const before = readFileSync(droplet.database)
    expect((await droplet.run(['--to', 'look at.db'])).code).toBe(0)
    expect(beside()).toEqual(['look at.db', 'tokens.db'])
    expect(readFileSync(droplet.database)).toEqual(before)
  })

  test('--list shows what there is, newest first, and changes nothing', async () => {
    store(older, 'older')
    const { code, out } = await droplet.run(['--list'])
    expect(code).toBe(0)
    expect(out).toMatchInlineSnapshot(`
      "ticket                                     verdict      taken_at                   size_bytes      rows  change
      tokens_2025-07-04T010000Z_3f9a1c           passed       2025-07-04T01:00:00Z            12288        12  orders +3
      tokens_2025-07-01T010000Z_aaaaaa           passed       2025-07-04T01:00:00Z            12288        12  orders +3
      "
    `)
    expect(services.calls[0]?.form).toEqual({ database: 'tokens', list: 'yes', script: '2' })
    expect(beside()).toEqual(['tokens.db'])
    services.copies = []
    expect((await droplet.run(['--list'])).out.trim().split('\n')).toHaveLength(1)
  })

  test('follows a symbolic link to the file itself', slow, async () => {
    symlinkSync(droplet.database, join(droplet.home, 'link.db'))
    expect((await droplet.run(['--to', 'link.db'])).code).toBe(0)
    expect(marked()).toBe('proven')
  })

  test(
    'works, and is undone, in a folder whose name has spaces, quotes and signs',
    slow,
    async () => {
      droplet.remove()
      droplet = settle(makeDroplet('restore.sh', `it's a "f%41lder"; $HOME #1? & [so]`))
      makeDatabase(droplet.database)
      const before = readFileSync(droplet.database)
      const { code, out } = await droplet.run()
      expect(code).toBe(0)
      expect(marked()).toBe('proven')
      undo(out)
      expect(readFileSync(droplet.database)).toEqual(before)
    },
  )

  test('shows the token and the signed address to no argument list', slow, async () => {
    droplet.watch(...'sed grep cat cp mv df awk sqlite3 sha256sum stat find tr'.split(' '))
    expect((await droplet.run()).code).toBe(0)
    expect(droplet.argumentsSeen()).not.toMatch(/restore-secret|X-Amz-Signature|Bearer/)
  })

  test('passes over passing faults, and a broken download', slow, async () => {
    services.plan.restore = [503, 'html']
    services.plan.get = [403, 'reset', 500]
    const { code, err } = await droplet.run()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(marked()).toBe('proven')
  })
})

describe('with a second place', () => {
  const other = Buffer.from('other bytes than were written')

  test.each(
    some(
      [
        {
          name: 'other bytes than were promised',
          spoil: () => {
            services.copies = services.second.map((copy) => ({ ...copy, bytes: other }))
          },
        },
        { name: 'nothing', spoil: () => void services.plan.get.push(404) },
      ],
      1,
    ),
  )('the copy comes from there when the first one brings $name', async ({ spoil }) => {
    services.second = [...services.copies]
    spoil()
    const { code, out } = await droplet.run()
    expect(out).toContain('from        the second place: as you asked: what the first one brought')
    expect(code).toBe(0)
    expect(marked()).toBe('proven')
  })

  test(
    'what neither has is not put in place, and the words are about the first',
    slow,
    async () => {
      services.copies = services.copies.map((copy) => ({ ...copy, bytes: other }))
      services.second = services.copies
      const { code, err } = await droplet.run()
      expect({ code, err }).toEqual({
        code: 1,
        err: `restore.sh: The download has ${other.length} bytes instead of 12288; nothing was changed.\nmend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.\n`,
      })
    },
  )
})

describe('changes nothing', () => {
  const damage =
    (how: (bytes: Buffer) => Buffer, promised = {}) =>
    () => {
      services.copies = []
      store(ticket, 'damaged', promised, how)
    }
  const zeroed = (raw: Buffer) =>
    Buffer.concat([raw.subarray(0, 4096), Buffer.alloc(raw.length - 4096, 7)])
  const cases = [
    {
      name: 'when the hash differs',
      says: [
        'restore.sh: The download has another SHA-256 than promised; nothing was changed.',
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.',
      ],
      code: 1,
      does: damage((raw) => raw, { sha256: '0'.repeat(64) }),
    },
    {
      name: 'when the download is short',
      says: [
        'restore.sh: The download has 100 bytes instead of 12288; nothing was changed.',
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.',
      ],
      code: 1,
      does: damage((raw) => raw.subarray(0, 100), { size_bytes: '12288' }),
    },
    {
      name: 'when integrity_check complains',
      says: [
        'restore.sh: The copy is damaged; nothing was changed. SQLite says:',
        '  Error: stepping, database disk image is malformed (11)',
        '  *** in database main ***',
        '  Page 2: btreeInitPage() returns error code 11',
        '  Page 3: btreeInitPage() returns error code 11',
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.',
      ],
      code: 1,
      does: damage(zeroed),
    },
    {
      name: 'when the gzip is broken',
      says: [
        'restore.sh: The download cannot be unpacked; nothing was changed.',
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.',
      ],
      code: 1,
      does: damage((raw) => gzipSync(raw).subarray(0, 200)),
    },
    {
      name: 'when the unpacked copy has another hash',
      says: [
        'restore.sh: The unpacked copy has another SHA-256 than promised; nothing was changed.',
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.',
      ],
      code: 1,
      does: damage(gzipSync, { raw_sha256: '0'.repeat(64) }),
    },
    {
      name: 'when no copy is sound',
      says: [
        'restore.sh: There is no sound copy of tokens. Nothing was changed.',
        'mend: Run restore.sh --list.',
      ],
      code: 2,
      does: () => (services.copies = []),
    },
    {
      name: 'when the token is wrong',
      says: [
        'restore.sh: The token is not one for tokens. Nothing was changed.',
        'mend: Mint a new one.',
      ],
      code: 2,
      does: () => (droplet.env['SNAPPROOF_RESTORE_TOKEN'] = 'wrong'),
    },
    {
      name: 'when there is no token and no terminal',
      says: [
        'restore.sh: SNAPPROOF_RESTORE_TOKEN is not set, and there is no terminal to ask for it.',
        'mend: Set it in the environment or in the settings file.',
      ],
      code: 2,
      does: () => delete droplet.env['SNAPPROOF_RESTORE_TOKEN'],
    },
    {
      name: 'when the time makes no sense',
      says: [
        'restore.sh: --at last "week" is not understood.',
        'mend: Say --at 2025-07-04, or see --list.',
      ],
      code: 2,
      args: ['--at', 'last "week"'],
    },
    {
      name: 'when an option lacks its value',
      says: ['restore.sh: --at needs a value.', 'mend: restore.sh --help shows examples.'],
      code: 2,
      args: ['--at'],
    },
    {
      name: 'when sqlite3 and python3 are missing',
      says: [
        'restore.sh: sqlite3 is missing; nothing was changed.',
        'mend: Install it: apt-get install sqlite3',
      ],
      code: 2,
      does: () => droplet.without('sqlite3', 'python3'),
    },
    {
      name: 'when the store has only errors',
      says: [
        'restore.sh: The store answered the download with 500. Nothing was changed.',
        'mend: Run restore.sh again later. If it says so again, look at the bucket and its keys.',
      ],
      code: 2,
      does: () => (services.plan.get = Array.from({ length: 9 }, () => 500)),
    },
    {
      name: 'when the folder does not exist',
      says: [
        'restore.sh: /nowhere/at/all.db cannot be the path of a database.',
        'mend: Check SNAPPROOF_FILE or --to.',
      ],
      code: 2,
      args: ['--to', '/nowhere/at/all.db'],
    },
  ]
  test.each(some(cases, 4))('$name', async ({ code, does, args, says }) => {
    const before = readFileSync(droplet.database)
    does?.()
    const ended = await droplet.run(args ?? [])
    expect(plain(ended.err).trimEnd().split('\n')).toEqual(says)
    expect(ended.code).toBe(code)
    expect(readFileSync(droplet.database)).toEqual(before)
    expect(beside()).toEqual(['tokens.db'])
  })
})

describe.skipIf(process.getuid?.() !== 0)('a full disk', () => {
  const promise = (lines: Record<string, string>) => {
    for (const copy of services.copies) Object.assign(copy.lines, lines)
  }
  const incompressible = () => {
    services.copies = []
    store(ticket, randomBytes(60_000).toString('hex'), {}, gzipSync)
  }
  const cases = [
    {
      name: 'before anything is fetched',
      size: '8k',
      does: () => undefined,
      bytes: ' for 12288 bytes',
    },
    {
      name: 'while it is fetched',
      size: '60k',
      does: () => {
        services.copies = []
        store(ticket, 'x'.repeat(90_000), { size_bytes: '100' })
      },
    },
    {
      name: 'while it is unpacked, whose size nobody announced',
      size: '150k',
      does: () => {
        incompressible()
        for (const { lines } of services.copies) delete lines['raw_size_bytes']
      },
    },
    {
      name: 'while what is left of a damaged copy is unpacked',
      size: '150k',
      args: ['--salvage', '--at', ticket],
      does: () => {
        incompressible()
        promise({ raw_size_bytes: '100' })
      },
    },
    { name: 'where not even a folder can be made', size: '1m,nr_inodes=1', does: () => undefined },
  ]
  test.each(some(cases, 2))('is said to be one: $name', async ({ size, does, args, bytes }) => {
    const disk = join(droplet.home, 'disk')
    mkdirSync(disk)
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk])
    try {
      does()
      const { code, err } = await droplet.run([...(args ?? []), '--to', join(disk, 'new.db')])
      expect({ code, err: plain(err) }).toEqual({
        code: 2,
        err:
          `restore.sh: There is no room${bytes ?? ''} beside /srv/disk/new.db; nothing was changed.\n` +
          'mend: Free space, or restore to another disk: --to PATH\n',
      })
      expect(readdirSync(disk)).toEqual([])
    } finally {
      spawnSync('umount', [disk])
    }
  })
})

describe('--set', () => {
  const [newer, whole] = ['20250704T010000Z-7', '20250703T010000Z-5']
  const sessions = () => join(droplet.home, 'sessions.db')
  const rowIn = (file: string) => sql(file, 'SELECT key FROM tokens LIMIT 1')
  const copy = (id: string, row: string, set: string) => {
    store(id, row)
    Object.assign(services.copies.at(-1) ?? {}, { set: `${set} 2` })
  }
  const settingsOf = (name: string) => {
    const file = join(droplet.home, `${name}.env`)
    const lines = {
      SNAPPROOF_URL: services.url,
      SNAPPROOF_DATABASE: name,
      SNAPPROOF_FILE: join(droplet.home, `${name}.db`),
      SNAPPROOF_RESTORE_TOKEN: 'restore-secret',
    }
    writeFileSync(
      file,
      Object.entries(lines)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
      { mode: 0o600 },
    )
    return file
  }
  const run = (...args: string[]) => {
    delete droplet.env['SNAPPROOF_RESTORE_TOKEN']
    return droplet.run(['--set', ...args, settingsOf('tokens'), settingsOf('sessions')])
  }
  const before = () => [droplet.database, sessions()].map((file) => sha256(readFileSync(file)))
  const left = () => beside().filter((name) => !name.endsWith('.env'))

  beforeEach(() => {
    makeDatabase(sessions())
    services.copies = []
    copy('tokens_2025-07-04T010000Z_aaaaaa', 'too new', newer)
    copy('tokens_2025-07-03T010000Z_bbbbbb', 'of the set', whole)
    copy('sessions_2025-07-03T010000Z_cccccc', 'of the set too', whole)
  })

  test('brings all back from the newest set that is whole, and says how to undo each', async () => {
    const was = before()
    const { code, out, err } = await run()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect([rowIn(droplet.database), rowIn(sessions())]).toEqual(['of the set', 'of the set too'])
    expect(out).toMatch(new RegExp(`^set +${whole}\\n`))
    expect(out).toMatch(/\nAll of the set are back, at one moment\. Now start the app\.\n$/)
    expect(out.match(/start the app/g)).toHaveLength(1)
    expect(left().filter((name) => !name.includes('.before-'))).toEqual([
      'sessions.db',
      'tokens.db',
    ])
    for (const [, commands = ''] of out.matchAll(/type:\n((?: {2}.*\n)+)/g))
      expect(spawnSync('dash', ['-e'], { input: commands }).status).toBe(0)
    expect(before()).toEqual(was)
  })

  test('takes back what it has done, where one of them cannot be put in place', slow, async () => {
    const app = spawn('python3', [
      '-c',
      'import sqlite3,sys,time; c=sqlite3.connect(sys.argv[1]); c.execute("select * from tokens").fetchone(); print(1,flush=True); time.sleep(60)',
      sessions(),
    ])
    await new Promise((ready) => app.stdout.once('data', ready))
    const was = before()
    const { code, err } = await run()
    app.kill('SIGKILL')
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(/is open in process[^]*none was put in place; all is as it was/),
    })
    expect(before()).toEqual(was)
    expect(left()).toEqual(['sessions.db', 'tokens.db'])
  })

  test.each([
    {
      why: 'a copy of it is damaged',
      does: () => Object.assign(services.copies[2]?.lines ?? {}, { sha256: '0'.repeat(64) }),
      code: 1,
      says: 'another SHA-256',
    },
    {
      why: 'none is whole',
      does: () => services.copies.pop(),
      code: 2,
      says: 'no set of these 2 databases',
    },
    { why: 'the one that is named is not', args: ['--at', newer], code: 2, says: `named ${newer}` },
    {
      why: 'rows are gone, and nobody named it',
      does: () => (services.choice = ['ask Rows are gone.', 'instead Name it.']),
      code: 2,
      says: 'Rows are gone.',
    },
  ])('changes nothing where $why', slow, async ({ does, args, code, says }) => {
    does?.()
    const was = before()
    expect(await run(...(args ?? []))).toMatchObject({ code, err: expect.stringContaining(says) })
    expect(before()).toEqual(was)
    expect(left()).toEqual(['sessions.db', 'tokens.db'])
  })
})

describe('--local', () => {
  /** Keeps these bytes as push.sh does, under this ticket. */
  const keep = (id: string, bytes: Buffer, ending: string, said = sha256(bytes)) => {
    const folder = join(droplet.home, '.snapproof-tokens/kept')
    mkdirSync(folder, { recursive: true })
    const name = `${id}${ending}`
    writeFileSync(join(folder, name), bytes)
    writeFileSync(join(folder, `${name}.sha256`), `${said}  ${name}\n`)
  }
  const copyWith = (row: string) => {
    const bytes = store('elsewhere', row)
    services.copies = []
    return bytes
  }

  test('brings the newest kept copy back, without a token and without the functions', async () => {
    delete droplet.env['SNAPPROOF_RESTORE_TOKEN']
    keep(older, copyWith('older'), '.db')
    keep(ticket, copyWith('kept'), '.db')
    const { code, out, err } = await droplet.run(['--local'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(plain(out).split('\n').slice(0, 3)).toEqual([
      `copy        ${ticket}, kept on this machine`,
      'checked: size, SHA-256 and integrity_check are right',
      'restored /srv/tokens.db',
    ])
    expect(marked()).toBe('kept')
    expect(services.calls).toEqual([])
    undo(out)
    expect((await droplet.run(['--local', '--at', older])).code).toBe(0)
    expect(marked()).toBe('older')
  })

  test('unpacks one that was sent compressed', slow, async () => {
    keep(ticket, gzipSync(copyWith('packed')), '.db.gz')
    expect(await droplet.run(['--local', '--at', '2025-07-04'])).toMatchObject({ code: 0, err: '' })
    expect(marked()).toBe('packed')
  })

  test.each([
    { name: 'one that has changed since', at: ticket, code: 1, says: 'has another SHA-256' },
    { name: 'one that is not there', at: older, code: 2, says: `There are: ${ticket} ` },
  ])('refuses $name, and changes nothing', async ({ at, code, says }) => {
    const before = readFileSync(droplet.database)
    keep(ticket, copyWith('kept'), '.db', '0'.repeat(64))
    const ended = await droplet.run(['--local', '--at', at])
    expect(ended).toMatchObject({ code, err: expect.stringContaining(says) })
    expect(ended.err).toContain('Leave --local out')
    expect(readFileSync(droplet.database)).toEqual(before)
  })

  test('does nothing but bring back', async () => {
    expect(await droplet.run(['--local', '--list'])).toMatchObject({ code: 2 })
  })
})

describe('--if-missing, in a start script', () => {
  test('does nothing where a live file is, and asks for no token', async () => {
    delete droplet.env['SNAPPROOF_RESTORE_TOKEN']
    const before = readFileSync(droplet.database)
    const { code, out, err } = await droplet.run(['--if-missing'])
    expect({ code, out: plain(out), err }).toEqual({
      code: 0,
      out: '/srv/tokens.db is there; nothing was changed.\n',
      err: '',
    })
    expect(readFileSync(droplet.database)).toEqual(before)
    expect(services.calls).toEqual([])
  })

  test('brings it back where none is, and says so when that cannot be done', async () => {
    rmSync(droplet.database)
    services.plan.restore = [{ fault: 'nothing-sound', passing: 'no' }]
    expect(await droplet.run(['--if-missing'])).toMatchObject({ code: 2 })
    expect(await droplet.run(['--if-missing'])).toMatchObject({ code: 0, err: '' })
    expect(marked()).toBe('proven')
  })

  test(
    'after a restore that was killed between its moves, leaves the old file as it was',
    slow,
    async () => {
      sql(droplet.database, 'PRAGMA journal_mode=wal')
      await killApp(droplet.database, 'after commits')
      const before = sha256(readFileSync(droplet.database))
      droplet.watch('mv')
      await droplet.run([], { FAKE_KILL: 'mv 2' })
      expect(existsSync(droplet.database)).toBe(false)
      const { code, out } = await droplet.run(['--if-missing'])
      expect({ code, lines: plain(out).trimEnd().split('\n') }).toEqual({
        code: 0,
        lines: [
          'An earlier restore was stopped half-way; the old database was put back to /srv/tokens.db.',
          '/srv/tokens.db is there; nothing was changed.',
        ],
      })
      expect(sha256(readFileSync(droplet.database))).toBe(before)
      expect(beside()).toEqual(['tokens.db', 'tokens.db-shm', 'tokens.db-wal'])
    },
  )
})

describe('a database that is open', () => {
  test('is refused, unless told otherwise', async () => {
    const app = spawn('python3', [
      '-c',
      'import sqlite3,sys,time; c=sqlite3.connect(sys.argv[1]); c.execute("select * from tokens").fetchone(); print(1,flush=True); time.sleep(60)',
      droplet.database,
    ])
    await new Promise((ready) => app.stdout.once('data', ready))
    const { code, err } = await droplet.run()
    expect(code).toBe(2)
    expect(plain(err)).toMatch(
      /^restore\.sh: \/srv\/tokens\.db is open in process \d+; nothing was changed\.\nmend: Stop the app/,
    )
    expect(beside()).toEqual(['tokens.db'])
    expect((await droplet.run(['--even-if-open'])).code).toBe(0)
    app.kill('SIGKILL')
    expect(marked()).toBe('proven')
  })
})

describe('kill -9', () => {
  const steps = [
    'curl 1',
    'curl 2',
    'sqlite3 1',
    'chmod 1',
    'sync 1',
    'sync 2',
    'mv 1',
    'mv 2',
    'mv 3',
    'mv 4',
    'sync 3',
    'rm 2',
    'rm 3',
  ]
  test.each(some(steps, 1))(
    'at call %s: the next run finds all it needs, and loses nothing',
    async (step) => {
      sql(droplet.database, 'PRAGMA journal_mode=wal')
      await killApp(droplet.database, 'after commits')
      const before = ['', '-wal'].map((part) => sha256(readFileSync(`${droplet.database}${part}`)))
      droplet.watch('sqlite3', 'mv', 'chmod', 'sync', 'rm')
      const { code, out } = await droplet.run([], { FAKE_KILL: step })
      expect({ step, code, out }).toMatchObject({ code: null })
      // Whatever stands there now: never the new file beside the old -wal.
      if (existsSync(`${droplet.database}-wal`) && existsSync(droplet.database)) {
        expect(sha256(readFileSync(droplet.database))).toBe(before[0])
      }
      droplet.watch('curl')
      expect((await droplet.run()).code).toBe(0)
      expect(readFileSync(droplet.database)).toEqual(proven)
      const kept = beside().filter((name) => name.includes('.before-') && !/-(wal|shm)$/.test(name))
      const olds = kept.map((name) =>
        ['', '-wal'].map((part) =>
          existsSync(join(droplet.home, name + part))
            ? sha256(readFileSync(join(droplet.home, name + part)))
            : '',
        ),
      )
      expect(olds).toContainEqual(before)
      expect(beside().filter((name) => name.endsWith('.restoring'))).toEqual([])
    },
  )

  test.each(some(['mv 1', 'ln 1', 'sync 1', 'sync 2', 'rm 2', 'rm 3'], 1))(
    'at call %s, of a database that stands alone: it is there at every moment, old or new',
    slow,
    async (step) => {
      const before = readFileSync(droplet.database)
      droplet.watch('mv', 'ln', 'rm', 'sync')
      const { code } = await droplet.run([], { FAKE_KILL: step })
      expect({ step, code }).toEqual({ step, code: null })
      const stands = readFileSync(droplet.database)
      expect(stands.equals(before) || stands.equals(proven)).toBe(true)
      droplet.watch('curl')
      const { code: last, err } = await droplet.run()
      expect({ last, err }).toEqual({ last: 0, err: '' })
      expect(readFileSync(droplet.database)).toEqual(proven)
      const kept = beside().filter((name) => name.includes('.before-'))
      expect(kept.map((name) => readFileSync(join(droplet.home, name)))).toContainEqual(before)
    },
  )

  test('half-way, where -wal and -shm stood beside it: the next run says so', slow, async () => {
    sql(droplet.database, 'PRAGMA journal_mode=wal')
    await killApp(droplet.database, 'after commits')
    droplet.watch('mv')
    await droplet.run([], { FAKE_KILL: 'mv 2' })
    expect(existsSync(droplet.database)).toBe(false)
    const { out } = await droplet.run()
    expect(plain(out)).toContain(
      'An earlier restore was stopped half-way; the old database was put back to /srv/tokens.db.',
    )
  })

  test('during the download: nothing has changed, and the next run completes', slow, async () => {
    const before = readFileSync(droplet.database)
    services.plan.get = ['hang']
    const run = droplet.start()
    await services.arrived('get')
    kill9(run.child)
    await run.ended
    expect(readFileSync(droplet.database)).toEqual(before)
    expect((await droplet.run()).code).toBe(0)
    expect(beside()).toHaveLength(2)
  })
})

describe('before anything is done', () => {
  const choice = [
    'ask Rows are gone from this copy.',
    'instead Name the copy you want: --at THIS or --at THAT.',
  ]

  test('--dry-run says which copy it would be, and changes nothing', async () => {
    const before = { beside: beside(), bytes: readFileSync(droplet.database) }
    services.choice = choice
    const { code, out, err } = await droplet.run(['--dry-run'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(plain(out)).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
      Rows are gone from this copy. It would be put in place of /srv/tokens.db; nothing was changed.
      "
    `)
    expect({ beside: beside(), bytes: readFileSync(droplet.database) }).toEqual(before)
    expect(services.calls.map(({ call }) => call)).toEqual(['restore'])
  })

  test('a copy that lacks something is refused without a terminal, and the others are named', async () => {
    const before = readFileSync(droplet.database)
    services.choice = choice
    const { code, out, err } = await droplet.run()
    expect(code).toBe(2)
    expect(out).toContain('copy        tokens_2025-07-04T010000Z_3f9a1c')
    expect(err).toMatchInlineSnapshot(`
      "restore.sh: Rows are gone from this copy. Nothing was changed.
      mend: Name the copy you want: --at THIS or --at THAT.
      "
    `)
    expect(readFileSync(droplet.database)).toEqual(before)
    expect(beside()).toEqual(['tokens.db'])
  })

  test('and is brought back where it was named by its ticket', slow, async () => {
    services.choice = choice
    expect((await droplet.run(['--at', ticket])).code).toBe(0)
    expect(marked()).toBe('proven')
  })

  test.each(
    some(
      [
        { said: 'yes', code: 0, row: 'proven' },
        { said: 'no', code: 2, row: 'live' },
        { said: 'y', code: 2, row: 'live' },
      ],
      1,
    ),
  )('on a terminal it asks, and "$said" ends in $code', async ({ said, code, row }) => {
    sql(droplet.database, "DELETE FROM tokens; INSERT INTO tokens(key) VALUES ('live')")
    services.choice = choice
    const { ended } = onTerminal(['--at', ticket], (text) =>
      text.includes('Type yes:') ? `${said}\n` : undefined,
    )
    expect(await ended).toMatchObject({ code })
    expect(marked()).toBe(row)
  })

  test('--diff and --list work in no folder of the database', async () => {
    services.copies.length = 0
    store(ticket, 'proven')
    expect((await droplet.run(['--list'])).code).toBe(0)
    expect(beside()).toEqual(['tokens.db'])
  })

  test('--diff wants two tickets', async () => {
    const { code, err } = await droplet.run(['--diff', ticket])
    expect(code).toBe(2)
    expect(err).toContain('--diff needs two tickets')
  })
})

describe('--salvage', () => {
  test('fetches a copy that is not sound beside the live file, and says that it is not', async () => {
    const before = readFileSync(droplet.database)
    const { code, out } = await droplet.run(['--salvage', '--at', ticket])
    expect(code).toBe(0)
    expect(out).toContain('It is NOT sound.')
    expect(readFileSync(droplet.database)).toEqual(before)
    expect(readFileSync(`${droplet.database}.salvage-${ticket}`)).toEqual(proven)
    expect(services.calls[0]?.form).toMatchObject({ salvage: 'yes', at: ticket, look: 'yes' })
  })

  test.each([
    { name: 'without a ticket', args: ['--salvage'], says: '--salvage needs one copy' },
    {
      name: 'in place of the live file',
      args: ['--salvage', '--at', ticket, '--to', 'LIVE'],
      says: 'never put in place of the live file',
    },
  ])('does nothing $name', async ({ args, says }) => {
    const before = readFileSync(droplet.database)
    const { code, err } = await droplet.run(
      args.map((arg) => (arg === 'LIVE' ? droplet.database : arg)),
    )
    expect(code).toBe(2)
    expect(err).toContain(says)
    expect(readFileSync(droplet.database)).toEqual(before)
  })

  test('does not replace what was fetched before', slow, async () => {
    await droplet.run(['--salvage', '--at', ticket])
    const { code, err } = await droplet.run(['--salvage', '--at', ticket])
    expect(code).toBe(2)
    expect(err).toContain('is there already')
  })
})

/** Runs it on a terminal of its own, and types what `answer` says to what it prints. */
const onTerminal = (args: readonly string[], answer: (text: string) => string | undefined) => {
  const script = new URL('../../lib/droplet/restore.sh', import.meta.url).pathname
  const child = spawn('script', ['-qec', ['dash', script, ...args].join(' '), '/dev/null'], {
    env: { ...droplet.env, PATH: `${droplet.env['PATH'] ?? ''}:/usr/bin` },
  })
  let out = ''
  child.stdout.on('data', (text) => {
    out += String(text)
    const typed = answer(String(text))
    if (typed !== undefined) child.stdin.write(typed)
  })
  const ended = new Promise<{ code: unknown; out: string }>((over) =>
    child.on('close', (code) => over({ code, out })),
  )
  return { ended }
}

test('the token is asked for on a terminal, without showing it', async () => {
  delete droplet.env['SNAPPROOF_RESTORE_TOKEN']
  const { ended } = onTerminal([], (text) =>
    text.includes('(not shown)') ? '  restore-secret \n' : undefined,
  )
  const { code, out } = await ended
  expect(code).toBe(0)
  expect(out).not.toContain('restore-secret')
  expect(marked()).toBe('proven')
})

test('Ctrl-C at the question for the token gives the terminal its echo back', async () => {
  delete droplet.env['SNAPPROOF_RESTORE_TOKEN']
  droplet.watch('stty')
  const { ended } = onTerminal([], (text) => (text.includes('(not shown)') ? '\u0003' : undefined))
  expect((await ended).code).toBe(130)
  expect(droplet.argumentsSeen().match(/^-?echo$/gm)).toEqual(['-echo', 'echo'])
})

test(
  'the undo takes what is left of the restored database along: it would ruin the old one',
  slow,
  async () => {
    const before = readFileSync(droplet.database)
    const { out } = await droplet.run()
    // As the app works with it, and dies.
    rmSync(droplet.database)
    makeDatabase(droplet.database)
    await killApp(droplet.database, 'in a transaction')
    expect(existsSync(`${droplet.database}-journal`)).toBe(true)
    undo(out)
    expect(beside()).toEqual(['tokens.db'])
    expect(readFileSync(droplet.database)).toEqual(before)
  },
)
