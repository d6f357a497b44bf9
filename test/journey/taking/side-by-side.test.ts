/** Two listings of contents side by side: what the one has and the other lacks, and what is nobody's. */
import { describe, expect, test } from 'vitest'

import {
  countLacking,
  keptOf,
  lackingIn,
  looksSame,
  mayHaveContents,
  sideBySide,
} from '../../../lib/journey/taking/side-by-side'
import { memoryStore } from '../../fakes/memory-store'
import { testTools } from '../../fakes/tools'
import { bot } from '../../fixtures/bucket/contents'

const tools = testTools()
const prefix = 'backups/_contents/bot/'
const hashOf = (nth: number): string => nth.toString(16).padStart(64, '0')
const nameOf = (nth: number, day = 1): string => `2026-03-0${day}/${hashOf(nth)}`

const holding = async (names: readonly string[], bytes = 'x') => {
  const store = memoryStore(tools.clock)
  for (const name of names) await store.put(`${prefix}${name}`, Buffer.from(bytes))
  return store
}

const packed = (names: readonly string[]): string[] => names.map((name) => `${name}.gz`)

const lacking = async (
  here: readonly string[],
  there: readonly string[],
  after?: string,
): Promise<string[]> => {
  const places = { here: await holding(packed(here)), there: await holding(packed(there)) }
  const found: string[] = []
  for await (const pairs of sideBySide(places, { prefix, after }))
    found.push(...lackingIn(pairs).map(({ kept }) => kept))
  return found
}

describe('what the other place lacks', () => {
  test('is found wherever it stands in the order', async () => {
    const all = [1, 2, 3, 4].map((nth) => nameOf(nth))
    for (const gone of [[0], [3], [1, 2], [0, 1, 2, 3], []]) {
      const there = all.filter((_, nth) => !gone.includes(nth))
      expect(await lacking(all, there)).toEqual(gone.map((nth) => all[nth]))
    }
  })

  test('is nothing of what that place alone has', async () => {
    expect(await lacking([nameOf(2)], [nameOf(1), nameOf(2), nameOf(3)])).toEqual([])
    expect(await lacking([], [nameOf(1)])).toEqual([])
  })

  test('is looked for behind a name, or behind a day before which all was seen', async () => {
    const all = [nameOf(1), nameOf(2), nameOf(1, 2)]
    expect(await lacking(all, [], nameOf(1))).toEqual(all.slice(1))
    expect(await lacking(all, [], '2026-03-02')).toEqual(all.slice(2))
  })

  test('is nothing that we did not name so, and is counted over many pages', async () => {
    const names = Array.from({ length: 1_200 }, (_, nth) => nameOf(nth))
    const here = await holding([...packed(names), 'a.txt', `${nameOf(1)}.gz.gz`, 'x/y.gz'])
    const there = await holding(packed(names.slice(100)))
    expect(await countLacking({ here, there }, 'bot', tools)).toEqual({ count: 100, bytes: 100 })
  })
})

test('the same size is another content only where both say an MD5, and not the same', () => {
  const [md5, other] = ['a'.repeat(32), 'b'.repeat(32)]
  const object = (etag: string, sizeBytes = 1) => ({
    key: 'k',
    etag,
    sizeBytes,
    modifiedAt: new Date(0),
  })
  expect(looksSame(object(md5), object(md5))).toBe(true)
  expect(looksSame(object(md5), object(other))).toBe(false)
  expect(looksSame(object(md5), object('opaque-1'))).toBe(true)
  expect(looksSame(object(md5), object(md5, 2))).toBe(false)
})

test('a database that keeps none is not asked for, and one that nobody lists any more is', () => {
  const about = testTools({ databases: { tokens: {}, bot } })
  expect(['tokens', 'bot', 'gone'].map((name) => mayHaveContents(name, about))).toEqual([
    false,
    true,
    true,
  ])
  expect(keptOf(`${prefix}${nameOf(1)}.gz`, prefix)).toBe(nameOf(1))
})
