import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  databaseNames,
  fingerprintOf,
  groupsOf,
  listHeartbeats,
  listTop,
} from '../../../lib/journey/bucket/survey'
import type { Group } from '../../../lib/journey/bucket/survey'
import type { StoredObject } from '../../../lib/ports'
import { casesOf } from '../../cases'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { stock, stockedNames } from '../../fixtures/bucket/buckets'
import { counted, tally } from '../../fixtures/bucket/store-calls'

const putAll = async (tools: TestTools, keys: Iterable<string>) => {
  for (const key of keys) await tools.store.put(key, Buffer.from(key))
}

const surveyed = async (
  tools: TestTools,
  expected: string[] = [],
  strangers: StoredObject[] = [],
): Promise<Group[]> => {
  const { adopted } = await listTop(tools)
  const groups: Group[] = []
  for await (const group of groupsOf(tools, adopted, expected, strangers)) groups.push(group)
  return groups
}

const keysOf = (groups: readonly Group[]) =>
  Object.fromEntries(
    groups.map(({ database, objects }) => [database, objects.map(({ key }) => key)]),
  )

describe('a survey', () => {
  test('of an empty bucket finds nothing but what is expected', async () => {
    const tools = testTools()
    expect(await surveyed(tools)).toEqual([])
    expect(keysOf(await surveyed(tools, ['tokens', 'sessions']))).toEqual({
      tokens: [],
      sessions: [],
    })
  })

  test('tells each database once, with everything of it, before and behind our own folders', async () => {
    const tools = testTools()
    await putAll(tools, [
      'backups/0/2026/x',
      'backups/2026/a',
      'backups/_journal/2026/x',
      'backups/_state/tokens/heartbeat.json',
      'backups/_state/watch.json',
      'backups/sessions/2026/x',
      'backups/sessions_2026-02-01.db',
      'backups/tokens/2026/x',
      'backups/tokens/2026/y',
      'backups/tokens2/2026/x',
      'backups/tokens_2026-02-01.db',
      'backups/old_2026-02-01.db',
      'backups/notes.txt',
    ])
    const groups = await surveyed(tools, ['tokens', 'never'])
    expect(keysOf(groups)).toEqual({
      '0': ['backups/0/2026/x'],
      '2026': ['backups/2026/a'],
      never: [],
      sessions: ['backups/sessions/2026/x'],
      tokens: ['backups/tokens/2026/x', 'backups/tokens/2026/y', 'backups/tokens_2026-02-01.db'],
      tokens2: ['backups/tokens2/2026/x'],
    })
    expect(groups).toHaveLength(6)
  })

  test.each([
    { name: 'before anything of ours was written', keys: [] },
    { name: 'with our state', keys: ['backups/_state/watch.json'] },
    { name: 'with a folder that only begins like ours', keys: ['backups/_~/x', 'backups/_ä/x'] },
  ])('tells no database twice: $name', async ({ keys }) => {
    const tools = testTools()
    await putAll(tools, [...keys, 'backups/1/x', 'backups/a/x', 'backups/b/x', 'backups/ä/x'])
    const found = (await surveyed(tools)).map(({ database }) => database)
    expect(found).toEqual(['1', 'a', 'b'])
  })

  test('loses nothing and tells nothing twice, whatever stands there', async () => {
    const folder = fc.constantFrom(
      '0',
      'A',
      '_state',
      '_journal',
      '_',
      '_~',
      'a',
      'b',
      'z',
      'ä',
      '~',
    )
    const key = fc.oneof(
      fc.tuple(folder, fc.constantFrom('x', 'y', 'x/y')).map((parts) => parts.join('/')),
      fc.constantFrom('a_2026-02-01.db', 'c_2026-02-01.db.gz', 'notes.txt', '_notes', '0.txt'),
    )
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key), fc.subarray(['a', 'q']), async (some, expected) => {
        const tools = testTools()
        const keys = some.map((one) => `backups/${one}`)
        await putAll(tools, keys)
        const odd: StoredObject[] = []
        const groups = await surveyed(tools, expected, odd)
        const names = groups.map(({ database }) => database)
        expect(new Set(names).size).toBe(names.length)
        for (const name of expected) expect(names).toContain(name)
        const { strangers } = await listTop(tools)
        const told = [...groups.flatMap(({ objects }) => objects), ...strangers, ...odd]
        const isOwn = (one: string) => /^backups\/_.*\//.test(one)
        const known = new Set(told.map((object) => object.key))
        expect(known.size).toBe(told.length)
        // Of a folder that no database can have the first object stands for all.
        const folderOf = (one: string) => one.replace(/^(backups\/[^/]+\/).*/, '$1')
        const folders = new Set([...known].map(folderOf))
        for (const one of keys.filter((own) => !isOwn(own))) {
          const isFree = !/^backups\/[a-z0-9][a-z0-9_-]*\//.test(one) && one.split('/').length > 2
          expect(isFree ? folders.has(folderOf(one)) : known.has(one), one).toBe(true)
        }
      }),
      { numRuns: casesOf(60) },
    )
  })

  test('leaps over the journal, however long it grew', async () => {
    const tools = testTools()
    await stock(tools, stockedNames(2), 24)
    const costOf = async () => {
      const { tools: watched, calls } = counted(tools)
      await surveyed(watched)
      return tally(calls)
    }
    const before = await costOf()
    await putAll(
      tools,
      Array.from({ length: 3500 }, (_, nth) => `backups/_journal/tokens/${nth}`),
    )
    expect(before).toEqual({ files: 1, pages: 2 })
    expect(await costOf()).toEqual(before)
  })

  test.each([
    { objects: 999, pages: 1 },
    { objects: 1000, pages: 1 },
    { objects: 1001, pages: 2 },
    { objects: 3001, pages: 4 },
  ])('costs a request for a thousand objects: $objects take $pages', async ({ objects, pages }) => {
    const tools = testTools()
    await putAll(tools, ['backups/_state/x'])
    await putAll(
      tools,
      Array.from({ length: objects }, (_, nth) => `backups/tokens/${nth}`),
    )
    const { tools: watched, calls } = counted(tools)
    const [group] = await surveyed(watched)
    expect(group?.objects).toHaveLength(objects)
    // The first one ends at our own folders.
    expect(tally(calls)).toEqual({ files: 1, pages: 1 + pages })
  })

  test('knows the databases by name, and takes no other folder for one', async () => {
    const tools = testTools()
    await putAll(tools, ['backups/tokens/x', 'backups/My Folder/x', 'backups/a_2026-02-01.db'])
    expect(await databaseNames(tools)).toEqual(['tokens'])
  })
})

