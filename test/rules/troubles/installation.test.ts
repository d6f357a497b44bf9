import { describe, expect, test } from 'vitest'

import type { PruneState } from '../../../lib/rules/copy/journal'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import type { Undelivered } from '../../../lib/rules/troubles/installation'
import { silentAfterMs } from '../../../lib/rules/watching/timers'
import type { WatchState } from '../../../lib/rules/watching/watch-state'
import {
  ago,
  aloud,
  installationFound,
  firingOf,
  longName,
  watchOf,
} from '../../fixtures/told/troubles'
import type { AboutInstallation } from '../../fixtures/told/troubles'

/** What is read of the only trouble there is. */
const read = (about: AboutInstallation): string => {
  const [trouble, ...more] = installationFound(about)
  if (!trouble || more.length > 0) throw new Error(`${more.length + 1} troubles`)
  return aloud(trouble)
}

const ranBefore = (ms: number): WatchState => watchOf({ ranAt: ago(ms) })

const heldBack = (ms: number, database = 'tokens'): PruneState => ({
  ranAt: ago(hourMs),
  databases: {
    [database]: {
      kept: 30,
      removed: 0,
      brake: 'Nothing is deleted: the newest copy failed.',
      brakedSince: ago(ms),
      faults: [],
    },
  },
})

const idle: PruneState = { ranAt: ago(hourMs), databases: {} }

const refused = (ms: number): PruneState => ({
  ...idle,
  databases: {
    tokens: { kept: 30, removed: 0, faults: ['tokens_1: Access denied.'], faultsSince: ago(ms) },
  },
})

const unreached = (ms: number): PruneState => ({ ...idle, waiting: { tokens: ago(ms) } })

const undelivered = (changes: Partial<Undelivered> = {}): Undelivered => ({
  channel: 'slack',
  since: ago(hourMs),
  why: 'did not answer within 10 s',
  isRefused: false,
  ...changes,
})

describe('a healthy installation', () => {
  test.each<{ name: string; about: AboutInstallation }>([
    { name: 'on its first run', about: {} },
    { name: 'ten minutes after the last run', about: { before: ranBefore(10 * minuteMs) } },
    {
      name: 'of which prune let something go',
      about: { prune: { ranAt: ago(hourMs), databases: {} } },
    },
    {
      name: 'whose brake was lifted',
      about: {
        prune: { ranAt: ago(hourMs), databases: { tokens: { kept: 3, removed: 1, faults: [] } } },
      },
    },
    {
      name: 'whose brake was noted before it was known since when',
      about: {
        prune: {
          ranAt: ago(hourMs),
          databases: { tokens: { kept: 3, removed: 1, brake: 'Nothing is deleted.', faults: [] } },
        },
      },
    },
  ])('has no trouble: one $name', ({ about }) => {
    expect(installationFound(about)).toEqual([])
  })
})

