/** The database that drills open: a real one, to SQLite itself. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

test('is what SQLite itself would have written, byte for byte, but for its version', () => {
  const file = path.join(folder, 'own.db')
  const said = `PRAGMA page_size=4096; BEGIN;
    CREATE TABLE events(id INTEGER PRIMARY KEY, at TEXT);
    INSERT INTO events(at) VALUES('${at.toISOString()}'); COMMIT;`
  execFileSync('sqlite3', [file, said])
  const own = readFileSync(file)
  own.writeUInt32BE(3_045_000, 96)
  expect(sampleDatabase(at).equals(own)).toBe(true)
})

test('is damaged to SQLite itself where it is meant to be', () => {
  const file = fileOf(damagedDatabase(at))
  const { stdout, stderr } = spawnSync('sqlite3', [file, 'PRAGMA integrity_check'], {
    encoding: 'utf8',
  })
  expect(stdout + stderr).toMatch(/malformed|invalid|btree|Tree/i)
  expect(stdout).not.toBe('ok\n')
  const [whole, damaged] = [sampleDatabase(at), damagedDatabase(at)]
  expect(damaged.length).toBe(whole.length)
  // Its own page, and that whole: the page of the schema is as it was.
  expect(damaged.subarray(0, 4096).equals(whole.subarray(0, 4096))).toBe(true)
  expect(new Set(damaged.subarray(4096))).toEqual(new Set([0xa5]))
})
