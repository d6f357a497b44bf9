import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { timeOf } from '../../../lib/rules/keeping/periods'
import type { Candidate } from '../../../lib/rules/keeping/periods'
import type { Decision, Keep, Plan, Situation } from '../../../lib/rules/keeping/retention'
import { planRetention, usualKeep } from '../../../lib/rules/keeping/retention'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { isSound, isWhole, words } from '../../../lib/rules/verdict/verdict'
import type { VerdictWord } from '../../../lib/rules/verdict/verdict'
import { casesOf, isThorough } from '../../cases'
import { resticKeeps } from '../../fixtures/restic-oracle'

/**
 * A failure prints its seed, and SNAPPROOF_SEED runs it again. SNAPPROOF_CASES=20 runs ten times as
 * many cases as CI does; give it --testTimeout 600000.
 */
const seed = Number(process.env['SNAPPROOF_SEED'] ?? Date.now() % 1e9)
const cases = (count: number) => ({
  seed,
  numRuns: Math.ceil(casesOf(count) / (isThorough ? 1 : 2)),
})

const lifted = { mayLetGoOfMany: true }

const plain = { isPinned: false, isHeld: false }
const calmAt = (now: Date): Situation => ({ now, clockSkewMs: 0, lateWords: undefined })
const keptIds = ({ decisions }: Plan): string[] =>
  decisions.filter(({ keep }) => keep).map(({ id }) => id)

const survivors = (copies: readonly Candidate[], plan: Plan): Candidate[] => {
  const kept = new Set(keptIds(plan))
  return copies.filter(({ id }) => kept.has(id))
}

/** The reasons that are slots of sound copies; floors, pins, those unmet and the like aside. */
const slotsOf = ({ reasons }: Decision): string[] =>
  reasons.filter((reason) =>
    /^(hourly|daily|weekly|monthly|yearly) \d+ of \d+$|^oldest.*slot$/.test(reason),
  )

const unmetSlotsOf = ({ reasons }: Decision): string[] =>
  reasons.filter((reason) => reason.endsWith(' of those unmet'))

const slotted = ({ decisions }: Plan): string[] =>
  decisions.filter((one) => slotsOf(one).length > 0).map(({ id }) => id)

/** Gaps between one copy and the next: of a busy day, of every day, of weeks of silence. */
const gapMs = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 6 * hourMs }) },
  { weight: 1, arbitrary: fc.constantFrom(0, hourMs, 12 * hourMs) },
  { weight: 5, arbitrary: fc.integer({ min: 12 * hourMs, max: 36 * hourMs }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 * dayMs }) },
)

const now = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2032, 0) }).map((ms) => new Date(ms))

const policy: fc.Arbitrary<Keep> = fc.oneof(
  fc.constant(usualKeep),
  fc.record({
    hourly: fc.oneof(fc.constant(0), fc.nat(30)),
    daily: fc.nat(10),
    weekly: fc.nat(6),
    monthly: fc.nat(14),
    yearly: fc.nat(4),
    withinMs: fc.constantFrom(0, hourMs, 2 * dayMs, 9 * dayMs),
    minimum: fc.nat(5),
    mostAtOnce: fc.constantFrom(0.1, 0.5, 0.9),
  }),
)

type Shape = { gapMs: number; word: VerdictWord; isPinned: boolean; isHeld: boolean }

const shapeOf = (some: readonly VerdictWord[]): fc.Arbitrary<Shape> =>
  fc.record({
    gapMs,
    word: fc.constantFrom(...some),
    isPinned: fc.nat(15).map((chance) => chance === 0),
    isHeld: fc.nat(15).map((chance) => chance === 0),
  })

/** Copies that end at `to`, the newest first; ids say nothing of the order. */
const copiesUntil = (to: Date, shapes: readonly Shape[]): Candidate[] => {
  let ms = to.getTime()
  return shapes.map(({ gapMs: gap, word, isPinned, isHeld }, index) => {
    ms -= gap
    return {
      id: `c${(index * 7919) % 10_007}`,
      arrivedAt: new Date(ms).toISOString(),
      word,
      pinnedBy: isPinned ? 'ada' : undefined,
      heldUntil: isHeld ? '9999-12-31T00:00:00.000Z' : undefined,
    }
  })
}

type History = { copies: Candidate[]; keep: Keep; now: Date }

