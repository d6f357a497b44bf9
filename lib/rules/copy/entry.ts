/**
 * What is written down about one snapshot? Claim, verdict, what people said of it, and its history.
 */
import * as z from 'zod'

import { Fall } from '../fall/fall'
import { Spent } from '../keeping/spent'
import { shapeOf } from '../trust/stored'
import { isSound } from '../verdict/verdict'

import { databaseNamePattern, databaseNameRule } from './snapshot'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
const instant = z.iso.datetime()

/**
 * What the Droplet said before uploading. All of it is a claim; only size and hashes are enforced.
 * Of a file that an older script left nobody took a hash: the first one seen stands in its place.
 */
export const Claim = shapeOf({
  database: z.string().regex(databaseNamePattern, databaseNameRule),
  sizeBytes: z.int().nonnegative(),
  sha256: sha256.optional(),
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  /** `hasSums`: the older script left a hash beside the file, and that is the one in `sha256`. */
  adopted: shapeOf({
    etag: z.string(),
    hasSums: z.boolean().optional(),
    /** What it noted in another file beside it, by that one's name. */
    note: shapeOf({
      file: z.string(),
      sha256: z.array(sha256).readonly(),
      sizeBytes: z.array(z.int().nonnegative()).readonly(),
    }).optional(),
  }).optional(),
  takenAt: instant,
  encoding: z.enum(['identity', 'gzip']),
  rawSizeBytes: z.int().nonnegative().optional(),
  rawSha256: sha256.optional(),
  /** What kind of thing it is a copy of; absent for the one that the first edition knew. */
  kind: z.string().optional(),
  /** What the host's taker said of the live thing. */
  facts: z.record(z.string(), z.unknown()).readonly().default({}),
  host: z.string(),
  set: shapeOf({ id: z.string(), size: z.int() }).optional(),
  canary: z.string().optional(),
  ticketAt: instant,
})
export type Claim = z.infer<typeof Claim>

export const Finding = shapeOf({
  check: z.string(),
  outcome: z.string(),
  detail: z.string(),
  mend: z.string().optional(),
  code: z.string().optional(),
})

/** Tables and columns that came and went since the sound copy before, as "table t" or "column t.c". */
const Drift = shapeOf({ came: z.array(z.string()), went: z.array(z.string()) })

export const Verdict = shapeOf({
  outcome: z.string(),
  at: instant,
  method: z.string(),
  findings: z.array(Finding),
  sha256: sha256.optional(),
  schemaFingerprint: z.string().optional(),
  schema: z.record(z.string(), z.array(z.string()).readonly()).optional(),
  rows: z.record(z.string(), z.int()).optional(),
  /** What copies of this kind alone are compared by. */
  figures: z.unknown().optional(),
  /** The fingerprint of what was expected when it was judged. */
  expectations: z.string().optional(),
  drift: Drift.optional(),
  fall: Fall.optional(),
  /** From when on a table's rows are compared: a migration, or a person, explained what was before. */
  begins: z.record(z.string(), instant).optional(),
  /** What a table held all through the day before, where that is clearly less than its rows. */
  lows: z.record(z.string(), z.int()).optional(),
  tookMs: z.number(),
  /** What its run took until then; absent where a run of the watch opened it, which adds up its own, or a person did. */
  ran: Spent.optional(),
})
export type Verdict = z.infer<typeof Verdict>

export const Entry = shapeOf({
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
  pin: shapeOf({ at: instant, by: z.string(), note: z.string() }).optional(),
  /**
   * A person overruled the verdict, as far as these checks decided it, or said that a fall is right, or
   * that it is right for it to come from this host.
   */
  accepted: shapeOf({
    at: instant,
    by: z.string(),
    reason: z.string(),
    checks: z.array(z.string()),
    isFallRight: z.boolean().optional(),
    isHostRight: z.boolean().optional(),
  }).optional(),
  /** Its address was given out: it stays until then. */
  heldUntil: instant.optional(),
  /** Retention is letting it go; what is left of it goes too. */
  letGoAt: instant.optional(),
  history: z.array(shapeOf({ at: instant, word: z.string(), note: z.string() })),
})
export type Entry = z.infer<typeof Entry>

