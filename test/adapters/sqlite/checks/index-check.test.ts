import { describe, expect, test } from 'vitest'

import { ruleOf } from '../../../../lib/adapters/sqlite/checks/index-check'
import { casesOf, some } from '../../../cases'
import { bothWays, chance, made } from '../sessions'
import { mixed, variants } from '../variants'

const asked = (bytes: Uint8Array) => {
  const both = bothWays(bytes)
  if (!both) throw new Error('SQLite does not open it')
  return both
}

const oneOf = <T>(all: readonly T[], place: number): T => {
  const one = all[place]
  if (one === undefined) throw new Error('there is none')
  return one
}

describe('by what an index is in order', () => {
  const column = (name: string, isKey: boolean) => ({
    name,
    isRowid: false,
    isDescending: false,
    collation: 'BINARY',
    isKey,
  })
  const index = {
    name: 'i',
    origin: 'pk',
    isUnique: true,
    isPartial: false,
    columns: [column('a', true), column('b', false)],
  }
  const layout = { pageBytes: 4096, usableBytes: 4096, pageCount: 1, isUtf8: true }

  test('the tree of a table without row ids is in order of its key alone', () => {
    expect(ruleOf(index, { hasRowid: false, layout }).columns).toHaveLength(1)
  })

  test.each([
    { name: 'a primary key beside the rows', hasRowid: true, origin: 'pk' },
    { name: 'another index of such a table', hasRowid: false, origin: 'c' },
  ])('$name is in order of all that it holds', ({ hasRowid, origin }) => {
    const rule = ruleOf({ ...index, origin }, { hasRowid, layout })
    expect(rule).toMatchObject({ uniqueCount: 1 })
    expect(rule.columns).toHaveLength(2)
  })
})

