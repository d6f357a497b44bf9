import { describe, expect, test } from 'vitest'

import type { Schedule } from '../../lib/rules/schedule'
import { judgeFreshness } from '../../lib/rules/content'
import { judgeCollapse, judgeDrift } from '../../lib/rules/drift'
import { judgeHostClock } from '../../lib/rules/host-clock'
import { openQuestions, scheduleOf, strangersTrouble, troublesOf } from '../../lib/rules/troubles'
import type { Check, Finding, VerdictWord } from '../../lib/rules/verdict'
import { words } from '../../lib/rules/verdict'
import type { DatabaseState } from '../../lib/rules/watch-state'
import { findingOf } from '../fixtures/entries'
import {
  aloud,
  at,
  firingOf,
  hourMs,
  longName,
  newestWith,
  now,
  olderId,
  olderSeen,
  seenOf,
  stateOf,
} from '../fixtures/troubles'

const daily: Schedule = { everyMs: 24 * hourMs, graceMs: 2 * hourMs }

const foundIn = (state: DatabaseState, when = now, schedule: Schedule | undefined = daily) =>
  troublesOf('tokens', state, { schedule, now: when })

const kindsIn = (state: DatabaseState, when = now) => foundIn(state, when).map(({ kind }) => kind)

/** What is read of the only trouble there is. */
const read = (state: DatabaseState): string => {
  const [trouble, ...more] = foundIn(state)
  if (!trouble || more.length > 0) throw new Error(`${kindsIn(state).join(', ')}`)
  return aloud(trouble, state)
}

const found = (finding: Finding | undefined): Finding => {
  if (!finding) throw new Error('nothing was found')
  return finding
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
      name: 'with a warning that is told in the status alone',
      state: stateOf({
        newest: seenOf({ word: 'warned', remarks: [findingOf('engine', 'warned')] }),
      }),
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
      Run the push by hand on the Droplet and read what it says. If the database is retired, set expectEvery: 'off' for it in lib/databases.ts and deploy again.
          push.sh -v /etc/snapproof/tokens.env
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
      Set the Droplet up; run on your own machine, this prints what to paste there. If no backup is wanted, take the database out of lib/databases.ts and deploy again.
          npm run --silent snapproof -- enroll tokens
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
    expect(troublesOf('tokens', late, { schedule: undefined, now })).toEqual([])
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
      name: 'one that is named as what every object has: nothing',
      database: 'constructor',
      state: never,
      hours: undefined,
    },
  ])('of $name', ({ database, state, hours }) => {
    const databases = { tokens: { expectEvery: '6h' }, old: { expectEvery: 'off' } }
    const everyMs = scheduleOf(databases, database, state)?.everyMs
    expect(everyMs).toBe(hours === undefined ? undefined : hours * hourMs)
  })
})

