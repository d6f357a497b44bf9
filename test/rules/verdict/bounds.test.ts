import { describe, expect, test } from 'vitest'

import {
  findingsAtMost,
  keptFindings,
  keptOf,
  remarksOf,
  shortName,
} from '../../../lib/rules/verdict/bounds'
import type { Finding } from '../../../lib/rules/verdict/verdict'

const finding = (outcome: string, changes: Partial<Finding> = {}): Finding => ({
  check: 'assertions',
  outcome,
  detail: 'It is so.',
  ...changes,
})

const many = (count: number, outcome: string) =>
  Array.from({ length: count }, (_, at) => finding(outcome, { detail: `${outcome} ${at}` }))

const seen = (changes: Partial<Parameters<typeof keptOf>[0]> = {}) => ({
  findings: [finding('passed')],
  method: 'integrity_check',
  tookMs: 7,
  ...changes,
})

/** Half of a sign. */
const lonely = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])/

describe('a name', () => {
  test.each(['', 'tokens', 'n'.repeat(128)])('of usual length stays as it is: %s', (name) => {
    expect(shortName(name)).toBe(name)
  })

  test('of any other length is short, the same for the same, and another for any other', () => {
    const [one, other] = ['n'.repeat(900_000), `${'n'.repeat(899_999)}m`].map(shortName)
    expect(one).toHaveLength(128)
    expect(one).toBe(shortName('n'.repeat(900_000)))
    expect(other).not.toBe(one)
  })

  test('is not cut in the middle of a sign', () => {
    expect(shortName('😀'.repeat(200))).not.toMatch(lonely)
    expect(shortName(`a${'😀'.repeat(200)}`)).not.toMatch(lonely)
  })
})

describe('what is found', () => {
  test('is written down as it is, where it is no more than anybody reads', () => {
    const findings = [...many(99, 'passed'), finding('failed', { mend: 'Push again.', code: 'c' })]
    expect(keptFindings(findings, 'failed')).toEqual(findings)
    expect(keptFindings([], 'unverifiable')).toEqual([])
  })

  test('has a largest size, however long each text and however many they are', () => {
    const long = 'x'.repeat(1_000_000)
    const one = { check: long, outcome: long, detail: long, mend: long, code: long }
    const kept = keptFindings(
      Array.from({ length: 5_000 }, () => one),
      'failed',
    )
    expect(JSON.stringify(kept).length).toBeLessThan(300_000)
    const remarks = remarksOf(
      Array.from({ length: 5_000 }, () => one),
      'failed',
      12,
    )
    expect(JSON.stringify(remarks).length).toBeLessThan(20_000)
  })

  test.each([
    {
      name: 'written down',
      kept: (one: Finding) => keptFindings([one], 'failed'),
      detail: 1500,
      mend: 1000,
    },
    {
      name: 'remarked',
      kept: (one: Finding) => remarksOf([one], 'failed', 1),
      detail: 600,
      mend: 600,
    },
  ])(
    'as it is $name keeps each text to its last sign, and is cut by one sign more',
    ({ kept, detail, mend }) => {
      const sized = (more: number): Finding => ({
        check: 'c'.repeat(60 + more),
        outcome: 'o'.repeat(60 + more),
        code: 'k'.repeat(60 + more),
        detail: 'd'.repeat(detail + more),
        mend: 'm'.repeat(mend + more),
      })
      expect(kept(sized(0))).toEqual([sized(0)])
      const ended = Object.entries(sized(-1)).map(([name, text]) => [name, `${text}…`])
      expect(kept(sized(1))).toEqual([Object.fromEntries(ended)])
    },
  )

  test('counts what it leaves out behind the last that it keeps', () => {
    const findings = [...many(100, 'warned'), finding('failed', { check: 'rows' })]
    expect(keptFindings(findings, 'failed').slice(-2)).toEqual([
      finding('failed', { check: 'rows' }),
      {
        check: 'rows',
        outcome: 'passed',
        code: 'more',
        detail: 'Note: 1 more findings are not written down; those that decided come first.',
      },
    ])
  })

  test('keeps what decided, then what is not well, each in its place, and counts what it leaves out', () => {
    const findings = [...many(80, 'passed'), ...many(60, 'warned'), ...many(70, 'unmet')]
    const kept = keptFindings(findings, 'unmet')
    expect(kept.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 30 }, () => 'warned'),
      ...Array.from({ length: 70 }, () => 'unmet'),
      'passed',
    ])
    expect(kept.at(-2)?.detail).toBe('unmet 69')
    expect(kept.at(-1)).toEqual({
      check: 'assertions',
      outcome: 'passed',
      code: 'more',
      detail: 'Note: 110 more findings are not written down; those that decided come first.',
    })
    expect(kept).toHaveLength(findingsAtMost + 1)
  })

  test('is remarked where it is not well, what decided before the rest', () => {
    const findings = [...many(3, 'passed'), ...many(3, 'warned'), ...many(2, 'failed')]
    const remarked = remarksOf(findings, 'failed', 3).map(({ detail }) => detail)
    expect(remarked).toEqual(['warned 0', 'failed 0', 'failed 1'])
    expect(remarksOf(findings, undefined, 1)).toHaveLength(1)
    expect(remarksOf(findings, 'failed', 99)).toEqual(findings.slice(3))
  })
})

