import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { decide, withTold } from '../../../lib/rules/alerts/incidents'
import type { Incident } from '../../../lib/rules/alerts/incidents'
import { alertOf } from '../../../lib/rules/alerts/making'
import { hourMs } from '../../../lib/rules/plain/time-units'
import type { Trouble } from '../../../lib/rules/troubles/trouble'
import type { DatabaseState } from '../../../lib/rules/watching/watch-state'
import {
  fallOf,
  id,
  longName,
  newestWith,
  now,
  olderId,
  someTrouble,
  stateOf,
} from '../../fixtures/told/troubles'

const installation = 'my-backups'

const incidentOf = (trouble: Trouble): Incident => {
  const { incidents } = decide({}, [trouble], { now, remindEveryMs: 24 * hourMs })
  const [incident] = Object.values(incidents)
  if (!incident) throw new Error('nothing is told')
  return incident
}

const key = 'tokens/verify.failed'
const trouble = someTrouble()
const incident = incidentOf(trouble)
const about = { installation, incident, state: newestWith({ word: 'failed' }), now }

const later = (hours: number) => new Date(now.getTime() + hours * hourMs)

describe('a trouble that is told', () => {
  test('says all that the trouble says, and the copy one can go back to', () => {
    const firing = alertOf({ key, status: 'firing', trouble }, about)
    expect({ ...firing, id: 'id' }).toMatchInlineSnapshot(`
      {
        "at": "2025-07-04T03:30:00.000Z",
        "database": "tokens",
        "facts": [
          {
            "label": "copy",
            "text": "tokens_2025-07-04T010000Z_3f9a1c",
          },
        ],
        "headline": "tokens: the newest copy is damaged, since 01:00 UTC",
        "id": "id",
        "installation": "my-backups",
        "key": "my-backups/tokens/verify.failed",
        "kind": "verify.failed",
        "meaning": "The live database may be damaged too.",
        "newestProven": {
          "age": "26 h ago",
          "restoreCommand": "restore.sh /etc/snapproof/tokens.env",
          "ticket": "tokens_2025-07-03T010000Z_b81d04",
        },
        "nextStep": {
          "text": "Look at it.",
        },
        "severity": "critical",
        "since": "2025-07-04T01:00:00.000Z",
        "status": "firing",
        "told": 0,
      }
    `)
    expect(firing.id).toMatch(/^[0-9a-f]{32}$/)
  })

  test('is reminded of under another id, and answers the first telling', () => {
    const firing = alertOf({ key, status: 'firing', trouble }, about)
    const told = withTold(incident, { id: firing.id, channels: ['slack'] }, now)
    const reminder = alertOf(
      { key, status: 'reminder', trouble },
      { ...about, incident: told, now: later(24) },
    )
    expect(reminder).toMatchObject({ told: 1, answers: firing.id, key: firing.key })
    expect(reminder.id).not.toBe(firing.id)
    expect(reminder.headline).toBe('tokens: the newest copy is damaged, since 2025-07-04 01:00 UTC')
  })

  test('is told as over with how long it lasted, and nothing to do', () => {
    const told = withTold(incident, { id: 'first', channels: ['slack'] }, now)
    const over = alertOf(
      { key, status: 'resolved', trouble: undefined },
      { ...about, incident: told, state: stateOf(), now: later(3) },
    )
    expect({ ...over, id: 'id' }).toMatchInlineSnapshot(`
      {
        "answers": "first",
        "at": "2025-07-04T06:30:00.000Z",
        "database": "tokens",
        "facts": [
          {
            "label": "began",
            "text": "2025-07-04 01:00 UTC",
          },
          {
            "label": "lasted",
            "text": "5 h",
          },
        ],
        "headline": "tokens: the newest copy is damaged, after 5 h",
        "id": "id",
        "installation": "my-backups",
        "key": "my-backups/tokens/verify.failed",
        "kind": "verify.failed",
        "meaning": "What was told then no longer holds.",
        "newestProven": {
          "age": "5 h ago",
          "restoreCommand": "restore.sh /etc/snapproof/tokens.env",
          "ticket": "tokens_2025-07-04T010000Z_3f9a1c",
        },
        "nextStep": {
          "text": "Nothing is to be done.",
        },
        "severity": "critical",
        "since": "2025-07-04T01:00:00.000Z",
        "status": "resolved",
        "told": 1,
      }
    `)
  })

  test('that was over at once lasted less than a minute', () => {
    const told = { ...incident, since: now.toISOString() }
    const over = alertOf(
      { key, status: 'resolved', trouble: undefined },
      { ...about, incident: told },
    )
    expect(over.headline).toBe('tokens: the newest copy is damaged, after less than a minute')
  })

  test('of the installation names it, and no copy', () => {
    const other = someTrouble({ database: undefined, kind: 'store.error', what: 'no answer' })
    const alert = alertOf(
      { key: '-/store.error', status: 'firing', trouble: other },
      { ...about, incident: incidentOf(other), state: undefined },
    )
    expect(alert).toMatchObject({
      key: 'my-backups/-/store.error',
      headline: 'my-backups: no answer, since 01:00 UTC',
      database: undefined,
      newestProven: undefined,
    })
  })

  test.each([
    { name: 'none is known', state: undefined, ticket: undefined },
    { name: 'none is sound', state: stateOf({ newestSound: undefined }), ticket: undefined },
    { name: 'the newest is sound', state: stateOf(), ticket: id },
    { name: 'an older one is', state: newestWith({ word: 'failed' }), ticket: olderId },
  ])('names the copy to go back to: $name', ({ state, ticket }) => {
    const alert = alertOf({ key, status: 'firing', trouble }, { ...about, state })
    expect(alert.newestProven?.ticket).toBe(ticket)
    expect(alert.newestProven?.restoreCommand).toBe(
      ticket === undefined ? undefined : 'restore.sh /etc/snapproof/tokens.env',
    )
  })
})

