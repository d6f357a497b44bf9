/** Is the name found that somebody meant, and none where nothing is near? */
import { describe, expect, test } from 'vitest'

import { nearestTo, slipsBetween } from '../../../lib/rules/plain/nearest'

describe('the slips between two words', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['tokens', 'tokens', 0],
    ['sesions', 'sessions', 1],
    ['sessionns', 'sessions', 1],
    ['sassions', 'sessions', 1],
    ['sessiosn', 'sessions', 1],
    ['ab', 'ca', 2],
    ['kitten', 'sitting', 3],
  ])('%s, %s: %i', (one, other, slips) => {
    expect(slipsBetween(one, other)).toBe(slips)
    expect(slipsBetween(other, one)).toBe(slips)
  })
})

describe('the name that was meant', () => {
  const known = ['tokens', 'sessions', 'session', 'shop']
  test.each([
    ['sesions', 'sessions'],
    ['TOKENS', 'tokens'],
    ['toknes', 'tokens'],
    ['shp', 'shop'],
    ['sessionsab', 'sessions'],
    ['sessien', 'session'],
  ])('by %s is %s', (typed, meant) => {
    expect(nearestTo(typed, known)).toBe(meant)
  })

  // One slip in three letters, and never more than two.
  test.each(['orders', 'to', 'sh', 'shapq', 'sessionsabc', 'tkns1', ''])(
    'by "%s" is not guessed',
    (typed) => {
      expect(nearestTo(typed, known)).toBeUndefined()
    },
  )
})
