/** What is pushed in the place of a database: files of other kinds, filled up with noise. */
import { deflateRawSync } from 'node:zlib'

import { randomOf } from '../../simulation/random'

export const noise = (seed: string, sizeBytes: number): Buffer => {
  const random = randomOf(`noise ${seed}`)
  return Buffer.from(Uint8Array.from({ length: sizeBytes }, () => random.between(0, 255)))
}

const text = (line: string) => (sizeBytes: number) =>
  Buffer.from(line.repeat(Math.ceil(sizeBytes / Buffer.byteLength(line)) || 0)).subarray(
    0,
    sizeBytes,
  )

const marked = (mark: Buffer) => (sizeBytes: number) =>
  Buffer.concat([mark, noise(mark.toString('hex'), sizeBytes)]).subarray(0, sizeBytes)

export const foreignFormats: Readonly<Record<string, (sizeBytes: number) => Buffer>> = {
  'an error page': text('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
  'an HTML page': text('<!DOCTYPE html><html><body>502 Bad Gateway</body></html>\n'),
  'an SQL dump': text('PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nINSERT INTO t VALUES (1);\n'),
  JSON: text('{"error": "not found", "code": 404}\n'),
  zeros: (sizeBytes) => Buffer.alloc(sizeBytes),
  ones: (sizeBytes) => Buffer.alloc(sizeBytes, 0xff),
  noise: (sizeBytes) => noise('foreign', sizeBytes),
  'a ZIP archive': marked(Buffer.from('504b0304140000000800', 'hex')),
  'a PNG picture': marked(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
  'a PDF document': marked(Buffer.from('%PDF-1.7\n')),
  'an ELF program': marked(Buffer.from('7f454c4602010100', 'hex')),
  'a zstd archive': marked(Buffer.from('28b52ffd', 'hex')),
  'a gzip mark and noise': marked(Buffer.from('1f8b0800000000000003', 'hex')),
  'a raw deflate stream': (sizeBytes) =>
    deflateRawSync(noise('deflate', sizeBytes)).subarray(0, sizeBytes),
  'a WAL': marked(Buffer.from('377f0682002de218', 'hex')),
  'a rollback journal': marked(Buffer.from('d9d505f920a163d7', 'hex')),
  'the magic of SQLite and noise': marked(Buffer.from('SQLite format 3\0', 'latin1')),
  'the magic of SQLite 2': text('** This file contains an SQLite 2.1 database **\0'),
}
