/** What is told of timers that do not run, of retention that does not delete, and of many deaf channels. */
import { describe, expect, test } from 'vitest'

import type { PruneState } from '../../../lib/rules/copy/journal'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { ago, aloud, installationFound } from '../../fixtures/told/troubles'
import type { AboutInstallation } from '../../fixtures/told/troubles'

const read = (about: AboutInstallation): string[] =>
  installationFound(about).map((trouble) => aloud(trouble))

const ran: PruneState = { ranAt: ago(hourMs), databases: {} }

describe('a timer that does not run', () => {
  test('is told with what stops by it, since its last run', () => {
    expect(read({ prune: { ...ran, ranAt: ago(4 * dayMs) }, drilledAt: ago(dayMs) }))
      .toMatchInlineSnapshot(`
        [
          "(warning, timer.silent)
        my-backups: old copies are not being deleted, since 2025-06-30 03:30 UTC
        The nightly run that deletes them (prune) does not run. Nothing is lost by it; the bucket grows.
        Look whether its trigger is there; one that is missing comes back with the next deploy. On your own machine:
            doctl serverless triggers list
        - prune: last ran 4 days ago",
        ]
      `)
  })

  test('is told with when the first copy came, where it never ran', () => {
    expect(read({ prune: ran, firstAt: ago(20 * dayMs) })).toMatchInlineSnapshot(`
      [
        "(warning, timer.silent)
      my-backups: no copy is restored for practice, since 2025-06-14 03:30 UTC
      The weekly practice (drill) does not run: nobody knows whether a restore still works, or whether the alarm would ring.
      Look whether its trigger is there; one that is missing comes back with the next deploy. On your own machine:
          doctl serverless triggers list
      - drill: never ran; the first copy came 20 days ago",
      ]
    `)
  })

  test('is told together with the other one, since whichever is silent for longer', () => {
    const both = { prune: { ...ran, ranAt: ago(4 * dayMs) }, drilledAt: ago(30 * dayMs) }
    expect(read(both)).toMatchInlineSnapshot(`
      [
        "(warning, timer.silent)
      my-backups: old copies are not being deleted, and no copy is restored for practice, since 2025-06-04 03:30 UTC
      The nightly run that deletes them (prune) does not run. Nothing is lost by it; the bucket grows. The weekly practice (drill) does not run: nobody knows whether a restore still works, or whether the alarm would ring.
      Look whether its trigger is there; one that is missing comes back with the next deploy. On your own machine:
          doctl serverless triggers list
      - prune: last ran 4 days ago
      - drill: last ran 30 days ago",
      ]
    `)
    const turned = { prune: { ...ran, ranAt: ago(40 * dayMs) }, drilledAt: ago(30 * dayMs) }
    expect(installationFound(turned)[0]?.since).toBe(ago(40 * dayMs))
  })
})

describe('retention that deletes nothing', () => {
  test('is told where the store refuses, with the first faults', () => {
    const faults = [1, 2, 3, 4].map((nth) => `tokens_${nth}: Access denied.`)
    const tokens = { kept: 30, removed: 0, faults, faultsSince: ago(dayMs) }
    expect(read({ prune: { ...ran, databases: { tokens } } })).toMatchInlineSnapshot(`
      [
        "(warning, prune.braked)
      tokens: old copies could not be deleted, since 2025-07-03 03:30 UTC
      Nothing is lost by it: more copies are kept than you asked for.
      Look whether a bucket policy denies deletes, or the storage key may not delete; then, on your own machine:
          npm run --silent snapproof -- doctor
      - fault: tokens_1: Access denied.
      - fault: tokens_2: Access denied.
      - fault: tokens_3: Access denied.",
      ]
    `)
  })

  test('is told where no run has come to it for days', () => {
    expect(read({ prune: { ...ran, waiting: { tokens: ago(4 * dayMs) } } })).toMatchInlineSnapshot(`
      [
        "(warning, prune.braked)
      tokens: retention does not come to it, since 2025-06-30 03:30 UTC
      Nothing is lost by it: more copies are kept than you asked for.
      Delete what may go by hand; it says what keeps it from that, on your own machine:
          npm run --silent snapproof -- prune tokens
      - waits since: 2025-06-30 03:30 UTC",
      ]
    `)
  })
})

describe('channels that take nothing', () => {
  const deaf = (channel: string, changes = {}) => ({
    channel,
    since: ago(2 * hourMs),
    why: `${channel} is away`,
    isRefused: false,
    ...changes,
  })

  test('are told five at most, and so are complaints of the settings', () => {
    const undelivered = ['a', 'b', 'c', 'd', 'e', 'f'].map((channel) => deaf(channel))
    const complaints = [1, 2, 3, 4, 5, 6].map((nth) => `ALERTS: address ${nth} cannot be read.`)
    const [trouble] = installationFound({ undelivered, complaints })
    expect(trouble?.facts).toEqual([
      ...['a', 'b', 'c', 'd', 'e'].map((label) => ({ label, text: `${label} is away` })),
      { label: 'oldest', text: '2 h ago' },
      ...complaints.slice(0, 5).map((text) => ({ label: 'settings', text })),
    ])
  })

  test('are told by the settings where one of them refuses, though another is only away', () => {
    const undelivered = [deaf('mail'), deaf('slack', { since: ago(minuteMs), isRefused: true })]
    const [trouble] = installationFound({ undelivered })
    expect(trouble?.what).toBe('alerts do not reach mail, slack')
    expect(trouble?.nextStep.text).toMatch(/^Correct the address/)
  })

  test('are told the one first that is deaf for longest, and with what it said last', () => {
    const undelivered = [
      deaf('slack', { since: ago(3 * hourMs) }),
      deaf('mail', { since: ago(5 * hourMs), why: 'then' }),
      deaf('ntfy', { since: ago(4 * hourMs) }),
      deaf('mail', { why: 'now' }),
    ]
    const [trouble] = installationFound({ undelivered })
    expect(trouble?.since).toBe(ago(5 * hourMs))
    expect(trouble?.facts.map(({ label, text }) => `${label}: ${text}`)).toEqual([
      'mail: now',
      'ntfy: ntfy is away',
      'slack: slack is away',
      'oldest: 5 h ago',
    ])
  })
})
