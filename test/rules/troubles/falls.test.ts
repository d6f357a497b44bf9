import { describe, expect, test } from 'vitest'

import type { Fall } from '../../../lib/rules/fall/fall'
import { pushed } from '../../../lib/rules/kinds/advice'
import { fallen } from '../../../lib/rules/troubles/falls'
import type { DatabaseState } from '../../../lib/rules/watching/watch-state'
import {
  aloud,
  fallOf,
  firingOf,
  id,
  newestWith,
  now,
  olderId,
  stateOf,
} from '../../fixtures/told/troubles'

const foundIn = (state: DatabaseState) => fallen({ database: 'tokens', state, now, advice: pushed })

const read = (state: DatabaseState): string[] =>
  foundIn(state).map((trouble) => aloud(trouble, state))

const lastChance = { id: olderId, goesAt: '2025-07-06T01:00:00.000Z' }

describe('rows that are gone', () => {
  test('are told with both ways out: back to before, or it was meant', () => {
    expect(read(stateOf({ fall: fallOf() }))).toMatchInlineSnapshot(`
      [
        "(error, rows.collapsed)
      tokens: tokens has lost 31181 of 31183 rows, since 01:00 UTC
      The file itself is sound: something removed them from the live database, and every copy since then lacks them too.
      If nobody meant it, stop the app and bring back the copy from before; what was written since is not in it. On the Droplet:
          restore.sh --at tokens_2025-07-03T010000Z_b81d04 /etc/snapproof/tokens.env
      Say so on your own machine; from then on it is expected to be as it is:
          npm run --silent snapproof -- accept tokens_2025-07-04T010000Z_3f9a1c --reason 'it was meant'
      - tokens: 31183 rows before, 2 now
      - from before: tokens_2025-07-03T010000Z_b81d04, 26 h ago
      - first missed in: tokens_2025-07-04T010000Z_3f9a1c",
      ]
    `)
  })

  test('are told besides by when the last copy goes that still has them', () => {
    expect(read(stateOf({ fall: fallOf(), lastChance })).at(-1)).toMatchInlineSnapshot(`
      "(critical, rows.leaving)
      tokens: the last copy from before the loss is about to go, since 03:30 UTC
      After that no copy holds what has gone.
      To keep that copy for good, on your own machine:
          npm run --silent snapproof -- pin tokens_2025-07-03T010000Z_b81d04
      If what has gone was to go, say so on your own machine:
          npm run --silent snapproof -- accept tokens_2025-07-04T010000Z_3f9a1c --reason 'it was meant'
      - last chance: tokens_2025-07-03T010000Z_b81d04
      - is deleted: 2025-07-06 01:00 UTC
      - tokens: 31183 rows before, 2 now"
    `)
  })

  test.each([
    { name: 'nothing has gone', state: stateOf() },
    {
      name: 'nobody knows what: a last chance alone is none',
      state: stateOf({ lastChance }),
    },
  ])('are no trouble where $name', ({ state }) => {
    expect(foundIn(state)).toEqual([])
  })

  const tablesOf = (count: number): Fall['tables'] =>
    Object.fromEntries(
      Array.from({ length: count }, (_, nth) => [`t${nth}`, { had: 1000, has: nth }]),
    )

  test.each([
    {
      name: 'one table',
      tables: { orders: { had: 1000, has: 1 } },
      what: 'orders has lost 999 of 1000 rows',
    },
    {
      name: 'a table that is dropped',
      tables: { orders: { had: 1 } },
      what: 'the table orders is gone, with 1 row',
    },
    { name: 'two tables', tables: tablesOf(2), what: 'rows are gone from 2 tables' },
    { name: 'none that is named', tables: {}, what: 'rows are gone from 0 tables' },
  ])('are named shortly: $name', ({ tables, what }) => {
    const [trouble] = foundIn(stateOf({ fall: fallOf({ tables }) }))
    expect(trouble?.what).toBe(what)
  })

  test.each([
    { count: 4, told: 4 },
    { count: 5, told: 5 },
    { count: 6, told: 5 },
  ])('are told of $told tables, where $count lost some', ({ count, told }) => {
    const [fall, last] = foundIn(stateOf({ fall: fallOf({ tables: tablesOf(count) }), lastChance }))
    const named = (facts: { label: string }[] = []) =>
      facts.filter(({ label }) => /^t\d$/.test(label)).length
    expect(named(fall?.facts)).toBe(told)
    expect(named(last?.facts)).toBe(3)
  })

  test('are told of a table that is gone as such', () => {
    const [trouble] = foundIn(stateOf({ fall: fallOf({ tables: { users: { had: 2 } } }) }))
    expect(trouble?.facts[0]).toEqual({ label: 'users', text: '2 rows before, the table is gone' })
  })

  test.each([
    { name: 'the newest of all', state: stateOf({ fall: fallOf() }), copy: id },
    {
      name: 'an older one, where the newest is not sound',
      state: { ...newestWith({ word: 'unmet' }), fall: fallOf() },
      copy: olderId,
    },
    {
      name: 'the first that misses them, where none is known',
      state: stateOf({ newestSound: undefined, fall: fallOf() }),
      copy: id,
    },
  ])('are accepted by the newest sound copy: $name', ({ state, copy }) => {
    for (const trouble of foundIn({ ...state, lastChance })) {
      expect(trouble.copy).toBe(copy)
      expect(trouble.nextStep.otherwise?.command).toContain(`accept ${copy} `)
    }
  })

  test('name on every alert the copy from before', () => {
    const state = stateOf({ fall: fallOf(), lastChance })
    for (const trouble of foundIn(state))
      expect(firingOf(trouble, state).newestProven).toEqual({
        ticket: olderId,
        age: '26 h ago',
        restoreCommand: `restore.sh --at ${olderId} /etc/snapproof/tokens.env`,
        isBeforeFall: true,
      })
  })
})
