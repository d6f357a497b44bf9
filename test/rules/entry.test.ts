import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  awaitsVerdict,
  Claim,
  Entry,
  isSoundEntry,
  newEntry,
  payloadType,
  provenAt,
  readEnvelope,
  readStatement,
  statementOf,
  withVerdict,
  wordOf,
  isBeingVerified,
  withStart,
} from '../../lib/rules/entry'
import type { Verdict } from '../../lib/rules/entry'
import { seal, unseal } from '../../lib/rules/seal'
import { checks, isSound, outcomes, words } from '../../lib/rules/verdict'
import { announced, claimOf, findingsWith, id, key, secret, verdictOf } from '../fixtures/entries'

const arrivedAt = '2025-07-04T01:00:05.000Z'
const policy = 'd'.repeat(64)

const instants = fc
  .date({
    min: new Date('2000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  .map((at) => at.toISOString())
const hashes = fc.stringMatching(/^[0-9a-f]{64}$/)
const texts = fc.string({ unit: 'binary' })

const claims: fc.Arbitrary<Claim> = fc.record(
  {
    database: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/),
    sizeBytes: fc.maxSafeNat(),
    sha256: hashes,
    md5: fc.stringMatching(/^[0-9a-f]{32}$/),
    takenAt: instants,
    encoding: fc.constantFrom('identity', 'gzip'),
    rawSizeBytes: fc.maxSafeNat(),
    rawSha256: hashes,
    sqliteVersion: texts,
    journalMode: texts,
    host: texts,
    ticketAt: instants,
  },
  {
    requiredKeys: [
      'database',
      'sizeBytes',
      'sha256',
      'md5',
      'takenAt',
      'encoding',
      'sqliteVersion',
      'journalMode',
      'host',
      'ticketAt',
    ],
  },
)

const findings = fc.record(
  {
    check: fc.constantFrom(...checks),
    outcome: fc.constantFrom(...outcomes),
    detail: texts,
    mend: texts,
  },
  { requiredKeys: ['check', 'outcome', 'detail'] },
)

const verdicts: fc.Arbitrary<Verdict> = fc.record(
  {
    outcome: fc.constantFrom(...outcomes),
    at: instants,
    method: texts,
    findings: fc.array(findings),
    sha256: hashes,
    schemaFingerprint: hashes,
    rows: fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.maxSafeNat()),
    tookMs: fc.nat(),
  },
  { requiredKeys: ['outcome', 'at', 'method', 'findings', 'tookMs'] },
)

const entries: fc.Arbitrary<Entry> = fc.record(
  {
    id: texts,
    key: texts,
    claim: claims,
    arrivedAt: instants,
    verdict: verdicts,
    history: fc.array(fc.record({ at: instants, word: fc.constantFrom(...words), note: texts }), {
      maxLength: 20,
    }),
  },
  { requiredKeys: ['id', 'key', 'claim', 'history'] },
)

describe('a claim', () => {
  test.each([
    { name: 'as announced', change: {}, isRight: true },
    { name: 'of no bytes', change: { sizeBytes: 0 }, isRight: true },
    { name: 'of less than none', change: { sizeBytes: -1 }, isRight: false },
    { name: 'of half a byte', change: { sizeBytes: 0.5 }, isRight: false },
    { name: 'with 63 digits of hash', change: { sha256: 'a'.repeat(63) }, isRight: false },
    { name: 'with 65 digits of hash', change: { sha256: 'a'.repeat(65) }, isRight: false },
    { name: 'with a hash of capitals', change: { sha256: 'A'.repeat(64) }, isRight: false },
    { name: 'with 31 digits of MD5', change: { md5: 'b'.repeat(31) }, isRight: false },
    {
      name: 'of a day that never was',
      change: { takenAt: '2025-02-29T01:00:00Z' },
      isRight: false,
    },
    {
      name: 'of a time without a zone',
      change: { takenAt: '2025-07-04T01:00:00' },
      isRight: false,
    },
    { name: 'of an unknown encoding', change: { encoding: 'zstd' }, isRight: false },
    { name: 'for a path', change: { database: '../tokens' }, isRight: false },
  ])('is taken $name: $isRight', ({ change, isRight }) => {
    expect(Claim.safeParse({ ...claimOf(), ...change }).success).toBe(isRight)
  })
})

describe('an entry', () => {
  test('begins as pending, at the time of its ticket', () => {
    const entry = newEntry(id, key, claimOf())
    expect(entry.history).toEqual([
      { at: '2025-07-04T01:00:00.000Z', word: 'pending', note: 'ticket given' },
    ])
    expect(wordOf(entry)).toBe('pending')
    expect(isSoundEntry(entry)).toBe(false)
    expect(provenAt(entry)).toBeUndefined()
    expect(Entry.parse(entry)).toEqual(entry)
  })

  test.each(outcomes.map((outcome) => ({ outcome })))(
    'is met by its verdict: $outcome',
    ({ outcome }) => {
      const entry = withVerdict(announced(), verdictOf(outcome), arrivedAt)
      expect(wordOf(entry)).toBe(outcome)
      expect(isSoundEntry(entry)).toBe(isSound(outcome))
      expect(provenAt(entry)).toBe('2025-07-04T01:00:10.000Z')
    },
  )
})

describe('withVerdict', () => {
  const later = { at: '2025-07-05T00:00:00.000Z' }

  test.each(
    outcomes.flatMap((before) =>
      outcomes.map((after) => ({
        before,
        after,
        stays: after === 'unverifiable' && before !== 'unverifiable' ? before : after,
      })),
    ),
  )('$before, then $after: it is $stays', ({ before, after, stays }) => {
    const first = withVerdict(announced(), verdictOf(before), arrivedAt)
    const second = withVerdict(first, verdictOf(after, later), arrivedAt)
    expect(wordOf(second)).toBe(stays)
    expect(second.history.map(({ word }) => word)).toEqual(['pending', before, after])
  })

  test('keeps the time of the proof when a later check could not be made', () => {
    const first = withVerdict(announced(), verdictOf('passed'), arrivedAt)
    const second = withVerdict(first, verdictOf('unverifiable', later), arrivedAt)
    expect(provenAt(second)).toBe('2025-07-04T01:00:10.000Z')
    expect(second.history.at(-1)?.at).toBe(later.at)
  })

  test.each([
    { outcome: 'passed', findings: findingsWith(), note: 'integrity_check in memory' },
    { outcome: 'failed', findings: findingsWith({ header: 'failed' }), note: 'header failed' },
    { outcome: 'warned', findings: findingsWith({ schema: 'warned' }), note: 'schema warned' },
    { outcome: 'unverifiable', findings: [], note: 'integrity_check in memory' },
  ] as const)('notes what decided: $outcome, $note', ({ outcome, findings: some, note }) => {
    const verdict = verdictOf(outcome, { findings: [...some] })
    expect(withVerdict(announced(), verdict, arrivedAt).history.at(-1)).toEqual({
      at: verdict.at,
      word: outcome,
      note,
    })
  })

  test('keeps the time of arrival as first seen', () => {
    const first = withVerdict(announced(), verdictOf('passed'), arrivedAt)
    const second = withVerdict(first, verdictOf('passed'), '2026-01-01T00:00:00.000Z')
    expect(second.arrivedAt).toBe(arrivedAt)
  })

  test.each([
    { verdicts: 98, lines: 99, first: 'pending' },
    { verdicts: 99, lines: 100, first: 'pending' },
    { verdicts: 100, lines: 100, first: 'passed' },
    { verdicts: 250, lines: 100, first: 'passed' },
  ])('remembers $lines lines after $verdicts verdicts', ({ verdicts: count, lines, first }) => {
    let entry = announced()
    for (let turn = 0; turn < count; turn += 1) {
      entry = withVerdict(entry, verdictOf('passed', { method: `turn ${turn}` }), arrivedAt)
    }
    expect(entry.history).toHaveLength(lines)
    expect(entry.history[0]?.word).toBe(first)
    expect(entry.history.at(-1)?.note).toBe(`turn ${count - 1}`)
  })

  test('never gives up a definite answer for "could not check", over any history', () => {
    fc.assert(
      fc.property(entries, fc.array(verdicts, { maxLength: 8 }), (start, some) => {
        let entry = start
        let definite = start.verdict?.outcome === 'unverifiable' ? undefined : start.verdict
        for (const verdict of some) {
          entry = withVerdict(entry, verdict, arrivedAt)
          if (verdict.outcome !== 'unverifiable') definite = verdict
          expect(entry.verdict).toEqual(definite ?? verdict)
          expect(entry.history.length).toBeLessThanOrEqual(100)
          expect(entry.history.at(-1)).toMatchObject({ at: verdict.at, word: verdict.outcome })
        }
      }),
    )
  })

  test('changes nothing in what it was given, and nothing of the claim', () => {
    fc.assert(
      fc.property(entries, verdicts, (entry, verdict) => {
        const before = JSON.stringify(entry)
        const after = withVerdict(entry, verdict, arrivedAt)
        expect(JSON.stringify(entry)).toBe(before)
        expect([after.id, after.key, after.claim]).toEqual([entry.id, entry.key, entry.claim])
      }),
    )
  })
})

describe('awaitsVerdict', () => {
  const hourMs = 3_600_000
  const at = '2025-07-04T02:00:00.000Z'
  const after = (ms: number) => new Date(Date.parse(at) + ms)

  const tried = (times: number): Entry => {
    let entry = announced()
    for (let turn = times - 1; turn >= 0; turn -= 1) {
      const time = new Date(Date.parse(at) - turn * hourMs).toISOString()
      entry = withVerdict(entry, verdictOf('unverifiable', { at: time }), arrivedAt)
    }
    return entry
  }

  test('one that was never judged always waits', () => {
    fc.assert(
      fc.property(instants, (now) => {
        expect(awaitsVerdict(announced(), new Date(now))).toBe(true)
      }),
    )
  })

  test.each([{ outcome: 'passed' }, { outcome: 'warned' }, { outcome: 'failed' }] as const)(
    'one that $outcome never waits again',
    ({ outcome }) => {
      const entry = withVerdict(announced(), verdictOf(outcome, { at }), arrivedAt)
      expect(awaitsVerdict(entry, after(1000 * hourMs))).toBe(false)
    },
  )

  test.each([
    { tries: 1, ms: 0, waits: false, why: 'just tried' },
    { tries: 1, ms: hourMs - 1, waits: false, why: 'one less than an hour' },
    { tries: 1, ms: hourMs, waits: true, why: 'exactly an hour' },
    { tries: 1, ms: hourMs + 1, waits: true, why: 'one more than an hour' },
    { tries: 2, ms: hourMs - 1, waits: false, why: 'the hour counts from the last try' },
    { tries: 2, ms: hourMs, waits: true, why: 'a third try is made' },
    { tries: 3, ms: hourMs, waits: false, why: 'the third was the last' },
    { tries: 4, ms: 1000 * hourMs, waits: false, why: 'and no time changes that' },
    { tries: 1, ms: -hourMs, waits: false, why: 'a try that lies in the future' },
  ])('after $tries tries and $ms ms: $waits ($why)', ({ tries, ms, waits }) => {
    expect(awaitsVerdict(tried(tries), after(ms))).toBe(waits)
  })

  test('a proven copy that could not be checked again does not wait', () => {
    const proven = withVerdict(announced(), verdictOf('passed'), arrivedAt)
    const checked = withVerdict(proven, verdictOf('unverifiable', { at }), arrivedAt)
    expect(awaitsVerdict(checked, after(2 * hourMs))).toBe(false)
  })

  test('nothing is tried for ever: an hourly run ends by itself', () => {
    let entry = announced()
    let tries = 0
    for (let hour = 0; hour < 48; hour += 1) {
      const now = after(hour * hourMs)
      if (!awaitsVerdict(entry, now)) continue
      tries += 1
      entry = withVerdict(entry, verdictOf('unverifiable', { at: now.toISOString() }), arrivedAt)
    }
    expect(tries).toBe(3)
  })
})

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
})

