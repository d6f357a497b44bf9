/**
 * Who fetches the blocks that the worker sleeps for? The main thread, several at a time.
 *
 * A block that cannot be had, or that is not the one read before, wakes the worker with a
 * failure, and the reason is kept here: it decides the verdict, whatever an engine said.
 */
import { Fault } from '../../faults'

import type { BlockDigests } from './block-digests'
import { slotStates } from './range-bytes'
import type { RangeOrder, Want } from './range-bytes'
import { patiently, unreadable, wholeRange } from './source'
import type { ByteSource } from './source'

export type RangeFetch = {
  order: RangeOrder
  fetch(wanted: Want): void
  /** Of the same object, read twice, two different readings came. */
  fail(fault: Fault): void
  readonly fault: Fault | undefined
}

export const twoReadings = (): Fault =>
  unreadable('Two readings of the same part of the object gave different bytes.')

export const rangeFetch = (
  source: ByteSource,
  digests: BlockDigests,
  options: { blockBytes: number; slotCount: number; isOver(): boolean },
): RangeFetch => {
  const { blockBytes, slotCount } = options
  const slots = new SharedArrayBuffer(slotCount * blockBytes)
  const states = new SharedArrayBuffer(slotCount * Int32Array.BYTES_PER_ELEMENT)
  const words = new Int32Array(states)
  let fault: Fault | undefined

  const settle = (slot: number, state: number): void => {
    Atomics.store(words, slot, state)
    Atomics.notify(words, slot)
  }

  const bring = async ({ block, slot }: Want): Promise<void> => {
    const start = block * blockBytes
    const end = Math.min(start + blockBytes, source.sizeBytes)
    const into = new Uint8Array(slots, slot * blockBytes, end - start)
    await patiently(() => wholeRange(source, start, end, into), options.isOver)
    if (!digests.range(block, into)) throw twoReadings()
  }

  return {
    order: { sizeBytes: source.sizeBytes, blockBytes, slots, states },
    get fault() {
      return fault
    },
    fail: (reason) => void (fault ??= reason),
    fetch: (wanted) => {
      if (fault) return settle(wanted.slot, slotStates.failed)
      void bring(wanted).then(
        () => settle(wanted.slot, slotStates.ready),
        (thrown: unknown) => {
          fault ??=
            thrown instanceof Fault ? thrown : unreadable('Reading a part of it failed.', thrown)
          settle(wanted.slot, slotStates.failed)
        },
      )
    },
  }
}
