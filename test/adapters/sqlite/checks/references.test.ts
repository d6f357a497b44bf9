import { describe, expect, test } from 'vitest'

import { checkReferences } from '../../../../lib/adapters/sqlite/checks/references'
import { ask } from '../../../../lib/adapters/sqlite/engine/ask'
import { bytesSource, closeQuietly, made, openSession } from '../sessions'

/** The tables that hold rows which refer to nothing, as each way of asking tells them; and who is asked. */
const asked = (sql: string) => {
  const plain = openSession(bytesSource(made(sql)))
  if (!plain) throw new Error('SQLite does not open it')
  let pragmas = 0
  const db = new Proxy(plain.db, {
    get: (of, name) => {
      const found: unknown = Reflect.get(of, name)
      if (name !== 'prepare' || typeof found !== 'function') return found
      return (question: string): unknown => {
        if (question === 'PRAGMA foreign_key_check("c")') pragmas += 1
        return Reflect.apply(found, of, [question])
      }
    },
  })
  const session = { ...plain, db }
  const tables = (isWhole: boolean) => {
    return checkReferences(session, isWhole).flatMap((answer) =>
      'error' in answer
        ? answer.error
        : answer.rows.map(([table = '', , parent = '']) => `${table} to ${parent}`).toSorted(),
    )
  }
  const both = { indexed: tables(false), isAlong: pragmas === 0, pragma: tables(true) }
  closeQuietly(plain.db)
  return both
}

const parents = `CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE, a INT, b TEXT, UNIQUE (a, b));
  INSERT INTO p VALUES (1, 'one', 1, 'x'), (2, 'Two', 2, 'y');`

/** Where an index might give another answer, or there is none. */
const forThePragma = new Set([
  'another type',
  'no type',
  'no index',
  'a partial index',
  'a parent that is not there',
  'a parent without such a key',
  'a child without rowid',
])

