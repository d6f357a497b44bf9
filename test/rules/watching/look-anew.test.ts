/** Which copies are judged anew, since something else is expected now, or nobody compared them? */
import { describe, expect, test } from 'vitest'

import type { Held } from '../../../lib/rules/copy/held'
import type { SqliteCheck } from '../../../lib/rules/kinds/sqlite/kind'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { words } from '../../../lib/rules/verdict/verdict'
import type { Outcome } from '../../../lib/rules/verdict/verdict'
import { findingOf } from '../../fixtures/told/entries'
import { ago, held, idsOf, look, now } from '../../fixtures/told/held'

const quiet = { reverifyAfterMs: undefined }

const judgedThen = (
  ageMs: number,
  word: Outcome,
  check: SqliteCheck = 'schema',
  line: Partial<Held['line']> = {},
) =>
  held(ageMs, word, {
    line: { expectations: 'then', remarks: [findingOf(check, word)], ...line },
  })

describe('a copy that was judged by what was expected then', () => {
  test.each([
    { name: 'was not met', copy: judgedThen(dayMs, 'unmet'), isAsked: true },
    { name: 'was warned of it', copy: judgedThen(dayMs, 'warned'), isAsked: true },
    {
      name: 'could not be asked it',
      copy: judgedThen(dayMs, 'unverifiable', 'schema', { tries: 3 }),
      isAsked: true,
    },
    {
      name: 'was warned of something else',
      copy: judgedThen(dayMs, 'warned', 'engine'),
      isAsked: false,
    },
    {
      name: 'could not be opened',
      copy: judgedThen(dayMs, 'unverifiable', 'structure', { tries: 3 }),
      isAsked: false,
    },
    { name: 'passed', copy: judgedThen(dayMs, 'passed'), isAsked: false },
    { name: 'is damaged', copy: judgedThen(dayMs, 'failed'), isAsked: false },
    {
      name: 'was not met, by what is expected still',
      copy: held(dayMs, 'unmet'),
      isAsked: false,
    },
    {
      name: 'is being let go',
      copy: judgedThen(dayMs, 'unmet', 'schema', { letGoAt: now.toISOString() }),
      isAsked: false,
    },
    {
      name: 'has lost its file',
      copy: { ...judgedThen(dayMs, 'unmet'), stored: undefined },
      isAsked: false,
    },
    {
      name: 'has no entry',
      copy: { ...judgedThen(dayMs, 'unmet'), line: undefined },
      isAsked: false,
    },
  ])('is judged anew, or is not, where it $name: $isAsked', ({ copy, isAsked }) => {
    const { toRejudge, state } = look([copy], undefined, quiet)
    expect(toRejudge).toEqual(isAsked ? [copy.name.id] : [])
    if (isAsked) expect(state.dueAt).toBe(now.toISOString())
  })

  test.each([
    { tries: 2, isAsked: true },
    { tries: 3, isAsked: false },
    { tries: 4, isAsked: false },
  ])('is judged anew three times in a row: after $tries, $isAsked', ({ tries, isAsked }) => {
    const { toRejudge } = look([judgedThen(dayMs, 'unmet', 'schema', { tries })])
    expect(toRejudge).toHaveLength(isAsked ? 1 : 0)
  })

  test('is judged anew once a day where three tries in a row came to nothing', () => {
    const tried = (ms: number) =>
      judgedThen(5 * dayMs, 'unmet', 'schema', { tries: 3, triedAt: ago(ms).toISOString() })
    const early = look([tried(dayMs - hourMs)], undefined, quiet)
    expect(early.toRejudge).toEqual([])
    expect(early.state.dueAt).toBe(ago(-hourMs).toISOString())
    const late = tried(dayMs)
    expect(look([late], undefined, quiet).toRejudge).toEqual([late.name.id])
  })

  test.each([
    { ms: hourMs - 1, isAsked: false },
    { ms: hourMs, isAsked: true },
    { ms: hourMs + 1, isAsked: true },
  ])('waits until a run that was killed over it is over: $ms ms, $isAsked', ({ ms, isAsked }) => {
    const letGoAt = ago(ms).toISOString()
    const copy = judgedThen(dayMs, 'unmet', 'schema', { letGoAt })
    const { toRejudge, state } = look([copy], undefined, quiet)
    expect(toRejudge).toEqual(isAsked ? [copy.name.id] : [])
    expect(state.dueAt).toBe((isAsked ? now : ago(ms - hourMs)).toISOString())
  })

  test('is left to whoever is at it, and looked at again until that is done', () => {
    const startedAt = ago(minuteMs).toISOString()
    const { toRejudge, state } = look([judgedThen(dayMs, 'unmet', 'schema', { startedAt })])
    expect(toRejudge).toEqual([])
    expect(state.dueAt).toBe(now.toISOString())
  })

  test('is not asked twice in one run, where it waits for a verdict anyway', () => {
    const copy = judgedThen(dayMs, 'unverifiable')
    expect(look([copy]).waiting).toEqual([copy.name.id])
    expect(look([copy]).toRejudge).toEqual([])
    const tried = judgedThen(dayMs, 'unverifiable', 'schema', { tries: 3 })
    expect(look([tried]).waiting).toEqual([])
    expect(look([tried]).toRejudge).toEqual([tried.name.id])
  })

  test.each([
    { count: 7, first: 7 },
    { count: 8, first: 8 },
    { count: 9, first: 8 },
  ])('comes to its turn, the newest first: $first of $count', ({ count, first }) => {
    const copies = Array.from({ length: count }, (_, nth) => judgedThen((nth + 1) * dayMs, 'unmet'))
    const { toRejudge, state } = look(copies)
    expect(toRejudge).toEqual(idsOf(copies.slice(0, first)))
    expect(state.dueAt).toBe(now.toISOString())
  })
})

