import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { usualKeep } from '../../../lib/rules/keeping/retention'
import { dayMs } from '../../../lib/rules/plain/time-units'
import {
  keepOf,
  keepSecondOf,
  KeepSettings,
  shorterInSecond,
} from '../../../lib/rules/settings/keep'

const whyNot = (settings: unknown): string | undefined =>
  KeepSettings.safeParse(settings)
    .error?.issues.map(({ message }) => message)
    .join('; ')

describe('what is kept', () => {
  test.each([
    { name: 'everything', settings: 'all', isRight: true },
    { name: 'nothing said', settings: {}, isRight: true },
    { name: 'nothing', settings: 'none', isRight: false },
    { name: 'one a day, once', settings: { daily: 1 }, isRight: true },
    {
      name: 'hours alone',
      settings: { hourly: 48, daily: 0, weekly: 0, monthly: 0 },
      isRight: true,
    },
    { name: 'less than none', settings: { daily: -1 }, isRight: false },
    { name: 'half a copy', settings: { weekly: 0.5 }, isRight: false },
    { name: 'ten thousand', settings: { yearly: 10_000 }, isRight: true },
    { name: 'one more', settings: { yearly: 10_001 }, isRight: false },
    { name: 'a second less than two days', settings: { within: '172799s' }, isRight: false },
    { name: 'exactly two days', settings: { within: '172800s' }, isRight: true },
    { name: 'a second more than two days', settings: { within: '172801s' }, isRight: true },
    { name: 'a span of nothing', settings: { within: '0d' }, isRight: false },
    { name: 'a span that is none', settings: { within: 'a week' }, isRight: false },
    { name: 'two sound copies at least', settings: { minimum: 2 }, isRight: false },
    { name: 'three sound copies at least', settings: { minimum: 3 }, isRight: true },
    { name: 'four sound copies at least', settings: { minimum: 4 }, isRight: true },
    { name: 'ten thousand at least', settings: { minimum: 10_000 }, isRight: true },
    { name: 'more than that at least', settings: { minimum: 10_001 }, isRight: false },
    { name: 'no copy at once let go', settings: { mostAtOnce: 0 }, isRight: false },
    { name: 'hardly any at once let go', settings: { mostAtOnce: 0.01 }, isRight: true },
    { name: 'all at once let go', settings: { mostAtOnce: 1 }, isRight: true },
    { name: 'more than all at once let go', settings: { mostAtOnce: 1.01 }, isRight: false },
    { name: 'a misspelt field', settings: { dayly: 7 }, isRight: false },
    {
      name: 'nothing but the floors',
      settings: { daily: 0, weekly: 0, monthly: 0 },
      isRight: false,
    },
    {
      name: 'a year’s copy and the floors',
      settings: { daily: 0, weekly: 0, monthly: 0, yearly: 1 },
      isRight: true,
    },
    { name: 'no days, but weeks as usual', settings: { daily: 0 }, isRight: true },
  ])('may be said to be $name: $isRight', ({ settings, isRight }) => {
    expect(KeepSettings.safeParse(settings).success).toBe(isRight)
  })

  test('a refusal says what would be right', () => {
    expect(whyNot({ within: '47h' })).toContain('a span of 2 days or more, such as 48h or 7d')
    expect(whyNot({ minimum: 1 })).toContain('expected 3 or more')
    expect(whyNot({ daily: 0, weekly: 0, monthly: 0 })).toContain('keeps nothing but the floors')
  })
})

