import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  gapsAfter,
  newerStateAlert,
  storeAwayAlert,
  storeBackAlert,
} from '../../../lib/rules/alerts/by-the-clock'
import { hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { casesOf } from '../../cases'

const installation = 'my-backups'
const midnightMs = Date.parse('2025-07-04T00:00:00.000Z')

/** "06:00" of that day; 24 and more are the days after it. */
const at = (time: string): string => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return new Date(midnightMs + (hours * 60 + minutes) * minuteMs).toISOString()
}
const ran = (time: string, gaps: number[] = []) => ({
  ranAt: at(time),
  gapsMs: gaps.map((minutes) => minutes * minuteMs),
})

describe('a store that is away', () => {
  const told = (when: string) =>
    storeAwayAlert('It did not answer.', { installation, now: new Date(when) })

  test('is told in words of its own', () => {
    expect({ ...told('2025-07-04T06:00:03.000Z'), id: 'id' }).toMatchInlineSnapshot(`
      {
        "at": "2025-07-04T06:00:03.000Z",
        "database": undefined,
        "facts": [
          {
            "label": "fault",
            "text": "It did not answer.",
          },
        ],
        "headline": "my-backups: the store is out of reach",
        "id": "id",
        "installation": "my-backups",
        "key": "my-backups/-/store.error",
        "kind": "store.error",
        "meaning": "New copies cannot come in, and nothing is being watched. What is stored is not touched.",
        "newestProven": undefined,
        "nextStep": {
          "command": "npm run --silent snapproof -- doctor",
          "text": "Look at the store’s status page, and let the doctor try the set-up, on your own machine:",
        },
        "severity": "critical",
        "since": "2025-07-04T06:00:03.000Z",
        "status": "firing",
        "told": 0,
      }
    `)
  })

  test.each([
    { when: '05:59:59.999', isTold: false },
    { when: '06:00:00.000', isTold: true },
    { when: '06:09:59.999', isTold: true },
    { when: '06:10:00.000', isTold: false },
    { when: '12:00:00.000', isTold: true },
  ])(
    'is told in the first ten minutes of every sixth hour: at $when $isTold',
    ({ when, isTold }) => {
      expect(told(`2025-07-04T${when}Z`) !== undefined).toBe(isTold)
    },
  )

  test('has one id in that time, and another in the next', () => {
    const ids = ['06:00:00', '06:09:00', '12:00:00'].map((when) => told(`2025-07-04T${when}Z`)?.id)
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).not.toBe(ids[0])
  })

  test('is told by a watch of every ten minutes four times a day, however late each begins', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 599_999 }), {
      minLength: 144,
      maxLength: 144,
    })
    fc.assert(
      fc.property(delays, (late) => {
        const from = Date.parse('2025-07-04T01:00:00.000Z') - hourMs
        const runs = late.map((ms, nth) => new Date(from + nth * 600_000 + ms).toISOString())
        expect(runs.filter((when) => told(when)).length).toBe(4)
      }),
      { numRuns: casesOf(200) },
    )
  })
})

describe('a state that a newer build has written', () => {
  const told = (when: string) =>
    newerStateAlert('_state/watch.json was written by a newer Snapproof.', {
      installation,
      now: new Date(when),
    })

  test('is told in words of its own, in the first minutes of every sixth hour', () => {
    expect({ ...told('2025-07-04T06:00:03.000Z'), id: 'id' }).toMatchInlineSnapshot(`
      {
        "at": "2025-07-04T06:00:03.000Z",
        "database": undefined,
        "facts": [
          {
            "label": "fault",
            "text": "_state/watch.json was written by a newer Snapproof.",
          },
        ],
        "headline": "my-backups: nothing is watched, for a newer Snapproof was here",
        "id": "id",
        "installation": "my-backups",
        "key": "my-backups/-/format.newer",
        "kind": "format.newer",
        "meaning": "Copies come in and are kept, but nobody is told when one is damaged or late, and none is deleted.",
        "newestProven": undefined,
        "nextStep": {
          "text": "Deploy the newer Snapproof again.",
        },
        "severity": "critical",
        "since": "2025-07-04T06:00:03.000Z",
        "status": "firing",
        "told": 0,
      }
    `)
    expect(told('2025-07-04T06:10:00.000Z')).toBeUndefined()
  })

  test('is another trouble than a store that is away', () => {
    const when = new Date('2025-07-04T06:00:03.000Z')
    const away = storeAwayAlert('why', { installation, now: when })
    expect(told(when.toISOString())?.id).not.toBe(away?.id)
  })
})

