/** A dump, brought back into a new database of a real server by the script that runs on the host. */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { outliner } from '../../lib/rules/kinds/postgres/outline'
import { slow } from '../cases'
import { makeDroplet, sha256, startServices } from '../fakes/droplet-services'
import type { Droplet, Services } from '../fakes/droplet-services'
import { postgresBin, shopSql, startPostgres } from '../fakes/postgres-server'
import type { PostgresServer } from '../fakes/postgres-server'

let server: PostgresServer
let services: Services
let droplet: Droplet
let dump: string

const ticket = 'tokens_2025-07-04T010000Z_3f9a1c'

/** What stands in a table, row by row; and who owns what, and may do what. */
const contents = (database: string): string =>
  [
    ...[
      'users',
      '"my app"."Or.d""ers :x"',
      '"größe\nzwei"',
      'part',
      'only parent',
      'child',
      'odd',
    ].map((table) => `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ${table} AS t;`),
    `SELECT relname, relowner::regrole, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1;`,
    `SELECT pg_get_functiondef('f'::regproc);`,
  ]
    .map((sql) => server.psql(sql, database))
    .join('\n')

const offer = (text: string, lines: Record<string, string> = {}): void => {
  const seeing = outliner()
  seeing.feed(Buffer.from(text))
  const { tables } = seeing.end()
  const rows = [...tables.values()].reduce((sum, table) => sum + table.rows, 0)
  const bytes = gzipSync(text)
  services.copies = [
    {
      ticket,
      bytes,
      lines: {
        sha256: sha256(bytes),
        size_bytes: `${bytes.length}`,
        encoding: 'gzip',
        raw_sha256: sha256(text),
        raw_size_bytes: `${Buffer.byteLength(text)}`,
        tables: `${tables.size}`,
        rows: `${rows}`,
        ...lines,
      },
    },
  ]
}

const databases = (): string[] =>
  server.psql('SELECT datname FROM pg_database ORDER BY 1').split('\n')

const typed = (command = '') =>
  spawnSync('sh', ['-c', command], { encoding: 'utf8', env: { ...process.env, ...droplet.env } })

/** The commands that stand behind these words. */
const printed = (out: string, words: string): string =>
  out.split('\n').slice(out.split('\n').findIndex((line) => line.startsWith(words)) + 1)[0] ?? ''

