import { describe, expect, test } from 'vitest'

import { readHoldings } from '../../../lib/journey/bucket/holdings'
import { changeEntry } from '../../../lib/journey/bucket/ledger'
import { sealBytes } from '../../../lib/journey/bucket/sealed'
import { listShelves } from '../../../lib/journey/bucket/shelves'
import { verifySnapshot } from '../../../lib/journey/verify'
import { withPin } from '../../../lib/rules/copy/care'
import { catalogType } from '../../../lib/rules/copy/catalog'
import type { Held } from '../../../lib/rules/copy/held'
import { sealKeyId } from '../../../lib/rules/trust/seal'
import type { Secrets } from '../../../lib/rules/trust/tokens'
import { testTools } from '../../fakes/tools'
import type { TestTools } from '../../fakes/tools'
import { nameOf, quick } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { counted, tally } from '../../fixtures/bucket/store-calls'
import { ofNewerBuild, resealed } from '../../fixtures/newer'
import { otherSecret } from '../../fixtures/told/entries'

const catalogKey = 'backups/_state/tokens/catalog.json'
const ada = { at: '2026-03-01T01:00:00.000Z', by: 'ada' }

/** Three judged copies: sound, damaged, sound. */
const three = async () => {
  const tools = quick(testTools())
  const ids: string[] = []
  for (const content of ['one', 'damaged two', 'three']) {
    const id = await pushed(tools, Buffer.from(content))
    await verifySnapshot(nameOf(id), tools)
    ids.push(id)
    tools.clock.passSeconds(60)
  }
  return { tools, ids }
}

const held = async (tools: TestTools, database = 'tokens'): Promise<Held[]> =>
  readHoldings(tools, database, await listShelves(tools, database))

/** What it costs to know what is held, the listing aside. */
const costOf = async (tools: TestTools) => {
  const { tools: watched, calls } = counted(tools)
  await readHoldings(watched, 'tokens', await listShelves(tools, 'tokens'))
  return tally(calls)
}

const wordsOf = (holdings: readonly Held[]) => holdings.map(({ word }) => word)

const keysOf = (id: string) => {
  const base = `backups/tokens/2026/03/${id}`
  return { snapshot: `${base}.db`, sums: `${base}.db.sha256`, entry: `${base}.entry.json` }
}

