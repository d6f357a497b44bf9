import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Look } from '../../../lib/rules/watching/look'
import { leastShareMs, shareMsOf, startedAtMost, turnsOf } from '../../../lib/rules/watching/turns'
import type { Patience } from '../../../lib/rules/watching/turns'
import { look } from '../../fixtures/told/held'

const gibibyte = 1024 ** 3

const due = (
  parts: Partial<Pick<Look, 'waiting' | 'toRejudge' | 'toReprove'>>,
  bytes = 8192,
): Look => {
  const { waiting = [], toRejudge = [], toReprove } = parts
  const ids = [...waiting, ...toRejudge, ...(toReprove === undefined ? [] : [toReprove])]
  return {
    ...look([]),
    waiting,
    toRejudge,
    toReprove,
    sizes: Object.fromEntries(ids.map((id) => [id, bytes])),
  }
}

const turns = (looks: Record<string, Look>, patience: Record<string, Patience> = {}): string[][] =>
  turnsOf(new Map(Object.entries(looks)), (database) => patience[database] ?? {}).map((round) =>
    round.map(({ id }) => id),
  )

describe('a turn', () => {
  test('comes to every database in each round, with its newest copy first', () => {
    const many = due({ waiting: ['m3', 'm2', 'm1'] })
    expect(turns({ many, one: due({ waiting: ['o1'] }) })).toEqual([['m3', 'o1'], ['m2'], ['m1']])
  })

  test('of a copy without a verdict comes before one that is judged anew, and that before an old proof', () => {
    const looks = {
      aged: due({ toReprove: 'aged' }),
      anew: due({ toRejudge: ['anew'] }),
      new: due({ waiting: ['new'], toRejudge: ['new-2'], toReprove: 'new-3' }),
    }
    expect(turns(looks)).toEqual([['new', 'anew', 'aged'], ['new-2'], ['new-3']])
  })

  test('comes once to a copy that is due twice', () => {
    expect(turns({ a: due({ toRejudge: ['a1'], toReprove: 'a1' }) })).toEqual([['a1']])
  })

  test.each([
    { name: 'the larger one', patience: {}, last: 'large' },
    {
      name: 'the one that was slow before',
      patience: { small: { openedMs: 200_000 } },
      last: 'small',
    },
    {
      name: 'the one that a run was ended over',
      patience: { large: { openedMs: 90_000 }, small: { openedMs: 1, wasFatal: true } },
      last: 'small',
    },
  ])('comes last to $name', ({ patience, last }) => {
    for (const order of [
      ['large', 'small'],
      ['small', 'large'],
    ]) {
      const looks = Object.fromEntries(
        order.map((name) => [name, due({ waiting: [name] }, name === 'large' ? gibibyte : 1)]),
      )
      expect(turns(looks, patience)[0]?.at(-1)).toBe(last)
    }
  })

  test('comes to the first copy however large it is, and to no more than 4 GiB with the others', () => {
    expect(turns({ a: due({ waiting: ['a3', 'a2', 'a1'] }, 9 * gibibyte) })).toEqual([['a3']])
    const four = due({ waiting: ['b5', 'b4', 'b3', 'b2', 'b1'] }, gibibyte)
    expect(turns({ four }).flat()).toEqual(['b5', 'b4', 'b3', 'b2'])
  })

  test('comes to nobody where nothing is due', () => {
    expect(turns({})).toEqual([])
    expect(turns({ a: due({}) })).toEqual([])
  })
})

test('no run starts more than a quarter of the 120 that a namespace runs at once', () => {
  expect(startedAtMost).toBe(120 / 4)
})

describe('a share of the time', () => {
  test('is half a minute at the least', () => {
    expect(leastShareMs).toBe(30_000)
  })

  test.each([
    { name: 'the last of its round: all that is left', leftMs: 460_000, toCome: 1, share: 460_000 },
    { name: 'one of four: a quarter', leftMs: 400_000, toCome: 4, share: 100_000 },
    { name: 'one of a thousand: the least', leftMs: 460_000, toCome: 1000, share: leastShareMs },
    { name: 'no more than is left', leftMs: 10_000, toCome: 3, share: 10_000 },
  ])('is, for $name', ({ leftMs, toCome, share }) => {
    expect(shareMsOf({ leftMs, toCome })).toBe(share)
  })

  test('leaves one for each database that comes behind a thief, as long as there are shares', () => {
    const counts = fc.integer({ min: 1, max: 15 })
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 14 }), (count, thieves) => {
        let leftMs = 15 * leastShareMs
        for (let toCome = count; toCome > 0; toCome -= 1) {
          const share = shareMsOf({ leftMs, toCome })
          expect(share).toBeGreaterThanOrEqual(leastShareMs)
          // A thief takes all of his share; the others a second.
          leftMs -= count - toCome < thieves ? share : 1000
        }
      }),
    )
  })
})
