import { describe, expect, test } from 'vitest'

import { Given, withTicket } from '../../../lib/rules/copy/given'

const now = new Date('2026-03-01T01:00:00.000Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString()

describe('the tickets of an hour', () => {
  test('are counted one by one, until it is full', () => {
    let given: Given = { tickets: [] }
    for (let nth = 1; nth <= 20; nth += 1) {
      given = withTicket(given, { now, limit: 20 }) ?? { tickets: [] }
      expect(given.tickets).toHaveLength(nth)
    }
    expect(withTicket(given, { now, limit: 20 })).toBeUndefined()
    expect(Given.parse(given)).toEqual(given)
  })

  test.each([
    { name: 'a second less than an hour old', at: ago(3599), counts: true },
    { name: 'an hour old', at: ago(3600), counts: false },
    { name: 'of a clock that was a little ahead', at: ago(-3599), counts: true },
    { name: 'of a clock that was an hour ahead', at: ago(-3600), counts: false },
  ])('count one that is $name: $counts', ({ at, counts }) => {
    const next = withTicket({ tickets: [at] }, { now, limit: 1 })
    expect(next === undefined).toBe(counts)
    const kept = withTicket({ tickets: [at] }, { now, limit: 2 })?.tickets
    expect(kept).toEqual([...(counts ? [at] : []), now.toISOString()])
  })
})