/** The word a reader meets for this entry. An overruled check that fails anew stays overruled. */
export const wordOf = ({ verdict, accepted }: Entry): string => {
  if (!verdict) return 'pending'
  const against = decidingAgainst(verdict)
  const isOverruled =
    against.length > 0 && against.every((check) => accepted?.checks.includes(check))
  const isRight = isFallRight({ verdict, accepted }) || accepted?.isHostRight === true
  return isOverruled || (isRight && against.length === 0) ? 'accepted' : verdict.outcome
}

/** Whoever accepts a copy after a fall says that what is gone was to go. */
export const isFallRight = ({ verdict, accepted }: Pick<Entry, 'verdict' | 'accepted'>): boolean =>
  verdict?.fall !== undefined && accepted?.isFallRight === true

/** The checks for which a verdict is not sound; without any answer at all, the opening itself. */
export const decidingAgainst = ({ findings, outcome }: Verdict): string[] => {
  if (isSound(outcome)) return []
  const against = findings.filter((finding) => !isSound(finding.outcome))
  return against.length === 0 ? ['structure'] : [...new Set(against.map(({ check }) => check))]
}

/** As it stands where the file is no longer the one that was judged. */
export const withoutVerdict = (entry: Entry): Entry => {
  const { verdict: _, ...rest } = entry
  return rest
}

export const isSoundEntry = (entry: Entry): boolean => isSound(wordOf(entry))

export const provenAt = (entry: Entry): string | undefined => entry.verdict?.at

/** In all its tables; undefined where nobody counted them. */
export const rowsOf = ({ verdict }: Entry): number | undefined =>
  verdict?.rows && Object.values(verdict.rows).reduce((sum, count) => sum + count, 0)

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

/** Of what was expected only after a copy came, and found missing in it. */
const cameBefore = 'came-before'

/**
 * What is expected changes with the app, and older copies do not: one that was sound when it came is
 * still what it was, however often it is asked. What it lacks of later expectations is said, and takes
 * nothing away.
 */
const asWhenItCame = (verdict: Verdict, before: Verdict | undefined): Verdict => {
  if (!before || !isSound(before.outcome) || verdict.outcome !== 'unmet') return verdict
  const isOtherQuestion = before.expectations !== verdict.expectations
  const known = before.findings.filter(({ code }) => code === cameBefore)
  const missed = verdict.findings.filter(({ outcome }) => outcome === 'unmet')
  const isKnown = missed.every(({ check }) => known.some((one) => one.check === check))
  if (!isOtherQuestion && !(known.length > 0 && isKnown)) return verdict
  const findings = verdict.findings.map((finding) =>
    finding.outcome === 'unmet'
      ? {
          ...finding,
          outcome: 'warned',
          code: cameBefore,
          detail: `${finding.detail} It was sound by what was expected when it came.`,
          mend: undefined,
        }
      : finding,
  )
  return { ...verdict, outcome: 'warned', findings }
}

/**
 * Enters a verdict. A definite answer is never replaced by "could not check": that a store was
 * away for a moment says nothing about a copy that was opened before. It is remembered all the same.
 */
export const withVerdict = (
  entry: Entry,
  said: Verdict,
  arrivedAt: string,
  etag?: string,
): Entry => {
  const isSameFile = etag === undefined || entry.etag === undefined || entry.etag === etag
  const verdict = asWhenItCame(said, isSameFile ? entry.verdict : undefined)
  const deciding = verdict.findings.find(({ outcome }) => outcome === verdict.outcome)
  const note = verdict.outcome === 'passed' ? verdict.method : (deciding?.detail ?? verdict.method)
  const history = remember(entry, { at: verdict.at, word: verdict.outcome, note })
  const before = entry.verdict
  const isUndecided = verdict.outcome === 'unverifiable'
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