describe('a store that is back', () => {
  test('is told under the key of its absence, in words that are true in any case', () => {
    const told = storeBackAlert(ran('5:50'), ran('7:10'), installation)
    const away = storeAwayAlert('It did not answer.', { installation, now: new Date(at('6:00')) })
    expect([told?.key, told?.severity]).toEqual([away?.key, away?.severity])
    expect({ ...told, id: 'id' }).toMatchInlineSnapshot(`
      {
        "at": "2025-07-04T07:10:00.000Z",
        "database": undefined,
        "facts": [
          {
            "label": "last good run",
            "text": "2025-07-04 05:50 UTC",
          },
          {
            "label": "this one",
            "text": "2025-07-04 07:10 UTC",
          },
        ],
        "headline": "my-backups: the store is in reach",
        "id": "id",
        "installation": "my-backups",
        "key": "my-backups/-/store.error",
        "kind": "store.error",
        "meaning": "If it was told meanwhile that the store is out of reach, that is over.",
        "newestProven": undefined,
        "nextStep": {
          "text": "Nothing is to be done.",
        },
        "severity": "critical",
        "since": "2025-07-04T05:50:00.000Z",
        "status": "resolved",
        "told": 0,
      }
    `)
  })

  test.each([
    { why: 'the first run of all', before: undefined, now: '7:10', isTold: false },
    { why: 'the usual gap', before: ran('5:55'), now: '6:05', isTold: false },
    { why: 'a run that came late', before: ran('5:55'), now: '6:09', isTold: false },
    { why: 'a run that was missed', before: ran('5:55'), now: '6:10', isTold: true },
    { why: 'between two times to tell', before: ran('6:10'), now: '11:59', isTold: false },
    { why: 'back in the minute of telling', before: ran('6:10'), now: '12:00', isTold: true },
    { why: 'away in the last minute of telling', before: ran('6:09'), now: '11:59', isTold: true },
    { why: 'a day', before: ran('6:10'), now: '30:10', isTold: true },
    { why: 'hourly runs', before: ran('5:30', [60, 60, 60]), now: '6:30', isTold: false },
    { why: 'a missed hourly run', before: ran('5:30', [60, 60, 60]), now: '7:00', isTold: true },
    { why: 'runs beside one another', before: ran('5:55', [0, 10, 0]), now: '6:05', isTold: false },
    {
      why: 'outages before',
      before: ran('5:30', [10, 900, 10, 900, 10]),
      now: '6:30',
      isTold: true,
    },
    {
      why: 'one outage among hourly runs',
      before: ran('5:30', [60, 900, 60]),
      now: '7:00',
      isTold: true,
    },
    {
      why: 'hourly runs of late',
      before: ran('5:30', [10, 60, 60, 10, 60]),
      now: '6:30',
      isTold: false,
    },
    { why: 'a clock that went back', before: ran('6:30'), now: '6:00', isTold: false },
  ])('is told after a gap, or is not: $why', ({ before, now, isTold }) => {
    expect(storeBackAlert(before, ran(now), installation) !== undefined).toBe(isTold)
  })

  test('has one id for all runs that see the same gap, and another for another gap', () => {
    const idOf = (before: string, now: string) =>
      storeBackAlert(ran(before), ran(now), installation)?.id
    expect(idOf('5:50', '7:10')).toMatch(/^[0-9a-f]{32}$/)
    expect(idOf('5:50', '7:10')).toBe(idOf('5:50', '7:20'))
    expect(idOf('5:50', '7:10')).not.toBe(idOf('5:40', '7:10'))
  })

  test('remembers the last five gaps', () => {
    expect(gapsAfter(undefined, ran('6:00'))).toEqual([])
    expect(gapsAfter({ ranAt: at('5:50') }, ran('6:00'))).toEqual([10 * minuteMs])
    expect(gapsAfter({ ranAt: at('6:10') }, ran('6:00'))).toEqual([0])
    const many = gapsAfter(ran('6:00', [1, 2, 3, 4, 5]), ran('7:00'))
    expect(many).toEqual([2, 3, 4, 5, 60].map((minutes) => minutes * minuteMs))
  })
})
