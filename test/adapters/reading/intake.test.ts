/** What is read on the way to the spool: hashed to its last byte, unpacked no further than it may, and said so. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { takeArchive, takeIdentity } from '../../../lib/adapters/reading/intake'
import type { ArchiveOptions } from '../../../lib/adapters/reading/intake'

const text = Buffer.from('a line of it\n'.repeat(50))
const packed = gzipSync(text)
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 20) yield bytes.subarray(at, at + 20)
}

describe('what is no archive', () => {
  test('is hashed as it is kept', async () => {
    const kept: Uint8Array[] = []
    const received = await takeIdentity(inPieces(text), async (chunk) => kept.push(chunk) > 0)
    expect(received).toEqual({ sha256: sha256Of(text) })
    expect(Buffer.concat(kept)).toEqual(text)
  })

  test('has no hash where the spool takes no more of it', async () => {
    let left = 3
    const received = await takeIdentity(inPieces(text), async () => (left -= 1) > 0)
    expect([received, left]).toEqual([undefined, 0])
  })
})

/** A spool that takes so many bytes. */
const spoolOf = (roomBytes: number) => {
  const kept: Uint8Array[] = []
  const held = () => Buffer.concat(kept)
  const spool = {
    fd: 0,
    get sizeBytes() {
      return held().length
    },
    write: async (chunk: Uint8Array) => {
      kept.push(chunk)
      return held().length <= roomBytes
    },
    flush: async () => held().length <= roomBytes,
    head: async (count: number) => held().subarray(0, count),
    close: async () => undefined,
  }
  return { spool, held }
}

const take = (more: Partial<ArchiveOptions>) =>
  takeArchive({
    chunks: inPieces(packed),
    spool: undefined,
    announcedBytes: undefined,
    mostBytes: Infinity,
    ...more,
  })

const sha256 = sha256Of(packed)
const raw = { sizeBytes: text.length, sha256: sha256Of(text), isFollowed: false }
const whole = { received: { sha256, raw }, isSpooled: false }
const size = text.length

describe('an archive', () => {
  test.each([
    { name: 'nobody said how large it is', more: {} },
    { name: 'it is as large as was announced', more: { announcedBytes: size } },
    { name: 'it is as large as may be', more: { mostBytes: size } },
    {
      name: 'it is as large as such a thing can be',
      more: { bounds: { headBytes: 4, mostOf: () => size } },
    },
    {
      name: 'somebody announced it, whatever such a thing can be',
      more: { announcedBytes: size, bounds: { headBytes: 4, mostOf: () => 1 } },
    },
    {
      name: 'it ends before anybody can say what it is',
      more: { bounds: { headBytes: size + 1, mostOf: () => 1 } },
    },
  ])('is unpacked and hashed where $name', async ({ more }) => {
    expect(await take(more)).toEqual(whole)
  })

  test('lies on the spool, all of it', async () => {
    const { spool, held } = spoolOf(size)
    expect(await take({ spool })).toEqual({ ...whole, isSpooled: true })
    expect(held()).toEqual(text)
  })

  test('is hashed to its end where the spool takes no more', async () => {
    const { spool } = spoolOf(size - 1)
    expect(await take({ spool })).toEqual(whole)
  })

  test.each([
    { name: 'announced', more: { announcedBytes: size - 1 } },
    { name: 'announced, and may be', more: { announcedBytes: size - 1, mostBytes: size - 1 } },
  ])('of more than was $name is not what was announced', async ({ more }) => {
    const error = 'it unpacks to more than was announced'
    expect(await take(more)).toEqual({ ...whole, received: { sha256, raw: { error } } })
  })

  test.each([
    { name: 'nobody announced it', more: { mostBytes: size - 1 } },
    { name: 'it was announced', more: { mostBytes: size - 1, announcedBytes: size } },
  ])('of more than may be unpacked here is not called damaged: $name', async ({ more }) => {
    const { spool } = spoolOf(size)
    const taken = { received: { sha256 }, isSpooled: false }
    expect(await take({ ...more, spool })).toEqual(taken)
  })

  test('of more than such a thing can be is told with what it begins with', async () => {
    const seen: string[] = []
    const mostOf = (head: Buffer) => {
      seen.push(head.toString())
      return size - 1
    }
    expect(await take({ bounds: { headBytes: 4, mostOf } })).toEqual({
      received: { sha256 },
      isSpooled: false,
      overlong: { head: Buffer.from('a li'), sizeBytes: size },
    })
    expect(new Set(seen)).toEqual(new Set(['a li']))
  })

  test('that is cut is called damaged, and hashed as it came', async () => {
    const cut = packed.subarray(0, -3)
    expect(await take({ chunks: inPieces(cut) })).toEqual({
      ...whole,
      received: {
        sha256: sha256Of(cut),
        raw: { error: 'its content or its checksum is damaged' },
      },
    })
  })
})
