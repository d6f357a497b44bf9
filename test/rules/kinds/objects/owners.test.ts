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
    // Another in the next build, and every inventory would be told as taken before a change.
    expect(expected).toEqual({ user: { of: 'tokens', by: 'f16235980ab1094c' } })
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
    expect(first).toEqual({
      by,
      known: 1,
      missing: { count: 0, first: [] },
      ownerless: { count: 0, first: [] },
      waiting: 2,
      missingSince: { '76f75e6129fe3013': noon },
      ownerlessSince: { '11507a0e2f5e69d5': noon },
    })
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

  test('are remembered in an order that stays, so that of too many the same are left out', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const seen = (values: readonly string[]) => Object.keys(owned([], { values }).missingSince)
    expect(seen(names)).toHaveLength(names.length)
    expect(seen(names)).toEqual(seen(names).toSorted())
    expect(seen(names.toReversed())).toEqual(seen(names))
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

  test('are told for every part, each with what is to be done', () => {
    const shops = { of: 'shop', by: 'b' }
    const both = { user: { of: 'tokens', by: 'b' }, shop: shops }
    const some = { count: 1, first: ['a'] }
    const right = { ...unasked('b', '', undefined), why: undefined, known: 2 }
    const judged = (user: Owned, shop: Owned) => judgeOwners(both, { user, shop })
    expect([
      judged({ ...right, missing: some }, { ...right, ownerless: some }),
      judged(unasked('b', 'It slept.', undefined), unasked('b', 'It was gone.', undefined)),
      judged({ ...right, by: 'x' }, { ...right, by: 'x' }),
      judged(right, { ...right, known: 1, waiting: 1 }),
    ]).toMatchInlineSnapshot(`
      [
        {
          "check": "owners",
          "detail": "user: 1 of 2 in tokens without an object: a; shop: 1 with objects and not in shop: a.",
          "mend": "Look at who was added or taken away in the database last, and at what the app wrote for whom. If it is the SQL that is wrong, change owners in lib/databases.ts and deploy again.",
          "outcome": "unmet",
        },
        {
          "check": "owners",
          "detail": "user: tokens could not be asked. It slept. shop: shop could not be asked. It was gone.",
          "mend": "The next inventory asks again. If the SQL is named, change owners in lib/databases.ts and deploy again; else push a new copy of that database.",
          "outcome": "warned",
        },
        {
          "check": "owners",
          "detail": "Taken before lib/databases.ts was changed: the owners were not asked for user, shop.",
          "mend": "Nothing is to be done: the next inventory asks it.",
          "outcome": "warned",
        },
        {
          "check": "owners",
          "detail": "user: 2 owners in tokens; shop: 1 owner in shop, and 1 of whom a later copy must tell.",
          "outcome": "passed",
        },
      ]
    `)
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
