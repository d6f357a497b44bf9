/** What is said of tables that belong to modules, beside what SQLite says of the pages. */
import { describe, expect, test } from 'vitest'

import { judgeStructure } from '../../../../lib/rules/kinds/sqlite/checks'
import {
  judgeBehind,
  judgeModules,
  moduleError,
  storageOf,
} from '../../../../lib/rules/kinds/sqlite/modules'
import type { ModuleAnswer, ModuleTable } from '../../../../lib/rules/kinds/sqlite/modules'
import type { Finding } from '../../../../lib/rules/verdict/verdict'

const ok = judgeStructure({ rows: [['ok']] })
const of = (answer: ModuleAnswer, table = 's', module = 'fts5'): ModuleTable => ({
  table,
  module,
  answer,
})
const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ outcome, detail }) => `${outcome}: ${detail}`)

const malformed = { error: 'database disk image is malformed' }

describe('a table of a module', () => {
  test.each<{ name: string; tables: ModuleTable[]; says: string }>([
    {
      name: 'that is in order is told beside the pages',
      tables: [of('ok'), of('ok', 't'), of('ok', 'r', 'rtree')],
      says: 'passed: integrity_check says ok for every page, row and index. So does the module of 3 tables (fts5, rtree).',
    },
    {
      name: 'that is damaged is damage of the file',
      tables: [of('ok', 'a'), of({ line: 'a node is gone' }, 'r', 'rtree')],
      says: 'failed: r (module rtree): SQLite calls it damaged: a node is gone.',
    },
    {
      name: 'is one of several',
      tables: [of(malformed), of({ line: 'x' }, 'r', 'rtree'), of('no such module', 'v', 'vec0')],
      says: 'failed: s (module fts5): SQLite calls it damaged: database disk image is malformed. So is r (module rtree).',
    },
    {
      name: 'of a module that nobody here knows is named',
      tables: [of('no such module', 'v', 'vec0'), of('ok')],
      says: 'unverifiable: v (module vec0): cannot be checked here. Of all else SQLite says ok.',
    },
    {
      name: 'that needs what is not here is named with it',
      tables: [of({ error: 'no such tokenizer: app' }), of('stale', 'old')],
      says: 'unverifiable: s (module fts5): cannot be checked here. SQLite here lacks what this database needs: no such tokenizer: app. Of all else SQLite says ok.',
    },
    {
      name: 'that could not be asked is named with the reason',
      tables: [of({ why: 'It did not start.' })],
      says: 'unverifiable: s (module fts5): cannot be checked here. It did not start. Of all else SQLite says ok.',
    },
    {
      name: 'is one of five, which are all named',
      tables: [1, 2, 3, 4, 5].map((n) => of('no such module', `v${n}`, 'vec0')),
      says: 'unverifiable: v1 (module vec0), v2 (module vec0), v3 (module vec0), v4 (module vec0), v5 (module vec0): cannot be checked here. Of all else SQLite says ok.',
    },
    {
      name: 'of which nobody knows some, and some could not be asked, is told with the reason',
      tables: [of({ why: 'It did not start.' }), of('no such module', 'v', 'vec0')],
      says: 'unverifiable: v (module vec0), s (module fts5): cannot be checked here. It did not start. Of all else SQLite says ok.',
    },
    {
      name: 'is one of several that are damaged',
      tables: [of({ line: 'x' }), of({ line: 'y' }, 't'), of({ line: 'z' }, 'u')],
      says: 'failed: s (module fts5): SQLite calls it damaged: x. So is t (module fts5), u (module fts5).',
    },
    {
      name: 'is one of several that are only behind',
      tables: [of('ok', 'a'), of('stale'), of('stale', 't')],
      says: 'warned: s (module fts5), t (module fts5): the index is not that of the table it is kept for, so that searches find too much or too little. Nothing is damaged. Of all else SQLite says ok.',
    },
    {
      name: 'is named among the first five',
      tables: [1, 2, 3, 4, 5, 6, 7].map((n) => of('no such module', `v${n}`, 'vec0')),
      says: 'unverifiable: v1 (module vec0), v2 (module vec0), v3 (module vec0), v4 (module vec0), v5 (module vec0) and 2 more: cannot be checked here. Of all else SQLite says ok.',
    },
    {
      name: 'whose table is gone is a warning, said before one that is only behind',
      tables: [of('stale', 'old'), of({ misses: 'no such table: main.notes' })],
      says: 'warned: s (module fts5): the table that it is kept for is not as the index expects: no such table: main.notes. Nothing is damaged, and searches bring no rows. Of all else SQLite says ok.',
    },
    {
      name: 'is one of several whose table is gone',
      tables: [of({ misses: 'no such column: b' }), of({ misses: 'no such table: main.x' }, 't')],
      says: 'warned: s (module fts5): the table that it is kept for is not as the index expects: no such column: b. Nothing is damaged, and searches bring no rows. So it is with t (module fts5). Of all else SQLite says ok.',
    },
    {
      name: 'that is only behind is a warning, and no damage',
      tables: [of('stale')],
      says: 'warned: s (module fts5): the index is not that of the table it is kept for, so that searches find too much or too little. Nothing is damaged. Of all else SQLite says ok.',
    },
  ])('$name', ({ tables, says }) => {
    const findings = judgeModules(ok, tables)
    expect(told(findings)).toEqual([says])
    for (const { check } of findings) expect(check).toBe('structure')
    expect(findings.map(({ code, mend }) => ({ code, mend }))).toMatchSnapshot('what to do')
  })

  test('that is behind is made anew by a command that is told', () => {
    const [finding] = judgeModules(ok, [of('stale', 'notes')])
    expect(finding?.mend).toContain(`INSERT INTO notes(notes) VALUES('rebuild')`)
    expect(finding?.code).toBe('stale-index')
  })

  test('whose table is gone is dropped by a command that is told, or its table comes back', () => {
    const [finding] = judgeModules(ok, [of({ misses: 'no such table: main.n' }, 'notes')])
    expect(finding?.code).toBe('stale-index')
    expect(finding?.mend).toBe(
      'If that was meant, drop the index too, in the live database: DROP TABLE notes; else bring back the copy from before.',
    )
  })

  test('adds nothing to what is damaged already, and nothing where there is none', () => {
    const failed = judgeStructure({ rows: [['Page 2: never used']] })
    expect(judgeModules(failed, [of(malformed)])).toEqual([failed])
    expect(judgeModules(ok, [])).toEqual([ok])
  })

  test('stands beside what could not be checked', () => {
    const open = judgeStructure({ error: 'no such collation sequence: app' })
    expect(judgeModules(open, [of('ok')])).toEqual([open])
    expect(told(judgeModules(open, [of(malformed)]))).toEqual([
      ...told([open]),
      'failed: s (module fts5): SQLite calls it damaged: database disk image is malformed.',
    ])
  })

  test('never leaves the words "every page, row and index" where one was left out', () => {
    const answers: ModuleAnswer[] = ['stale', 'no such module', malformed, { why: 'No.' }]
    for (const answer of answers)
      expect(told(judgeModules(ok, [of('ok', 'a'), of(answer)])).join()).not.toContain('every')
  })
})

