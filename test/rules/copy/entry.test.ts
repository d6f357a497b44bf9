import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  Claim,
  decidingAgainst,
  Entry,
  isFallRight,
  isSoundEntry,
  newEntry,
  provenAt,
  remember,
  rowsOf,
  withoutVerdict,
  withVerdict,
  wordOf,
} from '../../../lib/rules/copy/entry'
import type { Verdict } from '../../../lib/rules/copy/entry'
import { sqlite } from '../../../lib/rules/kinds/sqlite/kind'
import type { SqliteCheck } from '../../../lib/rules/kinds/sqlite/kind'
import { isSound, outcomes } from '../../../lib/rules/verdict/verdict'
import type { Outcome } from '../../../lib/rules/verdict/verdict'
import { entries, verdicts } from '../../fixtures/arbitraries'
import {
  announced,
  claimOf,
  findingOf,
  findingsWith,
  id,
  key,
  verdictOf,
} from '../../fixtures/told/entries'

const arrivedAt = '2025-07-04T01:00:05.000Z'

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
    { name: 'of an archive', change: { encoding: 'gzip' }, isRight: true },
    { name: 'of an unknown encoding', change: { encoding: 'zstd' }, isRight: false },
    { name: 'for a path', change: { database: '../tokens' }, isRight: false },
    {
      name: 'of a file that nobody announced',
      change: { sha256: undefined, md5: undefined, adopted: { etag: 'e' } },
      isRight: true,
    },
    { name: 'of an adopted file that has no name', change: { adopted: {} }, isRight: false },
    { name: 'of a set', change: { set: { id: 's', size: 2 } }, isRight: true },
    { name: 'of a set and a half', change: { set: { id: 's', size: 1.5 } }, isRight: false },
  ])('is taken $name: $isRight', ({ change, isRight }) => {
    expect(Claim.safeParse({ ...claimOf(), ...change }).success).toBe(isRight)
  })

  test('whose hash is none says what a hash is', () => {
    const { error } = Claim.safeParse({ ...claimOf(), sha256: 'none' })
    expect(error?.issues.map(({ message }) => message)).toEqual(['expected 64 hexadecimal digits'])
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

  test('counts how often in a row it could not be checked, of each file from the first on', () => {
    const unchecked = verdictOf('unverifiable')
    const once = withVerdict(announced(), unchecked, arrivedAt, 'one')
    const twice = withVerdict(once, unchecked, arrivedAt, 'one')
    const ofAnother = withVerdict(twice, unchecked, arrivedAt, 'two')
    const answered = withVerdict(twice, verdictOf('failed'), arrivedAt, 'one')
    expect([once, twice, ofAnother, answered].map(({ tries }) => tries)).toEqual([1, 2, 1, 0])
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
    const asked = verdicts.map((verdict) => ({ ...verdict, expectations: 'e'.repeat(64) }))
    const begun = fc.tuple(entries.map(withoutVerdict), fc.option(asked, { nil: undefined }))
    const starts = begun.map(([entry, verdict]) => (verdict ? { ...entry, verdict } : entry))
    fc.assert(
      fc.property(starts, fc.array(asked, { maxLength: 8 }), (start, some) => {
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
        expect([after.id, after.key]).toEqual([entry.id, entry.key])
        const isFirstHash = entry.claim.adopted !== undefined && entry.claim.sha256 === undefined
        const sha256 = isFirstHash ? verdict.sha256 : entry.claim.sha256
        expect({ ...after.claim, sha256 }).toEqual({ ...entry.claim, sha256 })
        expect(after.claim.sha256).toBe(sha256)
      }),
    )
  })

  test.each([
    { etag: 'one', second: 'passed', now: 'two', why: 'what was judged is what stands there' },
    { etag: 'one', second: 'failed', now: 'two', why: 'so it is when it was found damaged' },
    {
      etag: 'one',
      second: 'unverifiable',
      now: 'two',
      why: 'what could not be checked is another file, and unproven',
    },
    { etag: 'two', second: 'unverifiable', now: 'two', why: 'the same file stays as it was' },
    { etag: undefined, second: 'unverifiable', now: undefined, why: 'of the time before' },
  ] as const)('remembers the object it was about: $second, $why', ({ etag, second, now }) => {
    const first = withVerdict(announced(), verdictOf('passed'), arrivedAt, etag)
    expect(first.etag).toBe(etag)
    expect(withVerdict(first, verdictOf(second, later), arrivedAt, 'two').etag).toBe(now)
  })

  test('keeps the object as it was where none is named', () => {
    const first = withVerdict(announced(), verdictOf('passed'), arrivedAt, 'one')
    expect(withVerdict(first, verdictOf('passed', later), arrivedAt).etag).toBe('one')
  })

  test.each([
    { name: 'adopted, first read', adopted: true, sha256: undefined, seen: 'b', claimed: 'b' },
    { name: 'adopted, read again', adopted: true, sha256: 'a', seen: 'b', claimed: 'a' },
    { name: 'adopted and not read', adopted: true, sha256: undefined, seen: '', claimed: '' },
    { name: 'announced', adopted: false, sha256: 'a', seen: 'b', claimed: 'a' },
  ])('takes the first hash of an adopted file for its own: $name', (row) => {
    const { adopted, seen, sha256, claimed } = row
    const hash = (sign: string | undefined) => (sign ? sign.repeat(64) : undefined)
    const { sha256: _, ...rest } = claimOf()
    const claim: Claim = {
      ...rest,
      ...(sha256 === undefined ? {} : { sha256: sha256.repeat(64) }),
      ...(adopted ? { adopted: { etag: 'e' } } : {}),
    }
    const { sha256: __, ...verdict } = verdictOf('passed', { sha256: 'c'.repeat(64) })
    const found = seen === '' ? verdict : { ...verdict, sha256: seen.repeat(64) }
    const entry = withVerdict(newEntry(id, key, claim), found, arrivedAt)
    expect(entry.claim.sha256).toBe(hash(claimed))
  })
})

