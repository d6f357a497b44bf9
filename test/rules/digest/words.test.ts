import { describe, expect, test } from 'vitest'

import { digestOf } from '../../../lib/rules/digest/digest'
import type { Standing } from '../../../lib/rules/digest/digest'
import { signed } from '../../../lib/rules/digest/parts'
import {
  cameWords,
  copiesWords,
  databaseWords,
  toldOf,
  troubleWords,
} from '../../../lib/rules/digest/words'
import { pricesWords } from '../../../lib/rules/keeping/prices'
import { sizeWords } from '../../../lib/rules/plain/wording'
import {
  badWeek,
  copyOn,
  databaseWith,
  drillOn,
  happenedWith,
  standingWith,
  week,
} from '../../fixtures/told/digests'
import { someTrouble } from '../../fixtures/told/troubles'

const factsOf = (changes: Parameters<typeof databaseWith>[0], happened = happenedWith()) => {
  const standing = standingWith({ databases: [databaseWith(changes)] })
  const [one] = digestOf(standing, happened, { span: week, version: '0', unnamed: [] }).databases
  if (!one) throw new Error('there is none')
  const { facts, ...rest } = databaseWords(one, week.until)
  return { ...rest, facts: Object.fromEntries(facts.map(({ label, text }) => [label, text])) }
}

