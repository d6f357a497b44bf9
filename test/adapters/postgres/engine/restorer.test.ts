/**
 * How a dump comes into PostgreSQL: which questions it is asked, in which order, and what becomes of a refusal.
 * No PostgreSQL is here: what it would say is said by each test.
 */
import { describe, expect, test } from 'vitest'

import type { Reply } from '../../../../lib/adapters/postgres/engine/wire'

import { halted, linesOf, refusal, restored } from './listening'

const insert = (at: number): string => `INSERT INTO t VALUES (${at});\n`

const inserts = (count: number): string =>
  Array.from({ length: count }, (_, at) => insert(at)).join('')

const atTheEnd = ['ROLLBACK', 'CHECKPOINT']

describe('statements', () => {
  test('go in one by one, and INSERTs together', () => {
    const { told, said, looks } = restored(
      `CREATE TABLE t (a int);\n${inserts(2)}CREATE INDEX i ON t (a);\n${insert(2)}`,
    )
    expect(said).toEqual([
      'CREATE TABLE t (a int)',
      'INSERT INTO t VALUES (0);\nINSERT INTO t VALUES (1);\n',
      'CREATE INDEX i ON t (a)',
      'INSERT INTO t VALUES (2);\n',
      ...atTheEnd,
    ])
    expect(told).toEqual({ statements: 5, refused: [], refusals: 0, skipped: {}, missing: [] })
    expect(looks).toBe(4)
  })

  test('are 2,000 INSERTs at most in one go, or half a mebibyte', () => {
    const { said } = restored(inserts(4001))
    expect(said.slice(0, -2).map(linesOf)).toEqual([2000, 2000, 1])
    const long = (bytes: number) => `INSERT INTO t VALUES ('${'x'.repeat(bytes - 25)}')`
    const half = restored([256, 256, 256, 256.001].map((kib) => `${long(kib * 1024)};\n`).join(''))
    expect(half.said.slice(0, -2).map(linesOf)).toEqual([3, 1])
  })

  test('of a group that was refused go in one by one, each told by its own line', () => {
    const { told, said } = restored(`\n${inserts(3)}`, (sql) =>
      sql.includes('(1)') ? refusal('22P02', 'no integer') : undefined,
    )
    expect(said.slice(1, 4)).toEqual([0, 1, 2].map((at) => `INSERT INTO t VALUES (${at})`))
    expect(told).toMatchObject({
      statements: 3,
      refusals: 1,
      refused: [
        { code: '22P02', message: 'no integer', line: 3, what: 'INSERT INTO', isOfRows: true },
      ],
    })
  })

  test('that speak of other databases are left out, and counted', () => {
    const dump = 'CREATE DATABASE x;\nALTER DATABASE x SET a = 1;\nSET ROLE y;\n'
    const { told, said } = restored(dump)
    expect(said).toEqual(atTheEnd)
    expect(told).toMatchObject({ statements: 3, skipped: { database: 2, session: 1 } })
  })

  test('let PostgreSQL let go of its log once 32 MiB are in', () => {
    const statement = Buffer.from(`COMMENT ON TABLE t IS '${'x'.repeat(1024 ** 2)}';\n`)
    const { said } = restored(Array.from({ length: 33 }, () => statement))
    const places = said.flatMap((sql, at) => (sql === 'CHECKPOINT' ? [at] : []))
    expect(places).toEqual([32, 35])
  })

  test('longer than 32 MiB come to no end here, and say so', () => {
    const long = Array.from({ length: 33 }, () => Buffer.alloc(1024 ** 2, 'x'))
    const dump = [Buffer.from("\nSELECT '"), ...long, Buffer.from("';\n")]
    expect(halted(() => restored(dump))).toEqual({
      by: 'statement',
      line: 2,
      detail: 'the statement is too long',
    })
  })
})

