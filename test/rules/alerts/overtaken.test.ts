import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { AlertStatus } from '../../../lib/rules/alerts/alert'
import { AlertState, messageTo, withDelivery, withLease } from '../../../lib/rules/alerts/outbox'
import type { Outgoing } from '../../../lib/rules/alerts/outbox'
import { withFold } from '../../../lib/rules/alerts/overtaken'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { casesOf } from '../../cases'
import { alertOf } from '../../fixtures/told/alerts'

const now = new Date('2025-07-14T00:00:00.000Z')
const ago = (ms: number) => new Date(now.getTime() - ms)

const slack = { id: 'slack', name: 'the slack' }
const mail = { id: 'mail', name: 'the mail' }

let count = 0
const waits = (ageMs: number, statuses: string, channel = slack): Outgoing => {
  const alerts = statuses.split(' ').map((text) => {
    const [status = '', key = 'k'] = text.split(':')
    const known: AlertStatus =
      status === 'over' ? 'resolved' : status === 'on' ? 'firing' : 'reminder'
    count += 1
    return alertOf({
      id: String(count),
      key: `my/${key}`,
      status: known,
      at: ago(ageMs).toISOString(),
    })
  })
  return messageTo(channel, alerts, ago(ageMs))
}

const wordOf = {
  firing: 'on',
  reminder: 'still',
  resolved: 'over',
  test: 'test',
  success: 'good',
} as const

/** Each message in words: what it tells, or how many it counts. */
const read = (outbox: readonly Outgoing[]) =>
  outbox.map(({ folded, alerts }) =>
    folded
      ? `counts ${folded.count}`
      : alerts.map(({ status, key }) => `${wordOf[status]}:${key.slice(3)}`).join(' '),
  )

const oldMs = 3 * dayMs
const old = oldMs + 1

describe('for a channel that was deaf for more than three days', () => {
  test.each([
    { why: 'what lasts', told: ['on:k'], left: ['on:k'] },
    { why: 'what lasts, and its reminder', told: ['on:k', 'still:k'], left: ['on:k', 'still:k'] },
    { why: 'what is over', told: ['on:k', 'over:k'], left: ['counts 1', 'over:k'] },
    {
      why: 'what came back',
      told: ['on:k', 'over:k', 'on:k', 'over:k', 'on:k'],
      left: ['counts 4', 'on:k'],
    },
    {
      why: 'the last of several events',
      told: ['on:k', 'on:k', 'on:k'],
      left: ['counts 2', 'on:k'],
    },
    {
      why: 'the end of what it heard of',
      told: ['over:k', 'on:k', 'over:k'],
      left: ['counts 2', 'over:k'],
    },
    { why: 'a reminder of what it heard of', told: ['still:k'], left: ['still:k'] },
    {
      why: 'each trouble by itself',
      told: ['on:k on:j', 'over:k'],
      left: ['counts 1', 'on:j', 'over:k'],
    },
  ])('there waits $why', ({ told, left }) => {
    expect(
      read(
        withFold(
          told.map((one) => waits(old, one)),
          now,
        ),
      ),
    ).toEqual(left)
  })

  test('what is left is said in words, and the kinds are counted', () => {
    const outbox = [waits(9 * dayMs, 'on:k'), waits(5 * dayMs, 'over:k')]
    const [folded] = withFold(outbox, now)
    expect(folded?.alerts).toMatchInlineSnapshot(`
      [
        {
          "at": "2025-07-05T00:00:00.000Z",
          "database": undefined,
          "facts": [
            {
              "label": "left out",
              "text": "1 damaged",
            },
            {
              "label": "first",
              "text": "2025-07-05 00:00 UTC",
            },
            {
              "label": "last",
              "text": "2025-07-05 00:00 UTC",
            },
          ],
          "headline": "acme-backups: 1 older alert did not get through to here",
          "id": "4bff37102a04195e579b141314b9a0d3",
          "installation": "acme-backups",
          "key": "acme-backups/-/alert.undelivered/folded",
          "kind": "alert.undelivered",
          "meaning": "Each of them was overtaken by a later one. What still holds is told besides.",
          "newestProven": undefined,
          "nextStep": {
            "text": "Nothing is to be done; the page shows how things stand now.",
          },
          "severity": "warning",
          "since": "2025-07-05T00:00:00.000Z",
          "status": "resolved",
          "told": 0,
        },
      ]
    `)
  })

  test('what is left is counted by its kinds, from the first of it to the last, in one alert', () => {
    const told = [
      { kind: 'verify.failed', at: '2025-07-05T02:00:00.000Z' },
      { kind: 'backup.late', at: '2025-07-05T03:00:00.000Z' },
      { kind: 'verify.failed', at: '2025-07-05T01:00:00.000Z' },
      { kind: 'verify.failed', at: '2025-07-05T04:00:00.000Z' },
    ]
    const outbox = told.map((one) => messageTo(slack, [alertOf({ id: one.at, ...one })], ago(old)))
    const [folded, last] = withFold(outbox, now)
    expect(folded?.alerts).toHaveLength(1)
    expect(folded?.alerts[0]).toMatchObject({
      since: '2025-07-05T01:00:00.000Z',
      at: '2025-07-05T03:00:00.000Z',
      headline: 'acme-backups: 3 older alerts did not get through to here',
    })
    expect(folded?.alerts[0]?.facts[0]).toEqual({ label: 'left out', text: '2 damaged, 1 late' })
    expect(last).toEqual(outbox[3])
    const over = messageTo(
      slack,
      [alertOf({ id: 'o', status: 'resolved', at: told[0]?.at ?? '' })],
      ago(old),
    )
    const [more] = withFold([...withFold(outbox, now), over], now)
    expect(more?.folded).toEqual({
      count: 4,
      since: '2025-07-05T01:00:00.000Z',
      until: '2025-07-05T04:00:00.000Z',
      kinds: { 'verify.failed': 3, 'backup.late': 1 },
    })
  })

  test('what one channel missed stays as it is told, while another one misses something', () => {
    const once = withFold(
      ['on:k', 'over:k'].map((one) => waits(old, one)),
      now,
    )
    const elsewhere = ['on:k', 'over:k'].map((one) => waits(old, one, mail))
    const both = withFold([...once, ...elsewhere], now)
    expect(both.slice(0, 2)).toEqual(once)
    expect(read(both)).toEqual(['counts 1', 'over:k', 'counts 1', 'over:k'])
  })

  test('more is added to the same message, which is tried as the first one was', () => {
    const [first, ...rest] = ['on:k', 'over:k'].map((one) => waits(old, one))
    const tried = withDelivery(
      first ? [first] : [],
      first?.id ?? '',
      { outcome: 'refused', said: 'answered 404' },
      now,
    )
    const once = withFold([...tried, ...rest], now)
    expect(once[0]).toMatchObject({
      attempts: 1,
      isRefused: true,
      said: 'answered 404',
      folded: { count: 1 },
    })
    const twice = withFold([...once, waits(old, 'on:k'), waits(old, 'over:j', mail)], now)
    expect(read(twice)).toEqual(['counts 2', 'on:k', 'over:j'])
    expect(twice[0]?.id).not.toBe(once[0]?.id)
    expect(
      AlertState.parse(JSON.parse(JSON.stringify({ incidents: {}, outbox: twice, pinged: {} })))
        .outbox,
    ).toEqual(twice)
  })

  test('what is just being sent is left alone, and so is what stands behind it', () => {
    const [first, second, third] = ['on:k', 'over:k', 'on:k'].map((one) => waits(old, one)) as [
      Outgoing,
      Outgoing,
      Outgoing,
    ]
    expect(
      read(withFold(withLease([first, second, third], new Set([second.id]), now), now)),
    ).toEqual(['on:k', 'over:k', 'on:k'])
    const folded = withFold([first, second], now)
    const sending = withLease(folded, new Set(folded.slice(0, 1).map(({ id }) => id)), now)
    expect(read(withFold([...sending, third], now))).toEqual(['counts 1', 'counts 1', 'on:k'])
  })

  test.each([
    { name: 'three days', ms: oldMs },
    { name: 'more', ms: old },
    { name: 'more, but ahead, by a wrong clock', ms: -old },
  ])('what is $name old', ({ ms }) => {
    const isFolded = read(withFold([waits(ms, 'on:k'), waits(ms, 'over:k')], now)).includes(
      'counts 1',
    )
    expect(isFolded).toBe(Math.abs(ms) > oldMs)
  })
})

