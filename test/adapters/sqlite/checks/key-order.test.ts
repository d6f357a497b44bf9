/** Keys ascend as SQLite has them ascend; where nobody here knows how it compares, that is said. */
import { describe, expect, test } from 'vitest'

import type { KeyEntry, Value } from '../../../../lib/adapters/sqlite/checks/index-entries'
import { keyOrder } from '../../../../lib/adapters/sqlite/checks/key-order'
import type { Collation, KeyRule } from '../../../../lib/adapters/sqlite/checks/key-order'

type Said = null | number | bigint | string | Uint8Array

/** Each value at a place of its own, with a byte of another kind before and behind it. */
const entryOf = (...said: Said[]): KeyEntry => {
  const parts = said.map((one) =>
    typeof one === 'string' || one instanceof Uint8Array ? Buffer.from(one) : Buffer.alloc(0),
  )
  let at = 1
  const values = said.map((one, place): Value => {
    const length = parts[place]?.length ?? 0
    const start = at
    at += length + 1
    const empty = { number: 0, low: 0, start, length }
    if (one === null) return { ...empty, kind: 0 }
    if (typeof one === 'string') return { ...empty, kind: 2 }
    if (one instanceof Uint8Array) return { ...empty, kind: 3 }
    const low = typeof one === 'bigint' ? Number(BigInt.asIntN(32, one)) : one | 0
    return { ...empty, kind: 1, number: Number(one), low }
  })
  const bytes = Buffer.concat(
    parts.flatMap((part) => [Buffer.from(' '), part]).concat(Buffer.from(' ')),
  )
  return { bytes, values, count: values.length }
}

const judged = (rule: KeyRule, entries: readonly KeyEntry[]) => {
  const order = keyOrder(rule)
  for (const [at, entry] of entries.entries()) {
    const before = entries[at - 1]
    if (before) order.judge(before, entry)
  }
  return order.result()
}

const sound = { disorder: 0, repeats: 0, unclear: 0 }

const byOne = (collation: Collation, isDescending = false): KeyRule => ({
  columns: [{ isDescending, collation }],
  uniqueCount: undefined,
})

const inOrder: readonly { name: string; collation: Collation; keys: readonly Said[] }[] = [
  {
    name: 'NULL, numbers, texts, bytes',
    collation: 'BINARY',
    keys: [
      null,
      -1e300,
      -1.5,
      0,
      0.5,
      2,
      '',
      'A',
      'a',
      'aa',
      Buffer.from(''),
      Buffer.from([0, 255]),
    ],
  },
  {
    name: 'whole numbers beyond what a double tells apart',
    collation: 'BINARY',
    keys: [-(2n ** 53n) - 1n, -(2n ** 53n), 2n ** 53n, 2n ** 53n + 1n, 2n ** 60n, 2n ** 60n + 1n],
  },
  { name: 'letters, large and small', collation: 'NOCASE', keys: ['@', 'A', 'b', 'C', 'z', '{'] },
  {
    name: 'what stands behind a zero byte, by its length',
    collation: 'NOCASE',
    keys: ['a\0z', 'a\0ab'],
  },
  {
    name: 'texts without the blanks at their end',
    collation: 'RTRIM',
    keys: ['', 'a', 'a b   ', 'a bb'],
  },
]

describe.each(inOrder)('in order of $collation: $name', ({ collation, keys }) => {
  const entries = keys.map((key) => entryOf(key))

  test('is so one way round, and not the other', () => {
    expect(judged(byOne(collation), entries)).toEqual(sound)
    expect(judged(byOne(collation, true), entries.toReversed())).toEqual(sound)
    const wrong = { ...sound, disorder: keys.length - 1 }
    expect(judged(byOne(collation), entries.toReversed())).toEqual(wrong)
    expect(judged(byOne(collation, true), entries)).toEqual(wrong)
  })
})

test.each([
  { name: 'a key', keys: ['a', 'a'], collation: 'BINARY' },
  { name: 'a number', keys: [2n ** 53n - 1n, 2n ** 53n - 1n], collation: 'BINARY' },
  { name: 'NULL', keys: [null, null], collation: 'BINARY' },
  { name: 'a letter, large and small', keys: ['aZ', 'Az'], collation: 'NOCASE' },
  { name: 'a text with blanks', keys: ['a ', 'a  '], collation: 'RTRIM' },
] as const)('the same row twice is no order: $name', ({ keys, collation }) => {
  const [one, other] = keys
  expect(judged(byOne(collation), [entryOf(one), entryOf(other)])).toEqual({
    ...sound,
    disorder: 1,
  })
})

test('of a collation that nobody knows here texts are unclear, and nothing else is', () => {
  const rule = byOne(undefined)
  expect(judged(rule, [entryOf('b'), entryOf('a')])).toEqual({ ...sound, unclear: 1 })
  expect(judged(rule, [entryOf(Buffer.from('b')), entryOf(Buffer.from('a'))]).disorder).toBe(1)
  expect(judged(rule, [entryOf(2), entryOf('a')])).toEqual(sound)
})

describe('a key that no two may share', () => {
  const rule: KeyRule = {
    columns: ['BINARY', 'BINARY'].map(() => ({
      isDescending: false,
      collation: 'BINARY' as const,
    })),
    uniqueCount: 1,
  }

  test.each([
    { name: 'is there twice', keys: [entryOf('a', 1), entryOf('a', 2)], repeats: 1 },
    {
      name: 'is NULL twice, which is no key',
      keys: [entryOf(null, 1), entryOf(null, 2)],
      repeats: 0,
    },
    { name: 'is there once', keys: [entryOf('a', 2), entryOf('b', 1)], repeats: 0 },
  ])('$name', ({ keys, repeats }) => {
    expect(judged(rule, keys)).toEqual({ ...sound, repeats })
  })

  test('an entry with fewer values says nothing', () => {
    expect(judged(rule, [entryOf('b', 1), entryOf()])).toEqual(sound)
  })
})
