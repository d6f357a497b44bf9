/** Whose objects there are, and who has none, by what a copy knows. */
import { describe, expect, test } from 'vitest'

import {
  judgeOwners,
  ownersExpected,
  ownersTally,
  questionsOf,
  unasked,
} from '../../../../lib/rules/kinds/objects/owners'
import type { Owned } from '../../../../lib/rules/kinds/objects/owners'
import { slow } from '../../../cases'

const said = { user: { of: 'tokens', sql: 'SELECT id FROM users' } }
const expected = ownersExpected(said)
const by = expected['user']?.by ?? ''

const noon = '2026-03-01T12:00:00.000Z'
const one = '2026-03-01T13:00:00.000Z'
const two = '2026-03-01T14:00:00.000Z'

type Objects = readonly (readonly [owner: string, at: string])[]

/** An inventory of two o'clock, unless another time is given. */
const owned = (
  objects: Objects,
  {
    values,
    copyAt = one,
    takenAt = two,
    before,
  }: { values: readonly string[]; copyAt?: string; takenAt?: string; before?: Owned },
): Owned => {
  const book = ownersTally({
    by,
    values,
    copyAt: new Date(copyAt),
    takenAt: new Date(takenAt),
    before,
  })
  for (const [owner, at] of objects) book.take(owner, at)
  return book.owned()
}

const told = (found: Owned | undefined) => {
  const { outcome, detail } = judgeOwners(expected, found && { user: found })
  return `${outcome}: ${detail}`
}

describe('owners', () => {
  test('are asked for by the part of the keys that names them', () => {
    expect(questionsOf(said)).toEqual([{ path: ['owners', 'user'], ...said.user }])
    expect(questionsOf()).toEqual([])
    const another = ownersExpected({ user: { of: 'tokens', sql: 'SELECT key FROM users' } })
    expect(another['user']?.by).not.toBe(by)
  })

  test('are told by counts and at most three of their beginnings', () => {
    const names = ['aaaaa1', 'bbbbb1', 'ccccc1', 'ddd']
    const known = ['known1', ...names.map((name) => `x${name}`)]
    const before = owned([], { values: known, takenAt: noon })
    const found = owned([['known1', noon], ...names.map((name) => [name, noon] as const)], {
      values: known,
      before,
    })
    expect(told(found)).toBe(
      'unmet: user: 4 of 5 in tokens without an object: xaaa…, xbbb…, xccc… and 1 more; user: 4 with objects and not in tokens: aaaa…, bbbb…, cccc… and 1 more.',
    )
    expect(JSON.stringify(found)).not.toMatch(/aaaaa1|bbbbb1/)
  })

  test('who came in between are waited for; the oldest of their objects counts', () => {
    const newer = owned([['new', two]], { values: [] })
    expect(newer).toMatchObject({ ownerless: { count: 0 }, waiting: 1 })
    for (const order of [
      [two, noon, one],
      [noon, two],
    ]) {
      const older = owned(
        order.map((at) => ['new', at] as const),
        { values: [] },
      )
      expect(older).toMatchObject({ ownerless: { count: 1, first: ['new'] }, waiting: 0 })
    }
  })

  test('are not told at the very instant of the copy', () => {
    expect(owned([['new', one]], { values: [] }).ownerless.count).toBe(0)
  })

  test('are remembered since they were first seen, whatever is written for them later', () => {
    const first = owned([['new', noon]], { values: ['lost'], copyAt: noon, takenAt: noon })
    expect(told(first)).toBe(
      'passed: user: 1 owner in tokens, and 2 of whom a later copy must tell.',
    )
    const second = owned([['new', two]], { values: ['lost'], before: first })
    expect(second).toMatchObject({ missing: { count: 1 }, ownerless: { count: 1 }, waiting: 0 })
    expect(told(second)).toBe(
      'unmet: user: 1 of 1 in tokens without an object: lost; user: 1 with objects and not in tokens: new.',
    )
    // Once it agrees it is forgotten.
    const third = owned([['lost', two]], { values: ['lost'], before: second })
    expect(third).toMatchObject({ missingSince: {}, ownerlessSince: {} })
    expect(told(third)).toBe('passed: user: 1 owner in tokens.')
  })

  test('stay remembered when nobody can be asked', () => {
    const first = owned([['new', noon]], { values: ['lost'] })
    const silent = unasked(by, 'Nobody is there.', first)
    expect(told(silent)).toBe('warned: user: tokens could not be asked. Nobody is there.')
    expect(silent).toMatchObject({
      missingSince: first.missingSince,
      ownerlessSince: first.ownerlessSince,
    })
    expect(unasked(by, 'Nobody.', undefined)).toEqual({
      by,
      why: 'Nobody.',
      known: 0,
      missing: { count: 0, first: [] },
      ownerless: { count: 0, first: [] },
      waiting: 0,
      missingSince: {},
      ownerlessSince: {},
    })
  })

  test('are bounded in what is remembered and in what is told apart', slow, () => {
    const many = Array.from({ length: 100_001 }, (_, at) => String(at))
    const found = owned(
      many.map((owner) => [owner, noon] as const),
      { values: many.slice(0, 1).map((owner) => `x${owner}`) },
    )
    expect(found.ownerless.count).toBe(100_000)
    expect(Object.keys(found.ownerlessSince)).toHaveLength(5_000)
    expect(JSON.stringify(found).length).toBeLessThan(512 * 1024)
  })

  test('were not asked for where lib/databases.ts was changed since', () => {
    const late =
      'warned: Taken before lib/databases.ts was changed: the owners were not asked for user.'
    expect(told(undefined)).toBe(late)
    expect(told(unasked('another', 'Nobody.', undefined))).toBe(late)
  })
})
