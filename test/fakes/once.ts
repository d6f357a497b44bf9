// What do the tests of one process share? Work that each file would repeat, and that no test is about:
// were it done anew for each of them, every value would be asked for by a hundred testers in the end.
import crypto from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

import { expect } from 'vitest'

import { isThorough } from '../cases'

/** Bytes are compared as such: "toEqual" walks them one by one, for seconds. */
expect.addEqualityTesters([
  (one: unknown, other: unknown) =>
    one instanceof Uint8Array &&
    other instanceof Uint8Array &&
    one.constructor === other.constructor
      ? Buffer.compare(one, other) === 0
      : undefined,
])

/**
 * Steps read the same few signed files over and over, and Ed25519 takes longer than all else of that.
 * The same key, bytes and signature have the same answer: in a quick run Node is asked for it once.
 */
const { createHash, verify } = crypto
const known = new WeakMap<KeyObject, Map<string, boolean>>()

const verifyOnce = (
  algorithm: null,
  data: Buffer,
  key: KeyObject | string,
  signature: Buffer,
): boolean => {
  if (typeof key === 'string') return verify(algorithm, data, key, signature)
  const answers = known.get(key) ?? new Map<string, boolean>()
  known.set(key, answers)
  // With the size of the data no other data and signature are the same bytes.
  const question = createHash('sha256').update(`${data.length} `).update(data).update(signature)
  const name = question.digest('base64')
  const answer = answers.get(name) ?? verify(algorithm, data, key, signature)
  answers.set(name, answer)
  return answer
}

if (!isThorough) {
  Object.assign(crypto, { verify: verifyOnce })
  syncBuiltinESMExports()
}
