import { describe, expect, test } from 'vitest'

import {
  areStatements,
  foreignStatement,
  judgeDialect,
} from '../../../../lib/rules/kinds/sqlite/dialect'

test.each([
  {
    error: 'malformed database schema (t) - near "ROWID": syntax error',
    found: { name: 't', word: 'ROWID' },
  },
  {
    error: 'malformed database schema (a (b) - c) - near "USING": syntax error',
    found: { name: 'a (b) - c', word: 'USING' },
  },
  {
    error: 'malformed database schema (t) - unknown table option: RANDOM',
    found: { name: 't', word: 'RANDOM' },
  },
  { error: 'malformed database schema (t) - near ")": syntax error', found: undefined },
  { error: 'malformed database schema (t) - incomplete input', found: undefined },
  { error: 'malformed database schema (t)', found: undefined },
  { error: 'database disk image is malformed', found: undefined },
])('$error: $found', ({ error, found }) => {
  expect(foreignStatement(error)).toEqual(found)
})

describe('the rows of a schema', () => {
  const table = { type: 'table', name: 't', rootPage: 2, sql: 'CREATE TABLE t (a) RANDOM ROWID' }
  test.each([
    { name: 'of another SQLite', row: table, are: true },
    {
      name: 'of an index of its own',
      row: { ...table, type: 'index', name: 'sqlite_autoindex_t_1', sql: '' },
      are: true,
    },
    {
      name: 'of a name with a quote in it, which stands doubled in its statement',
      row: { ...table, name: 'a"b', sql: 'CREATE TABLE "A""b" (a) RANDOM ROWID' },
      are: true,
    },
    {
      name: 'of a name whose quote has gone',
      row: { ...table, name: 'a"b', sql: 'CREATE TABLE ab (a) RANDOM ROWID' },
      are: false,
    },
    { name: 'of no text', row: { ...table, sql: '' }, are: false },
    { name: 'of an index without a text', row: { ...table, type: 'index', sql: '' }, are: false },
    { name: 'of another name', row: { ...table, name: 'x' }, are: false },
    { name: 'of no name', row: { ...table, name: '' }, are: false },
    { name: 'of a root at the end', row: { ...table, rootPage: 9 }, are: true },
    {
      name: 'of what has no root',
      row: { type: 'view', name: 'v', rootPage: 0, sql: 'CREATE VIEW v AS SELECT a FROM t' },
      are: true,
    },
    {
      name: 'of an index of its own, by another name',
      row: { ...table, type: 'index', name: 't_1', sql: '' },
      are: false,
    },
    {
      name: 'of a table by the name of such an index',
      row: { ...table, name: 'sqlite_autoindex_t_1', sql: '' },
      are: false,
    },
    { name: 'of a root beyond the end', row: { ...table, rootPage: 10 }, are: false },
    { name: 'of a root below none', row: { ...table, rootPage: -1 }, are: false },
    { name: 'of a root that is no number', row: { ...table, rootPage: Number('x') }, are: false },
    { name: 'of an odd sort', row: { ...table, type: 'tab\u0000le' }, are: false },
    {
      name: 'with signs of no text',
      row: { ...table, sql: 'CREATE TABLE t (a\ufffd)' },
      are: false,
    },
    { name: 'with a bracket too many', row: { ...table, sql: 'CREATE TABLE t (a))' }, are: false },
    {
      name: 'with brackets the wrong way round',
      row: { ...table, sql: 'CREATE TABLE t )a(' },
      are: false,
    },
    { name: 'with a bracket too few', row: { ...table, sql: 'CREATE TABLE t ((a)' }, are: false },
    {
      name: 'with a text that does not end',
      row: { ...table, sql: `CREATE TABLE t (a 'x)` },
      are: false,
    },
    {
      name: 'with brackets in texts, names and remarks',
      row: {
        ...table,
        name: 'a"b',
        sql: `CREATE TABLE "a""b" (\`)\`, [(], c DEFAULT '(''(') -- ( \n /* ( */`,
      },
      are: true,
    },
    { name: 'of no statement', row: { ...table, sql: 'INSERT INTO t' }, are: false },
  ])('$name: $are', ({ row, are }) => {
    expect(areStatements([table, row], 9)).toBe(are)
  })

  test('are none where there are none, and one may stand alone', () => {
    expect(areStatements([], 9)).toBe(false)
    expect(areStatements([table], 9)).toBe(true)
  })
})

test('what cannot be read is named, and nothing of it is called damaged', () => {
  expect(judgeDialect({ name: 't', word: 'ROWID' })).toMatchInlineSnapshot(`
    {
      "check": "structure",
      "code": "dialect",
      "detail": "Another or a newer SQLite wrote it: t is not in the language of the one here, from the word ROWID on. Nothing speaks against what can be read.",
      "mend": "Ask the program that wrote it, on the host. Where its dump can be read by SQLite, push a database that was made of that.",
      "outcome": "unverifiable",
    }
  `)
})
