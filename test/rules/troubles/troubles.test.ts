import { describe, expect, test } from 'vitest'

import { hourMs } from '../../../lib/rules/plain/time-units'
import type { Schedule } from '../../../lib/rules/settings/schedule'
import {
  openQuestions,
  expectedOf,
  kindOf,
  scheduleOf,
  strangersTrouble,
  troublesOf,
} from '../../../lib/rules/troubles/troubles'
import type { VerdictWord } from '../../../lib/rules/verdict/verdict'
import { words } from '../../../lib/rules/verdict/verdict'
import type { DatabaseState } from '../../../lib/rules/watching/watch-state'
import { findingOf } from '../../fixtures/told/entries'
import {
  aloud,
  at,
  fallOf,
  firingOf,
  id,
  longName,
  newestWith,
  now,
  olderId,
  olderSeen,
  seenOf,
  stateOf,
} from '../../fixtures/told/troubles'

const daily: Schedule = { everyMs: 24 * hourMs, graceMs: 2 * hourMs }

const foundIn = (state: DatabaseState, when = now, schedule: Schedule | undefined = daily) =>
  troublesOf('tokens', state, { schedule, kind: 'sqlite', now: when })

const kindsIn = (state: DatabaseState, when = now) => foundIn(state, when).map(({ kind }) => kind)

/** What is read of the only trouble there is. */
const read = (state: DatabaseState): string => {
  const [trouble, ...more] = foundIn(state)
  if (!trouble || more.length > 0) throw new Error(`${kindsIn(state).join(', ')}`)
  return aloud(trouble, state)
}

const after = (ms: number, instant = at) => new Date(Date.parse(instant) + ms)

describe('a healthy database', () => {
  test.each([
    { name: 'whose newest copy passed', state: stateOf() },
    {
      name: 'that has only just been set up',
      state: stateOf({
        since: now.toISOString(),
        copies: 0,
        newest: undefined,
        newestSound: undefined,
        arrivedAt: undefined,
      }),
    },
    {
      name: 'of which one old copy could never be judged',
      state: stateOf({ unjudged: 1 }),
    },
    {
      name: 'with a remark that is no warning',
      state: stateOf({ newest: seenOf({ remarks: [findingOf('clock', 'passed')] }) }),
    },
    {
      name: 'of which something is gone, and somebody said that it is right',
      state: stateOf({ newest: seenOf({ word: 'accepted' }), fall: undefined }),
    },
  ])('has no trouble: one $name', ({ state }) => {
    expect(foundIn(state)).toEqual([])
  })
})

describe('a database of which nothing new came', () => {
  const state = stateOf({ newest: olderSeen(), newestSound: olderSeen(), arrivedAt: undefined })
  const late = { ...state, arrivedAt: '2025-07-03T01:00:00.000Z' }

  test('is late, with the push as the next step', () => {
    expect(read(late)).toMatchInlineSnapshot(`
      "(error, backup.late)
      tokens: the backup is late, since 03:00 UTC
      Whatever the app has written since the last copy is in no backup.
      Run the push by hand on the Droplet and read what it says:
          push.sh -v /etc/snapproof/tokens.env
      If the database is retired, set expectEvery: 'off' for it in lib/databases.ts and deploy again.
      - last heard of: 26 h ago
      - was due by: 2025-07-04 03:00 UTC"
    `)
  })

  test('was never backed up, if it never came at all', () => {
    const never = stateOf({
      since: '2025-07-03T00:50:00.000Z',
      copies: 0,
      newest: undefined,
      newestSound: undefined,
      arrivedAt: undefined,
    })
    expect(read(never)).toMatchInlineSnapshot(`
      "(error, backup.never)
      tokens: the first backup is overdue, since 02:50 UTC
      Nothing of what the app writes is in any backup.
      Set the Droplet up. On your own machine, this prints what to paste there:
          npm run --silent snapproof -- enroll tokens
      If no backup is wanted, take the database out of lib/databases.ts and deploy again.
      - expected since: 2025-07-03 00:50 UTC
      - was due by: 2025-07-04 02:50 UTC"
    `)
  })

  test.each([
    { why: 'one less than day and grace', ms: 26 * hourMs - 1, isLate: false },
    { why: 'exactly day and grace', ms: 26 * hourMs, isLate: false },
    { why: 'one more', ms: 26 * hourMs + 1, isLate: true },
  ])('is late from $why on: $isLate', ({ ms, isLate }) => {
    expect(kindsIn(stateOf(), after(ms))).toEqual(isLate ? ['backup.late'] : [])
  })

  test('is not late while the host says that nothing has changed', () => {
    expect(foundIn({ ...late, heartbeatAt: at })).toEqual([])
  })

  test('is never late once it is retired', () => {
    expect(troublesOf('tokens', late, { schedule: undefined, kind: 'sqlite', now })).toEqual([])
  })
})

