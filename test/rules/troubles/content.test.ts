import { describe, expect, test } from 'vitest'

import { judgeFall } from '../../../lib/rules/fall/fall'
import { pushed } from '../../../lib/rules/kinds/advice'
import { judgeFreshness } from '../../../lib/rules/kinds/sqlite/content'
import { sqlite } from '../../../lib/rules/kinds/sqlite/kind'
import type { SqliteCheck } from '../../../lib/rules/kinds/sqlite/kind'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import type { Schedule } from '../../../lib/rules/settings/schedule'
import { remarked as remarkedOf, still } from '../../../lib/rules/troubles/content'
import { judgeHostClock } from '../../../lib/rules/verdict/host-clock'
import { judgeHostName } from '../../../lib/rules/verdict/host-name'
import { words } from '../../../lib/rules/verdict/verdict'
import type { Finding } from '../../../lib/rules/verdict/verdict'
import type { DatabaseState } from '../../../lib/rules/watching/watch-state'
import { findingOf } from '../../fixtures/told/entries'
import { aloud, at, fallOf, newestWith, now, seenOf, stateOf } from '../../fixtures/told/troubles'

const foundIn = (state: DatabaseState) =>
  remarkedOf({ database: 'tokens', state, now, advice: pushed })

const kindsIn = (state: DatabaseState) => foundIn(state).map(({ kind }) => kind)

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

