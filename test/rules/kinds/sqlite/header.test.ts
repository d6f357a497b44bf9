import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  headBytes,
  headerBytes,
  judgeHeader,
  judgeOverlong,
  mostUnpacked,
  readHeader,
} from '../../../../lib/rules/kinds/sqlite/header'
import { casesOf } from '../../../cases'
import { told } from '../../../fixtures/told/entries'

type Fields = {
  pageSize?: number
  pageCount?: number
  changes?: number
  /** The change counter when the page count was written. */
  countedAt?: number
  format?: number
  encoding?: number
}

/** The first 100 bytes of a database of three pages, or of what the fields say. */
const headOf = (fields: Fields = {}): Buffer => {
  const head = Buffer.alloc(headerBytes)
  head.write('SQLite format 3\0', 'latin1')
  const pageSize = fields.pageSize ?? 4096
  head.writeUInt16BE(pageSize === 65536 ? 1 : pageSize, 16)
  head.writeUInt8(fields.format ?? 1, 18)
  head.writeUInt8(fields.format ?? 1, 19)
  head.writeUInt32BE(fields.changes ?? 7, 24)
  head.writeUInt32BE(fields.pageCount ?? 3, 28)
  head.writeUInt32BE(fields.encoding ?? 1, 56)
  head.writeUInt32BE(fields.countedAt ?? fields.changes ?? 7, 92)
  return head
}

const judged = (head: Buffer, sizeBytes: number) => judgeHeader(head, sizeBytes).finding

/** A whole file of these first bytes. */
const judgedFile = (bytes: Buffer) => judged(bytes.subarray(0, headBytes), bytes.length)

