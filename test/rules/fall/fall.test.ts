import { describe, expect, test } from 'vitest'

import { driftOf } from '../../../lib/rules/fall/drift'
import {
  Fall,
  fallOf,
  isSaidRight,
  judgeFall,
  tableWords,
  tellerOf,
} from '../../../lib/rules/fall/fall'
import type { Past } from '../../../lib/rules/fall/levels'
import { dayMs } from '../../../lib/rules/plain/time-units'
import { usualLimits } from '../../fixtures/histories'
import { told as toldOf } from '../../fixtures/told/entries'

const now = new Date('2026-03-18T01:00:00.000Z')
const dayAgo = (days: number) => new Date(now.getTime() - days * dayMs).toISOString()

type Tables = Readonly<Record<string, number | readonly [number, ...string[]]>>

const rowsOf = (tables: Tables) =>
  Object.fromEntries(
    Object.entries(tables).map(([name, table]) => [
      name,
      typeof table === 'number' ? table : table[0],
    ]),
  )

/** Tables have one column each, which is named after nothing, where no others are told. */
const schemaOf = (tables: Tables) =>
  Object.fromEntries(
    Object.entries(tables).map(([name, table]) => [
      name,
      typeof table === 'number' ? [`${name}_id`] : table.slice(1).map(String),
    ]),
  )

type Last = Partial<Parameters<typeof fallOf>[0]['last']>

/** What is said of a copy of today after these, one a day, newest first. */
const fallen = (today: Tables, days: readonly Tables[], last: Last = {}, limits = usualLimits) => {
  const past = days.map((tables, nth): Past => ({
    id: `${nth + 1} days ago`,
    arrivedAt: dayAgo(nth + 1),
    rows: rowsOf(tables),
    lows: {},
  }))
  const [yesterday = {}] = days
  const schema = last.schema ?? schemaOf(yesterday)
  return fallOf({
    told: { id: 'today', arrivedAt: dayAgo(0), schema: schemaOf(today), rows: rowsOf(today) },
    past,
    last: { fall: undefined, begins: {}, ...last, schema },
    drift: driftOf(schema, schemaOf(today)),
    limits,
  })
}

const twice = (tables: Tables) => [tables, tables]

describe('a table of our own', () => {
  test('says nothing of the data: the row that a host writes for its copy is not missed', () => {
    expect(fallen({ t: 1 }, twice({ t: 1, snapproof_canary: 1 })).fall).toBeUndefined()
    expect(fallen({ t: 1 }, twice({ t: 1, canary: 1 })).fall).toBeDefined()
  })
})

describe('a table that stands there and is counted no more', () => {
  const schema = schemaOf({ t: 1, t_data: 1 })
  const uncounted = (last: Last, past = twice({ t: 500, t_data: 9000 })) =>
    fallOf({
      told: { id: 'today', arrivedAt: dayAgo(0), schema, rows: { t: 500 } },
      past: past.map((tables, nth) => ({
        id: `${nth}`,
        arrivedAt: dayAgo(nth + 1),
        rows: rowsOf(tables),
        lows: {},
      })),
      last: { fall: undefined, begins: {}, schema, ...last },
      drift: { came: [], went: [] },
      limits: usualLimits,
    }).fall

  test('has lost nothing', () => {
    expect(uncounted({})).toBeUndefined()
    const gone = twice({ t: 500, t_rows: 9000 })
    expect(uncounted({}, gone)?.tables).toEqual({ t_rows: { had: 9000 } })
  })

  test('has nothing left of a fall that was told of it', () => {
    const tables = { t_data: { had: 9000, has: 3 } }
    const fall = { since: '0', sinceAt: dayAgo(1), before: '1', beforeAt: dayAgo(2), tables }
    expect(uncounted({ fall })).toBeUndefined()
    expect(uncounted({ fall: { ...fall, tables: { t_rows: { had: 9000 } } } })).toBeDefined()
  })
})

