import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { cameAt, isAnnounced, judgedOf, sortObjects, fileOf } from '../../../lib/rules/copy/shelf'
import type { StoredObject } from '../../../lib/rules/copy/shelf'
import { keysOf, nameSnapshot } from '../../../lib/rules/copy/snapshot'

const id = 'tokens_2025-07-04T010000Z_3f9a1c'
const base = `backups/tokens/2025/07/${id}`

const objectAt = (key: string): StoredObject => ({
  key,
  sizeBytes: 1,
  etag: `etag of ${key}`,
  modifiedAt: new Date('2025-07-04T01:00:05Z'),
})

const sortKeys = (...keys: string[]) =>
  sortObjects({ prefix: 'backups/', databases: {} }, keys.map(objectAt))

describe('a listing', () => {
  test('is sorted by ticket: what stands together comes together', () => {
    const { shelves, strangers } = sortKeys(`${base}.db`, `${base}.db.sha256`, `${base}.entry.json`)
    expect(strangers).toEqual([])
    expect(shelves).toMatchObject([
      {
        name: { id },
        snapshots: [{ key: `${base}.db` }],
        sums: { key: `${base}.db.sha256` },
        entry: { key: `${base}.entry.json` },
      },
    ])
  })

  test('keeps apart what is not ours to the letter', () => {
    const { shelves, strangers } = sortKeys(
      `${base}.db`,
      `${base}.db.part`,
      'backups/tokens/notes.txt',
      `backups/tokens/2025/08/${id}.db`,
    )
    expect(shelves).toHaveLength(1)
    expect(strangers.map(({ key }) => key)).toEqual([
      `${base}.db.part`,
      'backups/tokens/notes.txt',
      `backups/tokens/2025/08/${id}.db`,
    ])
  })

  test('has of two of one moment the greater name first, whichever is listed first', () => {
    const twins = ['3f9a1c', '3f9a1d'].map((mark) => base.replace('3f9a1c', mark))
    const order = (bases: readonly string[]) =>
      sortKeys(...bases.map((one) => `${one}.db`)).shelves.map(({ name }) => name.id)
    const greaterFirst = [id.replace('3f9a1c', '3f9a1d'), id]
    expect([order(twins), order(twins.toReversed())]).toEqual([greaterFirst, greaterFirst])
  })

  test('loses nothing, puts nothing twice, and has the newest first whatever order it came in', () => {
    const names = fc.record({
      database: fc.constantFrom('tokens', 'sessions', 'a'),
      at: fc.integer({ min: 0, max: 5 }).map((second) => new Date(second * 1000)),
      mark: fc.constantFrom('00000a', '00000b'),
    })
    const keys = fc.oneof(
      fc
        .tuple(names, fc.constantFrom('snapshot', 'sums', 'entry'), fc.boolean())
        .map(([name, kind, isGzip]) => {
          return keysOf('backups/', nameSnapshot(name), { encoding: isGzip ? 'gzip' : 'identity' })[
            kind
          ]
        })
        // Two sums of one name would be of two snapshots: only one of them can be ours.
        .filter((key) => !key.endsWith('.gz.sha256')),
      fc.constantFrom('backups/x', 'backups/tokens/y', 'backups/tokens_2025-07-04.db'),
    )
    fc.assert(
      fc.property(fc.uniqueArray(keys), (some) => {
        const { shelves, strangers } = sortKeys(...some)
        const found = shelves.flatMap(({ snapshots, sums, entry }) => [
          ...snapshots,
          ...(sums ? [sums] : []),
          ...(entry ? [entry] : []),
        ])
        const all = [...found, ...strangers].map(({ key }) => key)
        expect(all.toSorted()).toEqual(some.toSorted())
        const times = shelves.map(({ name }) => name.at.getTime())
        expect(times).toEqual(times.toSorted((a, b) => b - a))
        const order = (keysGiven: readonly string[]) =>
          sortKeys(...keysGiven).shelves.map(({ name }) => name.id)
        expect(order(some.toReversed())).toEqual(order(some))
      }),
    )
  })
})

