/** What did not go well is named one by one; what did is counted. */
import { describe, expect, test } from 'vitest'

import { digestOf } from '../../../lib/rules/digest/digest'
import type { Standing } from '../../../lib/rules/digest/digest'
import { toldOf } from '../../../lib/rules/digest/words'
import {
  badWeek,
  copyOn,
  databaseWith,
  drillOn,
  happenedWith,
  incidentOf,
  openWith,
  standingWith,
  week,
} from '../../fixtures/told/digests'

const about = { span: week, version: '0.1.0', unnamed: [] }
const toldWith = (changes: Partial<Standing> = {}, happened = happenedWith()) =>
  toldOf(digestOf(standingWith(changes), happened, about))

describe('what is told in lists', () => {
  test('lists drills, copies set apart, what was spared, and alerts, each as good or bad', () => {
    const { standing, happened } = badWeek()
    const unjudged = databaseWith({
      database: 'odd',
      copies: [copyOn('20', { database: 'odd', word: 'unverifiable' })],
    })
    const results = happened.results.map((one) => ({ ...one, spared: [{ id: 'x', why: 'y' }] }))
    const rings = [{ name: 'an old copy', isHeard: false, detail: 'raised nothing' }]
    const { database: _, ...ofNobody } = incidentOf({ isOpen: false })
    const incidents = [
      openWith(),
      openWith({ database: undefined, what: 'nothing is watched', toldAt: undefined }),
      openWith({ held: { why: 'until the watch runs again', until: undefined } }),
    ]
    const told = toldOf(
      digestOf(
        {
          ...standing,
          databases: [...standing.databases, unjudged],
          incidents,
          alarm: { provenAt: undefined, rings },
        },
        { ...happened, results, incidents: [ofNobody, incidentOf({ isOpen: false })] },
        about,
      ),
    )
    const lines = told.lists.flatMap(({ heading, rows }) => [
      heading,
      ...rows.map(({ mark, text, note }) => `${mark} ${text} | ${note}`),
    ])
    expect(lines).toEqual([
      'Drills',
      'open tokens_2026-11-13T010017Z_9d672f, 644 KiB | could not be done: The store is away.',
      'bad tokens_2026-11-08T010017Z_9d672f, 644 KiB | failed: The download has another SHA-256.',
      'good tokens_2026-11-16T010017Z_9d672f, 644 KiB | restored, opened and compared in 1.2 s',
      'late the alarm was tried, and failed: an old copy | raised nothing',
      'Copies set apart',
      'bad tokens_2026-11-21T010017Z_9d672f: failed | SQLite calls it damaged: database disk image is malformed.',
      'open odd_2026-11-20T010017Z_9d672f: unverifiable | ',
      'Spared by retention',
      'open x | y',
      'Alerts',
      'bad tokens: the newest copy is damaged | open, began 2026-11-21 01:00 UTC, told 4 h ago',
      'late nothing is watched | open, began 2026-11-21 01:00 UTC, nobody was told yet',
      'open tokens: the newest copy is damaged | held open until the watch runs again; nothing is to be seen of it now, began 2026-11-21 01:00 UTC, told 4 h ago',
      'good the newest copy is damaged | over, began 2026-11-21 01:00 UTC',
      'good tokens: the newest copy is damaged | over, began 2026-11-21 01:00 UTC',
      'late not delivered to slack | slack answered 404, since 2026-11-21 01:00 UTC',
    ])
    expect(told.tiles[3]).toEqual({
      figure: '2',
      label: 'open alerts',
      note: '1 held open; told to slack, mail to ops@example.com',
    })
    expect(toldWith({ incidents: [openWith()] }).tiles[3]).toMatchObject({ label: 'open alert' })
  })

  test('of many drills that went well tells how many, and the longest', () => {
    const proven = Array.from({ length: 7 }, (_, nth) =>
      drillOn('16', { tookMs: nth === 3 ? 9000 : 1000 + nth }),
    )
    const copies = [...proven, drillOn('08', { outcome: 'failed', detail: 'It is another file.' })]
    const rowsOf = (some: typeof copies) => {
      const drills = [{ at: week.until.toISOString(), copies: some, rings: [], left: [] }]
      const { lists } = toldWith({}, happenedWith({ drills }))
      return lists[0]?.rows.map(({ text, note }) => `${text}: ${note}`) ?? []
    }
    expect(rowsOf(copies)).toEqual([
      'tokens_2026-11-08T010017Z_9d672f, 644 KiB: failed: It is another file.',
      '7 drills proven: the longest: tokens_2026-11-16T010017Z_9d672f, 644 KiB, restored, opened and compared in 9.0 s',
      'the alarm was tried, and did as it should: a damaged copy',
    ])
    expect(rowsOf(proven.slice(1))).toHaveLength(7)
  })

  test('of alarms that were heard tells which, in one line, and that all is well', () => {
    const rings = ['a damaged copy', 'an old copy'].map((name) => ({
      name,
      isHeard: true,
      detail: 'raised it',
    }))
    const { lists } = toldWith({ alarm: { provenAt: undefined, rings } })
    expect(lists[0]?.rows.at(-1)).toEqual({
      mark: 'good',
      text: 'the alarm was tried, and did as it should',
      note: 'a damaged copy, an old copy',
    })
  })

  test.each([
    { count: 12, rows: 12, last: 'copy 12' },
    { count: 13, rows: 13, last: 'and 1 more' },
  ])('is a list of twelve at most: of $count the last is "$last"', ({ count, rows, last }) => {
    const spared = Array.from({ length: count }, (_, nth) => ({ id: `copy ${nth + 1}`, why: '' }))
    const results = badWeek().happened.results.map((one) => ({ ...one, spared }))
    const list = toldWith({}, happenedWith({ results })).lists.find(
      ({ heading }) => heading === 'Spared by retention',
    )
    expect(list?.rows).toHaveLength(rows)
    expect(list?.rows.at(-1)).toEqual({ mark: 'open', text: last, note: '' })
  })
})
