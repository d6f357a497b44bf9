import { z } from 'zod'

import { databaseNamePattern, databaseNameRule } from './snapshot'
import type { Check, VerdictWord } from './verdict'
import { checks, isSound, outcomes, words } from './verdict'

/**
 * What is written down about one snapshot? Claim, verdict, what people said of it, and its history.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
const instant = z.iso.datetime()

/**
 * What the Droplet said before uploading. All of it is a claim; only size and hashes are enforced.
 * Of a file that an older script left nobody took a hash: the first one seen stands in its place.
 */
export const Claim = z.object({
  database: z.string().regex(databaseNamePattern, databaseNameRule),
  sizeBytes: z.int().nonnegative(),
  sha256: sha256.optional(),
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  /** `hasSums`: the older script left a hash beside the file, and that is the one in `sha256`. */
  adopted: z.object({ etag: z.string(), hasSums: z.boolean().optional() }).optional(),
  takenAt: instant,
  encoding: z.enum(['identity', 'gzip']),
  rawSizeBytes: z.int().nonnegative().optional(),
  rawSha256: sha256.optional(),
  sqliteVersion: z.string(),
  journalMode: z.string(),
  host: z.string(),
  set: z.object({ id: z.string(), size: z.int() }).optional(),
  canary: z.string().optional(),
  ticketAt: instant,
})
export type Claim = z.infer<typeof Claim>

export const Finding = z.object({
  check: z.enum(checks),
  outcome: z.enum(outcomes),
  detail: z.string(),
  mend: z.string().optional(),
})

export const Verdict = z.object({
  outcome: z.enum(outcomes),
  at: instant,
  method: z.string(),
  findings: z.array(Finding),
  sha256: sha256.optional(),
  schemaFingerprint: z.string().optional(),
  schema: z.record(z.string(), z.array(z.string()).readonly()).optional(),
  rows: z.record(z.string(), z.int()).optional(),
  tookMs: z.number(),
})
export type Verdict = z.infer<typeof Verdict>

export const Entry = z.object({
  id: z.string(),
  key: z.string(),
  claim: Claim,
  /** The store's own time of arrival, as first seen. Ages are measured by it. */
  arrivedAt: instant.optional(),
  verdict: Verdict.optional(),
  /** The object as it was when it was judged: another one under this key is unproven. */
  etag: z.string().optional(),
  /** How often it could not be checked since it last could: nothing is tried for ever. */
  tries: z.int().optional(),
  /** When a run was last started that has not come back yet. */
  startedAt: instant.optional(),
  /** A person keeps this copy, whatever retention says. */
  pin: z.object({ at: instant, by: z.string(), note: z.string() }).optional(),
  /** A person overruled the verdict, as far as these checks decided it. */
  accepted: z
    .object({ at: instant, by: z.string(), reason: z.string(), checks: z.array(z.enum(checks)) })
    .optional(),
  /** Its address was given out: it stays until then. */
  heldUntil: instant.optional(),
  /** Retention is letting it go; what is left of it goes too. */
  letGoAt: instant.optional(),
  history: z.array(z.object({ at: instant, word: z.enum(words), note: z.string() })),
})
export type Entry = z.infer<typeof Entry>

/** The word a reader meets for this entry. An overruled check that fails anew stays overruled. */
export const wordOf = ({ verdict, accepted }: Entry): VerdictWord => {
  if (!verdict) return 'pending'
  const against = decidingAgainst(verdict)
  const isOverruled =
    against.length > 0 && against.every((check) => accepted?.checks.includes(check))
  return isOverruled ? 'accepted' : verdict.outcome
}

/** The checks for which a verdict is not sound; without any answer at all, the opening itself. */
export const decidingAgainst = ({ findings, outcome }: Verdict): Check[] => {
  if (isSound(outcome)) return []
  const against = findings.filter((finding) => !isSound(finding.outcome))
  return against.length === 0 ? ['structure'] : [...new Set(against.map(({ check }) => check))]
}

export const isSoundEntry = (entry: Entry): boolean => isSound(wordOf(entry))

export const provenAt = (entry: Entry): string | undefined => entry.verdict?.at

/** A history that grew without end would one day be too large to read; the newest stay. */
const historyLimit = 100

export const remember = (entry: Entry, line: Entry['history'][number]): Entry['history'] =>
  [...entry.history, line].slice(-historyLimit)

export const newEntry = (id: string, key: string, claim: Claim): Entry => ({
  id,
  key,
  claim,
  history: [{ at: claim.ticketAt, word: 'pending', note: 'ticket given' }],
})

/**
 * Enters a verdict. A definite answer is never replaced by "could not check": that a store was
 * away for a moment says nothing about a copy that was opened before. It is remembered all the same.
 */
export const withVerdict = (
  entry: Entry,
  verdict: Verdict,
  arrivedAt: string,
  etag?: string,
): Entry => {
  const deciding = verdict.findings.find(({ outcome }) => outcome === verdict.outcome)
  const note = verdict.outcome === 'passed' ? verdict.method : (deciding?.detail ?? verdict.method)
  const history = remember(entry, { at: verdict.at, word: verdict.outcome, note })
  const before = entry.verdict
  const isUndecided = verdict.outcome === 'unverifiable'
  const isSameFile = etag === undefined || entry.etag === undefined || entry.etag === etag
  // What was said of another file says nothing of this one.
  const stands = isUndecided && isSameFile && before && before.outcome !== 'unverifiable'
  const triesBefore = isSameFile ? (entry.tries ?? 0) : 0
  const { startedAt: _, ...rest } = entry
  const firstSeen = entry.claim.adopted && !entry.claim.sha256 ? verdict.sha256 : undefined
  return {
    ...rest,
    claim: firstSeen === undefined ? entry.claim : { ...entry.claim, sha256: firstSeen },
    arrivedAt: entry.arrivedAt ?? arrivedAt,
    ...(etag === undefined || stands ? {} : { etag }),
    verdict: stands ? before : verdict,
    tries: isUndecided ? triesBefore + 1 : 0,
    history,
  }
}