describe('what is expected', () => {
  const never = stateOf({ newest: undefined, arrivedAt: undefined, heartbeatAt: undefined })

  test.each([
    { name: 'a listed one, as it is said', database: 'tokens', state: never, hours: 6 },
    {
      name: 'a listed one that is retired: nothing',
      database: 'old',
      state: stateOf(),
      hours: undefined,
    },
    {
      name: 'one that is not listed, once it came: daily',
      database: 'new',
      state: stateOf(),
      hours: 24,
    },
    {
      name: 'one that is not listed, once its host said that it lives: daily',
      database: 'new',
      state: { ...never, heartbeatAt: at },
      hours: 24,
    },
    {
      name: 'one that is no longer listed and never came: nothing',
      database: 'new',
      state: never,
      hours: undefined,
    },
    {
      name: 'an example that nobody renamed: nothing',
      database: 'demo',
      state: never,
      hours: undefined,
    },
    {
      name: 'an example that came all the same: daily',
      database: 'demo',
      state: stateOf(),
      hours: 24,
    },
    {
      name: 'one that is named as what every object has: nothing',
      database: 'constructor',
      state: never,
      hours: undefined,
    },
  ])('of $name', ({ database, state, hours }) => {
    const databases = {
      tokens: { expectEvery: '6h' },
      old: { expectEvery: 'off' },
      demo: { isExample: true },
    } as const
    const everyMs = scheduleOf(databases, database, state)?.everyMs
    expect(everyMs).toBe(hours === undefined ? undefined : hours * hourMs)
  })
})

test('missed are those that a person has named, and those that came once', () => {
  const never = stateOf({ newest: undefined, arrivedAt: undefined, heartbeatAt: undefined })
  const databases = { tokens: {}, demo: { isExample: true }, used: { isExample: true } } as const
  const known = {
    used: stateOf(),
    demo: never,
    gone: never,
    mistyped: never,
    alive: { ...never, heartbeatAt: at },
  }
  expect(expectedOf(databases, known)).toEqual(['tokens', 'used', 'alive'])
})

describe('entries of a newer build', () => {
  test('are told when they are still there after half an hour: deploys pass by', () => {
    expect(read(stateOf({ newer: [id, olderId] }))).toMatchInlineSnapshot(`
      "(warning, format.newer, after 0.5 h)
      tokens: 2 copies of a newer Snapproof cannot be read, since 03:30 UTC
      They are ours and are left as they are; nothing is deleted meanwhile.
      Deploy the newer Snapproof again.
      - copies: tokens_2025-07-04T010000Z_3f9a1c, tokens_2025-07-03T010000Z_b81d04"
    `)
  })

  test.each([
    { newer: undefined, isTold: false },
    { newer: [], isTold: false },
    { newer: [id], isTold: true },
  ])('are told where there are any: $newer', ({ newer, isTold }) => {
    expect(kindsIn(stateOf({ newer }))).toEqual(isTold ? ['format.newer'] : [])
  })

  test('are counted', () => {
    const newer = Array.from({ length: 20 }, (_, nth) => `tokens_${nth}`)
    expect(foundIn(stateOf({ newer }))[0]?.what).toBe(
      '20 or more copies of a newer Snapproof cannot be read',
    )
    expect(foundIn(stateOf({ newer: [id] }))[0]?.what).toBe(
      '1 copy of a newer Snapproof cannot be read',
    )
  })
})

