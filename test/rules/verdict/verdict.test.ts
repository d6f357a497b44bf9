import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { expectationChecks } from '../../../lib/rules/kinds/kinds'
import { sqlite } from '../../../lib/rules/kinds/sqlite/kind'
import {
  isKnownWord,
  isSound,
  isWhole,
  mendsOf,
  outcomes,
  words,
} from '../../../lib/rules/verdict/verdict'
import type { Finding } from '../../../lib/rules/verdict/verdict'
import { casesOf } from '../../cases'
import { findingOf, findingsWith } from '../../fixtures/told/entries'

const findings: fc.Arbitrary<Finding> = fc.record(
  {
    check: fc.constantFrom(...sqlite.checks),
    outcome: fc.constantFrom(...outcomes),
    detail: fc.string(),
    mend: fc.string(),
  },
  { requiredKeys: ['check', 'outcome', 'detail'] },
)
const lists = fc.array(findings)
/** Lists in which nothing went wrong: random ones hardly ever are. */
const fine = fc.subarray([...findingsWith(), ...findingsWith({ schema: 'warned', rows: 'warned' })])
const essential = ['arrival', 'bytes', 'header', 'structure', 'references'] as const

describe('judge', () => {
  test.each([
    { name: 'every check passed', findings: findingsWith(), verdict: 'passed' },
    { name: 'one warned', findings: findingsWith({ schema: 'warned' }), verdict: 'warned' },
    { name: 'one was not met', findings: findingsWith({ schema: 'unmet' }), verdict: 'unmet' },
    {
      name: 'one was not met, and one warned',
      findings: findingsWith({ schema: 'unmet', rows: 'warned' }),
      verdict: 'unmet',
    },
    {
      name: 'one was not met, and one was not checked',
      findings: findingsWith({ schema: 'unmet', rows: 'unverifiable' }),
      verdict: 'unverifiable',
    },
    {
      name: 'one was not met, and one failed',
      findings: findingsWith({ schema: 'unmet', header: 'failed' }),
      verdict: 'failed',
    },
    {
      name: 'one was not met, and essential ones never answered',
      findings: [findingOf('arrival', 'passed'), findingOf('schema', 'unmet')],
      verdict: 'unverifiable',
    },
    { name: 'one failed', findings: findingsWith({ header: 'failed' }), verdict: 'failed' },
    {
      name: 'one was not checked',
      findings: findingsWith({ rows: 'unverifiable' }),
      verdict: 'unverifiable',
    },
    {
      name: 'one failed and one was not checked',
      findings: findingsWith({ bytes: 'failed', rows: 'unverifiable' }),
      verdict: 'failed',
    },
    {
      name: 'one warned and one was not checked',
      findings: findingsWith({ references: 'warned', rows: 'unverifiable' }),
      verdict: 'unverifiable',
    },
    {
      name: 'the first failed and nothing else was asked',
      findings: [findingOf('arrival', 'failed')],
      verdict: 'failed',
    },
    { name: 'nothing was asked', findings: [], verdict: 'unverifiable' },
    {
      name: 'one check answered twice',
      findings: [...findingsWith(), findingOf('header', 'warned')],
      verdict: 'warned',
    },
  ])('$name: $verdict', ({ findings: some, verdict }) => {
    expect(judgeAs('sqlite', some)).toBe(verdict)
  })

  test.each(essential.map((check) => ({ check })))(
    'calls nothing sound for which $check never answered',
    ({ check }) => {
      const others = findingsWith().filter((finding) => finding.check !== check)
      expect(judgeAs('sqlite', others)).toBe('unverifiable')
      expect(judgeAs('sqlite', [...others, findingOf(check, 'warned')])).toBe('warned')
    },
  )

  test.each([{ check: 'schema' }, { check: 'rows' }] as const)(
    'may call a copy sound without an answer about $check',
    ({ check }) => {
      expect(
        judgeAs(
          'sqlite',
          findingsWith().filter((finding) => finding.check !== check),
        ),
      ).toBe('passed')
    },
  )

  test('says failed when any check failed, and only then', () => {
    fc.assert(
      fc.property(lists, (some) => {
        const hasFailed = some.some(({ outcome }) => outcome === 'failed')
        expect(judgeAs('sqlite', some) === 'failed').toBe(hasFailed)
      }),
    )
  })

  test('calls nothing sound that lacks an essential answer or has one that is open', () => {
    fc.assert(
      fc.property(fc.oneof(lists, fine), (some) => {
        const isAnswered = essential.every((check) =>
          some.some((finding) => finding.check === check),
        )
        const isOpen = some.some(({ outcome }) => !isSound(outcome))
        expect(isSound(judgeAs('sqlite', some))).toBe(isAnswered && !isOpen)
      }),
      { numRuns: casesOf(500) },
    )
  })

  test('says passed only when nothing was found', () => {
    fc.assert(
      fc.property(fc.oneof(lists, fine), (some) => {
        if (judgeAs('sqlite', some) === 'passed')
          expect(some.every((one) => one.outcome === 'passed')).toBe(true)
      }),
    )
  })

  test('does not care in which order the answers came, or how often', () => {
    const shuffled = fc
      .oneof(lists, fine)
      .chain((some) =>
        fc.tuple(
          fc.constant(some),
          fc.shuffledSubarray(some, { minLength: some.length, maxLength: some.length }),
        ),
      )
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(judgeAs('sqlite', other)).toBe(judgeAs('sqlite', one))
        expect(judgeAs('sqlite', [...one, ...other])).toBe(judgeAs('sqlite', one))
      }),
    )
  })

  test('never grows better by bad news', () => {
    fc.assert(
      fc.property(fc.oneof(lists, fine), findings, (some, news) => {
        const isBad = !isSound(news.outcome)
        if (isBad) expect(isSound(judgeAs('sqlite', [...some, news]))).toBe(false)
      }),
    )
  })
})

