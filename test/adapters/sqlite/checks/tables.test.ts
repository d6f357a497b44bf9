/** What SQLite tells of its own schema, taken as it tells it: every check asks along these answers. */
import { afterAll, describe, expect, test } from 'vitest'

import {
  SchemaError,
  columnsOf,
  computedColumns,
  indexesOf,
  rootsOf,
  storedTables,
  toldTables,
  virtualTables,
} from '../../../../lib/adapters/sqlite/checks/tables'
import { bytesSource, closeQuietly, made, openSession } from '../sessions'

const opened = (sql: string) => {
  const session = openSession(bytesSource(made(sql)))
  if (!session) throw new Error('SQLite does not open it')
  return session
}

const last = `CREATE TABLE z_last (id INTEGER PRIMARY KEY, "a b" TEXT COLLATE NOCASE UNIQUE, n REAL, twice AS (n * 2) VIRTUAL, kept AS (n * 3) STORED)`
const partial = `CREATE INDEX "z'i" ON z_last(n DESC, lower("a b")) WHERE n > 1`
const without = 'CREATE TABLE w (k INT, v, PRIMARY KEY (v, k)) WITHOUT ROWID'

const session = opened(`${last}; ${partial}; ${without};
  CREATE TABLE seq (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIEW seen AS SELECT 1;
  CREATE VIRTUAL TABLE f USING fts4(title, body); CREATE TABLE "F_content2" (a);
  CREATE TABLE sqlitex (a); ANALYZE;`)
afterAll(() => closeQuietly(session.db))

describe('of the tables', () => {
  test('those with rows of the application are counted, and none of SQLite’s own', () => {
    expect(toldTables(session)).toEqual({
      counted: ['F_content2', 'f_content', 'seq', 'sqlitex', 'w', 'z_last'],
      books: [],
      tallied: new Map(),
      behind: ['f_content', 'f_docsize', 'f_segdir', 'f_segments', 'f_stat'],
    })
  })

  test('that are virtual there is one', () => {
    expect(virtualTables(session)).toEqual(['f'])
  })

  test('each that has a tree is stored, SQLite’s own and those behind virtual ones too', () => {
    const all = ['F_content2', 'f_content', 'f_docsize', 'f_segdir', 'f_segments', 'f_stat', 'seq']
    const rest = ['sqlite_sequence', 'sqlite_stat1', 'sqlitex', 'w', 'z_last']
    expect(storedTables(session)).toEqual(
      [...all, ...rest].map((name) => ({ name, hasRowid: name !== 'w' })),
    )
  })
})

describe('of one table', () => {
  test('the columns are told with their types and their places in the key', () => {
    expect(columnsOf(session, 'z_last')).toEqual([
      { name: 'id', type: 'INTEGER', primaryKeyPlace: 1 },
      { name: 'a b', type: 'TEXT', primaryKeyPlace: 0 },
      { name: 'n', type: 'REAL', primaryKeyPlace: 0 },
      { name: 'twice', type: '', primaryKeyPlace: 0 },
      { name: 'kept', type: '', primaryKeyPlace: 0 },
    ])
    expect(columnsOf(session, 'w')).toEqual([
      { name: 'k', type: 'INT', primaryKeyPlace: 2 },
      { name: 'v', type: '', primaryKeyPlace: 1 },
    ])
    expect(columnsOf(session, 'none')).toEqual([])
  })

  test('only what is computed at each reading is called so', () => {
    expect(computedColumns(session, 'z_last')).toEqual(['twice'])
    expect(computedColumns(session, 'w')).toEqual([])
  })

  const plain = { isRowid: false, isDescending: false, collation: 'BINARY', isKey: true }

  test('the indexes are told with what each holds, in its order', () => {
    const expression = { ...plain, name: undefined }
    const rowid = { ...expression, isRowid: true, isKey: false }
    expect(indexesOf(session, 'z_last')).toEqual([
      {
        name: `z'i`,
        origin: 'c',
        isUnique: false,
        isPartial: true,
        columns: [{ ...plain, name: 'n', isDescending: true }, expression, rowid],
      },
      {
        name: 'sqlite_autoindex_z_last_1',
        origin: 'u',
        isUnique: true,
        isPartial: false,
        columns: [{ ...plain, name: 'a b', collation: 'NOCASE' }, rowid],
      },
    ])
    expect(indexesOf(session, 'w')).toEqual([
      {
        name: 'sqlite_autoindex_w_1',
        origin: 'pk',
        isUnique: true,
        isPartial: false,
        columns: [
          { ...plain, name: 'v' },
          { ...plain, name: 'k' },
        ],
      },
    ])
  })

  test('the trees begin where the schema says, however its name is written', () => {
    expect(rootsOf(session, 'Z_LAST')).toEqual(
      new Map([
        ['z_last', { root: 2, sql: last }],
        ['sqlite_autoindex_z_last_1', { root: 3, sql: '' }],
        [`z'i`, { root: 4, sql: partial }],
      ]),
    )
    expect(rootsOf(session, 'w')).toEqual(new Map([['w', { root: 5, sql: without }]]))
  })
})

test('a schema that cannot be asked is told in SQLite’s own words', () => {
  const broken = opened('CREATE TABLE t (a);')
  const prepare = (): never => {
    throw new Error('database disk image is malformed')
  }
  const ask = () =>
    storedTables({ ...broken, db: Object.create(broken.db, { prepare: { value: prepare } }) })
  expect(ask).toThrow(new SchemaError('database disk image is malformed'))
  expect(ask).toThrow(SchemaError)
  closeQuietly(broken.db)
})
