/** What the scans answer of one table, and by which way the whole of a file was asked: each letter by letter. */
import { describe, expect, test } from 'vitest'

import { checkIndexes } from '../../../../lib/adapters/sqlite/checks/index-check'
import { layoutOf } from '../../../../lib/adapters/sqlite/checks/index-entries'
import { addRowSums } from '../../../../lib/adapters/sqlite/checks/row-sums'
import { checkStructure } from '../../../../lib/adapters/sqlite/checks/structure'
import { bytesSource, closeQuietly, engine, made, openSession } from '../sessions'

const opened = (bytes: Uint8Array) => {
  const session = openSession(bytesSource(bytes))
  if (!session) throw new Error('SQLite does not open it')
  return session
}

const spoilt = (sql: string, change: string): Buffer =>
  made(`${sql} PRAGMA writable_schema=1; ${change} PRAGMA writable_schema=0;`)
const swap = (from: string, to: string): string =>
  `UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}');`

const three = `CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z');`

describe('the indexes of a table', () => {
  type Asked = { table?: string; hasRowid?: boolean; isExact?: boolean }
  const answer = (
    bytes: Uint8Array,
    { table = 't', hasRowid = true, isExact = true }: Asked = {},
  ) => {
    const session = opened(bytes)
    const order = { table, hasRowid, layout: layoutOf(session), isExact }
    const said = checkIndexes(session, addRowSums(engine, session.db), order)
    closeQuietly(session.db)
    return said
  }

  test.each([
    {
      name: 'two',
      more: 'CREATE INDEX i ON t(a, b); CREATE UNIQUE INDEX j ON t(b DESC);',
      rows: 3,
    },
    { name: 'one of some rows', more: 'CREATE INDEX i ON t(a) WHERE a > 1;', rows: 3 },
    { name: 'one of expressions', more: 'CREATE INDEX i ON t(a + 1, lower(b));', rows: 3 },
    // Then quick_check has seen all, and nobody has counted.
    { name: 'none', more: '', rows: undefined },
  ])('are in order, and the rows counted: $name', ({ more, rows }) => {
    const said = { lines: [], isOrderKnown: true, rows }
    expect(answer(made(three + more))).toEqual(said)
    expect(answer(made(three + more), { table: 'T' })).toEqual(said)
  })

  const takesOver = `UPDATE sqlite_schema SET rootpage = iif(name = 'i', (SELECT rootpage FROM sqlite_schema WHERE name = 'u_a'), rootpage);`
  test.each([
    {
      line: 'wrong # of entries in index i',
      bytes: spoilt(
        `${three} CREATE INDEX i ON t(a); CREATE TABLE u (a INTEGER); INSERT INTO u VALUES (1), (2); CREATE INDEX u_a ON u(a);`,
        takesOver,
      ),
    },
    {
      line: 'index i holds other values than its table',
      bytes: spoilt(`${three} CREATE INDEX i ON t(a);`, swap('t(a)', 't(b)')),
    },
    {
      line: 'index i holds other values than its table',
      bytes: spoilt(`${three} CREATE INDEX i ON t(a + 1);`, swap('a + 1', 'a + 2')),
    },
    {
      line: 'entries of index i are out of order',
      bytes: spoilt(`${three} CREATE INDEX i ON t(a);`, swap('t(a)', 't(a DESC)')),
    },
    {
      line: 'non-unique entry in index i',
      bytes: spoilt(
        `${three} INSERT INTO t VALUES (1, 'w'); DELETE FROM t WHERE a = 2; CREATE INDEX i ON t(a);`,
        swap('CREATE INDEX', 'CREATE UNIQUE INDEX'),
      ),
    },
  ])('are told by one line for each fault: $line', ({ line, bytes }) => {
    expect(answer(bytes)).toEqual({ lines: [line], isOrderKnown: true, rows: 3 })
  })

  test('are told each by its own line', () => {
    const two = 'CREATE INDEX i ON t(a); CREATE INDEX j ON t(a, b);'
    expect(answer(spoilt(three + two, swap('t(a', 't(a DESC')))).toEqual({
      lines: ['entries of index j are out of order', 'entries of index i are out of order'],
      isOrderKnown: true,
      rows: 3,
    })
  })

  const keyed = (more = '') =>
    `CREATE TABLE t (a TEXT PRIMARY KEY, b ${more}) WITHOUT ROWID; INSERT INTO t VALUES ('abcd', 1), ('efgh', 2);`
  const turned = (sql: string): Buffer => {
    const bytes = made(sql)
    bytes.write('z', bytes.indexOf('abcd'))
    return bytes
  }
  test('and the key of a table without row ids, whose rows are counted on the way', () => {
    const hasRowid = false
    for (const sql of [keyed(), keyed('UNIQUE')])
      expect(answer(made(sql), { hasRowid })).toEqual({ lines: [], isOrderKnown: true, rows: 2 })
    expect(answer(turned(keyed()), { table: 'T', hasRowid })).toEqual({
      lines: ['row not in PRIMARY KEY order for T'],
      isOrderKnown: true,
      rows: 2,
    })
  })

  const wide = (count: number): Buffer => {
    const columns = Array.from({ length: count }, (_, at) => `c${at}`).join()
    return made(
      `CREATE TABLE t (${columns}); INSERT INTO t(c0) VALUES (1); CREATE INDEX i ON t(${columns});`,
    )
  }
  test('are summed with a hundred values at most', () => {
    expect(answer(wide(99))).toEqual({ lines: [], isOrderKnown: true, rows: 1 })
    expect(answer(wide(100))).toBe('ask SQLite')
  })

  test.each([
    {
      name: 'an entry too many in one of some rows',
      bytes: spoilt(`${three} CREATE INDEX i ON t(a) WHERE a > 0;`, swap('> 0', '> 1')),
    },
    {
      name: 'a table whose columns take every name of a row’s id',
      bytes: made('CREATE TABLE t (rowid, oid, _rowid_ UNIQUE); INSERT INTO t VALUES (1, 2, 3);'),
    },
    {
      name: 'what cannot be computed of a row',
      bytes: spoilt(
        `CREATE TABLE t (a); INSERT INTO t VALUES ('{'); CREATE INDEX i ON t(a || 1);`,
        swap('a || 1', `json_extract(a, ''$.a'')`),
      ),
    },
    {
      name: 'a key that folds case, beyond which nobody knows the bytes',
      bytes: made(
        `CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, b UNIQUE) WITHOUT ROWID; INSERT INTO t VALUES ('x', 1);`,
      ),
      hasRowid: false,
    },
    { name: 'a table that is no tree of keys', bytes: made(three), hasRowid: false },
  ])('are left to SQLite: $name', ({ bytes, hasRowid = true }) => {
    expect(answer(bytes, { hasRowid })).toBe('ask SQLite')
  })

  const folded =
    made(`PRAGMA encoding='UTF-16le'; CREATE TABLE t (a TEXT COLLATE NOCASE); INSERT INTO t VALUES ('a'), ('b');
    CREATE INDEX i ON t(a); CREATE TABLE w (a TEXT COLLATE NOCASE PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('a'), ('b');`)
  test.each([{ table: 't' }, { table: 'w' }])(
    'of an order that nobody knows here are left to SQLite where that is affordable: $table',
    ({ table }) => {
      const of = { table, hasRowid: table === 't' }
      expect(answer(folded, { ...of, isExact: true })).toBe('ask SQLite')
      const said = { lines: [], isOrderKnown: false, rows: 2 }
      expect(answer(folded, { ...of, isExact: false })).toEqual(said)
    },
  )
})