describe('quick_check and the linear index check', () => {
  test.each(some(variants, 6))('raise no alarm on a sound database with $name', ({ sql }) => {
    const { whole, linear, way } = asked(made(sql))
    expect(whole.outcome, whole.detail).toBe('passed')
    expect(linear.outcome, linear.detail).toBe('passed')
    expect(linear.detail).not.toContain('integrity_check')
    expect(way).not.toContain('integrity_check')
  })

  test('say where they had to ask integrity_check after all', () => {
    expect(asked(made(mixed)).way).toBe('quick_check and linear index check')
    const folded = `CREATE TABLE w (a TEXT COLLATE NOCASE PRIMARY KEY, b UNIQUE) WITHOUT ROWID; INSERT INTO w VALUES ('x', 1);`
    const { way } = asked(made(`${mixed} ${folded}`))
    expect(way).toBe('quick_check and linear index check (integrity_check for 1 of the tables)')
  })

  const spoilt = (sql: string, change: string): Buffer =>
    made(`${sql} PRAGMA writable_schema=1; ${change} PRAGMA writable_schema=0;`)

  test.each([
    { count: 5, more: '' },
    { count: 7, more: ' and 2 more' },
  ])('name up to five of $count tables that SQLite refuses to check here', ({ count, more }) => {
    const names = Array.from({ length: count }, (_, at) => `t${at}`)
    const sql = names
      .map(
        (name) =>
          `CREATE TABLE ${name} (a TEXT COLLATE NOCASE); CREATE INDEX ${name}_a ON ${name}(a);`,
      )
      .join('')
    const bytes = spoilt(sql, `UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'OF_APP');`)
    const { linear, way } = asked(bytes)
    expect(way).toBe('integrity_check table by table')
    expect(linear.outcome).toBe('unverifiable')
    expect(linear.detail).toMatch(new RegExp(` Not checked for it: t0, t1, t2, t3, t4${more}\\.$`))
  })

  const table = `CREATE TABLE t (a INTEGER, b TEXT);
    INSERT INTO t VALUES (9007199254740993, 'x'), (2, 'y'), (3, 'z'); CREATE INDEX t_a ON t(a, b);`
  const swap = (from: string, to: string): string =>
    `UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}');`

  test.each([
    {
      name: 'an index that lacks rows',
      bytes: () =>
        spoilt(
          `${table} CREATE TABLE u (a INTEGER, b TEXT); INSERT INTO u VALUES (2, 'y'); CREATE INDEX u_a ON u(a, b);`,
          `UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'u_a') WHERE name = 't_a';
           DELETE FROM sqlite_schema WHERE name IN ('u_a');`,
        ),
    },
    { name: 'an index of other columns', bytes: () => spoilt(table, swap('(a, b)', '(b, a)')) },
    {
      name: 'an index in another order',
      bytes: () => spoilt(table, swap('(a, b)', '(a DESC, b)')),
    },
    {
      name: 'a unique index with a key twice',
      bytes: () =>
        spoilt(
          'CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 1), (1, 2); CREATE INDEX t_a ON t(a);',
          swap('CREATE INDEX', 'CREATE UNIQUE INDEX'),
        ),
    },
    {
      name: 'a column that stands in an index twice, of which a query reads the first',
      bytes: () => {
        const sql = `CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('abcd'); CREATE INDEX t_a ON t(a, a);`
        const bytes = made(sql)
        bytes.write('x', bytes.indexOf('abcdabcd') + 5)
        return bytes
      },
    },
    {
      name: 'the primary key in an index, which a query takes from the row’s own id',
      bytes: () => {
        const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (77, 'abcd');
          CREATE INDEX t_a ON t(a, id);`
        const bytes = made(sql)
        bytes.write('N', bytes.indexOf('abcdMM') + 4)
        return bytes
      },
    },
    {
      name: 'the key of a table without rowid in an index, which a query takes from that index',
      bytes: () => {
        const sql = `CREATE TABLE w (a TEXT PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO w VALUES ('abcd', 77);
          CREATE INDEX w_b ON w(b);`
        const bytes = made(sql)
        bytes.write('x', bytes.lastIndexOf('abcd'))
        return bytes
      },
    },
    {
      name: 'a row out of the order of its key in a table without rowid',
      bytes: () => {
        const bytes = made(`CREATE TABLE w (a TEXT PRIMARY KEY) WITHOUT ROWID;
          INSERT INTO w VALUES ('abcd'), ('efgh');`)
        bytes.write('z', bytes.indexOf('abcd'))
        return bytes
      },
    },
    {
      name: 'other columns in an index of some rows',
      bytes: () =>
        spoilt(
          `CREATE TABLE t (a, b, c); INSERT INTO t VALUES (1, 1, 3); CREATE INDEX t_a ON t(a) WHERE b > 0;`,
          swap('(a)', '(c)'),
        ),
    },
    {
      name: 'another expression in an index',
      bytes: () => spoilt(`${table} CREATE INDEX t_e ON t(b || 1);`, swap('b || 1', 'b || 2')),
    },
    {
      name: 'one bit of an integer beyond 2^53',
      bytes: () => {
        const bytes = made(table)
        const place = bytes.lastIndexOf(Buffer.from('0020000000000001', 'hex'))
        bytes.writeUInt8(0, place + 7)
        return bytes
      },
    },
    {
      name: 'an integer beyond 2^53 in an index that has one more or less in the table',
      bytes: () => {
        const sql = `CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9)
          INSERT INTO t SELECT 9007199254741170 + i FROM n; CREATE INDEX t_a ON t(a);`
        const bytes = made(sql)
        const place = bytes.lastIndexOf(Buffer.from('00200000000000bb', 'hex'))
        bytes.writeUInt8(0xba, place + 7)
        return bytes
      },
    },
  ])('see $name, as integrity_check does', ({ bytes }) => {
    const { whole, linear } = asked(bytes())
    expect(whole.outcome, whole.detail).toBe('failed')
    expect(linear.outcome, linear.detail).toBe('failed')
  })

  test('let SQLite say whether an entry too many in an index of some rows is damage', () => {
    const sql = `CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 1), (2, 2); CREATE INDEX t_a ON t(a) WHERE b > 0;`
    const { whole, linear, way } = asked(spoilt(sql, swap('> 0', '> 1')))
    expect(linear.outcome, linear.detail).toBe(whole.outcome)
    expect(way).toContain('integrity_check for 1 of the tables')
  })

  const cases = Number(process.env['SNAPPROOF_DAMAGE_CASES'] ?? casesOf(400))
  const seed = Number(process.env['SNAPPROOF_SEED'] ?? Date.now() % 1e9)
  const shapes =
    /^(pages of (512|1024|4096)|a partial index)$|UTF-16|fold case|64 bits|strict|express|JSON|without rowid|kilobytes|generated/
  const kinds = [
    'flip a bit',
    'flip a bit',
    'change a byte',
    'zero a sector',
    'zero a page',
    'fill a page with noise',
    'swap two pages',
    'copy one page over another',
    'shift a page',
    'keep a stale page',
  ] as const

  test(`find what integrity_check finds in ${cases} damaged files (seed ${seed})`, () => {
    const below = chance(seed)
    const originals = variants
      .filter(({ name }) => shapes.test(name))
      .map(({ name, sql }) => {
        const bytes = made(sql)
        const pageSize = bytes.readUInt16BE(16)
        const later = made(
          `${sql} ${/people/.test(sql) ? 'UPDATE people SET name = name || 1, big = big - 7 WHERE id % 9 = 0;' : ''}`,
        )
        return { name, bytes, pageSize, later }
      })
    const seen = new Map<string, number>()
    for (let round = 0; round < cases; round += 1) {
      const { name, bytes: original, pageSize, later } = oneOf(originals, below(originals.length))
      const kind = oneOf(kinds, below(kinds.length))
      const bytes = Buffer.from(original)
      const pages = bytes.length / pageSize
      const page = below(pages) * pageSize
      const other = below(pages) * pageSize
      const at = 100 + below(bytes.length - 100)
      if (kind === 'flip a bit') bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << below(8)), at)
      if (kind === 'change a byte') bytes.writeUInt8(below(256), at)
      if (kind === 'zero a sector')
        bytes.fill(0, Math.max(100, at - (at % 512)), at - (at % 512) + 512)
      if (kind === 'zero a page') bytes.fill(0, Math.max(100, page), page + pageSize)
      if (kind === 'fill a page with noise') {
        for (let i = Math.max(100, page); i < page + pageSize; i += 1)
          bytes.writeUInt8(below(256), i)
      }
      if (kind === 'swap two pages' && page > 0 && other > 0) {
        bytes.set(original.subarray(other, other + pageSize), page)
        bytes.set(original.subarray(page, page + pageSize), other)
      }
      if (kind === 'copy one page over another' && page > 0)
        bytes.copy(bytes, page, other, other + pageSize)
      if (kind === 'shift a page')
        bytes.copyWithin(Math.max(100, page) + 64, Math.max(100, page), page + pageSize - 64)
      if (kind === 'keep a stale page' && page > 0) {
        bytes.set(later.subarray(page, Math.min(page + pageSize, later.length)), page)
      }
      const both = bothWays(bytes)
      if (!both) continue
      const { whole, linear } = both
      const what = `round ${round}: ${kind} at ${at}, page ${page}, in ${name}: ${whole.detail} | ${linear.detail}`
      expect(linear.outcome === 'passed', what).toBe(whole.outcome === 'passed')
      // Where integrity_check cannot tell what is computed from what is stored, the scans may.
      if (whole.outcome !== 'unverifiable')
        expect(linear.outcome === 'failed', what).toBe(whole.outcome === 'failed')
      seen.set(whole.outcome, (seen.get(whole.outcome) ?? 0) + 1)
    }
    expect(seen.get('failed')).toBeGreaterThan(cases / 4)
    expect(seen.get('passed')).toBeGreaterThan(0)
  })
})
