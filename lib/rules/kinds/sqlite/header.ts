/**
 * Can these bytes be a whole SQLite database? The first 100 bytes and the size tell, before SQLite
 * is asked: it calls an empty file, trailing bytes and a missing tail "ok".
 */
import { countWords } from '../../plain/wording'
import type { Finding } from '../../verdict/verdict'

export const headerBytes = 100

/** So much is read of what might be something else: the mark of a tar archive stands at byte 257. */
export const headBytes = 512

/** https://sqlite.org/fileformat2.html#file_format_version_numbers */
const newestVersion = 2

const pageSizes = new Set([512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536])

const magic = Buffer.from('SQLite format 3\0', 'latin1')

export type Header = {
  pageSize: number
  pageCount: number
  isWal: boolean
  encoding: 'UTF-8' | 'UTF-16le' | 'UTF-16be' | 'no text encoding yet' | 'unknown text encoding'
  reservedBytes: number
}

/**
 * By marks of four bytes at least: an encrypted file may hold any bytes, and is no other thing for
 * that. Most of these are packed so well that they would look encrypted too.
 */
const otherFormats: Readonly<Record<string, RegExp>> = {
  'a zstd archive': /^28b52ffd/,
  'an xz archive': /^fd377a585a00/,
  'a bzip2 archive': /^425a683[1-9]314159265359/,
  'a zip archive, or a document that is one': /^504b(0304|0506|0708)/,
  'a 7-Zip archive': /^377abcaf271c/,
  'a RAR archive': /^526172211a07/,
  'an LZ4 archive': /^04224d18/,
  'a tar archive': /^[0-9a-f]{514}7573746172/,
  'a PNG picture': /^89504e470d0a1a0a/,
  'a JPEG picture': /^ffd8ff(db|e[0-8]|ee)/,
  'a PDF document': /^255044462d/,
}

/** Known ways a "database" comes to be something else, told by its first bytes. */
const culprits: { test: (head: Buffer, size: number) => boolean; what: string; mend: string }[] = [
  {
    test: (_, size) => size === 0,
    what: 'The file is empty (0 bytes): the copy never ran, or the disk was full.',
    mend: 'Check the path and the free space on the host, then push again.',
  },
  {
    test: (head) => head[0] === 0x1f && head[1] === 0x8b,
    what: 'This is a gzip archive, not a database.',
    mend: 'Push the database itself, or let push.sh compress it with --gzip.',
  },
  ...Object.entries(otherFormats).map(([what, begins]) => ({
    test: (head: Buffer) => begins.test(head.toString('hex')),
    what: `This is ${what}, not a database.`,
    mend: 'Check which file the path on the host names, then push the database itself.',
  })),
  {
    test: (head) => /^\s*<(\?xml|!doctype|html)/i.test(head.toString('latin1')),
    what: 'This is a saved XML or HTML page, most likely an error answer kept as a file.',
    mend: 'Look at how the file was fetched; take the copy from the live database again.',
  },
  {
    test: (head) => /^(PRAGMA|BEGIN TRANSACTION|CREATE TABLE|--)/i.test(head.toString('latin1')),
    what: 'This is a text dump of SQL statements, not a database file.',
    mend: 'Push the database file itself; push.sh takes the copy through SQLite.',
  },
  {
    test: (head) => head.subarray(0, headerBytes).every((byte) => byte === 0),
    what: 'The file begins with zeros: its first page was never written.',
    mend: 'Look for a full or failing disk on the host, then push again.',
  },
]

/** Bytes of an encrypted file look random; those of any ordinary format do not. */
const looksRandom = (head: Buffer): boolean => {
  const distinct = new Set(head.subarray(0, headerBytes)).size
  return head.length >= headerBytes && distinct > 65
}

const failed = (detail: string, mend: string): Finding => ({
  check: 'header',
  outcome: 'failed',
  detail,
  mend,
})

const notSqlite = (head: Buffer, sizeBytes: number): Finding => {
  const culprit = culprits.find(({ test }) => test(head, sizeBytes))
  if (culprit) return failed(culprit.what, culprit.mend)
  if (looksRandom(head)) {
    return {
      check: 'header',
      outcome: 'unverifiable',
      detail:
        'The file does not begin as SQLite does, and its bytes look encrypted (SQLCipher or the like).',
      mend: 'Snapproof cannot open encrypted files. Push a plain copy, or check this one where its key is known.',
    }
  }
  return failed(
    'The file does not begin with "SQLite format 3": it is not an SQLite database.',
    'Check which file the path on the host names, then push again.',
  )
}

