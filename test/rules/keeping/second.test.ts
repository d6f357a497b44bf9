import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { leavingOf, lookedAtTwice, stillLeaving } from '../../../lib/rules/keeping/leaving'
import type { Leaving } from '../../../lib/rules/keeping/leaving'
import type { Candidate } from '../../../lib/rules/keeping/periods'
import { planRetention, usualKeep } from '../../../lib/rules/keeping/retention'
import type { Plan, Situation } from '../../../lib/rules/keeping/retention'
import { planSecond } from '../../../lib/rules/keeping/second'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import { keepOf, keepSecondOf } from '../../../lib/rules/settings/keep'
import type { KeepSettings } from '../../../lib/rules/settings/keep'
import { casesOf } from '../../cases'

const now = new Date('2026-06-01T00:00:00Z')

const copyOf = (daysAgo: number): Candidate => ({
  id: `c${daysAgo}`,
  word: 'passed',
  arrivedAt: new Date(now.getTime() - daysAgo * dayMs).toISOString(),
})

const daily = (days: number): Candidate[] =>
  Array.from({ length: days }, (_, daysAgo) => copyOf(daysAgo))

const calm: Situation = { now, clockSkewMs: 0, lateWords: undefined }
const lifted = { mayLetGoOfMany: true }
const idsOf = (copies: readonly Candidate[]) => new Set(copies.map(({ id }) => id))
const goingOf = ({ decisions }: Plan) => decisions.filter(({ keep }) => !keep).map(({ id }) => id)

const planned = (
  copies: readonly Candidate[],
  { standing, brake }: { standing: ReadonlySet<string>; brake?: string },
) => planSecond(copies, usualKeep, { ...calm, first: { standing, brake } }, lifted)

describe('the second place', () => {
  test('lets go of what its rule does not keep, once the first has let it go', () => {
    const copies = daily(40)
    const first = planRetention(copies, usualKeep, calm, lifted)
    const kept = new Set(first.decisions.filter(({ keep }) => keep).map(({ id }) => id))
    const plan = planned(copies, { standing: kept })
    expect(plan.brake).toBeUndefined()
    expect(goingOf(plan)).toEqual(goingOf(first))
    expect(goingOf(plan).length).toBeGreaterThan(20)
  })

  test('keeps what stands in the first, and says that this is why', () => {
    const plan = planned(daily(40), { standing: idsOf(daily(40)) })
    expect(goingOf(plan)).toEqual([])
    expect(plan.decisions.find(({ id }) => id === 'c20')).toEqual({
      id: 'c20',
      keep: true,
      reasons: ['stands in the first place too'],
    })
  })

  test('lets go of nothing while the first is empty, and names what it lacks', () => {
    const plan = planned(daily(40), { standing: new Set() })
    expect(goingOf(plan)).toEqual([])
    expect(plan.brake).toBe(
      'Nothing is deleted in the second place: the first lacks 3 copies that it never lets go of, such as c0.',
    )
    expect(plan.decisions.find(({ id }) => id === 'c20')?.isBraked).toBe(true)
  })

  test('names the newest that the first lacks, in whatever order they are listed', () => {
    const plan = planned(daily(40).toReversed(), { standing: idsOf(daily(40).slice(3)) })
    expect(plan.brake).toBe(
      'Nothing is deleted in the second place: the first lacks 3 copies that it never lets go of, such as c0.',
    )
  })

  test('does not miss in the first what is not sound', () => {
    const failed: Candidate = { ...copyOf(1), id: 'failed', word: 'failed' }
    const plan = planned([...daily(40), failed], { standing: idsOf(daily(40)) })
    expect(plan.brake).toBeUndefined()
  })

  test('says of what it keeps by its own rule which one that is', () => {
    const [newest] = planned(daily(40), { standing: idsOf(daily(40)) }).decisions
    expect(newest).toEqual({
      id: 'c0',
      keep: true,
      reasons: ['daily 1 of 7', 'weekly 1 of 4', 'monthly 1 of 12', 'newest sound copy'],
    })
  })

  test.each([
    { missing: 'c0', isBraked: true },
    { missing: 'c2', isBraked: true },
    { missing: 'c3', isBraked: false },
  ])('the first lacks $missing: braked, $isBraked', ({ missing, isBraked }) => {
    const copies = daily(40)
    const standing = idsOf(copies.filter(({ id }) => id !== missing))
    expect(planned(copies, { standing }).brake !== undefined).toBe(isBraked)
  })

  test('misses every young one of a day with many', () => {
    const hourly = Array.from({ length: 60 }, (_, nth) => ({
      ...copyOf(0),
      id: `h${nth}`,
      arrivedAt: new Date(now.getTime() - nth * hourMs).toISOString(),
    }))
    const without = (id: string) =>
      planned(hourly, { standing: idsOf(hourly.filter((one) => one.id !== id)) })
    expect(without('h47').brake).toMatch(/lacks 1 copy that/)
    expect(without('h48').brake).toBeUndefined()
  })

  test('is braked with the first, and by its own brake', () => {
    const copies = daily(40)
    const standing = idsOf(daily(7))
    const brake = 'Nothing is deleted while the database is late.'
    expect(planned(copies, { standing, brake }).brake).toBe(`In the first place: ${brake}`)
    const own = planSecond(copies, usualKeep, { ...calm, first: { standing, brake: undefined } })
    expect(own.brake).toMatch(/more than 50 % at once/)
    expect(goingOf(own)).toEqual([])
  })
})

