/** What is a person told who is woken by trouble with the app's objects? Nothing of a host, nor of a restore. */
import { describe, expect, test } from 'vitest'

import { advice } from '../../../../lib/rules/kinds/objects/advice'
import { hourMs } from '../../../../lib/rules/plain/time-units'
import { troublesOf } from '../../../../lib/rules/troubles/troubles'
import type { DatabaseState } from '../../../../lib/rules/watching/watch-state'
import { everyWordOf } from '../../../fixtures/told/advice'
import { findingOf } from '../../../fixtures/told/entries'
import {
  aloud,
  at,
  fallOf,
  firingOf,
  id,
  newestWith,
  now,
  olderId,
  olderSeen,
  seenOf,
  stateOf,
} from '../../../fixtures/told/troubles'

const schedule = { everyMs: 24 * hourMs, graceMs: 2 * hourMs }
const kind = 'objects'

const foundIn = (state: DatabaseState) => troublesOf('bot', state, { schedule, kind, now })

const lately = { heartbeatAt: at, arrivedAt: at }
const none = { newest: undefined, newestSound: undefined }
const left = newestWith({ word: 'failed', remarks: [findingOf('structure', 'failed')] })
const changed = { wasSound: true, word: 'failed', remarks: [findingOf('bytes', 'failed')] }
const stale = { ...findingOf('freshness', 'warned'), mend: undefined }
const unmet = newestWith({
  word: 'unmet',
  remarks: [{ ...findingOf('rows', 'unmet'), check: 'growth' }],
})
const missing = [{ id, ticketAt: at }]
const many = { since: at, inDay: 30, usual: 1, limit: 20, before: 3, inWeek: 3, inFourWeeks: 3 }
const fallen = (tables: Record<string, { had: number; has?: number }>) =>
  stateOf({ ...lately, fall: fallOf({ tables }) })
const conversations = { 'conversations entries': { had: 50, has: 10 } }

const wrong: Record<string, DatabaseState> = {
  'the first has not been taken': stateOf({
    ...none,
    since: '2025-07-03T00:50:00.000Z',
    copies: 0,
    arrivedAt: undefined,
  }),
  'none is taken any more': stateOf({ arrivedAt: '2025-07-03T01:00:00.000Z' }),
  'it is damaged': left,
  'it is damaged, and is the only one': { ...left, newestSound: undefined },
  'it was changed in the store': newestWith(changed),
  'it was changed in the store, and is the only one': {
    ...newestWith(changed),
    newestSound: undefined,
  },
  'an older one went bad': stateOf({ wentBad: [olderSeen({ word: 'failed' })] }),
  'the objects are not as expected': unmet,
  'one was announced and is not there': stateOf({ missing }),
  'several were announced and are not there': stateOf({ missing: [...missing, ...missing] }),
  'the newest sound one was taken away': stateOf({ vanished: { id: olderId, at } }),
  'entries are gone': fallen(conversations),
  'a collection is gone': fallen({ pages: { had: 3 } }),
  'several collections have lost something': fallen({
    ...conversations,
    conversations: { had: 9, has: 1 },
    pages: { had: 30, has: 2 },
  }),
  'what had them is about to go': stateOf({
    fall: fallOf({ tables: conversations }),
    lastChance: { id: olderId, goesAt: '2025-07-06T00:00:00.000Z' },
  }),
  'nothing was written in time': stateOf({ newest: seenOf({ remarks: [stale] }) }),
  'something is warned of': stateOf({
    newest: seenOf({ remarks: [{ ...findingOf('schema', 'warned'), mend: undefined }] }),
  }),
  'nothing is there': stateOf({ emptySince: '2025-06-01T00:00:00.000Z' }),
  'nothing changes': stateOf({ sameSince: '2025-06-01T00:00:00.000Z' }),
  'more come than ever did': stateOf({ pace: many }),
  'it could not be checked': newestWith({ word: 'unverifiable' }),
}

describe('where', () => {
  test.each(Object.entries(wrong))(
    '%s, nobody is sent to a host or told to restore',
    (_, state) => {
      const troubles = foundIn(state)
      expect(troubles).not.toEqual([])
      for (const trouble of troubles) {
        // The name of the alert is older than these texts.
        const said = aloud(trouble, state).replaceAll(/rows\.|rows unmet/g, '')
        expect(said).not.toMatch(/\.sh\b|droplet|\bhost|cron|\/etc|rows?\b|tables?\b/i)
        // Named in the file that says what is expected; nowhere else is there a database.
        expect(said.replaceAll('lib/databases.ts', '')).not.toMatch(/database|migration/i)
        // Nobody who shows these texts makes anything of such signs.
        expect(said).not.toContain('`')
        expect(firingOf(trouble, state, { kind }).newestProven).toBeUndefined()
      }
    },
  )
})

test('each says what it is and what to do', () => {
  const said = Object.fromEntries(
    Object.entries(wrong).map(([name, state]) => [
      name,
      foundIn(state).map((trouble) => aloud(trouble, state)),
    ]),
  )
  expect(said).toMatchSnapshot()
})

test('what stands in an unmet one is told first by the check that says so', () => {
  const mend = 'Look at what wrote these objects.'
  const remarks = [{ ...findingOf('rows', 'unmet'), check: 'growth', mend }]
  const [trouble] = foundIn(newestWith({ word: 'unmet', remarks }))
  expect(trouble?.nextStep.text).toMatch(new RegExp(`^${mend}`))
  expect(trouble?.nextStep.command).toBe('npm run --silent snapproof -- list bot')
})

test('what is counted is named, and objects are told apart from what stands in lists', () => {
  expect(advice.unit()).toEqual(['object or entry', 'objects and entries'])
  expect(advice.unit('shops')).toEqual(['object', 'objects'])
  expect(advice.unit('conversations entries')).toEqual(['entry', 'entries'])
  expect(advice.countedAll({ shops: 2 })).toBe('2 objects')
  expect(advice.countedAll({ shops: 2, 'conversations entries': 1 })).toBe('2 objects, 1 entry')
})

test('every sentence says what it is and what to do, also of what no trouble is about', () => {
  expect(everyWordOf(advice)).toMatchSnapshot()
})
