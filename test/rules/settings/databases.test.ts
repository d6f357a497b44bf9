import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { databases as example } from '../../../lib/databases'
import { usualKeep } from '../../../lib/rules/keeping/retention'
import { dayMs, hourMs } from '../../../lib/rules/plain/time-units'
import {
  DatabasesFile,
  DatabaseSettings,
  expectationsOf,
  expectationsSha256,
  isAsked,
  isAwaited,
} from '../../../lib/rules/settings/databases'

const gib = 1024 ** 3

describe('DatabasesFile', () => {
  test.each([
    [{ shop: { olderNames: ['log'] }, log: {} }, ['shop', 'olderNames', 0], 'log'],
    [
      { shop: { olderNames: ['a', 'b'] }, log: { olderNames: ['b'] } },
      ['log', 'olderNames', 0],
      'shop',
    ],
    [{ shop: { olderNames: ['shop'] } }, ['shop', 'olderNames', 0], 'shop'],
    [{ shop: { olderNames: ['a', 'a'] } }, ['shop', 'olderNames', 1], 'shop'],
  ])('lets no older name stand for two: %j', (said, at, owner) => {
    expect(DatabasesFile.safeParse(said).error?.issues).toMatchObject([
      { path: at, message: expect.stringContaining(`stands for ${owner} already`) },
    ])
    expect(DatabasesFile.safeParse({ shop: { olderNames: ['backup'] }, log: {} }).success).toBe(
      true,
    )
  })

  test('takes the example that ships with Snapproof', () => {
    expect(DatabasesFile.parse(example)).toEqual(example)
  })

  test.each([
    { name: 'nothing at all', settings: {} },
    { name: 'one byte', settings: { maxBytes: 1 } },
    { name: 'the largest single upload', settings: { maxBytes: 5 * gib } },
    { name: 'a path of one letter', settings: { path: 'a' } },
    { name: 'what all copies may take', settings: { maxStoredBytes: 1 } },
    { name: 'the same in words', settings: { maxStoredBytes: '20 GB' } },
    { name: 'one ticket an hour', settings: { ticketsPerHour: 1 } },
    { name: 'a floor of nothing', settings: { rows: { tokens: { atLeast: 0 } } } },
    { name: 'a table whose columns do not matter', settings: { tables: { tokens: [] } } },
    { name: 'references that are tolerated', settings: { references: 'warn' } },
    { name: 'a copy every quarter of an hour', settings: { expectEvery: '15m', grace: '5m' } },
    { name: 'that it has been retired', settings: { expectEvery: 'off' } },
    { name: 'that everything is kept', settings: { keep: 'all' } },
    { name: 'how much is kept', settings: { keep: { daily: 14, within: '7d' } } },
    { name: 'what older scripts called it', settings: { olderNames: ['backup', 'pg_dump'] } },
    { name: 'that proofs do not age', settings: { reverifyAfter: 'off' } },
    { name: 'how soon they do', settings: { reverifyAfter: '1w' } },
  ] as const)('may say $name', ({ settings }) => {
    expect(DatabaseSettings.safeParse(settings).success).toBe(true)
  })

  test.each([
    { name: 'no bytes', settings: { maxBytes: 0 } },
    { name: 'half a byte', settings: { maxBytes: 0.5 } },
    { name: 'one byte more than a single upload', settings: { maxBytes: 5 * gib + 1 } },
    { name: 'no bytes for all copies', settings: { maxStoredBytes: 0 } },
    { name: 'a size without its unit', settings: { maxStoredBytes: '20' } },
    { name: 'no tickets', settings: { ticketsPerHour: 0 } },
    { name: 'a floor below nothing', settings: { rows: { tokens: { atLeast: -1 } } } },
    { name: 'a floor without its number', settings: { rows: { tokens: {} } } },
    { name: 'a floor with a word too many', settings: { rows: { t: { atLeast: 1, most: 2 } } } },
    { name: 'a path of no letters', settings: { path: '' } },
    { name: 'a third way with references', settings: { references: 'ignore' } },
    { name: 'a misspelt field', settings: { maxByte: 1 } },
    { name: 'a span without its unit', settings: { expectEvery: '24' } },
    { name: 'a span of nothing', settings: { expectEvery: '0h' } },
    { name: 'a schedule in words', settings: { expectEvery: 'daily' } },
    { name: 'that there is no grace', settings: { grace: 'off' } },
    { name: 'that nothing is kept', settings: { keep: 'none' } },
    { name: 'fewer copies than the floor', settings: { keep: { minimum: 2 } } },
    { name: 'an older name with a date in it', settings: { olderNames: ['backup_*'] } },
    { name: 'a proof that ages at once', settings: { reverifyAfter: '0d' } },
  ])('may not say $name', ({ settings }) => {
    expect(DatabaseSettings.safeParse(settings).success).toBe(false)
  })

  test.each([
    { name: 'tokens', isRight: true },
    { name: 'a'.repeat(64), isRight: true },
    { name: 'a'.repeat(65), isRight: false },
    { name: '', isRight: false },
    { name: 'Tokens', isRight: false },
    { name: '_state', isRight: false },
    { name: 'a/b', isRight: false },
  ])('a database may be named "$name": $isRight', ({ name, isRight }) => {
    expect(DatabasesFile.safeParse({ [name]: {} }).success).toBe(isRight)
  })

  test('a refused name is told the rule', () => {
    const { error } = DatabasesFile.safeParse({ 'My Tokens': {} })
    expect(JSON.stringify(error?.issues)).toContain('1 to 64 lower-case letters')
  })
})

