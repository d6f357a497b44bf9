import { describe, expect, test } from 'vitest'

import { isAway, isOfFile, placeLine, places, whySecond } from '../../../lib/rules/copy/place'
import { verdictOf, findingOf } from '../../fixtures/told/entries'

const newer = { id: 'tokens_2026-03-02T010000Z_aaaaaa', passed: [] }
const older = { id: 'tokens_2026-03-01T010000Z_bbbbbb', passed: [] }
const fault = (code: string, why = 'It is so.') => ({ code, why })
const over = (word: string) => ({
  ...older,
  passed: [{ id: newer.id, word, why: 'Another file stands there.' }],
})

test('a restore may name either of the two places', () => {
  expect(places).toEqual(['first', 'second'])
})

describe('from which place', () => {
  test.each([
    { name: 'both have the same', first: newer, second: newer, why: undefined },
    { name: 'the second is behind', first: newer, second: older, why: undefined },
    {
      name: 'the first has lost the newest',
      first: older,
      second: newer,
      why: 'the first place does not hold it any more',
    },
    {
      name: 'the first is away',
      first: fault('store-unreachable'),
      second: older,
      why: 'the first place is away (It is so)',
    },
    {
      name: 'its bucket is gone',
      first: fault('settings'),
      second: older,
      why: 'the first place is away (It is so)',
    },
    ...['not-found', 'nothing-sound', 'untrusted-entry'].map((code) => ({
      name: `the first says ${code}`,
      first: fault(code),
      second: older,
      why: 'the first place has no such copy that is sound (It is so)',
    })),
    ...['ask-first', 'bad-request', 'newer-format', 'damaged'].map((code) => ({
      name: `the first says ${code}`,
      first: fault(code),
      second: older,
      why: undefined,
    })),
    ...['pending', 'untrusted'].map((word) => ({
      name: `the first passes over one that is ${word}`,
      first: over(word),
      second: newer,
      why: 'in the first place it is not what was written (Another file stands there)',
    })),
    ...['failed', 'unmet', 'unverifiable', 'unknown'].map((word) => ({
      name: `the first calls it ${word} for what is in it`,
      first: over(word),
      second: newer,
      why: undefined,
    })),
    {
      name: 'the second is away',
      first: older,
      second: fault('store-unreachable'),
      why: undefined,
    },
    {
      name: 'both are away',
      first: fault('store-refused'),
      second: fault('store-refused'),
      why: undefined,
    },
  ])('$name: $why', ({ first, second, why }) => {
    expect(whySecond(first, second)).toBe(why)
  })

  test('what is called damaged for its file alone may be whole in the second', () => {
    expect(whySecond(over('failed'), newer, true)).toMatch(/not what was written/)
    expect(whySecond(fault('damaged'), newer, true)).toMatch(/no such copy that is sound/)
  })

  test.each([
    { findings: ['bytes'], is: true },
    { findings: ['arrival', 'bytes'], is: true },
    { findings: ['bytes', 'structure'], is: false },
    { findings: ['structure'], is: false },
  ] as const)('$findings speak against the file alone: $is', ({ findings, is }) => {
    const verdict = verdictOf('failed', {
      findings: findings.map((check) => findingOf(check, 'failed')),
    })
    expect(isOfFile({ verdict })).toBe(is)
  })

  test('nothing speaks against what is sound, or has no verdict', () => {
    expect(isOfFile({})).toBe(false)
    expect(isOfFile({ verdict: verdictOf('passed') })).toBe(false)
  })

  test('says it in the columns of the script', () => {
    expect(placeLine('it is so')).toBe('from        the second place: it is so')
    expect(isAway({ code: 'damaged' })).toBe(false)
  })
})
