/** What may be said of the app's objects, and what is expected by it. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { usualLeaks } from '../../../../lib/rules/kinds/objects/leaks'
import {
  collectionOf,
  mistakes,
  prefixesOf,
  objectsExpected,
  readingsOf,
  settings,
  toldKey,
} from '../../../../lib/rules/kinds/objects/settings'
import { readDatabases } from '../../../../lib/rules/settings/complaints'
import { expectationsOf, expectationsSha256 } from '../../../../lib/rules/settings/databases'

const said = z.strictObject(settings)

const complaintsOf = (bot: object): readonly string[] => {
  const read = readDatabases({
    tokens: {},
    shop: { kind: 'postgres' },
    bot: { kind: 'objects', ...bot },
  })
  return 'complaints' in read ? read.complaints : []
}

const chats = { objects: 'users/{user}/chats/{chat}.json', grows: 'message.mid' }
const pages = { objects: 'users/{user}/page.json' }

describe('what is expected', () => {
  test('of nothing that is said is nothing', () => {
    expect(objectsExpected(undefined)).toEqual({ collections: {} })
  })

  test('is what is said, in values that can be written down', () => {
    const schema = z.array(z.unknown())
    const all = said.parse({
      collections: {
        chats: { ...chats, schema, within: '26h', atLeast: 2 },
        pages,
      },
      isPrivate: true,
      secretsNever: true,
      secrets: [{ name: 'ours', begins: 'our_', atLeast: 20 }],
      shortKeys: true,
      owners: { user: { of: 'tokens', sql: 'SELECT 1' } },
    })
    const expected = objectsExpected(all)
    const by = expect.stringMatching(/^[0-9a-f]{16}$/)
    expect(expected).toEqual({
      collections: {
        chats: { ...chats, by, withinMs: 93_600_000, atLeast: 2 },
        pages: { ...pages, by },
      },
      isPrivate: true,
      secrets: [...usualLeaks.map(({ name }) => name), 'ours'],
      areKeysShort: true,
      owners: { user: { of: 'tokens', by } },
    })
    const { secrets: _, ...without } = said.parse({ collections: { pages }, secretsNever: true })
    expect(objectsExpected(without).secrets).toEqual(usualLeaks.map(({ name }) => name))
    expect(Object.keys(objectsExpected(said.parse({ collections: { pages } })))).toEqual([
      'collections',
    ])
    expect(JSON.parse(JSON.stringify(expected))).toEqual(expected)
  })

  test('decides by what verdict an inventory was judged: another schema is another fingerprint', () => {
    const of = (schema: z.ZodType) =>
      expectationsSha256(
        expectationsOf(
          { bot: { kind: 'objects', collections: { pages: { ...pages, schema } } } },
          'bot',
        ),
      )
    expect(of(z.string())).toBe(of(z.string()))
    expect(of(z.string())).not.toBe(of(z.number()))
  })
})

describe('a mistake in lib/databases.ts', () => {
  test.each([
    ...['app.example', 'https://app.example/', 'https://app.example/page', 'ftp://x'].map(
      (origin) => ({
        name: `an origin that is none: ${origin}`,
        bot: { collections: { pages }, cors: ['https://app.example:8443', origin, '*'] },
        is: `bot.cors.1 is '${origin}', and should be an origin such as https://app.example`,
      }),
    ),
    {
      name: 'contents that are kept for too short a time',
      bot: { collections: { pages }, keepContents: '6d' },
      is: "bot.keepContents is '6d', and should be a span of 7d or more, such as 30d",
    },
    {
      name: 'contents that are kept for no time',
      bot: { collections: { pages }, keepContents: 'ever' },
      is: "bot.keepContents is 'ever', and should be a span of 7d or more, such as 30d",
    },
    {
      name: 'no origin is named',
      bot: { collections: { pages }, cors: [] },
      is: 'bot.cors is a list of 0 things, and should be one origin or more',
    },
    {
      name: 'nothing is said of what is there',
      bot: {},
      is: 'bot.collections is missing, and should be one collection or more, by name',
    },
    {
      name: 'no collection is named',
      bot: { collections: {} },
      is: 'bot.collections is a group of fields, and should be one collection or more, by name',
    },
    {
      name: 'a pattern that is none',
      bot: { collections: { a: { objects: 'users/*/x' } } },
      is: `bot.collections.a.objects is 'users/*/x': it holds "*" or "?": what differs is named in braces, such as {user}`,
    },
    {
      name: 'a schema that is none',
      bot: { collections: { a: { ...pages, schema: { type: 'array' } } } },
      is: 'bot.collections.a.schema is a group of fields, and should be a schema of zod, such as z.object({ … })',
    },
    {
      name: 'a place that is none',
      bot: { collections: { a: { ...pages, grows: 'message..mid' } } },
      is: "bot.collections.a.grows is 'message..mid', and should be a place such as message.mid",
    },
    {
      name: 'two collections of the same objects',
      bot: { collections: { a: pages, b: { objects: 'users/{u}/{what}.json' } } },
      is: "bot.collections.b.objects is 'users/{u}/{what}.json': users/u/page.json would belong to a too, and an object belongs to one collection",
    },
    {
      name: 'owners by a part that there is not',
      bot: { collections: { pages }, owners: { shop: { of: 'tokens', sql: 'SELECT 1' } } },
      is: 'bot.owners.shop is a group of fields: no pattern in objects has the part {shop}',
    },
    {
      name: 'owners of an empty question',
      bot: { collections: { pages }, owners: { user: { of: 'tokens', sql: '' } } },
      is: "bot.owners.user.sql is '', and should be one SELECT",
    },
    {
      name: 'owners of two questions',
      bot: {
        collections: { pages },
        owners: { user: { of: 'tokens', sql: 'SELECT 1; SELECT 2' } },
      },
      is: `bot.owners.user.sql is 'SELECT 1; SELECT 2', and should be one SELECT, and nothing behind its ";"`,
    },
    {
      name: 'owners of a database that there is not',
      bot: { collections: { pages }, owners: { user: { of: 'token', sql: 'SELECT 1' } } },
      is: "bot.owners.user.of is 'token': no database of this name stands in lib/databases.ts",
    },
    {
      name: 'owners of what is an inventory itself',
      bot: { collections: { pages }, owners: { user: { of: 'bot', sql: 'SELECT 1' } } },
      is: `bot.owners.user.of is 'bot': that one is of kind "objects", whose copies are asked nothing for another database`,
    },
    {
      name: 'owners of a dump',
      bot: { collections: { pages }, owners: { user: { of: 'shop', sql: 'SELECT 1' } } },
      is: `bot.owners.user.of is 'shop': that one is of kind "postgres", whose copies are asked nothing for another database`,
    },
  ])('is told by its field and its rule: $name', ({ bot, is }) => {
    expect(complaintsOf(bot)).toEqual([is])
  })

  test('is none at the least and the most that may be said', () => {
    const names = ['x', 'x'.repeat(40)]
    for (const name of names)
      expect(complaintsOf({ collections: { [name]: pages }, keepContents: '7d' })).toEqual([])
    const of = 'tokens'
    for (const owners of [{}, { user: { of, sql: 'SELECT 1' } }])
      expect(complaintsOf({ collections: { pages }, owners, cors: ['*'] })).toEqual([])
    for (const name of ['', 'x'.repeat(41)])
      expect(said.safeParse({ collections: { [name]: pages } }).success).toBe(false)
    const owned = (database: string) => ({ user: { of: database, sql: 'SELECT 1' } })
    expect(said.safeParse({ owners: owned('t') }).success).toBe(true)
    expect(said.safeParse({ owners: owned('') }).success).toBe(false)
  })

  test('is none where collections lie apart', () => {
    expect(complaintsOf({ collections: { chats, pages } })).toEqual([])
  })
})

