/**
 * How is an entry written down so that others can read it? As an in-toto statement.
 */
import * as z from 'zod'

import { parseJson } from '../trust/seal'
import { readStored, storedOf } from '../trust/stored'
import type { Read } from '../trust/stored'
import type { Finding } from '../verdict/verdict'

import { Entry } from './entry'

export const payloadType = 'application/vnd.in-toto+json'

const testResult = 'https://in-toto.io/attestation/test-result/v0.1'
const claimOnly = 'urn:snapproof:claim:v1'

const testsWith = (findings: readonly Finding[], outcomes: readonly string[]): string[] => [
  ...new Set(
    findings.filter(({ outcome }) => outcomes.includes(outcome)).map(({ check }) => check),
  ),
]

/** in-toto knows no "could not check": it becomes WARNED there, and our own word tells the truth. */
const inTotoResult: Readonly<Record<string, string>> = {
  passed: 'PASSED',
  warned: 'WARNED',
  unmet: 'FAILED',
  failed: 'FAILED',
}

/** The bytes that are signed. */
export const statementOf = (entry: Entry): Buffer => {
  const { sha256 } = entry.claim
  // A file that an older script left has no hash before it was read for the first time.
  const subject = sha256 === undefined ? [] : [{ name: entry.key, digest: { sha256 } }]
  const { verdict } = entry
  const predicate = verdict
    ? {
        result: inTotoResult[verdict.outcome] ?? 'WARNED',
        configuration: verdict.expectations
          ? [{ name: 'expectations', digest: { sha256: verdict.expectations } }]
          : [],
        passedTests: testsWith(verdict.findings, ['passed']),
        warnedTests: testsWith(verdict.findings, ['warned']),
        failedTests: testsWith(verdict.findings, ['failed', 'unmet']),
      }
    : {}
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: verdict ? testResult : claimOnly,
    predicate: { ...predicate, snapproof: storedOf(entry) },
  }
  return Buffer.from(JSON.stringify(statement))
}

const Statement = z.looseObject({ predicate: z.looseObject({ snapproof: z.unknown() }) })

/** The seal was checked before. */
export const readStatement = (payload: Buffer): Read<Entry> => {
  const statement = Statement.safeParse(parseJson(payload)).data
  return readStored(statement?.predicate.snapproof, Entry)
}

const Named = z.looseObject({
  predicate: z.looseObject({ snapproof: z.looseObject({ id: z.string() }) }),
})

/** Whose entry it is, whatever build wrote the rest of it. */
export const idInStatement = (payload: Buffer): string | undefined =>
  Named.safeParse(parseJson(payload)).data?.predicate.snapproof.id