describe('a sound copy with a remark', () => {
  const remarked = (...remarks: Finding[]) =>
    stateOf({ newest: seenOf({ word: 'warned', remarks }) })

  test('of rows, as the first edition told of them, is told once', () => {
    const detail = '1 table lost most rows since the last sound copy: tokens 31183 → 2.'
    const mend = 'The copy before this one still has them: restore.sh --list shows it.'
    const remark = { ...findingOf('rows', 'warned'), detail, mend }
    expect(read(remarked(remark))).toMatchInlineSnapshot(`
      "(error, rows.collapsed, once)
      tokens: most rows of a table are gone, since 01:00 UTC
      The copy itself is sound, and true to what stood in the database.
      The copy before this one still has them: restore.sh --list shows it.
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - rows: 1 table lost most rows since the last sound copy: tokens 31183 → 2."
    `)
  })

  test('of a fall is told by the fall, and not twice', () => {
    expect(foundIn(remarked(found(judgeFall(fallOf()))))).toEqual([])
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

  test('of a question for the newest content that gives no time is a warning, and not stale content', () => {
    const remark = judgeFreshness({ rows: [['yesterday']] }, 26 * hourMs, new Date(at))
    expect(read(remarked(remark))).toMatchInlineSnapshot(`
      "(warning, sound.warned, once)
      tokens: the newest copy is sound, with a warning, since 01:00 UTC
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

  test('of another host is told while it lasts, with the command that says it is right', () => {
    const before = [{ arrivedAt: '2025-07-03T01:00:00.000Z', host: 'app-1' }]
    const remark = judgeHostName({ host: 'staging', arrivedAt: at }, before, undefined)
    expect(read(remarked(found(remark)))).toMatchInlineSnapshot(`
      "(warning, host.changed)
      tokens: the newest copy comes from another host, since 01:00 UTC
      Where one of them is a clone, or a try with the settings of the other, a restore may bring back its data. After a move this ends by itself, once the new host alone has pushed some copies.
      If the database has not moved, stop the cron job on that host: its copies are the newest ones now. If the name of the host changes at every start, as those of containers do, set SNAPPROOF_HOST in its settings.
      To say at once that this host is the right one, on your own machine:
          npm run --silent snapproof -- accept tokens_2025-07-04T010000Z_3f9a1c --reason 'it was meant'
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - arrival: It comes from staging; the copies before it came from app-1."
    `)
  })

  test.each([
    { word: 'failed', kinds: ['host.changed'] },
    { word: 'unmet', kinds: ['host.changed'] },
    { word: 'accepted', kinds: ['clock.skew'] },
  ])('of another host is told whatever the copy is: $word', ({ word, kinds }) => {
    const hosts = { check: 'arrival', outcome: 'warned', code: 'two-hosts', detail: 'a and b' }
    const remarks = [hosts, findingOf('clock', 'warned')]
    expect(kindsIn(stateOf({ newest: seenOf({ word, remarks }) }))).toEqual(kinds)
  })

  test('without a mend sends to the live database', () => {
    const [trouble] = foundIn(remarked(findingOf('rows', 'warned')))
    expect(trouble?.nextStep).toEqual({ text: 'Look at the live database today.' })
    const [milder] = foundIn(remarked(findingOf('references', 'warned')))
    expect(milder?.nextStep).toEqual({ text: 'Look at the live database when you have time.' })
  })

  test('of everything is told one by one', () => {
    const some: SqliteCheck[] = ['rows', 'freshness', 'clock', 'engine']
    const state = remarked(...some.map((check) => findingOf(check, 'warned')))
    expect(kindsIn(state)).toEqual([
      'rows.collapsed',
      'content.stale',
      'clock.skew',
      'sound.warned',
    ])
  })

  test('of anything else is told too, all of it at once: nothing that is warned of stays unsaid', () => {
    const orphans = { ...findingOf('references', 'warned'), mend: 'Find what removed the parents.' }
    expect(read(remarked(orphans, findingOf('schema', 'warned')))).toMatchInlineSnapshot(`
      "(warning, sound.warned, once)
      tokens: the newest copy is sound, with a warning, since 01:00 UTC
      The copy itself is sound, and true to what stood in the database.
      Find what removed the parents.
      - copy: tokens_2025-07-04T010000Z_3f9a1c
      - references: references warned
      - schema: schema warned"
    `)
  })

  test.each(sqlite.checks.map((check) => ({ check })))(
    'of $check is never passed over',
    ({ check }) => {
      const state = remarked({ ...findingOf(check, 'warned'), detail: 'It is so.' })
      const facts = foundIn(state).flatMap((trouble) => trouble.facts)
      expect(facts).toContainEqual({ label: check, text: 'It is so.' })
    },
  )

  test.each(words)('is called sound in words only where it is (%s)', (word) => {
    const state = newestWith({ word, remarks: [findingOf('rows', 'warned')] })
    const isSaid = foundIn(state).some(({ meaning }) =>
      meaning.includes('The copy itself is sound'),
    )
    expect(isSaid).toBe(['passed', 'warned', 'accepted'].includes(word))
  })
})

describe('a database that is pushed for weeks', () => {
  const daily: Schedule = { everyMs: 24 * hourMs, graceMs: 2 * hourMs }
  const before = (ms: number) => new Date(Date.parse(at) - ms).toISOString()
  const stillIn = (changes: Partial<DatabaseState>, schedule: Schedule | undefined = daily) =>
    still({ database: 'tokens', state: stateOf(changes), now, advice: pushed }, schedule)
  const told = (changes: Partial<DatabaseState>) =>
    stillIn(changes).map((trouble) => aloud(trouble, stateOf(changes)))

  test('and holds not one row is told, once', () => {
    expect(told({ emptySince: before(20 * dayMs) })).toMatchInlineSnapshot(`
      [
        "(warning, content.still, once)
      tokens: not one copy of the last 20 days holds a row, since 2025-06-14 01:00 UTC
      A database without rows is kept with care, and would bring nothing back.
      Check that the app writes to the file that SNAPPROOF_FILE names in /etc/snapproof/tokens.env. If nothing is to change in it any more, set expectEvery: 'off' for it in lib/databases.ts and deploy again.
      - newest copy: tokens_2025-07-04T010000Z_3f9a1c",
      ]
    `)
  })

  test('and never changes is told, once', () => {
    expect(told({ sameSince: before(30 * dayMs) })).toMatchInlineSnapshot(`
      [
        "(warning, content.still, once)
      tokens: nothing at all has changed in it for 30 days, since 2025-06-04 01:00 UTC
      The host looks at it every time, and finds the same bytes: the app may be writing elsewhere.
      Check that the app writes to the file that SNAPPROOF_FILE names in /etc/snapproof/tokens.env. If nothing is to change in it any more, set expectEvery: 'off' for it in lib/databases.ts and deploy again.
      - newest copy: tokens_2025-07-04T010000Z_3f9a1c",
      ]
    `)
  })

  test.each([
    { what: 'emptySince', ms: 14 * dayMs - 1, isTold: false },
    { what: 'emptySince', ms: 14 * dayMs, isTold: true },
    { what: 'sameSince', ms: 21 * dayMs - 1, isTold: false },
    { what: 'sameSince', ms: 21 * dayMs, isTold: true },
  ])('is told of $what after $ms ms: $isTold', ({ what, ms, isTold }) => {
    expect(stillIn({ [what]: before(ms) })).toHaveLength(isTold ? 1 : 0)
  })

  test('and was heard of since by its heartbeat is as old as that says', () => {
    const changes = { sameSince: before(20 * dayMs), heartbeatAt: before(-2 * dayMs) }
    expect(stillIn(changes)[0]?.what).toBe('nothing at all has changed in it for 22 days')
  })

  test('is told by the days that are over', () => {
    expect(stillIn({ sameSince: before(23 * dayMs - 1) })[0]?.what).toMatch(/ for 22 days$/)
    expect(stillIn({ emptySince: before(16 * dayMs - 1) })[0]?.what).toMatch(/ last 15 days /)
  })

  test('is told by its emptiness where it is empty and never changes', () => {
    const since = before(40 * dayMs)
    expect(stillIn({ emptySince: since, sameSince: since })[0]?.what).toMatch(/^not one copy/)
  })

  test.each([
    { name: 'it is retired', changes: {}, schedule: undefined },
    {
      name: 'nothing ever came',
      changes: { arrivedAt: undefined, heartbeatAt: undefined },
      schedule: daily,
    },
    { name: 'nothing is sound', changes: { newestSound: undefined }, schedule: daily },
  ])('is expected to change only where $name does not hold', ({ changes, schedule }) => {
    const state = stateOf({ emptySince: before(99 * dayMs), ...changes })
    expect(still({ database: 'tokens', state, now, advice: pushed }, schedule)).toEqual([])
  })

  test('and changes now and then is well', () => {
    expect(stillIn({})).toEqual([])
  })
})
