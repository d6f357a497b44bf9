import { describe, expect, test } from 'vitest'

import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { firstCopyAt, isTimerDue, isTimerSilent } from '../../../lib/rules/watching/timers'

const now = new Date('2026-03-01T01:00:00.000Z')

const ago = (ms: number) => new Date(now.getTime() - ms).toISOString()

const never = { ranAt: undefined, firstAt: undefined, now }

describe('a timer', () => {
  test.each([
    { timer: 'watch', dueMs: hourMs, silentMs: 3 * hourMs },
    { timer: 'prune', dueMs: 26 * hourMs, silentMs: 3 * dayMs },
    { timer: 'drill', dueMs: 8 * dayMs, silentMs: 16 * dayMs },
  ] as const)('$timer is due, and then silent', ({ timer, dueMs, silentMs }) => {
    const after = (ms: number) => {
      const ran = { ...never, ranAt: ago(ms), firstAt: ago(365 * dayMs) }
      // One that never ran is counted from the first copy.
      const never_ = { ...never, firstAt: ago(ms) }
      expect([isTimerDue(timer, ran), isTimerSilent(timer, ran)]).toEqual([
        isTimerDue(timer, never_),
        isTimerSilent(timer, never_),
      ])
      return [isTimerDue(timer, ran), isTimerSilent(timer, ran)]
    }
    expect(after(dueMs - 1)).toEqual([false, false])
    expect(after(dueMs)).toEqual([true, false])
    expect(after(dueMs + 1)).toEqual([true, false])
    expect(after(silentMs - 1)).toEqual([true, false])
    expect(after(silentMs)).toEqual([true, true])
    expect(after(silentMs + 1)).toEqual([true, true])
  })

  test('is neither where there never was a copy', () => {
    expect([isTimerDue('watch', never), isTimerSilent('watch', never)]).toEqual([false, false])
  })
})

describe('the first copy', () => {
  test('is as old as the first database that ever had one', () => {
    const [old, young] = [ago(dayMs), ago(hourMs)]
    expect(firstCopyAt({})).toBeUndefined()
    expect(firstCopyAt({ never: { since: ago(9 * dayMs) } })).toBeUndefined()
    const known = { since: young, arrivedAt: old }
    expect(firstCopyAt({ known, never: { since: ago(9 * dayMs) } })).toBe(old)
    expect(firstCopyAt({ known: { since: old, arrivedAt: young }, b: known })).toBe(old)
  })
})
