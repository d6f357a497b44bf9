/**
 * What each step says to who has no JSON parser, line by line: scripts on hosts that nobody updates read these
 * words, in this order.
 */
import { expect, test } from 'vitest'

import { drill } from '../../../lib/journey/drill'
import { prune } from '../../../lib/journey/prune'
import { restore } from '../../../lib/journey/restore'
import { round } from '../../../lib/journey/round'
import type { RoundAnswer } from '../../../lib/journey/round'
import type { AnswerLine } from '../../../lib/journey/step'
import { ticket } from '../../../lib/journey/ticket'
import { verify } from '../../../lib/journey/verify'
import { watch } from '../../../lib/journey/watch'
import { newEntry } from '../../../lib/rules/copy/entry'
import { claimOf, verdictOf } from '../../fixtures/told/entries'

const said = (lines: readonly AnswerLine[]): string[] =>
  lines.map(([key, value]) => `${key} ${value}`)

const at = '2026-03-01T01:00:00.000Z'

const planOf = (database: string, copies: number, brake?: string) => ({
  id: 'plan',
  database,
  at,
  policy: '7 daily',
  notes: [],
  leftovers: [],
  copies: Array.from({ length: copies }, (_, nth) => ({
    id: `${database}_${nth}`,
    key: 'k',
    word: 'passed',
    arrivedAt: at,
    sizeBytes: 1,
    entryEtag: 'e',
    keep: true,
    reasons: [],
  })),
  ...(brake === undefined ? {} : { brake }),
})

const resultOf = (database: string, removed: string[], spared: string[] = []) => ({
  plan: 'plan',
  database,
  at,
  removed,
  spared: spared.map((id) => ({ id, why: 'its entry is gone' })),
  unfinished: [],
  left: [],
  stillThere: [],
})

const sums = { databases: 3, kept: 4, removed: 5, spared: 6, braked: 7, faults: 8, left: 9 }

test('prune: what stays and goes in both places, what is held back, and the sums', () => {
  const lines = prune.lines({
    databases: [
      {
        plan: planOf('bot', 3, 'it is late'),
        result: resultOf('bot', ['bot_1', 'bot_2'], ['bot_3']),
        faults: ['bot_4: away'],
        kept: 1,
        contents: { removed: 1, leaving: 2, held: undefined },
        second: {
          plan: planOf('bot', 5, 'it is later'),
          result: resultOf('bot', ['bot_8', 'bot_9']),
          faults: [],
          contents: { removed: 0, leaving: 0, held: 'bot_7 is gone' },
        },
      },
      {
        plan: planOf('shop', 0),
        result: undefined,
        faults: [],
        kept: 0,
        second: { plan: planOf('shop', 2), result: undefined, faults: [] },
      },
      {
        plan: planOf('tokens', 0),
        result: undefined,
        faults: [],
        kept: 0,
        second: { why: 'The store is away.' },
      },
    ],
    left: ['users'],
    unreached: ['users'],
    faults: ['users: away'],
    sums,
    records: { letGo: 2, brake: 'the clock is another' },
    untold: 3,
  })
  expect(said(lines)).toEqual([
    'kept bot 1',
    'removed bot_1',
    'removed bot_2',
    'spared bot_3: its entry is gone',
    'second bot 3',
    'second-removed bot_8',
    'second-removed bot_9',
    'second-contents bot: none is let go of while bot_7 is gone',
    'second-brake bot: it is later',
    'contents bot: 1 let go of, 2 on their way out',
    'brake bot: it is late',
    'fault bot_4: away',
    'kept shop 0',
    'second shop 2',
    'kept tokens 0',
    'second-fault The store is away.',
    'left users',
    'fault users: away',
    'records 2',
    'brake the clock is another',
    'sum databases 3',
    'sum kept 4',
    'sum removed 5',
    'sum spared 6',
    'sum braked 7',
    'sum faults 8',
    'sum left 9',
    'untold 3',
  ])
  const quiet = {
    databases: [],
    left: [],
    unreached: [],
    faults: [],
    records: { letGo: 0, brake: undefined },
    untold: 0,
  }
  expect(prune.lines({ ...quiet, sums }).every(([key]) => key === 'sum')).toBe(true)
})

test('drill: how each copy came back, who heard the alarm, and what was left', () => {
  const copy = { database: 'shop', at, sizeBytes: 1, steps: [], detail: 'all rows', tookMs: 12 }
  const report = {
    at,
    copies: [
      { ...copy, id: 'shop_1', outcome: 'proven' as const },
      { ...copy, id: 'shop_2', outcome: 'failed' as const, detail: 'no rows' },
    ],
    rings: [
      { name: 'a sound copy', isHeard: true, detail: 'passed' },
      { name: 'a damaged copy', isHeard: false, detail: 'silence' },
    ],
    left: [{ database: 'users', why: 'there was no time left' }],
  }
  expect(said(drill.lines({ ...report, untold: 7 }))).toEqual([
    'proven shop_1 in 12 ms: all rows',
    'failed shop_2 in 12 ms: no rows',
    'heard a sound copy: passed',
    'unheard a damaged copy: silence',
    'left users: there was no time left',
    'untold 7',
  ])
  expect(said(drill.lines({ at, copies: [], rings: [], left: [] }))).toEqual([])
})