describe('a copy came', () => {
  const arrivedAt = '2025-07-04T01:00:05.000Z'
  const shelfOf = (at: string, snapshots = 1) => ({
    name: nameSnapshot({ database: 'tokens', at: new Date(at), mark: '3f9a1c' }),
    snapshots: Array.from({ length: snapshots }, () => objectAt(`${base}.db`)),
  })

  test.each([
    { at: '2025-07-04T01:00:00Z', came: 'then', why: 'its ticket was given before' },
    { at: '2024-01-01T00:00:00Z', came: 'then', why: 'it was moved here long after' },
    { at: '2025-07-04T01:01:05Z', came: 'then', why: 'a minute ahead, where many came at once' },
    { at: '2025-07-04T01:01:06Z', came: arrivedAt, why: 'further ahead it was not our ticket' },
    { at: '2025-07-04T15:00:05Z', came: arrivedAt, why: 'somewhere in the east it was that day' },
    { at: '2025-07-04T15:00:06Z', came: '2025-07-04T00:00:00.000Z', why: 'nowhere it was' },
    { at: '2031-01-01T00:00:00Z', came: '2025-07-04T00:00:00.000Z', why: 'nobody knows of when' },
  ])('at the time in its name, or when the store had it: $why', ({ at, came }) => {
    const expected = came === 'then' ? new Date(at).toISOString() : came
    expect(cameAt(shelfOf(at)).toISOString()).toBe(expected)
  })

  test('when the first of its files came, where its name is ahead of that one', () => {
    const shelf = shelfOf('2025-07-04T02:00:00Z', 2)
    const [one, other] = shelf.snapshots
    const modifiedAt = new Date('2025-07-04T03:00:00Z')
    const snapshots = [...(one ? [{ ...one, modifiedAt }] : []), ...(other ? [other] : [])]
    expect(cameAt({ ...shelf, snapshots }).toISOString()).toBe(arrivedAt)
  })

  test('at the time in its name where nothing of it has come yet', () => {
    const at = '2031-01-01T00:00:00Z'
    expect(cameAt(shelfOf(at, 0))).toEqual(new Date(at))
  })

  test('behind all that was pushed that day, where its name says a day that has not come', () => {
    const key = `backups/tokens_2031-01-01.db`
    const { shelves } = sortKeys(key, `${base}.db`, 'backups/tokens_2025-07-03.db')
    expect(shelves.map(({ snapshots }) => snapshots[0]?.key)).toEqual([
      `${base}.db`,
      key,
      'backups/tokens_2025-07-03.db',
    ])
  })
})

describe('a shelf', () => {
  test('may hold a file that somebody else put there: the entry says which is meant', () => {
    const [shelf] = sortKeys(`${base}.db`, `${base}.db.gz`, `${base}.entry.json`).shelves
    expect(shelf?.snapshots).toHaveLength(2)
    for (const key of [`${base}.db`, `${base}.db.gz`]) {
      expect(shelf && fileOf(shelf, { key })).toMatchObject({ key })
    }
    expect(shelf && fileOf(shelf, { key: `${base}.db.bz2` })).toBeUndefined()
  })

  test.each([
    { name: 'is the one that was judged', etag: `etag of ${base}.db`, is: true },
    { name: 'is another', etag: 'etag of another', is: false },
    { name: 'was judged by nobody yet', etag: undefined, is: true },
  ])('has the file that its entry speaks of, where it $name: $is', ({ etag, is }) => {
    const [shelf] = sortKeys(`${base}.db`, `${base}.entry.json`).shelves
    const judged = shelf && judgedOf(shelf, { key: `${base}.db`, etag })
    expect(judged?.key).toBe(is ? `${base}.db` : undefined)
  })

  test.each([
    { name: 'a file and its entry', keys: [`${base}.db`, `${base}.entry.json`], is: true },
    { name: 'a file alone', keys: [`${base}.db`], is: false },
    { name: 'an entry alone', keys: [`${base}.entry.json`], is: false },
    { name: 'a checksum line alone', keys: [`${base}.db.sha256`], is: false },
  ])('was announced when it holds $name: $is', ({ keys, is }) => {
    const [shelf] = sortKeys(...keys).shelves
    expect(shelf && isAnnounced(shelf)).toBe(is)
  })
})