/** Replaces what differs from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(server.folder, '/socket')
    .replaceAll(String(server.port), 'PORT')
    .replaceAll(droplet.home, '/srv')
    .replaceAll(/_\d{8}_\d{6}\b/g, '_TIME')

const rows = (database: string) => server.psql('SELECT count(*) FROM users', database)

describe.skipIf(postgresBin === undefined)('where a server is: apt-get install postgresql', () => {
  beforeAll(async () => {
    server = await startPostgres(postgresBin ?? '')
    server.psql(`CREATE ROLE app LOGIN PASSWORD 'app'; CREATE ROLE gone; CREATE ROLE reader;
      CREATE ROLE keeper LOGIN CREATEDB PASSWORD 'keeper'`)
    server.psql(`CREATE DATABASE "live '1""" OWNER app`)
    server.psql(
      `GRANT CREATE ON SCHEMA public TO app; GRANT CREATE ON DATABASE "live '1""" TO app; SET ROLE app; ${shopSql}
      CREATE TABLE odd(t text);
      INSERT INTO odd VALUES (E'ALTER TABLE x OWNER TO nobody;'), (E'\\\\.'), ('COPY x FROM stdin;'), (NULL);
      CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$BEGIN
-- what only looks like it
ALTER TABLE odd OWNER TO gone;
GRANT SELECT ON odd TO gone;
RETURN 'x'; END$$;
      GRANT SELECT ON users TO gone, reader; RESET ROLE; ALTER TABLE child OWNER TO gone`,
      live,
    )
    const { stdout } = spawnSync(
      join(server.bin, 'pg_dump'),
      ['-h', server.folder, '-p', `${server.port}`, '-U', 'super', live],
      { encoding: 'utf8' },
    )
    // As pg_dump of 17 and newer writes one of any server.
    const newer = 'SET transaction_timeout = 0;\n'
    dump = stdout.includes(newer)
      ? stdout
      : stdout.replace(/^SET lock_timeout = 0;\n/m, (line) => line + newer)
  }, 60_000)
  afterAll(() => server?.close())

  const live = `live '1"`

  beforeEach(async () => {
    services = await startServices()
    droplet = makeDroplet('restore.sh')
    symlinkSync(join(server.bin, 'psql'), join(droplet.home, '..', 'bin', 'psql'))
    delete droplet.env['SNAPPROOF_FILE']
    Object.assign(droplet.env, {
      SNAPPROOF_KIND: 'postgres',
      SNAPPROOF_URL: services.url,
      SNAPPROOF_RESTORE_TOKEN: 'restore-secret',
      SNAPPROOF_SPOOL: droplet.home,
      SNAPPROOF_POSTGRES: `host=${server.folder} port=${server.port} user=super dbname='live \\'1"'`,
    })
    offer(dump)
  })
  afterEach(async () => {
    for (const name of databases().filter((one) => /_(restored|before)_/.test(one)))
      server.psql(`DROP DATABASE "${name}"`)
    await services.close()
    droplet.remove()
  })

  test('comes back into a new database beside the live one, and the names are exchanged as printed', async () => {
    const { code, out, err } = await droplet.run()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(plain(out)).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
      downloaded tokens_2025-07-04T010000Z_3f9a1c: taken 2025-07-04T01:00:00Z, verified 2025-07-04T01:00:09Z
      checked: size, SHA-256 and the last line are right
      restoring into the new database tokens_restored_TIME
      checked: 9 tables, 160 rows, as they were written down
      restored tokens_2025-07-04T010000Z_3f9a1c into tokens_restored_TIME, beside live '1", which was not touched.
      To look at it:  psql -d 'host=/socket port=PORT user=super dbname=tokens_restored_TIME'
      To put it in place of the live one, stop the app and type:
        psql -X1 -v ON_ERROR_STOP=1 -d 'host=/socket port=PORT user=super dbname=postgres' -c 'ALTER DATABASE "live '\\''1""" RENAME TO "tokens_before_TIME"' -c 'ALTER DATABASE "tokens_restored_TIME" RENAME TO "live '\\''1"""'
      To undo that, stop the app and type:
        psql -X1 -v ON_ERROR_STOP=1 -d 'host=/socket port=PORT user=super dbname=postgres' -c 'ALTER DATABASE "live '\\''1""" RENAME TO "tokens_restored_TIME"' -c 'ALTER DATABASE "tokens_before_TIME" RENAME TO "live '\\''1"""'
      Rights and settings of the database itself (GRANT CONNECT, ALTER DATABASE ... SET) stay with tokens_before_TIME.
      "
    `)
    const made = databases().find((one) => one.startsWith('tokens_restored_')) ?? ''
    expect(contents(made)).toBe(contents(live))
    expect(contents(live)).toContain('gone')
    expect(readdirSync(droplet.home)).toEqual([])

    server.psql('DELETE FROM "my app"."Or.d""ers :x"; DELETE FROM users WHERE id > 9', live)
    expect(typed(printed(out, 'To put it in place')).status).toBe(0)
    expect(rows(live)).toBe('100')
    expect(typed(printed(out, 'To undo that')).status).toBe(0)
    expect(rows(live)).toBe('9')
    expect(typed(printed(out, 'To put it in place')).status).toBe(0)
    expect(databases().filter((one) => one.startsWith('tokens_'))).toEqual([
      expect.stringMatching(/^tokens_before_/),
    ])
  })

  test('needs no superuser; what it may give to nobody is said', slow, async () => {
    server.psql(
      'REVOKE ALL ON users FROM gone; REASSIGN OWNED BY gone TO app; DROP ROLE gone',
      live,
    )
    const { code, out, err } = await droplet.run([], {
      SNAPPROOF_RESTORE_POSTGRES: `postgresql://keeper:keeper@127.0.0.1:${server.port}/postgres?connect_timeout=9`,
    })
    server.psql('CREATE ROLE gone')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.match(/^note: .*$/gm)).toEqual([
      'note: what was granted to gone is not: there is no such role.',
      'note: what app owned belongs to you now: there is no such role, or you are none of it.',
      'note: what gone owned belongs to you now: there is no such role, or you are none of it.',
      // Before 15 the schema "public" belongs to whoever made the cluster, and is dumped with its owner.
      ...(Number(server.psql('SHOW server_version_num', 'postgres')) < 150_000
        ? [
            'note: what super owned belongs to you now: there is no such role, or you are none of it.',
          ]
        : []),
    ])
    expect(out).not.toContain('keeper:keeper')
    const made = databases().find((one) => one.startsWith('tokens_restored_')) ?? ''
    expect(rows(made)).toBe('100')
    expect(server.psql("SELECT relacl FROM pg_class WHERE relname = 'users'", made)).toContain(
      'reader=r',
    )
    expect(server.psql("SELECT prosrc FROM pg_proc WHERE proname = 'f'", made)).toContain(
      'ALTER TABLE odd OWNER TO gone;\nGRANT SELECT ON odd TO gone;\n',
    )
  })

  test('comes back where the live one is lost', slow, async () => {
    const lost = droplet.env['SNAPPROOF_POSTGRES']?.replace('live ', 'lost ') ?? ''
    const { code, out } = await droplet.run([], { SNAPPROOF_POSTGRES: lost })
    expect(code).toBe(0)
    expect(plain(out)).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
      downloaded tokens_2025-07-04T010000Z_3f9a1c: taken 2025-07-04T01:00:00Z, verified 2025-07-04T01:00:09Z
      checked: size, SHA-256 and the last line are right
      restoring into the new database tokens_restored_TIME
      checked: 9 tables, 160 rows, as they were written down
      restored tokens_2025-07-04T010000Z_3f9a1c into tokens_restored_TIME, beside lost '1", which was not touched.
      To look at it:  psql -d 'host=/socket port=PORT user=super dbname=tokens_restored_TIME'
      The live one is not there. To give this one its name:
        psql -X1 -v ON_ERROR_STOP=1 -d 'host=/socket port=PORT user=super dbname=postgres' -c 'ALTER DATABASE "tokens_restored_TIME" RENAME TO "lost '\\''1"""'
      "
    `)
    expect(typed(printed(out, 'The live one is not there')).status).toBe(0)
    expect(rows(`lost '1"`)).toBe('100')
    server.psql(`DROP DATABASE "lost '1"""`)
  })

  test('is a file, where one is asked for', async () => {
    const file = join(droplet.home, 'dump.sql')
    const { code, out } = await droplet.run(['--to', file], { SNAPPROOF_POSTGRES: '' })
    expect(code).toBe(0)
    expect(plain(out)).toMatchInlineSnapshot(`
      "copy        tokens_2025-07-04T010000Z_3f9a1c
      downloaded tokens_2025-07-04T010000Z_3f9a1c: taken 2025-07-04T01:00:00Z, verified 2025-07-04T01:00:09Z
      checked: size, SHA-256 and the last line are right
      restored /srv/dump.sql
      To undo this, stop the app and type:
        rm -f '/srv/dump.sql'
      "
    `)
    expect(readFileSync(file, 'utf8')).toBe(dump)
    expect(databases().filter((one) => one.startsWith('tokens_'))).toEqual([])
  })

  test('is told first, and nothing is changed', slow, async () => {
    expect(await droplet.run(['--dry-run'])).toEqual({
      code: 0,
      out: `copy        ${ticket}\nNothing speaks against it. It would be brought into a new database beside the live one; nothing was changed.\n`,
      err: '',
    })
    expect(databases().filter((one) => one.startsWith('tokens_'))).toEqual([])
  })

  const asItIs = 'The database tokens_restored_TIME is left as it is; the live one was not touched.'
  const way = `host=/socket port=PORT user=super dbname=`
  const look = `Look at it: psql -d '${way}tokens_restored_TIME'. To have it gone: psql -d '${way}postgres' -c 'DROP DATABASE tokens_restored_TIME'`
  test.each([
    {
      name: 'it has fewer rows than were written down',
      lines: { rows: '161' },
      code: 1,
      says: `restore.sh: Not all of it came back: rows: 160 instead of 161; ${asItIs}\nmend: ${look}\n`,
    },
    {
      name: 'it has fewer tables than were written down, and a row of one is gone',
      lines: { tables: '10' },
      change: (text: string) =>
        text.replace(
          '-- PostgreSQL database dump complete',
          'DELETE FROM public.odd WHERE t IS NULL;\n$&',
        ),
      code: 1,
      says: `restore.sh: Not all of it came back: public.odd;tables: 9 instead of 10; ${asItIs}\nmend: ${look}\n`,
    },
    {
      name: 'PostgreSQL does not take a value',
      change: (text: string) => text.replace(/^1\tu1$/m, 'one\tu1'),
      code: 1,
      says: `restore.sh: PostgreSQL does not take it: line N: invalid input syntax for type integer: "one". ${asItIs}\nmend: ${look}\n`,
    },
    {
      name: 'its end is not where it should be',
      change: (text: string) =>
        `${text.replace('-- PostgreSQL database dump complete', '--')}-- PostgreSQL database dump complete\n${'--\n'.repeat(9)}`,
      code: 1,
      says: 'restore.sh: The dump does not end as pg_dump ends one; nothing was changed.\nmend: Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.\n',
    },
    {
      name: 'the role may create no database',
      as: () => `postgresql://app:app@127.0.0.1:${server.port}/postgres`,
      code: 2,
      says: 'restore.sh: No database could be created: permission denied to create database; nothing was changed.\nmend: As a superuser: ALTER ROLE name CREATEDB. Or name another role: SNAPPROOF_RESTORE_POSTGRES.\n',
    },
    {
      name: 'the password is wrong',
      as: () => `postgresql://app:wrong@127.0.0.1:${server.port}/postgres`,
      code: 2,
      says: "restore.sh: The server cannot be reached: WHY: password authentication failed; nothing was changed.\nmend: Put the right password into ~/.pgpass (mode 600), or into the settings file. Try it by hand: psql -d 'postgresql://app@127.0.0.1:PORT/postgres'. Another role: SNAPPROOF_RESTORE_POSTGRES.\n",
    },
    {
      name: 'no server answers',
      as: () => `postgresql://app:app@127.0.0.1:1/postgres`,
      code: 2,
      says: "restore.sh: The server cannot be reached: WHY: Connection refused; nothing was changed.\nmend: Try it by hand: psql -d 'postgresql://app@127.0.0.1:1/postgres'. Another role: SNAPPROOF_RESTORE_POSTGRES.\n",
    },
  ])('stops where $name, and the live one is as it was', slow, async (row) => {
    const {
      change = (text) => text,
      lines = {},
      as,
      code: wanted,
      says,
    } = row as {
      change?: (text: string) => string
      lines?: Record<string, string>
      as?: () => string
      code: number
      says: string
    }
    const before = contents(live)
    offer(change(dump), lines)
    const more = as ? { SNAPPROOF_RESTORE_POSTGRES: as() } : {}
    const { code, err } = await droplet.run([], more)
    // In what words psql begins is its own, and a dump is of as many lines as its release writes.
    const told = plain(err)
      .replace(/(reached: ).*(?:FATAL: +|failed: )/, '$1WHY: ')
      .replace(/ for user "app";/, ';')
      .replace(/line \d+/, 'line N')
    expect({ code, told }).toEqual({ code: wanted, told: says })
    expect(contents(live)).toBe(before)
    const [, mend = ''] = /To have it gone: (.*)$/m.exec(err) ?? []
    if (mend !== '') expect(typed(mend).status).toBe(0)
    expect(databases().filter((one) => one.startsWith('tokens_'))).toEqual([])
  })
})
