/** A dump, taken of a real server by the script that runs on the host. */
import { chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { judgeCounts, sourceCounts } from '../../lib/rules/kinds/postgres/counts'
import { slow } from '../cases'
import { makeDroplet, ownScripts, sha256, startServices } from '../fakes/droplet-services'
import type { Droplet, Services } from '../fakes/droplet-services'
import { postgresBin, shopSql, startPostgres } from '../fakes/postgres-server'
import type { PostgresServer } from '../fakes/postgres-server'
import { outlineOf } from '../fixtures/outlines'

const appPassword = String.raw`it's @ p%:/\w`
const name = 'shöp "1"'

let server: PostgresServer
let services: Services
let droplet: Droplet

/** Puts a program in the place of another, on this machine alone. */
const put = (tool: string, script: string): void => {
  const file = join(droplet.home, '..', 'bin', tool)
  rmSync(file, { force: true })
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
}

/** The real one, whose arguments are noted. */
const putReal = (tool: string): void =>
  put(tool, `printf '%s\\n' "$*" >>"$FAKE_NOTES/arguments"; exec ${server.bin}/${tool} "$@"`)

const pushed = async (connection = uri(), more: Record<string, string> = {}) =>
  droplet.run([], { SNAPPROOF_POSTGRES: connection, ...more })

const uri = (user = 'backup', password = 'read%20only', database = encodeURIComponent(name)) =>
  `postgresql://${user}:${password}@127.0.0.1:${server.port}/${database}`

const words = (user = 'app') => `host=127.0.0.1 port=${server.port} user=${user} dbname='${name}'`

const stored = () => [...services.stored.values()]

/** Replaces what differs from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(String(server.port), 'PORT')
    .replaceAll(join(droplet.home, '..', 'scripts'), '/bin')
    .replaceAll(droplet.home, '/srv')
const shown = `psql -d 'postgresql://backup@127.0.0.1:PORT/${encodeURIComponent(name)}'`

describe.skipIf(postgresBin === undefined)('where a server is: apt-get install postgresql', () => {
  beforeAll(async () => {
    server = await startPostgres(postgresBin ?? '')
    server.psql(`CREATE ROLE app LOGIN PASSWORD '${appPassword.replace("'", "''")}';
      CREATE ROLE backup LOGIN PASSWORD 'read only'; CREATE ROLE poor LOGIN PASSWORD 'poor';
      CREATE DATABASE "${name.replaceAll('"', '""')}" OWNER app`)
    server.psql(`SET ROLE app; ${shopSql}`, name)
    server.readAll('backup', name)
  }, 60_000)
  afterAll(() => server?.close())

  beforeEach(async () => {
    services = await startServices()
    droplet = makeDroplet('push.sh')
    for (const tool of ['psql', 'pg_dump']) putReal(tool)
    delete droplet.env['SNAPPROOF_FILE']
    Object.assign(droplet.env, {
      SNAPPROOF_KIND: 'postgres',
      SNAPPROOF_URL: services.url,
      SNAPPROOF_TOKEN: 'push-secret',
      SNAPPROOF_SPOOL: droplet.home,
      SNAPPROOF_WAIT: '20',
    })
  })
  afterEach(async () => {
    await services.close()
    droplet.remove()
  })

  test('a read-only role sends a whole dump, and what the source counted in it', async () => {
    expect(await pushed()).toEqual({ code: 0, out: '', err: '' })
    const [{ bytes, claim } = { bytes: Buffer.alloc(0), claim: {} }] = stored()
    const dump = gunzipSync(bytes)
    expect(claim).toMatchObject({
      kind: 'postgres',
      server_version: expect.stringMatching(/^\d+\.\d+/),
      dump_version: expect.stringMatching(/^\d+\.\d+/),
      dbname: name,
      encoding: 'gzip',
      raw_size_bytes: `${dump.length}`,
      raw_sha256: sha256(dump),
    })
    const counts = sourceCounts(claim)
    expect(Object.fromEntries(counts?.rows ?? [])).toEqual({
      users: 100,
      'my app."Or.d""ers :x"': 50,
      'größe\nzwei': 1,
      part1: 2,
      parent: 1,
      child: 2,
      nothing: 0,
    })
    expect(droplet.argumentsSeen()).toContain(' -v wait=60s -v counts=300s ')
    expect(droplet.argumentsSeen()).toContain(' --lock-wait-timeout=60s ')
    const judged = counts && judgeCounts(outlineOf(dump).tables, counts)
    expect(judged).toMatchObject({ outcome: 'passed' })
    expect(readdirSync(join(droplet.home, '.snapproof-tokens'))).toEqual(['lock'])
  })

  test('the same rows are the same bytes', slow, async () => {
    expect((await pushed()).code).toBe(0)
    expect((await pushed()).code).toBe(0)
    expect(services.calls.map(({ call }) => call)).toEqual(['ticket', 'put', 'verdict', 'ticket'])
  })

  test.each([
    { form: 'of a URI', as: () => uri('app', encodeURIComponent(appPassword)) },
    {
      form: 'behind a URI',
      as: () => `${uri('app', '').replace(':@', '@')}?password=${encodeURIComponent(appPassword)}`,
    },
    {
      form: 'in quotes',
      as: () => `${words()} password = '${appPassword.replaceAll(/['\\]/g, String.raw`\$&`)}' `,
    },
    {
      form: 'without quotes',
      as: () => `password=${appPassword.replaceAll(/['\\ ]/g, String.raw`\$&`)} ${words()}`,
    },
  ])('a password $form is seen in no list of arguments', slow, async ({ as }) => {
    expect(await pushed(as(), { SNAPPROOF_COUNTS: '1' })).toEqual({ code: 0, out: '', err: '' })
    expect(droplet.argumentsSeen()).toMatch(/--dbname=[^]*--dbname=.*--snapshot=/)
    expect(droplet.argumentsSeen()).not.toMatch(/it's|it%27s|it\\'s|it\\\\'s/)
  })

  test('a service, ~/.pgpass and the variables of libpq are honoured', slow, async () => {
    const home = droplet.env['HOME'] ?? ''
    const pass = `127.0.0.1:*:*:backup:read only\n`
    writeFileSync(join(home, '.pgpass'), pass, { mode: 0o600 })
    const service = `[shop]\nhost=127.0.0.1\nport=${server.port}\nuser=backup\ndbname=${name}\n`
    writeFileSync(join(home, '.pg_service.conf'), service)
    expect(await pushed('shop')).toEqual({ code: 0, out: '', err: '' })
    const variables = { PGHOST: server.folder, PGPORT: `${server.port}`, PGUSER: 'super' }
    const { code } = await pushed('', { ...variables, PGDATABASE: 'postgres' })
    expect(code).toBe(0)
    expect(stored().map(({ claim }) => claim['dbname'])).toEqual([name, 'postgres'])
    expect(stored()[1]?.claim['rows']).toBe('{}')
  })

  test('counting may be let be, or may take so long', slow, async () => {
    expect((await pushed(uri(), { SNAPPROOF_COUNTS: 'off' })).code).toBe(0)
    expect(stored()[0]?.claim).not.toHaveProperty('rows')
    expect(stored()[0]?.claim).not.toHaveProperty('uncounted')
  })

  test('where counting takes longer than it may, the dump comes, and says so', slow, async () => {
    const slowly = 's/concat_ws(chr(10), /&pg_sleep(60)::text, /'
    put('psql', `sed "${slowly}" | ${server.bin}/psql "$@"`)
    expect(await pushed(uri(), { SNAPPROOF_COUNTS: '1' })).toEqual({ code: 0, out: '', err: '' })
    expect(stored()[0]?.claim).toMatchObject({ uncounted: '1', dbname: name })
    expect(stored()[0]?.claim).not.toHaveProperty('rows')
  })

  test(
    'of very many tables the largest are counted by name, the others together',
    slow,
    async () => {
      server.psql(`CREATE DATABASE wide`)
      server.psql(
        `DO $$ BEGIN FOR i IN 1..900 LOOP EXECUTE format(
        'CREATE TABLE a_name_that_is_rather_long_for_a_table_%s AS SELECT generate_series(1, %s)',
        i, i % 7); END LOOP; END $$`,
        'wide',
      )
      server.readAll('backup', 'wide')
      expect(await pushed(uri('backup', 'read%20only', 'wide'))).toEqual({
        code: 0,
        out: '',
        err: '',
      })
      const [{ bytes, claim } = { bytes: Buffer.alloc(0), claim: {} }] = stored()
      const counts = sourceCounts(claim)
      expect(counts?.more.tables).toBe(900 - (counts?.rows.size ?? 0))
      expect(counts?.more.tables).toBeGreaterThan(100)
      const { tables } = outlineOf(gunzipSync(bytes))
      expect(counts && judgeCounts(tables, counts)).toMatchObject({ outcome: 'passed' })
      server.psql('DROP DATABASE wide')
    },
  )

  describe('where there can be no copy', () => {
    afterEach(() => {
      expect(services.calls).toEqual([])
      expect(readdirSync(join(droplet.home, '.snapproof-tokens'))).toEqual(['lock'])
    })

    test.each([
      {
        name: 'the password is wrong',
        as: () => uri('backup', 'wrong'),
        says: `password authentication failed for user "backup".\nmend: Put the right password into SNAPPROOF_POSTGRES, or into ~/.pgpass (mode 600) of the user that runs push.sh. Try it by hand: ${shown} -c 'SELECT 1'\n`,
      },
      {
        name: 'no server answers',
        as: () => 'host=127.0.0.1 port=1 dbname=x',
        says: "failed: Connection refused.\nmend: See that PostgreSQL runs, and that host and port are right. Try it by hand: psql -d 'host=127.0.0.1 port=1 dbname=x' -c 'SELECT 1'\n",
      },
      {
        name: 'nothing says where',
        as: () => '',
        says: 'push.sh: SNAPPROOF_POSTGRES is missing.\nmend: push.sh --help tells what it should be.\n',
      },
      {
        name: 'a password stands where it cannot be taken out',
        as: () => 'host=127.0.0.1 sslpassword=secret',
        says: 'push.sh: SNAPPROOF_POSTGRES holds a password that cannot be taken out of it.\nmend: Write the password into ~/.pgpass, and leave it out there.\n',
      },
      {
        name: 'there is no such database',
        as: () => uri('backup', 'read%20only', 'nobody'),
        says: `database "nobody" does not exist.\nmend: See what it is called there: psql -d 'postgresql://backup@127.0.0.1:PORT/nobody?dbname=postgres' -l\n`,
      },
      {
        name: 'there is no such service',
        as: () => 'nobody',
        says: 'definition of service "nobody" not found.\nmend: Say it in ~/.pg_service.conf of the user that runs push.sh, or write the connection itself into SNAPPROOF_POSTGRES.\n',
      },
      {
        name: 'the role may not read everything',
        as: () => uri('poor', 'poor'),
        says: 'mend: As a superuser: GRANT pg_read_all_data TO poor; and where rows are secured: ALTER ROLE poor BYPASSRLS; before PostgreSQL 14 grant USAGE on each schema, and SELECT on each table and sequence.\n',
      },
    ])('$name, and it is told with a mend', slow, async ({ as, says }) => {
      const { code, out, err } = await pushed(as())
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(plain(err).slice(-says.length)).toBe(says)
      expect(err.match(/^push\.sh: /gm)).toHaveLength(1)
    })

    test('a table is held by somebody else', slow, async () => {
      put(
        'psql',
        'env | grep ^PGC | sort >"$FAKE_NOTES/told"; echo "psql:<stdin>:9: ERROR:  canceling statement due to lock timeout" >&2; exit 3',
      )
      const { code, err } = await pushed()
      expect(code).toBe(2)
      expect(err).toContain(
        'canceling statement due to lock timeout.\nmend: Another session holds a table.',
      )
      // How long it waits for the server, and in which letters it is answered.
      expect(readFileSync(join(droplet.env['FAKE_NOTES'] ?? '', 'told'), 'utf8')).toBe(
        'PGCLIENTENCODING=UTF8\nPGCONNECT_TIMEOUT=30\n',
      )
      const [, mend = ''] = /psql -d '.*' -c '(.*)'$/m.exec(err) ?? []
      expect(server.psql(mend)).toBe('')
    })

    test.each([
      {
        name: 'the server goes away half-way',
        pg_dump:
          'echo half; echo "pg_dump: error: Dumping the contents of table \\"users\\" failed: PQgetResult() failed." >&2; echo "pg_dump: detail: Error message from server: server closed the connection unexpectedly" >&2; exit 1',
        code: 2,
        says: 'PostgreSQL could not be dumped: Dumping the contents of table "users" failed: PQgetResult() failed. The server went away, and there is no copy.\nmend: See that it runs, then run push.sh again.\n',
      },
      {
        name: 'pg_dump is older than the server',
        pg_dump:
          'echo "pg_dump: error: aborting because of server version mismatch" >&2; echo "pg_dump: detail: server version: 18.0; pg_dump version: 15.18" >&2; exit 1',
        code: 2,
        says: "PostgreSQL could not be dumped: aborting because of server version mismatch. It says: server version: 18.0; pg_dump version: 15.18.\nmend: Install the tools of the server's version, which apt.postgresql.org has: apt-get install postgresql-client-NUMBER\n",
      },
      {
        name: 'the database is damaged',
        pg_dump:
          'echo "pg_dump: error: query failed: ERROR:  invalid page in block 3 of relation base/16388/16402" >&2; exit 1',
        code: 1,
        says: 'The database is damaged. PostgreSQL could not be dumped: query failed: ERROR:  invalid page in block 3 of relation base/16388/16402.\nmend: Stop the app. What would be brought back: restore.sh --dry-run\n',
      },
      {
        name: 'the end is missing although all seemed well',
        pg_dump: `echo "-- PostgreSQL database dump complete"; printf '${'x\\n'.repeat(9)}'`,
        code: 2,
        says: 'What pg_dump wrote does not end with its last line: it is not whole.\nmend: See that there is room, and run push.sh again.\n',
      },
      {
        name: 'pg_dump ends without a word',
        pg_dump: 'exit 1',
        code: 2,
        says: `PostgreSQL could not be dumped: pg_dump was ended.\nmend: Try it by hand: ${shown} -c 'SELECT 1'\n`,
      },
      {
        name: 'the server cannot hold a snapshot for it',
        pg_dump: 'echo "pg_dump: error: invalid snapshot identifier" >&2; exit 1',
        code: 2,
        says: 'PostgreSQL could not be dumped: invalid snapshot identifier.\nmend: Set SNAPPROOF_COUNTS=off: then the rows are not counted at the source.\n',
      },
    ])('$name', slow, async ({ pg_dump: script, code, says }) => {
      put('pg_dump', script)
      const ended = await pushed()
      expect({ code: ended.code, err: plain(ended.err) }).toEqual({ code, err: `push.sh: ${says}` })
    })

    test('the disk is full', async () => {
      put('gzip', 'head -c 100; exit 1')
      const { code, err } = await pushed()
      expect({ code, err: plain(err) }).toEqual({
        code: 2,
        err: 'push.sh: There is no room for a copy in /srv/.snapproof-tokens.\nmend: Free space, or set SNAPPROOF_SPOOL.\n',
      })
    })

    test.each([
      {
        tool: 'pg_dump',
        says: 'pg_dump is missing.\nmend: Install it: apt-get install postgresql-client',
      },
      {
        tool: 'psql',
        says: 'psql is missing.\nmend: Install it: apt-get install postgresql-client',
      },
      { tool: 'gzip', says: 'gzip is missing.\nmend: Install it: apt-get install gzip' },
      {
        tool: 'reach-postgres.sh',
        says: '/bin/reach-postgres.sh is missing.\nmend: Copy it there, from lib/droplet.',
      },
    ])('$tool is missing', slow, async ({ tool, says }) => {
      const scripts = ownScripts(droplet)
      droplet.without(tool)
      rmSync(join(scripts, tool), { force: true })
      const { code, err } = await pushed()
      expect({ code, err: plain(err) }).toEqual({ code: 2, err: `push.sh: ${says}\n` })
    })

    test('a setting is no number of seconds', slow, async () => {
      const err =
        'push.sh: SNAPPROOF_COUNTS or SNAPPROOF_LOCK_WAIT is malformed.\nmend: Set each to a number of seconds.\n'
      for (const more of [{ SNAPPROOF_COUNTS: '1;' }, { SNAPPROOF_LOCK_WAIT: '0' }])
        expect(await pushed(uri(), more)).toEqual({ code: 2, out: '', err })
    })
  })

  test('asked only to look, it says that all of it can be read, and sends nothing', async () => {
    const { code, out, err } = await droplet.run(['--check'], { SNAPPROOF_POSTGRES: uri() })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(plain(out)).toMatch(
      /^postgresql:\/\/backup@127\.0\.0\.1:PORT\/\S+ can be dumped whole: \d{4,} bytes, of PostgreSQL \d+\..*\nnext: Push a new copy: push\.sh -v\n$/,
    )
    expect(services.calls).toEqual([])
  })
})

test('the scripts of PostgreSQL can be read in one go', () => {
  for (const script of ['take-postgres.sh', 'reach-postgres.sh'])
    expect(readFileSync(`lib/droplet/${script}`, 'utf8').split('\n').length).toBeLessThan(200)
})