describe('keepOf', () => {
  test('is the usual where nothing is said, and without end for "all"', () => {
    expect(keepOf(undefined)).toEqual(usualKeep)
    expect(keepOf({})).toEqual(usualKeep)
    expect(keepOf('all')).toBeUndefined()
  })

  test('takes what is said, a nought too, and the usual for the rest', () => {
    expect(keepOf({ daily: 0, yearly: 2, within: '7d', minimum: 4, mostAtOnce: 1 })).toEqual({
      hourly: 0,
      daily: 0,
      weekly: usualKeep.weekly,
      monthly: usualKeep.monthly,
      yearly: 2,
      withinMs: 7 * dayMs,
      minimum: 4,
      mostAtOnce: 1,
    })
  })

  test('never lies below a floor, whatever is said and taken', () => {
    const some = fc.record(
      {
        daily: fc.integer({ min: -1, max: 3 }),
        weekly: fc.integer({ min: -1, max: 3 }),
        monthly: fc.integer({ min: -1, max: 3 }),
        yearly: fc.integer({ min: -1, max: 3 }),
        within: fc.constantFrom('1h', '47h', '48h', '3d', '0d', 'never'),
        minimum: fc.integer({ min: 0, max: 6 }),
        mostAtOnce: fc.constantFrom(-1, 0, 0.5, 1, 2),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(some, (said) => {
        const settings = KeepSettings.safeParse(said).data
        const keep = settings && keepOf(settings)
        if (!keep) return
        expect(keep.withinMs).toBeGreaterThanOrEqual(usualKeep.withinMs)
        expect(keep.minimum).toBeGreaterThanOrEqual(usualKeep.minimum)
        expect(keep.mostAtOnce).toBeGreaterThan(0)
        expect(keep.mostAtOnce).toBeLessThanOrEqual(1)
        expect(keep.daily + keep.weekly + keep.monthly + keep.yearly).toBeGreaterThan(0)
      }),
    )
  })
})

describe('what is kept in the second place', () => {
  test('is a month more by the day where nothing is said, and of rules not in use none', () => {
    expect(keepSecondOf(undefined, undefined)).toEqual({
      ...usualKeep,
      daily: 37,
      weekly: 9,
      monthly: 13,
    })
    expect(keepSecondOf({ yearly: 2, hourly: 24 }, undefined)).toMatchObject({
      yearly: 3,
      hourly: 24,
    })
  })

  test('is what is said, and of what is not said as much as else', () => {
    expect(
      keepSecondOf(
        { daily: 5 },
        { daily: 9, within: '5d', minimum: 4, mostAtOnce: 0.9, monthly: 40 },
      ),
    ).toEqual({
      ...usualKeep,
      daily: 9,
      weekly: 9,
      monthly: 40,
      withinMs: 5 * dayMs,
      minimum: 4,
      mostAtOnce: 0.9,
    })
  })

  test('is everything where the first keeps everything, or where that is said', () => {
    expect(keepSecondOf('all', { daily: 3 })).toBeUndefined()
    expect(keepSecondOf(undefined, 'all')).toBeUndefined()
  })

  test.each([
    { first: undefined, said: undefined, why: undefined },
    { first: { daily: 7 }, said: { daily: 7, within: '48h' }, why: undefined },
    { first: 'all', said: 'all', why: undefined },
    { first: { daily: 7 }, said: { daily: 6 }, why: /keepSecond\.daily is less than 7/ },
    { first: { hourly: 24 }, said: { hourly: 23 }, why: /keepSecond\.hourly is less than 24/ },
    { first: { weekly: 5 }, said: { weekly: 4 }, why: /keepSecond\.weekly is less than 5/ },
    { first: { monthly: 5 }, said: { monthly: 4 }, why: /keepSecond\.monthly is less than 5/ },
    { first: { yearly: 5 }, said: { yearly: 4 }, why: /keepSecond\.yearly is less than 5/ },
    { first: { minimum: 5 }, said: { minimum: 4 }, why: /keepSecond\.minimum is less than 5/ },
    { first: { within: '5d' }, said: { within: '4d' }, why: /keepSecond\.within is less/ },
    { first: 'all', said: { daily: 400 }, why: /keep is "all"/ },
  ] as const)('$said behind $first: $why', ({ first, said, why }) => {
    const told = shorterInSecond(first, said)
    if (why) expect(told).toMatch(why)
    else expect(told).toBeUndefined()
  })
})
