/** Does a mistake in lib/databases.ts name its field and its rule? */
import { describe, expect, test } from 'vitest'

import { readDatabases } from '../../../lib/rules/settings/complaints'

const mistakes: { name: string; said: unknown; complaints: string[] }[] = [
  {
    name: 'a span that is none',
    said: { tokens: { expectEvery: '24 hours' } },
    complaints: ["tokens.expectEvery is '24 hours', and should be a span such as 45m, 26h or 7d"],
  },
  {
    name: 'a field with a slip of the hand',
    said: { tokens: { expectEvry: '24h' } },
    complaints: ['tokens has no field "expectEvry"; you may mean "expectEvery"'],
  },
  {
    name: 'a field of another kind',
    said: { shop: { kind: 'postgres', table: {} } },
    complaints: ['shop has no field "table"; you may mean "tables"'],
  },
  {
    name: 'a slip in what its own kind alone has',
    said: { shop: { kind: 'postgres', unrestord: 'warn' } },
    complaints: ['shop has no field "unrestord"; you may mean "unrestored"'],
  },
  {
    name: 'a slip in what another kind alone has',
    said: { tokens: { unrestord: 'warn' } },
    complaints: ['tokens has no field "unrestord"'],
  },
  {
    name: 'a slip within a group of fields',
    said: { tokens: { keep: { dayly: 7 } } },
    complaints: ['tokens.keep has no field "dayly"; you may mean "daily"'],
  },
  {
    name: 'a slip within one of several groups',
    said: {
      shop: {
        kind: 'objects',
        collections: { mail: { objects: 'mail/{id}.json', atLeas: 2, withn: '1d' } },
      },
    },
    complaints: [
      'shop.collections.mail has no field "atLeas"; you may mean "atLeast"',
      'shop.collections.mail has no field "withn"; you may mean "within"',
    ],
  },
  {
    name: 'within a group, a slip of what stands beside the group alone',
    said: { tokens: { rows: { users: { atLeast: 1, pth: 'a.db' } } } },
    complaints: ['tokens.rows.users has no field "pth"'],
  },
  {
    name: 'a slip in the name of the kind',
    said: { tokens: { knd: 'sqlite' } },
    complaints: ['tokens has no field "knd"; you may mean "kind"'],
  },
  {
    name: 'one name where a list belongs',
    said: { tokens: { olderNames: 'backup' } },
    complaints: ["tokens.olderNames is 'backup', and should be a list"],
  },
  {
    name: 'a field that nobody knows',
    said: { tokens: { keep: { hours: 1 } } },
    complaints: ['tokens.keep has no field "hours"'],
  },
  {
    name: 'a kind that nobody knows',
    said: { shop: { kind: 'mysql' } },
    complaints: ["shop.kind is 'mysql', and should be sqlite or postgres or objects"],
  },
  {
    name: 'a kind that is no word',
    said: { shop: { kind: 5 } },
    complaints: ['shop.kind is 5, and should be sqlite or postgres or objects'],
  },
  {
    name: 'a name that cannot be one',
    said: { 'My db': {} },
    complaints: [
      '"My db" cannot be a name: A database name is 1 to 64 lower-case letters, digits, "-" or "_", and starts with a letter or digit.',
    ],
  },
  {
    name: 'one of two ways, neither of them met',
    said: { tokens: { keep: 'sometimes' } },
    complaints: ['tokens.keep is \'sometimes\', and should be "all" or a group of fields'],
  },
  {
    name: 'a number below its least',
    said: { tokens: { keep: { daily: -1 } } },
    complaints: ['tokens.keep.daily is -1, and should be 0 or more'],
  },
  {
    name: 'a number above its most',
    said: { tokens: { collapse: { share: 2 } } },
    complaints: ['tokens.collapse.share is 2, and should be 1 or less'],
  },
  {
    name: 'a rule in words of its own',
    said: { tokens: { keep: { daily: 0, weekly: 0, monthly: 0, yearly: 0 } } },
    complaints: [
      'tokens.keep is a group of fields: keeps nothing but the floors; say "all", or a number above 0',
    ],
  },
  {
    name: 'something where a group belongs',
    said: { tokens: 5 },
    complaints: ['tokens is 5, and should be a group of fields'],
  },
  {
    name: 'a list where a group belongs',
    said: { tokens: { tables: ['tokens'] } },
    complaints: ['tokens.tables is a list of 1 thing, and should be a group of fields'],
  },
  {
    name: 'what is missing deep in a list, and more beside it',
    said: { tokens: { maxBytes: '5GB', assertions: [{ sql: 'SELECT 1' }] } },
    complaints: [
      "tokens.maxBytes is '5GB', and should be a number",
      'tokens.assertions.0.name is missing, and should be a text',
    ],
  },
  {
    name: 'a size that is none',
    said: { tokens: { maxStoredBytes: '20 gigs' } },
    complaints: [
      "tokens.maxStoredBytes is '20 gigs', and should be a size such as 500 MB, 20 GB or 20 GiB",
    ],
  },
]

describe('lib/databases.ts', () => {
  test.each(mistakes)('with $name says so in a sentence', ({ said, complaints }) => {
    expect(readDatabases(said)).toEqual({ complaints })
  })

  test('without a mistake is what it says', () => {
    const databases = { tokens: { expectEvery: '24h' }, shop: { kind: 'postgres' } }
    expect(readDatabases(databases)).toEqual({ databases })
  })

  test('is no group at all where another thing was exported', () => {
    expect(readDatabases(undefined)).toEqual({
      complaints: ['the whole is missing, and should be a group of fields'],
    })
  })
})
