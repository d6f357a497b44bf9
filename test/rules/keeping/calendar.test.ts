import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { calendarOf } from '../../../lib/rules/keeping/calendar'
import type { Cell, Restorable } from '../../../lib/rules/keeping/calendar'

const now = new Date('2026-11-21T13:37:00Z')

const copy = (at: string): Restorable => ({
  id: `tokens ${at}`,
  at: new Date(at),
  provenAt: '2026-11-21T01:00:10.000Z',
})

/** "Fri 20: its own", as one would read the calendar aloud. */
const read = (cells: readonly Cell[]) =>
  cells.map(({ label, copy: used, isOwn }) =>
    used ? `${label}: ${used.at.slice(0, 10)}${isOwn ? '' : ', earlier'}` : `${label}: nothing`,
  )

describe('the calendar', () => {
  test('has seven days, four weeks and twelve months, today last', () => {
    const { days, weeks, months } = calendarOf([], now)
    expect(days.map(({ label }) => label)).toEqual([
      '2026-11-15',
      '2026-11-16',
      '2026-11-17',
      '2026-11-18',
      '2026-11-19',
      '2026-11-20',
      '2026-11-21',
    ])
    expect(weeks.map(({ label }) => label)).toEqual([
      '2026-W44',
      '2026-W45',
      '2026-W46',
      '2026-W47',
    ])
    expect([months[0]?.label, months[11]?.label, months.length]).toEqual(['2025-12', '2026-11', 12])
  })

  test('names for each period the newest copy of it, or an earlier one, or nothing', () => {
    const copies = ['2026-11-20T23:59:59Z', '2026-11-20T01:00:00Z', '2026-11-17T01:00:00Z'].map(
      copy,
    )
    expect(read(calendarOf(copies, now).days)).toEqual([
      '2026-11-15: nothing',
      '2026-11-16: nothing',
      '2026-11-17: 2026-11-17',
      '2026-11-18: 2026-11-17, earlier',
      '2026-11-19: 2026-11-17, earlier',
      '2026-11-20: 2026-11-20',
      '2026-11-21: 2026-11-20, earlier',
    ])
    const [first] = copies
    expect(calendarOf(copies, now).days[5]?.copy).toEqual({
      id: first?.id,
      at: '2026-11-20T23:59:59.000Z',
      provenAt: first?.provenAt,
    })
  })

  test.each([
    {
      name: 'the last instant of a day is of that day',
      at: '2026-11-19T23:59:59.999Z',
      day: '2026-11-19',
    },
    {
      name: 'midnight is of the day that begins',
      at: '2026-11-20T00:00:00.000Z',
      day: '2026-11-20',
    },
  ])('$name', ({ at, day }) => {
    const own = calendarOf([copy(at)], now).days.filter(({ isOwn }) => isOwn)
    expect(own.map(({ label }) => label)).toEqual([day])
  })

  test('keeps years and weeks apart where they do not end together', () => {
    const { weeks, months } = calendarOf(
      [copy('2026-12-31T12:00:00Z')],
      new Date('2027-01-03T12:00:00Z'),
    )
    // The third of January 2027 is a Sunday, and still of the last week of 2026.
    expect(weeks.at(-1)).toMatchObject({ label: '2026-W53', isOwn: true })
    expect(months.at(-1)).toMatchObject({ label: '2027-01', isOwn: false })
    expect(months.at(-2)).toMatchObject({ label: '2026-12', isOwn: true })
  })

  test('a copy of the future stands for nothing that has been', () => {
    expect(
      read(calendarOf([copy('2026-11-22T01:00:00Z')], now).days).every((line) =>
        line.endsWith('nothing'),
      ),
    ).toBe(true)
  })

  test('for any copies: no cell names one that is younger than its end, nor passes over a better one', () => {
    const instants = fc.array(
      fc.date({ min: new Date('2025-06-01'), max: new Date('2026-11-21'), noInvalidDate: true }),
    )
    fc.assert(
      fc.property(instants, (dates) => {
        const copies = dates
          .toSorted((a, b) => b.getTime() - a.getTime())
          .map((at, index) => ({ id: String(index), at, provenAt: undefined }))
        const { days, weeks, months } = calendarOf(copies, now)
        for (const { label, copy: used, isOwn } of days) {
          const end = new Date(`${label}T23:59:59.999Z`)
          const best = copies.find(({ at }) => at <= end)
          expect(used?.id).toBe(best?.id)
          expect(isOwn).toBe(best?.at.toISOString().slice(0, 10) === label)
        }
        expect([days.length, weeks.length, months.length]).toEqual([7, 4, 12])
        // Today, this week and this month end now: they are the same question.
        expect(weeks.at(-1)?.copy).toEqual(days.at(-1)?.copy)
        expect(months.at(-1)?.copy).toEqual(days.at(-1)?.copy)
      }),
    )
  })
})
