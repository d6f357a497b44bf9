/** How a person would load it, and that nobody is told to give psql what may start programs. */
import { expect, test } from 'vitest'

import { byHandWords } from '../../../../../lib/rules/kinds/postgres/restoring/by-hand'

test('by psql', () => {
  expect(byHandWords('Restore it there', undefined)).toBe(
    'Restore it there: createdb proof && gzip -cdf FILE | psql -X -v ON_ERROR_STOP=1 -1 proof',
  )
})

test('not by psql, where a line of it may start a program: that line is named', () => {
  expect(byHandWords('Restore it there', 7)).toBe(
    'Read line 7 of it before any server gets it: it may start a program there, as the user of that server. Then only where nothing else is, and nothing can be reached',
  )
})
