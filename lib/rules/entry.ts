import { z } from 'zod'

import type { Envelope } from './seal'
import { databaseNamePattern, databaseNameRule } from './snapshot'
import type { Check, Finding, VerdictWord } from './verdict'
import { checks, isSound, outcomes, words } from './verdict'

/**
 * What is written down about one snapshot? Claim, verdict and history, as an in-toto statement.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
const instant = z.iso.datetime()

/** What the Droplet said before uploading. All of it is a claim; only size and hashes are enforced. */
export const Claim = z.object({
  database: z.string().regex(databaseNamePattern, databaseNameRule),
  sizeBytes: z.int().nonnegative(),
  sha256,
  md5: z.string().regex(/^[0-9a-f]{32}$/),
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

const StoredFinding = z.object({
  check: z.enum(checks),
  outcome: z.enum(outcomes),
  detail: z.string(),
  mend: z.string().optional(),
})

export const Verdict = z.object({
  outcome: z.enum(outcomes),
  at: instant,
  method: z.string(),
  findings: z.array(StoredFinding),
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
  /** When a run was last started that has not come back yet. */
  startedAt: instant.optional(),
  history: z.array(z.object({ at: instant, word: z.enum(words), note: z.string() })),
})
export type Entry = z.infer<typeof Entry>

/** The word a reader meets for this entry. */
export const wordOf = (entry: Entry): VerdictWord => entry.verdict?.outcome ?? 'pending'

export const isSoundEntry = (entry: Entry): boolean => isSound(wordOf(entry))

export const provenAt = (entry: Entry): string | undefined => entry.verdict?.at

/** A history that grew without end would one day be too large to read; the newest stay. */
const historyLimit = 100

const remember = (entry: Entry, line: Entry['history'][number]): Entry['history'] =>
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
export const withVerdict = (entry: Entry, verdict: Verdict, arrivedAt: string): Entry => {
  const deciding = verdict.findings.find(({ outcome }) => outcome === verdict.outcome)
  const note = verdict.outcome === 'passed' ? verdict.method : (deciding?.detail ?? verdict.method)
  const history = remember(entry, { at: verdict.at, word: verdict.outcome, note })
  const before = entry.verdict
  const stands = verdict.outcome === 'unverifiable' && before && before.outcome !== 'unverifiable'
  const { startedAt: _, ...rest } = entry
  return {
    ...rest,
    arrivedAt: entry.arrivedAt ?? arrivedAt,
    verdict: stands ? before : verdict,
    history,
  }
}

const hourMs = 3_600_000

/** A copy that cannot be judged today is not asked for ever. */
const triesAtMost = 3

/** A started run has come to its end, or was ended, by then: the platform gives it 15 minutes. */
const runAtMostMs = 16 * 60_000

/** Somebody is at it: asking again must not open the same copy a second time. */
export const isBeingVerified = (entry: Entry, now: Date): boolean =>
  entry.startedAt !== undefined && now.getTime() - Date.parse(entry.startedAt) < runAtMostMs

export const withStart = (entry: Entry, now: Date): Entry => ({
  ...entry,
  startedAt: now.toISOString(),
})

/**
 * Does this copy wait for a verdict? One that was never judged does; one that could not be
 * checked does again after an hour, a few times, since the cause may have passed.
 */
export const awaitsVerdict = (entry: Entry, now: Date): boolean => {
  if (isBeingVerified(entry, now)) return false
  if (!entry.verdict) return true
  if (entry.verdict.outcome !== 'unverifiable') return false
  const tries = entry.history.filter(({ word }) => word === 'unverifiable').length
  return tries < triesAtMost && now.getTime() - Date.parse(entry.verdict.at) >= hourMs
}

export const payloadType = 'application/vnd.in-toto+json'

const testResult = 'https://in-toto.io/attestation/test-result/v0.1'
const claimOnly = 'urn:snapproof:claim:v1'

const testsWith = (findings: readonly Finding[], outcome: string): Check[] => [
  ...new Set(findings.filter((finding) => finding.outcome === outcome).map(({ check }) => check)),
]

/** in-toto knows no "could not check": it becomes WARNED there, and our own word tells the truth. */
const inTotoResult = {
  passed: 'PASSED',
  warned: 'WARNED',
  failed: 'FAILED',
  unverifiable: 'WARNED',
}

/** The bytes that are signed. `policySha256` names the expectations the verdict was held against. */
export const statementOf = (entry: Entry, policySha256: string): Buffer => {
  const subject = [{ name: entry.key, digest: { sha256: entry.claim.sha256 } }]
  const { verdict } = entry
  const predicate = verdict
    ? {
        result: inTotoResult[verdict.outcome],
        configuration: [{ name: 'expectations', digest: { sha256: policySha256 } }],
        passedTests: testsWith(verdict.findings, 'passed'),
        warnedTests: testsWith(verdict.findings, 'warned'),
        failedTests: testsWith(verdict.findings, 'failed'),
      }
    : {}
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: verdict ? testResult : claimOnly,
    predicate: { ...predicate, snapproof: entry },
  }
  return Buffer.from(JSON.stringify(statement))
}

const Statement = z.object({ predicate: z.object({ snapproof: Entry }) })

/** Undefined when the payload is not a statement of ours; the seal was checked before. */
export const readStatement = (payload: Buffer): Entry | undefined =>
  Statement.safeParse(parseJson(payload)).data?.predicate.snapproof

const EnvelopeShape = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
})

export const readEnvelope = (bytes: Uint8Array): Envelope | undefined =>
  EnvelopeShape.safeParse(parseJson(Buffer.from(bytes))).data

const parseJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