describe('the words of a report', () => {
  test.each([
    { number: 0, said: 'unchanged' },
    { number: 1, said: '+1 byte' },
    { number: 2048, said: '+2.0 KiB' },
    { number: -2048, said: '−2.0 KiB' },
  ])('say $number as $said', ({ number, said }) => {
    expect(signed(number, sizeWords)).toBe(said)
  })

  test('count what came by what was found', () => {
    const none = { came: 0, sound: 0, failed: 0, unmet: 0, unchecked: 0, pending: 0 }
    expect(cameWords(none)).toBe('none came')
    expect(cameWords({ came: 5, sound: 1, failed: 1, unmet: 1, unchecked: 1, pending: 1 })).toBe(
      '5 came: 1 sound, 1 failed, 1 not what is expected, 1 could not be checked, 1 without a verdict yet',
    )
    expect([copiesWords(1), copiesWords(2)]).toEqual(['1 copy', '2 copies'])
  })

  test('say of a database what decides anything', () => {
    const { name, word, mark, facts, troubles } = factsOf({})
    expect({ name, word, mark, troubles }).toEqual({
      name: 'tokens',
      word: 'sound',
      mark: 'good',
      troubles: [],
    })
    expect(facts).toEqual({
      'newest sound': '664 KiB (+28.0 KiB), 2210 rows (+70), 4 h ago',
      'its ticket': 'tokens_2026-11-21T010017Z_9d672f',
      copies: '7 came: 7 sound',
      restorable: '7 of the last 7 days',
      checks: 'arrival, bytes, header, structure, references passed',
      'last drill': '2026-11-16 05:45 UTC, restored, opened and compared in 1.2 s',
      kept: '12 copies, 7.5 MiB; none let go',
      policy: databaseWith().policy,
    })
  })

  test('say what there is not', () => {
    const never = factsOf({ copies: [], drills: [], health: 'never' }, happenedWith({ checks: {} }))
    expect(never).toMatchObject({ word: 'never came', mark: 'late' })
    expect(never.facts).toEqual({
      'newest sound': 'none',
      copies: 'none came',
      restorable: '7 of the last 7 days',
      'last drill': 'none yet',
      kept: '0 copies, 0 bytes; none let go',
      policy: databaseWith().policy,
    })
    const first = factsOf({ copies: [copyOn('21', { rows: undefined })] })
    expect(first.facts).toMatchObject({
      'newest sound': '664 KiB, 4 h ago',
      kept: '1 copy, 664 KiB; none let go',
    })
  })

  test('tell what is on its way out, and from when on it may go', () => {
    const copies = [copyOn('21'), ...['12', '11', '10', '09', '08'].map((day) => copyOn(day))]
    const going = copies.slice(1).map((copy) => ({ ...copy, keep: false }))
    const leaving = going.map(({ id }) => ({ id, leavesAt: '2026-11-22T02:30:00.000Z' }))
    const { facts } = factsOf(
      { copies: [copyOn('21'), ...going] },
      happenedWith({ leaving: { tokens: leaving } }),
    )
    expect(facts['on its way out']).toBe(
      '5 copies, the first after 2026-11-22 02:30 UTC: tokens_2026-11-12T010017Z_9d672f, tokens_2026-11-11T010017Z_9d672f, tokens_2026-11-10T010017Z_9d672f, tokens_2026-11-09T010017Z_9d672f, tokens_2026-11-08T010017Z_9d672f; pin what is to stay',
    )
  })

  test('tell one copy that is on its way out like many', () => {
    const going = { ...copyOn('20'), keep: false }
    const leaving = { tokens: [{ id: going.id, leavesAt: '2026-11-22T02:30:00.000Z' }] }
    const { facts } = factsOf({ copies: [copyOn('21'), going] }, happenedWith({ leaving }))
    expect(facts['on its way out']).toBe(
      '1 copy, the first after 2026-11-22 02:30 UTC: tokens_2026-11-20T010017Z_9d672f; pin what is to stay',
    )
  })

  test('count the days that one can go back to', () => {
    const [first, ...others] = databaseWith().calendar.days
    const days = [{ label: '2026-11-15', isOwn: false }, ...others]
    expect(first?.label).toBe('2026-11-15')
    expect(factsOf({ calendar: { days } }).facts['restorable']).toBe('6 of the last 7 days')
  })

  test.each([
    { name: 'something is lost', health: 'trouble', kind: 'rows.collapsed', word: 'in danger' },
    { name: 'nothing is', health: 'trouble', kind: 'verify.unmet', word: 'needs you' },
    { name: 'it is late besides', health: 'late', kind: 'rows.collapsed', word: 'late' },
  ] as const)('call a database in danger, or not, where $name', ({ health, kind, word }) => {
    expect(factsOf({ health, troubles: [someTrouble({ kind })] }).word).toBe(word)
  })

  test('tell a newest copy that is not sound beside the one that is', () => {
    const copies = [copyOn('21', { word: 'pending' }), copyOn('20')]
    const { mark, word, facts } = factsOf({ health: 'pending', copies })
    expect({ mark, word }).toEqual({ mark: 'open', word: 'waits for its verdict' })
    expect(facts['newest']).toBe('tokens_2026-11-21T010017Z_9d672f: pending, 4 h ago')
  })

  test('tell checks that did not pass, drills that did not go well, and a brake', () => {
    const { standing, happened } = badWeek()
    const bad = factsOf(
      {
        ...standing.databases[1],
        drills: [drillOn('16', { outcome: 'failed', detail: 'It is another file.' })],
      },
      happened,
    )
    expect(bad.facts).toMatchObject({
      checks: 'structure failed; arrival passed',
      'last drill': '2026-11-16 05:45 UTC, failed: It is another file.',
      'held back': 'Nothing is deleted while the newest copy is failed.',
      kept: '12 copies, 7.5 MiB; 3 let go (1.4 MiB)',
    })
    expect(bad.troubles).toMatchObject([{ what: 'The newest copy is damaged' }])
    const undone = factsOf(
      { drills: [drillOn('16', { outcome: 'undone', detail: 'no room' })] },
      happenedWith({ checks: { tokens: [{ check: 'structure', outcome: 'failed' }] } }),
    )
    expect(undone.facts).toMatchObject({
      checks: 'structure failed',
      'last drill': '2026-11-16 05:45 UTC, could not be done: no room',
    })
  })

  test('tell a check that found several things once, and by what did not pass', () => {
    const of = (check: string, outcome: string) => ({ check, outcome })
    const tokens = [
      of('schema', 'passed'),
      of('schema', 'passed'),
      of('rows', 'passed'),
      of('rows', 'warned'),
      of('assertions', 'unmet'),
      of('assertions', 'unmet'),
    ]
    expect(factsOf({}, happenedWith({ checks: { tokens } })).facts['checks']).toBe(
      'rows warned; assertions unmet; schema passed',
    )
  })

  test('name the copy from before a fall, with what it has and what there is today', () => {
    const fall = {
      since: copyOn('21').id,
      sinceAt: copyOn('21').arrivedAt,
      restoreCommand: '',
      before: copyOn('20').id,
      beforeAt: copyOn('20').arrivedAt,
      tables: [
        { table: 'orders', before: 6181, now: 2472 },
        { table: 'carts', before: 12, now: undefined },
      ],
    }
    expect(factsOf({ health: 'trouble', fall }).facts).toMatchObject({
      'before the fall':
        'tokens_2026-11-20T010017Z_9d672f, 28 h ago: orders 6181, now 2472, carts 12, now gone',
    })
  })

  test('say of a trouble what to do, and what instead where it was meant', () => {
    const otherwise = { text: 'Say so on your own machine:', command: 'accept' }
    const bare = { text: 'If you know that it is good, say so.' }
    const told = [
      someTrouble({ nextStep: { text: 'Look.', command: 'look', otherwise } }),
      someTrouble({ nextStep: { text: 'Look.', otherwise: bare } }),
      someTrouble({ nextStep: { text: 'Look.' } }),
    ].map((trouble) => troubleWords(trouble))
    expect(told.map((one) => one.otherwise)).toEqual([
      { heading: 'If it was meant', ...otherwise },
      { heading: 'Otherwise', ...bare },
      undefined,
    ])
    expect(told.map((one) => one.command)).toEqual(['look', undefined, undefined])
    expect(told[2]).toEqual({
      mark: 'bad',
      what: 'The newest copy is damaged',
      since: '2025-07-04 01:00 UTC',
      text: 'Look.',
    })
    expect(troubleWords(someTrouble({ kind: 'backup.late' })).mark).toBe('late')
  })

  test('begin with a capital letter, but where a table is named first', () => {
    const before = { label: 'from before', text: 'orders_2026-11-20T010017Z_9d672f' }
    const facts = [{ label: 'orders', text: '6181 rows before, 2472 now' }, before]
    const whats = ['orders has lost 3709 of 6181 rows', 'rows are gone from 2 tables']
    expect(whats.map((what) => troubleWords(someTrouble({ what, facts })).what)).toEqual([
      'orders has lost 3709 of 6181 rows',
      'Rows are gone from 2 tables',
    ])
    expect(troubleWords(someTrouble({ what: 'no answer', facts: [] })).what).toBe('No answer')
  })
})

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
    const { subject, mark, tiles, period, footer } = toldWith()
    expect(subject).toBe('Backups: both databases are sound (acme-backups)')
    expect(mark).toBe('good')
    expect(period).toBe('2026-11-14 06:00 UTC to 2026-11-21 06:00 UTC')
    expect(tiles.map(({ figure, label, note }) => `${figure} ${label}: ${note}`)).toEqual([
      '100 % passed: 14 came: 14 sound',
      '15.0 MiB in 24 copies: +8.9 MiB in 7 days; none let go',
      '1 of 1 drills proven: the longest took 1.2 s',
      '0 open alerts: told to slack, mail to ops@example.com',
    ])
    expect(footer).toBe(
      `Snapproof 0.1.0 opened 14 copies of acme-backups in 7 days, which took 5.9 s. Times are UTC; sizes are compared with the newest sound copy from before. What is stored costs $5.00 a month ${pricesWords}. Functions and requests: not measured yet, which takes a whole week. Written 2026-11-21 06:00 UTC.`,
    )
  })

  test('has of drills only the proven ones in its figures, and names the longest', () => {
    const copies = [
      drillOn('16', { tookMs: 61_000 }),
      drillOn('15'),
      drillOn('14', { outcome: 'undone', tookMs: 900_000 }),
    ]
    const drills = [{ at: week.until.toISOString(), copies, rings: [], left: [] }]
    const { figure, note } = toldWith({}, happenedWith({ drills })).tiles[2] ?? {}
    expect([figure, note]).toEqual(['2 of 3', 'the longest took 61 s'])
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

  test('keeps to what a mail has room for: what needs somebody is never cut', () => {
    const many = Array.from({ length: 60 }, (_, nth) => databaseWith({ database: `db-${nth}` }))
    const copies = Array.from({ length: 30 }, () => copyOn('20', { word: 'failed' }))
    const bad = databaseWith({ database: 'bad', health: 'trouble', copies })
    const told = toldWith({ databases: [...many, bad] })
    expect(told.databases.map(({ name }) => name)).toEqual(['bad'])
    expect(told.more).toBe('')
    const apart = told.lists.find(({ heading }) => heading === 'Copies set apart')
    expect(apart?.rows).toHaveLength(13)
    expect(apart?.rows.at(-1)?.text).toBe('and 18 more')
  })

  test('says of those that were not shown how many need somebody', () => {
    const bad = Array.from({ length: 108 }, (_, nth) =>
      databaseWith({ database: `db-${nth}`, health: 'trouble' }),
    )
    const moreOf = (count: number) => toldWith({ databases: bad.slice(0, count) }).more
    expect(moreOf(106)).toBe('')
    expect(moreOf(107)).toBe('and 1 more, of which 1 needs you: see the status page')
    expect(moreOf(108)).toBe('and 2 more, of which 2 need you: see the status page')
  })

  test('counts the others of thousands, and says of which ones it tells more', () => {
    const line = { health: 'sound', wrong: 0, count: 24, sizeBytes: 1024 } as const
    const others = [
      line,
      { ...line, health: 'pending' as const },
      { ...line, wrong: 1 },
      { ...line, health: 'late' as const },
    ]
    const digest = digestOf(standingWith(), happenedWith(), { ...about, others })
    expect(digest.others).toEqual({ databases: 4, unwell: 2, copies: 96, sizeBytes: 4096 })
    expect(digest).toMatchObject({ isCalm: false, copies: 24 + 96 })
    expect(digest.sizeBytes - digestOf(standingWith(), happenedWith(), about).sizeBytes).toBe(4096)
    const told = toldOf(digest)
    expect(told.headline).toBe('2 of 6 databases need you.')
    expect(told.more).toBe('and 4 more, of which 2 need you: see the status page')
    expect(told.footer).toContain(
      ' What came, went and was opened is that of the 2 databases that need you most; of 4 others their copies are counted. What is stored costs $5.00 a month by',
    )
    const calm = digestOf(standingWith(), happenedWith(), { ...about, others: [line] })
    expect(calm.isCalm).toBe(true)
    expect(toldOf(calm).headline).toBe('All 3 databases are sound.')
    expect(toldWith().footer).not.toContain('need you most')
  })
})