const settings: fc.Arbitrary<KeepSettings | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record(
    {
      hourly: fc.nat(4),
      daily: fc.integer({ min: 1, max: 9 }),
      weekly: fc.nat(6),
      monthly: fc.nat(3),
      yearly: fc.nat(2),
      within: fc.constantFrom('48h', '4d'),
      minimum: fc.integer({ min: 3, max: 5 }),
    },
    { requiredKeys: [] },
  ),
)

type World = {
  first: KeepSettings | undefined
  said: KeepSettings | undefined
  /** For each day: what happens on it. */
  days: { pushes: number; runs: 'both' | 'first' | 'none'; lag: boolean }[]
  lostOn: number
}

const world: fc.Arbitrary<World> = fc.record({
  first: settings,
  said: settings,
  days: fc.array(
    fc.record({
      pushes: fc.constantFrom(0, 1, 1, 1, 2),
      runs: fc.constantFrom('both', 'both', 'both', 'first', 'none'),
      lag: fc.nat(9).map((chance) => chance === 0),
    }),
    { minLength: 60, maxLength: 120, size: 'max' },
  ),
  lostOn: fc.integer({ min: 30, max: 400 }),
})

/** One place as a run of prune of it leaves it: what goes, by the plans of two days. */
const pruneTwice = (plan: Plan, before: Leaving | undefined, at: Date) => {
  const copies = plan.decisions.map((one) => ({ ...one, entryEtag: one.id }))
  const seen = stillLeaving(before, { now: at, fellAt: undefined, copies })
  const twice = lookedAtTwice(copies, { before: seen, now: at, isMarked: () => false })
  return {
    gone: twice.filter(({ keep }) => !keep).map(({ id }) => id),
    leaving: leavingOf(twice, { now: at, fellAt: undefined, said: new Map() }),
  }
}

describe('over months of two places, each with its missed runs', () => {
  test('the second never lets go before the first, nothing twice, and nothing once the first is lost', () => {
    let letGo = 0
    fc.assert(
      fc.property(world, ({ first, said, days, lostOn }) => {
        const keep = keepOf(first)
        const keepSecond = keepSecondOf(first, said)
        if (!keep || !keepSecond) return
        let [here, there]: [Candidate[], Candidate[]] = [[], []]
        let leavingHere: Leaving | undefined
        let leavingThere: Leaving | undefined
        const goneHere = new Set<string>()
        const goneThere = new Set<string>()
        for (const [day, { pushes, runs, lag }] of days.entries()) {
          const at = new Date(Date.UTC(2026, 0, 1, 6) + day * dayMs)
          for (let nth = 0; nth < pushes; nth += 1) {
            const arrivedAt = new Date(at.getTime() - nth * hourMs).toISOString()
            if (day < lostOn) here.push({ id: `${day}-${nth}`, word: 'passed', arrivedAt })
          }
          if (day === lostOn) here = []
          if (!lag) {
            const known = new Set(there.map(({ id }) => id))
            there.push(...here.filter(({ id }) => !known.has(id)))
          }
          const situation = { now: at, clockSkewMs: 0, lateWords: undefined }
          if (runs === 'none') continue
          const plan = planRetention(here, keep, situation)
          const done = pruneTwice(plan, leavingHere, at)
          leavingHere = done.leaving
          for (const id of done.gone) {
            expect(goneHere.has(id)).toBe(false)
            goneHere.add(id)
          }
          here = here.filter(({ id }) => !goneHere.has(id))
          if (runs === 'first') continue
          const standing = new Set(here.map(({ id }) => id))
          const about = { ...situation, first: { standing, brake: plan.brake } }
          const later = pruneTwice(planSecond(there, keepSecond, about), leavingThere, at)
          leavingThere = later.leaving
          if (day >= lostOn && there.length > 0) expect(later.gone).toEqual([])
          for (const id of later.gone) {
            expect(goneThere.has(id)).toBe(false)
            expect(goneHere.has(id)).toBe(true)
            goneThere.add(id)
          }
          letGo += later.gone.length
          const before = there.length
          there = there.filter(({ id }) => !goneThere.has(id))
          if (before > 0) expect(there.length).toBeGreaterThanOrEqual(Math.min(before, 3))
        }
      }),
      { numRuns: casesOf(50) },
    )
    // A law that lets nothing go would hold of anything.
    expect(letGo).toBeGreaterThan(0)
  })

  test('whatever is said, what the rule of the first keeps that of the second keeps too', () => {
    fc.assert(
      fc.property(
        settings,
        settings,
        fc.array(fc.integer({ min: 0, max: 400 * 24 }), { maxLength: 80 }),
        (first, said, hoursAgo) => {
          const [keep, keepSecond] = [keepOf(first), keepSecondOf(first, said)]
          if (!keep || !keepSecond) return
          const copies = hoursAgo.map((hours, nth) => ({
            id: `c${nth}`,
            word: 'passed',
            arrivedAt: new Date(now.getTime() - hours * hourMs).toISOString(),
          }))
          const inFirst = planRetention(copies, keep, calm, lifted).decisions
          const inSecond = planRetention(copies, keepSecond, calm, lifted).decisions
          const kept = new Set(inSecond.filter((one) => one.keep).map(({ id }) => id))
          for (const one of inFirst) if (one.keep) expect(kept).toContain(one.id)
        },
      ),
      { numRuns: casesOf(1000) },
    )
  })

  test('a copy of each day stays for a month longer, where nothing is said', () => {
    const keepSecond = keepSecondOf(undefined, undefined)
    if (!keepSecond) throw new Error('everything is kept')
    const { decisions } = planRetention(daily(60), keepSecond, calm, lifted)
    const kept = new Set(decisions.filter(({ keep }) => keep).map(({ id }) => id))
    expect(daily(37).every(({ id }) => kept.has(id))).toBe(true)
    expect(kept.has('c39')).toBe(false)
  })
})
