/**
 * What is drawn, figure by figure: curves through their own points, calendars with the cell of each day, and the
 * shapes and colours that tell one state from another.
 */
import { describe, expect, test } from 'vitest'

import { badgeImage, badgeOf } from '../../../lib/edge/page/badge'
import { calendarSpans, calendarStrip, calendarWhole } from '../../../lib/edge/page/calendar'
import { iconAddress, markShapes } from '../../../lib/edge/page/marks'
import type { Mark } from '../../../lib/edge/page/marks'
import { plot, sparkline } from '../../../lib/edge/page/plots'
import { namesWords, readZone } from '../../../lib/edge/page/words'
import { hourMs, minuteMs } from '../../../lib/rules/plain/time-units'

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

const pathIn = (text = ''): string => /<path(?: class="line")? d="(M[^"]*)"/.exec(text)?.[1] ?? ''

/** How many corners a curve has. */
const cornersIn = (text = ''): number => pathIn(text).split('L').length

const pointsOf = (...values: number[]) => values.map((value, at) => ({ at: at * 1000, value }))

const about = { title: 'Rows', words: (value: number) => `${value} rows`, none: 'Nothing yet.' }

describe('a curve', () => {
  test('goes from edge to edge, and up where the figure grows', () => {
    expect(pathIn(sparkline(pointsOf(0, 50, 100))?.text)).toBe('M3 21L42 12L81 3')
    expect(sparkline(pointsOf(0, 50, 100))?.text).toContain('cx="81" cy="3"')
    expect(pathIn(plot({ ...about, points: pointsOf(100, 0) }).text)).toBe('M6 6L274 66')
  })

  test('lies where each copy was taken, and is flat where the figure has hardly moved', () => {
    const points = [0, 900, 1000].map((at) => ({ at, value: at === 900 ? 1001 : 1000 }))
    expect(pathIn(sparkline(points)?.text)).toBe('M3 12.4L73.2 11.6L81 12.4')
    expect(pathIn(sparkline(pointsOf(7, 7))?.text)).toBe('M3 12L81 12')
    expect(pathIn(sparkline([0, 0].map((at) => ({ at, value: 1 })))?.text)).toBe('M3 12L3 12')
  })

  test('has no more corners than there is room for, and ends at the last copy', () => {
    const of = (count: number) => pointsOf(...Array.from({ length: count }, (_, at) => at))
    expect(cornersIn(sparkline(of(280))?.text)).toBe(280)
    expect(cornersIn(sparkline(of(281))?.text)).toBe(141)
    expect(pathIn(sparkline(of(281))?.text)).toMatch(/L81 3$/)
  })

  test('is none of one copy, and of none it is said why', () => {
    expect(sparkline(pointsOf(7))).toBeUndefined()
    expect(oneLine(plot({ ...about, points: [] }).text)).toBe(
      '<figure class="plot"> <figcaption><span>Rows</span><b>–</b></figcaption> <p>Nothing yet.</p> </figure>',
    )
    expect(oneLine(plot({ ...about, points: pointsOf(7) }).text)).toBe(
      '<figure class="plot"> <figcaption><span>Rows</span><b>7 rows</b></figcaption> <p>A line appears with the second copy.</p> </figure>',
    )
  })

  test('stands with its figures in words', () => {
    expect(oneLine(plot({ ...about, points: pointsOf(7, 3, 5) }).text)).toMatchSnapshot()
  })
})

