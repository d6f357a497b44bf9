/**
 * Do the objects still agree with an inventory? A sample of those that nobody has written to since is read again:
 * the same ETag must be the same content.
 */
import { createHash } from 'node:crypto'

import { Fault } from '../../faults'
import type { Again, AppObjects, ReadAgain } from '../../ports'
import { sha256In } from '../../rules/kinds/objects/contents'
import type { ObjectLine } from '../../rules/kinds/objects/inventory'
import { toldKey } from '../../rules/kinds/objects/settings'
import type { ObjectsExpected } from '../../rules/kinds/objects/settings'
import { rising } from '../../rules/plain/order'
import { own } from '../../rules/plain/own'

import { linesOf } from './past'

const sampleSize = 20
const namedAtMost = 3

/** By a number that nobody chose: another one each time, and every object has its chance. */
const drawn = (seed: string, key: string): number =>
  createHash('sha256').update(`${seed} ${key}`).digest().readUInt32BE()

const sampleOf = async (chunks: AsyncIterable<Uint8Array>, seed: string): Promise<ObjectLine[]> => {
  let sample: { at: number; line: ObjectLine }[] = []
  for await (const read of linesOf({ chunks, encoding: 'identity' })) {
    if (read.is !== 'object' || sha256In(read.object.found) === undefined) continue
    const at = drawn(seed, read.object.key)
    if (sample.length === sampleSize && at >= (sample.at(-1)?.at ?? 0)) continue
    sample = [...sample, { at, line: read.object }]
      .toSorted(rising((one) => one.at))
      .slice(0, sampleSize)
  }
  return sample.map(({ line }) => line)
}

/** Undefined where it has been written to or is gone since: then there is nothing to compare. */
const sha256Now = async (
  { key, etag }: ObjectLine,
  app: AppObjects,
): Promise<string | undefined> => {
  try {
    const got = await app.stream(key, etag)
    if (!got || got.object.etag !== etag) return undefined
    const hash = createHash('sha256')
    for await (const chunk of got.chunks) hash.update(chunk)
    return hash.digest('hex')
  } catch (thrown) {
    if (thrown instanceof Fault) return undefined
    throw thrown
  }
}

export const readAgain = async (
  chunks: AsyncIterable<Uint8Array>,
  { app, seed, expected: asked, isOver }: ReadAgain,
): Promise<Again> => {
  // Whoever wires it gives each engine what its own kind expects.
  const expected = asked as ObjectsExpected
  const others: string[] = []
  let agreeing = 0
  for (const line of await sampleOf(chunks, seed)) {
    if (isOver()) break
    const now = await sha256Now(line, app)
    if (now === undefined) continue
    if (now === sha256In(line.found)) agreeing += 1
    else {
      const collection = own(expected.collections, line.of)
      others.push(collection ? toldKey(line.key, collection, expected) : line.key)
    }
  }
  return { agreeing, others: others.length, named: others.slice(0, namedAtMost) }
}
