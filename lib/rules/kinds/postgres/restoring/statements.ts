/**
 * Which statements of a dump are given to PostgreSQL here as they stand? Nearly all. Some speak of what one
 * database for one restore has not: other databases, other users' sessions, subscriptions.
 */

import { own } from '../../../plain/own'

/** Why it is passed over. */
export type Skipped = 'database' | 'session' | 'subscription' | 'tablespace'

const skipped: Readonly<Record<Skipped, RegExp>> = {
  database:
    /^(?:(?:create|alter|drop)\s+database\b|comment\s+on\s+database\b|security\s+label\b.*\bon\s+database\b|(?:grant|revoke)\b[^']*\bon\s+database\b)/i,
  // The owner of a table is set by statements of its own; whose session it is changes nothing.
  session:
    /^(?:set\s+session\s+authorization|set\s+role|reset\s+session\s+authorization|reset\s+role)\b/i,
  // Its library cannot be loaded here, and after one that could not, no other one can.
  subscription: /^(?:create|alter|drop|comment\s+on)\s+subscription\b/i,
  tablespace: /^(?:(?:create|alter|drop)\s+tablespace\b|set\s+default_tablespace\b)/i,
}

const names = ['database', 'session', 'subscription', 'tablespace'] as const

/** `head` is how it begins; what decides stands there. */
export const skippedAs = (head: string): Skipped | undefined =>
  names.find((name) => skipped[name].test(head))

/** Settings of other versions, drops of what is not there, words on what is missing: nothing hangs on them. */
const unneeded =
  /^(?:set\b|select\s+pg_catalog\.set_config\(|drop\b|comment\s+on\s+extension\b|security\s+label\b|(?:create|alter)\s+publication\b|alter\s+table\b[^;]*\bdrop\s+constraint\b)/i

/** The usual schema is there already. */
const schemaThere = /^create\s+schema\s+"?public"?\s*$/i

/** How values are packed in a table is the server's own affair. */
const packing = /^alter\s+table\b[^;]*\bset\s+compression\b/i

export const isUnneeded = (head: string): boolean =>
  unneeded.test(head) || schemaThere.test(head) || packing.test(head)

/** Undefined for any other statement. */
export const extensionOf = (head: string): string | undefined =>
  /^create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)/i.exec(head)?.[1]

/** Several small ones come in one archive. */
const archives: Readonly<Record<string, string>> = {
  autoinc: 'spi',
  insert_username: 'spi',
  moddatetime: 'spi',
  refint: 'spi',
}

/** What the archive of an extension is called. */
export const archiveOf = (extension: string): string => own(archives, extension) ?? extension

/** Something that the dump takes for granted, and that can be made when it is asked for. */
export type Wanted = { kind: 'role' | 'collation'; name: string }

export const wantedBy = ({
  code,
  message,
}: {
  code: string
  message: string
}): Wanted | undefined => {
  if (code !== '42704') return undefined
  const role = /^role "(.*)" does not exist$/.exec(message)?.[1]
  if (role !== undefined) return { kind: 'role', name: role }
  const collation = /^collation "(.*)" for encoding "UTF8" does not exist$/.exec(message)?.[1]
  return collation === undefined ? undefined : { kind: 'collation', name: collation }
}

/** As pg_dump writes it; a name of a table may hold anything within its quotes. */
const plainCopy =
  /^copy\s+((?:"(?:[^"]|"")+"|[\w$]+)(?:\.(?:"(?:[^"]|"")+"|[\w$]+))?)\s*(?:\([^()]*\)\s*)?from\s+stdin\s*$/i

/** What else is asked where the rows of a COPY are to be a table's first; undefined for one that is written otherwise. */
export const freshCopy = (
  copy: string,
): { isThere: string; empty: string; copy: string } | undefined => {
  const table = plainCopy.exec(copy)?.[1]
  if (table === undefined) return undefined
  return {
    isThere: `SELECT FROM ONLY ${table} LIMIT 1`,
    empty: `TRUNCATE ONLY ${table}`,
    copy: `${copy} WITH (FREEZE)`,
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** `pg_catalog.en_US.utf8`: only what stands before the first dot may be a schema, and only this one is. */
const usualSchema = 'pg_catalog.'

export const makingOf = ({ kind, name }: Wanted): string => {
  // The owner of an event trigger must be one, and what an owner may not do here is no question.
  if (kind === 'role') return `CREATE ROLE ${quoted(name)} SUPERUSER NOLOGIN`
  const alone = name.startsWith(usualSchema) ? name.slice(usualSchema.length) : name
  return `CREATE COLLATION ${usualSchema}${quoted(alone)} (provider = icu, locale = 'und')`
}

const beginnings: ReadonlySet<string> = new Set(
  'alter analyze begin call cluster comment commit copy create delete do drop grant import insert lock merge refresh reindex reset revoke rollback security select set start table truncate update vacuum values with'.split(
    ' ',
  ),
)

const objects: ReadonlySet<string> = new Set(
  'access aggregate cast collation constraint conversion database default domain event extension foreign from function index into label language large materialized on operator or policy procedure publication role routine rule schema sequence server session statistics subscription table tablespace text trigger type unique unlogged user view'.split(
    ' ',
  ),
)

/**
 * How a statement begins, in words of SQL alone: where a dump is damaged it may be a row that is taken for one.
 * Undefined for what begins as none does.
 */
export const namedAs = (head: string): string | undefined => {
  const [first = '', second = ''] = head.match(/[a-z]+|[^\sa-z]+/gi) ?? []
  if (!beginnings.has(first.toLowerCase())) return undefined
  return objects.has(second.toLowerCase()) ? `${first} ${second}` : first
}
