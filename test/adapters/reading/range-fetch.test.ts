/** Blocks that the worker sleeps for are brought however often a request breaks, as long as each brings something. */
import { setTimeout as after } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { blockDigests } from '../../../lib/adapters/reading/block-digests'
import { slotStates } from '../../../lib/adapters/reading/range-bytes'
import { rangeFetch } from '../../../lib/adapters/reading/range-fetch'

const blockBytes = 8
const blockCount = 7
const bytes = Uint8Array.from({ length: blockCount * blockBytes - 3 }, (_, at) => at)

/** Each request ends with an error after so many bytes. */
const breakingAfter = (manyBytes: number) => {
  const asked: number[] = []
  async function* part(start: number, end: number): AsyncGenerator<Uint8Array> {
    yield bytes.slice(start, Math.min(end, start + manyBytes))
    if (start + manyBytes < end) throw new Error('ECONNRESET')
  }
  const source = {
    sizeBytes: bytes.length,
    chunks: part(0, bytes.length),
    range: (start: number, end: number) => {
      asked.push(start)
      return Promise.resolve(part(start, end))
    },
  }
  return { source, asked }
}

const bring = async (manyBytes: number, isOver: () => boolean) => {
  const { source, asked } = breakingAfter(manyBytes)
  const digests = blockDigests(bytes.length, blockBytes)
  const fetched = rangeFetch(source, digests, { blockBytes, slotCount: blockCount, isOver })
  const states = new Int32Array(fetched.order.states).fill(slotStates.asked)
  fetched.fetch({ first: 0, slots: [...states.keys()] })
  while (states.includes(slotStates.asked)) await after(1)
  return { asked, fetched, states: [...states] }
}

test('seven blocks come by seven requests that break, and none of them is asked for twice', async () => {
  const { asked, fetched, states } = await bring(blockBytes, () => false)
  expect(states).toEqual(states.map(() => slotStates.ready))
  expect(asked).toEqual([0, 8, 16, 24, 32, 40, 48])
  expect(Buffer.from(fetched.order.slots).subarray(0, bytes.length)).toEqual(Buffer.from(bytes))
  expect(fetched.fault).toBeUndefined()
})

test('a request that brings no whole block is one that failed: the worker is woken, and told why', async () => {
  const { asked, fetched, states } = await bring(blockBytes - 1, () => true)
  expect(states).toEqual(states.map(() => slotStates.failed))
  expect(asked).toEqual([0])
  expect(fetched.fault).toMatchObject({
    code: 'store-unreachable',
    why: 'Reading a part of it failed.',
  })
})
