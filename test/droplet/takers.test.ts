// What push.sh asks of a taker, and restore.sh of its counterpart: shown by a kind that only exists here.
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { slow, some } from '../cases'
import {
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

const settle = (script: 'push.sh' | 'restore.sh'): Droplet => {
  const made = makeDroplet(script)
  Object.assign(made.env, {
    SNAPPROOF_URL: services.url,
    SNAPPROOF_TOKEN: 'push-secret',
    SNAPPROOF_RESTORE_TOKEN: 'restore-secret',
    SNAPPROOF_WAIT: '20',
  })
  return made
}

beforeEach(async () => {
  services = await startServices()
  droplet = settle('push.sh')
})

afterEach(async () => {
  await services.close()
  droplet.remove()
})

const quiet = { code: 0, out: '', err: '' }
const plain = (text: string) =>
  text.replaceAll(join(droplet.home, '..', 'scripts'), '/bin').replaceAll(droplet.home, '/srv')
const claims = () => [...services.stored.values()].map(({ claim }) => claim)

/** A kind of its own: text that is counted by lines. */
const addKind = (take: string): void => {
  const scripts = ownScripts(droplet)
  writeFileSync(join(scripts, 'take-lines.sh'), take)
  droplet.env['SNAPPROOF_KIND'] = 'lines'
  writeFileSync(droplet.database, 'one\ntwo\n')
}
const copying =
  'cp "$SNAPPROOF_FILE" "$1" && echo "lines $(wc -l <"$1")" && echo "said \\"so\\" \\\\" && echo done'

describe('a taker of another kind', () => {
  test('makes the copy; what it says of it goes along as it is, and so does the kind', async () => {
    addKind(copying)
    expect(await droplet.run()).toEqual(quiet)
    const [claim = {}] = claims()
    expect(claim).toMatchObject({ kind: 'lines', lines: '2', said: '"so" \\' })
    expect(claim).toMatchObject({ encoding: 'identity', sha256: sha256('one\ntwo\n') })
    expect(Object.keys(claim)).not.toContain('journal_mode')
    expect(readdirSync(join(droplet.home, '.snapproof-tokens'))).toEqual(['lock'])
  })

  test('may have no file, where it is said where the spool is', slow, async () => {
    addKind('echo "$SNAPPROOF_SPOOL|$SNAPPROOF_FILE|$SNAPPROOF_SETTINGS" >"$1" && echo lines 1')
    const file = join(droplet.home, 'own.env')
    writeFileSync(file, `SNAPPROOF_SPOOL=${droplet.home}\n`, { mode: 0o600 })
    delete droplet.env['SNAPPROOF_FILE']
    expect(await droplet.run([file])).toEqual(quiet)
    const [{ bytes } = { bytes: '' }] = [...services.stored.values()]
    expect(plain(String(bytes))).toBe('/srv||/srv/own.env\n')
  })

  test('without either, it is the spool that is missing', async () => {
    addKind('echo lines 1')
    delete droplet.env['SNAPPROOF_FILE']
    expect(await droplet.run()).toEqual({
      code: 2,
      out: '',
      err: 'push.sh: SNAPPROOF_SPOOL is missing or malformed.\nmend: push.sh --help tells what it should be.\n',
    })
  })

  test('is given the path of the file from the root, through links', slow, async () => {
    addKind('echo "$SNAPPROOF_FILE" >"$1" && echo lines 1')
    expect(await droplet.run([], { SNAPPROOF_FILE: '../droplet/tokens.db' })).toEqual(quiet)
    const [{ bytes } = { bytes: '' }] = [...services.stored.values()]
    expect(String(bytes)).toBe(`${droplet.database}\n`)
  })

  test('compresses by itself, when asked to', slow, async () => {
    addKind(
      '[ "$SNAPPROOF_GZIP" = yes ] && gzip -c "$SNAPPROOF_FILE" >"$1" && echo encoding gzip && echo raw_size_bytes 8',
    )
    expect(await droplet.run(['--gzip'])).toEqual(quiet)
    expect(claims()[0]).toMatchObject({ encoding: 'gzip', raw_size_bytes: '8' })
  })

  test.each(
    some(
      [
        { code: 1, name: 'the live thing is damaged' },
        { code: 2, name: 'it could not' },
      ],
      1,
    ),
  )('ends the push with its own words and $code, where $name', async ({ code }) => {
    addKind(`echo half >"$1"; printf 'push.sh: It is so.\\nmend: Do this.\\n' >&2; exit ${code}`)
    expect(await droplet.run()).toEqual({
      code,
      out: '',
      err: 'push.sh: It is so.\nmend: Do this.\n',
    })
    expect(services.calls).toEqual([])
    expect(readdirSync(join(droplet.home, '.snapproof-tokens'))).toEqual(['lock'])
  })

  test.each(
    some(
      [
        { how: 'is killed', take: 'kill -9 $$', code: 137 },
        { how: 'ends in a way that is not agreed on', take: 'exit 3', code: 3 },
      ],
      1,
    ),
  )('that $how is told with a mend', async ({ take, code: ended }) => {
    addKind(take)
    const { code, out, err } = await droplet.run()
    expect({ code, out }).toEqual({ code: 2, out: '' })
    // The shell may say besides that it was killed.
    expect(plain(err).replace(/^Killed *\n/, '')).toBe(
      `push.sh: /bin/take-lines.sh ended with exit code ${ended}.\nmend: Run push.sh again.\n`,
    )
  })

  test('does not keep what waits from being sent', slow, async () => {
    addKind(copying)
    services.plan.ticket = Array.from({ length: 9 }, () => 503)
    expect((await droplet.run()).code).toBe(2)
    writeFileSync(join(droplet.scripts, 'take-lines.sh'), 'exit 1')
    services.plan.ticket = []
    expect((await droplet.run()).code).toBe(1)
    expect(claims()).toHaveLength(1)
  })
})

describe('a kind', () => {
  test('that nobody takes is told with a mend', async () => {
    addKind(copying)
    rmSync(join(droplet.scripts, 'take-lines.sh'))
    const { code, err } = await droplet.run()
    expect(code).toBe(2)
    expect(plain(err)).toBe(
      'push.sh: /bin/take-lines.sh is missing.\nmend: Copy it there, from lib/droplet.\n',
    )
  })

  test.each(some(['../scripts/lines', 'Lines', 'li nes', '.'], 1))(
    'may not be "%s"',
    async (kind) => {
      addKind(copying)
      const { code, err } = await droplet.run([], { SNAPPROOF_KIND: kind })
      expect({ code, err }).toEqual({
        code: 2,
        err: 'push.sh: SNAPPROOF_KIND is missing or malformed.\nmend: push.sh --help tells what it should be.\n',
      })
    },
  )

  test('of sqlite is not told: the functions of every release know it', slow, async () => {
    makeDatabase(droplet.database)
    expect(await droplet.run([], { SNAPPROOF_KIND: 'sqlite' })).toEqual(quiet)
    expect(claims()[0]).not.toHaveProperty('kind')
  })
})

describe('the taker of SQLite', () => {
  let environment: Record<string, string | undefined>
  beforeEach(() => (environment = {}))

  const take = (args: string[], file = droplet.database) => {
    const folder = join(droplet.home, 'own folder')
    mkdirSync(folder)
    const script = join(droplet.scripts, 'take-sqlite.sh')
    const own = { SNAPPROOF_FILE: file, SNAPPROOF_SETTINGS: 'own.env' }
    const env = { PATH: droplet.env['PATH'], ...own, ...environment }
    const { status, stdout, stderr } = spawnSync('/usr/bin/dash', [script, ...args], {
      env,
      cwd: folder,
      encoding: 'utf8',
    })
    return { code: status, out: stdout, err: plain(stderr) }
  }

  test('says its facts, and nothing else, once the copy is whole', () => {
    makeDatabase(droplet.database, { mode: 'wal' })
    expect(take(['a copy.db'])).toEqual({
      code: 0,
      out: expect.stringMatching(/^journal_mode wal\nsqlite_version 3\.\d+\.\d+\n$/),
      err: '',
    })
  })

  test.each(some(['sqlite3', 'python3'], 1))(
    'says that %s finds right what is computed from rows, and nothing where it does not',
    (tool) => {
      if (tool === 'python3') droplet.without('sqlite3')
      makeDatabase(droplet.database, { mode: 'wal' })
      sql(
        droplet.database,
        `CREATE TABLE c(a CHECK (date(a) > '2000')); INSERT INTO c VALUES('2024-01-01')`,
      )
      const before = readFileSync(droplet.database)
      expect(take(['copy.db'])).toEqual({
        code: 0,
        out: expect.stringMatching(/^journal_mode wal\nsqlite_version 3\.\S+\ncomputed ok\n$/),
        err: '',
      })
      expect(readFileSync(droplet.database)).toEqual(before)
      expect(readdirSync(join(droplet.home, 'own folder')).toSorted()).toEqual([
        'after',
        'before',
        'copy.db',
        'said',
        'version',
      ])
      rmSync(join(droplet.home, 'own folder'), { recursive: true })
      sql(droplet.database, `PRAGMA ignore_check_constraints=1; INSERT INTO c VALUES('1999-01-01')`)
      expect(take(['copy.db'])).toEqual({
        code: 0,
        out: expect.stringMatching(/^journal_mode wal\nsqlite_version 3\.\S+\n$/),
        err: '',
      })
    },
  )

  test.each([
    {
      name: 'an index on an expression',
      sql: 'CREATE INDEX i ON tokens(lower(value))',
      isAsked: true,
    },
    {
      name: 'an index of some rows',
      sql: 'CREATE INDEX i ON tokens(value) WHERE key > 1',
      isAsked: true,
    },
    { name: 'a computed column', sql: 'CREATE TABLE c(a, b AS (date(a)))', isAsked: true },
    { name: 'a plain index', sql: 'CREATE INDEX i ON tokens(value)', isAsked: false },
  ])('asks only where something is computed: $name', ({ sql: also, isAsked }) => {
    makeDatabase(droplet.database)
    sql(droplet.database, also)
    expect(take(['copy.db']).out.includes('computed ok')).toBe(isAsked)
  })

  test('says where the file is missing, and exits 2', () => {
    expect(take(['copy.db'])).toEqual({
      code: 2,
      out: '',
      err: 'push.sh: /srv/tokens.db is missing or empty.\nmend: If it is lost, restore.sh brings back a copy.\n',
    })
    rmSync(join(droplet.home, 'own folder'), { recursive: true })
    expect(take(['copy.db'], '')).toEqual({
      code: 2,
      out: '',
      err: 'push.sh: SNAPPROOF_FILE is missing or malformed.\nmend: push.sh --help tells what it should be.\n',
    })
  })

  test('says where it is damaged, names the settings in the mend, and exits 1', () => {
    makeDatabase(droplet.database)
    writeFileSync(droplet.database, readFileSync(droplet.database).fill(0xee, 100, 400))
    expect(take(['copy.db'])).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /^push\.sh: SQLite could not copy \/srv\/tokens\.db: .*malformed.*\.\nmend: Stop the app\. What would be brought back: restore\.sh --dry-run own\.env\n$/,
      ),
    })
  })

  test('says by whom it is started, where somebody else starts it', () => {
    expect(take([])).toEqual({
      code: 2,
      out: '',
      err: 'push.sh: take-sqlite.sh needs a path to write to.\nmend: push.sh gives it one; start that.\n',
    })
  })

  test('gives a question to SQLite a minute, and no more', slow, () => {
    makeDatabase(droplet.database)
    sql(droplet.database, 'CREATE INDEX i ON tokens(lower(value))')
    droplet.watch('timeout')
    Object.assign(environment, {
      FAKE_NOTES: droplet.env['FAKE_NOTES'],
      FAKE_REAL: droplet.env['FAKE_REAL'],
    })
    environment['SNAPPROOF_CANARY'] = 'on'
    expect(take(['copy.db']).code).toBe(0)
    const waits = droplet.argumentsSeen().match(/^\d+ \S+ -batch/gm)
    expect(waits).toEqual(Array.from({ length: 3 }, () => '60 sqlite3 -batch'))
    expect(droplet.argumentsSeen()).toContain(' -cmd .timeout 5000 ')
  })

  test('says nothing of what is computed, where that minute is over', slow, () => {
    makeDatabase(droplet.database)
    sql(droplet.database, 'CREATE INDEX i ON tokens(lower(value))')
    const timeout = join(droplet.env['PATH'] ?? '', 'timeout')
    rmSync(timeout)
    writeFileSync(timeout, '#!/bin/sh\nexit 124\n', { mode: 0o755 })
    expect(take(['copy.db'])).toEqual({
      code: 0,
      out: expect.stringMatching(/^journal_mode delete\nsqlite_version 3\.\S+\n$/),
      err: '',
    })
  })

  /** What it says of a live file and its copy, that differ at these bytes, counted from 1. */
  const seenOf = (at: readonly number[], sizeBytes: number) => {
    const copy = join(droplet.home, 'copy.db')
    for (const file of [droplet.database, copy]) {
      writeFileSync(file, '')
      truncateSync(file, sizeBytes)
    }
    const opened = openSync(copy, 'r+')
    for (const place of at) writeSync(opened, 'x', place - 1)
    closeSync(opened)
    const env = { PATH: droplet.env['PATH'], live: droplet.database, copy }
    const script = join(droplet.scripts, 'take-sqlite.sh')
    const args = [script, '--look', 'after']
    spawnSync('/usr/bin/dash', args, { env, cwd: droplet.home })
    const [, , ...differing] = readFileSync(join(droplet.home, 'after'), 'utf8').trim().split('\n')
    return differing.map((line) => Number(line.trim().split(/ +/)[0]))
  }
  const counters = [25, 26, 27, 28, 41, 42, 43, 44, 93, 94, 95, 96, 97, 98, 99, 100]

  test('passes over the counters that a backup writes into the header, and over no other byte', () => {
    expect(seenOf(counters, 4096)).toEqual([])
    for (const other of [24, 29, 40, 45, 92, 101])
      expect(seenOf([...counters, other], 4096)).toEqual([other])
  })

  test('passes over the page of locks at 1 GiB, and over no other byte', slow, () => {
    const at = 1024 ** 3
    const size = at + 65536 * 2
    expect(seenOf([at + 1, at + 65536], size)).toEqual([])
    for (const other of [at, at + 65537]) expect(seenOf([other], size)).toEqual([other])
  })
})

