/** What the name of a snapshot ends in: it says for ever of what kind it is. */
import { expect, test } from 'vitest'

import {
  everySuffix,
  longestFirst,
  suffixOf,
  suffixes,
  usualKind,
} from '../../../lib/rules/kinds/suffixes'

test('every kind has a suffix, and no two kinds have the same', () => {
  const all = Object.values(suffixes).flat()
  expect(all.length).toBeGreaterThan(0)
  expect(new Set(all).size).toBe(all.length)
  for (const suffix of all) expect(suffix).toMatch(/^(\.[a-z0-9]+)+$/)
})

test('none is what the other parts of a copy end in', () => {
  for (const { suffix } of everySuffix)
    expect(['.gz', '.sha256', '.json', '.entry.json']).not.toContain(suffix)
})

test('the longest is tried first, as one may be the end of another', () => {
  const some = ['.json', '.objects.json', '.db'].map((suffix) => ({ suffix, kind: 'a' }))
  expect(longestFirst(some).map(({ suffix }) => suffix)).toEqual(['.objects.json', '.json', '.db'])
  expect(longestFirst(everySuffix)).toEqual(everySuffix)
})

test('a new copy ends in the first of its kind; one of an unknown kind in that of the usual', () => {
  expect(Object.keys(suffixes).map(suffixOf)).toEqual(['.db', '.objects.jsonl', '.sql'])
  expect(suffixOf('constructor')).toBe('.db')
  expect(Object.keys(suffixes)).toContain(usualKind)
})
