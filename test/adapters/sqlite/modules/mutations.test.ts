/**
 * Flipped bits in what FTS5 and R-Tree keep: held against the native SQLite's own checks, which nobody
 * here wrote. No mutant that it complains of may pass, and each ends with an answer.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { checkModules } from '../../../../lib/adapters/sqlite/modules/module-check'
import { openOwn } from '../../../../lib/adapters/sqlite/modules/own-build'
import { ownBuildTest } from '../../../../lib/adapters/sqlite/modules/own-build-test'
import { casesOf, some } from '../../../cases'
import { bytesSource, chance } from '../sessions'

import { askNatively, madeIn, rows } from './files'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-mutations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const wasm = readFileSync('node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm')
const build = { module: new WebAssembly.Module(wasm), now: () => new Date(0) }
const memoryBytes = 32 * 1024 ** 2

test('SQLite’s own build is what is relied on, and says which one it is', () => {
  expect(ownBuildTest(build)).toEqual({ version: '3.54.1' })
})

const things = [
  {
    name: 'FTS5',
    of: { table: 's', module: 'fts5' },
    kept: ['s_data', 'block'],
    sql: `CREATE VIRTUAL TABLE s USING fts5(b, prefix='2'); INSERT INTO s(s, rank) VALUES ('pgsz', 64);
      ${rows} INSERT INTO s SELECT printf('alpha%d beta%d gamma', i, i % 9) FROM n;`,
    ask: `INSERT INTO s(s) VALUES ('integrity-check'); SELECT 'ok';`,
  },
  {
    name: 'an R-Tree',
    of: { table: 'r', module: 'rtree' },
    kept: ['r_node', 'data'],
    sql: `CREATE VIRTUAL TABLE r USING rtree(id, a, b, c, d);
      ${rows} INSERT INTO r SELECT i, i, i + 1, i % 7, i % 7 + 2 FROM n;`,
    ask: `SELECT rtreecheck('r');`,
  },
] as const

describe.each(some(things, 1))(
  '$name with flipped bits',
  ({ of, kept: [table, column], sql, ask }) => {
    test('never passes where the native SQLite complains', () => {
      const sound = madeIn(folder, sql)
      const next = chance(14)
      const file = path.join(folder, 'mutant.db')
      writeFileSync(file, sound)
      const listed = askNatively(file, `SELECT rowid, hex(${column}) FROM ${table};`)
      const all = listed.said.split('\n')
      const said = { both: 0, neither: 0, here: 0 }
      for (let left = casesOf(150); left > 0; left -= 1) {
        writeFileSync(file, sound)
        const [rowid = '', hex = ''] = (all[next(all.length)] ?? '').split('|')
        const bytes = Buffer.from(hex, 'hex')
        const at = next(bytes.length)
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << next(8)), at)
        askNatively(
          file,
          `UPDATE ${table} SET ${column} = x'${bytes.toString('hex')}' WHERE rowid = ${rowid};`,
        )
        const native = askNatively(file, ask)
        const isComplaint = native.status !== 0 || native.said !== 'ok'
        const source = bytesSource(readFileSync(file))
        const [here] = checkModules(openOwn(build, { source, memoryBytes }), [of])
        const isSeen = here?.answer !== 'ok'
        expect(isComplaint && !isSeen, `${native.said}: row ${rowid}, byte ${at}`).toBe(false)
        if (isSeen) said[isComplaint ? 'both' : 'here'] += 1
        else said.neither += 1
      }
      expect(said.both).toBeGreaterThan(4)
    })
  },
)
