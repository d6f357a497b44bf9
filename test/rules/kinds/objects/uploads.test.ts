/** How each page and shop is kept, in the app's own words; never of what stands in its objects. */
import { describe, expect, test } from 'vitest'

import type { Foot, Found, ObjectLine, Read } from '../../../../lib/rules/kinds/objects/inventory'
import { objectsExpected } from '../../../../lib/rules/kinds/objects/settings'
import type { ObjectsExpected, ObjectsSettings } from '../../../../lib/rules/kinds/objects/settings'
import { Uploads, uploads } from '../../../../lib/rules/kinds/objects/uploads'
import { headLine, objectLine, takenAt } from '../../../fixtures/inventories'

const collections: ObjectsSettings['collections'] = {
  conversations: {
    objects: 'users/{user}/facebook_messenger/{page}/conversations/{sender}.json',
    grows: 'message.mid',
  },
  pages: { objects: 'users/{user}/facebook_messenger/{page}/page_data.json', within: '26h' },
  shops: { objects: 'users/{user}/shopify/{shop}/shopify_data.json', within: '26h' },
}
const expected = objectsExpected({ collections })

const page = (id: string, found?: Found, more: Partial<ObjectLine> = {}) =>
  objectLine(`users/u1/facebook_messenger/${id}/page_data.json`, {
    of: 'pages',
    ...(found && { found }),
    ...more,
  })
const chat = (id: string, sender: string, found: Found = { growth: 'continued' }) =>
  objectLine(`users/u1/facebook_messenger/${id}/conversations/${sender}.json`, {
    of: 'conversations',
    found,
  })
const shop = (id: string, found?: Found) =>
  objectLine(`users/u1/shopify/${id}/shopify_data.json`, {
    of: 'shops',
    ...(found && { found }),
  })

const readUploads = (
  lines: readonly ObjectLine[],
  { by = expected, foot = {} }: { by?: ObjectsExpected; foot?: Partial<Foot> } = {},
): Uploads => {
  const seen = uploads(by)
  const all: Read[] = [
    { is: 'head', head: headLine() },
    ...lines.map((object): Read => ({ is: 'object', object })),
    { is: 'foot', foot: { lines: lines.length, ...foot } },
  ]
  for (const one of all) seen.take(one)
  return seen.uploads()
}

describe('a page or a shop', () => {
  test('that is well is only named, however many conversations it has', () => {
    const lines = [chat('42', '77', { growth: 'new' }), chat('42', '78'), page('42'), shop('anna')]
    expect(readUploads(lines)).toEqual({ failed: [], fine: ['42', 'anna'], leftOut: 0 })
  })

  const yesterday = new Date(Date.parse(takenAt) - 27 * 3_600_000).toISOString()
  const today = new Date(Date.parse(takenAt) - 26 * 3_600_000).toISOString()

  test.each([
    {
      name: 'whose page is no JSON',
      lines: [page('42', { invalid: 'no JSON' })],
      is: 'pages: not as expected (no JSON)',
    },
    {
      name: 'whose page was not polled',
      lines: [page('42', undefined, { at: yesterday })],
      is: 'pages: not written in time',
    },
    {
      name: 'which was just in time',
      lines: [page('42', undefined, { at: today })],
      is: undefined,
    },
    {
      name: 'that gives a token away',
      lines: [page('42', { leaks: ['a Facebook token'] })],
      is: 'pages: what looks like a Facebook token inside',
    },
    {
      name: 'that anyone can read',
      lines: [page('42', { isOpen: true })],
      is: 'pages: open to anyone',
    },
    { name: 'without a page', lines: [chat('42', '77')], is: 'pages: not there' },
    {
      name: 'whose page is gone, since long',
      lines: [page('42', { growth: 'gone' }, { at: yesterday })],
      is: 'pages: gone',
    },
    {
      name: 'with conversations that have lost something',
      lines: [
        page('42'),
        chat('42', '77', { growth: 'shrunk' }),
        chat('42', '78', { growth: 'shrunk' }),
        chat('42', '79', { growth: 'rewritten' }),
        chat('42', '80', { growth: 'gone' }),
      ],
      is: 'conversations, shrunk (2); conversations, rewritten; conversations, gone',
    },
    {
      name: 'without a page, and with much that is wrong in one conversation',
      lines: [
        chat('42', '77', {
          growth: 'rewritten',
          invalid: 'an entry has no name',
          isOpen: true,
          leaks: ['a JWT', 'a Stripe key'],
        }),
      ],
      is: 'pages: not there; conversations, rewritten; conversations, not as expected (an entry has no name); conversations, open to anyone; conversations, what looks like a JWT inside; conversations, what looks like a Stripe key inside',
    },
  ])('$name: $is', ({ lines, is }) => {
    const fine = is === undefined ? ['42'] : []
    const failed = is === undefined ? [] : [{ id: '42', message: is }]
    expect(readUploads(lines)).toEqual({ failed, fine, leftOut: 0 })
  })

  test('of which one was handed out in its turn is told so', () => {
    const open = [chat('42', '77'), objectLine('elsewhere', { of: 'no longer there' })]
    expect(readUploads([page('42'), chat('42', '77')], { foot: { tried: { open } } })).toEqual({
      failed: [{ id: '42', message: 'conversations, open to anyone' }],
      fine: [],
      leftOut: 0,
    })
  })

  test('of one id on two platforms, or of two users, is two', () => {
    const other = objectLine('users/u2/facebook_messenger/42/page_data.json', {
      of: 'pages',
      found: { invalid: 'no JSON' },
    })
    const { failed, fine } = readUploads([page('42'), shop('42'), other])
    expect(failed).toEqual([{ id: '42', message: 'pages: not as expected (no JSON)' }])
    expect(fine).toEqual(['42', '42'])
  })

  test('is not what a key of no pattern, or a line of an unknown collection, speaks of', () => {
    const lines = [
      objectLine('users/u1/else.json', { of: 'pages' }),
      objectLine('x', { of: 'else' }),
    ]
    expect(readUploads(lines)).toEqual({ failed: [], fine: [], leftOut: 0 })
  })
})