describe('the thresholds', () => {
  const cases: {
    what: string
    kind: string
    below: AboutInstallation
    equal: AboutInstallation
    above: AboutInstallation
    from: string
  }[] = [
    {
      what: 'a clock that is ahead by ten minutes',
      kind: 'clock.skew',
      below: { state: watchOf({ clockSkewMs: 10 * minuteMs - 1 }) },
      equal: { state: watchOf({ clockSkewMs: 10 * minuteMs }) },
      above: { state: watchOf({ clockSkewMs: 10 * minuteMs + 1 }) },
      from: 'above',
    },
    {
      what: 'a clock that is behind by ten minutes',
      kind: 'clock.skew',
      below: { state: watchOf({ clockSkewMs: 1 - 10 * minuteMs }) },
      equal: { state: watchOf({ clockSkewMs: -10 * minuteMs }) },
      above: { state: watchOf({ clockSkewMs: -10 * minuteMs - 1 }) },
      from: 'above',
    },
    {
      what: 'a watch that was silent for three hours',
      kind: 'watcher.silent',
      below: { before: ranBefore(silentAfterMs - 1) },
      equal: { before: ranBefore(silentAfterMs) },
      above: { before: ranBefore(silentAfterMs + 1) },
      from: 'equal',
    },
    {
      what: 'a brake of two days',
      kind: 'prune.braked',
      below: { prune: heldBack(48 * hourMs - 1) },
      equal: { prune: heldBack(48 * hourMs) },
      above: { prune: heldBack(48 * hourMs + 1) },
      from: 'equal',
    },
    {
      what: 'deletes that were refused for two nights',
      kind: 'prune.braked',
      below: { prune: refused(20 * hourMs - 1) },
      equal: { prune: refused(20 * hourMs) },
      above: { prune: refused(20 * hourMs + 1) },
      from: 'equal',
    },
    {
      what: 'a database that retention does not come to',
      kind: 'prune.braked',
      below: { prune: unreached(72 * hourMs - 1) },
      equal: { prune: unreached(72 * hourMs) },
      above: { prune: unreached(72 * hourMs + 1) },
      from: 'equal',
    },
    {
      what: 'a drill that never was',
      kind: 'timer.silent',
      below: { prune: idle, firstAt: ago(16 * dayMs - 1) },
      equal: { prune: idle, firstAt: ago(16 * dayMs) },
      above: { prune: idle, firstAt: ago(16 * dayMs + 1) },
      from: 'equal',
    },
    {
      what: 'a prune that ran three days ago',
      kind: 'timer.silent',
      below: { prune: { ...idle, ranAt: ago(3 * dayMs - 1) } },
      equal: { prune: { ...idle, ranAt: ago(3 * dayMs) } },
      above: { prune: { ...idle, ranAt: ago(3 * dayMs + 1) }, drilledAt: ago(17 * dayMs) },
      from: 'equal',
    },
    {
      what: 'a message of an hour',
      kind: 'alert.undelivered',
      below: { undelivered: [undelivered({ since: ago(hourMs - 1) })] },
      equal: { undelivered: [undelivered({ since: ago(hourMs) })] },
      above: { undelivered: [undelivered({ since: ago(hourMs + 1) })] },
      from: 'equal',
    },
  ]
  test.each(cases)('$what is told from $from on', ({ kind, below, equal, above, from }) => {
    const kinds = [below, equal, above].map((about) =>
      installationFound(about).map((one) => one.kind),
    )
    expect(kinds).toEqual([[], from === 'equal' ? [kind] : [], [kind]])
  })

  test('what was refused is told at once', () => {
    const told = installationFound({
      undelivered: [undelivered({ since: ago(0), isRefused: true })],
    })
    expect(told).toHaveLength(1)
  })
})

