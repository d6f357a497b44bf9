/** How a person would load it, and that nobody is told to give psql what may start programs. */
import { expect, test } from 'vitest'

import { byHandWords } from '../../../../../lib/rules/kinds/postgres/restoring/by-hand'

test('by psql', () => {
  expect(byHandWords('Restore it there', undefined)).toMatch(
    /^Restore it there: createdb .*\| psql /,
  )
})

test('not by psql, where a line of it may start a program: that line is named', () => {
  const words = byHandWords('Restore it there', 7)
  expect(words).toMatch(/^Read line 7 of it before any server gets it/)
  expect(words).not.toContain('psql')
})
