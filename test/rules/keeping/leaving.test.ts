/** Does a copy go only when the plans of two days let go of it, and nothing was said of it in between? */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { leavingOf, lookedAtTwice, saidOf, stillLeaving } from '../../../lib/rules/keeping/leaving'
import type { Leaving } from '../../../lib/rules/keeping/leaving'
import { dayMs, hourMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { casesOf } from '../../cases'

type Run = {
  now: Date
  fellAt: string | undefined
  copies: { id: string; entryEtag: string; said?: string; keep: boolean }[]
}

/** As prune does it: reads what the last run left, looks, and leaves it to the next. */
const runOf = ({ now, fellAt, copies }: Run, last: Leaving | undefined) => {
  const before = stillLeaving(last, { now, fellAt, copies })
  const said = new Map(copies.flatMap((copy) => (copy.said ? [[copy.id, copy.said]] : [])))
  const looked = lookedAtTwice(copies, { before, now, isMarked: () => false })
  return { looked, last: leavingOf(looked, { now, fellAt, said }) }
}

const goesOf = (runs: readonly Run[]): string[][] => {
  let last: Leaving | undefined
  return runs.map((run) => {
    const done = runOf(run, last)
    last = done.last
    return done.looked.filter(({ keep }) => !keep).map(({ id }) => id)
  })
}

const start = Date.UTC(2026, 2, 1, 3)
const at = (ms: number) => new Date(start + ms)
const going = { id: 'a', entryEtag: '1', keep: false }
const calm = (ms: number, copies: Run['copies'] = [going]): Run => ({
  now: at(ms),
  fellAt: undefined,
  copies,
})

describe('what a plan lets go of', () => {
  test('goes with the run of the next night, though that one is some minutes early', () => {
    expect(goesOf([calm(0), calm(dayMs - 10 * minuteMs)])).toEqual([[], ['a']])
  })

  test('says until then on which day', () => {
    const { looked } = runOf(calm(0), undefined)
    expect(looked).toEqual([{ ...going, keep: true, leavesAt: at(23 * hourMs).toISOString() }])
  })

  test('goes in none of many runs of one day', () => {
    const runs = [0, 1, 5, 12, 22].map((hours) => calm(hours * hourMs))
    expect(goesOf(runs).flat()).toEqual([])
  })

  test.each([
    { name: 'one plan kept it', between: [calm(12 * hourMs, [{ ...going, keep: true }])] },
    { name: 'nobody looked for a week', between: [], lateMs: 7 * dayMs },
    { name: 'its entry changed', between: [], entryEtag: '2' },
    { name: 'rows are gone', between: [], fellAt: at(hourMs).toISOString() },
  ])('begins anew where $name', ({ between, lateMs = 0, entryEtag = '1', fellAt }) => {
    const then = dayMs + lateMs
    const changed = { ...calm(then, [{ ...going, entryEtag }]), fellAt }
    const next = { ...changed, now: at(then + dayMs) }
    const goes = goesOf([calm(0), ...between, changed, next])
    expect(goes.slice(-2)).toEqual([[], ['a']])
  })

  test('goes on its way where its entry changed, and the same is said of it', () => {
    const nights = (first: string, second: string) =>
      goesOf([
        calm(0, [{ ...going, said: first }]),
        calm(dayMs, [{ ...going, entryEtag: '2', said: second }]),
      ])[1]
    expect(nights('as before', 'as before')).toEqual(['a'])
    expect(nights('as before', 'another')).toEqual([])
  })

  test('goes on its way though an old loss is still told', () => {
    const fellAt = at(-dayMs).toISOString()
    expect(
      goesOf([
        { ...calm(0), fellAt },
        { ...calm(dayMs), fellAt },
      ]),
    ).toEqual([[], ['a']])
  })

  test('is due where a run that was ended had marked it', () => {
    const before = stillLeaving(undefined, { now: at(0), fellAt: undefined, copies: [going] })
    const looked = lookedAtTwice([going], { before, now: at(0), isMarked: () => true })
    expect(looked).toEqual([{ ...going, leavesAt: at(0).toISOString() }])
  })

  test.each([
    { name: 'was far ahead when it was planned', first: 40 * dayMs },
    { name: 'was set back by an hour since', first: hourMs },
  ])('begins anew where the clock $name', ({ first }) => {
    expect(goesOf([calm(first), calm(0), calm(hourMs)]).flat()).toEqual([])
    expect(goesOf([calm(first), calm(0), calm(dayMs)])[2]).toEqual(['a'])
  })

  test('waits no longer than a day for a day that was planned by a wrong clock', () => {
    const last: Leaving = {
      at: at(0).toISOString(),
      copies: [{ id: 'a', entryEtag: '1', leavesAt: at(90 * dayMs).toISOString() }],
    }
    const { looked } = runOf(calm(hourMs), last)
    expect(looked[0]?.leavesAt).toBe(at(24 * hourMs).toISOString())
  })
})

describe('of the plan of before', () => {
  const planOf = (changes: { ageMs?: number; leavesMs?: number }): Leaving => ({
    at: at(-(changes.ageMs ?? dayMs)).toISOString(),
    copies: [{ id: 'a', entryEtag: '1', leavesAt: at(changes.leavesMs ?? -hourMs).toISOString() }],
  })

  test.each([
    { name: 'a week old', plan: { ageMs: 7 * dayMs }, counts: true },
    { name: 'older', plan: { ageMs: 7 * dayMs + 1 }, counts: false },
    { name: 'ten minutes ahead of the clock', plan: { ageMs: -10 * minuteMs }, counts: true },
    { name: 'further ahead', plan: { ageMs: -10 * minuteMs - 1 }, counts: false },
    {
      name: 'for as late a day as a plan of now, and ten minutes more',
      plan: { leavesMs: 23 * hourMs + 10 * minuteMs },
      counts: true,
    },
    {
      name: 'for a later day',
      plan: { leavesMs: 23 * hourMs + 10 * minuteMs + 1 },
      counts: false,
    },
  ])('that is $name counts what is said: $counts', ({ plan, counts }) => {
    const about = { now: at(0), fellAt: undefined, copies: [going] }
    expect(stillLeaving(planOf(plan), about).has('a')).toBe(counts)
  })

  test.each([
    { leavesMs: -1, goes: true },
    { leavesMs: 0, goes: true },
    { leavesMs: 1, goes: false },
  ])('the day is the one that was told first: $leavesMs ms from now, $goes', (row) => {
    const { looked } = runOf(calm(0), planOf(row))
    const leavesAt = at(row.leavesMs).toISOString()
    expect(looked).toEqual([{ ...going, keep: !row.goes, leavesAt }])
  })
})

describe('what is said of a copy', () => {
  const copy = { word: 'passed', etag: '"1"', heldUntil: undefined, fall: undefined }
  const fall = {
    since: 'b',
    sinceAt: at(0).toISOString(),
    before: 'a',
    beforeAt: at(0).toISOString(),
    tables: {},
  }

  test.each([
    { name: 'another verdict', other: { word: 'warned' } },
    { name: 'another file', other: { etag: '"2"' } },
    { name: 'a restore', other: { heldUntil: at(dayMs).toISOString() } },
    { name: 'a loss', other: { fall } },
    { name: 'that a loss is right', other: { isFallRight: true } },
  ])('is another thing after $name', ({ other }) => {
    expect(saidOf({ ...copy, ...other })).not.toBe(saidOf(copy))
  })
})

const step = fc.record({
  gapMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 30 * hourMs }) },
    { weight: 1, arbitrary: fc.integer({ min: -2 * dayMs, max: 12 * dayMs }) },
  ),
  isFallen: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  kept: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 1 }),
  changed: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 1 }),
})

