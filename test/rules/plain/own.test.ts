import { expect, test } from 'vitest'

import { own } from '../../../lib/rules/plain/own'

test('finds what was put there, and nothing that every object brings along', () => {
  expect(own({ tokens: 1 }, 'tokens')).toBe(1)
  expect(own({ tokens: 1 }, 'constructor')).toBeUndefined()
  expect(own<number>({}, 'tokens')).toBeUndefined()
  expect(own<number>(undefined, 'tokens')).toBeUndefined()
})
