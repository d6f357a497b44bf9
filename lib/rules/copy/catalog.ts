/**
 * What must be known of a copy without reading its entry again? A short line of each, kept together
 * for one database and good for as long as the entry it was taken from stands unchanged.
 */
import * as z from 'zod'

import { Fall } from '../fall/fall'
import { Spent } from '../keeping/spent'
import { own } from '../plain/own'
import { shapeOf } from '../trust/stored'
import { remarksOf, tablesAtMost } from '../verdict/bounds'

import { Finding, isFallRight, rowsOf, wordOf } from './entry'
import type { Entry } from './entry'

const instant = z.iso.datetime()

export const Line = shapeOf({
  /** The entry as it was read. */
  entryEtag: z.string(),
  key: z.string(),
  word: z.string(),
  sizeBytes: z.int(),
  takenAt: instant,
  ticketAt: instant,
  arrivedAt: instant.optional(),
  provenAt: instant.optional(),
  /** The snapshot as it was judged, and of an adopted file as it was when it was adopted. */
  etag: z.string().optional(),
  adoptedEtag: z.string().optional(),
  sha256: z.string().optional(),
  startedAt: instant.optional(),
  heldUntil: instant.optional(),
  letGoAt: instant.optional(),
  pinnedBy: z.string().optional(),
  setId: z.string().optional(),
  setSize: z.int().optional(),
  /** How often it could not be checked: nothing is tried for ever. */
  tries: z.int(),
  triedAt: instant.optional(),
  /** It was sound once: that it is no longer is news. */
  wasSound: z.boolean(),
  rows: z.int().optional(),
  /** By table: what later copies are held against. */
  tables: z.record(z.string(), z.int()).optional(),
  lows: z.record(z.string(), z.int()).optional(),
  came: z.array(z.string()).optional(),
  went: z.array(z.string()).optional(),
  fall: Fall.optional(),
  /** A person said that this fall is right. */
  isFallRight: z.boolean().optional(),
  /** What was expected when it was judged. */
  expectations: z.string().optional(),
  tookMs: z.number().optional(),
  /** What its opening cost; of an entry that has none nothing is missed, so that no catalog is made anew for it. */
  ran: Spent.optional(),
  /** Who pushed it, as it calls itself, and whether a person said that this is right. */
  host: z.string().optional(),
  isHostRight: z.boolean().optional(),
  /** Whatever was not well. */
  remarks: z.array(Finding),
})
export type Line = z.infer<typeof Line>

/** Entries without our signature are remembered too, so that each is looked at only once. */
export const Catalog = shapeOf({
  /** The secrets it was made under, by their key ids: a line is no better than the secret behind it. */
  keyIds: z.array(z.string()).default([]),
  /** What a line holds, by number: with other lines the catalog is made anew. */
  lineShape: z.int().optional(),
  lines: z.record(z.string(), Line),
  untrusted: z.record(z.string(), z.string()),
  /** Entries of a newer build, which this one cannot read. */
  newer: z.record(z.string(), z.string()).optional(),
})
export type Catalog = z.infer<typeof Catalog>

/** Raised whenever a line tells more of its entry than before. */
export const lineShape = 3

export const emptyCatalog: Catalog = { keyIds: [], lineShape, lines: {}, untrusted: {} }

export const catalogType = 'application/vnd.snapproof.catalog+json'

/** More would make the catalog grow with how bad things are. */
const remarksAtMost = 12

/** What came and went is told in a line, and compared by the entries. */
const namesAtMost = 50

/** Of all its tables together: an entry of an earlier build may hold names as long as its file did. */
const namesSignsAtMost = 150_000

export const lineOf = (entry: Entry, entryEtag: string): Line => {
  const { claim, verdict, history } = entry
  const tables = Object.keys(verdict?.rows ?? {})
  // Of a database with more tables this would be no short line any more.
  const isShort = tables.length <= tablesAtMost && tables.join().length <= namesSignsAtMost
  return {
    entryEtag,
    key: entry.key,
    word: wordOf(entry),
    sizeBytes: claim.sizeBytes,
    takenAt: claim.takenAt,
    ticketAt: claim.ticketAt,
    arrivedAt: entry.arrivedAt,
    provenAt: verdict?.at,
    etag: entry.etag,
    adoptedEtag: claim.adopted?.etag,
    sha256: claim.sha256,
    startedAt: entry.startedAt,
    heldUntil: entry.heldUntil,
    letGoAt: entry.letGoAt,
    pinnedBy: entry.pin?.by,
    setId: claim.set?.id,
    setSize: claim.set?.size,
    tries: entry.tries ?? 0,
    triedAt: history.findLast(({ word }) => word === 'unverifiable')?.at,
    wasSound: history.some(({ word }) => word === 'passed' || word === 'warned'),
    rows: rowsOf(entry),
    tables: isShort ? verdict?.rows : undefined,
    lows: isShort ? verdict?.lows : undefined,
    came: verdict?.drift?.came.slice(0, namesAtMost),
    went: verdict?.drift?.went.slice(0, namesAtMost),
    fall: verdict?.fall,
    isFallRight: isFallRight(entry) || undefined,
    expectations: verdict?.expectations,
    tookMs: verdict?.tookMs,
    ran: verdict?.ran,
    // Nobody pushed what an older script left.
    host: claim.adopted ? undefined : claim.host,
    isHostRight: entry.accepted?.isHostRight,
    remarks: remarksOf(verdict?.findings ?? [], verdict?.outcome, remarksAtMost),
  }
}

/** The newest lines tell all that is compared; beyond this much the older ones tell what counts alone. */
export const catalogSignsAtMost = 8 * 1024 ** 2

const light = (line: Line): Line => ({
  ...line,
  tables: undefined,
  lows: undefined,
  came: line.came && [],
  went: line.went && [],
  fall: line.isFallRight ? line.fall : undefined,
  remarks: remarksOf(line.remarks, line.word, 1),
})

/** As it is written: small enough to be read at every look, however many copies somebody may push. */
export const lightened = (
  catalog: Catalog,
  newestFirst: readonly string[],
  signsAtMost = catalogSignsAtMost,
): Catalog => {
  let signs = 0
  const lines = newestFirst.flatMap((id) => {
    const line = own(catalog.lines, id)
    if (!line) return []
    signs += JSON.stringify(line).length
    return [[id, signs > signsAtMost ? light(line) : line] as const]
  })
  return { ...catalog, lines: Object.fromEntries(lines) }
}
