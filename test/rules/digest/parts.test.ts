import { describe, expect, test } from 'vitest'

import type { DatabaseStanding } from '../../../lib/rules/digest/database'
import { digestOf } from '../../../lib/rules/digest/digest'
import { toldOf } from '../../../lib/rules/digest/words'
import { digestText } from '../../../lib/show/digest-text'
import {
  databaseWith,
  drillOn,
  happenedWith,
  standingWith,
  week,
} from '../../fixtures/told/digests'
import { someTrouble } from '../../fixtures/told/troubles'

const about = { span: week, version: '0.1.0', unnamed: [] }
const toldWith = (changes: Parameters<typeof standingWith>[0]) =>
  toldOf(digestOf(standingWith(changes), happenedWith(), about))

const some = (count: number) =>
  Array.from({ length: count }, (_, nth) => databaseWith({ database: `db-${nth}` }))

const bad = (count: number) =>
  Array.from({ length: count }, (_, nth) =>
    databaseWith({ database: `bad-${nth}`, health: 'late' }),
  )

describe('of many databases', () => {
  test('those that are well are told in a line each, and few in full', () => {
    const few = toldWith({ databases: some(6) })
    expect(few.databases).toHaveLength(6)
    expect(few.briefs).toEqual([])
    const told = toldWith({ databases: some(7) })
    expect(told.databases).toEqual([])
    expect(told.briefs).toEqual([
      {
        heading: 'Databases that are well',
        columns: ['database', 'newest', 'size', 'days', 'practice'],
        rows: Array.from({ length: 7 }, (_, nth) => ({
          mark: 'good',
          cells: [`db-${nth}`, '4 h ago', '664 KiB', '7 of 7', '5 days ago'],
        })),
        legend:
          'newest: when the newest sound copy came, with its size. days: to how many of the last days one can go back. practice: the last drill.',
      },
    ])
    const [day, ...others] = databaseWith().calendar.days
    const gap = { days: [{ label: day?.label ?? '', isOwn: true }, ...others] }
    const { briefs } = toldWith({ databases: [databaseWith({ calendar: gap }), ...some(6)] })
    expect(briefs[0]?.rows[0]?.cells[3]).toBe('6 of 7')
  })

  test('one that was never restored is told so, and what there is no room for is counted', () => {
    const unproven = databaseWith({ database: 'aa', drills: [], copies: [], health: 'pending' })
    const told = toldWith({ databases: [unproven, ...some(120)] })
    expect(told.briefs[0]?.rows).toHaveLength(100)
    expect(told.briefs[0]?.rows[0]).toEqual({
      mark: 'open',
      cells: ['aa', 'none', '', '7 of 7', 'not yet'],
    })
    expect(told.more).toBe('and 21 more that are well: see the status page')
  })

  test('six that need somebody are told in full, the gravest first, and the others in a line', () => {
    const since = '2026-11-20T01:00:00.000Z'
    const gone = someTrouble({ kind: 'copy.gone', since, what: 'the newest sound copy is gone' })
    const grave = databaseWith({ database: 'z', health: 'trouble', troubles: [gone] })
    const told = toldWith({ databases: [...some(20), ...bad(6), grave] })
    expect(told.databases.map(({ name, mark, word }) => `${name} ${mark} ${word}`)).toEqual([
      'z bad in danger',
      ...['0', '1', '2', '3', '4'].map((nth) => `bad-${nth} late late`),
    ])
    expect(told.briefs.map(({ heading }) => heading)).toEqual([
      'Others that need you',
      'Databases that are well',
    ])
    expect(told.briefs[0]).toEqual({
      heading: 'Others that need you',
      columns: ['database', 'what is wrong', 'since'],
      rows: [{ mark: 'late', cells: ['bad-5', 'late', ''] }],
      legend: 'What to do stands on the status page of each.',
    })
    expect(told.mark).toBe('bad')
    expect(toldWith({ databases: bad(1) }).mark).toBe('late')
    const all = toldWith({ databases: Array.from({ length: 8 }, () => grave) })
    expect(all.briefs[0]?.rows[0]?.cells).toEqual([
      'z',
      'the newest sound copy is gone',
      '2026-11-20 01:00 UTC',
    ])
  })

  test('sixty are read in a few pages, whatever happened to them', () => {
    const drills = Array.from({ length: 120 }, () => drillOn('16'))
    const happened = happenedWith({
      drills: [{ at: week.until.toISOString(), copies: drills, rings: [], left: [] }],
    })
    const linesOf = (databases: DatabaseStanding[]) =>
      digestText(toldOf(digestOf(standingWith({ databases }), happened, about))).split('\n').length
    expect(linesOf(some(60))).toBeLessThan(110)
    expect(linesOf([...some(57), ...bad(3)])).toBeLessThan(160)
    expect(linesOf(bad(60))).toBeLessThan(210)
  })
})

test('an inventory is told by its objects and entries, and restores nothing', () => {
  const bot = databaseWith({ database: 'bot', kind: 'objects' })
  const happened = happenedWith({
    drills: [{ at: week.until.toISOString(), copies: bot.drills, rings: [], left: [] }],
  })
  const full = toldOf(digestOf(standingWith({ databases: [bot] }), happened, about))
  const [facts, drills] = [full.databases[0]?.facts ?? [], full.lists[0]?.rows ?? []]
  const said = [
    ...facts.flatMap(({ label, text }) => [label, text]),
    ...drills.map(({ note }) => note),
  ]
  expect(said.join('; ')).toMatch(/, \d+ objects and entries/)
  expect(said).toContain('covered')
  expect(drills[0]?.note).toMatch(/^opened and compared, and a sample of the objects read again in/)
  expect(said.join('; ')).not.toMatch(/\brows\b|restor/)
  const [line] = toldWith({ databases: [bot, ...some(7)] }).briefs[0]?.rows ?? []
  expect(line?.cells.join()).toMatch(/^bot,4 h ago,\S+ KiB,7 of 7,5 days ago$/)
})
