/** What a namespace of the cloud takes at once and in a minute. */
import { describe, expect, test } from 'vitest'

import { throttleOf } from '../../lib/local/throttle'

describe('a namespace', () => {
  test('refuses what goes beyond the calls of a minute, until the next one begins', () => {
    let now = 60_000
    const { enter, leave } = throttleOf({ atOnce: 10, perMinute: 2 }, () => now)
    for (const _ of [1, 2]) {
      expect(enter()).toBeUndefined()
      leave()
    }
    expect(enter()).toBe('Too many requests in the last minute (count: 3, allowed: 2).')
    now = 119_999
    expect(enter()).toMatch(/^Too many requests/)
    now = 120_000
    expect(enter()).toBeUndefined()
  })

  test('refuses what goes beyond the calls at once, until one has ended', () => {
    const { enter, leave } = throttleOf({ atOnce: 2, perMinute: 100 }, () => 0)
    expect([enter(), enter()]).toEqual([undefined, undefined])
    expect(enter()).toBe('Too many concurrent requests in flight (count: 2, allowed: 2).')
    leave()
    expect(enter()).toBeUndefined()
    expect(enter()).toMatch(/^Too many concurrent/)
  })
})
