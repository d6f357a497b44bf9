/** What of a dump is given to PostgreSQL as it stands, what is passed over, and what is made when it is missed. */
import { describe, expect, test } from 'vitest'

import * as of from '../../../../../lib/rules/kinds/postgres/restoring/statements'

describe('passed over', () => {
  test.each([
    ['CREATE DATABASE shop WITH TEMPLATE = template0', 'database'],
    ["COMMENT ON DATABASE shop IS 'x'", 'database'],
    ['GRANT CONNECT ON DATABASE shop TO app', 'database'],
    ['REVOKE ALL ON DATABASE shop FROM PUBLIC', 'database'],
    ['SET SESSION AUTHORIZATION app', 'session'],
    ['reset role', 'session'],
    ['CREATE SUBSCRIPTION s CONNECTION x', 'subscription'],
    ['COMMENT ON SUBSCRIPTION s IS NULL', 'subscription'],
    ["SET default_tablespace = ''", 'tablespace'],
    ['CREATE TABLE database (a int)', undefined],
    ["COMMENT ON TABLE t IS 'grant on database'", undefined],
    ['SET search_path = app', undefined],
    ['SETTINGS', undefined],
  ])('%s: %s', (head, why) => {
    expect(of.skippedAs(head)).toBe(why)
  })
})

describe('a table that is empty is filled as a new one', () => {
  test.each([
    ['COPY public.users (id, "e mail") FROM stdin', 'public.users'],
    ['COPY "my ""app"""."t.u" (a) FROM stdin', '"my ""app"""."t.u"'],
    ['copy users from stdin\n', 'users'],
    ['COPY users ("a(b") FROM stdin', undefined],
    ["COPY users (a) FROM stdin WITH (FORMAT 'csv')", undefined],
    ['COPY users (a) FROM stdin WITH CSV', undefined],
    ['COPY (SELECT 1) TO stdout', undefined],
    ['COPY users; DROP TABLE users; COPY users FROM stdin', undefined],
  ])('%s', (copy, table) => {
    expect(of.freshCopy(copy)).toEqual(
      table && {
        isThere: `SELECT FROM ONLY ${table} LIMIT 1`,
        empty: `TRUNCATE ONLY ${table}`,
        copy: `${copy} WITH (FREEZE)`,
      },
    )
  })
})

describe('nothing hangs on', () => {
  test.each([
    ['SET transaction_timeout = 0', true],
    ["SELECT pg_catalog.set_config('x', '', false)", true],
    ['DROP TABLE IF EXISTS t', true],
    ['ALTER TABLE t DROP CONSTRAINT c', true],
    ['ALTER TABLE ONLY t ALTER COLUMN a SET COMPRESSION lz4', true],
    ["COMMENT ON EXTENSION postgis IS 'x'", true],
    ['CREATE PUBLICATION p FOR ALL TABLES', true],
    ['CREATE SCHEMA public', true],
    ['CREATE SCHEMA "public"', true],
    ['CREATE SCHEMA public2', false],
    ['ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY (a)', false],
    ["SELECT pg_catalog.setval('s', 1)", false],
    ['CREATE TABLE t (a int)', false],
  ])('%s: %s', (head, isUnneeded) => {
    expect(of.isUnneeded(head)).toBe(isUnneeded)
  })
})

test.each([
  ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public', 'uuid-ossp'],
  ['create extension hstore', 'hstore'],
  ['COMMENT ON EXTENSION hstore IS NULL', undefined],
])('the extension of %s is %s', (head, extension) => {
  expect(of.extensionOf(head)).toBe(extension)
})

test.each([
  ['autoinc', 'spi'],
  ['insert_username', 'spi'],
  ['moddatetime', 'spi'],
  ['refint', 'spi'],
  ['citext', 'citext'],
  ['constructor', 'constructor'],
])('the archive of %s is %s', (extension, archive) => {
  expect(of.archiveOf(extension)).toBe(archive)
})

describe('missed, and made', () => {
  test.each([
    ['42704', 'role "a ""b"" c" does not exist', 'CREATE ROLE "a """"b"""" c" SUPERUSER NOLOGIN'],
    [
      '42704',
      'collation "pg_catalog.en_US.utf8" for encoding "UTF8" does not exist',
      'CREATE COLLATION pg_catalog."en_US.utf8" (provider = icu, locale = \'und\')',
    ],
    [
      '42704',
      'collation "de_DE" for encoding "UTF8" does not exist',
      'CREATE COLLATION pg_catalog."de_DE" (provider = icu, locale = \'und\')',
    ],
  ])('%s %s', (code, message, sql) => {
    const wanted = of.wantedBy({ code, message })
    expect(wanted && of.makingOf(wanted)).toBe(sql)
  })

  test.each([
    ['42704', 'type "geometry" does not exist'],
    ['42P01', 'role "x" does not exist'],
  ])('nothing for %s %s', (code, message) => {
    expect(of.wantedBy({ code, message })).toBeUndefined()
  })
})

describe('a statement is named', () => {
  test.each([
    { head: 'ALTER TABLE ONLY public.t ADD', word: 'ALTER TABLE' },
    { head: 'insert into t VALUES', word: 'insert into' },
    { head: 'CREATE secret (a int)', word: 'CREATE' },
    { head: 'SELECT ((((1', word: 'SELECT' },
    { head: '17\tsecret\tCREATE TABLE', word: undefined },
    { head: 'secret table', word: undefined },
    { head: '', word: undefined },
  ])('$word: $head', ({ head, word }) => {
    expect(of.namedAs(head)).toBe(word)
  })
})