describe('what is missing', () => {
  const alter = 'ALTER TABLE t OWNER TO app'
  const missing = refusal('42704', 'role "app" does not exist')
  const made = 'CREATE ROLE "app" SUPERUSER NOLOGIN'

  test('is made where a dump takes it for granted, once', () => {
    let isThere = false
    const { told, said } = restored(`${alter};\n${alter};\n`, (sql) => {
      if (sql.startsWith('CREATE ROLE')) isThere = true
      return sql === alter && !isThere ? missing : undefined
    })
    expect(said).toEqual([alter, made, alter, alter, ...atTheEnd])
    expect(told.refusals).toBe(0)
  })

  test('is told as it was said where it cannot be made, or is missed again', () => {
    const cannot = restored(`${alter};`, (sql) =>
      sql === alter ? missing : sql === made ? refusal('42501') : undefined,
    )
    expect(cannot.said).toEqual([alter, made, ...atTheEnd])
    expect(cannot.told.refused).toMatchObject([
      { code: '42704', message: 'role "app" does not exist', line: 1, what: 'ALTER TABLE' },
    ])
    const again = restored(`${alter};`, (sql) => (sql === alter ? missing : undefined))
    expect(again.said).toEqual([alter, made, alter, ...atTheEnd])
    expect(again.told.refusals).toBe(1)
  })

  test('is made fifty times at most for one statement', () => {
    let count = 0
    const { said, told } = restored(`${alter};`, (sql) =>
      sql === alter ? refusal('42704', `role "r${(count += 1)}" does not exist`) : undefined,
    )
    expect(said.filter((sql) => sql.startsWith('CREATE ROLE'))).toHaveLength(50)
    expect(told.refused[0]?.message).toBe('role "r51" does not exist')
  })

  test('is named where it is an extension, each once and twenty at most', () => {
    const dump = ['postgis', 'postgis', ...Array.from({ length: 25 }, (_, at) => `e${at}`)]
      .map((name) => `CREATE EXTENSION ${name};\n`)
      .join('')
    const { told } = restored(dump, (sql) =>
      sql.startsWith('CREATE EXTENSION') ? refusal('0A000') : undefined,
    )
    expect(told.refusals).toBe(0)
    expect(told.missing).toHaveLength(20)
    expect(told.missing.slice(0, 2)).toEqual(['postgis', 'e0'])
  })

  test('is passed over where nothing hangs on it', () => {
    const { told } = restored('SET no_such = 1;', () => refusal('42704'))
    expect(told).toMatchObject({ statements: 1, refusals: 0, refused: [] })
  })
})

describe('a refusal', () => {
  test('of a reference is set all the same, so that rows that refer to nothing can be counted', () => {
    const key = 'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p'
    const { told, said } = restored(`${key};`, (sql) =>
      sql === key ? refusal('23503') : undefined,
    )
    expect(said).toEqual([key, `${key} NOT VALID`, ...atTheEnd])
    expect(told.refusals).toBe(1)
    const other = restored(`${key};`, (sql) => (sql === key ? refusal('23505') : undefined))
    expect(other.said).toEqual([key, ...atTheEnd])
  })

  test.each([
    { code: '53100', by: 'space' },
    { code: '53200', by: 'memory' },
  ])('for want of $by ends it, and says nothing of the dump', ({ code, by }) => {
    const dump = '\n\nSET work_mem = 1;'
    expect(halted(() => restored(dump, () => refusal(code, 'no more')))).toEqual({
      by,
      line: 3,
      detail: 'no more',
    })
  })

  test('is told twenty times and counted, and after more than 500 nothing is tried any more', () => {
    const dump = (count: number) => 'CREATE TABLE t ();\n'.repeat(count)
    const { told } = restored(dump(500), () => refusal('42P07'))
    expect([told.refused.length, told.refusals]).toEqual([20, 500])
    const more = `${dump(600)}COPY t (a) FROM stdin;\n1\n\\.\n`
    const { told: ended, said } = restored(more, () => refusal('42P07'))
    expect(ended).toMatchObject({ statements: 502, refusals: 501 })
    expect(said).toHaveLength(501 + 2)
  })
})