describe('what names the page', () => {
  const idsBy = (objects: string, key: string) => {
    const by = objectsExpected({ collections: { one: { objects } } })
    return readUploads([objectLine(key, { of: 'one' })], { by }).fine
  }

  test.each([
    ['a/{user}/{shop_id}/{x}.json', 'a/1/2/3.json', ['2']],
    ['a/{user}/{account}.json', 'a/1/2.json', ['2']],
    ['a/{account}.json', 'a/1.json', ['1']],
    ['a/p-{page}-x/{y}.json', 'a/p-7-x/8.json', ['7']],
    ['a/{user}.json', 'a/1.json', []],
    ['a/one.json', 'a/one.json', []],
  ])('in %s', (objects, key, ids) => {
    expect(idsBy(objects, key)).toEqual(ids)
  })

  test.each(['page', 'page_id', 'shop', 'shop_id'])(
    '{%s} does, whatever stands before it',
    (part) => {
      expect(idsBy(`a/{thing}/{${part}}.json`, 'a/1/2.json')).toEqual(['2'])
      expect(idsBy(`a/{${part}}/{thing}.json`, 'a/1/2.json')).toEqual(['1'])
    },
  )

  test.each(['user', 'user_id', 'owner', 'customer'])(
    '{%s} does not: it says whose it is',
    (part) => {
      expect(idsBy(`a/{${part}}/{thing}.json`, 'a/1/2.json')).toEqual(['2'])
      expect(idsBy(`a/{${part}}.json`, 'a/1.json')).toEqual([])
    },
  )

  test('tells apart what lies beside it, to the end of its folder', () => {
    const by = objectsExpected({
      collections: {
        chats: { objects: 'a/{page}-x/{chat}.json' },
        here: { objects: 'a/{page}-x/page.json' },
        there: { objects: 'a/{page}-y/page.json' },
      },
    })
    expect(readUploads([objectLine('a/7-x/8.json', { of: 'chats' })], { by })).toEqual({
      failed: [{ id: '7', message: 'here: not there' }],
      fine: [],
      leftOut: 0,
    })
  })

  test('nothing does in a pattern that is none', () => {
    const by = { collections: { one: { objects: 'a/{page', by: '' } } }
    expect(readUploads([objectLine('a/1', { of: 'one' })], { by }).fine).toEqual([])
  })
})

describe('what is kept', () => {
  test('ends with the last that has room', () => {
    // Each of these takes a thousand signs with its quotes and a comma, and 90 of them all there are.
    const idOf = (at: number) => String(at).padStart(997, '0')
    const pages = Array.from({ length: 90 }, (_, at) => page(idOf(at)))
    const kept = readUploads(pages)
    expect([kept.fine.length, kept.leftOut]).toEqual([90, 0])
    const longer = readUploads([...pages.slice(1), page(`x${idOf(0)}`)])
    expect([longer.fine.length, longer.leftOut]).toEqual([89, 1])
  })

  test('has a largest size, and what is not well comes first', () => {
    const invalid = `${'x'.repeat(400)}`
    const many = Array.from({ length: 3_000 }, (_, at) => page(`10000000000${at}`))
    const bad = [page('bad', { invalid })]
    const kept = readUploads([...many, ...bad])
    expect(kept.failed).toMatchObject([{ id: 'bad', message: expect.stringMatching(/^.{299}…$/) }])
    expect(kept.fine.length + kept.leftOut).toBe(3_000)
    expect(JSON.stringify({ uploads: kept }).length).toBeLessThan(100_000)
    const more = readUploads(Array.from({ length: 9_000 }, (_, at) => page(`10000000000${at}`)))
    expect(more.leftOut).toBeGreaterThan(0)
    expect(JSON.stringify({ uploads: more }).length).toBeLessThan(100_000)
    expect(Uploads.parse(JSON.parse(JSON.stringify(more)))).toEqual(more)
  })
})