export const readHeader = (head: Buffer): Header | undefined => {
  if (head.length < headerBytes || !head.subarray(0, 16).equals(magic)) return undefined
  const raw = head.readUInt16BE(16)
  const encodings = ['no text encoding yet', 'UTF-8', 'UTF-16le', 'UTF-16be'] as const
  // The page count in the header counts only when the change counter beside it is current.
  const isCountValid = head.readUInt32BE(24) === head.readUInt32BE(92)
  return {
    pageSize: raw === 1 ? 65_536 : raw,
    pageCount: isCountValid ? head.readUInt32BE(28) : 0,
    isWal: head[18] === 2 || head[19] === 2,
    encoding: encodings[head.readUInt32BE(56)] ?? 'unknown text encoding',
    reservedBytes: head.readUInt8(20),
  }
}

/** A writer that died has left this much behind the end, and not more. */
const mostBehindBytes = 1024 ** 2

/**
 * How much can come out of an archive that begins so? Nothing more is to be learnt of what is no database,
 * nor of one that goes on for long behind its end: a few bytes may unpack to thousands of gigabytes.
 */
export const mostUnpacked = (head: Buffer): number => {
  const header = readHeader(head)
  if (!header) return head.length
  const told = header.pageCount * header.pageSize
  return told === 0 ? Infinity : told * 2 + mostBehindBytes
}

/** Of what was unpacked no further than that. */
export const judgeOverlong = (head: Buffer, unpackedBytes: number): Finding => {
  const header = readHeader(head)
  if (!header) return notSqlite(head, unpackedBytes)
  return failed(
    `The header speaks of ${header.pageCount * header.pageSize} bytes; more than ${mostUnpacked(head)} came out of the archive, and the rest was not unpacked. It is too long: bytes follow its end.`,
    'Push again; if this comes back, look at what writes the archive.',
  )
}

/** The finding, and the header when the file may go on to SQLite. */
export const judgeHeader = (
  head: Buffer,
  sizeBytes: number,
): { finding: Finding; header?: Header } => {
  const pushAgain = 'Push again; if this comes back, look for a full or failing disk.'
  const header = readHeader(head)
  if (!header) {
    const start = head.subarray(0, magic.length)
    const isCut = start.length > 0 && magic.subarray(0, start.length).equals(start)
    const cut = `The file ends after ${countWords(sizeBytes, 'byte')}, inside the database header.`
    return { finding: isCut ? failed(cut, pushAgain) : notSqlite(head, sizeBytes) }
  }
  const { pageSize, pageCount } = header
  if (!pageSizes.has(pageSize)) {
    return {
      finding: failed(`The header names a page size of ${pageSize}, which cannot be.`, pushAgain),
    }
  }
  if (pageCount === 0 && sizeBytes % pageSize > 0) {
    return {
      finding: failed(
        `The file has ${sizeBytes} bytes, which is no whole number of pages of ${pageSize}: it was cut off, or bytes follow its end.`,
        pushAgain,
      ),
    }
  }
  const said = pageCount > 0 ? pageCount * pageSize : sizeBytes
  if (said !== sizeBytes) {
    const relation =
      sizeBytes < said ? 'short: its tail is missing' : 'too long: bytes follow its end'
    return {
      finding: failed(
        `The header speaks of ${said} bytes (${countWords(pageCount, 'page')} of ${pageSize}); the file has ${sizeBytes}. It is ${relation}.`,
        pushAgain,
      ),
    }
  }
  // Of two that differ the other way round one is damaged: no program writes what it does not read.
  const [written, read] = [head.readUInt8(18), head.readUInt8(19)]
  if (read > newestVersion && written >= read) {
    return {
      finding: {
        check: 'header',
        outcome: 'unverifiable',
        detail: `Another or a newer SQLite wrote it: the header names version ${read} of the file format, and the SQLite here reads up to ${newestVersion}${read === 255 ? ' (Turso’s journal_mode=mvcc is 255)' : ''}.`,
        mend: 'Let the program that wrote it make a copy that SQLite reads, for example by PRAGMA journal_mode=wal, and push that.',
      },
    }
  }
  const detail = `${countWords(said / pageSize, 'page')} of ${pageSize} bytes, ${header.encoding}${header.isWal ? ', WAL mode' : ''}.`
  return { finding: { check: 'header', outcome: 'passed', detail }, header }
}
