/**
 * Where the bytes come from: an object in the store, or a file on this machine.
 */
import { Fault } from '../../faults'

import { passed } from './garbage'

export type ByteSource = {
  sizeBytes: number
  /** All of it, once, in order. */
  chunks: AsyncIterable<Uint8Array>
  /** A part of the same object; a Fault when it has been replaced. End is not included. */
  range?: Range | undefined
  /** Set for a file of this machine: it is read where it lies. */
  file?: string | undefined
}

export type Range = (start: number, end: number) => Promise<AsyncIterable<Uint8Array>>

export const unreadable = (why: string, cause?: unknown): Fault =>
  new Fault(
    {
      code: 'store-unreachable',
      why,
      mend: 'Nothing is to be done now: it is tried again by itself.',
    },
    { cause },
  )

/** Faults that a second try cannot mend. */
const isFinal = (thrown: unknown): boolean =>
  thrown instanceof Fault && (!thrown.isPassing || thrown.code === 'contended')

const attempts = 5
const firstPauseMs = 100

/** Tries again with growing pauses, as long as that may help. */
export const patiently = async <T>(run: () => Promise<T>, isOver: () => boolean): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (thrown) {
      if (isFinal(thrown) || attempt >= attempts || isOver()) throw thrown
      const pauseMs = firstPauseMs * 2 ** (attempt - 1)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

/** What will not be read is let go of: a body that is open keeps a connection, or a file. */
export const letGo = async ({ chunks }: ByteSource): Promise<void> => {
  const reading = chunks[Symbol.asyncIterator]()
  try {
    // A stream that was never begun has no end either: it is ended after its first bytes.
    await reading.next()
    await reading.return?.()
  } catch {
    // Nobody waits for it.
  }
}

/** What is asked for at once when the stream broke and is taken up again. */
const stretchBytes = 4 * 1024 ** 2

/**
 * The whole of a source, in order. A stream that breaks half-way goes on where it broke, by
 * ranges of the same object; a source without ranges ends with its fault.
 */
export async function* steadily(
  source: ByteSource,
  isOver: () => boolean,
): AsyncGenerator<Uint8Array> {
  let received = 0
  try {
    for await (const chunk of source.chunks) {
      received += chunk.length
      if (received > source.sizeBytes)
        throw unreadable('The store sent more than the object holds.')
      if (isOver()) throw unreadable('The time ran out.')
      yield chunk
      passed(chunk.length)
    }
    if (received === source.sizeBytes) return
  } catch (thrown) {
    if (!source.range || isFinal(thrown) || isOver()) throw thrown
  }
  if (!source.range)
    throw unreadable(`Reading ended after ${received} of ${source.sizeBytes} bytes.`)
  while (received < source.sizeBytes) {
    const end = Math.min(received + stretchBytes, source.sizeBytes)
    const bytes = await patiently(() => wholeRange(source, received, end), isOver)
    received = end
    yield bytes
  }
}

/** The same source from this byte on, by a reading of its own. */
export const restOf = async (source: ByteSource, from: number): Promise<ByteSource> => {
  const { range, sizeBytes } = source
  if (!range) throw unreadable('This source gives no parts.')
  return {
    sizeBytes: sizeBytes - from,
    chunks: from < sizeBytes ? await range(from, sizeBytes) : nothing(),
    range: (start, end) => range(from + start, from + end),
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** One part of the source, piece by piece into as many places; a Fault where it is shorter or longer. */
export const fillInTurn = async (
  { range }: ByteSource,
  { start, places }: { start: number; places: readonly Uint8Array[] },
  onFilled: () => void = () => undefined,
): Promise<void> => {
  if (!range) throw unreadable('This source gives no parts.')
  const sizeBytes = places.reduce((sum, place) => sum + place.length, 0)
  let turn = 0
  let filled = 0
  for await (const chunk of await range(start, start + sizeBytes)) {
    for (let from = 0; from < chunk.length;) {
      const place = places[turn]
      if (place === undefined) throw unreadable('The store sent more than was asked.')
      const part = chunk.subarray(from, from + place.length - filled)
      place.set(part, filled)
      filled += part.length
      from += part.length
      if (filled < place.length) continue
      onFilled()
      turn += 1
      filled = 0
    }
    passed(chunk.length)
  }
  if (turn < places.length) throw unreadable('The store sent less than was asked.')
}

/** One part of the source, all of it or a Fault. */
export const wholeRange = async (
  source: ByteSource,
  start: number,
  end: number,
): Promise<Uint8Array> => {
  const into = new Uint8Array(end - start)
  await fillInTurn(source, { start, places: [into] })
  return into
}
