import { afterEach, describe, expect, test } from 'vitest'

import type { Candidate } from '../../../lib/rules/keeping/periods'
import type { Keep, Plan, Situation } from '../../../lib/rules/keeping/retention'
import { planRetention, policyWords, usualKeep } from '../../../lib/rules/keeping/retention'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import type { VerdictWord } from '../../../lib/rules/verdict/verdict'

const now = new Date('2026-03-18T12:00:00Z')
const calm: Situation = { now, clockSkewMs: 0, lateWords: undefined }

const copyOf = (id: string, ageMs: number, changes: Partial<Candidate> = {}): Candidate => ({
  id,
  arrivedAt: new Date(now.getTime() - ageMs).toISOString(),
  word: 'passed',
  ...changes,
})

/** One passed copy a day, the newest an hour old; d0 is today's. */
const daily = (count: number, changes: Partial<Candidate> = {}): Candidate[] =>
  Array.from({ length: count }, (_, day) => copyOf(`d${day}`, day * dayMs + hourMs, changes))

/** Keeps one copy and no other, unless a floor of the test's choice does. */
const scant: Keep = {
  hourly: 0,
  daily: 1,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  withinMs: 0,
  minimum: 0,
  mostAtOnce: 0.5,
}

const linesOf = ({ decisions }: Plan): string[] =>
  decisions.map(
    ({ id, keep, isBraked, reasons }) =>
      `${isBraked ? 'held' : keep ? 'keep' : 'go  '} ${id}: ${reasons.join(', ')}`,
  )

/** What becomes of one copy, as it is printed. */
const fateOf = (plan: Plan, id: string): string | undefined =>
  linesOf(plan).find((line) => line.slice(5).startsWith(`${id}: `))

describe('a plan', () => {
  test('has one line for each copy, newest first, with its reasons in words', () => {
    const plan = planRetention(daily(12), { ...usualKeep, daily: 4, weekly: 2 }, calm)
    expect(plan.brake).toBeUndefined()
    expect(plan.notes).toEqual([])
    expect(linesOf(plan)).toMatchInlineSnapshot(`
      [
        "keep d0: daily 1 of 4, weekly 1 of 2, monthly 1 of 12, newest sound copy",
        "keep d1: daily 2 of 4",
        "keep d2: daily 3 of 4",
        "keep d3: daily 4 of 4, weekly 2 of 2",
        "go   d4: no slot: daily, weekly and monthly hold others",
        "go   d5: no slot: daily, weekly and monthly hold others",
        "go   d6: no slot: daily, weekly and monthly hold others",
        "go   d7: no slot: daily, weekly and monthly hold others",
        "go   d8: no slot: daily, weekly and monthly hold others",
        "go   d9: no slot: daily, weekly and monthly hold others",
        "go   d10: no slot: daily, weekly and monthly hold others",
        "keep d11: oldest, in a free monthly slot",
      ]
    `)
  })

  test('is empty when there is nothing', () => {
    expect(planRetention([], usualKeep, calm)).toEqual({
      decisions: [],
      brake: undefined,
      notes: [],
    })
  })

  test('leaves the list that it was given as it was', () => {
    const copies = daily(5).toReversed()
    const before = copies.map(({ id }) => id)
    planRetention(copies, usualKeep, calm)
    expect(copies.map(({ id }) => id)).toEqual(before)
  })

  test('tells copies of one instant apart by id, whichever is listed first', () => {
    const [one, other] = [copyOf('a', hourMs), copyOf('b', hourMs)]
    const expected = [
      'keep b: daily 1 of 1, newest sound copy',
      'go   a: no slot: daily holds others',
    ]
    expect(linesOf(planRetention([one, other], scant, calm))).toEqual(expected)
    expect(linesOf(planRetention([other, one], scant, calm))).toEqual(expected)
  })

  test('follows a policy that can be said in a sentence', () => {
    expect(policyWords(usualKeep)).toMatchInlineSnapshot(
      `"7 daily, 4 weekly and 12 monthly copies, everything of the last 2 days, and never fewer than 3 sound ones"`,
    )
  })
})

