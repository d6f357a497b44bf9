import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  isBeingLetGo,
  letGoEndsMs,
  isHeld,
  whyNotAcceptable,
  withAcceptance,
  withHold,
  withLetGo,
  withoutPin,
  withPin,
} from '../../../lib/rules/copy/care'
import { Entry, withVerdict, wordOf } from '../../../lib/rules/copy/entry'
import type { SqliteCheck } from '../../../lib/rules/kinds/sqlite/kind'
import { hourMs } from '../../../lib/rules/plain/time-units'
import { entries, texts } from '../../fixtures/arbitraries'
import { announced, findingsWith, verdictOf } from '../../fixtures/told/entries'

const now = new Date('2025-07-04T02:00:00.000Z')
const ada = { at: now.toISOString(), by: 'ada' }
const arrivedAt = '2025-07-04T01:00:05.000Z'

const judged = (...args: Parameters<typeof verdictOf>): Entry =>
  withVerdict(announced(), verdictOf(...args), arrivedAt)

const failing = (...some: SqliteCheck[]): Entry => {
  const findings = findingsWith(Object.fromEntries(some.map((check) => [check, 'failed'])))
  return judged('failed', { findings })
}

const lastOf = ({ history }: Entry) => history.at(-1)

describe('a pin', () => {
  test.each([
    { note: '', said: 'pinned by ada' },
    { note: 'before the move', said: 'pinned by ada: before the move' },
  ])('is remembered with who set it, and why: "$note"', ({ note, said }) => {
    const entry = withPin(judged('warned'), ada, note)
    expect(entry.pin).toEqual({ ...ada, note })
    expect(lastOf(entry)).toEqual({ at: ada.at, word: 'warned', note: said })
  })

  test('that is taken away leaves the entry as it was, but for its history', () => {
    const before = judged('passed')
    const after = withoutPin(withPin(before, ada, ''), { ...ada, by: 'bob' })
    expect(after).not.toHaveProperty('pin')
    expect({ ...after, history: before.history }).toEqual(before)
    expect(after.history.slice(-2).map(({ note }) => note)).toEqual([
      'pinned by ada',
      'unpinned by bob',
    ])
  })

  test('ends that the copy is being let go', () => {
    expect(withPin(withLetGo(judged('passed'), now), ada, '')).not.toHaveProperty('letGoAt')
  })
})

describe('a verdict may be overruled', () => {
  test.each<{ name: string; entry: Entry; why: string | undefined }>([
    {
      name: 'not before there is one',
      entry: announced(),
      why: 'It has no verdict yet that could be overruled.',
    },
    {
      name: 'not when it is well',
      entry: judged('passed'),
      why: 'It is passed, so there is nothing to overrule.',
    },
    {
      name: 'not when it is sound',
      entry: judged('warned'),
      why: 'It is warned, so there is nothing to overrule.',
    },
    {
      name: 'not twice',
      entry: withAcceptance(failing('rows'), ada, 'known'),
      why: 'Its verdict was overruled already.',
    },
    {
      name: 'not when other bytes came than were announced',
      entry: failing('bytes'),
      why: 'Its bytes are not the announced ones: no restore could hand it out.',
    },
    {
      name: 'not when more or fewer bytes came',
      entry: failing('rows', 'arrival'),
      why: 'Its bytes are not the announced ones: no restore could hand it out.',
    },
    { name: 'when its content failed', entry: failing('rows'), why: undefined },
    { name: 'when it is malformed, but all there', entry: failing('structure'), why: undefined },
    {
      name: 'when it could not be opened',
      entry: judged('unverifiable', { findings: [] }),
      why: undefined,
    },
    {
      name: 'once more, when something failed besides',
      entry: { ...failing('rows', 'schema'), accepted: { ...ada, reason: 'a', checks: ['rows'] } },
      why: undefined,
    },
  ])('$name', ({ entry, why }) => {
    expect(whyNotAcceptable(entry)).toBe(why)
  })

  test('by name and reason, as far as today’s findings decide it', () => {
    const entry = withAcceptance(failing('rows', 'schema'), ada, 'the great cleaning')
    expect(entry.accepted).toEqual({
      ...ada,
      reason: 'the great cleaning',
      checks: ['schema', 'rows'],
    })
    expect(lastOf(entry)).toEqual({
      at: ada.at,
      word: 'accepted',
      note: 'ada: the great cleaning',
    })
    expect(wordOf(entry)).toBe('accepted')
  })

  const fall = {
    since: 'tokens_2025-07-04T010000Z_3f9a1c',
    sinceAt: arrivedAt,
    before: 'tokens_2025-07-03T010000Z_b81d04',
    beforeAt: '2025-07-03T01:00:05.000Z',
    tables: { tokens: { had: 5000, has: 5 } },
  }

  test('of a copy from another host says that this host is right', () => {
    const found = { check: 'arrival', outcome: 'warned', code: 'other-host', detail: 'from b' }
    const moved = judged('warned', { findings: [...findingsWith(), found] })
    expect(whyNotAcceptable(moved)).toBeUndefined()
    const entry = withAcceptance(moved, ada, 'it has moved')
    expect(entry.accepted).toMatchObject({ checks: [], isHostRight: true })
    expect(wordOf(entry)).toBe('accepted')
    expect(whyNotAcceptable(entry)).toBe('Its verdict was overruled already.')
    const failed = { ...moved, verdict: failing('rows').verdict, accepted: entry.accepted }
    expect(wordOf(failed)).toBe('failed')
  })

  test('after a fall says that what is gone was to go', () => {
    const fallen = judged('warned', { fall })
    expect(whyNotAcceptable(fallen)).toBeUndefined()
    const entry = withAcceptance(fallen, ada, 'the great cleaning')
    expect(entry.accepted).toMatchObject({ checks: [], isFallRight: true })
    expect(wordOf(entry)).toBe('accepted')
    expect(whyNotAcceptable(entry)).toBe('Its verdict was overruled already.')
  })

  test('and what fails besides later, fails', () => {
    const entry = withAcceptance(failing('rows'), ada, 'known')
    const again = (...some: SqliteCheck[]) =>
      withVerdict(entry, failing(...some).verdict ?? verdictOf('failed'), arrivedAt)
    expect(wordOf(again('rows'))).toBe('accepted')
    expect(wordOf(again('rows', 'bytes'))).toBe('failed')
    expect(wordOf(withVerdict(entry, verdictOf('passed'), arrivedAt))).toBe('passed')
  })

  test('of an entry without a verdict overrules nothing', () => {
    const entry = withAcceptance(announced(), ada, 'known')
    expect(entry.accepted?.checks).toEqual([])
    expect(wordOf(entry)).toBe('pending')
  })

  test('whenever nothing is said against it, and then it is accepted', () => {
    fc.assert(
      fc.property(entries, texts, (entry, reason) => {
        if (whyNotAcceptable(entry) !== undefined) return
        expect(wordOf(withAcceptance(entry, ada, reason))).toBe('accepted')
      }),
    )
  })
})

