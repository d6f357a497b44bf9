/**
 * How does an engine, which cannot wait, read from a store that must be waited for?
 *
 * Blocks live in shared memory. A missing one is asked of the owner of this thread, which fetches
 * it while this thread sleeps. Runs are followed both ways: trees are walked from their last
 * page to their first, and rows from their first to their last.
 */
import type { PageSource } from './lazy-bytes'
import { joined } from './windows'

export type RangeOrder = {
  sizeBytes: number
  blockBytes: number
  /** One slot of `blockBytes` after the other. */
  slots: SharedArrayBuffer
  /** One word for each slot. */
  states: SharedArrayBuffer
}

export const slotStates = { empty: 0, asked: 1, ready: 2, failed: 3 } as const

/** Blocks that follow one another, from the first on, and the slot for each. */
export type Want = { first: number; slots: readonly number[] }

/** A run is followed in stretches, each by one request: it costs as much as half a block does. */
const stretchBlocks = 3

/** The next stretch is asked for while so many blocks of the last one are still ahead. */
const leastAhead = 2

/** How far back a neighbour counts as the same run: other trees are read in between. */
const recentCount = 6

export const rangeBytes = (order: RangeOrder, want: (wanted: Want) => void): PageSource => {
  const { sizeBytes, blockBytes } = order
  const states = new Int32Array(order.states)
  const slotCount = states.length
  const blockCount = Math.ceil(sizeBytes / blockBytes)
  const views = Array.from({ length: slotCount }, (_, slot) => {
    return new Uint8Array(order.slots, slot * blockBytes, blockBytes)
  })
  /** Block to slot, the least recently used first. */
  const held = new Map<number, number>()
  const free = Array.from({ length: slotCount }, (_, slot) => slot)
  const recent: number[] = []
  let last = -1
  let trouble: string | undefined

  const stateOf = (slot: number): number => Atomics.load(states, slot)

  /** A slot to fill: a free one, or that of the oldest block which is not on its way. */
  const vacate = (): number | undefined => {
    const unused = free.pop()
    if (unused !== undefined) return unused
    for (const [block, slot] of held) {
      if (stateOf(slot) === slotStates.asked || block === last) continue
      held.delete(block)
      return slot
    }
    return undefined
  }

  /** False where there is no room for any. */
  const request = (first: number, count: number): boolean => {
    const given: number[] = []
    for (let block = first; block < first + count; block += 1) {
      const slot = vacate()
      if (slot === undefined) break
      Atomics.store(states, slot, slotStates.asked)
      held.set(block, slot)
      given.push(slot)
    }
    if (given.length > 0) want({ first, slots: given })
    return given.length > 0
  }

  /** Asks for what a run in this direction will need next. */
  const follow = (block: number): void => {
    const isUp = recent.includes(block - 1)
    const isDown = recent.includes(block + 1)
    if (isUp === isDown) return
    const direction = isUp ? 1 : -1
    let next = block + direction
    while (held.has(next) && Math.abs(next - block) <= leastAhead) next += direction
    if (Math.abs(next - block) > leastAhead) return
    let count = 0
    for (let one = next; count < stretchBlocks && !held.has(one); one += direction) {
      if (one < 0 || one >= blockCount) break
      count += 1
    }
    if (count > 0) request(isUp ? next : next - count + 1, count)
  }

  const blockAt = (block: number): Uint8Array => {
    if (!held.has(block) && !request(block, 1)) throw new Error('every block is on its way')
    const slot = held.get(block) ?? 0
    held.delete(block)
    held.set(block, slot)
    if (block !== last) {
      last = block
      follow(block)
      recent.push(block)
      if (recent.length > recentCount) recent.shift()
    }
    while (stateOf(slot) === slotStates.asked) Atomics.wait(states, slot, slotStates.asked)
    if (stateOf(slot) === slotStates.failed) trouble ??= 'the store did not give a part of it'
    if (trouble !== undefined) throw new Error(trouble)
    return views[slot] ?? new Uint8Array()
  }

  return {
    sizeBytes,
    get trouble() {
      return trouble
    },
    read: (start, end) => {
      const bytes = joined(blockAt, { start, end, windowBytes: blockBytes })
      if (trouble !== undefined) throw new Error(trouble)
      return bytes
    },
  }
}
