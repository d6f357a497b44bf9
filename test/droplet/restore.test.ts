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
  ownScripts,
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
    .replaceAll(/127\.0\.0\.1 port \d+ after \d+ ms/g, 'HOST after N ms')

/** What was asked for, call by call: to look, the copy, its bytes, and the same of the second place. */
const asked = (): string =>
  services.calls.map(({ call, form }) => form['place'] ?? (form['look'] ? 'look' : call)).join(' ')

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
    // How long it waits: to be connected, for an answer, and for a store that sends next to nothing.
    expect(plain(droplet.argumentsSeen())).toMatchInlineSnapshot(`
      "-q -gS --connect-timeout 10 -K - -w %{http_code} -s --max-time 60 -o answer http://HOST/restore
      -q -gS --connect-timeout 10 -K - -w %{http_code} -s --max-time 60 -o answer http://HOST/restore
      -q -gS --connect-timeout 10 -K - -w %{http_code} -s -Y 1000 -y 60 -o copy.db
      "
    `)
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
    expect(out).toContain(
      '\nchecked: size and SHA-256 are those of the proven copy; SQLite says ok, but of a full-text index:\n  malformed inverted index for FTS5 table main.search\nrestored ',
    )
    expect(marked()).toBe('proven')
  })

  test.each(
    some(
      [
        {
          what: 'anything else besides',
          lines: [
            'malformed inverted index for FTS5 table main.search',
            'row 3 missing from index tokens_key',
          ],
        },
        { what: 'nothing at all', lines: [] },
      ],
      1,
    ),
  )('of one of which SQLite says $what is refused', async ({ lines }) => {
    sqliteSays(...lines)
    const { code, err } = await droplet.run()
    expect({ code, err }).toEqual({
      code: 1,
      err:
        `restore.sh: The copy is damaged; nothing was changed. SQLite says:\n` +
        `${lines.map((line) => `  ${line}\n`).join('') || '\n'}` +
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.\n',
    })
  })

  test.each(['no such collation sequence: own', 'unknown function: own()', 'no such module: own'])(
    'of one that SQLite here cannot ask, as the proven one it is: %s',
    slow,
    async (said) => {
      sqliteSays('Parse error', `Error: ${said}`)
      const { code, out, err } = await droplet.run()
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toContain(
        `\nchecked: size and SHA-256 are those of the proven copy; SQLite alone cannot check further:\n  Error: ${said}\nrestored `,
      )
    },
  )

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
  })

  test('--list of nothing is its first line alone', slow, async () => {
    services.copies = []
    expect(await droplet.run(['--list', '--at', '2025-07-01'])).toEqual({
      code: 0,
      out: expect.stringMatching(/^ticket .* change\n$/),
      err: '',
    })
    expect(services.calls[0]?.form).toMatchObject({ at: '2025-07-01' })
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
          from: '',
          spoil: () => {
            services.copies = services.second.map((copy) => ({ ...copy, bytes: other }))
          },
        },
        {
          name: 'nothing',
          from: ' from the second place',
          spoil: () => void services.plan.get.push(404),
        },
      ],
      1,
    ),
  )('the copy comes from there when the first one brings $name', async ({ spoil, from }) => {
    services.second = [...services.copies]
    spoil()
    const place =
      'from        the second place: as you asked: what the first one brought is not the copy'
    const says = [
      `copy        ${ticket}`,
      ...(from === '' ? [] : [place]),
      `downloaded ${ticket}${from}: taken 2025-07-04T01:00:00Z, verified 2025-07-04T01:00:09Z`,
      ...(from === '' ? [place] : []),
    ]
    const { code, out, err } = await droplet.run()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(plain(out).split('\n').slice(0, says.length)).toEqual(says)
    expect(asked()).toBe('look restore get second get')
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
      asks: 'look restore get second',
      does: damage((raw) => raw, { sha256: '0'.repeat(64) }),
    },
    {
      name: 'when the download is short',
      says: [
        'restore.sh: The download has 100 bytes instead of 12288; nothing was changed.',
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.',
      ],
      code: 1,
      asks: 'look restore get second',
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
      asks: 'look restore get',
      does: damage(zeroed),
    },
    {
      name: 'when the gzip is broken',
      says: [
        'restore.sh: The download cannot be unpacked; nothing was changed.',
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.',
      ],
      code: 1,
      asks: 'look restore get',
      does: damage((raw) => gzipSync(raw).subarray(0, 200)),
    },
    {
      name: 'when the unpacked copy has another hash',
      says: [
        'restore.sh: The unpacked copy has another SHA-256 than promised; nothing was changed.',
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.',
      ],
      code: 1,
      asks: 'look restore get',
      does: damage(gzipSync, { raw_sha256: '0'.repeat(64) }),
    },
    {
      name: 'when no copy is sound',
      says: [
        'restore.sh: There is no sound copy of tokens. Nothing was changed.',
        'mend: Run restore.sh --list.',
      ],
      code: 2,
      asks: 'look',
      does: () => (services.copies = []),
    },
    {
      name: 'when the token is wrong',
      says: [
        'restore.sh: The token is not one for tokens. Nothing was changed.',
        'mend: Mint a new one.',
      ],
      code: 2,
      asks: 'look',
      does: () => (droplet.env['SNAPPROOF_RESTORE_TOKEN'] = 'wrong'),
    },
    {
      name: 'when there is no token and no terminal',
      says: [
        'restore.sh: SNAPPROOF_RESTORE_TOKEN is not set, and there is no terminal to ask for it.',
        'mend: Set it in the environment or in the settings file.',
      ],
      code: 2,
      asks: '',
      does: () => delete droplet.env['SNAPPROOF_RESTORE_TOKEN'],
    },
    {
      name: 'when the time makes no sense',
      says: [
        'restore.sh: --at last "week" is not understood.',
        'mend: Say --at 2025-07-04, or see --list.',
      ],
      code: 2,
      asks: '',
      args: ['--at', 'last "week"'],
    },
    {
      name: 'when an option lacks its value',
      says: ['restore.sh: --at needs a value.', 'mend: restore.sh --help shows examples.'],
      code: 2,
      asks: '',
      args: ['--at'],
    },
    {
      name: 'when the store has only errors',
      says: [
        'restore.sh: The store answered the download with 500. Nothing was changed.',
        'mend: Run restore.sh again later. If it says so again, look at the bucket and its keys.',
      ],
      code: 2,
      asks: `look${' restore get'.repeat(6)} second`,
      does: () => (services.plan.get = Array.from({ length: 9 }, () => 500)),
    },
    {
      name: 'when sqlite3 and python3 are missing',
      says: [
        'restore.sh: sqlite3 is missing; nothing was changed.',
        'mend: Install it: apt-get install sqlite3',
      ],
      code: 2,
      asks: '',
      does: () => droplet.without('sqlite3', 'python3'),
    },
    {
      name: 'when the store breaks off each time',
      says: [
        'restore.sh: The store could not be reached (curl 56): Recv failure: Connection reset by peer. Nothing was changed.',
        'mend: Check the address and the network; for a certificate, the clock and ca-certificates.',
      ],
      code: 2,
      asks: `look${' restore get'.repeat(6)} second`,
      does: () => (services.plan.get = Array.from({ length: 9 }, () => 'reset')),
    },
    {
      name: 'when the store lacks the copy, and so does the second place',
      says: [
        'restore.sh: The store answered the download with 404. Nothing was changed.',
        'mend: Run restore.sh again later. If it says so again, look at the bucket and its keys.',
      ],
      code: 2,
      asks: 'look restore get second',
      does: () => (services.plan.get = [404]),
    },
    {
      name: 'when the functions cannot be reached',
      says: [
        "restore.sh: http://HOST/restore could not be reached (curl 7): Failed to connect to HOST after N ms: Couldn't connect to server. Nothing was changed.",
        'mend: Check the address and the network; for a certificate, the clock and ca-certificates.',
      ],
      code: 2,
      asks: '',
      does: () => (droplet.env['SNAPPROOF_URL'] = 'http://127.0.0.1:1'),
    },
    {
      name: 'when somebody else answers',
      says: [
        'restore.sh: http://HOST/restore answered 502, but not in the words of Snapproof. Nothing was changed.',
        'mend: Check SNAPPROOF_URL. If it is right, look at the functions.',
      ],
      code: 2,
      asks: 'look look look look look look',
      does: () => (services.plan.restore = Array.from({ length: 9 }, () => 'html')),
    },
    {
      name: 'when what is there cannot be told',
      says: ['restore.sh: It is not to be.', 'mend: Do this.'],
      code: 2,
      asks: 'restore',
      args: ['--list'],
      does: () => (services.plan.restore = [{ fault: 'settings', passing: 'no' }]),
    },
    {
      name: 'when the sets cannot be told',
      says: ['restore.sh: It is not to be.', 'mend: Do this.'],
      code: 2,
      asks: 'restore',
      args: ['--sets'],
      does: () => (services.plan.restore = [{ fault: 'settings', passing: 'no' }]),
    },
    {
      name: 'when what came and went cannot be told',
      says: ['restore.sh: It is not to be.', 'mend: Do this.'],
      code: 2,
      asks: 'restore',
      args: ['--diff', older, ticket],
      does: () => (services.plan.restore = [{ fault: 'settings', passing: 'no' }]),
    },
    {
      name: 'when a copy that is not sound cannot be had',
      says: [
        'restore.sh: The store answered the download with 404. Nothing was changed.',
        'mend: Run restore.sh again later. If it says so again, look at the bucket and its keys.',
      ],
      code: 2,
      asks: 'look restore get',
      args: ['--salvage', '--at', ticket],
      does: () => (services.plan.get = [404]),
    },
    {
      name: 'when there is no folder to work in',
      says: [
        'restore.sh: Nothing can be written in /nowhere.',
        'mend: Free space there, or name another: TMPDIR.',
      ],
      code: 2,
      asks: '',
      args: ['--list'],
      does: () => (droplet.env['TMPDIR'] = '/nowhere'),
    },
    {
      name: 'when nothing says where',
      says: [
        'restore.sh: SNAPPROOF_FILE is not set.',
        'mend: Set it, or name the place: --to PATH',
      ],
      code: 2,
      asks: '',
      does: () => delete droplet.env['SNAPPROOF_FILE'],
    },
    {
      name: 'when --diff lacks its second ticket',
      says: ['restore.sh: --diff needs two tickets.', 'mend: --list shows them.'],
      code: 2,
      asks: '',
      args: ['--diff', ticket],
    },
    {
      name: 'when the second ticket of --diff makes no sense',
      says: ['restore.sh: --at  is not understood.', 'mend: Say --at 2025-07-04, or see --list.'],
      code: 2,
      asks: '',
      args: ['--diff', ticket, 'b c'],
    },
    {
      name: 'when --salvage names no copy',
      says: ['restore.sh: --salvage needs one copy.', 'mend: Name it: --at TICKET'],
      code: 2,
      asks: '',
      args: ['--salvage'],
    },
    {
      name: 'when --if-missing is said of a server',
      says: [
        'restore.sh: --if-missing is for a live file.',
        'mend: Of a server, restore beside what is there.',
      ],
      code: 2,
      asks: '',
      args: ['--if-missing'],
      does: () => (droplet.env['SNAPPROOF_KIND'] = 'postgres'),
    },
    {
      name: 'when --local is asked to tell something',
      says: [
        'restore.sh: --local brings a copy back, and does nothing else.',
        'mend: Leave it out.',
      ],
      code: 2,
      asks: '',
      args: ['--local', '--list'],
    },
    {
      name: 'when --local is asked for what is not sound',
      says: [
        'restore.sh: --local brings a copy back, and does nothing else.',
        'mend: Leave it out.',
      ],
      code: 2,
      asks: '',
      args: ['--local', '--salvage', '--at', ticket],
    },
    {
      name: 'when curl is missing',
      says: [
        'restore.sh: curl is missing; nothing was changed.',
        'mend: Install it: apt-get install curl',
      ],
      code: 2,
      asks: '',
      does: () => droplet.without('curl'),
    },
    {
      name: 'when flock is missing',
      says: [
        'restore.sh: flock is missing; nothing was changed.',
        'mend: Install it: apt-get install util-linux',
      ],
      code: 2,
      asks: '',
      does: () => droplet.without('flock'),
    },
    {
      name: 'when sha256sum and openssl are missing',
      says: [
        'restore.sh: openssl is missing; nothing was changed.',
        'mend: Install it: apt-get install openssl',
      ],
      code: 2,
      asks: '',
      does: () => droplet.without('sha256sum', 'openssl'),
    },
    {
      name: 'when gzip is missing, and the copy is compressed',
      says: [
        'restore.sh: gzip is missing; nothing was changed.',
        'mend: Install it: apt-get install gzip',
      ],
      code: 2,
      asks: 'look restore get',
      does: () => {
        damage(gzipSync)()
        droplet.without('gzip')
      },
    },
    {
      name: 'when a folder stands there',
      says: [
        'restore.sh: . cannot be the path of a database.',
        'mend: Check SNAPPROOF_FILE or --to.',
      ],
      code: 2,
      asks: '',
      args: ['--to', '.'],
    },
    {
      name: 'when the folder does not exist',
      says: [
        'restore.sh: /nowhere/at/all.db cannot be the path of a database.',
        'mend: Check SNAPPROOF_FILE or --to.',
      ],
      code: 2,
      asks: '',
      args: ['--to', '/nowhere/at/all.db'],
    },
  ]
  test.each(some(cases, 4))('$name', async ({ code, does, args, says, asks }) => {
    const before = readFileSync(droplet.database)
    does?.()
    const ended = await droplet.run(args ?? [])
    expect(plain(ended.err).trimEnd().split('\n')).toEqual(says)
    expect({ code: ended.code, asks: asked() }).toEqual({ code, asks })
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
  test.each(some(cases, 1))('is said to be one: $name', async ({ size, does, args, bytes }) => {
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
  const settingsOf = (name: string, live = join(droplet.home, `${name}.db`)) => {
    const file = join(droplet.home, `${name}.env`)
    const lines = {
      SNAPPROOF_URL: services.url,
      SNAPPROOF_DATABASE: name,
      ...(live === '' ? {} : { SNAPPROOF_FILE: live }),
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
  const runWith = (files: readonly string[], ...args: string[]) =>
    droplet.run(['--set', ...args, ...files])
  const run = (...args: string[]) =>
    runWith([settingsOf('tokens'), settingsOf('sessions')], ...args)
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
    expect(plain(out)).toMatchInlineSnapshot(`
      "set         20250703T010000Z-5
      copy        tokens_2025-07-03T010000Z_bbbbbb
      downloaded tokens_2025-07-03T010000Z_bbbbbb: taken 2025-07-04T01:00:00Z, verified 2025-07-04T01:00:09Z
      checked: size, SHA-256 and integrity_check are right
      copy        sessions_2025-07-03T010000Z_cccccc
      downloaded sessions_2025-07-03T010000Z_cccccc: taken 2025-07-04T01:00:00Z, verified 2025-07-04T01:00:09Z
      checked: size, SHA-256 and integrity_check are right
      restored /srv/tokens.db
      What stood there before is kept as /srv/tokens.db.before-TIME.
      To undo this, stop the app and type:
        rm -f '/srv/tokens.db' '/srv/tokens.db-wal' '/srv/tokens.db-shm' '/srv/tokens.db-journal'
        mv '/srv/tokens.db.before-TIME' '/srv/tokens.db'
      What stood there before may go once the app runs and nobody misses anything:
        rm -f '/srv/tokens.db.before-TIME' '/srv/tokens.db.before-TIME-wal' '/srv/tokens.db.before-TIME-shm' '/srv/tokens.db.before-TIME-journal'
      restored /srv/sessions.db
      What stood there before is kept as /srv/sessions.db.before-TIME.
      To undo this, stop the app and type:
        rm -f '/srv/sessions.db' '/srv/sessions.db-wal' '/srv/sessions.db-shm' '/srv/sessions.db-journal'
        mv '/srv/sessions.db.before-TIME' '/srv/sessions.db'
      What stood there before may go once the app runs and nobody misses anything:
        rm -f '/srv/sessions.db.before-TIME' '/srv/sessions.db.before-TIME-wal' '/srv/sessions.db.before-TIME-shm' '/srv/sessions.db.before-TIME-journal'
      All of the set are back, at one moment. Now start the app.
      "
    `)
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
    expect({ code, err: plain(err) }).toEqual({
      code: 2,
      err:
        `restore.sh: /srv/sessions.db is open in process ${app.pid}; nothing was changed.\n` +
        'mend: Stop the app and run this again. See who it is: ps -fp PROCESS. Or add --even-if-open.\n' +
        'restore.sh: Of the set none was put in place; all is as it was.\n' +
        'mend: See why above, and run it again.\n',
    })
    expect(before()).toEqual(was)
    expect(left()).toEqual(['sessions.db', 'tokens.db'])
  })

  test('brings back a set that lacks something, where it was named', slow, async () => {
    services.choice = ['ask Rows are gone.', 'instead Name it.']
    expect(await run('--at', whole)).toMatchObject({ code: 0, err: '' })
    expect([rowIn(droplet.database), rowIn(sessions())]).toEqual(['of the set', 'of the set too'])
  })

  test.each([
    {
      name: 'one database alone',
      files: () => [settingsOf('tokens')],
      says: [
        'restore.sh: --set needs the settings of several databases.',
        'mend: Name each of them behind it.',
      ],
    },
    {
      name: 'a database that is no file',
      files: () => [settingsOf('tokens'), settingsOf('sessions', '')],
      says: [
        'restore.sh: /srv/sessions.env names no SNAPPROOF_FILE.',
        'mend: Bring a database of a server back by itself.',
      ],
    },
    {
      name: 'a folder in which nothing can be made',
      files: () => [settingsOf('tokens'), settingsOf('sessions', '/sys/sessions.db')],
      says: [
        'restore.sh: Nothing can be written in /sys; nothing was changed.',
        'mend: Run restore.sh as its owner.',
      ],
    },
  ])('changes nothing for $name', slow, async ({ files, says }) => {
    const was = before()
    delete droplet.env['SNAPPROOF_FILE']
    const { code, err } = await runWith(files())
    expect(code).toBe(2)
    expect(plain(err).split('\n')).toEqual([...says, ''])
    expect(before()).toEqual(was)
    expect(left()).toEqual(['sessions.db', 'tokens.db'])
  })

  test.each([
    {
      why: 'a copy of it is damaged',
      does: () => Object.assign(services.copies[2]?.lines ?? {}, { sha256: '0'.repeat(64) }),
      code: 1,
      says: [
        'restore.sh: The download has another SHA-256 than promised; nothing was changed.',
        'mend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.',
      ],
    },
    {
      why: 'none is whole',
      does: () => services.copies.pop(),
      code: 2,
      says: [
        'restore.sh: There is no set of these 2 databases whose copies are all sound.',
        'mend: See what there is: restore.sh --sets SETTINGS. Or bring each back by itself.',
      ],
    },
    {
      why: 'the one that is named is not',
      args: ['--at', newer],
      code: 2,
      says: [
        `restore.sh: There is no set of these 2 databases named ${newer} whose copies are all sound.`,
        'mend: See what there is: restore.sh --sets SETTINGS. Or bring each back by itself.',
      ],
    },
    {
      why: 'rows are gone, and nobody named it',
      does: () => (services.choice = ['ask Rows are gone.', 'instead Name it.']),
      code: 2,
      says: ['restore.sh: Rows are gone. Nothing was changed.', 'mend: Name it.'],
    },
    {
      why: 'the functions refuse',
      does: () => (services.plan.restore = [{ fault: 'settings', passing: 'no' }]),
      code: 2,
      says: ['restore.sh: It is not to be.', 'mend: Do this.'],
    },
    {
      why: 'there is no token and no terminal',
      does: () => delete droplet.env['SNAPPROOF_RESTORE_TOKEN'],
      code: 2,
      says: [
        'restore.sh: SNAPPROOF_RESTORE_TOKEN is not set, and there is no terminal to ask for it.',
        'mend: Set it in the environment or in the settings file.',
      ],
    },
    {
      why: 'the name of a file could be taken for something else',
      does: () => writeFileSync(join(droplet.home, 'm re.env'), '', { mode: 0o600 }),
      args: ['m re.env'],
      code: 2,
      says: [
        'restore.sh: /srv/m re.env has signs in it that --set does not take.',
        'mend: Rename it.',
      ],
    },
  ])('changes nothing where $why', slow, async ({ does, args, code, says }) => {
    does?.()
    const was = before()
    const ended = await run(...(args ?? []))
    expect(ended.code).toBe(code)
    expect(plain(ended.err).split('\n')).toEqual([...says, ''])
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
  })

  test(
    'brings an older one back that is named, and unpacks what was sent compressed',
    slow,
    async () => {
      keep(older, gzipSync(copyWith('packed')), '.db.gz')
      keep(ticket, copyWith('kept'), '.db')
      expect(await droplet.run(['--local', '--at', older])).toMatchObject({ code: 0, err: '' })
      expect(marked()).toBe('packed')
    },
  )

  test.each([
    {
      name: 'one that has changed since',
      at: ticket,
      code: 1,
      says: [
        'restore.sh: The download has another SHA-256 than promised; nothing was changed.',
        'mend: Leave --local out: then the copy comes from the store.',
      ],
    },
    {
      name: 'one that is not there',
      at: older,
      code: 2,
      says: [
        `restore.sh: There is no copy ${older} in /srv/.snapproof-tokens/kept; nothing was changed.`,
        `mend: Leave --local out. There are: ${ticket} `,
      ],
    },
  ])('refuses $name, and changes nothing', async ({ at, code, says }) => {
    const before = readFileSync(droplet.database)
    keep(ticket, copyWith('kept'), '.db', '0'.repeat(64))
    const ended = await droplet.run(['--local', '--at', at])
    expect(ended.code).toBe(code)
    expect(plain(ended.err).split('\n')).toEqual([...says, ''])
    expect(readFileSync(droplet.database)).toEqual(before)
    expect(beside()).toEqual(['.snapproof-tokens', 'tokens.db'])
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

  test('brings it back where none is, whose undo leaves none, and says so when that cannot be done', async () => {
    rmSync(droplet.database)
    services.plan.restore = [{ fault: 'nothing-sound', passing: 'no' }]
    expect(await droplet.run(['--if-missing'])).toEqual({
      code: 2,
      out: '',
      err: 'restore.sh: It is not to be. Nothing was changed.\nmend: Do this.\n',
    })
    const { code, out, err } = await droplet.run(['--if-missing'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(marked()).toBe('proven')
    undo(out)
    expect(beside()).toEqual([])
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
    expect({ code, err: plain(err) }).toEqual({
      code: 2,
      err: `restore.sh: /srv/tokens.db is open in process ${app.pid}; nothing was changed.\nmend: Stop the app and run this again. See who it is: ps -fp PROCESS. Or add --even-if-open.\n`,
    })
    expect(beside()).toEqual(['tokens.db'])
    expect((await droplet.run(['--even-if-open'])).code).toBe(0)
    app.kill('SIGKILL')
    expect(marked()).toBe('proven')
  })
})

describe('kill -9', () => {
  /** What the next run says first, of what it found. */
  const foundBy = (out: string): string => plain(out).split(/^copy /m)[0] ?? ''
  const putBack =
    'An earlier restore was stopped half-way; the old database was put back to /srv/tokens.db.\n'
  const unchanged = 'An earlier restore was stopped before it changed anything.\n'
  const inPlace =
    'An earlier restore did put its copy in place; what stood there before is kept as /srv/tokens.db.before-TIME.\n'
  const steps = [
    { step: 'curl 1', found: '' },
    { step: 'curl 2', found: '' },
    { step: 'sqlite3 1', found: '' },
    { step: 'chmod 1', found: '' },
    { step: 'sync 1', found: '' },
    { step: 'sync 2', found: '' },
    { step: 'mv 1', found: '' },
    { step: 'mv 2', found: putBack },
    { step: 'mv 3', found: putBack },
    { step: 'mv 4', found: putBack },
    { step: 'sync 3', found: '' },
    { step: 'rm 2', found: inPlace },
    { step: 'rm 3', found: '' },
  ]
  test.each(some(steps, 1))(
    'at call $step: the next run finds all it needs, and loses nothing',
    async ({ step, found }) => {
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
      const next = await droplet.run()
      expect({ code: next.code, found: foundBy(next.out) }).toEqual({ code: 0, found })
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

  test.each([
    { step: 'mv 1', found: unchanged },
    { step: 'ln 1', found: '' },
    { step: 'sync 1', found: '' },
    { step: 'sync 2', found: '' },
    { step: 'rm 2', found: inPlace },
    { step: 'rm 3', found: '' },
  ])(
    'at call $step, of a database that stands alone: it is there at every moment, old or new',
    slow,
    async ({ step, found }) => {
      const before = readFileSync(droplet.database)
      droplet.watch('mv', 'ln', 'rm', 'sync')
      const { code } = await droplet.run([], { FAKE_KILL: step })
      expect({ step, code }).toEqual({ step, code: null })
      const stands = readFileSync(droplet.database)
      expect(stands.equals(before) || stands.equals(proven)).toBe(true)
      droplet.watch('curl')
      const { code: last, out, err } = await droplet.run()
      expect({ last, found: foundBy(out), err }).toEqual({ last: 0, found, err: '' })
      expect(readFileSync(droplet.database)).toEqual(proven)
      const kept = beside().filter((name) => name.includes('.before-'))
      expect(kept.map((name) => readFileSync(join(droplet.home, name)))).toContainEqual(before)
    },
  )

  test('half-way, and a new database was made since: the next run keeps both', slow, async () => {
    sql(droplet.database, 'PRAGMA journal_mode=wal')
    await killApp(droplet.database, 'after commits')
    droplet.watch('mv')
    await droplet.run([], { FAKE_KILL: 'mv 4' })
    const old = beside().find((name) => /\.before-[^.]*Z$/.test(name)) ?? ''
    expect(beside()).not.toContain('tokens.db')
    makeDatabase(droplet.database)
    const made = readFileSync(droplet.database)
    const { code, out } = await droplet.run()
    expect({ code, found: foundBy(out) }).toEqual({
      code: 0,
      found:
        'An earlier restore was stopped half-way, and a new /srv/tokens.db was made by somebody since.\n' +
        'The database from before that restore is kept as /srv/tokens.db.before-TIME.\n',
    })
    expect(readFileSync(droplet.database)).toEqual(proven)
    const kept = beside().filter((name) => /\.before-[^.]*Z$/.test(name) && name !== old)
    expect(kept.map((name) => readFileSync(join(droplet.home, name)))).toEqual([made])
    expect(beside()).toContain(old)
  })

  test('during the download: nothing has changed, and the next run completes', slow, async () => {
    const before = readFileSync(droplet.database)
    services.plan.get = ['hang']
    const run = droplet.start()
    await services.arrived('get')
    const meanwhile = await droplet.run()
    expect({ ...meanwhile, err: plain(meanwhile.err) }).toEqual({
      code: 2,
      out: '',
      err: 'restore.sh: Another restore of /srv/tokens.db is going on.\nmend: Let it come to its end.\n',
    })
    kill9(run.child)
    await run.ended
    expect(readFileSync(droplet.database)).toEqual(before)
    expect((await droplet.run()).code).toBe(0)
    expect(beside()).toHaveLength(2)
  })
})

test('a polite signal ends it, and nothing has changed', slow, async () => {
  const before = readFileSync(droplet.database)
  services.plan.get = ['hang']
  const run = droplet.start()
  await services.arrived('get')
  if (run.child.pid !== undefined) process.kill(-run.child.pid, 'SIGTERM')
  const { code, err } = await run.ended
  expect({ code, err }).toEqual({
    code: 2,
    err: expect.stringMatching(
      /^(Terminated\n)?restore\.sh: It was stopped by a signal; nothing was changed\.\nmend: Run restore\.sh again\.\n$/,
    ),
  })
  expect(readFileSync(droplet.database)).toEqual(before)
  expect(beside()).toEqual(['tokens.db'])
})

test('two in the same second keep both of what stood there', slow, async () => {
  const before = readFileSync(droplet.database)
  const [date, called] = [
    join(droplet.env['PATH'] ?? '', 'date'),
    join(droplet.home, '..', 'called'),
  ]
  rmSync(date)
  const clock = `#!/bin/sh
case $* in *Z) echo >>'${called}'; echo "2025-07-05T01000$(($(wc -l <'${called}') / 2))Z" ;; *) exec /usr/bin/date "$@" ;; esac\n`
  writeFileSync(date, clock, { mode: 0o755 })
  const name = (second: number) => `tokens.db.before-2025-07-05T01000${second}Z`
  writeFileSync(join(droplet.home, name(0)), 'of another one')
  expect(await droplet.run()).toMatchObject({ code: 0, err: '' })
  expect(beside()).toEqual(['tokens.db', name(0), name(1)])
  expect(readFileSync(join(droplet.home, name(0)), 'utf8')).toBe('of another one')
  expect(readFileSync(join(droplet.home, name(1)))).toEqual(before)
  expect(droplet.argumentsSeen().match(/^\d+$/gm)).toEqual(['1'])
})

describe.skipIf(process.getuid?.() !== 0)('by a user who is not root', slow, () => {
  const asNobody = async () => {
    chownSync(droplet.home, 65534, 65534)
    ownScripts(droplet)
    droplet.env['PATH'] = droplet.env['FAKE_REAL'] ?? ''
    droplet.shell = [
      '/usr/bin/setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '/usr/bin/dash',
    ]
    return droplet.run()
  }

  test('says what such a user cannot see, and cannot give back', async () => {
    chmodSync(droplet.database, 0o644)
    const { code, out, err } = await asNobody()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(plain(out).match(/^note: .*$/gm)).toEqual([
      'note: processes of other users cannot be seen; make sure that the app is stopped.',
      "note: the old file belongs to 0:0, the new one to you. As root: chown 0:0 '/srv/tokens.db'",
    ])
    expect(statSync(droplet.database)).toMatchObject({ uid: 65534, mode: 0o100644 })
    expect(marked()).toBe('proven')
  })

  test('says nothing of the kind where nothing stood', async () => {
    rmSync(droplet.database)
    const { code, out, err } = await asNobody()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).not.toContain('note: ')
    expect(statSync(droplet.database)).toMatchObject({ uid: 65534, mode: 0o100600 })
  })

  test('says where nothing can be written, and changes nothing', async () => {
    mkdirSync(join(droplet.home, 'of root'))
    droplet.env['SNAPPROOF_FILE'] = join(droplet.home, 'of root', 'tokens.db')
    const { code, out, err } = await asNobody()
    expect({ code, out, err: plain(err) }).toEqual({
      code: 2,
      out: '',
      err: 'restore.sh: Nothing can be written in /srv/of root.\nmend: Run restore.sh as the owner of that folder.\n',
    })
    expect(readdirSync(join(droplet.home, 'of root'))).toEqual([])
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
    const { code: last, out } = await ended
    expect(last).toBe(code)
    expect(out).toContain(
      `copy        ${ticket}\r\nRows are gone from this copy.\r\nBring it back all the same? Type yes: `,
    )
    expect(out.includes('restore.sh: Nothing was changed.\r\nmend: Name the copy you want: ')).toBe(
      code !== 0,
    )
    // A person sees how far the download is.
    expect(droplet.argumentsSeen().includes(' -# -Y 1000 -y 60 -o copy.db\n')).toBe(code === 0)
    expect(marked()).toBe(row)
  })

  test('--diff tells what came and went, and works in no folder of the database', async () => {
    expect(await droplet.run(['--diff', older, ticket])).toEqual({
      code: 0,
      out: `tokens: 3 rows came from ${older} to ${ticket}\n`,
      err: '',
    })
    expect(beside()).toEqual(['tokens.db'])
  })
})

describe('--salvage', () => {
  const fetched = () => `${droplet.database}.salvage-${ticket}`
  const told = (...lines: string[]) => [`copy        ${ticket}`, ...lines, ''].join('\n')
  const says = (bytes: number) => [
    `It is NOT sound. What there is of it, ${bytes} bytes, stands in /srv/tokens.db.salvage-${ticket}`,
    'To get rows out of it: sqlite3 FILE .recover >rows.sql',
  ]

  test('fetches a copy that is not sound beside the live file, and says that it is not', async () => {
    const before = readFileSync(droplet.database)
    const { code, out, err } = await droplet.run(['--salvage', '--at', ticket])
    expect({ code, out: plain(out), err }).toEqual({ code: 0, out: told(...says(12288)), err: '' })
    expect(readFileSync(droplet.database)).toEqual(before)
    expect(readFileSync(fetched())).toEqual(proven)
    expect(statSync(fetched()).mode & 0o777).toBe(0o600)
    expect(services.calls.map(({ form }) => form).slice(0, 2)).toEqual([
      { database: 'tokens', script: '2', salvage: 'yes', at: ticket, look: 'yes' },
      { database: 'tokens', script: '2', salvage: 'yes', at: ticket },
    ])
  })

  test('does nothing in place of the live file', async () => {
    const before = readFileSync(droplet.database)
    const args = ['--salvage', '--at', ticket, '--to', droplet.database]
    expect(await droplet.run(args)).toEqual({
      code: 2,
      out: '',
      err: 'restore.sh: A copy that is not sound is never put in place of the live file.\nmend: Name another: --to PATH\n',
    })
    expect(readFileSync(droplet.database)).toEqual(before)
    expect(beside()).toEqual(['tokens.db'])
  })

  test('does not replace what was fetched before', slow, async () => {
    writeFileSync(fetched(), 'fetched before')
    const { code, out, err } = await droplet.run(['--salvage', '--at', ticket])
    expect({ code, out, err: plain(err) }).toEqual({
      code: 2,
      out: told(),
      err: `restore.sh: /srv/tokens.db.salvage-${ticket} is there already; nothing was changed.\nmend: Name another: --to PATH\n`,
    })
    expect(readFileSync(fetched(), 'utf8')).toBe('fetched before')
  })

  test.each([
    { name: 'whole', pack: gzipSync, also: [] },
    {
      name: 'with bytes behind its end',
      pack: (raw: Buffer) => Buffer.concat([gzipSync(raw), Buffer.from('-- the end --')]),
      also: [],
    },
    {
      name: 'cut off',
      pack: (raw: Buffer) => gzipSync(raw).subarray(0, -9),
      also: ['It could be unpacked in part only.'],
    },
  ])('unpacks what can be unpacked of a compressed one: $name', slow, async ({ pack, also }) => {
    services.copies = []
    const raw = store(ticket, 'packed', {}, pack)
    const { code, out, err } = await droplet.run(['--salvage', '--at', ticket])
    const got = readFileSync(fetched())
    expect(raw.subarray(0, got.length)).toEqual(got)
    expect({ code, out: plain(out), err }).toEqual({
      code: 0,
      out: told(...also, ...says(got.length)),
      err: '',
    })
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
  droplet.watch('stty')
  const { ended } = onTerminal([], (text) =>
    text.includes('(not shown)') ? '  restore-secret \n' : undefined,
  )
  const { code, out } = await ended
  expect(code).toBe(0)
  expect(out).toMatch(/^restore token of tokens \(not shown\): \r\ncopy {8}tokens_/)
  expect(out).not.toContain('restore-secret')
  expect(marked()).toBe('proven')
  expect(droplet.argumentsSeen().match(/^-?echo$/gm)).toEqual(['-echo', 'echo'])
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
