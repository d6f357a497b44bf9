import { describe, expect, test } from 'vitest'

import { pushed } from '../../../lib/rules/kinds/advice'
import { hurried } from '../../../lib/rules/troubles/pace'
import type { Pace } from '../../../lib/rules/watching/pace'
import { aloud, at, now, olderId, stateOf } from '../../fixtures/told/troubles'

const flood: Pace = {
  since: at,
  inDay: 480,
  usual: 1,
  fullAt: '2025-07-04T03:20:00.000Z',
  limit: 20,
  before: 14,
  inWeek: 3,
  inFourWeeks: 1,
  newestBefore: olderId,
}

const told = (pace: Pace | undefined) =>
  hurried({ database: 'tokens', state: stateOf({ pace }), now, advice: pushed }).map((trouble) =>
    aloud(trouble),
  )

describe('more copies than ever came', () => {
  test('are a warning while it lasts, with what will be left of those from before', () => {
    expect(told(flood)[0]).toMatchInlineSnapshot(`
      "(warning, copies.many)
      tokens: 480 copies came within a day, where 1 is usual, since 01:00 UTC
      Retention counts these copies like any others, and a restore gives the newest. Who asks for more within the hour is refused, the right host too.
      Look on the Droplet how often cron pushes. If it is not that, somebody else holds its token: revoke the key id in it (SNAPPROOF_REVOKED_KEYS), deploy, and enrol the Droplet anew. To keep the newest copy from before for good, on your own machine:
          npm run --silent snapproof -- pin tokens_2025-07-03T010000Z_b81d04
      Set expectEvery of it in lib/databases.ts by the pace that is right, and deploy again.
      - within a day: 480 copies
      - tickets: all 20 of an hour, 2025-07-04 03:20 UTC
      - from before: 14 sound copies now, 3 in a week, 1 in four weeks"
    `)
  })

  test('are told by what was usual', () => {
    const { fullAt: _, newestBefore: __, ...rest } = flood
    const [text] = told({ ...rest, usual: 2, before: 1 })
    expect(text).toContain('480 copies came within a day, where 2 are usual')
    expect(text).toContain('1 sound copy now')
    expect(text).not.toContain('hour')
    expect(text).not.toContain(' pin ')
  })

  test('are no trouble where no more come than are expected', () => {
    expect(told(undefined)).toEqual([])
  })
})

test('an hour without a ticket left is a warning too, though no more copies came of it', () => {
  const { usual: _, newestBefore: __, ...rest } = flood
  expect(told({ ...rest, inDay: 1 })[0]).toMatchInlineSnapshot(`
    "(warning, copies.many)
    tokens: all 20 tickets of an hour were taken, since 01:00 UTC
    Retention counts these copies like any others, and a restore gives the newest. Who asks for more within the hour is refused, the right host too.
    Look on the Droplet how often cron pushes. If it is not that, somebody else holds its token: revoke the key id in it (SNAPPROOF_REVOKED_KEYS), deploy, and enrol the Droplet anew.
    Set ticketsPerHour of it in lib/databases.ts by the pace that is right, and deploy again.
    - within a day: 1 copy
    - tickets: all 20 of an hour, 2025-07-04 03:20 UTC
    - from before: 14 sound copies now, 3 in a week, 1 in four weeks"
  `)
})