describe('what is kept of a copy', () => {
  test('is all that was seen of a usual one', () => {
    const schema = { tokens: ['key'] }
    const all = seen({ schema, rows: { tokens: 3 }, figures: { pages: 4 } })
    expect(keptOf(all)).toEqual(all)
    expect(keptOf(seen())).toEqual(seen())
  })

  test('are short names of tables and columns, and a short way of asking', () => {
    const long = 'n'.repeat(500)
    const kept = keptOf(seen({ method: long, schema: { [long]: [long] }, rows: { [long]: 3 } }))
    expect(kept.schema).toEqual({ [shortName(long)]: [shortName(long)] })
    expect(kept.rows).toEqual({ [shortName(long)]: 3 })
    expect(kept.method).toHaveLength(300)
  })

  test('is no schema that is as large as a database, nor figures that are; and it is told', () => {
    const names = Array.from({ length: 900 }, (_, at) => `${at}${'n'.repeat(500)}`)
    const schema = Object.fromEntries(names.map((name) => [name, names]))
    const kept = keptOf(seen({ schema, rows: { tokens: 3 }, figures: names }))
    expect(JSON.stringify(kept).length).toBeLessThan(2_000)
    expect(Object.keys(kept)).not.toContain('schema')
    expect(Object.keys(kept)).not.toContain('rows')
    expect(kept.findings.slice(1)).toEqual([
      {
        check: 'schema',
        outcome: 'warned',
        code: 'too-wide',
        detail:
          '900 tables with their columns are more than is kept of a copy: rows that are gone are not seen.',
        mend: 'Nothing is wrong with the copy. Floors in lib/databases.ts (rows) still watch the tables that matter.',
      },
    ])
  })

  // A name counts by its signs, 128 at most, and by the three that stand around it.
  test.each([
    { last: 81, isKept: true },
    { last: 82, isKept: false },
  ])(
    'is a schema of no more than 400,000 signs: a last name of $last, $isKept',
    ({ last, isKept }) => {
      const long = Array.from({ length: 3000 }, () => 'n'.repeat(500))
      const usual = Array.from({ length: 54 }, () => 'n'.repeat(125))
      const kept = keptOf(seen({ schema: { t: [...long, ...usual, 'n'.repeat(last)] } }))
      expect(Object.hasOwn(kept, 'schema')).toBe(isKept)
    },
  )

  test.each([
    { signs: 100_000, isKept: true },
    { signs: 100_001, isKept: false },
  ])('are figures of no more than 100,000 signs: $signs, $isKept', ({ signs, isKept }) => {
    const kept = keptOf(seen({ figures: 'f'.repeat(signs - 2) }))
    expect(Object.hasOwn(kept, 'figures')).toBe(isKept)
  })

  test.each([
    { count: 1000, told: 1 },
    { count: 1001, told: 2 },
  ])('of $count tables names no more than it can compare', ({ count, told }) => {
    const rows = Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, at]))
    const kept = keptOf(seen({ rows }))
    expect(kept.rows).toEqual(rows)
    expect(kept.findings).toHaveLength(told)
  })
})
