import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Gap } from '../../../lib/rules/second/carrying'
import {
  behindWords,
  comparedAs,
  secondLineOf,
  secondStandingOf,
  toCompare,
  unseenIn,
} from '../../../lib/rules/second/second-state'
import type { SecondDatabase, SecondState } from '../../../lib/rules/second/second-state'
import { casesOf } from '../../cases'

const dayOf = (day: number): string => new Date(Date.UTC(2026, 2, day)).toISOString()
const now = new Date(dayOf(20))
const startedAt = dayOf(10)

const gapOf = (day: number): Gap => ({
  database: 'tokens',
  id: `tokens_${day}`,
  key: `${day}`,
  sizeBytes: 100,
  arrivedAt: dayOf(day),
  lacks: 'copy',
  isNewest: false,
})

const lineOf = (change: Partial<SecondDatabase> = {}): SecondDatabase => ({
  fingerprint: 'f',
  lookedAt: dayOf(19),
  behind: 0,
  behindBytes: 0,
  copies: 3,
  newest: { id: 'tokens_18', at: dayOf(18) },
  ...change,
})

const stateOf = (databases: SecondState['databases']): SecondState => ({
  place: 'x at y',
  startedAt,
  databases,
})

const knownOf = (day: number, fingerprint = 'f') => ({
  fingerprint,
  newestSound: { id: `tokens_${day}`, arrivedAt: dayOf(day) },
})

describe('what is to be compared', () => {
  const state = stateOf({
    quiet: lineOf(),
    old: lineOf({ lookedAt: dayOf(12) }),
    week: lineOf({ lookedAt: dayOf(13) }),
    lately: lineOf({ lookedAt: new Date(Date.parse(dayOf(13)) + 1).toISOString() }),
    changed: lineOf(),
    behind: lineOf({ behind: 1, lookedAt: dayOf(15) }),
    newer: lineOf(),
    gone: lineOf(),
  })
  const known = {
    quiet: knownOf(18),
    old: knownOf(18),
    week: knownOf(18),
    lately: knownOf(18),
    changed: knownOf(18, 'g'),
    behind: knownOf(18),
    newer: knownOf(19, 'g'),
    unseen: knownOf(19),
    never: { fingerprint: 'g' },
  }

  test('is whose newest copy may be missing, then what changed or waits, then what nobody looked at for long', () => {
    expect(toCompare(state, known, now)).toEqual([
      'unseen',
      'newer',
      'behind',
      'changed',
      'old',
      'week',
    ])
  })

  test('is in the order of the names where nothing else tells one before the other', () => {
    const two = { b: knownOf(19), a: knownOf(19) }
    expect(toCompare(stateOf({}), two, now)).toEqual(['a', 'b'])
    expect(toCompare(stateOf({}), { a: knownOf(19), b: knownOf(19) }, now)).toEqual(['a', 'b'])
  })

  test('is one of which nothing sound is left as well, as long as something stands there', () => {
    expect(toCompare(stateOf({ a: lineOf() }), { a: { fingerprint: 'g' } }, now)).toEqual(['a'])
  })
})

describe('how far a database is behind there', () => {
  const there = [
    { id: 'tokens_17', at: new Date(dayOf(17)) },
    { id: 'tokens_18', at: new Date(dayOf(18)) },
    { id: 'tokens_16', at: new Date(dayOf(16)) },
  ]
  const compared = (missing: Gap[], before?: SecondDatabase) =>
    comparedAs({ fingerprint: 'f', there, missing }, { before, startedAt, now })

  test('is by nothing where nothing is missing, and the newest there is named', () => {
    expect(compared([])).toEqual(lineOf({ lookedAt: dayOf(20) }))
    const twin = { id: 'tokens_18b', at: new Date(dayOf(18)) }
    const both = { fingerprint: 'f', there: [...there, twin], missing: [] }
    expect(comparedAs(both, { before: undefined, startedAt, now }).newest?.id).toBe('tokens_18')
    const empty = { fingerprint: 'f', there: [], missing: [] }
    expect(comparedAs(empty, { before: undefined, startedAt, now }).newest).toBeUndefined()
  })

  test.each([
    { name: 'when it came', missing: [15, 13], before: lineOf({ behind: 1 }), since: 13 },
    { name: 'when the place was set up', missing: [2], before: undefined, since: 10 },
    { name: 'when nothing waited', missing: [12], before: lineOf(), since: 19 },
  ])('counts from $name, whichever is later', ({ missing, before, since }) => {
    expect(compared(missing.map(gapOf), before)).toMatchObject({
      behind: missing.length,
      behindBytes: missing.length * 100,
      since: dayOf(since),
    })
  })

  test('counts what came since then, so that a run which never carries anything is seen', () => {
    const state = stateOf({ tokens: lineOf() })
    const line = (known: Parameters<typeof secondLineOf>[2], of = state) =>
      secondLineOf(of, 'tokens', known)
    expect(line(knownOf(18))).toEqual({ behind: 0, copies: 3, newestAt: dayOf(18) })
    expect(line(knownOf(18, 'g'))).toMatchObject({ behind: 0 })
    expect(line(knownOf(20, 'g'))).toMatchObject({ behind: 1, since: dayOf(20) })
    // Seen at the last look, and not sound then.
    expect(line(knownOf(17, 'g'))).toMatchObject({ behind: 0 })
    expect(line({ fingerprint: 'g' })).toMatchObject({ behind: 0 })
    const waiting = stateOf({ tokens: lineOf({ behind: 2, since: dayOf(11) }) })
    expect(line(knownOf(20, 'g'), waiting)).toMatchObject({ behind: 3, since: dayOf(11) })
    expect(line(knownOf(8), stateOf({}))).toEqual({ behind: 1, since: startedAt, copies: 0 })
  })
})

