/** What the source counted, against what is in the dump. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { countFacts, judgeCounts, sourceCounts } from '../../../../lib/rules/kinds/postgres/counts'
import { smallDump } from '../../../fixtures/dumps'
import { outlineOf } from '../../../fixtures/outlines'

const { tables } = outlineOf(smallDump)

const judged = (facts: Record<string, unknown>, seen = tables) => {
  const counts = sourceCounts(facts)
  if (!counts) throw new TypeError('these are no counts')
  return judgeCounts(seen, counts)
}

const all = '{"users":3,"orders":2}'

const rowsIn = (signs: number): string => `{"${'a'.repeat(signs - 6)}":3}`

describe('what the host says', () => {
  const Facts = z.object(countFacts)

  test.each([
    { name: 'nothing', facts: {} },
    { name: 'rows by table', facts: { rows: all } },
    { name: 'no table at all', facts: { rows: '{}' } },
    { name: 'as long as they may be', facts: { rows: rowsIn(64_000) } },
    { name: 'and of the others together', facts: { rows: all, more_tables: '9', more_rows: '0' } },
  ])('may be $name', ({ facts }) => {
    expect(Facts.safeParse(facts).success).toBe(true)
  })

  test.each([
    { name: 'is no JSON', facts: { rows: 'users 3' } },
    { name: 'is a list', facts: { rows: '[3]' } },
    { name: 'is less than nothing', facts: { rows: '{"users":-1}' } },
    { name: 'is a part of a row', facts: { rows: '{"users":0.5}' } },
    { name: 'is a text', facts: { rows: '{"users":"3"}' } },
    { name: 'is too long', facts: { rows: rowsIn(64_001) } },
    { name: 'counts others in words', facts: { rows: all, more_rows: 'many' } },
  ])('may be nothing that $name', ({ facts }) => {
    expect(Facts.safeParse(facts).success).toBe(false)
    expect(sourceCounts(facts) === undefined || facts.rows.length > 64_000).toBe(true)
  })

  test.each([{ facts: undefined }, { facts: {} }, { facts: { more_rows: '3' } }])(
    'is no count where none was made: $facts',
    ({ facts }) => {
      expect(sourceCounts(facts)).toBeUndefined()
    },
  )

  test('is told table by table, whatever its name', () => {
    const counts = sourceCounts({ rows: '{"constructor":2}', more_tables: '7' })
    expect([...(counts?.rows ?? [])]).toEqual([['constructor', 2]])
    expect(counts?.more).toEqual({ tables: 7, rows: 0 })
    expect(sourceCounts({ rows: '{}', more_rows: '9' })?.more).toEqual({ tables: 0, rows: 9 })
  })
})

describe('a dump', () => {
  test('with as many rows is whole', () => {
    expect(judged({ rows: all })).toMatchObject({
      check: 'structure',
      outcome: 'passed',
      detail: '2 tables with exactly the rows that the source counted in the same moment.',
    })
    expect(judged({ rows: all })).toMatchSnapshot()
  })

  test('may hold rows that nobody counted: of an extension, or of a table made meanwhile', () => {
    expect(judged({ rows: '{"users":3}' }).outcome).toBe('passed')
    expect(judged({ rows: '{"users":3}' })).toMatchSnapshot()
    expect(judged({ rows: '{"users":3}', more_tables: '1', more_rows: '1' }).outcome).toBe('passed')
    expect(judged({ rows: '{"users":3}', more_tables: '1', more_rows: '1' })).toMatchSnapshot()
  })

  test.each([
    { rows: '{"users":4,"orders":2}', says: 'users has 3 (the source counted 4).' },
    { rows: '{"users":2,"orders":2}', says: 'users has 3 (the source counted 2).' },
    { rows: '{"payments":0}', says: 'payments is not there (the source counted 0).' },
  ])('that differs is damaged: $rows', ({ rows, says }) => {
    const finding = judged({ rows })
    expect(finding).toMatchObject({ check: 'structure', outcome: 'failed', code: 'rows-differ' })
    expect(finding).toMatchSnapshot()
    expect(finding.detail).toContain(says)
  })

  test('is told by five tables at most', () => {
    const rowsOf = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, at) => [`t${at}`, 1]))
    const rows = rowsOf(7)
    expect(judged({ rows: JSON.stringify(rows) }).detail).toMatch(
      /t4 is not there \(the source counted 1\), and 2 more\.$/,
    )
    expect(judged({ rows: JSON.stringify(rows) })).toMatchSnapshot()
    expect(judged({ rows: JSON.stringify(rowsOf(5)) }).detail).toMatch(
      /t4 is not there \(the source counted 1\)\.$/,
    )
  })

  test('is held against the others together, where they are not named', () => {
    const facts = { rows: '{"users":3}', more_tables: '1', more_rows: '2' }
    expect(judged(facts)).toMatchObject({
      outcome: 'passed',
      detail: expect.stringMatching(/^2 tables /),
    })
    expect(judged(facts)).toMatchSnapshot()
    expect(judged({ ...facts, more_rows: '3' }).detail).toContain(
      'all smaller tables together have 2 (the source counted 3).',
    )
    expect(judged({ ...facts, more_rows: '3' })).toMatchSnapshot()
  })

  test('that lost rows and is otherwise well-formed is damaged', () => {
    const { tables: fewer } = outlineOf(smallDump.replace('11\t2\n', ''))
    expect(judged({ rows: all }, fewer).detail).toContain('orders has 1 (the source counted 2).')
    expect(judged({ rows: all }, fewer)).toMatchSnapshot()
  })
})
