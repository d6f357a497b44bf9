import { describe, expect, test } from 'vitest'

import { emptyCatalog, lineOf } from '../../../lib/rules/copy/catalog'
import type { Catalog } from '../../../lib/rules/copy/catalog'
import { newEntry, withVerdict } from '../../../lib/rules/copy/entry'
import { heldOf } from '../../../lib/rules/copy/held'
import type { Shelf, StoredObject } from '../../../lib/rules/copy/shelf'
import { entryKey, keysOf, parseId } from '../../../lib/rules/copy/snapshot'
import { broughtBack, comingOf } from '../../../lib/rules/second/coming-back'
import { claimOf, verdictOf } from '../../fixtures/told/entries'

const id = 'tokens_2026-03-01T010000Z_3f9a1c'
const name = parseId(id)
if (!name) throw new Error('no ticket')
const { snapshot: key } = keysOf('backups/', name, { encoding: 'identity' })
const at = '2026-03-01T01:00:00.000Z'
const entry = withVerdict(
  newEntry(id, key, claimOf({ sizeBytes: 10 })),
  verdictOf('passed', { at }),
  at,
  'md5',
)

const object = (change: Partial<StoredObject> = {}): StoredObject => ({
  key,
  sizeBytes: 10,
  etag: 'md5',
  modifiedAt: new Date(at),
  ...change,
})
const paper = object({ key: entryKey('backups/', name), etag: 'entry' })
const shelf = (snapshots: StoredObject[], hasEntry = true): Shelf => ({
  name,
  snapshots,
  ...(hasEntry ? { entry: paper } : {}),
})

const line = lineOf(entry, 'entry')
const known: Catalog = { ...emptyCatalog, lines: { [id]: line } }
const there = (one = shelf([object()]), found = known) => heldOf(one, found)

describe('what comes back', () => {
  test.each([
    { name: 'nothing stands in the first', here: undefined, is: { coming: { from: { key } } } },
    { name: 'all of it stands there', here: shelf([object()]), is: { standing: true } },
    {
      name: 'the file stands there alone',
      here: shelf([object()], false),
      is: { coming: { from: undefined } },
    },
    {
      name: 'the entry stands there alone',
      here: shelf([]),
      is: { coming: { from: { key } } },
    },
    {
      name: 'another file stands there',
      here: shelf([object({ etag: 'other' })]),
      is: { left: { why: expect.stringMatching(/another file/) as string } },
    },
    {
      name: 'a part of it stands there',
      here: shelf([object({ sizeBytes: 9 })]),
      is: { left: { why: expect.stringMatching(/another file/) as string } },
    },
  ])('where $name', ({ here, is }) => {
    expect(comingOf(there(), here)).toMatchObject(is)
  })

  test('the same bytes under the ETag of the second place are the same', () => {
    const other = object({ etag: 'as of the second' })
    expect(comingOf(there(shelf([other])), shelf([other]))).toEqual({ standing: true })
  })

  test('a file alone is no copy, and one whose file is gone or short is named', () => {
    expect(comingOf(there(shelf([object()], false)), undefined)).toBeUndefined()
    expect(comingOf(there(shelf([])), undefined)).toMatchObject({
      left: { why: 'its file is not there' },
    })
    expect(comingOf(there(shelf([object({ sizeBytes: 9 })])), undefined)).toMatchObject({
      left: { why: expect.stringMatching(/another size/) as string },
    })
  })

  test('what we did not sign, or only a newer build can read, is named and stays', () => {
    expect(comingOf(there(undefined, emptyCatalog), undefined)).toMatchObject({
      left: { why: 'its entry does not carry our signature' },
    })
    const newer = { ...emptyCatalog, newer: { [id]: 'x' } }
    expect(comingOf(there(undefined, newer), undefined)).toMatchObject({
      left: { why: expect.stringMatching(/newer Snapproof/) as string },
    })
  })
})

describe('its entry', () => {
  test('is about the file that was brought, and no plan of the second place goes on', () => {
    const back = broughtBack({ ...entry, letGoAt: at, startedAt: at }, { etag: 'new', at })
    expect(back).toMatchObject({ etag: 'new', arrivedAt: at, verdict: { outcome: 'passed' } })
    expect(back).not.toHaveProperty('letGoAt')
    expect(back).not.toHaveProperty('startedAt')
    expect(back.history.at(-1)).toEqual({
      at,
      word: 'passed',
      note: 'brought back from the second place',
    })
  })

  test('of what an older script left is adopted as it is now; of what was never judged stays so', () => {
    const adopted = { ...entry, claim: { ...entry.claim, adopted: { etag: 'old', hasSums: true } } }
    expect(broughtBack(adopted, { etag: 'new', at }).claim.adopted).toEqual({
      etag: 'new',
      hasSums: true,
    })
    expect(broughtBack(newEntry(id, key, claimOf()), { etag: 'new', at })).not.toHaveProperty(
      'etag',
    )
  })
})
