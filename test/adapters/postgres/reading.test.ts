/** What reading stored bytes brings, and that a mistake of ours is never told as damage of theirs. */
import { gzipSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { readDump } from '../../../lib/adapters/postgres/reading'
import { Fault } from '../../../lib/faults'
import { smallDump } from '../../fixtures/dumps'

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

const read = (bytes: Buffer, encoding: 'identity' | 'gzip') =>
  readDump({ sizeBytes: bytes.length, chunks: once(bytes) }, { encoding }, () => false)

test('the same is seen of a dump and of its archive', async () => {
  const plain = await read(Buffer.from(smallDump), 'identity')
  const packed = await read(gzipSync(smallDump), 'gzip')
  expect(packed.outline).toEqual(plain.outline)
  expect(packed.received.raw).toEqual({
    sizeBytes: smallDump.length,
    sha256: plain.received.sha256,
    isFollowed: false,
  })
})

test('an end before the end is a Fault, not damage', async () => {
  const bytes = Buffer.from(smallDump)
  const source = { sizeBytes: bytes.length + 1, chunks: once(bytes) }
  await expect(readDump(source, { encoding: 'identity' }, () => false)).rejects.toThrow(Fault)
})
