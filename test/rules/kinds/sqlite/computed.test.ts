import { expect, test } from 'vitest'

import { judgeComputed } from '../../../../lib/rules/kinds/sqlite/computed'

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
})