describe('a calendar', () => {
  const at = '2026-03-01T01:02:03.000Z'
  const copy = { id: 'tokens_2026-03-01T010000Z_000001', at, provenAt: undefined }
  const proven = { ...copy, provenAt: '2026-03-01T03:00:00.000Z' }
  const calendar = {
    days: [
      { label: '2026-03-01', isOwn: true, copy },
      { label: '2026-02-28', isOwn: false, copy: proven },
      { label: '2026-02-27', isOwn: false },
    ],
    weeks: [
      { label: '2026-W01', isOwn: true, copy: proven },
      { label: '2025-W01', isOwn: false, copy },
      { label: '2021-W53', isOwn: false },
      { label: '2027-W09', isOwn: false },
    ],
    months: [
      { label: '2026-01', isOwn: true, copy },
      { label: '2025-12', isOwn: false },
    ],
  }
  const around = { now: new Date('2026-03-01T05:00:00.000Z'), addressOf: (id: string) => `#${id}` }

  test('shows each day, week and month, and the copy that would be used', () => {
    const text = oneLine(calendarWhole(calendar, around).text).replaceAll('<li>', '\n<li>')
    expect(text).toMatchSnapshot()
  })

  test('is a strip of cells, and each of them is in its place', () => {
    expect(oneLine(calendarStrip(calendar).text)).toMatchSnapshot()
    expect(oneLine(calendarSpans(calendar).text)).toMatchSnapshot()
  })
})

const marks: Mark[] = ['good', 'open', 'late', 'bad', 'none']

test('each state has a shape and a colour of its own', () => {
  expect(new Set(marks.map(iconAddress)).size).toBe(5)
  expect(markShapes.text).toMatchSnapshot()
  expect(marks.map((mark) => decodeURIComponent(iconAddress(mark)))).toMatchSnapshot()
})

describe('the badge', () => {
  const now = new Date('2026-03-01T05:00:00.000Z')
  const ago = (ms: number): string => new Date(now.getTime() - ms).toISOString()
  const well = {
    ranAt: ago(minuteMs),
    databases: 3,
    inTrouble: 0,
    inDanger: 0,
    isComplete: true,
    late: 0,
    provenAt: ago(2 * hourMs),
    isProven: true,
  }

  test.each([
    { is: 'verified 2 h ago', color: 'green', change: {} },
    { is: 'being verified', color: 'yellow', change: { isProven: false } },
    { is: 'nothing proven yet', color: 'lightgrey', change: { provenAt: undefined } },
    { is: '1 database late', color: 'orange', change: { late: 1 } },
    { is: 'not all could be watched', color: 'orange', change: { isComplete: false, late: 1 } },
    { is: '2 databases in trouble', color: 'orange', change: { inTrouble: 2, isComplete: false } },
    { is: '1 database in trouble', color: 'red', change: { inTrouble: 1, inDanger: 1 } },
    { is: '1 database in trouble', color: 'red', change: { inTrouble: 1, inDanger: undefined } },
    { is: 'verified 2 h ago', color: 'green', change: { ranAt: ago(3 * hourMs) } },
    {
      is: 'down, not watched for 3 h',
      color: 'orange',
      change: { ranAt: ago(3 * hourMs + 1), inTrouble: 1 },
    },
  ])('says $is in $color', ({ is, color, change }) => {
    expect(badgeOf({ ...well, ...change }, now)).toEqual({
      schemaVersion: 1,
      label: 'backups',
      message: is,
      color,
      isError: color === 'red',
    })
  })

  test('says that nobody watches', () => {
    expect(badgeOf(undefined, now)).toMatchObject({ message: 'not watched', color: 'orange' })
  })

  test('is as wide as its words, in the colour of each state', () => {
    for (const color of ['green', 'yellow', 'orange', 'red', 'lightgrey'] as const) {
      const message = 'ij l ft r, csz mw abc'
      const image = badgeImage({ schemaVersion: 1, label: 'b', message, color, isError: false })
      expect(oneLine(image)).toMatchSnapshot()
    }
  })
})

test.each([
  { names: ['a'], most: 3, is: 'a' },
  { names: ['a', 'b'], most: 3, is: 'a and b' },
  { names: ['a', 'b', 'c'], most: 3, is: 'a, b and c' },
  { names: ['a', 'b', 'c', 'd'], most: 3, is: 'a, b and 2 more' },
])('$names are told as: $is', ({ names, most, is }) => {
  expect(namesWords(names, { count: names.length, most })).toBe(is)
})

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['UTC', undefined],
  ['Etc/UTC', undefined],
  ['Europe/Nowhere', undefined],
  ['<b>', undefined],
  [`Europe/${'x'.repeat(64)}`, undefined],
  [undefined, undefined],
])('of the zone %j is taken: %j', (said, is) => {
  expect(readZone(said)).toBe(is)
})
