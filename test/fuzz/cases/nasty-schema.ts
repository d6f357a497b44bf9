/**
 * What may come to stand in a schema: text that names what is not here, that never ends, that is
 * too deep, or that asks for values it must not tell.
 */
import type { Random } from '../../simulation/random'

import type { Change } from './recipe'

type Text = { put: string; times?: number; close?: string }

const wholeTexts: readonly Text[] = [
  { put: 'CREATE TABLE $name (a CHECK (nosuch(a)))' },
  { put: 'CREATE TABLE $name (a COLLATE nosuch UNIQUE)' },
  { put: 'CREATE VIRTUAL TABLE $name USING nosuch(a)' },
  { put: 'CREATE VIRTUAL TABLE $name USING fts4(a, tokenize=nosuch)' },
  { put: 'CREATE TABLE $name (id INTEGER PRIMARY KEY, a, b, c, d NOT NULL)' },
  { put: 'CREATE TABLE $name (a INT NOT NULL, b TEXT NOT NULL) STRICT' },
  { put: 'CREATE TABLE $name (a PRIMARY KEY, b) WITHOUT ROWID' },
  { put: 'CREATE TABLE $name (a, b AS (c), c AS (b))' },
  { put: 'CREATE TABLE $name (a, b AS (hex(zeroblob(400000000))), CHECK (length(b) > 1))' },
  {
    put: `CREATE TABLE $name (a CHECK (length(replace(hex(zeroblob(30000000)), '00', '12345678')) > 0))`,
  },
  {
    put: `CREATE TABLE $name (id INTEGER PRIMARY KEY, a, b AS (json_extract('{}', a)), CHECK (b))`,
  },
  { put: `CREATE TABLE $name (a, b, c, CHECK (json_extract('{}', c) IS NULL))` },
  { put: `CREATE TABLE $name (a, b, c, CHECK (json_extract('{}', b) IS NULL))` },
  { put: `CREATE TABLE $name (a, b, CHECK (a -> b ->> a))` },
  { put: `CREATE TABLE $name (a, b, CHECK (json_set('{}', b, 1)))` },
  { put: `CREATE TABLE $name (a, CHECK (printf('%s', a) LIKE a ESCAPE a))` },
  { put: `CREATE TABLE $name (a REFERENCES nowhere(b), b REFERENCES $name(a))` },
  { put: `CREATE TABLE $name (a INTEGER REFERENCES $name(rowid))` },
  {
    put: `CREATE VIEW $name AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n`,
  },
  { put: 'CREATE VIEW $name AS SELECT * FROM $name' },
  { put: `CREATE INDEX $name ON $table(id COLLATE nosuch)` },
  { put: `CREATE INDEX $name ON $table(nosuch(id))` },
  { put: `CREATE INDEX $name ON $table(json_extract('{}', c0))` },
  { put: `CREATE INDEX $name ON $table(c0) WHERE json_extract('{}', c0) IS NULL` },
  { put: `CREATE UNIQUE INDEX $name ON $table(1)` },
  { put: `CREATE INDEX $name ON $table(random())` },
  { put: `CREATE INDEX $name ON $table(c0) WHERE (SELECT 1)` },
  { put: `CREATE TRIGGER $name AFTER INSERT ON $table BEGIN SELECT RAISE(ABORT, 'no'); END` },
  { put: `CREATE TABLE $name AS SELECT 1` },
  { put: 'CREATE' },
  { put: 'crazy' },
  { put: 'DROP TABLE $name' },
  { put: '' },
  { put: 'CREATE TABLE $name (a CHECK (', times: 1 },
  { put: '(', times: 5_000, close: ')' },
  { put: 'CREATE TABLE ', times: 2_000 },
]

const replacements: readonly (readonly [string, string])[] = [
  ['(', '(nosuch('],
  ['length', 'lengthy'],
  ['TEXT', 'TEXT COLLATE nosuch'],
  ['INTEGER', 'INT'],
  ['PRIMARY KEY', 'UNIQUE'],
  ['NOCASE', 'BINARY'],
  ['NOCASE', 'nosuch'],
  [' DESC', ''],
  ['UNIQUE', ''],
  ['CREATE INDEX', 'CREATE UNIQUE INDEX'],
  ['WITHOUT ROWID', ''],
  ['STRICT', ''],
  ['VIRTUAL', 'STORED'],
  ['STORED', 'VIRTUAL'],
  ['%', '/'],
  [')', ', z NOT NULL)'],
  [')', ", z DEFAULT (json('no')))"],
  ['c0', 'c1'],
  ['lower', 'upper'],
  ['fts4', 'nosuch'],
]

const sqlChange = (random: Random, row: number): Change => {
  const way = random.between(0, 3)
  if (way === 0) {
    const [find, put] = random.anyOf(replacements) ?? ['(', '((']
    return { do: 'schema', row, column: 'sql', find, put }
  }
  if (way === 1) {
    const depth = random.pick([20, 90, 300, 3_000])
    const find = random.pick(['id', 'c0', 'a'])
    return { do: 'schema', row, column: 'sql', find, put: '(', times: depth, close: ')' }
  }
  const text = random.anyOf(wholeTexts) ?? { put: '' }
  return { do: 'schema', row, column: 'sql', ...text }
}

export const schemaChange = (random: Random): Change => {
  const row = random.between(0, 8)
  if (random.chance(0.7)) return sqlChange(random, row)
  return random.pick<Change>([
    { do: 'schema', row, column: 'sql', put: null },
    {
      do: 'schema',
      row,
      column: 'type',
      put: random.pick(['view', 'index', 'trigger', 'table', '', 'x']),
    },
    {
      do: 'schema',
      row,
      column: 'name',
      put: random.pick(['', 't0', 'sqlite_x', 'a\nb', 'sqlite_stat1']),
    },
    { do: 'schema', row, column: 'tbl_name', put: random.pick(['', 't0', 'nowhere']) },
    {
      do: 'schema',
      row,
      column: 'rootpage',
      put: String(random.pick([0, 1, 2, 3, 4, 5, 9999, -1])),
    },
    { do: 'schema', row, column: 'rootpage', put: null },
  ])
}
