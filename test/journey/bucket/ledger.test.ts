import { describe, expect, test } from 'vitest'

import { Fault } from '../../../lib/faults'
import {
  changeEntry,
  createEntry,
  isNewer,
  parseTicket,
  passOverForeign,
  readEntry,
  replaceEntry,
} from '../../../lib/journey/bucket/ledger'
import type { Entry } from '../../../lib/rules/copy/entry'
import { testTools } from '../../fakes/tools'
import { nameOf } from '../../fixtures/bucket/buckets'
import { pushed } from '../../fixtures/bucket/requests'
import { sound } from '../../fixtures/databases'
import { ofNewerBuild } from '../../fixtures/newer'

const noted = (entry: Entry, note: string): Entry => ({
  ...entry,
  history: [...entry.history, { at: '2026-03-01T01:00:00.000Z', word: 'pending', note }],
})

describe('the ledger', () => {
  test('loses no change when many are made at once', async () => {
    const tools = testTools()
    const name = nameOf(await pushed(tools, sound()))
    const notes = ['a', 'b', 'c', 'd']
    await Promise.all(notes.map((note) => changeEntry(tools, name, (entry) => noted(entry, note))))
    const read = await readEntry(tools, name)
    const written = read?.entry.history.map(({ note }) => note).slice(1)
    expect(written?.toSorted()).toEqual(notes)
  })

  test('says that an entry keeps changing, instead of trying for ever', async () => {
    const tools = testTools()
    const name = nameOf(await pushed(tools, sound()))
    const busy = { ...tools, store: { ...tools.store, replace: async () => 'changed' as const } }
    const changed = changeEntry(busy, name, (entry) => noted(entry, 'x'))
    await expect(changed).rejects.toMatchObject({
      code: 'contended',
      isPassing: true,
      mend: 'Ask again in a minute; the next run writes it.',
    })
  })

  test('says so too when the entry went away meanwhile', async () => {
    const name = nameOf('tokens_2026-03-01T010000Z_000001')
    const changed = changeEntry(testTools(), name, (entry) => noted(entry, 'x'))
    await expect(changed).rejects.toMatchObject({ code: 'contended' })
  })

  test('creates an entry once, and changes it only as it was read', async () => {
    const tools = testTools()
    const name = nameOf(await pushed(tools, sound()))
    const read = await readEntry(tools, name)
    if (!read) throw new Error('it was just pushed')
    expect(await createEntry(tools, name, read.entry)).toBe('created')
    expect(await createEntry(tools, name, noted(read.entry, 'x'))).toBe('exists')
    const changed = { entry: noted(read.entry, 'y'), etag: read.etag }
    expect(await replaceEntry(tools, name, changed)).toBe('replaced')
    expect(await replaceEntry(tools, name, { ...changed, entry: read.entry })).toBe('changed')
    expect((await readEntry(tools, name))?.entry).toEqual(changed.entry)
  })

  test.each([
    { name: 'no JSON', bytes: 'hello' },
    { name: 'no envelope', bytes: '{"id":"tokens_2026-03-01T010000Z_000001"}' },
    {
      name: 'no signature',
      bytes: '{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]}',
    },
  ])('trusts no entry that is $name', async ({ bytes }) => {
    const tools = testTools()
    const name = nameOf(await pushed(tools, sound()))
    await tools.store.put(`backups/tokens/2026/03/${name.id}.entry.json`, Buffer.from(bytes))
    await expect(readEntry(tools, name)).rejects.toMatchObject({ code: 'untrusted-entry' })
  })

  test('trusts no true entry that stands under another name', async () => {
    const tools = testTools()
    const first = nameOf(await pushed(tools, sound(10)))
    const second = nameOf(await pushed(tools, sound(20)))
    const keyOf = ({ id }: { id: string }) => `backups/tokens/2026/03/${id}.entry.json`
    const moved = await tools.store.read(keyOf(first))
    await tools.store.put(keyOf(second), moved?.bytes ?? Buffer.alloc(0))
    await expect(readEntry(tools, second)).rejects.toMatchObject({ code: 'untrusted-entry' })
    expect((await readEntry(tools, first))?.entry.id).toBe(first.id)
  })

  test('reads no entry of a newer build, changes it by nothing, and calls it no forgery', async () => {
    const tools = testTools()
    const name = nameOf(await pushed(tools, sound()))
    const key = `backups/tokens/2026/03/${name.id}.entry.json`
    await ofNewerBuild(tools, key)
    const before = tools.store.objects.get(key)
    await expect(readEntry(tools, name)).rejects.toMatchObject({ code: 'newer-format' })
    const changed = changeEntry(tools, name, (entry) => noted(entry, 'x'))
    await expect(changed).rejects.toMatchObject({ code: 'newer-format' })
    expect(tools.store.objects.get(key)).toBe(before)
    // Under another name it is somebody else's doing all the same.
    const other = nameOf(await pushed(tools, sound(20)))
    await tools.store.put(key.replace(name.id, other.id), before?.bytes ?? Buffer.alloc(0))
    await expect(readEntry(tools, other)).rejects.toMatchObject({ code: 'untrusted-entry' })
  })

  test('passes over what is forged or not to be read here, and over nothing else', () => {
    const fault = (code: 'untrusted-entry' | 'newer-format' | 'store-unreachable') =>
      new Fault({ code, why: 'Why.', mend: 'Mend.' })
    expect(passOverForeign(fault('untrusted-entry'))).toBeUndefined()
    expect(passOverForeign(fault('newer-format'))).toBeUndefined()
    expect([fault('newer-format'), fault('untrusted-entry'), 'x'].map(isNewer)).toEqual([
      true,
      false,
      false,
    ])
    expect(() => passOverForeign(fault('store-unreachable'))).toThrow(Fault)
    expect(() => passOverForeign(new Error('another'))).toThrow('another')
  })
})

describe('a ticket', () => {
  test('is taken by its name, or refused with what one looks like', () => {
    const id = 'tokens_2025-07-04T010000Z_3f9a1c'
    expect(parseTicket(id)).toEqual(nameOf(id))
    expect(() => parseTicket('tokens')).toThrow(
      expect.objectContaining({ code: 'bad-request', why: 'That is not a ticket id.' }),
    )
  })
})
