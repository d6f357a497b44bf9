/** The content of PostgreSQL's files, in pieces that are packed and spilled: whatever is written is read again. */
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { Full, chunksOf } from '../../../../lib/adapters/postgres/engine/chunks'
import { casesOf } from '../../../cases'

const chunk = 64 * 1024

const withSpill = <Result>(use: (fd: number) => Result): Result => {
  const file = path.join(tmpdir(), `snapproof-chunks-${process.pid}`)
  const fd = openSync(file, 'w+')
  unlinkSync(file)
  try {
    return use(fd)
  } finally {
    closeSync(fd)
  }
}

/** Bytes that pack well, or not at all. */
const bytesOf = (seed: number, length: number): Uint8Array => {
  let state = seed + 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return seed % 2 === 0 ? seed % 256 : state >>> 16
  })
}

type Step = { file: number; at: number; length: number; seed: number; isResize: boolean }

const steps = fc.array(
  fc.record({
    file: fc.nat(2),
    at: fc.nat(5 * chunk),
    length: fc.nat(2 * chunk),
    seed: fc.nat(999),
    isResize: fc.boolean(),
  }),
  { maxLength: 25 },
)

test('three files, written and cut at will, hold what plain bytes would', () => {
  const play = (all: readonly Step[], plainChunks: number) =>
    withSpill((fd) => {
      const spill = { fd, mostBytes: 2 ** 30, plainBytes: plainChunks * chunk }
      const chunks = chunksOf({ hotBytes: 2 * chunk, packedBytes: chunk, spill })
      const files = [0, 1, 2].map(() => ({ content: chunks.empty(), plain: Buffer.alloc(0) }))
      for (const { file, at, length, seed, isResize } of all) {
        const one = files[file]
        if (!one) continue
        const bytes = bytesOf(seed, length)
        const end = isResize ? at : Math.max(one.plain.length, at + length)
        const next = Buffer.alloc(end)
        one.plain.copy(next)
        if (isResize) chunks.resize(one.content, at)
        else if (length > 0) chunks.write(one.content, bytes, at)
        else continue
        if (!isResize) next.set(bytes, at)
        one.plain = next
      }
      for (const { content, plain } of files) {
        const read = new Uint8Array(plain.length + 9)
        expect(chunks.read(content, read, 0)).toBe(plain.length)
        expect(plain.equals(read.subarray(0, plain.length))).toBe(true)
        expect(content.sizeBytes).toBe(plain.length)
      }
    })
  fc.assert(fc.property(steps, fc.nat(9), play), { numRuns: casesOf(100) })
})

describe('too much', () => {
  const fill = (told: { fd: number; mostBytes: number } | undefined) => {
    const spill = told && { plainBytes: 0, ...told }
    const chunks = chunksOf({ hotBytes: 2 * chunk, packedBytes: chunk, spill })
    const content = chunks.empty()
    for (let at = 0; at < 40; at += 1) chunks.write(content, bytesOf(2 * at + 1, chunk), at * chunk)
    return chunks
  }

  test('is told, where there is no disk to put it on', () => {
    expect(() => fill(undefined)).toThrow(Full)
  })

  test('is told, where it may have no more of the disk', () => {
    withSpill((fd) => expect(() => fill({ fd, mostBytes: 5 * chunk })).toThrow(Full))
  })

  test('is told, where the disk takes no more', () => {
    const fd = openSync('/dev/full', 'r+')
    expect(() => fill({ fd, mostBytes: 2 ** 30 })).toThrow(Full)
    closeSync(fd)
  })

  test.each([
    { hot: 2, onDisk: 9 },
    { hot: 4, onDisk: 7 },
  ])('is what fits neither into memory ($hot as they are, one packed) nor on the disk', (one) => {
    const fits = (mostBytes: number) =>
      withSpill((fd) => {
        const spill = { fd, mostBytes, plainBytes: 0 }
        const chunks = chunksOf({ hotBytes: one.hot * chunk, packedBytes: chunk, spill })
        const content = chunks.empty()
        try {
          for (let at = 0; at < 12; at += 1)
            chunks.write(content, bytesOf(2 * at + 1, chunk), at * chunk)
        } catch (thrown) {
          if (thrown instanceof Full) return false
          throw thrown
        }
        return chunks.spilledBytes === one.onDisk * chunk
      })
    expect([fits(one.onDisk * chunk), fits(one.onDisk * chunk - 1)]).toEqual([true, false])
  })

  test('lies on the disk as it is, and packed where that has no more room for it', () => {
    const packing = (plainBytes: number) =>
      withSpill((fd) => {
        const plan = { hotBytes: 2 * chunk, packedBytes: chunk }
        const chunks = chunksOf({ ...plan, spill: { fd, mostBytes: 2 ** 30, plainBytes } })
        const content = chunks.empty()
        for (let at = 0; at < 12; at += 1) chunks.write(content, bytesOf(2 * at, chunk), at * chunk)
        return chunks.spilledBytes
      })
    expect(packing(2 ** 30)).toBe(10 * chunk)
    expect(packing(5 * chunk)).toBe(5 * chunk)
    expect(packing(0)).toBe(0)
  })

  test('is packed where the disk takes nothing at all', () => {
    const fd = openSync('/dev/full', 'r+')
    const spill = { fd, mostBytes: 2 ** 30, plainBytes: 2 ** 30 }
    const chunks = chunksOf({ hotBytes: 2 * chunk, packedBytes: chunk, spill })
    const content = chunks.empty()
    for (let at = 0; at < 12; at += 1) chunks.write(content, bytesOf(2 * at, chunk), at * chunk)
    const read = new Uint8Array(12 * chunk)
    expect(chunks.read(content, read, 0)).toBe(12 * chunk)
    for (let at = 0; at < 12; at += 1) expect(read[at * chunk + 7]).toBe(2 * at)
    closeSync(fd)
  })

  test('lies on the disk, and what is let go of there is used again', () => {
    withSpill((fd) => {
      const chunks = fill({ fd, mostBytes: 2 ** 30 })
      const { spilledBytes } = chunks
      expect(spilledBytes).toBeGreaterThan(30 * chunk)
      const more = chunks.empty()
      chunks.write(more, bytesOf(1, chunk), 0)
      chunks.resize(more, 0)
      for (let at = 0; at < 9; at += 1) chunks.write(more, bytesOf(2 * at + 1, chunk), at * chunk)
      chunks.resize(more, 0)
      const after = chunks.spilledBytes
      for (let at = 0; at < 5; at += 1) chunks.write(more, bytesOf(2 * at + 1, chunk), at * chunk)
      expect(chunks.spilledBytes).toBe(after)
    })
  })
})