describe('expectationsOf', () => {
  test.each([
    { maxStoredBytes: '20 GiB', bytes: 20 * gib },
    { maxStoredBytes: 7, bytes: 7 },
    { maxStoredBytes: undefined, bytes: undefined },
  ])('reads a budget in words and in bytes: $maxStoredBytes', ({ maxStoredBytes, bytes }) => {
    const said = maxStoredBytes === undefined ? {} : { maxStoredBytes }
    expect(expectationsOf({ tokens: said }, 'tokens').maxStoredBytes).toBe(bytes)
  })

  const ordinary = {
    schedule: { everyMs: 24 * hourMs, graceMs: 2 * hourMs },
    keep: usualKeep,
    keepSecond: { ...usualKeep, daily: 37, weekly: 9, monthly: 13 },
    reverifyAfterMs: 30 * dayMs,
    maxBytes: 5 * gib,
    maxStoredBytes: undefined,
    ticketsPerHour: 20,
    kind: 'sqlite',
    asked: {
      tables: {},
      rows: {},
      areReferencesStrict: true,
      freshness: undefined,
      assertions: [],
    },
    collapse: { share: 0.5, slackRows: 100 },
  }

  test.each([
    { name: 'a database that is not listed', databases: {} },
    { name: 'a database of which nothing is said', databases: { tokens: {} } },
    { name: 'a database beside the listed one', databases: { other: { maxBytes: 1 } } },
    {
      name: 'references that fail, as they do anyway',
      databases: { tokens: { references: 'fail' } },
    },
  ] as const)('has defaults for $name', ({ databases }) => {
    expect(expectationsOf(databases, 'tokens')).toEqual(ordinary)
  })

  test('keeps everything that is said', () => {
    const settings = {
      expectEvery: '6h',
      grace: '30m',
      keep: { daily: 3, yearly: 1, within: '3d', minimum: 5, mostAtOnce: 0.2 },
      keepSecond: { daily: 40 },
      reverifyAfter: '1w',
      maxBytes: 1,
      ticketsPerHour: 2,
      tables: { tokens: ['key'] },
      rows: { tokens: { atLeast: 3 } },
      references: 'warn',
      freshest: 'SELECT max(created_at) FROM tokens',
      within: '2d',
      assertions: [
        { name: 'a', sql: 'SELECT 1 WHERE 0' },
        {
          name: 'b',
          sql: 'with x as (select 1) select * from x',
          expect: { equals: 1 },
          otherwise: 'warn',
        },
      ],
      collapse: { share: 0.9, slackRows: 7 },
    } as const
    const listed = DatabasesFile.parse({ tokens: settings })
    expect(expectationsOf(listed, 'tokens')).toEqual({
      schedule: { everyMs: 6 * hourMs, graceMs: hourMs / 2 },
      keep: {
        hourly: 0,
        daily: 3,
        weekly: usualKeep.weekly,
        monthly: usualKeep.monthly,
        yearly: 1,
        withinMs: 3 * dayMs,
        minimum: 5,
        mostAtOnce: 0.2,
      },
      keepSecond: {
        hourly: 0,
        daily: 40,
        weekly: 9,
        monthly: 13,
        yearly: 2,
        withinMs: 3 * dayMs,
        minimum: 5,
        mostAtOnce: 0.2,
      },
      reverifyAfterMs: 7 * dayMs,
      maxBytes: 1,
      ticketsPerHour: 2,
      kind: 'sqlite',
      asked: {
        tables: { tokens: ['key'] },
        rows: { tokens: { atLeast: 3 } },
        areReferencesStrict: false,
        freshness: { sql: 'SELECT max(created_at) FROM tokens', withinMs: 172_800_000 },
        assertions: [
          { name: 'a', sql: 'SELECT 1 WHERE 0', expect: 'no rows', isWarning: false },
          {
            name: 'b',
            sql: 'with x as (select 1) select * from x',
            expect: { equals: 1 },
            isWarning: true,
          },
        ],
      },
      collapse: { share: 0.9, slackRows: 7 },
    })
  })

  test('takes content of 26 hours for fresh where no span is said, and watches no collapse when off', () => {
    const settings = { freshest: 'SELECT 1', collapse: 'off' } as const
    expect(expectationsOf({ tokens: settings }, 'tokens')).toMatchObject({
      asked: { freshness: { sql: 'SELECT 1', withinMs: 93_600_000 } },
      collapse: undefined,
    })
    expect(expectationsOf({ tokens: { collapse: {} } }, 'tokens').collapse).toEqual({
      share: 0.5,
      slackRows: 100,
    })
  })

  test('expects, keeps and re-proves nothing where that is switched off', () => {
    const off = { expectEvery: 'off', keep: 'all', reverifyAfter: 'off' } as const
    expect(expectationsOf({ tokens: off }, 'tokens')).toEqual({
      ...ordinary,
      schedule: undefined,
      keep: undefined,
      keepSecond: undefined,
      reverifyAfterMs: undefined,
    })
    const retired = { expectEvery: 'off', grace: '1h' } as const
    expect(expectationsOf({ tokens: retired }, 'tokens').schedule).toBeUndefined()
  })

  test.each([
    { name: 'the span alone', said: { expectEvery: '1h' }, everyMs: hourMs, graceMs: 2 * hourMs },
    { name: 'the grace alone', said: { grace: '5m' }, everyMs: dayMs, graceMs: 300_000 },
  ])('takes the usual for what is not said of a schedule: $name', ({ said, everyMs, graceMs }) => {
    expect(expectationsOf({ tokens: said }, 'tokens').schedule).toEqual({ everyMs, graceMs })
  })

  test.each([
    { name: 'a span that is none', settings: { freshest: 'SELECT 1', within: 'a day' } },
    { name: 'a statement that changes something', settings: { freshest: 'DELETE FROM tokens' } },
    {
      name: 'an assertion that changes something',
      settings: { assertions: [{ name: 'a', sql: 'PRAGMA x=1' }] },
    },
    {
      name: 'an expectation that is none',
      settings: { assertions: [{ name: 'a', sql: 'SELECT 1', expect: 'rows' }] },
    },
    { name: 'a share above one', settings: { collapse: { share: 1.1 } } },
  ])('refuses $name', ({ settings }) => {
    expect(DatabasesFile.safeParse({ tokens: settings }).success).toBe(false)
  })

  test.each([
    { name: 'a table', said: { tables: { tokens: ['key'] } } },
    { name: 'a floor', said: { rows: { tokens: { atLeast: 1 } } } },
    { name: 'how references are taken', said: { references: 'warn' } },
    { name: 'a question for what is fresh', said: { freshest: 'SELECT 1' } },
    { name: 'how fresh that should be', said: { freshest: 'SELECT 1', within: '1h' } },
    { name: 'an assertion', said: { assertions: [{ name: 'a', sql: 'SELECT 1' }] } },
    { name: 'that rows may go', said: { collapse: 'off' } },
    { name: 'how many rows may go', said: { collapse: { share: 0.9 } } },
  ] as const satisfies { name: string; said: DatabaseSettings }[])(
    'has another fingerprint for what decides a verdict: $name',
    ({ said }) => {
      const plain = expectationsSha256(ordinary)
      const other = expectationsSha256(
        expectationsOf({ tokens: DatabaseSettings.parse(said) }, 'tokens'),
      )
      expect(other).toMatch(/^[0-9a-f]{64}$/)
      expect(other).not.toBe(plain)
    },
  )

  test('a second place that lets go earlier is refused, by the field and the number', () => {
    const read = DatabaseSettings.safeParse({ keep: { daily: 9 }, keepSecond: { daily: 8 } })
    expect(read.error?.issues).toMatchObject([
      { path: ['keepSecond'], message: expect.stringContaining('less than 9') as string },
    ])
    expect(DatabaseSettings.safeParse({ keepSecond: 'all' }).success).toBe(true)
  })

  test('has the same fingerprint whatever is said besides: of keeping, of lateness, of size', () => {
    const said = {
      keep: 'all',
      expectEvery: '1h',
      grace: '5m',
      maxBytes: 5,
      path: '/srv/a.db',
    } as const
    expect(expectationsSha256(expectationsOf({ tokens: said }, 'tokens'))).toBe(
      expectationsSha256(ordinary),
    )
  })

  test('expects nothing special of a name that every JavaScript object knows', () => {
    const names = fc.constantFrom('constructor', '__proto__', 'toString', 'hasOwnProperty')
    fc.assert(
      fc.property(fc.oneof(names, fc.string()), (name) => {
        expect(expectationsOf({}, name)).toEqual(ordinary)
      }),
    )
  })
})