/** Bytes without any pattern, the same for the same seed. */
const noise = (seed: number, length = headerBytes): Buffer => {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, block) =>
    createHash('sha256').update(`${seed} ${block}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

describe('a whole database', () => {
  test.each(
    [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536].map((pageSize) => ({ pageSize })),
  )('passes with pages of $pageSize bytes', ({ pageSize }) => {
    const { finding, header } = judgeHeader(headOf({ pageSize }), 3 * pageSize)
    expect(finding.outcome).toBe('passed')
    expect(header).toMatchObject({ pageSize, pageCount: 3 })
  })

  test('reads well', () => {
    expect([
      told(judged(headOf(), 12_288)),
      told(judged(headOf({ pageCount: 1, format: 2 }), 4096)),
      told(judged(headOf({ encoding: 0, pageCount: 1 }), 4096)),
      told(judged(headOf({ encoding: 2 }), 12_288)),
      told(judged(headOf({ encoding: 3 }), 12_288)),
      told(judged(headOf({ encoding: 4 }), 12_288)),
    ]).toMatchInlineSnapshot(`
      [
        "passed header: 3 pages of 4096 bytes, UTF-8.",
        "passed header: 1 page of 4096 bytes, UTF-8, WAL mode.",
        "passed header: 1 page of 4096 bytes, no text encoding yet.",
        "passed header: 3 pages of 4096 bytes, UTF-16le.",
        "passed header: 3 pages of 4096 bytes, UTF-16be.",
        "passed header: 3 pages of 4096 bytes, unknown text encoding.",
      ]
    `)
  })

  test('tells what stands in its header', () => {
    const head = headOf({ format: 2 })
    head.writeUInt8(12, 20)
    expect(readHeader(head)).toEqual({
      pageSize: 4096,
      pageCount: 3,
      isWal: true,
      encoding: 'UTF-8',
      reservedBytes: 12,
    })
  })

  test.each([
    { write: 1, read: 1, isWal: false },
    { write: 2, read: 1, isWal: true },
    { write: 1, read: 2, isWal: true },
    { write: 2, read: 2, isWal: true },
  ])('is in WAL mode with versions $write and $read: $isWal', ({ write, read, isWal }) => {
    const head = headOf()
    head.writeUInt8(write, 18)
    head.writeUInt8(read, 19)
    expect(readHeader(head)?.isWal).toBe(isWal)
  })

  test('of any page size and count passes at exactly its size and at no other', () => {
    const exponents = fc.integer({ min: 9, max: 16 })
    const counts = fc.integer({ min: 1, max: 2 ** 32 - 1 })
    const more = fc.oneof(fc.constant(0), fc.integer({ min: -511, max: 511 }), fc.maxSafeNat())
    fc.assert(
      fc.property(exponents, counts, fc.nat(), more, (exponent, pageCount, changes, extra) => {
        const pageSize = 2 ** exponent
        const { outcome } = judged(
          headOf({ pageSize, pageCount, changes }),
          pageSize * pageCount + extra,
        )
        expect(outcome).toBe(extra === 0 ? 'passed' : 'failed')
      }),
    )
  })
})

describe('a page size', () => {
  test.each(
    [0, 2, 256, 511, 513, 1000, 4095, 4097, 32_767, 32_769, 65_535].map((size) => ({ size })),
  )('of $size cannot be', ({ size }) => {
    const { finding, header } = judgeHeader(headOf({ pageSize: size }), 3 * size)
    expect(finding.outcome).toBe('failed')
    expect(header).toBeUndefined()
  })

  test('that cannot be is told', () => {
    expect(told(judged(headOf({ pageSize: 1000 }), 3000))).toMatchInlineSnapshot(
      `"failed header: The header names a page size of 1000, which cannot be. -> Push again; if this comes back, look for a full or failing disk."`,
    )
  })
})

describe('a size', () => {
  const stale = { changes: 8, countedAt: 7, pageCount: 99 }
  test.each([
    { fields: {}, size: 12_287, outcome: 'failed', why: 'one byte is missing' },
    { fields: {}, size: 12_288, outcome: 'passed', why: 'exactly what the header says' },
    { fields: {}, size: 12_289, outcome: 'failed', why: 'one byte follows the end' },
    { fields: {}, size: 8192, outcome: 'failed', why: 'a page is missing' },
    { fields: {}, size: 16_384, outcome: 'failed', why: 'a page follows the end' },
    { fields: {}, size: headerBytes, outcome: 'failed', why: 'only the header is there' },
    {
      fields: stale,
      size: 12_287,
      outcome: 'failed',
      why: 'no whole page, though none is counted',
    },
    { fields: stale, size: 12_288, outcome: 'passed', why: 'a stale count says nothing' },
    {
      fields: stale,
      size: 12_289,
      outcome: 'failed',
      why: 'no whole page, though none is counted',
    },
    { fields: { pageCount: 0 }, size: 12_288, outcome: 'passed', why: 'no count, as of old' },
    {
      fields: { pageCount: 0 },
      size: 12_000,
      outcome: 'failed',
      why: 'no count, and no whole page',
    },
  ])('of $size bytes: $outcome ($why)', ({ fields, size, outcome }) => {
    expect(judged(headOf(fields), size).outcome).toBe(outcome)
  })

  test('that is wrong reads well', () => {
    expect([
      told(judged(headOf(), 8192)),
      told(judged(headOf(), 12_289)),
      told(judged(headOf({ pageCount: 1 }), 2048)),
      told(judged(headOf(stale), 12_000)),
    ]).toMatchInlineSnapshot(`
      [
        "failed header: The header speaks of 12288 bytes (3 pages of 4096); the file has 8192. It is short: its tail is missing. -> Push again; if this comes back, look for a full or failing disk.",
        "failed header: The header speaks of 12288 bytes (3 pages of 4096); the file has 12289. It is too long: bytes follow its end. -> Push again; if this comes back, look for a full or failing disk.",
        "failed header: The header speaks of 4096 bytes (1 page of 4096); the file has 2048. It is short: its tail is missing. -> Push again; if this comes back, look for a full or failing disk.",
        "failed header: The file has 12000 bytes, which is no whole number of pages of 4096: it was cut off, or bytes follow its end. -> Push again; if this comes back, look for a full or failing disk.",
      ]
    `)
  })
})

describe('a file that ends inside its header', () => {
  test('is told at every length from 1 to 99 bytes, and never passes', () => {
    for (let length = 1; length < headerBytes; length += 1) {
      const { finding, header } = judgeHeader(headOf().subarray(0, length), length)
      const bytes = length === 1 ? '1 byte' : `${length} bytes`
      expect(finding.detail).toBe(`The file ends after ${bytes}, inside the database header.`)
      expect(finding.outcome).toBe('failed')
      expect(header).toBeUndefined()
    }
  })

  test('is not one when it never began as a database', () => {
    for (let length = 1; length < headerBytes; length += 1) {
      const head = headOf().subarray(0, length)
      head.write('T', 'latin1')
      expect(judged(head, length).detail).toContain('it is not an SQLite database')
    }
  })
})

describe('something else than a database', () => {
  const filled = (text: string) => Buffer.from(text.padEnd(4096, '.'))
  /** As well packed as only archives, pictures and encrypted files are. */
  const packed = (mark: string) => Buffer.concat([Buffer.from(mark, 'hex'), noise(1, 4096)])
  /** The head of a tar archive: a name, figures in octal, and from byte 257 on its mark. */
  const tar = (begins: string): Buffer => {
    const bytes = Buffer.alloc(10_240)
    bytes.write(begins, 'latin1')
    bytes.write('0000644\0', 100, 'latin1')
    bytes.write('ustar', 257, 'latin1')
    return bytes
  }
  const marks = {
    zstd: '28b52ffd',
    xz: 'fd377a585a00',
    bzip2: '425a6839314159265359',
    zip: '504b0304',
    '7-Zip': '377abcaf271c',
    RAR: '526172211a0701',
    LZ4: '04224d18',
    PNG: '89504e470d0a1a0a',
    JPEG: 'ffd8ffe0',
    PDF: '255044462d312e37',
  }
  const cases = [
    { name: 'an empty file', bytes: Buffer.alloc(0) },
    { name: 'a gzip archive', bytes: gzipSync(noise(1, 4096)) },
    { name: 'a saved XML answer', bytes: filled('<?xml version="1.0"?><Error>') },
    { name: 'a saved HTML page', bytes: filled('<!DOCTYPE html><title>502') },
    { name: 'a page of html alone', bytes: filled('\n  <HTML><body>') },
    { name: 'a dump by sqlite3', bytes: filled('PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;') },
    { name: 'a dump without its pragma', bytes: filled('BEGIN TRANSACTION;') },
    { name: 'a dump of tables', bytes: filled('create table tokens (key);') },
    { name: 'a dump that begins with a remark', bytes: filled('-- PostgreSQL database dump') },
    { name: 'zeros', bytes: Buffer.alloc(4096) },
    ...Object.entries(marks).map(([name, mark]) => ({ name, bytes: packed(mark) })),
    { name: 'a tar archive', bytes: tar('shop.db') },
    { name: 'a tar archive of a dump', bytes: tar('--dump.sql') },
    { name: 'bytes without any pattern', bytes: noise(1, 4096) },
    { name: 'text', bytes: filled('The quick brown fox') },
    { name: 'a database whose first letter is wrong', bytes: filled('sQLite format 3\0') },
    { name: 'an older SQLite', bytes: filled('** This file contains an SQLite 2.1 database **') },
  ]

  test.each(cases)('is known for what it is: $name', ({ bytes }) => {
    const { finding, header } = judgeHeader(bytes.subarray(0, headBytes), bytes.length)
    expect(header).toBeUndefined()
    expect(finding.outcome).not.toBe('passed')
    expect(finding.mend).toBeDefined()
  })

  test('reads well', () => {
    const words = cases.map(({ bytes }) => told(judgedFile(bytes)))
    expect([...new Set(words)]).toMatchInlineSnapshot(`
      [
        "failed header: The file is empty (0 bytes): the copy never ran, or the disk was full. -> Check the path and the free space on the host, then push again.",
        "failed header: This is a gzip archive, not a database. -> Push the database itself, or let push.sh compress it with --gzip.",
        "failed header: This is a saved XML or HTML page, most likely an error answer kept as a file. -> Look at how the file was fetched; take the copy from the live database again.",
        "failed header: This is a text dump of SQL statements, not a database file. -> Push the database file itself; push.sh takes the copy through SQLite.",
        "failed header: The file begins with zeros: its first page was never written. -> Look for a full or failing disk on the host, then push again.",
        "failed header: This is a zstd archive, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is an xz archive, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is a bzip2 archive, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is a zip archive, or a document that is one, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is a 7-Zip archive, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is a RAR archive, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is an LZ4 archive, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is a PNG picture, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is a JPEG picture, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is a PDF document, not a database. -> Check which file the path on the host names, then push the database itself.",
        "failed header: This is a tar archive, not a database. -> Check which file the path on the host names, then push the database itself.",
        "unverifiable header: The file does not begin as SQLite does, and its bytes look encrypted (SQLCipher or the like). -> Snapproof cannot open encrypted files. Push a plain copy, or check this one where its key is known.",
        "failed header: The file does not begin with "SQLite format 3": it is not an SQLite database. -> Check which file the path on the host names, then push again.",
      ]
    `)
  })

  test.each(Object.entries(marks))('is no archive for half of its mark: %s', (_, mark) => {
    const half = packed(mark.slice(0, 6))
    const { finding } = judgeHeader(half.subarray(0, headBytes), half.length)
    expect(finding.detail).toContain('look encrypted')
  })

  test('is a tar archive by the whole of its mark, and nowhere else', () => {
    const cut = (end: number) => judged(tar('shop.db').subarray(0, end), end).detail
    expect(cut(262)).toContain('a tar archive')
    expect(cut(261)).not.toContain('a tar archive')
    const shifted = Buffer.concat([Buffer.from('x'), tar('shop.db')])
    expect(judgedFile(shifted).detail).not.toContain('a tar archive')
  })

  test.each([
    { name: 'one zero byte', head: Buffer.alloc(1), size: 1, says: 'begins with zeros' },
    { name: '99 zero bytes', head: Buffer.alloc(99), size: 99, says: 'begins with zeros' },
    { name: 'the mark of gzip alone', head: Buffer.from([0x1f, 0x8b]), size: 2, says: 'gzip' },
    {
      name: 'half the mark of gzip',
      head: Buffer.from([0x1f, 0]),
      size: 2,
      says: 'is not an SQLite',
    },
    {
      name: 'the end of the mark of gzip',
      head: Buffer.from([0, 0x8b]),
      size: 2,
      says: 'is not a',
    },
    { name: 'a page cut at once', head: Buffer.from('<?xml'), size: 5, says: 'XML or HTML' },
    {
      name: 'html that is only spoken of',
      head: Buffer.from('see <html>'),
      size: 10,
      says: 'is not a',
    },
    {
      name: 'one byte of data among zeros',
      head: Buffer.alloc(100, '\0\0\x01'),
      size: 4096,
      says: 'is not',
    },
  ])('has few bytes: $name', ({ head, size, says }) => {
    expect(judged(head, size).detail).toContain(says)
  })

  test('looks encrypted from 66 different bytes on', () => {
    const head = (distinct: number) =>
      Buffer.from(
        Array.from({ length: headerBytes }, (_, place) => 50 + Math.min(place, distinct - 1)),
      )
    expect(judged(head(65), 4096).outcome).toBe('failed')
    expect(judged(head(66), 4096).outcome).toBe('unverifiable')
    expect(judged(head(99).subarray(0, 99), 99).outcome).toBe('failed')
  })

  test('is never called bad when it may well be encrypted', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const head = noise(seed)
        // One in some thousands begins with the mark of something else.
        fc.pre(head.readUInt16BE(0) !== 0x1f8b && !/^\s*</.test(head.toString('latin1')))
        expect(judged(head, 40_960).outcome).toBe('unverifiable')
      }),
    )
  })
})

describe('any bytes at all', () => {
  const heads = fc.uint8Array({ maxLength: headerBytes }).map((bytes) => Buffer.from(bytes))
  const begun = heads.map((bytes) =>
    Buffer.concat([Buffer.from('SQLite format 3\0'), bytes]).subarray(0, headerBytes),
  )

  test('are answered, and pass only as whole pages of a true page size', () => {
    fc.assert(
      fc.property(fc.oneof(heads, begun), fc.nat(), (head, more) => {
        const sizeBytes = head.length < headerBytes ? head.length : head.length + more
        const { finding, header } = judgeHeader(head, sizeBytes)
        expect(finding.check).toBe('header')
        expect(header !== undefined).toBe(finding.outcome === 'passed')
        if (header) expect(sizeBytes % header.pageSize).toBe(0)
        else expect(finding.mend).toBeDefined()
      }),
      { numRuns: casesOf(500) },
    )
  })
})

describe('a version of the file format', () => {
  test.each([
    { write: 255, read: 255, outcome: 'unverifiable' },
    { write: 3, read: 3, outcome: 'unverifiable' },
    { write: 4, read: 3, outcome: 'unverifiable' },
    { write: 3, read: 2, outcome: 'passed' },
    { write: 2, read: 2, outcome: 'passed' },
    // SQLite itself calls this one no database.
    { write: 1, read: 65, outcome: 'passed' },
  ])('that is $write to write and $read to read is $outcome', ({ write, read, outcome }) => {
    const head = headOf()
    head.writeUInt8(write, 18)
    head.writeUInt8(read, 19)
    expect(judged(head, 3 * 4096).outcome).toBe(outcome)
  })

  test('is named, with who is known to write it', () => {
    expect(judged(headOf({ format: 255 }), 3 * 4096)).toMatchInlineSnapshot(`
      {
        "check": "header",
        "detail": "Another or a newer SQLite wrote it: the header names version 255 of the file format, and the SQLite here reads up to 2 (Turso’s journal_mode=mvcc is 255).",
        "mend": "Let the program that wrote it make a copy that SQLite reads, for example by PRAGMA journal_mode=wal, and push that.",
        "outcome": "unverifiable",
      }
    `)
    expect(judged(headOf({ format: 3 }), 3 * 4096).detail).not.toContain('Turso')
  })

  test('of another SQLite is no excuse for a tail that is missing', () => {
    expect(judged(headOf({ format: 255 }), 2 * 4096).outcome).toBe('failed')
  })
})

describe('what comes out of an archive', () => {
  test.each([
    { name: 'that says its length', fields: {}, most: 2 * 3 * 4096 + 2 ** 20 },
    { name: 'whose length does not count', fields: { countedAt: 1 }, most: Infinity },
  ])('is, of a database $name, at most $most', ({ fields, most }) => {
    expect(mostUnpacked(headOf(fields))).toBe(most)
  })

  test('is of no database no more than what tells so', () => {
    expect(mostUnpacked(Buffer.alloc(100))).toBe(100)
    expect(judgeOverlong(Buffer.alloc(100), 5e6).detail).toContain('begins with zeros')
  })

  test('and goes on behind its end is told by what was unpacked of it', () => {
    expect(judgeOverlong(headOf(), 5e6)).toMatchInlineSnapshot(`
      {
        "check": "header",
        "detail": "The header speaks of 12288 bytes; more than 1073152 came out of the archive, and the rest was not unpacked. It is too long: bytes follow its end.",
        "mend": "Push again; if this comes back, look at what writes the archive.",
        "outcome": "failed",
      }
    `)
  })
})
