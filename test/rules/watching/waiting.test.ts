import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { lineOf } from '../../../lib/rules/copy/catalog'
import type { Entry } from '../../../lib/rules/copy/entry'
import { withVerdict } from '../../../lib/rules/copy/entry'
import type { SqliteCheck } from '../../../lib/rules/kinds/sqlite/kind'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { words } from '../../../lib/rules/verdict/verdict'
import type { Outcome } from '../../../lib/rules/verdict/verdict'
import {
  compareDueAt,
  isBeingVerified,
  isJudgedByOthers,
  rejudgeDueAt,
  verdictDueAt,
  withStart,
} from '../../../lib/rules/watching/waiting'
import { entries, instants } from '../../fixtures/arbitraries'
import { announced, findingOf, verdictOf } from '../../fixtures/told/entries'

const arrivedAt = '2025-07-04T01:00:05.000Z'

/** As the watch asks: of the line that the catalog keeps of an entry. */
const awaitsVerdict = (entry: Entry, now: Date): boolean => {
  const dueAt = verdictDueAt(lineOf(entry, 'e'), now)
  return dueAt !== undefined && dueAt.getTime() <= now.getTime()
}

describe('a copy', () => {
  const at = '2025-07-04T02:00:00.000Z'
  const after = (ms: number) => new Date(Date.parse(at) + ms)

  const tried = (times: number): Entry => {
    let entry = announced()
    for (let turn = times - 1; turn >= 0; turn -= 1) {
      const time = new Date(Date.parse(at) - turn * hourMs).toISOString()
      entry = withVerdict(entry, verdictOf('unverifiable', { at: time }), arrivedAt)
    }
    return entry
  }

  test('that was never judged always waits', () => {
    fc.assert(
      fc.property(instants, (now) => {
        expect(awaitsVerdict(announced(), new Date(now))).toBe(true)
      }),
    )
  })

  test.each([{ outcome: 'passed' }, { outcome: 'warned' }, { outcome: 'failed' }] as const)(
    'that $outcome never waits again',
    ({ outcome }) => {
      const entry = withVerdict(announced(), verdictOf(outcome, { at }), arrivedAt)
      expect(awaitsVerdict(entry, after(1000 * hourMs))).toBe(false)
      expect(verdictDueAt(lineOf(entry, 'e'), after(0))).toBeUndefined()
    },
  )

  test.each([
    { tries: 1, ms: 0, waits: false, why: 'just tried' },
    { tries: 1, ms: hourMs - 1, waits: false, why: 'one less than an hour' },
    { tries: 1, ms: hourMs, waits: true, why: 'exactly an hour' },
    { tries: 1, ms: hourMs + 1, waits: true, why: 'one more than an hour' },
    { tries: 2, ms: hourMs - 1, waits: false, why: 'the hour counts from the last try' },
    { tries: 2, ms: hourMs, waits: true, why: 'a third try is made' },
    { tries: 3, ms: hourMs, waits: false, why: 'the third was the last' },
    { tries: 4, ms: 1000 * hourMs, waits: false, why: 'and no time changes that' },
    { tries: 1, ms: -hourMs, waits: false, why: 'a try that lies in the future' },
  ])('waits after $tries tries and $ms ms: $waits ($why)', ({ tries, ms, waits }) => {
    expect(awaitsVerdict(tried(tries), after(ms))).toBe(waits)
  })

  test('that was proven and could not be checked again does not wait', () => {
    const proven = withVerdict(announced(), verdictOf('passed'), arrivedAt)
    const checked = withVerdict(proven, verdictOf('unverifiable', { at }), arrivedAt)
    expect(awaitsVerdict(checked, after(2 * hourMs))).toBe(false)
  })

  test('is not tried for ever: an hourly run ends by itself', () => {
    let entry = announced()
    let tries = 0
    for (let hour = 0; hour < 48; hour += 1) {
      const now = after(hour * hourMs)
      if (!awaitsVerdict(entry, now)) continue
      tries += 1
      entry = withVerdict(entry, verdictOf('unverifiable', { at: now.toISOString() }), arrivedAt)
    }
    expect(tries).toBe(3)
  })

  test('that could not be checked at a time nobody knows is tried at once', () => {
    expect(verdictDueAt({ word: 'unverifiable', tries: 1 }, after(0))).toEqual(new Date(0))
  })

  test.each(words.map((word) => ({ word })))('waits only for a definite answer: $word', (row) => {
    const waits = row.word === 'pending' || row.word === 'unverifiable'
    expect(verdictDueAt({ ...row, tries: 0 }, after(0)) !== undefined).toBe(waits)
  })
})

