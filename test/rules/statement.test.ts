import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { newEntry, withVerdict } from '../../lib/rules/entry'
import type { Entry } from '../../lib/rules/entry'
import { readEnvelope, seal, unseal } from '../../lib/rules/seal'
import { payloadType, readStatement, statementOf } from '../../lib/rules/statement'
import { checks } from '../../lib/rules/verdict'
import { entries } from '../fixtures/arbitraries'
import { announced, claimOf, findingsWith, id, key, secret, verdictOf } from '../fixtures/entries'

const arrivedAt = '2025-07-04T01:00:05.000Z'
const policy = 'd'.repeat(64)

describe('a statement', () => {
  const parsed = (entry: Entry): unknown => JSON.parse(statementOf(entry, policy).toString())

  test('of a judged snapshot is an in-toto test result about exactly its bytes', () => {
    const verdict = verdictOf('warned', {
      findings: [...findingsWith({ schema: 'warned' }), ...findingsWith({ rows: 'failed' })],
    })
    const entry = withVerdict(announced(), verdict, arrivedAt)
    expect(parsed(entry)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: key, digest: { sha256: 'a'.repeat(64) } }],
      predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
      predicate: {
        result: 'WARNED',
        configuration: [{ name: 'expectations', digest: { sha256: policy } }],
        passedTests: [...checks.filter((check) => check !== 'schema'), 'schema'],
        warnedTests: ['schema'],
        failedTests: ['rows'],
        snapproof: entry,
      },
    })
  })

  test('of a snapshot without a verdict claims no result', () => {
    expect(parsed(announced())).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: key, digest: { sha256: 'a'.repeat(64) } }],
      predicateType: 'urn:snapproof:claim:v1',
      predicate: { snapproof: announced() },
    })
  })

  test.each([
    { outcome: 'passed', result: 'PASSED' },
    { outcome: 'warned', result: 'WARNED' },
    { outcome: 'failed', result: 'FAILED' },
    { outcome: 'unverifiable', result: 'WARNED' },
  ] as const)('says $result for $outcome', ({ outcome, result }) => {
    const entry = withVerdict(announced(), verdictOf(outcome), arrivedAt)
    expect(parsed(entry)).toMatchObject({
      predicate: { result, snapproof: { verdict: { outcome } } },
    })
  })

  test('of any entry gives the entry back', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        expect(readStatement(statementOf(entry, policy))).toEqual(entry)
      }),
    )
  })

  test('signed, stored and read again is the same entry', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const sealed = seal(secret, payloadType, statementOf(entry, policy))
        const envelope = readEnvelope(Buffer.from(JSON.stringify(sealed)))
        expect(envelope).toEqual(sealed)
        const payload = envelope && unseal([secret], payloadType, envelope)
        expect(payload && readStatement(payload)).toEqual(entry)
      }),
      { numRuns: 30 },
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
      name: 'an entry with an unknown verdict',
      text: JSON.stringify({
        predicate: {
          snapproof: { ...announced(), verdict: { ...verdictOf('passed'), outcome: 'good' } },
        },
      }),
    },
  ])('is not read from $name', ({ text }) => {
    expect(readStatement(Buffer.from(text))).toBeUndefined()
  })

  test('of a file without a hash is about no bytes, until it was read', () => {
    const { sha256: _, md5: __, ...rest } = claimOf({ adopted: { etag: 'e' } })
    const adopted = newEntry(id, key, rest)
    expect(parsed(adopted)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [],
      predicateType: 'urn:snapproof:claim:v1',
      predicate: { snapproof: adopted },
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
        expect(readStatement(Buffer.from(bytes))).toBeUndefined()
      }),
    )
  })
})