describe('what is held', () => {
  test('is told newest first, each with its word, its line and its file', async () => {
    const { tools, ids } = await three()
    const holdings = await held(tools)
    expect(holdings.map(({ name }) => name.id)).toEqual(ids.toReversed())
    expect(wordsOf(holdings)).toEqual(['passed', 'failed', 'passed'])
    for (const { name, line, stored, isUntrusted } of holdings) {
      expect(stored?.key).toBe(keysOf(name.id).snapshot)
      expect(line).toMatchObject({ key: stored?.key, etag: stored?.etag })
      expect(isUntrusted).toBe(false)
    }
  })

  test('is read once: afterwards only the catalog is', async () => {
    const { tools } = await three()
    expect(await costOf(tools)).toEqual({ read: 4, put: 1 })
    expect(await costOf(tools)).toEqual({ read: 1 })
  })

  test('costs one read and one write more for each entry that changed', async () => {
    const { tools, ids } = await three()
    await held(tools)
    await changeEntry(tools, nameOf(ids[0] ?? ''), (entry) => withPin(entry, ada, ''))
    expect(await costOf(tools)).toEqual({ read: 2, put: 1 })
    expect((await held(tools)).map(({ line }) => line?.pinnedBy)).toEqual([
      undefined,
      undefined,
      'ada',
    ])
  })

  test('is forgotten with the copy itself', async () => {
    const { tools, ids } = await three()
    await held(tools)
    for (const key of Object.values(keysOf(ids[0] ?? ''))) await tools.store.remove(key)
    const sizeBefore = (await tools.store.head(catalogKey))?.sizeBytes ?? 0
    expect(await held(tools)).toHaveLength(2)
    expect((await tools.store.head(catalogKey))?.sizeBytes).toBeLessThan(sizeBefore)
    expect(await costOf(tools)).toEqual({ read: 1 })
  })

  test('of a database of which nothing is there costs one read and writes nothing', async () => {
    const tools = testTools()
    expect(await costOf(tools)).toEqual({ read: 1 })
    expect(tools.store.objects.size).toBe(0)
  })

  test.each([
    { name: 'an announced copy that has not come', take: 'snapshot', word: 'pending' },
    { name: 'a file that nobody announced', take: 'entry', word: 'pending' },
  ] as const)('may be half: $name', async ({ take, word }) => {
    const { tools, ids } = await three()
    await tools.store.remove(keysOf(ids[2] ?? '')[take])
    const [newest] = await held(tools)
    expect(newest).toMatchObject({ word, stored: undefined, isUntrusted: false })
    expect(newest?.line === undefined).toBe(take === 'entry')
  })

  test('is pending again when the file is no longer the one that was judged', async () => {
    const { tools, ids } = await three()
    const { snapshot } = keysOf(ids[2] ?? '')
    await tools.store.put(snapshot, Buffer.from('something else'))
    const [newest] = await held(tools)
    expect(newest).toMatchObject({ word: 'pending', line: { word: 'passed', wasSound: true } })
    await tools.store.put(snapshot, Buffer.from('three'))
    expect(wordsOf(await held(tools))).toEqual(['passed', 'failed', 'passed'])
  })

  test('of a newer build is known to be that, and is read again only where it changed', async () => {
    const { tools, ids } = await three()
    const { entry } = keysOf(ids[0] ?? '')
    await ofNewerBuild(tools, entry)
    expect(await costOf(tools)).toEqual({ read: 4, put: 1 })
    const oldest = async () => (await held(tools)).at(-1)
    const unread = { word: 'pending', line: undefined, stored: undefined, isUntrusted: false }
    expect(await oldest()).toMatchObject({ ...unread, isNewer: true })
    expect(await costOf(tools)).toEqual({ read: 1 })
    await tools.store.put(entry, Buffer.from('{}'))
    expect(await oldest()).toMatchObject({ ...unread, isUntrusted: true, isNewer: false })
    expect(await costOf(tools)).toEqual({ read: 1 })
  })

  test('is kept in no catalog where somebody only looks', async () => {
    const { tools } = await three()
    const shelves = await listShelves(tools, 'tokens')
    const { tools: seen, calls } = counted(tools)
    await readHoldings(seen, 'tokens', shelves, { isKept: false })
    expect(tally(calls)).toEqual({ read: 4 })
    expect(tools.store.objects.has(catalogKey)).toBe(false)
  })

  test('is read anew where the catalog tells less of each than is known today', async () => {
    const { tools } = await three()
    await held(tools)
    await resealed(tools, catalogKey, ({ keyIds, lines, untrusted }) => ({
      keyIds,
      lines,
      untrusted,
    }))
    expect(await costOf(tools)).toEqual({ read: 4, put: 1 })
    expect(await costOf(tools)).toEqual({ read: 1 })
  })

  test('of the time before files were remembered is as it was judged', async () => {
    const { tools, ids } = await three()
    await changeEntry(tools, nameOf(ids[2] ?? ''), (entry) => {
      const { etag: _, ...before } = entry
      return before
    })
    expect(wordsOf(await held(tools))).toEqual(['passed', 'failed', 'passed'])
  })
})

describe('an entry that is not ours', () => {
  const forged = async () => {
    const made = await three()
    const { entry } = keysOf(made.ids[2] ?? '')
    await made.tools.store.put(
      entry,
      Buffer.from('{"payloadType":"x","payload":"","signatures":[]}'),
    )
    return made
  }

  test('gives no word and no file, is told, and hides nothing beside it', async () => {
    const { tools } = await forged()
    const holdings = await held(tools)
    expect(holdings[0]).toMatchObject({ isUntrusted: true, line: undefined, stored: undefined })
    expect(wordsOf(holdings)).toEqual(['pending', 'failed', 'passed'])
  })

  test('is looked at once, and again when it changes', async () => {
    const { tools, ids } = await forged()
    await held(tools)
    expect(await costOf(tools)).toEqual({ read: 1 })
    await tools.store.put(keysOf(ids[2] ?? '').entry, Buffer.from('something else'))
    expect(await costOf(tools)).toEqual({ read: 2, put: 1 })
  })

  test('was ours under a secret that has been dropped since: then it is none of ours', async () => {
    const { tools, ids } = await three()
    const under = (secrets: Secrets): TestTools => ({
      ...tools,
      settings: { ...tools.settings, secrets },
    })
    const { current } = tools.settings.secrets
    const rotating = under({ current: otherSecret, previous: current })
    const later = await pushed(rotating, Buffer.from('four'))
    await verifySnapshot(nameOf(later), rotating)
    // The catalog is now signed by the new secret, and the lines of the first three stand in it.
    expect(wordsOf(await held(rotating))).toEqual(['passed', 'passed', 'failed', 'passed'])
    const holdings = await held(under({ current: otherSecret }))
    expect(holdings.map(({ isUntrusted }) => isUntrusted)).toEqual([false, true, true, true])
    expect(holdings.map(({ name }) => name.id)).toEqual([later, ...ids.toReversed()])
    expect(wordsOf(await held(rotating))).toEqual(['passed', 'passed', 'failed', 'passed'])
  })

  test('may be ours under other secrets: then it is looked at again', async () => {
    const { tools } = await three()
    const { settings } = tools
    const { current } = settings.secrets
    const rotated = { ...tools, settings: { ...settings, secrets: { current: otherSecret } } }
    expect(wordsOf(await held(rotated))).toEqual(['pending', 'pending', 'pending'])
    expect(await costOf(rotated)).toEqual({ read: 1 })
    const secrets = { current: otherSecret, previous: current }
    const mended = { ...tools, settings: { ...settings, secrets } }
    expect(wordsOf(await held(mended))).toEqual(['passed', 'failed', 'passed'])
  })
})

