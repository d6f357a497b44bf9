/**
 * Who fetches the blocks that the worker sleeps for? The main thread, several at a time.
 *
 * A block that cannot be had, or that is not the one read before, wakes the worker with a
 * failure, and the reason is kept here: it decides the verdict, whatever an engine said.
 */
import { Fault } from '../../faults'

import type { BlockDigests } from './block-digests'
import { blockHash } from './block-hash'
import type { BlockHash } from './block-hash'
import { collectGarbage } from './garbage'
import { slotStates } from './range-bytes'
import type { RangeOrder, Want } from './range-bytes'
import { fillInTurn, patiently, unreadable } from './source'
import type { ByteSource } from './source'

export type RangeFetch = {
  order: RangeOrder
  fetch(wanted: Want): void
  /** Of all bytes, out of what is fetched. */
  hash: BlockHash
  /** Of the same object, read twice, two different readings came. */
  fail(fault: Fault): void
  readonly fault: Fault | undefined
}

export const twoReadings = (): Fault =>
  unreadable('Two readings of the same part of the object gave different bytes.')

let hasHadSlots = false

/** Those of the last object are as large, and would lie about beside them. */
const newSlots = (sizeBytes: number): SharedArrayBuffer => {
  if (hasHadSlots) collectGarbage()
  hasHadSlots = true
  return new SharedArrayBuffer(sizeBytes)
}

export const rangeFetch = (
  source: ByteSource,
  digests: BlockDigests,
  options: { blockBytes: number; slotCount: number; isOver(): boolean },
): RangeFetch => {
  const { blockBytes, slotCount } = options
  const slots = newSlots(slotCount * blockBytes)
  const states = new SharedArrayBuffer(slotCount * Int32Array.BYTES_PER_ELEMENT)
  const words = new Int32Array(states)
  /** What lies where; a slot is given up in the moment that another block is asked for it. */
  const slotOf = new Map<number, number>()
  const blockIn = new Map<number, number>()
  let fault: Fault | undefined

  const sizeOf = (block: number): number =>
    Math.min(blockBytes, source.sizeBytes - block * blockBytes)
  const hash = blockHash(Math.ceil(source.sizeBytes / blockBytes), (block) => {
    const slot = slotOf.get(block)
    return slot === undefined ? undefined : new Uint8Array(slots, slot * blockBytes, sizeOf(block))
  })

  const giveUp = (slot: number): void => {
    const block = blockIn.get(slot)
    if (block !== undefined) slotOf.delete(block)
    blockIn.delete(slot)
  }

  const settle = (slot: number, state: number): void => {
    Atomics.store(words, slot, state)
    Atomics.notify(words, slot)
  }

  /** The block lies where the worker looks for it. */
  const settleReady = (block: number, slot: number): void => {
    const bytes = new Uint8Array(slots, slot * blockBytes, sizeOf(block))
    if (!digests.range(block, bytes)) {
      fault ??= twoReadings()
      throw fault
    }
    slotOf.set(block, slot)
    blockIn.set(slot, block)
    // The worker wakes first: it waits, and the hash does not.
    settle(slot, slotStates.ready)
    hash.arrived(block)
  }

  const isHopeless = (): boolean => fault !== undefined || options.isOver()

  /** One request for all that follow one another; where it breaks, the next one begins at that block. */
  const bring = async ({ first, slots: given }: Want): Promise<void> => {
    let done = 0
    const places = (): Uint8Array[] =>
      given
        .slice(done)
        .map((slot, at) => new Uint8Array(slots, slot * blockBytes, sizeOf(first + done + at)))
    const arrived = (): void => {
      const slot = given[done]
      if (slot === undefined) return
      settleReady(first + done, slot)
      done += 1
    }
    while (done < given.length) {
      const before = done
      await patiently(async () => {
        try {
          await fillInTurn(
            source,
            { start: (first + done) * blockBytes, places: places() },
            arrived,
          )
        } catch (thrown) {
          // As long as each request brings something, the next one has all of its attempts.
          if (fault || done === before) throw thrown
        }
      }, isHopeless)
    }
  }

  return {
    order: { sizeBytes: source.sizeBytes, blockBytes, slots, states },
    get fault() {
      return fault
    },
    hash,
    fail: (reason) => void (fault ??= reason),
    fetch: (wanted) => {
      wanted.slots.forEach(giveUp)
      const fail = (): void => {
        for (const slot of wanted.slots)
          if (Atomics.load(words, slot) === slotStates.asked) settle(slot, slotStates.failed)
      }
      if (fault) return fail()
      wanted.slots.forEach((_, at) => hash.asked(wanted.first + at))
      void bring(wanted).catch((thrown: unknown) => {
        fault ??=
          thrown instanceof Fault ? thrown : unreadable('Reading a part of it failed.', thrown)
        fail()
      })
    },
  }
}
