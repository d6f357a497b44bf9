/**
 * What a real server dumps, of every feature that a schema may have, is restored here without a refusal, and
 * holds what the server says of itself: row by row, not only their number.
 */
// @module-tag slow
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { systemClock } from '../../../lib/adapters/clock'
import { postgresEngine } from '../../../lib/adapters/postgres/examiner'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { postgresExpected } from '../../../lib/rules/kinds/postgres/settings'
import { postgresBin, startPostgres } from '../../fakes/postgres-server'
import type { PostgresServer } from '../../fakes/postgres-server'

const schema = `
CREATE EXTENSION pg_trgm; CREATE EXTENSION citext; CREATE EXTENSION hstore;
CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION btree_gist;
CREATE ROLE shop_owner; CREATE ROLE "read er";
CREATE SCHEMA app;
CREATE TYPE app.state AS ENUM ('new', 'paid', 'sent');
CREATE DOMAIN app.positive AS numeric CHECK (VALUE > 0);
CREATE TYPE app.address AS (street text, city text);
CREATE TABLE app.users (
  id bigserial PRIMARY KEY, email citext UNIQUE NOT NULL, name text COLLATE "C.utf8", tags text[],
  attrs hstore, profile jsonb, created_at timestamptz NOT NULL, home app.address,
  uid uuid DEFAULT uuid_generate_v4());
CREATE TABLE app.products (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, price app.positive,
  search tsvector GENERATED ALWAYS AS (to_tsvector('english', title)) STORED);
CREATE TABLE app.orders (
  id bigserial, user_id bigint NOT NULL REFERENCES app.users, at timestamptz NOT NULL,
  state app.state NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE app.orders_2025 PARTITION OF app.orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE app.orders_2026 PARTITION OF app.orders FOR VALUES FROM ('2026-01-01') TO ('2028-01-01');
CREATE TABLE app.lines (
  order_id bigint, at timestamptz, product_id int NOT NULL REFERENCES app.products,
  FOREIGN KEY (order_id, at) REFERENCES app.orders);
CREATE TABLE public.log (id serial, "When" timestamp, "odd name; --" text, data bytea);
CREATE TABLE public.nothing ();
CREATE TABLE public.parent (a int); CREATE TABLE public.child (b int) INHERITS (public.parent);
CREATE TABLE public.bookings (room int, during tstzrange,
  EXCLUDE USING gist (room WITH =, during WITH &&));
INSERT INTO app.users (email, name, tags, attrs, profile, created_at, home)
  SELECT 'u' || i || '@example.org', 'Ünï ' || i, ARRAY['a' || i % 7], hstore('k', 'v' || i),
    jsonb_build_object('n', i), '2026-11-30'::timestamptz - (i || ' min')::interval,
    ROW('Street ' || i, 'City')::app.address FROM generate_series(1, 500) i;
INSERT INTO app.products (title, price) SELECT 'Running ' || i, i FROM generate_series(1, 300) i;
INSERT INTO app.orders (user_id, at, state)
  SELECT 1 + i % 500, '2025-06-01'::timestamptz + (i % 500 || ' days')::interval,
    (ARRAY['new', 'paid', 'sent'])[1 + i % 3]::app.state FROM generate_series(1, 900) i;
INSERT INTO app.lines SELECT o.id, o.at, 1 + o.id % 300 FROM app.orders o;
INSERT INTO public.log ("When", "odd name; --", data)
  SELECT '2026-11-30', E'tab\\there \\\\ back\\nline \\\\. ' || i, decode(md5(i::text), 'hex')
  FROM generate_series(1, 400) i;
INSERT INTO public.parent VALUES (1), (2); INSERT INTO public.child VALUES (3, 4);
INSERT INTO public.bookings VALUES (1, '[2026-01-01,2026-01-02)'), (1, '[2026-01-03,2026-01-04)');
CREATE INDEX ON app.users USING gin (name gin_trgm_ops);
CREATE INDEX ON app.products USING gin (search);
CREATE UNIQUE INDEX ON app.users (lower(name)) WHERE id < 100;
CREATE VIEW app.many AS SELECT user_id, count(*) FROM app.orders GROUP BY 1;
CREATE MATERIALIZED VIEW app.most AS SELECT * FROM app.many ORDER BY 2 DESC LIMIT 10;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS
  $f$ BEGIN NEW."When" := now(); RETURN NEW; END; $f$;
CREATE TRIGGER touch BEFORE UPDATE ON public.log FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE RULE no_delete AS ON DELETE TO public.log DO INSTEAD NOTHING;
CREATE FUNCTION app.seen() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION app.seen();
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.users TO "read er" USING (true);
ALTER TABLE app.users OWNER TO shop_owner; GRANT SELECT ON app.users TO "read er";
COMMENT ON TABLE app.users IS 'people; with a semicolon';
CREATE PUBLICATION pub FOR TABLE app.users;
SELECT lo_from_bytea(4242, decode('00ff', 'hex'));
CREATE STATISTICS app.st ON user_id, state FROM app.orders;
CREATE AGGREGATE app.mysum(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE TEXT SEARCH CONFIGURATION app.plain (COPY = simple);
ALTER TABLE public.log ADD CONSTRAINT young CHECK (id > 0) NOT VALID;
`

