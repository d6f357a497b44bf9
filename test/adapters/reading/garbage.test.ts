/** Does a stream leave no more behind than it must, of pieces that Node does not see as large? */
import { expect, test } from 'vitest'

import { fillInTurn, steadily } from '../../../lib/adapters/reading/source'

const mebibyte = 1024 ** 2
/** Less than what V8 would look for by itself. */
const sizeBytes = 40 * mebibyte

/** As a socket brings them: each in memory of its own, which nobody touches. */
async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; at += 64 * 1024) yield new Uint8Array(64 * 1024)
}

const lying = (): number => process.memoryUsage().arrayBuffers

const never = () => false

test('of a stream of pieces only the last few lie about', async () => {
  const before = lying()
  let most = 0
  for await (const _piece of steadily({ sizeBytes, chunks: pieces() }, never))
    most = Math.max(most, lying() - before)
  expect(most).toBeLessThan(16 * mebibyte)
})

test('of a part that is put where it belongs too', async () => {
  const before = lying()
  const source = { sizeBytes, chunks: pieces(), range: () => Promise.resolve(watched()) }
  let most = 0
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces()) {
      most = Math.max(most, lying() - before)
      yield piece
    }
  }
  const place = new Uint8Array(64 * 1024)
  const places = Array.from({ length: sizeBytes / place.length }, () => place)
  await fillInTurn(source, { start: 0, places })
  expect(most).toBeLessThan(16 * mebibyte)
})