describe('rows that are gone', () => {
  test.each([
    { name: 'exactly half', had: 1000, has: 500, isFallen: false },
    { name: 'one more than half', had: 1000, has: 499, isFallen: true },
    { name: 'all, within the slack', had: 100, has: 0, isFallen: false },
    { name: 'all, one beyond the slack', had: 101, has: 0, isFallen: true },
    { name: 'none: there are more', had: 10, has: 100_000, isFallen: false },
    { name: 'the well-known 31,183 to 2', had: 31_183, has: 2, isFallen: true },
  ])('are missed beyond share and slack: $name', ({ had, has, isFallen }) => {
    const { fall } = fallen({ t: has }, twice({ t: had }))
    expect(fall?.tables).toEqual(isFallen ? { t: { had, has } } : undefined)
  })

  test('are none where a table is dropped that had none', () => {
    expect(fallen({ t: 5 }, twice({ t: 5, empty: 0 })).fall).toBeUndefined()
    expect(fallen({ t: 5 }, twice({ t: 5, one: 1 })).fall?.tables).toEqual({ one: { had: 1 } })
  })

  test('are missed by the limits that somebody has set', () => {
    const strict = { share: 0.1, slackRows: 0 }
    expect(fallen({ t: 90 }, twice({ t: 100 }), {}, strict).fall).toBeUndefined()
    expect(fallen({ t: 89 }, twice({ t: 100 }), {}, strict).fall).toBeDefined()
  })

  test('are told with the first copy that lacks them, and the newest that has them', () => {
    expect(
      fallen({ t: 2, u: 5 }, [
        { t: 1000, u: 5 },
        { t: 1000, u: 5 },
      ]),
    ).toEqual({
      fall: {
        since: 'today',
        sinceAt: dayAgo(0),
        before: '1 days ago',
        beforeAt: dayAgo(1),
        tables: { t: { had: 1000, has: 2 } },
      },
      begins: {},
      lows: {},
    })
  })

  test('are held against the best of the last days, so that a slow loss is seen too', () => {
    const days = [560, 700, 880, 1100, 1100].map((t) => ({ t }))
    expect(fallen({ t: 560 }, days.slice(1)).fall).toBeUndefined()
    expect(fallen({ t: 450 }, days).fall).toMatchObject({
      before: '4 days ago',
      tables: { t: { had: 1100, has: 450 } },
    })
  })

  test('are of tables that may be called as what every object has', () => {
    const { fall } = fallen({ constructor: 0 }, twice({ constructor: 5000 }))
    expect(fall?.tables['constructor']).toEqual({ had: 5000, has: 0 })
    expect(fallen({ constructor: 0 }, twice({ t: 500 })).fall?.tables).toEqual({ t: { had: 500 } })
  })
})

describe('a table that is gone', () => {
  test.each([
    { name: 'it had one row', had: 1, isFallen: true },
    { name: 'it was empty', had: 0, isFallen: false },
  ])('is missed however small it was: $name', ({ had, isFallen }) => {
    expect(fallen({ u: 5 }, twice({ t: had, u: 5 })).fall?.tables).toEqual(
      isFallen ? { t: { had } } : undefined,
    )
  })

  test.each([
    {
      name: 'a small one, where a table came with it',
      had: 100,
      today: { u: 5, v: 0 },
      isFallen: false,
    },
    {
      name: 'one beyond the slack, where an empty one came',
      had: 101,
      today: { u: 5, v: 0 },
      isFallen: true,
    },
    {
      name: 'one whose rows stand in the new one',
      had: 1000,
      today: { u: 5, v: 900 },
      isFallen: false,
    },
    {
      name: 'one of whose rows too many stand nowhere',
      had: 1000,
      today: { u: 5, v: 899 },
      isFallen: true,
    },
    {
      name: 'one whose rows stand in two new ones',
      had: 1000,
      today: { u: 5, v: 500, w: 400 },
      isFallen: false,
    },
  ])('is missed or not by what came in its stead: $name', ({ had, today, isFallen }) => {
    const found = fallen(today, twice({ t: had, u: 5 }))
    expect(found.fall?.tables).toEqual(isFallen ? { t: { had } } : undefined)
    expect(found.begins).toEqual(isFallen ? {} : { t: dayAgo(0) })
  })

  test('is missed with all that stood in it last, though it is emptied by night', () => {
    const past = [
      { id: 'evening', arrivedAt: dayAgo(0.2), rows: { t: 5000 }, lows: { t: 0 } },
      { id: 'night', arrivedAt: dayAgo(1), rows: { t: 0 }, lows: {} },
    ]
    const { fall } = fallOf({
      told: { id: 'today', arrivedAt: dayAgo(0), schema: {}, rows: {} },
      past,
      last: { schema: { t: ['id'] }, fall: undefined, begins: {} },
      drift: { came: [], went: ['table t'] },
      limits: usualLimits,
    })
    expect(fall?.tables).toEqual({ t: { had: 5000 } })
  })
})