describe('what is kept apart', () => {
  test.each([
    { changes: { pinnedBy: 'ada' }, said: 'pinned' },
    { changes: { word: 'pending' }, said: 'waits for its verdict' },
    { changes: { word: 'unverifiable' }, said: 'could not be judged, and is not let go unjudged' },
    { changes: { pinnedBy: 'ada', word: 'failed' }, said: 'pinned' },
  ] as const)('holds no slot: $said', ({ changes, said }) => {
    const copies = [copyOf('old', 9 * dayMs), copyOf('odd', 8 * dayMs, changes), ...daily(2)]
    const plan = planRetention(copies, { ...scant, daily: 3 }, calm)
    expect(fateOf(plan, 'odd')).toBe(`keep odd: ${said}`)
    expect(fateOf(plan, 'old')).toBe('keep old: daily 3 of 3')
  })

  test('a pinned copy counts where the newest are asked for', () => {
    const copies = [copyOf('pin', hourMs, { pinnedBy: 'ada' }), ...daily(2)]
    const plan = planRetention(copies, { ...scant, daily: 0, weekly: 0, minimum: 2 }, calm)
    expect(linesOf(plan)).toEqual([
      'keep pin: pinned',
      'keep d0: one of the 2 newest sound copies',
      'go   d1: no slot: no rule is in use',
    ])
  })

  test('a copy whose address was given out is kept, and takes part in slots', () => {
    const heldUntil = new Date(now.getTime() + 1).toISOString()
    const copies = [
      copyOf('new', hourMs),
      copyOf('held', 2 * hourMs, { heldUntil }),
      copyOf('yesterday', dayMs, { heldUntil }),
      copyOf('bad', 40 * dayMs, { heldUntil, word: 'failed' }),
      copyOf('held once', 50 * dayMs, { heldUntil: now.toISOString() }),
    ]
    expect(linesOf(planRetention(copies, { ...scant, daily: 2 }, calm))).toEqual([
      'keep new: daily 1 of 2, newest sound copy',
      'keep held: its address was given out within the last day',
      'keep yesterday: daily 2 of 2',
      'keep bad: its address was given out within the last day',
      'go   held once: no slot: daily holds others',
    ])
  })
})

describe('a copy from the future', () => {
  test.each([
    { name: 'ten minutes ahead', aheadMs: 10 * minuteMs, isFuture: false },
    { name: 'a little more', aheadMs: 10 * minuteMs + 1, isFuture: true },
  ])('is one that is $name: $isFuture', ({ aheadMs, isFuture }) => {
    const plan = planRetention([copyOf('ahead', -aheadMs), ...daily(1)], scant, calm)
    expect(plan.notes).toEqual(
      isFuture ? ["ahead arrived in the future, by the store's clock."] : [],
    )
    expect(fateOf(plan, 'd0')).toBe(
      isFuture
        ? 'keep d0: daily 1 of 1, newest sound copy'
        : 'go   d0: no slot: daily holds others',
    )
    expect(fateOf(plan, 'ahead')).toBe(
      isFuture
        ? "keep ahead: arrived in the future, by the store's clock"
        : 'keep ahead: daily 1 of 1, newest sound copy',
    )
  })

  test('is no younger than nothing when no span is kept', () => {
    const plan = planRetention([copyOf('b', -5 * minuteMs), copyOf('a', -minuteMs)], scant, calm)
    expect(fateOf(plan, 'a')).toBe('go   a: no slot: daily holds others')
  })

  test('is also one whose time cannot be read, and it disturbs no other', () => {
    const unread = copyOf('unread', 0, { arrivedAt: 'whenever' })
    const plan = planRetention([...daily(20), unread], usualKeep, calm)
    const without = planRetention(daily(20), usualKeep, calm)
    expect(plan.decisions.filter(({ id }) => id !== 'unread')).toEqual(without.decisions)
    expect(fateOf(plan, 'unread')).toMatch(/^keep unread: arrived in the future/)
    expect(plan.notes).toHaveLength(1)
  })

  test('is every one while the store’s own time cannot be read', () => {
    const plan = planRetention(daily(20), scant, { ...calm, now: new Date(Number.NaN) })
    expect(plan.decisions.every(({ keep }) => keep)).toBe(true)
  })

  test('sets no brake and waits for no verdict of the others', () => {
    const future = copyOf('future', -400 * dayMs, { word: 'pending' })
    const plan = planRetention([future, ...daily(2)], scant, calm)
    expect(plan.brake).toBeUndefined()
    expect(fateOf(plan, 'd1')).toBe('go   d1: no slot: daily holds others')
  })
})

