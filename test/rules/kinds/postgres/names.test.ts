/** Which table does a statement name, and which columns? */
import { describe, expect, test } from 'vitest'

import {
  copyTarget,
  createdTable,
  insertTarget,
  namesProgram,
  tableWord,
} from '../../../../lib/rules/kinds/postgres/names'

describe('a table', () => {
  test.each([
    { schema: undefined, name: 'users', word: 'users' },
    { schema: 'public', name: 'Users', word: 'users' },
    { schema: '"public"', name: '"Users"', word: 'Users' },
    { schema: 'app', name: 'users', word: 'app.users' },
    { schema: 'public', name: '"a.b"', word: '"a.b"' },
    { schema: '"my ""app"""', name: 'a', word: '"my ""app""".a' },
  ])('is called $word', ({ schema, name, word }) => {
    expect(tableWord(schema, name)).toBe(word)
  })
})

describe('a COPY', () => {
  test.each([
    {
      sql: 'COPY public.users (id, "full name") FROM stdin',
      table: 'users',
      columns: ['id', 'full name'],
      isText: true,
    },
    {
      sql: 'copy app."A b"from stdin;'.slice(0, -1),
      table: 'app.A b',
      columns: undefined,
      isText: true,
    },
    { sql: 'COPY public.none  FROM stdin', table: 'none', columns: undefined, isText: true },
    {
      sql: 'COPY -- (b)\n/* of\n it */ t (a, /* b, */ "c") FROM stdin -- to',
      table: 't',
      columns: ['a', 'c'],
      isText: true,
    },
    { sql: 'COPY t (a) WITH OIDS FROM stdin', table: 't', columns: undefined, isText: true },
    { sql: 'COPY t (a) FROM STDIN WITH (FORMAT csv)', table: 't', columns: ['a'], isText: false },
  ])('$sql', ({ sql, ...target }) => {
    expect(copyTarget(sql)).toEqual(target)
  })

  test.each([
    "COPY t FROM '/etc/passwd'",
    "COPY t FROM PROGRAM 'id'",
    'COPY t TO stdout',
    'COPY (SELECT 1) TO stdout',
  ])('that no rows follow: %s', (sql) => {
    expect(copyTarget(sql)).toBeUndefined()
  })
})

describe('a table that is created', () => {
  test.each([
    {
      name: 'has its columns, and no constraint is one',
      sql: `CREATE TABLE public.t (
    id integer DEFAULT nextval('a,(b'::regclass) NOT NULL,
    "from" numeric(10, 2),
    state text,
    CONSTRAINT c CHECK (
CASE
    WHEN (id > 0) THEN true
    ELSE false
END),
    PRIMARY KEY (id, state)
)
PARTITION BY RANGE (id)`,
      table: 't',
      columns: ['id', 'from', 'state'],
    },
    { name: 'without any', sql: 'CREATE TABLE app.none (\n)', table: 'app.none', columns: [] },
    { name: 'of a type', sql: 'CREATE TABLE t OF person', table: 't', columns: [] },
    {
      name: 'unlogged',
      sql: 'CREATE UNLOGGED TABLE IF NOT EXISTS t (a text)',
      table: 't',
      columns: ['a'],
    },
    {
      name: 'for the session alone',
      sql: 'CREATE LOCAL TEMPORARY TABLE IF NOT EXISTS t (a text)',
      table: 't',
      columns: ['a'],
      isPassing: true,
    },
    {
      name: 'in the schema of the session',
      sql: 'CREATE TABLE pg_temp.t (a text)',
      table: 'pg_temp.t',
      columns: ['a'],
      isPassing: true,
    },
    {
      name: 'with remarks between its columns',
      sql: 'CREATE TABLE t (a text, -- b text,\n/* c text, */ d text /* e',
      table: 't',
      columns: ['a', 'd'],
    },
    { name: 'that is cut', sql: 'CREATE TABLE t (a text, b', table: 't', columns: ['a', 'b'] },
  ])('$name', ({ sql, table, columns, isPassing = false }) => {
    expect(createdTable(sql)).toEqual({ table, columns, isPassing })
  })

  test('is none where something else is', () => {
    expect(createdTable('CREATE VIEW t AS SELECT 1')).toBeUndefined()
  })
})

describe('a program', () => {
  test.each([
    { sql: "CREATE FUNCTION f() AS $$ Copy t FROM\n PROGRAM 'id' $$", isNamed: true },
    { sql: 'CREATE TABLE programs (copy text)', isNamed: false },
    { sql: 'CREATE TABLE program (copies text)', isNamed: false },
  ])('is named or not: $sql', ({ sql, isNamed }) => {
    expect(namesProgram(sql)).toBe(isNamed)
  })
})

describe('an INSERT', () => {
  test.each([
    {
      sql: 'INSERT INTO public.t VALUES (1)',
      table: 't',
      hasColumns: false,
      head: 'INSERT INTO public.t VALUES',
    },
    {
      sql: 'INSERT INTO t (a, "b)") VALUES (1, 2)',
      table: 't',
      hasColumns: true,
      head: 'INSERT INTO t (a, "b)") VALUES',
    },
    {
      sql: 'INSERT INTO t OVERRIDING SYSTEM VALUE VALUES (1)',
      table: 't',
      hasColumns: false,
      head: 'INSERT INTO t OVERRIDING SYSTEM VALUE VALUES',
    },
    {
      sql: 'INSERT INTO t (a) OVERRIDING USER VALUE VALUES (1)',
      table: 't',
      hasColumns: true,
      head: 'INSERT INTO t (a) OVERRIDING USER VALUE VALUES',
    },
    {
      sql: 'INSERT INTO t DEFAULT VALUES',
      table: 't',
      hasColumns: false,
      head: 'INSERT INTO t DEFAULT',
    },
  ])('$sql', ({ sql, ...target }) => {
    expect(insertTarget(sql)).toEqual(target)
  })

  test('is none where something else is', () => {
    expect(insertTarget('INSERT INTO')).toBeUndefined()
    expect(insertTarget('INSERT t VALUES (1)')).toBeUndefined()
  })
})

test.each([
  ['UNLOGGED', false],
  ['FOREIGN', false],
  ['GLOBAL TEMP', true],
  ['LOCAL TEMPORARY', true],
  ['GLOBAL UNLOGGED', false],
])('a table may be CREATE %s, and goes with its session: %s', (words, isPassing) => {
  expect(createdTable(`CREATE ${words} TABLE t (a int)`)).toEqual({
    table: 't',
    columns: ['a'],
    isPassing,
  })
})

test('what begins as a condition of a table is no column of it', () => {
  const conditions = [
    'CONSTRAINT c CHECK (a > 0)',
    'PRIMARY KEY (a)',
    'UNIQUE (a)',
    'CHECK (a > 0)',
    'FOREIGN KEY (a) REFERENCES p',
    'EXCLUDE USING gist (a WITH =)',
    'LIKE other',
  ]
  for (const condition of conditions)
    expect(createdTable(`CREATE TABLE t (a int, ${condition})`)?.columns).toEqual(['a'])
})
