/** What is said of the app's objects by what an inventory says of them. */
import { describe, expect, test } from 'vitest'

import { readLine } from '../../../../lib/rules/kinds/objects/inventory'
import type { Foot, Found, ObjectLine } from '../../../../lib/rules/kinds/objects/inventory'
import { judgeInventory, judgeObjects, rowsOf } from '../../../../lib/rules/kinds/objects/judge'
import { unasked } from '../../../../lib/rules/kinds/objects/owners'
import type { ObjectsExpected } from '../../../../lib/rules/kinds/objects/settings'
import { tally } from '../../../../lib/rules/kinds/objects/tally'
import { inventoryText, objectLine } from '../../../fixtures/inventories'

const expected: ObjectsExpected = {
  collections: {
    chats: { objects: 'c/{chat}', by: 'b', grows: 'id', withinMs: 3_600_000, atLeast: 1 },
    pages: { objects: 'p/{page}', by: 'b' },
  },
}

const counted = (text: string, of = expected) => {
  const seen = tally(of)
  for (const line of text.split('\n').slice(0, -1)) seen.take(readLine(Buffer.from(line)))
  return seen.inventory()
}

const said = (
  lines: readonly ObjectLine[],
  { of = expected, foot = {} }: { of?: ObjectsExpected; foot?: Partial<Foot> } = {},
) =>
  judgeObjects(counted(inventoryText(lines, { foot }), of), of).map(
    ({ check, outcome, detail }) => `${outcome} ${check}: ${detail}`,
  )

const list = { count: 3, sha256: 'f' }
const chat = (key: string, more: Partial<ObjectLine> = {}) =>
  objectLine(key, { found: { growth: 'unchanged', list }, ...more })

