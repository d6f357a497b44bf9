/** Each damage, and what is said of it. */
import { describe, expect, test } from 'vitest'

import { judgeStructure } from '../../../../lib/rules/kinds/postgres/structure'
import { isThorough } from '../../../cases'
import {
  announced,
  copied,
  created,
  dumpOf,
  header,
  orders,
  smallDump,
  trailer,
  users,
} from '../../../fixtures/dumps'
import { outlineOf } from '../../../fixtures/outlines'

const judged = (dump: string | Uint8Array) => judgeStructure(outlineOf(dump))

const upTo = (mark: string): string => smallDump.slice(0, smallDump.indexOf(mark))

const without = (line: string): string => smallDump.replace(`${line}\n`, '')

describe('a dump that is whole', () => {
  test.each([
    { name: 'with its rows', dump: smallDump },
    { name: 'whose lines end as on Windows', dump: smallDump.replaceAll('\n', '\r\n') },
    {
      name: 'in two parts, one after the other',
      dump: dumpOf(users) + dumpOf({ ...orders, rows: [...orders.rows] }),
    },
  ])('$name passes', ({ dump }) => {
    expect(judged(dump)).toMatchObject({ check: 'structure', outcome: 'passed' })
    expect(judged(dump)).toMatchSnapshot()
  })

  test('says what is in it', () => {
    expect(judged(smallDump).detail).toMatch(
      /^5 rows in 2 tables, [\d.]+ \w+ of SQL, whole to its last line\.$/,
    )
    expect(judged(smallDump)).toMatchSnapshot()
  })

  test('with INSERTs has none for a table without rows', () => {
    const inserted = `${announced('TABLE DATA', 'orders')}INSERT INTO public.orders VALUES (1, 2);\n`
    const dump = `${header}${created(users)}${created(orders)}${announced('TABLE DATA', 'users')}${inserted}${trailer}`
    expect(judged(dump).outcome).toBe('passed')
    expect(judged(dump)).toMatchSnapshot()
    expect(judged(dump.replace(inserted, announced('TABLE DATA', 'orders'))).outcome).toBe('passed')
  })
})

describe('a dump that is damaged', () => {
  test.each([
    {
      name: 'cut in the rows of a table',
      dump: upTo('3\twith'),
      says: 'inside the rows of a table that began in line 35, users, after 2 whole rows.',
    },
    {
      name: 'cut behind a table',
      dump: upTo('--\n-- Data for Name: orders'),
      says: 'is missing: the end was cut off',
    },
    {
      name: 'cut in a statement',
      dump: upTo('    email text'),
      says: 'inside a statement that began in line 17.',
    },
    {
      name: 'cut in a body',
      dump: `${header}CREATE FUNCTION f() AS $$ a;`,
      says: 'inside the body of a function',
    },
    { name: 'cut in a text', dump: `${header}SELECT 'a`, says: 'inside a text that began' },
    { name: 'cut in a name', dump: `${header}SELECT "a`, says: 'inside a name in quotes that' },
    { name: 'cut in a comment', dump: `${header}/* a`, says: 'inside a comment that began' },
    {
      name: 'without its last line',
      dump: without('-- PostgreSQL database dump complete'),
      says: 'is missing: the end was cut off',
    },
    {
      name: 'in two parts, the first of them cut',
      dump: upTo('--\n-- Data for Name: orders') + smallDump,
      says: 'is missing',
    },
    {
      name: 'with more behind its end',
      dump: `${smallDump}SELECT 1;\n`,
      says: 'There is more after its last line',
    },
    {
      name: 'without the end of rows',
      dump: smallDump.replace('\\.\n', ''),
      says: 'has 1 field; 2 are right. It is one of',
    },
    {
      name: 'without the COPY before rows',
      dump: without('COPY public.users (id, email) FROM stdin;'),
      says: 'ends the rows of a table, and none had begun',
    },
    {
      name: 'with a field too many',
      dump: smallDump.replace('10\t1\n', '10\t1\t2\n'),
      says: 'a row of orders, has 3 fields; 2 are right.',
    },
    {
      name: 'with a field too many in each of two rows',
      dump: smallDump.replace('10\t1\n11\t2\n', '10\t1\t\n11\t2\t\n'),
      says: 'has 3 fields; 2 are right. It is one of 2 such rows.',
    },
    {
      name: 'with a zero byte',
      dump: smallDump.replace('ada', '\0da'),
      says: 'There is a zero byte at',
    },
    {
      name: 'without a table',
      dump: smallDump.replace(/CREATE TABLE public\.orders[^;]*;/, ''),
      says: 'announces 2 tables, and creates 1.',
    },
    {
      name: 'without the rows of a table',
      dump: smallDump.replace(/COPY public\.orders[^]*?\\\.\n/, ''),
      says: 'announces the rows of 2 tables, and holds those of 1.',
    },
  ])('$name', ({ dump, says }) => {
    const finding = judged(dump)
    expect(finding).toMatchObject({
      check: 'structure',
      outcome: 'failed',
      mend: expect.any(String),
    })
    expect(finding).toMatchSnapshot()
    expect(finding.detail).toContain(says)
  })

  test('is told by what is plainest, in three sentences at most', () => {
    expect(judged(`${upTo('3\twith')}\0\n\\.\n\\.\nSELECT 1;`)).toMatchSnapshot()
  })
})

describe('a dump of which nothing can be said', () => {
  test('holds what psql would obey', () => {
    const finding = judged(smallDump.replace('SET statement', '\\! rm -rf /\nSET statement'))
    expect(finding).toMatchObject({ outcome: 'unverifiable' })
    expect(finding).toMatchSnapshot()
    expect(finding.detail).toBe(
      'Line 10 holds a command for psql that pg_dump does not write (\\!).',
    )
  })

  test('holds what is no command of psql: the word may be one of a row, and is not told', () => {
    const finding = judged(smallDump.replace('SET statement', '\\secret x\nSET statement'))
    expect(finding.detail).toBe('Line 10 holds a command for psql that pg_dump does not write.')
    expect(finding).toMatchSnapshot()
  })

  test('starts a program', () => {
    const finding = judged(
      smallDump.replace('SET statement', "COPY t FROM PROGRAM 'id';\nSET statement"),
    )
    expect(finding).toMatchObject({
      outcome: 'unverifiable',
      detail: 'Line 10 holds a COPY of a file or a program, which pg_dump does not write.',
    })
    expect(finding).toMatchSnapshot()
  })

  test('has more tables than can be told apart', () => {
    expect(judgeStructure({ ...outlineOf(smallDump), isBeyond: true })).toMatchObject({
      outcome: 'unverifiable',
      detail: expect.stringContaining('more than 2 tables'),
    })
    expect(judgeStructure({ ...outlineOf(smallDump), isBeyond: true })).toMatchSnapshot()
  })

  test('damage comes first', () => {
    expect(judged('\\! a\nSELECT').outcome).toBe('failed')
    expect(judged('\\! a\nSELECT')).toMatchSnapshot()
  })
})

describe('no dump that is cut anywhere', () => {
  test('passes', () => {
    const bytes = Buffer.from(smallDump)
    const end = smallDump.indexOf('dump complete') + 'dump complete'.length
    for (let at = 0; at < end; at += isThorough ? 1 : 7)
      expect(judged(bytes.subarray(0, at)), `${at}`).toMatchObject({ outcome: 'failed' })
  })
})

test('rows that are copied are those of the dump', () => {
  expect(judged(header + created(users) + copied(users) + trailer).detail).toMatch(
    /^3 rows in 1 table,/,
  )
})
