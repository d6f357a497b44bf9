/** Straight from the store: the checks read by ranges, and the hash is taken of what they bring. */
import { headBytes } from '../../rules/kinds/sqlite/header'
import { judgeBytes } from '../../rules/verdict/arrival'
import { blockDigests } from '../reading/block-digests'
import type { BlockDigests } from '../reading/block-digests'
import { rangeFetch, twoReadings } from '../reading/range-fetch'
import type { RangeFetch } from '../reading/range-fetch'
import { letGo, patiently, restOf, steadily, wholeRange } from '../reading/source'
import type { ByteSource } from '../reading/source'

import { checkerOf, interview, judgeHead, judgeReceived } from './examining'
import type { Examining } from './examining'

export const ranged = async (examining: Examining, source: ByteSource): Promise<void> => {
  const { memory, isOver } = examining
  const checker = await checkerOf(examining)
  const digests = blockDigests(source.sizeBytes, memory.blockBytes)
  const ranges = rangeFetch(source, digests, { ...memory, isOver })
  const headEnd = Math.min(headBytes, source.sizeBytes)
  // An empty object has no first byte that could be asked for.
  const head =
    headEnd === 0 ? new Uint8Array() : await patiently(() => wholeRange(source, 0, headEnd), isOver)
  const isDatabase = judgeHead(examining, head, source.sizeBytes)
  // Of a stream that nobody reads a connection would be left open for as long as the checks take.
  if (isDatabase) void letGo(source)
  const asked = isDatabase
    ? interview(examining, checker, { kind: 'ranges', words: 'by ranges', ...ranges.order }, ranges)
    : Promise.resolve()
  const reading = { ranges, digests, isDatabase }
  const hashed = takeRest(examining, source, reading).then(async (sha256) => {
    const isAnother = judgeBytes(examining.order.claim, { sha256 }).outcome === 'failed'
    if (isAnother && isDatabase) await readAgain(examining, digests)
    judgeReceived(examining, { sha256 })
    // A hash that is not the announced one ends the checks.
    return examining.seen.hasFailed ? checker.end() : undefined
  })
  await Promise.all([hashed, asked.then(() => ranges.hash.end())])
  if (!examining.seen.isAccused || examining.seen.hasFailed) return
  try {
    await readAgain(examining, digests)
  } catch (thrown) {
    examining.seen.disown()
    throw thrown
  }
}

/** Before a word of damage: the same object in one stream, held against what the ranges brought. */
const readAgain = async (
  { options, order, isOver }: Examining,
  digests: BlockDigests,
): Promise<void> => {
  const source = await options.open(order)
  if (!source) throw twoReadings()
  digests.begin(0)
  for await (const chunk of steadily(source, isOver)) {
    if (!digests.stream(chunk)) throw twoReadings()
  }
}

/** What the walk did not bring in order, by one stream, held against what the ranges brought. */
const takeRest = async (
  { isOver }: Examining,
  source: ByteSource,
  {
    ranges,
    digests,
    isDatabase,
  }: { ranges: RangeFetch; digests: BlockDigests; isDatabase: boolean },
): Promise<string> => {
  const block = await ranges.hash.leftBehind
  const from = Math.min(block * ranges.order.blockBytes, source.sizeBytes)
  digests.begin(block)
  const rest = isDatabase ? await patiently(() => restOf(source, from), isOver) : source
  for await (const chunk of steadily(rest, isOver)) {
    if (!digests.stream(chunk)) {
      ranges.fail(twoReadings())
      throw twoReadings()
    }
    ranges.hash.update(chunk)
  }
  return ranges.hash.digest()
}