describe('floors', () => {
  const bare: Keep = { ...scant, daily: 0 }

  test('hold the newest sound copy, the newest passed one, and so many of each', () => {
    const copies = [
      copyOf('w1', hourMs, { word: 'warned' }),
      copyOf('a1', 2 * hourMs, { word: 'accepted' }),
      copyOf('w2', 3 * hourMs, { word: 'warned' }),
      copyOf('p1', 4 * hourMs),
      copyOf('p2', 5 * hourMs),
      copyOf('p3', 6 * hourMs),
    ]
    expect(linesOf(planRetention(copies, { ...bare, minimum: 2 }, calm))).toEqual([
      'keep w1: newest sound copy',
      'keep a1: one of the 2 newest sound copies',
      'go   w2: no slot: no rule is in use',
      'keep p1: newest passed copy',
      'keep p2: one of the 2 newest passed copies',
      'go   p3: no slot: no rule is in use',
    ])
  })

  test('hold the newest copy even when it failed long ago', () => {
    const copies = [copyOf('bad', 31 * dayMs, { word: 'failed' }), copyOf('good', 32 * dayMs)]
    expect(linesOf(planRetention(copies, bare, calm))).toEqual([
      'keep bad: newest copy',
      'keep good: newest sound copy',
    ])
  })

  test.each([
    { name: 'a little younger', ageMs: 48 * hourMs - 1, fate: 'keep x: younger than 2 days' },
    { name: 'exactly as old', ageMs: 48 * hourMs, fate: 'go   x: no slot: no rule is in use' },
    { name: 'a little older', ageMs: 48 * hourMs + 1, fate: 'go   x: no slot: no rule is in use' },
  ])('hold what is younger than two days: $name', ({ ageMs, fate }) => {
    const plan = planRetention(
      [copyOf('x', ageMs), ...daily(1)],
      { ...bare, withinMs: 48 * hourMs },
      calm,
    )
    expect(fateOf(plan, 'x')).toBe(fate)
  })

  test('are not told of a copy that holds a slot, but for the newest sound one', () => {
    const plan = planRetention(daily(2), { ...usualKeep, minimum: 2 }, calm)
    expect(linesOf(plan)).toEqual([
      'keep d0: daily 1 of 7, weekly 1 of 4, monthly 1 of 12, newest sound copy',
      'keep d1: daily 2 of 7',
    ])
  })
})

describe('copies that are not what is expected', () => {
  const unmet = (id: string, ageMs: number) => copyOf(id, ageMs, { word: 'unmet' })

  test('are counted apart by the same rule: neither pushes the other out', () => {
    const copies = [
      unmet('u0', hourMs),
      unmet('u0b', 2 * hourMs),
      unmet('u1', dayMs + hourMs),
      unmet('u2', 2 * dayMs + hourMs),
      ...daily(6).slice(3),
    ]
    expect(linesOf(planRetention(copies, { ...scant, daily: 2 }, calm))).toMatchInlineSnapshot(`
      [
        "keep u0: daily 1 of 2 of those unmet",
        "go   u0b: no slot: daily holds others",
        "keep u1: daily 2 of 2 of those unmet",
        "go   u2: no slot: daily holds others",
        "keep d3: daily 1 of 2, newest sound copy",
        "keep d4: daily 2 of 2",
        "go   d5: no slot: daily holds others",
      ]
    `)
  })

  test('hold the newest of them, by whatever policy', () => {
    const copies = [
      copyOf('bad', minuteMs * 30, { word: 'failed' }),
      unmet('u', hourMs),
      ...daily(1),
    ]
    expect(fateOf(planRetention(copies, { ...scant, daily: 0 }, calm), 'u')).toBe(
      'keep u: newest whole copy, whatever is expected of it',
    )
  })

  test('are no sound ones: where there are no others, nothing is let go', () => {
    const copies = [unmet('u', hourMs), unmet('v', 2 * hourMs)]
    const plan = planRetention(copies, { ...scant, daily: 0 }, calm)
    expect(plan.brake).toBe('Nothing is deleted: no copy is sound.')
    expect(fateOf(plan, 'v')).toBe('held v: no slot: no rule is in use')
  })
})

