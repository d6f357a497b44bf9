/** What is said of a database that takes more than it may, or will? */
import { describe, expect, test } from 'vitest'

import { pushed } from '../../../lib/rules/kinds/advice'
import { crowded } from '../../../lib/rules/troubles/budget'
import { aloud, at, now, stateOf } from '../../fixtures/told/troubles'

const gib = 1024 ** 3
const budget = { since: at, limitBytes: 20 * gib }

const told = (sizeBytes: number, inAYear?: number) => {
  const outlook = inAYear === undefined ? undefined : { copies: 24, sizeBytes: inAYear }
  const state = stateOf({ copies: 14, sizeBytes, outlook, budget })
  return crowded({ database: 'tokens', state, now, advice: pushed })
}

describe('more stored than is meant to be', () => {
  test('is a warning while there is time, and says that nothing is deleted for it', () => {
    const [trouble] = told(3 * gib, 41.2 * gib)
    expect(trouble?.graceMs).toBeGreaterThan(0)
    expect(trouble && aloud(trouble)).toMatchInlineSnapshot(`
      "(warning, stored.many, after 24 h)
      tokens: its copies will take about 41.2 GiB in a year, more than the 20.0 GiB they may, since 01:00 UTC
      Nothing is deleted for it and no copy is refused: keep alone says which copies go, and the last ones never do.
      Look at what is kept, and why; keep fewer by keep of it in lib/databases.ts, and deploy again. On your own machine:
          npm run --silent snapproof -- plan tokens
      Raise maxStoredBytes of it in lib/databases.ts, and deploy again.
      - stored now: 14 copies, 3.0 GiB
      - in a year: about 24 copies, 41.2 GiB
      - maxStoredBytes: 20.0 GiB"
    `)
  })

  test.each([
    {
      name: 'what is stored is more',
      now: 21,
      inAYear: 41,
      what: 'its copies take 21.0 GiB, more than the 20.0 GiB they may',
    },
    {
      name: 'it is nearly as much, and will not be more',
      now: 17,
      inAYear: 20,
      what: 'its copies take 17.0 GiB of the 20.0 GiB they may',
    },
    {
      name: 'nobody knows what will be',
      now: 20,
      what: 'its copies take 20.0 GiB of the 20.0 GiB they may',
    },
  ])('is told as it is where $name', ({ now: stored, inAYear, what }) => {
    const [trouble] = told(stored * gib, inAYear && inAYear * gib)
    expect(trouble?.what).toBe(what)
    const labels = trouble?.facts.map(({ label }) => label)
    expect(labels?.includes('in a year')).toBe(inAYear !== undefined)
  })

  test('is no trouble where it is not', () => {
    expect(crowded({ database: 'tokens', state: stateOf(), now, advice: pushed })).toEqual([])
  })
})
