import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { damagedDatabase, sampleDatabase } from '../../../../lib/rules/kinds/sqlite/sample-database'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-sample-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = new Date('2026-03-01T01:00:00.000Z')

const fileOf = (bytes: Buffer): string => {
  const file = path.join(folder, `${bytes.readUInt8(5000)}.db`)
  writeFileSync(file, bytes)
  return file
}

test('is a database to SQLite itself, with one row that says when', () => {
  const file = fileOf(sampleDatabase(at))
  const asked = 'PRAGMA integrity_check; SELECT id, at FROM events;'
  const said = execFileSync('sqlite3', [file, asked], { encoding: 'utf8' })
  expect(said).toBe('ok\n1|2026-03-01T01:00:00.000Z\n')
})

test('is damaged to SQLite itself where it is meant to be', () => {
  const file = fileOf(damagedDatabase(at))
  const { stdout, stderr } = spawnSync('sqlite3', [file, 'PRAGMA integrity_check'], {
    encoding: 'utf8',
  })
  expect(stdout + stderr).toMatch(/malformed|invalid|btree|Tree/i)
  expect(stdout).not.toBe('ok\n')
})
