import { describe, expect, test } from 'vitest'

import { judgeStatistics, unreadStatistics } from '../../../../lib/rules/kinds/sqlite/statistics'
import { told } from '../../../fixtures/told/entries'

const schema = [
  ['table', 'Orders', 'Orders', ''],
  ['index', 'by_day', 'Orders', ''],
  ['table', 'keyed', 'keyed', ''],
  ['view', 'seen', 'seen', ''],
]

const judged = (...figures: [table: string, index?: string, isNumber?: boolean][]) =>
  judgeStatistics(
    figures.map(([table, index = '', isNumber = true]) => ({ table, index, isNumber })),
    schema,
  )

describe('the figures of ANALYZE', () => {
  test.each<{ name: string; of: [string, string?, boolean?] }>([
    { name: 'a table', of: ['Orders'] },
    { name: 'a table in other letters', of: ['ORDERS'] },
    { name: 'an index', of: ['orders', 'BY_DAY'] },
    { name: 'a table that is its own key', of: ['keyed', 'keyed'] },
  ])('agree with the schema where they are of $name', ({ of }) => {
    expect(judged(of)).toBeUndefined()
  })

  test.each<{ of: [string, string?, boolean?]; says: string }>([
    { of: ['gone'], says: 'table gone is not there' },
    { of: ['gone', 'by_day'], says: 'table gone is not there' },
    { of: ['seen'], says: 'table seen is not there' },
    { of: ['Orders', 'old'], says: 'index old of Orders is not there' },
    { of: ['keyed', 'by_day'], says: 'index by_day of keyed is not there' },
    { of: ['Orders', 'by_day', false], says: 'index by_day of Orders has no figures' },
    { of: ['Orders', '', false], says: 'table Orders has no figures' },
  ])('do not: $says', ({ of, says }) => {
    expect(judged(of)?.detail).toContain(`in 1 place: ${says}. Nothing is damaged`)
    expect(judged(of)).toMatchObject({ check: 'schema', outcome: 'warned', code: 'statistics' })
  })

  test('read well', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name): [string] => [name])
    expect(
      [
        judged(['gone'], ['gone', 'x']),
        judged(...many.slice(0, 5)),
        judged(...many),
        unreadStatistics('no such column: idx'),
      ].map((found) => found && told(found)),
    ).toMatchInlineSnapshot(`
      [
        "warned schema: The statistics of ANALYZE do not agree with the schema in 1 place: table gone is not there. Nothing is damaged by that; queries may be planned badly. -> Make them anew in the live database: ANALYZE. Where nobody wants them: DROP TABLE sqlite_stat1.",
        "warned schema: The statistics of ANALYZE do not agree with the schema in 5 places: table a is not there, table b is not there, table c is not there, table d is not there, table e is not there. Nothing is damaged by that; queries may be planned badly. -> Make them anew in the live database: ANALYZE. Where nobody wants them: DROP TABLE sqlite_stat1.",
        "warned schema: The statistics of ANALYZE do not agree with the schema in 7 places: table a is not there, table b is not there, table c is not there, table d is not there, table e is not there and 2 more. Nothing is damaged by that; queries may be planned badly. -> Make them anew in the live database: ANALYZE. Where nobody wants them: DROP TABLE sqlite_stat1.",
        "warned schema: The statistics of ANALYZE cannot be read: no such column: idx. Nothing is damaged by that; SQLite does without them. -> Make them anew in the live database: ANALYZE. Where nobody wants them: DROP TABLE sqlite_stat1.",
      ]
    `)
    expect(unreadStatistics('x')).toMatchObject({ code: 'statistics' })
  })
})
