import { expect, test } from 'vitest'

import { own, textOf } from '../../../lib/rules/plain/own'

test('finds what was put there, and nothing that every object brings along', () => {
  expect(own({ tokens: 1 }, 'tokens')).toBe(1)
  expect(own({ tokens: 1 }, 'constructor')).toBeUndefined()
  expect(own<number>({}, 'tokens')).toBeUndefined()
  expect(own<number>(undefined, 'tokens')).toBeUndefined()
})

test('takes a text for what was put there, and for nothing where it is none', () => {
  const record = { host: 'droplet-1', size: 5 }
  expect(['host', 'size', 'missing', 'constructor'].map((name) => textOf(record, name))).toEqual([
    'droplet-1',
    '',
    '',
    '',
  ])
})