/** Four copies, of which each run keeps one at times, and something is said of one at times. */
const history = fc.array(step, { minLength: 2, maxLength: 12 }).map((steps) => {
  let nowMs = start
  let fellAt: string | undefined
  const etags = [0, 0, 0, 0]
  return steps.map(({ gapMs, isFallen, kept, changed }): Run => {
    nowMs += gapMs
    if (isFallen) fellAt = new Date(nowMs).toISOString()
    for (const one of changed) etags[one] = (etags[one] ?? 0) + 1
    const copies = etags.map((etag, id) => ({
      id: String(id),
      entryEtag: String(etag),
      keep: kept.includes(id),
    }))
    return { now: new Date(nowMs), fellAt, copies }
  })
})

const planned = (run: Run, id: string): string | undefined =>
  run.copies.find((one) => one.id === id && !one.keep)?.entryEtag

/** Told back from the run in which it goes: how long has every plan let go of it as it is now? */
const spanMs = (runs: readonly Run[], id: string): number => {
  const last = runs.at(-1)
  if (!last) return 0
  let ms = 0
  for (let place = runs.length - 2; place >= 0; place -= 1) {
    const [one, next] = [runs[place], runs[place + 1]]
    if (!one || !next || planned(one, id) !== planned(last, id)) return ms
    const gapMs = next.now.getTime() - one.now.getTime()
    if (gapMs > 7 * dayMs || one.fellAt !== next.fellAt) return ms
    ms = Math.max(ms, last.now.getTime() - one.now.getTime())
  }
  return ms
}

test('a copy goes only after a day in which every plan let go of it, as it is', () => {
  fc.assert(
    fc.property(history, (runs) => {
      goesOf(runs).forEach((goes, place) => {
        for (const id of goes)
          expect(spanMs(runs.slice(0, place + 1), id)).toBeGreaterThanOrEqual(23 * hourMs)
      })
    }),
    { numRuns: casesOf(2000) },
  )
})

test('what every plan of two nights lets go of has gone, whatever else was said', () => {
  fc.assert(
    fc.property(history, (runs) => {
      const last = runs.at(-1)
      if (!last) return
      const goes = goesOf([...runs, ...[1, 2].map((day) => nightAfter(last, day))]).at(-1)
      expect(goes).toEqual(last.copies.filter(({ keep }) => !keep).map(({ id }) => id))
    }),
    { numRuns: casesOf(1000) },
  )
})

const nightAfter = (run: Run, day: number): Run => ({
  ...run,
  now: new Date(run.now.getTime() + day * dayMs),
})
