/**
 * What is in a snapshot? Its few bytes say so themselves: that is what the oracle knows and no rule.
 */
import { createHash } from 'node:crypto'

import { z } from 'zod'

const kinds = ['sound', 'corrupt', 'encrypted'] as const
export type Kind = (typeof kinds)[number]

const Table = z.object({ columns: z.array(z.string()), rows: z.int() })
export type Table = z.infer<typeof Table>

/** What is missing since somebody lost it by accident: which time that was, and what had stood there. */
const Lacks = z.object({ accident: z.string(), table: z.string(), had: z.int() })
export type Lacks = z.infer<typeof Lacks>

const File = z.object({
  database: z.string(),
  serial: z.int(),
  kind: z.enum(kinds),
  /** So many times its tables were made anew. */
  epoch: z.int(),
  tables: z.record(z.string(), Table),
  lacks: Lacks.optional(),
  /** Made to be slow: so long it takes to check. */
  slowMs: z.int().optional(),
})
export type File = z.infer<typeof File>

/** Some of the databases are PostgreSQL's, whichever world they stand in. */
const ofPostgres: ReadonlySet<string> = new Set(['sessions', 'shop', 'tokens-2'])

export const kindOf = (database: string): 'postgres' | 'sqlite' =>
  ofPostgres.has(database) ? 'postgres' : 'sqlite'

/** The first column of the table that bears the database's name: what lib/databases.ts expects. */
export const keyOf = ({ database, tables }: File): string => tables[database]?.columns[0] ?? ''

export const rowsIn = ({ tables }: File, table: string): number => tables[table]?.rows ?? 0

/** Is it what is expected: a table of the database's name, with this column? */
export const meets = ({ database, tables }: File, key: string): boolean =>
  tables[database]?.columns.includes(key) ?? false

export const firstFile = (database: string): File => ({
  database,
  serial: 1,
  kind: 'sound',
  epoch: 0,
  tables: {
    [database]: { columns: ['key', 'value'], rows: 1_000 },
    archive: { columns: ['key', 'value'], rows: 0 },
    notes: { columns: ['id', 'text'], rows: 400 },
    cache: { columns: ['hash'], rows: 0 },
  },
})

export const bytesOf = (file: File): Buffer => Buffer.from(`${JSON.stringify(file)}\n`)

/** Undefined for bytes that are no database at all. */
export const readFile = (bytes: Uint8Array): File | undefined => {
  try {
    return File.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data
  } catch {
    return undefined
  }
}

export const sha256Of = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

export const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
