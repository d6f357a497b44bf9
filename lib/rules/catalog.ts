import { z } from 'zod'

import { Finding, wordOf } from './entry'
import type { Entry } from './entry'
import { words } from './verdict'

/**
 * What must be known of a copy without reading its entry again? A short line of each, kept together
 * for one database and good for as long as the entry it was taken from stands unchanged.
 */
const instant = z.iso.datetime()

export const Line = z.object({
  /** The entry as it was read. */
  entryEtag: z.string(),
  key: z.string(),
  word: z.enum(words),
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
  /** It was sound once: that it is no longer is news. */
  wasSound: z.boolean(),
  rows: z.int().optional(),
  tookMs: z.number().optional(),
  /** Whatever was not well. */
  remarks: z.array(Finding),
})
export type Line = z.infer<typeof Line>

/** Entries without our signature are remembered too, so that each is looked at only once. */
export const Catalog = z.object({
  /** The secrets it was made under, by their key ids: a line is no better than the secret behind it. */
  keyIds: z.array(z.string()).default([]),
  lines: z.record(z.string(), Line),
  untrusted: z.record(z.string(), z.string()),
})
export type Catalog = z.infer<typeof Catalog>

export const emptyCatalog: Catalog = { keyIds: [], lines: {}, untrusted: {} }

export const catalogType = 'application/vnd.snapproof.catalog+json'

/** More would make the catalog grow with how bad things are. */
const remarksAtMost = 12

export const lineOf = (entry: Entry, entryEtag: string): Line => {
  const { claim, verdict, history } = entry
  const rows = Object.values(verdict?.rows ?? {})
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
    wasSound: history.some(({ word }) => word === 'passed' || word === 'warned'),
    rows: verdict?.rows === undefined ? undefined : rows.reduce((sum, count) => sum + count, 0),
    tookMs: verdict?.tookMs,
    remarks: (verdict?.findings ?? [])
      .filter(({ outcome }) => outcome !== 'passed')
      .slice(0, remarksAtMost),
  }
}