test('the row that the host writes for a copy is nobody’s to miss', () => {
  const days = twice({ t: 5, snapproof_canary: 1 })
  expect(fallen({ t: 5 }, days).fall).toBeUndefined()
  expect(fallen({ t: 5, snapproof_canary: 0 }, days).fall).toBeUndefined()
})

describe('rows that went elsewhere', () => {
  const orders = [1000, 'id', 'total'] as const
  const archive = (rows: number) => [rows, 'id', 'total', 'archived_at'] as const

  test.each([
    { name: 'into a new archive', before: {}, grown: archive(900), isFallen: false },
    {
      name: 'into one that stands there',
      before: { a: archive(50) },
      grown: archive(950),
      isFallen: false,
    },
    {
      name: 'and too few of them came there',
      before: { a: archive(50) },
      grown: archive(949),
      isFallen: true,
    },
    {
      name: 'into a table that cannot hold them, by its columns',
      before: { a: [50, 'id', 'at'] as const },
      grown: [2000, 'id', 'at'] as const,
      isFallen: true,
    },
  ])('are not missed: $name, $isFallen', ({ before, grown, isFallen }) => {
    const days = twice({ t: orders, ...before })
    const found = fallen({ t: [0, 'id', 'total'], a: grown }, days)
    expect(found.fall?.tables).toEqual(isFallen ? { t: { had: 1000, has: 0 } } : undefined)
    expect(found.begins).toEqual(isFallen ? {} : { t: dayAgo(0) })
  })

  test('are missed beside a table of the same columns that stood there always', () => {
    const other = [5000, 'id', 'total'] as const
    const { fall } = fallen({ a: other }, twice({ t: orders, a: other }))
    expect(fall?.tables).toEqual({ t: { had: 1000 } })
  })

  test('are not missed where a copy of the table stood beside it for a while', () => {
    const copied = [1000, 'id', 'total', 'currency'] as const
    const days = [{ t: orders, a: copied }, { t: orders }, { t: orders }]
    expect(fallen({ a: copied }, days).fall).toBeUndefined()
  })

  test('are not missed where they go there a quarter a night, into an archive that came with the first', () => {
    const days = [
      { t: [490, 'id', 'total'], a: archive(510) },
      { t: [650, 'id', 'total'], a: archive(350) },
      { t: orders },
      { t: orders },
    ] as const
    const today = { t: [370, 'id', 'total'], a: archive(630) } as const
    expect(fallen(today, days).fall).toBeUndefined()
    expect(fallen({ ...today, a: archive(510) }, days).fall?.tables).toEqual({
      t: { had: 1000, has: 370 },
    })
  })

  test('are missed beside tables of which nobody knows the columns', () => {
    const days = twice({ t: orders, a: archive(0) })
    const schema = { a: ['id', 'total', 'archived_at'] }
    expect(fallen({ a: archive(900) }, days, { schema }).fall?.tables).toEqual({ t: { had: 1000 } })
    const found = fallOf({
      told: { id: 'today', arrivedAt: dayAgo(0), schema: { t: ['id'] }, rows: { t: 0, a: 5000 } },
      past: [{ id: 'b', arrivedAt: dayAgo(1), rows: { t: 1000, a: 0 }, lows: {} }],
      last: { schema: { t: ['id'] }, fall: undefined, begins: {} },
      drift: { came: [], went: [] },
      limits: usualLimits,
    })
    expect(found.fall?.tables).toEqual({ t: { had: 1000, has: 0 } })
  })

  test('in parts are settled part by part', () => {
    const part = (left: number, gone: number): Tables => ({
      t: [left, 'id', 'total'],
      a: archive(gone),
    })
    expect(fallen(part(800, 200), twice(part(1000, 0))).begins).toEqual({ t: dayAgo(0) })
    // A tenth is no part to speak of, and what stands nowhere is not settled.
    expect(fallen(part(900, 100), twice(part(1000, 0))).begins).toEqual({})
    expect(fallen(part(800, 0), twice(part(1000, 0))).begins).toEqual({})
  })
})

