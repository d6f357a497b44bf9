/** Is what a store sends taken whole and in order, and what it leaves out or sends too much named as its own fault? */
import { describe, expect, test } from 'vitest'

import {
  fillInTurn,
  letGo,
  patiently,
  restOf,
  steadily,
  unreadable,
  wholeRange,
} from '../../../lib/adapters/reading/source'
import type { ByteSource } from '../../../lib/adapters/reading/source'
import { Fault } from '../../../lib/faults'

const bytes = Buffer.from(Array.from({ length: 100 }, (_, at) => at))
const never = () => false

async function* inPieces(of: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < of.length; at += size) yield of.subarray(at, at + size)
}

async function* breaking(of: Uint8Array, thrown: unknown): AsyncGenerator<Uint8Array> {
  yield* inPieces(of)
  throw thrown
}

const all = async (chunks: AsyncIterable<Uint8Array>): Promise<number[]> => {
  const parts: number[] = []
  for await (const chunk of chunks) parts.push(...chunk)
  return parts
}

/** What was asked of it in parts, in the order in which it was. */
const ranged = (chunks: AsyncIterable<Uint8Array>) => {
  const asked: [number, number][] = []
  const range = async (start: number, end: number) => {
    asked.push([start, end])
    return inPieces(bytes.subarray(start, end))
  }
  return { source: { sizeBytes: bytes.length, chunks, range }, asked }
}

const away = new Error('the store is away')
const why = (said: string) => unreadable(said)

test('what cannot be read says why, and that nothing is to be done', () => {
  const fault = unreadable('It is away.', away)
  expect(fault).toBeInstanceOf(Fault)
  expect({ code: fault.code, why: fault.why, mend: fault.mend, cause: fault.cause }).toEqual({
    code: 'store-unreachable',
    why: 'It is away.',
    mend: 'Nothing is to be done now: it is tried again by itself.',
    cause: away,
  })
})

describe('a stream', () => {
  const of = (chunks: AsyncIterable<Uint8Array>): ByteSource => ({ sizeBytes: 100, chunks })

  test('is handed on as it comes', async () => {
    expect(await all(steadily(of(inPieces(bytes)), never))).toEqual([...bytes])
  })

  test.each([
    {
      name: 'ends early',
      chunks: () => inPieces(bytes.subarray(0, 99)),
      says: 'Reading ended after 99 of 100 bytes.',
    },
    {
      name: 'is longer than its object',
      chunks: () => inPieces(Buffer.alloc(101), 101),
      says: 'The store sent more than the object holds.',
    },
    { name: 'breaks', chunks: () => breaking(bytes.subarray(0, 20), away), says: away.message },
  ])('that $name ends with that where no part can be asked for', async ({ chunks, says }) => {
    await expect(all(steadily(of(chunks()), never))).rejects.toThrow(says)
  })

  test.each([
    { name: 'breaks', chunks: () => breaking(bytes.subarray(0, 21), away) },
    { name: 'ends early', chunks: () => inPieces(bytes.subarray(0, 21)) },
  ])('that $name goes on where it did, by one part of the same object', async ({ chunks }) => {
    const { source, asked } = ranged(chunks())
    expect(await all(steadily(source, never))).toEqual([...bytes])
    expect(asked).toEqual([[21, 100]])
  })

  test('is not taken up again for a fault that stays', async () => {
    const fault = new Fault({ code: 'contended', why: 'Another one.', mend: 'Wait.' })
    const { source, asked } = ranged(breaking(bytes.subarray(0, 21), fault))
    await expect(all(steadily(source, never))).rejects.toBe(fault)
    expect(asked).toEqual([])
  })

  test('ends when the time is up', async () => {
    const { source, asked } = ranged(inPieces(bytes))
    await expect(all(steadily(source, () => true))).rejects.toThrow('The time ran out.')
    expect(asked).toEqual([])
  })

  test('that nobody reads is ended, and what it throws is nobody’s', async () => {
    let isEnded = false
    async function* open(): AsyncGenerator<Uint8Array> {
      try {
        yield* inPieces(bytes)
      } finally {
        isEnded = true
      }
    }
    await letGo(of(open()))
    expect(isEnded).toBe(true)
    await expect(letGo(of(breaking(Buffer.alloc(0), away)))).resolves.toBeUndefined()
  })
})

describe('a try', () => {
  const failing = (thrown: unknown, times: number) => {
    let tries = 0
    const run = async () => {
      tries += 1
      if (tries <= times) throw thrown
      return tries
    }
    return { run, tries: () => tries }
  }

  test('is made again as long as that may help', async () => {
    expect(await patiently(failing(away, 1).run, never)).toBe(2)
  })

  test('is not made again when the time is up, nor for a fault that stays', async () => {
    const over = failing(away, 9)
    await expect(patiently(over.run, () => true)).rejects.toBe(away)
    const settings = new Fault({ code: 'settings', why: 'It is not set.', mend: 'Set it.' })
    const final = failing(settings, 9)
    await expect(patiently(final.run, never)).rejects.toBe(settings)
    expect([over.tries(), final.tries()]).toEqual([1, 1])
  })
})

describe('a part', () => {
  const { source } = ranged(inPieces(bytes))

  test('is had whole, from its first byte to before its end', async () => {
    expect(await wholeRange(source, 10, 31)).toEqual(new Uint8Array(bytes.subarray(10, 31)))
  })

  test('fills one place after the other, and each is told as it is full', async () => {
    const places = [3, 11, 1, 7].map((length) => new Uint8Array(length))
    const full: number[][] = []
    await fillInTurn(source, { start: 5, places }, () =>
      full.push(...places.slice(full.length, full.length + 1).map((place) => [...place])),
    )
    const from = (start: number, end: number) => [...bytes.subarray(start, end)]
    expect(full).toEqual([from(5, 8), from(8, 19), from(19, 20), from(20, 27)])
  })

  test.each([
    { name: 'less', sent: 9, says: 'The store sent less than was asked.' },
    { name: 'more', sent: 11, says: 'The store sent more than was asked.' },
  ])('of which $name comes is no part', async ({ sent, says }) => {
    const odd = { ...source, range: async () => inPieces(bytes.subarray(0, sent)) }
    await expect(wholeRange(odd, 0, 10)).rejects.toThrow(why(says))
  })

  test('is not had of a source that gives none', async () => {
    const none = { sizeBytes: 100, chunks: inPieces(bytes) }
    const says = why('This source gives no parts.')
    await expect(wholeRange(none, 0, 10)).rejects.toThrow(says)
    await expect(restOf(none, 10)).rejects.toThrow(says)
  })
})

describe('the rest of a source', () => {
  test('begins where it is told to, and its parts do too', async () => {
    const { source, asked } = ranged(inPieces(bytes))
    const rest = await restOf(source, 90)
    expect(rest.sizeBytes).toBe(10)
    expect(await all(rest.chunks)).toEqual([...bytes.subarray(90)])
    expect(await wholeRange(rest, 2, 5)).toEqual(new Uint8Array(bytes.subarray(92, 95)))
    expect(asked).toEqual([
      [90, 100],
      [92, 95],
    ])
  })

  test('is nothing at its end, which nobody is asked for', async () => {
    const { source, asked } = ranged(inPieces(bytes))
    const rest = await restOf(source, 100)
    expect([rest.sizeBytes, await all(rest.chunks), asked]).toEqual([0, [], []])
  })
})
