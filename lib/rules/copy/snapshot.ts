/**
 * How is a snapshot named, and where does it stand? Keys are written and read here and nowhere else.
 *
 *   backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.db
 *   backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.db.sha256
 *   backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.entry.json
 *   backups/tokens_2025-07-04.db                  left by an older script, and adopted as it is
 *   backups/tokens_20250704_010000.gz             likewise, where lib/databases.ts says of what kind
 */
import { createHash } from 'node:crypto'

import { everySuffix, suffixOf, usualKind } from '../kinds/suffixes'
import { minuteMs } from '../plain/time-units'

export const databaseNamePattern = /^[a-z0-9][a-z0-9_-]{0,63}$/

export const databaseNameRule =
  'A database name is 1 to 64 lower-case letters, digits, "-" or "_", and starts with a letter or digit.'

export type Encoding = 'identity' | 'gzip'

/** The parts of a ticket id such as `tokens_2025-07-04T010000Z_3f9a1c`. */
export type SnapshotName = { id: string; database: string; at: Date }

const idPattern =
  /^([a-z0-9][a-z0-9_-]{0,63})_(\d{4})-(\d\d)-(\d\d)T(\d\d)(\d\d)(\d\d)Z_([0-9a-f]{6})$/

/** `mark` is six hexadecimal digits that keep two snapshots of one second apart. */
export const nameSnapshot = (parts: { database: string; at: Date; mark: string }): SnapshotName => {
  const at = new Date(Math.floor(parts.at.getTime() / 1000) * 1000)
  const stamp = at.toISOString().slice(0, 19).replaceAll(':', '')
  return { id: `${parts.database}_${stamp}Z_${parts.mark}`, database: parts.database, at }
}

/** As far as a name may run ahead of the clock; beyond it the newest name is the one that is wrong. */
const aheadAtMostMs = minuteMs

/**
 * The instant for the next name: now, or a second after the newest name where copies come faster
 * than one a second, as when a spool empties. The newest copy is then always the last in order.
 */
export const nextInstant = (now: Date, newest: Date | undefined): Date => {
  const after = (newest?.getTime() ?? Number.NEGATIVE_INFINITY) + 1000
  return after > now.getTime() && after - now.getTime() <= aheadAtMostMs ? new Date(after) : now
}

/** Undefined for anything that is not exactly a ticket id, impossible dates included. */
export const parseId = (id: string): SnapshotName | undefined => {
  const match = idPattern.exec(id)
  if (!match) return undefined
  const [, database = '', year, month, day, hour, minute, second, mark = ''] = match
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(at.getTime())) return undefined
  return nameSnapshot({ database, at, mark }).id === id ? { id, database, at } : undefined
}

export type SnapshotKeys = { snapshot: string; sums: string; entry: string }

/** Where everything of one copy begins. */
const baseOf = (prefix: string, { at, database, id }: SnapshotName): string =>
  `${prefix}${database}/${at.toISOString().slice(0, 7).replace('-', '/')}/${id}`

export const entryKey = (prefix: string, name: SnapshotName): string =>
  `${baseOf(prefix, name)}.entry.json`

/** Without a kind it is of the usual one. */
export const keysOf = (
  prefix: string,
  name: SnapshotName,
  { kind = usualKind, encoding }: { kind?: string | undefined; encoding: Encoding },
): SnapshotKeys => {
  const suffix = `${suffixOf(kind)}${encoding === 'gzip' ? '.gz' : ''}`
  const snapshot = `${baseOf(prefix, name)}${suffix}`
  return { snapshot, sums: `${snapshot}.sha256`, entry: entryKey(prefix, name) }
}

/** Where everything of one database stands, but for what older scripts left. */
export const databasePrefix = (prefix: string, database: string): string => `${prefix}${database}/`

/** What one run leaves to the next, such as `_state/watch.json`; most of it is derived. */
export const stateKey = (prefix: string, name: string): string => `${prefix}_state/${name}`

/** What was planned and done, such as `_journal/tokens/2025/…plan.json`. */
export const journalKey = (prefix: string, name: string): string => `${prefix}_journal/${name}`

/** What was found and told, such as `_reports/drills/2025/07/….json`. */
export const reportKey = (prefix: string, name: string): string => `${prefix}_reports/${name}`

/** What the copies of one database tell of and do not hold, by the day and the hash of each. */
export const contentsPrefix = (prefix: string, database: string): string =>
  `${prefix}_contents/${database}/`

export const contentKey = (prefix: string, database: string, kept: string): string =>
  `${contentsPrefix(prefix, database)}${kept}.gz`

/** The host looked, and nothing had changed. */
export const heartbeatKey = (prefix: string, database: string): string =>
  stateKey(prefix, `${database}/heartbeat.json`)

