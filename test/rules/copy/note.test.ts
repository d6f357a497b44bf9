// What is read in a note that an older script left beside its dump, and what is not taken for a hash or a size?
import { describe, expect, test } from 'vitest'

import { readNote } from '../../../lib/rules/copy/note'

const dump = 'backups/backup_20250704_010000.gz'
const one = 'ab'.repeat(32)
const other = 'cd'.repeat(32)
const nothing = { sha256: [], sizeBytes: [] }

describe('a note', () => {
  test.each([
    ['JSON', `{"sha256": "${one}", "size": 123, "time": "2025-07-04T01:00:00Z"}`],
    ['JSON on lines', `{\n  "checksum" : "${one}",\n  "file_size_bytes": 123\n}\n`],
    ['variables', `SHA256=${one.toUpperCase()}\nSIZE=123\nTIMESTAMP=20250704_010000\n`],
    ['words', `Backup: x\r\nSHA-256 checksum: ${one}\r\nBackup size: 123 bytes\r\n`],
    ['YAML', `checksum: "sha256:${one}"\nsize: 123\n`],
    ['a line of sha256sum in its folder', `size: 123\n${one}  backup_20250704_010000.gz\n`],
    ['a line of sha256sum', `size: 123 B\n${one}  /var/backups/backup_20250704_010000.gz\n`],
  ])('of %s says hash and size', (_what, text) => {
    expect(readNote(text, dump)).toEqual({ sha256: [one], sizeBytes: [123] })
  })

  test('says both of the archive and of what is in it, and each once', () => {
    const text = `compressed_sha256: ${one}\noriginal_sha256: ${other}\nsha256: ${one}\ncompressed_size: 5\noriginal_size: 50\n`
    expect(readNote(text, dump)).toEqual({ sha256: [one, other], sizeBytes: [5, 50] })
  })

  test.each([
    ['no text', ''],
    ['a size that was rounded', 'size: 12 MB\nsize: 1.5\nsize: 12M\nsize: 1,234,567\n'],
    ['what is of something else', `previous_sha256: ${one}\ndatabase_size: 77\nduration: 12\n`],
    ['another kind of hash', `sha512: ${one}${other}\nmd5: ${one.slice(32)}\n`],
    ['a line about another file', `${one}  backup_20250703_010000.gz\n`],
    ['a line about a file that begins otherwise', `${one}  Backup_20250704_010000.gz\n`],
    ['a hash that nobody names', one],
  ])('of %s says nothing', (_what, text) => {
    expect(readNote(text, dump)).toEqual(nothing)
  })

  test('of anything at all is read in no time', () => {
    for (const piece of ['a ', 'size :', '"a": ', `${one} `, '=1'])
      expect(readNote(piece.repeat(64 * 1024).slice(0, 64 * 1024), dump)).toBeDefined()
  })
})