describe('what a run could not compare', () => {
  const unseen = (line: SecondDatabase | undefined, one: Parameters<typeof secondLineOf>[2]) =>
    unseenIn(stateOf(line ? { tokens: line } : {}), {
      names: ['tokens'],
      known: { tokens: one },
      now,
    })['tokens']

  /** Each is the newest once, and noted by a run that cannot look. */
  const come = (line: SecondDatabase | undefined, days: readonly number[]) =>
    days.reduce((before, day) => unseen(before, knownOf(day, `g${day}`)) ?? before, line)
  const told = (line: SecondDatabase | undefined, day: number) =>
    secondLineOf(stateOf(line ? { tokens: line } : {}), 'tokens', knownOf(day, 'later'))

  test('waits since its first copy came, and each that comes is counted, once', () => {
    const noted = come(lineOf(), [20])
    expect(noted).toEqual(lineOf({ unseen: { copies: 1, lastAt: dayOf(20) }, since: dayOf(20) }))
    expect(told(noted, 20)).toMatchObject({ behind: 1, since: dayOf(20) })
    expect(told(noted, 22)).toMatchObject({ behind: 2, since: dayOf(20) })
    const three = come(noted, [20, 22, 22, 24])
    expect(three?.unseen).toEqual({ copies: 3, lastAt: dayOf(24) })
    expect(told(three, 24)).toMatchObject({ behind: 3, since: dayOf(20) })
    // The last of them is sound no more: the one before it is no news.
    expect(come(three, [22])).toEqual(three)
    // They have come there by another way, or are sound no more.
    expect(told(three, 18)).toEqual({ behind: 0, copies: 3, newestAt: dayOf(18) })
  })

  test('waits besides what waited at the last look, and since that did', () => {
    const waiting = lineOf({ behind: 2, behindBytes: 200, since: dayOf(11) })
    const noted = come(waiting, [20, 21])
    expect(noted).toEqual({ ...waiting, unseen: { copies: 2, lastAt: dayOf(21) } })
    expect(told(noted, 21)).toMatchObject({ behind: 4, since: dayOf(11) })
    // It may be one of the two.
    expect(come(waiting, [17])).toEqual(waiting)
    expect(told(waiting, 17)).toMatchObject({ behind: 2 })
  })

  test('waits since now where it had come before the last look, and was not sound then', () => {
    const noted = come(lineOf(), [17])
    expect(noted).toMatchObject({ unseen: { copies: 1 }, since: now.toISOString() })
    expect(told(noted, 17)).toMatchObject({ behind: 1, since: now.toISOString() })
  })

  test('waits where nobody has ever looked as well', () => {
    const noted = unseen(undefined, knownOf(12))
    expect(noted).toMatchObject({ unseen: { copies: 1 }, copies: 0, since: dayOf(12) })
    const next = stateOf(noted ? { tokens: noted } : {})
    expect(told(noted, 15)).toMatchObject({ behind: 2, since: dayOf(12) })
    expect(toCompare(next, { tokens: knownOf(15, 'g') }, now)).toEqual(['tokens'])
    // Once it is looked at, what is missing counts from its own time.
    const about = { before: noted, startedAt, now }
    const found = { fingerprint: 'g', there: [], missing: [gapOf(15)] }
    expect(comparedAs(found, about)).toMatchObject({ behind: 1, since: dayOf(15) })
    expect(comparedAs(found, about).unseen).toBeUndefined()
  })

  test('is not noted where nothing sound is, or nothing changed', () => {
    expect(unseen(lineOf(), { fingerprint: 'g' })).toBeUndefined()
    expect(unseen(lineOf(), knownOf(20))).toBeUndefined()
    expect(unseen(lineOf(), knownOf(18, 'g'))).toBeUndefined()
    expect(unseenIn(stateOf({}), { names: ['tokens'], known: {}, now })).toEqual({})
  })
})

