/** Whatever the oracle is to see, planted. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { newEntry } from '../../lib/rules/copy/entry'
import type { Entry } from '../../lib/rules/copy/entry'

import { checkStoreFolder, judgeCopies, leftovers } from './oracle'
import { makeHost } from './world/scripts'
import { makeDatabase, sql } from './world/writer'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'snapproof-oracle-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('of the folder of a store', () => {
  const at = (...parts: string[]) => path.join(folder, ...parts)
  const md5 = createHash('md5').update('whole').digest('hex')

  beforeEach(() => {
    for (const part of ['entries', 'bytes', 'incoming', 'locks']) mkdirSync(at(part))
    const entry = { key: 'backups/a', file: 'a~1', md5, sizeBytes: 5 }
    writeFileSync(at('entries', 'a.json'), JSON.stringify(entry))
    writeFileSync(at('bytes', 'a~1'), 'whole')
  })

  test('one that is whole is not complained of', () => {
    expect(checkStoreFolder(folder, true)).toEqual([])
  })

  test.each([
    {
      name: 'half an upload that stays',
      plant: () => writeFileSync(at('incoming', 'b'), ''),
      says: /keeps 1 in incoming: b/,
    },
    {
      name: 'a lock that stays',
      plant: () => writeFileSync(at('locks', 'b'), ''),
      says: /keeps 1 in locks: b/,
    },
    {
      name: 'bytes that no entry names',
      plant: () => writeFileSync(at('bytes', 'b'), ''),
      says: /no entry names: b/,
    },
    {
      name: 'half an object that is served',
      plant: () => writeFileSync(at('bytes', 'a~1'), 'wh'),
      says: /other bytes of backups\/a/,
    },
    {
      name: 'an object without its bytes',
      plant: () => rmSync(at('bytes', 'a~1')),
      says: /lost the bytes of backups\/a/,
    },
  ])('$name is found', ({ plant, says }) => {
    plant()
    expect(checkStoreFolder(folder, true)).toEqual([expect.stringMatching(says)])
  })
})

describe('of copies', () => {
  const id = 'tokens_2026-03-01T010000Z_abcdef'
  const copyOf = (change: (file: string) => void, word: 'passed' | 'failed' = 'passed') => {
    const file = path.join(mkdtempSync(path.join(folder, 'copy-')), 'tokens.db')
    makeDatabase(file, { rows: 300, mode: 'delete' })
    change(file)
    const bytes = Buffer.from(sql(file, "SELECT hex(readfile('" + file + "'))"), 'hex')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const claim = {
      database: 'tokens',
      sizeBytes: bytes.length,
      sha256,
      takenAt: '2026-03-01T01:00:00.000Z',
      encoding: 'identity' as const,
      facts: { sqlite_version: '3', journal_mode: 'delete' },
      host: 'here',
      ticketAt: '2026-03-01T01:00:00.000Z',
    }
    const at = '2026-03-01T01:00:05.000Z'
    const verdict = { outcome: word, at, method: 'spooled', findings: [], tookMs: 1 }
    const fresh = newEntry(id, 'backups/x', claim)
    const entry: Entry = { ...fresh, verdict, history: [...fresh.history, { at, word, note: '' }] }
    return { id, entry, bytes }
  }
  const still = () => undefined
  const judge = (...copies: Parameters<typeof judgeCopies>[0]) => judgeCopies(copies, folder)

  test('a sound one that passed is right, and so is one that never arrived and was never judged', () => {
    const one = copyOf(still)
    const { verdict: _, ...announced } = one.entry
    expect(judge(one, { id, entry: announced, bytes: undefined })).toEqual([])
  })

  test('other bytes than were claimed are found', () => {
    const one = copyOf(still)
    expect(judge({ ...one, bytes: one.bytes.subarray(0, 4096) }).join()).toMatch(/other bytes than/)
  })

  test('a mixture of two states that passed is found', () => {
    const torn = copyOf((file) => sql(file, "INSERT INTO pairs VALUES (1, 'A', 'x')"))
    expect(judge(torn)).toEqual([expect.stringMatching(/is passed, and is a mixture/)])
    const mixed = copyOf((file) => sql(file, "UPDATE tokens SET value = 'second-' WHERE rowid = 7"))
    expect(judge(mixed)).toEqual([expect.stringMatching(/is passed, and is a mixture/)])
  })

  test('one that passed and is not there, and one that was judged both ways, are found', () => {
    const one = copyOf(still)
    expect(judge({ ...one, bytes: undefined }).join()).toMatch(/is passed but is not there/)
    const line = { at: '2026-03-01T01:00:06.000Z', word: 'failed' as const, note: '' }
    const entry = { ...one.entry, history: [...one.entry.history, line] }
    expect(judge({ ...one, entry }).join()).toMatch(/was judged passed, then failed/)
  })
})

test('what scripts leave behind is found, in the spool, the temp folder and beside the database', () => {
  const host = makeHost(folder, 'tokens')
  writeFileSync(host.file, '')
  mkdirSync(path.join(host.spool, '.snapproof-tokens', 'tmp'), { recursive: true })
  writeFileSync(path.join(host.spool, '.snapproof-tokens', 'lock'), '')
  writeFileSync(path.join(host.temp, 'answer'), '')
  writeFileSync(path.join(path.dirname(host.file), 'tokens.db.new'), '')
  expect(leftovers(host)).toEqual([
    'the spool keeps tmp',
    'the temp folder keeps answer',
    'beside the database stands tokens.db.new',
  ])
})
