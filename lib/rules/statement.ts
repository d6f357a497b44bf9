import { z } from 'zod'

import { Entry } from './entry'
import { parseJson } from './seal'
import type { Check, Finding } from './verdict'

/**
 * How is an entry written down so that others can read it? As an in-toto statement.
 */
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
  const { sha256 } = entry.claim
  // A file that an older script left has no hash before it was read for the first time.
  const subject = sha256 === undefined ? [] : [{ name: entry.key, digest: { sha256 } }]
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
