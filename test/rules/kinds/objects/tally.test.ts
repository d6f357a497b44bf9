/** How many there are of each collection, and what is with them, line by line. */
import { describe, expect, test } from 'vitest'

import { readLine } from '../../../../lib/rules/kinds/objects/inventory'
import type { ObjectsExpected } from '../../../../lib/rules/kinds/objects/settings'
import { tally } from '../../../../lib/rules/kinds/objects/tally'
import { headLine, inventoryText, objectLine } from '../../../fixtures/inventories'

const expected: ObjectsExpected = {
  collections: { chats: { objects: 'c/{chat}', by: 'b', grows: 'id', withinMs: 3_600_000 } },
}

const counted = (text: string) => {
  const seen = tally(expected)
  for (const line of text.split('\n').slice(0, -1)) seen.take(readLine(Buffer.from(line)))
  return seen.inventory()
}

const list = { count: 3, sha256: 'f' }

describe('an inventory', () => {
  test('is stale from the first moment after its time', () => {
    const { collections } = counted(
      inventoryText([
        objectLine('c/1', { at: '2026-03-01T00:00:00.000Z' }),
        objectLine('c/2', { at: '2026-02-28T23:59:59.999Z' }),
      ]),
    )
    const says = '2026-02-28T23:59:59.999Z'
    expect(collections['chats']?.stale).toEqual({ count: 1, keys: ['c/2'], says })
  })

  test('is counted by collection, with the first keys of what is not as it should be', () => {
    const lost = { growth: 'shrunk', list, since: '2026-02-28T01:00:00.000Z' }
    const { collections, lines, broken } = counted(
      inventoryText([
        objectLine('c/1', { found: { growth: 'new', list } }),
        objectLine('c/2', { found: { growth: 'new', list }, at: '2026-02-28T00:00:00.000Z' }),
        ...['c/3', 'c/4', 'c/5', 'c/6'].map((key) => objectLine(key, { found: lost })),
        objectLine('c/7', { found: { growth: 'gone' } }),
        objectLine('c/8', { found: { growth: 'rewritten', list, leaks: ['a', 'b'] } }),
        objectLine('c/9', { found: { invalid: 'no JSON' } }),
        objectLine('d', { of: 'others' }),
      ]),
    )
    expect({ lines, broken }).toEqual({ lines: 10, broken: undefined })
    expect(collections['chats']).toMatchObject({
      objects: 8,
      entries: 21,
      growth: { new: 2, shrunk: 4, rewritten: 1 },
      shrunk: { count: 4, keys: ['c/3', 'c/4', 'c/5'], says: lost.since },
      rewritten: { count: 1 },
      gone: { count: 1, keys: ['c/7'] },
      invalid: { count: 1, says: 'no JSON' },
      stale: { count: 1, keys: ['c/2'] },
      leaking: { count: 1, says: 'a, b' },
    })
    expect(collections['others']).toMatchObject({ objects: 1, stale: { count: 0 } })
  })

  test.each([
    {
      name: 'has its keys twice',
      text: inventoryText([objectLine('b'), objectLine('b')]),
      is: 'its keys are not in order',
    },
    {
      name: 'has them in another order',
      text: inventoryText([objectLine('b'), objectLine('a')]),
      is: 'its keys are not in order',
    },
    {
      name: 'goes on behind its end',
      text: `${inventoryText([])}{"lines":0}\n`,
      is: 'something stands behind its end',
    },
    {
      name: 'holds a line that is none',
      text: `${inventoryText([objectLine('a')])}`.replace('"etag"', '"etag'),
      is: 'line 2 cannot be read',
    },
    {
      name: 'begins twice',
      text: `${JSON.stringify(headLine())}\n${inventoryText([])}`,
      is: 'it does not begin as one',
    },
    {
      name: 'begins in its middle',
      text: `${JSON.stringify(objectLine('a'))}\n`,
      is: 'it does not begin as one',
    },
    { name: 'ends before it begins', text: '{"lines":0}\n', is: 'it does not begin as one' },
  ])('is broken when it $name', ({ text, is }) => {
    expect(counted(text).broken).toBe(is)
  })

  test('is not broken for being newer, and what follows is not accused', () => {
    const text = inventoryText([], { head: { inventory: 99 } })
    expect(counted(text)).toMatchObject({ isNewer: true })
  })

  test('that is empty has all that is expected, and nothing of it', () => {
    expect(counted('')).toMatchObject({ lines: 0, collections: { chats: { objects: 0 } } })
  })
})