describe('for any outbox', () => {
  const message = fc.record({
    ageHours: fc.integer({ min: 0, max: 150 }),
    channel: fc.constantFrom(slack, mail),
    isLeased: fc.integer({ min: 0, max: 9 }).map((draw) => draw === 0),
    told: fc.array(
      fc.tuple(fc.constantFrom('on', 'over', 'still'), fc.constantFrom('j', 'k', 'l')),
      { minLength: 1, maxLength: 3 },
    ),
  })

  const tellings = (outbox: readonly Outgoing[]) =>
    outbox.flatMap(({ channelId, alerts, folded }) =>
      folded ? [] : alerts.map((alert) => ({ channelId, alert })),
    )
  const counted = (outbox: readonly Outgoing[]) =>
    outbox.reduce((sum, { folded }) => sum + (folded?.count ?? 0), 0)

  test('nothing is lost uncounted, the last word stays, and what is old is bounded', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
        const sorted = messages.toSorted((a, b) => b.ageHours - a.ageHours)
        const made = sorted.map(({ ageHours, told, channel, isLeased }) => {
          const one = waits(
            ageHours * hourMs,
            told.map(([status, key]) => `${status}:${key}`).join(' '),
            channel,
          )
          return isLeased ? withLease([one], new Set([one.id]), now) : [one]
        })
        const before = made.flat()
        const after = withFold(before, now)
        expect(tellings(after).length + counted(after)).toBe(tellings(before).length)
        expect(withFold(after, now)).toEqual(after)
        // What is left stands in the order in which it stood.
        const left = new Set(tellings(after).map(({ alert }) => alert))
        const inOrder = tellings(before).filter(({ alert }) => left.has(alert))
        expect(tellings(after)).toEqual(inOrder)
        const lastOf = (outbox: readonly Outgoing[]) =>
          new Map(
            tellings(outbox).map(({ channelId, alert }) => [`${channelId} ${alert.key}`, alert]),
          )
        expect(lastOf(after)).toEqual(lastOf(before))
        const isSending = after.some(({ leaseUntil }) => leaseUntil !== undefined)
        const aged = tellings(
          after.filter(({ queuedAt }) => Date.parse(queuedAt) < ago(oldMs).getTime()),
        )
        // Two channels with three troubles each: a beginning and its reminders, or an end.
        const begun = aged.filter(({ alert }) => alert.status !== 'reminder')
        if (!isSending) expect(begun.length).toBeLessThanOrEqual(2 * 3)
      }),
      { numRuns: casesOf(500) },
    )
  })
})