describe('a copy that came before something else was expected', () => {
  const judged = (outcome: Outcome, expectations: string, changes: Partial<Verdict> = {}) =>
    verdictOf(outcome, { expectations, ...changes })
  const missing = (...some: SqliteCheck[]) => ({
    findings: findingsWith(Object.fromEntries(some.map((check) => [check, 'unmet']))),
  })
  const asked = (...some: Verdict[]): Entry => {
    let entry = announced()
    for (const verdict of some) entry = withVerdict(entry, verdict, arrivedAt, 'file')
    return entry
  }

  test.each([
    { name: 'was sound', before: judged('passed', 'then'), word: 'warned' },
    { name: 'was sound with a warning', before: judged('warned', 'then'), word: 'warned' },
    { name: 'was not met then either', before: judged('unmet', 'then'), word: 'unmet' },
    { name: 'was damaged', before: judged('failed', 'then'), word: 'unmet' },
    { name: 'could not be checked', before: judged('unverifiable', 'then'), word: 'unmet' },
    { name: 'is asked the same again', before: judged('passed', 'now'), word: 'unmet' },
  ])('is $word by what is expected now, where it $name', ({ before, word }) => {
    const entry = asked(before, judged('unmet', 'now'))
    expect(wordOf(entry)).toBe(word)
    expect(entry.history.at(-1)?.word).toBe(word)
  })

  test('was never judged is held against what is expected now', () => {
    expect(wordOf(asked(judged('unmet', 'now')))).toBe('unmet')
  })

  test('is told as what it is, without a mend that nobody needs', () => {
    const unmet = { ...findingOf('schema', 'unmet'), detail: 'No table b.', mend: 'Look.' }
    const entry = asked(judged('passed', 'then'), judged('unmet', 'now', { findings: [unmet] }))
    expect(entry.verdict?.findings).toEqual([
      {
        check: 'schema',
        outcome: 'warned',
        code: 'came-before',
        detail: 'No table b. It was sound by what was expected when it came.',
        mend: undefined,
      },
    ])
  })

  test('is damaged all the same where its bytes are', () => {
    expect(wordOf(asked(judged('passed', 'then'), judged('failed', 'now')))).toBe('failed')
  })

  test.each([
    { name: 'the same', now: missing('schema'), word: 'warned' },
    { name: 'less', now: missing('rows'), word: 'warned' },
    { name: 'more', now: missing('schema', 'rows', 'canary'), word: 'unmet' },
  ])('stays so when it is asked once more, and lacks $name: $word', ({ now, word }) => {
    const first = asked(
      judged('passed', 'then'),
      judged('unmet', 'now', missing('schema', 'rows')),
      judged('unmet', 'now', now),
    )
    expect(wordOf(first)).toBe(word)
  })

  test('stays so however often it lacks that one thing', () => {
    const lacks = judged('unmet', 'now', missing('schema'))
    expect(wordOf(asked(judged('passed', 'then'), lacks, lacks, lacks))).toBe('warned')
  })

  test('was another file says nothing of this one', () => {
    const before = withVerdict(announced(), judged('passed', 'then'), arrivedAt, 'one')
    expect(wordOf(withVerdict(before, judged('unmet', 'now'), arrivedAt, 'two'))).toBe('unmet')
  })
})

