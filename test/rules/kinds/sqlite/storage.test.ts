import { describe, expect, test } from 'vitest'

import {
  behindOf,
  contentOf,
  countedOf,
  talliedOf,
  tallyOf,
} from '../../../../lib/rules/kinds/sqlite/storage'

const behind = (table: string, parts: string) => parts.split(' ').map((part) => `${table}_${part}`)

const fts5 = 'data idx content docsize config'
const fts4 = 'segments segdir stat content docsize'

/** A module that is not known here leaves its tables ordinary ones; one that is, shadows. */
const counted = ({
  sql,
  ordinary = [],
  shadow = [],
  table = 's',
}: {
  sql: string
  ordinary?: string[]
  shadow?: string[]
  table?: string
}) => countedOf({ ordinary: ['t', ...ordinary], shadow, virtual: [{ table, sql }] })

describe('of the tables behind a virtual one', () => {
  test.each([
    { module: 'fts5(a)', parts: behind('s', fts5), has: ['s_content'] },
    { module: 'FTS5 (a)', parts: behind('S', fts5), has: ['S_content'] },
    { module: 'fts4(a)', parts: behind('s', fts4), has: ['s_content'] },
    { module: 'fts3', parts: behind('s', 'segments segdir content'), has: ['s_content'] },
    { module: 'rtree(id, a, b)', parts: behind('s', 'node rowid parent'), has: ['s_rowid'] },
    { module: '"rtree_i32"(id, a, b)', parts: behind('s', 'node rowid parent'), has: ['s_rowid'] },
    { module: 'fts5(a)', parts: [], has: [] },
  ])('$module those with its rows are counted', ({ module, parts, has }) => {
    const sql = `CREATE VIRTUAL TABLE s USING ${module}`
    const all = [...has, 't'].toSorted()
    expect(counted({ sql, ordinary: parts })).toEqual(all)
    expect(counted({ sql, shadow: parts })).toEqual(all)
  })

  test('all are counted of a module that nobody knows', () => {
    const sql = 'CREATE VIRTUAL TABLE s USING foo(a)'
    expect(counted({ sql, ordinary: ['s_vocab', 's_data'] })).toEqual(['s_data', 's_vocab', 't'])
  })

  test.each([
    { name: 'none', option: `content=''`, has: ['s_docsize', 't'] },
    { name: 'another table', option: `content='T'`, has: ['t'] },
    {
      name: 'a table that is none of its own',
      option: 'content="a view"',
      has: ['s_docsize', 't'],
    },
  ])('an index whose content is $name', ({ option, has }) => {
    const sql = `CREATE VIRTUAL TABLE s USING fts5(a, ${option})`
    expect(counted({ sql, ordinary: behind('s', 'data idx docsize config') })).toEqual(has)
  })

  test('a table of the application that has the name of a content always counts', () => {
    const sql = `CREATE VIRTUAL TABLE s USING fts4(a, content="s_content")`
    const shadow = behind('s', 'segments segdir docsize content')
    expect(counted({ sql, shadow })).toEqual(['s_content', 't'])
  })

  test.each(['"a USING b"', `'it''s'`, '`a b`', '[a b]', '"x""y"', 'plain'])(
    'are found whatever it is called: %s',
    (name) => {
      const sql = `CREATE VIRTUAL TABLE ${name} USING fts5(a)`
      const table = 'the name'
      expect(counted({ sql, table, ordinary: behind(table, fts5) })).toEqual([
        't',
        'the name_content',
      ])
    },
  )

  test.each(['', 'CREATE TABLE s (a)', 'CREATE VIRTUAL TABLE "s USING fts5(a)'])(
    'nothing is known by a statement that is none: %j',
    (sql) => {
      expect(counted({ sql, ordinary: ['s_data'] })).toEqual(['s_data', 't'])
    },
  )
})

