/** One glance counts each database once, and only what has lasted and needs somebody. */
import { expect, test } from 'vitest'

import type { Trouble } from '../../../lib/rules/troubles/trouble'
import { glanceOf } from '../../../lib/rules/watching/glance'
import type { DatabaseState, Seen, WatchState } from '../../../lib/rules/watching/watch-state'
import { someTrouble } from '../../fixtures/told/troubles'

const at = '2026-03-02T05:45:00.000Z'
const now = new Date('2026-03-02T06:45:00.000Z')

const copy = (changes: Partial<Seen> = {}): Seen => ({
  id: 'tokens_2026-03-02T054500Z_3f9a1c',
  word: 'passed',
  takenAt: at,
  arrivedAt: at,
  provenAt: at,
  sizeBytes: 8192,
  remarks: [],
  ...changes,
})

const database = (changes: Partial<DatabaseState> = {}): DatabaseState => ({
  fingerprint: 'f',
  since: at,
  copies: 1,
  sizeBytes: 8192,
  newest: copy(),
  newestSound: copy(),
  arrivedAt: at,
  missing: [],
  strangers: [],
  wentBad: [],
  unjudged: 0,
  ...changes,
})

const glance = (
  databases: WatchState['databases'],
  { faults = [], besides = [] }: { faults?: string[]; besides?: Trouble[] } = {},
) => glanceOf({ ranAt: at, clockSkewMs: 0, databases, strangers: [], faults }, {}, { besides, now })

test('nothing is nobody’s trouble, and nothing is proven of it', () => {
  expect(glance({})).toEqual({
    ranAt: at,
    inTrouble: 0,
    inDanger: 0,
    late: 0,
    isComplete: true,
    provenAt: undefined,
    isProven: true,
  })
})

test('of several the oldest proof counts, and one that waits for its verdict', () => {
  const older = '2026-03-01T05:45:00.000Z'
  const waits = database({
    newest: copy({ id: 'later', word: 'pending' }),
    newestSound: copy({ provenAt: older }),
  })
  const never = database({ newest: undefined, newestSound: undefined })
  expect(glance({ tokens: database(), users: waits })).toMatchObject({
    provenAt: older,
    isProven: false,
    inTrouble: 0,
  })
  expect(glance({ tokens: database(), never })).toMatchObject({ provenAt: at, isProven: true })
})

test('two troubles of one database are one database, and a late one is counted apart', () => {
  const bad = database({
    newest: copy({ id: 'later', word: 'failed' }),
    vanished: { id: 'gone', at },
  })
  const days = 30 * 86_400_000
  const longAgo = new Date(now.getTime() - days).toISOString()
  const late = database({ since: longAgo, arrivedAt: longAgo })
  expect(glance({ bad, late, well: database() }, { faults: ['bad: away'] })).toMatchObject({
    inTrouble: 1,
    inDanger: 1,
    late: 1,
    isComplete: false,
  })
})

test('a whole copy that is not what is expected is trouble, and no danger', () => {
  const unmet = database({ newest: copy({ id: 'later', word: 'unmet' }) })
  expect(glance({ unmet })).toMatchObject({ inTrouble: 1, inDanger: 0 })
  const vanished = database({ ...unmet, vanished: { id: 'gone', at } })
  expect(glance({ unmet, vanished })).toMatchObject({ inTrouble: 2, inDanger: 1 })
})

test('a drill that failed is danger of its own database, and of that one alone', () => {
  const drilled = someTrouble({ kind: 'drill.failed', database: 'tokens' })
  const mute = someTrouble({ kind: 'drill.failed', database: undefined })
  const databases = { tokens: database(), users: database() }
  expect(glance(databases, { besides: [drilled, mute] })).toMatchObject({
    inTrouble: 1,
    inDanger: 1,
  })
  expect(glance(databases, { besides: [mute] })).toMatchObject({ inTrouble: 0, inDanger: 0 })
})

test('what has not lasted yet is no trouble, and a warning is none', () => {
  const stranger = database({ strangers: ['backups/tokens/notes.txt'] })
  const young = database({
    newest: copy({ id: 'later', word: 'unverifiable', arrivedAt: now.toISOString() }),
  })
  expect(glance({ stranger, young })).toMatchObject({ inTrouble: 0, late: 0, isProven: false })
})