describe('what is told of the installation', () => {
  test('a store that does not answer for everything, after half an hour', () => {
    const faults = ['sessions: The store is away.']
    expect(read({ state: watchOf({ faults }) })).toMatchInlineSnapshot(`
      "(error, store.error, after 0.5 h)
      my-backups: the watch could not look at everything, since 03:30 UTC
      What is named here is not being watched. Nothing was deleted.
      Look at the store’s status page, and let the doctor try the set-up, on your own machine:
          npm run --silent snapproof -- doctor
      - fault: sessions: The store is away."
    `)
    const many = watchOf({ faults: Array.from({ length: 20 }, () => 'x: The store is away.') })
    expect(installationFound({ state: many })[0]?.facts).toHaveLength(5)
  })

  test('a clock that nobody may trust', () => {
    expect(read({ state: watchOf({ clockSkewMs: -24 * minuteMs }) })).toMatchInlineSnapshot(`
      "(error, clock.skew)
      my-backups: the functions' clock and the store's are apart, since 03:30 UTC
      Ages are measured by the store’s clock, and nothing is deleted while the two disagree.
      Both clocks are the provider’s: if it lasts, tell their support.
      - ours: 24 minutes behind the store’s"
    `)
    const [ahead] = installationFound({ state: watchOf({ clockSkewMs: 24 * minuteMs }) })
    expect(ahead?.facts).toEqual([{ label: 'ours', text: '24 minutes ahead of the store’s' }])
  })

  test('a watch that was silent, once', () => {
    expect(read({ before: ranBefore(5 * hourMs) })).toMatchInlineSnapshot(`
      "(warning, watcher.silent, once)
      my-backups: nothing was watched for a while, since 2025-07-03 22:30 UTC
      In that time nobody would have been told of anything. The watch runs again now.
      If the store was not away then, and nobody stopped the watch, look at its trigger:
          doctl serverless triggers list
      - from: 2025-07-03 22:30 UTC
      - to: 2025-07-04 03:30 UTC"
    `)
  })

  test('files beside the databases', () => {
    const state = watchOf({ strangers: ['backups/notes.txt', 'backups/old.zip'] })
    expect(read({ state })).toMatchInlineSnapshot(`
      "(warning, object.unknown)
      my-backups: 2 unknown files in the bucket, since 03:30 UTC
      Somebody else writes among the backups. Snapproof leaves alone what it does not know.
      If it is yours, move it out of backups/. If not, find out who holds a key to the bucket.
      - found: backups/notes.txt, backups/old.zip"
    `)
  })

  test('old copies that stay for two days and more', () => {
    expect(read({ prune: heldBack(72 * hourMs) })).toMatchInlineSnapshot(`
      "(warning, prune.braked)
      tokens: old copies are not being deleted, since 2025-07-01 03:30 UTC
      Nothing is lost by it: more copies are kept than you asked for.
      Read the plan, on your own machine; it says what would go, and how to lift the brake:
          npm run --silent snapproof -- plan tokens
      - why: Nothing is deleted: the newest copy failed."
    `)
  })

  test('a channel that is away', () => {
    expect(read({ undelivered: [undelivered()] })).toMatchInlineSnapshot(`
      "(error, alert.undelivered)
      my-backups: alerts do not reach slack, since 02:30 UTC
      They are kept, and tried again by themselves. Until one arrives, nobody hears of anything there.
      If it lasts, find out why the channel takes nothing; this tries every one, on your own machine:
          npm run --silent snapproof -- alert-test
      - slack: did not answer within 10 s
      - oldest: 1 h ago"
    `)
  })

  test('a channel that refuses, and its messages as one', () => {
    const why = 'answered 404: "no_service"; nothing takes messages there: make a new address'
    const messages = [
      undelivered({ since: ago(hourMs), why, isRefused: true }),
      undelivered({ since: ago(3 * hourMs), why, isRefused: true }),
    ]
    expect(read({ undelivered: messages })).toMatchInlineSnapshot(`
      "(error, alert.undelivered)
      my-backups: alerts do not reach slack, since 00:30 UTC
      They are kept, and tried again by themselves. Until one arrives, nobody hears of anything there.
      Correct the address in .env and deploy again; then try every channel, on your own machine:
          npm run --silent snapproof -- alert-test
      - slack: answered 404: "no_service"; nothing takes messages there: make a new address
      - oldest: 3 h ago"
    `)
  })

  test('several channels, each by its name', () => {
    const messages = ['slack', 'mail to ops@example.com', 'slack', 'ntfy'].map((channel) =>
      undelivered({ channel }),
    )
    const [trouble] = installationFound({ undelivered: messages })
    expect(trouble?.what).toBe('alerts do not reach slack, mail to ops@example.com, ntfy')
    expect(trouble?.facts.map(({ label }) => label)).toEqual([
      'slack',
      'mail to ops@example.com',
      'ntfy',
      'oldest',
    ])
  })

  test('an address that cannot be read', () => {
    const complaints = [
      'ALERTS: address 2 cannot be read; lib/docs/alerts.md shows how each kind begins.',
    ]
    expect(read({ complaints })).toMatchInlineSnapshot(`
      "(error, alert.undelivered)
      my-backups: an address in the settings cannot be used, since 03:30 UTC
      Nobody hears of anything there. The other addresses are in use.
      Correct the address in .env and deploy again; then try every channel, on your own machine:
          npm run --silent snapproof -- alert-test
      - settings: ALERTS: address 2 cannot be read; lib/docs/alerts.md shows how each kind begins."
    `)
  })

  test('an address that cannot be read, beside a channel that is away', () => {
    const [trouble] = installationFound({
      complaints: ['HEARTBEAT_URL: no.'],
      undelivered: [undelivered()],
    })
    expect(trouble?.what).toBe('alerts do not reach slack')
    expect(trouble?.facts.map(({ label }) => label)).toEqual(['slack', 'oldest', 'settings'])
    expect(trouble?.nextStep.text).toMatch(/^Correct the address/)
  })

  test('everything at once, each once, in headlines that a phone shows whole', () => {
    const troubles = installationFound({
      before: ranBefore(5 * hourMs),
      state: watchOf({ faults: ['x'], clockSkewMs: hourMs, strangers: ['backups/x'] }),
      prune: heldBack(72 * hourMs, longName),
      undelivered: ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) =>
        undelivered({ channel: `webhook (${letter.repeat(40)})` }),
      ),
    })
    expect(troubles.map(({ kind }) => kind)).toEqual([
      'store.error',
      'clock.skew',
      'watcher.silent',
      'object.unknown',
      'prune.braked',
      'alert.undelivered',
    ])
    for (const trouble of troubles) {
      expect(firingOf(trouble).headline.length).toBeLessThanOrEqual(120)
    }
  })
})