describe('how the second place stands', () => {
  test('is told by the longest wait, the databases that wait, and the oldest of the newest there', () => {
    const fault = { why: 'It is away.', since: dayOf(18) }
    const state: SecondState = {
      ...stateOf({
        a: lineOf({ behind: 2, behindBytes: 200, since: dayOf(15) }),
        b: lineOf({ behind: 1, behindBytes: 100, since: dayOf(13) }),
        c: lineOf({ newest: { id: 'c_5', at: dayOf(5) } }),
      }),
      ranAt: dayOf(19),
      fault,
    }
    const known = { a: knownOf(18), b: knownOf(18), c: knownOf(18), d: { fingerprint: 'f' } }
    expect(secondStandingOf(state, known)).toEqual({
      place: 'x at y',
      behind: 3,
      behindBytes: 300,
      since: dayOf(13),
      named: ['b', 'a'],
      databases: 2,
      newestAt: dayOf(5),
      ranAt: dayOf(19),
      fault,
    })
    expect(secondStandingOf(stateOf({}), {})).toEqual({
      place: 'x at y',
      behind: 0,
      behindBytes: 0,
      named: [],
      databases: 0,
    })
    const unseen = secondStandingOf(stateOf({}), { a: knownOf(19) })
    expect(unseen).toMatchObject({ behind: 1, behindBytes: 0, since: dayOf(19) })
  })

  test('is behind exactly where some database is, whatever is known, and since the longest of them', () => {
    const anyLine = fc.record({
      isThere: fc.boolean(),
      behind: fc.integer({ min: 0, max: 5 }),
      day: fc.integer({ min: 1, max: 20 }),
      fingerprint: fc.constantFrom('f', 'g'),
    })
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 8 }), (some) => {
        const named = some.map((one, place) => [`db${place}`, one] as const)
        const state = stateOf(
          Object.fromEntries(
            named.flatMap(([name, { isThere, behind, day }]) => {
              const since = behind > 0 ? { since: dayOf(Math.max(10, day)) } : {}
              return isThere ? [[name, lineOf({ behind, ...since })]] : []
            }),
          ),
        )
        const known = Object.fromEntries(
          named.map(([name, { day, fingerprint }]) => [name, knownOf(day, fingerprint)]),
        )
        const all = secondStandingOf(state, known)
        const lines = Object.entries(known).map(([name, one]) => secondLineOf(state, name, one))
        expect(all.behind).toBe(lines.reduce((sum, { behind }) => sum + behind, 0))
        expect(lines.every(({ behind, since }) => behind > 0 === (since !== undefined))).toBe(true)
        expect(all.since === undefined).toBe(all.behind === 0)
        expect(all.databases === 0).toBe(all.behind === 0)
        expect(all.named.length).toBe(Math.min(5, all.databases))
        for (const { since } of lines)
          if (since !== undefined) expect((all.since ?? '') <= since).toBe(true)
      }),
      { numRuns: casesOf(300) },
    )
  })
})

describe('contents beside the copies', () => {
  const beside = (change: Partial<NonNullable<SecondDatabase['contents']>> = {}) => ({
    fingerprint: 'f',
    beganAt: dayOf(18),
    isEnded: true,
    allAt: dayOf(18),
    behind: 0,
    behindBytes: 0,
    ...change,
  })
  const waiting = beside({ isEnded: false, behind: 4, behindBytes: 40, since: dayOf(17) })

  test('are looked for once they wait, or something came, and not where none are kept', () => {
    const state = stateOf({
      quiet: lineOf({ contents: beside() }),
      waits: lineOf({ contents: waiting }),
      unseen: lineOf({ contents: beside({ fingerprint: 'e' }) }),
      none: lineOf(),
    })
    const known = {
      quiet: knownOf(18),
      waits: knownOf(18),
      unseen: knownOf(18),
      none: knownOf(18),
    }
    expect(toCompare(state, known, now)).toEqual(['unseen', 'waits'])
  })

  test('are counted beside the copies, since the longest waiting of both', () => {
    const behind = lineOf({ behind: 1, behindBytes: 5, since: dayOf(19), contents: waiting })
    const state = stateOf({ a: behind, b: lineOf({ contents: waiting }), c: lineOf() })
    const known = { a: knownOf(18), b: knownOf(18), c: knownOf(18) }
    expect(secondLineOf(state, 'a', known.a)).toMatchObject({
      behind: 1,
      contents: 4,
      since: dayOf(17),
    })
    expect(secondLineOf(state, 'b', known.b)).toMatchObject({
      behind: 0,
      contents: 4,
      since: dayOf(17),
    })
    expect(secondLineOf(state, 'c', known.c)).not.toHaveProperty('contents')
    expect(secondStandingOf(state, known)).toMatchObject({
      behind: 1,
      contents: 8,
      behindBytes: 85,
      databases: 2,
      named: ['a', 'b'],
      since: dayOf(17),
    })
  })

  test.each([
    { behind: 2, contents: undefined, words: '2 copies' },
    { behind: 1, contents: 3, words: '1 copy and 3 contents of objects' },
    { behind: 0, contents: 1, words: '1 content of objects' },
  ])('are said as $words', ({ words, ...standing }) => {
    expect(behindWords(standing)).toBe(words)
  })
})
