/** What stands in an index, value by value, as it was put there; and what does not fit is odd. */
import { describe, expect, test } from 'vitest'

import { layoutOf, walkIndex } from '../../../../lib/adapters/sqlite/checks/index-entries'
import type { KeyEntry } from '../../../../lib/adapters/sqlite/checks/index-entries'
import { ask } from '../../../../lib/adapters/sqlite/engine/ask'
import { bytesSource, closeQuietly, made, openSession } from '../sessions'

const opened = (bytes: Uint8Array) => {
  const session = openSession(bytesSource(new Uint8Array(bytes)))
  if (!session) throw new Error('SQLite does not open it')
  return session
}

const rootOf = (bytes: Uint8Array, name: string): number => {
  const session = opened(bytes)
  const answer = ask(session, `SELECT rootpage FROM sqlite_schema WHERE name = '${name}'`)
  closeQuietly(session.db)
  return 'rows' in answer ? Number(answer.rows[0]?.[0]) : 0
}

/** As `quote()` of SQLite writes it, but for numbers, which are told with their lower half. */
const toldOf = ({ bytes, values, count }: KeyEntry): string =>
  values
    .slice(0, count)
    .map(({ kind, number, low, start, length }) => {
      const own = Buffer.from(bytes.subarray(start, start + length))
      if (kind === 0) return 'NULL'
      if (kind === 1) return `${number}/${low}`
      return kind === 2 ? `'${own.toString()}'` : `X'${own.toString('hex')}'`
    })
    .join(' ')

const walked = (bytes: Uint8Array, root: number, { least = 2, most = 2 } = {}) => {
  // Of what SQLite has opened it reads the header: what is walked may be another file.
  const session = {
    ...opened(made('CREATE TABLE t (a)')),
    source: bytesSource(new Uint8Array(bytes)),
  }
  const told: string[] = []
  const before: (string | undefined)[] = []
  try {
    walkIndex(session, {
      layout: layoutOf(session),
      root,
      least,
      most,
      take: (previous, entry) => {
        before.push(previous && toldOf(previous))
        told.push(toldOf(entry))
      },
    })
  } finally {
    closeQuietly(session.db)
  }
  return { told, before }
}

describe('the layout of a file', () => {
  test.each([
    { sql: 'PRAGMA page_size=512', pageBytes: 512, isUtf8: true },
    { sql: 'PRAGMA page_size=65536', pageBytes: 65_536, isUtf8: true },
    { sql: `PRAGMA page_size=1024; PRAGMA encoding='UTF-16le'`, pageBytes: 1024, isUtf8: false },
  ])('is read after $sql', ({ sql, pageBytes, isUtf8 }) => {
    const bytes = made(`${sql}; CREATE TABLE t (a)`)
    bytes.writeUInt8(0, 20)
    const session = opened(bytes)
    expect(layoutOf(session)).toEqual({ pageBytes, usableBytes: pageBytes, pageCount: 2, isUtf8 })
    closeQuietly(session.db)
  })

  test('leaves the end of each page to whoever reserved it, and a page that is not whole', () => {
    const bytes = made('PRAGMA page_size=512; CREATE TABLE t (a)')
    const session = opened(bytes)
    bytes.writeUInt8(12, 20)
    const source = bytesSource(new Uint8Array(Buffer.concat([bytes, Buffer.alloc(511)])))
    const layout = { pageBytes: 512, usableBytes: 500, pageCount: 2, isUtf8: true }
    expect(layoutOf({ ...session, source })).toEqual(layout)
    closeQuietly(session.db)
  })
})

const small = [0, 1, 2, 127, 128, 32_767, 32_768, 8_388_607, 8_388_608, 2 ** 31 - 1, 2 ** 31]
const large = [2 ** 47 - 1, 2 ** 47, 2 ** 53 - 1, 1.5, 0.1, 1e300, 12_345_678_901]
const numbers = [...small, ...large].flatMap((one) => (one === 0 ? [0] : [-one, one]))

/** The lower 32 bits of a whole number as it is stored; of another one, what its double says. */
const lowerHalf = (number: number): number =>
  Number.isInteger(number) && Math.abs(number) < 2 ** 63
    ? Number(BigInt.asIntN(32, BigInt(number)))
    : number | 0

