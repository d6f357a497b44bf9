import { describe, expect, test } from 'vitest'

import { emptyCatalog, lineOf } from '../../../lib/rules/copy/catalog'
import type { Catalog } from '../../../lib/rules/copy/catalog'
import { newEntry, withVerdict } from '../../../lib/rules/copy/entry'
import type { Entry } from '../../../lib/rules/copy/entry'
import {
  absentWord,
  copiesOf,
  copyOf,
  heldOf,
  isSoundCopy,
  othersOf,
} from '../../../lib/rules/copy/held'
import { sortObjects } from '../../../lib/rules/copy/shelf'
import { nameOf } from '../../fixtures/bucket/buckets'
import { claimOf, verdictOf } from '../../fixtures/told/entries'

const id = 'tokens_2025-07-04T010000Z_3f9a1c'
const base = `backups/tokens/2025/07/${id}`
const cameAt = '2025-07-04T01:00:05.000Z'

const shelfOf = (...endings: readonly string[]) => {
  const objects = endings.map((ending) => ({
    key: `${base}${ending}`,
    sizeBytes: 7,
    etag: `etag of ${ending}`,
    modifiedAt: new Date(cameAt),
  }))
  const [shelf] = sortObjects({ prefix: 'backups/', databases: {} }, objects).shelves
  if (!shelf) throw new TypeError('nothing stands there')
  return shelf
}

const claimed = newEntry(id, `${base}.db`, claimOf())
const firstSeenAt = '2025-07-01T00:00:00.000Z'
const judged = withVerdict(claimed, verdictOf('passed'), firstSeenAt, 'etag of .db')

const catalogOf = (entry: Entry): Catalog => ({
  ...emptyCatalog,
  lines: { [id]: lineOf(entry, 'etag of .entry.json') },
})

describe('what is held under a ticket', () => {
  const whole = shelfOf('.db', '.entry.json')

  test('is its entry and the file that it is about, with the word of its verdict', () => {
    const held = heldOf(whole, catalogOf(judged))
    expect(held).toMatchObject({ name: { id }, shelf: whole, word: 'passed' })
    expect(held).toMatchObject({
      isUntrusted: false,
      isNewer: false,
      stored: { key: `${base}.db` },
    })
  })

  test.each([
    { name: 'nobody has judged', entry: claimed },
    { name: 'is not the one that was judged', entry: { ...judged, etag: 'etag of another' } },
  ])('waits for a verdict, where it holds a file that $name', ({ entry }) => {
    const held = heldOf(whole, catalogOf(entry))
    expect(held).toMatchObject({ word: 'pending', stored: { key: `${base}.db` } })
  })

  test.each([
    { name: 'nobody announced it', endings: ['.db'], catalog: emptyCatalog, is: {} },
    {
      name: 'its entry is not ours',
      endings: ['.db', '.entry.json'],
      catalog: emptyCatalog,
      is: { isUntrusted: true },
    },
    {
      name: 'a newer build wrote its entry',
      endings: ['.db', '.entry.json'],
      catalog: { ...emptyCatalog, newer: { [id]: 'etag of .entry.json' } },
      is: { isNewer: true },
    },
  ])('is no copy, where $name', ({ endings, catalog, is }) => {
    const held = heldOf(shelfOf(...endings), catalog)
    expect(held).toMatchObject({ isUntrusted: false, isNewer: false, word: 'pending', ...is })
    expect([held.line, held.stored]).toEqual([undefined, undefined])
  })
})

describe('files under a name', () => {
  const crowded = shelfOf('.db', '.db.gz', '.entry.json')

  test('that the entry does not mean are told apart', () => {
    const keys = othersOf(heldOf(crowded, catalogOf(judged))).map(({ key }) => key)
    expect(keys).toEqual([`${base}.db.gz`])
  })

  test('are all strangers where no entry of ours means one', () => {
    expect(othersOf(heldOf(crowded, emptyCatalog))).toHaveLength(2)
  })

  test('are none where a newer build wrote the entry: it knows which it means', () => {
    const catalog = { ...emptyCatalog, newer: { [id]: 'etag of .entry.json' } }
    expect(othersOf(heldOf(crowded, catalog))).toEqual([])
  })
})

describe('a copy', () => {
  const whole = shelfOf('.db', '.entry.json')

  test('is all that its entry and its file tell, by the word that counts today', () => {
    const catalog = catalogOf({ ...judged, etag: 'etag of another' })
    const { at, database } = nameOf(id)
    expect(copyOf(heldOf(whole, catalog))).toEqual({
      ...catalog.lines[id],
      id,
      database,
      at,
      word: 'pending',
      sizeBytes: 7,
      arrivedAt: firstSeenAt,
    })
  })

  test('arrived when the store first had it, and before that is known, when it has it now', () => {
    expect(copyOf(heldOf(whole, catalogOf(judged)))?.arrivedAt).toBe(firstSeenAt)
    expect(copyOf(heldOf(whole, catalogOf(claimed)))?.arrivedAt).toBe(cameAt)
  })

  test('is none without its file, and none without an entry of ours', () => {
    expect(copyOf(heldOf(shelfOf('.entry.json'), catalogOf(judged)))).toBeUndefined()
    expect(copyOf(heldOf(whole, emptyCatalog))).toBeUndefined()
  })

  test('is told among what is held, in the same order', () => {
    const held = [catalogOf(judged), emptyCatalog, catalogOf(claimed)].map((catalog) =>
      heldOf(whole, catalog),
    )
    const copies = copiesOf(held)
    expect(copies.map(({ word }) => word)).toEqual(['passed', 'pending'])
    expect(copies.map(isSoundCopy)).toEqual([true, false])
  })
})

test.each([
  { line: { letGoAt: cameAt, provenAt: cameAt }, word: 'being let go' },
  { line: { letGoAt: undefined, provenAt: undefined }, word: 'not arrived' },
  { line: { letGoAt: undefined, provenAt: cameAt }, word: 'gone' },
])('a ticket whose file is not there is $word', ({ line, word }) => {
  expect(absentWord(line)).toBe(word)
})
