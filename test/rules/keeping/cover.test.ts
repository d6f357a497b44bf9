import fc from 'fast-check'
import { expect, test } from 'vitest'

import { calendarOf } from '../../../lib/rules/keeping/calendar'
import type { Calendar } from '../../../lib/rules/keeping/calendar'
import { calendarBy, coveredBy, coverOf } from '../../../lib/rules/keeping/cover'
import { casesOf } from '../../cases'

const hour = 3_600_000
const now = new Date('2026-11-21T13:37:00Z')

const strip = ({ days, weeks, months }: Calendar) =>
  [days, weeks, months].map((cells) =>
    cells.map(({ copy, isOwn }) => (copy ? (isOwn ? 'own' : 'earlier') : 'gone')).join(' '),
  )

test('the calendar is the one of the copies themselves, and stays so while none comes or goes', () => {
  const ages = fc.array(fc.integer({ min: 1, max: 500 * 24 }), { maxLength: 60 })
  fc.assert(
    fc.property(ages, fc.integer({ min: 0, max: 400 * 24 }), (hours, laterBy) => {
      const copies = hours
        .toSorted((one, other) => one - other)
        .map((ago, place) => ({
          id: `${place}`,
          at: new Date(now.getTime() - ago * hour),
          provenAt: undefined,
          sizeBytes: ago,
        }))
      const cover = coverOf(copies)
      // A number of any of them is bounded, however many there are.
      expect(cover.length).toBeLessThanOrEqual(2 * (7 + 4 + 12))
      for (const at of [now, new Date(now.getTime() + laterBy * hour)])
        expect(strip(calendarBy(cover, at))).toEqual(strip(calendarOf(copies, at)))
    }),
    { numRuns: casesOf(100) },
  )
})

test('tells of each day its newest copy, with its size, newest first', () => {
  const copies = [
    { at: new Date('2026-11-20T01:00:00Z'), sizeBytes: 20 },
    { at: new Date('2026-11-21T09:00:00Z'), sizeBytes: 30 },
    { at: new Date('2026-11-21T01:00:00Z'), sizeBytes: 29 },
  ]
  expect(coveredBy(coverOf(copies))).toEqual([
    { at: new Date('2026-11-21T00:00:00Z'), sizeBytes: 30 },
    { at: new Date('2026-11-20T00:00:00Z'), sizeBytes: 20 },
  ])
})

test('holds the newest copies of seven days, four weeks and twelve months, and of nothing else', () => {
  const copies = Array.from({ length: 400 }, (_, ago) => ({
    at: new Date(Date.parse('2026-11-21T01:00:00Z') - ago * 24 * hour),
    sizeBytes: ago,
  }))
  const kept = coveredBy(coverOf(copies)).map(({ at }) => at.toISOString().slice(0, 10))
  expect(kept.slice(0, 7)).toEqual([21, 20, 19, 18, 17, 16, 15].map((day) => `2026-11-${day}`))
  // The first of November stands for its week, and the last of October for its month.
  expect(kept.slice(7, 10)).toEqual(['2026-11-08', '2026-11-01', '2026-10-31'])
  expect(kept.slice(10).map((day) => day.slice(0, 7))).toEqual([
    '2026-09',
    '2026-08',
    '2026-07',
    '2026-06',
    '2026-05',
    '2026-04',
    '2026-03',
    '2026-02',
    '2026-01',
    '2025-12',
  ])
})

test('a day without its size is no copy', () => {
  expect(coveredBy([20_000, 5, 19_999])).toEqual([{ at: new Date('2024-10-04'), sizeBytes: 5 }])
})
