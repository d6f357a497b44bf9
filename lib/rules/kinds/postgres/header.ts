/**
 * Is this a dump that can be read here? Its first bytes, and what it says of itself, tell. What is another
 * format is named with what to do, and is no damaged dump.
 */
import { passed } from '../../verdict/verdict'
import type { Finding } from '../../verdict/verdict'

import { headBytes } from './outline'
import type { Outline } from './outline'

type Told = Pick<Outline, 'head' | 'sizeBytes' | 'remarks' | 'databases'>

const failed = (detail: string, mend: string): Finding => ({
  check: 'header',
  outcome: 'failed',
  detail,
  mend,
})

const unreadable = (detail: string, mend: string): Finding => ({
  check: 'header',
  outcome: 'unverifiable',
  detail,
  mend,
})

const takePlain = 'Dump in the plain format: pg_dump without -F, and gzip behind it.'

/** Without a server it can be turned into the plain format, which is then read here. */
const turnPlain = `${takePlain} This one is turned into it by: pg_restore -f dump.sql FILE`

const archives: Readonly<Record<string, RegExp>> = {
  'a gzip archive in a gzip archive': /^1f8b08/,
  'a zstd archive': /^28b52ffd/,
  'an lz4 archive': /^04224d18/,
  'an xz archive': /^fd377a585a00/,
  'a bzip2 archive': /^425a683[1-9]/,
  'a zip archive': /^504b0304/,
  'an encrypted file (age)': /^6167652d656e6372797074696f6e/,
}

const isTar = (head: Buffer): boolean => head.toString('latin1', 257, 262) === 'ustar'

const text = (head: Buffer): string => head.toString('latin1')

/** Of a dump, whatever stands before it. */
const beginsLate = /^-- PostgreSQL database (cluster )?dump$/m

const complaint = /^(pg_dump|pg_dumpall|psql)(: |\.exe: )/

type Other = { is: (head: Buffer) => boolean; finding: Finding }

/** What a "dump" comes to be instead, told by its first bytes. */
const others: readonly Other[] = [
  {
    is: (head) => head.length === 0,
    finding: failed(
      'The file is empty (0 bytes): pg_dump never ran, or the disk was full.',
      'Check what pg_dump says on the host, and the free space there, then push again.',
    ),
  },
  {
    is: (head) => text(head).startsWith('PGDMP'),
    finding: unreadable(
      'This is a dump in the custom format of pg_dump, or the table of contents of one in the directory format.',
      turnPlain,
    ),
  },
  {
    is: (head) => isTar(head) && text(head).startsWith('toc.dat\0'),
    finding: unreadable('This is a dump in the tar format of pg_dump.', turnPlain),
  },
  {
    is: isTar,
    finding: unreadable(
      'This is a tar archive; it may hold a dump in the directory format of pg_dump.',
      turnPlain,
    ),
  },
  ...Object.entries(archives).map(([what, begins]) => ({
    is: (head: Buffer) => begins.test(head.toString('hex')),
    finding: unreadable(`This is ${what}; it cannot be opened here.`, takePlain),
  })),
  {
    is: (head) => /^(fffe|feff)/.test(head.toString('hex')),
    finding: unreadable(
      'This is text in UTF-16, as ">" of PowerShell writes it; psql cannot read it.',
      'Let pg_dump write the file itself: pg_dump -f dump.sql',
    ),
  },
  {
    is: (head) => text(head).startsWith('-----BEGIN PGP'),
    finding: unreadable('This is an encrypted file (PGP); it cannot be opened here.', takePlain),
  },
  {
    is: (head) => /^-- (MySQL|MariaDB) dump/.test(text(head)) || /^\/\*M?!/.test(text(head)),
    finding: unreadable('This is a dump of MySQL or MariaDB, not of PostgreSQL.', takePlain),
  },
  {
    is: (head) => text(head).startsWith('PRAGMA foreign_keys='),
    finding: unreadable(
      'This is a dump of SQLite as text, not of PostgreSQL.',
      'Push the database file itself; push.sh takes the copy through SQLite.',
    ),
  },
  {
    is: (head) => text(head).startsWith('SQLite format 3\0'),
    finding: failed(
      'This is an SQLite database, not a dump of PostgreSQL.',
      'Check which file is pushed, and its kind in lib/databases.ts.',
    ),
  },
  {
    is: (head) => /^\s*<(\?xml|!doctype|html)/i.test(text(head)),
    finding: failed(
      'This is a saved XML or HTML page, most likely an error answer kept as a file.',
      'Look at how the file was fetched; take the dump from the live database again.',
    ),
  },
  {
    is: (head) => complaint.test(text(head)),
    finding: failed(
      'This is what pg_dump had to complain of, not a dump.',
      'Read its first lines: they say why there is no dump. Keep errors out of the file, and check the exit status of pg_dump.',
    ),
  },
]