describe('a table that was changed', () => {
  test.each([
    { name: 'a column of it came', today: { t: [0, 'id', 'x'] } },
    { name: 'a column of it went', today: { t: [0] } },
    { name: 'a column of it was renamed', today: { t: [0, 'x'] } },
  ] as const)('is explained, and compared anew from then on: $name', ({ today }) => {
    const found = fallen(today, twice({ t: [5000, 'id'] }))
    expect(found).toMatchObject({ fall: undefined, begins: { t: dayAgo(0) } })
    const next = fallen(today, [today, { t: [5000, 'id'] }], { begins: { t: dayAgo(1) } })
    expect(next).toMatchObject({ fall: undefined, begins: { t: dayAgo(1) } })
  })

  test('is explained where it was made anew', () => {
    const found = fallen({ t: 0 }, twice({ t: 5000 }), { schema: {} })
    expect(found).toMatchObject({ fall: undefined, begins: { t: dayAgo(0) } })
  })

  test('is not explained by a change of another one', () => {
    const found = fallen({ t: 0, t2: [1, 'x'], t3: 0 }, twice({ t: 5000, t2: [1, 'id'] }))
    expect(found.fall?.tables).toEqual({ t: { had: 5000, has: 0 } })
  })

  test.each([
    { days: 14, isKept: true },
    { days: 14.1, isKept: false },
  ])('begins anew for as long as copies are compared: $days days, $isKept', ({ days, isKept }) => {
    const begins = { t: dayAgo(days) }
    expect(fallen({ t: 5 }, twice({ t: 5 }), { begins }).begins).toEqual(isKept ? begins : {})
  })
})

