import { describe, expect, test } from 'vitest'

import { digestOf } from '../../../lib/rules/report/digest'
import type { Standing } from '../../../lib/rules/report/digest'
import { toldOf } from '../../../lib/rules/report/told'
import {
  badWeek,
  copyOn,
  databaseWith,
  happenedWith,
  incidentOf,
  openWith,
  standingWith,
  week,
} from '../../fixtures/told/reports'
import { someTrouble } from '../../fixtures/told/troubles'

const about = { span: week, version: '0.1.0', unnamed: [] }
const toldWith = (changes: Partial<Standing> = {}, happened = happenedWith()) =>
  toldOf(digestOf(standingWith(changes), happened, about))

const three = ['a', 'b', 'c'].map((database) => databaseWith({ database }))
const late = databaseWith({ database: 'late', health: 'late' })

describe('the headline', () => {
  test.each([
    { changes: {}, said: 'Both databases are sound.' },
    { changes: { databases: three }, said: 'All 3 databases are sound.' },
    { changes: { databases: three.slice(1, 2) }, said: 'The database is sound.' },
    { changes: { databases: [late] }, said: '1 of 1 database needs you.' },
    { changes: { databases: [...three, late, late] }, said: '2 of 5 databases need you.' },
    { changes: { databases: [] }, said: 'No database has been backed up yet.' },
    {
      changes: { troubles: [someTrouble({ what: 'the watch is silent' })] },
      said: 'The databases are sound; the watch is silent.',
    },
    {
      changes: { undelivered: [{ channel: 'slack', since: '2026-11-21T01:00:00Z', why: 'x' }] },
      said: 'The databases are sound; an alert was not delivered.',
    },
    {
      changes: { databases: [databaseWith({ copies: [copyOn('10')] })] },
      said: 'The database is sound; nothing new came.',
    },
  ])('is: $said', ({ changes, said }) => {
    const { headline, subject } = toldWith(changes)
    expect(headline).toBe(said)
    expect(subject).toMatch(/^Backups: [a-z0-9].*[^.] \(acme-backups\)$/)
  })
})

describe('what is told', () => {
  test('begins with the figures of the week', () => {
    const { tiles, period, footer } = toldWith()
    expect(period).toBe('2026-11-14 06:00 UTC to 2026-11-21 06:00 UTC')
    expect(tiles.map(({ figure, label, note }) => `${figure} ${label}: ${note}`)).toEqual([
      '100 % passed: 14 came: 14 sound',
      '15.0 MiB in 24 copies: +8.9 MiB in 7 days; none let go',
      '1 of 1 drills proven: the longest took 1.2 s',
      '0 open alerts: told to slack, mail to ops@example.com',
    ])
    expect(footer).toMatch(/^Snapproof 0\.1\.0 opened 14 copies of acme-backups in 7 days/)
  })

  test('says of an empty week that it was empty', () => {
    const { tiles } = toldWith({ databases: [], channels: [] }, happenedWith({ drills: [] }))
    expect(tiles.map(({ figure, note }) => `${figure}, ${note}`)).toEqual([
      '–, none came',
      '0 bytes, unchanged in 7 days; none let go',
      '0 of 0, none in this time',
      '0, nobody is told',
    ])
  })

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
      'bad alarm rung on purpose: an old copy | raised nothing',
      'Copies set apart',
      'bad tokens_2026-11-21T010017Z_9d672f: failed | SQLite calls it damaged: database disk image is malformed.',
      'open odd_2026-11-20T010017Z_9d672f: unverifiable | ',
      'Spared by retention',
      'open x | y',
      'Alerts',
      'bad tokens: the newest copy is damaged | open, began 2026-11-21 01:00 UTC, told 4 h ago',
      'bad nothing is watched | open, began 2026-11-21 01:00 UTC, nobody was told yet',
      'open tokens: the newest copy is damaged | held open until the watch runs again; nothing is to be seen of it now, began 2026-11-21 01:00 UTC, told 4 h ago',
      'good the newest copy is damaged | over, began 2026-11-21 01:00 UTC',
      'good tokens: the newest copy is damaged | over, began 2026-11-21 01:00 UTC',
      'bad not delivered to slack | slack answered 404, since 2026-11-21 01:00 UTC',
    ])
    expect(told.tiles[3]).toEqual({
      figure: '2',
      label: 'open alerts',
      note: '1 held open; told to slack, mail to ops@example.com',
    })
    expect(toldWith({ incidents: [openWith()] }).tiles[3]).toMatchObject({ label: 'open alert' })
  })

  test('keeps to what a mail has room for: what needs somebody is never cut', () => {
    const many = Array.from({ length: 60 }, (_, nth) => databaseWith({ database: `db-${nth}` }))
    const copies = Array.from({ length: 30 }, () => copyOn('20', { word: 'failed' }))
    const bad = databaseWith({ database: 'bad', health: 'trouble', copies })
    const told = toldWith({ databases: [...many, bad] })
    expect(told.databases).toHaveLength(40)
    expect(told.databases[0]?.name).toBe('bad')
    expect(told.more).toBe(21)
    const apart = told.lists.find(({ heading }) => heading === 'Copies set apart')
    expect(apart?.rows).toHaveLength(21)
    expect(apart?.rows.at(-1)?.text).toBe('and 10 more')
  })
})