describe('a sound copy with a remark', () => {
  const remarked = (...remarks: Finding[]) =>
    stateOf({ newest: seenOf({ word: 'warned', remarks }) })

  test('of rows that are gone is told once, with the copy that still has them', () => {
    const limits = { share: 0.5, slackRows: 100 }
    const drift = { came: [], went: [] }
    const remark = judgeCollapse({ before: { tokens: 31_183 }, now: { tokens: 2 }, drift, limits })
    expect(read(remarked(found(remark)))).toMatchInlineSnapshot(`
      "(error, rows.collapsed, once)
      tokens: most rows of a table are gone, since 01:00 UTC
      The copy itself is sound, and true to what stood in the database.
      If rows were removed on purpose, nothing is to be done. If not, the copy before this one still has them: restore.sh --list shows it.
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - rows: 1 table lost most rows since the last sound copy: tokens 31183 → 2."
    `)
  })

  test('of a migration is explained, and not alarmed', () => {
    const remark = judgeDrift({ came: ['column tokens.key_hash'], went: ['column tokens.key'] })
    const state = remarked(found(remark))
    expect(read(state)).toMatchInlineSnapshot(`
      "(warning, rows.collapsed, once)
      tokens: tables or columns are gone, since 01:00 UTC
      The copy itself is sound, and true to what stood in the database.
      If a migration did this, nothing is to be done. If not, look at the live database today.
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - schema: Since the last sound copy, gone: column tokens.key; new: column tokens.key_hash."
    `)
    expect(foundIn(state)[0]).toMatchObject({ severity: 'warning', isEvent: true })
  })

  test('of content that is not fresh is told while it lasts', () => {
    const remark = judgeFreshness({ rows: [['2025-07-01T00:00:00Z']] }, 26 * hourMs, new Date(at))
    expect(read(remarked(remark))).toMatchInlineSnapshot(`
      "(error, content.stale)
      tokens: the newest copy holds nothing fresh, since 01:00 UTC
      The copy itself is sound, and true to what stood in the database.
      Check that the app still writes, and that the path on the host names the file it writes to.
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - freshness: The newest content was 3 days old when the copy was taken; 26 hours are expected."
    `)
  })

  test('of a question for the newest content that gives no time is told in the same words', () => {
    const remark = judgeFreshness({ rows: [['yesterday']] }, 26 * hourMs, new Date(at))
    expect(read(remarked(remark))).toMatchInlineSnapshot(`
      "(error, content.stale)
      tokens: the newest copy holds nothing fresh, since 01:00 UTC
      The copy itself is sound, and true to what stood in the database.
      Let "freshest" in lib/databases.ts select one time: ISO text, or seconds or milliseconds since 1970.
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - freshness: The question for the newest content gave no time."
    `)
  })

  test('of a host whose clock is ahead is told while it lasts', () => {
    const remark = judgeHostClock({ takenAt: '2025-07-04T01:30:00.000Z', ticketAt: at })
    expect(read(remarked(found(remark)))).toMatchInlineSnapshot(`
      "(warning, clock.skew)
      tokens: the host's clock is wrong, since 01:00 UTC
      The copy itself is sound, and true to what stood in the database.
      Set the host’s clock: timedatectl set-ntp true.
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - clock: By the host's clock this copy was taken 30 minutes after it asked to send it."
    `)
  })

  test('without a mend sends to the live database', () => {
    const [trouble] = foundIn(remarked(findingOf('rows', 'warned')))
    expect(trouble?.nextStep).toEqual({ text: 'Look at the live database today.' })
  })

  test('of rows and of tables at once is one trouble, told by the graver of the two', () => {
    const troubles = foundIn(remarked(findingOf('schema', 'warned'), findingOf('rows', 'warned')))
    expect(troubles).toHaveLength(1)
    expect(troubles[0]).toMatchObject({ kind: 'rows.collapsed', severity: 'error' })
  })

  test('of everything is told one by one', () => {
    const checks: Check[] = ['rows', 'schema', 'freshness', 'clock']
    const state = remarked(...checks.map((check) => findingOf(check, 'warned')))
    expect(kindsIn(state)).toEqual(['rows.collapsed', 'content.stale', 'clock.skew'])
  })

  test.each(words)('is called sound in words only where it is (%s)', (word) => {
    const state = newestWith({ word, remarks: [findingOf('rows', 'warned')] })
    const isSaid = foundIn(state).some(({ meaning }) =>
      meaning.includes('The copy itself is sound'),
    )
    expect(isSaid).toBe(['passed', 'warned', 'accepted'].includes(word))
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
  })

  test('tells each once', () => {
    expect(kindsIn(worst)).toEqual([
      'verify.failed',
      'copy.decayed',
      'backup.late',
      'upload.missing',
      'copy.gone',
      'object.unknown',
    ])
  })

  test('has headlines that a phone shows whole, however long its name', () => {
    const unjudged = { ...worst, newest: seenOf({ word: 'unverifiable', remarks: [] }) }
    const remarked = { ...worst, newest: seenOf({ word: 'warned', remarks }) }
    const troubles = [worst, unjudged, remarked].flatMap((state) =>
      troublesOf(longName, state, { schedule: daily, now }),
    )
    expect(new Set(troubles.map(({ kind }) => kind)).size).toBe(10)
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
    const questions = ['tokens/verify.failed', 'tokens/content.stale', 'tokens/clock.skew']
    expect(openQuestions('tokens', newestWith({ word }))).toEqual(isOpen ? questions : [])
  })

  test('is not there where no copy is', () => {
    expect(openQuestions('tokens', stateOf({ newest: undefined }))).toEqual([])
  })
})
