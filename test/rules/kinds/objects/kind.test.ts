/** The app's objects as a kind of thing. */
import { expect, test } from 'vitest'

import { kinds } from '../../../../lib/rules/kinds/kinds'
import { dayMs } from '../../../../lib/rules/plain/time-units'

const { objects } = kinds

test('something is asked of them where collections are named', () => {
  expect(objects.isAsked({})).toBe(false)
  expect(objects.isAsked({ collections: {} })).toBe(true)
})

test('are asked in one order; without arrival, bytes and structure nothing is sound', () => {
  const expectations = ['schema', 'rows', 'freshness', 'growth', 'private', 'secrets', 'owners']
  expect(objects.expectations).toEqual(expectations)
  expect(objects.checks).toEqual(['arrival', 'bytes', 'structure', ...expectations, 'clock'])
  expect(objects.essential).toEqual(['arrival', 'bytes', 'structure'])
})

test('ask a database for their owners, and may be kept besides', () => {
  const user = { of: 'tokens', sql: 'SELECT 1' }
  expect(objects.questions({ owners: { user } })).toEqual([{ path: ['owners', 'user'], ...user }])
  expect(objects.contentsMs({ keepContents: '30d' })).toBe(30 * dayMs)
  expect(objects.contentsMs({})).toBeUndefined()
})

test('no host says anything of them', () => {
  expect(objects.facts).toEqual({})
  expect(objects.note()).toBeUndefined()
})
