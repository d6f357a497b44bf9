/**
 * Dumps that are restored for real, by the child that is deployed: what PostgreSQL takes, what it refuses and in
 * which line, and that a dump which means harm harms nobody.
 */
// @module-tag slow
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { systemClock } from '../../../lib/adapters/clock'
import { postgresEngine } from '../../../lib/adapters/postgres/examiner'
import type { PostgresOptions } from '../../../lib/adapters/postgres/trying'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { postgresExpected } from '../../../lib/rules/kinds/postgres/settings'
import { announced, copied, header, smallDump, trailer, users } from '../../fixtures/dumps'

const memoryBytes = 1024 ** 3

type Tried = {
  options?: Partial<PostgresOptions>
  seconds?: number
  said?: Parameters<typeof postgresExpected>[0]
}

const verify = async (sql: string, { options, seconds = 120, said }: Tried = {}) => {
  const bytes = gzipSync(sql)
  async function* once(): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  const engine = postgresEngine({
    clock: systemClock,
    assets: path.resolve('.build'),
    memoryBytes,
    ...options,
  })
  const examine = engine.examiner(() =>
    Promise.resolve({ sizeBytes: bytes.length, chunks: once() }),
  )
  const { findings, method } = await examine({
    key: 'x',
    claim: { encoding: 'gzip', kind: 'postgres' },
    expected: postgresExpected(said),
    deadlineAt: new Date(Date.now() + seconds * 1000),
  })
  const told = findings.map(({ check, outcome, detail }) => `${outcome} ${check}: ${detail}`)
  const mends = findings.flatMap((one) => ('mend' in one ? [one.mend] : []))
  return { told, mends, method, verdict: judgeAs('postgres', findings) }
}

const dump = (...statements: readonly string[]): string =>
  [header, ...statements.map((sql) => `${sql}\n`), trailer].join('')

const restored = (tables: string, rows: string) =>
  `passed structure: PostgreSQL 18.7 (PGlite 0.5.17) restored ${tables}, ${rows}`

const table = 'CREATE TABLE public.users (id integer, email text);'
const rows = copied(users)

describe('taken', () => {
  test('a small dump, and the verdict says by which PostgreSQL', async () => {
    const { told, method, verdict } = await verify(smallDump)
    expect(told).toContain(`${restored('2 tables', '5 rows')}.`)
    expect({ method, verdict }).toEqual({
      method: 'restored into PostgreSQL 18.7 (PGlite 0.5.17)',
      verdict: 'passed',
    })
  })

  test('owners, grants, policies, collations and extensions that the live server had', async () => {
    const { told } = await verify(
      dump(
        'CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;',
        'CREATE EXTENSION IF NOT EXISTS timescaledb WITH SCHEMA public;',
        "COMMENT ON EXTENSION timescaledb IS 'not here';",
        'SET default_tablespace = fast; SET transaction_timeout = 0; SET no_such_setting = 1;',
        `${table} ALTER TABLE public.users OWNER TO "the app";`,
        'CREATE TABLE public.names (name text COLLATE pg_catalog."en_US.utf8");',
        rows,
        'GRANT SELECT ON public.users TO reader; ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;',
        'CREATE POLICY own ON public.users TO reader USING (id = 1);',
        'CREATE INDEX i ON public.users USING gin (email public.gin_trgm_ops);',
        'CREATE SUBSCRIPTION s CONNECTION $$host=192.0.2.1$$ PUBLICATION p;',
        "SELECT to_tsvector('english', 'after what cannot be loaded');",
      ),
    )
    expect(told).toContain(
      `${restored('2 tables', '3 rows')}, without timescaledb, which nothing needs.`,
    )
  })

  test('tables that the dump makes for itself alone', async () => {
    const { told, verdict } = await verify(
      dump(
        'CREATE TEMP TABLE map (id integer); COPY map (id) FROM stdin;\n1\n2\n\\.\n',
        `${table}\n${rows}`,
      ),
    )
    expect(told).toContain(`${restored('1 table', '3 rows')}.`)
    expect(verdict).toBe('passed')
  })

  test('INSERTs, and what is begun and never ended', async () => {
    const { told } = await verify(
      dump(
        table,
        'BEGIN;',
        ...Array.from(
          { length: 5 },
          (_, at) => `INSERT INTO public.users VALUES (${at}, 'it''s');`,
        ),
        'COMMIT;',
        'BEGIN;',
      ),
    )
    expect(told).toContain(`${restored('1 table', '5 rows')}.`)
  })
})

