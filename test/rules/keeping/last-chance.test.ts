import { describe, expect, test } from 'vitest'

import { daysAfter, lastChanceOf } from '../../../lib/rules/keeping/last-chance'
import type { Candidate } from '../../../lib/rules/keeping/periods'
import type { Keep } from '../../../lib/rules/keeping/retention'
import { usualKeep } from '../../../lib/rules/keeping/retention'
import { dayMs } from '../../../lib/rules/plain/time-units'

const now = new Date('2026-03-18T12:00:00.000Z')
const at = (daysAgo: number) => new Date(now.getTime() - daysAgo * dayMs)

const copy = (daysAgo: number, changes: Partial<Candidate> = {}): Candidate => ({
  id: `${daysAgo} days ago`,
  arrivedAt: at(daysAgo).toISOString(),
  word: 'warned',
  ...changes,
})

/** So many days are kept, and nothing else holds a copy. */
const days = (daily: number): Keep => ({
  ...usualKeep,
  daily,
  weekly: 0,
  monthly: 0,
  withinMs: 0,
  minimum: 0,
})

/** The rows have gone since yesterday; what came before still has them. */
const fall = { since: '1 days ago', sinceAt: at(1).toISOString() }
const after = [copy(0), copy(1)]

const chance = (before: readonly Candidate[], keep: Keep | undefined) =>
  lastChanceOf([...after, ...before], fall, { keep, now })

describe('the last copy from before a fall', () => {
  test.each([
    { daily: 2, goesAt: at(-1) },
    { daily: 3, goesAt: at(-1) },
    { daily: 8, goesAt: at(-6) },
    { daily: 9, goesAt: at(-7) },
    { daily: 10, goesAt: undefined },
  ])('is told within a week of its going: $daily days are kept', ({ daily, goesAt }) => {
    const last = chance([copy(2)], days(daily))
    expect(last).toEqual(goesAt && { id: '2 days ago', goesAt: goesAt.toISOString() })
  })

  test('is the newest of them, and all have gone by then', () => {
    expect(chance([copy(2), copy(3), copy(4)], days(4))).toEqual({
      id: '2 days ago',
      goesAt: at(-2).toISOString(),
    })
  })

  test.each([
    { name: 'a person has pinned it', before: [copy(2, { pinnedBy: 'ada' })], keep: days(2) },
    {
      name: 'it passed, and nothing since did',
      before: [copy(2, { word: 'passed' })],
      keep: days(2),
    },
    {
      name: 'somebody is fetching it',
      before: [copy(2, { heldUntil: at(-0.5).toISOString() })],
      keep: days(2),
    },
    { name: 'everything is kept', before: [copy(2)], keep: undefined },
    { name: 'the usual policy holds it for months', before: [copy(2)], keep: usualKeep },
    { name: 'there is none', before: [], keep: days(2) },
    { name: 'it is not sound', before: [copy(2, { word: 'unmet' })], keep: days(2) },
  ])('is nothing to tell where $name', ({ before, keep }) => {
    expect(chance(before, keep)).toBeUndefined()
  })

  test('may have come in the same moment as the first that lacks the rows', () => {
    const twin = copy(1, { id: 'twin' })
    expect(chance([twin], days(2))).toMatchObject({ id: 'twin' })
  })

  test('is told of copies in whatever order they are listed', () => {
    expect(lastChanceOf([copy(4), copy(2), ...after], fall, { keep: days(4), now })?.id).toBe(
      '2 days ago',
    )
  })

  test('goes while a newest one that is unmet is followed by others like it', () => {
    const unmet = [copy(0, { word: 'unmet' }), copy(1)]
    const last = lastChanceOf([...unmet, copy(2)], fall, { keep: days(1), now })
    expect(last?.id).toBe('2 days ago')
  })
})

test('retention is asked for each day, with one copy more, however many go at once', () => {
  const many = Array.from({ length: 30 }, (_, daysAgo) => copy(daysAgo))
  const told: [Date, string[]][] = []
  for (const { at: on, left } of daysAfter(many, { keep: days(2), now, daysAhead: 3 }))
    told.push([on, left.map(({ id }) => id)])
  expect(told).toEqual([
    [at(-1), ['0 days ago', 'day 1']],
    [at(-2), ['day 1', 'day 2']],
    [at(-3), ['day 2', 'day 3']],
  ])
})