describe('rows', () => {
  const copy = 'COPY public.t (a) FROM stdin'
  const dumpOf = (rows: string, before = '') => `${before}${copy};\n${rows}\\.\n`
  const row = `${'x'.repeat(1023)}\n`

  test('go in with their COPY', () => {
    const { told, said, looks } = restored(dumpOf('1\n2\n', insert(0)))
    expect(said).toEqual([insert(0), `${copy} < 2`, ...atTheEnd])
    expect([told.statements, looks]).toEqual([2, 2])
    expect(restored(dumpOf('')).said).toEqual(atTheEnd)
  })

  test('go in by batches of 4 MiB, each of whole rows', () => {
    const filled = (sql: string) => (sql.startsWith('SELECT') ? { tags: ['SELECT 1'] } : undefined)
    const counts = (rows: number) =>
      restored(dumpOf(row.repeat(rows)), filled)
        .said.filter((sql) => sql.startsWith(copy))
        .map((sql) => Number(sql.split(' < ')[1]))
    expect(counts(4095)).toEqual([4095])
    expect(counts(9000)).toEqual([4351, 4096, 553])
  })

  test('that are refused are told by their own line, where PostgreSQL says which one', () => {
    const where = 'COPY t, line 2, column a'
    const { told } = restored(dumpOf('1\nx\n', '\n'), (sql) =>
      sql.startsWith(copy) ? refusal('22P02', 'no integer', where) : undefined,
    )
    expect(told.refused).toEqual([
      { code: '22P02', message: 'no integer', line: 4, what: 'COPY', isOfRows: true },
    ])
    const whole = restored(dumpOf('1\n', '\n'), (sql) =>
      sql.startsWith(copy) ? refusal('42P01', 'no such table') : undefined,
    )
    expect(whole.told.refused).toMatchObject([{ line: 2, isOfRows: false }])
  })

  test('of a table that is empty go in as a new table’s, in a transaction', () => {
    const { said } = restored(dumpOf(row.repeat(1024)), (sql) =>
      sql.startsWith('SELECT') ? { tags: ['SELECT 0'] } : undefined,
    )
    expect(said).toEqual([
      'SELECT FROM ONLY public.t LIMIT 1',
      'BEGIN',
      'TRUNCATE ONLY public.t',
      `${copy} WITH (FREEZE) < 1024`,
      'COMMIT',
      ...atTheEnd,
    ])
  })

  test.each([
    {
      name: 'they are less than a mebibyte',
      rows: 1023,
      tags: ['SELECT 0'],
      isIdle: true,
      asks: 0,
    },
    { name: 'there are others', rows: 1024, tags: ['SELECT 1'], isIdle: true, asks: 1 },
    { name: 'a transaction is open', rows: 1024, tags: ['SELECT 0'], isIdle: false, asks: 1 },
  ])('go in as ever where $name', ({ rows, tags, isIdle, asks }) => {
    const { said } = restored(dumpOf(row.repeat(rows)), (sql) =>
      sql.startsWith('SELECT') ? { tags, isIdle } : undefined,
    )
    expect(said.slice(asks)).toEqual([`${copy} < ${rows}`, ...atTheEnd])
  })

  test('go in as ever where nobody may ask, or empty the table', () => {
    const asked = restored(dumpOf(row.repeat(1024)), (sql) =>
      sql.startsWith('SELECT') ? { ...refusal('42501'), tags: ['SELECT 0'] } : undefined,
    )
    expect(asked.said.slice(1)).toEqual([`${copy} < 1024`, ...atTheEnd])
    const kept = restored(dumpOf(row.repeat(1024)), (sql) => {
      if (sql.startsWith('SELECT')) return { tags: ['SELECT 0'] }
      return sql.startsWith('TRUNCATE') ? refusal('0A000') : undefined
    })
    expect(kept.said.slice(1)).toEqual([
      'BEGIN',
      'TRUNCATE ONLY public.t',
      'ROLLBACK',
      `${copy} < 1024`,
      ...atTheEnd,
    ])
  })

  test('of a new table that are refused are taken back, and what is refused at their end is told', () => {
    const fresh = (of: string, more: Partial<Reply>) =>
      restored(dumpOf(row.repeat(1024), '\n'), (sql) => {
        if (sql.startsWith('SELECT')) return { tags: ['SELECT 0'] }
        return sql.startsWith(of) ? more : undefined
      })
    const { said, told } = fresh(copy, refusal('22P02', 'no integer', 'COPY t, line 5'))
    expect(said.slice(3)).toEqual([`${copy} WITH (FREEZE) < 1024`, 'ROLLBACK', ...atTheEnd])
    expect(told.refused).toMatchObject([{ line: 7 }])
    const end = fresh('COMMIT', refusal('23503', 'no such row'))
    expect(end.told.refused).toEqual([
      { code: '23503', message: 'no such row', line: 2, what: 'COPY', isOfRows: true },
    ])
  })

  test('that cannot be parted, and are longer than 32 MiB, come to no end here', () => {
    const piece = Buffer.alloc(1024 ** 2, 'x')
    const of = (count: number) => [
      Buffer.from(`\n${copy};\n`),
      ...Array.from({ length: count }, () => piece),
      Buffer.from('\n\\.\n'),
    ]
    expect(halted(() => restored(of(33)))).toEqual({
      by: 'statement',
      line: 2,
      detail: 'a row is too long',
    })
  })
})