describe('a run that was started', () => {
  const at = new Date('2026-03-01T01:00:00Z')
  const started = withStart(announced(), at)
  const afterMs = (ms: number) => new Date(at.getTime() + ms)

  test.each([
    { name: 'at once', ms: 0, busy: true },
    { name: 'a moment before 16 minutes', ms: 16 * 60_000 - 1, busy: true },
    { name: 'after 16 minutes', ms: 16 * 60_000, busy: false },
    { name: 'a moment after 16 minutes', ms: 16 * 60_000 + 1, busy: false },
    { name: 'by a clock a moment ahead', ms: -16 * 60_000 + 1, busy: true },
    { name: 'by a clock far ahead', ms: -16 * 60_000, busy: false },
  ])('keeps others from starting another: $name', ({ ms, busy }) => {
    expect(isBeingVerified(started, afterMs(ms))).toBe(busy)
    expect(awaitsVerdict(started, afterMs(ms))).toBe(!busy)
    expect(isBeingVerified(announced(), afterMs(ms))).toBe(false)
  })

  test('is over with its verdict', () => {
    expect(withVerdict(started, verdictOf('passed'), arrivedAt)).not.toHaveProperty('startedAt')
  })

  test.each([
    { name: 'the hour since the last try', triedMinutes: 30, dueMinutes: 90 },
    { name: 'the end of the run', triedMinutes: -50, dueMinutes: 16 },
  ])('of a second try is waited for as long as it takes: $name', (row) => {
    const provenAt = afterMs(row.triedMinutes * 60_000).toISOString()
    const copy = { word: 'unverifiable', tries: 1, startedAt: at.toISOString(), provenAt } as const
    expect(verdictDueAt(copy, at)).toEqual(afterMs(row.dueMinutes * 60_000))
  })

  test('changes nothing but its own mark, and holds exactly until the verdict is due', () => {
    fc.assert(
      fc.property(entries, instants, instants, (entry, startedAt, now) => {
        const busy = withStart(entry, new Date(startedAt))
        expect(busy).toEqual({ ...entry, startedAt })
        const dueAt = verdictDueAt({ word: 'pending', startedAt, tries: 0 }, new Date(now))
        expect(isBeingVerified(busy, new Date(now))).toBe(Date.parse(now) < Number(dueAt))
      }),
    )
  })
})

describe('a copy that was judged by other expectations', () => {
  const told = (word: Outcome, check: SqliteCheck) => ({
    word,
    expectations: 'then',
    remarks: [findingOf(check, word)],
  })

  test.each([
    { name: 'not met', copy: told('unmet', 'schema'), is: true },
    { name: 'warned of by one', copy: told('warned', 'rows'), is: true },
    { name: 'warned of by something else', copy: told('warned', 'clock'), is: false },
    {
      name: 'warned of by one, and by something else',
      copy: {
        ...told('warned', 'rows'),
        remarks: [findingOf('clock', 'warned'), findingOf('rows', 'warned')],
      },
      is: true,
    },
    {
      name: 'warned of by something else, where what was expected is met',
      copy: {
        ...told('warned', 'clock'),
        remarks: [findingOf('clock', 'warned'), findingOf('rows', 'passed')],
      },
      is: false,
    },
    { name: 'not to be asked', copy: told('unverifiable', 'assertions'), is: true },
    { name: 'not to be opened', copy: told('unverifiable', 'structure'), is: false },
    { name: 'damaged', copy: told('failed', 'structure'), is: false },
    { name: 'met', copy: told('passed', 'schema'), is: false },
    { name: 'overruled', copy: { ...told('unmet', 'schema'), word: 'accepted' }, is: false },
    {
      name: 'not met, by the first edition',
      copy: { ...told('unmet', 'rows'), expectations: undefined },
      is: true,
    },
    {
      name: 'not met, by those of today',
      copy: { ...told('unmet', 'rows'), expectations: 'now' },
      is: false,
    },
  ])('is judged anew where that may tell another story: $name, $is', ({ copy, is }) => {
    expect(isJudgedByOthers(copy, 'now')).toBe(is)
  })
})

describe('a copy that is to be judged anew', () => {
  const now = new Date('2025-07-04T03:00:00.000Z')
  const ago = (ms: number) => new Date(now.getTime() - ms).toISOString()

  test.each([
    { name: 'never tried', word: 'unmet', tries: 0, triedAt: undefined, inMs: 0 },
    { name: 'just tried twice', word: 'unmet', tries: 2, triedAt: ago(0), inMs: 0 },
    { name: 'just tried a third time', word: 'unmet', tries: 3, triedAt: ago(0), inMs: dayMs },
    {
      name: 'tried an hour ago',
      word: 'warned',
      tries: 5,
      triedAt: ago(hourMs),
      inMs: 23 * hourMs,
    },
    { name: 'tried a day ago', word: 'unmet', tries: 3, triedAt: ago(dayMs), inMs: 0 },
    { name: 'tried a month ago', word: 'unmet', tries: 9, triedAt: ago(30 * dayMs), inMs: 0 },
    { name: 'tried by a clock far ahead', word: 'unmet', tries: 3, triedAt: ago(-dayMs), inMs: 0 },
    { name: 'not to be asked then', word: 'unverifiable', tries: 3, triedAt: ago(0), inMs: 0 },
    {
      name: 'tried nobody knows when',
      word: 'unmet',
      tries: 3,
      triedAt: undefined,
      inMs: undefined,
    },
  ])('is opened at once, and once a day after three tries: $name', ({ inMs, ...copy }) => {
    const due = rejudgeDueAt(copy, now)
    expect(due && due.getTime() - now.getTime()).toBe(inMs)
  })
})

describe('a copy that was not held against those before it', () => {
  const now = new Date('2025-07-04T03:00:00.000Z')
  const copy = { tables: {}, arrivedAt, provenAt: '2025-07-04T01:00:30.000Z' }

  test('is opened once more, an hour after its verdict', () => {
    expect(compareDueAt(copy, now)?.toISOString()).toBe('2025-07-04T02:00:30.000Z')
  })

  test.each([
    { name: 'it was compared', about: { came: [] } },
    { name: 'nothing is known of its tables', about: { tables: undefined } },
    { name: 'it has no verdict', about: { provenAt: undefined } },
    { name: 'it is being let go', about: { letGoAt: now.toISOString() } },
  ])('is not, where $name', ({ about }) => {
    expect(compareDueAt({ ...copy, ...about }, now)).toBeUndefined()
  })
})
