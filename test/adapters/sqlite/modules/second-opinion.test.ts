/** When SQLite's own build is asked, when it cannot be, and whose word comes first. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import type { PageSource } from '../../../../lib/adapters/reading/lazy-bytes'
import { checkStructure } from '../../../../lib/adapters/sqlite/checks/structure'
import { Unreadable, ask } from '../../../../lib/adapters/sqlite/engine/ask'
import { secondOpinion } from '../../../../lib/adapters/sqlite/modules/second-opinion'
import type { Finding } from '../../../../lib/rules/verdict/verdict'
import { bytesSource, openSession } from '../sessions'

import { madeIn } from './files'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-opinion-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const roomBytes = 64 * 1024 ** 2
const here = {
  wasmPath: path.resolve('node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm'),
  roomBytes,
  known: undefined,
  onKept: () => undefined,
}
const nowhere = { ...here, wasmPath: path.join(folder, 'none.wasm') }

/** The shortest that compiles. */
const empty = new WebAssembly.Module(Buffer.from('0061736d01000000', 'hex'))

const search = `CREATE TABLE t (a); CREATE VIRTUAL TABLE s USING fts5(b); INSERT INTO s VALUES ('alpha');`

const asked = (source: PageSource, place: typeof here) => {
  const session = openSession(source)
  if (!session) throw new Error('SQLite does not open it')
  const plan = { isWhole: true, isLocal: true, sums: () => undefined, hostSays: '' }
  const { finding } = checkStructure(session, plan)
  return { session, opinion: () => secondOpinion(session, finding, place), finding }
}

test('a file without such tables needs no second opinion, and none is loaded', () => {
  const { opinion, finding } = asked(
    bytesSource(madeIn(folder, 'CREATE TABLE t (a); CREATE INDEX i ON t(a);')),
    nowhere,
  )
  expect(opinion()).toEqual({ findings: [finding], second: undefined, words: '' })
})

test('where it is not there, what depends on it is named and nothing is called good', () => {
  const { opinion } = asked(bytesSource(madeIn(folder, search)), nowhere)
  const { findings, second } = opinion()
  expect(second).toBeUndefined()
  expect(findings).toMatchObject([{ outcome: 'unverifiable' }])
  expect(findings[0]?.detail).toMatch(
    /^s \(module fts5\): cannot be checked here\. .* did not start/,
  )
})

test('the trouble of a source comes before whatever either of them says', () => {
  const bytes = madeIn(folder, search)
  const store: { trouble: string | undefined } = { trouble: undefined }
  const source: PageSource = {
    sizeBytes: bytes.length,
    get trouble() {
      return store.trouble
    },
    read: (start, end) => {
      if (store.trouble !== undefined) throw new Error(store.trouble)
      return bytes.subarray(start, end)
    },
  }
  const { opinion } = asked(source, here)
  store.trouble = 'the store is away'
  expect(opinion).toThrow(Unreadable)
})

test('what a process has compiled once it does not compile again', () => {
  let count = 0
  const place = { ...here, onKept: () => void (count += 1) }
  const bytes = madeIn(folder, search)
  for (const time of [1, 2]) {
    const { opinion } = asked(bytesSource(bytes), place)
    expect(opinion().findings, `${time}`).toMatchObject([{ outcome: 'passed' }])
  }
  expect(count).toBeLessThanOrEqual(1)
})

test('nothing of one file is left for the next, in whichever order they come', () => {
  const broken = madeIn(folder, `${search} DELETE FROM s_data WHERE id > 10;`)
  const sound = madeIn(folder, search)
  const say = (bytes: Buffer) => asked(bytesSource(bytes), here).opinion().findings[0]?.outcome
  expect([sound, broken, sound, broken, broken, sound].map(say)).toEqual([
    'passed',
    'failed',
    'passed',
    'failed',
    'failed',
    'passed',
  ])
})

test('its memory ends where it is told, and that is no damage', () => {
  const { session, opinion } = asked(bytesSource(madeIn(folder, search)), here)
  const { second } = opinion()
  const sql = `SELECT length(group_concat(hex(zeroblob(1000000)))) FROM
    (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i FROM n), s`
  expect(ask({ ...session, second }, sql)).toEqual({ error: 'out of memory' })
})

describe('three tables of two modules', () => {
  const sql = `${search} CREATE VIRTUAL TABLE r USING rtree(id, a, b); CREATE VIRTUAL TABLE s2 USING fts5(b);`
  const structure: Finding = { check: 'structure', outcome: 'passed', detail: 'ok.' }
  const said = (place: Parameters<typeof secondOpinion>[2], more = '') => {
    const session = openSession(bytesSource(madeIn(folder, more + sql)))
    if (!session) throw new Error('SQLite does not open it')
    return secondOpinion(session, structure, place)
  }

  test('are told as sound, and by whose word', () => {
    const { findings, words, second } = said(here)
    expect(findings).toEqual([
      { ...structure, detail: 'ok. So does the module of 3 tables (fts5, rtree).' },
    ])
    expect(words).toMatch(/^; fts5, rtree by SQLite’s own build \d+\.\d+\.\d+$/)
    expect(second).toBeDefined()
  })

  test.each([
    {
      name: 'it is not there',
      place: nowhere,
      why: `The build of SQLite that has the module did not start (ENOENT: no such file or directory, open '${nowhere.wasmPath}').`,
    },
    {
      name: 'it is not as expected',
      place: { ...here, known: { module: empty, tested: { trouble: 'it writes' } } },
      why: 'SQLite’s own build is not as expected (it writes).',
    },
    {
      name: 'it reads no such text',
      place: here,
      more: `PRAGMA encoding='UTF-16le';`,
      why: 'The build of SQLite that has the module reads no UTF-16.',
    },
  ])('are each named where $name, and why', ({ place, more, why }) => {
    const { findings, words, second } = said(place, more)
    expect(findings).toEqual([
      {
        check: 'structure',
        outcome: 'unverifiable',
        detail: `s2 (module fts5), r (module rtree), s (module fts5): cannot be checked here. ${why} Of all else SQLite says ok.`,
        mend: 'Fetch it with restore.sh --salvage --at TICKET, and check it where the application’s own modules are loaded.',
      },
    ])
    expect([words, second]).toEqual(['', undefined])
  })
})
