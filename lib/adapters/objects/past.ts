/**
 * What did the last inventory say? Its lines one after the other, as they are asked for: a million of them
 * lie in no memory at once.
 */
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

import type { TakeOrder } from '../../ports'
import { withoutContent } from '../../rules/kinds/objects/contents'
import { inOrder } from '../../rules/kinds/objects/inventory'
import type { Foot, Head, ObjectLine, Read } from '../../rules/kinds/objects/inventory'
import { begunAnew } from '../../rules/kinds/objects/reading'
import type { Reading } from '../../rules/kinds/objects/settings'

import { lineReader } from './lines'

export type Packed = { chunks: AsyncIterable<Uint8Array>; encoding: 'identity' | 'gzip' }

export async function* linesOf({ chunks, encoding }: Packed): AsyncGenerator<Read> {
  const source = Readable.from(chunks)
  const raw = encoding === 'gzip' ? source.pipe(createGunzip()) : source
  // A pipe passes no trouble on: whoever reads its end would wait for ever.
  source.on('error', (error: Error) => raw.destroy(error))
  let come: Read[] = []
  const lines = lineReader((read) => come.push(read))
  try {
    for await (const chunk of raw) {
      if (!(chunk instanceof Uint8Array)) continue
      lines.feed(chunk)
      const now = come
      come = []
      yield* now
    }
    lines.end()
    yield* come
  } finally {
    source.destroy()
    raw.destroy()
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Of one that lies in memory, as it is written. */
export const linesWritten = (bytes: Uint8Array): AsyncGenerator<Read> =>
  linesOf({ chunks: once(bytes), encoding: 'gzip' })

/** The last inventory, asked for its lines in the order of the keys. */
export const pastOf = ({ before, begun, keep }: TakeOrder) => {
  const lines = before && linesOf(before)
  let head: Head | undefined
  let foot: Foot | undefined
  let next: ObjectLine | undefined
  const forth = async (): Promise<void> => {
    next = undefined
    for (;;) {
      const one = await lines?.next()
      if (!one || one.done) return
      if (one.value.is === 'head') ({ head } = one.value)
      if (one.value.is === 'foot') ({ foot } = one.value)
      if (one.value.is !== 'object') continue
      const { object } = one.value
      if (begun && inOrder(object.key, begun.after) <= 0) continue
      const found = before?.isRight ? begunAnew(object.found) : object.found
      next = { ...object, found: keep ? found : found && withoutContent(found) }
      return
    }
  }
  return {
    begin: forth,
    isAskedBy: ({ name, by }: Reading): boolean => head?.collections[name] === by,
    /** All of its lines up to this key; the last of them is its own, if it has one. */
    upTo: async (key: string | undefined): Promise<ObjectLine[]> => {
      const passed: ObjectLine[] = []
      while (next && (key === undefined || inOrder(next.key, key) <= 0)) {
        passed.push(next)
        await forth()
      }
      return passed
    },
    /** What stood at its end, once all of its lines were asked for. */
    foot: () => foot,
    end: async () => void (await lines?.return(undefined)),
  }
}

export type Past = ReturnType<typeof pastOf>
