/** Is what is read once, and kept nowhere, told as it came, and handed on as it is? */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { streamed } from '../../../lib/adapters/reading/streamed'

const text = Buffer.from('a line of it\n'.repeat(5_000))
const packed = gzipSync(text)
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** In pieces, as a stream brings them. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000)
}

type Claimed = Parameters<typeof streamed>[1]

const read = async (bytes: Uint8Array, claimed: Claimed) => {
  const fed: Uint8Array[] = []
  const received = await streamed(inPieces(bytes), claimed, (chunk) => void fed.push(chunk))
  return { received, fed: Buffer.concat(fed) }
}

describe('what streams by', () => {
  test('is hashed and handed on as it is', async () => {
    const { received, fed } = await read(text, { encoding: 'identity' })
    expect(received).toEqual({ sha256: sha256Of(text) })
    expect(fed).toEqual(text)
  })

  test('of an archive has the hash of both, and what is in it is handed on', async () => {
    const { received, fed } = await read(packed, { encoding: 'gzip', rawSizeBytes: text.length })
    const raw = { sizeBytes: text.length, sha256: sha256Of(text), isFollowed: false }
    expect(received).toEqual({ sha256: sha256Of(packed), raw })
    expect(fed).toEqual(text)
  })

  test('of a damaged archive has the hash of what came, and what is wrong', async () => {
    const cut = packed.subarray(0, -9)
    const { received } = await read(cut, { encoding: 'gzip' })
    expect(received).toEqual({ sha256: sha256Of(cut), raw: { error: expect.any(String) } })
  })

  test('hands on no more than was announced', async () => {
    const claimed: Claimed = { encoding: 'gzip', rawSizeBytes: 100 }
    const { received, fed } = await read(packed, claimed)
    expect(fed).toHaveLength(0)
    expect(received.raw).toEqual({ error: 'it unpacks to more than was announced' })
  })
})
