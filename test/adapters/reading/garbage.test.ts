/** Does a stream leave no more behind than it must, of pieces that Node does not see as large? */
import { expect, test, vi } from 'vitest'

import {
  beReadyToCollect,
  collectGarbage,
  collectUntilGone,
  passed,
} from '../../../lib/adapters/reading/garbage'
import { fillInTurn, steadily } from '../../../lib/adapters/reading/source'
import { slow } from '../../cases'

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

/** Two looks at what is new while they are in use, and pieces count as old. */
const growOld = (): void => {
  const old = Array.from({ length: 20 }, () => new ArrayBuffer(mebibyte))
  passed(4 * mebibyte)
  passed(4 * mebibyte)
  expect(old).toHaveLength(20)
}

/** What is found is given back beside the work, and what is left on a stack may count as wanted for a moment. */
const gives = async (look: () => void): Promise<void> => {
  collectGarbage()
  const before = lying()
  growOld()
  expect(lying() - before).toBeGreaterThan(15 * mebibyte)
  await vi.waitFor(
    () => {
      look()
      expect(lying() - before).toBeLessThan(5 * mebibyte)
    },
    { timeout: 4000 },
  )
}

test('what has grown old is found by a look at everything', () => gives(collectGarbage))

test('a stream that goes on looks at everything now and then', slow, () =>
  gives(() => {
    for (let looks = 0; looks < 8; looks += 1) passed(4 * mebibyte)
  }),
)

test('what collects is made once, and no more when it is used', () => {
  expect(beReadyToCollect()).toBe(beReadyToCollect())
})

test('what is held for a moment longer is looked for again', async () => {
  const holding: { what?: object } = { what: new ArrayBuffer(mebibyte) }
  const weak = new WeakRef(holding.what ?? {})
  setTimeout(() => delete holding.what, 20)
  await collectUntilGone(weak)
  expect(weak.deref()).toBeUndefined()
})

test('what stays is not waited for without end', slow, async () => {
  const what = new ArrayBuffer(mebibyte)
  await collectUntilGone(new WeakRef(what))
  expect(what.byteLength).toBe(mebibyte)
})