describe('what a newer build has written', () => {
  test('is kept where its verdict has a word of its own', () => {
    const copies = [...daily(2), copyOf('odd', 3 * dayMs, { word: 'wobbly' })]
    const plan = planRetention(copies, scant, calm)
    expect(fateOf(plan, 'odd')).toBe('keep odd: its verdict, wobbly, is of a newer build')
    expect(plan.brake).toBeUndefined()
  })

  test('sets a brake where it is the newest copy, or cannot be read at all', () => {
    const odd = copyOf('odd', minuteMs, { word: 'wobbly' })
    expect(planRetention([odd, ...daily(2)], scant, calm).brake).toBe(
      'Nothing is deleted: the newest copy, odd, has a verdict of a newer build.',
    )
    const brakeFor = (newer?: number) =>
      planRetention(daily(2), scant, { ...calm, ...(newer === undefined ? {} : { newer }) }).brake
    expect(brakeFor()).toBeUndefined()
    expect(brakeFor(0)).toBeUndefined()
    expect(brakeFor(1)).toMatchInlineSnapshot(
      `"Nothing is deleted: 1 entry of a newer Snapproof cannot be read; deploy that one."`,
    )
    expect(brakeFor(2)).toMatch(/2 entries of a newer Snapproof/)
  })
})

describe('failed copies', () => {
  const failed = (count: number, ageMs: number): Candidate[] =>
    Array.from({ length: count }, (_, index) =>
      copyOf(`f${index + 1}`, ageMs + index * hourMs, { word: 'failed' }),
    )

  test('are kept for a look, the newest five', () => {
    const plan = planRetention([...daily(1), ...failed(6, 3 * dayMs)], usualKeep, calm)
    expect(linesOf(plan).slice(1)).toEqual([
      'keep f1: failed, 1 of 5 kept for a look',
      'keep f2: failed, 2 of 5 kept for a look',
      'keep f3: failed, 3 of 5 kept for a look',
      'keep f4: failed, 4 of 5 kept for a look',
      'keep f5: failed, 5 of 5 kept for a look',
      'go   f6: failed, and five newer ones are kept',
    ])
  })

  test('are all kept while they are young', () => {
    const plan = planRetention([...daily(1), ...failed(6, 2 * hourMs)], usualKeep, calm)
    expect(fateOf(plan, 'f6')).toBe('keep f6: younger than 2 days')
  })

  test.each([
    { name: 'exactly 30 days', ageMs: 30 * dayMs, fate: 'keep f1: failed, 1 of 5 kept for a look' },
    { name: 'more', ageMs: 30 * dayMs + 1, fate: 'go   f1: failed, and more than 30 days old' },
  ])('are let go after a month: $name', ({ ageMs, fate }) => {
    expect(fateOf(planRetention([...daily(1), ...failed(1, ageMs)], usualKeep, calm), 'f1')).toBe(
      fate,
    )
  })

  test('do not count a pinned one among the five', () => {
    const [first, ...rest] = failed(6, 3 * dayMs)
    const pinned = first ? [{ ...first, pinnedBy: 'ada' }] : []
    const plan = planRetention([...daily(1), ...pinned, ...rest], usualKeep, calm)
    expect(fateOf(plan, 'f6')).toBe('keep f6: failed, 5 of 5 kept for a look')
  })
})

describe('a copy that waits for its verdict', () => {
  test('holds all that is older, and nothing that is newer', () => {
    const copies = [
      copyOf('new', hourMs),
      copyOf('new2', 2 * hourMs),
      copyOf('waits', 3 * hourMs, { word: 'pending' }),
      copyOf('old', 4 * hourMs),
      copyOf('bad', 40 * dayMs, { word: 'failed' }),
    ]
    const plan = planRetention(copies, scant, calm)
    expect(plan.brake).toBeUndefined()
    expect(linesOf(plan)).toMatchInlineSnapshot(`
      [
        "keep new: daily 1 of 1, newest sound copy",
        "go   new2: no slot: daily holds others",
        "keep waits: waits for its verdict",
        "keep old: would be let go (no slot: daily holds others), but a newer copy waits for its verdict",
        "keep bad: would be let go (failed, and more than 30 days old), but a newer copy waits for its verdict",
      ]
    `)
  })
})