test('whole are those that are sound, and what is only not what is expected', () => {
  expect(words.filter(isWhole)).toEqual(['passed', 'warned', 'unmet', 'accepted'])
  expect(isWhole('a word of a newer build')).toBe(false)
})

test('what is expected is asked by the later checks, and never by those of the bytes', () => {
  const [arrival, bytes, header, structure, ...later] = sqlite.checks
  expect([arrival, bytes, header, structure].some((one) => expectationChecks.includes(one))).toBe(
    false,
  )
  expect(later.slice(0, sqlite.expectations.length)).toEqual(sqlite.expectations)
})

test('a word is known or is of another build', () => {
  expect(words.every(isKnownWord)).toBe(true)
  expect(['wobbly', '', 'constructor'].some(isKnownWord)).toBe(false)
})

test('sound are passed, warned and accepted, and no other word', () => {
  expect(words.filter(isSound)).toEqual(['passed', 'warned', 'accepted'])
})

describe('mendsOf', () => {
  const withMends: Finding[] = [
    { ...findingOf('header', 'warned'), mend: 'Look at the WAL.' },
    { ...findingOf('references', 'failed'), mend: 'Find what removed the parents.' },
    { ...findingOf('schema', 'failed'), mend: 'Find what removed the parents.' },
    { ...findingOf('rows', 'failed'), mend: 'Look at the live database.' },
    findingOf('bytes', 'failed'),
    { ...findingOf('structure', 'failed'), mend: undefined },
  ]

  test.each([
    {
      outcome: 'failed',
      mends: ['Find what removed the parents.', 'Look at the live database.'],
      why: 'each once, in the order of the checks',
    },
    { outcome: 'warned', mends: ['Look at the WAL.'], why: 'the mends of what decided' },
    { outcome: 'passed', mends: [], why: 'nothing needs doing' },
    { outcome: 'unverifiable', mends: [], why: 'no such finding' },
  ] as const)('$outcome: $why', ({ outcome, mends }) => {
    expect(mendsOf(withMends, outcome)).toEqual(mends)
  })

  test('tells every mend of the deciding findings, and each once', () => {
    fc.assert(
      fc.property(lists, (some) => {
        const outcome = judgeAs('sqlite', some)
        const mends = mendsOf(some, outcome)
        expect(new Set(mends).size).toBe(mends.length)
        for (const finding of some) {
          if (finding.outcome === outcome && finding.mend) expect(mends).toContain(finding.mend)
        }
      }),
    )
  })
})