describe('a catalog', () => {
  /** Says of every copy that it is sound. */
  const praising = async (
    tools: TestTools,
    settings: TestTools['settings'],
    type = catalogType,
  ) => {
    const holdings = await held(tools)
    const lines = Object.fromEntries(
      holdings.map(({ name, line }) => [name.id, { ...line, word: 'passed' }]),
    )
    const keyIds = [sealKeyId(settings.secrets.current)]
    return sealBytes(settings, type, Buffer.from(JSON.stringify({ keyIds, lines, untrusted: {} })))
  }

  test.each([
    {
      name: 'that was forged',
      content: async () => Buffer.from('{"lines":{},"untrusted":{}}'),
    },
    {
      name: 'of another installation',
      content: (tools: TestTools) =>
        praising(tools, { ...tools.settings, secrets: { current: otherSecret } }),
    },
    {
      name: 'sealed as something else',
      content: (tools: TestTools) => praising(tools, tools.settings, 'application/json'),
    },
    {
      name: 'of another form',
      content: async ({ settings }: TestTools) =>
        sealBytes(settings, catalogType, Buffer.from('{"lines":[]}')),
    },
    { name: 'of no bytes', content: async () => Buffer.alloc(0) },
  ])('$name is disregarded, and made anew', async ({ content }) => {
    const { tools } = await three()
    const bytes = await content(tools)
    await tools.store.put(catalogKey, bytes)
    expect(await costOf(tools)).toEqual({ read: 4, put: 1 })
    expect(wordsOf(await held(tools))).toEqual(['passed', 'failed', 'passed'])
    expect((await tools.store.read(catalogKey))?.bytes).not.toEqual(bytes)
  })

  test('of an older day is good only for the entries that it was taken from', async () => {
    const { tools, ids } = await three()
    await held(tools)
    const old = await tools.store.read(catalogKey)
    const broken = nameOf(ids[2] ?? '')
    await tools.store.put(keysOf(broken.id).snapshot, Buffer.from('damaged three'))
    await verifySnapshot(broken, tools)
    await tools.store.put(catalogKey, old?.bytes ?? Buffer.alloc(0))
    expect(wordsOf(await held(tools))).toEqual(['failed', 'failed', 'passed'])
  })

  test('of another database says nothing', async () => {
    const { tools } = await three()
    const content = await praising(tools, tools.settings)
    await tools.store.put('backups/_state/sessions/catalog.json', content)
    const id = await pushed(tools, Buffer.from('damaged'), { database: 'sessions' })
    await verifySnapshot(nameOf(id), tools)
    expect(wordsOf(await held(tools, 'sessions'))).toEqual(['failed'])
  })

  test('that cannot be written costs nothing but the next reading', async () => {
    const { tools } = await three()
    tools.store.failNext('put')
    expect(wordsOf(await held(tools))).toEqual(['passed', 'failed', 'passed'])
    expect(tools.store.objects.has(catalogKey)).toBe(false)
    expect(await costOf(tools)).toEqual({ read: 4, put: 1 })
  })

  test('that cannot be read is a fault, and so is an entry: nothing is guessed', async () => {
    const { tools } = await three()
    const shelves = await listShelves(tools, 'tokens')
    tools.store.failNext('read')
    await expect(readHoldings(tools, 'tokens', shelves)).rejects.toMatchObject({
      code: 'store-unreachable',
    })
    tools.store.failNext('read', 2)
    await expect(readHoldings(tools, 'tokens', shelves)).rejects.toMatchObject({
      code: 'store-unreachable',
    })
  })
})
