import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { newEntry, withVerdict } from '../../../lib/rules/copy/entry'
import type { Entry } from '../../../lib/rules/copy/entry'
import {
  idInStatement,
  payloadType,
  readStatement,
  statementOf,
} from '../../../lib/rules/copy/statement'
import { sqlite } from '../../../lib/rules/kinds/sqlite/kind'
import { readEnvelope, seal, unseal } from '../../../lib/rules/trust/seal'
import { casesOf } from '../../cases'
import { entries } from '../../fixtures/arbitraries'
import {
  announced,
  claimOf,
  findingsWith,
  id,
  key,
  secret,
  verdictOf,
} from '../../fixtures/told/entries'

const claimThen = (claim: Entry['claim']) => ({
  ...claim,
  sqliteVersion: '3.40.1',
  journalMode: 'wal',
})

const arrivedAt = '2025-07-04T01:00:05.000Z'
const expectations = 'd'.repeat(64)

/** What is stored of an entry: itself, the number of its format, and what the first edition reads. */
const stored = (entry: Entry) => ({ format: 1, ...entry, claim: claimThen(entry.claim) })

describe('a statement', () => {
  const parsed = (entry: Entry): unknown => JSON.parse(statementOf(entry).toString())

  test('of a judged snapshot is an in-toto test result about exactly its bytes', () => {
    const verdict = verdictOf('warned', {
      findings: [...findingsWith({ schema: 'warned' }), ...findingsWith({ rows: 'failed' })],
      expectations,
    })
    const entry = withVerdict(announced(), verdict, arrivedAt)
    expect(parsed(entry)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: key, digest: { sha256: 'a'.repeat(64) } }],
      predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
      predicate: {
        result: 'WARNED',
        configuration: [{ name: 'expectations', digest: { sha256: expectations } }],
        passedTests: [...sqlite.checks.filter((check) => check !== 'schema'), 'schema'],
        warnedTests: ['schema'],
        failedTests: ['rows'],
        snapproof: stored(entry),
      },
    })
  })

  test('counts what is not met among what failed', () => {
    const findings = findingsWith({ rows: 'failed', canary: 'unmet' })
    const entry = withVerdict(announced(), verdictOf('failed', { findings }), arrivedAt)
    expect(parsed(entry)).toMatchObject({ predicate: { failedTests: ['rows', 'canary'] } })
  })

  test('of a snapshot without a verdict claims no result', () => {
    expect(parsed(announced())).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: key, digest: { sha256: 'a'.repeat(64) } }],
      predicateType: 'urn:snapproof:claim:v1',
      predicate: { snapproof: stored(announced()) },
    })
  })

  test.each([
    { outcome: 'passed', result: 'PASSED' },
    { outcome: 'warned', result: 'WARNED' },
    { outcome: 'unmet', result: 'FAILED' },
    { outcome: 'failed', result: 'FAILED' },
    { outcome: 'unverifiable', result: 'WARNED' },
  ] as const)('says $result for $outcome, and our own word', ({ outcome, result }) => {
    const entry = withVerdict(announced(), verdictOf(outcome), arrivedAt)
    expect(parsed(entry)).toMatchObject({ predicate: { result } })
    const read = readStatement(statementOf(entry))
    expect(read).toMatchObject({ is: 'read', value: { verdict: { outcome } } })
  })

  test('says WARNED for a word that is of another build', () => {
    const entry = withVerdict(announced(), { ...verdictOf('passed'), outcome: 'good' }, arrivedAt)
    expect(parsed(entry)).toMatchObject({ predicate: { result: 'WARNED' } })
  })

  test('of any entry gives the entry back', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        expect(readStatement(statementOf(entry))).toEqual({ is: 'read', value: entry })
      }),
    )
  })

  test('signed, stored and read again is the same entry', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const sealed = seal(secret, payloadType, statementOf(entry))
        const envelope = readEnvelope(Buffer.from(JSON.stringify(sealed)))
        expect(envelope).toEqual(sealed)
        const payload = envelope && unseal([secret], payloadType, envelope)
        expect(payload && readStatement(payload)).toEqual({ is: 'read', value: entry })
      }),
      { numRuns: casesOf(30) },
    )
  })

  test.each([
    { name: 'nothing', text: '' },
    { name: 'no JSON', text: '{' },
    { name: 'another JSON', text: '[]' },
    { name: 'null', text: 'null' },
    { name: 'a statement of others', text: '{"predicate":{"result":"PASSED"}}' },
    {
      name: 'an entry without its claim',
      text: JSON.stringify({ predicate: { snapproof: { ...announced(), claim: undefined } } }),
    },
    {
      name: 'an entry whose verdict is none',
      text: JSON.stringify({ predicate: { snapproof: { ...announced(), verdict: 'good' } } }),
    },
  ])('is not read from $name', ({ text }) => {
    expect(readStatement(Buffer.from(text))).toEqual({ is: 'unreadable' })
  })

  test('of a newer format is told apart, and says whose entry it is', () => {
    const newer = { format: 2, id, wholly: 'other' }
    const payload = Buffer.from(JSON.stringify({ predicate: { snapproof: newer } }))
    expect(readStatement(payload)).toEqual({ is: 'newer' })
    expect(idInStatement(payload)).toBe(id)
  })

  test.each([
    { name: 'any of ours', text: statementOf(announced()).toString(), said: id },
    { name: 'no JSON', text: '{', said: undefined },
    { name: 'a statement of others', text: '{"predicate":{"result":"PASSED"}}', said: undefined },
    { name: 'an entry of nobody', text: '{"predicate":{"snapproof":{}}}', said: undefined },
  ])('says whose entry it is, where it does: $name', ({ text, said }) => {
    expect(idInStatement(Buffer.from(text))).toBe(said)
  })

  test('without what was expected claims no configuration', () => {
    const entry = withVerdict(announced(), verdictOf('passed'), arrivedAt)
    expect(parsed(entry)).toMatchObject({ predicate: { configuration: [] } })
  })

  test('of a file without a hash is about no bytes, until it was read', () => {
    const { sha256: _, md5: __, ...rest } = claimOf({ adopted: { etag: 'e' } })
    const adopted = newEntry(id, key, rest)
    expect(parsed(adopted)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [],
      predicateType: 'urn:snapproof:claim:v1',
      predicate: { snapproof: stored(adopted) },
    })
    const read = withVerdict(adopted, verdictOf('passed', { sha256: 'c'.repeat(64) }), arrivedAt)
    expect(parsed(read)).toMatchObject({ subject: [{ digest: { sha256: 'c'.repeat(64) } }] })
  })

  test('is read or refused from any bytes at all, never thrown at', () => {
    const anything = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(readStatement(Buffer.from(bytes))).toEqual({ is: 'unreadable' })
      }),
    )
  })
})
