/** Which records are old, which are needed still, and when does nothing go? */
import { describe, expect, test } from 'vitest'

import {
  isAged,
  isLastProof,
  isRecordsAge,
  recordsBrakeOf,
  recordsMsOf,
  stillNamedBy,
  writtenOf,
} from '../../../lib/rules/keeping/records'
import { dayMs, minuteMs } from '../../../lib/rules/plain/time-units'
import { drillOn, letGo } from '../../fixtures/told/digests'

const now = new Date('2026-11-30T03:30:00.000Z')
const ago = (ms: number) => new Date(now.getTime() - ms)

describe('how long records are kept', () => {
  test.each([
    { said: undefined, ms: 400 * dayMs },
    { said: '35d', ms: 35 * dayMs },
    { said: 'all', ms: undefined },
  ])('may be $said', ({ said, ms }) => {
    expect(isRecordsAge(said)).toBe(true)
    expect(recordsMsOf(said)).toBe(ms)
  })

  test.each(['34d', 'never', '400'])('may not be %s', (said) => {
    expect(isRecordsAge(said)).toBe(false)
  })
})

describe('a record', () => {
  test.each([
    {
      key: '_journal/tokens/2025/07/2025-07-04T033000Z_3f9a1c.plan.json',
      kind: 'journal',
      folder: '_journal/tokens/',
    },
    {
      key: '_journal/_records/2025/07/2025-07-04T033000Z_3f9a1c.result.json',
      kind: 'journal',
      folder: '_journal/_records/',
    },
    {
      key: '_reports/drills/2025/07/2025-07-04T033000Z_3f9a1c.json',
      kind: 'drill',
      folder: '_reports/drills/',
    },
    {
      key: '_reports/digests/2025/07/2025-07-04T033000Z_3f9a1c.html',
      kind: 'digest',
      folder: '_reports/digests/',
    },
  ])('is known by its name: $key', ({ key, kind, folder }) => {
    expect(writtenOf('backups/', `backups/${key}`)).toEqual({
      kind,
      folder: `backups/${folder}`,
      stem: `backups/${folder}2025/07/2025-07-04T033000Z_3f9a1c`,
      at: new Date('2025-07-04T03:30:00.000Z'),
    })
  })

  test.each([
    'backups/_journal/tokens/2025/07/2025-07-04T033000Z_3f9a1c.json',
    'backups/_journal/tokens/2025/07/2025-07-04T033000Z_3f9a1c.plan.json.bak',
    'backups/_journal/tokens/2025/13/2025-13-04T033000Z_3f9a1c.plan.json',
    'backups/_reports/drills/2025-07-04T033000Z_3f9a1c.json',
    'backups/tokens/2025/07/tokens_2025-07-04T033000Z_3f9a1c.db',
    'elsewhe/_reports/drills/2025/07/2025-07-04T033000Z_3f9a1c.json',
  ])('is nothing else: %s', (key) => {
    expect(writtenOf('backups/', key)).toBeUndefined()
  })

  test.each([
    { name: 'young', at: ago(3 * dayMs), modifiedAt: ago(3 * dayMs), is: false },
    { name: 'of just that age', at: ago(4 * dayMs), modifiedAt: ago(4 * dayMs), is: false },
    { name: 'older', at: ago(4 * dayMs + 1), modifiedAt: ago(4 * dayMs + 1), is: true },
    { name: 'written by a wrong clock', at: ago(900 * dayMs), modifiedAt: ago(dayMs), is: false },
    { name: 'of a time to come', at: ago(-dayMs), modifiedAt: ago(900 * dayMs), is: false },
  ])('that is $name is old: $is', ({ at, modifiedAt, is }) => {
    expect(isAged({ at, modifiedAt }, { now, ageMs: 4 * dayMs })).toBe(is)
  })

  test('of a deletion is needed while a copy may stand there that was to go by it', () => {
    const { plans, results } = letGo([{ day: '15' }, { day: '16' }])
    const [plan, result] = [plans[0], results[0]]
    if (!plan || !result) throw new TypeError('nothing was let go')
    const [first, second] = plan.copies
    expect(stillNamedBy(plan, result)).toEqual([])
    expect(stillNamedBy(plan, undefined)).toEqual([first?.key, second?.key])
    expect(stillNamedBy(plan, { ...result, removed: [first?.id ?? ''] })).toEqual([second?.key])
    const kept = { ...plan, copies: plan.copies.map((copy) => ({ ...copy, keep: true })) }
    expect(stillNamedBy(kept, undefined)).toEqual([])
  })

  test('of a drill is needed while it is the last that proved a copy', () => {
    const drill = drillOn('16')
    const report = { at: drill.at, copies: [drill], rings: [], left: [] }
    const stateOf = (at: string) => ({
      ranAt: now.toISOString(),
      rings: [],
      databases: { tokens: { drills: [], proofs: { [drill.id]: at } } },
    })
    expect(isLastProof(report, stateOf(drill.at))).toBe(true)
    expect(isLastProof(report, stateOf(now.toISOString()))).toBe(false)
    expect(isLastProof(report, undefined)).toBe(false)
    const another = { ...drill, id: 'tokens_2025-07-04T010000Z_3f9a1d' }
    expect(isLastProof({ ...report, copies: [another, drill] }, stateOf(drill.at))).toBe(true)
    const undone = { ...report, copies: [{ ...drill, outcome: 'undone' as const }] }
    expect(isLastProof(undone, stateOf(drill.at))).toBe(false)
  })
})

describe('no record goes', () => {
  const calm = { now, clockSkewMs: 0, ranAt: ago(dayMs).toISOString() }

  const follows =
    'No record is let go by a run that does not follow the one before it within a week.'

  test.each([
    {
      name: 'in the first run',
      about: { ranAt: undefined },
      said: 'No record is let go by the first run.',
    },
    {
      name: 'after more than a week',
      about: { ranAt: ago(7 * dayMs + 1).toISOString() },
      said: follows,
    },
    {
      name: 'after a clock was set back',
      about: { ranAt: ago(-10 * minuteMs - 1).toISOString() },
      said: follows,
    },
    {
      name: 'where clocks disagree',
      about: { clockSkewMs: 10 * minuteMs + 1 },
      said: "No record is let go: our clock and the store's are 11 minutes apart.",
    },
    {
      name: 'where nobody knows the time',
      about: { clockSkewMs: Number.NaN },
      said: "No record is let go: our clock and the store's are NaN minutes apart.",
    },
  ])('$name', ({ about, said }) => {
    expect(recordsBrakeOf({ ...calm, ...about })).toBe(said)
  })

  test.each([10 * minuteMs, -10 * minuteMs])(
    'but where clocks are no more than %d ms apart',
    (clockSkewMs) => {
      expect(recordsBrakeOf({ ...calm, clockSkewMs })).toBeUndefined()
    },
  )

  test.each([-10 * minuteMs, 0, dayMs, 7 * dayMs])(
    'but else: %d ms after the run before',
    (gapMs) => {
      expect(recordsBrakeOf({ ...calm, ranAt: ago(gapMs).toISOString() })).toBeUndefined()
    },
  )
})
