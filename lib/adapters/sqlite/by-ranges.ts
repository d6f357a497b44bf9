/** Straight from the store: the checks read by ranges, while the hash streams by beside them. */
import { headerBytes } from '../../rules/kinds/sqlite/header'
import { blockDigests } from '../reading/block-digests'
import { takeIdentity } from '../reading/intake'
import { rangeFetch, twoReadings } from '../reading/range-fetch'
import { patiently, steadily, wholeRange } from '../reading/source'
import type { ByteSource } from '../reading/source'

import { checkerOf, interview, judgeHead, judgeReceived } from './examining'
import type { Examining } from './examining'

export const ranged = async (examining: Examining, source: ByteSource): Promise<void> => {
  const { memory, isOver } = examining
  const checker = await checkerOf(examining)
  const digests = blockDigests(source.sizeBytes, memory.blockBytes)
  const ranges = rangeFetch(source, digests, { ...memory, isOver })
  const headEnd = Math.min(headerBytes, source.sizeBytes)
  // An empty object has no first byte that could be asked for.
  const head =
    headEnd === 0 ? new Uint8Array() : await patiently(() => wholeRange(source, 0, headEnd), isOver)
  const isDatabase = judgeHead(examining, head, source.sizeBytes)
  const hashed = takeIdentity(steadily(source, isOver), (chunk) => {
    if (digests.stream(chunk)) return Promise.resolve(true)
    ranges.fail(twoReadings())
    return Promise.reject(twoReadings())
  }).then((received) => received && judgeReceived(examining, received))
  const asked = isDatabase
    ? interview(examining, checker, { kind: 'ranges', words: 'by ranges', ...ranges.order }, ranges)
    : Promise.resolve()
  // Whichever fails first ends both; a hash that is not the announced one does too.
  const endEarly = () => (examining.seen.hasFailed ? checker.end() : undefined)
  await Promise.all([hashed.then(endEarly), asked])
}
