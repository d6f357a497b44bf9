/** One line of an inventory by its key, found without reading what stands behind it; and how inventories are written. */
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { lineIn } from '../../../lib/adapters/objects/asked'
import { unpackedOf, writer } from '../../../lib/adapters/objects/writing'
import { lineOf } from '../../../lib/rules/kinds/objects/inventory'
import { headLine, inventoryText, objectLine } from '../../fixtures/inventories'

const rest = Array.from({ length: 200 }, (_, at) => `x${1000 + at}`)
const lines = ['b', 'd', 'f', ...rest].map((key) => objectLine(key, { etag: `etag of ${key}` }))

const asked = async (key: string) => {
  let pieces = 0
  async function* chunks() {
    for (const line of inventoryText(lines).split(/(?<=\n)/)) {
      pieces += 1
      yield Buffer.from(line)
    }
  }
  const line = await lineIn({ chunks: chunks(), encoding: 'identity' }, key)
  return { etag: line?.etag, pieces }
}

test('is found among others, and of what is not there nothing is', async () => {
  const found = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(asked))
  const etags = found.map(({ etag }) => etag)
  expect(etags).toEqual([
    undefined,
    'etag of b',
    undefined,
    'etag of d',
    undefined,
    'etag of f',
    undefined,
  ])
  // A stream is a few pieces ahead; there are two hundred.
  for (const { pieces } of found) expect(pieces).toBeLessThan(50)
  expect((await asked('y')).pieces).toBe(205)
})

test('is the same in an archive', async () => {
  async function* chunks() {
    yield gzipSync(inventoryText(lines))
  }
  const line = await lineIn({ chunks: chunks(), encoding: 'gzip' }, 'd')
  expect(line).toEqual(lines[1])
})

test('is written in archives that follow one another, and added to', async () => {
  const head = headLine()
  const first = writer()
  first.write(head)
  const begun = first.bytes()
  const next = writer(begun)
  for (const line of lines) next.write(line)
  const bytes = Buffer.from(next.bytes())
  expect(bytes.subarray(0, begun.length).equals(begun)).toBe(true)
  const text = [head, ...lines].map(lineOf).join('')
  expect(gunzipSync(bytes).toString()).toBe(text)
  expect(await unpackedOf(bytes)).toEqual({
    sizeBytes: text.length,
    sha256: createHash('sha256').update(text).digest('hex'),
  })
  // Nothing was written since, and so nothing is added.
  expect(Buffer.from(next.bytes()).equals(bytes)).toBe(true)
})
