import { describe, expect, test } from 'vitest'

import {
  factsOf,
  hasLasted,
  manyWords,
  someOf,
  troubleOf,
} from '../../../lib/rules/troubles/trouble'
import { findingOf } from '../../fixtures/told/entries'
import { someTrouble } from '../../fixtures/told/troubles'

const numbered = (count: number) => Array.from({ length: count }, (_, nth) => `n${nth + 1}`)

describe('a trouble', () => {
  test('is a state that is told at once, unless it says otherwise', () => {
    const { graceMs: _, isEvent: __, ...parts } = someTrouble()
    expect(troubleOf(parts)).toMatchObject({ graceMs: 0, isEvent: false })
    const other = { ...parts, graceMs: 5, isEvent: true }
    expect(troubleOf(other)).toEqual(other)
  })
})

describe('a trouble counts', () => {
  const now = new Date('2026-03-02T01:00:00.000Z')
  test.each([
    {
      name: 'at once without a grace',
      since: '2026-03-02T01:00:00.000Z',
      graceMs: 0,
      counts: true,
    },
    { name: 'not within it', since: '2026-03-02T00:59:59.001Z', graceMs: 1000, counts: false },
    { name: 'not in its first moment', since: now.toISOString(), graceMs: 1000, counts: false },
    { name: 'when it is over', since: '2026-03-02T00:59:59.000Z', graceMs: 1000, counts: true },
    { name: 'though dated ahead', since: '2027-04-06T01:00:00.000Z', graceMs: 0, counts: true },
    {
      name: 'though dated ahead, at once',
      since: '2027-04-06T01:00:00.000Z',
      graceMs: 9,
      counts: true,
    },
  ])('$name', ({ since, graceMs, counts }) => {
    expect(hasLasted({ ...someTrouble(), since, graceMs }, now)).toBe(counts)
  })
})

describe('a list on a phone', () => {
  test.each([
    { count: 0, words: '' },
    { count: 1, words: 'n1' },
    { count: 4, words: 'n1, n2, n3, n4' },
    { count: 5, words: 'n1, n2, n3, n4, n5' },
    { count: 6, words: 'n1, n2, n3, n4, n5 and 1 more' },
    { count: 20, words: 'n1, n2, n3, n4, n5 and 15 more' },
  ])('of $count is "$words"', ({ count, words }) => {
    expect(someOf(numbered(count))).toBe(words)
  })

  test('of findings names each check, five at most', () => {
    const findings = [findingOf('bytes', 'failed'), findingOf('structure', 'failed')]
    expect(factsOf(findings)).toEqual([
      { label: 'bytes', text: 'bytes failed' },
      { label: 'structure', text: 'structure failed' },
    ])
    expect(factsOf(Array.from({ length: 9 }, () => findingOf('rows', 'failed')))).toHaveLength(5)
    expect(factsOf([])).toEqual([])
  })
})

describe('a number', () => {
  test.each([
    { count: 1, words: '1 kept copy', files: '1 file' },
    { count: 2, words: '2 kept copies', files: '2 files' },
    { count: 19, words: '19 kept copies', files: '19 files' },
    { count: 20, words: '20 or more kept copies', files: '20 or more files' },
  ])('$count is told as one that the watch has counted: $words', ({ count, words, files }) => {
    expect(manyWords(count, 'kept copy', 'kept copies')).toBe(words)
    expect(manyWords(count, 'file')).toBe(files)
  })
})