describe('a hold', () => {
  test.each([
    { ms: 0, held: true, why: 'the address was just given out' },
    { ms: 24 * hourMs - 1, held: true, why: 'one less than a day' },
    { ms: 24 * hourMs, held: false, why: 'exactly a day' },
    { ms: 24 * hourMs + 1, held: false, why: 'one more than a day' },
  ])('after $ms ms: $held ($why)', ({ ms, held }) => {
    expect(isHeld(withHold(announced(), now), new Date(now.getTime() + ms))).toBe(held)
  })

  test('is none where none was taken', () => {
    expect(isHeld(announced(), now)).toBe(false)
  })
})

describe('a copy that is being let go', () => {
  test.each([
    { ms: -1, going: true, why: 'by a clock that is a little ahead' },
    { ms: 0, going: true, why: 'just now' },
    { ms: hourMs - 1, going: true, why: 'one less than an hour' },
    { ms: hourMs, going: false, why: 'exactly an hour: the run that did it is over' },
    { ms: hourMs + 1, going: false, why: 'one more than an hour' },
  ])('after $ms ms: $going ($why)', ({ ms, going }) => {
    const later = new Date(now.getTime() + ms)
    expect(isBeingLetGo(withLetGo(announced(), now), later)).toBe(going)
    const endsMs = going ? now.getTime() + hourMs : undefined
    expect(letGoEndsMs(withLetGo(announced(), now), later)).toBe(endsMs)
  })

  test('is none where nothing was said', () => {
    expect(isBeingLetGo(announced(), now)).toBe(false)
    expect(letGoEndsMs(announced(), now)).toBeUndefined()
  })
})

test('whatever is done with a copy, its claim, verdict and proof stay, and it can be written down', () => {
  const deeds = fc.constantFrom<(entry: Entry) => Entry>(
    (entry) => withPin(entry, ada, 'a note'),
    (entry) => withoutPin(entry, ada),
    (entry) => withAcceptance(entry, ada, 'a reason'),
    (entry) => withHold(entry, now),
    (entry) => withLetGo(entry, now),
  )
  fc.assert(
    fc.property(entries, fc.array(deeds, { maxLength: 8 }), (entry, some) => {
      const before = JSON.stringify(entry)
      let after = entry
      for (const deed of some) after = deed(after)
      expect(JSON.stringify(entry)).toBe(before)
      const kept = ({ id, key, claim, verdict, etag, arrivedAt: came }: Entry) => [
        id,
        key,
        claim,
        verdict,
        etag,
        came,
      ]
      expect(kept(after)).toEqual(kept(entry))
      expect(Entry.parse(after)).toEqual(after)
    }),
  )
})
