/** What is seen of a dump, while it streams by. */
import { describe, expect, test } from 'vitest'

import { some } from '../../../cases'
import { copied, created, dumpOf, header, smallDump, trailer, users } from '../../../fixtures/dumps'
import { outlineOf } from '../../../fixtures/outlines'

describe('a dump', () => {
  test.each([1, 13, 100_000])('in pieces of %i bytes', (pieceBytes) => {
    const { tables, head, ...seen } = outlineOf(smallDump, pieceBytes)
    const [longest = ''] = /CREATE TABLE public\.orders[^;]*/.exec(smallDump) ?? []
    expect(Object.fromEntries(tables)).toEqual({
      users: { columns: ['id', 'email'], rows: 3 },
      orders: { columns: ['id', 'user_id'], rows: 2 },
    })
    expect(head).toEqual(Buffer.from(smallDump.slice(0, 512)))
    expect(seen).toEqual({
      lines: smallDump.split('\n').length,
      open: undefined,
      rows: 0,
      sizeBytes: Buffer.byteLength(smallDump),
      remarks: {
        headers: 1,
        trailers: 1,
        clusters: 0,
        serverVersion: '16.4 (Debian 16.4-1.pgdg120+1)',
        dumpVersion: '17.2',
        tables: 2,
        data: 2,
        made: new Set(['users', 'orders']),
      },
      isEnded: true,
      isBeyond: false,
      created: 2,
      copies: 2,
      inserts: 0,
      extensions: [],
      ragged: undefined,
      longestBytes: longest.length,
      cut: undefined,
      databases: 0,
      looseEndLine: undefined,
      command: undefined,
      programLine: undefined,
      nulAt: undefined,
    })
  })

  test('with what Windows puts before a text', () => {
    for (const pieceBytes of [1, 1000]) {
      const seen = outlineOf(`\uFEFF${smallDump}`, pieceBytes)
      expect(seen.remarks.headers).toBe(1)
      expect(seen.head.toString('latin1')).toBe(smallDump.slice(0, 512))
    }
  })

  test('with INSERTs: rows are counted, several in one too', () => {
    const { tables, inserts } = outlineOf(
      [
        "INSERT INTO public.users VALUES (1, '(2), (3)');",
        "INSERT INTO public.users VALUES (2, 'b');",
        'INSERT INTO public.users',
        'VALUES\n\t(3, NULL),\n\t(4, NULL);',
        'INSERT INTO public.orders (id, user_id) VALUES (1, (2)), (3, 4);',
        'INSERT INTO public.none DEFAULT VALUES;',
        'INSERT INTO;',
        'INS;',
        '',
      ].join('\n'),
    )
    expect(inserts).toBe(6)
    expect(Object.fromEntries(tables)).toEqual({
      users: { columns: [], rows: 4 },
      orders: { columns: [], rows: 2 },
      none: { columns: [], rows: 1 },
    })
  })

  test('with extensions, and what is no table', () => {
    const many = Array.from({ length: 300 }, (_, at) => `CREATE EXTENSION e${at};`).join('\n')
    const { extensions, tables } = outlineOf(
      `CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;\nCREATE VIEW v AS SELECT 1;\n${many}`,
    )
    expect(extensions.slice(0, 2)).toEqual(['uuid-ossp', 'e0'])
    expect(extensions).toHaveLength(200)
    expect(tables.size).toBe(0)
  })

  const most = [
    { count: 50_001, isBeyond: true, word: '' },
    { count: 50_001, isBeyond: true, word: 'TEMP' },
    { count: 50_000, isBeyond: false, word: '' },
  ]
  test.each(some(most, 1))(
    'of more tables than are kept: $count $word',
    ({ count, isBeyond, word }) => {
      const table = (_: unknown, at: number) => `CREATE ${word} TABLE t${at} (a text);\n`
      const dump = Array.from({ length: count }, table).join('')
      expect(outlineOf(dump, 1e6)).toMatchObject({ isBeyond, created: word === '' ? count : 0 })
    },
  )

  test('whose rows have not their fields: the first is named, all are counted', () => {
    const bad = { ...users, rows: [['1'], ['2', 'b'], ['3']] }
    const first = { table: 'users', line: expect.any(Number), fields: 1, expected: 2 }
    const dump = dumpOf(bad, { ...bad, name: 'more' })
    const { ragged } = outlineOf(dump)
    expect(ragged).toEqual({ count: 4, first })
    expect(dump.split('\n')[(ragged?.first.line ?? 0) - 1]).toBe('1')
  })

  test('that ends within the rows of a table', () => {
    const dump = header + created(users) + copied(users)
    expect(outlineOf(dump.slice(0, dump.indexOf('\\.\n')))).toMatchObject({
      open: { what: 'rows' },
      cut: { table: 'users', rows: 3 },
    })
  })

  test('with commands for psql', () => {
    const seen = outlineOf('\\connect a\n\\c b\n\\.\n\\.\n\\encoding latin1\n\\q\n')
    expect(seen).toMatchObject({
      databases: 2,
      looseEndLine: 3,
      command: { name: '\\encoding', line: 5 },
    })
  })

  test.each(["COPY t FROM PROGRAM 'id';", "copy t TO '/tmp/t';", 'COPY t TO STDOUT;'])(
    'with what pg_dump does not write: %s',
    (sql) => {
      expect(outlineOf(`${smallDump}${sql}\n`).command?.name).toBe('COPY')
      expect(outlineOf(smallDump).command).toBeUndefined()
    },
  )

  test.each([
    { what: 'DO', sql: " $$ BEGIN COPY t FROM PROGRAM 'id'; END $$;", isRefused: true },
    { what: 'DO', sql: " $$ BEGIN EXECUTE 'CO' || 'PY'; END $$;", isRefused: false },
    { what: 'CREATE FUNCTION f()', sql: " AS $$ COPY t FROM PROGRAM 'id' $$;", isRefused: false },
  ])('with a program in $what', ({ what, sql, isRefused }) => {
    const seen = outlineOf(`SELECT 1;\n${what}${sql}\n`)
    expect(seen.programLine).toBe(2)
    expect(seen.command).toEqual(isRefused ? { name: 'COPY', line: 2 } : undefined)
  })

  test('with tables that are gone when it is loaded: neither they nor their rows count', () => {
    const { tables, created: made } = outlineOf(
      `CREATE TEMP TABLE t (a text);\nCOPY t FROM stdin;\n1\n\\.\nINSERT INTO t VALUES (2);\n${created(users)}`,
    )
    expect([...tables.keys()]).toEqual(['users'])
    expect(made).toBe(1)
  })

  test('with one of them by the name of one that stays: then its rows are counted', () => {
    const { tables } = outlineOf(
      'CREATE TEMP TABLE t (a text);\nCREATE TABLE public.t (a text);\nINSERT INTO public.t VALUES (2);\n',
    )
    expect(tables.get('t')?.rows).toBe(1)
  })

  test.each([
    { what: 'none', sql: smallDump, databases: 0 },
    { what: 'the same one twice', sql: '\\connect "a b"\n\\c "a b"\n', databases: 1 },
    { what: 'three', sql: '\\connect a\n\\connect b\n\\connect c\n', databases: 2 },
    { what: 'one, behind its tables', sql: `${created(users)}\\connect a\n`, databases: 2 },
    { what: 'the same one, in another hand', sql: '\\connect a\n\\c  a \n', databases: 1 },
    { what: 'one, behind a whole dump', sql: `${smallDump}\\connect a\n`, databases: 2 },
    {
      what: 'one, behind rows of both sorts',
      sql: `${copied(users)}INSERT INTO t VALUES (1);\n\\connect a\n`,
      databases: 2,
    },
    { what: 'one, behind rows', sql: 'INSERT INTO t VALUES (1);\n\\connect a\n', databases: 2 },
  ])('connected to $what', ({ sql, databases }) => {
    expect(outlineOf(sql).databases).toBe(databases)
  })

  test.each([
    { what: 'a statement', more: 'SELECT 1;\n' },
    { what: 'a COPY', more: copied(users) },
    { what: 'a command', more: '\\q\n' },
  ])('is not ended where $what follows', ({ more }) => {
    expect(outlineOf(smallDump).isEnded).toBe(true)
    expect(outlineOf(smallDump + more).isEnded).toBe(false)
  })

  test('is held in a memory that does not grow: of a statement only its first 256 KiB are read', () => {
    const columnsBehind = (bytes: number) =>
      outlineOf(`CREATE TABLE t (a text, /*${'*'.repeat(bytes)}*/ b text);`).tables.get('t')
        ?.columns
    expect(columnsBehind(255 * 1024)).toEqual(['a', 'b'])
    expect(columnsBehind(256 * 1024)).toEqual(['a'])
  })

  test('with a byte that no text holds', () => {
    expect(outlineOf(`${smallDump}\0\0`, 7).nulAt).toBe(Buffer.byteLength(smallDump))
    expect(outlineOf(smallDump + trailer).nulAt).toBeUndefined()
  })
})
