/**
 * What does it say of a dump that PostgreSQL would not take a statement of it? That its bytes are damaged, that
 * its rows do not hold together, that something is missing here, or only that there was too little room.
 *
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

/** What PostgreSQL refused, and where in the dump. */
export type Refused = {
  /** PostgreSQL's code, and its words. */
  code: string
  message: string
  /** The statement's line, or that of the row within a COPY. */
  line: number
  /** How the statement begins: `ALTER TABLE`. Undefined where it begins as none does. */
  what: string | undefined
  /** It was rows that were refused, and not what they are put into. */
  isOfRows: boolean
}

export type Meaning =
  /** Nothing that any PostgreSQL could have written. */
  | 'damage'
  /** Rows that contradict a key, a reference, or a condition. */
  | 'contradiction'
  /** What this PostgreSQL has not, or does otherwise. */
  | 'unable'
  /** It wants what stands in the live database, and what the dump nowhere makes: it holds a part of one. */
  | 'part'
  /** Several dumps stand one behind the other, and make the same things. */
  | 'repeated'

/** No memory, no disk, too many of something here: that says nothing of the dump. */
export const isScarce = ({ code }: Pick<Refused, 'code'>): boolean => code.startsWith('53')

/** The parser of every PostgreSQL has room for so much in one another, and gives that out as a mistake in writing. */
const tooDeep = /^memory exhausted/

const syntax = '42601'
const undefinedTable = '42P01'
const undefinedColumn = '42703'
const undefinedSchema = '3F000'
const invalidReference = '42830'

/** A schema, a table, another object, or a second primary key, where there is one already. */
const thereAlready: readonly string[] = ['42P06', '42P07', '42710', '42P16']

/** What no pg_dump of a version that is known here leaves out or writes wrongly. */
const structural: readonly string[] = [syntax, undefinedTable, undefinedColumn]

type Told = Pick<Refused, 'code' | 'message' | 'isOfRows'>

/** `relation "app.users"`, of which the dump announces `users`. */
const isMade = (name: string, made: ReadonlySet<string>): boolean => {
  for (let from = 0; ; from = name.indexOf('.', from) + 1) {
    if (made.has(name.slice(from))) return true
    if (!name.includes('.', from)) return false
  }
}

/** A table or a schema that is not there, and that the dump nowhere says to make. */
const isElsewhere = ({ code, message }: Told, made: ReadonlySet<string>): boolean => {
  if (code !== undefinedTable && code !== undefinedSchema) return false
  const name = /^(?:relation|schema) "(.*)" does not exist$/s.exec(message)?.[1]
  return name !== undefined && !isMade(name, made)
}

export type Circumstances = {
  /** Something that it needs is missing here, or it is of a version that is not known here. */
  isForeign: boolean
  /** What was refused before it: what it does not find may only be missing for that. */
  before: ReadonlySet<Meaning>
  /** What the dump announces to make. */
  made: ReadonlySet<string>
  /** So many dumps stand in it. */
  dumps: number
}

export const meaningOf = (
  refused: Told,
  { isForeign, before, made, dumps }: Circumstances,
): Meaning => {
  const { code, message, isOfRows } = refused
  const group = code.slice(0, 2)
  if (dumps > 1 && thereAlready.includes(code)) return 'repeated'
  if (group === '23') return 'contradiction'
  // It refers to a key that could not be made, of rows that contradict it.
  if (code === invalidReference && before.has('contradiction')) return 'contradiction'
  // A value that its own type does not take; what a function made of it is another matter.
  if (group === '22' && isOfRows) return 'damage'
  if (!isForeign && isElsewhere(refused, made)) return 'part'
  const isFollowing = code !== syntax && (before.has('unable') || before.has('part'))
  const isUnable = isForeign || isFollowing || tooDeep.test(message)
  return structural.includes(code) && !isUnable ? 'damage' : 'unable'
}

/** Majors whose dumps are read here. */
const oldest = 13
export const newest = 18

/** Of a version that this PostgreSQL may understand otherwise; undefined is not known to be foreign. */
export const isForeignVersion = (version: string | undefined): boolean => {
  const major = Number.parseInt(version ?? '', 10)
  return major < oldest || major > newest
}
