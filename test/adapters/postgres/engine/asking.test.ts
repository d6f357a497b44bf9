/**
 * What is asked once a dump is in, to the letter, and what is made of each answer. No PostgreSQL is here: whether it
 * takes these questions is tried where dumps are restored for real.
 */
import { describe, expect, test } from 'vitest'

import { askAll, checkReferences, keepUp } from '../../../../lib/adapters/postgres/engine/asking'
import { countTables, versionOf } from '../../../../lib/adapters/postgres/engine/counting'
import type { Reply, Row } from '../../../../lib/adapters/postgres/engine/wire'

import { listening, refusal } from './listening'

const rows = (...all: Row[]): Partial<Reply> => ({ rows: all })

const safe = [
  'ROLLBACK',
  'RESET SESSION AUTHORIZATION',
  'RESET ALL',
  'SET event_triggers = off',
  'SET search_path = pg_catalog, pg_temp',
  "SET client_encoding = 'UTF8'",
  'SET standard_conforming_strings = on',
  "SET TimeZone = 'UTC'",
  "SET DateStyle = 'ISO'",
  'SET row_security = off',
]

describe('the tables', () => {
  test('are counted once nothing of the dump can answer for PostgreSQL, each in its way', () => {
    const { db, said } = listening((sql) => {
      if (sql.includes('FROM pg_catalog.pg_class c'))
        return rows(
          ['public', 'users', 'r', '["id","e\\"mail"]', 'f', 'f'],
          ['app', 'All "days"', 'p', '[]', 'f', 'f'],
          ['app', 'monday', 'r', '["a"]', 't', 'f'],
          ['public', 'afar', 'f', '["a"]', 'f', 'f'],
          ['public', 'lent', 'r', '["a"]', 'f', 't'],
        )
      return sql.includes('count(*)') ? rows([String(sql.length)]) : undefined
    })
    const counts = [
      'SELECT pg_catalog.count(*) FROM ONLY "public"."users"',
      'SELECT pg_catalog.count(*) FROM "app"."All ""days"""',
      'SELECT pg_catalog.count(*) FROM ONLY "app"."monday"',
      'SELECT pg_catalog.count(*) FROM ONLY "public"."lent"',
    ]
    const plain = { isDivided: false, isPart: false, isBorrowed: false }
    const [users, days, monday, lent] = counts.map(({ length }) => length)
    expect(countTables(db)).toEqual([
      { ...plain, table: 'users', rows: users, columns: ['id', 'e"mail'] },
      { ...plain, table: 'app."All ""days"""', rows: days, columns: [], isDivided: true },
      { ...plain, table: 'app.monday', rows: monday, columns: ['a'], isPart: true },
      { ...plain, table: 'afar', rows: 0, columns: ['a'] },
      { ...plain, table: 'lent', rows: lent, columns: ['a'], isBorrowed: true },
    ])
    expect(said.slice(0, safe.length)).toEqual(safe)
    expect(said.slice(safe.length + 1)).toEqual(counts)
  })

  test('are not told of where PostgreSQL will not say: that is a mistake of ours', () => {
    const { db } = listening((sql) =>
      sql.includes('pg_class') ? refusal('42501', 'not you') : undefined,
    )
    expect(() => countTables(db)).toThrow('42501 not you')
  })
})

test('its version is as it says it', () => {
  const { db, said } = listening(() => rows(['18.7']))
  expect(versionOf(db)).toBe('18.7')
  expect(said).toEqual(['SELECT pg_catalog.current_setting($$server_version$$)'])
  expect(versionOf(listening(() => undefined).db)).toBe('')
})

describe('what rows refer to', () => {
  test('is looked for where PostgreSQL made a key without looking, by its own operators', () => {
    const { db, said } = listening((sql) =>
      sql.includes('pg_constraint')
        ? rows(
            ['public', 'orders', 'public', 'users', 't', '["user"]', '["id"]', '["OPERATOR(a.=)"]'],
            [
              'public',
              'lines',
              'app',
              'Or"ders',
              'f',
              '["order","no"]',
              '["id","n\\"o"]',
              '["OPERATOR(a.=)","OPERATOR(b.=)"]',
            ],
          )
        : rows(['7']),
    )
    expect(checkReferences(db)).toEqual({
      keys: 2,
      orphans: [{ table: 'lines', parent: 'app."Or""ders"', rows: 7 }],
    })
    expect(said.slice(1)).toEqual([
      'SELECT pg_catalog.count(*) FROM "public"."lines" c WHERE c."order" IS NOT NULL AND c."no" IS NOT NULL AND NOT EXISTS (SELECT FROM "app"."Or""ders" p WHERE p."id" OPERATOR(a.=) c."order" AND p."n""o" OPERATOR(b.=) c."no")',
    ])
    expect(checkReferences(listening(() => undefined).db)).toEqual({ keys: 0, orphans: [] })
  })
})

describe('a question of the user', () => {
  const asked = (answer: Partial<Reply> | undefined) => {
    const { db, said } = listening((sql) => (sql.startsWith('FETCH') ? answer : undefined))
    return { told: askAll(db, ['SELECT 1', 'SELECT 2']), said }
  }

  test('changes nothing, and its rows come a few at a time', () => {
    const { told, said } = asked(rows(['a', undefined, 'b']))
    const told1 = { rows: [['a', 'b']], isCut: false }
    expect(told).toEqual([told1, told1])
    const around = (sql: string) => [
      'BEGIN READ ONLY',
      'SET LOCAL search_path = public, pg_temp',
      `DECLARE snapproof_question NO SCROLL CURSOR FOR ${sql}`,
      'FETCH 101 FROM snapproof_question',
      'ROLLBACK',
    ]
    expect(said).toEqual([...around('SELECT 1'), ...around('SELECT 2')])
  })

  test('is answered by a hundred rows of a thousand characters at most, and says where there are more', () => {
    const [fits, long] = ['x'.repeat(1000), 'x'.repeat(1001)]
    const of = (count: number, value: string) =>
      asked(rows(...Array.from({ length: count }, () => [value]))).told[0]
    const hundred = Array.from({ length: 100 }, () => [fits])
    expect(of(100, fits)).toEqual({ rows: hundred, isCut: false })
    expect(of(101, long)).toEqual({ rows: hundred, isCut: true })
  })

  test('that PostgreSQL refuses is told by its words, and what was begun is taken back', () => {
    const no = refusal('22012', 'division by zero')
    expect(asked(no).told[0]).toEqual({ code: '22012', message: 'division by zero' })
    const { db, said } = listening((sql) =>
      sql.startsWith('DECLARE') ? refusal('42P01', 'no such table') : undefined,
    )
    expect(askAll(db, ['SELECT 1'])).toEqual([{ code: '42P01', message: 'no such table' }])
    expect(said.slice(2)).toEqual([
      'DECLARE snapproof_question NO SCROLL CURSOR FOR SELECT 1',
      'ROLLBACK',
    ])
  })
})

describe('its upkeep', () => {
  test('is that each index can be made anew, and each table read', () => {
    const { db, said } = listening(() => undefined)
    expect(keepUp(db)).toBeUndefined()
    expect(said).toEqual([...safe, 'REINDEX DATABASE', 'ANALYZE'])
  })

  test.each(['REINDEX DATABASE', 'ANALYZE'])('ends where %s is refused, by its code', (no) => {
    const { db, said } = listening((sql) => (sql === no ? refusal('23505') : undefined))
    expect(keepUp(db)).toBe('23505')
    expect(said.at(-1)).toBe(no)
  })
})