/** No text holds them, but for what parts its lines and words. */
const isControl = (byte: number): boolean => byte < 9 || (byte > 13 && byte < 32)

/** Bytes of an encrypted file look random; those of any ordinary format do not. */
const looksRandom = (head: Buffer): boolean => head.some(isControl) && new Set(head).size > 150

const several = unreadable(
  'This is the output of pg_dumpall: several databases in one script.',
  'Dump each database by itself with pg_dump, and push each under its own name.',
)

const behindOthers = failed(
  'Before the first line of pg_dump stand others that are no SQL: psql takes them for the beginning of a statement, and refuses it.',
  'Look at the first lines: a warning of ssh, docker or kubectl, or what pg_dump had to complain of. Keep what is said on stderr out of the file: 2>errors.log, and no -t for docker or kubectl.',
)

/** Its first line stands within what psql takes for a statement; its last one is there. */
const isBehindOthers = ({ head, remarks }: Told): boolean =>
  remarks.headers === 0 &&
  remarks.trailers > 0 &&
  (beginsLate.test(text(head)) || complaint.test(text(head)))

const rolesAlone = unreadable(
  'This is the output of pg_dumpall for roles and tablespaces alone: no database is in it.',
  'Dump the database with pg_dump, and push that.',
)

/** Where pg_dump's first line is missing. */
const nameless = ({ head, remarks }: Told): Finding => {
  if (looksRandom(head))
    return unreadable(
      'Its bytes are no text, and look encrypted; it cannot be opened here.',
      takePlain,
    )
  if (head.some(isControl))
    return failed('This is no dump: its bytes are no text.', 'Check which file is pushed.')
  if (remarks.trailers > 0)
    return failed(
      'The dump ends as pg_dump ends it, and does not begin as pg_dump begins: its beginning is missing.',
      'Do not restore this copy. Push again, or wait for the next run: it takes a new one.',
    )
  return unreadable(
    'This is text without the first and the last line of pg_dump: whether it is whole cannot be told.',
    'Take the dump with pg_dump itself, and keep its comments in it.',
  )
}

/** Also of dumps that cannot be read here: they are named by this kind. */
export const begins = (head: Uint8Array): boolean => {
  const begun = Buffer.from(head.subarray(0, headBytes))
  const isOther =
    text(begun).startsWith('PGDMP') || (isTar(begun) && text(begun).startsWith('toc.dat\0'))
  return isOther || beginsLate.test(text(begun))
}

export const judgeHeader = (seen: Told): Finding => {
  const { head, remarks, databases } = seen
  if (isBehindOthers(seen)) return behindOthers
  const other = others.find(({ is }) => is(head))
  if (other) return other.finding
  if (remarks.clusters > 0 && remarks.headers === 0) return rolesAlone
  if (remarks.clusters > 0 || databases > 1) return several
  if (remarks.headers === 0) return nameless(seen)
  const { serverVersion, dumpVersion } = remarks
  const made = dumpVersion === undefined ? '' : `, made by pg_dump ${dumpVersion}`
  const of = serverVersion === undefined ? '' : ` of PostgreSQL ${serverVersion}`
  return passed('header', `A plain dump${of}${made}.`)
}