describe('a table of more than a few rows', () => {
  /** A few megabytes: several batches, in a table that is made anew for them. */
  const lines = Array.from({ length: 60_000 }, (_, at) => `${at}\t${'x'.repeat(90)}\n`)
  const big = (data: readonly string[]) =>
    `COPY public.users (id, email) FROM stdin;\n${data.join('')}\\.\n\n`
  const most = lines.slice(0, 20_000)

  test('is filled, before or behind others, and in a transaction of the dump', async () => {
    const { told, verdict } = await verify(
      dump(
        table,
        big(lines),
        big(most),
        'CREATE TABLE public.log (id integer, email text);',
        `BEGIN;\n${big(most).replace('users', 'log')}COMMIT;`,
        'ALTER TABLE public.log ADD COLUMN a integer;',
      ),
    )
    expect(told).toContain(`${restored('2 tables', '100000 rows')}.`)
    expect(verdict).toBe('passed')
  })

  test('is refused by the line of its row, in a later batch too', async () => {
    const sql = dump(table, big(lines.with(50_000, 'fifty\tx\n')))
    const { told } = await verify(sql)
    const at = /line (\d+)/.exec(told.find((one) => one.startsWith('failed')) ?? '')?.[1]
    expect(sql.split('\n')[Number(at) - 1]).toBe('fifty\tx')
  })

  test('is filled though others refer to it, or it is divided', async () => {
    const { told, verdict } = await verify(
      dump(
        'CREATE TABLE public.users (id integer PRIMARY KEY, email text);',
        'CREATE TABLE public.refers (id integer REFERENCES public.users);',
        big(most),
        'CREATE TABLE public.parted (id integer, email text) PARTITION BY RANGE (id);',
        'CREATE TABLE public.part PARTITION OF public.parted DEFAULT;',
        big(most).replace('users', 'parted'),
      ),
    )
    expect(told.filter((one) => one.startsWith('failed'))).toEqual([])
    expect(verdict).toBe('passed')
  })
})

describe('refused', () => {
  const lineOf = (sql: string, text: string): number =>
    sql.slice(0, sql.indexOf(text)).split('\n').length

  test('a value that is none of its type: by the line of its row', async () => {
    const sql = dump(table, rows.replace('2\t', 'two\t'))
    const { told, verdict } = await verify(sql)
    expect(verdict).toBe('failed')
    expect(told.at(-1)).toBe(
      `failed structure: PostgreSQL 18.7 (PGlite 0.5.17) refuses line ${lineOf(sql, 'two\t')} (COPY): invalid input syntax for type integer: “…”.`,
    )
  })

  test('an INSERT among many, by its own line', async () => {
    const sql = dump(
      table,
      ...Array.from(
        { length: 50 },
        (_, at) => `INSERT INTO public.users VALUES (${at === 33 ? "'x'" : at});`,
      ),
    )
    const { told } = await verify(sql)
    expect(told.at(-1)).toContain(`line ${lineOf(sql, "('x')")} (INSERT INTO)`)
  })

  test('what is too deep for its parser cannot be verified', async () => {
    const deep = `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)};`
    const { told, verdict } = await verify(dump(table, deep))
    expect(told.join('\n')).toContain('(SELECT)')
    expect(verdict).toBe('unverifiable')
  })

  test('a statement that is none, and a table that the dump announces and does not make', async () => {
    const { told } = await verify(
      dump(
        announced('TABLE', 'users'),
        rows,
        'CREATE TABEL x (a int);',
        'CREATE TABLE public.x (a int);',
      ),
    )
    expect(told.at(-1)).toContain('relation "public.users" does not exist. It is the first of 2.')
  })

  test('a part of a database, which refers to what is not in it, is told as that alone', async () => {
    const { told, verdict } = await verify(
      dump(
        `${table} ${rows}`,
        'ALTER TABLE public.users ADD FOREIGN KEY (id) REFERENCES app.people(id);',
        'CREATE VIEW public.all_of_them AS SELECT * FROM public.people;',
      ),
    )
    expect(verdict).toBe('unverifiable')
    expect(told.slice(4)).toEqual([
      expect.stringMatching(
        /^unverifiable structure: .* schema "app" does not exist.* it holds a part of a database/,
      ),
    ])
  })

  test('a row that refers to nothing, and a key that is there twice: whole, and unmet', async () => {
    const { told, verdict } = await verify(
      dump(
        `${table} CREATE TABLE public.orders (id integer, user_id integer);`,
        rows,
        'COPY public.orders (id, user_id) FROM stdin;\n1\t1\n1\t9\n\\.\n',
        'ALTER TABLE public.users ADD PRIMARY KEY (id);',
        'ALTER TABLE public.orders ADD FOREIGN KEY (user_id) REFERENCES public.users(id);',
        'ALTER TABLE public.orders ADD PRIMARY KEY (id);',
      ),
    )
    expect(verdict).toBe('unmet')
    const unmet = told.filter((one) => one.startsWith('unmet'))
    expect(unmet[0]).toContain('could not create unique index "orders_pkey"')
    expect(unmet[1]).toBe(
      'unmet references: 1 row refers to rows that do not exist, the first in orders (to users).',
    )
  })

  test('a key that is there twice, and another table that refers to it: unmet', async () => {
    const { told, verdict } = await verify(
      dump(
        `${table} CREATE TABLE public.orders (user_id integer);`,
        rows.replace('2\t', '1\t'),
        'ALTER TABLE public.users ADD PRIMARY KEY (id);',
        'ALTER TABLE public.orders ADD FOREIGN KEY (user_id) REFERENCES public.users(id);',
      ),
    )
    expect(told.filter((one) => one.startsWith('unverifiable'))).toEqual([])
    expect(verdict).toBe('unmet')
  })

  test('what hangs on an extension that is not here cannot be verified', async () => {
    const { told, verdict } = await verify(
      dump('CREATE EXTENSION postgis;', 'CREATE TABLE public.places (at public.geometry);'),
    )
    expect(verdict).toBe('unverifiable')
    expect(told.join('\n')).toContain('It needs postgis, and that is not here.')
  })
})

