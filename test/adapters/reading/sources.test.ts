import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, describe, expect, test } from 'vitest'

import { blockDigests } from '../../../lib/adapters/reading/block-digests'
import { fileBytes } from '../../../lib/adapters/reading/file-bytes'
import type { PageSource } from '../../../lib/adapters/reading/lazy-bytes'
import { rangeBytes, slotStates } from '../../../lib/adapters/reading/range-bytes'
import { windows } from '../../../lib/adapters/reading/windows'
import { chance } from '../sqlite/sessions'

const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-sources-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const content = (sizeBytes: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 7919 + (at >> 8)) % 251))

const windowBytes = 256 * 1024

/** Blocks that are there as soon as they are asked for, and the order they were asked in. */
const rangesOf = (bytes: Buffer, blockBytes: number, slotCount: number) => {
  const slots = new SharedArrayBuffer(slotCount * blockBytes)
  const states = new SharedArrayBuffer(slotCount * 4)
  const asked: number[] = []
  const order = { sizeBytes: bytes.length, blockBytes, slots, states }
  let requests = 0
  const source = rangeBytes(order, ({ first, slots: given }) => {
    requests += 1
    for (const [at, slot] of given.entries()) {
      const start = (first + at) * blockBytes
      asked.push(first + at)
      const part = bytes.subarray(start, start + blockBytes)
      new Uint8Array(slots, slot * blockBytes, blockBytes).set(part)
      Atomics.store(new Int32Array(states), slot, slotStates.ready)
    }
  })
  return { source, asked, requests: () => requests }
}

const fileOf = (name: string, bytes: Buffer) => {
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  const fd = openSync(file, 'r')
  return { file, fd, source: fileBytes(fd, bytes.length) }
}

describe.each([
  {
    name: 'a file',
    make: (bytes: Buffer) => fileOf(`f${bytes.length}`, bytes).source,
    unit: windowBytes,
  },
  { name: 'ranges', make: (bytes: Buffer) => rangesOf(bytes, 1024, 8).source, unit: 1024 },
])('pages of $name', ({ make, unit }) => {
  const bytes = content(unit * 3 + 100)
  const size = bytes.length
  const source: PageSource = make(bytes)

  test.each([
    { name: 'the first byte', start: 0, end: 1 },
    { name: 'up to the edge of a block', start: unit - 7, end: unit },
    { name: 'across an edge', start: unit - 7, end: unit + 9 },
    { name: 'from an edge on', start: unit, end: unit + 1 },
    { name: 'a whole block', start: unit, end: unit * 2 },
    { name: 'across three blocks', start: unit - 1, end: unit * 3 + 1 },
    { name: 'the last byte', start: size - 1, end: size },
    { name: 'all of it', start: 0, end: size },
    { name: 'nothing', start: 5, end: 5 },
  ])('are read: $name', ({ start, end }) => {
    expect(Buffer.from(source.read(start, end)).equals(bytes.subarray(start, end))).toBe(true)
  })

  test('are read in any order', () => {
    const below = chance(7)
    for (let round = 0; round < 500; round += 1) {
      const start = below(size)
      const end = Math.min(size, start + below(600))
      expect(Buffer.from(source.read(start, end)).equals(bytes.subarray(start, end))).toBe(true)
    }
    expect(source.trouble).toBeUndefined()
  })
})

describe('windows', () => {
  test('keep what was used last and fill each window once while it is kept', () => {
    const filled: number[] = []
    const options = { sizeBytes: 100, windowBytes: 10, count: 3 }
    const read = windows({
      ...options,
      fill: (index, into) => void (filled.push(index), into.fill(index)),
    })
    for (const at of [0, 10, 20, 0, 30, 0, 10]) expect(read(at, at + 1)[0]).toBe(at / 10)
    expect(filled).toEqual([0, 1, 2, 3, 1])
  })
})