/** Mostly sound, with some of every word; in half of them the newest is passed: then no brake. */
const history: fc.Arbitrary<History> = fc
  .record({
    keep: policy,
    now,
    shapes: fc.array(shapeOf(['passed', 'passed', 'passed', 'warned', ...words]), {
      maxLength: 60,
      size: 'max',
    }),
    isCalm: fc.boolean(),
  })
  .map(({ shapes, isCalm, ...rest }) => {
    const newest: Shape = { gapMs: 0, word: 'passed', ...plain }
    return { ...rest, copies: copiesUntil(rest.now, isCalm ? [newest, ...shapes] : shapes) }
  })

const planned = ({ copies, keep, now: at }: History): Plan =>
  planRetention(copies, keep, calmAt(at), lifted)

describe(`for any history (seed ${seed})`, () => {
  const holds = (count: number, law: (given: History) => void) =>
    fc.assert(fc.property(history, law), cases(count))

  test('every copy is named once, newest first, with a reason', () => {
    holds(2000, (given) => {
      const { decisions } = planned(given)
      const arrivals = new Map(given.copies.map((copy) => [copy.id, timeOf(copy)]))
      const told = decisions.map(({ id }) => arrivals.get(id) ?? Number.NaN)
      expect(told).toEqual([...arrivals.values()].toSorted((one, other) => other - one))
      expect(new Set(decisions.map(({ id }) => id)).size).toBe(given.copies.length)
      expect(decisions.every(({ reasons }) => reasons.length > 0 && !reasons.includes(''))).toBe(
        true,
      )
    })
  })

  test('what is kept is kept when it is planned again', () => {
    holds(2000, (given) => {
      const left = survivors(given.copies, planned(given))
      expect(keptIds(planned({ ...given, copies: left }))).toHaveLength(left.length)
    })
  })

  test('the order of the listing changes nothing', () => {
    const shuffled = history.chain((given) =>
      fc.record({
        given: fc.constant(given),
        other: fc.shuffledSubarray(given.copies, { minLength: given.copies.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ given, other }) => {
        expect(planned({ ...given, copies: other })).toEqual(planned(given))
      }),
      cases(2000),
    )
  })

  test('the newest sound, the newest passed and the least that was asked for are kept', () => {
    holds(2000, (given) => {
      const left = survivors(given.copies, planned(given))
      for (const counts of [isSound, (word: string) => word === 'passed']) {
        const before = given.copies.filter(({ word }) => counts(word))
        const after = left.filter(({ word }) => counts(word))
        const least = Math.max(1, given.keep.minimum)
        const instants = (copies: readonly Candidate[]) => copies.slice(0, least).map(timeOf)
        expect(instants(after)).toEqual(instants(before))
      }
    })
  })

  test('the newest whole copy is kept, whatever is expected of it', () => {
    holds(2000, (given) => {
      const wholeIn = (copies: readonly Candidate[]) => copies.find(({ word }) => isWhole(word))
      const newest = wholeIn(given.copies.toSorted((one, other) => timeOf(other) - timeOf(one)))
      const left = survivors(given.copies, planned(given))
      expect(wholeIn(left)?.arrivedAt).toEqual(newest?.arrivedAt)
    })
  })

  test('the slots are as many as the policy has, the oldest included, and so are those unmet', () => {
    holds(2000, (given) => {
      const { hourly, daily, weekly, monthly, yearly } = given.keep
      const plan = planned(given)
      const most = hourly + daily + weekly + monthly + yearly
      expect(slotted(plan).length).toBeLessThanOrEqual(most)
      const unmet = plan.decisions.filter((one) => unmetSlotsOf(one).length > 0)
      expect(unmet.length).toBeLessThanOrEqual(most)
    })
  })

  /** Some of one word among the others, at any time that there is. */
  const more = (...some: VerdictWord[]) =>
    fc.array(
      fc.record({
        agoMs: fc.integer({ min: 0, max: 900 * dayMs }),
        word: fc.constantFrom(...some),
      }),
      {
        maxLength: 40,
      },
    )
  const addedTo = (
    { copies, now: at }: History,
    added: readonly { agoMs: number; word: VerdictWord }[],
  ): Candidate[] => [
    ...copies,
    ...added.map(({ agoMs, word }, nth) => ({
      id: `added${nth}`,
      arrivedAt: new Date(at.getTime() - agoMs).toISOString(),
      word,
    })),
  ]

  test('copies that are not what is expected push out no sound one, however many they are', () => {
    fc.assert(
      fc.property(history, more('unmet'), (given, added) => {
        // What waits holds whatever is older, and a brake holds all: neither has to do with these.
        const copies = given.copies.filter(({ word }) => word !== 'pending')
        const soundIn = (plan: Plan) => {
          const sound = new Set(copies.filter(({ word }) => isSound(word)).map(({ id }) => id))
          return keptIds(plan).filter((id) => sound.has(id))
        }
        const alone = planned({ ...given, copies })
        const beside = planned({ ...given, copies: addedTo({ ...given, copies }, added) })
        if (!alone.brake && !beside.brake) expect(soundIn(beside)).toEqual(soundIn(alone))
      }),
      cases(2000),
    )
  })

  test('sound copies push out none that are not what is expected, but for the newest of all', () => {
    fc.assert(
      fc.property(history, more('passed', 'warned', 'accepted'), (given, added) => {
        const copies = given.copies.filter(({ word }) => word !== 'pending')
        const unmetIn = ({ decisions }: Plan) =>
          decisions.flatMap((one) =>
            unmetSlotsOf(one).length > 0 ? [[one.id, unmetSlotsOf(one)]] : [],
          )
        const alone = planned({ ...given, copies })
        const beside = planned({ ...given, copies: addedTo({ ...given, copies }, added) })
        if (alone.brake || beside.brake) return
        expect(unmetIn(beside)).toEqual(unmetIn(alone))
        const [newest] = alone.decisions
        const kept = new Set(keptIds(beside))
        const unmet = copies.filter(({ word }) => word === 'unmet').map(({ id }) => id)
        const firm = keptIds(alone).filter((id) => unmet.includes(id) && id !== newest?.id)
        const whole = copies.toSorted((one, other) => timeOf(other) - timeOf(one))
        const floor = whole.find(({ word }) => isWhole(word))?.arrivedAt
        const atFloor = copies.filter(({ arrivedAt }) => arrivedAt === floor)
        const named = new Set(atFloor.map(({ id }) => id))
        for (const id of firm) expect(kept.has(id) || named.has(id)).toBe(true)
      }),
      cases(2000),
    )
  })

  test('a newest copy that is unmet or accepted sets no brake', () => {
    fc.assert(
      fc.property(history, fc.constantFrom('unmet', 'accepted'), (given, word) => {
        const newest = { id: 'newest', arrivedAt: given.now.toISOString(), word }
        const sound = { ...newest, id: 'sound', word: 'passed' }
        const { brake } = planned({ ...given, copies: [newest, sound, ...given.copies] })
        expect(brake).toBeUndefined()
      }),
      cases(2000),
    )
  })

  test('only sound copies that are not pinned hold slots, and no other changes who does', () => {
    const ahead = fc.array(fc.integer({ min: 601_000, max: 900 * dayMs }), { maxLength: 3 })
    fc.assert(
      fc.property(history, ahead, (given, aheadMs) => {
        const future = aheadMs.map((ms, index) => ({
          id: `future${index}`,
          arrivedAt: new Date(given.now.getTime() + ms).toISOString(),
          word: 'passed' as const,
        }))
        const sound = given.copies.filter(
          ({ word, pinnedBy }) => isSound(word) && pinnedBy === undefined,
        )
        const all = planned({ ...given, copies: [...given.copies, ...future] })
        const alone = planned({ ...given, copies: sound })
        const slotsIn = ({ decisions }: Plan) =>
          decisions.flatMap((one) => (slotsOf(one).length > 0 ? [[one.id, slotsOf(one)]] : []))
        expect(slotsIn(all)).toEqual(slotsIn(alone))
      }),
      cases(2000),
    )
  })

  test('hiding copies from the plan lets go of no other that holds a slot or a floor', () => {
    const hidden = history.chain((given) =>
      fc.record({ given: fc.constant(given), seen: fc.subarray(given.copies) }),
    )
    fc.assert(
      fc.property(hidden, ({ given, seen }) => {
        const whole = planned(given).decisions.filter(({ keep }) => keep)
        const firm = whole.filter(
          ({ reasons, isBraked }) => !isBraked && !reasons[0]?.startsWith('would be let go'),
        )
        const partly = new Set(keptIds(planned({ ...given, copies: seen })))
        const seenIds = new Set(seen.map(({ id }) => id))
        for (const { id } of firm) expect(partly.has(id) || !seenIds.has(id)).toBe(true)
      }),
      cases(2000),
    )
  })

  test('days without a copy cost no slot', () => {
    fc.assert(
      fc.property(history, fc.nat(400), (given, days) => {
        const later = new Date(given.now.getTime() + days * dayMs)
        const before = planned(given)
        const left = survivors(given.copies, before)
        expect(slotted(planned({ ...given, copies: left, now: later }))).toEqual(slotted(before))
      }),
      cases(2000),
    )
  })

  test('a brake lets nothing go, and without a brake only what has no reason to stay', () => {
    const situation = fc.record({
      clockSkewMs: fc.constantFrom(0, 0, 900_000, -900_000),
      lateWords: fc.constantFrom(undefined, undefined, 'a copy was due 9 h ago'),
    })
    const braked = { yes: 0, no: 0 }
    fc.assert(
      fc.property(history, situation, (given, said) => {
        const plan = planRetention(given.copies, given.keep, { now: given.now, ...said })
        braked[plan.brake ? 'yes' : 'no'] += 1
        if (plan.brake) expect(keptIds(plan)).toHaveLength(given.copies.length)
        for (const { keep, reasons } of plan.decisions) {
          if (!keep) expect(reasons.join()).toMatch(/^(no slot: |failed, and )/)
        }
      }),
      cases(2000),
    )
    expect(Math.min(braked.yes, braked.no)).toBeGreaterThan(isThorough ? 200 : 15)
  })
})

/** Some sixty sound copies, of which a policy keeps few, and what the plan of the day before let go of. */
const twoDays = fc.record({
  keep: policy.map((keep): Keep => ({ ...keep, withinMs: 0, hourly: 0 })),
  now,
  copies: fc.integer({ min: 12, max: 60 }),
  leaving: fc.subarray(Array.from({ length: 60 }, (_, place) => place)),
})

test(`a plan that is another than the day before, in more than its share, is braked (seed ${seed})`, () => {
  const counted = { braked: 0, calm: 0 }
  fc.assert(
    fc.property(twoDays, ({ keep, now: at, copies: count, leaving: places }) => {
      const shapes = Array.from({ length: count }, (): Shape => ({
        gapMs: 20 * hourMs,
        word: 'passed',
        ...plain,
      }))
      const copies = copiesUntil(at, shapes)
      const leaving = new Set(places.flatMap((place) => copies[place]?.id ?? []))
      const going = planned({ copies, keep, now: at }).decisions.filter((one) => !one.keep)
      const anew = going.filter(({ id }) => !leaving.has(id)).length
      const isOther = anew > 10 && anew > keep.mostAtOnce * count
      const { brake = '' } = planRetention(copies, keep, { ...calmAt(at), leaving })
      counted[isOther ? 'braked' : 'calm'] += 1
      expect(brake.endsWith(' at once.')).toBe(isOther)
    }),
    cases(2000),
  )
  expect(Math.min(counted.braked, counted.calm)).toBeGreaterThan(isThorough ? 100 : 5)
})

describe(`day after day (seed ${seed})`, () => {
  /** About 450 days, with several copies on some and none on others. */
  const years = fc.record({
    keep: policy,
    now,
    shapes: fc.array(shapeOf(['passed', 'passed', 'warned']), {
      minLength: 300,
      maxLength: 450,
      size: 'max',
    }),
    pruneEvery: fc.constantFrom(1, 1, 2, 7),
  })

  test('pruning all along leaves what pruning once at the end leaves', () => {
    fc.assert(
      fc.property(years, ({ keep, now: end, shapes, pruneEvery }) => {
        const arriving = copiesUntil(end, shapes).toReversed()
        let stored: Candidate[] = []
        for (const [index, copy] of arriving.entries()) {
          stored.push(copy)
          if (index % pruneEvery !== 0) continue
          stored = survivors(
            stored,
            planRetention(stored, keep, calmAt(new Date(copy.arrivedAt)), lifted),
          )
        }
        const inTheEnd = (copies: Candidate[]) => keptIds(planned({ copies, keep, now: end }))
        expect(inTheEnd(stored)).toEqual(inTheEnd(arriving))
      }),
      cases(150),
    )
  })
})

describe(`beside restic's forget (seed ${seed})`, () => {
  test('the survivors of passed copies are the same when nothing but slots counts', () => {
    const given = fc.record({
      now,
      shapes: fc.array(shapeOf(['passed']), { maxLength: 120, size: 'max' }),
      keep: policy.filter(
        ({ hourly, daily, weekly, monthly, yearly }) =>
          hourly + daily + weekly + monthly + yearly > 0,
      ),
    })
    fc.assert(
      fc.property(given, ({ now: at, shapes, keep }) => {
        const copies = copiesUntil(
          at,
          shapes.map((shape) => ({ ...shape, ...plain })),
        )
        const bare = { ...keep, withinMs: 0, minimum: 0 }
        const ours = keptIds(planned({ copies, keep: bare, now: at }))
        expect(new Set(ours)).toEqual(resticKeeps(copies, keep))
      }),
      cases(2000),
    )
  })
})

describe('500 days until Wednesday, 18 March 2026', () => {
  const end = new Date('2026-03-18T12:00:00Z')
  const every = (spanMs: number, count: number): Candidate[] =>
    Array.from({ length: count }, (_, index) => ({
      id: `c${String(index).padStart(5, '0')}`,
      arrivedAt: new Date(end.getTime() - index * spanMs).toISOString(),
      word: 'passed' as const,
    }))
  const agesInDays = (copies: readonly Candidate[], ids: readonly string[]): number[] =>
    copies
      .filter(({ id }) => ids.includes(id))
      .map((copy) => Math.floor((end.getTime() - timeOf(copy)) / dayMs))

  const once = every(dayMs, 500)
  const plan = planned({ copies: once, keep: usualKeep, now: end })

  test('one a day leaves 20, the oldest of 322 days', () => {
    const ages = agesInDays(once, keptIds(plan))
    expect(ages).toHaveLength(20)
    expect(Math.max(...ages)).toBe(322)
    expect(new Set(keptIds(plan))).toEqual(resticKeeps(once, usualKeep))
  })

  test('24 a day leave the same 20 days, and the last two days whole', () => {
    const hourly = every(hourMs, 500 * 24)
    const full = planned({ copies: hourly, keep: usualKeep, now: end })
    const daysOf = (copies: readonly Candidate[], some: Plan) => {
      const ids = new Set(slotted(some))
      const slotCopies = copies.filter(({ id }) => ids.has(id))
      return slotCopies.map((copy) => Math.floor(timeOf(copy) / dayMs))
    }
    expect(daysOf(hourly, full)).toHaveLength(20)
    expect(daysOf(hourly, full)).toEqual(daysOf(once, plan))
    // Three of the 48 hold slots: the newest of today, of yesterday, and of the day before.
    expect(keptIds(full)).toHaveLength(20 + 48 - 3)
  })

  test('one more that is dated 2027 changes nothing', () => {
    const future = {
      id: 'future',
      arrivedAt: '2027-01-01T00:00:00.000Z',
      word: 'passed' as const,
    }
    const more = planned({ copies: [...once, future], keep: usualKeep, now: end })
    expect(more.brake).toBeUndefined()
    expect(more.decisions.filter(({ id }) => id !== 'future')).toEqual(plan.decisions)
  })

  test('the many that a first pruning lets go of wait for a person', () => {
    expect(planRetention(once, usualKeep, calmAt(end)).brake).toMatch(/480 of 500 copies/)
  })
})

describe('a thief who adds sound copies', () => {
  type Case = { keep: Keep; older: Candidate[]; perDay: number; days: number; from: Date }

  /** Retention every night, and copies of his through each day: those from before that are left. */
  const leftOf = ({ keep, older, perDay, days, from }: Case): string[] => {
    let copies: readonly Candidate[] = older
    for (let day = 1; day <= days; day += 1) {
      const at = new Date(from.getTime() + day * dayMs)
      const added = Array.from({ length: perDay }, (_, index): Candidate => ({
        id: `x${day}-${index}`,
        arrivedAt: new Date(at.getTime() - (index * dayMs) / perDay).toISOString(),
        word: 'passed',
        pinnedBy: undefined,
        heldUntil: undefined,
      }))
      const all = added.concat(copies)
      copies = survivors(all, planRetention(all, keep, calmAt(at), lifted))
    }
    const ids = new Set(older.map(({ id }) => id))
    return copies.flatMap(({ id }) => (ids.has(id) ? [id] : []))
  }

  test('pushes out what one copy a day would push out, and the newest few, and those of hours, that have no other place', () => {
    const law = fc.property(
      policy,
      now,
      fc.array(shapeOf(['passed', 'warned']), { maxLength: 30 }),
      fc.integer({ min: 2, max: 12 }),
      fc.integer({ min: 1, max: 30 }),
      (keep, on, shapes, perDay, days) => {
        // At the end of a day: what comes on the same one takes its place, his or ours.
        const from = new Date((Math.floor(on.getTime() / dayMs) + 1) * dayMs - 1)
        const about = { keep, older: copiesUntil(from, shapes), days, from }
        const honest = leftOf({ ...about, perDay: 1 })
        const left = new Set(leftOf({ ...about, perDay }))
        const missed = honest.filter((id) => !left.has(id))
        // Floors that count copies, and hours, are all that more of them in a day can fill.
        expect(missed.length).toBeLessThanOrEqual(Math.max(1, keep.minimum) * 2 + keep.hourly)
        if (keep.minimum <= 1 && keep.hourly === 0) expect(missed).toEqual([])
      },
    )
    fc.assert(law, cases(60))
  })
})