describe('an inventory', () => {
  const whatToDo: Readonly<Record<string, string>> = {
    failed: 'Nothing is to be restored from it: the next watch takes another inventory.',
    unverifiable: 'Deploy the newest build: npm run deploy.',
  }
  const structure = (text: string) => {
    const { check, outcome, detail, mend } = judgeInventory(counted(text))
    expect(check).toBe('structure')
    expect(mend).toBe(whatToDo[outcome])
    return `${outcome}: ${detail}`
  }

  test.each([
    {
      name: 'whole',
      text: inventoryText([chat('c/1')]),
      is: 'passed: An inventory of 1 object, whole.',
    },
    { name: 'empty', text: '', is: 'failed: The inventory is empty.' },
    {
      name: 'cut',
      text: inventoryText([chat('c/1')]).replace(/\{"lines.*\n/, ''),
      is: 'failed: The inventory was cut off after 1 line.',
    },
    {
      name: 'thinned out',
      text: inventoryText([chat('c/1')], { foot: { lines: 9 } }),
      is: 'failed: The inventory holds 1 line, and says 9.',
    },
    {
      name: 'spoilt',
      text: `${inventoryText([])}x\n`,
      is: 'failed: The inventory is damaged: something stands behind its end.',
    },
    {
      name: 'newer',
      text: inventoryText([], { head: { inventory: 99 } }),
      is: 'unverifiable: The inventory was written by a newer Snapproof.',
    },
  ])('is $name', ({ text, is }) => {
    expect(structure(text)).toBe(is)
  })
})

describe('objects', () => {
  test('that are as they should be are told in figures', () => {
    expect(said([chat('c/1'), objectLine('p/1', { of: 'pages' })])).toEqual([
      'passed schema: Each object holds what is expected.',
      'passed rows: 1 object of chats with 3 entries, 1 object of pages.',
      'passed freshness: Everything was written to within the time that is expected.',
      'passed growth: Nothing that was there is lost: chats: 0 new, 0 continued, 1 unchanged.',
    ])
  })

  test('are told by collection when they are not, with counts and at most three keys', () => {
    const invalid = { invalid: 'no JSON' }
    const told = said([
      ...['1', '2', '3', '4', '5'].map((key) => chat(`c/${key}`, { found: invalid })),
      chat('c/6', { at: '2026-02-27T00:00:00.000Z' }),
      chat('c/7', { found: { growth: 'shrunk', list, since: '2026-02-28T01:00:00.000Z' } }),
      chat('c/8', { found: { growth: 'rewritten', list } }),
      chat('c/9', { found: { growth: 'gone' } }),
    ])
    expect(told).toEqual([
      'unmet schema: chats: 5 of 8 not as expected (no JSON): c/1, c/2, c/3 and 2 more.',
      'passed rows: 8 objects of chats with 9 entries, 0 objects of pages.',
      'warned freshness: chats: 1 of 8 not written to within 1 h: c/6.',
      'unmet growth: chats: 1 shrunk (first seen 2026-02-28 01:00 UTC): c/7; chats: 1 rewritten: c/8; chats: 1 gone: c/9.',
    ])
  })

  test('are told with what to do, each thing by itself', () => {
    const of: ObjectsExpected = {
      isPrivate: true,
      secrets: ['a Shopify token'],
      collections: {
        chats: { objects: 'c/{chat}', by: 'b', grows: 'id', withinMs: 3_600_000, atLeast: 9 },
        pages: { objects: 'p/{page}', by: 'b' },
      },
    }
    const lost = { growth: 'shrunk', list, since: '2026-02-28T01:00:00.000Z' } as const
    const lines = [
      chat('c/1', { at: '2026-02-27T00:00:00.000Z', found: { invalid: 'no JSON' } }),
      chat('c/2', { found: lost }),
      objectLine('p/1', { of: 'pages', found: { leaks: ['a Shopify token'], isOpen: true } }),
    ]
    const text = inventoryText(lines, { foot: { isPrivate: false } })
    const told = judgeObjects(counted(text, of), of).map(
      ({ check, outcome, mend }) => `${outcome} ${check}: ${mend}`,
    )
    expect(told).toMatchSnapshot()
  })

  test('are told by every collection in which something is wrong', () => {
    const one = { by: 'b', grows: 'id', withinMs: 100 * 60_000, atLeast: 4 }
    const of: ObjectsExpected = {
      isPrivate: true,
      secrets: ['a JWT'],
      collections: {
        chats: { objects: 'c/{chat}', ...one },
        pages: { objects: 'p/{page}', ...one },
      },
    }
    const found: Found = { list, invalid: 'no JSON', leaks: ['a JWT'], isOpen: true }
    const at = '2026-02-27T00:00:00.000Z'
    const wrong = (key: string, collection: string) =>
      ['1', '2', '3'].map((last) =>
        objectLine(`${key}/${last}`, { of: collection, at, found: { ...found, growth: 'shrunk' } }),
      )
    expect(said([...wrong('c', 'chats'), ...wrong('p', 'pages')], { of })).toMatchInlineSnapshot(`
      [
        "unmet schema: chats: 3 of 3 not as expected (no JSON): c/1, c/2, c/3; pages: 3 of 3 not as expected (no JSON): p/1, p/2, p/3.",
        "unmet rows: chats: 3 objects; at least 4 are expected; pages: 3 objects; at least 4 are expected.",
        "warned freshness: chats: 3 of 3 not written to within 1.7 h: c/1, c/2, c/3; pages: 3 of 3 not written to within 1.7 h: p/1, p/2, p/3.",
        "unmet growth: chats: 3 shrunk: c/1, c/2, c/3; pages: 3 shrunk: p/1, p/2, p/3.",
        "unmet private: chats: 3 objects handed out to whoever asks without a key: c/1, c/2, c/3; pages: 3 objects handed out to whoever asks without a key: p/1, p/2, p/3.",
        "unmet secrets: chats: 3 objects with what looks like a JWT: c/1, c/2, c/3; pages: 3 objects with what looks like a JWT: p/1, p/2, p/3.",
      ]
    `)
    const right = ['c/1', 'c/2', 'c/3', 'c/4'].map((key) => chat(key))
    const pages = right.map((line, key) => ({ ...line, key: `p/${key}`, of: 'pages' }))
    expect(said([...right, ...pages], { of })).toMatchInlineSnapshot(`
      [
        "passed schema: Each object holds what is expected.",
        "passed rows: 4 objects of chats with 12 entries, 4 objects of pages with 12 entries.",
        "passed freshness: Everything was written to within the time that is expected.",
        "passed growth: Nothing that was there is lost: chats: 0 new, 0 continued, 4 unchanged; pages: 0 new, 0 continued, 4 unchanged.",
        "warned private: Whether the objects are private could not be tried.",
        "passed secrets: Nothing in them looks like an access token.",
      ]
    `)
  })

  test('with one entry are told of in the singular', () => {
    const one = chat('c/1', { found: { growth: 'new', list: { count: 1, sha256: 'f' } } })
    expect(said([one])).toContain(
      'passed rows: 1 object of chats with 1 entry, 0 objects of pages.',
    )
  })

  test('that are fewer than expected are told', () => {
    expect(said([])).toContain('unmet rows: chats: 0 objects; at least 1 are expected.')
  })

  test('are held against what is said, and nothing else', () => {
    const of = { collections: { pages: { objects: 'p/{page}', by: 'b' } } }
    expect(said([chat('c/1'), objectLine('p/1', { of: 'pages' })], { of })).toEqual([
      'passed schema: Each object holds what is expected.',
      'passed rows: 1 object of pages.',
    ])
  })

  test.each([
    { isPrivate: true, is: 'passed private: Whoever asks without a key is refused.' },
    {
      isPrivate: false,
      is: 'unmet private: whoever asks without a key is given a list of them.',
    },
    {
      isPrivate: undefined,
      is: 'warned private: Whether the objects are private could not be tried.',
    },
  ])('are private, or not: $isPrivate', ({ isPrivate, is }) => {
    const of = { ...expected, isPrivate: true } as const
    expect(said([chat('c/1')], { of, foot: { isPrivate } })).toContain(is)
    const listed = isPrivate === false ? 'whoever asks without a key is given a list of them; ' : ''
    expect(said([chat('c/1', { found: { isOpen: true } })], { of, foot: { isPrivate } })).toContain(
      `unmet private: ${listed}chats: 1 object handed out to whoever asks without a key: c/1.`,
    )
  })

  test('of which nobody could tell whether they are private are tried again', () => {
    const of = { ...expected, isPrivate: true } as const
    const findings = judgeObjects(counted(inventoryText([chat('c/1')]), of), of)
    expect(findings.find(({ check }) => check === 'private')?.mend).toBe(
      'Nothing is to be done now: the next inventory tries it again.',
    )
  })

  test('are not private where one was handed out in its turn, told like those that were read', () => {
    const of = { ...expected, isPrivate: true, areKeysShort: true } as const
    const open = [
      { key: 'c/7c0ffee', of: 'chats' },
      { key: 'p/1', of: 'pages' },
      { key: 'x/1', of: 'no longer there' },
    ]
    const lines = [chat('c/1', { found: { isOpen: true } }), chat('c/7c0ffee')]
    for (const isPrivate of [true, undefined])
      expect(said(lines, { of, foot: { isPrivate, tried: { open } } })).toContain(
        'unmet private: chats: 2 objects handed out to whoever asks without a key: c/1, c/7c0f…; pages: 1 object handed out to whoever asks without a key: p/1.',
      )
    expect(said(lines.slice(1), { of, foot: { isPrivate: true, tried: { open: [] } } })).toContain(
      'passed private: Whoever asks without a key is refused.',
    )
  })

  test('that were read by another schema are not accused by this one', () => {
    const head = { collections: { chats: 'another', pages: 'b' } }
    const invalid = [chat('c/1', { found: { invalid: 'no JSON' } })]
    const judged = (lines: readonly ObjectLine[]) =>
      judgeObjects(counted(inventoryText(lines, { head })), expected)[0]
    const late = (names: string) => ({
      check: 'schema',
      outcome: 'warned',
      detail: `Taken before lib/databases.ts was changed: what is expected now was not asked of ${names}.`,
      mend: 'Nothing is to be done: the next inventory asks it.',
    })
    expect(judged(invalid)).toEqual(late('chats'))
    const older = inventoryText(invalid, { head: { collections: {} } })
    expect(judgeObjects(counted(older), expected)[0]).toEqual(late('chats, pages'))
    const other = objectLine('p/1', { of: 'pages', found: { invalid: 'no JSON' } })
    expect(judged([...invalid, other])).toMatchObject({ outcome: 'unmet' })
  })

  test('have owners where a database is asked for them', () => {
    const of = { ...expected, owners: { user: { of: 'tokens', by: 'b' } } }
    const user = { ...unasked('b', 'Nobody is there.', undefined) }
    expect(said([chat('c/1')], { of, foot: { owners: { user } } }).at(-1)).toBe(
      'warned owners: user: tokens could not be asked. Nobody is there.',
    )
  })

  test('hold no secrets, or what it looks like', () => {
    const of = { ...expected, secrets: ['a Shopify token'] }
    expect(said([chat('c/1')], { of })).toContain(
      'passed secrets: Nothing in them looks like an access token.',
    )
    expect(said([chat('c/1', { found: { leaks: ['a Shopify token'] } })], { of })).toContain(
      'unmet secrets: chats: 1 object with what looks like a Shopify token: c/1.',
    )
  })
})

test('what later inventories are compared with is what stands there, and entries where it grows', () => {
  const inventory = counted(inventoryText([chat('c/1'), chat('c/2')]))
  expect(rowsOf(inventory, expected)).toEqual({ chats: 2, 'chats entries': 6, pages: 0 })
  expect(rowsOf(counted('', { collections: {} }), expected)).toEqual({
    chats: 0,
    'chats entries': 0,
    pages: 0,
  })
})
