/** What the watch says of the content: something has gone, nothing stands in it, nothing changes. */
import { describe, expect, test } from 'vitest'

import type { Held } from '../../../lib/rules/copy/held'
import type { Fall } from '../../../lib/rules/fall/fall'
import { usualKeep } from '../../../lib/rules/keeping/retention'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { words } from '../../../lib/rules/verdict/verdict'
import { ago, held, idsOf, look, now } from '../../fixtures/told/held'

const quiet = { reverifyAfterMs: undefined }

const older = held(3 * dayMs)
const before = held(2 * dayMs)
const gone: Fall = {
  since: held(dayMs).name.id,
  sinceAt: String(held(dayMs).line?.arrivedAt),
  before: before.name.id,
  beforeAt: String(before.line?.arrivedAt),
  tables: { orders: { had: 1000, has: 10 } },
}
const fallen = (ageMs: number, line: Partial<Held['line']> = {}) =>
  held(ageMs, 'warned', { line: { fall: gone, ...line } })

describe('what has gone', () => {
  test('is open as long as the newest sound copy tells of it, and is looked at every day', () => {
    const { state } = look([fallen(hourMs), fallen(dayMs), before, older], undefined, quiet)
    expect(state.fall).toEqual(gone)
    expect(state.dueAt).toBe(new Date(now.getTime() + dayMs).toISOString())
  })

  test('is over with a newer copy that has it all', () => {
    expect(look([held(hourMs), fallen(dayMs), before]).state.fall).toBeUndefined()
  })

  test.each(words)('is told by the newest sound copy, whatever came since (%s)', (word) => {
    const isTold = !['passed', 'warned', 'accepted'].includes(word)
    const { state } = look([held(hourMs, word), fallen(dayMs), before])
    expect(state.fall).toEqual(isTold ? gone : undefined)
  })

  test('is told by the one before, where the store was away while the newest was compared', () => {
    const uncompared = held(hourMs, 'passed', { line: { came: undefined } })
    expect(look([uncompared, fallen(dayMs), before]).state.fall).toEqual(gone)
  })

  test.each([
    {
      name: 'the newest copy',
      copies: [fallen(hourMs, { isFallRight: true }), fallen(dayMs), before],
    },
    {
      name: 'the first that lacks it',
      copies: [fallen(hourMs), fallen(dayMs, { isFallRight: true }), before],
    },
  ])('is over when a person says that it is right, of $name', ({ copies }) => {
    expect(look(copies).state.fall).toBeUndefined()
  })

  test('is still open when more has gone since the copy of which somebody said so', () => {
    const more = { ...gone, tables: { ...gone.tables, users: { had: 5 } } }
    const copies = [fallen(hourMs, { fall: more }), fallen(dayMs, { isFallRight: true }), before]
    expect(look(copies).state.fall).toEqual(more)
  })

  test.each([
    { name: 'the one that was named then', left: [before, older], named: before },
    { name: 'another from before, where that one is gone', left: [older], named: older },
    {
      name: 'another, where that one is damaged by now',
      left: [held(2 * dayMs, 'failed'), older],
      named: older,
    },
    {
      name: 'another, where that one is being let go',
      left: [held(2 * dayMs, 'passed', { line: { letGoAt: now.toISOString() } }), older],
      named: older,
    },
    {
      name: 'another, where the file of that one is gone',
      left: [{ ...before, stored: undefined }, older],
      named: older,
    },
  ])('names a copy to go back to: $name', ({ left, named }) => {
    expect(look([fallen(hourMs), fallen(dayMs), ...left]).state.fall).toEqual({
      ...gone,
      before: named.name.id,
      beforeAt: named.line?.arrivedAt,
    })
  })

  test.each([
    { name: 'in the same moment', ms: 0, isNamed: true },
    { name: 'a moment later', ms: 1, isNamed: false },
  ])('names no copy that came after the loss: $name', ({ ms, isNamed }) => {
    const arrivedAt = new Date(Date.parse(gone.sinceAt) + ms).toISOString()
    const beside = held(1.5 * dayMs, 'passed', { line: { arrivedAt } })
    const { fall } = look([fallen(hourMs), fallen(dayMs), beside, older]).state
    expect(fall?.before).toBe((isNamed ? beside : older).name.id)
  })

  test('is over when no copy from before is left: there is nothing to decide any more', () => {
    expect(look([fallen(hourMs), fallen(dayMs)]).state.fall).toBeUndefined()
  })

  test('is told besides when the last copy from before goes within the week', () => {
    const keep = { ...usualKeep, daily: 2, weekly: 0, monthly: 0, withinMs: 0, minimum: 0 }
    const chanceOf = (last: Held, terms = { keep }) =>
      look([fallen(hourMs), fallen(dayMs), last], undefined, terms).state.lastChance
    const warned = held(2 * dayMs, 'warned')
    expect(chanceOf(warned)).toMatchObject({ id: before.name.id })
    expect(chanceOf(warned, { keep: usualKeep })).toBeUndefined()
    // One that passed is the newest that did: retention holds it, whatever comes after it.
    expect(chanceOf(before)).toBeUndefined()
    expect(look([held(hourMs), warned], undefined, { keep }).state.lastChance).toBeUndefined()
  })
})