describe('a newest sound copy that was never held against those before it', () => {
  const uncompared = (ageMs: number, provenMs: number, line: Partial<Held['line']> = {}) =>
    held(ageMs, 'passed', {
      line: { came: undefined, provenAt: ago(provenMs).toISOString(), ...line },
    })
  const before = held(3 * dayMs)

  test.each([
    { ms: hourMs - 1, isDue: false },
    { ms: hourMs, isDue: true },
    { ms: hourMs + 1, isDue: true },
  ])('is opened once more after an hour: $ms ms, $isDue', ({ ms, isDue }) => {
    const copy = uncompared(2 * hourMs, ms)
    const { toRejudge, state } = look([copy, before], undefined, quiet)
    expect(toRejudge).toEqual(isDue ? [copy.name.id] : [])
    expect(state.dueAt).toBe(ago(ms - hourMs).toISOString())
  })

  test.each([
    { ms: dayMs - 1, isOfToday: true },
    { ms: dayMs, isOfToday: false },
    { ms: dayMs + 1, isOfToday: false },
  ])('is, while it is of today: $ms ms after it came, $isOfToday', ({ ms, isOfToday }) => {
    const copy = uncompared(dayMs, 2 * hourMs, { arrivedAt: ago(ms).toISOString() })
    expect(look([copy, before]).toRejudge).toHaveLength(isOfToday ? 1 : 0)
  })

  test.each([
    { name: 'it is the first', copies: [uncompared(2 * hourMs, 2 * hourMs)] },
    { name: 'it was compared', copies: [held(2 * hourMs), before] },
    {
      name: 'it was never opened, or has more tables than a line tells of',
      copies: [uncompared(2 * hourMs, 2 * hourMs, { tables: undefined }), before],
    },
    {
      name: 'it is being let go',
      copies: [uncompared(2 * hourMs, 2 * hourMs, { letGoAt: now.toISOString() }), before],
    },
    { name: 'a newer one was compared', copies: [held(hourMs), uncompared(2 * hourMs, hourMs)] },
    { name: 'there is none', copies: [] },
  ])('is not, where $name', ({ copies }) => {
    expect(look(copies, undefined, quiet).toRejudge).toEqual([])
  })

  test.each(words)('is a sound one, and no other (%s)', (word) => {
    const copy = { ...uncompared(2 * hourMs, 2 * hourMs), word }
    const isSound = ['passed', 'warned', 'accepted'].includes(word)
    const { toRejudge } = look([copy, before, held(4 * dayMs)], undefined, quiet)
    expect(toRejudge.includes(copy.name.id)).toBe(isSound)
  })
})
