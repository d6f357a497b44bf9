import fc from 'fast-check'
import { expect, test } from 'vitest'

import { byteOrder } from '../../../../lib/local/store/disk/file-names'
import { type Item, pageOf } from '../../../../lib/local/store/disk/listing'

const sorted = (keys: string[]): string[] =>
  [...new Set(keys)].sort((one, other) => (byteOrder(one) < byteOrder(other) ? -1 : 1))

const walk = (
  keys: string[],
  asked: { prefix: string; delimiter: string; limit: number },
): Item[] => {
  const all: Item[] = []
  for (let after: Item | undefined; ; after = all.at(-1)) {
    const { items, isTruncated } = pageOf(keys, { ...asked, after })
    all.push(...items)
    expect(items.length).toBeLessThanOrEqual(asked.limit)
    if (!isTruncated) return all
    expect(items).toHaveLength(asked.limit)
  }
}

const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '0', 'é', '🗄'), minLength: 1 })
const keys = fc.array(key, { maxLength: 30 }).map(sorted)

test('pages of any size, put together, are the list in one piece', () => {
  const asked = fc.record({
    prefix: fc.constantFrom('', 'a', 'a/', 'é'),
    delimiter: fc.constantFrom('', '/', '-', 'ab'),
    limit: fc.integer({ min: 1, max: 7 }),
  })
  fc.assert(
    fc.property(keys, asked, (some, how) => {
      expect(walk(some, how)).toEqual(walk(some, { ...how, limit: 1000 }))
    }),
  )
})

test('every key is listed once, by itself or by the prefix it shares', () => {
  fc.assert(
    fc.property(keys, fc.constantFrom('', '/'), (some, delimiter) => {
      const items = walk(some, { prefix: '', delimiter, limit: 3 })
      expect(new Set(items.map(({ text }) => text)).size).toBe(items.length)
      for (const one of some) {
        const by = items.filter(({ kind, text }) =>
          kind === 'key' ? text === one : one.startsWith(text),
        )
        expect([one, by.length]).toEqual([one, 1])
      }
    }),
  )
})

test('a page of no keys ends the list', () => {
  const asked = { prefix: '', delimiter: '', after: undefined, limit: 0 }
  expect(pageOf(['a'], asked)).toEqual({ items: [], isTruncated: false })
})