describe('references along an index', () => {
  test.each([
    {
      name: 'a rowid',
      sql: 'CREATE TABLE c (p INTEGER REFERENCES p); CREATE INDEX i ON c(p); INSERT INTO c VALUES (1), (3), (NULL), (4);',
    },
    {
      name: 'another type',
      sql: "CREATE TABLE c (p TEXT REFERENCES p(id)); CREATE INDEX i ON c(p); INSERT INTO c VALUES ('1'), ('1.0'), ('x');",
    },
    {
      name: 'no type',
      sql: "CREATE TABLE c (p REFERENCES p(id)); CREATE INDEX i ON c(p); INSERT INTO c VALUES (1), ('1'), (9);",
    },
    {
      name: 'a collation of the parent’s',
      sql: "CREATE TABLE c (p TEXT REFERENCES p(code)); CREATE INDEX i ON c(p); INSERT INTO c VALUES ('ONE'), ('two'), ('three');",
    },
    {
      name: 'a collation of the child’s',
      sql: "CREATE TABLE c (p TEXT COLLATE BINARY REFERENCES p(code)); CREATE INDEX i ON c(p COLLATE NOCASE, p); INSERT INTO c VALUES ('ONE'), ('four');",
    },
    {
      name: 'two columns',
      sql: "CREATE TABLE c (x INT, y TEXT, FOREIGN KEY (y, x) REFERENCES p(b, a)); CREATE INDEX i ON c(y, x); INSERT INTO c VALUES (1, 'x'), (1, 'y'), (NULL, 'z'), (7, NULL);",
    },
    {
      name: 'no index',
      sql: 'CREATE TABLE c (p INTEGER REFERENCES p); INSERT INTO c VALUES (1), (3);',
    },
    {
      name: 'a partial index',
      sql: 'CREATE TABLE c (p INTEGER REFERENCES p, q); CREATE INDEX i ON c(p) WHERE q; INSERT INTO c VALUES (1, 0), (3, 0);',
    },
    {
      name: 'a parent that is not there',
      sql: 'CREATE TABLE c (p INTEGER REFERENCES gone); CREATE INDEX i ON c(p); INSERT INTO c VALUES (1), (NULL);',
    },
    {
      name: 'a parent without such a key',
      sql: 'CREATE TABLE c (p INTEGER REFERENCES p(a)); CREATE INDEX i ON c(p); INSERT INTO c VALUES (1);',
    },
    {
      name: 'itself',
      sql: 'CREATE TABLE c (id INTEGER PRIMARY KEY, up INTEGER REFERENCES c); CREATE INDEX i ON c(up); INSERT INTO c VALUES (1, 1), (2, 5);',
    },
    {
      name: 'a child without rowid',
      sql: 'CREATE TABLE c (p INTEGER PRIMARY KEY REFERENCES p) WITHOUT ROWID; INSERT INTO c VALUES (1), (8);',
    },
    { name: 'nothing at all', sql: 'CREATE TABLE c (p INTEGER); INSERT INTO c VALUES (9);' },
  ])('finds what the pragma finds, with $name', ({ name, sql }) => {
    const { pragma, indexed, isAlong } = asked(parents + sql)
    expect(indexed).toEqual(pragma)
    expect(isAlong).toBe(!forThePragma.has(name))
  })

  test.each([
    { child: 'INT', parent: 'BIGINT', isAlong: true },
    { child: 'CHARINT', parent: 'INTEGER', isAlong: true },
    { child: 'VARCHAR(9)', parent: 'TEXT', isAlong: true },
    { child: 'CLOB', parent: 'CHAR', isAlong: true },
    { child: '', parent: 'BLOB', isAlong: true },
    { child: 'REAL', parent: 'DOUBLE', isAlong: true },
    { child: 'FLOAT', parent: 'REAL', isAlong: true },
    { child: 'DECIMAL', parent: 'NUMERIC', isAlong: true },
    { child: 'REAL', parent: 'NUMERIC', isAlong: false },
    { child: 'INT', parent: 'NUMERIC', isAlong: false },
    { child: 'TEXT', parent: 'BLOB', isAlong: false },
    { child: 'TEXT', parent: '', isAlong: false },
  ])('are asked along it where both compare alike: $child, $parent', (types) => {
    const found =
      asked(`CREATE TABLE p (k ${types.parent} UNIQUE); INSERT INTO p VALUES ('1'), ('x');
      CREATE TABLE c (p ${types.child} REFERENCES p(k)); CREATE INDEX i ON c(p);
      INSERT INTO c VALUES ('1'), (1), (1.0), ('x'), ('y'), (NULL);`)
    expect(found.isAlong).toBe(types.isAlong)
    expect(found.indexed).toEqual(found.pragma)
    expect(found.pragma).not.toEqual([])
  })

  const pair = `CREATE TABLE p (a INT, b INT, PRIMARY KEY (b, a)); INSERT INTO p VALUES (1, 2);
    CREATE TABLE c (x INT, y INT, z, FOREIGN KEY (x, y) REFERENCES p);`
  const values = 'INSERT INTO c VALUES (2, 1, 0), (1, 2, 0), (2, 2, 0);'
  test.each([
    { name: 'in its order', more: 'CREATE INDEX i ON c(X, y);', isAlong: true },
    { name: 'with more behind it', more: 'CREATE INDEX i ON c(x, y, z);', isAlong: true },
    { name: 'the other way round', more: 'CREATE INDEX i ON c(y, x);', isAlong: false },
    { name: 'with another before it', more: 'CREATE INDEX i ON c(z, x, y);', isAlong: false },
    { name: 'of one of its columns', more: 'CREATE INDEX i ON c(x);', isAlong: false },
  ])('take the primary key in its own order, along an index $name', ({ more, isAlong }) => {
    const found = asked(pair + more + values)
    expect(found).toEqual({ pragma: ['c to p', 'c to p'], indexed: ['c to p', 'c to p'], isAlong })
  })

  test.each([
    { name: 'of some rows', parent: 'k INT); CREATE UNIQUE INDEX pk ON p(k) WHERE k > 0;' },
    { name: 'that may repeat', parent: 'k INT); CREATE INDEX pk ON p(k);' },
    { name: 'of more columns', parent: 'k INT, l, UNIQUE (k, l));' },
  ])('are left to the pragma where the parent has an index $name', ({ parent }) => {
    const found =
      asked(`CREATE TABLE p (${parent} CREATE TABLE c (p INT REFERENCES p(k)); CREATE INDEX i ON c(p);
      INSERT INTO c VALUES (1);`)
    expect(found.isAlong).toBe(false)
    expect(found.indexed).toEqual(found.pragma)
  })

  test('are told as the pragma tells them, but for the row, each with the key it is of', () => {
    const sql = `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE "it's" ("a ""b" INTEGER REFERENCES p, q INTEGER REFERENCES P(ID));
      CREATE INDEX c1 ON "it's"("a ""b"); CREATE INDEX c2 ON "it's"(q); INSERT INTO "it's" VALUES (1, 2), (NULL, 3);`
    const session = openSession(bytesSource(made(sql)))
    if (!session) throw new Error('SQLite does not open it')
    const along = [`it's`, '', 'P', '0']
    expect(checkReferences(session, false)).toEqual([
      { rows: [along, along, [`it's`, '', 'p', '1']], isCut: false },
    ])
    expect(checkReferences(session, true)).toEqual([
      {
        rows: [
          [`it's`, '1', 'P', '0'],
          [`it's`, '1', 'p', '1'],
          [`it's`, '2', 'P', '0'],
        ],
        isCut: false,
      },
    ])
    closeQuietly(session.db)
  })

  test.each([true, false])('are found beside a key that is none, whole: %s', (isWhole) => {
    const sql = `${parents}
      CREATE TABLE a_tags (name TEXT REFERENCES p(b)); INSERT INTO a_tags VALUES ('x');
      CREATE TABLE c (p INTEGER REFERENCES p); INSERT INTO c VALUES (1), (3);
      CREATE TABLE zzz_tags (name TEXT REFERENCES p(a)); INSERT INTO zzz_tags VALUES ('1');
      CREATE TABLE d (p INTEGER REFERENCES p); INSERT INTO d VALUES (9);`
    const found = asked(sql)[isWhole ? 'pragma' : 'indexed']
    expect(found).toEqual([
      'c to p',
      'd to p',
      'foreign key mismatch - "a_tags" referencing "p"',
      'foreign key mismatch - "zzz_tags" referencing "p"',
    ])
  })

  test.each([
    { orphans: 99, isCut: false },
    { orphans: 100, isCut: true },
    { orphans: 500, isCut: true },
  ])('ends after a hundred of them, and says that it did: $orphans', ({ orphans, isCut }) => {
    const sql = `CREATE TABLE c (p INTEGER REFERENCES p); CREATE INDEX i ON c(p);
      WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < ${orphans + 9}) INSERT INTO c SELECT i FROM n;`
    const session = openSession(bytesSource(made(parents + sql)))
    if (!session) throw new Error('SQLite does not open it')
    for (const isWhole of [true, false]) {
      const [answer] = checkReferences(session, isWhole)
      expect(answer).toMatchObject({ isCut })
      expect(answer && 'rows' in answer && answer.rows.length).toBe(Math.min(orphans, 100))
    }
    closeQuietly(session.db)
  })

  test('of six tables whose keys are none tells five', () => {
    const tables = ['a', 'b', 'c', 'd', 'e', 'f'].map(
      (name) => `CREATE TABLE ${name}_tags (name TEXT REFERENCES p(b));`,
    )
    expect(asked(parents + tables.join('')).indexed).toHaveLength(5)
  })
})

describe('ask', () => {
  test('ends an endless answer at its limits, and never tells what a blob holds', () => {
    const session = openSession(bytesSource(made('CREATE TABLE t (a);')))
    if (!session) throw new Error('SQLite does not open it')
    const endless =
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n'
    expect(ask(session, endless, { rows: 5, bytes: 1e6 })).toMatchObject({
      rows: [['1'], ['2'], ['3'], ['4'], ['5']],
      isCut: true,
    })
    const long = ask(
      session,
      `${endless.replace('SELECT i FROM', "SELECT printf('%01000d', i) FROM")}`,
      { rows: 1e9, bytes: 3500 },
    )
    expect('rows' in long && long.rows.length).toBe(4)
    expect(ask(session, "SELECT x'00ff'")).toEqual({ rows: [['2 bytes']], isCut: false })
    expect(ask(session, 'SELECT 9007199254740993')).toMatchObject({ rows: [['9007199254740993']] })
    expect(ask(session, 'SELECT missing FROM t')).toEqual({ error: 'no such column: missing' })
  })
})
