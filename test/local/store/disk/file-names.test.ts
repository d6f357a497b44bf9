import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  byteOrder,
  fileName,
  isBucketName,
  keyOf,
} from '../../../../lib/local/store/disk/file-names'

describe('the file name of a key', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 })

  test('is safe in a folder, whatever the key', () => {
    fc.assert(
      fc.property(key, (any) => {
        const name = fileName(any)
        expect(name).toMatch(/^[A-Za-z0-9%._-]*~[0-9a-f]{32}$/)
        expect(name.length).toBeLessThan(190)
      }),
    )
  })

  test('tells a short key, and never a wrong one', () => {
    fc.assert(
      fc.property(key, (any) => {
        expect([any, undefined]).toContain(keyOf(fileName(any)))
      }),
    )
    const snapshot = 'backups/tokens/2025/07/tokens_2025-07-04T010000Z_3f9a1c.db.sha256'
    expect(keyOf(fileName(snapshot))).toBe(snapshot)
  })

  test('keeps the end of a long key, where the name of a snapshot is', () => {
    const long = `${'deep/'.repeat(200)}tokens.db`
    expect(fileName(long)).toContain('tokens.db~')
    expect(keyOf(fileName(long))).toBeUndefined()
  })

  test('differs for keys that differ in case alone, on any file system', () => {
    expect(fileName('README').toLowerCase()).not.toBe(fileName('readme').toLowerCase())
  })
})

test('keys are ordered by their UTF-8 bytes', () => {
  const bytewise = (one: string, other: string): number =>
    Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)))
  const ours = (one: string, other: string): number =>
    byteOrder(one) === byteOrder(other) ? 0 : byteOrder(one) < byteOrder(other) ? -1 : 1
  const text = fc.string({ unit: 'binary' })
  fc.assert(fc.property(text, text, (one, other) => ours(one, other) === bytewise(one, other)))
})

test.each([
  ['snapshots', true],
  ['my-bucket.1', true],
  ['ab', false],
  ['..', false],
  ['a..b', false],
  ['Snapshots', false],
  ['a/b/c', false],
  ['-ab', false],
  ['x'.repeat(63), true],
  ['x'.repeat(64), false],
])('%s as the name of a bucket: %s', (name, isOne) => {
  expect(isBucketName(name)).toBe(isOne)
})
