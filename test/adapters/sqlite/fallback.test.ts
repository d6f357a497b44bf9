/** A future sql.js that copies what it is given: the whole engine must still come to a verdict. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { ByteSource } from '../../../lib/adapters/reading/source'
import { sqliteExaminer } from '../../../lib/adapters/sqlite/examiner'
import { judgeAs } from '../../../lib/rules/kinds/kinds'
import { expectationsOf } from '../../../lib/rules/settings/databases'
import { slow } from '../../cases'
import { handClock } from '../../fakes/tools'
import { sound, withZeroedPage } from '../../fixtures/databases'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-fallback-'))
const wasmPath = path.join(folder, 'sql-wasm.wasm')

/** Stands where sql.js itself does: beside the wasm. */
const copying = `
module.exports = async (config) => {
  const file = ${JSON.stringify(path.resolve('node_modules/sql.js/dist/sql-wasm.js'))}
  delete require.cache[file]
  const SQL = await require(file)(config)
  const Database = function (data, options) {
    if (!data) return new SQL.Database(data, options)
    const copy = new Uint8Array(data.length)
    for (let at = 0; at < data.length; at += 4096) copy.set(data.subarray(at, at + 4096), at)
    return new SQL.Database(copy, options)
  }
  return Object.create(SQL, { Database: { value: Database } })
}`

beforeAll(() => {
  copyFileSync('node_modules/sql.js/dist/sql-wasm.wasm', wasmPath)
  writeFileSync(path.join(folder, 'sql-wasm.js'), copying)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const examined = (bytes: Buffer, memoryMb: number) => {
  async function* chunks() {
    yield* [bytes]
  }
  const source: ByteSource = { sizeBytes: bytes.length, chunks: chunks() }
  const examine = sqliteExaminer({
    open: async () => source,
    workerPath: path.resolve('.build/sqlite-worker.cjs'),
    wasmPath,
    memoryBytes: memoryMb * 1024 ** 2,
    clock: handClock('2026-03-01T00:00:00Z'),
  })
  return examine({
    key: 'backups/x.db',
    claim: { sizeBytes: bytes.length, encoding: 'identity' },
    expected: expectationsOf({}, 'x').asked,
    deadlineAt: new Date('2026-03-01T00:00:30Z'),
  })
}

describe('where a build of sql.js cannot read on demand', () => {
  test('a sound file is held in memory, and the verdict says so', async () => {
    const { findings, method } = await examined(sound(), 256)
    expect(judgeAs('sqlite', findings), JSON.stringify(findings)).toBe('passed')
    expect(method).toContain('in memory: this build of sql.js cannot read on demand')
  })

  test('a damaged file is damaged', async () => {
    expect(judgeAs('sqlite', (await examined(withZeroedPage(), 256)).findings)).toBe('failed')
  })

  test('a file that does not fit into memory is unverifiable', slow, async () => {
    const large = sound(500_000)
    const { findings } = await examined(large, 256)
    expect(judgeAs('sqlite', findings), JSON.stringify(findings)).toBe('unverifiable')
  })
})
