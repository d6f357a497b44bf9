import { expect, test } from 'vitest'

import { isAboutJson, isDeepJson, judgeComputed } from '../../../../lib/rules/kinds/sqlite/computed'

test('what is computed otherwise is named, and is no damage', () => {
  expect(judgeComputed(['index i of t', 'the CHECK of u'], '')).toMatchInlineSnapshot(`
    {
      "check": "structure",
      "code": "computed",
      "detail": "Every page and all that is stored is in order. What SQLite computes for index i of t, the CHECK of u comes out otherwise here than where it was written, as versions of SQLite do; that alone is no damage.",
      "mend": "Ask the SQLite of the host: push.sh --check SETTINGS. Where it says sound, all is well, and the push.sh of this release says so with each copy. Where it does not, let SQLite compute it anew there: REINDEX.",
      "outcome": "warned",
    }
  `)
})

test('where the host finds it right there is nothing to warn of', () => {
  expect(judgeComputed(['index i of t'], 'ok')).toMatchInlineSnapshot(`
    {
      "check": "structure",
      "detail": "Every page and all that is stored is in order. What SQLite computes for index i of t comes out otherwise here than where it was written; the SQLite of the host says ok.",
      "outcome": "passed",
    }
  `)
})

test('five are named, and the others counted', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  expect(judgeComputed(names, '').detail).toContain('for a, b, c, d, e and 2 more comes out')
  expect(judgeComputed(names.slice(0, 5), '').detail).toContain('for a, b, c, d, e comes out')
})

test.each([
  { said: 'malformed JSON', is: true },
  { said: 'database disk image is malformed', is: false },
  { said: 'no such column: malformed JSON', is: false },
])('an error about JSON is known by its words: $said', ({ said, is }) => {
  expect(isAboutJson(said)).toBe(is)
})

const nested = (levels: number, within = '') => '['.repeat(levels) + within + ']'.repeat(levels)

test.each([
  { name: '1000 levels', text: nested(1000), is: false },
  { name: '1001 levels', text: nested(1001), is: true },
  { name: '2000 levels', text: nested(2000), is: true },
  { name: '2001 levels', text: nested(2001), is: false },
  { name: 'as many of objects', text: `${'{"a":'.repeat(1500)}1${'}'.repeat(1500)}`, is: true },
  { name: 'brackets in a text', text: `["${nested(1500)}"]`, is: false },
  { name: 'a text with its quotes', text: nested(1500, String.raw`"\"]]]]"`), is: true },
  { name: 'lists beside one another', text: `[${'[],'.repeat(1500)}0]`, is: false },
  { name: 'a deep one behind them', text: `[${'[],'.repeat(9)}${nested(1000)}]`, is: true },
  { name: 'a deep one behind groups', text: `[${'{},'.repeat(9)}${nested(1000)}]`, is: true },
  { name: 'one bracket too few', text: nested(1500).slice(1), is: false },
  { name: 'a word that is none', text: nested(1500, 'x'), is: false },
  { name: 'nothing', text: '', is: false },
])('JSON that older versions took, and this one does not: $name, $is', ({ text, is }) => {
  expect(isDeepJson(text)).toBe(is)
})