describe('files that nobody announced', () => {
  test('are told by name', () => {
    expect(read(stateOf({ strangers: ['backups/tokens/dump.sql'] }))).toMatchInlineSnapshot(`
      "(warning, object.unknown)
      tokens: 1 unknown file in the bucket, since 03:30 UTC
      Somebody else writes among the backups. Snapproof leaves alone what it does not know.
      If it is yours, move it out of backups/. If not, find out who holds a key to the bucket.
      - found: backups/tokens/dump.sql"
    `)
  })

  test.each([
    { count: 1, what: '1 unknown file in the bucket' },
    { count: 2, what: '2 unknown files in the bucket' },
    { count: 20, what: '20 or more unknown files in the bucket' },
  ])('are counted: $what', ({ count, what }) => {
    const names = Array.from({ length: count }, (_, nth) => `backups/x${nth}`)
    const trouble = strangersTrouble(undefined, names, now)
    expect(trouble.what).toBe(what)
    expect(firingOf(trouble).headline).toBe(`my-backups: ${what}, since 03:30 UTC`)
  })
})

describe('a database in every trouble at once', () => {
  const remarks = (['structure', 'rows', 'freshness', 'clock'] as const).map((check) =>
    findingOf(check, check === 'structure' ? 'failed' : 'warned'),
  )
  const worst = stateOf({
    newest: seenOf({ word: 'failed', remarks }),
    newestSound: undefined,
    arrivedAt: '2025-07-01T01:00:00.000Z',
    wentBad: [olderSeen({ word: 'failed' })],
    missing: [{ id: olderId, ticketAt: '2025-07-03T01:00:00.000Z' }],
    vanished: { id: olderId, at },
    strangers: ['backups/tokens/x'],
    fall: fallOf(),
    lastChance: { id: olderId, goesAt: '2025-07-06T01:00:00.000Z' },
    newer: [olderId],
  })

  test('tells each once', () => {
    expect(kindsIn(worst)).toEqual([
      'verify.failed',
      'copy.decayed',
      'backup.late',
      'upload.missing',
      'copy.gone',
      'rows.collapsed',
      'rows.leaving',
      'object.unknown',
      'format.newer',
    ])
  })

  test('has headlines that a phone shows whole, however long its name', () => {
    const unjudged = { ...worst, newest: seenOf({ word: 'unverifiable', remarks: [] }) }
    const unmet = { ...worst, newest: seenOf({ word: 'unmet', remarks: [] }) }
    const remarked = { ...worst, newest: seenOf({ word: 'warned', remarks }) }
    const still = stateOf({ emptySince: '2025-06-01T01:00:00.000Z' })
    const troubles = [worst, unjudged, unmet, remarked, still].flatMap((state) =>
      troublesOf(longName, state, { schedule: daily, kind: 'sqlite', now }),
    )
    expect(new Set(troubles.map(({ kind }) => kind)).size).toBe(14)
    for (const trouble of troubles) {
      const { headline } = firingOf(trouble)
      expect(headline.length, headline).toBeLessThanOrEqual(120)
      expect(headline, headline).toContain(trouble.what)
    }
  })
})

describe('a newest copy without a verdict', () => {
  test.each(
    words.map((word): [VerdictWord, boolean] => [word, ['pending', 'unverifiable'].includes(word)]),
  )('leaves open what only a verdict can end (%s: %s)', (word, isOpen) => {
    const kinds = ['verify.failed', 'verify.unmet', 'content.stale', 'clock.skew', 'host.changed']
    const questions = kinds.map((kind) => `tokens/${kind}`)
    expect(openQuestions('tokens', newestWith({ word }))).toEqual(isOpen ? questions : [])
  })

  test('is not there where no copy is', () => {
    expect(openQuestions('tokens', stateOf({ newest: undefined }))).toEqual([])
  })
})

test('is spoken of as what lib/databases.ts says it is, and else as what its newest copy is', () => {
  const copy = seenOf({ id: 'passed' })
  const newest = { ...copy, kind: 'objects' }
  expect(kindOf({ tokens: {} }, 'tokens', { newest })).toBe('sqlite')
  expect(kindOf({ tokens: { kind: 'objects' } }, 'tokens', undefined)).toBe('objects')
  expect(kindOf({}, 'tokens', { newest })).toBe('objects')
  expect(kindOf({}, 'tokens', { newest: copy })).toBe('sqlite')
  expect(kindOf({}, 'tokens', undefined)).toBe('sqlite')
})