describe('an index of FTS4 that keeps neither texts nor their sizes', () => {
  const tallied = (module: string, parts: string) =>
    talliedOf({
      ordinary: ['T'],
      shadow: behind('s', parts),
      virtual: [{ table: 's', sql: `CREATE VIRTUAL TABLE s USING ${module}` }],
    })

  test.each([
    { module: `fts4(a, content='', matchinfo='fts3')`, parts: 'segments segdir stat', has: true },
    { module: `FTS4(a, content='a view')`, parts: 'segments segdir stat', has: true },
    { module: `fts4(a, content='t')`, parts: 'segments segdir stat', has: false },
    { module: `fts4(a, matchinfo='fts3')`, parts: 'segments segdir stat content', has: false },
    { module: `fts4(a, content='')`, parts: 'segments segdir stat docsize', has: false },
    { module: `fts4(a, content='')`, parts: 'segments segdir', has: false },
    { module: 'foo(a)', parts: 'stat', has: false },
  ])('is told by its own tally: $module, with $parts: $has', ({ module, parts, has }) => {
    expect([...tallied(module, parts)]).toEqual(has ? [['s', 's_stat']] : [])
    expect([
      ...talliedOf({ ordinary: [], shadow: [], virtual: [{ table: 's', sql: '' }] }),
    ]).toEqual([])
  })

  test.each([
    { hex: '030613', is: 3 },
    { hex: 'AC0213', is: 300 },
    { hex: 'FFFFFFFFFFFF0F00', is: 2 ** 46 - 1 },
    { hex: '', is: undefined },
    { hex: '80', is: undefined },
    { hex: 'FFFFFFFFFFFFFF7F', is: undefined },
  ])('begins with their number: $hex', ({ hex, is }) => {
    expect(tallyOf(hex)).toBe(is)
  })
})

test.each([
  { sql: `fts5(a, content='notes')`, is: 'notes' },
  { sql: 'fts4(content="my notes", a)', is: 'my notes' },
  { sql: 'fts5(a, content = [my notes])', is: 'my notes' },
  { sql: 'fts5(a, content=`my notes`)', is: 'my notes' },
  { sql: 'fts5(a, content=notes, content_rowid=id)', is: 'notes' },
  { sql: `fts5(a, content='')`, is: undefined },
  { sql: 'fts5(content, content_rowid=id)', is: undefined },
])('the table that $sql is kept for: $is', ({ sql, is }) => {
  expect(contentOf(sql)).toBe(is)
})

describe('what stands behind a virtual table', () => {
  const tables = (sql: string, parts: string) => ({
    ordinary: ['t', ...behind('s', parts)],
    shadow: ['other_data'],
    virtual: [{ table: 's', sql }],
  })

  test.each([
    { module: 'fts5(a)', parts: fts5 },
    { module: 'fts4(a)', parts: fts4 },
    { module: 'fts3', parts: 'segments segdir content' },
    { module: 'rtree(id, a, b)', parts: 'node rowid parent' },
    { module: 'rtree_i32(id, a, b)', parts: 'node rowid parent' },
  ])(
    'is no table of the application, whether $module is known to SQLite here or to us alone',
    ({ module, parts }) => {
      const sql = `CREATE VIRTUAL TABLE s USING ${module}`
      expect(behindOf(tables(sql, parts)).toSorted()).toEqual(
        ['other_data', ...behind('s', parts)].toSorted(),
      )
    },
  )

  test('is what there is of it, and nothing where the statement is none', () => {
    const { shadow, virtual } = tables('CREATE VIRTUAL TABLE s USING fts5(a)', 'data')
    const odd = [...virtual, { table: 'o', sql: 'CREATE' }]
    expect(behindOf({ ordinary: ['t', 's_data'], shadow, virtual: odd })).toEqual([
      'other_data',
      's_data',
    ])
  })

  test('is not told where nobody knows the module', () => {
    expect(behindOf(tables('CREATE VIRTUAL TABLE s USING foo(a)', 'data'))).toEqual(['other_data'])
  })
})