describe('restore.sh', () => {
  beforeEach(() => {
    droplet.remove()
    droplet = settle('restore.sh')
    const bytes = Buffer.from('one\ntwo\n')
    services.copies.push({
      ticket: 'tokens_2025-07-04T010000Z_3f9a1c',
      bytes,
      lines: { sha256: sha256(bytes), size_bytes: '8', encoding: 'identity' },
    })
    const scripts = ownScripts(droplet)
    const back = `parts=.index\nsalvaging='Read it.'\ntools() { :; }
ask_copy() { [ "$(wc -l <copy.db)" = 2 ] || die 'It has other lines.' "$again" 1; say 'checked: 2 lines'; }\n`
    writeFileSync(join(scripts, 'back-lines.sh'), back)
    droplet.env['SNAPPROOF_KIND'] = 'lines'
  })

  test('brings back another kind by what its own file says of it', async () => {
    writeFileSync(droplet.database, 'old\n')
    writeFileSync(`${droplet.database}.index`, 'old index\n')
    const { code, out, err } = await droplet.run()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('checked: 2 lines\n')
    expect(readFileSync(droplet.database, 'utf8')).toBe('one\ntwo\n')
    const [, kept, index] = readdirSync(droplet.home).toSorted()
    expect([kept, index]).toEqual([
      expect.stringMatching(/^tokens\.db\.before-\S+Z$/),
      expect.stringMatching(/^tokens\.db\.before-\S+Z\.index$/),
    ])
  })

  test.each([
    { file: 'back-lines.sh', name: 'what it must know of the kind' },
    { file: 'ask.sh', name: 'what it shares with push.sh' },
  ])('says, before anything is done, that $name is missing', async ({ file }) => {
    rmSync(join(droplet.scripts, file))
    const { code, err } = await droplet.run(['--dry-run'])
    expect(code).toBe(2)
    expect(plain(err)).toBe(
      `restore.sh: /bin/${file} is missing.\nmend: Copy it there, from lib/droplet.\n`,
    )
    expect(services.calls).toEqual([])
  })
})
