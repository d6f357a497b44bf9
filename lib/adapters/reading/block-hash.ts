/**
 * What is the SHA-256 of an object that is read in blocks, in whatever order? Each byte is hashed once and
 * in order, and out of what was fetched for the checks wherever that is at hand.
 *
 * An engine walks a file from its end to its start first, and forwards then: the hash rides along. What the
 * walk leaves behind is streamed, once.
 */
import { createHash } from 'node:crypto'

/** So many blocks fetched again, none of them new and none the next one: the walk is elsewhere. */
const strayBlocks = 8

export type BlockHash = {
  /** A block is to be fetched for the checks. */
  asked(block: number): void
  /** It lies there from now on. */
  arrived(block: number): void
  /** Resolves once nothing will bring the next block: from it on the rest has to be streamed. */
  readonly leftBehind: Promise<number>
  /** The walk has ended. */
  end(): void
  /** The next bytes of the rest. */
  update(chunk: Uint8Array): void
  digest(): string
}

export const blockHash = (
  blockCount: number,
  /** The block, where it is at hand; good until the next call. */
  heldBlock: (block: number) => Uint8Array | undefined,
): BlockHash => {
  const hash = createHash('sha256')
  let next = 0
  const seen = new Set<number>()
  let sinceNext = 0
  let isRiding = true
  let leave: (block: number) => void = () => undefined
  const leftBehind = new Promise<number>((resolve) => (leave = resolve))

  const stop = (): void => {
    isRiding = false
    leave(next)
  }

  return {
    leftBehind,
    asked: (block) => {
      // As long as it comes upon new ones it is on its first pass, and the second is to come.
      sinceNext = seen.has(block) ? sinceNext + 1 : 0
      seen.add(block)
      if (isRiding && sinceNext > strayBlocks) stop()
    },
    arrived: (block) => {
      if (!isRiding || block !== next) return
      for (let bytes = heldBlock(next); bytes !== undefined; bytes = heldBlock(next)) {
        hash.update(bytes)
        next += 1
      }
      sinceNext = 0
      if (next === blockCount) stop()
    },
    end: () => {
      if (isRiding) stop()
    },
    update: (chunk) => void hash.update(chunk),
    digest: () => hash.digest('hex'),
  }
}