test('an entry whose file is no longer the judged one waits for its verdict', () => {
  const entry = withVerdict(announced(), verdictOf('passed'), arrivedAt, 'one')
  const { verdict: _, ...rest } = entry
  expect(withoutVerdict(entry)).toEqual(rest)
  expect(wordOf(withoutVerdict(entry))).toBe('pending')
})

describe('what decides against a copy', () => {
  test.each([
    { name: 'nothing, when it passed', verdict: verdictOf('passed'), against: [] },
    { name: 'nothing, when it was warned', verdict: verdictOf('warned'), against: [] },
    {
      name: 'the check that failed',
      verdict: verdictOf('failed', { findings: findingsWith({ rows: 'failed' }) }),
      against: ['rows'],
    },
    {
      name: 'the check that gave no answer',
      verdict: verdictOf('unverifiable', { findings: findingsWith({ header: 'unverifiable' }) }),
      against: ['header'],
    },
    {
      name: 'every check of those, once each, and no warning',
      verdict: verdictOf('failed', {
        findings: [
          ...findingsWith({ schema: 'warned', rows: 'failed', clock: 'unverifiable' }),
          findingOf('rows', 'failed'),
        ],
      }),
      against: ['rows', 'clock'],
    },
    {
      name: 'the opening itself, where nothing was answered',
      verdict: verdictOf('unverifiable', { findings: [] }),
      against: ['structure'],
    },
    {
      name: 'the opening itself, where what was answered was well',
      verdict: verdictOf('unverifiable', { findings: [findingOf('arrival', 'passed')] }),
      against: ['structure'],
    },
  ])('is $name', ({ verdict, against }) => {
    expect(decidingAgainst(verdict)).toEqual(against)
  })
})