test('watch, and all that one round does besides', () => {
  const answer: RoundAnswer = {
    waiting: 5,
    started: ['a_1'],
    verified: ['a_2'],
    left: ['a_3'],
    taken: ['bot_1'],
    taking: ['bot: 3 objects so far; the next run goes on'],
    unadopted: 4,
    faults: ['b: away'],
    told: ['ops'],
    undelivered: ['mail: away'],
    called: ['prune'],
    carried: ['a_2'],
    contents: ['bot 12'],
    uncarried: ['a: away'],
  }
  const watched = [
    'waiting 5',
    'started a_1',
    'verified a_2',
    'left a_3',
    'taken bot_1',
    'taking bot: 3 objects so far; the next run goes on',
    'unadopted 4',
    'fault b: away',
    'told ops',
    'undelivered mail: away',
  ]
  expect(said(watch.lines(answer))).toEqual(watched)
  expect(said(round.lines(answer))).toEqual([
    ...watched,
    'called prune',
    'carried a_2',
    'carried-contents bot 12',
    'uncarried a: away',
  ])
  const { contents: _, ...rest } = { ...answer, unadopted: 0 }
  const keys = round.lines(rest).map(([key]) => key)
  expect(keys).not.toContain('unadopted')
  expect(keys).not.toContain('carried-contents')
})

test('verify and ticket: what a host is answered', () => {
  expect(said(verify.lines({ ticket: 'tokens_1', verdict: 'passed' }))).toEqual([
    'ticket tokens_1',
    'verdict passed',
  ])
  const headers = { 'content-md5': 'm', 'if-none-match': '*' }
  const given = { ticket: 'tokens_1', put: 'https://x', headers, expiresSeconds: 900 }
  expect(said(ticket.lines({ ...given, notice: 'The watch has never run.' }))).toEqual([
    'ticket tokens_1',
    'put https://x',
    'header content-md5: m',
    'header if-none-match: *',
    'expires_seconds 900',
    'notice The watch has never run.',
  ])
  expect(said(ticket.lines({ unchanged: 'tokens_1' }))).toEqual(['unchanged tokens_1'])
})

const claim = claimOf({ sizeBytes: 7, sha256: 'a'.repeat(64), takenAt: at })
const entry = {
  ...newEntry('tokens_1', 'backups/tokens_1.db', claim),
  verdict: verdictOf('passed', { rows: { tokens: 2, users: 3 } }),
}
const copy = {
  ticket: 'tokens_1',
  verdict: 'passed',
  takenAt: at,
  sizeBytes: 7,
  verifiedAt: at,
  rows: 5,
  change: 'users +1',
}

test('restore: the copy, where it is had, and what to hold it against', () => {
  const packed = {
    ...entry,
    claim: {
      ...claim,
      encoding: 'gzip' as const,
      rawSha256: 'b'.repeat(64),
      rawSizeBytes: 9,
    },
  }
  const second = { copy, get: 'https://x', entry: packed, place: 'second' as const }
  expect(said(restore.lines({ ...second, why: 'the first place is away' }))).toEqual([
    'ticket tokens_1',
    'verdict passed',
    'get https://x',
    'from the second place: the first place is away',
    `sha256 ${'a'.repeat(64)}`,
    'size_bytes 7',
    'encoding gzip',
    `raw_sha256 ${'b'.repeat(64)}`,
    'raw_size_bytes 9',
    'tables 2',
    'rows 5',
    `taken_at ${at}`,
    `verified_at ${at}`,
    'expires_seconds 900',
  ])
  expect(said(restore.lines(second))).toContain('from the second place: as you asked')
  const { sha256: _, ...unknown } = claim
  const bare = { ...newEntry('tokens_1', 'backups/tokens_1.db', unknown) }
  const unproven = { ...copy, verdict: 'pending', verifiedAt: undefined, rows: undefined }
  const answer = { copy: unproven, get: 'https://x', entry: bare, place: 'first' as const }
  expect(said(restore.lines(answer))).toEqual([
    'ticket tokens_1',
    'verdict pending',
    'get https://x',
    'sha256 -',
    'size_bytes 7',
    'encoding identity',
    `taken_at ${at}`,
    'verified_at -',
    'expires_seconds 900',
  ])
})

test('restore: a list, sets, a difference, and what is to be decided', () => {
  const unproven = { ...copy, verifiedAt: undefined, rows: undefined, change: '-' }
  expect(said(restore.lines({ copies: [copy, unproven] }))).toEqual([
    `copy tokens_1 passed ${at} 7 ${at} 5 users +1`,
    `copy tokens_1 passed ${at} 7 - - -`,
  ])
  expect(said(restore.lines({ sets: [{ id: 'a', size: 2, ticket: 'tokens_1' }] }))).toEqual([
    'set a 2 tokens_1',
  ])
  expect(said(restore.lines({ difference: ['gone  table old'] }))).toEqual(['say gone  table old'])
  const choice = { entry, says: ['it is old'], isGrave: true, mend: 'Name it.' }
  expect(said(restore.lines({ choice: { ...choice, question: 'Really?' } }))).toEqual([
    'ticket tokens_1',
    'ask Really?',
    'instead Name it.',
    'say it is old',
  ])
  expect(said(restore.lines({ choice: { ...choice, question: undefined } }))).toEqual([
    'ticket tokens_1',
    'say it is old',
  ])
})
