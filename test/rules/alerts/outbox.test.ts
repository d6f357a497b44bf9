import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Alert, AlertStatus, Delivery } from '../../../lib/rules/alerts/alert'
import {
  AlertState,
  dueOf,
  messageTo,
  undeliveredOf,
  withDelivery,
  withLease,
  withMessage,
} from '../../../lib/rules/alerts/outbox'
import type { Outgoing } from '../../../lib/rules/alerts/outbox'
import { hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { casesOf } from '../../cases'
import { alertOf } from '../../fixtures/told/alerts'

const startMs = Date.parse('2025-07-04T00:00:00.000Z')
const after = (ms: number) => new Date(startMs + ms)
const now = after(0)

const alert = (id: string, status: AlertStatus = 'firing', key = `my/${id}/verify.failed`): Alert =>
  alertOf({ id, status, key })

const slack = { id: 'slack', name: 'the slack' }
const mail = { id: 'mail', name: 'the mail' }

const idsOf = (outbox: readonly Outgoing[]) =>
  outbox.map(({ alerts }) => alerts.map(({ id }) => id))

const later: Delivery = { outcome: 'later', said: 'did not answer' }
const refused: Delivery = { outcome: 'refused', said: 'answered 404' }
const delivered: Delivery = { outcome: 'delivered', said: 'answered 200' }

const waitMs = (outbox: readonly Outgoing[], from = now) =>
  Date.parse(outbox[0]?.nextAt ?? '') - from.getTime()

describe('a message', () => {
  const message = messageTo(slack, [alert('a'), alert('b')], now)

  test('is due at once, and is the same however often it is made', () => {
    expect(message).toMatchObject({
      channelId: 'slack',
      channelName: 'the slack',
      queuedAt: now.toISOString(),
      nextAt: now.toISOString(),
      attempts: 0,
    })
    expect(messageTo(slack, [alert('a'), alert('b')], after(1)).id).toBe(message.id)
    expect(messageTo(mail, [alert('a'), alert('b')], now).id).not.toBe(message.id)
    expect(messageTo(slack, [alert('a')], now).id).not.toBe(message.id)
  })

  test('is gone once it was delivered', () => {
    expect(withDelivery([message], message.id, delivered, now)).toEqual([])
  })

  test('that nobody knows changes nothing', () => {
    for (const delivery of [delivered, later, refused]) {
      expect(withDelivery([message], 'unknown', delivery, now)).toEqual([message])
    }
  })

  test('is written down in a form that is read back, with and without a database', () => {
    const about = { ...alert('a'), database: undefined, newestProven: undefined, answers: 'x' }
    const outbox = withLease([messageTo(slack, [about, alert('b')], now)], new Set(), now)
    const tried = withDelivery(outbox, outbox[0]?.id ?? '', later, now)
    const state = { incidents: {}, outbox: tried, pinged: { ping: 'mark' } }
    expect(AlertState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state)
  })

  test('goes on where it ended, when a part of it was taken', () => {
    const part = withDelivery([message], message.id, { ...later, told: ['a'] }, now)
    expect(idsOf(part)).toEqual([['b']])
    expect(idsOf(withDelivery(part, message.id, { ...refused, told: [] }, now))).toEqual([['b']])
    expect(withDelivery(part, message.id, { ...refused, told: ['b'] }, now)).toEqual([])
  })
})

describe('what could not be delivered', () => {
  const message = messageTo(slack, [alert('a')], now)
  const tried = (times: number, delivery: Delivery) => {
    let outbox: Outgoing[] = [message]
    for (let nth = 0; nth < times; nth += 1) {
      outbox = withDelivery(outbox, message.id, delivery, now)
    }
    return outbox
  }

  test.each([
    { times: 1, minutes: 10 },
    { times: 2, minutes: 20 },
    { times: 3, minutes: 40 },
    { times: 6, minutes: 320 },
    { times: 7, minutes: 360 },
    { times: 2000, minutes: 360 },
  ])('is tried again $minutes minutes after failure $times', ({ times, minutes }) => {
    expect(waitMs(tried(times, later))).toBe(minutes * minuteMs)
  })

  test('is tried once a day where it was refused, and at once told as such', () => {
    expect(waitMs(tried(1, refused))).toBe(24 * hourMs)
    expect(waitMs(tried(30, refused))).toBe(24 * hourMs)
    expect(tried(1, refused)[0]).toMatchObject({ isRefused: true, said: 'answered 404' })
    const mended = withDelivery(tried(1, refused), message.id, later, now)
    expect(mended[0]).toMatchObject({ isRefused: false })
    expect(waitMs(mended)).toBe(20 * minuteMs)
  })

  test.each([
    { name: 'less than we would wait', afterSeconds: 599, seconds: 600 },
    { name: 'as long', afterSeconds: 600, seconds: 600 },
    { name: 'longer', afterSeconds: 601, seconds: 601 },
    { name: 'nothing', afterSeconds: undefined, seconds: 600 },
  ])('waits as long as the channel asks for: $name', ({ afterSeconds, seconds }) => {
    expect(waitMs(tried(1, { ...later, afterSeconds }))).toBe(seconds * 1000)
  })

  test('is told by its channel, its age and what was answered; what was never tried is not', () => {
    expect(undeliveredOf([message])).toEqual([])
    expect(undeliveredOf(tried(1, refused))).toEqual([
      { channel: 'the slack', since: now.toISOString(), why: 'answered 404', isRefused: true },
    ])
    const { said: _, ...silent } = tried(1, later)[0] ?? message
    expect(undeliveredOf([silent])[0]?.why).toBe('no answer')
  })

  test('is tried at once when its channel takes something else; not what was refused', () => {
    const other = messageTo(slack, [alert('b')], after(1))
    const far = messageTo(mail, [alert('a')], now)
    const away = [...tried(3, later), ...withDelivery([far], far.id, later, now)]
    const woken = withDelivery([...away, other], other.id, delivered, after(minuteMs))
    expect(woken.map(({ nextAt }) => Date.parse(nextAt) - startMs)).toEqual([
      minuteMs,
      10 * minuteMs,
    ])
    const kept = withDelivery([...tried(3, refused), other], other.id, delivered, after(minuteMs))
    expect(waitMs(kept)).toBe(24 * hourMs)
  })
})

describe('what is due', () => {
  const [one, two, three] = ['a', 'b', 'c'].map((id, nth) =>
    messageTo(slack, [alert(id)], after(nth)),
  ) as [Outgoing, Outgoing, Outgoing]

  test('comes in the order in which it was queued, whatever the clock said then', () => {
    expect(dueOf([three, one, two], after(5))).toEqual([three, one, two])
    const same = [messageTo(mail, [alert('a')], now), messageTo(slack, [alert('a')], now)]
    expect(dueOf(same, now)).toEqual(same)
  })

  test.each([
    { name: 'one less than its time', ms: 9, isDue: false },
    { name: 'its time', ms: 10, isDue: true },
    { name: 'one more', ms: 11, isDue: true },
  ])('is due at $name: $isDue', ({ ms, isDue }) => {
    const waiting = { ...one, nextAt: after(10).toISOString() }
    expect(dueOf([waiting], after(ms)).length).toBe(Number(isDue))
  })

  test.each([
    { name: 'in the fifth minute', ms: 5 * minuteMs - 1, isDue: false },
    { name: 'after five minutes', ms: 5 * minuteMs, isDue: true },
  ])('is left alone while another run is at it: $name', ({ ms, isDue }) => {
    const leased = withLease([one, two], new Set([one.id]), now)
    expect(leased[1]).toEqual(two)
    expect(dueOf(leased, after(ms)).some(({ id }) => id === one.id)).toBe(isDue)
  })

  test.each([
    { name: 'a day, by a clock a little ahead', ms: 24 * hourMs + 10 * minuteMs, isDue: false },
    { name: 'more, by a clock that was wrong', ms: 24 * hourMs + 10 * minuteMs + 1, isDue: true },
  ])('waits for its next try when that is $name away', ({ ms, isDue }) => {
    const waiting = { ...one, nextAt: after(ms).toISOString() }
    expect(dueOf([waiting], now).length).toBe(Number(isDue))
  })

  test.each([
    { name: 'as long as one lasts, by a clock a little ahead', ms: 10 * minuteMs, isDue: false },
    { name: 'longer, by a clock that was wrong', ms: 10 * minuteMs + 1, isDue: true },
  ])('is left alone by a lease that lasts $name', ({ ms, isDue }) => {
    const leased = withLease([one], new Set([one.id]), after(ms))
    expect(dueOf(leased, now).length).toBe(Number(isDue))
  })

  test('waits a day at most, however long a channel asks for', () => {
    const asked: Delivery = { outcome: 'later', said: 'answered 429', afterSeconds: 1e9 }
    expect(waitMs(withDelivery([one], one.id, asked, now))).toBe(24 * hourMs)
  })

  test('is free for the next run as soon as it was tried', () => {
    const leased = withLease([one], new Set([one.id]), now)
    expect(withDelivery(leased, one.id, later, now)[0]).not.toHaveProperty('leaseUntil')
  })

  test('is no end of a trouble whose beginning still waits, or is being sent', () => {
    const begin = messageTo(slack, [alert('a', 'firing', 'my/k'), alert('b')], now)
    const end = messageTo(slack, [alert('c', 'resolved', 'my/k'), alert('d')], after(1))
    const reminder = messageTo(slack, [alert('e', 'reminder', 'my/other/b')], after(2))
    const elsewhere = messageTo(mail, [alert('c', 'resolved', 'my/k')], after(1))
    const all = [begin, end, reminder, elsewhere]
    expect(dueOf(all, after(5))).toEqual(all)
    for (const held of [
      withLease(all, new Set([begin.id]), after(3)),
      withDelivery(all, begin.id, later, after(3)),
      withDelivery(all, begin.id, refused, after(3)),
    ]) {
      expect(dueOf(held, after(5))).toEqual([reminder, elsewhere])
    }
  })
})

describe('a reminder', () => {
  const firing = messageTo(slack, [alert('1', 'firing', 'my/k')], now)
  const first = messageTo(slack, [alert('2', 'reminder', 'my/k')], after(1))
  const both = messageTo(slack, [alert('2', 'reminder', 'my/k'), alert('x')], after(1))
  const second = messageTo(slack, [alert('3', 'reminder', 'my/k')], after(2))
  const over = messageTo(slack, [alert('4', 'resolved', 'my/k')], after(3))
  const anew = messageTo(slack, [alert('5', 'firing', 'my/k')], after(4))
  const queued = (...messages: Outgoing[]) => {
    let outbox: Outgoing[] = []
    for (const message of messages) outbox = withMessage(outbox, message)
    return idsOf(outbox)
  }

  test('that was never heard is replaced by the next one, and by the end', () => {
    expect(queued(firing, first, second)).toEqual([['1'], ['3']])
    expect(queued(firing, first, over)).toEqual([['1'], ['4']])
    expect(queued(firing, both, second)).toEqual([['1'], ['x'], ['3']])
  })

  test('leaves alone what is told elsewhere, and the beginnings and the ends', () => {
    const elsewhere = messageTo(mail, [alert('2', 'reminder', 'my/k')], now)
    expect(queued(elsewhere, second)).toEqual([['2'], ['3']])
    expect(queued(firing, over, anew)).toEqual([['1'], ['4'], ['5']])
    expect(queued(first, anew)).toEqual([['2'], ['5']])
  })
})

describe('for any weather', () => {
  const weather = fc.constantFrom(
    'takes',
    'takes',
    'takes a part',
    'is away',
    'throttles',
    'refuses',
    'run is killed before it is sent',
    'run is killed before it is noted',
  )
  const steps = fc.array(
    fc.record({
      minutes: fc.constantFrom(1, 10, 10, 10, 60, 400),
      skies: fc.array(weather, { minLength: 8, maxLength: 8 }),
      news: fc.option(
        fc.record({ channel: fc.constantFrom(slack, mail), keys: fc.subarray(['j', 'k', 'l']) }),
      ),
    }),
    { minLength: 1, maxLength: 40 },
  )

  type Steps = typeof steps extends fc.Arbitrary<infer Value> ? Value : never

  const check = (history: Steps) => {
    let outbox: Outgoing[] = []
    let atMs = 0
    let count = 0
    let killed = 0
    const turn: Record<string, boolean> = {}
    const queued: string[] = []
    const heard: { channel: string; id: string; key: string }[] = []

    const enqueue = ({ channel, keys }: NonNullable<Steps[number]['news']>) => {
      const alerts = keys.map((key) => {
        const subject = `${channel.id} ${key}`
        turn[subject] = !turn[subject]
        count += 1
        const one = alert(
          String(count).padStart(4, '0'),
          turn[subject] ? 'firing' : 'resolved',
          key,
        )
        queued.push(`${channel.id} ${one.id}`)
        return one
      })
      if (alerts.length > 0) outbox = withMessage(outbox, messageTo(channel, alerts, after(atMs)))
    }

    /** One run, as the step does it. */
    const run = (skies: readonly string[]) => {
      const due = dueOf(outbox, after(atMs))
      outbox = withLease(outbox, new Set(due.map(({ id }) => id)), after(atMs))
      const deaf = new Set<string>()
      for (const [nth, { id, channelId, alerts }] of due.entries()) {
        if (deaf.has(channelId)) continue
        const sky = skies[nth % skies.length]
        const hear = (some: readonly Alert[]) =>
          some.forEach((one) => heard.push({ channel: channelId, id: one.id, key: one.key }))
        if (sky === 'run is killed before it is sent') return
        const isPart = sky === 'takes a part' && alerts.length > 1
        if (isPart) hear(alerts.slice(0, 1))
        else if (sky?.startsWith('takes') || sky === 'run is killed before it is noted')
          hear(alerts)
        if (sky === 'run is killed before it is noted') {
          killed += alerts.length
          return
        }
        const told = isPart ? { told: alerts.slice(0, 1).map((one) => one.id) } : {}
        const delivery: Delivery =
          sky === 'refuses'
            ? { ...refused, ...told }
            : sky?.startsWith('takes') && !isPart
              ? delivered
              : { ...later, ...told, ...(sky === 'throttles' ? { afterSeconds: 30 } : {}) }
        outbox = withDelivery(outbox, id, delivery, after(atMs))
        const kept = outbox.find((one) => one.id === id)
        if (kept) {
          const wait = Date.parse(kept.nextAt) - startMs - atMs
          expect(wait).toBeGreaterThanOrEqual(10 * minuteMs)
          expect(wait).toBeLessThanOrEqual((sky === 'refuses' ? 24 : 6) * hourMs)
        }
        if (delivery.outcome !== 'delivered') deaf.add(channelId)
      }
    }

    for (const { minutes, skies, news } of history) {
      atMs += minutes * minuteMs
      if (news) enqueue(news)
      run(skies)
    }
    // From now on everything works: within a day and what hangs behind it nothing is left.
    for (let runs = 0; outbox.length > 0 && runs < 300; runs += 1) {
      atMs += 10 * minuteMs
      run(['takes'])
    }
    expect(outbox).toEqual([])

    const times = new Map<string, number>()
    for (const { channel, id } of heard) {
      times.set(`${channel} ${id}`, (times.get(`${channel} ${id}`) ?? 0) + 1)
    }
    expect([...times.keys()].toSorted()).toEqual(queued.toSorted())
    const doubled = [...times.values()].reduce((sum, some) => sum + some - 1, 0)
    expect(doubled).toBeLessThanOrEqual(killed)
    // Each channel hears of each trouble in the order in which it happened.
    const latest = new Map<string, string>()
    for (const { channel, id, key } of heard) {
      const subject = `${channel} ${key}`
      expect(id >= (latest.get(subject) ?? '')).toBe(true)
      latest.set(subject, id)
    }
  }

  test('nothing is lost, nothing comes out of order, and nothing twice but by a kill', () => {
    fc.assert(fc.property(steps, check), { numRuns: casesOf(1000) })
  })
})
