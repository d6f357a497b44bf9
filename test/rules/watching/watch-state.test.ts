import { describe, expect, test } from 'vitest'

import { WatchState, watchStateType } from '../../../lib/rules/watching/watch-state'
import { findingOf } from '../../fixtures/told/entries'

const at = '2025-07-04T01:00:00.000Z'
const seen = {
  id: 'tokens_2025-07-04T010000Z_3f9a1c',
  word: 'warned',
  takenAt: at,
  arrivedAt: at,
  provenAt: at,
  sizeBytes: 8192,
  remarks: [findingOf('rows', 'warned')],
} as const
const database = {
  fingerprint: 'f',
  since: at,
  copies: 1,
  sizeBytes: 8192,
  newest: seen,
  newestSound: seen,
  arrivedAt: at,
  heartbeatAt: at,
  missing: [{ id: seen.id, ticketAt: at }],
  strangers: ['backups/tokens/notes.txt'],
  wentBad: [seen],
  vanished: { id: seen.id, at },
  fall: { since: seen.id, sinceAt: at, before: seen.id, beforeAt: at, tables: { a: { had: 9 } } },
  lastChance: { id: seen.id, goesAt: at },
  emptySince: at,
  sameSince: at,
  newer: [seen.id],
  unjudged: 0,
  reprovenAt: at,
  dueAt: at,
}
const state = {
  ranAt: at,
  clockSkewMs: -3.5,
  databases: { tokens: database },
  strangers: ['backups/notes.txt'],
  faults: ['tokens: The store is away.'],
}

describe('the state of the watch', () => {
  test('is read back as it was written', () => {
    expect(WatchState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state)
  })

  test('is read with words and fields that another build has added, and keeps them', () => {
    const newest = { ...seen, word: 'good', lost: 1 }
    const later = { ...state, owner: 'ada', databases: { tokens: { ...database, newest, age: 5 } } }
    expect(WatchState.parse(later)).toEqual(later)
  })

  test('of a database that never came is short', () => {
    const { fingerprint, since, missing } = database
    const never = {
      fingerprint,
      since,
      copies: 0,
      sizeBytes: 0,
      missing,
      strangers: [],
      wentBad: [],
      unjudged: 0,
    }
    const read = WatchState.parse({ ...state, databases: { tokens: never } })
    expect(read.databases['tokens']).toEqual(never)
  })

  test.each([
    { name: 'nothing', value: undefined },
    { name: 'another JSON', value: [] },
    { name: 'a state without its time', value: { ...state, ranAt: undefined } },
    { name: 'a time without its zone', value: { ...state, ranAt: '2025-07-04T01:00:00' } },
    {
      name: 'a database without its fingerprint',
      value: { ...state, databases: { tokens: { ...database, fingerprint: undefined } } },
    },
  ])('is not read from $name', ({ value }) => {
    expect(WatchState.safeParse(value).success).toBe(false)
  })

  test('is signed as what it is: no entry and no catalog passes for it', () => {
    expect(watchStateType).toBe('application/vnd.snapproof.watch+json')
  })
})
