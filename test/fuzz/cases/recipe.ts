/**
 * A case is told, not stored: a base that code makes, and what is done to it, with its numbers.
 *
 * So a finding is a few lines that a reviewer can read, and that replay to the same bytes. Pages
 * count from 0 and wrap around; a place below 0 counts from the end.
 */
import { z } from 'zod'

const whole = z.number().int()

export const Base = z.union([
  /** One of the named databases. */
  z.strictObject({ named: z.string() }),
  /** A database of random tables and rows, from a seed. */
  z.strictObject({ random: z.string() }),
  /** What these statements make: as a random one is written down, so that it stays what it is. */
  z.strictObject({ sql: z.array(z.string()), later: z.array(z.string()).optional() }),
  /** No database at all. */
  z.strictObject({ foreign: z.string(), sizeBytes: whole.min(0).max(10_000_000) }),
])
export type Base = z.infer<typeof Base>

export const headerFields: Readonly<Record<string, { at: number; bytes: number }>> = {
  'page size': { at: 16, bytes: 2 },
  'write version': { at: 18, bytes: 1 },
  'read version': { at: 19, bytes: 1 },
  'reserved bytes': { at: 20, bytes: 1 },
  'largest payload': { at: 21, bytes: 1 },
  'least payload': { at: 22, bytes: 1 },
  'leaf payload': { at: 23, bytes: 1 },
  'change counter': { at: 24, bytes: 4 },
  'page count': { at: 28, bytes: 4 },
  'first free page': { at: 32, bytes: 4 },
  'free pages': { at: 36, bytes: 4 },
  'schema cookie': { at: 40, bytes: 4 },
  'schema format': { at: 44, bytes: 4 },
  'cache size': { at: 48, bytes: 4 },
  'largest root': { at: 52, bytes: 4 },
  encoding: { at: 56, bytes: 4 },
  'user version': { at: 60, bytes: 4 },
  'incremental vacuum': { at: 64, bytes: 4 },
  'application id': { at: 68, bytes: 4 },
  expansion: { at: 72, bytes: 4 },
  'valid for': { at: 92, bytes: 4 },
  'written by': { at: 96, bytes: 4 },
}

/** The parts of a b-tree page's header, and of what follows it. */
export const nodeParts = ['type', 'freeblock', 'cells', 'content', 'fragments', 'right'] as const

/** What SQLite does not read, or reads and only hands on: sound before, sound after. */
export const harmlessThings = [
  'user version',
  'application id',
  'written by',
  'change counter',
  'cache size',
  'WAL flag',
  'free leaf',
  'gap',
] as const

export const Change = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('flip'), at: whole, bit: whole.min(0).max(7) }),
  z.strictObject({ do: z.literal('byte'), at: whole, to: whole.min(0).max(255) }),
  z.strictObject({ do: z.literal('fill'), at: whole, length: whole, to: whole.min(0).max(255) }),
  z.strictObject({ do: z.literal('noise'), at: whole, length: whole, seed: z.string() }),
  z.strictObject({ do: z.literal('zero page'), page: whole }),
  z.strictObject({ do: z.literal('noise page'), page: whole, seed: z.string() }),
  z.strictObject({ do: z.literal('copy page'), from: whole, page: whole }),
  z.strictObject({ do: z.literal('swap pages'), page: whole, with: whole }),
  z.strictObject({ do: z.literal('stale page'), page: whole }),
  z.strictObject({ do: z.literal('shift page'), page: whole, by: whole.min(1) }),
  z.strictObject({ do: z.literal('cut'), to: whole }),
  z.strictObject({ do: z.literal('grow'), by: whole.min(0).max(2 ** 28), to: whole }),
  z.strictObject({ do: z.literal('header'), field: z.enum(Object.keys(headerFields)), to: whole }),
  z.strictObject({ do: z.literal('node'), page: whole, part: z.enum(nodeParts), to: whole }),
  z.strictObject({ do: z.literal('pointer'), page: whole, cell: whole, to: whole }),
  z.strictObject({ do: z.literal('cell'), page: whole, cell: whole, at: whole, to: whole }),
  z.strictObject({ do: z.literal('child'), page: whole, cell: whole, to: whole }),
  z.strictObject({ do: z.literal('overflow'), page: whole, cell: whole, to: whole }),
  /** The text of one row of the schema, by its place: all of it, or one part of it. */
  z.strictObject({
    do: z.literal('schema'),
    row: whole,
    column: z.enum(['type', 'name', 'tbl_name', 'rootpage', 'sql']),
    find: z.string().min(1).optional(),
    put: z.union([z.string(), z.null()]),
    /** Written so many times, with `close` as often after it. */
    times: whole.min(1).max(100_000).optional(),
    close: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('harmless'), what: z.enum(harmlessThings), to: whole }),
  z.strictObject({ do: z.literal('gzip'), level: whole.min(0).max(9) }),
  /** Another whole archive behind this one. */
  z.strictObject({ do: z.literal('member'), of: z.string() }),
])
export type Change = z.infer<typeof Change>

export const Recipe = z.strictObject({
  /** Why it is kept: what it once showed. */
  why: z.string().optional(),
  base: Base,
  changes: z.array(Change),
  /** Nobody announced the file, or somebody announced exactly these bytes. */
  claim: z.enum(['none', 'fits']),
  /** The questions that a user may have set are asked too. */
  asks: z.boolean(),
})
export type Recipe = z.infer<typeof Recipe>

const list = (items: readonly unknown[], indent: string): string =>
  items.length === 0
    ? '[]'
    : `[\n${items.map((item) => `${indent}  ${JSON.stringify(item)}`).join(',\n')}\n${indent}]`

const baseLines = (base: Base): string => {
  if (!('sql' in base)) return JSON.stringify(base)
  const later = base.later ? `,\n    "later": ${list(base.later, '    ')}` : ''
  return `{\n    "sql": ${list(base.sql, '    ')}${later}\n  }`
}

/** As it is kept: one line for each statement, and one for each change. */
export const written = ({ why, base, changes, claim, asks }: Recipe): string =>
  `{
  "why": ${JSON.stringify(why ?? '')},
  "base": ${baseLines(base)},
  "claim": ${JSON.stringify(claim)},
  "asks": ${asks},
  "changes": ${list(changes, '  ')}
}
`

export const readRecipe = (text: string): Recipe => Recipe.parse(JSON.parse(text))
