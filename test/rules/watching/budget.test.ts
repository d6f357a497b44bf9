/** Is it seen early that more is stored than is meant to be, and only then? */
import { describe, expect, test } from 'vitest'

import { dayMs } from '../../../lib/rules/plain/time-units'
import { budgetOf } from '../../../lib/rules/watching/budget'
import { rememberedOf } from '../../../lib/rules/watching/standing'
import { held, look, now } from '../../fixtures/told/held'

const outlookOf = (sizeBytes: number) => ({ copies: 24, sizeBytes })

const seen = (
  stored: { sizeBytes: number; inAYear?: number },
  maxStoredBytes: number | undefined = 1000,
) => {
  const outlook = stored.inAYear === undefined ? undefined : outlookOf(stored.inAYear)
  return budgetOf({ sizeBytes: stored.sizeBytes, outlook }, undefined, { maxStoredBytes, now })
}

describe('what all copies of a database may take', () => {
  test.each([
    { name: 'four fifths of it', sizeBytes: 800, isShort: false },
    { name: 'a byte more', sizeBytes: 801, isShort: true },
    { name: 'all of it in a year', sizeBytes: 1, inAYear: 1000, isShort: false },
    { name: 'a byte more in a year', sizeBytes: 1, inAYear: 1001, isShort: true },
    { name: 'less in a year, and nearly all now', sizeBytes: 900, inAYear: 10, isShort: true },
  ])('is short of $name: $isShort', ({ isShort, ...stored }) => {
    expect(seen(stored)).toEqual(
      isShort ? { since: now.toISOString(), limitBytes: 1000 } : undefined,
    )
  })

  test('is never short where nothing is said', () => {
    const stored = { sizeBytes: 10 ** 15, outlook: outlookOf(10 ** 15) }
    const before = { since: now.toISOString(), limitBytes: 1 }
    expect(budgetOf(stored, before, { maxStoredBytes: undefined, now })).toBeUndefined()
  })
})

describe('the watch', () => {
  const copies = Array.from({ length: 5 }, (_, index) => held((index + 1) * dayMs))
  const { sizeBytes } = look(copies).state

  test('knows how much the policy will hold in a year, and says so of no single copy', () => {
    const { outlook } = look(copies).state
    expect(outlook).toEqual({ copies: 20, sizeBytes: (sizeBytes / 5) * 20 })
    expect(look(copies.slice(0, 1)).state.outlook).toBeUndefined()
  })

  test('remembers since when it is short, and forgets it when it no longer is', () => {
    const first = look(copies, undefined, { maxStoredBytes: sizeBytes }).state
    expect(first.budget).toEqual({ since: now.toISOString(), limitBytes: sizeBytes })
    const then = new Date(now.getTime() + dayMs)
    const later = look(copies, first, { maxStoredBytes: sizeBytes + 1, now: then }).state
    expect(later.budget).toEqual({ since: now.toISOString(), limitBytes: sizeBytes + 1 })
    expect(rememberedOf(later).budget).toEqual(later.budget)
    const enough = look(copies, later, { maxStoredBytes: sizeBytes * 100, now: then }).state
    expect(enough.budget).toBeUndefined()
  })
})
