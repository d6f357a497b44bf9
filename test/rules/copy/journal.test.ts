import { expect, test } from 'vitest'

import { planIdOf, planPath, PruneState } from '../../../lib/rules/copy/journal'

test('plans are named by their time, so that a listing has them in order', () => {
  const id = planIdOf(new Date('2026-03-01T04:25:07.912Z'), 'abc123')
  expect(id).toBe('2026-03-01T042507Z_abc123')
  expect(planPath('tokens', id)).toBe('tokens/2026/03/2026-03-01T042507Z_abc123')
})

test('a state without a time is none', () => {
  expect(PruneState.safeParse({ databases: {} }).success).toBe(false)
  const state = { ranAt: '2026-03-01T04:25:07.912Z', databases: {} }
  expect(PruneState.parse(state)).toEqual(state)
})
