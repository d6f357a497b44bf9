// JSON that older versions of SQLite took, and that is too deep for the one here.
import { describe, expect, test } from 'vitest'

import { bothWays, made } from '../sessions'

const nested = (levels: number) =>
  `replace(hex(zeroblob(${levels})), '00', '[') || replace(hex(zeroblob(${levels})), '00', ']')`
const json = (levels: number) => `'{"x":5,"y":' || ${nested(levels)} || '}'`

/** As an older version wrote it: in the index stands what is written at the same place by other means. */
const written = ({
  index = `(json_extract(data, '$.x'))`,
  values = json(1500),
  column = 'data TEXT',
  more = '',
}: { index?: string; values?: string; column?: string; more?: string } = {}) =>
  made(`CREATE TABLE t (id INTEGER PRIMARY KEY, ${column}, z); CREATE INDEX iz ON t(z);
    CREATE INDEX ix ON t(CAST(substr(data, 6, 1) AS INT));
    INSERT INTO t(data, z) VALUES (${values}, 'a'), ('{"x":1}', 'b'); ${more}
    PRAGMA writable_schema=1;
    UPDATE sqlite_schema SET sql = 'CREATE INDEX ix ON t' || '${index.replaceAll(`'`, `''`)}' WHERE name = 'ix';`)

const said = (bytes: Buffer, hostSays = '') => {
  const both = bothWays(bytes, hostSays)
  return [both?.whole, both?.linear]
}

describe('JSON too deep for the SQLite here', () => {
  test.each([
    { name: 'an expression', index: undefined },
    { name: 'its arrow', index: `(data ->> '$.x')` },
  ])('in an index on $name is no damage, and the index is named', ({ index }) => {
    for (const finding of said(written(index === undefined ? {} : { index }))) {
      expect(finding).toMatchObject({ outcome: 'warned', code: 'computed' })
      expect(finding?.detail).toContain('for index ix of t comes out otherwise')
    }
  })

  test('is in order where the SQLite of the host says so', () => {
    for (const finding of said(written(), 'ok')) expect(finding?.outcome).toBe('passed')
  })

  test('in a CHECK is no damage', () => {
    const bytes = made(`CREATE TABLE t (data TEXT); INSERT INTO t VALUES (${json(1500)});
      PRAGMA writable_schema=1;
      UPDATE sqlite_schema SET sql = 'CREATE TABLE t (data TEXT CHECK (json_extract(data, ''$.x'') > 0))';`)
    for (const finding of said(bytes)) {
      expect(finding).toMatchObject({ outcome: 'warned', code: 'computed' })
      expect(finding?.detail).toContain('for the CHECK of t')
    }
  })

  test('is named beside a CHECK of another table', () => {
    const bytes = written({
      more: `CREATE TABLE u (data TEXT); INSERT INTO u VALUES (${json(1500)}); PRAGMA writable_schema=1;
        UPDATE sqlite_schema SET sql = 'CREATE TABLE u (data TEXT CHECK (json_valid(data)))' WHERE name = 'u';`,
    })
    for (const finding of said(bytes)) {
      expect(finding).toMatchObject({ outcome: 'warned', code: 'computed' })
      expect(finding?.detail).toContain('for index ix of t, the CHECK of u comes out')
    }
  })

  test.each([
    { name: 'deeper than any version took', values: json(2100) },
    { name: 'no JSON', values: `'{"x":5,"y":'` },
    { name: 'deep, and no JSON', values: `'{"x":5,"y":' || ${nested(1500)}` },
    { name: 'deep in a text', values: `'{"x":5,"y":"' || ${nested(1500)} || '",}}'` },
  ])('is not what is $name: of that nobody can say', ({ values }) => {
    for (const finding of said(written({ values })))
      expect(finding).toMatchObject({
        outcome: 'unverifiable',
        detail: expect.stringContaining('malformed JSON'),
      })
  })

  test('hides no other index, nor another table, nor a page', () => {
    const bytes = written({
      more: 'CREATE TABLE o (a); CREATE INDEX oa ON o(a); INSERT INTO o VALUES (1);',
    })
    const pages = (kind: number) =>
      Array.from({ length: bytes.length / 4096 - 1 }, (_, at) => at + 1).filter(
        (at) => bytes.readUInt8(at * 4096) === kind,
      )
    for (const at of pages(10)) {
      const changed = Buffer.from(bytes)
      // The last byte of the page is the first entry's: its row's id, or its last value.
      changed.writeUInt8(changed.readUInt8(at * 4096 + 4095) ^ 4, at * 4096 + 4095)
      for (const finding of said(changed)) expect(finding?.outcome, `page ${at}`).toBe('failed')
    }
    expect(pages(10)).toHaveLength(3)
    const lost = Buffer.from(bytes)
    lost.writeUInt32BE(1, 36)
    for (const finding of said(lost)) expect(finding?.outcome).toBe('failed')
  })
})
