/**
 * Where a file is small enough, everything is tried: each file is judged here and by the sqlite3 of
 * this machine, and the laws of the fuzzing hold between the two. With SNAPPROOF_CASES=2, as in CI, that
 * is every length and every bit; else every sixteenth, and all around the pages' borders.
 */
import { describe, expect, test } from 'vitest'

import { isThorough, slow } from '../../cases'
import { prepare } from '../../fuzz/cases/apply'
import { pageCountOf } from '../../fuzz/cases/pages'
import { nodeParts } from '../../fuzz/cases/recipe'
import type { Change } from '../../fuzz/cases/recipe'
import { holdAgainstLaws } from '../../fuzz/judges/quick'
import type { Sample } from '../../fuzz/judges/quick'

const isTried = (place: number): boolean => isThorough || place % 16 === 15 || (place + 2) % 512 < 4

const made = (name: string, changes: Change[], base = 'tiny'): Sample => {
  const { bytes } = prepare({ base: { named: base }, changes, claim: 'none', asks: false })
  return { name, bytes }
}

const original = made('tiny', []).bytes
const pages = Array.from({ length: pageCountOf(original) }, (_, page) => page)
const lengths = Array.from({ length: original.length }, (_, length) => length).filter(isTried)

/** A count that SQLite does not trust, as versions before 3.7.0 leave it: then the size decides. */
const untrusted: Change = { do: 'header', field: 'valid for', to: 77 }

const sameForAll = async (samples: readonly Sample[]) => {
  const { broken, counts, unjudged } = await holdAgainstLaws(samples)
  expect(broken).toEqual([])
  return { ...counts, unjudged }
}

test('the small database has a few pages of 512 bytes, and is sound', async () => {
  expect(pages.length).toBeGreaterThanOrEqual(3)
  expect(pages.length).toBeLessThanOrEqual(6)
  expect(await sameForAll([{ name: 'tiny', bytes: original, isMadeSound: true }])).toMatchObject({
    passed: 1,
  })
})

describe('cut off', () => {
  test('at every length it is damaged', async () => {
    const counts = await sameForAll(lengths.map((to) => made(`${to} bytes`, [{ do: 'cut', to }])))
    expect(counts).toMatchObject({ failed: lengths.length, passed: 0 })
  })

  test('at every length it is damaged where the header does not say how long it was', async () => {
    const cut = (to: number) => made(`${to} bytes`, [untrusted, { do: 'cut', to }])
    expect(await sameForAll(lengths.map(cut))).toMatchObject({ failed: lengths.length, passed: 0 })
  })
})

test('with any bytes behind its end it is damaged', async () => {
  const tails = [1, 2, 99, 100, 511, 512, 513, 1024, 4096].flatMap((by) =>
    [0, 255].map((to) => made(`${by} of ${to}`, [{ do: 'grow', by, to }])),
  )
  expect(await sameForAll(tails)).toMatchObject({ failed: tails.length })
})

describe('one page', () => {
  const ways = (page: number): Change[] => [
    { do: 'zero page', page },
    { do: 'fill', at: page * 512, length: 512, to: 255 },
    ...['a', 'b', 'c', 'd', 'e'].map((seed) => ({ do: 'noise page', page, seed }) as const),
    ...pages.flatMap((other): Change[] => [
      { do: 'copy page', from: other, page },
      { do: 'swap pages', page, with: other },
    ]),
    ...[1, 2, 3, 8, 64, 256].map((by) => ({ do: 'shift page', page, by }) as const),
  ]

  test.each(pages)('%i is lost, noise, another’s or shifted, and it is seen', async (page) => {
    const samples = ways(page).map((change) => made(JSON.stringify(change), [change]))
    const changed = samples.filter(({ bytes }) => !bytes.equals(original))
    const counts = await sameForAll(changed)
    expect(counts.failed).toBeGreaterThan(changed.length / 2)
  })

  test.each(['tiny', 'overflow chains', 'a table without rowid'])(
    'has each field of its tree set to what it cannot be: %s',
    slow,
    async (base) => {
      const { bytes } = made(base, [], base)
      const some = Array.from({ length: Math.min(5, pageCountOf(bytes)) }, (_, page) => page)
      const values = [0, 1, 5, 10, 255, 512, 65_535]
      const samples = some.flatMap((page) =>
        nodeParts.flatMap((part) =>
          values.map((to) => made(`${page} ${part} ${to}`, [{ do: 'node', page, part, to }], base)),
        ),
      )
      const counts = await sameForAll(samples)
      expect(counts.failed).toBeGreaterThan(samples.length / 4)
    },
  )
})

test(
  'every bit of the header flipped gives the verdict that sqlite3 gives, or a better one',
  slow,
  async () => {
    const bits = Array.from({ length: 800 }, (_, at) => ({ at: at >> 3, bit: at & 7 }))
    const counts = await sameForAll(
      bits.map(({ at, bit }) => made(`byte ${at}, bit ${bit}`, [{ do: 'flip', at, bit }])),
    )
    expect(counts.failed).toBeGreaterThan(200)
    expect(counts.passed).toBeGreaterThan(200)
  },
)

test(
  'bits all over a page of rows flipped are never sound where sqlite3 calls it damaged',
  slow,
  async () => {
    const page = pages.find((one) => made('x', []).bytes.readUInt8(one * 512) === 13) ?? 1
    const bits = Array.from({ length: 4096 }, (_, at) => ({
      at: page * 512 + (at >> 3),
      bit: at & 7,
    }))
    const samples = bits
      .filter((_, place) => place % (isThorough ? 5 : 20) === 0)
      .map(({ at, bit }) => made(`byte ${at}, bit ${bit}`, [{ do: 'flip', at, bit }]))
    expect((await sameForAll(samples)).failed).toBeGreaterThan(samples.length / 10)
  },
)