describe('an envelope', () => {
  test.each([
    { name: 'nothing', text: '' },
    { name: 'no JSON', text: '<?xml version="1.0"?>' },
    { name: 'no signatures', text: '{"payloadType":"a","payload":"b"}' },
    {
      name: 'a signature of no form',
      text: '{"payloadType":"a","payload":"b","signatures":["c"]}',
    },
    { name: 'a payload that is no text', text: '{"payloadType":"a","payload":1,"signatures":[]}' },
  ])('is not read from $name', ({ text }) => {
    expect(readEnvelope(Buffer.from(text))).toBeUndefined()
  })

  test('is read or refused from any bytes at all, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(readEnvelope(bytes)).toBeUndefined()
          expect(readStatement(Buffer.from(bytes))).toBeUndefined()
        },
      ),
    )
  })
})

describe('a run that was started', () => {
  const at = new Date('2026-03-01T01:00:00Z')
  const started = withStart(announced(), at)
  const afterMs = (ms: number) => new Date(at.getTime() + ms)

  test.each([
    { name: 'at once', ms: 0, busy: true },
    { name: 'a moment before 16 minutes', ms: 16 * 60_000 - 1, busy: true },
    { name: 'after 16 minutes', ms: 16 * 60_000, busy: false },
  ])('keeps others from starting another: $name', ({ ms, busy }) => {
    expect(isBeingVerified(started, afterMs(ms))).toBe(busy)
    expect(awaitsVerdict(started, afterMs(ms))).toBe(!busy)
    expect(isBeingVerified(announced(), afterMs(ms))).toBe(false)
  })

  test('is over with its verdict', () => {
    expect(withVerdict(started, verdictOf('passed'), arrivedAt)).not.toHaveProperty('startedAt')
  })
})
