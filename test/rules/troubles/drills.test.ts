import { describe, expect, test } from 'vitest'

import { drillTroubles } from '../../../lib/rules/troubles/drills'
import type { Trouble } from '../../../lib/rules/troubles/trouble'
import type { CopyDrill, DrillState } from '../../../lib/rules/watching/drill'

const now = new Date('2026-03-02T08:45:00.000Z')

const drilled = (changes: Partial<CopyDrill> = {}): CopyDrill => ({
  database: 'tokens',
  id: 'tokens_2026-03-01T010000Z_3f9a1c',
  at: '2026-03-02T05:45:00.000Z',
  outcome: 'proven',
  detail: 'restored',
  sizeBytes: 1,
  steps: [{ step: 'fetch', tookMs: 700 }],
  tookMs: 1000,
  ...changes,
})

const stateOf = (drills: CopyDrill[], changes: Partial<DrillState> = {}): DrillState => ({
  ranAt: '2026-03-02T05:45:00.000Z',
  rings: [{ name: 'a damaged copy', isHeard: true, detail: 'raised verify.failed' }],
  databases: { tokens: { drills, proofs: {} } },
  ...changes,
})

describe('drills', () => {
  test('that were never made, or went well, are no trouble', () => {
    expect(drillTroubles(undefined, now)).toEqual([])
    expect(drillTroubles(stateOf([]), now)).toEqual([])
    expect(drillTroubles(stateOf([drilled()]), now)).toEqual([])
    expect(drillTroubles(stateOf([drilled({ outcome: 'undone' })]), now)).toEqual([])
  })

  test.each([
    { since: '2026-02-15T08:45:00.001Z', isTold: false },
    { since: '2026-02-15T08:45:00.000Z', isTold: true },
  ])('that did not come to an end since $since are told: $isTold', ({ since, isTold }) => {
    const waiting = { tokens: { since, why: 'there was no time left' } }
    const told = drillTroubles(stateOf([], { waiting }), now)
    const undone: Trouble = {
      kind: 'drill.undone',
      severity: 'warning',
      database: 'tokens',
      since,
      what: 'no drill comes to an end for it',
      facts: [
        { label: 'since', text: '15 days ago' },
        { label: 'last time', text: 'there was no time left' },
      ],
      meaning: 'Nobody knows whether a kept copy of it could be restored on a bad day.',
      nextStep: {
        text: 'Drill it by hand and read what it says, on your own machine:',
        command: 'npm run --silent snapproof -- drill tokens',
      },
      graceMs: 0,
      isEvent: false,
    }
    expect(told).toEqual(isTold ? [undone] : [])
  })

  test('are told by the last night alone, also where more than one copy was drilled in it', () => {
    const bad = drilled({ outcome: 'failed' })
    const night = [bad, drilled({ id: 'b', at: '2026-03-02T05:46:00.000Z' })]
    expect(drillTroubles(stateOf(night), now).map(({ copy }) => copy)).toEqual([bad.id])
    const before = drilled({ outcome: 'failed', at: '2026-03-01T05:45:00.000Z' })
    expect(drillTroubles(stateOf([before, ...night.slice(1)]), now)).toEqual([])
  })

  test('tell a copy that could not be restored, until the next ones went well', () => {
    const bad = drilled({ outcome: 'failed', detail: 'The SHA-256 is another one.' })
    const later = { at: '2026-03-09T05:45:00.000Z' }
    expect(drillTroubles(stateOf([bad, drilled()]), now)).toMatchInlineSnapshot(`
      [
        {
          "copy": "tokens_2026-03-01T010000Z_3f9a1c",
          "database": "tokens",
          "facts": [
            {
              "label": "copy",
              "text": "tokens_2026-03-01T010000Z_3f9a1c",
            },
            {
              "label": "found",
              "text": "The SHA-256 is another one.",
            },
          ],
          "graceMs": 0,
          "isEvent": false,
          "kind": "drill.failed",
          "meaning": "On a bad day this copy would not have helped. The others are not touched by it.",
          "nextStep": {
            "command": "npm run --silent snapproof -- drill tokens --at tokens_2026-03-01T010000Z_3f9a1c",
            "text": "Drill it once more by hand and read what it says:",
          },
          "severity": "critical",
          "since": "2026-03-02T05:45:00.000Z",
          "what": "a kept copy could not be restored",
        },
      ]
    `)
    expect(drillTroubles(stateOf([bad, drilled(later)]), now)).toEqual([])
  })

  test('tell a restore that takes much longer than it did', () => {
    const drills = [drilled(), drilled(), drilled({ tookMs: 14_200 })]
    expect(drillTroubles(stateOf(drills), now)).toMatchInlineSnapshot(`
      [
        {
          "database": "tokens",
          "facts": [
            {
              "label": "now",
              "text": "14 s",
            },
            {
              "label": "fetch",
              "text": "0.7 s",
            },
          ],
          "graceMs": 0,
          "isEvent": true,
          "kind": "restore.slow",
          "meaning": "On a bad day the app would be away for longer than you are used to.",
          "nextStep": {
            "text": "See which step has grown. If the database has, that is all there is to it.",
          },
          "severity": "warning",
          "since": "2026-03-02T05:45:00.000Z",
          "what": "a restore takes 14.2 times as long as it did",
        },
      ]
    `)
  })

  test('tell an alarm that was rung and not heard', () => {
    const rings = [
      { name: 'a damaged copy', isHeard: true, detail: 'raised verify.failed' },
      { name: 'an empty copy', isHeard: false, detail: 'did not raise verify.failed' },
    ]
    expect(drillTroubles(stateOf([], { rings }), now)).toMatchInlineSnapshot(`
      [
        {
          "database": undefined,
          "facts": [
            {
              "label": "not heard",
              "text": "an empty copy",
            },
            {
              "label": "an empty copy",
              "text": "did not raise verify.failed",
            },
            {
              "label": "drilled",
              "text": "3 h ago",
            },
          ],
          "graceMs": 0,
          "isEvent": false,
          "kind": "drill.failed",
          "meaning": "A copy of this kind might come in, and nobody would be told.",
          "nextStep": {
            "command": "npm run --silent snapproof -- alert-test",
            "text": "Try every channel, then drill again; if it stays, this is a mistake in Snapproof:",
          },
          "severity": "critical",
          "since": "2026-03-02T05:45:00.000Z",
          "what": "an alarm that was rung on purpose was not raised",
        },
      ]
    `)
  })
})