describe('a fall that is carried on', () => {
  const fall: Fall = {
    since: '2 days ago',
    sinceAt: dayAgo(2),
    before: '3 days ago',
    beforeAt: dayAgo(3),
    tables: { t: { had: 1000, has: 10 } },
  }
  const days = [{ t: 10 }, { t: 10 }, { t: 1000 }, { t: 1000 }]

  test.each([
    { name: 'nearly all is back', had: 1000, has: 900, isBack: true },
    { name: 'one less than that', had: 1000, has: 899, isBack: false },
    { name: 'nearly all of many is back', had: 10_000, has: 9000, isBack: true },
    { name: 'one less than that', had: 10_000, has: 8999, isBack: false },
    { name: 'all but the slack is back', had: 150, has: 50, isBack: true },
    { name: 'one less than that', had: 150, has: 49, isBack: false },
  ])('is over when $name: $has of $had', ({ had, has, isBack }) => {
    const last = { fall: { ...fall, tables: { t: { had, has: 0 } } } }
    const found = fallen({ t: has }, days, last)
    expect(found.fall?.tables).toEqual(isBack ? undefined : { t: { had, has } })
  })

  test('stays with the same file, since the same copy, with the one to go back to', () => {
    expect(fallen({ t: 10 }, days, { fall }).fall).toEqual(fall)
  })

  test('stays when its table is changed, or its rows seem to come up elsewhere later', () => {
    const today = { t: [10, 'id', 'x'], other: 2000 } as const
    expect(fallen(today, days, { fall }).fall?.tables).toEqual(fall.tables)
  })

  test('stays where the table is dropped besides, and where it comes back empty', () => {
    expect(fallen({ u: 5 }, days, { fall }).fall?.tables).toEqual({ t: { had: 1000 } })
    const dropped = { ...fall, tables: { t: { had: 1000 } } }
    expect(fallen({ t: 0 }, days, { fall: dropped, schema: {} }).fall?.tables).toEqual({
      t: { had: 1000, has: 0 },
    })
  })

  test('takes in what is lost besides, and goes back to a copy that has all of it', () => {
    const some = [
      { t: 10, u: 900 },
      { t: 10, u: 900 },
      { t: 1000, u: 5 },
      { t: 1000, u: 900 },
    ]
    expect(fallen({ t: 10, u: 1 }, some, { fall }).fall).toEqual({
      ...fall,
      before: '4 days ago',
      beforeAt: dayAgo(4),
      tables: { t: { had: 1000, has: 10 }, u: { had: 900, has: 1 } },
    })
  })

  test('passes over copies that never had the table', () => {
    const some = [{ t: 10 }, { t: 10 }, {}, { t: 1000 }]
    expect(fallen({ t: 10 }, some, { fall }).fall?.before).toBe('4 days ago')
  })

  test('names another copy from before where that one is gone, and the next best where none has all', () => {
    expect(fallen({ t: 10 }, [{ t: 10 }, { t: 10 }, { t: 700 }], { fall }).fall?.before).toBe(
      '3 days ago',
    )
  })

  test('is over when nothing from before is left, and begins anew', () => {
    expect(fallen({ t: 10 }, [{ t: 10 }, { t: 10 }], { fall })).toEqual({
      fall: undefined,
      begins: { t: dayAgo(0) },
      lows: {},
    })
  })

  test('knows what came before by the order of their names, where the store’s times are one', () => {
    const told = { id: 'b', arrivedAt: dayAgo(0), schema: { t: ['id'] }, rows: { t: 0 } }
    const past = [{ id: 'a', arrivedAt: dayAgo(0), rows: { t: 1000 }, lows: {} }]
    const found = fallOf({
      told,
      past,
      last: { schema: told.schema, fall: undefined, begins: {} },
      drift: { came: [], went: [] },
      limits: usualLimits,
    })
    expect(found.fall).toMatchObject({ since: 'b', before: 'a' })
  })

  test('of which nothing is known that could be compared says nothing', () => {
    expect(fallen({ t: 10 }, []).fall).toBeUndefined()
  })
})

describe('a fall that a person called right', () => {
  const tables = { t: { had: 1000, has: 100 }, u: { had: 50 } }
  const fall = { since: 'a', sinceAt: dayAgo(2), before: 'b', beforeAt: dayAgo(3), tables }
  const right = { fall, isFallRight: true }

  test.each([
    { name: 'of this copy', lines: [right], isRight: true },
    { name: 'of one among others', lines: [undefined, {}, { fall }, right], isRight: true },
    { name: 'of nobody', lines: [{ fall }], isRight: false },
    { name: 'of nothing that has gone', lines: [{ isFallRight: true }], isRight: false },
    {
      name: 'of another fall',
      lines: [{ ...right, fall: { ...fall, since: 'another' } }],
      isRight: false,
    },
    {
      name: 'when less had gone: one table fewer',
      lines: [{ ...right, fall: { ...fall, tables: { t: tables.t } } }],
      isRight: false,
    },
    {
      name: 'when nearly as much had gone',
      lines: [{ ...right, fall: { ...fall, tables: { ...tables, t: { had: 1000, has: 111 } } } }],
      isRight: true,
    },
    {
      name: 'when clearly less had gone',
      lines: [{ ...right, fall: { ...fall, tables: { ...tables, t: { had: 1000, has: 112 } } } }],
      isRight: false,
    },
    {
      name: 'of two copies, which have it all between them',
      lines: [
        { ...right, fall: { ...fall, tables: { t: tables.t } } },
        { ...right, fall: { ...fall, tables: { u: tables.u } } },
      ],
      isRight: true,
    },
  ])('is right where it was said $name: $isRight', ({ lines, isRight }) => {
    expect(isSaidRight(fall, lines)).toBe(isRight)
  })
})