describe('a newest copy that waits', () => {
  test('holds all that came before it, and says so of each', () => {
    const plan = planRetention(
      [copyOf('waits', minuteMs, { word: 'pending' }), ...daily(2)],
      scant,
      calm,
    )
    expect(linesOf(plan)).toEqual([
      'keep waits: waits for its verdict',
      'keep d0: daily 1 of 1, newest sound copy',
      'keep d1: would be let go (no slot: daily holds others), but a newer copy waits for its verdict',
    ])
  })
})

describe('two copies that wait', () => {
  test('hold what is between them too', () => {
    const copies = [
      copyOf('new', hourMs),
      copyOf('waits', 2 * hourMs, { word: 'pending' }),
      copyOf('between', 3 * hourMs),
      copyOf('waits too', 4 * hourMs, { word: 'pending' }),
    ]
    expect(planRetention(copies, scant, calm).decisions.every(({ keep }) => keep)).toBe(true)
  })
})

describe('the brake', () => {
  const brakeOf = (copies: Candidate[], situation: Partial<Situation> = {}, keep = scant) =>
    planRetention(copies, keep, { ...calm, ...situation })

  test('holds all while the database is late, and says what would have been', () => {
    const plan = brakeOf(daily(2), { lateWords: 'a copy was due 9 h ago' })
    expect(plan.brake).toMatchInlineSnapshot(
      `"Nothing is deleted while the database is late: a copy was due 9 h ago."`,
    )
    expect(linesOf(plan)).toMatchInlineSnapshot(`
      [
        "keep d0: daily 1 of 1, newest sound copy",
        "held d1: no slot: daily holds others",
      ]
    `)
  })

  test('counts as many at once what goes newly, and not what waits for its day', () => {
    const copies = daily(30)
    expect(brakeOf(copies).brake).toMatch(/delete 29 of 30 copies/)
    expect(brakeOf(copies, { leaving: 10 }).brake).toMatch(/delete 19 of 30 copies/)
    expect(brakeOf(copies, { leaving: 14 }).brake).toBeUndefined()
    const others = new Set(['x', ...copies.slice(16).map(({ id }) => id)])
    expect(brakeOf(copies, { leaving: others }).brake).toBeUndefined()
    const kept = new Set(Array.from({ length: 29 }, (_, place) => `kept ${place}`))
    expect(brakeOf(copies, { leaving: kept }).brake).toMatch(/delete 29 of 30 copies/)
  })

  test('holds all when no copy is sound, if there is anything to hold', () => {
    const unjudged = copyOf('a', hourMs, { word: 'unverifiable' })
    const old = copyOf('b', 31 * dayMs, { word: 'failed' })
    const future = copyOf('c', -dayMs)
    expect(brakeOf([unjudged, old]).brake).toBe('Nothing is deleted: no copy is sound.')
    expect(brakeOf([unjudged, old, future]).brake).toBe('Nothing is deleted: no copy is sound.')
    expect(fateOf(brakeOf([unjudged, old]), 'b')).toBe('held b: failed, and more than 30 days old')
  })

  test.each([
    { word: 'passed', doubt: undefined },
    { word: 'warned', doubt: undefined },
    { word: 'accepted', doubt: undefined },
    { word: 'unmet', doubt: undefined },
    { word: 'failed', doubt: 'failed' },
    { word: 'unverifiable', doubt: 'could not be judged' },
    { word: 'pending', doubt: 'waits for its verdict' },
  ] satisfies { word: VerdictWord; doubt: string | undefined }[])(
    'asks of the newest copy that it is whole: $word',
    ({ word, doubt }) => {
      const plan = brakeOf([copyOf('newest', minuteMs, { word }), ...daily(2)])
      expect(plan.brake).toBe(doubt && `Nothing is deleted: the newest copy, newest, ${doubt}.`)
      expect(plan.decisions.some(({ keep }) => !keep)).toBe(doubt === undefined)
    },
  )

  test.each([
    { skewMs: 10 * minuteMs, braked: false },
    { skewMs: -10 * minuteMs, braked: false },
    { skewMs: 10 * minuteMs + 1, braked: true },
    { skewMs: -10 * minuteMs - 1, braked: true },
    { skewMs: Number.NaN, braked: true },
  ])('holds all when the clocks are $skewMs ms apart: $braked', ({ skewMs, braked }) => {
    expect(brakeOf(daily(2), { clockSkewMs: skewMs }).brake !== undefined).toBe(braked)
  })

  test('says how far the clocks are apart', () => {
    expect(brakeOf(daily(2), { clockSkewMs: -3 * hourMs }).brake).toMatchInlineSnapshot(
      `"Nothing is deleted: our clock and the store's are 3 hours apart."`,
    )
  })

  test.each([
    { name: 'ten of eleven', all: 11, mostAtOnce: 0.5, braked: false },
    { name: 'eleven of twelve', all: 12, mostAtOnce: 0.5, braked: true },
    {
      name: 'eleven of twelve, of which so many may go',
      all: 12,
      mostAtOnce: 11 / 12,
      braked: false,
    },
    {
      name: 'eleven of twelve, of which one less may go',
      all: 12,
      mostAtOnce: 10.9 / 12,
      braked: true,
    },
  ])('holds all when a plan lets go of many: $name', ({ all, mostAtOnce, braked }) => {
    const plan = brakeOf(daily(all), {}, { ...scant, mostAtOnce })
    expect(plan.brake !== undefined).toBe(braked)
    expect(plan.decisions.filter(({ keep }) => !keep)).toHaveLength(braked ? 0 : all - 1)
  })

  test('counts every copy there is, those of the future too', () => {
    const future = Array.from({ length: 10 }, (_, index) => copyOf(`f${index}`, -9 * dayMs))
    expect(brakeOf([...daily(12), ...future]).brake).toBeUndefined()
    expect(brakeOf([...daily(12), ...future.slice(0, 9)]).brake).toMatch(/11 of 21 copies/)
  })

  test('lets a person lift it who has looked at the many, and lifts nothing else', () => {
    const copies = daily(40)
    expect(brakeOf(copies).brake).toMatchInlineSnapshot(
      `"Nothing is deleted: the plan would delete 39 of 40 copies, more than 50 % at once."`,
    )
    const lifted = { mayLetGoOfMany: true }
    const plan = planRetention(copies, scant, calm, lifted)
    expect(plan.brake).toBeUndefined()
    expect(plan.decisions.filter(({ keep }) => !keep)).toHaveLength(39)
    const late = { ...calm, lateWords: 'a copy was due 9 h ago' }
    expect(planRetention(copies, scant, late, lifted).brake).toBeDefined()
  })

  test('is not set by an ordinary day of 24 copies', () => {
    const twoDays = Array.from({ length: 48 }, (_, hour) => copyOf(`h${hour}`, hour * hourMs))
    const third = Array.from({ length: 24 }, (_, hour) => copyOf(`t${hour}`, (48 + hour) * hourMs))
    const plan = planRetention([...twoDays, ...third], usualKeep, calm)
    expect(plan.brake).toBeUndefined()
    expect(plan.decisions.filter(({ keep }) => !keep).length).toBeGreaterThan(20)
  })
})

describe('the zone of the machine', () => {
  const { TZ } = process.env

  afterEach(() => {
    if (TZ === undefined) delete process.env['TZ']
    else process.env['TZ'] = TZ
  })

  test('changes nothing, on days when clocks are changed too', () => {
    // Every two hours, over a new year and the change of clocks in America.
    const copies = Array.from({ length: 12 * 120 }, (_, index) =>
      copyOf(`c${index}`, index * 2 * hourMs),
    )
    const keep = { ...usualKeep, daily: 90, weekly: 20, yearly: 2 }
    const offsets = new Set<number>()
    const plans = ['UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Kiritimati'].map((zone) => {
      process.env['TZ'] = zone
      offsets.add(now.getTimezoneOffset())
      return linesOf(planRetention(copies, keep, calm))
    })
    expect(offsets.size).toBe(4)
    for (const plan of plans) expect(plan).toEqual(plans[0])
  })
})