export type ParsedKey = { kind: 'snapshot' | 'sums' | 'entry'; name: SnapshotName }

/** What a key may end in, and what then stands under it. */
const endings: readonly { ending: string; part: ParsedKey['kind'] }[] = [
  { ending: '.entry.json', part: 'entry' },
  ...everySuffix.flatMap(({ suffix }) => [
    { ending: `${suffix}.gz.sha256`, part: 'sums' as const },
    { ending: `${suffix}.sha256`, part: 'sums' as const },
    { ending: `${suffix}.gz`, part: 'snapshot' as const },
    { ending: suffix, part: 'snapshot' as const },
  ]),
]

/** Undefined for a key that is not ours to the letter: such a key is never touched. */
export const parseKey = (prefix: string, key: string): ParsedKey | undefined => {
  const base = key.slice(key.lastIndexOf('/') + 1)
  const found = endings.find(({ ending }) => base.endsWith(ending))
  if (!found) return parseAdopted(prefix, key)
  const { ending, part } = found
  const name = parseId(base.slice(0, -ending.length))
  if (!name) return parseAdopted(prefix, key)
  return `${baseOf(prefix, name)}${ending}` === key ? { kind: part, name } : undefined
}

/** The kind of a file that nobody announced, by what its name ends in. */
export const kindOfKey = (key: string): string | undefined =>
  everySuffix.find(({ suffix }) => key.endsWith(suffix) || key.endsWith(`${suffix}.gz`))?.kind

const escaped = (text: string): string => text.replaceAll('.', String.raw`\.`)

const ofDay = new RegExp(
  String.raw`^([a-z0-9][a-z0-9_-]{0,63})_(\d{4}-\d\d-\d\d)(?:${everySuffix.map(({ suffix }) => escaped(suffix)).join('|')})(?:\.gz)?$`,
)

/** Of what kind it is, its name does not say. */
const ofSecond = /^([a-z0-9][a-z0-9_-]{0,63})_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)\.gz$/

/** What the name of a file that an older script left says, to the letter. */
const readAdopted = (file: string): { database: string; time: string } | undefined => {
  const [, database, day] = ofDay.exec(file) ?? []
  if (database !== undefined) return { database, time: `${day}T00:00:00.000Z` }
  const match = ofSecond.exec(file)
  if (!match) return undefined
  const [, owner = '', year, month, date, hour, minute, second] = match
  return { database: owner, time: `${year}-${month}-${date}T${hour}:${minute}:${second}.000Z` }
}

/** Does its name say the second in which it was taken, and not the day alone? */
export const saysSecond = (key: string): boolean =>
  ofSecond.test(key.slice(key.lastIndexOf('/') + 1))

/** Where the files of older scripts of one database stand: `backups/tokens_…`. */
export const adoptedPrefix = (prefix: string, database: string): string => `${prefix}${database}_`

/**
 * A file that an older script left: `backups/tokens_2025-07-04.db`, or `.db.gz`, named by that day's first
 * second; or `tokens_20250704_010000.gz`. Its mark comes from the key, so that adopting it twice is
 * adopting it once.
 */
const parseAdopted = (prefix: string, key: string): ParsedKey | undefined => {
  const kind = key.endsWith('.sha256') ? 'sums' : 'snapshot'
  const file = key.replace(/\.sha256$/, '').slice(prefix.length)
  const read = key.startsWith(prefix) ? readAdopted(file) : undefined
  const at = new Date(read?.time ?? Number.NaN)
  if (!read || Number.isNaN(at.getTime()) || at.toISOString() !== read.time) return undefined
  const mark = createHash('sha256').update(file).digest('hex').slice(0, 6)
  return { kind, name: nameSnapshot({ database: read.database, at, mark }) }
}

const aboutEnding =
  /[._-](?:(?:meta(?:data)?|info|checksum|md5|sha\d+)(?:\.(?:json|txt|ya?ml))?|json|txt)$/

/**
 * Some older scripts wrote size, time and checksum of a dump into a file beside it, by its name with or
 * without the ending: `tokens_20250704_010000.gz.meta`, `tokens_20250704_010000.json`. Of which database? Such
 * a file is left alone, and stays when its dump is let go.
 */
export const databaseOfNote = (prefix: string, key: string): string | undefined => {
  const stem = key.replace(aboutEnding, '')
  if (stem === key) return undefined
  const dumps = [stem, `${stem}.gz`, `${stem}${suffixOf(usualKind)}`]
  return dumps.map((dump) => parseAdopted(prefix, dump)?.name.database).find(Boolean)
}

/** The one line that `sha256sum -c` reads. */
export const sumsLine = (sha256: string, snapshotKey: string): string =>
  `${sha256}  ${snapshotKey.slice(snapshotKey.lastIndexOf('/') + 1)}\n`
