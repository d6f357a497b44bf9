import { describe, expect, test } from 'vitest'

import { some } from '../../../cases'
import { bothWays, made } from '../sessions'

/** 1/7.0 is "0.142857142857143" in one version of SQLite and has more digits in another. */
const rows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)`
const asBefore = `printf('%.15g', a)`

/** The keys as another version computed them, under the text that the application wrote. */
const otherVersion = (sql: string, more = ''): Buffer =>
  made(`${sql} ${more} PRAGMA writable_schema=1;
    UPDATE sqlite_schema SET sql = replace(sql, '${asBefore.replaceAll("'", "''")}', 'a');`)

const reals = `CREATE TABLE t (a REAL, b TEXT AS (lower(${asBefore})) VIRTUAL);
  ${rows} INSERT INTO t SELECT i / 7.0 FROM n;`
const indexed = `${reals} CREATE INDEX t_a ON t(lower(${asBefore}));`

const asked = (bytes: Buffer, hostSays = '') => {
  const both = bothWays(bytes, hostSays)
  if (!both) throw new Error('SQLite does not open it')
  return both
}

/** The same bytes under another text, as if what is computed were computed otherwise. */
const under = (sql: string, from: string, to: string): Buffer =>
  made(`${sql} PRAGMA writable_schema=1;
    UPDATE sqlite_schema SET sql = replace(sql, '${from.replaceAll("'", "''")}', '${to.replaceAll("'", "''")}');`)

const texts = `CREATE TABLE t (a TEXT, b INTEGER, c TEXT);
  ${rows} INSERT INTO t SELECT 'x' || i, 2460000 + i * i, 'y' || (i % 7) FROM n;`
const deep = `'${'['.repeat(1_500)}${']'.repeat(1_500)}'`

const sound: { name: string; says: string; bytes: () => Buffer }[] = [
  {
    name: 'an index on an expression over reals',
    says: 'index t_a of t',
    bytes: () => otherVersion(indexed),
  },
  {
    name: 'an index on a generated column',
    says: 'index t_b of t',
    bytes: () => otherVersion(`${reals} CREATE INDEX t_b ON t(b);`),
  },
  {
    name: 'an index on an expression for some of the rows',
    says: 'index t_a of t',
    bytes: () => otherVersion(`${reals} CREATE INDEX t_a ON t(upper(${asBefore})) WHERE a > 3;`),
  },
  {
    name: 'a predicate over reals as text',
    says: 'index t_p of t',
    bytes: () =>
      under(
        `${reals} CREATE INDEX t_p ON t(a) WHERE length(a || '') > 17;`,
        `length(a || '') > 17`,
        `length(a || '') > 3`,
      ),
  },
  {
    name: 'an index on a day',
    says: 'index t_d of t',
    bytes: () =>
      under(`${texts} CREATE INDEX t_d ON t(date(b), b);`, 'date(b)', `date(b, '-1 day')`),
  },
  {
    name: 'an index on a day, of a table without rowid',
    says: 'index t_d of t',
    bytes: () =>
      under(
        `CREATE TABLE t (a TEXT PRIMARY KEY, b) WITHOUT ROWID; ${rows}
        INSERT INTO t SELECT 'x' || i, 2460000 + i FROM n; CREATE INDEX t_d ON t(date(b), b);`,
        'date(b)',
        `date(b, '-1 day')`,
      ),
  },
  {
    name: 'a CHECK of reals as text',
    says: 'the CHECK of t',
    bytes: () =>
      under(
        `CREATE TABLE t (a REAL CHECK (length(a || '') < 99)); ${rows}
        INSERT INTO t SELECT i / 7.0 FROM n;`,
        '< 99',
        '< 17',
      ),
  },
  {
    name: 'a CHECK of JSON that was not too deep once',
    says: 'the CHECK of t',
    bytes: () =>
      under(
        `CREATE TABLE t (data TEXT NOT NULL CHECK (1 OR JSON_VALID("data") OR "data" IS NULL));
        INSERT INTO t VALUES (${deep});`,
        '1 OR ',
        '',
      ),
  },
  {
    name: 'a generated column that may not be NULL',
    says: 'the computed t.d',
    bytes: () =>
      under(
        `CREATE TABLE t (a TEXT, d AS (ifnull(date(a), 1)) NOT NULL); INSERT INTO t(a) VALUES ('x');`,
        'ifnull(date(a), 1)',
        'date(a)',
      ),
  },
]

describe('what this SQLite computes otherwise is no damage:', () => {
  test.each(some(sound, 6))('$name', ({ bytes, says }) => {
    const { whole, linear } = asked(bytes())
    for (const finding of [whole, linear]) {
      expect(finding.outcome, finding.detail).toBe('warned')
      expect(finding.detail).toContain(`computes for ${says} comes out otherwise`)
      expect(finding.mend).toContain('push.sh --check')
    }
  })

  test.each(some(sound, 3))(
    '$name; and no word of warning where the host finds it right',
    ({ bytes }) => {
      const { whole, linear } = asked(bytes(), 'ok')
      for (const finding of [whole, linear]) {
        expect(finding.outcome, finding.detail).toBe('passed')
        expect(finding.detail).toContain('the SQLite of the host says ok')
      }
    },
  )
})

/** A table under another root: what stands in the index is not what stands in the table. */
const damaged: { name: string; bytes: () => Buffer }[] = [
  {
    name: 'rows are missing from it besides',
    bytes: () =>
      made(`${reals} CREATE INDEX t_a ON t(lower(${asBefore})) WHERE a > 3; PRAGMA writable_schema=1;
        UPDATE sqlite_schema SET sql = 'CREATE INDEX t_a ON t(lower(a))' WHERE name = 't_a';`),
  },
  {
    name: 'a plain index is damaged, behind more lines than are asked for',
    bytes: () =>
      // SQLite begins with the table that was made last.
      otherVersion(
        `CREATE TABLE u (a, b); ${rows} INSERT INTO u SELECT i, -i FROM n;
        CREATE INDEX u_a ON u(a); ${indexed}`,
        `PRAGMA writable_schema=1;
        UPDATE sqlite_schema SET sql = replace(sql, '(a)', '(b)') WHERE name = 'u_a';`,
      ),
  },
  {
    name: 'a plain index of the same table is damaged, behind more lines than are asked for',
    bytes: () =>
      under(
        `${texts} CREATE INDEX t_b ON t(b, c); CREATE INDEX t_d ON t(date(b));
        PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = replace(sql, 'b, c', 'b, a');`,
        'date(b)',
        'time(b, 1)',
      ),
  },
  {
    name: 'a plain index of the same table is damaged in its last rows alone',
    bytes: () =>
      under(
        `CREATE TABLE t (a, b, c); ${rows} INSERT INTO t SELECT i, 2460000 + i, iif(i < 250, i, -i) FROM n;
        CREATE INDEX t_b ON t(b, a); CREATE INDEX t_d ON t(date(b));
        PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = replace(sql, 'b, a', 'b, c') WHERE name = 't_b';`,
        'date(b)',
        'time(b)',
      ),
  },
  {
    name: 'a stored column of it is another than that of the table',
    bytes: () => under(`${texts} CREATE INDEX t_d ON t(date(b), c);`, 'date(b), c', 'time(b), a'),
  },
  {
    name: 'a stored column of it is another, for some of the rows',
    bytes: () =>
      under(
        `${texts} CREATE INDEX t_d ON t(b, c) WHERE date(a) IS NULL;`,
        'b, c) WHERE date(a) IS NULL',
        'b, a) WHERE time(a) IS NULL',
      ),
  },
  {
    name: 'a stored column of it is another, in a table without rowid',
    bytes: () =>
      under(
        `CREATE TABLE t (a TEXT PRIMARY KEY, b, c, d) WITHOUT ROWID; ${rows}
        INSERT INTO t SELECT 'x' || i, -i, i, i + 1 FROM n; CREATE INDEX t_d ON t(date(b), c);`,
        'date(b), c',
        'time(b), d',
      ),
  },
  {
    name: 'its keys are out of order',
    bytes: () =>
      under(
        `${texts} CREATE INDEX t_d ON t(json_quote(b) DESC);`,
        'json_quote(b) DESC',
        `json_quote(b || 'x')`,
      ),
  },
  {
    name: 'the table has no reals, and so keys that every version computes alike',
    bytes: () => under(`${texts} CREATE INDEX t_a ON t(lower(a));`, 'lower', 'upper'),
  },
  {
    name: 'a row without a real is another in it, beside rows with them',
    bytes: () =>
      otherVersion(
        `${indexed} INSERT INTO t VALUES ('some text'); `,
        `PRAGMA writable_schema=1; PRAGMA ignore_check_constraints=1;
        UPDATE sqlite_schema SET sql = replace(sql, 'lower(printf', 'upper(printf') WHERE name = 't_a';`,
      ),
  },
  {
    name: 'a row without a real breaks a CHECK, beside rows with them',
    bytes: () =>
      under(
        `CREATE TABLE t (a CHECK (length(a || '') < 99)); ${rows}
        INSERT INTO t SELECT i / 7.0 FROM n; INSERT INTO t VALUES ('a text that is rather long');`,
        '< 99',
        '< 17',
      ),
  },
  {
    name: 'the predicate is one that every version computes alike',
    bytes: () => under(`${texts} CREATE INDEX t_a ON t(a) WHERE b > 2460009;`, '009', '008'),
  },
  {
    name: 'it is of plain columns',
    bytes: () =>
      made(`CREATE TABLE t (a REAL, b REAL); ${rows} INSERT INTO t SELECT i / 7.0, -i FROM n;
        CREATE INDEX t_a ON t(a); PRAGMA writable_schema=1;
        UPDATE sqlite_schema SET sql = replace(sql, '(a)', '(b)') WHERE name = 't_a';`),
  },
  {
    name: 'another CHECK is of what is stored alone, and does not hold',
    bytes: () =>
      under(
        `CREATE TABLE t (a TEXT CHECK (1 OR date(a) IS NULL), b CHECK (b < 9 OR 1));
        INSERT INTO t VALUES ('2024-01-01', 10);`,
        '1 OR date(a) IS NULL), b CHECK (b < 9 OR 1',
        'date(a) IS NULL), b CHECK (b < 9',
      ),
  },
  {
    name: 'a stored column may not be NULL, and is',
    bytes: () =>
      under(
        `CREATE TABLE t (a TEXT, b, d AS (date(a))); INSERT INTO t(a) VALUES ('x');`,
        ', b,',
        ', b NOT NULL,',
      ),
  },
]

describe('it is damage where', () => {
  test.each(damaged)('$name', ({ bytes }) => {
    for (const hostSays of ['', 'ok']) {
      const { whole, linear } = asked(bytes(), hostSays)
      expect(whole.outcome, whole.detail).toBe('failed')
      expect(linear.outcome, linear.detail).toBe('failed')
    }
  })
})

/** Counted as one letter here, and as two by versions before. */
const odd = `CAST(x'618ab062' AS TEXT)`

describe('a text that is none', () => {
  const by = (length: string, text = odd) =>
    made(`CREATE TABLE t (a TEXT); CREATE INDEX t_a ON t(length(a) + ${length});
      INSERT INTO t VALUES (${text}), ('plain'); PRAGMA writable_schema=1;
      UPDATE sqlite_schema SET sql = 'CREATE INDEX t_a ON t(length(a))' WHERE name = 't_a';`)

  test('is no evidence where its letters were counted otherwise', () => {
    const { whole, linear } = asked(by(`(a = ${odd})`))
    for (const { outcome, detail } of [whole, linear]) {
      expect(outcome, detail).toBe('warned')
      expect(detail).toContain('for index t_a of t')
    }
  })

  test.each([
    { name: 'is no excuse for another row', length: `(a = 'plain')`, text: odd },
    { name: 'is not one with letters beyond ASCII', length: `(a = 'gähnt')`, text: `'gähnt'` },
  ])('$name', ({ length, text }) => {
    const { whole, linear } = asked(by(length, text))
    expect([whole.outcome, linear.outcome]).toEqual(['failed', 'failed'])
  })

  test('is told apart in UTF-8 alone', () => {
    const { whole } = asked(
      made(`PRAGMA encoding='UTF-16le'; CREATE TABLE t (a TEXT); CREATE INDEX t_a ON t(length(a) + 1);
        INSERT INTO t VALUES ('gähnt'); PRAGMA writable_schema=1;
        UPDATE sqlite_schema SET sql = 'CREATE INDEX t_a ON t(length(a))' WHERE name = 't_a';`),
    )
    expect(whole.outcome).toBe('failed')
  })
})
