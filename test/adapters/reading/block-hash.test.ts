/** An object that is read in blocks has its hash by each byte once and in order, whoever reads it how. */
import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { blockHash } from '../../../lib/adapters/reading/block-hash'

const blocks = Array.from({ length: 12 }, (_, at) => Buffer.from(`block ${at}`))
const sha256 = createHash('sha256').update(Buffer.concat(blocks)).digest('hex')

const riding = () => {
  const held = new Set<number>()
  const hash = blockHash(blocks.length, (block) => (held.has(block) ? blocks[block] : undefined))
  const read = (block: number) => {
    hash.asked(block)
    held.add(block)
    hash.arrived(block)
  }
  let left: number | undefined
  void hash.leftBehind.then((block) => (left = block))
  const leftBehind = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return left
  }
  return { hash, read, leftBehind }
}

const indices = [...blocks.keys()]

describe('the hash', () => {
  test.each([
    { name: 'forwards', order: indices },
    { name: 'backwards', order: indices.toReversed() },
    { name: 'from both ends', order: [0, 11, 1, 10, 2, 9, 3, 8, 4, 7, 5, 6] },
  ])('is whole when each block was there once: $name', async ({ order }) => {
    const { hash, read, leftBehind } = riding()
    for (const block of order.slice(0, -1)) read(block)
    expect(await leftBehind()).toBeUndefined()
    read(order.at(-1) ?? 0)
    expect(await leftBehind()).toBe(blocks.length)
    expect(hash.digest()).toBe(sha256)
  })

  test('leaves the rest to a stream when the walk ends, and takes no block after that', async () => {
    const { hash, read, leftBehind } = riding()
    for (const block of [0, 1, 5]) read(block)
    hash.end()
    expect(await leftBehind()).toBe(2)
    for (const block of [2, 3]) read(block)
    hash.end()
    hash.update(Buffer.concat(blocks.slice(2)))
    expect(hash.digest()).toBe(sha256)
    expect(await leftBehind()).toBe(2)
  })

  test('leaves the rest when a walk fetches again, nine times, and comes upon nothing new', async () => {
    const { hash, read, leftBehind } = riding()
    read(0)
    for (const block of [3, 4]) read(block)
    for (let again = 0; again < 8; again += 1) hash.asked(3)
    expect(await leftBehind()).toBeUndefined()
    // A new one: it is on its first pass still.
    hash.asked(7)
    for (let again = 0; again < 8; again += 1) hash.asked(4)
    expect(await leftBehind()).toBeUndefined()
    // The next one came: what was fetched again before it counts no more.
    read(1)
    for (let again = 0; again < 8; again += 1) hash.asked(4)
    expect(await leftBehind()).toBeUndefined()
    hash.asked(4)
    expect(await leftBehind()).toBe(2)
  })
})