test.each([
  { sql: 'SELECT id FROM users;\n ;', is: 'SELECT id FROM users' },
  { sql: "SELECT ';' -- ;", is: "SELECT ';' --" },
  { sql: 'with a as (select 1) select "a;b" /* ; */ from a', is: undefined },
])('a question is one whatever stands in its texts and comments: $sql', ({ sql, is = sql }) => {
  const { owners } = said.parse({
    collections: { pages },
    owners: { user: { of: 'tokens', sql } },
  })
  expect(owners).toEqual({ user: { of: 'tokens', sql: is } })
})

describe('what objects are read by', () => {
  const readings = readingsOf({ collections: { chats, pages } })

  test('is the collection that names their key, if one does', () => {
    const of = (key: string) => collectionOf(readings, key)?.name
    expect(of('users/1/chats/2.json')).toBe('chats')
    expect(of('users/1/page.json')).toBe('pages')
    expect(of('users/1/other.json')).toBeUndefined()
  })

  test('changes with the schema, the place and the secrets that are looked for', () => {
    const by = (more: object, of: object = {}) =>
      readingsOf(said.parse({ collections: { pages: { ...pages, ...of } }, ...more }))[0]?.by
    const all = [
      by({}),
      by({}, { schema: z.string() }),
      by({}, { grows: 'id' }),
      by({ secretsNever: true }),
      by({ secretsNever: true, secrets: [{ name: 'ours', begins: 'our_', atLeast: 20 }] }),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(by({}, { within: '2h', atLeast: 3 })).toBe(by({}))
  })

  test('is told by a word that stays from build to build: another, and all are read again', () => {
    const [first] = readingsOf(said.parse({ collections: { chats } }))
    expect(first?.by).toBe('40a4e581c9aace08')
  })

  test('is nothing where nothing is said, or a pattern is none', () => {
    expect(readingsOf({})).toEqual([])
    expect(readingsOf({ collections: { a: { objects: '' } } })).toEqual([])
  })
})

test('what must be listed is listed once, in the order of the keys', () => {
  const of = (...some: string[]) =>
    prefixesOf(
      readingsOf({
        collections: Object.fromEntries(some.map((objects) => [objects, { objects }])),
      }),
    )
  expect(of('users/{u}/a.json', 'users/{u}/b.json', 'logs/{l}')).toEqual(['logs/', 'users/'])
  expect(of('users/x{u}', 'users/{u}/a', 'z')).toEqual(['users/', 'z'])
  expect(of('{all}', 'users/{u}')).toEqual([''])
  expect(of('z/{a}', '\u{1F600}/{a}', '\uFFFD/{a}', 'a/{a}')).toEqual([
    'a/',
    'z/',
    '\uFFFD/',
    '\u{1F600}/',
  ])
})

describe('a key as it is told', () => {
  const key = 'users/3f9a-77/page.json'
  const page = { ...pages, by: '' }
  const short = { collections: {}, areKeysShort: true } as const

  test('is whole, unless it was asked for otherwise', () => {
    expect(toldKey(key, page, { collections: {} })).toBe(key)
    expect(toldKey(key, page, short)).toBe('users/3f9a…/page.json')
  })

  test('keeps what is short, and what no pattern parts', () => {
    expect(toldKey('users/3f9a/page.json', page, short)).toBe('users/3f9a/page.json')
    expect(toldKey(key, { objects: '', by: '' }, short)).toBe(key)
    expect(toldKey(key, { objects: 'a/{b}', by: '' }, short)).toBe(key)
  })
})

test('between fields nothing is said of a pattern that is none: it has its own complaint', () => {
  const pattern = { objects: '' }
  expect(mistakes({ collections: { a: pattern, b: pattern } })).toEqual([])
})