describe('a fingerprint', () => {
  const at = new Date('2026-03-01T01:00:00Z')
  const one = { key: 'a', etag: '1', sizeBytes: 1, modifiedAt: at }

  test('is the same while nothing came, went or changed', () => {
    expect(fingerprintOf([one])).toBe(fingerprintOf([{ ...one }]))
    expect(fingerprintOf([])).toBe(fingerprintOf([]))
  })

  test.each([
    { name: 'something came', objects: [one, { ...one, key: 'b' }] },
    { name: 'something went', objects: [] },
    { name: 'something was replaced', objects: [{ ...one, etag: '2' }] },
    { name: 'something was moved', objects: [{ ...one, key: 'b' }] },
  ])('is another when $name', ({ objects }) => {
    expect(fingerprintOf(objects)).not.toBe(fingerprintOf([one]))
  })
})

describe('what stands at the top', () => {
  test('is of older scripts, by database, or of somebody else', async () => {
    const tools = testTools()
    await putAll(tools, [
      'backups/notes.txt',
      'backups/tokens_2025-02-30.db',
      'backups/tokens_2026-02-01.db',
      'backups/tokens_2026-02-02.db.gz',
      'backups/a_2026-02-01.db',
      'backups/tokens/2026/x',
    ])
    const { adopted, strangers } = await listTop(tools)
    const found = [...adopted].map(([name, objects]) => [name, objects.map(({ key }) => key)])
    expect(Object.fromEntries(found)).toEqual({
      tokens: ['backups/tokens_2026-02-01.db', 'backups/tokens_2026-02-02.db.gz'],
    })
    expect(strangers.map(({ key }) => key)).toEqual([
      'backups/a_2026-02-01.db',
      'backups/notes.txt',
      'backups/tokens_2025-02-30.db',
    ])
  })
})

describe('what an older script wrote of its dump', () => {
  const dump = 'backups/tokens_20250704_010000.gz'
  const strangersOf = async (keys: readonly string[], tools = testTools()) => {
    await putAll(tools, keys)
    return (await listTop(tools)).strangers.map(({ key }) => key)
  }

  test('is known for what it is beside the dump, and after retention has let go of that', async () => {
    const files = [
      `${dump}.meta`,
      `${dump}.metadata.json`,
      `${dump}.sha256`,
      `${dump}.md5`,
      'backups/tokens_20250704_010000.json',
      'backups/tokens_20250704_010000_metadata.txt',
      'backups/tokens_2025-07-04.db.gz.info',
      'backups/tokens_2025-07-04.meta.json',
    ]
    expect(await strangersOf([dump, ...files])).toEqual([])
    expect(await strangersOf(files)).toEqual([])
  })

  test('is nobody’s, where its name is of no dump, of no time, or of no database that is named', async () => {
    const files = [
      'backups/other_20250704_010000.gz.json',
      'backups/tokens.json',
      'backups/tokens_20250230_010000.gz.json',
      `${dump}.exe`,
      `${dump}.jsonx`,
      `${dump}json`,
    ]
    expect(await strangersOf([dump, ...files])).toEqual(files.toSorted())
  })

  test('is small: what is large is no such note', async () => {
    const tools = testTools()
    await tools.store.put(`${dump}.json`, Buffer.alloc(64 * 1024 + 1))
    expect(await strangersOf([dump], tools)).toEqual([`${dump}.json`])
  })
})

describe('heartbeats', () => {
  test('are known by the store’s time, unread', async () => {
    const tools = testTools()
    await putAll(tools, [
      'backups/_state/tokens/heartbeat.json',
      'backups/_state/tokens/catalog.json',
      'backups/_state/watch.json',
      'backups/_state/My Folder/heartbeat.json',
      'backups/_state/tokens/x/heartbeat.json',
    ])
    tools.clock.passSeconds(90)
    await putAll(tools, ['backups/_state/sessions/heartbeat.json'])
    const { tools: watched, calls } = counted(tools)
    expect(await listHeartbeats(watched)).toEqual(
      new Map([
        ['sessions', new Date('2026-03-01T01:01:30Z')],
        ['tokens', new Date('2026-03-01T01:00:00Z')],
      ]),
    )
    expect(tally(calls)).toEqual({ pages: 1 })
  })
})