describe('a copy of another kind than the one that is listed', () => {
  const listed = { tokens: { tables: { tokens: ['key'] }, maxBytes: 7 } }

  test('is expected to hold nothing, and is kept and sized as the rest', () => {
    const expected = expectationsOf(listed, 'tokens', 'pages')
    expect(expected).toMatchObject({ kind: 'pages', maxBytes: 7, asked: undefined })
    expect(expectationsSha256(expected)).not.toBe(
      expectationsSha256(expectationsOf(listed, 'tokens')),
    )
  })

  test('is told by the kind that is listed where nobody says of which kind it is', () => {
    const shop = DatabasesFile.parse({ shop: { kind: 'postgres' } })
    expect(expectationsOf(shop, 'shop').kind).toBe('postgres')
    expect(expectationsOf(shop, 'shop', 'sqlite').kind).toBe('sqlite')
  })

  test('is none where it is of that kind', () => {
    expect(expectationsOf(listed, 'tokens', 'sqlite')).toEqual(expectationsOf(listed, 'tokens'))
  })
})

test.each([
  { name: 'nothing', said: undefined, is: false },
  { name: 'only how it is kept', said: { keep: 'all' }, is: false },
  { name: 'a table', said: { tables: { tokens: [] } }, is: true },
] as const)('its content is asked for where it is said of it: $name', ({ said, is }) => {
  expect(isAsked(said && DatabaseSettings.parse(said))).toBe(is)
})

test('nothing is known to be asked of a kind that only another build knows', () => {
  const said: object = { kind: 'pages' }
  expect(isAsked(said)).toBe(false)
})

test.each([
  { name: 'nobody named', databases: {}, is: false },
  { name: 'a person named', databases: { tokens: {} }, is: true },
  { name: 'came as an example', databases: { tokens: { isExample: true } }, is: false },
] as const)('the first copy is missed of a database that $name: $is', ({ databases, is }) => {
  expect(isAwaited(databases, 'tokens')).toBe(is)
})
