/**
 * What did the last inventory say? Its lines one after the other, as they are asked for: a million of them
 * lie in no memory at once.
 */
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

import type { Read } from '../../rules/kinds/objects/inventory'

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
