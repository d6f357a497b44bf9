import { expect, test } from 'vitest'

import type { SecondStanding } from '../../../lib/rules/second/second-state'
import { secondTroubles } from '../../../lib/rules/troubles/second'

const now = new Date('2026-03-10T12:00:00Z')
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000).toISOString()

const standing: SecondStanding = {
  place: 'my-copies at s3.elsewhere.example',
  behind: 3,
  behindBytes: 3 * 1024 ** 2,
  since: hoursAgo(27),
  named: ['tokens', 'shop'],
  databases: 2,
}

test.each([
  { hours: 25.9, isTold: false },
  { hours: 26, isTold: true },
])('is told once it has been behind for a day and two hours: $hours', ({ hours, isTold }) => {
  expect(secondTroubles({ ...standing, since: hoursAgo(hours) }, now).length).toBe(isTold ? 1 : 0)
})

test('is not told where nothing waits, or none is set', () => {
  const { since: _, ...clear } = standing
  expect(secondTroubles(clear, now)).toEqual([])
  expect(secondTroubles(undefined, now)).toEqual([])
})

test('names the place, what waits, the last try and what it ended with', () => {
  const why = 'tokens: The store at s3.elsewhere.example refused us (403 AccessDenied).'
  const told = secondTroubles(
    { ...standing, ranAt: hoursAgo(1), fault: { why, since: hoursAgo(26) } },
    now,
  )
  expect(told).toMatchInlineSnapshot(`
    [
      {
        "database": undefined,
        "facts": [
          {
            "label": "place",
            "text": "my-copies at s3.elsewhere.example",
          },
          {
            "label": "waits",
            "text": "3 copies of tokens, shop, 3.0 MiB",
          },
          {
            "label": "last try",
            "text": "1 h ago",
          },
          {
            "label": "fault",
            "text": "tokens: The store at s3.elsewhere.example refused us (403 AccessDenied). So since 2026-03-09 10:00 UTC.",
          },
        ],
        "graceMs": 0,
        "isEvent": false,
        "kind": "second.behind",
        "meaning": "Nothing is lost by it: these copies stand in the first place. Should that one be lost, they would be lost with it.",
        "nextStep": {
          "command": "npm run --silent snapproof -- doctor",
          "text": "Mend what the last try ended with; the doctor tries the second place, on your own machine:",
        },
        "severity": "warning",
        "since": "2026-03-09T09:00:00.000Z",
        "what": "the second place is behind",
      },
    ]
  `)
})

test('says where to look while no run has met a fault, and that there are more', () => {
  const many = { ...standing, databases: 9, named: ['a', 'b', 'c', 'd', 'e'], behindBytes: 0 }
  const [told] = secondTroubles(many, now)
  expect(told?.facts).toEqual([
    { label: 'place', text: standing.place },
    { label: 'waits', text: '3 copies of a, b, c, d, e and 4 more' },
  ])
  expect(told?.nextStep).toEqual({
    text: 'Copies are carried by themselves, with the time that the watch has left. See whether it runs, and comes to its end:',
    command: 'doctl serverless activations list --limit 20',
  })
})