describe('asked', () => {
  const made = dump(
    'CREATE TABLE public.events (id integer, at timestamptz) PARTITION BY RANGE (at);',
    "CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    table,
    rows,
    'COPY public.events_1 (id, at) FROM stdin;\n1\t2026-03-01 10:00:00+00\n9\t2026-03-02 10:00:00+00\n\\.\n',
    'ALTER TABLE public.users ADD UNIQUE (id);',
    'ALTER TABLE public.events_1 ADD FOREIGN KEY (id) REFERENCES public.users (id) NOT VALID;',
  )

  test('what lib/databases.ts expects, by PostgreSQL itself', async () => {
    const { told, verdict } = await verify(made, {
      said: {
        tables: { atLeast: 3, events: ['at'] },
        rows: { events: { atLeast: 2 } },
        references: 'warn',
        freshest: 'SELECT max(at) FROM events',
        assertions: [
          { name: 'all have an address', sql: 'SELECT 1 FROM users WHERE email IS NULL' },
          { name: 'few', sql: 'SELECT count(*) FROM events;', expect: { atMost: 2 } },
          { name: 'gone', sql: 'SELECT 1 FROM visits' },
          { name: 'read only', sql: 'WITH x AS (DELETE FROM users RETURNING 1) SELECT * FROM x' },
        ],
      },
    })
    expect(told.slice(5)).toEqual([
      'passed structure: REINDEX and ANALYZE went through every table and index.',
      'warned references: 1 row refers to rows that do not exist, the first in events_1 (to users).',
      'passed schema: 3 tables, with all that was expected.',
      'passed rows: 5 rows in 3 tables.',
      expect.stringMatching(/^warned freshness: The newest content was \d+ days old/),
      'unmet assertions: "all have an address" does not hold: 1 row came back, expected none.',
      'passed assertions: "few" holds.',
      expect.stringContaining('"gone" asks for what is not there: relation "visits"'),
      'unverifiable assertions: "read only": PostgreSQL could not answer (0A000).',
    ])
    expect(verdict).toBe('unverifiable')
  })
})