describe('ranges', () => {
  test.each([
    { name: 'up', blocks: [0, 1, 2, 3, 4, 5], ahead: [3, 4, 5] },
    { name: 'down', blocks: [19, 18, 17, 16], ahead: [15, 14] },
  ])('follow a run $name and ask for what comes next', ({ blocks, ahead }) => {
    const { source, asked } = rangesOf(content(20 * 64), 64, 10)
    for (const block of blocks) source.read(block * 64, block * 64 + 10)
    expect(asked).toEqual(expect.arrayContaining(ahead))
    expect(asked.length).toBe(new Set(asked).size)
  })

  test.each(['up', 'down'])('are asked for in stretches, each by one request: %s', (way) => {
    const blocks = Array.from({ length: 20 }, (_, at) => (way === 'up' ? at : 19 - at))
    const { source, asked, requests } = rangesOf(content(20 * 64), 64, 10)
    for (const block of blocks) source.read(block * 64, block * 64 + 10)
    expect(asked.toSorted((a, b) => a - b)).toEqual(blocks.toSorted((a, b) => a - b))
    // Two before it is known as a run, and then three at a time.
    expect(requests()).toBe(8)
  })

  test('ask for nothing more around a single read', () => {
    const { source, asked } = rangesOf(content(20 * 64), 64, 10)
    source.read(10 * 64, 10 * 64 + 5)
    source.read(3 * 64, 3 * 64 + 5)
    expect(asked).toEqual([10, 3])
  })

  test('fail for good when a block cannot be had', () => {
    const states = new SharedArrayBuffer(16)
    const order = { sizeBytes: 256, blockBytes: 64, slots: new SharedArrayBuffer(256), states }
    const source = rangeBytes(order, ({ slots }) => {
      for (const slot of slots) Atomics.store(new Int32Array(states), slot, slotStates.failed)
    })
    expect(() => source.read(0, 10)).toThrow('did not give')
    expect(source.trouble).toBeDefined()
    expect(() => source.read(70, 80)).toThrow('did not give')
  })
})

describe('a file that ends early', () => {
  test('is trouble of the source, and stays so', () => {
    const { file, fd, source } = fileOf('short', content(windowBytes * 2))
    truncateSync(file, windowBytes + 5)
    expect(source.read(0, 10).length).toBe(10)
    expect(() => source.read(windowBytes + 5, windowBytes + 9)).toThrow('ends at byte')
    expect(() => source.read(0, 10)).toThrow('ends at byte')
    expect(source.trouble).toContain('ends at byte')
    closeSync(fd)
  })
})

describe('block digests', () => {
  const bytes = content(1000)
  const parts = (sizes: number) =>
    Array.from({ length: Math.ceil(1000 / sizes) }, (_, at) =>
      bytes.subarray(at * sizes, (at + 1) * sizes),
    )

  test.each([1, 7, 64, 65, 999, 1000])('agree whatever the stream is cut into: %i bytes', (cut) => {
    const digests = blockDigests(1000, 64)
    expect(digests.range(3, bytes.subarray(192, 256))).toBe(true)
    expect(parts(cut).every((part) => digests.stream(part))).toBe(true)
    expect(digests.range(15, bytes.subarray(960, 1000))).toBe(true)
  })

  test('see one bit, whichever reading came first', () => {
    const other = Buffer.from(bytes.subarray(64, 128))
    other.writeUInt8(other.readUInt8(5) ^ 1, 5)
    const streamed = blockDigests(1000, 64)
    for (const part of parts(100)) streamed.stream(part)
    expect(streamed.range(1, other)).toBe(false)
    const ranged = blockDigests(1000, 64)
    ranged.range(1, other)
    expect(parts(100).map((part) => ranged.stream(part))).toContain(false)
    const twice = blockDigests(1000, 64)
    twice.range(1, other)
    expect(twice.range(1, bytes.subarray(64, 128))).toBe(false)
  })
})
