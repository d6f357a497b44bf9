import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { judgeSet } from '../../../lib/rules/copy/set'
import { words } from '../../../lib/rules/verdict/verdict'

const member = (database: string, word: string, takenAt = '2026-03-01T01:00:00Z') => ({
  database,
  word,
  takenAt,
})

describe('a set', () => {
  test.each([
    {
      name: 'all sound',
      members: [member('tokens', 'passed'), member('sessions', 'warned')],
      state: 'restorable',
    },
    {
      name: 'one overruled',
      members: [member('tokens', 'passed'), member('sessions', 'accepted')],
      state: 'restorable',
    },
    {
      name: 'one damaged',
      members: [member('tokens', 'passed'), member('sessions', 'failed')],
      state: 'broken',
    },
    {
      name: 'one that cannot be checked',
      members: [member('tokens', 'passed'), member('sessions', 'unverifiable')],
      state: 'broken',
    },
    {
      name: 'one that is whole and not what is expected',
      members: [member('tokens', 'passed'), member('sessions', 'unmet')],
      state: 'broken',
    },
    {
      name: 'one with a word of another build',
      members: [member('tokens', 'passed'), member('sessions', 'rotten')],
      state: 'broken',
    },
    {
      name: 'one without a verdict yet',
      members: [member('tokens', 'passed'), member('sessions', 'pending')],
      state: 'waiting',
    },
    { name: 'one that has not come', members: [member('tokens', 'passed')], state: 'waiting' },
    {
      name: 'a minute apart',
      members: [member('a', 'passed'), member('b', 'passed', '2026-03-01T01:01:00Z')],
      state: 'restorable',
    },
    {
      name: 'a second more',
      members: [member('a', 'passed'), member('b', 'passed', '2026-03-01T01:01:01Z')],
      state: 'broken',
    },
  ] as const)('is $state: $name', ({ members, state }) => {
    expect(judgeSet(members, 2).state).toBe(state)
  })

  test('says why, in the same words whatever the order', () => {
    const members = [member('tokens', 'passed'), member('sessions', 'passed')]
    expect(judgeSet(members, 2).why).toBe('sound and of one moment: sessions, tokens')
    expect(judgeSet(members.toReversed(), 2)).toEqual(judgeSet(members, 2))
    expect(judgeSet(members, 3).why).toBe('1 of 3 have not come')
    const open = [...members, member('shop', 'pending')]
    expect(judgeSet(open, 3).why).toBe('without a verdict: shop')
    const others = [...open, member('late', 'unmet'), member('bad', 'failed')]
    expect(judgeSet(others, 5).why).toBe('not sound: bad; whole, and not what is expected: late')
    const apart = [member('a', 'passed'), member('b', 'passed', '2026-03-01T03:00:00.600Z')]
    expect(judgeSet(apart, 2).why).toBe('taken 7201 s apart')
  })

  test('is never restorable with a member that is not sound', () => {
    const any = fc.record({
      database: fc.constantFrom('a', 'b', 'c'),
      word: fc.constantFrom(...words),
      takenAt: fc.constant('2026-03-01T01:00:00Z'),
    })
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 5 }), (members) => {
        const isAllSound = members.every(({ word }) =>
          ['passed', 'warned', 'accepted'].includes(word),
        )
        expect(judgeSet(members, members.length).state === 'restorable').toBe(isAllSound)
      }),
    )
  })
})