/** What PostgreSQL has from 14 on. */
const newer = `
CREATE FUNCTION app.add(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a + b;
`

/** All of a table as one value: the same where each row is the same. */
const digestOf = (table: string): string =>
  `SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")) FROM ${table} t`

const tables = ['app.users', 'app.products', 'app.orders', 'app.lines', 'log', 'parent', 'bookings']

describe.runIf(postgresBin !== undefined)('a dump of a real server', () => {
  let server: PostgresServer
  let digests: string[]

  beforeAll(async () => {
    server = await startPostgres(postgresBin ?? '')
    server.psql('CREATE DATABASE shop')
    server.psql(server.major < 14 ? schema : schema + newer, 'shop')
    server.psql("ALTER DATABASE shop SET timezone = 'UTC'")
    digests = tables.map((table) => server.psql(digestOf(table), 'shop'))
  })
  afterAll(() => server.close())

  test.each([
    { name: 'as it is usual', flags: [] },
    { name: 'with INSERTs', flags: ['--inserts', '--rows-per-insert=7'] },
    { name: 'to be run over another', flags: ['--clean', '--if-exists'] },
    { name: 'through the roots of partitions', flags: ['--load-via-partition-root'] },
  ])('$name is restored row by row', async ({ flags }) => {
    const at = ['-h', server.folder, '-p', `${server.port}`, '-U', 'super', 'shop']
    const dump = execFileSync(path.join(server.bin, 'pg_dump'), [...flags, ...at])
    const bytes = gzipSync(dump)
    async function* once(): AsyncGenerator<Uint8Array> {
      yield bytes
    }
    const engine = postgresEngine({
      clock: systemClock,
      assets: path.resolve('.build'),
      memoryBytes: 1024 ** 3,
    })
    const examine = engine.examiner(() =>
      Promise.resolve({ sizeBytes: bytes.length, chunks: once() }),
    )
    const { findings } = await examine({
      key: 'x',
      claim: { encoding: 'gzip', kind: 'postgres' },
      expected: postgresExpected({
        assertions: tables.map((table, place) => ({
          name: table,
          sql: digestOf(table),
          expect: { equals: digests[place] ?? '' },
        })),
      }),
      deadlineAt: new Date(Date.now() + 170_000),
    })
    expect(findings.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
    expect(judgeAs('postgres', findings)).toBe('passed')
    expect(findings.map(({ detail }) => detail).join('\n')).toContain(
      'restored 11 tables, 3005 rows.',
    )
  })
})