describe('who tells of it', () => {
  type Told = { id: string; came?: string[] }
  const compared: Told = { id: 'b', came: [] }
  const uncompared: Told = { id: 'a' }

  test.each([
    { name: 'the newest', sound: [compared, uncompared], teller: compared },
    { name: 'the newest that was compared', sound: [uncompared, compared], teller: compared },
    { name: 'the newest, where none was', sound: [uncompared, { id: 'c' }], teller: uncompared },
    { name: 'nobody, where there is none', sound: [], teller: undefined },
  ])('is $name', ({ sound, teller }) => {
    expect(tellerOf(sound)).toBe(teller)
  })
})

describe('the words of a fall', () => {
  const fall = {
    since: 'today',
    sinceAt: dayAgo(0),
    before: 'yesterday',
    beforeAt: dayAgo(1),
    tables: {},
  }
  const read = (tables: Fall['tables']) => {
    const finding = judgeFall({ ...fall, tables })
    return finding && toldOf(finding)
  }

  test('say what has gone, which copy has it, and how to say that it was meant', () => {
    expect(judgeFall(undefined)).toBeUndefined()
    expect([
      read({ t: { had: 31_183, has: 2 } }),
      read({ t: { had: 1 } }),
      read({ t: { had: 900, has: 1 }, u: { had: 800, has: 0 }, v: { had: 5 }, w: { had: 6 } }),
    ]).toMatchInlineSnapshot(`
      [
        "warned rows: Since yesterday, 1 table lost most rows: t 31183 → 2. -> If they were removed on purpose, say so: npm run --silent snapproof -- accept today --reason 'it was meant'. If not, yesterday still has them.",
        "warned rows: Since yesterday, 1 table is gone: t with 1 row. -> If they were removed on purpose, say so: npm run --silent snapproof -- accept today --reason 'it was meant'. If not, yesterday still has them.",
        "warned rows: Since yesterday, 2 tables lost most rows: t 900 → 1, u 800 → 0; 2 tables are gone: v with 5 rows, w with 6 rows. -> If they were removed on purpose, say so: npm run --silent snapproof -- accept today --reason 'it was meant'. If not, yesterday still has them.",
      ]
    `)
    expect(judgeFall(fall)).toMatchObject({ check: 'rows', outcome: 'warned', code: 'fall' })
  })

  test('name the copy that they are about: what has gone until then is what was meant', () => {
    const finding = judgeFall({ ...fall, tables: { t: { had: 9 } } }, 'a later one')
    expect(finding?.mend).toContain('accept a later one --reason')
  })

  test('of one table are short', () => {
    expect(tableWords(['t', { had: 9, has: 0 }])).toBe('t 9 → 0')
    expect(tableWords(['t', { had: 1 }])).toBe('t with 1 row')
  })

  test('are read back as they were written', () => {
    const whole = { ...fall, tables: { t: { had: 5 }, u: { had: 900, has: 1 } } }
    expect(Fall.parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole)
  })
})

describe('thousands of tables that go at once', () => {
  test('are told by the hundred that held most, and are carried on as those', () => {
    const had = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`t${at}`, 1_000 + at]))
    const { fall } = fallen({ other: 1 }, twice({ ...had, other: 1 }))
    const named = Object.keys(fall?.tables ?? {})
    expect(named).toHaveLength(100)
    expect(named).toContain('t299')
    expect(named).not.toContain('t199')
    expect(judgeFall(fall)?.detail).toMatch(/, 100 tables or more are gone: t299 with 1299 rows, /)
    const next = fallen({ other: 1 }, [{ other: 1 }, ...twice({ ...had, other: 1 })], { fall })
    expect(Object.keys(next.fall?.tables ?? {})).toEqual(named)
  })
})
