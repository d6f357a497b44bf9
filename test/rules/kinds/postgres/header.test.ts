/** What is no plain dump is named for what it is; only what cannot be a dump is called damaged. */
import { describe, expect, test } from 'vitest'

import { begins, judgeHeader } from '../../../../lib/rules/kinds/postgres/header'
import { smallDump, trailer } from '../../../fixtures/dumps'
import { outlineOf } from '../../../fixtures/outlines'

const tar = (name: string): Buffer => {
  const block = Buffer.alloc(1024)
  block.write(name)
  block.write('ustar', 257)
  return block
}

const hex = (text: string): Buffer => Buffer.from(text.padEnd(64, '0'), 'hex')

const noise = Buffer.from(Array.from({ length: 600 }, (_, at) => (at * 167 + (at >> 3)) % 256))

const cluster = `--\n-- PostgreSQL database cluster dump\n--\n\n${smallDump}`

describe('a file whose name does not say what it is', () => {
  test.each([
    { name: 'a dump', bytes: smallDump, is: true },
    { name: 'a dump with other lines before it', bytes: `-- of the shop\n${smallDump}`, is: true },
    { name: 'what pg_dumpall writes', bytes: cluster, is: true },
    {
      name: 'a dump with very many lines before it',
      bytes: `${'-- of the shop\n'.repeat(35)}${smallDump}`,
      is: false,
    },
    { name: 'the custom format', bytes: 'PGDMP\x01', is: true },
    { name: 'the tar format', bytes: tar('toc.dat'), is: true },
    { name: 'another tar archive', bytes: tar('a.txt'), is: false },
    { name: 'a dump of MySQL', bytes: '-- MySQL dump 10.13', is: false },
    { name: 'SQLite', bytes: 'SQLite format 3\0', is: false },
    { name: 'nothing', bytes: '', is: false },
  ])('is taken for a dump: $name, $is', ({ bytes, is }) => {
    expect(begins(Buffer.from(bytes))).toBe(is)
  })
})