describe('the structure of a file', () => {
  type Planned = { isWhole?: boolean; isLocal?: boolean; hasSums?: boolean }
  const asked = (
    bytes: Uint8Array,
    { isWhole = false, isLocal = true, hasSums = true }: Planned = {},
  ) => {
    const session = opened(bytes)
    const added = hasSums ? addRowSums(engine, session.db) : undefined
    const said = checkStructure(session, { isWhole, isLocal, sums: () => added, hostSays: '' })
    closeQuietly(session.db)
    return said
  }
  const passed = (detail: string) => ({ check: 'structure', outcome: 'passed', detail })
  const scanned = passed(
    'quick_check says ok, and every index holds exactly the rows of its table.',
  )
  const failed = (detail: string) => ({
    check: 'structure',
    outcome: 'failed',
    detail,
    mend: 'Do not restore this copy. Ask the live database today, on its host: push.sh --check SETTINGS',
  })
  const sound = made(`${three} CREATE INDEX i ON t(a);`)

  test('is asked at once where that is affordable', () => {
    expect(asked(sound, { isWhole: true })).toEqual({
      finding: passed('integrity_check says ok for every page, row and index.'),
      way: 'integrity_check',
    })
  })

  test('is scanned else, and the rows are counted on the way', () => {
    const way = 'quick_check and linear index check'
    expect(asked(sound)).toEqual({ finding: scanned, way, counts: new Map([['t', 3]]) })
  })

  test('is asked of SQLite table by table where sums cannot be had, which is said', () => {
    const way = 'quick_check and linear index check (integrity_check for 1 of the tables)'
    expect(asked(sound, { hasSums: false })).toEqual({ finding: scanned, way, counts: new Map() })
  })

  test('is scanned without the order of keys that nobody knows here, which is said', () => {
    const bytes =
      made(`PRAGMA encoding='UTF-16le'; CREATE TABLE t (a TEXT COLLATE NOCASE); INSERT INTO t VALUES ('a'), ('b');
      CREATE INDEX i ON t(a); CREATE TABLE w (a TEXT COLLATE NOCASE PRIMARY KEY, b UNIQUE) WITHOUT ROWID;`)
    expect(asked(bytes, { isLocal: false })).toEqual({
      finding: scanned,
      way: 'quick_check and linear index check (integrity_check for 1 of the tables; the order of some keys not judged)',
      counts: new Map([['t', 2]]),
    })
  })

  const ofApp = `CREATE TABLE s (a UNIQUE); CREATE TABLE t0 (a TEXT COLLATE NOCASE); INSERT INTO t0 VALUES ('x'); CREATE INDEX t0_a ON t0(a);`
  test.each([true, false])(
    'is asked table by table where a collation is missing: whole: %s',
    (isWhole) => {
      const way = 'integrity_check table by table'
      const lacking = swap('NOCASE', 'OF_APP')
      expect(asked(spoilt(ofApp, lacking), { isWhole })).toEqual({
        finding: {
          check: 'structure',
          outcome: 'unverifiable',
          detail:
            'SQLite here lacks what this database needs: no such collation sequence: OF_APP. Not checked for it: t0.',
          mend: 'Fetch it with restore.sh --salvage --at TICKET, and check it where the application’s own collations, functions and modules are loaded.',
        },
        way,
      })
      const wrong = `CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (3, 4); CREATE INDEX t_a ON t(a);`
      expect(asked(spoilt(ofApp + wrong, lacking + swap('t(a)', 't(b)')), { isWhole })).toEqual({
        finding: failed('integrity_check found damage: row 1 missing from index t_a (and 1 more).'),
        way,
      })
    },
  )

  test('is damaged by the first of what the scans found, with how many more', () => {
    const two = 'CREATE INDEX i ON t(a); CREATE INDEX j ON t(a, b);'
    expect(asked(spoilt(three + two, swap('t(a', 't(a DESC'))).finding).toEqual(
      failed('the index check found damage: entries of index j are out of order (and 1 more).'),
    )
  })
})