describe('an error of a module', () => {
  test.each<{ error: string; means: ModuleAnswer }>([
    {
      error: 'no such table: main.s_content',
      means: { line: 'the table s_content behind it is gone' },
    },
    {
      error: 'no such table: main.S_DOCSIZE',
      means: { line: 'the table S_DOCSIZE behind it is gone' },
    },
    { error: 'no such table: main.notes', means: { error: 'no such table: main.notes' } },
    {
      error: "invalid fts5 file format (found 0, expected 4 or 5) - run 'rebuild'",
      means: { line: "invalid fts5 file format (found 0, expected 4 or 5) - run 'rebuild'" },
    },
    {
      error: "invalid fts5 file format (found 6, expected 4 or 5) - run 'rebuild'",
      means: { error: "invalid fts5 file format (found 6, expected 4 or 5) - run 'rebuild'" },
    },
    {
      error: "invalid fts5 file format (found 5, expected 4) - run 'rebuild'",
      means: { line: "invalid fts5 file format (found 5, expected 4) - run 'rebuild'" },
    },
    { error: 'out of memory', means: { error: 'out of memory' } },
  ])('$error', ({ error, means }) => {
    expect(moduleError('s', error)).toEqual(means)
  })

  test('is not needed where the tables behind it are known by name', () => {
    expect(storageOf('s', 'fts5')).toEqual(['s_data', 's_idx', 's_config'])
    expect(storageOf('r', 'rtree')).toEqual(['r_node', 'r_rowid', 'r_parent'])
    expect(storageOf('r', 'rtree_i32')).toEqual(['r_node', 'r_rowid', 'r_parent'])
    expect(storageOf('v', 'fts5vocab')).toEqual([])
  })
})

test('an index of FTS4 that is behind is named, and so is how many more there are', () => {
  expect(judgeBehind('found', 0)).toMatchInlineSnapshot(`
    {
      "check": "structure",
      "code": "stale-index",
      "detail": "found: the full-text index is not that of the table it is kept for; it is behind, or damaged itself. Of all else SQLite says ok, that table among it.",
      "mend": "Make it anew in the live database: INSERT INTO found(found) VALUES('rebuild'); then see that triggers keep it up to date.",
      "outcome": "warned",
    }
  `)
  expect(judgeBehind('found', 2).detail).toMatch(/^found and 2 more: the full-text index/)
})
