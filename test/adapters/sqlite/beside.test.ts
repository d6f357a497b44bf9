/**
 * What lies beside a file of this machine decides what may be said of it: shown on files that an app left
 * which died, and the mend is done to the letter.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { withBeside } from '../../../lib/adapters/sqlite/beside'
import { verifyFile } from '../../../lib/cli/verbs/verify'
import type { Finding } from '../../../lib/rules/verdict/verdict'
import { sound, withZeroedPage } from '../../fixtures/databases'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'snapproof-beside-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** An app that dies within a transaction of which half is in the file already. */
const dying = `import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size=2")
db.execute("BEGIN")
db.execute("UPDATE tokens SET value = 'changed ' || value")
db.execute("INSERT INTO tokens(key, value) SELECT 'new' || key, zeroblob(900) FROM tokens")
os._exit(9)`

const died = (name: string): string => {
  const file = path.join(folder, name)
  execFileSync('sqlite3', [
    file,
    `CREATE TABLE tokens(key TEXT PRIMARY KEY, value TEXT);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
     INSERT INTO tokens SELECT 'k' || i, 'value ' || i FROM n;`,
  ])
  spawnSync('python3', ['-c', dying, file])
  return file
}

const verified = async (file: string) => {
  const { verdict, findings } = await verifyFile(file, { root: path.resolve('.') })
  return { verdict, text: JSON.stringify(findings) }
}

describe('beside a file that is verified', () => {
  test('a hot journal leaves it undecided, and the mend decides it', async () => {
    const file = died('hot.db')
    expect(existsSync(`${file}-journal`)).toBe(true)
    const { verdict, text } = await verified(file)
    expect(verdict).toBe('unverifiable')
    expect(text).toContain('Beside it lies a hot -journal')
    expect(text).not.toContain('"failed"')
    const apart = path.join(folder, 'apart')
    mkdirSync(apart)
    for (const part of ['', '-journal'])
      copyFileSync(`${file}${part}`, path.join(apart, `hot.db${part}`))
    const copy = path.join(apart, 'hot.db')
    const said = execFileSync('sqlite3', [copy, 'PRAGMA integrity_check'], { encoding: 'utf8' })
    expect(said).toBe('ok\n')
    expect((await verified(copy)).verdict).toBe('passed')
  })

  test.each([
    { name: 'nothing', bytes: undefined },
    { name: 'a journal of zeros, as after a commit', bytes: Buffer.alloc(512) },
    { name: 'an empty journal', bytes: Buffer.alloc(0) },
    { name: 'a journal that ends within its mark', bytes: Buffer.from('d9d505f9', 'hex') },
  ])('$name takes nothing from it', async ({ bytes }) => {
    const file = path.join(folder, 'quiet.db')
    writeFileSync(file, sound())
    if (bytes) writeFileSync(`${file}-journal`, bytes)
    expect((await verified(file)).verdict).toBe('passed')
    writeFileSync(file, withZeroedPage())
    expect((await verified(file)).verdict).toBe('failed')
    rmSync(`${file}-journal`, { force: true })
  })

  test.each([
    { name: 'a WAL', head: '377f0682', verdict: 'unverifiable' },
    { name: 'a WAL of the other order', head: '377f0683', verdict: 'unverifiable' },
    { name: 'something that is none', head: '01010101', verdict: 'failed' },
  ])('$name makes damage that SQLite may mend: $verdict', async ({ head, verdict }) => {
    const file = path.join(folder, 'torn.db')
    writeFileSync(file, withZeroedPage())
    writeFileSync(`${file}-wal`, Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(4124)]))
    const found = await verified(file)
    expect(found.verdict).toBe(verdict)
    expect(found.text).toContain('-wal of 4128 bytes')
    writeFileSync(file, sound())
    expect((await verified(file)).verdict).toBe('warned')
  })

  test('a link is the file that it leads to: what lies beside that one counts', async () => {
    const file = path.join(folder, 'led-to.db')
    const link = path.join(mkdtempSync(path.join(folder, 'links-')), 'link.db')
    symlinkSync(file, link)
    writeFileSync(file, sound())
    expect((await verified(link)).verdict).toBe('passed')
    writeFileSync(`${file}-wal`, Buffer.concat([Buffer.from('377f0682', 'hex'), Buffer.alloc(24)]))
    expect(await verified(link)).toMatchObject({
      verdict: 'warned',
      text: expect.stringContaining('-wal of 28 bytes'),
    })
    writeFileSync(`${file}-journal`, Buffer.from('d9d505f920a163d7', 'hex'))
    expect((await verified(link)).verdict).toBe('unverifiable')
  })

  test('what was announced of its bytes is a matter of its own', async () => {
    const file = path.join(folder, 'archive.db.gz')
    writeFileSync(file, Buffer.from('1f8b0800', 'hex'))
    writeFileSync(`${file}-wal`, Buffer.from('377f0682', 'hex'))
    expect((await verified(file)).verdict).toBe('failed')
  })
})

describe('what was found of a file', () => {
  const bad = (check: string): Finding => ({ check, outcome: 'failed', detail: 'Bad.', mend: 'm' })
  const found = ['arrival', 'bytes', 'header', 'structure'].map(bad)
  const apart = (part: string) =>
    `Copy the file and its ${part} into a folder of their own under the same names, ask SQLite there once: sqlite3 FILE "PRAGMA integrity_check", and run this on that copy.`
  const undecided = (check: string, part: string): Finding => ({
    check,
    outcome: 'unverifiable',
    detail: `Bad. With the ${part} beside it SQLite may find it whole.`,
    mend: apart(part),
  })
  const lying = (name: string, parts: Record<string, Buffer>): string => {
    const file = path.join(folder, name)
    writeFileSync(file, 'x')
    for (const [part, bytes] of Object.entries(parts)) writeFileSync(`${file}${part}`, bytes)
    return file
  }
  const older = (bytes: number): Finding => ({
    check: 'header',
    outcome: 'warned',
    detail: `Beside it lies a -wal of ${bytes} bytes: changes that this file alone does not hold.`,
    mend: 'Copy a live database through SQLite, as push.sh does; the file alone is an older state.',
  })
  const wal = Buffer.from('377f068200', 'hex')
  const journal = Buffer.from('d9d505f920a163d7', 'hex')

  test('stands where nothing lies beside it', async () => {
    expect(await withBeside(lying('alone.db', {}), found)).toEqual(found)
  })

  test('is undecided beside a WAL, but for what is of the bytes alone', async () => {
    expect(await withBeside(lying('wal.db', { '-wal': wal }), found)).toEqual([
      ...found.slice(0, 2),
      undecided('header', '-wal'),
      undecided('structure', '-wal'),
      older(5),
    ])
  })

  test('stands beside what is no WAL, and is told of', async () => {
    const file = lying('no-wal.db', { '-wal': Buffer.from('a') })
    expect(await withBeside(file, found)).toEqual([...found, older(1)])
  })

  test('is half of it beside a hot journal, whatever else lies there', async () => {
    const file = lying('hot-too.db', { '-wal': wal, '-journal': journal })
    expect(await withBeside(file, found)).toEqual([
      ...found.slice(0, 2),
      undecided('header', '-journal'),
      undecided('structure', '-journal'),
      {
        check: 'header',
        outcome: 'unverifiable',
        detail:
          'Beside it lies a hot -journal: the app died within a transaction, and SQLite takes it back when it opens the file. Until then the file is half of it.',
        mend: apart('-journal'),
      },
    ])
  })
})
