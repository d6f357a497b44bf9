import { describe, expect, test } from 'vitest'

import { judgeHostClock } from '../../../lib/rules/verdict/host-clock'

describe('the host’s clock', () => {
  const ticketAt = '2026-03-01T01:00:00Z'
  test.each([
    { takenAt: '2026-03-01T00:59:58Z', outcome: undefined, why: 'as it should be' },
    { takenAt: '2026-03-01T01:10:00Z', outcome: undefined, why: 'ten minutes ahead' },
    { takenAt: '2026-03-01T01:10:01Z', outcome: 'warned', why: 'a second more' },
    { takenAt: '2027-03-01T01:00:00Z', outcome: 'warned', why: 'a year ahead' },
    { takenAt: '2026-03-01T00:00:00Z', outcome: undefined, why: 'an hour before' },
    {
      takenAt: '2026-02-28T23:59:59Z',
      outcome: 'passed',
      why: 'a second more: the spool, or the clock',
    },
  ])('$takenAt gives $outcome: $why', ({ takenAt, outcome }) => {
    expect(judgeHostClock({ takenAt, ticketAt })?.outcome).toBe(outcome)
  })

  test('is told in minutes, with a mend', () => {
    expect(judgeHostClock({ takenAt: '2026-03-01T01:30:00Z', ticketAt })).toMatchInlineSnapshot(`
      {
        "check": "clock",
        "detail": "By the host's clock this copy was taken 30 minutes after it asked to send it.",
        "mend": "Set the host’s clock: timedatectl set-ntp true.",
        "outcome": "warned",
      }
    `)
    expect(judgeHostClock({ takenAt: '2026-02-28T23:00:00Z', ticketAt })).toMatchInlineSnapshot(`
      {
        "check": "clock",
        "detail": "Note: by the host's clock this copy was taken 120 minutes before it was sent: it waited in the spool, or the clock is behind.",
        "outcome": "passed",
      }
    `)
  })
})