describe('an index', () => {
  test('holds numbers of each length, and no number as NULL', () => {
    const rows = numbers.map((one, at) => `(${at + 1}, ${one})`).join()
    const bytes = made(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES ${rows}, (900, NULL); CREATE INDEX i ON t(a)`,
    )
    const sorted = numbers
      .map((one, at) => ({ one, id: at + 1 }))
      .toSorted((a, b) => a.one - b.one)
      .map(
        ({ one, id }) => `${one}/${Number.isInteger(one) ? lowerHalf(one) : one | 0} ${id}/${id}`,
      )
    expect(walked(bytes, rootOf(bytes, 'i')).told).toEqual(['NULL 900/900', ...sorted])
  })

  test('holds texts and bytes, over several levels, and what goes on in other pages', () => {
    const texts = Array.from({ length: 400 }, (_, at) => {
      const size = at % 50 === 0 ? 100 + at * 9 : at % 40
      return String(at).padStart(3, '0') + 'x'.repeat(size)
    })
    const rows = texts.map((text, at) => `(${at + 1}, '${text}')`).join()
    const bytes = made(
      `PRAGMA page_size=512; CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES ${rows}, (900, x'00ff'); CREATE INDEX i ON t(a)`,
    )
    const all = texts.map((text, at) => `'${text}' ${at + 1}/${at + 1}`)
    const { told, before } = walked(bytes, rootOf(bytes, 'i'))
    expect(told).toEqual([...all, `X'00ff' 900/900`])
    expect(before).toEqual([undefined, ...all])
  })
})

test('holds keys of every length, whether they fit into their page or go on in others', () => {
  const sql = `PRAGMA page_size=512; CREATE TABLE t (id INTEGER PRIMARY KEY, a);
    WITH RECURSIVE n(i) AS (SELECT 60 UNION ALL SELECT i + 1 FROM n WHERE i < 1250)
    INSERT INTO t SELECT i, printf('%04d', i) || hex(zeroblob(i / 2)) || substr('0', 1, i % 2) FROM n; CREATE INDEX i ON t(a)`
  const bytes = made(sql)
  const all = Array.from({ length: 1191 }, (_, at) => {
    const id = at + 60
    return `'${String(id).padStart(4, '0')}${'0'.repeat(id)}' ${id}/${id}`
  })
  const { told, before } = walked(bytes, rootOf(bytes, 'i'))
  expect(told).toEqual(all)
  expect(before).toEqual([undefined, ...all.slice(0, -1)])
})

const one = made(
  'PRAGMA page_size=512; CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); CREATE INDEX i ON t(a)',
)
const oneRoot = rootOf(one, 'i')
const pageAt = (oneRoot - 1) * 512

/** The small index with these bytes of its page changed. */
const changed = (changes: Record<number, number>): Buffer => {
  const bytes = Buffer.from(one)
  for (const [at, byte] of Object.entries(changes)) bytes.writeUInt8(byte, pageAt + Number(at))
  return bytes
}

const firstCell = one.readUInt16BE(pageAt + 8)

describe('is odd, and left to SQLite:', () => {
  test.each([
    { name: 'a page of another kind', bytes: changed({ 0: 13 }), says: 'another kind' },
    {
      name: 'an entry outside its page',
      bytes: changed({ 8: 1, 9: 255 }),
      says: 'outside its page',
    },
    { name: 'a type that is reserved', bytes: changed({ [firstCell + 2]: 10 }), says: 'reserved' },
    {
      name: 'a value longer than its entry',
      bytes: changed({ [firstCell + 2]: 6 }),
      says: 'a value ends outside',
    },
    {
      name: 'a length that its values have not',
      bytes: changed({ [firstCell + 1]: 2 }),
      says: 'another length',
    },
    {
      name: 'a length without an end',
      bytes: changed(
        Object.fromEntries(
          Array.from({ length: 7 }, (_, at) => [500 + at, 255]).concat([
            [8, 1],
            [9, 244],
          ]),
        ),
      ),
      says: 'a length is out of all bounds',
    },
    {
      name: 'a length that ends with its page',
      bytes: changed({ 8: 1, 9: 255, 511: 0x80 }),
      says: 'it ends too early',
    },
    {
      name: 'an entry of more than 8 MiB',
      bytes: changed({ 8: 1, 9: 244, 500: 0x84, 501: 0x80, 502: 0x80, 503: 1 }),
      says: 'an entry is very large',
    },
    {
      name: 'an entry of 8 MiB that its page has no room for',
      bytes: changed({ 8: 1, 9: 244, 500: 0x84, 501: 0x80, 502: 0x80, 503: 0 }),
      says: 'an entry ends outside its page',
    },
    {
      name: 'a page that leads to itself',
      bytes: changed({ 0: 2, 3: 0, 4: 0, 8: 0, 9: 0, 10: 0, 11: oneRoot }),
      says: 'a page is none',
    },
    {
      name: 'a page that leads to itself in a file of many',
      bytes: Buffer.concat([
        changed({ 0: 2, 3: 0, 4: 0, 8: 0, 9: 0, 10: 0, 11: oneRoot }),
        Buffer.alloc(512 * 40),
      ]),
      says: 'the tree is too deep',
    },
  ])('$name', ({ bytes, says }) => {
    expect(() => walked(bytes, oneRoot)).toThrow(says)
  })

  test.each([
    { least: 3, most: 3 },
    { least: 1, most: 1 },
  ])('other columns than $least', (columns) => {
    expect(() => walked(one, oneRoot, columns)).toThrow('other columns')
  })

  test.each([0, 99])('a page that is none: %i', (root) => {
    expect(() => walked(one, root)).toThrow('a page is none')
  })
})
