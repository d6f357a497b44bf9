import { createHash } from 'node:crypto'
import { deflateRawSync, gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import { unpack } from '../../../lib/adapters/reading/unpack'

const text = Buffer.from('a row of a database, and another one. '.repeat(9000))
const whole = gzipSync(text)

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const unpacked = async (bytes: Buffer, { chunk = 65_536, most = Infinity } = {}) => {
  const raw: Uint8Array[] = []
  let rawBytes = 0
  const stored = createHash('sha256')
  const { trouble, isFollowed } = await unpack(inChunks(bytes, chunk), {
    onStored: (part) => void stored.update(part),
    onRaw: async (part) => {
      rawBytes += part.length
      if (rawBytes > most) return false
      raw.push(part)
      return true
    },
  })
  // Whatever is found, every stored byte has been hashed.
  expect(stored.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
  return { trouble, isFollowed, raw: Buffer.concat(raw) }
}

/** With everything that may stand before the content. */
const withAllFields = (flags: number, fields: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3]),
    fields,
    deflateRawSync(text),
    whole.subarray(-8),
  ])

describe('an archive', () => {
  const fields = Buffer.from('\x03\0xyzname of it\0and a comment\0\xaa\xbb', 'latin1')
  test.each([
    { name: 'as Node writes it', bytes: whole, raw: text },
    { name: 'of nothing', bytes: gzipSync(''), raw: Buffer.alloc(0) },
    { name: 'of two', bytes: Buffer.concat([whole, whole]), raw: Buffer.concat([text, text]) },
    { name: 'and zeros', bytes: Buffer.concat([whole, Buffer.alloc(700)]), raw: text },
    { name: 'with all fields', bytes: withAllFields(0x1f, fields), raw: text },
    { name: 'not packed', bytes: gzipSync(text, { level: 0 }), raw: text },
  ])('$name comes out in whatever pieces it comes', async ({ bytes, raw }) => {
    for (const chunk of [65_536, 1000, 7, 1]) {
      if (bytes.length / chunk > 20_000) continue
      const seen = await unpacked(bytes, { chunk })
      expect(seen).toMatchObject({ trouble: undefined, isFollowed: false })
      expect(seen.raw.equals(raw)).toBe(true)
    }
  })

  test.each([
    { name: 'words', rest: 'the end' },
    { name: 'two bytes', rest: '\n\n' },
    { name: 'zeros and a byte', rest: '\0\0\0x' },
    { name: 'half a mark and more', rest: '\x1fx' },
  ])('comes out whole before $name, and they are told', async ({ rest }) => {
    const bytes = Buffer.concat([whole, Buffer.from(rest, 'latin1')])
    for (const chunk of [65_536, 3]) {
      const seen = await unpacked(bytes, { chunk })
      expect(seen).toMatchObject({ trouble: undefined, isFollowed: true })
      expect(seen.raw.equals(text)).toBe(true)
    }
  })

  test('of one byte behind it is called cut off, as gzip does', async () => {
    const { trouble } = await unpacked(Buffer.concat([whole, Buffer.from('\n')]))
    expect(trouble).toContain('belongs to none')
  })

  const changed = (at: number, to: number): Buffer => {
    const bytes = Buffer.from(whole)
    bytes.writeUInt8(to, at < 0 ? bytes.length + at : at)
    return bytes
  }
  test.each([
    { name: 'nothing at all', bytes: Buffer.alloc(0) },
    { name: 'a mark alone', bytes: whole.subarray(0, 3) },
    { name: 'zeros', bytes: Buffer.alloc(64) },
    { name: 'another mark', bytes: changed(0, 0x1e) },
    { name: 'another way of packing', bytes: changed(2, 9) },
    { name: 'a flag that nobody knows', bytes: changed(3, 0x40) },
    {
      name: 'a length of fields, and nothing more',
      bytes: Buffer.from('1f8b0804000000000003ff', 'hex'),
    },
    { name: 'a name without its end', bytes: Buffer.from('1f8b08080000000000036161', 'hex') },
    { name: 'another checksum', bytes: changed(-8, whole.readUInt8(whole.length - 8) ^ 1) },
    { name: 'another length', bytes: changed(-4, whole.readUInt8(whole.length - 4) ^ 1) },
    { name: 'other content', bytes: changed(200, whole.readUInt8(200) ^ 0xff) },
    { name: 'half of it', bytes: whole.subarray(0, whole.length / 2) },
    { name: 'half of its checksum', bytes: whole.subarray(0, -6) },
    { name: 'another one that is cut', bytes: Buffer.concat([whole, whole.subarray(0, 100)]) },
    { name: 'another mark behind it', bytes: Buffer.concat([whole, Buffer.from('1f8b', 'hex')]) },
  ])('is damaged: $name', async ({ bytes }) => {
    for (const chunk of [65_536, 3])
      expect(await unpacked(bytes, { chunk })).toMatchObject({
        trouble: 'its content or its checksum is damaged',
        isFollowed: false,
      })
  })

  test('ends where no more is wanted', async () => {
    const { trouble, raw } = await unpacked(gzipSync(Buffer.alloc(5_000_000)), { most: 300_000 })
    expect(trouble).toContain('more than was announced')
    expect(raw.length).toBeLessThanOrEqual(300_000)
  })

  test('whose source or taker dies is not called damaged', async () => {
    async function* dying(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 100)
      throw new Error('the store is away')
    }
    const take = { onStored: () => undefined, onRaw: () => Promise.resolve(true) }
    await expect(unpack(dying(), take)).rejects.toThrow('the store is away')
    let isLetGo = false
    async function* open(): AsyncGenerator<Uint8Array> {
      try {
        yield* inChunks(whole, 100)
      } finally {
        isLetGo = true
      }
    }
    const full = { ...take, onRaw: () => Promise.reject(new Error('no space is left')) }
    await expect(unpack(open(), full)).rejects.toThrow('no space is left')
    expect(isLetGo).toBe(true)
  })
})