describe('an overruled verdict', () => {
  const overruled = (some: SqliteCheck[], failing: SqliteCheck[]): Entry => {
    const findings = findingsWith(Object.fromEntries(failing.map((check) => [check, 'failed'])))
    const outcome = failing.length === 0 ? 'passed' : 'failed'
    const entry = withVerdict(announced(), verdictOf(outcome, { findings }), arrivedAt)
    return { ...entry, accepted: { at: arrivedAt, by: 'ada', reason: 'known', checks: some } }
  }

  test.each([
    { accepted: ['rows'], failing: ['rows'], word: 'accepted', why: 'just what was overruled' },
    { accepted: ['rows', 'schema'], failing: ['rows'], word: 'accepted', why: 'less of it' },
    { accepted: ['rows'], failing: ['rows', 'schema'], word: 'failed', why: 'one more besides' },
    { accepted: ['rows'], failing: ['schema'], word: 'failed', why: 'another instead' },
    { accepted: [], failing: ['rows'], word: 'failed', why: 'nothing was overruled' },
    { accepted: ['rows'], failing: [], word: 'passed', why: 'it became well by itself' },
  ] as const)('of $accepted, with $failing against it: $word ($why)', (row) => {
    const entry = overruled([...row.accepted], [...row.failing])
    expect(wordOf(entry)).toBe(row.word)
    expect(isSoundEntry(entry)).toBe(row.word !== 'failed')
  })

  const fall = {
    since: id,
    sinceAt: arrivedAt,
    before: 'tokens_2025-07-03T010000Z_b81d04',
    beforeAt: '2025-07-03T01:00:05.000Z',
    tables: { tokens: { had: 5000, has: 5 } },
  }

  test.each([
    {
      name: 'a fall that is right',
      outcome: 'warned',
      fallen: fall,
      isFallRight: true,
      word: 'accepted',
    },
    {
      name: 'a fall of which nobody said so',
      outcome: 'warned',
      fallen: fall,
      isFallRight: false,
      word: 'warned',
    },
    { name: 'no fall', outcome: 'warned', fallen: undefined, isFallRight: true, word: 'warned' },
    {
      name: 'a fall, and other bytes',
      outcome: 'failed',
      fallen: fall,
      isFallRight: true,
      word: 'failed',
    },
  ] as const)('is $word with $name', ({ outcome, fallen, isFallRight: isRight, word }) => {
    const verdict = verdictOf(outcome, fallen ? { fall: fallen } : {})
    const accepted = { at: arrivedAt, by: 'ada', reason: 'meant', checks: [], isFallRight: isRight }
    const entry = { ...withVerdict(announced(), verdict, arrivedAt), accepted }
    expect(wordOf(entry)).toBe(word)
    expect(isFallRight(entry)).toBe(isRight && fallen !== undefined)
  })

  test.each([
    { isHostRight: true, word: 'accepted' },
    { isHostRight: false, word: 'warned' },
  ])('is $word where its host was called right: $isHostRight', ({ isHostRight, word }) => {
    const accepted = { at: arrivedAt, by: 'ada', reason: 'moved', checks: [], isHostRight }
    const entry = { ...withVerdict(announced(), verdictOf('warned'), arrivedAt), accepted }
    expect(wordOf(entry)).toBe(word)
  })

  test('is still to be had where nothing could be checked', () => {
    const entry = withVerdict(announced(), verdictOf('unverifiable', { findings: [] }), arrivedAt)
    const accepted = { at: arrivedAt, by: 'ada', reason: 'known', checks: ['structure' as const] }
    expect(wordOf({ ...entry, accepted })).toBe('accepted')
  })

  test('says nothing of a copy that has no verdict', () => {
    const accepted = { at: arrivedAt, by: 'ada', reason: 'known', checks: [...sqlite.checks] }
    expect(wordOf({ ...announced(), accepted })).toBe('pending')
  })

  test('never turns a sound copy into one that is not, nor hides a check that was not named', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const { accepted: _, ...plain } = entry
        if (isSoundEntry(plain)) expect(isSoundEntry(entry)).toBe(true)
        if (wordOf(entry) === 'accepted' && entry.verdict) {
          for (const check of decidingAgainst(entry.verdict)) {
            expect(entry.accepted?.checks).toContain(check)
          }
        }
        expect(wordOf(plain)).not.toBe('accepted')
      }),
    )
  })
})

test('the rows of a copy are the sum of its tables, where they were counted', () => {
  const counted = (rows?: Record<string, number>) =>
    withVerdict(announced(), verdictOf('passed', rows && { rows }), arrivedAt)
  expect(rowsOf(counted({ tokens: 300, sessions: 2 }))).toBe(302)
  expect(rowsOf(counted({}))).toBe(0)
  expect(rowsOf(counted())).toBeUndefined()
  expect(rowsOf(announced())).toBeUndefined()
})

describe('a history', () => {
  const line = { at: arrivedAt, word: 'passed', note: 'the newest' } as const
  const older = (count: number): Entry => ({
    ...announced(),
    history: Array.from({ length: count }, (_, nth) => ({ ...line, note: `line ${nth}` })),
  })

  test.each([
    { count: 98, lines: 99, first: 'line 0' },
    { count: 99, lines: 100, first: 'line 0' },
    { count: 100, lines: 100, first: 'line 1' },
  ])('of $count lines and one more has $lines', ({ count, lines, first }) => {
    const history = remember(older(count), line)
    expect(history).toHaveLength(lines)
    expect(history[0]?.note).toBe(first)
    expect(history.at(-1)).toEqual(line)
  })
})