describe('a dump that means harm', () => {
  const unrestored = (told: readonly string[]): string =>
    told.find((one) => one.includes('not restored')) ?? told.join('\n')

  test.each([
    {
      name: 'an endless loop',
      sql: 'DO $$ BEGIN LOOP END LOOP; END $$;',
      says: /the time ran out/,
    },
    {
      name: 'a program',
      sql: `${table}\nDO $$ BEGIN EXECUTE 'COPY public.users FROM PRO' || 'GRAM ''id'''; END $$;`,
      says: /the time ran out|PGlite itself failed/,
    },
  ])('$name is ended in time, and is not called bad', async ({ sql, says }) => {
    const { told, mends, verdict } = await verify(dump(sql), { seconds: 12 })
    expect(unrestored(told)).toMatch(says)
    expect(verdict).toBe('warned')
    expect(mends.join('\n')).not.toContain('psql')
  })

  test('a program that a block names is not waited for, and nobody is told to load it', async () => {
    const sql = "DO $$ BEGIN COPY public.users FROM PROGRAM 'id'; END $$;"
    const { told, mends, verdict } = await verify(dump(table, sql))
    expect(told.at(-1)).toMatch(
      /^unverifiable structure: Line \d+ holds a COPY of a file or a program/,
    )
    expect(mends.join('\n')).toContain('Look at that line before anybody gives this file to psql')
    expect(verdict).toBe('unverifiable')
  })

  test('however much time there is, a loop is given no more than some minutes', async () => {
    const options = { patienceMs: 3000 }
    const loop = dump('DO $$ BEGIN LOOP END LOOP; END $$;')
    const { told, verdict } = await verify(loop, { options, seconds: 86_400 })
    expect(unrestored(told)).toContain('not restored: PostgreSQL was at it for many times as long')
    expect(verdict).toBe('warned')
  })

  test('more memory than there is: PostgreSQL says so, or its process ends', async () => {
    const { told, verdict } = await verify(
      dump("CREATE TABLE t AS SELECT repeat('x', 500000000) AS a;"),
    )
    expect(unrestored(told)).toContain('the memory here was used up, at line')
    expect(verdict).toBe('warned')
  })

  test('nothing of ours is to be read, and nothing to be started', async () => {
    const reads = ['/etc/passwd', '/proc/self/environ', '/work', process.cwd()].map(
      (file) => `SELECT pg_read_file('${file}');`,
    )
    const { told } = await verify(dump(table, ...reads, "SELECT lo_import('/etc/passwd');"))
    const refused = told.find((one) => one.startsWith('unverifiable'))
    expect(refused).toContain('could not open file')
    expect(refused).toContain('It is the first of 5.')
  })

  test('what it redefines is not what is asked afterwards', async () => {
    const { told } = await verify(
      dump(
        table,
        rows,
        'CREATE SCHEMA evil;',
        'CREATE FUNCTION evil.count() RETURNS bigint LANGUAGE sql AS $$SELECT 99::bigint$$;',
        'CREATE TEMP TABLE pg_class (relname text);',
        'ALTER DATABASE postgres SET search_path = evil; SET search_path = evil, pg_catalog;',
        'CREATE FUNCTION evil.stop() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION $x$no$x$; END$$;',
        'CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION evil.stop();',
        'SET SESSION AUTHORIZATION nobody; BEGIN; SET ROLE nobody;',
      ),
    )
    expect(told).toContain(`${restored('1 table', '3 rows')}.`)
  })

  test('what it takes away again, or moves, is not passed', async () => {
    const gone = await verify(
      dump(table, rows, 'ROLLBACK; BEGIN; DROP TABLE public.users; COMMIT;'),
    )
    expect(gone.told.join('\n')).toContain('unmet structure: After the restore users is not there')
    expect(gone.verdict).toBe('unmet')
    const moved = await verify(
      dump(
        'CREATE TABLE public.log (id integer) PARTITION BY RANGE (id);',
        'CREATE TABLE public.log_1 PARTITION OF public.log FOR VALUES FROM (0) TO (9);',
        'COPY public.log_1 (id) FROM stdin;\n1\n2\n\\.\n',
        'DELETE FROM public.log WHERE id = 1;',
      ),
    )
    expect(moved.told.join('\n')).toContain(
      'log and others together have 1 row, and the dump holds 2',
    )
  })

  test('a child whose parent is killed ends by itself, whatever it is busy with', async () => {
    const left = spawnSync(
      process.execPath,
      [
        '-e',
        `const { spawn } = require('node:child_process')
         const sql = ${JSON.stringify(dump('DO $$ BEGIN LOOP END LOOP; END $$;'))}
         require('node:fs').writeFileSync('/tmp/snapproof-endless.sql', sql)
         const parent = spawn(process.execPath, ['lib/cli/launch.mjs', 'verify', '/tmp/snapproof-endless.sql'])
         const children = () => require('node:child_process').execSync(
           'pgrep -P ' + parent.pid + ' || true').toString().trim()
         const wait = setInterval(() => {
           const child = children()
           if (child === '') return
           clearInterval(wait)
           setTimeout(() => {
             parent.kill('SIGKILL')
             setTimeout(() => {
               try { process.kill(Number(child), 0); console.log('alive') } catch { console.log('gone') }
               process.exit(0)
             }, 3000)
           }, 4000)
         }, 100)`,
      ],
      { encoding: 'utf8' },
    )
    expect(left.stdout.trim()).toBe('gone')
  })
})