describe('the header of', () => {
  test.each([
    { name: 'an empty file', bytes: '', outcome: 'failed', says: '0 bytes' },
    {
      name: 'the custom format',
      bytes: 'PGDMP\x01\x0e',
      outcome: 'unverifiable',
      says: 'custom format',
    },
    { name: 'the tar format', bytes: tar('toc.dat'), outcome: 'unverifiable', says: 'tar format' },
    {
      name: 'the directory format in tar',
      bytes: tar('dump/'),
      outcome: 'unverifiable',
      says: 'directory format',
    },
    {
      name: 'an archive in an archive',
      bytes: hex('1f8b08'),
      outcome: 'unverifiable',
      says: 'gzip archive in a gzip archive',
    },
    { name: 'a zstd archive', bytes: hex('28b52ffd'), outcome: 'unverifiable', says: 'zstd' },
    { name: 'an lz4 archive', bytes: hex('04224d18'), outcome: 'unverifiable', says: 'lz4' },
    { name: 'an xz archive', bytes: hex('fd377a585a00'), outcome: 'unverifiable', says: 'an xz' },
    { name: 'a bzip2 archive', bytes: 'BZh91AY', outcome: 'unverifiable', says: 'bzip2' },
    { name: 'a zip archive', bytes: 'PK\x03\x04', outcome: 'unverifiable', says: 'a zip' },
    { name: 'age', bytes: 'age-encryption.org/v1\n', outcome: 'unverifiable', says: '(age)' },
    {
      name: 'UTF-16',
      bytes: Buffer.from('\uFEFF--\n', 'utf16le'),
      outcome: 'unverifiable',
      says: 'PowerShell',
    },
    { name: 'PGP', bytes: '-----BEGIN PGP MESSAGE-----\n', outcome: 'unverifiable', says: 'PGP' },
    { name: 'MySQL', bytes: '-- MySQL dump 10.13\n', outcome: 'unverifiable', says: 'MySQL' },
    {
      name: 'MariaDB',
      bytes: '/*M!999999\\- enable the sandbox mode */\n',
      outcome: 'unverifiable',
      says: 'MySQL or MariaDB',
    },
    { name: 'pg_dumpall', bytes: cluster, outcome: 'unverifiable', says: 'pg_dumpall' },
    {
      name: 'roles alone',
      bytes: '--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE app;\n',
      outcome: 'unverifiable',
      says: 'no database is in it',
    },
    {
      name: 'a dump behind the words of another program',
      bytes: `Defaulted container "postgres" out of: postgres, exporter\n${smallDump}`,
      outcome: 'failed',
      says: 'Before the first line of pg_dump stand others',
    },
    {
      name: 'a dump behind what pg_dump complained of',
      bytes: `pg_dump: warning: ${'circular constraints '.repeat(40)}\n${smallDump}`,
      outcome: 'failed',
      says: 'Before the first line of pg_dump stand others',
    },
    {
      name: 'two databases',
      bytes: `${smallDump}\\connect a\n\\connect b\n`,
      outcome: 'unverifiable',
      says: 'several databases',
    },
    { name: 'noise', bytes: noise, outcome: 'unverifiable', says: 'look encrypted' },
    {
      name: 'a statement of SQL',
      bytes: 'CREATE TABLE a ();\n',
      outcome: 'unverifiable',
      says: 'whether it is whole cannot be told',
    },
    {
      name: 'a dump of SQLite',
      bytes: 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n',
      outcome: 'unverifiable',
      says: 'dump of SQLite',
    },
    { name: 'SQLite', bytes: 'SQLite format 3\0', outcome: 'failed', says: 'SQLite' },
    { name: 'a page', bytes: '<!DOCTYPE html><html>', outcome: 'failed', says: 'HTML page' },
    {
      name: 'a complaint',
      bytes: 'pg_dump: error: connection to server failed',
      outcome: 'failed',
      says: 'complain',
    },
    { name: 'zeros', bytes: Buffer.alloc(600), outcome: 'failed', says: 'no text' },
    {
      name: 'a dump without its beginning',
      bytes: `SELECT 1;\n${trailer}`,
      outcome: 'failed',
      says: 'beginning is missing',
    },
  ])('$name is $outcome', ({ bytes, outcome, says }) => {
    const finding = judgeHeader(outlineOf(bytes))
    expect(finding).toMatchObject({ outcome, detail: expect.stringContaining(says) })
    expect(finding).toMatchSnapshot()
  })

  test.each([8, 14, 31])('what holds a byte %i is no text', (byte) => {
    expect(judgeHeader(outlineOf(Buffer.from([65, byte])))).toMatchObject({
      outcome: 'failed',
      detail: 'This is no dump: its bytes are no text.',
    })
  })

  test.each([9, 13, 32, 255])('what holds a byte %i may be one', (byte) => {
    expect(judgeHeader(outlineOf(Buffer.from([65, byte])))).toMatchObject({
      outcome: 'unverifiable',
      detail: expect.stringMatching(/^This is text without/),
    })
  })

  test('bytes look encrypted where there are more than 150 different ones', () => {
    const different = (count: number) => Buffer.from(Array.from({ length: count }, (_, at) => at))
    expect(judgeHeader(outlineOf(different(150))).outcome).toBe('failed')
    expect(judgeHeader(outlineOf(different(151))).outcome).toBe('unverifiable')
  })

  test('a dump that was cut behind the words of another program is not taken for one behind them', () => {
    const cut = `Defaulted container "postgres"\n${smallDump.replace(trailer, '')}`
    expect(judgeHeader(outlineOf(cut)).detail).toMatch(/^This is text without the first/)
  })

  test('a dump says what it was made of, and by what', () => {
    expect(judgeHeader(outlineOf(smallDump))).toEqual({
      check: 'header',
      outcome: 'passed',
      detail: 'A plain dump of PostgreSQL 16.4 (Debian 16.4-1.pgdg120+1), made by pg_dump 17.2.',
    })
    expect(judgeHeader(outlineOf('-- PostgreSQL database dump\n')).detail).toBe('A plain dump.')
  })

  test('a dump that was made with -C names its one database', () => {
    const again = '\\encoding SQL_ASCII\n\\connect -reuse-previous=on "dbname=\'a b\'"\n'
    const outline = outlineOf(
      `${again}SET a = 1;\nALTER DATABASE "a b" SET b = 1;\n${again}${smallDump}`,
    )
    expect(judgeHeader(outline).outcome).toBe('passed')
    expect(outline.command).toBeUndefined()
  })
})