describe('a database without a row', () => {
  const empty = (days: number, rows: number | undefined = 0) =>
    held(days * dayMs, 'passed', { line: { rows } })
  const sinceOf = (...copies: Held[]) => look(copies).state.emptySince

  test.each([
    { name: 'is there', copies: [empty(1)], since: empty(1) },
    { name: 'came again and again', copies: [empty(1), empty(2), empty(3)], since: empty(3) },
    {
      name: 'came after one with rows',
      copies: [empty(1), empty(2), empty(3, 7)],
      since: empty(2),
    },
    { name: 'was not the last', copies: [empty(1, 7), empty(2)], since: undefined },
    { name: 'was never counted', copies: [held(dayMs, 'accepted'), empty(2)], since: undefined },
    { name: 'is not there', copies: [], since: undefined },
    {
      name: 'is passed over by what is not sound',
      copies: [held(hourMs, 'failed'), empty(1), held(1.5 * dayMs, 'unmet'), empty(2)],
      since: empty(2),
    },
  ])('is known since when: one that $name', ({ copies, since }) => {
    expect(sinceOf(...copies)).toBe(since?.line?.arrivedAt)
  })

  test('is known for longer than its copies are kept, while no other one came', () => {
    const earlier = look([empty(1), empty(20)]).state
    expect(look([empty(1)], earlier).state.emptySince).toBe(earlier.emptySince)
    expect(look([empty(0.5), empty(1)], earlier).state.emptySince).toBe(empty(1).line?.arrivedAt)
    expect(look([empty(0.5, 7), empty(1)], earlier).state.emptySince).toBeUndefined()
  })
})

describe('a database that never changes', () => {
  const bytes = (days: number, sign: string | undefined = 'b') =>
    held(days * dayMs, 'passed', { line: { sha256: sign?.repeat(64) } })
  const sinceOf = (...copies: Held[]) => look(copies).state.sameSince

  test('is known by its bytes, since they first came', () => {
    expect(sinceOf(bytes(1))).toBe(bytes(1).line?.arrivedAt)
    expect(sinceOf(bytes(1), bytes(2), bytes(3))).toBe(bytes(3).line?.arrivedAt)
    expect(sinceOf(bytes(1), bytes(2), bytes(3, 'c'), bytes(4))).toBe(bytes(2).line?.arrivedAt)
  })

  test('is known for longer than its copies are kept, while no other one came', () => {
    const earlier = look([bytes(1), bytes(20)]).state
    expect(look([bytes(1)], earlier).state.sameSince).toBe(earlier.sameSince)
    expect(look([bytes(0.5), bytes(1)], earlier).state.sameSince).toBe(bytes(1).line?.arrivedAt)
    expect(look([bytes(0.5, 'c'), bytes(1)], earlier).state.sameSince).toBe(
      bytes(0.5).line?.arrivedAt,
    )
  })

  test('is none of which no hash was ever taken', () => {
    const unknown = held(dayMs, 'accepted', { line: { sha256: undefined } })
    expect(sinceOf(unknown, unknown)).toBeUndefined()
  })
})

describe('entries of a newer build', () => {
  const newer = (nth: number): Held => ({
    ...held((nth + 2) * hourMs),
    line: undefined,
    isNewer: true,
    word: 'pending',
  })

  test.each([
    { count: 0, told: 0 },
    { count: 1, told: 1 },
    { count: 20, told: 20 },
    { count: 21, told: 20 },
  ])('are told by name, $told of $count', ({ count, told }) => {
    const some = Array.from({ length: count }, (_, nth) => newer(nth))
    const { state, waiting } = look([held(hourMs), ...some])
    expect(state.newer).toEqual(idsOf(some.slice(0, told)))
    expect(state.copies).toBe(1)
    expect(waiting).toEqual([])
  })

  test('of the newest sound copy is no copy that vanished', () => {
    const known = look([held(dayMs)], undefined, { now: ago(hourMs) }).state
    const entry: Held = { ...held(dayMs), line: undefined, stored: undefined, isNewer: true }
    expect(look([entry], known).state.vanished).toBeUndefined()
    const vanished = { id: 'tokens_x', at: ago(hourMs).toISOString() }
    expect(look([entry], { ...known, vanished }).state.vanished).toEqual(vanished)
  })
})

test('what a newer build keeps in the state besides is not forgotten', () => {
  const later = { ...look([held(dayMs)]).state, mood: 'calm' }
  expect(look([held(dayMs)], later).state).toMatchObject({ mood: 'calm' })
})
