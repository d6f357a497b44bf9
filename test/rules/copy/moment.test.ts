import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { isWithin, momentRule, parseMoment } from '../../../lib/rules/copy/moment'
import { nameSnapshot, parseId } from '../../../lib/rules/copy/snapshot'
import { id } from '../../fixtures/told/entries'

const nameAt = (at: string) =>
  nameSnapshot({ database: 'tokens', at: new Date(at), mark: '3f9a1c' })

describe('parseMoment', () => {
  test.each([
    { text: '2025-07-04', until: '2025-07-04T23:59:59.999Z', why: 'a day means its end' },
    { text: '2024-02-29', until: '2024-02-29T23:59:59.999Z', why: 'a leap day' },
    { text: '2000-02-29', until: '2000-02-29T23:59:59.999Z', why: 'the leap day of a century' },
    { text: '2025-07-04T01:00Z', until: '2025-07-04T01:00:59.999Z', why: 'a minute to its end' },
    { text: '2025-07-04T01:00', until: '2025-07-04T01:00:59.999Z', why: 'UTC need not be said' },
    { text: '2025-07-04 01:00', until: '2025-07-04T01:00:59.999Z', why: 'with a space' },
    {
      text: '2025-07-04T0100Z',
      until: '2025-07-04T01:00:59.999Z',
      why: 'as a ticket id writes it',
    },
    { text: '2025-07-04T00:00:00Z', until: '2025-07-04T00:00:00.999Z', why: 'a second to its end' },
    { text: '2025-07-04T010000Z', until: '2025-07-04T01:00:00.999Z', why: 'seconds, as in an id' },
    { text: '2025-07-04T23:59:59Z', until: '2025-07-04T23:59:59.999Z', why: 'the last second' },
    { text: '2025-07-04T01:00:00.123Z', until: '2025-07-04T01:00:00.999Z', why: 'as JSON has it' },
    { text: ' 2025-07-04\n', until: '2025-07-04T23:59:59.999Z', why: 'pasted with its margins' },
  ])('reads "$text": $why', ({ text, until }) => {
    expect(parseMoment(text)).toEqual({ untilAt: new Date(until) })
  })

  test.each([
    { text: id, why: 'as listed' },
    { text: ` ${id}\n`, why: 'pasted with its margins' },
  ])('reads the ticket id "$text": $why', ({ text }) => {
    expect(parseMoment(text)).toEqual({ id })
  })

  test.each([
    { text: '', why: 'nothing' },
    { text: 'yesterday', why: 'a word' },
    { text: '2025', why: 'a year' },
    { text: '2025-07', why: 'a month' },
    { text: '2025-7-4', why: 'digits are missing' },
    { text: '04.07.2025', why: 'another order' },
    { text: '2025-02-29', why: 'no leap year' },
    { text: '1900-02-29', why: 'a century is no leap year' },
    { text: '2025-04-31', why: 'a day after the end of April' },
    { text: '2025-13-01', why: 'a thirteenth month' },
    { text: '2025-00-10', why: 'no month' },
    { text: '2025-07-00', why: 'no day' },
    { text: '2025-07-04T24:00Z', why: 'the day after' },
    { text: '2025-07-04T23:60Z', why: 'a sixtieth minute' },
    { text: '2025-07-04T23:59:60Z', why: 'a sixtieth second' },
    { text: '2025-07-04T01', why: 'an hour alone' },
    { text: '2025-07-04T01:00+02:00', why: 'another zone than UTC' },
    { text: '2025-07-04T01:00ZZ', why: 'something after the end' },
    { text: '2025-07-04\n2025-07-05', why: 'two lines' },
    { text: '1751590800', why: 'seconds since 1970' },
    { text: 'tokens_2025-02-29T010000Z_3f9a1c', why: 'an id of a day that never was' },
    { text: `${id}.db`, why: 'a file name' },
    { text: `backups/tokens/2025/07/${id}.db`, why: 'a key' },
  ])('does not read "$text": $why', ({ text }) => {
    expect(parseMoment(text)).toBeUndefined()
  })

  test('what the rule shows is understood', () => {
    const shown = [...momentRule.matchAll(/\(([^)]+)\)/g)].map(([, example = '']) => example)
    expect(shown).toHaveLength(3)
    expect(shown.map((example) => parseMoment(example))).not.toContain(undefined)
  })

  const instant = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })

  test('any moment ends with its own day, minute or second', () => {
    const lengths = fc.constantFrom(
      { digits: 10, nextMs: 86_400_000 },
      { digits: 16, nextMs: 60_000 },
      { digits: 19, nextMs: 1_000 },
    )
    fc.assert(
      fc.property(instant, lengths, (at, { digits, nextMs }) => {
        const text = at.toISOString().slice(0, digits)
        const moment = parseMoment(text)
        const untilAt = moment && 'untilAt' in moment ? moment.untilAt : new Date(Number.NaN)
        expect(untilAt.toISOString().slice(0, digits)).toBe(text)
        expect((untilAt.getTime() + 1) / nextMs).toSatisfy(Number.isInteger)
        expect(untilAt.getTime()).toBeGreaterThanOrEqual(at.getTime())
      }),
    )
  })

  test('any text at all is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]?[\d:]*Z?$/)),
        (text) => {
          const moment = parseMoment(text)
          if (moment && 'id' in moment) expect(parseId(moment.id)).toBeDefined()
          else if (moment) expect(moment.untilAt.toISOString()).toMatch(/999Z$/)
        },
      ),
    )
  })
})

describe('isWithin', () => {
  test.each([
    { at: undefined, taken: '2025-07-05T00:00:00Z', isIn: true, why: 'no moment means all' },
    { at: '2025-07-04', taken: '2025-07-03T00:00:00Z', isIn: true, why: 'older' },
    { at: '2025-07-04', taken: '2025-07-04T23:59:59Z', isIn: true, why: 'the last second of it' },
    { at: '2025-07-04', taken: '2025-07-05T00:00:00Z', isIn: false, why: 'one second later' },
    { at: '2025-07-04T01:00Z', taken: '2025-07-04T00:59:59Z', isIn: true, why: 'a second before' },
    { at: '2025-07-04T01:00Z', taken: '2025-07-04T01:00:00Z', isIn: true, why: 'its first second' },
    { at: '2025-07-04T01:00Z', taken: '2025-07-04T01:00:59Z', isIn: true, why: 'its last second' },
    { at: '2025-07-04T01:00Z', taken: '2025-07-04T01:01:00Z', isIn: false, why: 'the next minute' },
    {
      at: '2025-07-04T01:00:00Z',
      taken: '2025-07-04T01:00:01Z',
      isIn: false,
      why: 'a second late',
    },
    { at: id, taken: '2025-07-04T01:00:00Z', isIn: true, why: 'the very copy' },
    { at: id, taken: '2025-07-04T00:00:00Z', isIn: false, why: 'an id means no older copy' },
  ])('the copy of $taken belongs to $at: $isIn ($why)', ({ at, taken, isIn }) => {
    const moment = at === undefined ? undefined : parseMoment(at)
    expect(isWithin(moment, nameAt(taken))).toBe(isIn)
  })

  test.each([
    { ms: -1, isIn: false, why: 'taken a moment after it' },
    { ms: 0, isIn: true, why: 'taken at that very moment' },
    { ms: 1, isIn: true, why: 'taken a moment before it' },
  ])('a moment reaches to its end: $why', ({ ms, isIn }) => {
    const name = nameAt('2025-07-04T01:00:00Z')
    expect(isWithin({ untilAt: new Date(name.at.getTime() + ms) }, name)).toBe(isIn)
  })
})
