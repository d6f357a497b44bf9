/** Good news: told once, never of a database that is not well, and never without an end. */
import { describe, expect, test } from 'vitest'

import { proofMessage, proofsIn, withProofs, withoutSaid } from '../../../lib/rules/alerts/proofs'
import type { Proof } from '../../../lib/rules/alerts/proofs'
import { tell } from '../../../lib/rules/alerts/told'
import {
  fallOf,
  newestWith,
  olderSeen,
  seenOf,
  stateOf,
  watchOf,
} from '../../fixtures/told/troubles'

const before = watchOf({
  databases: { tokens: stateOf({ newest: olderSeen(), newestSound: olderSeen() }) },
})
const now = (tokens = stateOf()) => watchOf({ databases: { tokens } })
const { id, provenAt, arrivedAt } = seenOf()

const proofOf = (changes: Partial<Proof> = {}): Proof => ({
  id,
  database: 'tokens',
  word: 'passed',
  at: arrivedAt,
  sizeBytes: 8192,
  ...changes,
})

describe('a copy that was proven', () => {
  test('is the newest one, and was not the newest sound one before', () => {
    const rows = { ...seenOf(), rows: 12 }
    const state = stateOf({ newest: rows, newestSound: rows })
    expect(proofsIn(before, now(state))).toEqual([proofOf({ at: String(provenAt), rows: 12 })])
    expect(proofsIn(now(), now())).toEqual([])
  })

  test('is told by its arrival where nobody wrote down when it was proven', () => {
    const { provenAt: _, ...seen } = seenOf()
    expect(proofsIn(before, now(stateOf({ newest: seen, newestSound: seen })))).toEqual([proofOf()])
  })

  test('is the first one of its database, too', () => {
    expect(proofsIn(watchOf({ databases: {} }), now())).toMatchObject([{ id }])
    expect(
      proofsIn(now(stateOf({ newest: undefined, newestSound: undefined })), now()),
    ).toMatchObject([{ id }])
  })

  test.each([
    { why: 'nothing is known of the run before', was: undefined, is: now() },
    { why: 'the newest copy is damaged', was: before, is: now(newestWith({ word: 'failed' })) },
    { why: 'rows are gone from it', was: before, is: now(stateOf({ fall: fallOf() })) },
    { why: 'there is none', was: before, is: now(stateOf({ newest: undefined })) },
    {
      why: 'an older one stands there since the newest was taken away',
      was: now(),
      is: now(stateOf({ newest: olderSeen(), newestSound: olderSeen() })),
    },
  ])('is none where $why', ({ was, is }) => {
    expect(proofsIn(was, is)).toEqual([])
  })

  test('is none where this run could not look', () => {
    expect(proofsIn(before, now(), new Set(['tokens']))).toEqual([])
  })
})

describe('what waits to be said', () => {
  const everything = { id: 'slack', hears: () => true }
  const others = { id: 'mail', hears: (database: string) => database === 'sessions' }

  test('waits for each channel that wants it, once', () => {
    const once = withProofs({}, [proofOf()], [everything, others])
    expect(once).toEqual({ slack: [proofOf()] })
    expect(withProofs(once, [proofOf()], [everything])).toEqual(once)
    expect(withProofs(once, [], [others])).toEqual({})
  })

  test('has an end, and keeps the last', () => {
    const many = Array.from({ length: 480 }, (_, nth) => proofOf({ id: `tokens_${nth}` }))
    const { slack } = withProofs({}, many, [everything])
    expect(slack).toHaveLength(100)
    expect(slack?.at(-1)?.id).toBe('tokens_479')
  })

  test('is gone once it was said, and what came meanwhile is not', () => {
    const both = { slack: [proofOf(), proofOf({ id: 'tokens_2' })], mail: [proofOf()] }
    expect(withoutSaid(both, 'slack', [proofOf()])).toEqual({
      slack: [proofOf({ id: 'tokens_2' })],
      mail: [proofOf()],
    })
    expect(withoutSaid(both, 'mail', [proofOf()])).toEqual({ slack: both.slack })
    expect(withoutSaid({}, 'mail', [proofOf()])).toEqual({})
  })
})

describe('is said', () => {
  test.each([
    { proof: proofOf({ rows: 2078 }), says: `Proven: ${id}, 8.0 KiB, 2078 rows` },
    { proof: proofOf({ word: 'warned' }), says: `Sound, with a warning: ${id}, 8.0 KiB` },
    { proof: proofOf({ word: 'accepted', rows: 1 }), says: `Accepted: ${id}, 8.0 KiB, 1 row` },
  ])('in one line: $says', ({ proof, says }) => {
    const told = tell(proofMessage([proof], 'acme'))
    expect(told).toEqual({
      title: says,
      tone: 'resolved',
      lines: [],
      sections: [],
      facts: [],
      footer: 'Snapproof · acme',
    })
  })

  test('as what is no trouble, to programs too', () => {
    const { id: telling, ...alert } = proofMessage([proofOf()], 'acme').alerts[0] ?? { id: '' }
    expect(telling).toMatch(/^[0-9a-f]{32}$/)
    expect(alert).toEqual({
      key: 'acme/tokens/copy.proven',
      kind: 'copy.proven',
      severity: 'info',
      status: 'success',
      installation: 'acme',
      database: 'tokens',
      since: arrivedAt,
      at: arrivedAt,
      told: 0,
      headline: `Proven: ${id}, 8.0 KiB`,
      facts: [],
      meaning: '',
      nextStep: { text: '' },
      newestProven: undefined,
    })
  })

  test('of several, in a line each, and the same copies are the same message', () => {
    const proofs = [proofOf(), proofOf({ id: 'sessions_1', database: 'sessions' })]
    const message = proofMessage(proofs, 'acme')
    expect(tell(message)).toMatchObject({
      title: '2 copies proven on acme',
      lines: [
        { text: expect.stringContaining('sessions_1'), note: '' },
        { text: expect.stringContaining(id), note: '' },
      ],
      sections: [],
      footer: 'Snapproof · acme',
    })
    expect(proofMessage(proofs, 'acme').id).toBe(message.id)
    expect(proofMessage(proofs.slice(1), 'acme').id).not.toBe(message.id)
  })
})
