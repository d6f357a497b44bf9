import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  alertKinds,
  alertStatuses,
  byUrgency,
  isAtLeast,
  pingOf,
  severities,
  summaryOf,
  toneOf,
} from '../../../lib/rules/alerts/alert'
import {
  alertOf,
  reminderAlert,
  resolvedAlert,
  storeAlert,
  testAlert,
} from '../../fixtures/told/alerts'

describe('what is read first', () => {
  const late = alertOf({ key: 'acme/a/backup.late', kind: 'backup.late', severity: 'warning' })
  const second = alertOf({ key: 'acme/zzz/verify.failed' })
  const unproven = alertOf({ key: 'acme/zzz/verify.failed', newestProven: undefined })

  test.each([
    { name: 'trouble before recovery', first: late, next: resolvedAlert() },
    { name: 'recovery before a test', first: resolvedAlert(), next: testAlert() },
    {
      name: 'recovery before a test of whatever severity',
      first: resolvedAlert(),
      next: alertOf({ status: 'test', severity: 'critical' }),
    },
    {
      name: 'a test before good news',
      first: testAlert(),
      next: alertOf({ status: 'success', severity: 'critical' }),
    },
    {
      name: 'a reminder of what is graver before news',
      first: alertOf({ status: 'reminder', severity: 'critical' }),
      next: alertOf(),
    },
    { name: 'critical before error', first: storeAlert(), next: alertOf() },
    { name: 'error before warning', first: reminderAlert(), next: late },
    {
      name: 'damage before what could not be checked',
      first: alertOf(),
      next: alertOf({ kind: 'verify.unverifiable' }),
    },
    { name: 'no proven copy before a proven one', first: unproven, next: alertOf() },
    { name: 'the earlier name', first: alertOf(), next: second },
  ])('is $name', ({ first, next }) => {
    expect(byUrgency([next, first])).toEqual([first, next])
    expect(byUrgency([first, next])).toEqual([first, next])
  })

  test('is the same alerts in the same order, whatever order they came in', () => {
    const alert = fc.record({
      kind: fc.constantFrom(...alertKinds),
      severity: fc.constantFrom(...severities),
      status: fc.constantFrom(...alertStatuses),
      key: fc.string({ maxLength: 3 }),
    })
    fc.assert(
      fc.property(fc.array(alert), (parts) => {
        const alerts = parts.map((part) => alertOf(part))
        const sorted = byUrgency(alerts)
        expect(byUrgency(sorted)).toEqual(sorted)
        expect(new Set(sorted)).toEqual(new Set(alerts))
      }),
    )
  })
})

describe('the words of an alert', () => {
  test('call good news and what is over by one colour', () => {
    expect(toneOf(alertOf({ status: 'success', severity: 'info' }))).toBe('resolved')
  })

  test('have a grade for each severity, from info to critical', () => {
    expect(severities.map((severity) => isAtLeast(severity, 'error'))).toEqual([
      false,
      false,
      true,
      true,
    ])
  })

  test('take their colour from what is over or a test, else from the severity', () => {
    expect([alertOf(), reminderAlert(), resolvedAlert(), testAlert()].map(toneOf)).toEqual([
      'error',
      'error',
      'resolved',
      'test',
    ])
  })

  test('name every kind', () => {
    expect(alertKinds.map((kind) => `${kind}: ${summaryOf(kind)}`)).toMatchInlineSnapshot(`
      [
        "verify.failed: damaged",
        "copy.gone: with the newest copy gone",
        "rows.leaving: with a last chance to get rows back",
        "copy.decayed: with a kept copy gone bad",
        "verify.unmet: not what is expected",
        "verify.unverifiable: that could not be checked",
        "backup.late: late",
        "backup.never: never backed up",
        "upload.missing: with an upload missing",
        "object.unknown: with unknown files",
        "rows.collapsed: with rows or tables gone",
        "content.stale: with old content",
        "content.still: that never change",
        "sound.warned: with warnings",
        "clock.skew: with a wrong clock",
        "host.changed: from another host",
        "copies.many: with too many copies",
        "stored.many: with much stored",
        "prune.braked: with pruning held back",
        "drill.failed: with a failed drill",
        "drill.undone: without a drill for long",
        "restore.slow: slow to restore",
        "second.behind: with a second place that is behind",
        "store.error: with store errors",
        "alert.undelivered: with undelivered alerts",
        "watcher.silent: with a silent watcher",
        "timer.silent: with a silent timer",
        "format.newer: written by a newer build",
        "test: tested",
      ]
    `)
  })

  test.each([
    { name: 'one that another build has added', kind: 'disk.full', said: 'in disk.full' },
    { name: 'one named as what every object has', kind: 'constructor', said: 'in constructor' },
  ])('call a kind that nobody knows here by its own name: $name', ({ kind, said }) => {
    expect(summaryOf(kind)).toBe(said)
  })
})

describe('a ping', () => {
  test.each([
    { name: 'fails for a damaged copy', alert: alertOf(), says: 'fail' },
    { name: 'fails again with a reminder', alert: reminderAlert(), says: 'fail' },
    { name: 'says nothing when a trouble is over', alert: resolvedAlert(), says: undefined },
    {
      name: 'says nothing of what could not be checked',
      alert: alertOf({ kind: 'verify.unverifiable' }),
      says: undefined,
    },
    {
      name: 'says nothing of a sound copy with a warning',
      alert: alertOf({ kind: 'sound.warned' }),
      says: undefined,
    },
    {
      name: 'says nothing of good news: the next success does',
      alert: alertOf({ status: 'success' }),
      says: undefined,
    },
    { name: 'notes a test, and changes nothing', alert: testAlert(), says: 'log' },
  ])('$name', ({ alert, says }) => {
    expect(pingOf(alert)).toBe(says)
  })
})