describe('the copy to go back to', () => {
  const provenOf = (state: DatabaseState, changes: Partial<Trouble> = {}) =>
    alertOf({ key, status: 'firing', trouble: someTrouble(changes) }, { ...about, state })
      .newestProven

  test('is the one from before, where something has gone that nobody called right', () => {
    expect(provenOf(stateOf({ fall: fallOf() }))).toEqual({
      ticket: olderId,
      age: '26 h ago',
      restoreCommand: `restore.sh --at ${olderId} /etc/snapproof/tokens.env`,
      isBeforeFall: true,
    })
  })

  test.each([
    { name: 'the one in question', copy: id, severity: 'critical', isDoubted: true },
    { name: 'another one', copy: olderId, severity: 'critical', isDoubted: undefined },
    { name: 'none', copy: undefined, severity: 'critical', isDoubted: undefined },
    { name: 'it, and it is not grave', copy: id, severity: 'error', isDoubted: undefined },
  ] as const)('is doubted where the trouble is about $name: $isDoubted', (row) => {
    const proven = provenOf(stateOf(), { copy: row.copy, severity: row.severity })
    expect(proven?.ticket).toBe(id)
    expect(proven?.isDoubted).toBe(row.isDoubted)
    expect(proven?.restoreCommand).toBe(
      row.isDoubted
        ? 'restore.sh --list /etc/snapproof/tokens.env'
        : 'restore.sh /etc/snapproof/tokens.env',
    )
  })

  test('is none where nothing of that kind is brought back from a copy', () => {
    const told = { ...about, state: stateOf(), kind: 'objects' }
    expect(alertOf({ key, status: 'firing', trouble }, told).newestProven).toBeUndefined()
  })

  test('is named where a newer one is passed over, so that nothing is asked', () => {
    expect(provenOf(newestWith({ word: 'unmet' }))?.restoreCommand).toBe(
      `restore.sh --at ${olderId} /etc/snapproof/tokens.env`,
    )
  })
})

describe('the id of a telling', () => {
  const idOf = (changes: Partial<Incident>, status: 'firing' | 'reminder' = 'firing', name = key) =>
    alertOf({ key: name, status, trouble }, { ...about, incident: { ...incident, ...changes } }).id

  test('is the same however often it is made, and another for each other telling', () => {
    expect(idOf({ what: 'other words', severity: 'info' })).toBe(idOf({}))
    const all = [
      idOf({}),
      idOf({ told: 1 }),
      idOf({ openedAt: later(1).toISOString() }),
      idOf({}, 'reminder'),
      idOf({}, 'firing', 'sessions/verify.failed'),
    ]
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('a headline', () => {
  const headlineOf = (changes: Partial<Incident>, when = now) =>
    alertOf(
      { key, status: 'firing', trouble },
      { ...about, incident: { ...incident, ...changes }, now: when },
    ).headline

  test.each([
    { name: 'today', since: '2025-07-04T00:00:00.000Z', words: ', since 00:00 UTC' },
    { name: 'yesterday', since: '2025-07-03T23:59:59.000Z', words: ', since 2025-07-03 23:59 UTC' },
  ])('says the day where it was not today: $name', ({ since, words }) => {
    expect(headlineOf({ since })).toBe(`tokens: the newest copy is damaged${words}`)
  })

  test.each([
    {
      name: 'exactly',
      length: 120 - longName.length - 2 - ', since 01:00 UTC'.length,
      ends: 'UTC',
    },
    { name: 'one more', length: 121 - longName.length - 2 - ', since 01:00 UTC'.length, ends: 'x' },
    { name: 'without its time', length: 120 - longName.length - 2, ends: 'x' },
    { name: 'beyond that', length: 200, ends: 'x…' },
  ])(
    'of 120 characters keeps what, and its time where there is room: $name',
    ({ length, ends }) => {
      const headline = headlineOf({ database: longName, what: 'x'.repeat(length) })
      expect(headline.length).toBeLessThanOrEqual(120)
      expect(headline.endsWith(ends), headline).toBe(true)
    },
  )

  test('is never longer, whatever it is about', () => {
    const whats = fc.string({ unit: 'grapheme', maxLength: 200 })
    const instants = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    fc.assert(
      fc.property(whats, instants, instants, (what, since, when) => {
        const changes = { what, since: since.toISOString(), database: longName }
        expect(headlineOf(changes, when).length).toBeLessThanOrEqual(120)
      }),
    )
  })
})
