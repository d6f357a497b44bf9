// What is kept beside copies: where the next run looks on, and how much is told to wait.
import { describe, expect, test } from 'vitest'

import { inTurnOf, isLookDue, lookOf, lookedAs } from '../../../lib/rules/second/contents'
import type { CarriedContents } from '../../../lib/rules/second/contents'

const dayOf = (day: number): string => new Date(Date.UTC(2026, 2, day, 5)).toISOString()
const now = new Date(dayOf(20))

const ended = (change: Partial<CarriedContents> = {}): CarriedContents => ({
  fingerprint: 'f',
  beganAt: dayOf(19),
  after: '2026-03-19/ff',
  isEnded: true,
  allAt: dayOf(15),
  behind: 0,
  behindBytes: 0,
  ...change,
})

describe('a look at contents', () => {
  test.each([
    {
      name: 'begins with the first of them where nobody ever looked',
      before: undefined,
      look: { fingerprint: 'g', beganAt: dayOf(20), after: undefined, allAt: dayOf(20) },
    },
    {
      name: 'is none where nothing has changed',
      before: ended({ fingerprint: 'g' }),
      look: undefined,
    },
    {
      name: 'begins a day before the last one where something has',
      before: ended(),
      look: { fingerprint: 'g', beganAt: dayOf(20), after: '2026-03-18', allAt: dayOf(15) },
    },
    {
      name: 'goes on where the last one was ended, whatever has come since',
      before: ended({ isEnded: false, allAt: dayOf(2) }),
      look: {
        fingerprint: 'f',
        beganAt: dayOf(19),
        after: '2026-03-19/ff',
        allAt: dayOf(2),
      },
    },
    {
      name: 'is at all of them once a week, though nothing has changed',
      before: ended({ fingerprint: 'g', allAt: dayOf(13) }),
      look: { fingerprint: 'g', beganAt: dayOf(20), after: undefined, allAt: dayOf(20) },
    },
  ])('$name', ({ before, look }) => {
    expect(lookOf(before, { fingerprint: 'g', now })).toEqual(look)
  })

  test.each([
    { name: 'nobody ever looked', line: undefined, isDue: true },
    { name: 'it has not ended', line: ended({ isEnded: false }), isDue: true },
    { name: 'something came', line: ended({ fingerprint: 'e' }), isDue: true },
    { name: 'nothing came', line: ended(), isDue: false },
  ])('is due where $name: $isDue', ({ line, isDue }) => {
    expect(isLookDue(line, 'f')).toBe(isDue)
  })
})

describe('what is written of it', () => {
  const look = { fingerprint: 'g', beganAt: dayOf(20), after: undefined, allAt: dayOf(20) }
  const about = { isEnded: true, before: undefined, now }

  test('is that nothing waits, once it came to its end and nothing is left', () => {
    const line = lookedAs({ ...look, after: 'x' }, { ...about, left: [] })
    expect(line).toEqual({ ...look, after: 'x', isEnded: true, behind: 0, behindBytes: 0 })
  })

  test('is how many are left, and since when, from the run that first saw one', () => {
    const left = [{ sizeBytes: 2 }, { sizeBytes: 3 }]
    const line = lookedAs(look, { ...about, left })
    expect(line).toMatchObject({ isEnded: false, behind: 2, behindBytes: 5, since: dayOf(20) })
    expect(line).not.toHaveProperty('after')
    const later = { ...about, before: line, now: new Date(dayOf(21)) }
    expect(lookedAs(look, { ...later, left }).since).toBe(dayOf(20))
  })

  test('is that one waits at least, where nobody knows yet whether more do', () => {
    const line = lookedAs(look, { ...about, isEnded: false, left: [] })
    expect(line).toMatchObject({ isEnded: false, behind: 1, behindBytes: 0, since: dayOf(20) })
  })
})

test('who has waited longest comes first, and who never waited last', () => {
  const [a, b, c, d] = [
    { before: ended() },
    { before: ended({ since: dayOf(3) }) },
    { before: ended({ since: dayOf(2) }) },
    { before: undefined },
  ]
  expect(inTurnOf([a, b, c, d])).toEqual([c, b, a, d])
})
